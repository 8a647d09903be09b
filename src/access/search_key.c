/* What resources are sorted by. */
#include "access/search.h"

typedef struct Extreme {
	Str best;
	bool down;
	Arena *arena;
} Extreme;

static Str be(Arena *a, uint64_t v)
{
	char *p = arena_raw(a, 8);
	for (int i = 0; i < 8; i++)
		p[i] = (char)(v >> (56 - 8 * i));
	return str_n(p, 8);
}

static Str of_number(Arena *a, double d)
{
	uint64_t bits;
	d = d == 0 ? 0 : d;
	memcpy(&bits, &d, sizeof bits);
	return be(a, bits >> 63 ? ~bits : bits | UINT64_C(1) << 63);
}

static Str key_of(const SearchValue *v, bool down, Arena *a)
{
	switch (v->param->kind) {
	case PARAM_STRING:
		return search_normalise(v->text, a);
	case PARAM_TOKEN:
		return v->code.p ? v->code : v->text;
	case PARAM_URI:
		return v->code;
	case PARAM_REFERENCE:
		return v->reference;
	case PARAM_DATE:
		return be(a, (uint64_t)(down ? v->when.until : v->when.from) ^ UINT64_C(1) << 63);
	case PARAM_NUMBER:
	case PARAM_QUANTITY:
		return of_number(a, v->low / 2 + v->high / 2);
	case PARAM_COMPOSITE:
	case PARAM_SPECIAL:
		break;
	}
	return STR_END;
}

static void consider(void *ctx, const SearchValue *v)
{
	Extreme *x = ctx;
	Str key = str_upto(key_of(v, x->down, x->arena), 128);
	if (key.p && (!x->best.p || (str_cmp(key, x->best) < 0) != x->down))
		x->best = key;
}

Str search_key(const SearchParam *p, JVal resource, bool down, Arena *a)
{
	Extreme x = { .down = down, .arena = a };
	if (p)
		search_extract(p, resource, a, consider, &x);
	return x.best.p ? arena_str(a, x.best) : x.best;
}
