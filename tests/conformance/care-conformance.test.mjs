// Care planning as others profile it: HL7 Belgium (be-patient, be-practitioner, be-careteam, be-goal, be-care-plan, be-task), the MCC
// eCare Plan and IHE Dynamic Care Planning. What comes in in their shape is accepted, kept as it was sent and shown; what goes out has
// what they ask. The tables behind it: docs/conformance.md. Definitions of ours are published by a running server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LONG, ask, serve, token, world } from './lib.mjs';
import { report } from './report.mjs';

const BE = 'https://www.ehealth.fgov.be/standards/fhir', SD = 'https://samendoel.org/fhir/StructureDefinition/', HL7 = 'http://hl7.org/fhir/StructureDefinition/';
const SSIN = `${BE}/core/NamingSystem/ssin`, NIHDI = `${BE}/core/NamingSystem/nihdi`;
const counts = { passed: 0, failed: 0, skipped: 0 };
const check = (ok, what) => {
	counts[ok ? 'passed' : 'failed']++;
	assert.ok(ok, what);
};
let server, data, mia, derks, leraar, beheer;
before(async () => {
	data = world('care-conformance');
	[mia, derks, leraar, beheer] = ['mia', 'derks', 'leraar', 'beheer'].map((login) => token(data, login));
	server = await serve(data);
});
after(async () => {
	await server.stop();
	report('care-conformance', counts);
});
const fhir = (who, method, path, body, headers) => ask(server.base, who, method, path, body, headers);
const search = async (who, query) => {
	const r = await fhir(who, 'GET', `/${query}${query.includes('?') ? '&' : '?'}_count=200`);
	assert.equal(r.status, 200, query);
	return (r.body.entry ?? []).filter((e) => e.search?.mode !== 'outcome').map((e) => e.resource);
};
const sent = (type, rest, profile) => `{"resourceType":"${type}","meta":{"profile":["${profile}"]},${rest}}`;
/** The same characters behind meta as were sent. */
async function same(who, type, id, rest, profile) {
	const answer = await fetch(`${server.base}/${type}/${id}`, { headers: { Authorization: `Bearer ${who}` } });
	const text = await answer.text();
	check(text.endsWith(`"profile":["${profile}"]},${rest}}`), `${type} is not kept as it was sent: ${text}`);
	return id;
}
/** Creates a text as it stands and reads it back. */
async function kept(who, type, rest, profile) {
	const made = await fhir(who, 'POST', `/${type}`, sent(type, rest, profile));
	check(made.status === 201, `${type}: ${made.status} ${JSON.stringify(made.body)}`);
	return same(who, type, made.body.id, rest, profile);
}

// ---- our own definitions ----

test('definitions are there for every user, and named in the CapabilityStatement', async () => {
	const meta = (await (await fetch(`${server.base}/metadata`)).json()).rest[0].resource;
	const named = meta.flatMap((r) => (r.supportedProfile ?? []).filter((url) => url.startsWith(SD)).map((url) => [r.type, url]));
	check(named.length >= 9, `supportedProfile: ${named.length}`);
	for (const who of [mia, derks, leraar, beheer])
		for (const [type, url] of named) {
			const found = await search(who, `StructureDefinition?url=${encodeURIComponent(url)}`);
			check(found.length === 1 && found[0].type === type && found[0].snapshot.element.length > found[0].differential.element.length, url);
			const one = await fhir(who, 'GET', `/StructureDefinition/${url.slice(SD.length)}`);
			check(one.status === 200 && one.body.url === url, url);
		}
	for (const id of ['life-domain', 'goal-category', 'category', 'plan-state'])
		for (const type of ['CodeSystem', 'ValueSet'])
			check((await fhir(derks, 'GET', `/${type}/${id}`)).status === 200, `${type}/${id}`);
	check((await fetch(`${server.base}/StructureDefinition/samendoel-care-goal`)).status === 401, 'without signing in');
});

