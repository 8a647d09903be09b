/* Value sets: each include and exclude becomes a rule that answers for one code. */
#include "fhir/terminology/term.h"

enum { SYSTEMS_MAX = 64 /* of an expansion; what is of others is not known */ };

/* ---- listed codes ---- */

static void fill_slots(Rule *r, Arena *a)
{
	r->mask = table_mask(r->n_listed);
	r->slots = ARENA_ARRAY(a, uint32_t, r->mask + 1U);
	for (uint32_t at = 0; at < r->n_listed; at++) {
		uint32_t i = code_hash(r->listed[at].code) & r->mask;
		while (r->slots[i])
			i = (i + 1) & r->mask;
		r->slots[i] = at + 1;
	}
}

static const Listed *listed_find(const Rule *r, Str code)
{
	bool case_sensitive = !r->cs || r->cs->case_sensitive;
	for (uint32_t i = code_hash(code) & r->mask; r->slots[i]; i = (i + 1) & r->mask) {
		const Listed *l = &r->listed[r->slots[i] - 1];
		if (code_eq(l->code, code, case_sensitive))
			return l;
	}
	return NULL;
}

static void list_codes(Rule *r, JVal concepts, Arena *a)
{
	r->kind = RULE_LISTED;
	r->listed = ARENA_ARRAY(a, Listed, json_count(concepts) + 1);
	for (JIter it = json_each(concepts); json_next(&it);) {
		Str code = JSTR(it.value, "code", a);
		if (code.n)
			r->listed[r->n_listed++] = (Listed){ code, JSTR(it.value, "display", a), it.value, false };
	}
	fill_slots(r, a);
}

/* ---- include and exclude ---- */

typedef struct Maker {
	const TermSource *s;
	Prepared *p;
	TermSet *set;
	const Building *up;
	Arena *a;
} Maker;

static void unknown(Rule *r, Str problem)
{
	if (r->kind == RULE_UNKNOWN && r->problem.p)
		return;
	r->kind = RULE_UNKNOWN;
	r->problem = problem;
}

static void find_system(Maker *m, Rule *r)
{
	Prepared *p = term_get(m->s, FT_CODESYSTEM, r->system, r->version, NULL);
	r->cs = p->system;
	prepared_needs(m->p, p);
}

/* All of a system, or what filters leave of it. */
static void from_system(Maker *m, Rule *r, JVal filters)
{
	r->form = form_of(r->system);
	if (!r->cs && r->form != FORM_NONE && !json_count(filters)) {
		r->kind = RULE_FORM;
		return;
	}
	if (!r->cs || (!r->cs->complete && !r->cs->count)) {
		unknown(r, arena_printf(m->a, "the code system %.*s%s%.*s is not %s here",
		                        STR_ARG(str_clip(r->system, 150)), r->version.n ? " version " : "",
		                        STR_ARG(str_clip(r->version, 40)), r->cs ? "present" : "known"));
		return;
	}
	r->kind = RULE_ALL;
	if (!json_count(filters))
		return;
	size_t words = r->cs->count / 64 + 1;
	r->kind = RULE_BITS;
	r->bits = arena_raw(m->a, words * sizeof *r->bits);
	memset(r->bits, 0xff, words * sizeof *r->bits);
	for (JIter it = json_each(filters); json_next(&it);) {
		Str problem;
		if (!filter_apply(r->cs, it.value, r->bits, m->a, &problem))
			unknown(r, problem);
		m->set->cost++;
	}
}

static bool loops(const Building *b, Str url)
{
	size_t depth = 0;
	for (; b; b = b->up)
		if (++depth >= TERM_NESTED_MAX || str_eq(b->url, url))
			return true;
	return false;
}

static void add_nested(Maker *m, Rule *r, Str canonical)
{
	Str version, url = term_canonical(canonical, &version);
	if (!url.n || loops(m->up, url) || m->set->cost > TERM_PARTS_MAX) {
		unknown(r, arena_printf(m->a, "the value set %.*s is nested too deeply or in itself",
		                        STR_ARG(str_clip(url, 150))));
		return;
	}
	Prepared *p = term_get(m->s, FT_VALUESET, url, version, m->up);
	if (p->set) {
		r->sets[r->n_sets++] = p->set;
		m->set->cost += p->set->cost;
	} else {
		unknown(r,
		        arena_printf(m->a, "the value set %.*s is not known here", STR_ARG(str_clip(canonical, 150))));
	}
	prepared_needs(m->p, p);
	if (m->set->cost > TERM_PARTS_MAX)
		unknown(r, S("the value set has too many parts"));
}

