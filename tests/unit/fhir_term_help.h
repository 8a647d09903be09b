/* A terminology source for tests: built-in definitions, and documents of the test that come before them. */
#ifndef FHIR_TERM_HELP_H
#define FHIR_TERM_HELP_H

#include "fhir_test.h"

#include "fhir/builtin.h"
#include "fhir/terminology/terminology.h"

enum { OWN_MAX = 200 };

typedef struct Own {
	JVal docs[OWN_MAX];
	size_t n;
	Arena *a;
	TermSource source;
} Own;

static inline bool own_find(void *arg, FhirType type, Str url, Str version, Arena *a, JVal *out)
{
	Own *o = arg;
	Builtin b;
	for (size_t i = 0; i < o->n; i++) {
		JVal d = o->docs[i];
		if (json_str_is(JGET(d, "resourceType"), fhir_type_name(type)) && json_str_is(JGET(d, "url"), url) &&
		    (!version.n || json_str_is(JGET(d, "version"), version))) {
			*out = d;
			return true;
		}
	}
	if (!builtin_find(type, url, version, &b))
		return false;
	*out = parse(a, builtin_text(b.number, a));
	return true;
}

static inline size_t own_supplements(void *arg, Str system, Arena *a, JVal *out, size_t max)
{
	Own *o = arg;
	size_t n = 0;
	(void)a;
	for (size_t i = 0; i < o->n && n < max; i++)
		if (json_str_is(JGET(o->docs[i], "supplements"), system))
			out[n++] = o->docs[i];
	return n;
}

static inline size_t own_maps(void *arg, Arena *a, JVal **out)
{
	Own *o = arg;
	size_t n = 0;
	*out = ARENA_ARRAY(a, JVal, o->n + 1);
	for (size_t i = 0; i < o->n; i++)
		if (json_str_is(JGET(o->docs[i], "resourceType"), S("ConceptMap")))
			(*out)[n++] = o->docs[i];
	return n;
}

static inline Own *own_new(bool cached)
{
	Arena *a = arena_new();
	Own *o = ARENA_NEW(a, Own);
	o->a = a;
	o->source = (TermSource){ .find = own_find,
		                  .supplements = own_supplements,
		                  .concept_maps = own_maps,
		                  .arg = o,
		                  .cache = cached ? term_cache_new(0) : NULL };
	return o;
}

static inline void own_free(Own *o)
{
	term_cache_free(o->source.cache);
	arena_free(o->a);
}

/* JSON with ' for ". */
static inline void own_add(Own *o, const char *json)
{
	Str text = arena_str(o->a, str_c(json));
	for (char *p = (char *)text.p; *p; p++)
		if (*p == '\'')
			*p = '"';
	assert_true(o->n < OWN_MAX);
	o->docs[o->n++] = parse(o->a, text);
}

#endif
