/* Keys for the index across partitions, and the key range of a query. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "fhir/order.h"
#include "fhir/path.h"
#include "fhir/query.h"

enum { KEY_MAX = 128 };

static Str cut(Str key)
{
	return str_upto(key, KEY_MAX);
}

static Str token_key(Str code, Str system, Arena *a)
{
	return cut(arena_join(a, code.p ? code : S(""), str_n("", 1), system.p ? system : S(""), STR_END));
}

/* Values that may last as long as they like have a class before the key, so that both ends can be asked for. */
typedef enum KeyClass { CLASS_SHORT, CLASS_LONG_FROM, CLASS_LONG_UNTIL, CLASS_CANONICAL } KeyClass;

static Str ordered_key(bool classed, KeyClass class, uint64_t first, uint64_t second, Arena *a)
{
	char *p = arena_raw(a, 17), *at = p;
	if (classed)
		*at++ = (char)class;
	order_put(at, first);
	order_put(at + 8, second);
	return str_n(p, (size_t)(at + 16 - p));
}

typedef struct Entries {
	Arena *arena;
	IndexEntry *list;
	size_t count, cap;
} Entries;

static void put(Entries *e, const SearchValue *v, Str key)
{
	if (!key.p)
		return;
	if (e->count == e->cap) {
		size_t cap = e->cap ? e->cap * 2 : 16;
		e->list = arena_grow(e->arena, e->list, e->cap * sizeof(IndexEntry), cap * sizeof(IndexEntry));
		e->cap = cap;
	}
	e->list[e->count++] = (IndexEntry){ v->param->number, cut(key) };
}

/* Longest time that a date, dateTime or instant stands for: a year. */
static const Millis SHORT_MS = INT64_C(367) * DAY_MS;

static bool is_short(Moment m)
{
	return m.from != INT64_MIN && m.until != INT64_MAX && m.until - m.from <= SHORT_MS;
}

static void put_date(Entries *e, const SearchValue *v)
{
	uint64_t from = order_signed(v->when.from), until = order_signed(v->when.until);
	bool classed = (v->param->reads & READS_PERIOD) != 0;
	if (!classed || is_short(v->when)) {
		put(e, v, ordered_key(classed, CLASS_SHORT, from, until, e->arena));
		return;
	}
	put(e, v, ordered_key(true, CLASS_LONG_FROM, from, until, e->arena));
	put(e, v, ordered_key(true, CLASS_LONG_UNTIL, until, from, e->arena));
}

/* A number; a range by both ends. */
static void put_number(Entries *e, const SearchValue *v)
{
	uint64_t low = order_double(v->low), high = order_double(v->high);
	bool classed = (v->param->reads & READS_RANGE) != 0;
	if (!classed || v->low == v->high) {
		put(e, v, ordered_key(classed, CLASS_SHORT, low, high, e->arena));
		return;
	}
	put(e, v, ordered_key(true, CLASS_LONG_FROM, low, high, e->arena));
	put(e, v, ordered_key(true, CLASS_LONG_UNTIL, high, low, e->arena));
}

static Str canonical_key(const FpUnit *u, double number, Arena *a)
{
	uint64_t dimensions = fhir_hash(str_n((const char *)u->dim, sizeof u->dim));
	return ordered_key(true, CLASS_CANONICAL, dimensions, order_double(number * u->factor), a);
}

/* A number, and the same in base units of UCUM, so that g and mg find each other. */
static void put_quantity(Entries *e, const SearchValue *v)
{
	FpUnit unit;
	put_number(e, v);
	if (v->low == v->high && str_eq(v->system, S("http://unitsofmeasure.org")) && fhirpath_unit(v->code, &unit))
		put(e, v, canonical_key(&unit, v->low, e->arena));
}

/* Contact points as they are compared: telephone numbers by their digits, others without case. */
static Str contact_code(Str code, Arena *a)
{
	size_t n = 0;
	code = search_normalise(code, a);
	if (str_chr(code, '@') >= 0 || str_chr(code, ':') >= 0)
		return code;
	char *p = arena_raw(a, code.n);
	for (size_t i = 0; i < code.n; i++)
		if (!strchr(" -./()", code.p[i]))
			p[n++] = code.p[i];
	return str_n(p, n);
}