test('definitions belong to the program: nobody changes them, and a start writes no new version', async () => {
	const version = async (id) => (await fhir(mia, 'GET', `/StructureDefinition/${id}`)).body.meta?.versionId;
	const before = await version('samendoel-care-goal');
	const own = (await fhir(beheer, 'GET', '/StructureDefinition/samendoel-life-goal')).body;
	for (const who of [beheer, mia, leraar]) {
		check((await fhir(who, 'PUT', '/StructureDefinition/samendoel-life-goal', { ...own, title: 'Iets anders' })).status === 403, 'no change');
		check((await fhir(who, 'DELETE', '/StructureDefinition/weight')).status === 403, 'no deletion');
	}
	const made = await fhir(beheer, 'POST', '/CodeSystem', { resourceType: 'CodeSystem', url: 'https://elders.example/cs', status: 'active', content: 'complete' });
	check(made.status === 201, 'definitions of others an administrator may write');
	await server.stop();
	server = await serve(data);
	check((await version('samendoel-care-goal')) === before, 'no new version without a change');
	check((await fhir(mia, 'GET', '/StructureDefinition/weight')).body.meta.versionId === '1', 'still there');
});

// ---- HL7 Belgium: what comes in ----

const PERSON_REST = `"identifier":[{"use":"official","system":"${SSIN}","value":"79080412345"}],"name":[{"use":"official","family":"Peeters","given":["Jan","Karel"]}],` +
	`"telecom":[{"system":"phone","value":"0470 00 00 01","use":"home"}],"gender":"male","birthDate":"1979-08-04",` +
	`"address":[{"_line":[{"extension":[{"url":"${HL7}iso21090-ADXP-streetName","valueString":"Dorpstraat"},{"url":"${HL7}iso21090-ADXP-houseNumber","valueString":"7"}]}],"line":["Dorpstraat 7"],"city":"Gent","postalCode":"9000","country":"BE"}],` +
	`"maritalStatus":{"coding":[{"system":"${BE}/core/CodeSystem/cd-civilstate","code":"20"}]},"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"nl-BE"}]},"preferred":true}]`;
const be = {};

test('a Belgian dossier is accepted and kept as it was sent', async () => {
	const me = (await search(mia, 'Practitioner?name=Claes'))[0].id;
	be.doctor = await kept(mia, 'Practitioner', `"identifier":[{"system":"${NIHDI}","value":"10000010004"},{"system":"${SSIN}","value":"79010112345"}],"active":true,"name":[{"family":"Dokter","given":["Dirk"],"text":"Dirk Dokter"}]`, `${BE}/core/StructureDefinition/be-practitioner`);
	/* a person comes with a team: without one nobody would see the dossier */
	const uuid = 'urn:uuid:6f2f2ab0-0b3f-4f5e-9a51-2a9ad0a3b111', urls = { Patient: `${BE}/core/StructureDefinition/be-patient`, CareTeam: `${BE}/patient-care/StructureDefinition/be-careteam` };
	const team = (subject) => `"status":"active","category":[{"coding":[{"system":"http://loinc.org","code":"LA27976-2"}]}],"name":"Zorgteam Jan","subject":{"reference":"${subject}"},` +
		`"participant":[{"role":[{"coding":[{"system":"${BE}/core/CodeSystem/cd-hcparty","code":"persphysician"}],"text":"huisarts"}],"member":{"reference":"Practitioner/${be.doctor}","display":"Dirk Dokter"}},` +
		`{"extension":[{"url":"${SD}secrecy-bound","valueBoolean":true},{"url":"${SD}coordinator","valueBoolean":true}],"role":[{"text":"zorgcoördinator"}],"member":{"reference":"Practitioner/${me}","display":"Mia Claes"}}]`;
	const bundle = await fhir(mia, 'POST', '', `{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"${uuid}","resource":${sent('Patient', PERSON_REST, urls.Patient)},"request":{"method":"POST","url":"Patient"}},` +
		`{"resource":${sent('CareTeam', team(uuid), urls.CareTeam)},"request":{"method":"POST","url":"CareTeam"}}]}`);
	check(bundle.status === 200, `transaction: ${JSON.stringify(bundle.body)}`);
	[be.patient, be.team] = bundle.body.entry.map((e) => e.response.location.split('/').at(-3));
	const person = `{"reference":"Patient/${be.patient}"}`;
	await same(mia, 'Patient', be.patient, PERSON_REST, urls.Patient);
	await same(mia, 'CareTeam', be.team, team(`Patient/${be.patient}`), urls.CareTeam);
	be.goal = await kept(mia, 'Goal', `"identifier":[{"system":"https://ander-systeem.be/doel","value":"D-1"}],"lifecycleStatus":"active","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/goal-category","code":"physiotherapy"}]}],"description":{"text":"Zonder stok tot aan de bakker"},` +
		`"subject":${person},"target":[{"measure":{"text":"meter"},"detailQuantity":{"value":250.50,"unit":"m","system":"http://unitsofmeasure.org","code":"m"},"dueDate":"2027-01-01"}],"expressedBy":${person}`, `${BE}/patient-care/StructureDefinition/be-goal`);
	be.task = await kept(mia, 'Task', `"extension":[{"url":"${HL7}task-candidateList","valueReference":{"reference":"Practitioner/${be.doctor}"}},{"url":"${HL7}resource-pertainsToGoal","valueReference":{"reference":"Goal/${be.goal}"}}],"status":"ready","intent":"order","description":"Looptraining voorschrijven","for":${person},"requester":${person},"owner":{"reference":"Practitioner/${be.doctor}"}`, `${BE}/patient-care/StructureDefinition/be-task`);
	be.plan = await kept(mia, 'CarePlan', `"identifier":[{"system":"https://ander-systeem.be/plan","value":"P-1"}],"instantiatesUri":["https://richtlijnen.be/vallen"],"status":"active","intent":"plan","category":[{"coding":[{"system":"http://snomed.info/sct","code":"734163000"}]}],"title":"Valpreventie","description":"Weer veilig stappen","subject":${person},` +
		`"period":{"start":"2026-10-01"},"author":{"reference":"Practitioner/${be.doctor}"},"contributor":[{"reference":"Practitioner/${be.doctor}"}],"careTeam":[{"reference":"CareTeam/${be.team}"}],"goal":[{"reference":"Goal/${be.goal}"}],"activity":[{"reference":{"reference":"Task/${be.task}"}},` +
		`{"detail":{"kind":"ServiceRequest","code":{"coding":[{"system":"http://snomed.info/sct","code":"229065009","display":"Oefentherapie"}]},"goal":[{"reference":"Goal/${be.goal}"}],"status":"in-progress","scheduledString":"op maandag","performer":[{"reference":"Practitioner/${be.doctor}","display":"Dirk Dokter"}],"description":"Oefenen met de kinesist"}}]`, `${BE}/patient-care/StructureDefinition/be-care-plan`);
});

