// The snapshot of a profile: its differential laid over the base definition of the official package.
// Usage: node tools/snapshot.mjs PACKAGE_DIR FILE   prints the whole StructureDefinition; tools/gen-profiles.mjs uses snapshot().
// Source: https://hl7.org/fhir/R4/profiling.html. Of the base, mappings and requirements are left out: they say nothing that binds.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const HL7 = 'http://hl7.org/fhir/StructureDefinition/';
const dropped = ['mapping', 'requirements', 'alias', 'example', 'meaningWhenMissing', 'orderMeaning'];

function baseElements(packageDir, type) {
	const file = path.join(packageDir, `StructureDefinition-${type}.json`);
	const elements = JSON.parse(fs.readFileSync(file, 'utf8')).snapshot.element;
	return elements.map(e => Object.fromEntries(Object.entries(e).filter(([k]) => !dropped.includes(k))));
}

const parentOf = id => id.slice(0, id.lastIndexOf('.'));
const under = (id, top) => id === top || id.startsWith(top + '.') || id.startsWith(top + ':');

/** The children of a data type below an element: Goal.description → Goal.description.text and so on. */
function unfold(list, at, packageDir) {
	const element = list[at];
	if (element.type?.length !== 1)
		throw new Error(`${element.id}: children of more than one type`);
	const type = element.type[0].code;
	const children = baseElements(packageDir, type).slice(1).map(c => ({
		...structuredClone(c),
		id: element.id + c.id.slice(type.length),
		path: element.path + c.path.slice(type.length),
	}));
	list.splice(at + 1, 0, ...children);
}

/** Where id stands; when it is below a data type, that is unfolded first. -1: it is nowhere. */
function find(list, id, packageDir) {
	const at = list.findIndex(e => e.id === id);
	if (at >= 0 || !id.includes('.'))
		return at;
	const parent = find(list, parentOf(id), packageDir);
	if (parent < 0 || list.some(e => parentOf(e.id) === list[parent].id))
		return -1;
	unfold(list, parent, packageDir);
	return list.findIndex(e => e.id === id);
}

/** A new slice comes after the sliced element, its children and the slices that are there. */
function addSlice(list, change, packageDir) {
	const whole = change.id.slice(0, change.id.lastIndexOf(':'));
	const at = find(list, whole, packageDir);
	if (at < 0)
		throw new Error(`${change.id}: nothing to slice`);
	list[at].slicing ??= { discriminator: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' };
	let end = at + 1;
	while (end < list.length && under(list[end].id, whole))
		end++;
	const { slicing, ...element } = structuredClone(list[at]);
	list.splice(end, 0, { ...element, id: change.id, sliceName: change.sliceName, min: 0 });
	return end;
}

function lay(element, change) {
	const { constraint, ...rest } = change;
	Object.assign(element, structuredClone(rest));
	if (constraint)
		element.constraint = [...(element.constraint ?? []), ...structuredClone(constraint)];
	if (element.type?.length === 1 && element.type[0].code === 'Extension' && element.type[0].profile)
		delete element.condition;
}

/** The definition with its snapshot. @param {object} definition with a differential @param {string} packageDir */
export function snapshot(definition, packageDir) {
	const base = definition.baseDefinition;
	if (!base.startsWith(HL7))
		throw new Error(`${definition.id}: the base is not in the official package`);
	const list = baseElements(packageDir, base.slice(HL7.length));
	for (const change of definition.differential.element) {
		let at = find(list, change.id, packageDir);
		if (at < 0 && change.sliceName)
			at = addSlice(list, change, packageDir);
		if (at < 0)
			throw new Error(`${definition.id}: there is no element ${change.id}`);
		if (list[at].path !== change.path)
			throw new Error(`${definition.id}: ${change.id} has path ${list[at].path}`);
		lay(list[at], change);
	}
	const { differential, ...rest } = definition;
	return { ...rest, snapshot: { element: list }, differential };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const [packageDir, file] = process.argv.slice(2);
	if (!file) {
		console.error('usage: snapshot.mjs PACKAGE_DIR FILE');
		process.exit(2);
	}
	const whole = snapshot(JSON.parse(fs.readFileSync(file, 'utf8')), packageDir);
	console.log(JSON.stringify(whole, null, '\t'));
}
