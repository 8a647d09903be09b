// What every bench part works with: numbers, the server on core 0, load on core 1, the store of many persons.
//
// Environment: BENCH_PERSONS (100000), BENCH_RUNS (5), BENCH_SECONDS (5), BENCH_PRIORITY (words before server and load, for a
// machine where other work runs: 'chrt -r 1', 'nice -n -20'), BENCH_REST (0: seconds between runs, for that other work).
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, fdatasyncSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'

export const [build, bin, ...only] = process.argv.slice(2)
export const persons = Number(process.env.BENCH_PERSONS || 100000), runs = Number(process.env.BENCH_RUNS || 5)
export const seconds = Number(process.env.BENCH_SECONDS || 5), rest = Number(process.env.BENCH_REST || 0), accounts = 64, connections = 64, dossiers = 20, port = 18931
export const synthea = process.env.SYNTHEA || '../shared/data/synthea-r4'
export const here = path.dirname(new URL(import.meta.url).pathname), folder = path.join(build, 'bench')
export const program = path.join(build, 'samendoel'), work = path.join(folder, 'work'), url = `http://127.0.0.1:${port}`
export const figures = [], priority = (process.env.BENCH_PRIORITY || 'env').split(' ')
mkdirSync(folder, { recursive: true })
const log = openSync(path.join(folder, 'server.log'), 'a')

// ---- numbers ----

export const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
export const round = v => (v === null || v === undefined ? null : Number(v.toPrecision(4)))
export const met = f => !f.goal || (f.goal.startsWith('>=') ? f.value >= +f.goal.slice(2) : f.value <= +f.goal.slice(2))

// baseline: of the same run, or null. spread: (largest - smallest) / median of the repetitions.
export function figure(name, values, unit, goal, baseline = null) {
	const value = median(values)
	const spread = value ? (Math.max(...values) - Math.min(...values)) / value : 0
	const f = { name, value: round(value), unit, goal, baseline: round(baseline),
		ratio: baseline ? round(value / baseline) : null, spread: round(spread) }
	tell(f)
	return f
}

export function tell(f) {
	figures.push(f)
	const against = f.baseline === null ? '' : `baseline ${f.baseline}  ratio ${f.ratio}`
	console.log([f.name.padEnd(34), String(f.value).padStart(9), f.unit.padEnd(12), (f.goal || '').padEnd(10),
		`spread ${f.spread ?? '-'}`.padEnd(14), against.padEnd(30), !f.goal ? '' : met(f) ? 'met' : 'MISSED'].join(' ').trimEnd())
}

export const wanted = name => !only.length || only.includes(name)
export const say = text => console.log(`# ${text}`)
export const busy = () => os.loadavg()[0].toFixed(1)
export const sleep = ms => new Promise(done => setTimeout(done, ms))

// ---- programs ----

