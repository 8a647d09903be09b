// Bulk export on a generated population: a server that is killed in the middle goes on where it was and writes no line twice; memory stays
// flat; files come by range and compressed; a foreign account finds nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BINARY, BUILD, LONG, ask, serve } from './lib.mjs';
import { report } from './report.mjs';

const PERSONS = LONG ? 3000 : 600, ROUNDS = LONG ? 12 : 4, RSS_GROWTH_MIB = 32;
const counts = { passed: 0, failed: 0, skipped: 0 };
const check = (ok, what) => {
	counts[ok ? 'passed' : 'failed']++;
	assert.ok(ok, what);
};
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const folder = join(BUILD, 'suites', 'bulk'), data = join(folder, 'data');
let server, bearer, other;

/** The job's address. */
async function start(path) {
	const r = await ask(server.base, bearer, 'GET', path, undefined, { Prefer: 'respond-async' });
	assert.equal(r.status, 202, JSON.stringify(r.body));
	return r.headers.get('content-location').replace(/^.*\/_bulk\//, '/_bulk/');
}

/** The manifest, when the job is done. */
async function finished(job) {
	for (;;) {
		const r = await ask(server.base, bearer, 'GET', job);
		if (r.status === 200) return r.body;
		assert.equal(r.status, 202, JSON.stringify(r.body));
		await sleep(20);
	}
}

const path_of = (url) => url.replace(/^.*\/_bulk\//, '/_bulk/');

/** All lines of all files as type → sorted texts. */
async function lines_of(manifest) {
	const all = {};
	for (const { type, url, count } of manifest.output) {
		const text = (await ask(server.base, bearer, 'GET', path_of(url))).body;
		const lines = text.split('\n').filter(Boolean);
		assert.equal(lines.length, count, `${type}: as many lines as the manifest says`);
		all[type] = lines.sort();
	}
	return all;
}

const rss = () => Number(readFileSync(`/proc/${server.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;

before(async () => {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	execFileSync(BINARY, ['generate', '--data', data, '--persons', String(PERSONS), '--accounts', '2', '--tokens', join(folder, 'tokens')]);
	[bearer, other] = readFileSync(join(folder, 'tokens'), 'utf8').trim().split('\n').map((line) => line.split(' ')[0]);
	// An account that is many professionals at once, so that it sees nearly everybody.
	server = await serve(data);
	const found = await ask(server.base, bearer, 'GET', '/Practitioner?_count=1000');
	await server.stop();
	const login = execFileSync(BINARY, ['user', 'list', '--data', data], { encoding: 'utf8' }).split('\n')[0].split('\t')[0];
	for (const { resource } of found.body.entry.slice(0, 60))
		execFileSync(BINARY, ['user', 'ref', login, '--ref', `Practitioner/${resource.id}`, '--data', data], { stdio: 'ignore' });
	server = await serve(data);
});
after(async () => {
	await server.stop();
	report('bulk', counts);
	rmSync(folder, { recursive: true, force: true });
});

let whole;
test('everything the account sees, once', async () => {
	const grown = rss();
	const manifest = await finished(await start('/$export'));
	check(rss() - grown <= RSS_GROWTH_MIB, `memory stays flat: ${grown.toFixed(1)} MiB before, ${rss().toFixed(1)} after`);
	check(manifest.requiresAccessToken === true && manifest.error.length === 0 && manifest.deleted.length === 0, 'the manifest');
	whole = await lines_of(manifest);
	check(whole.Patient.length > PERSONS / 4, `many persons: ${whole.Patient.length}`);
	for (const [type, lines] of Object.entries(whole)) {
		const ids = lines.map((line) => JSON.parse(line)).map((r) => (assert.equal(r.resourceType, type), r.id));
		check(new Set(ids).size === ids.length, `${type}: no resource twice`);
	}
	const total = (await ask(server.base, bearer, 'GET', '/Patient?_summary=count')).body.total;
	check(total === whole.Patient.length, 'as many persons as a search finds');
});

test('killed in the middle: it goes on, all lines exactly once', async () => {
	let cut = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const job = await start('/$export');
		await sleep(2 + round * 12);
		await server.kill();
		const at = JSON.parse(readFileSync(join(data, 'export', job.slice('/_bulk/'.length), 'job.json'), 'utf8'));
		cut += at.status < 2;
		server = await serve(data);
		const again = await lines_of(await finished(job));
		assert.deepEqual(Object.keys(again).sort(), Object.keys(whole).sort());
		for (const type of Object.keys(whole)) check(again[type].join('\n') === whole[type].join('\n'), `round ${round}: ${type} as without a crash`);
		assert.equal((await ask(server.base, bearer, 'DELETE', job)).status, 202);
	}
	check(cut > 0, `${cut} of ${ROUNDS} jobs were not done when the server was killed`);
});

test('files by range and compressed, for their own account only', async () => {
	const job = await start('/Patient/$export?_type=Goal');
	const manifest = await finished(job), file = path_of(manifest.output[0].url);
	const text = (await ask(server.base, bearer, 'GET', file)).body;
	const part = await ask(server.base, bearer, 'GET', file, undefined, { Range: 'bytes=100-299', 'Accept-Encoding': 'identity' });
	check(part.status === 206 && part.body === Buffer.from(text).subarray(100, 300).toString(), 'a range');
	check(part.headers.get('content-range') === `bytes 100-299/${Buffer.byteLength(text)}`, 'Content-Range');
	const past = await ask(server.base, bearer, 'GET', file, undefined, { Range: `bytes=${Buffer.byteLength(text)}-` });
	check(past.status === 416, 'a range behind the end');
	const packed = await ask(server.base, bearer, 'GET', file, undefined, { 'Accept-Encoding': 'gzip' });
	check(packed.headers.get('content-encoding') === 'gzip' && packed.body === text, 'compressed');
	check((await ask(server.base, other, 'GET', file)).status === 404, 'no file for another account');
	check((await ask(server.base, other, 'GET', job)).status === 404, 'no job for another account');
	check((await fetch(`${server.base}${file}`)).status === 401, 'not without a token');
	check((await ask(server.base, bearer, 'DELETE', job)).status === 202, 'thrown away');
	check((await ask(server.base, bearer, 'GET', file)).status === 404, 'and gone');
	for (let i = 0; i < 100 && existsSync(join(data, 'export', job.slice('/_bulk/'.length))); i++) await sleep(20);
	check(!existsSync(join(data, 'export', job.slice('/_bulk/'.length))), 'from the disk too');
});

test('what changed and what went since the last one', async () => {
	const before_at = (await finished(await start('/Patient/$export?_type=Patient'))).transactionTime;
	const goal = JSON.parse(whole.Goal[0]);
	goal.note = [{ text: 'Besproken.' }];
	const written = await ask(server.base, bearer, 'PUT', `/Goal/${goal.id}`, goal);
	const gone = JSON.parse(whole.Communication[0]);
	const deleted = await ask(server.base, bearer, 'DELETE', `/Communication/${gone.id}`);
	const manifest = await finished(await start(`/Patient/$export?_since=${before_at}`));
	const got = await lines_of(manifest);
	check(written.status !== 200 || (got.Goal ?? []).some((line) => JSON.parse(line).note), 'the goal that changed');
	check(deleted.status !== 204 || manifest.deleted[0]?.count === 1, 'the note that was deleted');
	check(written.status === 200 || deleted.status === 204, `one of the two was allowed: ${written.status}, ${deleted.status}`);
	check(!got.Patient, 'nobody else');
});

test('a disabled account has no running jobs', async () => {
	await start('/$export');
	await server.stop();
	const login = execFileSync(BINARY, ['user', 'list', '--data', data], { encoding: 'utf8' }).split('\n')[0].split('\t')[0];
	execFileSync(BINARY, ['user', 'disable', login, '--data', data], { stdio: 'ignore' });
	server = await serve(data);
	const open = () => readdirSync(join(data, 'export')).map((id) => JSON.parse(readFileSync(join(data, 'export', id, 'job.json'), 'utf8')))
		.filter((j) => j.status < 2);
	for (let i = 0; i < 200 && open().length; i++) await sleep(20);
	check(open().length === 0, 'a job of a disabled account does not go on');
});
