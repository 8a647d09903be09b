#include "care/life_goal.h"

#include "care/edit.h"

#include <stdlib.h>

bool life_goal_is(const Rec *r)
{
	return has_coding(JGET(r->json, "category"), S(CS_GOAL_CATEGORY), S("life-goal"));
}

/* The state code of ours wins; without it (written by another system) the lifecycle says it. */
static LifeGoalState state_from_lifecycle(JVal v)
{
	JVal s = JGET(v, "lifecycleStatus");
	if (json_str_is(s, S("proposed")) || json_str_is(s, S("planned")))
		return LG_DREAM;
	if (json_str_is(s, S("completed")))
		return LG_REACHED;
	if (json_str_is(s, S("cancelled")) || json_str_is(s, S("rejected")) || json_str_is(s, S("entered-in-error")))
		return LG_LET_GO;
	return LG_ACTIVE;
}

void life_goal_from(Arena *a, const Rec *r, LifeGoal *out)
{
	JVal v = r->json, by = JGET(v, "expressedBy");
	*out = (LifeGoal){ .b = base_of(r), .domain = DOM_NONE };
	out->words = JSTR(JGET(v, "description"), "text", a);
	out->said_by_name = ref_display(by, a);
	out->said_on = JSTR(v, "startDate", a);
	out->state = state_from_lifecycle(v);
	for (JIter it = json_iter(JGET(v, "extension")); json_next(&it);) {
		Str name = ext_name(it.value, a);
		JVal value = ext_value(it.value);
		if (str_eq(name, S("life-goal-state"))) {
			if (!life_goal_state_parse(json_str(value, a), &out->state))
				out->state = state_from_lifecycle(v);
		} else if (str_eq(name, S("life-domain"))) {
			if (!life_domain_parse(json_str(value, a), &out->domain))
				out->domain = DOM_NONE;
		} else if (str_eq(name, S("importance-rank"))) {
			if (!json_int(value, &out->rank))
				out->rank = 0;
		} else if (str_eq(name, S("pinned"))) {
			out->pinned = json_bool(value, false);
		} else if (str_eq(name, S("conversation"))) {
			out->conversation = ref_id(ref_text(value, a), S("QuestionnaireResponse"));
		}
	}
	JVal notes = JGET(v, "note");
	size_t n = json_count(notes);
	if (n)
		out->state_story = JSTR(json_at(notes, n - 1), "text", a);
}

static Str lifecycle(LifeGoalState s)
{
	switch (s) {
	case LG_DREAM:
		return S("proposed");
	case LG_ACTIVE:
		return S("active");
	case LG_REACHED:
		return S("completed");
	case LG_CHANGED:
	case LG_LET_GO:
		return S("cancelled");
	}
	return S("active");
}

static void check_conversation(Visit *v, FieldIssues *is, const Dossier *d, Str id)
{
	Rec r;
	if (!id.n || dossier_rec(d, FT_QUESTIONNAIRERESPONSE, id))
		return;
	if (visit_read(v, FT_QUESTIONNAIRERESPONSE, id, &r) != OK || !str_eq(r.person, d->id))
		(void)issue_add(is, S("conversation"), PROBLEM_UNKNOWN);
}

static void state_edit(Edit *e, LifeGoalState s)
{
	edit_str(e, S("lifecycleStatus"), lifecycle(s));
	edit_ext_str(e, S(SD_ "life-goal-state"), S("valueCode"), life_goal_state_code(s));
}

static Str life_goal_text(Arena *a, const Dossier *d, const LifeGoal *was, const LifeGoalInput *in)
{
	Edit e = edit_new(a, was ? was->b.rec->json : (JVal){ NULL, NULL }, FT_GOAL);
	Edit words = edit_new(a, JGET(e.cur, "description"), FT_NONE);
	edit_str(&words, S("text"), in->words);
	edit_json(&e, S("description"), edit_text(&words));
	edit_ext_str(&e, S(SD_ "life-domain"), S("valueCode"),
	             in->domain == DOM_NONE ? STR_END : life_domain_code(in->domain));
	if (in->said_by.n || !was) {
		Str by = in->said_by.n ? in->said_by : person_ref(d);
		Str name = in->said_by_name.n ? in->said_by_name : in->said_by.n ? dossier_name(d, by) : d->person.name;
		edit_json(&e, S("expressedBy"), json_ref(a, by, name));
	}
	if (in->conversation.n) {
		Str ref = arena_join(a, S("QuestionnaireResponse/"), in->conversation, STR_END);
		edit_ext_raw(&e, S(SD_ "conversation"), S("valueReference"), json_ref(a, ref, STR_END));
	}
	if (was)
		return edit_text(&e);
	int64_t last = 0;
	for (size_t i = 0; i < d->n_life_goals; i++)
		last = d->life_goals[i].rank > last ? d->life_goals[i].rank : last;
	edit_profile(&e, S("samendoel-life-goal"));
	state_edit(&e, in->state);
	edit_json(&e, S("category"), json_list1(a, json_concept(a, S(CS_GOAL_CATEGORY), S("life-goal"), STR_END)));
	edit_json(&e, S("subject"), json_ref(a, person_ref(d), d->person.name));
	edit_str(&e, S("startDate"), today(a));
	edit_ext_int(&e, S(SD_ "importance-rank"), S("valuePositiveInt"), last + 1);
	return edit_text(&e);
}

