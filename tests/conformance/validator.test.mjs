// The official validator's own cases: what it says about a resource, by severity and place. Information, and the missing narrative that it was not
// asked for, do not count; nor what is said about text that is no JSON beyond that it is refused.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DATA, isError, ours } from './validate-lib.mjs';
import { report } from './report.mjs';

const DIR = join(DATA, 'fhir-test-cases', 'validator');
const TX = 'needs a terminology server', PACKAGE = 'needs packages that we do not have', HOUSE = 'a rule of the official validator that is in no definition';
const OPTION = 'an option of the official validator that we do not have', CODES = 'codes of systems outside a binding: we say nothing';
// Case → why it differs. Those marked with ! differ also in whether there is an error.
const KNOWN = {
	'allergy': `${TX}; an element with only an extension counts as a code that is not there`,
	'snomed-ca': TX, 'cvx': TX, 'sct-version-issue': TX, 'obs-temp-code2': TX, 'mr-covid-m': TX, 'patient-with-turvakielto': PACKAGE,
	'obs-vs-1': `${PACKAGE}; profiles that follow from a LOINC code`, 'obs-fio2': `${PACKAGE}; ${TX}`, 'obs-vital-signs-mdc': `${PACKAGE}; ${TX}`,
	'bundle-duplicate-ids-not': TX, 'bundle-id-4': TX, 'nested-questionnaire-nested-valueset': PACKAGE, 'contract-binding-test': CODES,
	'mr-covid-bnd1': 'we list at most 100 issues; a value set used as the system of a code',
	'dr-example-org': HOUSE, 'capstmt': HOUSE, 'pat-security-bad-string': HOUSE, 'sp-diff-expression': HOUSE, 'sp-diff-type': HOUSE, 'sp-diff-base': HOUSE,
	'parameters-reference-bad': HOUSE, 'vs-canonical-bad-2': HOUSE, 'vs-canonical-urn': HOUSE, 'vs-canonical-urn-bad': HOUSE, 'xver-extensions-vs': HOUSE,
	'bad-markdown': HOUSE, 'cs-bad-props': HOUSE, 'vs-params-2': HOUSE, 'vs-params-3': HOUSE, 'vs-params-4': HOUSE,
	'ref-policy-default-r4': HOUSE, 'xver-valueset-4_5': HOUSE, 'ips-htmlrefs-backwards': HOUSE,
	'ref-policy-default-apply-r5': OPTION, 'contained-resource-bad-id-ignore': OPTION, 'json-comments-1-yes': OPTION, 'bad-markdown-no-html': OPTION,
	'encounter-period': 'a day and a moment on it cannot be ordered: we warn, it refuses',
	'resource-invalid-id-3': 'a reference to an id that is none: we say it of the reference too',
	'bundle-signed-nob64': 'signatures are not verified', 'bundle-sig-2': 'signatures are not verified',
};

const place = (p) => (p ?? '').replace(/\/\*.*?\*\//g, '').replace(/\.ofType\(\w+\)/g, '');
const said = (issues) => [...new Set(issues.filter((i) => i.severity !== 'information' && !/dom-6/.test(i.details?.text ?? ''))
	.map((i) => `${i.severity} ${place((i.expression ?? i.location ?? [''])[0])}`))].sort();

test('the cases of the official validator', { skip: !existsSync(DIR) && 'the test data is not there' }, () => {
	const counts = { passed: 0, failed: 0, skipped: 0 }, wrong = [];
	const cases = JSON.parse(readFileSync(join(DIR, 'manifest.json'), 'utf8'));
	const mine = ours([...new Set(cases.map((c) => join(DIR, c.file)))]);
	for (const c of cases) {
		const issues = mine.get(join(DIR, c.file)), theirs = JSON.parse(readFileSync(join(DIR, c.outcome), 'utf8')).issue ?? [];
		const noJson = issues.some((i) => i.severity === 'fatal');
		const same = noJson ? theirs.some(isError) : said(issues).join('\n') === said(theirs).join('\n');
		if (same && KNOWN[c.name]) wrong.push(`${c.name} is listed and is the same`);
		else if (!same && !KNOWN[c.name]) wrong.push(`${c.name}\n  we: ${said(issues)}\n  it: ${said(theirs)}`);
		counts[same ? 'passed' : KNOWN[c.name] ? 'skipped' : 'failed']++;
		// What it finds without error is never refused.
		if (!theirs.some(isError) && issues.some(isError) && !/OPTION|option/.test(KNOWN[c.name] ?? '')) wrong.push(`${c.name} is refused by us alone`);
	}
	report('validator', counts);
	console.log(`# ${cases.length} cases: ${counts.passed} the same, ${counts.skipped} listed`);
	assert.deepEqual(wrong, []);
});
