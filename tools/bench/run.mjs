// make bench: the figures, against a store of 100 000 persons, access control and audit on. Prints a line per figure and writes
// build/bench.json.
//
//   node tools/bench/run.mjs BUILD BIN [figure…]     BUILD: folder of samendoel; BIN: folder of the bench programs
//
// Environment: see lib.mjs; SYNTHEA (folder of bundles to import).
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { figures_fhir } from './fhir.mjs'
import {
	accounts, ask, at_rate, bin, build, busy, connections, disk, dossiers, ended, figure, figures, folder, json, median, memory, met, only, persons, pinned, port,
	prepare_store, priority, repeat, round, run, runs, say, seconds, serve, sleep, stop_all, synthea, tell, wanted, work, program,
} from './lib.mjs'

const types = ['CarePlan', 'CareTeam', 'Communication', 'Encounter', 'EpisodeOfCare', 'Goal', 'Observation', 'QuestionnaireResponse',
	'RelatedPerson', 'Task']

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
	await figures_fhir(prepare_requests)
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
	stop_all()
}
process.exit(0)