static void make_rule(Maker *m, JVal part, Rule *r)
{
	JVal sets = JGET(part, "valueSet"), concepts = JGET(part, "concept");
	m->set->cost++;
	r->system = JSTR(part, "system", m->a);
	r->version = JSTR(part, "version", m->a);
	if (r->system.n) {
		find_system(m, r);
		if (json_count(concepts))
			list_codes(r, concepts, m->a);
		else
			from_system(m, r, JGET(part, "filter"));
	}
	r->sets = ARENA_ARRAY(m->a, const TermSet *, (json_is(sets, J_ARRAY) ? json_count(sets) : 1) + 1);
	for (JIter it = json_each(sets); json_next(&it);)
		add_nested(m, r, json_str(it.value, m->a));
	if (!r->system.n && !sets.node)
		unknown(r, S("an include names neither a system nor a value set"));
}

static Rule *make_rules(Maker *m, JVal parts, size_t *n)
{
	size_t count = 0;
	for (JIter it = json_each(parts); json_next(&it);)
		count++;
	Rule *rules = ARENA_ARRAY(m->a, Rule, count + 1);
	*n = 0;
	for (JIter it = json_each(parts); json_next(&it) && *n < TERM_PARTS_MAX;)
		make_rule(m, it.value, &rules[(*n)++]);
	return rules;
}

/* ---- an expansion that the document brings ---- */

static size_t count_contains(JVal list)
{
	size_t n = 0;
	for (JIter it = json_each(list); json_next(&it);)
		n += 1 + count_contains(JGET(it.value, "contains"));
	return n;
}

/* The rule for a system; NULL when there are too many systems. */
static Rule *rule_for(TermSet *set, Str system)
{
	for (size_t i = 0; i < set->n_includes; i++)
		if (str_eq(set->includes[i].system, system))
			return &set->includes[i];
	if (set->n_includes == SYSTEMS_MAX)
		return NULL;
	Rule *r = &set->includes[set->n_includes++];
	r->kind = RULE_LISTED;
	r->system = system;
	return r;
}

/* Once to count, once (with memory for them) to take. */
static void add_contains(Maker *m, JVal list)
{
	for (JIter it = json_each(list); json_next(&it);) {
		Str code = JSTR(it.value, "code", m->a), system = JSTR(it.value, "system", m->a);
		Rule *r = code.n ? rule_for(m->set, system) : NULL;
		if (r && r->listed)
			r->listed[r->n_listed] = (Listed){ code, JSTR(it.value, "display", m->a), it.value,
				                           json_bool(JGET(it.value, "abstract"), false) };
		if (r)
			r->n_listed++;
		add_contains(m, JGET(it.value, "contains"));
	}
}

/* n: codes that are there. */
static bool is_partial(JVal expansion, size_t n)
{
	int64_t total;
	for (JIter it = json_each(JGET(expansion, "parameter")); json_next(&it);)
		if (json_str_is(JGET(it.value, "name"), S("limitedExpansion")) &&
		    json_is(JGET(it.value, "valueBoolean"), J_TRUE))
			return true;
	return json_int(JGET(expansion, "total"), &total) && total > 0 && (size_t)total > n;
}

static void from_expansion(Maker *m, JVal expansion)
{
	TermSet *set = m->set;
	size_t n = count_contains(JGET(expansion, "contains"));
	set->from_expansion = true;
	set->includes = ARENA_ARRAY(m->a, Rule, SYSTEMS_MAX);
	set->n_includes = set->n_excludes = 0;
	add_contains(m, JGET(expansion, "contains"));
	for (size_t i = 0; i < set->n_includes; i++) {
		set->includes[i].listed = ARENA_ARRAY(m->a, Listed, set->includes[i].n_listed + 1U);
		set->includes[i].n_listed = 0;
	}
	add_contains(m, JGET(expansion, "contains"));
	for (size_t i = 0; i < set->n_includes; i++) {
		if (set->includes[i].system.n)
			find_system(m, &set->includes[i]);
		fill_slots(&set->includes[i], m->a);
	}
	set->partial = is_partial(expansion, n) || set->n_includes == SYSTEMS_MAX;
}

/* Does an include or exclude have this kind? */
static bool any_rule(const TermSet *set, RuleKind kind)
{
	for (size_t i = 0; i < set->n_includes; i++)
		if (set->includes[i].kind == kind)
			return true;
	for (size_t i = 0; i < set->n_excludes; i++)
		if (set->excludes[i].kind == kind)
			return true;
	return false;
}

/* A whole expansion says more than the form of a code; a part of one is better than nothing. */
static bool needs_expansion(const TermSet *set, JVal expansion)
{
	if (!json_count(JGET(expansion, "contains")))
		return false;
	return !set->n_includes || any_rule(set, RULE_UNKNOWN) ||
	       (any_rule(set, RULE_FORM) && !is_partial(expansion, count_contains(JGET(expansion, "contains"))));
}

/* Does it take codes from a system of which only some are here? */
static bool any_unclosed(const TermSet *set)
{
	bool any = false;
	for (size_t i = 0; i < set->n_includes; i++) {
		const Rule *r = &set->includes[i];
		any = any || ((r->kind == RULE_ALL || r->kind == RULE_BITS) && !r->cs->complete);
		for (size_t k = 0; k < r->n_sets; k++)
			any = any || r->sets[k]->unclosed;
	}
	return any;
}

