// Does a resource keep a profile? From the snapshot alone, without the program's own engine: counts, fixed values, patterns,
// types of choices, slices by url and by pattern, extensions of ours by their own definitions.
// It knows what our profiles use; what it does not know (invariants, bindings, references) is the validator's.

/** @param {object} resource @param {object} profile with snapshot @param {Map<string, object>} definitions by url; the problems found */
export function problems(resource, profile, definitions) {
	const found = [];
	checkChildren({ elements: profile.snapshot.element, found }, profile.type, resource, profile.type);
	checkExtensions(resource, profile.type, definitions, found);
	return found;
}

/** Every extension with an address of its own, wherever it stands. */
function checkExtensions(value, where, definitions, found) {
	if (value === null || typeof value !== 'object')
		return;
	for (const [key, inner] of Object.entries(value))
		checkExtensions(inner, `${where}.${key}`, definitions, found);
	if (!/\.(modifierE|e)xtension\.\d+$/.test(where) || !value.url?.includes(':'))
		return;
	const definition = definitions.get(value.url);
	if (definition)
		checkChildren({ elements: definition.snapshot.element, found }, 'Extension', value, `${where}(${definition.id})`);
	else
		found.push(`${where}: ${value.url} has no definition`);
}

const same = (pattern, value) => {
	if (Array.isArray(pattern))
		return Array.isArray(value) && pattern.every(p => value.some(v => same(p, v)));
	if (pattern && typeof pattern === 'object')
		return value && typeof value === 'object' && Object.entries(pattern).every(([k, p]) => same(p, value[k]));
	return pattern === value;
};
const fixedOf = e => Object.entries(e).find(([k]) => k.startsWith('fixed') || k.startsWith('pattern'))?.[1];

/** [name in the resource, value] of each occurrence of an element, choices by any of their types. */
function occurrences(parent, name, element) {
	if (!name.endsWith('[x]'))
		return parent[name] === undefined ? [] : [parent[name]].flat().map(v => [name, v]);
	const stem = name.slice(0, -3);
	return Object.keys(parent).filter(k => k.startsWith(stem) && /[A-Z]/.test(k[stem.length] ?? '')).map(k => {
		const type = element.type.find(t => stem + t.code[0].toUpperCase() + t.code.slice(1) === k);
		return [type ? k : `!${k}`, parent[k]];
	});
}

function checkChildren(c, id, parent, where) {
	for (const e of c.elements) {
		if (e.id.slice(0, e.id.lastIndexOf('.')) !== id || e.id.slice(id.length + 1).includes('.'))
			continue;
		const last = e.id.slice(id.length + 1), slice = last.includes(':');
		const name = slice ? last.split(':')[0] : last;
		const all = occurrences(parent, name, e), mine = slice ? all.filter(([, v]) => inSlice(c, e, v)) : all;
		if (mine.length < e.min) c.found.push(`${where}.${last}: ${mine.length}, at least ${e.min}`);
		if (e.max !== '*' && mine.length > Number(e.max)) c.found.push(`${where}.${last}: ${mine.length}, at most ${e.max}`);
		for (const [key, value] of mine)
			checkOne(c, e, key, value, `${where}.${last}`);
	}
}

function inSlice(c, e, value) {
	const url = e.type?.[0]?.profile?.[0] ?? c.elements.find(x => x.id === `${e.id}.url`)?.fixedUri;
	if (e.path.endsWith('.extension'))
		return value.url === url;
	const pattern = fixedOf(e);
	if (pattern === undefined)
		throw new Error(`${e.id}: a slice that this check does not know`);
	return same(pattern, value);
}

function checkOne(c, e, key, value, where) {
	if (key.startsWith('!')) c.found.push(`${where}: ${key.slice(1)} is not one of its types`);
	const pattern = fixedOf(e);
	if (pattern !== undefined && !same(pattern, value)) c.found.push(`${where}: is not ${JSON.stringify(pattern)}`);
	if (value === null || typeof value !== 'object')
		return;
	checkChildren(c, e.id, value, where);
}
