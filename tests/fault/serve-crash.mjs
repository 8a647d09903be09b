// Kills the whole server (kill -9) in the middle of writes over HTTP, starts it again and looks for what it acknowledged.
// node tests/fault/serve-crash.mjs BINARY DIR ROUNDS — a store of 40 generated persons is made in DIR. Exit 1 when a write is lost, an
// update went backwards, or the store does not verify.
import { spawn, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';

const [, , binary, dir, rounds = '200'] = process.argv;
const port = 20000 + (process.pid % 20000);
const store = `${dir}/store`, tokens = `${dir}/tokens.txt`;
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
let token = '';

function call(method, path, body) {
	return new Promise((done, failed) => {
		const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' };
		const r = http.request({ host: '127.0.0.1', port, method, path, agent, headers, timeout: 5000 }, (reply) => {
			let text = '';
			reply.on('data', (d) => (text += d)).on('end', () => done({ status: reply.statusCode, text, headers: reply.headers })).on('error', failed);
			reply.on('aborted', () => failed(new Error('cut off')));
		});
		r.on('error', failed).on('timeout', () => r.destroy(new Error('time-out')));
		r.end(body);
	});
}

async function start() {
	const server = spawn(binary, ['serve', '--data', store, '--listen', `127.0.0.1:${port}`], { stdio: 'ignore' });
	for (let i = 0; i < 200; i++) {
		try {
			if ((await call('GET', '/health')).status === 200) return server;
		} catch { /* not yet */ }
		await new Promise((ok) => setTimeout(ok, 10));
	}
	throw new Error('the server did not start');
}

const note = (patient, text) => JSON.stringify({ resourceType: 'Communication', status: 'completed', subject: { reference: `Patient/${patient}` }, payload: [{ contentString: text }] });

async function writer(patients, kept, until) {
	while (!until.over) {
		const patient = patients[Math.floor(Math.random() * patients.length)];
		try {
			const made = await call('POST', '/fhir/Communication', note(patient, `ronde ${until.round}`));
			if (made.status !== 201) throw new Error(`${made.status} ${made.text}`);
			const id = made.headers.location.match(/Communication\/([^/]+)/)[1];
			kept.set(id, 1);
			const resource = { ...JSON.parse(note(patient, 'tweede versie')), id };
			const changed = await call('PUT', `/fhir/Communication/${id}`, JSON.stringify(resource));
			if (changed.status === 200) kept.set(id, 2);
		} catch (e) {
			if (!until.over) throw e;
		}
	}
}

async function check(kept) {
	let lost = 0;
	for (const [id, version] of kept) {
		const r = await call('GET', `/fhir/Communication/${id}`);
		const now = r.status === 200 ? Number(JSON.parse(r.text).meta.versionId) : 0;
		if (now < version) {
			lost++;
			console.error(`Communication/${id}: acknowledged version ${version}, found ${now || r.status}`);
		}
	}
	return lost;
}

rmSync(dir, { recursive: true, force: true });
mkdirSync(dir, { recursive: true });
execFileSync(binary, ['generate', '--data', store, '--persons', '40', '--accounts', '1', '--tokens', tokens], { stdio: 'ignore' });
token = readFileSync(tokens, 'utf8').split(' ')[0];
let server = await start(), acknowledged = 0, lost = 0;
process.on('exit', () => server.kill('SIGKILL')); // also when something throws
const mine = JSON.parse((await call('GET', '/fhir/Patient?_count=20')).text);
const patients = (mine.entry ?? []).map((e) => e.resource.id);
if (!patients.length) throw new Error('the account sees no person');
for (let round = 1; round <= Number(rounds); round++) {
	const kept = new Map(), until = { over: false, round };
	const writers = Array.from({ length: 8 }, () => writer(patients, kept, until));
	await new Promise((ok) => setTimeout(ok, 20 + Math.random() * 180));
	until.over = true;
	server.kill('SIGKILL');
	await Promise.all(writers);
	await new Promise((ok) => (server.exitCode !== null || server.signalCode ? ok() : server.on('exit', ok)));
	server = await start();
	lost += await check(kept);
	acknowledged += kept.size;
}
server.kill('SIGTERM');
await new Promise((ok) => server.on('exit', ok));
agent.destroy();
execFileSync(binary, ['verify', '--data', store], { stdio: 'inherit' });
console.log(`${rounds} kills of the server, ${acknowledged} acknowledged resources, ${lost} lost`);
process.exit(lost ? 1 : 0);
