/* _filter: an expression over search parameters, as conditions. Source: https://hl7.org/fhir/R4/search_filter.html
 *
 *   given eq "Jean" and (birthdate lt 1960 or not (gender eq male))
 *
 * and, or: from left to right, neither before the other; brackets say it otherwise. ne: there is a value, and none that
 * is equal. Paths in square brackets are refused. */
#include "api/query.h"

enum { NESTED_MOST = 16 };

typedef struct Filter {
	Arena *arena;
	Query *q;
	FhirType type;
	Str rest;
	unsigned depth;
} Filter;

static void blanks(Filter *f)
{
	while (f->rest.n && f->rest.p[0] == ' ')
		f->rest = str_from(f->rest, 1);
}

static bool wrong(Filter *f, const char *why)
{
	query_refuse(f->q, S("_filter"), why);
	return false;
}

/* Up to a blank or a bracket. */
static Str word(Filter *f)
{
	size_t n = 0;
	blanks(f);
	while (n < f->rest.n && !strchr(" ()[]\"", f->rest.p[n]))
		n++;
	Str w = str_upto(f->rest, n);
	f->rest = str_from(f->rest, n);
	return w;
}

/* The next word, when it is this one. */
static bool take(Filter *f, Str w)
{
	Filter ahead = *f;
	if (!str_eq(word(&ahead), w))
		return false;
	f->rest = ahead.rest;
	return true;
}

static bool take_byte(Filter *f, char c)
{
	blanks(f);
	if (!f->rest.n || f->rest.p[0] != c)
		return false;
	f->rest = str_from(f->rest, 1);
	return true;
}

/* A JSON string, or what has no blank, `)` and `]` in it. */
static bool read_value(Filter *f, Str *out)
{
	size_t n = 0;
	blanks(f);
	if (!f->rest.n || f->rest.p[0] != '"') {
		while (n < f->rest.n && !strchr(" )]", f->rest.p[n]))
			n++;
		*out = str_upto(f->rest, n);
		f->rest = str_from(f->rest, n);
		return n || wrong(f, "a value is expected behind the comparison");
	}
	for (n = 1; n < f->rest.n && f->rest.p[n] != '"'; n++)
		n += f->rest.p[n] == '\\';
	const Json *doc;
	if (n >= f->rest.n || json_parse(f->arena, str_upto(f->rest, n + 1), &doc, NULL) != OK)
		return wrong(f, "a text in quotes is a JSON string");
	*out = json_str(json_root(doc), f->arena);
	f->rest = str_from(f->rest, n + 1);
	return out->n || wrong(f, "a value is expected behind the comparison");
}

/* The code systems that have a name of their own in filters. */
static Str system_named(Arena *a, Str value)
{
	static const Str names[][2] = {
		{ S_INIT("loinc|"), S_INIT("http://loinc.org|") },
		{ S_INIT("snomed|"), S_INIT("http://snomed.info/sct|") },
		{ S_INIT("rxnorm|"), S_INIT("http://www.nlm.nih.gov/research/umls/rxnorm|") },
		{ S_INIT("ucum|"), S_INIT("http://unitsofmeasure.org|") },
	};
	/* Of a quantity it stands behind the number. */
	ptrdiff_t bar = str_chr(value, '|');
	size_t number = bar > 0 && value.p[0] >= '0' && value.p[0] <= '9' ? (size_t)bar + 1 : 0;
	Str rest = str_from(value, number);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_starts(rest, names[i][0]))
			return arena_join(a, str_upto(value, number), names[i][1], str_from(rest, names[i][0].n),
			                  STR_END);
	return value;
}

/* A comma and a backslash mean themselves here. */
static Str escaped(Arena *a, Str value)
{
	Buf b = buf_new(a, value.n + 8, 0);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == ',' || value.p[i] == '\\')
			buf_byte(&b, '\\');
		buf_byte(&b, value.p[i]);
	}
	return buf_str(&b);
}

static bool cond(Filter *f, Str path, Str with, Str value, SearchCond *out)
{
	return query_cond(f->arena, f->q, f->type, arena_join(f->arena, path, with, STR_END), value, out);
}

static SearchCond *negated(Arena *a, const SearchCond *what)
{
	SearchCond *c = ARENA_NEW(a, SearchCond);
	*c = (SearchCond){ .kind = COND_NOT, .inner = what, .n_inner = 1 };
	return c;
}

/* There is a value, and none that is equal. */
static bool unequal(Filter *f, Str path, Str value, SearchCond *out)
{
	SearchCond *all = ARENA_ARRAY(f->arena, SearchCond, 2), *equal = ARENA_NEW(f->arena, SearchCond);
	if (!cond(f, path, S(":missing"), S("false"), &all[0]) || !cond(f, path, S(":$eq"), value, equal))
		return false;
	all[1] = *negated(f->arena, equal);
	*out = (SearchCond){ .kind = COND_ALL, .inner = all, .n_inner = 2 };
	return true;
}

