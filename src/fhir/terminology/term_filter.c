/* Filters of a value set over the concepts of a code system.
 * Source: https://hl7.org/fhir/R4/valueset-filter-operator.html */
#include "fhir/fhirpath/fp.h"
#include "fhir/terminology/term.h"

enum { VALUES_MAX = 2000 };

typedef enum Op {
	OP_EQUAL,
	OP_IS_A,
	OP_DESCENDENT,
	OP_IS_NOT_A,
	OP_REGEX,
	OP_IN,
	OP_NOT_IN,
	OP_GENERALIZES,
	OP_EXISTS
} Op;

static const struct {
	Str name;
	Op op;
} names[] = {
	{ S_INIT("="), OP_EQUAL },
	{ S_INIT("is-a"), OP_IS_A },
	{ S_INIT("descendent-of"), OP_DESCENDENT },
	{ S_INIT("is-not-a"), OP_IS_NOT_A },
	{ S_INIT("regex"), OP_REGEX },
	{ S_INIT("in"), OP_IN },
	{ S_INIT("not-in"), OP_NOT_IN },
	{ S_INIT("generalizes"), OP_GENERALIZES },
	{ S_INIT("exists"), OP_EXISTS },
};

typedef struct Filter {
	const TermSystem *cs;
	Arena *a;
	Str property, value;
	Op op;
	void *regex;
	Arena *scratch; /* for regex; forgotten after each concept */
	bool too_long;  /* regex ran out of time */
	Str *values;    /* in, not-in */
	size_t n_values;
} Filter;

/* ---- on the hierarchy: one walk gives all bits ---- */

static void hierarchy_bits(const Filter *f, uint64_t *bits)
{
	uint32_t at = system_find(f->cs, f->value);
	size_t words = f->cs->count / 64 + 1;
	if (at != NO_CONCEPT)
		system_mark(f->cs, at, f->op != OP_GENERALIZES, bits, f->a);
	if (at != NO_CONCEPT && f->op == OP_DESCENDENT)
		bits[at / 64] &= ~(UINT64_C(1) << (at % 64));
	if (f->op == OP_IS_NOT_A)
		for (size_t i = 0; i < words; i++)
			bits[i] = ~bits[i];
}

/* ---- on properties: concept by concept ---- */

static bool regex_fits(Filter *f, Str text)
{
	if (f->too_long)
		return false;
	int r = regex_matches(f->regex, f->scratch, text, true);
	arena_reset(f->scratch);
	f->too_long = r < 0;
	return r == 1;
}

static bool text_fits(Filter *f, Str text)
{
	switch (f->op) {
	case OP_EQUAL:
	case OP_IS_A:
	case OP_DESCENDENT:
	case OP_IS_NOT_A:
	case OP_GENERALIZES:
		return str_eq(text, f->value);
	case OP_REGEX:
		return regex_fits(f, text);
	case OP_IN:
	case OP_NOT_IN:
		for (size_t i = 0; i < f->n_values; i++)
			if (str_eq(text, f->values[i]))
				return true;
		return false;
	case OP_EXISTS:
		return true;
	}
	return false;
}

/* A property's value as text: numbers and booleans as they are written, a Coding by its code. */
static Str value_text(JVal v, Arena *a)
{
	if (json_is(v, J_OBJECT))
		v = JGET(v, "code");
	return json_is(v, J_STRING) ? json_str(v, a) : v.node ? json_raw(v) : STR_END;
}

static bool any_of(Filter *f, const uint32_t *links, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (text_fits(f, f->cs->concepts[links[i]].code))
			return true;
	return false;
}

/* Does one of the property's values fit? */
static bool concept_fits(Filter *f, const Concept *c)
{
	const uint32_t *links = f->cs->links;
	if (str_eq(f->property, S("concept")) || str_eq(f->property, S("code")))
		return text_fits(f, c->code);
	if (str_eq(f->property, S("display")) && c->display.p && text_fits(f, c->display))
		return true;
	if (str_eq(f->property, S("definition")))
		return text_fits(f, JSTR(c->json, "definition", f->a));
	if (str_eq(f->property, S("parent")) && any_of(f, links + c->parents, c->n_parents))
		return true;
	if (str_eq(f->property, S("child")) && any_of(f, links + c->children, c->n_children))
		return true;
	if (str_eq(f->property, S("inactive")) && c->flags & CONCEPT_INACTIVE && text_fits(f, S("true")))
		return true;
	if (str_eq(f->property, S("notSelectable")) && c->flags & CONCEPT_ABSTRACT && text_fits(f, S("true")))
		return true;
	for (JIter it = json_each(JGET(c->json, "property")); json_next(&it);)
		if (json_str_is(JGET(it.value, "code"), f->property) &&
		    text_fits(f, value_text(property_value(it.value), f->a)))
			return true;
	return false;
}

