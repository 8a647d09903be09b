/* Attainment of care goals: Observations by the team and by the person. */
#include <assert.h>
#include <stdlib.h>

#include "care/care_goal.h"
#include "care/edit.h"

bool attainment_from(Arena *a, const Rec *r, Attainment *out)
{
	JVal v = r->json, code = JGET(v, "code"), by = json_at(JGET(v, "performer"), 0);
	bool own = has_coding(code, S(CS_OBSERVATION), S("goal-attainment-own"));
	int64_t level;
	if (!own && !has_coding(code, S(CS_OBSERVATION), S("goal-attainment")))
		return false;
	if (!json_int(JGET(v, "valueInteger"), &level) || level < -2 || level > 2)
		return false;
	if (json_str_is(JGET(v, "status"), S("entered-in-error")))
		return false;
	*out = (Attainment){ .b = base_of(r), .own = own, .level = (int)level };
	out->goal = ref_id(ref_text(json_at(JGET(v, "focus"), 0), a), S("Goal"));
	out->words = JSTR(json_at(JGET(v, "note"), 0), "text", a);
	out->by = ref_display(by, a);
	out->at = moment_of(JGET(v, "effectiveDateTime"), a);
	if (!out->at)
		out->at = r->updated;
	return true;
}

static int by_time(const void *x, const void *y)
{
	const Attainment *a = x, *b = y;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->b.rec < b->b.rec ? -1 : a->b.rec > b->b.rec; /* in the same moment: as they were made */
}

Attainment *attainments_of(const Dossier *d, Str goal, size_t *n)
{
	Arena *a = visit_arena(d->visit);
	size_t room = 0;
	for (size_t i = 0; i < d->n_recs; i++)
		room += d->recs[i].type == FT_OBSERVATION;
	Attainment *list = ARENA_ARRAY(a, Attainment, room + 1);
	*n = 0;
	for (size_t i = 0; i < d->n_recs; i++)
		if (d->recs[i].type == FT_OBSERVATION && attainment_from(a, &d->recs[i], &list[*n]) &&
		    str_eq(list[*n].goal, goal))
			(*n)++;
	if (*n)
		qsort(list, *n, sizeof *list, by_time);
	return list;
}

Err attainment_record(Visit *v, const Dossier *d, const AttainmentInput *in, FieldIssues *is, Str *id)
{
	Arena *a = visit_arena(v);
	const CareGoal *g = dossier_care_goal(d, in->goal);
	if (!g)
		(void)issue_add(is, S("goal"), PROBLEM_UNKNOWN);
	if (in->level < -2 || in->level > 2)
		(void)issue_add(is, S("level"), PROBLEM_RANGE);
	Str words = check_text(is, S("words"), in->words, 4000, false), on = check_date(is, S("on"), in->on);
	if (in->own)
		(void)check_voice(is, S("own"), d, in->spoken);
	if (on.n && str_cmp(on, today(a)) > 0)
		(void)issue_add(is, S("on"), PROBLEM_RANGE);
	if (is->n)
		return ERR_INVALID;
	assert(g); /* else there is an issue */
	Actor me = actor_of(d);
	Edit e = edit_new(a, (JVal){ NULL, NULL }, FT_OBSERVATION);
	edit_profile(&e, S("samendoel-attainment"));
	edit_str(&e, S("status"), S("final"));
	edit_json(
	    &e, S("code"),
	    json_concept(a, S(CS_OBSERVATION), in->own ? S("goal-attainment-own") : S("goal-attainment"), STR_END));
	edit_json(&e, S("subject"), json_ref(a, person_ref(d), d->person.name));
	edit_json(&e, S("focus"), json_list1(a, json_ref(a, arena_join(a, S("Goal/"), g->b.id, STR_END), STR_END)));
	edit_str(&e, S("effectiveDateTime"), on.n && !str_eq(on, today(a)) ? on : time_instant(a, time_now()));
	Str performer = in->own ? json_ref(a, person_ref(d), d->person.name) : json_ref(a, me.ref, me.name);
	edit_json(&e, S("performer"), json_list1(a, performer));
	edit_json(&e, S("valueInteger"), arena_printf(a, "%d", in->level));
	if (words.n)
		edit_json(&e, S("note"), json_list1(a, json_note(a, d, words)));
	return put_new(v, is, edit_text(&e), id);
}
