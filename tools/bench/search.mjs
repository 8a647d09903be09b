// Searches across all dossiers of a large store, by a professional who is in every team: each category by index, chains,
// _has, includes, totals. The server runs on core 0, the load on core 1. Prints a line per figure and writes BUILD/bench-search.json.
//
//   node tools/bench/search.mjs BUILD [category…]
//
// Environment: BENCH_PERSONS, BENCH_RUNS, BENCH_SECONDS as for run.mjs; BENCH_STORE: folder of a store made before.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const [build, ...only] = process.argv.slice(2)
const persons = Number(process.env.BENCH_PERSONS || 100000), runs = Number(process.env.BENCH_RUNS || 3)
const seconds = Number(process.env.BENCH_SECONDS || 3), port = Number(process.env.BENCH_PORT || 18932), connections = 32
const here = path.dirname(new URL(import.meta.url).pathname), folder = path.join(build, 'bench')
const program = path.join(build, 'samendoel'), url = `http://127.0.0.1:${port}`
const store = process.env.BENCH_STORE || path.join(folder, `store-${persons}`), work = path.join(folder, 'work-search')
const priority = (process.env.BENCH_PRIORITY || 'env').split(' ')
const say = text => console.log(`# ${text}`)
const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
mkdirSync(folder, { recursive: true })

function run(file, args) {
	return execFileSync(file, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] })
}

// The store of run.mjs, and one professional in every team of a copy of it.
function prepare() {
	if (!existsSync(path.join(store, 'done'))) {
		say(`making ${persons} persons; once, kept in ${store}`)
		run(program, ['generate', '--data', path.join(store, 'data'), '--persons', String(persons), '--accounts', '64', '--tokens', path.join(store, 'tokens')])
		writeFileSync(path.join(store, 'done'), '')
	}
	const wide = `${store}-everywhere`
	if (!existsSync(path.join(wide, 'everywhere'))) {
		say(`adding a professional to every team; once, kept in ${wide}`)
		rmSync(wide, { recursive: true, force: true })
		mkdirSync(wide, { recursive: true })
		run('cp', ['-r', '--reflink=auto', path.join(store, 'data'), path.join(wide, 'data')])
		run(program, ['generate', '--data', path.join(wide, 'data'), '--persons', '1', '--seed', '77', '--everywhere', path.join(wide, 'everywhere')])
	}
	rmSync(work, { recursive: true, force: true })
	run('cp', ['-r', '--reflink=auto', path.join(wide, 'data'), work])
	return readFileSync(path.join(wide, 'everywhere'), 'utf8').trim().split(' ')
}

async function serve() {
	const server = spawn(priority[0], [...priority.slice(1), 'taskset', '-c', '0', program, 'serve', '--data', work, '--listen', `127.0.0.1:${port}`, '--log-level', 'error'], { stdio: ['ignore', 'ignore', 'inherit'] })
	for (let i = 0; i < 600; i++) {
		if (await fetch(`${url}/health`).then(r => r.ok, () => false))
			return server
		await new Promise(done => setTimeout(done, 500))
	}
	throw new Error('the server does not start')
}

async function ask(target, token) {
	const r = await fetch(`${url}/fhir/${target}`, { headers: { Authorization: `Bearer ${token}` } })
	if (r.status !== 200)
		throw new Error(`${target}: ${r.status} ${(await r.text()).slice(0, 300)}`)
	return r.json()
}

