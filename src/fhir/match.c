/* Does a resource meet a search term? Source: https://hl7.org/fhir/R4/search.html */
#include <float.h>
#include <math.h>

#include "fhir/extract.h"
#include "fhir/query.h"
#include "fhir/reference.h"

typedef struct Matching {
	const SearchTerm *term;
	Arena *arena;
	bool any;   /* the parameter has a value */
	bool found; /* and one of them meets one of the term's values */
} Matching;

/* --- token
 * -------------------------------------------------------------------------------------------------------------- */
static bool token_matches(const SearchValue *v, Str value, Arena *a)
{
	TokenQuery q = token_query(value, a);
	if (q.system.p && !(q.system.n ? str_eq(q.system, v->system) : !v->has_system))
		return false;
	if (q.system.n && !q.code.n)
		return true;
	return v->code.p && str_eq(v->code, q.code);
}

/* --- string
 * ------------------------------------------------------------------------------------------------------------- */
static bool string_matches(const SearchValue *v, Str modifier, Str value, Arena *a)
{
	Str plain = query_plain(value, a);
	if (str_eq(modifier, S("exact")))
		return str_eq(v->text, plain);
	Str have = search_normalise(v->text, a), want = search_normalise(plain, a);
	return str_eq(modifier, S("contains")) ? str_find(have, want) >= 0 : str_starts(have, want);
}

/* --- reference
 * ---------------------------------------------------------------------------------------------------------- */
static bool reference_matches(const SearchTerm *t, const SearchValue *v, Str value, Arena *a)
{
	if (str_eq(t->modifier, S("identifier"))) {
		SearchValue identifier = { .system = v->system, .has_system = v->has_system, .code = v->text };
		return token_matches(&identifier, value, a);
	}
	if (!v->reference.p)
		return false;
	Str want = reference_query(t, value, a);
	if (want.p) {
		Str canonical;
		str_cut(v->reference, '|', &canonical);
		return str_eq(v->reference, want) || str_eq(canonical, want);
	}
	Reference r;
	return reference_parse(v->reference, &r) && r.kind == REF_RELATIVE && str_eq(r.id, query_plain(value, a));
}

/* --- date, number, quantity: intervals
 * --------------------------------------------------------------------------------- */
static bool date_matches(const SearchValue *v, Str value)
{
	Moment q;
	Prefix prefix = query_prefix(&value);
	if (!search_moment(value, &q))
		return false;
	Millis from = v->when.from, until = v->when.until, slack;
	switch (prefix) {
	case PREFIX_EQ:
		return from >= q.from && until <= q.until;
	case PREFIX_NE:
		return from < q.from || until > q.until;
	case PREFIX_GT:
		return until > q.until;
	case PREFIX_GE:
		return until > q.until || (from >= q.from && until <= q.until);
	case PREFIX_LT:
		return from < q.from;
	case PREFIX_LE:
		return from < q.from || (from >= q.from && until <= q.until);
	case PREFIX_SA:
		return from >= q.until;
	case PREFIX_EB:
		return until <= q.from;
	case PREFIX_AP: /* a tenth of the time between then and now */
		slack = (time_now() > q.from ? time_now() - q.from : q.from - time_now()) / 10;
		return from < q.until + slack && until > q.from - slack;
	}
	return false;
}

static bool number_matches(const SearchValue *v, Str value)
{
	double number, low, high;
	Prefix prefix = query_prefix(&value);
	if (!number_range(value, &number, &low, &high))
		return false;
	double mid = v->low == -DBL_MAX ? v->low : v->high == DBL_MAX ? v->high : v->low / 2 + v->high / 2;
	double slack = fabs(number) / 10, tiny = fabs(number) * 1e-12;
	switch (prefix) {
	case PREFIX_EQ:
		return mid >= low - tiny && mid < high - tiny;
	case PREFIX_NE:
		return !(mid >= low - tiny && mid < high - tiny);
	case PREFIX_GT:
		return v->high == DBL_MAX || mid > number + tiny;
	case PREFIX_GE:
		return v->high == DBL_MAX || mid >= number - tiny;
	case PREFIX_LT:
		return v->low == -DBL_MAX || mid < number - tiny;
	case PREFIX_LE:
		return v->low == -DBL_MAX || mid <= number + tiny;
	case PREFIX_SA:
		return v->low >= high - tiny;
	case PREFIX_EB:
		return v->high <= low + tiny;
	case PREFIX_AP:
		return mid >= number - slack && mid <= number + slack;
	}
	return false;
}

