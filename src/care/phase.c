#include "care/phase.h"

#include "care/edit.h"

void phase_from(Arena *a, const Rec *r, PhaseNow *out)
{
	*out = (PhaseNow){ .phase = PHASE_INTAKE, .version = r->version, .rec = r };
	for (JIter it = json_iter(JGET(r->json, "extension")); json_next(&it);) {
		Str name = ext_name(it.value, a);
		JVal value = ext_value(it.value);
		if (str_eq(name, S("phase")))
			out->known = phase_parse(json_str(value, a), &out->phase);
		else if (str_eq(name, S("phase-reason")))
			out->why = json_str(value, a);
		else if (str_eq(name, S("phase-since")))
			out->since = moment_of(value, a);
	}
	if (!out->since)
		out->since = moment_of(JGET(JGET(r->json, "period"), "start"), a);
}

Err phase_set(Visit *v, const Dossier *d, Phase to, Str why, int32_t version, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	why = check_text(is, S("why"), why, 2000, true);
	if ((unsigned)to > PHASE_CLOSING)
		(void)issue_add(is, S("phase"), PROBLEM_UNKNOWN);
	const Rec *r = d->phase.rec;
	if (r && d->phase.known && d->phase.phase == to)
		(void)issue_add(is, S("phase"), PROBLEM_STATE);
	if (is->n)
		return ERR_INVALID;
	Edit e = edit_new(a, r ? r->json : (JVal){ NULL, NULL }, FT_EPISODEOFCARE);
	edit_str(&e, S("status"), S("active"));
	if (!r) {
		edit_json(&e, S("patient"), json_ref(a, person_ref(d), d->person.name));
		edit_json(&e, S("period"), json_period(a, today(a), STR_END));
	}
	edit_ext_str(&e, S(SD_ "phase"), S("valueCode"), phase_code(to));
	edit_ext_str(&e, S(SD_ "phase-reason"), S("valueString"), why);
	edit_ext_str(&e, S(SD_ "phase-since"), S("valueDateTime"), time_instant(a, time_now()));
	return r ? put_over(v, is, r, version, edit_text(&e), NULL) : put_new(v, is, edit_text(&e), NULL);
}

Err phase_history(Visit *v, const Dossier *d, PhaseChange **out, size_t *n)
{
	Arena *a = visit_arena(v);
	const Rec *r = d->phase.rec;
	*n = 0;
	*out = NULL;
	if (!r)
		return OK;
	Rec *old = NULL;
	size_t n_old = 0;
	TRY(visit_history(v, FT_EPISODEOFCARE, r->id, 0, 200, &old, &n_old));
	PhaseChange *list = ARENA_ARRAY(a, PhaseChange, n_old + 1);
	for (size_t i = 0; i < n_old; i++) {
		if (old[i].deleted)
			continue;
		(void)rec_json(v, &old[i]);
		PhaseNow now;
		phase_from(a, &old[i], &now);
		PhaseChange c = { now.phase, now.why, now.since };
		if (!now.known)
			continue;
		/* a version that changed something else says the same again: keep the older one's moment */
		if (*n && list[*n - 1].phase == c.phase && list[*n - 1].at == c.at)
			continue;
		list[(*n)++] = c;
	}
	*out = list;
	return OK;
}
