// Subscriptions against a receiver of our own: what is down for a while loses nothing, whatever happens to the server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, LONG, serve, token, world } from './lib.mjs';
import { report } from './report.mjs';

const IG = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/';
const TOPIC = 'https://samendoel.org/fhir/SubscriptionTopic/';
const N = LONG ? 1000 : 60;
const counts = { passed: 0, failed: 0, skipped: 0 };

/** An endpoint that keeps what it got. down(): nobody listens on its port any more. */
class Receiver {
	got = [];
	headers = [];
	status = 200;
	delay = 0;
	sockets = new Set();
	async up() {
		this.server = http.createServer((request, response) => {
			let text = '';
			request.on('data', (part) => { text += part; });
			request.on('end', async () => {
				if (this.delay) await sleep(this.delay);
				if (this.status === 200) {
					this.headers.push(request.headers);
					this.got.push(read(JSON.parse(text)));
				}
				response.writeHead(this.status, { Location: '/elsewhere' }).end();
			});
		});
		this.server.on('connection', (socket) => {
			this.sockets.add(socket);
			socket.on('close', () => this.sockets.delete(socket));
		});
		await new Promise((done) => this.server.listen(this.port ?? 0, '127.0.0.1', done));
		this.port = this.server.address().port;
		return this;
	}
	async down() {
		for (const socket of this.sockets) socket.destroy();
		await new Promise((done) => this.server.close(done));
	}
	get url() { return `http://127.0.0.1:${this.port}/hook`; }
	get events() { return this.got.flatMap((note) => note.events); }
	/** number → version or id, and that a number never means two things. */
	byNumber() {
		const all = new Map();
		let last = 0;
		for (const event of this.events) {
			const what = `${event.focus}/${event.version}`;
			assert.equal(all.get(event.number) ?? what, what, `event ${event.number} means two things`);
			assert.ok(event.number <= last + 1, `event ${event.number} came after ${last}`);
			all.set(event.number, what);
			last = Math.max(last, event.number);
		}
		return all;
	}
}