test('a Belgian dossier is found by what Belgium identifies people with', async () => {
	check((await search(mia, `Patient?identifier=${encodeURIComponent(`${SSIN}|79080412345`)}`)).length === 1, 'by SSIN');
	check((await search(mia, `Practitioner?identifier=${encodeURIComponent(`${NIHDI}|10000010004`)}`)).length === 1, 'by NIHDI');
	check((await search(mia, `CarePlan?patient=${be.patient}&_profile=${encodeURIComponent(`${BE}/patient-care/StructureDefinition/be-care-plan`)}`)).length === 1, 'by profile');
	check((await search(mia, `Goal?patient=Patient/${be.patient}&identifier=${encodeURIComponent('https://ander-systeem.be/doel|D-1')}`)).length === 1, 'a goal by its own number');
	check((await search(leraar, `Patient?identifier=${encodeURIComponent(`${SSIN}|79080412345`)}`)).length === 0, 'not by who has no relation');
});

/** Signs in on the web pages; the cookie. */
async function signIn(login) {
	const cookies = new Map();
	const go = async (path, init = {}) => {
		const r = await fetch(server.url + path, { redirect: 'manual', ...init, headers: { Cookie: [...cookies].map(([k, v]) => `${k}=${v}`).join('; '), ...init.headers } });
		// Node 18 gives them in one text.
		for (const c of (r.headers.get('set-cookie') ?? '').split(/, (?=[\w-]+=)/).filter(Boolean)) {
			const [pair] = c.split(';');
			cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
		}
		return r;
	};
	const form = await (await go('/aanmelden')).text(), fields = new URLSearchParams();
	for (const [, input] of form.slice(form.indexOf('<main')).matchAll(/<input([^>]*)>/g)) {
		const at = (name) => input.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? '';
		fields.set(at('name'), at('type') === 'password' ? 'samen-op-weg-2026' : at('autocomplete') === 'username' ? login : at('value'));
	}
	const answer = await go('/aanmelden', { method: 'POST', body: fields });
	assert.equal(answer.status, 303, 'signing in');
	return async (path, init) => {
		const r = await go(path, init);
		return { status: r.status, text: await r.text(), location: r.headers.get('location') };
	};
}

