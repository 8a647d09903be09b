/* Sort keys: bytes that compare as the values do. */
#include <float.h>
#include <math.h>

#include "fhir/order.h"
#include "fhir/path.h"

enum { SORT_MAX = 240 };

typedef struct Sorting {
	Arena *arena;
	bool descending;
	Str best; /* so far; absent: none */
} Sorting;

static void offer(Sorting *s, Str key)
{
	if (!key.p)
		return;
	int order = s->best.p ? str_cmp(key, s->best) : -1;
	if (!s->best.p || (s->descending ? order > 0 : order < 0))
		s->best = key;
}

static Str eight(Arena *a, uint64_t v)
{
	char *p = arena_raw(a, 8);
	order_put(p, v);
	return str_n(p, 8);
}

/* A text without NUL and with one behind it, so that keys can be joined. */
static Str text_key(Str text, Arena *a)
{
	text = str_upto(text, SORT_MAX);
	char *p = arena_raw(a, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		p[i] = text.p[i] ? text.p[i] : ' ';
	p[text.n] = 0;
	return str_n(p, text.n + 1);
}

static Str value_key(const SearchValue *v, Arena *a)
{
	switch (v->param->kind) {
	case PARAM_TOKEN:
		return text_key(v->fold || !v->code.p ? search_normalise(v->code.p ? v->code : v->text, a) : v->code,
		                a);
	case PARAM_STRING:
		return v->part ? (Str){ NULL, 0 } : text_key(search_normalise(v->text, a), a);
	case PARAM_REFERENCE:
		return v->reference.p ? text_key(v->reference, a) : v->reference;
	case PARAM_URI:
		return text_key(v->code, a);
	case PARAM_DATE:
		return eight(a, order_signed(v->when.from != INT64_MIN ? v->when.from : v->when.until));
	case PARAM_NUMBER:
	case PARAM_QUANTITY:
		return eight(a, order_double(v->low != -DBL_MAX ? v->low : v->high));
	case PARAM_COMPOSITE:
	case PARAM_SPECIAL:
		break;
	}
	return (Str){ NULL, 0 };
}

static void consider(void *ctx, const SearchValue *v)
{
	Sorting *s = ctx;
	offer(s, value_key(v, s->arena));
}

bool search_sort_ok(const SearchParam *p)
{
	return p->path && p->kind != PARAM_COMPOSITE && p->kind != PARAM_SPECIAL;
}

Str search_sort_key(const SearchParam *p, JVal resource, bool descending, Arena *a)
{
	Sorting s = { .arena = a, .descending = descending };
	search_extract(p, resource, a, consider, &s);
	if (!s.best.p)
		return S("\2");
	char *out = arena_raw(a, s.best.n + 1);
	out[0] = 1;
	for (size_t i = 0; i < s.best.n; i++)
		out[i + 1] = (char)(descending ? ~s.best.p[i] : s.best.p[i]);
	return str_n(out, s.best.n + 1);
}