/* number, number|system|code or number||code */
static bool quantity_matches(const SearchValue *v, Str value, Arena *a)
{
	Str number, system;
	Str rest = query_cut(value, &number);
	Str unit = query_cut(rest, &system);
	system = query_plain(system, a);
	unit = query_plain(unit, a);
	if (rest.p && system.n && !str_eq(system, v->system))
		return false;
	if (rest.p && unit.n && !str_eq(unit, v->code))
		return false;
	return number_matches(v, number);
}

/* Equal, or with a modifier: the value is the start of the other, by whole parts of the path. */
static bool uri_matches(const SearchValue *v, Str modifier, Str value, Arena *a)
{
	Str want = query_plain(value, a);
	if (str_eq(modifier, S("below")))
		return str_starts(v->code, want) &&
		       (v->code.n == want.n || str_ends(want, S("/")) || v->code.p[want.n] == '/');
	if (str_eq(modifier, S("above")))
		return str_starts(want, v->code) &&
		       (v->code.n == want.n || str_ends(v->code, S("/")) || want.p[v->code.n] == '/');
	return str_eq(v->code, want);
}

static bool value_matches(const SearchTerm *t, const SearchValue *v, Str value, Arena *a)
{
	switch (t->param->kind) {
	case PARAM_TOKEN:
		return str_eq(t->modifier, S("text")) ? v->text.p && string_matches(v, t->modifier, value, a)
		                                      : token_matches(v, value, a);
	case PARAM_STRING:
		return string_matches(v, t->modifier, value, a);
	case PARAM_REFERENCE:
		return reference_matches(t, v, value, a);
	case PARAM_DATE:
		return date_matches(v, value);
	case PARAM_NUMBER:
		return number_matches(v, value);
	case PARAM_QUANTITY:
		return quantity_matches(v, value, a);
	case PARAM_URI:
		return uri_matches(v, t->modifier, value, a);
	case PARAM_COMPOSITE:
	case PARAM_SPECIAL:
		break;
	}
	return false;
}

static void match_value(void *ctx, const SearchValue *v)
{
	Matching *m = ctx;
	m->any = true;
	for (size_t i = 0; i < m->term->n_values && !m->found; i++)
		m->found = value_matches(m->term, v, m->term->values[i], m->arena);
}

bool search_modifier_ok(const SearchParam *p, Str m)
{
	if (!m.p || str_eq(m, S("missing")))
		return true;
	switch (p->kind) {
	case PARAM_TOKEN:
		return str_eq(m, S("not")) || str_eq(m, S("text"));
	case PARAM_STRING:
		return str_eq(m, S("exact")) || str_eq(m, S("contains"));
	case PARAM_REFERENCE:
		return str_eq(m, S("identifier")) || fhir_type(m) != FT_NONE;
	case PARAM_URI:
		return str_eq(m, S("below")) || str_eq(m, S("above"));
	case PARAM_DATE:
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
	(void)c;
	Matching m = { .term = t, .arena = a };
	bool not = str_eq(t->modifier, S("not")), missing = str_eq(t->modifier, S("missing"));
	if (!search_modifier_ok(t->param, t->modifier) || !t->n_values)
		return MATCH_NO;
	search_extract(t->param, resource, a, match_value, &m);
	if (missing)
		m.found = m.any != str_eq(t->values[0], S("true"));
	return m.found != not ? MATCH_YES : MATCH_NO;
}
