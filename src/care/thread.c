/* The thread: every action serves a care goal, every care goal a life goal. Where it breaks. */
#include <ctype.h>

#include "base/random.h"
#include "care/action.h"
#include "care/edit.h"
#include "care/network.h"

typedef struct Breaks {
	const Dossier *d;
	Arena *a;
	Break *list;
	size_t n, cap;
} Breaks;

static Break *more(Breaks *b, BreakKind kind)
{
	if (b->n == b->cap) {
		size_t cap = b->cap ? b->cap * 2 : 16;
		Break *list = ARENA_ARRAY(b->a, Break, cap);
		if (b->n)
			memcpy(list, b->list, b->n * sizeof *list);
		b->list = list;
		b->cap = cap;
	}
	b->list[b->n] = (Break){ .kind = kind };
	return &b->list[b->n++];
}

static bool goal_open(const CareGoal *g)
{
	return g && g->state <= CG_ACTIVE;
}

static void not_accepted(Breaks *b)
{
	for (size_t i = 0; i < b->d->n_care_goals; i++) {
		const CareGoal *g = &b->d->care_goals[i];
		if (goal_open(g) && g->person_accepts != ACC_AGREE)
			more(b, BREAK_NOT_ACCEPTED)->care_goal = g;
	}
}

/* Each pair once, from whichever side it was marked. */
static void conflicts(Breaks *b)
{
	for (size_t i = 0; i < b->d->n_care_goals; i++) {
		const CareGoal *g = &b->d->care_goals[i];
		for (size_t k = 0; goal_open(g) && k < g->n_conflicts; k++) {
			const CareGoal *o = dossier_care_goal(b->d, g->conflicts[k].goal);
			bool said = false;
			for (size_t m = 0; goal_open(o) && o < g && m < o->n_conflicts && !said; m++)
				said = str_eq(o->conflicts[m].goal, g->b.id);
			if (!goal_open(o) || said)
				continue;
			Break *x = more(b, BREAK_CONFLICT);
			x->care_goal = g;
			x->other_goal = o;
		}
	}
}

static void without_life_goal(Breaks *b)
{
	for (size_t i = 0; i < b->d->n_care_goals; i++) {
		const CareGoal *g = &b->d->care_goals[i];
		bool serves = false;
		for (size_t k = 0; k < g->n_life_goals && !serves; k++)
			serves = dossier_life_goal(b->d, g->life_goals[k]) != NULL;
		if (goal_open(g) && !serves)
			more(b, BREAK_CARE_GOAL_WITHOUT_LIFE_GOAL)->care_goal = g;
	}
}

static void without_goal(Breaks *b)
{
	for (size_t i = 0; i < b->d->n_actions; i++) {
		const Action *x = &b->d->actions[i];
		bool serves = false;
		for (size_t k = 0; k < x->n_care_goals && !serves; k++)
			serves = goal_open(dossier_care_goal(b->d, x->care_goals[k]));
		if (action_open(x) && !serves)
			more(b, BREAK_ACTION_WITHOUT_GOAL)->action = x;
	}
}

/* Nobody, or someone who is no longer there. */
static bool ownerless(const Dossier *d, const Action *x)
{
	if (!x->owner.n)
		return true;
	const Member *m = dossier_member(d, x->owner);
	const Relative *r = dossier_relative(d, ref_id(x->owner, S("RelatedPerson")));
	return (m || r) && !(m && m->active) && !(r && r->active);
}

static void no_owner(Breaks *b)
{
	for (size_t i = 0; i < b->d->n_actions; i++)
		if (action_open(&b->d->actions[i]) && ownerless(b->d, &b->d->actions[i]))
			more(b, BREAK_NO_OWNER)->action = &b->d->actions[i];
}

/* Past its day, and no level since that day. */
static void unevaluated(Breaks *b)
{
	for (size_t i = 0; i < b->d->n_care_goals; i++) {
		const CareGoal *g = &b->d->care_goals[i];
		Str day = g->evaluate_on.n ? g->evaluate_on : g->due;
		Moment m;
		if (!goal_open(g) || !day.n || !time_parse_datetime(day, &m) || m.until > time_now())
			continue;
		if (!g->has_level || g->level_at < m.from)
			more(b, BREAK_UNEVALUATED)->care_goal = g;
	}
}