static void put_token(Entries *e, const SearchValue *v)
{
	Str code = v->code;
	if (code.p && v->fold)
		code =
		    v->param->reads & READS_CONTACT ? contact_code(code, e->arena) : search_normalise(code, e->arena);
	if (code.p)
		put(e, v, token_key(code, v->system, e->arena));
}

static void add_entry(void *ctx, const SearchValue *v)
{
	Entries *e = ctx;
	switch (v->param->kind) {
	case PARAM_TOKEN:
		put_token(e, v);
		break;
	case PARAM_STRING:
		put(e, v, search_normalise(v->text, e->arena));
		break;
	case PARAM_REFERENCE:
		if (!str_starts(v->reference, S("#")))
			put(e, v, v->reference);
		break;
	case PARAM_URI:
		put(e, v, v->code);
		break;
	case PARAM_DATE:
		put_date(e, v);
		break;
	case PARAM_NUMBER:
		put_number(e, v);
		break;
	case PARAM_QUANTITY:
		put_quantity(e, v);
		break;
	case PARAM_COMPOSITE:
	case PARAM_SPECIAL:
		break;
	}
}

static int compare_entries(const void *a, const void *b)
{
	const IndexEntry *x = a, *y = b;
	return x->param != y->param ? (x->param < y->param ? -1 : 1) : str_cmp(x->key, y->key);
}

/* Nearly in order already: the parameters are. */
static void sort_entries(IndexEntry *list, size_t n)
{
	enum { FEW = 100 };
	if (n > FEW) {
		qsort(list, n, sizeof *list, compare_entries);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		IndexEntry e = list[i];
		size_t k = i;
		for (; k && compare_entries(&list[k - 1], &e) > 0; k--)
			list[k] = list[k - 1];
		list[k] = e;
	}
}

IndexEntry *search_index(JVal resource, FhirType type, Arena *a, size_t *n)
{
	Entries e = { .arena = a };
	size_t n_params, kept = 0;
	const SearchParam *const *list = search_params(type, &n_params);
	for (size_t i = 0; i < n_params; i++)
		if (list[i]->indexed)
			search_extract(list[i], resource, a, add_entry, &e);
	sort_entries(e.list, e.count);
	for (size_t i = 0; i < e.count; i++)
		if (!kept || compare_entries(&e.list[kept - 1], &e.list[i]) != 0)
			e.list[kept++] = e.list[i];
	*n = kept;
	return e.list;
}

int64_t search_index_rules(void)
{
	enum { KEYS = 2 }; /* one more whenever a key is made otherwise */
	return (int64_t)fhir_index_rules << 8 | KEYS;
}

/* --- ranges --- */
typedef struct Ranges {
	Arena *arena;
	KeyRange *list;
	size_t n, cap;
	uint16_t param;
} Ranges;

static void range(Ranges *r, Str low, Str high)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 8;
		r->list = arena_grow(r->arena, r->list, r->cap * sizeof(KeyRange), cap * sizeof(KeyRange));
		r->cap = cap;
	}
	r->list[r->n++] = (KeyRange){ r->param, low, high };
}

/* Just this key. A key that was cut stands for all that start so. */
static void only(Ranges *r, Str key)
{
	key = cut(key);
	range(r, key, arena_join(r->arena, key, str_n("", 1), STR_END));
}

static void starting(Ranges *r, Str key, char after)
{
	key = cut(key);
	range(r, key, arena_join(r->arena, key, str_n(&after, 1), STR_END));
}

