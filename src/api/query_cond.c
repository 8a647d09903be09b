/* Conditions of a search: terms, chains and _has. Source: https://hl7.org/fhir/R4/search.html#chaining */
#include "api/query.h"

/* "a\,b,c" → "a,b" and "c": `\,` is undone, other escapes are left for the matcher. */
static bool split_values(Arena *a, Str text, SearchTerm *t)
{
	size_t cap = 1;
	for (size_t i = 0; i < text.n; i++)
		cap += text.p[i] == ',';
	if (cap > QUERY_VALUES_MAX * 2)
		return false;
	t->values = ARENA_ARRAY(a, Str, cap);
	char *out = arena_raw(a, text.n + 1);
	size_t n = 0, from = 0;
	for (size_t i = 0; i <= text.n; i++) {
		if (i == text.n || text.p[i] == ',') {
			t->values[t->n_values++] = str_n(out + from, n - from);
			from = n;
		} else if (text.p[i] == '\\' && i + 1 < text.n) {
			if (text.p[i + 1] != ',')
				out[n++] = '\\';
			out[n++] = text.p[++i];
		} else {
			out[n++] = text.p[i];
		}
	}
	return t->n_values <= QUERY_VALUES_MAX;
}

static bool too_many(Query *q, Str name)
{
	if (q->n_conds++ < COND_MAX)
		return false;
	query_refuse(q, name, "too many conditions in one search");
	return true;
}

static bool list_cond(Arena *a, Query *q, Str name, Str value, SearchCond *out)
{
	*out = (SearchCond){ .kind = COND_LIST };
	if (!split_values(a, value, &out->term)) {
		query_refuse(q, name, "more than 500 values in one parameter");
		return false;
	}
	for (size_t i = 0; i < out->term.n_values; i++) {
		if (str_starts(out->term.values[i], S("List/")))
			out->term.values[i] = str_from(out->term.values[i], 5);
		if (!fhir_id_ok(out->term.values[i])) {
			query_refuse(q, name,
			             "expected the id of a List; lists by name ($current-…) are not kept here");
			return false;
		}
	}
	return true;
}

/* Does the reference lead to definitions, which are named by address? Only those have :above and :below here. */
static bool canonical(const SearchParam *p)
{
	for (FhirType t = FT_NONE + 1; t < FT_COUNT; t++)
		if (typeset_has(&p->targets, t) && fhir_home(t) == HOME_DEFINITION)
			return true;
	return false;
}

static bool term_cond(Arena *a, Query *q, FhirType type, Str name, Str value, SearchCond *out)
{
	Str code;
	Str modifier = str_cut(name, ':', &code);
	const SearchParam *param = search_param(type, code);
	if (str_eq(name, S("_list")))
		return list_cond(a, q, name, value, out);
	if (param && modifier.n && modifier.p[0] == '$' &&
	    !query_filter_term(param, str_from(modifier, 1), value, a, &modifier, &value)) {
		query_refuse(q, code, "_filter does not compare it in this way");
		return false;
	}
	if (!param || (!modifier.p && !search_modifier_ok(param, modifier))) {
		query_ignore(q, name);
		return false;
	}
	bool hierarchy = param->kind == PARAM_REFERENCE && modifier.p &&
	                 (str_eq(modifier, S("above")) || str_eq(modifier, S("below")));
	if (!search_modifier_ok(param, modifier) || (hierarchy && !canonical(param))) {
		query_refuse(q, name, "this modifier is not supported");
		return false;
	}
	*out = (SearchCond){ .kind = COND_TERM, .term = { .param = param, .modifier = modifier } };
	if (!split_values(a, value, &out->term)) {
		query_refuse(q, name, "more than 500 values in one parameter");
		return false;
	}
	const char *why;
	for (size_t i = 0; i < out->term.n_values; i++)
		if (!search_value_ok(param, modifier, out->term.values[i], &why)) {
			query_refuse(q, name, why);
			return false;
		}
	return true;
}

/* ---- chains ---- */

static bool parse(Arena *a, Query *q, FhirType type, Str name, Str value, unsigned depth, SearchCond *out);

/* Has the type what the rest of a chain begins with? */
static bool goes_on(FhirType type, Str rest)
{
	Str code, head;
	str_cut(rest, '.', &head);
	str_cut(head, ':', &code);
	return str_eq(code, S("_has")) || str_eq(code, S("_list")) || search_param(type, code);
}

