// The validator of the npm package fhir and ours: who refuses what.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compare, examples, ours, samples } from './validate-lib.mjs';
import { report } from './report.mjs';

const EMPTY = 'it lets an empty narrative pass (txt-2)', OBJECT = 'it lets an empty object pass', URI = 'it lets a uri with a space pass';
const KNOWN = {
	'ActivityDefinition-blood-tubes-supply.json': EMPTY,
	'ActivityDefinition-heart-valve-replacement.json': EMPTY,
	'EventDefinition-example.json': EMPTY,
	'MedicationRequest-medrx0301.json': 'it does not look at the types that a reference may have',
	'MedicationRequest-medrx0308.json': 'it does not find allowed[x] by the name of its type',
	'MedicationRequest-medrx0330.json': 'it does not find allowed[x] by the name of its type',
	'Questionnaire-qs1.json': 'it does not look for linkId in items of items',
	'QuestionnaireResponse-AHC.json': OBJECT,
	'QuestionnaireResponse-CaregiverStrain.json': OBJECT,
	'QuestionnaireResponse-PROMIS-29-display.json': OBJECT,
	'QuestionnaireResponse-PROMIS-29.json': OBJECT,
	'mpc-breast-cancer.json': URI,
	'mpc-colon-cancer.json': URI,
	'mpc-lung-cancer.json': URI,
	'mpc-prostate-cancer.json': URI,
};
const KINDS = [[/^Invalid type for reference/, 'it takes the last words of any URL, or of a version, for the type of a reference']];

test('no resource is refused by one of us, except what is understood', { skip: !existsSync('tests/conformance/node_modules/fhir') && 'npm packages are not installed' }, async () => {
	const module = await import('fhir');
	const Fhir = module.Fhir ?? module.default.Fhir;
	const validator = new Fhir(), files = [...examples(), ...samples()].filter((f) => !/dataelements|valueset-expansions|v[23]-(valuesets|codesystems)/.test(f)), theirs = new Map();
	for (const file of files) {
		const result = validator.validate(JSON.parse(readFileSync(file, 'utf8')), { errorOnUnexpected: true });
		theirs.set(file, result.messages.filter((m) => ['error', 'fatal'].includes(m.severity)).map((m) => m.message ?? String(m)));
	}
	const { counts, wrong, byKind } = compare(files, ours(files), theirs, KNOWN, KINDS);
	report('validate-npm-fhir', counts);
	for (const [kind, n] of byKind) console.log(`# ${n} × ${kind}`);
	console.log(`# ${files.length} resources: ${counts.passed} the same, ${counts.skipped} understood`);
	assert.deepEqual(wrong, []);
});
