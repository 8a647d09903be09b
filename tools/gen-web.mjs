// The files a browser gets: web/ → build/web/ with names that change with the content, and assets.txt ("name hashed-name" a line).
// Usage: node tools/gen-web.mjs web build/web
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as sass from 'sass';

const [from, to] = process.argv.slice(2);
const read = (name) => readFileSync(join(from, name), 'utf8');

function styles() {
	return sass.compile(join(from, 'samendoel.scss'), {
		loadPaths: ['node_modules', from],
		style: 'compressed',
		quietDeps: true,
	}).css;
}

// Each module in a block of its own, one file for the browser: no second round trip.
function script() {
	return readdirSync(from)
		.filter((n) => n.endsWith('.mjs'))
		.sort()
		.map((n) => `{\n${read(n).replace(/^\s*\/\/.*\n/gm, '')}}\n`)
		.join('');
}

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
const list = [];
function put(name, content) {
	const hash = createHash('sha256').update(content).digest('hex').slice(0, 10);
	const dot = name.lastIndexOf('.');
	const hashed = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
	writeFileSync(join(to, hashed), content);
	list.push(`${name} ${hashed}`);
	return `/static/${hashed}`;
}

const icon = put('favicon.svg', read('favicon.svg'));
put('manifest.webmanifest', read('manifest.webmanifest').replaceAll('favicon.svg', icon));
const css = styles();
const js = script();
put('app.css', css);
put('app.mjs', js);
writeFileSync(join(to, 'assets.txt'), `${list.join('\n')}\n`);
const kb = (s) => (gzipSync(s).length / 1024).toFixed(1);
console.log(`  web  styles ${kb(css)} KB, script ${kb(js)} KB gzipped`);
if (gzipSync(css).length > 40 * 1024 || gzipSync(js).length > 5 * 1024) {
	console.error('The style sheet may weigh 40 KB and the script 5 KB, gzipped.');
	process.exit(1);
}
