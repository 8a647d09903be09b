/* The persons a user has a relation with, by name. */
#include <stdlib.h>

#include "access/visit.h"

enum { MOST = 5000 };

typedef struct Row {
	PersonRow row;
	Person *person;
	Str key; /* family name, then given names, normalised */
	Str given_key;
	int32_t version;
} Row;

/* The name in use: use official or usual, else the first that is not old. */
static JVal name_of(JVal patient)
{
	JVal best = { NULL, NULL };
	for (JIter it = json_each(JGET(patient, "name")); json_next(&it);) {
		JVal use = JGET(it.value, "use");
		if (json_str_is(use, S("official")))
			return it.value;
		if (!best.node && !json_str_is(use, S("old")) && !json_str_is(use, S("maiden")))
			best = it.value;
	}
	return best;
}

static void read_name(Row *r, JVal patient, Arena *a)
{
	JVal name = name_of(patient);
	Buf given = buf_new(a, 64, 4096);
	for (JIter it = json_each(JGET(name, "given")); json_next(&it);) {
		if (given.n)
			buf_byte(&given, ' ');
		buf_add(&given, json_str(it.value, a));
	}
	r->row.family = JSTR(name, "family", a);
	Str first = buf_str(&given), text = JSTR(name, "text", a);
	if (!text.n)
		text = str_trim(arena_join(a, first, S(" "), r->row.family.p ? r->row.family : S(""), STR_END));
	r->row.name = text;
	r->row.birth_date = JSTR(patient, "birthDate", a);
	r->key = search_normalise(arena_join(a, r->row.family.p ? r->row.family : S(""), S(" "), first, STR_END), a);
	r->given_key = search_normalise(text, a);
}

static int by_name(const void *a, const void *b)
{
	const Row *x = a, *y = b;
	int c = str_cmp(x->key, y->key);
	return c ? c : str_cmp(x->row.id, y->row.id);
}

static bool starts(const Row *r, Str prefix)
{
	if (!prefix.n || str_starts(r->key, prefix))
		return true;
	/* The beginning of any word of the name. */
	for (Str rest = r->given_key, word; rest.p;) {
		Str here = rest;
		rest = str_cut(rest, ' ', &word);
		if (str_starts(here, prefix))
			return true;
	}
	return false;
}

static Err load(Visit *v, Part part, Str prefix, Row *r, bool *keep)
{
	TypeSet only = { { 0 } };
	StoreRow *rows;
	size_t n;
	*keep = false;
	typeset_add(&only, FT_PATIENT);
	Err e = visit_part(v, part, &r->person);
	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	TRY(store_scan(v->records->store, part, &only, 0, 1, v->arena, &rows, &n));
	const Json *doc;
	if (!n)
		return OK;
	TRY(json_parse(v->arena, rows[0].body, &doc, NULL));
	read_name(r, json_root(doc), v->arena);
	r->row.id = rows[0].id;
	r->row.body = rows[0].body;
	r->row.relation = r->person->rel;
	r->version = rows[0].version;
	*keep = starts(r, prefix);
	return OK;
}

Err visit_persons(Visit *v, Str name_starts, size_t offset, size_t count, PersonRow **out, size_t *n, size_t *total)
{
	Part *parts;
	size_t n_parts, kept = 0;
	TRY(visit_parts(v, MOST, &parts, &n_parts));
	Str prefix = name_starts.n ? search_normalise(str_trim(name_starts), v->arena) : STR_END;
	Row *rows = ARENA_ARRAY(v->arena, Row, n_parts + 1);
	for (size_t i = 0; i < n_parts; i++) {
		bool keep;
		TRY(load(v, parts[i], prefix, &rows[kept], &keep));
		kept += keep;
	}
	qsort(rows, kept, sizeof *rows, by_name);
	*total = kept;
	size_t from = offset < kept ? offset : kept;
	*n = kept - from < count ? kept - from : count;
	PersonRow *page = ARENA_ARRAY(v->arena, PersonRow, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		Row *r = &rows[from + i];
		page[i] = r->row;
		visit_note(v, r->person, AUDIT_SEARCH, BIT(CAT_IDENTITY), 1, FT_PATIENT, r->row.id, r->version);
	}
	*out = page;
	return OK;
}
