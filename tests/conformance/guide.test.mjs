// The guide for integrators is true: its commands are run in order, in one shell, against a started server on the demonstration world,
// and what it says that comes back comes back.
//
// In docs/integrators.md a block of ```sh is run; a block of ```text after it holds lines that must be in what was printed (… stands for
// anything). A block of ```sh server is run while no server runs (tokens are made then).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { BINARY, serve, world } from './lib.mjs';
import { report } from './report.mjs';

const blocks = [...readFileSync('docs/integrators.md', 'utf8').matchAll(/^```(sh|text)( server)?\n([\s\S]*?)^```/gm)]
	.map(([, kind, server, text]) => ({ kind, server: Boolean(server), text }));
const counts = { passed: 0, failed: 0, skipped: 0 };
let server, shell, data;

// One bash for the whole guide, so that variables go on from block to block.
class Shell {
	constructor(env) {
		this.child = spawn('bash', ['-s'], { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
		this.said = '';
		for (const s of [this.child.stdout, this.child.stderr]) s.on('data', (d) => (this.said += d));
	}

	async run(text) {
		const end = `--end-${Math.random()}--`;
		this.said = '';
		this.child.stdin.write(`{ ${text}\n}; echo "${end} $?"\n`);
		for (let i = 0; i < 1200; i++) {
			const at = this.said.match(new RegExp(`${end} (\\d+)`));
			if (at) return { code: Number(at[1]), said: this.said.slice(0, at.index) };
			await new Promise((done) => setTimeout(done, 50));
		}
		throw new Error(`the block did not end: ${text}\n${this.said}`);
	}

	end() {
		this.child.stdin.end();
	}
}

before(() => {
	data = world('guide');
	shell = new Shell({ DATA: resolve(data), PATH: `${resolve(BINARY, '..')}:${process.env.PATH}` });
});

after(async () => {
	shell?.end();
	await server?.stop();
	report('guide', counts);
});

function holds(said, line) {
	const parts = line.trim().split('…').map((p) => p.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	return new RegExp(parts.join('[^\\n]*')).test(said);
}

test('every block of the guide does what it says', async (t) => {
	assert.ok(blocks.length > 10, 'the guide has blocks');
	let last = { code: 0, said: '' };
	for (const b of blocks) {
		const name = b.text.trim().split('\n')[0].slice(0, 90);
		await t.test(`${b.kind}: ${name}`, async () => {
			try {
				if (b.kind === 'sh') {
					if (!b.server && !server) {
						server = await serve(data, '--demo');
						await shell.run(`B=${server.base}`);
					}
					last = await shell.run(b.text);
					assert.equal(last.code, 0, last.said);
				} else {
					for (const line of b.text.trim().split('\n')) assert.ok(holds(last.said, line), `no line like "${line}" in:\n${last.said.slice(0, 3000)}`);
				}
				counts.passed++;
			} catch (e) {
				counts.failed++;
				throw e;
			}
		});
	}
});
