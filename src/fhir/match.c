/* Does a resource meet a search term? Source: https://hl7.org/fhir/R4/search.html */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "fhir/near.h"
#include "fhir/path.h"
#include "fhir/query.h"
#include "fhir/reference.h"

typedef struct Matching {
	const SearchReady *ready;
	const SearchContext *context;
	Modifier modifier;
	FhirType type; /* MOD_TYPE */
	JVal root;
	Arena *arena;
	bool any;     /* the parameter has a value */
	bool found;   /* and one of them meets one of the term's values */
	bool unknown; /* a value set or code system that nobody knows */
} Matching;

/* --- token --- */
static bool same_code(const SearchValue *v, Str code)
{
	if (!v->fold)
		return str_eq(v->code, code);
	if (str_eq_nocase(v->code, code))
		return true;
	/* Telephone numbers: by their digits, as people write them in many ways. */
	size_t i = 0, k = 0;
	if (!JGET(v->element, "value").node || str_chr(code, '@') >= 0 || str_chr(code, ':') >= 0)
		return false;
	for (;;) {
		while (i < v->code.n && strchr(" -./()", v->code.p[i]))
			i++;
		while (k < code.n && strchr(" -./()", code.p[k]))
			k++;
		if (i == v->code.n || k == code.n)
			return i == v->code.n && k == code.n && i > 0;
		if (v->code.p[i++] != code.p[k++])
			return false;
	}
}

static bool same_system(const SearchValue *v, Str system)
{
	if (!system.n)
		return !v->has_system;
	if (v->has_system)
		return str_eq(system, v->system);
	if (v->fold) /* "phone|09 123" */
		return json_str_is(JGET(v->element, "system"), system);
	return str_eq(system, S("http://hl7.org/fhir/special-values")) &&
	       (str_eq(v->code, S("true")) || str_eq(v->code, S("false")));
}

static bool token_matches(const SearchValue *v, const QueryValue *q)
{
	if (q->code.n && !(v->code.p && same_code(v, q->code)))
		return false;
	return !q->system.p || same_system(v, q->system);
}

/* 1, 0, or -1: nobody knows. The base part of a mime type is above it with its parameters. */
static int subsumes(const Matching *m, const SearchValue *v, const QueryValue *q, bool below)
{
	if (!v->code.p || (q->system.p && !same_system(v, q->system)))
		return 0;
	if (same_code(v, q->code))
		return 1;
	Str upper = below ? q->code : v->code, lower = below ? v->code : q->code;
	if (!v->has_system && str_chr(upper, '/') > 0)
		return str_starts(lower, upper) && lower.p[upper.n] == ';';
	if (!v->has_system || !m->context || !m->context->subsumes)
		return v->has_system ? -1 : 0;
	return m->context->subsumes(m->context->arg, v->system, upper, lower);
}

static int in_value_set(const Matching *m, const SearchValue *v, const QueryValue *q)
{
	if (!m->context || !m->context->value_set_has)
		return -1;
	return v->code.p ? m->context->value_set_has(m->context->arg, q->plain, v->system, v->code) : 0;
}

/* system|code of one of the types, and the value. */
static bool of_type(const SearchValue *v, const QueryValue *q)
{
	if (!str_eq(v->code, q->value))
		return false;
	for (JIter it = json_each(json_path(v->element, "type", "coding", NULL)); json_next(&it);)
		if (json_str_is(JGET(it.value, "system"), q->system) && json_str_is(JGET(it.value, "code"), q->code))
			return true;
	return false;
}

static bool string_matches(const SearchValue *v, Modifier modifier, const QueryValue *q, Arena *a)
{
	if (modifier == MOD_EXACT)
		return !v->part && str_eq(v->text, q->plain);
	Str have = search_normalise(v->text, a);
	if (modifier == MOD_CONTAINS)
		return str_find(have, q->normal) >= 0;
	if (modifier == MOD_EQUAL)
		return !v->part && str_eq(have, q->normal);
	if (modifier == MOD_ENDS)
		return !v->part && str_ends(have, q->normal);
	return str_starts(have, q->normal);
}

