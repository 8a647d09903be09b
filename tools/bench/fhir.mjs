// The figures of the FHIR server beside reading one resource: mixed CRUD, loading into a store ten times as large, whole dossiers, bulk
// export, search.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { figures_search } from './search.mjs'
import {
	ask, at_rate, ended, figure, folder, json, median, memory, persons, prepare_everywhere, prepare_store, priority, program, repeat, round, run, say, serve, sleep, synthea,
	tell, url, wanted, work,
} from './lib.mjs'

// Creates by accounts that may also read what they wrote: those who see the plan of that person.
function readable(store) {
	const lines = name => readFileSync(path.join(store, `${name}.requests`), 'utf8').trim().split('\n')
	const sees = new Set(lines('plan').map(l => l.match(/persoon\/([^/]+)\/plan\tCookie: samendoel_session=(\S+)/).slice(1).join(' ')))
	const file = path.join(store, 'crud.requests')
	writeFileSync(file, lines('create').filter(l => sees.has(`${l.match(/Patient\/([^"]+)/)[1]} ${l.match(/Bearer (\S+)/)[1]}`)).join('\n') + '\n')
	return file
}

// ---- $everything of dossiers of 200 resources ----

const DOSSIER = 200, DOSSIERS = 100

function note(person, n) {
	return { resourceType: 'Communication', status: 'completed', subject: { reference: `Patient/${person}` }, sent: '2026-11-20T10:00:00Z',
		payload: [{ contentString: `Samen tot aan het park gestapt, keer ${n}. Het ging goed; morgen proberen we de trap.` }] }
}

// Notes until the dossier has as many resources as the figure asks.
async function fill(token, person) {
	const all = await json(`/fhir/Patient/${person}/$everything`, token), more = DOSSIER - all.entry.length
	const entry = Array.from({ length: Math.max(0, more) }, (_, n) => ({ request: { method: 'POST', url: 'Communication' }, resource: note(person, n) }))
	const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json', Prefer: 'return=minimal' }
	const done = await ask('/fhir', headers, 'POST', JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }))
	if (done.status !== 200)
		throw new Error(`filling a dossier: ${done.status} ${done.text.slice(0, 300)}`)
}

async function everything(prepare_requests) {
	const store = prepare_store(), lines = []
	await prepare_requests(store)
	const { server } = await serve()
	for (const line of readFileSync(readable(store), 'utf8').trim().split('\n')) {
		const person = line.match(/Patient\/([^"]+)/)[1], token = line.match(/Bearer (\S+)/)[1]
		if (lines.length === DOSSIERS || lines.some(l => l.includes(person)))
			continue
		await fill(token, person)
		lines.push(`GET\t/fhir/Patient/${person}/$everything\tAuthorization: Bearer ${token}`)
	}
	const file = path.join(folder, 'everything.requests')
	writeFileSync(file, lines.join('\n') + '\n')
	const all = await repeat(server, file, 200), calm = await at_rate(server, file, 200, 3000)
	await ended(server)
	say(`$everything: ${Math.round(all[0].size / 1024)} KiB an answer of ${DOSSIER} resources`)
	figure('everything_200', all.map(r => r.rate), '/s', '>= 3000')
	figure('everything_200_p99', calm.map(r => r.p99), 'ms', '<= 10')
	figure('everything_200_cpu', all.map(r => r.cpu), 'us', '')
}

// ---- bulk export of all that a professional in every team sees ----

async function export_all() {
	const { token } = prepare_everywhere(), { server } = await serve(), rates = [], before = memory(server)
	let peak = before
	for (let i = 0; i < 2; i++) {
		const from = Date.now(), headers = { Authorization: `Bearer ${token}`, Prefer: 'respond-async' }
		const started = await fetch(`${url}/fhir/$export`, { headers })
		const job = new URL(started.headers.get('content-location')).pathname
		let state
		for (;;) {
			await sleep(200)
			state = await ask(job, { Authorization: `Bearer ${token}` })
			const now = memory(server)
			peak = now.anon > peak.anon ? now : peak
			if (state.status !== 202)
				break
		}
		const manifest = JSON.parse(state.text), n = manifest.output.reduce((sum, f) => sum + f.count, 0)
		if (state.status !== 200 || !n)
			throw new Error(`the export ended with ${state.status} ${state.text.slice(0, 300)}`)
		say(`export ${i + 1}: ${n} resources in ${((Date.now() - from) / 1000).toFixed(1)} s`)
		rates.push(n / ((Date.now() - from) / 1000))
		await ask(job, { Authorization: `Bearer ${token}` }, 'DELETE')
	}
	await ended(server)
	figure('bulk_export', rates, 'resources/s', '>= 50000')
	tell({ name: 'bulk_export_rss_growth', value: round(peak.rss - before.rss), unit: 'MiB', goal: '<= 32', baseline: null, ratio: null, spread: 0 })
	say(`memory: anonymous ${before.anon.toFixed(0)} before, ${peak.anon.toFixed(0)} at most, files ${before.file.toFixed(0)} and ${peak.file.toFixed(0)} MiB`)
}

// ---- mixed CRUD ----

// Each resource is created, read, changed and deleted: a quarter of the requests each.
async function crud(prepare_requests) {
	const store = prepare_store()
	await prepare_requests(store)
	const file = readable(store)
	const { server } = await serve()
	const all = await repeat(server, file, 0, { script: 'crud.lua' })
	await ended(server)
	figure('crud_mixed', all.map(r => r.rate), '/s', '>= 6400')
	figure('crud_mixed_p99', all.map(r => r.p99), 'ms', '')
	figure('crud_mixed_cpu', all.map(r => r.cpu), 'us', '')
}

// ---- loading ----

// The Synthea bundles under new ids, into the store at `work`.
function load_bundles(times) {
	const rates = []
	for (let i = 0; i < 3; i++) {
		const text = run(priority[0], [...priority.slice(1), program, 'import', '--data', work, '--keep-going', '--renew-ids', `scale-${i}-${Date.now()}`, '--repeat', String(times), synthea])
		rates.push(+text.match(/: (\d+) resources\/s/)[1])
	}
	return rates
}

function ingest() {
	if (!existsSync(synthea) || !readdirSync(synthea).some(f => f.endsWith('.json'))) {
		say(`loading is not measured: there are no bundles in ${synthea}; name a folder of Synthea bundles with SYNTHEA=DIR`)
		return
	}
	prepare_store(Math.round(persons / 10))
	const small = load_bundles(10)
	prepare_store()
	const large = load_bundles(10)
	figure('ingest', large, 'resources/s', '>= 10000', median(small))
	figure('ingest_at_ten_times_the_data', large.map(r => r / median(small)), '', '>= 0.9')
}

// prepare_requests(store): writes the files of requests of a store, unless they are there.
export async function figures_fhir(prepare_requests) {
	if (wanted('crud'))
		await crud(prepare_requests)
	if (wanted('ingest'))
		ingest()
	if (wanted('everything'))
		await everything(prepare_requests)
	if (wanted('export'))
		await export_all()
	if (wanted('search'))
		await figures_search()
	rmSync(work, { recursive: true, force: true })
}
