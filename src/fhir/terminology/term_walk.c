/* Listing what a value set holds. */
#include <assert.h>

#include "fhir/terminology/term.h"

/* Where the codes of a set go: to the walk's function, or through the rule of the set that asks for them. */
typedef struct Sink {
	const TermSet *set; /* its excludes hold */
	const Rule *rule;   /* a nested set's codes must meet the rule that nests it; NULL: outermost */
	const struct Sink *up;
} Sink;

typedef struct Seen {
	Str system, code;
} Seen;
typedef struct Lister {
	Walk *w;
	Seen *seen;
	uint32_t *slots;
	size_t n, cap;
	uint32_t mask;
	bool stop;
} Lister;

static bool no(Lister *l, Str problem)
{
	l->w->problem = problem;
	l->stop = true;
	return false;
}

/* ---- each code once ---- */

static void slot_in(Lister *l, uint32_t at)
{
	uint32_t i = code_hash(l->seen[at].code) & l->mask;
	while (l->slots[i])
		i = (i + 1) & l->mask;
	l->slots[i] = at + 1;
}

static bool first_time(Lister *l, Str system, Str code)
{
	for (uint32_t i = code_hash(code) & l->mask; l->n && l->slots[i]; i = (i + 1) & l->mask) {
		const Seen *s = &l->seen[l->slots[i] - 1];
		if (str_eq(s->code, code) && str_eq(s->system, system))
			return false;
	}
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		l->seen = arena_grow(l->w->arena, l->seen, l->cap * sizeof *l->seen, cap * sizeof *l->seen);
		l->cap = cap;
		l->mask = table_mask((uint32_t)cap);
		l->slots = ARENA_ARRAY(l->w->arena, uint32_t, l->mask + 1U);
		for (uint32_t at = 0; at < l->n; at++)
			slot_in(l, at);
	}
	l->seen[l->n] = (Seen){ system, code };
	slot_in(l, (uint32_t)l->n++);
	return true;
}

/* ---- from a rule outwards ---- */

static bool excluded(Lister *l, const TermSet *set, const Member *m)
{
	if (set->active_only && m->concept && m->concept->flags & CONCEPT_INACTIVE)
		return true;
	for (size_t i = 0; i < set->n_excludes; i++) {
		int out = rule_has(&set->excludes[i], m->system, m->code, NULL);
		if (out == TERM_UNKNOWN)
			no(l, set_problem(set, m->system));
		if (out != TERM_NO)
			return true;
	}
	return false;
}

static void offer(Lister *l, const Sink *sink, Member m)
{
	if (++l->w->looked_at > TERM_WALK_MAX) {
		l->w->too_many = true;
		l->stop = true;
	}
	for (; sink && !l->stop; sink = sink->up) {
		if (excluded(l, sink->set, &m))
			return;
		if (!sink->rule)
			continue;
		Where w = { 0 };
		int in = rule_has(sink->rule, m.system, m.code, &w);
		if (in == TERM_UNKNOWN)
			no(l, sink->rule->problem.p ? sink->rule->problem : set_problem(sink->set, m.system));
		if (in != TERM_YES)
			return;
	}
	if (!l->stop && first_time(l, m.system, m.code) && !l->w->fn(l->w->ctx, &m))
		l->stop = true;
}

/* A code of the rule's own system, when the sets it names have it too. */
static void offer_own(Lister *l, const Sink *sink, const Rule *r, const Concept *c, const Listed *listed)
{
	assert(c || listed);
	Member m = { r->system, listed ? listed->code : c->code, r, c, listed };
	for (size_t i = 0; i < r->n_sets; i++) {
		int in = set_has(r->sets[i], m.system, m.code, NULL);
		if (in == TERM_UNKNOWN)
			no(l, set_problem(r->sets[i], m.system));
		if (in != TERM_YES)
			return;
	}
	offer(l, sink, m);
}

static void walk_listed(Lister *l, const Sink *sink, const Rule *r)
{
	for (uint32_t i = 0; i < r->n_listed && !l->stop; i++) {
		uint32_t at = r->cs ? system_find(r->cs, r->listed[i].code) : NO_CONCEPT;
		offer_own(l, sink, r, at == NO_CONCEPT ? NULL : &r->cs->concepts[at], &r->listed[i]);
	}
}

static void walk_set(Lister *l, const Sink *sink);

static void walk_rule(Lister *l, const Sink *sink, const Rule *r)
{
	switch (r->kind) {
	case RULE_LISTED:
		walk_listed(l, sink, r);
		return;
	case RULE_ALL:
	case RULE_BITS:
		for (uint32_t i = 0; i < r->cs->count && !l->stop; i++)
			if (r->kind == RULE_ALL || bit_get(r->bits, i))
				offer_own(l, sink, r, &r->cs->concepts[i], NULL);
		return;
	case RULE_FORM:
		no(l, arena_printf(l->w->arena, "the codes of %.*s cannot be listed", STR_ARG(r->system)));
		return;
	case RULE_UNKNOWN:
		no(l, r->problem);
		return;
	case RULE_SETS: {
		Sink inner = { r->sets[0], r, sink };
		walk_set(l, &inner);
		return;
	}
	}
}

static void walk_set(Lister *l, const Sink *sink)
{
	const TermSet *set = sink->set;
	if (set->problem.p || set->partial)
		no(l, set_problem(set, STR_END));
	for (size_t i = 0; i < set->n_includes && !l->stop; i++)
		walk_rule(l, sink, &set->includes[i]);
}

bool set_walk(const TermSet *set, Walk *w)
{
	Lister l = { .w = w };
	Sink sink = { set, NULL, NULL };
	walk_set(&l, &sink);
	return !l.stop;
}
