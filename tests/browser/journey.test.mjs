// The main job, end to end: from what matters to an agreed plan. As a professional on a desk and on a phone, with scripts and without.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { World, follow, personPath, press, signIn, tap } from './lib.mjs';

let w;
before(async () => { w = await World.open('journey'); });
after(async () => { await w.close(); });

const WORDS = 'Ik wil weer zelf naar de markt kunnen.';
const LEVELS = ['Komt niet buiten', 'Stapt tot aan de voordeur', 'Stapt tot aan de hoek', 'Stapt tot aan het plein', 'Stapt tot op de markt'];

async function newPerson(page, family) {
	await page.goto('/');
	await follow(page, 'Nieuwe persoon', 'main');
	await page.fill('[name=given]', 'Rosa');
	await page.fill('[name=family]', family);
	await page.fill('[name=birth_date]', '1948-03-02');
	await page.fill('[name=phone]', '09 200 00 00');
	await page.fill('[name=why]', 'Rosa vroeg hulp bij het buitenkomen.');
	await page.fill('[name=role_text]', 'zorgcoördinator');
	await press(page, 'Bewaren');
	const at = new URL(page.url()).pathname.match(/^\/persoon\/[^/]+/);
	assert.ok(at, `after the first save: ${page.url()} ${await page.locator('main').innerText()}`);
	return at[0];
}

async function relative(page, at) {
	await page.goto(`${at}/naaste/nieuw`);
	await page.fill('[name=name]', 'Jef Maes');
	await page.fill('[name=relationship]', 'zoon');
	await page.check('[name=what][value=carer]');
	await press(page, 'Bewaren');
	await page.goto(`${at}/team`);
	assert.match(await page.locator('main').innerText(), /Jef Maes/);
}

// One question a page; saved for later after the second; taken up again where the questions are.
async function conversation(page, at, js) {
	await page.goto(`${at}/gesprek`);
	await press(page, 'Begin het gesprek');
	assert.equal(await page.locator('main textarea').count(), 1, 'one question a page');
	await page.fill('[name=answer]', 'Een goede dag begint met koffie op het plein.');
	await press(page, 'Verder');
	const second = page.url();
	await page.fill('[name=answer]', `Vroeger had ik een kraam. ${WORDS}`);
	await press(page, 'Bewaren en later verdergaan');
	assert.match(await page.locator('main').innerText(), /bewaard/i);
	await page.goto(second);
	assert.match(await page.inputValue('[name=answer]'), /kraam/, 'what was written is still there');
	await follow(page, 'Deze vraag overslaan', 'main');
	await page.goto(second.replace(/\/[^/]+$/, ''));
	await mark(page, js);
	assert.equal(await page.locator('mark').first().innerText(), WORDS);
}

// A sentence is marked with one tap on it.
async function mark(page) {
	const sentence = page.getByRole('button', { name: WORDS, exact: true });
	await page.locator('details', { has: page.locator(`button[value="${WORDS}"]`) }).locator('summary').click();
	await Promise.all([page.waitForNavigation(), sentence.click()]);
}

async function lifeGoals(page, at) {
	await press(page, 'Maak hier een levensdoel van');
	const goal = new URL(page.url()).pathname;
	assert.match(goal, /\/levensdoelen\/[^/]+$/);
	assert.match(await page.locator('h1').innerText(), /zelf naar de markt/);
	await page.goto(`${at}/levensdoelen/nieuw`);
	await page.fill('[name=words]', 'Ik wil mijn zus in Spanje nog eens zien.');
	await page.check('[name=domain][value=people]');
	await page.check('[name=state][value=dream]');
	await press(page, 'Bewaren');
	await page.goto(`${at}/levensdoelen`);
	assert.match(await page.locator('li.sd-card').first().innerText(), /markt/);
	await press(page, /Belangrijker – Ik wil mijn zus/);
	assert.match(await page.locator('li.sd-card').first().innerText(), /zus/, 'the order is the person’s');
	await press(page, /Bovenaan vastzetten – .*markt/);
	assert.match(await page.locator('li.sd-card').first().innerText(), /markt/, 'pinned on top');
	return goal.split('/').pop();
}

// 18: five worded levels, one step a page.
async function careGoal(page, at, lifeGoal) {
	await page.goto(`${at}/levensdoelen/${lifeGoal}`);
	await follow(page, 'Zorgdoel toevoegen', 'main');
	await page.fill('[name=text]', 'Elke week een stuk verder stappen, tot op de markt');
	await press(page, 'Verder');
	for (let i = 0; i < 5; i++) await page.fill(`[name=scale_${i}]`, LEVELS[i]);
	await press(page, 'Verder');
	await page.fill('[name=needed]', 'Een rollator en iemand die meestapt.');
	await press(page, 'Verder');
	const now = new Date(), later = new Date(now.getTime() + 90 * 864e5);
	await page.fill('[name=start]', now.toISOString().slice(0, 10));
	await page.fill('[name=due]', later.toISOString().slice(0, 10));
	await press(page, 'Verder');
	await page.check('[name=owner] >> nth=0');
	await press(page, 'Verder');
	assert.match(page.url(), /\/zorgdoelen\/[^/]+$/);
	const text = await page.locator('main').innerText();
	for (const l of LEVELS) assert.ok(text.includes(l), l);
	return page.url().split('/').pop();
}

