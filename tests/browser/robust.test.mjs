// What people must never meet: text lost, records twice, a mistake without a way on, two editors who do not know of each other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { World, fillSignIn, personPath, press, signIn, tap } from './lib.mjs';

let w, derks;
before(async () => {
	w = await World.open('robust');
	const page = await w.page('mia');
	derks = await personPath(page, 'Derks');
	await page.context().close();
});
after(async () => { await w.close(); });

test('9 · a mistake: the title says so, the summary has the focus, its link goes to the field, what was typed is kept', async () => {
	for (const [at, field, good] of [['/personen/nieuw', 'given', 'family'], [`${derks}/acties/nieuw`, 'what', 'when'], [`${derks}/zorgdoelen/nieuw`, 'text', null],
		[`${derks}/levensdoelen/nieuw`, 'words', null], [`${derks}/naaste/nieuw`, 'name', 'relationship']]) {
		const page = await w.page('mia', { width: 390 });
		await page.goto(at);
		if (good) await page.fill(`[name=${good}]`, 'wat al getypt was');
		await tap(page, page.locator('main form').last().locator('button').first());
		assert.match(await page.title(), /^Fout: /, at);
		assert.ok(await page.evaluate(() => document.activeElement.matches('.govuk-error-summary')), `${at}: focus`);
		await page.locator(`.govuk-error-summary a[href="#${field}"]`).click();
		assert.equal(await page.evaluate(() => document.activeElement.id), field, at);
		assert.equal(await page.getAttribute(`[name=${field}]`, 'aria-invalid') ?? 'true', 'true');
		if (good) assert.equal(await page.inputValue(`[name=${good}]`), 'wat al getypt was', at);
		await page.context().close();
	}
});

test('10 · new and edit are the same form', async () => {
	const page = await w.page('mia');
	const names = async (at) => {
		await page.goto(at);
		return page.$$eval('main form [name]', (all) => [...new Set(all.filter((e) => e.type !== 'hidden').map((e) => e.name))].sort());
	};
	const first = async (at, part) => {
		await page.goto(at);
		return page.locator(`main a[href*="${part}"]`).evaluateAll((a, p) => a.map((x) => x.getAttribute('href')).find((h) => !h.includes('nieuw') && h.includes(p)), part);
	};
	const action = await first(`${derks}/acties`, '/acties/');
	assert.deepEqual(await names(`${derks}/acties/nieuw`), await names(`${action}/wijzigen`));
	const goal = await first(`${derks}/zorgdoelen`, '/zorgdoelen/');
	assert.deepEqual(await names(`${derks}/zorgdoelen/nieuw`), await names(`${goal}/stap/wat`));
	await page.context().close();
});

test('11 · the session ends while typing: after signing in again the text is there, and can be saved', async () => {
	for (const js of [true, false]) {
		const page = await w.page(null, { width: 390, js });
		await signIn(page, 'an');
		await page.goto(`${derks}/levensdoelen/nieuw`);
		await page.fill('[name=words]', `Getypt terwijl de tijd om was ${js}`);
		await w.endSessions();
		await press(page, 'Bewaren');
		assert.match(page.url(), /\/aanmelden/);
		await fillSignIn(page, 'an');
		assert.match(page.url(), /\/levensdoelen\/nieuw/, 'back where one was');
		assert.equal(await page.inputValue('[name=words]'), `Getypt terwijl de tijd om was ${js}`);
		await press(page, 'Bewaren');
		await page.goto(`${derks}/levensdoelen`);
		assert.equal(await page.getByText(`Getypt terwijl de tijd om was ${js}`).count() > 0, true);
		await page.context().close();
	}
});

// The same form sent twice at once, as an impatient thumb does without scripts.
async function sendTwice(page, at, fill, button) {
	await page.goto(at);
	await fill();
	await page.locator('main').getByRole('button', { name: button }).first().evaluate((b) => {
		const send = () => fetch(b.form.action, { method: 'POST', body: new URLSearchParams(new FormData(b.form, b)), redirect: 'manual' });
		return Promise.all([send(), send()]);
	});
}

test('12 · a double click makes one record', async () => {
	const page = await w.page('mia');
	const count = async (at, text) => {
		await page.goto(at);
		return (await page.locator('main').innerText()).split(text).length - 1;
	};
	await sendTwice(page, `${derks}/acties/nieuw`, () => page.fill('[name=what]', 'Dubbel geklikte actie'), 'Bewaren');
	assert.equal(await count(`${derks}/acties`, 'Dubbel geklikte actie'), 1);
	await sendTwice(page, `${derks}/levensdoelen/nieuw`, () => page.fill('[name=words]', 'Dubbel geklikt levensdoel'), 'Bewaren');
	assert.equal(await count(`${derks}/levensdoelen`, '“Dubbel geklikt levensdoel”'), 1);
	await sendTwice(page, `${derks}/zorgdoelen/nieuw`, async () => {
		await page.check('[name=life_goals] >> nth=0');
		await page.fill('[name=text]', 'Dubbel geklikt zorgdoel');
	}, 'Verder');
	await page.goto(`${derks}/zorgdoelen`);
	assert.equal(await page.locator('main').getByRole('link', { name: 'Dubbel geklikt zorgdoel', exact: true }).count(), 1);
	await sendTwice(page, '/personen/nieuw', async () => {
		await page.fill('[name=given]', 'Dubbel');
		await page.fill('[name=family]', 'Klik');
		await page.fill('[name=why]', 'Vroeg hulp.');
		await page.fill('[name=role_text]', 'zorgcoördinator');
	}, 'Bewaren');
	await page.goto('/');
	assert.equal(await page.locator('main a', { hasText: 'Dubbel Klik' }).count(), 1);
	// And with scripts: the second click on the button does nothing.
	await page.goto(`${derks}/levensdoelen/nieuw`);
	await page.fill('[name=words]', 'Twee keer op de knop');
	await Promise.all([page.waitForNavigation(), page.locator('main form button').first().dblclick()]);
	await page.goto(`${derks}/levensdoelen`);
	assert.equal(await page.locator('li.sd-card', { hasText: 'Twee keer op de knop' }).count(), 1);
	await page.context().close();
});