static void property_bits(Filter *f, uint64_t *bits)
{
	bool wanted = f->op == OP_EXISTS ? !str_eq(f->value, S("false")) : f->op != OP_NOT_IN;
	for (uint32_t i = 0; i < f->cs->count; i++)
		if (concept_fits(f, &f->cs->concepts[i]) == wanted)
			bit_set(bits, i);
}

/* ---- reading a filter ---- */

static void split_values(Filter *f)
{
	f->values = ARENA_ARRAY(f->a, Str, VALUES_MAX);
	for (Str rest = f->value, one; rest.p && f->n_values < VALUES_MAX;) {
		rest = str_cut(rest, ',', &one);
		f->values[f->n_values++] = str_trim(one);
	}
}

/* The codes that a property can have in a filter: what is built in, and what the system declares. */
static bool knows_property(const Filter *f)
{
	static const Str always[] = { S_INIT("concept"),      S_INIT("code"),       S_INIT("display"),
		                      S_INIT("parent"),       S_INIT("child"),      S_INIT("definition"),
		                      S_INIT("status"),       S_INIT("subsumedBy"), S_INIT("inactive"),
		                      S_INIT("notSelectable") };
	for (size_t i = 0; i < COUNT_OF(always); i++)
		if (str_eq(f->property, always[i]))
			return true;
	for (JIter it = json_each(JGET(f->cs->json, "property")); json_next(&it);)
		if (json_str_is(JGET(it.value, "code"), f->property))
			return true;
	for (JIter it = json_each(JGET(f->cs->json, "filter")); json_next(&it);)
		if (json_str_is(JGET(it.value, "code"), f->property))
			return true;
	return false;
}

static bool read_filter(Filter *f, JVal filter, Str *problem)
{
	JVal op = JGET(filter, "op");
	size_t i = 0;
	f->property = JSTR(filter, "property", f->a);
	f->value = JSTR(filter, "value", f->a);
	while (i < COUNT_OF(names) && !json_str_is(op, names[i].name))
		i++;
	if (i == COUNT_OF(names) || !f->property.n || !f->value.n) {
		*problem = S("a filter has an operator that is not supported, or lacks a property or value");
		return false;
	}
	f->op = names[i].op;
	if (!knows_property(f)) {
		*problem = arena_printf(f->a, "the code system has no property '%.*s' to filter by",
		                        STR_ARG(str_clip(f->property, 60)));
		return false;
	}
	if (f->op == OP_IN || f->op == OP_NOT_IN)
		split_values(f);
	if (f->op == OP_REGEX && !(f->regex = regex_new(f->a, f->value))) {
		*problem = S("a filter has a regular expression that cannot be read");
		return false;
	}
	return true;
}

bool filter_apply(const TermSystem *cs, JVal filter, uint64_t *bits, Arena *a, Str *problem)
{
	Filter f = { .cs = cs, .a = a };
	size_t words = cs->count / 64 + 1;
	if (!read_filter(&f, filter, problem))
		return false;
	uint64_t *mine = ARENA_ARRAY(a, uint64_t, words);
	switch (f.op) {
	case OP_IS_A:
	case OP_DESCENDENT:
	case OP_IS_NOT_A:
	case OP_GENERALIZES:
		hierarchy_bits(&f, mine);
		break;
	case OP_REGEX:
		f.scratch = arena_new();
		property_bits(&f, mine);
		arena_free(f.scratch);
		break;
	case OP_EQUAL:
	case OP_IN:
	case OP_NOT_IN:
	case OP_EXISTS:
		property_bits(&f, mine);
		break;
	}
	if (f.too_long)
		*problem = S("a filter's regular expression takes too long");
	for (size_t i = 0; i < words; i++)
		bits[i] &= mine[i];
	return !f.too_long;
}
