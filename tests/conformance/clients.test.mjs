// Other people's clients against our server: each makes a goal, finds it, changes it, reads its history, patches it, sends a bundle,
// exports everything it may see, and removes what it made. What a client offers is done with its own functions, not by hand.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { ask, serve, token, world } from './lib.mjs';
import { report } from './report.mjs';

const require = createRequire(import.meta.url);
const counts = { passed: 0, failed: 0, skipped: 0 };
let server, bearer, person;

before(async () => {
	const data = world('clients');
	bearer = token(data, 'mia');
	server = await serve(data);
	const found = await ask(server.base, bearer, 'GET', '/Patient?family=Derks');
	person = `Patient/${found.body.entry[0].resource.id}`;
});

after(async () => {
	await server?.stop();
	report('clients', counts);
});

// One step of a client's journey; a failure is counted and does not hide the steps after it.
function steps(name, list) {
	test(name, async (t) => {
		const state = {};
		for (const [what, run] of list)
			await t.test(what, async () => {
				try {
					await run(state);
					counts.passed++;
				} catch (e) {
					counts.failed++;
					throw e;
				}
			});
	});
}

const goal = (text) => ({
	resourceType: 'Goal', lifecycleStatus: 'active', description: { text }, subject: { reference: person },
	identifier: [{ system: 'https://example.org/goals', value: text }],
});

// The manifest of an export that was asked for with `start`, and the lines of its files by type.
async function exported(start) {
	const first = await start();
	assert.equal(first.status, 202);
	const status = first.headers.get('content-location');
	assert.ok(status, 'Content-Location says where to look');
	for (let i = 0; i < 200; i++) {
		const now = await ask(server.base, bearer, 'GET', status);
		if (now.status === 200) return linesOf(now.body);
		assert.equal(now.status, 202);
		await new Promise((done) => setTimeout(done, 50));
	}
	throw new Error('the export did not end');
}

async function linesOf(manifest) {
	const lines = {};
	for (const file of manifest.output) {
		const answer = await fetch(file.url, { headers: { Authorization: `Bearer ${bearer}`, Accept: 'application/fhir+ndjson' } });
		assert.equal(answer.status, 200);
		const text = (await answer.text()).trim();
		(lines[file.type] ??= []).push(...(text ? text.split('\n').map((l) => JSON.parse(l)) : []));
	}
	return lines;
}

const kickOff = (path) => fetch(`${server.base}${path}`, {
	headers: { Authorization: `Bearer ${bearer}`, Accept: 'application/fhir+json', Prefer: 'respond-async' },
});

steps('fhirclient', [
	['connects with a token', async (s) => {
		const smart = require('fhirclient');
		const request = { headers: {}, url: '/', method: 'GET', socket: {} };
		const storage = { get: async () => undefined, set: async () => undefined, unset: async () => true };
		s.client = smart(request, {}, storage).client({ serverUrl: server.base, tokenResponse: { access_token: bearer } });
		assert.equal(await s.client.getFhirRelease(), 4);
	}],
	['creates', async (s) => {
		s.goal = await s.client.create(goal('fhirclient: naar de markt'));
		assert.match(s.goal.id, /^[A-Za-z0-9.-]+$/);
		assert.equal(s.goal.meta.versionId, '1');
	}],
	['searches', async (s) => {
		const found = await s.client.request(`Goal?subject=${person}&identifier=https://example.org/goals|${encodeURIComponent(s.goal.identifier[0].value)}`);
		assert.equal(found.total, 1);
		assert.equal(found.entry[0].resource.id, s.goal.id);
	}],
	['searches and goes through all pages', async (s) => {
		const all = await s.client.request(`Goal?subject=${person}&_count=200`, { flat: true });
		const paged = await s.client.request(`Goal?subject=${person}&_count=2`, { pageLimit: 0, flat: true });
		assert.deepEqual(paged.map((g) => g.id).sort(), all.map((g) => g.id).sort());
	}],
	['resolves references', async (s) => {
		const read = await s.client.request(`Goal/${s.goal.id}`, { resolveReferences: 'subject' });
		assert.equal(read.subject.resourceType, 'Patient');
	}],
	['updates', async (s) => {
		s.goal.description.text = 'fhirclient: elke week naar de markt';
		const changed = await s.client.update(s.goal, { headers: { 'If-Match': `W/"${s.goal.meta.versionId}"`, 'Content-Type': 'application/fhir+json' } });
		assert.equal(changed.meta.versionId, '2');
		await assert.rejects(s.client.update(s.goal, { headers: { 'If-Match': 'W/"1"', 'Content-Type': 'application/fhir+json' } }), /412|Precondition/);
	}],
	['patches', async (s) => {
		const patched = await s.client.patch(`Goal/${s.goal.id}`, [{ op: 'replace', path: '/lifecycleStatus', value: 'on-hold' }]);
		assert.equal(patched.lifecycleStatus, 'on-hold');
		assert.equal(patched.meta.versionId, '3');
	}],
	['reads the history', async (s) => {
		const history = await s.client.request(`Goal/${s.goal.id}/_history`);
		assert.deepEqual(history.entry.map((e) => e.resource.meta.versionId), ['3', '2', '1']);
	}],
	['exports', async (s) => {
		const lines = await exported(() => kickOff('/$export?_type=Goal,Patient'));
		assert.ok(lines.Goal.some((g) => g.id === s.goal.id));
		assert.deepEqual(Object.keys(lines).sort(), ['Goal', 'Patient']);
	}],
	['deletes', async (s) => {
		await s.client.delete(`Goal/${s.goal.id}`);
		await assert.rejects(s.client.request(`Goal/${s.goal.id}`), /410|Gone/);
	}],
]);