static bool token_ranges(Ranges *r, const SearchParam *p, const QueryValue *q, Modifier m)
{
	Arena *a = r->arena;
	if (m == MOD_OF_TYPE) {
		starting(r, arena_join(a, q->value, str_n("", 1), STR_END), '\xff');
		return q->value.n < KEY_MAX - 2;
	}
	if (m != MOD_NONE || !q->code.n || q->code.n > KEY_MAX - 2)
		return false;
	/* Strings and contact points are kept folded and without a system; telephone numbers can be written otherwise.
	 */
	if (p->reads & READS_CONTACT && str_chr(q->code, '@') < 0)
		return false;
	if (p->reads & (READS_CONTACT | READS_TEXT))
		only(r, token_key(search_normalise(q->code, a), (Str){ NULL, 0 }, a));
	if (q->system.p)
		only(r, token_key(q->code, q->system, a));
	else
		range(r, token_key(q->code, (Str){ NULL, 0 }, a), arena_join(a, q->code, S("\1"), STR_END));
	return true;
}

static bool reference_ranges(Ranges *r, const SearchParam *p, const QueryValue *q, Modifier m)
{
	if (m == MOD_IDENTIFIER || !q->reference.p)
		return false;
	only(r, q->reference);
	if (p->reads & READS_CANONICAL)
		starting(r, arena_join(r->arena, q->reference, S("|"), STR_END), '\xff');
	return true;
}

static bool uri_ranges(Ranges *r, const QueryValue *q, Modifier m)
{
	if (m == MOD_ABOVE) /* each beginning of the path */
		for (size_t i = 1; i < q->plain.n; i++)
			if (q->plain.p[i] == '/' || q->plain.p[i - 1] == '/')
				only(r, str_upto(q->plain, i));
	if (m == MOD_BELOW)
		starting(r, q->plain, '\xff');
	else
		only(r, q->plain);
	if (m == MOD_NONE && q->version.p)
		only(r, q->reference);
	else if (m == MOD_NONE)
		starting(r, arena_join(r->arena, q->plain, S("|"), STR_END), '\xff');
	return true;
}

/* From `first` up to but not including `end`, in one class. */
static void between(Ranges *r, bool classed, KeyClass class, uint64_t first, uint64_t end)
{
	Str low = ordered_key(classed, class, first, 0, r->arena), high = ordered_key(classed, class, end, 0, r->arena);
	if (end == UINT64_MAX)
		high = arena_join(r->arena, ordered_key(classed, class, end, end, r->arena), str_n("", 1), STR_END);
	if (str_cmp(low, high) < 0)
		range(r, low, high);
}

/* What lies where a value from `from` to `until` (ordered) has to be for a prefix; `back`: how much earlier than its
 * end a short value may begin. */
static bool interval_ranges(Ranges *r, bool classed, Prefix prefix, uint64_t from, uint64_t until, uint64_t back)
{
	uint64_t early = from > back ? from - back : 0;
	switch (prefix) {
	case PREFIX_EQ:
		between(r, classed, CLASS_SHORT, from, until + 1);
		if (classed)
			between(r, true, CLASS_LONG_FROM, from, until + 1);
		return true;
	case PREFIX_LT:
		until = from;
		/* fallthrough */
	case PREFIX_LE:
		between(r, classed, CLASS_SHORT, 0, until + 1);
		if (classed)
			between(r, true, CLASS_LONG_FROM, 0, until + 1);
		return true;
	case PREFIX_EB:
		between(r, classed, CLASS_SHORT, 0, from + 1);
		if (classed)
			between(r, true, CLASS_LONG_UNTIL, 0, from + 1);
		return true;
	case PREFIX_SA:
		between(r, classed, CLASS_SHORT, until, UINT64_MAX);
		if (classed)
			between(r, true, CLASS_LONG_FROM, until, UINT64_MAX);
		return true;
	case PREFIX_GT:
	case PREFIX_GE:
		between(r, classed, CLASS_SHORT, early, UINT64_MAX);
		if (classed)
			between(r, true, CLASS_LONG_UNTIL, from, UINT64_MAX);
		return true;
	case PREFIX_NE:
	case PREFIX_AP:
		break;
	}
	return false;
}

static bool date_ranges(Ranges *r, const SearchParam *p, const QueryValue *q, Prefix prefix)
{
	return interval_ranges(r, (p->reads & READS_PERIOD) != 0, prefix, order_signed(q->when.from),
	                       order_signed(q->when.until), (uint64_t)SHORT_MS);
}