static bool token_value_matches(Matching *m, const SearchValue *v, const QueryValue *q)
{
	int yes = 0;
	switch (m->modifier) {
	case MOD_TEXT:
		return v->text.p && string_matches(v, MOD_TEXT, q, m->arena);
	case MOD_IN:
	case MOD_NOT_IN:
		yes = in_value_set(m, v, q);
		break;
	case MOD_ABOVE:
	case MOD_BELOW:
		yes = subsumes(m, v, q, m->modifier == MOD_BELOW);
		break;
	case MOD_OF_TYPE:
		return of_type(v, q);
	case MOD_NONE:
	case MOD_NOT:
		return token_matches(v, q);
	case MOD_MISSING:
	case MOD_EXACT:
	case MOD_CONTAINS:
	case MOD_EQUAL:
	case MOD_ENDS:
	case MOD_OVERLAPS:
	case MOD_IDENTIFIER:
	case MOD_TYPE:
	case MOD_UNKNOWN:
		return false;
	}
	m->unknown = m->unknown || yes < 0;
	return yes > 0;
}

/* --- reference --- */
/* "1" is above "1.0" and "1.0.2". */
static bool version_below(Str have, Str want)
{
	return str_starts(have, want) && (have.n == want.n || have.p[want.n] == '.');
}

static bool canonical_matches(const Matching *m, Str have, const QueryValue *q)
{
	Str url;
	Str version = str_cut(have, '|', &url);
	if (!str_eq(url, q->reference))
		return false;
	if (!q->version.p)
		return true;
	if (m->modifier == MOD_ABOVE)
		return version.p && version_below(q->version, version);
	return m->modifier == MOD_BELOW ? version_below(version, q->version) : str_eq(version, q->version);
}

static bool reference_matches(const Matching *m, const SearchValue *v, const QueryValue *q)
{
	if (m->modifier == MOD_IDENTIFIER) {
		SearchValue identifier = { .system = v->system, .has_system = v->has_system, .code = v->text };
		return token_matches(&identifier, q);
	}
	Str have = v->reference, base = m->context ? m->context->base : (Str){ NULL, 0 };
	if (!have.p)
		return false;
	if (base.n && str_starts(have, base) && have.n > base.n && have.p[base.n] == '/')
		have = str_from(have, base.n + 1);
	if (q->reference.p)
		return canonical_matches(m, have, q);
	/* An id alone: of whatever type. */
	Str id = q->plain;
	return have.n > id.n && str_ends(have, id) && have.p[have.n - id.n - 1] == '/' &&
	       fhir_type(str_upto(have, have.n - id.n - 1)) != FT_NONE;
}

/* --- date, number, quantity: intervals --- */
static bool date_matches(const Matching *m, const SearchValue *v, const QueryValue *value)
{
	Moment q = value->when;
	Millis from = v->when.from, until = v->when.until, now, slack;
	bool inside = from >= q.from && until <= q.until;
	if (m->modifier == MOD_OVERLAPS)
		return from < q.until && until > q.from;
	switch (value->prefix) {
	case PREFIX_EQ:
		return inside;
	case PREFIX_NE:
		return !inside;
	case PREFIX_GT:
		return until > q.until;
	case PREFIX_GE: /* "the specified value and up": from its beginning on */
		return until > q.from;
	case PREFIX_LT:
		return from < q.from;
	case PREFIX_LE:
		return from < q.until;
	case PREFIX_SA:
		return from >= q.until;
	case PREFIX_EB:
		return until <= q.from;
	case PREFIX_AP: /* a tenth of the time between then and now */
		now = m->context && m->context->now ? m->context->now : time_now();
		slack = (now > q.from ? now - q.from : q.from - now) / 10;
		return from < q.until + slack && until > q.from - slack;
	}
	return false;
}

