/* _sort, _include and _revinclude. */
#include "api/query.h"

/* ---- _sort=-date,status ---- */

static bool sortable(FhirType type, Str code)
{
	const SearchParam *p = search_param(type, code);
	return p && search_sort_ok(p);
}

void query_sort(Arena *a, Query *q, const FhirType *types, size_t n_types, const Pair *p)
{
	SearchSort *list = ARENA_ARRAY(a, SearchSort, QUERY_SORT_MAX);
	size_t n = 0;
	Buf used = buf_new(a, p->value.n + 1, 0);
	for (Str rest = p->value, one; rest.p;) {
		rest = str_cut(rest, ',', &one);
		one = str_trim(one);
		bool down = str_starts(one, S("-")), known = n_types > 0;
		Str code = down ? str_from(one, 1) : one;
		for (size_t i = 0; i < n_types; i++)
			known = known && sortable(types[i], code);
		if (!known) {
			query_ignore(q, arena_join(a, S("_sort="), str_upto(code, 40), STR_END));
			continue;
		}
		if (n == QUERY_SORT_MAX) {
			query_refuse(q, p->name, "at most 8 sort keys");
			return;
		}
		list[n++] = (SearchSort){ code, down };
		if (used.n)
			buf_byte(&used, ',');
		buf_add(&used, one);
	}
	if (!n)
		return;
	q->search.sort = list;
	q->search.n_sort = n;
	query_use(q, &(Pair){ p->name, buf_str(&used) });
}

/* ---- _include=Goal:subject:Patient, _revinclude:iterate=Provenance:target, * ---- */

static bool read_include(const Query *q, Str value, SearchInclude *out, const char **why)
{
	Str from, code;
	Str rest = str_cut(value, ':', &from);
	Str target = str_cut(rest, ':', &code);
	if (str_eq(value, S("*")) && !out->reverse)
		return true;
	if (!rest.p && q->search.type != FT_NONE && !out->reverse) { /* "_include=subject" is not FHIR, but clear */
		*why = "expected Type:parameter, as in Goal:subject";
		return false;
	}
	out->from = fhir_type(from);
	*why = "expected Type:parameter of a reference, as in Goal:subject";
	if (out->from == FT_NONE)
		return false;
	if (!str_eq(code, S("*"))) {
		out->param = search_param(out->from, code);
		if (!out->param || out->param->kind != PARAM_REFERENCE)
			return false;
	}
	if (target.p) {
		out->target = fhir_type(target);
		*why = "this reference never leads to that type";
		if (out->target == FT_NONE || (out->param && !typeset_empty(&out->param->targets) &&
		                               !typeset_has(&out->param->targets, out->target)))
			return false;
	}
	return true;
}

void query_include(Arena *a, Query *q, const Pair *p)
{
	Str name;
	Str modifier = str_cut(p->name, ':', &name);
	SearchInclude inc = { .reverse = str_eq(name, S("_revinclude")) };
	const char *why = "expected Type:parameter, as in Goal:subject";
	if (modifier.p && !str_eq(modifier, S("iterate")) && !str_eq(modifier, S("recurse"))) {
		query_refuse(q, p->name, "the only modifier is iterate");
		return;
	}
	inc.iterate = modifier.p;
	if (!read_include(q, p->value, &inc, &why)) {
		query_refuse(q, p->name, why);
		return;
	}
	if (q->search.n_includes == QUERY_INCLUDE_MAX) {
		query_refuse(q, p->name, "at most 32 of these");
		return;
	}
	SearchInclude *list = ARENA_ARRAY(a, SearchInclude, q->search.n_includes + 1);
	for (size_t i = 0; i < q->search.n_includes; i++)
		list[i] = q->search.includes[i];
	list[q->search.n_includes++] = inc;
	q->search.includes = list;
	query_use(q, p);
}