test('the pages show what Belgian systems sent', async () => {
	const page = await signIn('mia'), at = (rest) => page(`/persoon/${be.patient}/${rest}`);
	const plan = (await at('plan')).text;
	for (const words of ['Zonder stok tot aan de bakker', 'meter: 250.50 m', 'Valpreventie', 'Weer veilig stappen', 'Looptraining voorschrijven', 'Oefenen met de kinesist', 'Dirk Dokter · op maandag'])
		check(plan.includes(words), `the plan page has no “${words}”`);
	check((await at('team')).text.includes('Dirk Dokter'), 'the team page');
	const person = (await page(`/persoon/${be.patient}`)).text;
	check(person.includes('Jan'), 'the person');
	for (const sheet of ['plan/afdruk?soort=team', 'plan/afdruk?soort=persoon'])
		check((await at(sheet)).text.includes('Oefenen met de kinesist'), sheet);
	const pdf = await at('plan/plan.pdf?soort=team');
	check(pdf.status === 200 && pdf.text.startsWith('%PDF'), 'the PDF');
	const actions = (await at('acties')).text;
	check(actions.includes('uit een ander systeem') && actions.includes('Overnemen als actie'), 'the actions');

	/* taking over: one Task, one reference, one transaction */
	const form = actions.slice(actions.indexOf('id="elders"')), value = (name) => form.match(new RegExp(`name="${name}" value="([^"]*)"`))[1];
	const fields = new URLSearchParams({ do: 'adopt', _csrf: value('_csrf'), _once: value('_once'), plan: value('plan'), at: value('at'), version: value('version') });
	const taken = await page(`/persoon/${be.patient}/acties`, { method: 'POST', body: fields });
	check(taken.status === 303 && /\/acties\/\w+$/.test(taken.location), `${taken.status} ${taken.location}`);
	const now = (await fhir(mia, 'GET', `/CarePlan/${be.plan}`)).body;
	check(now.meta.versionId === '2' && !now.activity.some((a) => a.detail), 'the plan refers to an action now');
	const task = (await fhir(mia, 'GET', `/${now.activity[1].reference.reference}`)).body;
	check(task.description === 'Oefenen met de kinesist' && task.status === 'in-progress' && task.intent === 'plan', 'the action');
	check(task.code.coding[0].code === '229065009' && task.owner.reference === `Practitioner/${be.doctor}` && task.basedOn[0].reference === `CarePlan/${be.plan}`, 'with its code, owner and plan');
	check(task.extension.some((x) => x.url === `${HL7}resource-pertainsToGoal` && x.valueReference.reference === `Goal/${be.goal}`), 'and its goal');
	const old = (await fhir(mia, 'GET', `/CarePlan/${be.plan}/_history/1`)).body;
	check(old.activity[1].detail.description === 'Oefenen met de kinesist', 'the earlier version has the detail');
});

// ---- what goes out ----

let own;
test('our own dossier, as others read it', async () => {
	const patient = (await search(derks, 'Patient'))[0], all = { Patient: [patient] };
	for (const type of ['CareTeam', 'CarePlan', 'Goal', 'Task', 'RelatedPerson', 'QuestionnaireResponse', 'Consent'])
		all[type] = await search(derks, `${type}?patient=Patient/${patient.id}`);
	all.Practitioner = await search(derks, 'Practitioner');
	for (const [type, list] of Object.entries(all))
		check(list.length > 0, `${type}: nothing`);
	own = all;
});
const typeOf = (r) => r?.reference?.split('/')[0];
const among = (r, ...types) => r === undefined || types.includes(typeOf(r)) || (r.reference === undefined && r.display !== undefined);
const WHO = ['Patient', 'Practitioner', 'PractitionerRole', 'Organization', 'CareTeam', 'Device', 'RelatedPerson'];

test('HL7 Belgium: what goes out has what its profiles ask', () => {
	for (const p of own.Patient) check(p.gender && p.name?.length, 'be-patient: gender');
	for (const p of own.Practitioner) check(p.name?.length, 'be-practitioner: name');
	for (const t of own.CareTeam) {
		check(among(t.subject, 'Patient', 'Group'), 'be-careteam: subject');
		for (const m of t.participant)
			check(among(m.member, 'Patient', 'Practitioner', 'Organization', 'CareTeam', 'RelatedPerson') && among(m.onBehalfOf, 'Organization') && (m.role?.[0].text ?? m.role?.[0].coding), 'be-careteam: participant');
	}
	for (const g of own.Goal)
		check(g.lifecycleStatus && g.description.text && among(g.subject, 'Patient', 'Group') && g.expressedBy && among(g.expressedBy, 'Patient', 'Practitioner', 'PractitionerRole', 'RelatedPerson'), `be-goal: ${g.id}`);
	for (const c of own.CarePlan) {
		check(among(c.author, ...WHO) && c.contributor.every((x) => among(x, ...WHO)), 'be-care-plan: author and contributor');
		check(c.careTeam.every((x) => among(x, 'CareTeam')) && c.goal.every((x) => among(x, 'Goal')) && among(c.subject, 'Patient', 'Group'), 'be-care-plan: references');
		check(c.identifier[0].system && c.status && c.intent && c.title && c.period.start, 'be-care-plan: what it supports');
	}
	for (const t of own.Task) {
		const candidates = (t.extension ?? []).filter((x) => x.url === `${HL7}task-candidateList`);
		check(!t.owner || candidates.length > 0, `be-task: candidates of ${t.id}`);
		check(candidates.every((x) => among(x.valueReference, 'Patient', 'Practitioner', 'Organization', 'RelatedPerson')), 'be-task: who is a candidate');
		check(t.for && among(t.requester, ...WHO) && among(t.owner, ...WHO), 'be-task: who');
	}
});

