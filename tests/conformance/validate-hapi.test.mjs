// HL7's own validator, as HAPI packs it (tests/conformance/hapi, from Maven Central), and ours: who refuses what. It knows no terminology
// server here. Takes about eight minutes: every sixth file under make test, all under make conformance.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BUILD, LONG } from './lib.mjs';
import { compare, examples, ours, samples } from './validate-lib.mjs';
import { report } from './report.mjs';

const SOURCE = 'tests/conformance/hapi', WORK = join(BUILD, 'hapi');
const TARGET = 'the type of a reference that leads outside: it does not look when it cannot fetch the target; we hold it to what the definitions allow';
const KNOWN = {
	'DeviceMetric-example.json': TARGET,
	'DeviceUseStatement-example.json': TARGET,
	'MedicationRequest-medrx0301.json': TARGET,
	'Observation-clinical-gender.json': TARGET,
};
const KINDS = [
	[/^Canonical URLs must be absolute/, 'a relative canonical: it refuses, we warn'],
	[/^Profile reference .* has not been checked because it is unknown/, 'a profile that is not known: it refuses, we warn'],
	[/is not legal because it is not defined in the FHIR specification/, 'an ElementDefinition about an element of a data type: it knows no such type'],
	[/^Error processing unit|Unknown code|Unknown Code System|Wrong Display Name|target code .* is not valid|^The code .* is not valid/, 'a code of an outside system: it guesses without a terminology server'],
	[/No CQL Libraries found/, 'the house rules of quality measures'],
	[/identifier.system is .* the identifier.value must be a full URI/, 'the value of an identifier with the system of URIs'],
	[/valueSet reference .* points to something that is not a value set/, 'mistakes in the published definitions'],
	[/^UUIDs must be valid|^OIDs must be valid/, 'the form of a urn inside a uri: the definitions ask for no form'],
	[/each entry in a Bundle must have a fullUrl/, 'a bundle without full URLs: words of the specification, no rule of its definitions'],
	[/^Sub-extension url/, 'an extension inside one that does not name it'],
	[/launches straight into slicing|Error in constraint|Error generating Snapshot|constraint key .* already exists/, 'a StructureDefinition as an instance: what a profile says about another one'],
	[/(source|target) context .* is not known|refers to the path .* which is unknown/, 'the paths inside a StructureMap'],
];
const why = spawnSync('mvn', ['-v']).status !== 0 ? 'there is no Maven here' : false;

function prepare() {
	mkdirSync(WORK, { recursive: true });
	execFileSync('mvn', ['-q', '-B', '-f', `${SOURCE}/pom.xml`, 'dependency:copy-dependencies', `-DoutputDirectory=${join(process.cwd(), WORK, 'lib')}`], { stdio: 'ignore' });
	execFileSync('javac', ['-d', WORK, '-cp', `${WORK}/lib/*`, `${SOURCE}/Validate.java`]);
}

function asked(files) {
	const said = spawnSync('java', ['-Xmx2g', '-cp', `${WORK}/lib/*:${WORK}`, 'Validate'], { input: files.join('\n') + '\n', encoding: 'utf8', maxBuffer: 1 << 29 });
	const found = new Map();
	for (const line of said.stdout.split('\n')) {
		const [file, severity, , message] = line.split('\t');
		if (!file) continue;
		if (!found.has(file)) found.set(file, []);
		if (severity === 'error' || severity === 'fatal') found.get(file).push(message);
	}
	return found;
}

test('no resource is refused by one of us, except what is understood', { skip: why }, (t) => {
	try {
		prepare();
	} catch (e) {
		t.skip(`the validator cannot be fetched: ${e.message.split('\n')[0]}`);
		return;
	}
	// A mistake of the package in every code system translation: one rule, thousands of places.
	const all = [...examples(), ...samples()].filter((f) => !/dataelements/.test(f));
	const files = LONG ? all : all.filter((_, i) => i % 6 === 0);
	const { counts, wrong, byKind } = compare(files, ours(files), asked(files), LONG ? KNOWN : Object.fromEntries(Object.entries(KNOWN).filter(([f]) => files.some((x) => x.endsWith(`/${f}`)))), KINDS);
	report('validate-hapi', counts);
	for (const [kind, n] of byKind) console.log(`# ${n} × ${kind}`);
	console.log(`# ${files.length} resources: ${counts.passed} the same, ${counts.skipped} understood`);
	assert.deepEqual(wrong, []);
});
