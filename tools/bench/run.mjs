// make bench: the figures of issue 2, against a store of 100 000 persons, access control and audit on.
// The server runs on core 0, the load on core 1. Prints a line per figure and writes build/bench.json.
//
//   node tools/bench/run.mjs BUILD BIN [figure…]     BUILD: folder of samendoel; BIN: folder of the bench programs
//
// Environment: BENCH_PERSONS (100000), BENCH_RUNS (5), BENCH_SECONDS (5), SYNTHEA (folder of bundles to import),
// BENCH_PRIORITY (words before server and load, for a
// machine where other work runs: 'chrt -r 1', 'nice -n -20'), BENCH_REST (0: seconds between runs, for that other work).
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, fdatasyncSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'

const [build, bin, ...only] = process.argv.slice(2)
const persons = Number(process.env.BENCH_PERSONS || 100000), runs = Number(process.env.BENCH_RUNS || 5)
const seconds = Number(process.env.BENCH_SECONDS || 5), rest = Number(process.env.BENCH_REST || 0), accounts = 64, connections = 64, dossiers = 20, port = 18931
const synthea = process.env.SYNTHEA || '../shared/data/synthea-r4'
const here = path.dirname(new URL(import.meta.url).pathname), folder = path.join(build, 'bench')
const program = path.join(build, 'samendoel'), work = path.join(folder, 'work'), url = `http://127.0.0.1:${port}`
const figures = [], priority = (process.env.BENCH_PRIORITY || 'env').split(' ')
mkdirSync(folder, { recursive: true })
const log = openSync(path.join(folder, 'server.log'), 'a')

// ---- numbers ----

const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const round = v => (v === null || v === undefined ? null : Number(v.toPrecision(4)))
const met = f => !f.goal || (f.goal.startsWith('>=') ? f.value >= +f.goal.slice(2) : f.value <= +f.goal.slice(2))

// baseline: of the same run, or null. spread: (largest - smallest) / median of the repetitions.
function figure(name, values, unit, goal, baseline = null) {
	const value = median(values)
	const spread = value ? (Math.max(...values) - Math.min(...values)) / value : 0
	const f = { name, value: round(value), unit, goal, baseline: round(baseline),
		ratio: baseline ? round(value / baseline) : null, spread: round(spread) }
	tell(f)
	return f
}

function tell(f) {
	figures.push(f)
	const against = f.baseline === null ? '' : `baseline ${f.baseline}  ratio ${f.ratio}`
	console.log([f.name.padEnd(34), String(f.value).padStart(9), f.unit.padEnd(12), (f.goal || '').padEnd(10),
		`spread ${f.spread ?? '-'}`.padEnd(14), against.padEnd(30), !f.goal ? '' : met(f) ? 'met' : 'MISSED'].join(' ').trimEnd())
}

const wanted = name => !only.length || only.includes(name)
const say = text => console.log(`# ${text}`)
const busy = () => os.loadavg()[0].toFixed(1)
const sleep = ms => new Promise(done => setTimeout(done, ms))

// ---- programs ----

