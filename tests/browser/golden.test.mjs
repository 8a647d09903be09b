// The HTML of pages of the demonstration world, as it was last looked at and found good: tests/golden/pages. UPDATE=1 writes them again.
// What differs from run to run is given a name: ids, dates, times, tokens, names of assets.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { World, personPath } from './lib.mjs';

const DIR = 'tests/golden/pages';
const MONTHS = 'januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december';
let w;
before(async () => {
	w = await World.open('golden');
	mkdirSync(DIR, { recursive: true });
});
after(async () => { await w.close(); });

function plain(html) {
	const ids = new Map();
	const id = (x) => ids.get(x) ?? ids.set(x, `id-${ids.size + 1}`).get(x);
	return html
		.replace(/name="_(csrf|once)" value="[^"]*"/g, 'name="_$1" value="token"')
		.replace(/name="seen" value="[^"]*"/g, 'name="seen" value="mark"')
		.replace(/\/static\/([a-z]+)-[0-9a-f]+\./g, '/static/$1.')
		.replaceAll('%2F', '/')
		.replace(/(?<=[/"=-])[a-z0-9]{13}(?=[/"?&#])/g, id)
		.replace(new RegExp(`\\b\\d{1,2} (${MONTHS})( \\d{4})?(, \\d{2}:\\d{2})?`, 'g'), 'DATE')
		.replace(/\b\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?/g, 'DATE');
}

const PAGES = [['mia', '', 'person'], ['mia', '/plan', 'plan'], ['mia', '/team', 'team'], ['mia', '/ecogram', 'ecogram'], ['mia', '/levensdoelen', 'life-goals'],
	['mia', '/zorgdoelen', 'care-goals'], ['mia', '/acties', 'actions'], ['mia', '/acties/nieuw', 'action-new'], ['mia', '/plan/versies/1', 'plan-version'],
	['mia', '/koelkast', 'fridge'], ['derks', '/plan', 'own-plan'], ['derks', '/plan/akkoord', 'own-agree'], ['derks', '/toestemming', 'own-consent'], ['els', '/plan', 'carer-plan']];

for (const [who, rest, name] of PAGES)
	test(`golden · ${who} ${rest || '/'}`, async () => {
		const page = await w.page(who);
		const at = await personPath(page, who === 'derks' ? undefined : 'Derks');
		const html = plain(await (await page.request.get(at + rest)).text()), file = `${DIR}/${name}.html`;
		await page.context().close();
		if (process.env.UPDATE) return writeFileSync(file, html);
		assert.equal(html, readFileSync(file, 'utf8'), `${file} differs: look at the page, then UPDATE=1 make browser ONLY=golden`);
	});
