/* The operations of a terminology service, over a TermSource. Source:
 * https://hl7.org/fhir/R4/terminology-service.html
 * `why` gets one issue when the result is not OK. Results live as long as the arena given. */
#ifndef FHIR_TERMINOLOGY_OPERATIONS_H
#define FHIR_TERMINOLOGY_OPERATIONS_H

#include "fhir/outcome.h"
#include "fhir/terminology/terminology.h"

/* A value set, code system or map that is asked about: inline (json), or by url. */
typedef struct TermWhat {
	JVal json;
	Str url, version;
} TermWhat;

typedef struct TermCoding {
	Str system, version, code, display;
} TermCoding;

/* Calls fn for each code of a value set (search :in), at most TERM_EXPAND_MAX. ERR_NOT_FOUND: not known;
 * ERR_TOO_LARGE; ERR_INVALID: it cannot be listed; fn may have been called before. */
NODISCARD Err term_each(const TermSource *s, Str value_set, void (*fn)(void *ctx, Str system, Str code), void *ctx,
                        Arena *a, Outcome *why);

typedef struct TermCheckAsk {
	TermWhat what;
	const TermCoding *codings; /* of a CodeableConcept: one that fits is enough */
	size_t n;
	bool abstract; /* abstract codes count */
	Str language;  /* of displays; absent: any */
} TermCheckAsk;

typedef struct TermCheck {
	TermCoding coding; /* the one that decided, its system filled in */
	bool result;
	Str message;  /* why not, or what to know; absent when there is nothing to say */
	Str display;  /* the right one; absent when not known */
	bool unknown; /* result is false because what decides is not known */
	bool found;   /* the code is one of them, also when result is false because of the display */
} TermCheck;
/* ValueSet/$validate-code: ERR_NOT_FOUND when the value set is not known. */
NODISCARD Err term_validate_set(const TermSource *s, const TermCheckAsk *ask, Arena *a, TermCheck *out, Outcome *why);
/* CodeSystem/$validate-code; what without url and json: the systems of the codings. */
NODISCARD Err term_validate_system(const TermSource *s, const TermCheckAsk *ask, Arena *a, TermCheck *out,
                                   Outcome *why);

typedef struct TermLookupAsk {
	TermCoding coding;     /* version: of the system */
	TermWhat what;         /* the code system; neither json nor url: that of the coding */
	Str language;          /* of the display; absent: the system's own */
	const Str *properties; /* "display", "designation", "parent", "child", "lang.nl", "*", …; none: all */
	size_t n_properties;
} TermLookupAsk;
/* CodeSystem/$lookup: *parameters is the Parameters resource. ERR_NOT_FOUND: no such system or code. */
NODISCARD Err term_lookup(const TermSource *s, const TermLookupAsk *ask, Arena *a, Str *parameters, Outcome *why);

/* CodeSystem/$subsumes: *outcome is "equivalent", "subsumes", "subsumed-by" or "not-subsumed" (static). what: the code
 * system; neither json nor url: that of x. ERR_NOT_FOUND: a code or the system is not known; ERR_NOT_SUPPORTED: its
 * hierarchy is not one of meaning. */
NODISCARD Err term_relation(const TermSource *s, const TermWhat *what, const TermCoding *x, const TermCoding *y,
                            Arena *a, Str *outcome, Outcome *why);

typedef struct TermExpandAsk {
	TermWhat what;
	Str filter;            /* words; each must be the start of a word of the code, display or a designation */
	Str language;          /* of displays; absent: the system's own */
	int64_t offset, count; /* count < 0: all */
	bool active_only, designations, nested, definition, no_abstract;
	const Str *without_systems; /* "system" or "system|version" */
	size_t n_without_systems;
	const Str *wanted_designations; /* a language ("nl", "urn:ietf:bcp:47|nl") or use ("system|code"); none: all */
	size_t n_wanted_designations;
} TermExpandAsk;
/* ValueSet/$expand: *value_set is the ValueSet with its expansion. ERR_NOT_FOUND; ERR_TOO_LARGE: more than
 * TERM_EXPAND_MAX codes in one answer (ask for a page) or TERM_WALK_MAX in all; ERR_INVALID: something in it cannot be
 * listed. */
NODISCARD Err term_expand(const TermSource *s, const TermExpandAsk *ask, Arena *a, Str *value_set, Outcome *why);

typedef struct TermTranslateAsk {
	TermWhat map;       /* neither json nor url: all maps that fit source and target */
	Str source, target; /* value sets; absent: any */
	Str target_system;
	const TermCoding *codings;
	size_t n;
	bool reverse;
} TermTranslateAsk;
/* ConceptMap/$translate: *parameters is the Parameters resource. ERR_NOT_FOUND: no such map. */
NODISCARD Err term_translate(const TermSource *s, const TermTranslateAsk *ask, Arena *a, Str *parameters, Outcome *why);

#endif
