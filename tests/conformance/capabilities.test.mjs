// The CapabilityStatement is exactly true: what it lists is answered, for every type, and what it does not list is refused.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { LONG, ask, serve, token, world } from './lib.mjs';
import { report } from './report.mjs';

const counts = { passed: 0, failed: 0, skipped: 0 }, wrong = [];
const official = JSON.parse(readFileSync('node_modules/hl7.fhir.r4.examples/Bundle-searchParams.json', 'utf8').replace(/^\uFEFF/, ''));
const definitions = new Map(official.entry.map((e) => [e.resource.url, e.resource]));
let server, bearer, statement, rest;

before(async () => {
	const data = world('capabilities');
	bearer = token(data, 'mia');
	server = await serve(data);
	statement = (await ask(server.base, bearer, 'GET', '/metadata')).body;
	rest = statement.rest[0];
});

after(async () => {
	await server?.stop();
	report('capabilities', counts);
});

const send = (method, path, body, headers) => ask(server.base, bearer, method, path, body, headers);

// Counts one promise; all broken ones are told at the end of their test.
function promise(holds, what) {
	if (holds) counts.passed++;
	else {
		counts.failed++;
		wrong.push(what);
	}
}
const none = () => assert.deepEqual(wrong.splice(0), []);
const refused = (status) => status === 405 || status === 501;

// ---- interactions ----

const INSTANCE = 'a3bb189e-8bf9-4a0e-8c5a-0d1f3a5b7c9e';
const TRIALS = {
	read: (t) => send('GET', `/${t}/${INSTANCE}`),
	vread: (t) => send('GET', `/${t}/${INSTANCE}/_history/1`),
	update: (t) => send('PUT', `/${t}/${INSTANCE}`, { resourceType: t, id: 'another' }),
	patch: (t) => send('PATCH', `/${t}/${INSTANCE}`, '[]', { 'Content-Type': 'application/json-patch+json' }),
	delete: (t) => send('DELETE', `/${t}/${INSTANCE}`),
	'history-instance': (t) => send('GET', `/${t}/${INSTANCE}/_history`),
	'history-type': (t) => send('GET', `/${t}/_history?_count=1`),
	create: (t) => send('POST', `/${t}`, { resourceType: t, nonsense: true }),
	'search-type': (t) => send('GET', `/${t}?_id=nobody`),
};
const SYSTEM = {
	transaction: () => send('POST', '', { resourceType: 'Bundle', type: 'transaction' }),
	batch: () => send('POST', '', { resourceType: 'Bundle', type: 'batch' }),
	'search-system': () => send('GET', '?_type=Goal&_id=nobody'),
	'history-system': () => send('GET', '/_history?_count=1'),
};

test('every type has what it lists and refuses the rest', async () => {
	for (const r of rest.resource) {
		const listed = new Set(r.interaction.map((i) => i.code));
		for (const [code, run] of Object.entries(TRIALS)) {
			const answer = await run(r.type);
			promise(listed.has(code) !== refused(answer.status), `${r.type} ${code}: ${answer.status}`);
			if (answer.status >= 400) promise(answer.body.resourceType === 'OperationOutcome', `${r.type} ${code}: no OperationOutcome`);
		}
		for (const code of listed) promise(code in TRIALS, `${r.type}: no trial for ${code}`);
	}
	none();
});

test('the system has what it lists and refuses the rest', async () => {
	const listed = new Set(rest.interaction.map((i) => i.code));
	for (const [code, run] of Object.entries(SYSTEM)) {
		const answer = await run();
		promise(listed.has(code) === (answer.status < 400), `${code}: ${answer.status}`);
	}
	for (const code of listed) promise(code in SYSTEM, `no trial for ${code}`);
	none();
});

test('nothing that is no type or operation answers', async () => {
	for (const path of ['/Goals', '/Goal/$nonsense', '/$nonsense', '/Goal/x/$nonsense', '/nonsense'])
		promise((await send('GET', path)).status === 404, path);
	none();
});

// ---- search ----

const VALUES = { number: '1', date: '2020-01-01', string: 'a', token: 'true', reference: 'Patient/a', quantity: '1', uri: 'http://example.org/a' };
const SPECIALS = { near: '50.8|4.3|5|km', _text: 'a', _content: 'a', _list: 'a', _filter: '_id eq a', _query: null };

function valueOf(type, param) {
	if (param.name in SPECIALS) return SPECIALS[param.name];
	if (param.type !== 'composite') return VALUES[param.type];
	const definition = [...definitions.values()].find((d) => d.code === param.name && d.base.includes(type));
	return definition.component.map((c) => VALUES[definitions.get(c.definition).type]).join('$');
}

async function strict(path) {
	return send('GET', path, undefined, { Prefer: 'handling=strict' });
}