// Searches of each category with values that are in the store.
async function searches(token, me) {
	const found = async q => ((await ask(q, token)).entry || []).map(e => e.resource).filter(r => r.resourceType !== 'OperationOutcome')
	const patients = await found('Patient?_count=1000'), tasks = await found('Task?_count=1000&_total=none')
	const system = '_count=10&_total=none', e = encodeURIComponent
	const many = (list, f) => [...new Set(list.map(f).filter(Boolean))]
	const values = Array.from({ length: 200 }, (_, i) => i * 5), definitions = await found('Questionnaire?_count=20')
	return {
		token: many(patients, p => p.identifier?.[0] && `Patient?identifier=${e(`${p.identifier[0].system}|${p.identifier[0].value}`)}`),
		token_common: [`Observation?code=http://loinc.org|29463-7&${system}`],
		string: many(patients, p => p.name?.[0]?.family && `Patient?family=${e(p.name[0].family)}&${system}`),
		date: many(patients, p => p.birthDate && `Patient?birthdate=${p.birthDate}&${system}`),
		reference: many(tasks, t => t.owner?.reference && `Task?owner=${t.owner.reference}&${system}`).concat(`CareTeam?participant=${me}&${system}`),
		reference_dossier: patients.map(p => `Goal?patient=${p.id}`),
		quantity: values.map(v => `Observation?value-quantity=${v}||hg&${system}`),
		number: values.map(v => `RiskAssessment?probability=0.${String(v).padStart(3, '0')}&${system}`),
		uri: many(definitions, d => d.url && `Questionnaire?url=${e(d.url)}`),
		composite: values.map(v => `Observation?code-value-quantity=http://loinc.org|29463-7$${v}||hg&${system}`),
		two_terms: many(patients, p => p.name?.[0]?.family && p.birthDate && `Patient?family=${e(p.name[0].family)}&birthdate=${p.birthDate.slice(0, 4)}&${system}`),
		page_of_all: [`Goal?${system}`, `Task?${system}`, `Patient?${system}`],
		chain: many(patients, p => p.name?.[0]?.family && `Goal?subject:Patient.family=${e(p.name[0].family)}&${system}`),
		has: values.map(v => `Patient?_has:Observation:patient:value-quantity=${v}||hg&${system}`),
		include: patients.slice(0, 300).map(p => `Goal?patient=${p.id}&_include=Goal:patient&_revinclude=Task:focus`),
		count: many(patients, p => p.birthDate && `Patient?birthdate=${p.birthDate}&_summary=count`),
	}
}

function load(lines) {
	const file = path.join(folder, 'search.requests')
	writeFileSync(file, lines.join('\n') + '\n')
	const text = run(priority[0], [...priority.slice(1), 'taskset', '-c', '1', 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', path.join(here, 'load.lua'), url, '--', file, '200', '0'])
	const f = text.split('\n').find(l => l.startsWith('RESULT')).split('\t')
	if (+f[7])
		throw new Error(`${f[7]} wrong answers: ${f[8]}`)
	return { rate: f[1] / (f[2] / 1e6), p99: f[5] / 1000, size: f[3] / f[1] }
}

const figures = [], [token, me] = prepare(), server = await serve()
try {
	for (const [name, list] of Object.entries(await searches(token, me))) {
		if ((only.length && !only.includes(name)) || !list.length)
			continue
		const lines = list.map(q => `GET\t/fhir/${q}\tAuthorization: Bearer ${token}`), all = []
		load(lines)
		for (let i = 0; i < runs; i++)
			all.push(load(lines))
		const slow = ['chain', 'has'].includes(name)
		const f = { name: `search_${name}`, value: Math.round(median(all.map(r => r.rate))), unit: '/s', goal: slow ? '' : '>= 6000',
			p99_ms: +median(all.map(r => r.p99)).toFixed(2), p99_goal: slow ? '<= 100' : '<= 10', bytes: Math.round(all[0].size) }
		figures.push(f)
		console.log(`${f.name.padEnd(28)}${String(f.value).padStart(8)} /s   p99 ${String(f.p99_ms).padStart(8)} ms   ${f.bytes} bytes`)
	}
} finally {
	server.kill('SIGTERM')
}
writeFileSync(path.join(build, 'bench-search.json'), JSON.stringify(figures, null, '\t') + '\n')
rmSync(work, { recursive: true, force: true })
process.exit(0)
