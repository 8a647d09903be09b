// One address of every kind of page, found by following links: what nobody can reach by links is missed on purpose, and told.
import { readFileSync, readdirSync } from 'node:fs';

// "/persoon/{person}/acties/{id}" → what an address of that kind looks like, most words first.
function routes() {
	const all = [];
	const dir = 'src/web/pages';
	for (const f of readdirSync(dir).filter((n) => n.endsWith('.c')))
		for (const m of readFileSync(`${dir}/${f}`, 'utf8').matchAll(/const Page page_(\w+) = \{([^;]*)\};/g)) {
			const path = m[2].match(/\.path = S_INIT\("([^"]+)"\)/)[1];
			const re = new RegExp(`^${path.replace(/\{\w+\}/g, '[A-Za-z0-9.-]+')}$`);
			all.push({ name: m[1], path, re, braces: path.split('{').length, get: /\.get = /.test(m[2]), need: m[2].match(/\.need = (\w+)/)[1] });
		}
	return all.sort((a, b) => a.braces - b.braces);
}

export const ROUTES = routes();
export const routeOf = (pathname) => ROUTES.find((r) => r.re.test(pathname));

const ASIDE = new Set(['plan_pdf', 'language']); // no HTML of their own

// name → address. start: where this user begins; only addresses of one person are followed, so that pages go together.
export async function everyKind(page, start = ['/']) {
	const found = new Map(), todo = [...start], seen = new Set();
	let person = null;
	while (todo.length) {
		const at = todo.shift();
		if (seen.has(at)) continue;
		seen.add(at);
		const route = routeOf(at.split('?')[0]);
		if (!route || !route.get || ASIDE.has(route.name) || found.has(route.name)) continue;
		const answer = await page.goto(at);
		if (answer.status() !== 200) throw new Error(`${at} answers ${answer.status()}`);
		// The first page sends some people on: what counts is where they come.
		const there = new URL(page.url());
		if (!found.has(routeOf(there.pathname).name)) found.set(routeOf(there.pathname).name, there.pathname + there.search);
		for (const href of await page.$$eval('a[href^="/"]', (a) => a.map((x) => x.getAttribute('href').split('#')[0]))) {
			const who = href.match(/^\/persoon\/([^/?]+)/)?.[1];
			person ??= who;
			if (!who || who === person) todo.push(href);
		}
	}
	return found;
}