async function action(page, at, careGoalId, what, owner, when) {
	await page.goto(`${at}/acties/nieuw?zorgdoel=${careGoalId}`);
	await page.fill('[name=what]', what);
	await page.locator('.govuk-radios__item', { hasText: owner }).locator('input').check();
	await page.fill('[name=when]', when);
	await press(page, 'Bewaren');
	assert.match(await page.locator('main').innerText(), /bewaard/i);
}

async function actions(page, at, careGoalId) {
	await page.goto(`${at}/acties/nieuw?zorgdoel=${careGoalId}`);
	assert.match(await page.locator('.govuk-radios__item', { has: page.locator('[name=owner]') }).first().innerText(), /Rosa/, 'the person first');
	await action(page, at, careGoalId, 'Elke dag tot aan de voordeur stappen', 'Rosa', 'na de koffie');
	await action(page, at, careGoalId, 'Zaterdag meestappen', 'Jef Maes', 'zaterdag om 10 uur');
	await action(page, at, careGoalId, 'Een rollator aanvragen', 'Mia Claes', 'deze week');
	await page.goto(`${at}/acties`);
	const text = await page.locator('main').innerText();
	assert.ok(text.indexOf('voordeur') < text.indexOf('meestappen') && text.indexOf('meestappen') < text.indexOf('rollator'),
		'person, surroundings, professionals');
}

async function discuss(page, at) {
	await page.goto(`${at}/plan`);
	await follow(page, 'Begin het plan', 'main');
	await press(page, 'Bewaren');
	await page.goto(`${at}/plan`);
	assert.match(await page.locator('main').innerText(), /In opmaak/);
	await page.goto(`${at}/plan/bespreken`);
	await page.fill('[name=text]', 'Rosa vraagt of het ook op woensdag kan.');
	await press(page, 'Opmerking bewaren');
	await press(page, 'Leg het plan op tafel');
	assert.match(await page.locator('main').innerText(), /bespreking/i);
}

// Said at the kitchen table: the professional writes down the words, and says that they were said.
async function spokenAgreement(page, at) {
	await page.goto(`${at}/plan/akkoord`);
	const goals = await page.locator('input[value=agree]').count();
	for (let i = 0; i < goals; i++) await page.check(`[name=goal_${i}][value=agree]`);
	await press(page, 'De persoon is akkoord met alles');
	assert.ok(await page.locator('.govuk-error-summary').count(), 'not without saying that it was spoken');
	await page.check('[name=spoken]');
	await page.fill('[name=words]', '“Ja, dat is goed zo”, zei Rosa.');
	await press(page, 'De persoon is akkoord met alles');
	assert.match(await page.locator('main').innerText(), /versie 1/i);
}

async function versions(page, at) {
	await page.goto(`${at}/plan/versies/1`);
	assert.match(await page.locator('main').innerText(), /Zaterdag meestappen/);
	await page.goto(`${at}/plan/herzien`);
	await press(page, /./);
	await page.goto(`${at}/acties`);
	await follow(page, 'Zaterdag meestappen', 'main');
	await follow(page, 'Actie wijzigen', 'main');
	await page.fill('[name=what]', 'Zaterdag en woensdag meestappen');
	await press(page, 'Bewaren');
	await page.goto(`${at}/plan/vergelijk`);
	const text = await page.locator('main').innerText();
	assert.match(text, /Zaterdag meestappen/);
	assert.match(text, /Zaterdag en woensdag meestappen/);
	await page.goto(`${at}/plan/versies/1`);
	assert.doesNotMatch(await page.locator('main').innerText(), /woensdag meestappen/, 'a version stays as it was agreed');
}

async function paper(page, at) {
	for (const there of ['plan/afdruk', 'koelkast']) {
		const answer = await page.goto(`${at}/${there}`);
		assert.equal(answer.status(), 200);
		assert.match(await page.locator('main').innerText(), /meestappen/);
	}
	const pdf = await page.request.get(`${at}/plan/plan.pdf`);
	assert.equal(pdf.headers()['content-type'], 'application/pdf');
	assert.equal((await pdf.body()).subarray(0, 5).toString(), '%PDF-');
}