test('every search parameter is understood, and every parameter of the official definitions is listed', async () => {
	for (const r of rest.resource) {
		const listed = new Set((r.searchParam ?? []).map((p) => p.name));
		for (const p of r.searchParam ?? []) {
			const value = valueOf(r.type, p);
			const answer = await strict(`/${r.type}?${p.name}=${encodeURIComponent(value)}`);
			promise(answer.status === 200, `${r.type}?${p.name}=${value}: ${answer.status} ${JSON.stringify(answer.body.issue?.[0]?.details)}`);
			const self = answer.body.link?.find((l) => l.relation === 'self')?.url ?? '';
			promise(self.includes(`${p.name}=`), `${r.type}?${p.name}: not in the self link ${self}`);
		}
		for (const d of definitions.values())
			if (d.base.includes(r.type)) promise(listed.has(d.code), `${r.type}: ${d.code} is not listed`);
		promise((await strict(`/${r.type}?nonsense=1`)).status === 400, `${r.type}?nonsense`);
	}
	none();
});

// All of a long list in the long form, about one in eight of it otherwise.
const some = (list) => list.filter((_, i) => LONG || i % 8 === 0);

test('every include is understood', async () => {
	for (const r of rest.resource)
		for (const [key, list] of [['_include', r.searchInclude], ['_revinclude', r.searchRevInclude]])
			for (const value of some(list ?? [])) {
				const answer = await strict(`/${r.type}?_id=nobody&${key}=${encodeURIComponent(value)}`);
				promise(answer.status === 200, `${r.type}?${key}=${value}: ${answer.status}`);
			}
	none();
});

// ---- operations, profiles, conditions ----

async function there(name, paths) {
	for (const path of paths)
		for (const method of ['GET', 'POST']) {
			const answer = await send(method, path, method === 'POST' ? { resourceType: 'Parameters' } : undefined);
			if (!refused(answer.status) && !(answer.status === 404 && /nothing at this address/.test(JSON.stringify(answer.body)))) return true;
		}
	return false;
}

test('every operation that is listed is there, with a definition', async () => {
	for (const o of rest.operation ?? []) {
		promise(/^http/.test(o.definition), `$${o.name}: no definition`);
		promise(await there(o.name, [`/$${o.name}`]), `$${o.name}`);
	}
	for (const r of rest.resource)
		for (const o of r.operation ?? []) {
			promise(/^http/.test(o.definition), `${r.type}/$${o.name}: no definition`);
			promise(await there(o.name, [`/${r.type}/$${o.name}`, `/${r.type}/${INSTANCE}/$${o.name}`]), `${r.type}/$${o.name}`);
		}
	none();
});

// Profiles that others publish are named by their url; ours are here.
test('every profile of ours that is listed can be read', async () => {
	for (const r of rest.resource)
		for (const url of (r.supportedProfile ?? []).filter((u) => u.startsWith('https://samendoel.org/'))) {
			const found = await send('GET', `/StructureDefinition?url=${encodeURIComponent(url)}`);
			promise(found.status === 200 && found.body.entry?.[0]?.resource?.url === url, url);
		}
	none();
});

test('conditions are as listed', async () => {
	const one = rest.resource.find((r) => r.type === 'Goal');
	const none_ = { 'If-None-Exist': 'identifier=https://example.org|nobody' };
	promise(one.conditionalCreate === !refused((await send('POST', '/Goal', { resourceType: 'Goal', nonsense: 1 }, none_)).status), 'conditionalCreate');
	promise(one.conditionalUpdate === !refused((await send('PUT', '/Goal?identifier=a|b', { resourceType: 'Goal', nonsense: 1 })).status), 'conditionalUpdate');
	promise((one.conditionalDelete !== 'not-supported') === !refused((await send('DELETE', '/Goal?identifier=a|b')).status), 'conditionalDelete');
	const found = (await send('GET', '/Goal?_count=1')).body.entry[0].resource;
	const at = `/Goal/${found.id}`, tag = `W/"${found.meta.versionId}"`;
	const fresh = (await send('GET', at, undefined, { 'If-None-Match': tag })).status;
	const since = (await send('GET', at, undefined, { 'If-Modified-Since': new Date(Date.parse(found.meta.lastUpdated) + 60000).toUTCString() })).status;
	promise({ 'full-support': fresh === 304 && since === 304, 'not-match': fresh === 304 && since === 200, 'modified-since': fresh === 200 && since === 304,
		'not-supported': fresh === 200 && since === 200 }[one.conditionalRead], `conditionalRead ${one.conditionalRead}: ${fresh}, ${since}`);
	// "versioned-update": a change must name the version it replaces; "versioned": it may.
	const free = (await send('PUT', at, found)).status;
	promise({ versioned: free === 200, 'versioned-update': free >= 400 }[one.versioning], `versioning ${one.versioning}: ${free}`);
	promise((await send('PUT', at, found, { 'If-Match': 'W/"99"' })).status === 412, 'If-Match');
	none();
});

test('the document describes itself truly', () => {
	promise(statement.fhirVersion === '4.0.1' && statement.kind === 'instance', 'version and kind');
	promise(statement.implementation.url === server.base, 'implementation.url');
	promise(statement.software.version?.length > 0, 'software.version');
	promise(rest.security.service?.length > 0, 'security.service');
	none();
});