test('MCC eCare Plan: no activity is written into the plan, and the thread is by reference', () => {
	for (const c of own.CarePlan) {
		check(c.activity.every((a) => a.reference && !a.detail), 'activity.reference, never activity.detail');
		check(c.contributor.length > 0 && c.careTeam.length > 0 && c.category.length > 0, 'contributor, careTeam, category');
		const tasks = c.activity.map((a) => own.Task.find((t) => `Task/${t.id}` === a.reference.reference));
		check(tasks.every(Boolean), 'each activity is a Task that is there');
		check(tasks.filter((t) => t.extension.some((x) => x.url === `${HL7}resource-pertainsToGoal`)).length >= tasks.length - 1, 'which says for which goal');
	}
	for (const g of own.Goal.filter((x) => x.category[0].coding[0].code === 'care-goal')) {
		const relations = g.extension.filter((x) => x.url === `${HL7}goal-relationship`).map((x) => x.extension);
		check(relations.length > 0 && relations.every((r) => r.find((s) => s.url === 'type').valueCodeableConcept.coding.some((k) => k.system === 'http://terminology.hl7.org/CodeSystem/goal-relationship-type')), 'goal-relationship with a code of the standard');
		check(g.lifecycleStatus === 'proposed' || g.extension.some((x) => x.url === `${HL7}goal-acceptance`), `goal-acceptance of ${g.id}`);
	}
	counts.skipped += 2; /* CarePlan.addresses, Goal.addresses: docs/conformance.md */
});