static void overload(Breaks *b)
{
	Network n;
	network_of(b->d, &n);
	for (size_t i = 0; i < n.n_overloaded; i++) {
		Break *x = more(b, BREAK_CARER_OVERLOAD);
		x->who = n.overloaded[i]->ref;
		x->count = n.overloaded[i]->open_actions;
	}
}

/* A life goal that is active but that no open care goal with an action works on. */
static void forgotten(Breaks *b)
{
	const Dossier *d = b->d;
	bool *goal_worked = ARENA_ARRAY(b->a, bool, d->n_care_goals + 1);
	bool *life_worked = ARENA_ARRAY(b->a, bool, d->n_life_goals + 1);
	for (size_t i = 0; i < d->n_actions; i++)
		for (size_t k = 0; k < d->actions[i].n_care_goals; k++) {
			const CareGoal *g = dossier_care_goal(d, d->actions[i].care_goals[k]);
			if (goal_open(g) && d->actions[i].state <= ACT_DONE)
				goal_worked[g - d->care_goals] = true;
		}
	for (size_t i = 0; i < d->n_care_goals; i++)
		for (size_t k = 0; goal_worked[i] && k < d->care_goals[i].n_life_goals; k++) {
			const LifeGoal *l = dossier_life_goal(d, d->care_goals[i].life_goals[k]);
			if (l)
				life_worked[l - d->life_goals] = true;
		}
	for (size_t i = 0; i < d->n_life_goals; i++)
		if (d->life_goals[i].state == LG_ACTIVE && !life_worked[i])
			more(b, BREAK_LIFE_GOAL_FORGOTTEN)->life_goal = &d->life_goals[i];
}

/* Small letters, single spaces, no end stop: for comparing. */
static Str plain(Arena *a, Str s)
{
	char *p = arena_raw(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (isspace(c)) {
			if (n && p[n - 1] != ' ')
				p[n++] = ' ';
		} else {
			p[n++] = (char)(c < 0x80 ? tolower(c) : c);
		}
	}
	while (n && (p[n - 1] == ' ' || p[n - 1] == '.'))
		n--;
	return (Str){ p, n };
}

typedef struct Said {
	Str text;
	const Action *first;
} Said;
typedef struct SaidTable {
	Said *slots;
	size_t mask;
} SaidTable;

/* Who said this first; x when it is new. */
static const Action *first_to_say(SaidTable *t, Str text, const Action *x)
{
	size_t at = (size_t)hash_str(text) & t->mask;
	while (t->slots[at].first && !str_eq(t->slots[at].text, text))
		at = (at + 1) & t->mask;
	if (!t->slots[at].first)
		t->slots[at] = (Said){ text, x };
	return t->slots[at].first;
}

/* Two professionals with the same open action: a break for each professional after the first. */
static void doubles(Breaks *b)
{
	const Dossier *d = b->d;
	size_t cap = 16;
	while (cap < 4 * d->n_actions + 2)
		cap *= 2;
	SaidTable t = { ARENA_ARRAY(b->a, Said, cap), cap - 1 };
	for (size_t i = 0; i < d->n_actions; i++) {
		const Action *x = &d->actions[i];
		Str text = plain(b->a, x->what);
		if (!text.n || !action_open(x) || x->owner_kind != OWNER_PROFESSIONAL)
			continue;
		Str mine = arena_join(b->a, text, S("\n"), x->owner, STR_END);
		const Action *first = first_to_say(&t, text, x);
		if (first_to_say(&t, mine, x) != x || str_eq(first->owner, x->owner))
			continue;
		Break *br = more(b, BREAK_DOUBLE_ACTION);
		br->action = first;
		br->other_action = x;
	}
}

Break *dossier_breaks(const Dossier *d, size_t *n)
{
	Breaks b = { .d = d, .a = visit_arena(d->visit) };
	not_accepted(&b);
	conflicts(&b);
	without_life_goal(&b);
	without_goal(&b);
	no_owner(&b);
	unevaluated(&b);
	overload(&b);
	forgotten(&b);
	doubles(&b);
	*n = b.n;
	return b.list;
}