for (const [width, js] of [[1280, true], [390, false], [390, true], [1280, false]])
	test(`2 · the main job as a professional at ${width} px ${js ? 'with' : 'without'} scripts`, async () => {
		const page = await w.page('mia', { width, js });
		const at = await newPerson(page, `Test${width}${js ? 'Met' : 'Zonder'}`);
		await relative(page, at);
		await conversation(page, at, js);
		const lifeGoal = await lifeGoals(page, at);
		const goal = await careGoal(page, at, lifeGoal);
		await actions(page, at, goal);
		await discuss(page, at);
		await spokenAgreement(page, at);
		await versions(page, at);
		await paper(page, at);
		await page.context().close();
	});

test('b · the person reads the plan on a phone, agrees, and there is a version', async () => {
	const page = await w.page(null, { width: 390 });
	await signIn(page, 'derks');
	const at = await personPath(page);
	await follow(page, 'Lees je plan en zeg wat je ervan vindt', 'main');
	assert.match(page.url(), /\/plan\/akkoord$/);
	assert.match(await page.locator('main').innerText(), /Ik wil elke dag naar de tuin/);
	for (const r of await page.locator('input[value=agree]').all()) await r.check();
	await press(page, 'Ja, ik ga akkoord met alles');
	assert.match(await page.locator('main').innerText(), /versie 2/i);
	await page.goto(`${at}/plan/versies`);
	assert.equal(await page.locator('main a[href*="/plan/versies/"]').count(), 2);
	await page.goto(`${at}/veranderd`);
	assert.match(await page.locator('main').innerText(), /verandering|Niets/i);
	await page.context().close();
});

test('20 · who looked in my file is two clicks from the first page', async () => {
	const page = await w.page('derks', { width: 390 });
	await page.goto('/');
	await tap(page, page.locator('.sd-bar a', { hasText: 'Meer' }));
	await tap(page, page.locator('main a[href$="/inzage"]'));
	const text = await page.locator('main').innerText();
	for (const said of [/An Peeters/, /verpleeg/i, /team/i, /\d{2}:\d{2}/]) assert.match(text, said);
	assert.ok(await page.locator('select[name=wie]').count(), 'can be narrowed to one person');
	assert.ok(await page.locator('main a[href*="/inzage/vraag/"]').count(), 'can be asked about');
	await page.context().close();
});

test('21 · consent per recipient and topic, what this person then sees, withdrawn in three clicks', async () => {
	const page = await w.page('derks', { width: 390 });
	const at = await personPath(page);
	await page.goto(`${at}/toestemming/nieuw`);
	await page.locator('.govuk-radios__item', { hasText: 'Pieter Derks' }).locator('input').check();
	await page.check('[name=categories][value=goals]');
	await press(page, /Bekijk eerst wat deze persoon dan ziet/);
	assert.match(await page.locator('main').innerText(), /Dit ziet Pieter Derks/);
	await press(page, /Ja, bewaar deze keuze/);
	assert.match(await page.locator('main').innerText(), /Pieter Derks/);
	await page.goto('/');
	await tap(page, page.locator('.sd-bar a', { hasText: 'Meer' }));
	await tap(page, page.locator('main a[href$="/toestemming"]'));
	await press(page, /Trek dit in.*Pieter Derks/);
	assert.equal(await page.getByRole('button', { name: /Trek dit in.*Pieter Derks/ }).count(), 0);
	await page.context().close();
});

test('c · each sees what is theirs, an outsider not even that there is someone', async () => {
	const mia = await w.page('mia');
	const derks = await personPath(mia, 'Derks');
	const els = await w.page('els', { width: 390 });
	assert.equal((await els.goto(`${derks}/plan`)).status(), 200, 'a carer with consent');
	const out = await w.page('jan');
	const there = await out.goto(`${derks}/plan`), said = await out.locator('main').innerText();
	const nobody = await out.goto('/persoon/0000000000000/plan'), saidNobody = await out.locator('main').innerText();
	assert.deepEqual([there.status(), said], [404, saidNobody]);
	assert.equal(nobody.status(), 404);
	const hanne = await w.page('hanne'), teacher = await w.page('leraar');
	const wesley = await personPath(hanne, 'Wesley');
	assert.equal(await personPath(teacher, 'Wesley'), wesley);
	assert.equal((await hanne.goto(`${wesley}/verhaal`)).status(), 200);
	assert.equal((await teacher.goto(`${wesley}/verhaal`)).status(), 403, 'a teacher does not read the story');
	const admin = await w.page('beheer');
	assert.equal((await admin.goto(`${derks}/plan`)).status(), 404);
	await admin.goto('/');
	assert.doesNotMatch(await admin.locator('body').innerText(), /tuin kunnen|suiker/);
	for (const p of [mia, els, out, hanne, teacher, admin]) await p.context().close();
});

test('3 · nothing was said in the console or by the content policy during the journeys', () => assert.deepEqual(w.complaints, []));