steps('fhir-kit-client', [
	['connects with a token', async (s) => {
		const Client = require('fhir-kit-client');
		s.client = new Client({ baseUrl: server.base, customHeaders: { Authorization: `Bearer ${bearer}` } });
		assert.equal((await s.client.capabilityStatement()).fhirVersion, '4.0.1');
	}],
	['creates', async (s) => {
		s.goal = await s.client.create({ resourceType: 'Goal', body: goal('fhir-kit: biljarten') });
		assert.equal(s.goal.meta.versionId, '1');
	}],
	['creates once under a condition', async (s) => {
		const again = await s.client.create({
			resourceType: 'Goal', body: goal('fhir-kit: biljarten'),
			options: { headers: { 'If-None-Exist': `subject=${person}&identifier=https://example.org/goals|fhir-kit%3A%20biljarten` } },
		});
		assert.equal(again.id, s.goal.id);
	}],
	['searches', async (s) => {
		const found = await s.client.resourceSearch({ resourceType: 'Goal', searchParams: { subject: person, _sort: '-_lastUpdated', _count: 2 } });
		assert.equal(found.entry.length, 2);
		assert.equal(found.entry[0].resource.id, s.goal.id);
		const next = await s.client.nextPage({ bundle: found });
		assert.ok(next.entry.every((e) => found.entry.every((f) => f.resource.id !== e.resource.id)));
		const before = await s.client.prevPage({ bundle: next });
		assert.deepEqual(before.entry.map((e) => e.resource.id), found.entry.map((e) => e.resource.id));
	}],
	['searches in a compartment and by POST', async (s) => {
		const there = await s.client.compartmentSearch({ resourceType: 'Goal', compartment: { resourceType: 'Patient', id: person.slice(8) }, searchParams: { _id: s.goal.id } });
		assert.equal(there.total, 1);
		const posted = await s.client.resourceSearch({ resourceType: 'Goal', searchParams: { _id: s.goal.id, subject: person }, options: { postSearch: true } });
		assert.equal(posted.total, 1);
	}],
	['includes the person', async (s) => {
		const found = await s.client.resourceSearch({ resourceType: 'Goal', searchParams: { _id: s.goal.id, subject: person, _include: 'Goal:subject' } });
		assert.deepEqual(found.entry.map((e) => [e.resource.resourceType, e.search.mode]), [['Goal', 'match'], ['Patient', 'include']]);
	}],
	['updates', async (s) => {
		const body = { ...s.goal, description: { text: 'fhir-kit: elke dinsdag biljarten' } };
		const changed = await s.client.update({ resourceType: 'Goal', id: s.goal.id, body, options: { headers: { 'If-Match': 'W/"1"' } } });
		assert.equal(changed.meta.versionId, '2');
	}],
	['patches', async (s) => {
		const patched = await s.client.patch({ resourceType: 'Goal', id: s.goal.id, JSONPatch: [{ op: 'add', path: '/startDate', value: '2026-11-22' }] });
		assert.equal(patched.startDate, '2026-11-22');
	}],
	['reads versions and histories', async (s) => {
		const old = await s.client.vread({ resourceType: 'Goal', id: s.goal.id, version: '1' });
		assert.equal(old.description.text, 'fhir-kit: biljarten');
		assert.equal((await s.client.resourceHistory({ resourceType: 'Goal', id: s.goal.id })).entry.length, 3);
		const ofType = await s.client.typeHistory({ resourceType: 'Goal' });
		assert.equal(ofType.entry[0].resource.id, s.goal.id);
		const ofAll = await s.client.systemHistory();
		assert.equal(ofAll.entry[0].resource.id, s.goal.id);
	}],
	['sends a batch and a transaction', async (s) => {
		const entry = (method, url, resource, fullUrl) => ({ ...(fullUrl && { fullUrl }), ...(resource && { resource }), request: { method, url } });
		const batch = await s.client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry: [entry('GET', `Goal/${s.goal.id}`), entry('GET', 'Goal/nobody')] } });
		assert.deepEqual(batch.entry.map((e) => e.response.status.slice(0, 3)), ['200', '404']);
		const urn = 'urn:uuid:0b5c1f0c-95e2-4d1b-8f5e-3c2f6d1f3a11';
		const done = await s.client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry: [
			entry('POST', 'Goal', goal('fhir-kit: in een transactie'), urn),
			entry('POST', 'Task', { resourceType: 'Task', status: 'requested', intent: 'plan', for: { reference: person }, focus: { reference: urn } }),
		] } });
		assert.deepEqual(done.entry.map((e) => e.response.status.slice(0, 3)), ['201', '201']);
	}],
	['asks for operations', async (s) => {
		const everything = await s.client.operation({ name: '$everything', resourceType: 'Patient', id: person.slice(8), method: 'get' });
		assert.ok(everything.entry.some((e) => e.resource.id === s.goal.id));
		const outcome = await s.client.operation({ name: '$validate', resourceType: 'Goal', input: { ...goal('x'), lifecycleStatus: 'nonsense' } });
		assert.ok(outcome.issue.some((i) => i.severity === 'error'));
	}],
	['exports', async (s) => {
		const lines = await exported(() => kickOff(`/Patient/$export?_type=Goal`));
		assert.ok(lines.Goal.some((g) => g.id === s.goal.id));
	}],
	['deletes', async (s) => {
		await s.client.delete({ resourceType: 'Goal', id: s.goal.id });
		await assert.rejects(s.client.read({ resourceType: 'Goal', id: s.goal.id }), (e) => e.response.status === 410);
	}],
]);

