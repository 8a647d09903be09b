/* Local terminology: code systems and value sets that a TermSource can find. Sources:
 * https://hl7.org/fhir/R4/terminology-service.html, valueset.html, codesystem.html
 *
 * A code system or value set is prepared once – codes in a hash table, filters as one bit a concept – and kept in the
 * source's cache; asking for a code is then a look-up. Nothing here needs a visit: definitions are open to every user.
 *
 * What is not known stays not known: a code system that is nowhere (LOINC, SNOMED CT), or of which only a fragment or
 * nothing is present, gives TERM_UNKNOWN for codes that are not found, never "no". The systems urn:ietf:bcp:47,
 * urn:ietf:bcp:13, urn:iso:std:iso:4217 and http://unitsofmeasure.org are checked by form when nobody defines them.
 *
 * Threads: any; the cache is shared, an arena belongs to one thread. Strings in results live as long as the arena given
 * or, where said, as the source's documents. */
#ifndef FHIR_TERMINOLOGY_TERMINOLOGY_H
#define FHIR_TERMINOLOGY_TERMINOLOGY_H

#include "fhir/types.h"
#include "json/json.h"

typedef struct TermCache TermCache;

typedef struct TermSource {
	/* The CodeSystem, ValueSet or ConceptMap with this canonical url; version absent: the newest. *out must live as
	 * long as `a`. False: there is none. */
	bool (*find)(void *arg, FhirType type, Str url, Str version, Arena *a, JVal *out);
	/* Code systems with content "supplement" for this one, at most `max`, into out. NULL: there are none. */
	size_t (*supplements)(void *arg, Str system, Arena *a, JVal *out, size_t max);
	/* All ConceptMaps, to look in when a translation names none. NULL: there are none. */
	size_t (*concept_maps)(void *arg, Arena *a, JVal **out);
	void *arg;
	TermCache *cache; /* NULL: everything is prepared anew each time */
} TermSource;

enum {
	TERM_CACHE_BYTES = 24 * 1024 * 1024,
	TERM_EXPAND_MAX = 10000, /* codes in one answer */
	TERM_WALK_MAX = 200000,  /* codes looked at for one answer */
	TERM_NESTED_MAX = 16,    /* value sets inside value sets */
	TERM_PARTS_MAX = 5000,   /* includes, filters and nested sets of one value set, all levels together */
};

/* bytes: the most it keeps; 0: TERM_CACHE_BYTES. */
TermCache *term_cache_new(size_t bytes);
void term_cache_free(TermCache *c);
/* A code system, value set or concept map has changed: what was prepared before is not used again. */
void term_cache_forget(TermCache *c);

enum { TERM_UNKNOWN = -1, TERM_NO = 0, TERM_YES = 1 };

/* ---- for validation and search ---- */
/* Is the code in the value set ("url" or "url|version")? An absent system stands for any. TERM_UNKNOWN when the value
 * set, or what decides, is not known. ≤ 1 µs once prepared. */
int term_member(const TermSource *s, Str value_set, Str system, Str code);
/* Is `b` the same as `a` or a descendant of it? */
int term_subsumes(const TermSource *s, Str system, Str a, Str b, Arena *arena);
/* Is the code one of the system? */
int term_code_known(const TermSource *s, Str system, Str code);
/* The display of a code: of its language when the system has it ("nl", "nl-BE"; absent: the system's own). Absent when
 * not known. */
Str term_display(const TermSource *s, Str system, Str code, Str language, Arena *a);
/* Calls fn for `code` and every descendant (search :below) or every ancestor (:above); false when the system is not
 * known. */
bool term_below(const TermSource *s, Str system, Str code, void (*fn)(void *ctx, Str code), void *ctx);
bool term_above(const TermSource *s, Str system, Str code, void (*fn)(void *ctx, Str code), void *ctx);

/* Cuts "url|version". */
static inline Str term_canonical(Str canonical, Str *version)
{
	Str url;
	*version = str_cut(canonical, '|', &url);
	return url;
}

#endif
