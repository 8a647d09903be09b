// What the long suites start from: a server on a fresh demonstration world, tokens, plain requests.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export const BUILD = process.env.B ?? 'build';
export const BINARY = join(BUILD, 'samendoel');
/** Long campaigns run under make conformance; a short form of them under make test. */
export const LONG = process.env.CONFORMANCE_LONG === '1';

/** A fresh copy of the demonstration world for one suite; the folder's path. */
export function world(name) {
	const made = join(BUILD, 'suites', 'world'), data = join(BUILD, 'suites', name);
	mkdirSync(join(BUILD, 'suites'), { recursive: true });
	if (!existsSync(made)) execFileSync(BINARY, ['demo', '--data', made], { stdio: 'ignore' });
	rmSync(data, { recursive: true, force: true });
	cpSync(made, data, { recursive: true });
	return data;
}

/** A token for an account of the world; only while no server runs on it. */
export function token(data, login) {
	const said = execFileSync(BINARY, ['user', 'token', login, '--data', data], { encoding: 'utf8' });
	return said.match(/\S{20,}/)[0];
}

/** A running server. kill(): as if the power went; stop(): as it should. */
export async function serve(data, ...options) {
	const child = spawn(BINARY, ['serve', '--data', data, '--listen', '127.0.0.1:0', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
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
	const end = (signal) => new Promise((done) => {
		if (child.exitCode !== null || child.signalCode !== null) return done();
		child.on('exit', done);
		child.kill(signal);
	});
	return { url, base: `${url}/fhir`, pid: child.pid, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** A request with a token; { status, headers, body } with the body parsed where it is JSON. */
export async function ask(base, bearer, method, path, body, headers = {}) {
	const answer = await fetch(path.startsWith('http') ? path : `${base}${path}`, {
		method, headers: { Authorization: `Bearer ${bearer}`, ...(body === undefined ? {} : { 'Content-Type': 'application/fhir+json' }), ...headers },
		body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
	});
	const text = await answer.text();
	let parsed = text;
	if (/json/.test(answer.headers.get('content-type') ?? '') && !/ndjson/.test(answer.headers.get('content-type'))) parsed = JSON.parse(text);
	return { status: answer.status, headers: answer.headers, body: parsed };
}
