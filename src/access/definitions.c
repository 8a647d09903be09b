/* Canonical url → document, over the shared partition and what is built in. */
#include "access/definitions.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "access/visit.h"
#include "base/log.h"
#include "base/random.h"
#include "fhir/published.h"

enum { PLACES = 4096, LOCKS = 16, SAME_URL_MAX = 500, MAPS_MAX = 2000 };

typedef enum PlaceKind { PLACE_NONE, PLACE_BUILTIN, PLACE_PUBLISHED, PLACE_STORED } PlaceKind;

/* Where a url and version of a type lead. */
typedef struct Place {
	char *key; /* "url|version" */
	size_t key_n;
	uint64_t epoch;
	Rid rid;
	uint32_t builtin;
	const Published *own;
	FhirType type;
	PlaceKind kind;
} Place;

struct Definitions {
	_Atomic uint64_t epochs[FT_COUNT];
	pthread_mutex_t locks[LOCKS];
	Place places[PLACES]; /* one for each hash: the last that was asked */
	TermCache *cache;
	TermSource terms;
	ProfileSource profiles;
	Arena *arena; /* of what is required */
	ProfileList required[FT_COUNT];
};

uint64_t definitions_epoch(Records *r, FhirType type)
{
	return atomic_load(&r->definitions->epochs[type]);
}

void definitions_changed(Records *r, FhirType type)
{
	if (fhir_home(type) != HOME_DEFINITION)
		return;
	atomic_fetch_add(&r->definitions->epochs[type], 1);
	if (type == FT_CODESYSTEM || type == FT_VALUESET)
		term_cache_forget(r->definitions->cache);
}

/* ---- in the store ---- */

typedef struct Best {
	StoreRow row;
	Str version;
	bool found;
} Best;

/* The row when it is a current definition of the type with this url; its version. */
static bool row_is(Records *r, FhirType type, Rid rid, Str url, Arena *a, StoreRow *row, Str *version)
{
	const Json *doc;
	if (rid_part(rid) != PART_SHARED || store_get_rid(r->store, rid, a, row) != OK || row->type != type ||
	    row->op == ROW_DELETE || json_parse(a, row->body, &doc, NULL) != OK)
		return false;
	JVal json = json_root(doc);
	*version = JSTR(json, "version", a);
	return !url.p || str_eq(JSTR(json, "url", a), url);
}

/* The rids with this url as value of a parameter, perhaps with a version behind it; each once. */
static size_t rids_of(Records *r, FhirType type, Str code, Str url, Arena *a, Rid **out)
{
	SearchTerm t = { .param = search_param(type, code), .values = &url, .n_values = 1 };
	KeyRange *ranges;
	size_t n_ranges, n = 0, kept = 0;
	if (!t.param || !search_ranges(&t, NULL, a, &ranges, &n_ranges))
		return 0;
	*out = ARENA_ARRAY(a, Rid, n_ranges * SAME_URL_MAX + 1);
	for (size_t i = 0; i < n_ranges; i++) {
		Rid *rids;
		size_t found;
		if (store_find(r->store, ranges[i].param, ranges[i].low, ranges[i].high, SAME_URL_MAX, a, &rids,
		               &found) == OK &&
		    found) {
			memcpy(*out + n, rids, found * sizeof *rids);
			n += found;
		}
	}
	qsort(*out, n, sizeof **out, rid_order);
	for (size_t i = 0; i < n; i++)
		if (!i || (*out)[i] != (*out)[i - 1])
			(*out)[kept++] = (*out)[i];
	return kept;
}

static bool in_store(Records *r, FhirType type, Str url, Str version, Arena *a, Rid *out)
{
	Rid *rids;
	Best best = { 0 };
	size_t n = rids_of(r, type, S("url"), url, a, &rids);
	for (size_t i = 0; i < n; i++) {
		StoreRow row;
		Str have;
		if (!row_is(r, type, rids[i], url, a, &row, &have) || (version.n && !str_eq(have, version)))
			continue;
		int c = best.found ? version_cmp(have, best.version) : 1;
		if (c > 0 || (c == 0 && row.updated > best.row.updated))
			best = (Best){ row, have, true };
	}
	if (best.found)
		*out = best.row.rid;
	return best.found;
}

/* ---- what is remembered ---- */

static Place look_up(Records *r, FhirType type, Str url, Str version, uint64_t epoch, Arena *a)
{
	Place p = { .epoch = epoch, .type = type };
	Builtin b;
	if (in_store(r, type, url, version, a, &p.rid)) {
		p.kind = PLACE_STORED;
	} else if ((p.own = published_find(type, url, version))) {
		p.kind = PLACE_PUBLISHED;
	} else if (builtin_find(type, url, version, &b)) {
		p.kind = PLACE_BUILTIN;
		p.builtin = b.number;
	}
	return p;
}