export function run(file, args, options = {}) {
	return execFileSync(file, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'], ...options })
}

export const started = new Set()
export function pinned(core, file, args) {
	const child = spawn(priority[0], [...priority.slice(1), 'taskset', '-c', String(core), file, ...args], { stdio: ['ignore', 'ignore', log] })
	started.add(child)
	child.once('exit', () => started.delete(child))
	return child
}

export async function ended(child) {
	if (child.exitCode === null && child.signalCode === null)
		await new Promise(done => { child.once('exit', done); child.kill('SIGTERM') })
}

export function ask(target, headers = {}, method = 'GET', body) {
	return new Promise((done, failed) => {
		const r = http.request(`${url}${target}`, { method, headers, agent }, answer => {
			const parts = []
			answer.on('data', p => parts.push(p))
			answer.on('end', () => done({ status: answer.statusCode, text: Buffer.concat(parts).toString() }))
		})
		r.on('error', failed)
		r.end(body)
	})
}
let agent = new http.Agent({ keepAlive: true, maxSockets: 16 })

// From exec to the first 200. `line`: method, path, header as in the files for the load.
export async function serve(line = 'GET\t/health\tAccept: */*') {
	const [method, target, header] = line.split('\t'), [name, value] = header.split(': ')
	const from = process.hrtime.bigint()
	const server = pinned(0, program, ['serve', '--data', work, '--listen', `127.0.0.1:${port}`, '--log-level', 'error'])
	for (;;) {
		try {
			const r = await ask(target, { [name]: value, Connection: 'close' }, method)
			if (r.status === 200)
				return { server, took: Number(process.hrtime.bigint() - from) / 1e9 }
			throw new Error(`${target}: ${r.status} ${r.text.slice(0, 200)}`)
		} catch (e) {
			if (e.code !== 'ECONNREFUSED' || server.exitCode !== null)
				throw e
			await sleep(1)
		}
	}
}

// ---- the store and the requests ----

// A store of `n` generated persons, made once; a copy of it is at `work` afterwards.
export function prepare_store(n = persons) {
	const store = path.join(folder, `store-${n}`)
	if (!existsSync(path.join(store, 'done'))) {
		say(`making ${n} persons; once, kept in ${store}`)
		rmSync(store, { recursive: true, force: true })
		mkdirSync(store, { recursive: true })
		console.log('# ' + run(program, ['generate', '--data', path.join(store, 'data'), '--persons', String(n),
			'--accounts', String(accounts), '--tokens', path.join(store, 'tokens')]).trim())
		writeFileSync(path.join(store, 'done'), '')
	}
	rmSync(work, { recursive: true, force: true })
	run('cp', ['-r', '--reflink=auto', path.join(store, 'data'), work])
	run('sync', []) // else the copy is still on its way to the disk while the server syncs
	return store
}

// The store with one more professional, who is in every team; a copy of it is at `work`. That professional's token and reference.
export function prepare_everywhere() {
	const store = path.join(folder, `store-${persons}`), wide = `${store}-everywhere`
	if (!existsSync(path.join(wide, 'everywhere'))) {
		prepare_store()
		say(`adding a professional to every team; once, kept in ${wide}`)
		rmSync(wide, { recursive: true, force: true })
		mkdirSync(wide, { recursive: true })
		run('cp', ['-r', '--reflink=auto', path.join(store, 'data'), path.join(wide, 'data')])
		run(program, ['generate', '--data', path.join(wide, 'data'), '--persons', '1', '--seed', '77', '--everywhere', path.join(wide, 'everywhere')])
	}
	rmSync(work, { recursive: true, force: true })
	run('cp', ['-r', '--reflink=auto', path.join(wide, 'data'), work])
	run('sync', [])
	const [token, me] = readFileSync(path.join(wide, 'everywhere'), 'utf8').trim().split(' ')
	return { token, me }
}

export async function json(target, token) {
	const r = await ask(target, { Authorization: `Bearer ${token}` })
	if (r.status !== 200)
		throw new Error(`${target}: ${r.status} ${r.text.slice(0, 200)}`)
	return JSON.parse(r.text)
}

// ---- load ----

// pause: milliseconds on average between an answer and the next request of a connection.
export function load(file, status, time, { headers = [], pause = 0, script = 'load.lua' } = {}) {
	const text = run(priority[0], [...priority.slice(1), 'taskset', '-c', '1', 'wrk', '-t1', `-c${connections}`, `-d${time}s`, '--timeout', '10s',
		...headers.flatMap(h => ['-H', h]), '-s', path.join(here, script), url, '--', file, String(status), String(pause)])
	const f = text.split('\n').find(l => l.startsWith('RESULT')).split('\t')
	if (+f[7])
		throw new Error(`${f[7]} wrong answers: ${f[8]}`)
	return { requests: +f[1], rate: f[1] / (f[2] / 1e6), p50: f[4] / 1000, p99: f[5] / 1000, max: f[6] / 1000, size: f[3] / f[1] }
}

// What the server's threads have used: says what a request costs also when others use the machine.
export function cpu_seconds(server) {
	const f = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ')
	return (+f[11] + +f[12]) / 100
}

// As many requests a second as the goal asks, not as many as the server can take: each connection pauses so long that all
// together come to `rate`. Sought by three short runs: a pause is whole milliseconds, an answer takes time too.
export async function at_rate(server, file, status, rate) {
	let pause = connections * 1000 / rate
	for (let i = 0; i < 3; i++) {
		const r = load(file, status, 1, { pause })
		pause = Math.max(0.1, pause + connections * 1000 / rate - connections * 1000 / r.rate)
	}
	return repeat(server, file, status, { pause })
}

export async function repeat(server, file, status, options) {
	load(file, status, 2, options)
	const all = []
	for (let i = 0; i < runs; i++) {
		await sleep(rest * 1000)
		const before = cpu_seconds(server)
		const r = load(file, status, seconds, options)
		all.push({ ...r, cpu: (cpu_seconds(server) - before) * 1e6 / r.requests })
	}
	return all
}

export function memory(server) {
	const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
	const kib = name => +status.match(new RegExp(`${name}:\\s+(\\d+)`))[1] / 1024
	return { rss: kib('VmRSS'), peak: kib('VmHWM'), anon: kib('RssAnon'), file: kib('RssFile') }
}

// What the disk does now: nothing durable is faster.
export function disk() {
	const name = path.join(folder, 'sync'), page = Buffer.alloc(8192), fd = openSync(name, 'w+'), took = []
	writeSync(fd, Buffer.alloc(8192 * 400))
	fdatasyncSync(fd)
	for (let i = 0; i < 400; i++) {
		const from = process.hrtime.bigint()
		writeSync(fd, page, 0, page.length, i * page.length)
		fdatasyncSync(fd)
		took.push(Number(process.hrtime.bigint() - from) / 1e6)
	}
	closeSync(fd)
	rmSync(name)
	took.sort((a, b) => a - b)
	say(`the disk: writing 8 KiB and fdatasync takes ${took[200].toFixed(2)} ms, one in ten ${took[360].toFixed(2)}, one in a hundred ${took[396].toFixed(2)} or more`)
}

/** Ends what still runs, and the program with it. */
export function stop_all() {
	for (const child of started)
		child.kill('SIGKILL')
}