static bool number_matches(double from, double until, const QueryValue *q)
{
	double number = q->number.value, slack;
	/* A single number is in [low, high), a range as a whole. */
	bool inside = from >= q->number.low && (from == until ? until < q->number.high : until <= q->number.high);
	switch (q->prefix) {
	case PREFIX_EQ:
		return inside;
	case PREFIX_NE:
		return !inside;
	case PREFIX_GT:
		return until > number;
	case PREFIX_GE:
		return until >= number;
	case PREFIX_LT:
		return from < number;
	case PREFIX_LE:
		return from <= number;
	case PREFIX_SA:
		return from > number;
	case PREFIX_EB:
		return until < number;
	case PREFIX_AP:
		slack = fabs(number) / 10;
		return until >= number - slack && from <= number + slack;
	}
	return false;
}

/* Without the noise that a conversion leaves behind the fifteenth digit. */
static double converted(double v, double factor)
{
	char z[40];
	if (fabs(v) == DBL_MAX)
		return v;
	snprintf(z, sizeof z, "%.15g", v * factor);
	return strtod(z, NULL);
}

static bool quantity_matches(const SearchValue *v, const QueryValue *q)
{
	FpUnit unit;
	if (!q->code.n || str_eq(q->code, v->code))
		return (!q->system.n || str_eq(q->system, v->system)) && number_matches(v->low, v->high, q);
	if (!q->system.n) /* the unit as people read it */
		return str_eq(q->code, v->text) && number_matches(v->low, v->high, q);
	if (!q->has_unit || !str_eq(q->system, v->system) || !fhirpath_unit(v->code, &unit) ||
	    memcmp(unit.dim, q->unit.dim, sizeof unit.dim) != 0)
		return false;
	double factor = unit.factor / q->unit.factor;
	return number_matches(converted(v->low, factor), converted(v->high, factor), q);
}

/* --- uri --- */
/* Is `lower` the same as `upper` or below it, by whole parts of the path? Only for URLs, not for urn:. */
static bool path_below(Str lower, Str upper)
{
	return str_starts(lower, upper) && (lower.n == upper.n || str_ends(upper, S("/")) || lower.p[upper.n] == '/') &&
	       !(str_starts(upper, S("urn:")) && lower.n != upper.n);
}

static bool uri_matches(const Matching *m, const SearchValue *v, const QueryValue *q)
{
	if (m->modifier == MOD_BELOW)
		return path_below(v->code, q->plain);
	if (m->modifier == MOD_ABOVE)
		return path_below(q->plain, v->code);
	if (str_eq(v->code, q->plain))
		return true;
	/* canonical|version: of the values that point somewhere, or the resource's own */
	Str url;
	Str version = str_cut(v->code, '|', &url);
	if (!str_eq(url, q->reference))
		return false;
	return !q->version.p ||
	       (version.p ? str_eq(version, q->version)
	                  : json_str_is(JGET(m->root, "version"), q->version) && str_eq(v->param->code, S("url")));
}

/* --- all kinds --- */
static bool value_matches(Matching *m, const SearchValue *v, const QueryValue *q)
{
	if (!q->ok)
		return false;
	switch (v->param->kind) {
	case PARAM_TOKEN:
		return token_value_matches(m, v, q);
	case PARAM_STRING:
		return string_matches(v, m->modifier, q, m->arena);
	case PARAM_REFERENCE:
		return reference_matches(m, v, q);
	case PARAM_DATE:
		return date_matches(m, v, q);
	case PARAM_NUMBER:
		return number_matches(v->low, v->high, q);
	case PARAM_QUANTITY:
		return quantity_matches(v, q);
	case PARAM_URI:
		return uri_matches(m, v, q);
	case PARAM_SPECIAL:
		return near_matches(&q->near, v->element);
	case PARAM_COMPOSITE:
		break;
	}
	return false;
}

static void match_value(void *ctx, const SearchValue *v)
{
	Matching *m = ctx;
	m->any = true;
	for (size_t i = 0; i < m->ready->n && !m->found; i++)
		m->found = value_matches(m, v, &m->ready->values[i]);
}