function run(file, args, options = {}) {
	return execFileSync(file, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'], ...options })
}

const started = new Set()
function pinned(core, file, args) {
	const child = spawn(priority[0], [...priority.slice(1), 'taskset', '-c', String(core), file, ...args], { stdio: ['ignore', 'ignore', log] })
	started.add(child)
	child.once('exit', () => started.delete(child))
	return child
}

async function ended(child) {
	if (child.exitCode === null && child.signalCode === null)
		await new Promise(done => { child.once('exit', done); child.kill('SIGTERM') })
}

function ask(target, headers = {}, method = 'GET', body) {
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
async function serve(line = 'GET\t/health\tAccept: */*') {
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

function prepare_store() {
	const store = path.join(folder, `store-${persons}`)
	if (!existsSync(path.join(store, 'done'))) {
		say(`making ${persons} persons; once, kept in ${store}`)
		rmSync(store, { recursive: true, force: true })
		console.log('# ' + run(program, ['generate', '--data', path.join(store, 'data'), '--persons', String(persons),
			'--accounts', String(accounts), '--tokens', path.join(store, 'tokens')]).trim())
		writeFileSync(path.join(store, 'done'), '')
	}
	rmSync(work, { recursive: true, force: true })
	run('cp', ['-r', '--reflink=auto', path.join(store, 'data'), work])
	run('sync', []) // else the copy is still on its way to the disk while the server syncs
	return store
}

const types = ['CarePlan', 'CareTeam', 'Communication', 'Encounter', 'EpisodeOfCare', 'Goal', 'Observation', 'QuestionnaireResponse',
	'RelatedPerson', 'Task']

async function json(target, token) {
	const r = await ask(target, { Authorization: `Bearer ${token}` })
	if (r.status !== 200)
		throw new Error(`${target}: ${r.status} ${r.text.slice(0, 200)}`)
	return JSON.parse(r.text)
}

function note(person, author, n) {
	return JSON.stringify({ resourceType: 'Communication', status: 'completed', subject: { reference: `Patient/${person}` },
		sent: '2026-11-20T10:00:00Z', sender: { reference: author },
		payload: [{ contentString: `Samen tot aan het park gestapt, keer ${n}. Het ging goed; morgen proberen we de trap.` }] })
}

// What each account sees of at most `dossiers` of its persons, asked through the API.
async function collect(token, author, files) {
	const list = (await json(`/fhir/Patient?_count=${dossiers}`, token)).entry || []
	for (const { resource } of list) {
		files.read.push(`GET\t/fhir/Patient/${resource.id}\tAuthorization: Bearer ${token}`)
		// Not everyone in a team may see the plan.
		const page = `/persoon/${resource.id}/plan`, cookie = `samendoel_session=${token}`
		if ((await ask(page, { Cookie: cookie })).status === 200)
			files.plan.push(`GET\t${page}\tCookie: ${cookie}`)
		for (let n = 1; n <= 3; n++)
			files.create.push(`POST\t/fhir/Communication\tAuthorization: Bearer ${token}\t${note(resource.id, author, n)}`)
		const found = await Promise.all(types.map(t => json(`/fhir/Patient/${resource.id}/${t}?_count=200`, token)))
		for (const b of found)
			for (const e of b.entry || [])
				files.read.push(`GET\t/fhir/${e.resource.resourceType}/${e.resource.id}\tAuthorization: Bearer ${token}`)
	}
}

async function prepare_requests(store) {
	const files = { read: [], plan: [], create: [] }, name = f => path.join(store, `${f}.requests`)
	if (Object.keys(files).every(f => existsSync(name(f))))
		return
	const { server } = await serve()
	for (const line of readFileSync(path.join(store, 'tokens'), 'utf8').trim().split('\n'))
		await collect(...line.split(' '), files)
	await ended(server)
	for (const f of Object.keys(files))
		writeFileSync(name(f), files[f].join('\n') + '\n')
	say(`${files.read.length} resources and ${files.plan.length} plans that ${accounts} accounts may see`)
}

// ---- load ----

// pause: milliseconds on average between an answer and the next request of a connection.
function load(file, status, time, { headers = [], pause = 0 } = {}) {
	const text = run(priority[0], [...priority.slice(1), 'taskset', '-c', '1', 'wrk', '-t1', `-c${connections}`, `-d${time}s`, '--timeout', '10s',
		...headers.flatMap(h => ['-H', h]), '-s', path.join(here, 'load.lua'), url, '--', file, String(status), String(pause)])
	const f = text.split('\n').find(l => l.startsWith('RESULT')).split('\t')
	if (+f[7])
		throw new Error(`${f[7]} wrong answers: ${f[8]}`)
	return { requests: +f[1], rate: f[1] / (f[2] / 1e6), p50: f[4] / 1000, p99: f[5] / 1000, max: f[6] / 1000, size: f[3] / f[1] }
}

// What the server's threads have used: says what a request costs also when others use the machine.
function cpu_seconds(server) {
	const f = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ')
	return (+f[11] + +f[12]) / 100
}

// As many requests a second as the goal asks, not as many as the server can take: each connection pauses so long that all
// together come to `rate`. Sought by three short runs: a pause is whole milliseconds, an answer takes time too.
async function at_rate(server, file, status, rate) {
	let pause = connections * 1000 / rate
	for (let i = 0; i < 3; i++) {
		const r = load(file, status, 1, { pause })
		pause = Math.max(0.1, pause + connections * 1000 / rate - connections * 1000 / r.rate)
	}
	return repeat(server, file, status, { pause })
}

async function repeat(server, file, status, options) {
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

// ---- the figures ----

async function baseline_read(size) {
	const rates = []
	const server = pinned(0, path.join(bin, 'bench-mhd_baseline'), [String(port), path.join(work, 'samendoel.db'), String(accounts * dossiers)])
	const file = path.join(folder, 'baseline.requests')
	writeFileSync(file, Array.from({ length: 20000 }, (_, i) => `GET\t/x/${i * 7919}\tAccept: */*`).join('\n') + '\n')
	await sleep(1000)
	const all = await repeat(server, file, 200)
	await ended(server)
	say(`baseline: the same HTTP library and one select; ${all[0].size.toFixed(0)} bytes an answer, ours ${size.toFixed(0)}`)
	for (const r of all)
		rates.push(r.rate)
	return { rate: median(rates), p99: median(all.map(r => r.p99)), cpu: median(all.map(r => r.cpu)) }
}

function memory(server) {
	const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
	const kib = name => +status.match(new RegExp(`${name}:\\s+(\\d+)`))[1] / 1024
	return { rss: kib('VmRSS'), peak: kib('VmHWM'), anon: kib('RssAnon'), file: kib('RssFile') }
}

async function figures_served(store) {
	const requests = f => path.join(store, `${f}.requests`)
	let { server } = await serve()
	const read = wanted('read') && await repeat(server, requests('read'), 200)
	const calm = wanted('read') && await at_rate(server, requests('read'), 200, 20000)
	const plan = wanted('plan') && await repeat(server, requests('plan'), 200)
	const zipped = wanted('plan') && await repeat(server, requests('plan'), 200, { headers: ['Accept-Encoding: gzip'] })
	const calm_plan = wanted('plan') && await at_rate(server, requests('plan'), 200, 3000)
	const create = wanted('create') && await repeat(server, requests('create'), 201)
	const m = memory(server)
	await ended(server)
	const base = read && await baseline_read(read[0].size)
	if (read) {
		const f = figure('read_by_id', read.map(r => r.rate), '/s', '>= 20000', base.rate)
		figure('read_by_id_p99_saturated', read.map(r => r.p99), 'ms', '', base.p99)
		figure('read_by_id_at_rate', calm.map(r => r.rate), '/s', '')
		figure('read_by_id_p99', calm.map(r => r.p99), 'ms', '<= 2')
		figure('read_by_id_cpu', read.map(r => r.cpu), 'us', '', base.cpu)
		tell({ name: 'read_ratio_to_bare_select', value: f.ratio, unit: '', goal: '>= 0.5', baseline: null, ratio: null, spread: f.spread })
	}
	for (const [name, list] of [['plan_page', plan], ['plan_page_gzip', zipped]])
		if (list) {
			figure(name, list.map(r => r.rate), '/s', '>= 3000')
			figure(`${name}_p99_saturated`, list.map(r => r.p99), 'ms', '')
			figure(`${name}_cpu`, list.map(r => r.cpu), 'us', '')
		}
	if (plan) {
		figure('plan_page_at_rate', calm_plan.map(r => r.rate), '/s', '')
		figure('plan_page_p99', calm_plan.map(r => r.p99), 'ms', '<= 10')
	}
	if (create) {
		figure('create_durable', create.map(r => r.rate), '/s', '>= 5000')
		figure('create_durable_p99', create.map(r => r.p99), 'ms', '')
		figure('create_durable_cpu', create.map(r => r.cpu), 'us', '')
	}
	tell({ name: 'rss_after_load', value: round(m.rss), unit: 'MiB', goal: '<= 256', baseline: null, ratio: null, spread: 0 })
	say(`memory after the load: anonymous ${m.anon.toFixed(0)}, files ${m.file.toFixed(0)}, peak ${m.peak.toFixed(0)} MiB`)
}

async function figure_start(store) {
	const line = readFileSync(path.join(store, 'read.requests'), 'utf8').split('\n')[0], took = []
	for (let i = 0; i < runs; i++) {
		const { server, took: t } = await serve(line)
		await ended(server)
		took.push(t)
	}
	figure('first_200', took, 's', '<= 0.2')
}

function figure_import() {
	if (!existsSync(synthea) || !readdirSync(synthea).some(f => f.endsWith('.json'))) {
		say(`import is not measured: there are no bundles in ${synthea}; name a folder of Synthea bundles with SYNTHEA=DIR`)
		return
	}
	const rates = []
	for (let i = 0; i < 3; i++) {
		const text = run(priority[0], [...priority.slice(1), program, 'import', '--data', work, '--keep-going', '--renew-ids', `bench-${i}-${Date.now()}`, '--repeat', '20', synthea])
		rates.push(+text.match(/: (\d+) resources\/s/)[1])
	}
	figure('import', rates, 'resources/s', '>= 10000')
}

// A room's own bench program: a line of JSON per figure. A plain number as a goal is a largest time or a smallest rate.
function programs() {
	for (const name of ['json', 'fhir', 'store', 'care']) {
		if (!wanted(name))
			continue
		const args = name === 'json' ? [synthea] : []
		if (name === 'json' && !existsSync(synthea)) {
			say(`json is not measured: there is no ${synthea}`)
			continue
		}
		const r = spawnSync(priority[0], [...priority.slice(1), 'taskset', '-c', '0', path.join(bin, `bench-${name}`), ...args], { encoding: 'utf8' })
		if (r.status !== 0)
			throw new Error(`bench-${name}: ${r.stderr}`)
		for (const line of r.stdout.trim().split('\n')) {
			const f = JSON.parse(line), at_most = ['us', 'ms', 's', 'MiB'].includes(f.unit)
			const goal = typeof f.goal === 'number' ? `${at_most ? '<=' : '>='} ${f.goal}` : f.goal === '-' ? '' : f.goal
			tell({ name: f.name, value: round(f.value), unit: f.unit, goal, baseline: null, ratio: null, spread: f.spread })
		}
	}
}

// What the disk does now: nothing durable is faster.
function disk() {
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

async function main() {
	say(`${os.cpus()[0].model}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB; ${persons} persons; ` +
		`${runs} runs of ${seconds} s, ${connections} connections; load of the machine before: ${busy()}`)
	disk()
	const served = ['read', 'plan', 'create', 'start', 'import'].some(wanted)
	if (served) {
		const store = prepare_store()
		await prepare_requests(store)
		if (['read', 'plan', 'create'].some(wanted))
			await figures_served(store)
		if (wanted('start'))
			await figure_start(store)
		if (wanted('import'))
			figure_import()
		rmSync(work, { recursive: true, force: true })
	}
	programs()
	disk()
	say(`load of the machine after: ${busy()}`)
	writeFileSync(path.join(build, only.length ? 'bench-part.json' : 'bench.json'), JSON.stringify(figures, null, '\t') + '\n')
	const missed = figures.filter(f => !met(f))
	say(missed.length ? `missed: ${missed.map(f => f.name).join(', ')}` : 'every goal is met')
}

try {
	await main()
} finally {
	for (const child of started)
		child.kill('SIGKILL')
}
process.exit(0)
