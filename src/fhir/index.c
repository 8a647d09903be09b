/* Keys for the index across partitions, and the key range of a query. */
#include <stdlib.h>

#include "fhir/extract.h"
#include "fhir/query.h"
#include "fhir/reference.h"

enum { KEY_MAX = 128 };

static void put_be(char *out, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		out[i] = (char)(v >> (56 - 8 * i));
}

/* Signed numbers so that bytes compare as numbers do. */
static uint64_t order_signed(int64_t v)
{
	return (uint64_t)v ^ UINT64_C(1) << 63;
}
static uint64_t order_double(double d)
{
	uint64_t bits;
	d = d == 0 ? 0 : d; /* -0 is 0 */
	memcpy(&bits, &d, sizeof bits);
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static Str cut(Str key)
{
	return str_upto(key, KEY_MAX);
}

static Str token_key(Str code, Str system, Arena *a)
{
	return cut(arena_join(a, code.p ? code : S(""), str_n("", 1), system.p ? system : S(""), STR_END));
}

static Str date_key(Millis from, Millis until, Arena *a)
{
	char *p = arena_raw(a, 16);
	put_be(p, order_signed(from));
	put_be(p + 8, order_signed(until));
	return str_n(p, 16);
}

static Str number_key(double low, double high, Arena *a)
{
	char *p = arena_raw(a, 8);
	put_be(p, order_double(low / 2 + high / 2));
	return str_n(p, 8);
}

/* The key of a value; absent when it has nothing to find it by. */
static Str value_key(const SearchValue *v, Arena *a)
{
	switch (v->param->kind) {
	case PARAM_TOKEN:
		return v->code.p ? token_key(v->code, v->system, a) : v->code;
	case PARAM_STRING:
		return cut(search_normalise(v->text, a));
	case PARAM_REFERENCE:
		return v->reference.p ? cut(v->reference) : v->reference;
	case PARAM_URI:
		return cut(v->code);
	case PARAM_DATE:
		return date_key(v->when.from, v->when.until, a);
	case PARAM_NUMBER:
	case PARAM_QUANTITY:
		return number_key(v->low, v->high, a);
	case PARAM_COMPOSITE:
	case PARAM_SPECIAL:
		break;
	}
	return (Str){ NULL, 0 };
}

typedef struct Entries {
	Arena *arena;
	IndexEntry *list;
	size_t count, cap;
} Entries;

static void add_entry(void *ctx, const SearchValue *v)
{
	Entries *e = ctx;
	Str key = value_key(v, e->arena);
	if (!key.p)
		return;
	if (e->count == e->cap) {
		size_t cap = e->cap ? e->cap * 2 : 16;
		e->list = arena_grow(e->arena, e->list, e->cap * sizeof(IndexEntry), cap * sizeof(IndexEntry));
		e->cap = cap;
	}
	e->list[e->count++] = (IndexEntry){ v->param->number, key };
}

static int compare_entries(const void *a, const void *b)
{
	const IndexEntry *x = a, *y = b;
	return x->param != y->param ? (x->param < y->param ? -1 : 1) : str_cmp(x->key, y->key);
}

IndexEntry *search_index(JVal resource, FhirType type, Arena *a, size_t *n)
{
	Entries e = { .arena = a };
	size_t n_params, kept = 0;
	const SearchParam *const *list = search_params(type, &n_params);
	for (size_t i = 0; i < n_params; i++)
		if (list[i]->indexed)
			search_extract(list[i], resource, a, add_entry, &e);
	if (e.count)
		qsort(e.list, e.count, sizeof *e.list, compare_entries);
	for (size_t i = 0; i < e.count; i++)
		if (!kept || compare_entries(&e.list[kept - 1], &e.list[i]) != 0)
			e.list[kept++] = e.list[i];
	*n = kept;
	return e.list;
}

/* --- ranges
 * ------------------------------------------------------------------------------------------------------------ */
/* The range that holds just this key. A key that was cut stands for all that start so. */
static bool only(Str key, Arena *a, Str *low, Str *high)
{
	*low = key;
	*high = arena_join(a, key, str_n("", 1), STR_END);
	return true;
}

static bool starting(Str key, char after, Arena *a, Str *low, Str *high)
{
	*low = key;
	*high = arena_join(a, key, str_n(&after, 1), STR_END);
	return true;
}

static bool token_range(Str value, Arena *a, Str *low, Str *high)
{
	TokenQuery q = token_query(value, a);
	if (!q.code.n)
		return false;
	if (q.system.p)
		return only(token_key(q.code, q.system, a), a, low, high);
	*low = token_key(q.code, (Str){ NULL, 0 }, a);
	*high = cut(arena_join(a, q.code, S("\1"), STR_END));
	return q.code.n < KEY_MAX || only(*low, a, low, high);
}

static bool reference_range(const SearchTerm *t, Str value, Arena *a, Str *low, Str *high)
{
	Reference r;
	Str text = reference_query(t, value, a);
	if (!text.p)
		return false;
	if (reference_parse(text, &r) && r.kind == REF_RELATIVE)
		return only(cut(text), a, low, high);
	return starting(cut(text), '|' + 1, a, low, high); /* a canonical may have "|version" behind it */
}

static bool date_range(Str value, Arena *a, Str *low, Str *high)
{
	Moment m;
	Prefix prefix = query_prefix(&value);
	if (!search_moment(value, &m))
		return false;
	*low = date_key(INT64_MIN, INT64_MIN, a);
	*high = arena_join(a, date_key(INT64_MAX, INT64_MAX, a), str_n("", 1), STR_END);
	switch (prefix) {
	case PREFIX_EQ:
		*low = date_key(m.from, INT64_MIN, a);
		*high = date_key(m.until, INT64_MIN, a);
		return true;
	case PREFIX_LT:
	case PREFIX_EB:
		*high = date_key(m.from, INT64_MIN, a);
		return true;
	case PREFIX_LE:
		*high = date_key(m.until, INT64_MIN, a);
		return true;
	case PREFIX_SA:
		*low = date_key(m.until, INT64_MIN, a);
		return true;
	case PREFIX_GT: /* what began long ago may still last */
	case PREFIX_GE:
	case PREFIX_NE:
	case PREFIX_AP:
		break;
	}
	return false;
}

static bool value_range(const SearchTerm *t, size_t value, Arena *a, Str *low, Str *high)
{
	Str v = t->values[value];
	bool typed = t->param->kind == PARAM_REFERENCE && t->modifier.p && fhir_type(t->modifier) != FT_NONE;
	bool exact = t->param->kind == PARAM_STRING && str_eq(t->modifier, S("exact"));
	if (t->modifier.p && !typed && !exact)
		return false;
	switch (t->param->kind) {
	case PARAM_TOKEN:
		return token_range(v, a, low, high);
	case PARAM_STRING: {
		Str key = cut(search_normalise(query_plain(v, a), a));
		return exact ? only(key, a, low, high) : starting(key, '\xff', a, low, high);
	}
	case PARAM_REFERENCE:
		return reference_range(t, v, a, low, high);
	case PARAM_URI:
		return only(cut(query_plain(v, a)), a, low, high);
	case PARAM_DATE:
		return date_range(v, a, low, high);
	case PARAM_NUMBER:
	case PARAM_QUANTITY:
	case PARAM_COMPOSITE:
	case PARAM_SPECIAL:
		break;
	}
	return false;
}

bool search_ranges(const SearchTerm *t, const SearchContext *c, Arena *a, KeyRange **out, size_t *n)
{
	(void)c;
	*n = 0;
	if (!t->param || !t->param->indexed || !t->n_values)
		return false;
	*out = ARENA_ARRAY(a, KeyRange, t->n_values);
	for (size_t i = 0; i < t->n_values; i++) {
		KeyRange *r = &(*out)[i];
		r->param = t->param->number;
		if (!value_range(t, i, a, &r->low, &r->high))
			return false;
	}
	*n = t->n_values;
	return true;
}