TermSet *set_prepare(const TermSource *s, Prepared *p, JVal json, const Building *up)
{
	TermSet *set = ARENA_NEW(p->arena, TermSet);
	Maker m = { s, p, set, up, p->arena };
	JVal compose = JGET(json, "compose"), expansion = JGET(json, "expansion");
	set->json = json;
	set->url = JSTR(json, "url", p->arena);
	set->version = JSTR(json, "version", p->arena);
	set->active_only = json_is(JGET(compose, "inactive"), J_FALSE);
	set->includes = make_rules(&m, JGET(compose, "include"), &set->n_includes);
	set->unclosed = any_unclosed(set);
	set->excludes = make_rules(&m, JGET(compose, "exclude"), &set->n_excludes);
	if (needs_expansion(set, expansion))
		from_expansion(&m, expansion);
	else if (!set->n_includes)
		set->problem = S("the value set has neither content nor expansion here");
	return set;
}

/* ---- asking ---- */

/* By what the rule says about its system; nested sets apart. */
static int own_has(const Rule *r, Str system, Str code, Where *w)
{
	uint32_t at;
	if (r->system.p && system.p && !str_eq(system, r->system))
		return TERM_NO;
	switch (r->kind) {
	case RULE_SETS:
		return TERM_YES;
	case RULE_FORM:
		return form_has(r->form, code) ? TERM_YES : TERM_NO;
	case RULE_UNKNOWN:
		return TERM_UNKNOWN;
	case RULE_LISTED:
		w->listed = listed_find(r, code);
		at = w->listed && r->cs ? system_find(r->cs, w->listed->code) : NO_CONCEPT;
		w->concept = at == NO_CONCEPT ? NULL : &r->cs->concepts[at];
		return w->listed ? TERM_YES : TERM_NO;
	case RULE_ALL:
	case RULE_BITS:
		at = system_find(r->cs, code);
		if (at == NO_CONCEPT)
			return r->cs->complete ? TERM_NO : TERM_UNKNOWN;
		w->concept = &r->cs->concepts[at];
		if (r->kind == RULE_ALL || bit_get(r->bits, at))
			return TERM_YES;
		return r->cs->complete ? TERM_NO : TERM_UNKNOWN; /* what the filter asks for may be in the rest */
	}
	return TERM_UNKNOWN;
}

int rule_has(const Rule *r, Str system, Str code, Where *where)
{
	Where w = { .rule = r };
	int answer = own_has(r, system, code, &w);
	for (size_t i = 0; i < r->n_sets && answer != TERM_NO; i++) {
		Where inner = { 0 };
		int one = set_has(r->sets[i], system, code, &inner);
		if (one != TERM_YES)
			answer = one;
		if (r->kind == RULE_SETS && !w.concept && !w.listed)
			w = inner;
	}
	if (where && answer == TERM_YES)
		*where = w;
	return answer;
}

int set_has(const TermSet *set, Str system, Str code, Where *where)
{
	Where w = { 0 };
	int in = set->partial || set->problem.p ? TERM_UNKNOWN : TERM_NO;
	for (size_t i = 0; i < set->n_includes && in != TERM_YES; i++) {
		int one = rule_has(&set->includes[i], system, code, &w);
		if (one != TERM_NO)
			in = one;
	}
	if (in == TERM_YES && set->active_only && w.concept && w.concept->flags & CONCEPT_INACTIVE)
		return TERM_NO;
	for (size_t i = 0; i < set->n_excludes && in == TERM_YES; i++) {
		int one = rule_has(&set->excludes[i], system.p ? system : w.rule->system, code, NULL);
		if (one != TERM_NO)
			in = one == TERM_YES ? TERM_NO : TERM_UNKNOWN;
	}
	if (where && in == TERM_YES)
		*where = w;
	return in;
}

static Str rules_problem(const Rule *rules, size_t n, Str system)
{
	for (size_t i = 0; i < n; i++) {
		const Rule *r = &rules[i];
		if (r->kind == RULE_UNKNOWN && (!r->system.p || !system.p || str_eq(r->system, system)))
			return r->problem;
		for (size_t k = 0; k < r->n_sets; k++) {
			Str inner = set_problem(r->sets[k], system);
			if (inner.p)
				return inner;
		}
	}
	return STR_END;
}

Str set_problem(const TermSet *set, Str system)
{
	if (set->problem.p)
		return set->problem;
	if (set->unclosed)
		return S("only a part of a code system is here");
	if (set->partial)
		return S("only a part of the value set's expansion is here");
	Str p = rules_problem(set->includes, set->n_includes, system);
	return p.p ? p : rules_problem(set->excludes, set->n_excludes, system);
}
