// The tables of docs/profiles.md, from the files. node tools/profile-tables.mjs PROFILES PACKAGE_DIR FILE writes them anew between the
// marks <!-- table NAME --> and <!-- end -->; a test compares.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { snapshot } from './snapshot.mjs';

const cell = text => String(text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (...cells) => `| ${cells.map(cell).join(' | ')} |`;
const code = text => text ? `\`${text}\`` : '';

function typesOf(element) {
	return (element.type ?? []).map(t => {
		const to = (t.profile ?? t.targetProfile ?? []).map(u => u.split('/').pop());
		return to.length ? `${t.code}(${to.join(', ')})` : t.code;
	}).join(', ');
}

function profileTable(definition) {
	const changed = new Set(definition.differential.element.map(e => e.id));
	const rows = definition.snapshot.element.filter(e => changed.has(e.id) && e.path.includes('.')).map(e => {
		const fixed = Object.entries(e).find(([k]) => k.startsWith('fixed') || k.startsWith('pattern'));
		const must = fixed ? code(typeof fixed[1] === 'string' ? fixed[1] : fixed[1].coding[0].code) : e.binding?.strength === 'required' ? code(e.binding.valueSet.split('/').pop().split('|')[0]) : '';
		return row(code(e.id.slice(definition.type.length + 1)), `${e.min}..${e.max}`, e.mustSupport ? 'yes' : '', typesOf(e).slice(0, 120), must, e.short);
	});
	return [row('element', 'times', 'must support', 'type', 'is, or one of', 'what'), '|---|---|---|---|---|---|', ...rows].join('\n');
}

/** @returns {Record<string, string>} each table by name */
export function tables(dir, packageDir) {
	const all = fs.readdirSync(dir).filter(f => f.endsWith('.json')).sort().map(f => JSON.parse(fs.readFileSync(path.join(dir, f), 'utf8')));
	const structures = all.filter(d => d.resourceType === 'StructureDefinition');
	const profiles = structures.filter(d => d.kind === 'resource'), extensions = structures.filter(d => d.type === 'Extension');
	const out = {
		profiles: [row('profile', 'of', 'what', 'Nederlands'), '|---|---|---|---|',
			...profiles.map(d => row(`[${d.title}](#${d.id})`, d.type, d.description, d._title.extension[0].extension[1].valueString))].join('\n'),
		extensions: [row('extension', 'on', 'value', 'what', 'why it is needed'), '|---|---|---|---|---|', ...extensions.map(d => {
			const value = d.differential.element.find(e => e.id === 'Extension.value[x]');
			const parts = d.differential.element.filter(e => /^Extension\.extension:[^.]+$/.test(e.id)).map(e => e.sliceName);
			return row(code(d.id), d.context.map(c => c.expression.split('/').pop()).join(', '), value.max === '0' ? parts.join(', ') : value.type[0].code, d.description, d.purpose);
		})].join('\n'),
		codes: [row('code system', 'codes', 'what'), '|---|---|---|', ...all.filter(d => d.resourceType === 'CodeSystem').map(d =>
			row(code(d.id), d.concept.map(c => c.code).join(', '), d.description))].join('\n'),
	};
	for (const d of profiles)
		out[d.id] = profileTable(snapshot(d, packageDir));
	return out;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const [dir, packageDir, file] = process.argv.slice(2);
	const made = tables(dir, packageDir);
	const text = fs.readFileSync(file, 'utf8').replace(/<!-- table (\S+) -->\n[\s\S]*?<!-- end -->/g, (_, name) => `<!-- table ${name} -->\n${made[name]}\n<!-- end -->`);
	fs.writeFileSync(file, text);
}