static void remember(Place *at, const Place *p, Str key)
{
	char *copy = malloc(key.n + 1);
	if (!copy)
		die("out of memory");
	memcpy(copy, key.p, key.n);
	free(at->key);
	*at = *p;
	at->key = copy;
	at->key_n = key.n;
}

static Place place_of(Records *r, FhirType type, Str url, Str version, Arena *a)
{
	Definitions *d = r->definitions;
	uint64_t epoch = definitions_epoch(r, type);
	Str key = arena_join(a, url, S("|"), version, STR_END);
	uint64_t hash = hash_str(key) + (uint64_t)type;
	Place *at = &d->places[hash % PLACES], p = { 0 };
	pthread_mutex_t *lock = &d->locks[hash % LOCKS];
	pthread_mutex_lock(lock);
	bool found = at->key && at->type == type && at->epoch == epoch && str_eq(str_n(at->key, at->key_n), key);
	if (found)
		p = *at;
	pthread_mutex_unlock(lock);
	if (found)
		return p;
	p = look_up(r, type, url, version, epoch, a);
	pthread_mutex_lock(lock);
	remember(at, &p, key);
	pthread_mutex_unlock(lock);
	return p;
}

bool definitions_find(Records *r, FhirType type, Str url, Str version, Arena *a, JVal *out)
{
	Str in_url, plain = term_canonical(url, &in_url), have;
	const Json *doc;
	StoreRow row;
	if (fhir_home(type) != HOME_DEFINITION || !plain.n)
		return false;
	if (!version.n)
		version = in_url;
	Place p = place_of(r, type, plain, version.n ? version : S(""), a);
	Str text = STR_END;
	switch (p.kind) {
	case PLACE_NONE:
		return false;
	case PLACE_BUILTIN:
		text = builtin_text(p.builtin, a);
		break;
	case PLACE_PUBLISHED:
		text = p.own->json;
		break;
	case PLACE_STORED:
		if (!row_is(r, type, p.rid, plain, a, &row, &have))
			return false;
		text = row.body;
		break;
	}
	if (json_parse(a, text, &doc, NULL) != OK)
		return false;
	*out = json_root(doc);
	return true;
}

bool definitions_builtin(FhirType type, Str id, Arena *a, Rec *out)
{
	Builtin b;
	const Json *doc;
	Moment when;
	if (!builtin_by_id(type, id, &b))
		return false;
	Str text = builtin_text(b.number, a);
	if (json_parse(a, text, &doc, NULL) != OK)
		return false;
	JVal json = json_root(doc);
	bool dated = time_parse_instant(json_str(json_path(json, "meta", "lastUpdated", NULL), a), &when);
	*out = (Rec){ .type = type, .id = b.id, .updated = dated ? when.from : 0, .body = text, .json = json };
	return true;
}

/* ---- terminology ---- */

static bool find(void *arg, FhirType type, Str url, Str version, Arena *a, JVal *out)
{
	return definitions_find(arg, type, url, version, a, out);
}

static size_t supplements(void *arg, Str system, Arena *a, JVal *out, size_t max)
{
	Records *r = arg;
	Rid *rids;
	size_t found = 0, n = rids_of(r, FT_CODESYSTEM, S("supplements"), system, a, &rids);
	for (size_t i = 0; i < n && found < max; i++) {
		StoreRow row;
		Str version;
		const Json *doc;
		if (!row_is(r, FT_CODESYSTEM, rids[i], STR_END, a, &row, &version) ||
		    json_parse(a, row.body, &doc, NULL) != OK)
			continue;
		Str about = term_canonical(JSTR(json_root(doc), "supplements", a), &version);
		if (str_eq(about, system))
			out[found++] = json_root(doc);
	}
	return found;
}

/* A stored map hides the built-in one with the same url. */
static bool map_stored(const JVal *maps, size_t n, Str url)
{
	for (size_t i = 0; i < n; i++)
		if (json_str_is(JGET(maps[i], "url"), url))
			return true;
	return false;
}

static size_t concept_maps(void *arg, Arena *a, JVal **out)
{
	Records *r = arg;
	TypeSet types = { { 0 } };
	StoreRow *rows;
	size_t stored = 0, n = 0;
	uint32_t first;
	const Json *doc;
	size_t built_in = builtin_of_type(FT_CONCEPTMAP, &first);
	typeset_add(&types, FT_CONCEPTMAP);
	if (store_scan(r->store, PART_SHARED, &types, 0, MAPS_MAX, a, &rows, &stored) != OK)
		stored = 0;
	*out = ARENA_ARRAY(a, JVal, stored + built_in + 1);
	for (size_t i = 0; i < stored; i++)
		if (json_parse(a, rows[i].body, &doc, NULL) == OK)
			(*out)[n++] = json_root(doc);
	size_t own = n;
	for (uint32_t i = first; i < first + built_in; i++)
		if (!map_stored(*out, own, builtin_at(i).url) && json_parse(a, builtin_text(i, a), &doc, NULL) == OK)
			(*out)[n++] = json_root(doc);
	return n;
}