/* The types that a chain without a type means. 0 with the reason noted. */
static size_t chain_types(Query *q, const SearchParam *param, Str name, Str rest, FhirType *types)
{
	size_t all = 0, n = 0;
	for (FhirType t = FT_NONE + 1; t < FT_COUNT; t++) {
		if (!typeset_empty(&param->targets) && !typeset_has(&param->targets, t))
			continue;
		all++;
		if (goes_on(t, rest))
			types[n++] = t;
	}
	if (n <= 1 || n == all) {
		if (!n)
			query_ignore(q, name);
		return n;
	}
	query_refuse(q, name, "this reference can lead to several types: say which one (subject:Patient.name)");
	return 0;
}

static bool chain_cond(Arena *a, Query *q, FhirType type, Str name, Str value, unsigned depth, SearchCond *out)
{
	Str head, code;
	Str rest = str_cut(name, '.', &head);
	Str typed = str_cut(head, ':', &code);
	FhirType types[FT_COUNT];
	size_t n = 0;
	const SearchParam *param = search_param(type, code);
	if (!param || param->kind != PARAM_REFERENCE || !rest.n) {
		query_ignore(q, name);
		return false;
	}
	if (typed.p) {
		types[n++] = fhir_type(typed);
		if (types[0] == FT_NONE ||
		    (!typeset_empty(&param->targets) && !typeset_has(&param->targets, types[0]))) {
			query_refuse(q, name, "this reference never leads to that type");
			return false;
		}
	} else {
		n = chain_types(q, param, name, rest, types);
	}
	if (!n)
		return false;
	SearchCond *list = ARENA_ARRAY(a, SearchCond, n * 2);
	for (size_t i = 0; i < n; i++) {
		SearchCond *inner = &list[n + i];
		if (too_many(q, name) || !parse(a, q, types[i], rest, value, depth + 1, inner))
			return false;
		list[i] = (SearchCond){
			.kind = COND_CHAIN, .term = { .param = param }, .type = types[i], .inner = inner, .n_inner = 1
		};
	}
	*out = n == 1 ? list[0] : (SearchCond){ .kind = COND_ANY, .inner = list, .n_inner = n };
	return true;
}

/* "_has:Observation:patient:code" */
static bool has_cond(Arena *a, Query *q, FhirType type, Str name, Str value, unsigned depth, SearchCond *out)
{
	Str word, of, by;
	Str rest = str_cut(name, ':', &word);
	rest = str_cut(rest, ':', &of);
	rest = str_cut(rest, ':', &by);
	FhirType from = fhir_type(of);
	const SearchParam *param = from == FT_NONE ? NULL : search_param(from, by);
	if (!rest.n || !param || param->kind != PARAM_REFERENCE) {
		query_refuse(q, name, "expected _has:Type:reference:parameter, as in _has:Observation:patient:code");
		return false;
	}
	if (!typeset_empty(&param->targets) && !typeset_has(&param->targets, type)) {
		query_refuse(q, name, "that reference never leads to this type");
		return false;
	}
	SearchCond *inner = ARENA_NEW(a, SearchCond);
	if (!parse(a, q, from, rest, value, depth + 1, inner))
		return false;
	*out = (SearchCond){ .kind = COND_HAS, .term = { .param = param }, .type = from, .inner = inner, .n_inner = 1 };
	return true;
}

static bool parse(Arena *a, Query *q, FhirType type, Str name, Str value, unsigned depth, SearchCond *out)
{
	if (too_many(q, name))
		return false;
	if (depth > COND_DEPTH) {
		query_refuse(q, name, "a chain may have 5 links at most");
		return false;
	}
	if (str_starts(name, S("_has:")))
		return has_cond(a, q, type, name, value, depth, out);
	if (str_chr(name, '.') >= 0)
		return chain_cond(a, q, type, name, value, depth, out);
	return term_cond(a, q, type, name, value, out);
}

bool query_cond(Arena *a, Query *q, FhirType type, Str name, Str value, SearchCond *out)
{
	if (str_eq(name, S("_filter")))
		return query_filter(a, q, type, value, out);
	return parse(a, q, type, name, value, 0, out);
}
