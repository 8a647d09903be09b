// Every kind of page, in every language and scheme and at three widths: accessible, quiet, never wider than the window, valid HTML, small.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { after, before, test } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { OUT, World, tap } from './lib.mjs';
import { ROUTES, everyKind } from './pages.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LANGS = ['nl', 'fr', 'de', 'en'], WIDTHS = [390, 1280, 320];
let w, kinds;

// name → { at, who }: as the coordinator, and what only others have.
async function allKinds() {
	const found = new Map();
	for (const [who, start] of [['mia', ['/']], ['beheer', ['/']], ['els', ['/']], ['karel', ['/']], ['derks', ['/']], [null, ['/aanmelden']]]) {
		const page = await w.page(who);
		for (const [name, at] of await everyKind(page, start)) {
			if (!found.has(name) && (who !== 'karel' || name === 'plan_revise')) found.set(name, { at, who });
		}
		await page.context().close();
	}
	return found;
}

before(async () => {
	w = await World.open('quality');
	kinds = await allKinds();
	mkdirSync(`${OUT}/shots`, { recursive: true });
});
after(async () => { await w.close(); });

test('every kind of page can be reached by following links', () => {
	const missed = ROUTES.filter((r) => r.get && !['plan_pdf', 'language'].includes(r.name) && !kinds.has(r.name)).map((r) => r.name);
	assert.deepEqual(missed, []);
});