steps('@medplum/core', [
	['connects with a token', async (s) => {
		const { MedplumClient } = require('@medplum/core');
		const send = (url, options = {}) => fetch(url, { ...options, headers: { ...options.headers, Authorization: `Bearer ${bearer}` } });
		s.client = new MedplumClient({ baseUrl: `${server.url}/`, fhirUrlPath: 'fhir', fetch: send, cacheTime: 0 });
	}],
	['creates', async (s) => {
		s.goal = await s.client.createResource(goal('medplum: met de hond wandelen'));
		assert.equal(s.goal.meta.versionId, '1');
	}],
	['creates once under a condition', async (s) => {
		const again = await s.client.createResourceIfNoneExist(goal('medplum: met de hond wandelen'),
			`subject=${person}&identifier=https://example.org/goals|${encodeURIComponent('medplum: met de hond wandelen')}`);
		assert.equal(again.id, s.goal.id);
	}],
	['searches', async (s) => {
		const one = await s.client.searchOne('Goal', { subject: person, identifier: `https://example.org/goals|medplum: met de hond wandelen` });
		assert.equal(one.id, s.goal.id);
		let n = 0;
		for await (const page of s.client.searchResourcePages('Goal', { subject: person, _count: 3 })) n += page.length;
		const all = await s.client.searchResources('Goal', { subject: person, _count: 500 });
		assert.equal(n, all.length);
	}],
	['updates', async (s) => {
		s.goal = await s.client.updateResource({ ...s.goal, description: { text: 'medplum: elke dag met de hond wandelen' } });
		assert.equal(s.goal.meta.versionId, '2');
	}],
	['patches', async (s) => {
		s.goal = await s.client.patchResource('Goal', s.goal.id, [{ op: 'test', path: '/lifecycleStatus', value: 'active' }, { op: 'replace', path: '/lifecycleStatus', value: 'completed' }]);
		assert.equal(s.goal.lifecycleStatus, 'completed');
	}],
	['reads the history', async (s) => {
		const history = await s.client.readHistory('Goal', s.goal.id);
		assert.deepEqual(history.entry.map((e) => e.resource.meta.versionId), ['3', '2', '1']);
	}],
	['reads everything of a person', async (s) => {
		const bundle = await s.client.readPatientEverything(person.slice(8));
		assert.ok(bundle.entry.some((e) => e.resource.id === s.goal.id));
	}],
	['validates', async (s) => {
		const outcome = await s.client.validateResource(goal('goed'));
		assert.ok(outcome.issue.every((i) => i.severity !== 'error'));
	}],
	['expands a value set', async (s) => {
		const set = await s.client.get(`${server.base}/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/goal-status`);
		assert.equal(set.expansion.contains.length, 9);
	}],
	['exports', async (s) => {
		const answer = await s.client.bulkExport('', 'Goal', undefined, { pollStatusOnAccepted: true, pollStatusPeriod: 50 });
		const lines = await linesOf(answer);
		assert.ok(lines.Goal.some((g) => g.id === s.goal.id));
	}],
	['deletes', async (s) => {
		await s.client.deleteResource('Goal', s.goal.id);
		await assert.rejects(s.client.readResource('Goal', s.goal.id), /[Gg]one|deleted/);
	}],
]);
