/* What is different between two plans. */
#include "base/random.h"
#include "care/edit.h"
#include "care/plan_version.h"

enum { FIELDS_MAX = 20 };
typedef struct Field {
	Str name, value;
	Str key; /* what is compared: the ids behind texts; else the value */
} Field;
typedef struct Fields {
	Field f[FIELDS_MAX];
	size_t n;
} Fields;

static void put_links(Fields *x, Str name, Str value, Str key)
{
	if (x->n < FIELDS_MAX)
		x->f[x->n++] = (Field){ name, value, key };
}

static void put(Fields *x, Str name, Str value)
{
	put_links(x, name, value, value);
}

static Str lines(Arena *a, Str so_far, Str more)
{
	return !so_far.n ? more : more.n ? arena_join(a, so_far, S("\n"), more, STR_END) : so_far;
}

static void plan_fields(Arena *a, const Plan *p, Fields *x)
{
	put(x, S("title"), p->title);
	put(x, S("coordinator"), p->coordinator_name.n ? p->coordinator_name : p->coordinator);
	put(x, S("start"), p->start);
	put(x, S("next_evaluation"), p->next_evaluation);
	put(x, S("evaluate_every_months"),
	    p->evaluate_every_months ? arena_printf(a, "%d", p->evaluate_every_months) : STR_END);
}

static void life_goal_fields(const LifeGoal *g, Fields *x)
{
	put(x, S("words"), g->words);
	put(x, S("state"), life_goal_state_code(g->state));
	put(x, S("domain"), g->domain == DOM_NONE ? STR_END : life_domain_code(g->domain));
	put(x, S("said_by"), g->said_by_name);
}

static void care_goal_fields(Arena *a, const Dossier *d, const CareGoal *g, Fields *x)
{
	Str serves = STR_END, ids = STR_END, scale = STR_END;
	for (size_t i = 0; i < g->n_life_goals; i++) {
		const LifeGoal *l = dossier_life_goal(d, g->life_goals[i]);
		serves = lines(a, serves, l ? l->words : STR_END);
		ids = lines(a, ids, g->life_goals[i]);
	}
	for (int i = 0; g->has_scale && i < 5; i++)
		scale = lines(a, scale, arena_printf(a, "%+d %.*s", i - 2, STR_ARG(g->scale[i].text)));
	put(x, S("text"), g->text);
	put_links(x, S("life_goals"), serves, ids);
	put(x, S("measure"), g->measure);
	put(x, S("start_value"), g->start_value);
	put(x, S("target_value"), g->target_value);
	put(x, S("scale"), scale);
	put(x, S("needed"), g->needed);
	put(x, S("start"), g->start);
	put(x, S("due"), g->due);
	put(x, S("evaluate_on"), g->evaluate_on);
	put(x, S("owner"), g->owner_name.n ? g->owner_name : g->owner);
	put(x, S("state"), care_goal_state_code(g->state));
}

static void action_fields(Arena *a, const Dossier *d, const Action *t, Fields *x)
{
	Str serves = STR_END, ids = STR_END;
	for (size_t i = 0; i < t->n_care_goals; i++) {
		const CareGoal *g = dossier_care_goal(d, t->care_goals[i]);
		serves = lines(a, serves, g ? g->text : STR_END);
		ids = lines(a, ids, t->care_goals[i]);
	}
	put(x, S("what"), t->what);
	put_links(x, S("care_goals"), serves, ids);
	put(x, S("owner"), t->owner_name.n ? t->owner_name : t->owner);
	put(x, S("when"), t->when);
	put(x, S("where"), t->where);
	put(x, S("with"), t->with);
	put(x, S("from"), t->from);
	put(x, S("until"), t->until);
	put(x, S("state"), action_state_code(t->state));
	put(x, S("reason"), t->reason);
}

static void member_fields(const Member *m, Fields *x)
{
	put(x, S("name"), m->name);
	put(x, S("role_text"), m->role_text);
	put(x, S("organisation"), m->organisation);
	put(x, S("tasks"), m->tasks);
	put(x, S("reach"), m->reach);
	put(x, S("coordinator"), m->coordinator ? S("true") : S("false"));
	put(x, S("secrecy"), m->secrecy ? S("true") : S("false"));
	put(x, S("from"), m->from);
	put(x, S("until"), m->until);
}