test('13 · two editors: the second sees both texts and chooses', async () => {
	const mia = await w.page('mia'), an = await w.page('an');
	await mia.goto(`${derks}/acties`);
	const at = `${await mia.locator('main a[href*="/acties/"]:not([href*="nieuw"]):not([href*="volgens"])').first().getAttribute('href')}/wijzigen`;
	await mia.goto(at);
	await an.goto(at);
	const before = await mia.inputValue('[name=what]');
	await mia.fill('[name=what]', `${before}, zegt Mia`);
	await press(mia, 'Bewaren');
	await an.fill('[name=what]', `${before}, zegt An`);
	await press(an, 'Bewaren');
	assert.equal(await an.inputValue('[name=what]'), `${before}, zegt An`, 'nothing typed is lost');
	assert.match(await an.locator('main').innerText(), /zegt Mia/, 'what the other saved is beside it');
	await press(an, 'Bewaren');
	await mia.goto(at);
	assert.equal(await mia.inputValue('[name=what]'), `${before}, zegt An`);
	await mia.context().close();
	await an.context().close();
});

test('14 · a save says what, who can see it, and can be undone', async () => {
	const page = await w.page('mia', { width: 390 });
	await page.goto(`${derks}/acties`);
	const at = `${await page.locator('main a[href*="/acties/"]:not([href*="nieuw"]):not([href*="volgens"])').nth(1).getAttribute('href')}/wijzigen`;
	await page.goto(at);
	const before = await page.inputValue('[name=what]');
	await page.fill('[name=what]', 'Per ongeluk veranderd');
	await press(page, 'Bewaren');
	const banner = page.locator('.govuk-notification-banner--success');
	assert.match(await banner.innerText(), /mag zien, ziet dit ook/);
	await tap(page, banner.getByRole('button'));
	await page.goto(at);
	assert.equal(await page.inputValue('[name=what]'), before);
	await page.context().close();
});

test('25 · the plan on paper: no buttons, tables open, and a tagged PDF of at most four pages', async () => {
	const page = await w.page('mia');
	await page.goto(`${derks}/plan/afdruk`);
	await page.emulateMedia({ media: 'print' });
	assert.equal(await page.locator('button:visible, nav:visible, .sd-bar:visible').count(), 0);
	for (const link of (await page.emulateMedia({ media: 'screen' }), await page.goto(`${derks}/plan`), await page.locator('a[href*="plan.pdf"]').evaluateAll((a) => a.map((x) => x.getAttribute('href'))))) {
		const pdf = (await (await page.request.get(link)).body()).toString('latin1');
		assert.match(pdf, /^%PDF-/);
		const pages = Number(pdf.match(/\/Type \/Pages[^>]*\/Count (\d+)/)?.[1] ?? pdf.match(/\/Count (\d+)/)?.[1] ?? 1);
		assert.ok(pages >= 1 && pages <= 4, `${link}: ${pages} pages`);
		assert.match(pdf, /\/MarkInfo|\/StructTreeRoot/, `${link} is tagged`);
	}
	await page.context().close();
});

test('c · every page of a person answers an outsider and an administrator as if nobody was there', async () => {
	const mia = await w.page('mia'), out = await w.page('karel'), admin = await w.page('beheer');
	for (const rest of ['', '/plan', '/team', '/ecogram', '/gesprek', '/levensdoelen', '/zorgdoelen', '/acties', '/inzage', '/toestemming', '/plan/plan.pdf', '/koelkast', '/veranderd']) {
		const a = await out.request.get(derks + rest), b = await admin.request.get(derks + rest), c = await out.request.get(`/persoon/0000000000000${rest}`);
		assert.deepEqual([a.status(), b.status(), c.status()], [404, 404, 404], rest);
		const bare = async (r) => (await r.text()).replaceAll(/persoon%2F[^"]*|name="_(csrf|once)" value="[^"]*"/g, '');
		assert.equal(await bare(a), await bare(c), rest);
	}
	for (const p of [mia, out, admin]) await p.context().close();
});

test('3 · nothing was said in the console meanwhile', () => assert.deepEqual(w.complaints, []));
