// Our profiles: the snapshots, the examples, everything that the demonstration world holds, and what stands in docs/profiles.md.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { snapshot } from '../../tools/snapshot.mjs';
import { tables } from '../../tools/profile-tables.mjs';
import { BINARY, BUILD, world } from './lib.mjs';
import { problems } from './profile-check.mjs';
import { report } from './report.mjs';

const PACKAGE = 'node_modules/hl7.fhir.r4.examples', SD = 'https://samendoel.org/fhir/StructureDefinition/';
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const counts = { passed: 0, failed: 0, skipped: 0 };
const count = (ok, what) => {
	counts[ok ? 'passed' : 'failed']++;
	assert.ok(ok, what);
};
after(() => report('care-profiles', counts));

const ours = readdirSync('profiles').filter((f) => f.startsWith('StructureDefinition-')).map((f) => snapshot(read(join('profiles', f)), PACKAGE));
const profiles = new Map(ours.filter((d) => d.kind === 'resource').map((d) => [d.url, d]));
const standard = ['goal-relationship', 'goal-acceptance', 'resource-pertainsToGoal', 'task-candidateList'].map((id) => read(join(PACKAGE, `StructureDefinition-${id}.json`)));
const definitions = new Map([...ours.filter((d) => d.type === 'Extension'), ...standard].map((d) => [d.url, d]));
const examples = readdirSync('profiles/examples').map((f) => read(join('profiles/examples', f)));

/** What the program's own validator says of each: it looks at meta.profile. */
function verdicts(name, resources) {
	const dir = join(BUILD, 'suites', name);
	rmSync(dir, { recursive: true, force: true });
	mkdirSync(dir, { recursive: true });
	const files = resources.map((r, i) => join(dir, `${i}.json`));
	resources.forEach((r, i) => writeFileSync(files[i], JSON.stringify(r)));
	const said = [];
	for (let i = 0; i < files.length; i += 200) {
		const run = spawnSync(BINARY, ['validate', ...files.slice(i, i + 200)], { encoding: 'utf8', maxBuffer: 1 << 28 });
		const lines = run.stdout.split('\n').filter(Boolean).map((l) => JSON.parse(l).issue.filter((x) => x.severity !== 'warning' && x.severity !== 'information'));
		said.push(...lines);
	}
	assert.equal(said.length, resources.length);
	return said.map((issues) => ({ valid: issues.length === 0, why: issues.map((x) => `${x.expression} ${x.details.text}`).join('; ') }));
}

test('the snapshot tool makes of the official extensions what the official package says', () => {
	const shape = (e) => [e.id, e.path, e.sliceName, e.min, e.max, JSON.stringify(e.type), e.fixedUri, e.binding?.valueSet, e.slicing?.rules].join(' ');
	for (const f of readdirSync(PACKAGE).filter((n) => n.startsWith('StructureDefinition-'))) {
		const d = read(join(PACKAGE, f));
		if (d.type !== 'Extension' || d.derivation !== 'constraint' || !d.differential)
			continue;
		const made = snapshot(d, PACKAGE).snapshot.element.map(shape), official = d.snapshot.element.map(shape);
		count(JSON.stringify(made) === JSON.stringify(official), `${d.id}: ${made.find((x, i) => x !== official[i])} / ${official.find((x, i) => x !== made[i])}`);
	}
	assert.ok(counts.passed > 300);
});

test('every definition has its words, in two languages', () => {
	for (const d of ours) {
		for (const key of ['title', 'description', 'purpose', 'version', 'url', 'name'])
			count(d[key], `${d.id}: no ${key}`);
		for (const key of ['_title', '_description'])
			count(d[key]?.extension?.[0]?.extension?.some((e) => e.url === 'lang' && e.valueCode === 'nl'), `${d.id}: no Dutch ${key}`);
		count(d.url === SD + d.id, `${d.id}: its address`);
		count(d.type === 'Extension' || d.snapshot.element.some((e) => e.mustSupport), `${d.id}: nothing must be supported`);
	}
});

test('each profile has an example that keeps it', () => {
	verdicts('care-examples', examples).forEach((v, i) => count(v.valid, `the validator refuses ${examples[i].id}: ${v.why}`));
	for (const [url, profile] of profiles) {
		const mine = examples.filter((e) => e.meta.profile.includes(url));
		count(mine.length, `${profile.id} has no example`);
		for (const e of mine)
			count(problems(e, profile, definitions).length === 0, `${e.id}: ${problems(e, profile, definitions)}`);
	}
});