typedef struct Diffs {
	Arena *a;
	Diff *list;
	size_t n, cap;
} Diffs;

static Diff *more(Diffs *ds)
{
	if (ds->n == ds->cap) {
		size_t cap = ds->cap ? ds->cap * 2 : 16;
		ds->list = arena_grow(ds->a, ds->list, ds->cap * sizeof(Diff), cap * sizeof(Diff));
		ds->cap = cap;
	}
	Diff *out = &ds->list[ds->n++];
	*out = (Diff){ .noun = DIFF_PLAN };
	return out;
}

static void whole(Diffs *ds, DiffNoun noun, DiffKind kind, Str id, Str title)
{
	Diff *x = more(ds);
	x->noun = noun;
	x->kind = kind;
	x->id = id;
	x->title = title;
}

static void fields(Diffs *ds, DiffNoun noun, Str id, Str title, const Fields *was, const Fields *is)
{
	FieldDiff *list = NULL;
	size_t n = 0;
	for (size_t i = 0; i < is->n; i++) {
		if (str_eq(was->f[i].key, is->f[i].key))
			continue;
		if (!list)
			list = ARENA_ARRAY(ds->a, FieldDiff, FIELDS_MAX);
		list[n++] = (FieldDiff){ is->f[i].name, was->f[i].value, is->f[i].value };
	}
	if (!n)
		return;
	whole(ds, noun, DIFF_CHANGED, id, title);
	ds->list[ds->n - 1].fields = list;
	ds->list[ds->n - 1].n_fields = n;
}

/* Life goals that were let go or changed stay in the dossier, but are no part of a plan any more. */
static bool in_force(const LifeGoal *g)
{
	return g && g->state != LG_LET_GO && g->state != LG_CHANGED;
}

static void diff_life_goals(Diffs *ds, const Dossier *before, const Dossier *after)
{
	for (size_t i = 0; i < after->n_life_goals; i++) {
		const LifeGoal *g = &after->life_goals[i], *was = dossier_life_goal(before, g->b.id);
		Fields x = { .n = 0 }, y = { .n = 0 };
		if (!was) {
			if (in_force(g))
				whole(ds, DIFF_LIFE_GOAL, DIFF_ADDED, g->b.id, g->words);
			continue;
		}
		life_goal_fields(was, &x);
		life_goal_fields(g, &y);
		fields(ds, DIFF_LIFE_GOAL, g->b.id, g->words, &x, &y);
	}
	for (size_t i = 0; i < before->n_life_goals; i++)
		if (!dossier_life_goal(after, before->life_goals[i].b.id))
			whole(ds, DIFF_LIFE_GOAL, DIFF_REMOVED, before->life_goals[i].b.id,
			      before->life_goals[i].words);
}

/* The ids of a plan as a set. */
typedef struct IdSet {
	const Str **slots;
	size_t mask;
} IdSet;

static IdSet set_of(Arena *a, const Str *ids, size_t n)
{
	size_t cap = 8;
	while (cap < 2 * n + 2)
		cap *= 2;
	IdSet s = { ARENA_ARRAY(a, const Str *, cap), cap - 1 };
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)hash_str(ids[i]) & s.mask;
		while (s.slots[at] && !str_eq(*s.slots[at], ids[i]))
			at = (at + 1) & s.mask;
		s.slots[at] = &ids[i];
	}
	return s;
}

static bool set_has(const IdSet *s, Str id)
{
	size_t at = (size_t)hash_str(id) & s->mask;
	for (; s->slots[at]; at = (at + 1) & s->mask)
		if (str_eq(*s->slots[at], id))
			return true;
	return false;
}

static void diff_care_goals(Diffs *ds, const Dossier *before, const Dossier *after)
{
	const Plan *p = &before->plan, *q = &after->plan;
	IdSet was = set_of(ds->a, p->goals, p->n_goals), is = set_of(ds->a, q->goals, q->n_goals);
	for (size_t i = 0; i < q->n_goals; i++) {
		const CareGoal *g = dossier_care_goal(after, q->goals[i]),
		               *old = dossier_care_goal(before, q->goals[i]);
		Fields x = { .n = 0 }, y = { .n = 0 };
		if (!g)
			continue;
		if (!old || !set_has(&was, g->b.id)) {
			whole(ds, DIFF_CARE_GOAL, DIFF_ADDED, g->b.id, g->text);
			continue;
		}
		care_goal_fields(ds->a, before, old, &x);
		care_goal_fields(ds->a, after, g, &y);
		fields(ds, DIFF_CARE_GOAL, g->b.id, g->text, &x, &y);
	}
	for (size_t i = 0; i < p->n_goals; i++) {
		const CareGoal *g = dossier_care_goal(before, p->goals[i]);
		if (g && !set_has(&is, g->b.id))
			whole(ds, DIFF_CARE_GOAL, DIFF_REMOVED, g->b.id, g->text);
	}
}