test('MCC eCare Plan: what comes in is kept and shown', async () => {
	const person = `{"reference":"Patient/${be.patient}"}`;
	const condition = await kept(mia, 'Condition', `"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"text":"Nierinsufficiëntie"},"subject":${person}`, 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition');
	const goal = await kept(mia, 'Goal', `"lifecycleStatus":"active","description":{"text":"eGFR stabiel"},"subject":${person},"addresses":[{"reference":"Condition/${condition}"}]`, 'http://hl7.org/fhir/us/mcc/StructureDefinition/MCCGoal');
	const request = await kept(mia, 'ServiceRequest', `"extension":[{"url":"${HL7}resource-pertainsToGoal","valueReference":{"reference":"Goal/${goal}"}}],"status":"active","intent":"plan","code":{"text":"Bloed prikken"},"subject":${person},"occurrenceTiming":{"repeat":{"frequency":1,"period":3,"periodUnit":"mo"}},"reasonReference":[{"reference":"Condition/${condition}"}]`, 'http://hl7.org/fhir/us/mcc/StructureDefinition/MCCServiceRequest');
	await kept(mia, 'CarePlan', `"status":"active","intent":"plan","category":[{"coding":[{"system":"http://hl7.org/fhir/us/core/CodeSystem/careplan-category","code":"assess-plan"}]}],"title":"Chronische zorg","subject":${person},"contributor":[{"reference":"Practitioner/${be.doctor}"}],"careTeam":[{"reference":"CareTeam/${be.team}"}],"addresses":[{"reference":"Condition/${condition}"}],"goal":[{"reference":"Goal/${goal}"}],"activity":[{"reference":{"reference":"ServiceRequest/${request}"}}]`, 'http://hl7.org/fhir/us/mcc/StructureDefinition/mccCarePlan');
	check((await search(mia, `CarePlan?patient=Patient/${be.patient}&condition=Condition/${condition}`)).length === 1, 'found by its condition');
	check((await search(mia, `CarePlan?patient=Patient/${be.patient}&activity-reference=ServiceRequest/${request}`)).length === 1, 'found by its activity');
	const page = await signIn('mia'), plan = (await page(`/persoon/${be.patient}/plan`)).text;
	for (const words of ['Chronische zorg', 'eGFR stabiel', 'Bloed prikken', '1 keer om de 3 maanden'])
		check(plan.includes(words), `the plan page has no “${words}”`);
});

test('IHE Dynamic Care Planning: the plan and what is done with it', async () => {
	for (const c of own.CarePlan) {
		check(c.identifier.length > 0, 'identifier');
		check(c.category.some((k) => k.coding.some((x) => x.system === 'http://snomed.info/sct')), 'category from SNOMED CT');
		check(typeOf(c.subject) === 'Patient' && c.period.start && c.author && c.goal.length > 0, 'subject, period.start, author, goal');
	}
	counts.skipped += 2; /* CarePlan.description, CarePlan.addresses: docs/conformance.md */
	const plan = (await fhir(mia, 'GET', `/CarePlan/${be.plan}`)).body, etag = `W/"${plan.meta.versionId}"`;
	const put = (version) => fhir(mia, 'PUT', `/CarePlan/${be.plan}`, { ...plan, description: 'Weer veilig stappen, ook buiten' }, { 'If-Match': version });
	check((await put('W/"1"')).status === 412, 'an update of a version that is past is refused');
	const updated = await put(etag);
	check(updated.status === 200 && Number(updated.body.meta.versionId) === Number(plan.meta.versionId) + 1, 'an update with If-Match makes the next version');
	const history = (await fhir(mia, 'GET', `/CarePlan/${be.plan}/_history`)).body;
	check(history.entry.length === Number(updated.body.meta.versionId), 'history of the plan');
	check((await fhir(mia, 'GET', `/CarePlan/${be.plan}/_history/1`)).body.meta.versionId === '1', 'one version');
	for (const query of [`status=active`, `date=ge2026-09-01`, `care-team=CareTeam/${be.team}`, `category=http://snomed.info/sct|734163000`, `intent=plan`, `instantiates-uri=https://richtlijnen.be/vallen`, `activity-reference=Task/${be.task}`, `goal=Goal/${be.goal}`])
		check((await search(mia, `CarePlan?subject=Patient/${be.patient}&${query}`)).some((c) => c.id === be.plan), `search by ${query}`);
	const meta = (await (await fetch(`${server.base}/metadata`)).json()).rest[0].resource, says = (type) => meta.find((r) => r.type === type);
	for (const code of ['create', 'update', 'read', 'vread', 'search-type', 'history-instance'])
		check(says('CarePlan').interaction.some((i) => i.code === code), `CarePlan: ${code}`);
	for (const name of ['activity-code', 'activity-date', 'activity-reference', 'based-on', 'care-team', 'category', 'condition', 'date', 'instantiates-canonical', 'instantiates-uri', 'intent', 'part-of', 'patient', 'replaces', 'status', 'subject'])
		check(says('CarePlan').searchParam.some((p) => p.name === name), `CarePlan: parameter ${name}`);
	check(says('CareTeam').searchParam.some((p) => p.name === 'participant'), 'CareTeam by participant');
});

test('a round of both: many plans with details, each taken over once', async () => {
	const page = await signIn('mia'), rounds = LONG ? 40 : 5;
	for (let i = 0; i < rounds; i++) {
		const made = await fhir(mia, 'POST', '/CarePlan', { resourceType: 'CarePlan', status: 'active', intent: 'plan', subject: { reference: `Patient/${be.patient}` }, activity: [{ detail: { status: 'scheduled', description: `Stap ${i}` } }] });
		assert.equal(made.status, 201);
		const actions = (await page(`/persoon/${be.patient}/acties`)).text, value = (name) => actions.match(new RegExp(`name="${name}" value="([^"]*)"`))[1];
		const fields = new URLSearchParams({ do: 'adopt', _csrf: value('_csrf'), _once: value('_once'), plan: made.body.id, at: '0', version: '1' });
		const send = () => page(`/persoon/${be.patient}/acties`, { method: 'POST', body: fields });
		const [a, b] = await Promise.all([send(), send()]);
		const tasks = (await search(mia, `Task?patient=Patient/${be.patient}`)).filter((t) => t.description === `Stap ${i}`);
		check(tasks.length === 1, `sent twice at once: ${tasks.length} actions (${a.status}, ${b.status})`);
	}
});