// axe runs in the page's own world; Trusted Types and the content policy stay on, so it comes in by the debugger.
async function axe(page) {
	await page.evaluate(AXE);
	const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
	return violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`);
}

// What sticks out on the right when the page can be scrolled sideways.
const tooWide = () => {
	const max = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth <= max) return [];
	return [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > max + 1).slice(-3).map((e) => e.outerHTML.slice(0, 120));
};

const SPACING = '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }';

// Text of drawings: inside the drawing, and large enough on a small phone.
const smallDrawings = () => [...document.querySelectorAll('svg[role=img] text')].filter((t) => {
	const svg = t.ownerSVGElement, box = t.getBBox(), view = svg.viewBox.baseVal;
	const size = parseFloat(getComputedStyle(t).fontSize) * svg.getBoundingClientRect().width / view.width;
	return svg.getBoundingClientRect().width && (size < 11.95 || box.x < -1 || box.y < -1 || box.x + box.width > view.width + 1 || box.y + box.height > view.height + 1);
}).map((t) => t.textContent);

// Buttons are made for a thumb, links in lists for a finger.
const smallTargets = () => [...document.querySelectorAll('main button, main .govuk-button, main input:not([type=hidden]), main select, main textarea, .sd-bar a, .sd-menu a')].filter((e) => {
	const b = (e.type === 'radio' || e.type === 'checkbox' ? e.parentElement : e).getBoundingClientRect();
	const least = e.matches('.sd-button-small, .sd-undo, .govuk-details *') ? 24 : 43.5;
	return b.width && b.height && (b.height < least || b.width < 24);
}).map((e) => e.outerHTML.slice(0, 120));

async function open(name, { width, lang = 'nl', dark = false }, pages) {
	const { at, who } = kinds.get(name), key = `${who}`;
	if (!pages.has(key)) pages.set(key, await w.page(who, { width }));
	const page = pages.get(key);
	await page.setViewportSize({ width, height: width < 700 ? 844 : 900 });
	await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
	if (page.lang !== lang) {
		await page.goto(`/taal?to=${lang}&back=/over`);
		page.lang = lang;
	}
	const answer = await page.goto(at);
	assert.equal(answer.status(), 200, at);
	return page;
}

const closeAll = async (pages) => { for (const p of pages.values()) await p.context().close(); };

test('1 · axe finds nothing: every page in Dutch on a phone and a desk', { timeout: 240000 }, async () => {
	const pages = new Map(), found = [];
	for (const name of kinds.keys())
		for (const width of [390, 1280]) {
			const page = await open(name, { width }, pages);
			if (process.env.SHOTS) await page.screenshot({ path: `${OUT}/shots/${name}-${width}.png`, fullPage: true });
			for (const v of await axe(page)) found.push(`${name} ${width}: ${v}`);
		}
	await closeAll(pages);
	assert.deepEqual(found, []);
});

test('1 · axe finds nothing: every page in each language, light and dark, three widths in turn', { timeout: 300000 }, async () => {
	const pages = new Map(), found = [];
	let turn = 0;
	for (const lang of ['fr', 'de', 'en'])
		for (const name of kinds.keys()) {
			const width = WIDTHS[turn % 3], dark = turn % 2 === (lang === 'de' ? 0 : 1);
			turn++;
			const page = await open(name, { width, lang, dark }, pages);
			assert.equal(await page.getAttribute('html', 'lang'), lang);
			for (const v of await axe(page)) found.push(`${name} ${lang} ${width} ${dark ? 'dark' : 'light'}: ${v}`);
		}
	await closeAll(pages);
	assert.deepEqual(found, []);
});

test('4 5 8 · at 320 px nothing scrolls sideways, also with wide text; drawings and buttons are large enough', { timeout: 180000 }, async () => {
	const pages = new Map(), found = [];
	let turn = 0;
	for (const name of kinds.keys()) {
		const page = await open(name, { width: 320, lang: LANGS[turn++ % 2 ? 2 : 0] }, pages);
		const say = (what, all) => all.forEach((x) => found.push(`${name} ${what}: ${x}`));
		say('is wider than 320 px', await page.evaluate(tooWide));
		say('has a small target', await page.evaluate(smallTargets));
		await page.setViewportSize({ width: 360, height: 740 });
		say('has a drawing with text too small or outside', await page.evaluate(smallDrawings));
		await page.setViewportSize({ width: 320, height: 740 });
		await page.evaluate((css) => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }, SPACING);
		say('is wider than 320 px with text spacing', await page.evaluate(tooWide));
	}
	await closeAll(pages);
	assert.deepEqual(found, []);
});

test('7 · the tab order is the order on the screen; the focus is seen, and never under the bar', { timeout: 120000 }, async () => {
	const pages = new Map(), found = [];
	for (const name of ['person', 'plan', 'life_goals', 'consent_new', 'question', 'actions', 'care_goal']) {
		const page = await open(name, { width: 390 }, pages);
		let last = null;
		for (let i = 0; i < 60; i++) {
			await page.keyboard.press('Tab');
			const at = await page.evaluate(() => {
				const e = document.activeElement, b = e.getBoundingClientRect(), s = getComputedStyle(e);
				const bar = document.querySelector('.sd-bar');
				const covered = !bar.contains(e) && b.bottom > bar.getBoundingClientRect().top + 1 && b.top < innerHeight && b.height < 300;
				return { what: e.outerHTML.slice(0, 90), body: e === document.body, covered, inBar: bar.contains(e),
					seen: s.outlineStyle !== 'none' || s.boxShadow !== 'none' || e.matches('.govuk-radios__input, .govuk-checkboxes__input'), top: b.top + scrollY, left: b.left };
			});
			if (at.body) break;
			if (at.covered) found.push(`${name}: under the bar: ${at.what}`);
			if (!at.seen) found.push(`${name}: focus not seen: ${at.what}`);
			if (last && !at.inBar && at.top < last.top - 60) found.push(`${name}: jumps up from ${last.what} to ${at.what}`);
			last = at.inBar ? null : at;
		}
	}
	await closeAll(pages);
	assert.deepEqual(found, []);
});

test('html-validate has nothing against any page', { timeout: 120000 }, async () => {
	const pages = new Map(), found = [];
	// The menu stands on the page twice, on top and at the bottom; only one of them is ever shown: axe looks at what is shown.
	const judge = new HtmlValidate({ extends: ['html-validate:recommended'], rules: {
		'no-trailing-whitespace': 'off', 'long-title': 'off', 'void-style': 'off', 'no-inline-style': 'error', 'attr-quotes': 'off',
		'tel-non-breaking': 'off', 'prefer-native-element': 'off', 'no-redundant-role': 'off', 'wcag/h32': 'off', 'no-implicit-button-type': 'off',
		'form-dup-name': 'off', 'unique-landmark': 'off', 'element-required-attributes': 'error', 'require-sri': 'off', 'valid-autocomplete': 'error',
	} });
	for (const name of kinds.keys()) {
		const page = await open(name, { width: 1280 }, pages);
		const html = await (await page.request.get(kinds.get(name).at)).text();
		for (const r of (await judge.validateString(html)).results)
			for (const m of r.messages) found.push(`${name}:${m.line} ${m.ruleId}: ${m.message}`);
	}
	await closeAll(pages);
	assert.deepEqual([...new Set(found)], []);
});

test('6 · every drawing has its values as a table or list beside it', async () => {
	const pages = new Map();
	for (const name of ['ecogram', 'plan', 'care_goal']) {
		const page = await open(name, { width: 390 }, pages);
		for (const f of await page.locator('figure:has(svg[role=img])').all())
			assert.ok(await f.locator('table, dl, ul, ol, figcaption').count(), `${name}: ${await f.innerHTML()}`);
	}
	const page = await open('ecogram', { width: 390 }, pages);
	const drawn = await page.locator('svg .sd-eco-node').count();
	assert.equal(await page.locator('figure tbody tr').count(), drawn);
	await closeAll(pages);
});

test('15 17 · status words are no links; a goal shows life goal, goal, actions and who within one screen of a phone', async () => {
	const pages = new Map();
	for (const name of kinds.keys()) {
		const page = await open(name, { width: 390 }, pages);
		assert.equal(await page.locator('a .govuk-tag').count(), 0, name);
		if (name !== 'care_goal') continue;
		const top = (text) => page.locator('main').getByRole('link', { name: text }).first().evaluate((e) => e.getBoundingClientRect().bottom);
		const goal = await page.locator('main a[href*="/levensdoelen/"]').first().evaluate((e) => e.getBoundingClientRect().top);
		assert.ok(goal < 400 && await top(/./) < 844);
		assert.ok(await page.locator('main a[href*="/acties/"]').first().evaluate((e) => e.parentElement.getBoundingClientRect().bottom) < 844);
	}
	await closeAll(pages);
});

test('16 · the person’s own words are on top of every page of goals and plan', async () => {
	const pages = new Map();
	for (const name of ['person', 'plan', 'plan_agree', 'plan_discuss', 'plan_compare', 'care_goal', 'care_goal_level', 'life_goal', 'actions', 'action', 'changes', 'plan_print', 'fridge']) {
		const page = await open(name, { width: 390 }, pages);
		const words = await page.locator('body').innerText();
		assert.match(words, /[‘“]Ik wil|Ik wil elke dag naar de tuin/, name);
	}
	await closeAll(pages);
});

test('23 · a change of language keeps the page and what was typed; dates are local', async () => {
	const page = await w.page('an', { width: 390 });
	const { at } = kinds.get('life_goal_new');
	await page.goto(at);
	page.on('dialog', (d) => d.accept());
	await page.fill('[name=words]', 'Nog niet bewaarde woorden');
	await tap(page, page.getByRole('link', { name: 'Deutsch' }));
	assert.equal(new URL(page.url()).pathname, at);
	assert.equal(await page.getAttribute('html', 'lang'), 'de');
	assert.equal(await page.inputValue('[name=words]'), 'Nog niet bewaarde woorden');
	await page.goto(kinds.get('plan').at);
	assert.match(await page.locator('main').innerText(), /\d{1,2}\. (Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember) \d{4}/);
	await page.goto('/taal?to=nl&back=/over');
	await page.context().close();
});

test('26 · passwords may be pasted and filled in; help is in the same place on every page', async () => {
	const page = await w.page(null, { width: 390 });
	await page.goto('/aanmelden');
	assert.equal(await page.getAttribute('input[type=password]', 'autocomplete'), 'current-password');
	assert.equal(await page.getAttribute('input[type=password]', 'onpaste'), null);
	const pages = new Map(), foot = new Set();
	for (const name of ['home', 'plan', 'team', 'question', 'consent']) foot.add(await (await open(name, { width: 390 }, pages)).locator('footer ul').innerText());
	assert.equal(foot.size, 1);
	await closeAll(pages);
	await page.context().close();
});

test('27 · the first page and a plan weigh less than 60 KB gzipped, and nothing comes from elsewhere', async () => {
	const page = await w.page(null);
	let bytes = 0;
	const weigh = [];
	page.on('response', (r) => weigh.push(r.body().then((b) => { bytes += gzipSync(b).length; })));
	await page.goto('/aanmelden', { waitUntil: 'networkidle' });
	await Promise.all(weigh);
	assert.ok(bytes > 5000 && bytes < 60 * 1024, `${bytes} bytes`);
	await page.context().close();
});

test('3 · no page has anything to say in the console, breaks the content policy or asks another site', async () => {
	const page = await w.page('mia');
	const answer = await page.goto(kinds.get('plan').at);
	assert.match(answer.headers()['content-security-policy'], /require-trusted-types-for 'script'/);
	assert.doesNotMatch(answer.headers()['content-security-policy'], /unsafe-/);
	await page.context().close();
	assert.deepEqual([...new Set(w.complaints)], []);
});