static void diff_actions(Diffs *ds, const Dossier *before, const Dossier *after)
{
	const Plan *p = &before->plan, *q = &after->plan;
	IdSet was = set_of(ds->a, p->actions, p->n_actions), is = set_of(ds->a, q->actions, q->n_actions);
	for (size_t i = 0; i < q->n_actions; i++) {
		const Action *t = dossier_action(after, q->actions[i]), *old = dossier_action(before, q->actions[i]);
		Fields x = { .n = 0 }, y = { .n = 0 };
		if (!t)
			continue;
		if (!old || !set_has(&was, t->b.id)) {
			whole(ds, DIFF_ACTION, DIFF_ADDED, t->b.id, t->what);
			continue;
		}
		action_fields(ds->a, before, old, &x);
		action_fields(ds->a, after, t, &y);
		fields(ds, DIFF_ACTION, t->b.id, t->what, &x, &y);
	}
	for (size_t i = 0; i < p->n_actions; i++) {
		const Action *t = dossier_action(before, p->actions[i]);
		if (t && !set_has(&is, t->b.id))
			whole(ds, DIFF_ACTION, DIFF_REMOVED, t->b.id, t->what);
	}
}

static bool has_agreement(const Plan *p, const Agreement *g)
{
	for (size_t i = 0; i < p->n_agreements; i++)
		if (p->agreements[i].kind == g->kind && str_eq(p->agreements[i].text, g->text))
			return true;
	return false;
}

static void diff_agreements(Diffs *ds, const Plan *before, const Plan *after)
{
	for (size_t i = 0; i < after->n_agreements; i++)
		if (!has_agreement(before, &after->agreements[i]))
			whole(ds, DIFF_AGREEMENT, DIFF_ADDED, STR_END, after->agreements[i].text);
	for (size_t i = 0; i < before->n_agreements; i++)
		if (!has_agreement(after, &before->agreements[i]))
			whole(ds, DIFF_AGREEMENT, DIFF_REMOVED, STR_END, before->agreements[i].text);
}

static void diff_members(Diffs *ds, const Dossier *before, const Dossier *after)
{
	for (size_t i = 0; i < after->team.n_members; i++) {
		const Member *m = &after->team.members[i];
		const Member *old = dossier_member(before, m->ref);
		Fields x = { .n = 0 }, y = { .n = 0 };
		if (m != dossier_member(after, m->ref))
			continue;
		bool had = old && old->active;
		if (!m->active) {
			if (had)
				whole(ds, DIFF_MEMBER, DIFF_REMOVED, m->ref, m->name);
			continue;
		}
		if (!had) {
			whole(ds, DIFF_MEMBER, DIFF_ADDED, m->ref, m->name);
			continue;
		}
		member_fields(old, &x);
		member_fields(m, &y);
		fields(ds, DIFF_MEMBER, m->ref, m->name, &x, &y);
	}
	for (size_t i = 0; i < before->team.n_members; i++) {
		const Member *m = &before->team.members[i];
		if (m->active && !dossier_member(after, m->ref))
			whole(ds, DIFF_MEMBER, DIFF_REMOVED, m->ref, m->name);
	}
}

Diff *plan_diff(const Dossier *before, const Dossier *after, size_t *n)
{
	Arena *a = visit_arena(after->visit);
	Diffs ds = { .a = a };
	Fields x = { .n = 0 }, y = { .n = 0 };
	plan_fields(a, &before->plan, &x);
	plan_fields(a, &after->plan, &y);
	fields(&ds, DIFF_PLAN, after->plan.b.id, after->plan.title, &x, &y);
	diff_life_goals(&ds, before, after);
	diff_care_goals(&ds, before, after);
	diff_actions(&ds, before, after);
	diff_agreements(&ds, &before->plan, &after->plan);
	diff_members(&ds, before, after);
	*n = ds.n;
	return ds.list;
}