const TermSource *definitions_terms(Records *r)
{
	return &r->definitions->terms;
}

/* The canonical of "ValueSet/id"; absent when there is no such value set. */
static Str canonical_of(Records *r, Str reference, Arena *a)
{
	Str id = str_from(reference, sizeof("ValueSet/") - 1);
	StoreRow row;
	Rec rec;
	const Json *doc;
	if (store_get(r->store, FT_VALUESET, id, a, &row) == OK)
		return row.op != ROW_DELETE && json_parse(a, row.body, &doc, NULL) == OK
		           ? JSTR(json_root(doc), "url", a)
		           : STR_END;
	return definitions_builtin(FT_VALUESET, id, a, &rec) ? JSTR(rec.json, "url", a) : STR_END;
}

int definitions_member(void *records, Str value_set, Str system, Str code)
{
	Arena *a = NULL;
	if (str_starts(value_set, S("ValueSet/"))) {
		a = arena_new();
		value_set = canonical_of(records, value_set, a);
	}
	int answer = value_set.n ? term_member(definitions_terms(records), value_set, system, code) : TERM_UNKNOWN;
	arena_free(a);
	return answer;
}

int definitions_subsumes(void *records, Str system, Str x, Str y)
{
	Arena *a = arena_new();
	int answer = term_subsumes(definitions_terms(records), system, x, y, a);
	arena_free(a);
	return answer;
}

static bool find_profile(void *arg, Str url, Str version, Arena *a, JVal *out)
{
	return definitions_find(arg, FT_STRUCTUREDEFINITION, url, version, a, out);
}

static uint64_t profile_epoch(void *arg)
{
	return definitions_epoch(arg, FT_STRUCTUREDEFINITION);
}

ValidateOptions definitions_checks(Records *r, bool warnings)
{
	return (ValidateOptions){ .warnings = warnings,
		                  .required = r->definitions->required,
		                  .source = &r->definitions->profiles,
		                  .terms = &r->definitions->terms };
}

static Err require(Definitions *d, Str url, JVal profile, char *why, size_t why_n)
{
	FhirType type = fhir_type(JSTR(profile, "type", d->arena));
	if (type == FT_NONE || json_str_is(JGET(profile, "derivation"), S("specialization"))) {
		(void)snprintf(why, why_n, "%.*s is no profile of a resource", STR_ARG(url));
		return ERR_INVALID;
	}
	ProfileList *list = &d->required[type];
	list->urls = arena_grow(d->arena, (void *)list->urls, list->n * sizeof url, (list->n + 1) * sizeof url);
	((Str *)list->urls)[list->n++] = arena_str(d->arena, url);
	return OK;
}

Err definitions_require(Records *r, Str urls, char *why, size_t why_n)
{
	Arena *a = arena_new();
	Err e = OK;
	for (Str rest = urls, url; rest.p && e == OK;) {
		JVal profile;
		rest = str_cut(rest, ',', &url);
		url = str_trim(url);
		if (!url.n)
			continue;
		if (definitions_find(r, FT_STRUCTUREDEFINITION, url, STR_END, a, &profile)) {
			e = require(r->definitions, url, profile, why, why_n);
			continue;
		}
		(void)snprintf(why, why_n, "the profile %.*s is not known here: put it into the store first",
		               STR_ARG(url));
		e = ERR_INVALID;
	}
	arena_free(a);
	return e;
}

ProfileList definitions_required(const Records *r, FhirType type)
{
	return r->definitions->required[type];
}

Definitions *definitions_new(Records *r)
{
	Definitions *d = calloc(1, sizeof *d);
	if (!d)
		die("out of memory");
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_init(&d->locks[i], NULL);
	d->arena = arena_new();
	d->cache = term_cache_new(0);
	d->terms = (TermSource){
		.find = find, .supplements = supplements, .concept_maps = concept_maps, .arg = r, .cache = d->cache
	};
	d->profiles =
	    (ProfileSource){ .find = find_profile, .epoch = profile_epoch, .arg = r, .cache = profile_cache_new() };
	return d;
}

void definitions_free(Definitions *d)
{
	if (!d)
		return;
	arena_free(d->arena);
	term_cache_free(d->cache);
	profile_cache_free(d->profiles.cache);
	for (size_t i = 0; i < PLACES; i++)
		free(d->places[i].key);
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&d->locks[i]);
	free(d);
}