/** Copies of a value, each with one member at a path taken away or changed. */
function broken(resource, path, change) {
	const variants = [];
	const go = (value, rest, rebuild) => {
		if (Array.isArray(value))
			return value.forEach((v, i) => go(v, rest, (x) => rebuild(value.map((o, k) => (k === i ? x : o)))));
		if (value === null || typeof value !== 'object' || !rest.length)
			return;
		const stem = rest[0].replace('[x]', '');
		for (const key of Object.keys(value).filter((k) => (rest[0].endsWith('[x]') ? k.startsWith(stem) : k === rest[0]))) {
			if (rest.length > 1)
				go(value[key], rest.slice(1), (x) => rebuild({ ...value, [key]: x }));
			else {
				const { [key]: old, ...others } = value, now = change(old);
				variants.push(rebuild(now === undefined ? others : { ...value, [key]: now }));
			}
		}
	};
	go(resource, path.split('.').slice(1), (x) => x);
	return variants;
}

test('what breaks a profile is found', () => {
	const refused = [];
	let variants = 0;
	for (const [url, profile] of profiles) {
		const base = new Map(read(join(PACKAGE, `StructureDefinition-${profile.type}.json`)).snapshot.element.map((e) => [e.id, e]));
		const e = examples.find((x) => x.meta.profile.includes(url));
		const before = variants;
		for (const element of profile.differential.element) {
			const fixed = Object.keys(element).some((k) => k.startsWith('fixed') || k.startsWith('pattern'));
			const plain = !element.sliceName && element.path.includes('.');
			if (plain && element.min > (base.get(element.id)?.min ?? 0))
				for (const bad of broken(e, element.path, () => undefined)) {
					variants++;
					refused.push([bad, `${profile.id} without ${element.id}`]);
					count(problems(bad, profile, definitions).length, `${profile.id} without ${element.id}`);
				}
			if (fixed)
				for (const bad of broken(e, element.path, (v) => (typeof v === 'object' ? [{ text: 'anders' }] : 'anders'))) {
					variants++;
					refused.push([bad, `${profile.id} with another ${element.id}`]);
					count(problems(bad, profile, definitions).length, `${profile.id} with another ${element.id}`);
				}
			if (element.sliceName && element.min)
				for (const bad of broken(e, element.path, () => [])) {
					variants++;
					count(problems(bad, profile, definitions).length, `${profile.id} without ${element.id}`);
				}
		}
		assert.ok(variants > before, `${profile.id} asks nothing`);
	}
	verdicts('care-broken', refused.map(([r]) => r)).forEach((v, i) => count(!v.valid, `the validator takes ${refused[i][1]}`));
	const goal = structuredClone(examples.find((x) => x.id === 'example-care-goal'));
	goal.extension.find((x) => x.url.endsWith('attainment-level')).extension.pop();
	count(problems(goal, profiles.get(`${SD}samendoel-care-goal`), definitions).length, 'a level without words');
	goal.extension.push({ url: `${SD}unheard-of`, valueString: 'x' });
	count(problems(goal, profiles.get(`${SD}samendoel-care-goal`), definitions).some((p) => p.includes('no definition')), 'an extension without definition');
});

test('what the product writes keeps the profile it names', () => {
	const every = [], data = world('care-profiles'), out = join(BUILD, 'suites', 'care-profiles-out'), seen = new Map();
	rmSync(out, { recursive: true, force: true });
	execFileSync(BINARY, ['export', '--data', data, '--out', out], { stdio: 'ignore' });
	for (const f of readdirSync(out))
		for (const line of readFileSync(join(out, f), 'utf8').split('\n').filter(Boolean)) {
			const r = JSON.parse(line);
			every.push(r);
			const own = (r.meta?.profile ?? []).filter((u) => profiles.has(u));
			for (const url of own) {
				seen.set(url, (seen.get(url) ?? 0) + 1);
				const found = problems(r, profiles.get(url), definitions);
				count(found.length === 0, `${r.resourceType}/${r.id}: ${found}`);
			}
			/* what names no profile has at least no extension without a definition */
			if (!own.length) {
				const found = problems(r, { type: r.resourceType, snapshot: { element: [] } }, definitions);
				count(found.length === 0, `${r.resourceType}/${r.id}: ${found}`);
			}
			const must = { Goal: 1, CarePlan: 1, CareTeam: 1, Consent: 1, Task: 1, Observation: 1, Provenance: 1 };
			count(own.length === 1 || !(r.resourceType in must), `${r.resourceType}/${r.id} names no profile of ours`);
		}
	verdicts('care-world', every).forEach((v, i) => count(v.valid, `the validator refuses ${every[i].resourceType}/${every[i].id}: ${v.why}`));
	for (const url of profiles.keys())
		count(seen.get(url) > 0, `nothing in the world names ${url}`);
});

test('docs/profiles.md says what the files say', () => {
	const text = readFileSync('docs/profiles.md', 'utf8');
	for (const [name, table] of Object.entries(tables('profiles', PACKAGE)))
		count(text.includes(table), `${name} is not as in the files: node tools/profile-tables.mjs profiles ${PACKAGE} docs/profiles.md`);
});
