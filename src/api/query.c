#include "api/query.h"

static void use(Query *q, const Pair *p)
{
	buf_byte(&q->used, q->used.n ? '&' : '?');
	buf_add(&q->used, url_encode(q->used.arena, p->name));
	buf_byte(&q->used, '=');
	buf_add(&q->used, url_encode(q->used.arena, p->value));
}

static void refuse(Query *q, Str name, const char *why)
{
	name = str_upto(name, 64);
	outcome_add(&q->notes, SEV_ERROR, S("invalid"), STR_END, "Search parameter '%.*s': %s.", STR_ARG(name), why);
}

static void ignore(Query *q, Str name, bool strict)
{
	name = str_upto(name, 64);
	outcome_add(&q->notes, strict ? SEV_ERROR : SEV_WARNING, S("not-supported"), STR_END,
	            "Search parameter '%.*s' is not supported here%s.", STR_ARG(name),
	            strict ? "" : "; it was left out");
}

/* ---- the parameters that steer the answer; false: it is a term ---- */

static bool number_in(Str value, int64_t max, size_t *out)
{
	int64_t n;
	if (!str_int(value, &n) || n < 0)
		return false;
	*out = (size_t)(n > max ? max : n);
	return true;
}

static bool steers(Query *q, const Pair *p, bool strict)
{
	if (str_eq(p->name, S("_format")) || str_eq(p->name, S("_pretty")))
		return true;
	if (str_eq(p->name, S("_count"))) {
		if (!number_in(p->value, QUERY_COUNT_MAX, &q->search.count))
			refuse(q, p->name, "expected a whole number from 0");
		if (q->search.count == 0)
			q->count_only = true;
		return true;
	}
	if (str_eq(p->name, S("_offset"))) {
		if (!number_in(p->value, INT32_MAX, &q->search.offset))
			refuse(q, p->name, "expected a whole number from 0");
		return true;
	}
	if (str_eq(p->name, S("_total"))) {
		q->no_total = str_eq(p->value, S("none"));
		if (!q->no_total && !str_eq(p->value, S("accurate")) && !str_eq(p->value, S("estimate")))
			refuse(q, p->name, "expected none, estimate or accurate");
		else
			use(q, p);
		return true;
	}
	if (str_eq(p->name, S("_summary"))) {
		if (str_eq(p->value, S("count")))
			q->count_only = true;
		else if (!str_eq(p->value, S("false")))
			ignore(q, S("_summary"), strict);
		if (q->count_only)
			use(q, p);
		return true;
	}
	return false;
}

/* ---- terms ---- */

/* "a\,b,c" → "a,b" and "c": `\,` is undone, other escapes are left for the matcher. */
static bool split_values(Arena *a, Str text, SearchTerm *t)
{
	size_t cap = 1;
	for (size_t i = 0; i < text.n; i++)
		cap += text.p[i] == ',';
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

static void add_term(Arena *a, Query *q, SearchTerm *terms, const Pair *p, bool strict)
{
	Str code;
	Str modifier = str_cut(p->name, ':', &code);
	const SearchParam *param = search_param(q->search.type, code);
	if (str_chr(p->name, '.') >= 0 || !param || param->kind == PARAM_COMPOSITE || param->kind == PARAM_SPECIAL) {
		ignore(q, p->name, strict);
		return;
	}
	if (!search_modifier_ok(param, modifier)) {
		refuse(q, p->name, "this modifier is not supported");
		return;
	}
	if (!p->value.n)
		return;
	if (q->search.n_terms == QUERY_TERMS_MAX) {
		refuse(q, p->name, "more than 50 parameters in one search");
		return;
	}
	SearchTerm *t = &terms[q->search.n_terms];
	*t = (SearchTerm){ .param = param, .modifier = modifier };
	if (!split_values(a, p->value, t)) {
		refuse(q, p->name, "more than 500 values in one parameter");
		return;
	}
	const char *why;
	for (size_t i = 0; i < t->n_values; i++)
		if (!search_value_ok(param, modifier, t->values[i], &why)) {
			refuse(q, p->name, why);
			return;
		}
	q->search.n_terms++;
	use(q, p);
}

Err query_parse(Arena *a, FhirType type, const Pair *pairs, size_t n, bool strict, Query *out)
{
	*out = (Query){ .used = buf_new(a, 256, 0), .notes = outcome_new(a) };
	SearchTerm *terms = ARENA_ARRAY(a, SearchTerm, QUERY_TERMS_MAX);
	out->search = (SearchQuery){ .type = type, .terms = terms, .count = QUERY_COUNT };
	for (size_t i = 0; i < n; i++)
		if (!steers(out, &pairs[i], strict))
			add_term(a, out, terms, &pairs[i], strict);
	return out->notes.errors ? ERR_BAD_REQUEST : OK;
}

Err query_one(Visit *v, FhirType type, Str query, Rec *found, Str *why)
{
	Arena *a = visit_arena(v);
	Query q;
	Rec *recs;
	size_t n, total;
	if (str_starts(query, S("?")))
		query = str_from(query, 1);
	Pair *pairs = pairs_urlencoded(a, query, &n);
	Err e = query_parse(a, type, pairs, n, true, &q);
	if (e != OK) {
		*why = q.notes.issues[0].details;
		return e;
	}
	if (!q.search.n_terms) {
		*why = S("a condition needs at least one search parameter.");
		return ERR_BAD_REQUEST;
	}
	*found = (Rec){ 0 };
	q.search.offset = 0;
	q.search.count = 2;
	q.search.guard = true;
	e = visit_search(v, &q.search, &recs, &n, &total);
	if (e != OK) {
		*why = S("the condition could not be looked up.");
		return e;
	}
	if (total > 1 || n > 1) {
		*why = S("more than one resource meets the condition.");
		return ERR_VERSION;
	}
	if (n == 1)
		*found = recs[0];
	return OK;
}
