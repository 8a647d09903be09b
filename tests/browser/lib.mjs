// What every browser test starts from: its own copy of the demonstration world behind its own server, one Chromium, people who sign in.
// Each test file is a process of its own, so that what one journey writes is never seen by another.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const PASSWORD = 'samen-op-weg-2026';
const BUILD = process.env.B ?? 'build';
export const OUT = join(BUILD, 'browser');
const BINARY = join(BUILD, 'samendoel');
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync'];

function copyOfWorld(name) {
	const data = join(OUT, 'data', name);
	rmSync(data, { recursive: true, force: true });
	mkdirSync(join(OUT, 'data'), { recursive: true });
	cpSync(join(OUT, 'world'), data, { recursive: true });
	return data;
}

// A server on a free port; resolves when it says where it listens.
async function serve(data, port = 0) {
	const child = spawn(BINARY, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--demo'], { stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	const url = await new Promise((resolve, reject) => {
		const hear = (chunk) => {
			said += chunk;
			const at = said.match(/http:\/\/127\.0\.0\.1:\d+/);
			if (at) resolve(at[0]);
		};
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
		child.on('exit', (code) => reject(new Error(`the server stopped with ${code}: ${said}`)));
	});
	return { url, stop: () => new Promise((done) => { child.on('exit', done); child.kill('SIGTERM'); }) };
}

export class World {
	static async open(name) {
		const w = new World();
		w.data = copyOfWorld(name);
		w.server = await serve(w.data);
		w.url = w.server.url;
		w.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });
		w.states = new Map();
		w.complaints = [];
		return w;
	}

	async close() {
		await this.browser.close();
		await this.server.stop();
	}

	// Everybody's session is over: the server stops, the store says so, the server comes back at the same address.
	async endSessions() {
		await this.server.stop();
		execFileSync('sqlite3', [join(this.data, 'samendoel.db'), 'UPDATE session SET expires = 1']);
		this.server = await serve(this.data, new URL(this.url).port);
		this.states.clear();
	}

	// A page of someone who is signed in (login) or not (null). width: of the window; js: scripts run or not.
	async page(login, { width = 1280, js = true, lang, dark = false, height } = {}) {
		const context = await this.browser.newContext({
			baseURL: this.url, viewport: { width, height: height ?? (width < 700 ? 844 : 900) }, javaScriptEnabled: js, colorScheme: dark ? 'dark' : 'light',
			locale: 'nl-BE', timezoneId: 'Europe/Brussels', storageState: login && this.states.get(login),
		});
		const page = await context.newPage();
		page.setDefaultTimeout(10000);
		this.listen(page, login ?? 'nobody');
		if (login && !this.states.has(login)) {
			await signIn(page, login);
			this.states.set(login, await context.storageState());
		}
		if (lang) await page.goto(`/taal?to=${lang}&back=/`);
		return page;
	}

	// Whatever the console, the content policy or a script has to say against a page. Answers of 4xx are told by the tests themselves.
	listen(page, who) {
		const note = (what) => this.complaints.push(`${who} ${page.url()}: ${what}`);
		page.on('console', (m) => {
			if (['error', 'warning'].includes(m.type()) && !/status of 4\d\d/.test(m.text())) note(m.text());
		});
		page.on('pageerror', (e) => note(e.message));
		page.on('request', (r) => {
			if (!r.url().startsWith(this.url)) note(`asks ${r.url()}`);
		});
	}
}

export async function signIn(page, login, password = PASSWORD) {
	await page.goto('/aanmelden');
	await fillSignIn(page, login, password);
}

export async function fillSignIn(page, login, password = PASSWORD) {
	await page.fill('main input[autocomplete="username"]', login);
	await page.fill('main input[type="password"]', password);
	await Promise.all([page.waitForNavigation(), page.click('main form button[type="submit"]')]);
}

// The address of a person by a part of the name, as the signed-in user finds it on the first page: "/persoon/<id>".
export async function personPath(page, name) {
	await page.goto('/');
	const own = new URL(page.url()).pathname.match(/^\/persoon\/[^/]+/);
	if (own && !name) return own[0];
	const link = page.locator('main a[href^="/persoon/"]', { hasText: name }).first();
	return new URL(await link.getAttribute('href'), page.url()).pathname.match(/^\/persoon\/[^/]+/)[0];
}

// Clicks, and waits for the page that comes.
export async function tap(page, locator) {
	await Promise.all([page.waitForNavigation(), locator.first().click()]);
}

export const press = (page, text) => tap(page, page.locator('main').getByRole('button', { name: text }));
export const follow = (page, text, where = 'body') => tap(page, page.locator(where).getByRole('link', { name: text }));