/* Ends of a range in base units, a little wider than conversion is exact. */
static bool canonical_ranges(Ranges *r, const QueryValue *q, double low, double high)
{
	double slack = (fabs(low) + fabs(high)) * 1e-14;
	bool up = q->prefix == PREFIX_GT || q->prefix == PREFIX_GE || q->prefix == PREFIX_SA;
	bool down = q->prefix == PREFIX_LT || q->prefix == PREFIX_LE || q->prefix == PREFIX_EB;
	if (!up && !down && q->prefix != PREFIX_EQ)
		return false;
	Str from = canonical_key(&q->unit, down ? -DBL_MAX : low - slack, r->arena);
	Str until = canonical_key(&q->unit, up ? DBL_MAX : high + slack, r->arena);
	range(r, from, arena_join(r->arena, until, str_n("", 1), STR_END));
	between(r, true, CLASS_LONG_FROM, 0, UINT64_MAX); /* ranges are kept as they are */
	return true;
}

static bool number_ranges(Ranges *r, const SearchParam *p, const QueryValue *q)
{
	double low = q->number.low, high = q->number.high;
	bool classed = (p->reads & READS_RANGE) != 0;
	if (q->prefix != PREFIX_EQ)
		low = high = q->number.value;
	if (q->has_unit)
		return canonical_ranges(r, q, low, high);
	return interval_ranges(r, classed, q->prefix, order_double(low), order_double(high), 0);
}

static bool value_ranges(Ranges *r, const SearchParam *p, const QueryValue *q, Modifier m)
{
	r->param = p->number;
	if (!q->ok || !p->indexed || m == MOD_NOT || m == MOD_NOT_IN)
		return false;
	switch (p->kind) {
	case PARAM_TOKEN:
		return token_ranges(r, p, q, m);
	case PARAM_STRING:
		if (m == MOD_CONTAINS || m == MOD_ENDS)
			return false;
		if (m == MOD_EXACT || m == MOD_EQUAL)
			only(r, search_normalise(q->plain, r->arena));
		else
			starting(r, q->normal, '\xff');
		return true;
	case PARAM_REFERENCE:
		return reference_ranges(r, p, q, m);
	case PARAM_URI:
		return uri_ranges(r, q, m);
	case PARAM_DATE: /* what overlaps ends after the beginning */
		return date_ranges(r, p, q, m == MOD_OVERLAPS ? PREFIX_GE : q->prefix);
	case PARAM_NUMBER:
	case PARAM_QUANTITY:
		return number_ranges(r, p, q);
	case PARAM_COMPOSITE:
	case PARAM_SPECIAL:
		break;
	}
	return false;
}

/* A composite is found by the first of its components that has an index. */
static bool part_ranges(Ranges *r, const SearchTerm *t, const SearchReady *ready)
{
	const SearchParam *of[SEARCH_PARTS];
	size_t n = search_components(t->param, of);
	for (size_t k = 0; k < n; k++) {
		bool all = true;
		r->n = 0;
		for (size_t i = 0; i < t->n_values && all; i++)
			all = ready->values[i].ok && value_ranges(r, of[k], &ready->values[i].parts[k], MOD_NONE);
		if (all)
			return true;
	}
	return false;
}

bool search_ranges(const SearchTerm *t, const SearchContext *c, Arena *a, KeyRange **out, size_t *n)
{
	Ranges r = { .arena = a };
	*n = 0;
	if (!t->param || !t->n_values || !search_modifier_ok(t->param, t->modifier) ||
	    (!t->param->indexed && t->param->kind != PARAM_COMPOSITE))
		return false;
	const SearchReady *ready = query_ready(t, c, a);
	bool all = ready->modifier != MOD_MISSING;
	if (t->param->kind == PARAM_COMPOSITE)
		all = part_ranges(&r, t, ready);
	else
		for (size_t i = 0; i < t->n_values && all; i++)
			all = value_ranges(&r, t->param, &ready->values[i], ready->modifier);
	*out = r.list;
	*n = all ? r.n : 0;
	return all;
}
