#include "care/today.h"

#include <stdlib.h>

#include "care/action.h"
#include "care/care_goal.h"
#include "care/edit.h"

static bool mine(const Scope *who, Str owner)
{
	for (size_t i = 0; i < who->n_refs; i++)
		if (str_eq(who->refs[i], owner))
			return true;
	return false;
}

static int today_order(const void *x, const void *y)
{
	const TodayAction *a = x, *b = y;
	if (a->late != b->late)
		return a->late ? -1 : 1;
	Str ua = a->action.until, ub = b->action.until;
	if (!ua.n != !ub.n)
		return ua.n ? -1 : 1;
	int by_date = str_cmp(ua, ub);
	return by_date ? by_date : str_cmp(a->action.what, b->action.what);
}

static Str record_of_goal(const Rec *goals, size_t n, Str id, size_t *at)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(goals[i].id, id)) {
			*at = i;
			return id;
		}
	return STR_END;
}

/* The first care goal, and the first life goal behind it. */
static void thread(Arena *a, const Rec *goals, size_t n, TodayAction *x)
{
	size_t at = 0;
	for (size_t i = 0; i < x->action.n_care_goals && !x->life_goal.n; i++) {
		CareGoal g;
		if (!record_of_goal(goals, n, x->action.care_goals[i], &at).n)
			continue;
		care_goal_from(a, &goals[at], &g);
		if (!x->care_goal.n)
			x->care_goal = g.text;
		for (size_t k = 0; k < g.n_life_goals && !x->life_goal.n; k++)
			if (record_of_goal(goals, n, g.life_goals[k], &at).n)
				x->life_goal = JSTR(JGET(goals[at].json, "description"), "text", a);
	}
}

/* The open actions of this person that are the visitor's own. */
static Err person_actions(Visit *v, const PersonRow *row, TodayPerson *out)
{
	Arena *a = visit_arena(v);
	TypeSet tasks = { { 0 } }, goals = { { 0 } };
	typeset_add(&tasks, FT_TASK);
	typeset_add(&goals, FT_GOAL);
	Rec *recs = NULL, *grecs = NULL;
	size_t n = 0, n_goals = 0;
	TRY(visit_dossier(v, row->id, &tasks, &recs, &n));
	*out = (TodayPerson){ .id = row->id, .name = row->name };
	out->actions = ARENA_ARRAY(a, TodayAction, n + 1);
	for (size_t i = 0; i < n; i++) {
		TodayAction x = { .late = false };
		if (recs[i].type != FT_TASK || !action_is(&recs[i]))
			continue;
		action_from(a, &recs[i], &x.action);
		if (!action_open(&x.action) || !mine(visit_scope(v), x.action.owner))
			continue;
		x.action.owner_kind = OWNER_PROFESSIONAL;
		x.late = is_over(x.action.until);
		out->actions[out->n_actions++] = x;
	}
	if (!out->n_actions)
		return OK;
	TRY(visit_dossier(v, row->id, &goals, &grecs, &n_goals));
	for (size_t i = 0; i < out->n_actions; i++)
		thread(a, grecs, n_goals, &out->actions[i]);
	qsort(out->actions, out->n_actions, sizeof *out->actions, today_order);
	return OK;
}

Err today_of(Visit *v, size_t max_persons, Today *out)
{
	Arena *a = visit_arena(v);
	size_t max = !max_persons ? 50 : max_persons > 200 ? 200 : max_persons;
	PersonRow *rows = NULL;
	size_t n = 0, total = 0;
	TRY(visit_persons(v, STR_END, 0, max, &rows, &n, &total));
	Today t = { .persons = ARENA_ARRAY(a, TodayPerson, n + 1), .more = total > n };
	for (size_t i = 0; i < n; i++) {
		TodayPerson p;
		/* who does not share goals has no actions to show */
		if (!(rows[i].relation.read >> CAT_GOALS & 1))
			continue;
		TRY(person_actions(v, &rows[i], &p));
		if (p.n_actions)
			t.persons[t.n_persons++] = p;
		t.n_actions += p.n_actions;
	}
	*out = t;
	return OK;
}