/** A notification, in short. */
function read(bundle) {
	assert.equal(bundle.resourceType, 'Bundle');
	assert.equal(bundle.type, 'history');
	const [status, ...rest] = bundle.entry;
	const parameters = status.resource.parameter, value = (name) => parameters.find((p) => p.name === name);
	const events = parameters.filter((p) => p.name === 'notification-event').map((p) => {
		const part = (name) => p.part.find((x) => x.name === name);
		const focus = part('focus')?.valueReference.reference;
		const entry = rest.find((e) => e.fullUrl === focus);
		return { number: Number(part('event-number').valueString), focus: focus?.replace(/.*\/fhir\//, ''), entry, version: entry?.resource?.meta.versionId };
	});
	return { type: value('type').valueCode, status: value('status').valueCode, topic: value('topic').valueCanonical, count: Number(value('events-since-subscription-start').valueString), events, rest };
}

async function until(what, met, ms = 30000) {
	const end = Date.now() + ms;
	while (!(await met())) {
		assert.ok(Date.now() < end, `waited in vain until ${what}`);
		await sleep(20);
	}
}

const subscription = (criteria, endpoint, { content = 'full-resource', filter, count, headers, sse } = {}) => ({
	resourceType: 'Subscription', meta: { profile: [`${IG}backport-subscription`] }, status: 'requested', reason: 'test', criteria,
	...(filter ? { _criteria: { extension: [{ url: `${IG}backport-filter-criteria`, valueString: filter }] } } : {}),
	channel: {
		...(count ? { extension: [{ url: `${IG}backport-max-count`, valuePositiveInt: count }] } : {}),
		...(sse ? { _type: { extension: [{ url: `${IG}backport-channel-type`, valueCoding: { system: 'https://samendoel.org/fhir/CodeSystem/subscription-channel', code: 'sse' } }] } } : { type: 'rest-hook', endpoint }),
		...(headers ? { header: headers } : {}),
		payload: 'application/fhir+json', _payload: { extension: [{ url: `${IG}backport-payload-content`, valueCode: content }] },
	},
});

describe('subscriptions', () => {
	const tokens = {};
	let data, server, patient, hooks = [], more = '';
	const call = (who, method, path, body, headers) => ask(server.base, tokens[who], method, path, body, headers);
	const goal = (text) => ({ resourceType: 'Goal', lifecycleStatus: 'proposed', description: { text }, subject: { reference: `Patient/${patient}` } });
	const start = async () => { server = await serve(data, '--notify-to', more + hooks.map((h) => `http://127.0.0.1:${h.port}/hook`).join(',')); };
	const make = async (who, resource) => {
		const made = await call(who, 'POST', '/Subscription', resource);
		assert.equal(made.status, 201, JSON.stringify(made.body));
		return made.body.id;
	};
	const status = async (who, id) => (await call(who, 'GET', `/Subscription/${id}`)).body.status;
	const active = (who, id) => until('the subscription is active', async () => (await status(who, id)) === 'active');
	const check = (name, run) => test(name, async () => {
		try {
			await run();
			counts.passed++;
		} catch (error) {
			counts.failed++;
			throw error;
		}
	});

	before(async () => {
		data = world('subscriptions');
		for (const who of ['an', 'derks', 'els', 'mia', 'beheer']) tokens[who] = token(data, who);
		for (let i = 0; i < 4; i++) hooks.push(await new Receiver().up());
		await start();
		patient = (await call('derks', 'GET', '/Patient')).body.entry[0].resource.id;
	});
	after(async () => {
		await server?.stop();
		for (const hook of hooks) await hook.down().catch(() => {});
		report('subscriptions', counts);
	});
	const clean = async () => {
		for (const who of ['an', 'els', 'derks']) {
			const { body } = await call(who, 'GET', '/Subscription');
			for (const entry of body.entry ?? []) await call(who, 'DELETE', `/Subscription/${entry.resource.id}`);
		}
		for (const hook of hooks) Object.assign(hook, { got: [], headers: [], status: 200, delay: 0 });
	};

	check('a handshake, then what was made, changed and deleted, as the content asks', async () => {
		const ids = [];
		for (const [i, content] of ['empty', 'id-only', 'full-resource'].entries()) ids.push(await make('an', subscription(`${TOPIC}goal-changed`, hooks[i].url, { content, headers: ['Authorization: Bearer secret'] })));
		for (const id of ids) await active('an', id);
		const made = await call('an', 'POST', '/Goal', goal('one'));
		await call('an', 'PUT', `/Goal/${made.body.id}`, { ...goal('two'), id: made.body.id });
		await call('an', 'DELETE', `/Goal/${made.body.id}`);
		await until('all three events are everywhere', () => hooks.slice(0, 3).every((h) => h.events.length === 3));
		for (const hook of hooks.slice(0, 3)) {
			assert.deepEqual(hook.got.map((n) => n.type), ['handshake', 'event-notification', 'event-notification', 'event-notification']);
			assert.deepEqual(hook.got.map((n) => n.count), [0, 1, 2, 3]);
			assert.ok(hook.headers.every((h) => h.authorization === 'Bearer secret' && h['content-type'] === 'application/fhir+json'));
		}
		assert.ok(hooks[0].got.every((n) => n.rest.length === 0) && hooks[0].events.every((e) => !e.focus));
		assert.deepEqual(hooks[1].events.map((e) => [e.focus, e.entry.request.method, e.version]), ['POST', 'PUT', 'DELETE'].map((m) => [`Goal/${made.body.id}`, m, undefined]));
		assert.deepEqual(hooks[2].events.map((e) => e.entry.resource?.description.text), ['one', 'two', undefined]);
		const events = (await call('an', 'GET', `/Subscription/${ids[1]}/$events?eventsSinceNumber=2&eventsUntilNumber=2&content=full-resource`)).body;
		assert.equal(read(events).events[0].entry.resource.description.text, 'two');
		assert.equal((await call('mia', 'GET', `/Subscription/${ids[1]}/$events`)).status, 404);
		await clean();
	});

	check('filters, by search parameters and as R4 has them', async () => {
		const filtered = await make('an', subscription(`${TOPIC}Goal`, hooks[0].url, { filter: `Goal?patient=Patient/${patient}&lifecycle-status=active` }));
		const classic = await make('an', subscription(`Task?patient=Patient/${patient}`, hooks[1].url));
		await active('an', filtered);
		await active('an', classic);
		const made = await call('an', 'POST', '/Goal', goal('one'));
		await call('an', 'PUT', `/Goal/${made.body.id}`, { ...goal('two'), id: made.body.id, lifecycleStatus: 'active' });
		const task = await call('an', 'POST', '/Task', { resourceType: 'Task', status: 'requested', intent: 'plan', for: { reference: `Patient/${patient}` } });
		await until('both have theirs', () => hooks[0].events.length && hooks[1].events.length);
		await sleep(200);
		assert.deepEqual(hooks[0].events.map((e) => e.version), ['2']);
		assert.deepEqual(hooks[1].events.map((e) => e.focus), [`Task/${task.body.id}`]);
		await clean();
	});

	check(`an endpoint that is down, ${N} changes, and a server that is killed: all arrive, in order`, async () => {
		const id = await make('an', subscription(`${TOPIC}Goal`, hooks[0].url));
		await active('an', id);
		const made = await call('an', 'POST', '/Goal', goal('start'));
		await until('the first event is there', () => hooks[0].events.length === 1);
		await hooks[0].down();
		let version = 1;
		for (let i = 0; i < N; i++) {
			if (i === N / 2) {
				await server.kill();
				await start();
			}
			const put = await call('an', 'PUT', `/Goal/${made.body.id}`, { ...goal(`change ${i}`), id: made.body.id });
			assert.equal(put.status, 200);
			version = Number(put.body.meta.versionId);
		}
		assert.equal(version, N + 1);
		await hooks[0].up();
		/* Once more in the middle of delivery: what was sent and not noted comes again under the same number. */
		await until('some arrived', () => hooks[0].events.length > N / 3, 120000);
		await server.kill();
		await start();
		await until('all arrived', () => new Set(hooks[0].events.map((e) => e.number)).size >= N + 1, 120000);
		const numbers = hooks[0].byNumber();
		assert.equal(numbers.size, N + 1);
		for (let n = 1; n <= N + 1; n++) assert.equal(numbers.get(n), `Goal/${made.body.id}/${n}`);
		await active('an', id);
		await clean();
	});

	check('after three failures the subscription says so, and goes on by itself', async () => {
		hooks[0].status = 503;
		const id = await make('an', subscription(`${TOPIC}Goal`, hooks[0].url));
		await until('the error is shown', async () => (await status('an', id)) === 'error');
		assert.match((await call('an', 'GET', `/Subscription/${id}`)).body.error, /503/);
		hooks[0].status = 302; /* not followed */
		await sleep(100);
		assert.equal(await status('an', id), 'error');
		hooks[0].status = 200;
		await active('an', id);
		assert.equal((await call('an', 'GET', `/Subscription/${id}`)).body.error, undefined);
		await clean();
	});

	check('turned off and on again it goes on where it was', async () => {
		const text = subscription(`${TOPIC}Goal`, hooks[0].url, { count: 10 });
		const id = await make('an', text);
		await active('an', id);
		await call('an', 'PUT', `/Subscription/${id}`, { ...text, id, status: 'off' });
		for (let i = 0; i < 5; i++) await call('an', 'POST', '/Goal', goal(`while off ${i}`));
		await sleep(200);
		assert.equal(hooks[0].events.length, 0);
		await call('an', 'PUT', `/Subscription/${id}`, { ...text, id, status: 'active' });
		await until('what happened meanwhile is there', () => hooks[0].events.length === 5);
		assert.deepEqual(hooks[0].events.map((e) => e.number), [1, 2, 3, 4, 5]);
		assert.deepEqual(hooks[0].got.map((n) => n.type), ['handshake', 'handshake', 'event-notification']);
		await clean();
	});

	check('a slow endpoint does not hold up another', async () => {
		hooks[0].delay = 3000;
		const slow = await make('an', subscription(`${TOPIC}Goal`, hooks[0].url));
		const fast = await make('an', subscription(`${TOPIC}Goal`, hooks[1].url));
		await active('an', fast);
		const began = Date.now();
		for (let i = 0; i < 20; i++) await call('an', 'POST', '/Goal', goal(`n ${i}`));
		await until('the fast one has all', () => hooks[1].events.length === 20);
		assert.ok(Date.now() - began < 2500, `${Date.now() - began} ms`);
		assert.equal(hooks[0].events.length, 0);
		assert.equal(await status('an', slow), 'requested');
		hooks[0].delay = 0;
		await until('the slow one too', () => hooks[0].events.length === 20);
		await clean();
	});

	check('who loses the right hears nothing more, and no number is missing', async () => {
		const consent = (await call('derks', 'GET', '/Consent')).body.entry.map((e) => e.resource).find((c) => /Els/.test(JSON.stringify(c.provision.actor)));
		const id = await make('els', subscription(`${TOPIC}Goal`, hooks[0].url));
		await active('els', id);
		await call('an', 'POST', '/Goal', goal('seen'));
		await until('els hears', () => hooks[0].events.length === 1);
		const revoked = await call('derks', 'PUT', `/Consent/${consent.id}`, { ...consent, status: 'inactive' });
		assert.equal(revoked.status, 200, JSON.stringify(revoked.body));
		await call('an', 'POST', '/Goal', goal('not seen'));
		await sleep(300);
		assert.equal(hooks[0].events.length, 1);
		await call('derks', 'PUT', `/Consent/${consent.id}`, { ...consent, status: 'active' });
		await call('an', 'POST', '/Goal', goal('seen again'));
		await until('els hears again', () => hooks[0].events.length === 2);
		assert.deepEqual(hooks[0].events.map((e) => [e.number, e.entry.resource.description.text]), [[1, 'seen'], [2, 'seen again']]);
		await clean();
	});

	check('addresses that were not allowed are refused, also at the door of a transaction', async () => {
		for (const endpoint of ['http://127.0.0.1:9/hook', `http://127.0.0.1:${hooks[0].port}/other`, 'http://169.254.169.254/latest', 'file:///etc/passwd', `http://localhost:${hooks[0].port}/hook`, `http://u@127.0.0.1:${hooks[0].port}/hook`, `http://127.0.0.1:${hooks[0].port}/hook/../x`]) {
			const made = await call('an', 'POST', '/Subscription', subscription(`${TOPIC}Goal`, endpoint));
			assert.equal(made.status, 422, endpoint);
			const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: subscription(`${TOPIC}Goal`, endpoint), request: { method: 'POST', url: 'Subscription' } }] };
			assert.ok((await call('an', 'POST', '', bundle)).status >= 400, endpoint);
		}
		assert.equal((await call('an', 'GET', '/Subscription')).body.total, 0);
	});

	check('a name that leads inside is not followed when only the public internet is allowed', async () => {
		await server.stop();
		more = 'http://,';
		await start();
		const id = await make('an', subscription(`${TOPIC}Goal`, `http://localhost:${hooks[0].port}/hook`));
		await until('the error is shown', async () => (await status('an', id)) === 'error');
		assert.match((await call('an', 'GET', `/Subscription/${id}`)).body.error, /inside this network/);
		/* A connection that another subscription opened there is no way around it. */
		const named = await make('an', subscription(`${TOPIC}Goal`, hooks[0].url));
		await active('an', named);
		const other = await make('an', subscription(`${TOPIC}Goal`, `http://127.0.0.1:${hooks[0].port}/secret`));
		await until('the error is shown', async () => (await status('an', other)) === 'error');
		assert.equal(hooks[0].got.length, 1);
		await clean();
		await server.stop();
		more = '';
		await start();
	});

	check('a certificate that nobody vouches for is refused', async () => {
		const key = `${data}/key.pem`, cert = `${data}/cert.pem`;
		execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' });
		let asked = 0;
		const secure = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => { asked++; response.end(); });
		await new Promise((done) => secure.listen(0, '127.0.0.1', done));
		await server.stop();
		more = `https://127.0.0.1:${secure.address().port},`;
		await start();
		const id = await make('an', subscription(`${TOPIC}Goal`, `https://127.0.0.1:${secure.address().port}/`));
		await until('the error is shown', async () => (await status('an', id)) === 'error');
		assert.match((await call('an', 'GET', `/Subscription/${id}`)).body.error, /certificate/);
		assert.equal(asked, 0);
		await clean();
		secure.close();
		secure.closeAllConnections();
		await server.stop();
		more = '';
		await start();
	});

	check('a stream goes on after the last event that the client had', async () => {
		const id = await make('an', subscription(`${TOPIC}Goal`, undefined, { sse: true }));
		const listen = async (last, enough) => {
			const stop = new AbortController();
			const answer = await fetch(`${server.base}/Subscription/${id}/$events-stream`, { signal: stop.signal, headers: { Authorization: `Bearer ${tokens.an}`, Accept: 'text/event-stream', ...(last === undefined ? {} : { 'Last-Event-ID': String(last) }) } });
			assert.equal(answer.status, 200);
			assert.equal(answer.headers.get('content-type'), 'text/event-stream');
			const ids = [];
			let text = '';
			for await (const part of answer.body) {
				text += Buffer.from(part).toString();
				for (let at; (at = text.indexOf('\n\n')) >= 0; text = text.slice(at + 2)) {
					const number = text.slice(0, at).match(/^id: (\d+)$/m);
					const body = text.slice(0, at).match(/^data: (.*)$/m);
					if (body) read(JSON.parse(body[1]));
					if (number) ids.push(Number(number[1]));
				}
				if (ids.length >= enough) break;
			}
			stop.abort();
			return ids;
		};
		const first = listen(undefined, 3);
		await active('an', id);
		for (let i = 0; i < 3; i++) await call('an', 'POST', '/Goal', goal(`live ${i}`));
		assert.deepEqual(await first, [1, 2, 3]);
		for (let i = 0; i < 5; i++) await call('an', 'POST', '/Goal', goal(`unheard ${i}`));
		assert.deepEqual(await listen(2, 6), [3, 4, 5, 6, 7, 8]);
		await server.kill();
		await start();
		assert.deepEqual(await listen(0, 8), [1, 2, 3, 4, 5, 6, 7, 8]);
		await clean();
	});

	check('a graceful stop is quick and loses nothing', async () => {
		hooks[0].delay = 50;
		const id = await make('an', subscription(`${TOPIC}Goal`, hooks[0].url));
		await active('an', id);
		for (let i = 0; i < 10; i++) await call('an', 'POST', '/Goal', goal(`stop ${i}`));
		const began = Date.now();
		await server.stop();
		assert.ok(Date.now() - began < 4000);
		await start();
		await until('all are there', () => hooks[0].events.length >= 10);
		const numbers = hooks[0].byNumber();
		assert.equal(numbers.size, 10);
		assert.equal(hooks[0].events.length, 10, 'a graceful stop repeats nothing');
		await clean();
	});
});
