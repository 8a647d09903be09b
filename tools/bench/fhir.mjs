// The figures of the FHIR server beside reading one resource: mixed CRUD, and what loading costs when the store is ten times as large.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ended, figure, median, persons, prepare_store, priority, program, repeat, run, say, serve, synthea, wanted, work } from './lib.mjs'

// Creates by accounts that may also read what they wrote: those who see the plan of that person.
function readable(store) {
	const lines = name => readFileSync(path.join(store, `${name}.requests`), 'utf8').trim().split('\n')
	const sees = new Set(lines('plan').map(l => l.match(/persoon\/([^/]+)\/plan\tCookie: samendoel_session=(\S+)/).slice(1).join(' ')))
	const file = path.join(store, 'crud.requests')
	writeFileSync(file, lines('create').filter(l => sees.has(`${l.match(/Patient\/([^"]+)/)[1]} ${l.match(/Bearer (\S+)/)[1]}`)).join('\n') + '\n')
	return file
}

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
	rmSync(work, { recursive: true, force: true })
}
