// Starts a server on a new store and lets tests/fault/server_race.c loose on it; then the store must verify. In rounds of 100 000
// requests, each on a new store: what is deleted stays in its dossier, and scanning hundreds of thousands of them proves nothing more.
// node tests/fault/server-race.mjs BINARY RACER DIR REQUESTS CLIENTS. Exit 1 when two were alive with one key.
import { spawn, spawnSync, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

const [, , binary, racer, dir, requests = '20000', clients = '32'] = process.argv;
const port = Number(process.env.RACE_PORT ?? 20000 + (process.pid % 20000));
const store = `${dir}/store`, tokens = `${dir}/tokens.txt`;
let server = null;
process.on('exit', () => server?.kill('SIGKILL'));

async function round(count) {
	rmSync(dir, { recursive: true, force: true });
	mkdirSync(dir, { recursive: true });
	execFileSync(binary, ['generate', '--data', store, '--persons', '40', '--accounts', '1', '--tokens', tokens], { stdio: 'ignore' });
	const token = readFileSync(tokens, 'utf8').split(' ')[0];
	server = spawn(binary, ['serve', '--data', store, '--listen', `127.0.0.1:${port}`], { stdio: 'ignore' });
	const get = (path) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } });
	for (let i = 0; ; i++) {
		if ((await get('/health').catch(() => null))?.status === 200) break;
		if (i === 400) throw new Error('the server did not start');
		await new Promise((ok) => setTimeout(ok, 10));
	}
	const mine = await (await get('/fhir/Patient?_count=40')).json();
	const patients = (mine.entry ?? []).map((e) => e.resource.id);
	if (!patients.length) throw new Error('the account sees no person');
	const race = spawnSync(racer, [String(port), token, String(count), clients, ...patients], { stdio: 'inherit' });
	server.kill('SIGTERM');
	await new Promise((ok) => server.on('exit', ok));
	const verified = spawnSync(binary, ['verify', '--data', store], { encoding: 'utf8' });
	if (verified.status !== 0) console.error(verified.stdout, verified.stderr);
	return race.status === 0 && verified.status === 0;
}

let good = true;
for (let left = Number(requests); left > 0; left -= 100000) good = (await round(Math.min(left, 100000))) && good;
rmSync(dir, { recursive: true, force: true });
process.exit(good ? 0 : 1);