/* --- composite --- */
typedef struct Part {
	Matching *matching;
	const QueryValue *value;
	bool found;
} Part;

static void match_part(void *ctx, const SearchValue *v)
{
	Part *p = ctx;
	p->found = p->found || value_matches(p->matching, v, p->value);
}

static void match_tuple(void *ctx, const Tuple *t)
{
	Matching *m = ctx;
	for (size_t i = 0; i < m->ready->n && !m->found; i++) {
		const QueryValue *q = &m->ready->values[i];
		bool all = q->ok;
		for (size_t k = 0; k < t->count && all; k++) {
			Part p = { .matching = m, .value = &q->parts[k] };
			tuple_values(t, k, m->arena, match_part, &p);
			all = p.found;
		}
		m->found = all;
	}
}

/* --- words --- */
static bool is_text(const SearchParam *p)
{
	return !p->path && (str_eq(p->code, S("_text")) || str_eq(p->code, S("_content")));
}

static void match_words(Matching *m, const SearchParam *p)
{
	Str words =
	    str_eq(p->code, S("_text")) ? words_of_narrative(m->root, m->arena) : words_of_content(m->root, m->arena);
	m->any = words.n > 1;
	for (size_t i = 0; i < m->ready->n && !m->found; i++)
		m->found = m->ready->values[i].ok && word_query_matches(m->ready->values[i].words, words);
}

/* A canonical has versions, a Reference an identifier. */
static bool reference_modifier_ok(const SearchParam *p, Modifier m, FhirType type)
{
	if (m == MOD_TYPE)
		return typeset_empty(&p->targets) || typeset_has(&p->targets, type);
	if (m == MOD_ABOVE || m == MOD_BELOW)
		return (p->reads & READS_CANONICAL) != 0;
	return m == MOD_IDENTIFIER && (p->reads & READS_REFERENCE);
}

bool search_modifier_ok(const SearchParam *p, Str modifier)
{
	Modifier m = query_modifier(modifier);
	if (m == MOD_NONE)
		return p->path || is_text(p);
	if (m == MOD_MISSING)
		return p->kind != PARAM_COMPOSITE && p->kind != PARAM_SPECIAL && p->path;
	switch (p->kind) {
	case PARAM_TOKEN:
		return p->path && (m == MOD_NOT || m == MOD_TEXT || m == MOD_IN || m == MOD_NOT_IN || m == MOD_ABOVE ||
		                   m == MOD_BELOW || (m == MOD_OF_TYPE && p->reads & READS_IDENTIFIER));
	case PARAM_STRING:
		return p->path && (m == MOD_EXACT || m == MOD_CONTAINS || m == MOD_EQUAL || m == MOD_ENDS);
	case PARAM_REFERENCE:
		return reference_modifier_ok(p, m, fhir_type(modifier));
	case PARAM_URI:
		return m == MOD_BELOW || m == MOD_ABOVE;
	case PARAM_DATE:
		return m == MOD_OVERLAPS;
	case PARAM_NUMBER:
	case PARAM_QUANTITY:
	case PARAM_COMPOSITE:
	case PARAM_SPECIAL:
		break;
	}
	return false;
}

Match search_matches(const SearchTerm *t, const SearchContext *c, JVal resource, Arena *a)
{
	const SearchReady *ready = query_ready(t, c, a);
	Matching m = { .ready = ready, .context = c, .modifier = ready->modifier, .root = resource, .arena = a };
	if (!t->n_values || !search_modifier_ok(t->param, t->modifier))
		return MATCH_NO;
	if (t->param->kind == PARAM_COMPOSITE)
		path_tuples(t->param, resource, a, match_tuple, &m);
	else if (is_text(t->param))
		match_words(&m, t->param);
	else
		search_extract(t->param, resource, a, match_value, &m);
	if (m.modifier == MOD_MISSING)
		m.found = m.any != ready->wanted;
	if (m.modifier == MOD_NOT || m.modifier == MOD_NOT_IN)
		m.found = !m.found && !m.unknown;
	return m.found ? MATCH_YES : MATCH_NO;
}
