#include "fhir/catalogue.h"

#include "base/random.h"
#include "fhir/builtin.h"
#include "fhir/published.h"

typedef struct Known {
	struct Known *next; /* of the same hash */
	FhirType type;
	Str url, version;
	JVal v;
} Known;

enum { SLOTS = 4096 };

struct Catalogue {
	Arena *arena;
	Known *slots[SLOTS];
	size_t count;
	ProfileSource profiles;
	TermSource terms;
};

static bool built_in(FhirType type, Str url, Str version, Arena *a, JVal *out)
{
	const Json *doc;
	Builtin b;
	const Published *p = published_find(type, url, version.n ? version : STR_END);
	Str text = p && p->type == type                   ? p->json
	           : builtin_find(type, url, version, &b) ? builtin_text(b.number, a)
	                                                  : STR_END;
	if (!text.p || json_parse(a, text, &doc, NULL) != OK)
		return false;
	*out = json_root(doc);
	return true;
}

static bool find(void *arg, FhirType type, Str canonical, Str version, Arena *a, JVal *out)
{
	const Catalogue *c = arg;
	Str in_url, url = term_canonical(canonical, &in_url);
	const Known *best = NULL;
	if (!version.n)
		version = in_url;
	for (const Known *k = c->slots[hash_str(url) % SLOTS]; k; k = k->next)
		if (k->type == type && str_eq(k->url, url) && (!version.n || str_eq(k->version, version)) &&
		    (!best || version_cmp(k->version, best->version) > 0))
			best = k;
	if (best)
		*out = best->v;
	return best || built_in(type, url, version, a, out);
}

static bool find_profile(void *arg, Str url, Str version, Arena *a, JVal *out)
{
	return find(arg, FT_STRUCTUREDEFINITION, url, version, a, out);
}

Catalogue *catalogue_new(void)
{
	Arena *a = arena_new();
	Catalogue *c = ARENA_NEW(a, Catalogue);
	c->arena = a;
	c->profiles = (ProfileSource){ .find = find_profile, .arg = c, .cache = profile_cache_new() };
	c->terms = (TermSource){ .find = find, .arg = c, .cache = term_cache_new(0) };
	return c;
}

void catalogue_free(Catalogue *c)
{
	if (!c)
		return;
	profile_cache_free(c->profiles.cache);
	term_cache_free(c->terms.cache);
	arena_free(c->arena);
}

void catalogue_add(Catalogue *c, JVal v)
{
	for (JIter it = json_each(JGET(v, "entry")); json_next(&it);)
		catalogue_add(c, JGET(it.value, "resource"));
	for (JIter it = json_each(JGET(v, "parameter")); json_next(&it);)
		catalogue_add(c, JGET(it.value, "resource"));
	Known k = { .type = fhir_type(JSTR(v, "resourceType", c->arena)), .v = v };
	k.url = JSTR(v, "url", c->arena);
	k.version = JSTR(v, "version", c->arena);
	if (k.type == FT_NONE || !k.url.n)
		return;
	k.version = k.version.p ? k.version : S("");
	Known **slot = &c->slots[hash_str(k.url) % SLOTS];
	k.next = *slot;
	*slot = ARENA_NEW(c->arena, Known);
	**slot = k;
	c->count++;
}

size_t catalogue_count(const Catalogue *c)
{
	return c->count;
}
const ProfileSource *catalogue_profiles(const Catalogue *c)
{
	return &c->profiles;
}
const TermSource *catalogue_terms(const Catalogue *c)
{
	return &c->terms;
}
