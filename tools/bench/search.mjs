// Searches across all dossiers of a large store, by a professional who is in every team: each category by index, chains,
// _has, includes, totals.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { at_rate, ended, figure, folder, json, prepare_everywhere, program, repeat, run, serve, work } from './lib.mjs'

// The generated store has no resources with a url of their own: as many forms as a region may share.
export function add_forms() {
	const file = path.join(folder, 'forms.ndjson')
	writeFileSync(file, Array.from({ length: 300 }, (_, i) => JSON.stringify({ resourceType: 'Questionnaire', id: `form-${i}`,
		url: `https://forms.example.org/Questionnaire/form-${i}`, status: 'active', title: `Vragenlijst ${i}` })).join('\n') + '\n')
	run(program, ['import', '--data', work, file])
}

// Searches of each category with values that are in the store.
export async function searches(token, me) {
	const found = async q => ((await json(`/fhir/${q}`, token)).entry || []).map(e => e.resource).filter(r => r.resourceType !== 'OperationOutcome')
	const patients = await found('Patient?_count=1000'), tasks = await found('Task?_count=1000&_total=none')
	const system = '_count=10&_total=none', e = encodeURIComponent
	const many = (list, f) => [...new Set(list.map(f).filter(Boolean))]
	const values = Array.from({ length: 200 }, (_, i) => i * 5), definitions = await found('Questionnaire?_count=300')
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

export async function figures_search() {
	const { token, me } = prepare_everywhere()
	add_forms()
	const { server } = await serve(), file = path.join(folder, 'search.requests')
	for (const [name, list] of Object.entries(await searches(token, me))) {
		if (!list.length)
			continue
		writeFileSync(file, list.map(q => `GET\t/fhir/${q}\tAuthorization: Bearer ${token}`).join('\n') + '\n')
		const all = await repeat(server, file, 200), slow = ['chain', 'has'].includes(name)
		figure(`search_${name}`, all.map(r => r.rate), '/s', slow ? '' : '>= 6000')
		// What is slower than the goal is measured at the rate that it reaches.
		const calm = all[0].rate > 6000 ? await at_rate(server, file, 200, 6000) : all
		figure(`search_${name}_p99`, calm.map(r => r.p99), 'ms', slow ? '<= 100' : '<= 10')
	}
	await ended(server)
}
