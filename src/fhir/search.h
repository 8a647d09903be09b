/* Search parameters: tables from the official definitions and extraction of index values from a resource.
 * Extraction runs once, at the write, for the parameters that are indexed across partitions; inside a dossier a query
 * extracts on the fly (a dossier is a few pages). */
#ifndef FHIR_SEARCH_H
#define FHIR_SEARCH_H

#include "base/time.h"
#include "fhir/types.h"
#include "json/json.h"

typedef enum ParamKind {
	PARAM_NUMBER,
	PARAM_DATE,
	PARAM_STRING,
	PARAM_TOKEN,
	PARAM_REFERENCE,
	PARAM_COMPOSITE,
	PARAM_QUANTITY,
	PARAM_URI,
	PARAM_SPECIAL
} ParamKind;

typedef struct SearchParam {
	uint16_t number; /* 1 …: fixed per (type, code); stored in the index */
	FhirType type;
	ParamKind kind;
	Str code;         /* "identifier" */
	Str expression;   /* FHIRPath as published */
	bool indexed;     /* across partitions */
	const void *path; /* compiled path, private to fhir/search.c */
	TypeSet targets;  /* reference: allowed target types */
} SearchParam;

/* NULL when the type has no such parameter. */
const SearchParam *search_param(FhirType type, Str code);
/* All parameters of a type, including those of Resource (_id, _lastUpdated, _tag, _profile, _security). */
const SearchParam *const *search_params(FhirType type, size_t *n);

/* One value of a parameter. */
typedef struct SearchValue {
	const SearchParam *param;
	Str system, code; /* token: system may be absent; uri and reference: code holds the text; quantity: unit */
	bool has_system;
	Str text;    /* string as written; token: display or text; reference: with `system`, its Reference.identifier */
	Moment when; /* date: the union interval of a Period; open ends INT64_MIN / INT64_MAX */
	double low, high; /* number, quantity: implied range by precision */
	Str reference; /* reference: "Type/id" (version stripped) or the absolute text: this room does not know its own
	                  base, so rewrite own absolute references to relative ones before the write */
} SearchValue;
/* Calls fn for every value of one parameter in the resource. */
void search_extract(const SearchParam *p, JVal resource, Arena *a, void (*fn)(void *ctx, const SearchValue *v),
                    void *ctx);

/* An index key, order-preserving by bytes, at most 128 bytes:
 *   token: value 0x00 system · string: normalised (see search_normalise) · reference: text · date: 8 bytes big-endian
 * of `from` + 8 bytes of `until` · number: order-preserving 8 bytes. */
typedef struct IndexEntry {
	uint16_t param;
	Str key;
} IndexEntry;
/* All index entries of a resource for its indexed parameters, sorted and unique, in a. */
IndexEntry *search_index(JVal resource, FhirType type, Arena *a, size_t *n);
/* Lower case, without diacritics, white space folded (ICU); for comparing strings as FHIR asks. */
Str search_normalise(Str s, Arena *a);

/* One parsed query parameter "code:modifier=value,value". */
typedef struct SearchTerm {
	const SearchParam *param;
	Str modifier; /* absent when none */
	Str *values;  /* OR; `\,` undone, other escapes left */
	size_t n_values;
} SearchTerm;

/* What matching needs from outside. A NULL context is one of zeroes. Callbacks get `arg` first; -1 says that the value
 * set or code system is not known: then nothing is found, for :not-in either. */
typedef struct SearchContext {
	Str base; /* own base URL "https://host/fhir": what starts with it and a slash is a relative reference; absent:
	             none */
	Millis now; /* for the prefix ap; 0: the clock */
	/* Is the code in the value set (a canonical, or "ValueSet/id")? 1 yes, 0 no. */
	int (*value_set_has)(void *arg, Str value_set, Str system, Str code);
	/* Does code a of the system subsume code b? 1 yes, 0 no. Equal codes never come here. */
	int (*subsumes)(void *arg, Str system, Str a, Str b);
	void *arg;
} SearchContext;

/* May a parameter of this kind be asked with the modifier (absent: none)? */
bool search_modifier_ok(const SearchParam *p, Str modifier);
/* Is one value (as in SearchTerm.values) of the right form? If not, *why says what was expected: English, static, no
 * full stop ("expected a date such as 2024-05-06, perhaps after a prefix"). why may be NULL. */
bool search_value_ok(const SearchParam *p, Str modifier, Str value, const char **why);

typedef enum Match { MATCH_NO, MATCH_YES } Match;
/* Does the resource meet the term? All seven kinds except composite and special; prefixes eq ne gt ge lt le sa eb ap;
 * modifiers missing, exact, contains, not, text, identifier, above, below, [type]. */
Match search_matches(const SearchTerm *t, const SearchContext *c, JVal resource, Arena *a);

/* Keys [low, high) of one parameter in the index. */
typedef struct KeyRange {
	uint16_t param;
	Str low, high;
} KeyRange;
/* Ranges for a term: every resource that meets it has a key in one of them, but not the reverse – check what is found
 * with search_matches. They may overlap. False when the term cannot be answered by index (parameter not indexed,
 * modifier not, missing, …). */
bool search_ranges(const SearchTerm *t, const SearchContext *c, Arena *a, KeyRange **out, size_t *n);

/* The person a resource belongs to: the reference to a Patient in `subject`, `patient`, `for`, `individual` or
 * `beneficiary`, else the first one by the official Patient compartment. The text as written: "Patient/…", or, inside a
 * transaction, "Patient?…" or "urn:…" (elsewhere than in those five: only where nothing but a Patient can stand; look
 * up what a urn is). Absent when none. For a Patient itself: absent (it is its own home). */
Str compartment_patient(JVal resource, FhirType type, Arena *a);

#endif