Err life_goal_save(Visit *v, const Dossier *d, const LifeGoalInput *in, FieldIssues *is, Str *id)
{
	LifeGoalInput p = *in;
	const LifeGoal *was = in->id.n ? dossier_life_goal(d, in->id) : NULL;
	if (in->id.n && !was)
		(void)issue_add(is, S("id"), PROBLEM_UNKNOWN);
	p.words = check_text(is, S("words"), in->words, 1000, true);
	p.said_by_name = check_text(is, S("said_by_name"), in->said_by_name, 200, false);
	if ((unsigned)in->domain > DOM_NONE)
		(void)issue_add(is, S("domain"), PROBLEM_UNKNOWN);
	if (!was && in->state != LG_DREAM && in->state != LG_ACTIVE)
		(void)issue_add(is, S("state"), PROBLEM_STATE);
	check_conversation(v, is, d, in->conversation);
	if (is->n)
		return ERR_INVALID;
	Str text = life_goal_text(visit_arena(v), d, was, &p);
	if (!was)
		return put_new(v, is, text, id);
	*id = was->b.id;
	return put_over(v, is, was->b.rec, in->version, text, NULL);
}

static Err rank_put(Visit *v, const LifeGoal *g, int64_t rank, FieldIssues *is)
{
	if (g->rank == rank)
		return OK;
	Edit e = edit_new(visit_arena(v), g->b.rec->json, FT_NONE);
	edit_ext_int(&e, S(SD_ "importance-rank"), S("valuePositiveInt"), rank);
	return put_over(v, is, g->b.rec, 0, edit_text(&e), NULL);
}

static int by_rank(const void *x, const void *y)
{
	const LifeGoal *a = *(const LifeGoal *const *)x, *b = *(const LifeGoal *const *)y;
	int64_t ra = a->rank > 0 ? a->rank : INT64_MAX, rb = b->rank > 0 ? b->rank : INT64_MAX;
	return ra != rb ? (ra < rb ? -1 : 1) : (a->b.rec < b->b.rec ? -1 : a->b.rec > b->b.rec);
}

Err life_goal_order(Visit *v, const Dossier *d, const Str *ids, size_t n, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const LifeGoal **rest = ARENA_ARRAY(a, const LifeGoal *, d->n_life_goals + 1);
	bool *named = ARENA_ARRAY(a, bool, d->n_life_goals + 1);
	for (size_t i = 0; i < n; i++) {
		const LifeGoal *g = dossier_life_goal(d, ids[i]);
		if (!g)
			return issue_add(is, S("order"), PROBLEM_UNKNOWN);
		if (named[g - d->life_goals])
			return issue_add(is, S("order"), PROBLEM_TWICE);
		named[g - d->life_goals] = true;
	}
	size_t n_rest = 0;
	for (size_t i = 0; i < d->n_life_goals; i++)
		if (!named[i])
			rest[n_rest++] = &d->life_goals[i];
	if (n_rest)
		qsort(rest, n_rest, sizeof *rest, by_rank);
	int64_t rank = 1;
	for (size_t i = 0; i < n; i++)
		TRY(rank_put(v, dossier_life_goal(d, ids[i]), rank++, is));
	for (size_t i = 0; i < n_rest; i++)
		TRY(rank_put(v, rest[i], rank++, is));
	return OK;
}

Err life_goal_pin(Visit *v, const Dossier *d, Str id, FieldIssues *is)
{
	if (id.n && !dossier_life_goal(d, id))
		return issue_add(is, S("id"), PROBLEM_UNKNOWN);
	for (size_t i = 0; i < d->n_life_goals; i++) {
		const LifeGoal *g = &d->life_goals[i];
		bool pin = id.n && str_eq(g->b.id, id);
		if (g->pinned == pin)
			continue;
		Edit e = edit_new(visit_arena(v), g->b.rec->json, FT_NONE);
		edit_ext_clear(&e, S(SD_ "pinned"));
		if (pin)
			edit_ext_bool(&e, S(SD_ "pinned"), true);
		TRY(put_over(v, is, g->b.rec, 0, edit_text(&e), NULL));
	}
	return OK;
}

Err life_goal_state(Visit *v, const Dossier *d, Str id, LifeGoalState to, Str story, int32_t version, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const LifeGoal *g = dossier_life_goal(d, id);
	if (!g)
		return issue_add(is, S("id"), PROBLEM_UNKNOWN);
	if ((unsigned)to > LG_LET_GO)
		return issue_add(is, S("state"), PROBLEM_UNKNOWN);
	bool asks = to == LG_REACHED || to == LG_CHANGED || to == LG_LET_GO;
	story = check_text(is, S("story"), story, 4000, asks);
	if (is->n)
		return ERR_INVALID;
	Edit e = edit_new(a, g->b.rec->json, FT_NONE);
	state_edit(&e, to);
	edit_str(&e, S("statusDate"), today(a));
	if (story.n)
		edit_json(&e, S("note"), json_append(a, JGET(g->b.rec->json, "note"), json_note(a, d, story)));
	return put_over(v, is, g->b.rec, version, edit_text(&e), NULL);
}

StoryNote *life_goal_stories(Arena *a, const LifeGoal *g, size_t *n)
{
	JVal notes = JGET(g->b.rec->json, "note");
	StoryNote *list = ARENA_ARRAY(a, StoryNote, json_count(notes) + 1);
	*n = 0;
	for (JIter it = json_iter(notes); json_next(&it);) {
		Str by = ref_display(JGET(it.value, "authorReference"), a);
		list[(*n)++] = (StoryNote){ .text = JSTR(it.value, "text", a),
			                    .by = by.n ? by : JSTR(it.value, "authorString", a),
			                    .at = JSTR(it.value, "time", a) };
	}
	return list;
}