static bool compare(Filter *f, Str path, Str op, Str value, SearchCond *out)
{
	if (str_eq(op, S("pr"))) {
		bool yes = str_eq(value, S("true"));
		if (!yes && !str_eq(value, S("false")))
			return wrong(f, "pr is followed by true or false");
		return cond(f, path, S(":missing"), yes ? S("false") : S("true"), out);
	}
	value = system_named(f->arena, escaped(f->arena, value));
	if (str_eq(op, S("ne")))
		return unequal(f, path, value, out);
	return cond(f, path, arena_join(f->arena, S(":$"), op, STR_END), value, out);
}

static bool any_of(Filter *f, SearchCond *out);

static bool one(Filter *f, SearchCond *out)
{
	bool not = take(f, S("not"));
	if (take_byte(f, '(')) {
		SearchCond *inner = ARENA_NEW(f->arena, SearchCond);
		if (++f->depth > NESTED_MOST)
			return wrong(f, "brackets may be nested 16 deep at most");
		if (!any_of(f, inner))
			return false;
		f->depth--;
		if (!take_byte(f, ')'))
			return wrong(f, "a closing bracket is missing");
		*out = not ? *negated(f->arena, inner) : *inner;
		return true;
	}
	if (not )
		return wrong(f, "not is followed by an expression in brackets");
	Str path = word(f), value = STR_END;
	if (f->rest.n && f->rest.p[0] == '[')
		return wrong(f, "paths with square brackets are not supported");
	Str op = word(f);
	if (!path.n || !op.n)
		return wrong(f, "expected: a parameter, a comparison and a value, as in birthdate ge 1950");
	if (str_find(path, S(":$")) >= 0)
		return wrong(f, "that is no parameter");
	return read_value(f, &value) && compare(f, path, op, value, out);
}

static bool any_of(Filter *f, SearchCond *out)
{
	SearchCond *list = NULL;
	size_t cap = 0;
	bool open = false; /* out is a list that was begun here */
	if (!one(f, out))
		return false;
	for (;;) {
		CondKind kind = COND_ALL;
		if (take(f, S("or")))
			kind = COND_ANY;
		else if (!take(f, S("and")))
			return true;
		/* The same word again goes on with the same list. */
		if (!open || out->kind != kind) {
			cap = 4;
			list = ARENA_ARRAY(f->arena, SearchCond, cap);
			list[0] = *out;
			*out = (SearchCond){ .kind = kind, .inner = list, .n_inner = 1 };
			open = true;
		}
		if (out->n_inner == cap) {
			list = arena_grow(f->arena, list, cap * sizeof *list, cap * 2 * sizeof *list);
			out->inner = list;
			cap *= 2;
		}
		if (!one(f, &list[out->n_inner]))
			return false;
		out->n_inner++;
	}
}

bool query_filter(Arena *a, Query *q, FhirType type, Str text, SearchCond *out)
{
	Filter f = { .arena = a, .q = q, .type = type, .rest = text };
	if (!any_of(&f,
	            out)) /* what is left out of a filter makes it another one, so it is refused also when lenient */
		return q->notes.errors ? false : wrong(&f, "a parameter in it is not supported here");
	blanks(&f);
	return !f.rest.n || wrong(&f, "the expression goes on where it should end");
}

bool query_filter_term(const SearchParam *p, Str op, Str value, Arena *a, Str *modifier, Str *out)
{
	static const struct {
		Str op, modifier;
		ParamKind kind;
	} known[] = {
		{ S_INIT("eq"), S_INIT("$eq"), PARAM_STRING },  { S_INIT("ew"), S_INIT("$ew"), PARAM_STRING },
		{ S_INIT("po"), S_INIT("$po"), PARAM_DATE },    { S_INIT("co"), S_INIT("contains"), PARAM_STRING },
		{ S_INIT("in"), S_INIT("in"), PARAM_TOKEN },    { S_INIT("ni"), S_INIT("not-in"), PARAM_TOKEN },
		{ S_INIT("ss"), S_INIT("below"), PARAM_TOKEN }, { S_INIT("sb"), S_INIT("above"), PARAM_TOKEN },
		{ S_INIT("ss"), S_INIT("below"), PARAM_URI },   { S_INIT("sb"), S_INIT("above"), PARAM_URI },
	};
	static const Str ordered[] = { S_INIT("eq"), S_INIT("gt"), S_INIT("lt"), S_INIT("ge"),
		                       S_INIT("le"), S_INIT("ap"), S_INIT("sa"), S_INIT("eb") };
	*out = value;
	*modifier = STR_END;
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (known[i].kind == p->kind && str_eq(known[i].op, op)) {
			*modifier = known[i].modifier;
			return true;
		}
	if (p->kind == PARAM_STRING)
		return str_eq(op, S("sw"));
	if (p->kind == PARAM_REFERENCE && str_eq(op, S("re")))
		return true;
	if (p->kind == PARAM_DATE || p->kind == PARAM_NUMBER || p->kind == PARAM_QUANTITY) {
		for (size_t i = 0; i < COUNT_OF(ordered); i++)
			if (str_eq(ordered[i], op)) {
				*out = arena_join(a, op, value, STR_END);
				return true;
			}
		return false;
	}
	return str_eq(op, S("eq"));
}
