// Files to validate and what `samendoel validate` says about them.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BINARY } from './lib.mjs';

export const DATA = process.env.FHIR_DATA ?? '../shared/data';
export const PACKAGE = 'node_modules/hl7.fhir.r4.examples';
const DEFINING = /^(StructureDefinition|SearchParameter|ValueSet|CodeSystem|ConceptMap|OperationDefinition|NamingSystem)-|^(package|ig-r4|\.)/;

const list = (dir, keep = () => true) => existsSync(dir) ? readdirSync(dir).filter((f) => f.endsWith('.json') && keep(f)).sort().map((f) => join(dir, f)) : [];

/** The example resources of the official package. */
export const examples = () => list(PACKAGE, (f) => !DEFINING.test(f));
/** Data of others, when it is there. */
export const samples = () => ['us-core', 'mycareplanner', 'synthea-r4'].flatMap((d) => list(join(DATA, d)));

/** file → issues, by one process a hundred files. */
export function ours(files) {
	const found = new Map();
	for (let i = 0; i < files.length; i += 100) {
		const some = files.slice(i, i + 100);
		const said = spawnSync(BINARY, ['validate', ...some], { encoding: 'utf8', maxBuffer: 1 << 28 });
		const lines = said.stdout.trim().split('\n');
		if (lines.length !== some.length) throw new Error(`${some.length} files, ${lines.length} outcomes: ${said.stderr}`);
		some.forEach((f, k) => found.set(f, JSON.parse(lines[k]).issue));
	}
	return found;
}

export const isError = (i) => i.severity === 'error' || i.severity === 'fatal';

/**
 * Compares who refuses what. known: file name → why it is right that we differ; kinds: [pattern of the other's message, why], for
 * resources that only they refuse. Gives counts and what is not understood; a listed file that does not differ is not understood either.
 */
export function compare(files, mine, theirs, known, kinds) {
	const counts = { passed: 0, failed: 0, skipped: 0 }, wrong = [], used = new Set(), byKind = new Map();
	for (const file of files) {
		const name = basename(file), we = mine.get(file).filter(isError), they = theirs.get(file);
		if (we.length > 0 === they.length > 0) {
			counts.passed++;
			continue;
		}
		if (known[name]) {
			used.add(name);
			counts.skipped++;
			continue;
		}
		const kind = (m) => kinds.find(([pattern]) => pattern.test(m))?.[1];
		if (they.length && they.every(kind)) {
			counts.skipped++;
			for (const k of new Set(they.map(kind))) byKind.set(k, (byKind.get(k) ?? 0) + 1);
			continue;
		}
		counts.failed++;
		wrong.push(`${name}: ${we.length ? `we: ${we[0].expression} ${we[0].details.text}` : `they: ${they.find((m) => !kind(m))}`}`);
	}
	for (const name of Object.keys(known))
		if (files.some((f) => basename(f) === name) && !used.has(name)) {
			counts.failed++;
			wrong.push(`${name} is listed and does not differ`);
		}
	return { counts, wrong, byKind };
}
