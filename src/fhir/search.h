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
	uint16_t reads;   /* what its elements can be, private to the room */
	const void *path; /* compiled path, private to the room; NULL: no element (_text, _content, _query) */
	TypeSet targets;  /* reference: allowed target types */
} SearchParam;

/* NULL when the type has no such parameter. */
const SearchParam *search_param(FhirType type, Str code);
/* All parameters of a type, including those of Resource (_id, _lastUpdated, _tag, _profile, _security, _source, _text,
 * _content, _query). */
const SearchParam *const *search_params(FhirType type, size_t *n);

/* One value of a parameter. Strings live as long as the resource or the arena. */
typedef struct SearchValue {
	const SearchParam *param;
	JVal element; /* what it was read from: the Coding, Identifier, Quantity, Reference, string, … */
	Str system,
	    code; /* token: system may be absent; uri and reference: code holds the text; quantity: unit's code */
	bool has_system;
	bool fold;        /* token: compared without case (strings, contact points) */
	bool part;        /* string: the later words of a family name, besides the whole one */
	Str text;         /* string as written; token: display or text; quantity: the unit as people read it; reference:
	                     with `system`, its Reference.identifier */
	Moment when;      /* date: from and until only, of a Period the union; open ends INT64_MIN / INT64_MAX */
	double low, high; /* number, quantity: the value twice, or the ends of a range; open ends -DBL_MAX / DBL_MAX */
	Str reference; /* reference: "Type/id" (version stripped) or the absolute text: this room does not know its own
	                  base, so rewrite own absolute references to relative ones before the write */
} SearchValue;
/* Calls fn for every value of one parameter in the resource. A composite has none of its own (see search_matches). */
void search_extract(const SearchParam *p, JVal resource, Arena *a, void (*fn)(void *ctx, const SearchValue *v),
                    void *ctx);
/* The parameters that a composite joins, in their order; 0 when it is none. At most SEARCH_PARTS. */
enum { SEARCH_PARTS = 3 };
size_t search_components(const SearchParam *p, const SearchParam *out[SEARCH_PARTS]);

/* An index key, at most 128 bytes, compares by bytes as its values do:
 *   token: code 0x00 system (strings and contact points without case, telephone numbers without signs) · string:
 *   normalised (see search_normalise) · reference, uri: text · date, number, quantity: two times 8 bytes, from and
 * until; where values can be long (a Period, a Range, a comparator) behind a byte of class, and the long ones twice,
 * from either end; a quantity in a known unit of UCUM also in base units. */
typedef struct IndexEntry {
	uint16_t param;
	Str key;
} IndexEntry;
/* All index entries of a resource for its indexed parameters, sorted and unique, in a. */
IndexEntry *search_index(JVal resource, FhirType type, Arena *a, size_t *n);
/* A number for the rules by which keys are made: an index made by others has to be made anew. */
int64_t search_index_rules(void);
/* Lower case, without diacritics, white space folded (ICU); for comparing strings as FHIR asks. */
Str search_normalise(Str s, Arena *a);

/* One parsed query parameter "code:modifier=value,value". */
typedef struct SearchReady SearchReady; /* private */
typedef struct SearchTerm {
	const SearchParam *param;
	Str modifier; /* absent when none */
	Str *values;  /* OR; `\,` undone, other escapes left */
	size_t n_values;
	const SearchReady *ready; /* zero, or what search_prepare made of the values */
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

/* May the parameter be asked with the modifier (absent: none)? False for _query, which is no parameter of ours. */
bool search_modifier_ok(const SearchParam *p, Str modifier);
/* Is one value (as in SearchTerm.values) of the right form? If not, *why says what was expected: English, static, no
 * full stop ("expected a date such as 2024-05-06, perhaps after a prefix"). why may be NULL. */
bool search_value_ok(const SearchParam *p, Str modifier, Str value, const char **why);

/* Reads the values of a term that will meet many resources; a must outlive the term. Not needed for a few. */
void search_prepare(SearchTerm *t, const SearchContext *c, Arena *a);

typedef enum Match { MATCH_NO, MATCH_YES } Match;
/* Does the resource meet the term? All kinds, with their prefixes and modifiers. Hierarchies of references (:above and
 * :below for anything but canonicals) and chains are for whoever finds resources. :not and :not-in are met by resources
 * without a value too. A value or modifier that is not ok meets nothing. */
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

/* For _sort: bytes that compare (memcmp, shorter first) as the resource's values do in the direction asked: of several
 * values the one that comes first; a resource without a value comes last either way. Periods by their start, names and
 * texts without case and accents. Keys of several parameters may be joined. At most 242 bytes. */
Str search_sort_key(const SearchParam *p, JVal resource, bool descending, Arena *a);
/* Can be sorted by: has an order. */
bool search_sort_ok(const SearchParam *p);

/* The person a resource belongs to: the reference to a Patient in `subject`, `patient`, `for`, `individual` or
 * `beneficiary`, else the first one by the official Patient compartment. The text as written: "Patient/…", or, inside a
 * transaction, "Patient?…" or "urn:…" (elsewhere than in those five: only where nothing but a Patient can stand; look
 * up what a urn is). Absent when none. For a Patient itself: absent (it is its own home). */
Str compartment_patient(JVal resource, FhirType type, Arena *a);

typedef enum Compartment {
	COMPARTMENT_PATIENT,
	COMPARTMENT_ENCOUNTER,
	COMPARTMENT_RELATEDPERSON,
	COMPARTMENT_PRACTITIONER,
	COMPARTMENT_DEVICE,
	COMPARTMENT_COUNT
} Compartment;
/* The compartment named by a resource type; COMPARTMENT_COUNT when there is none. */
Compartment compartment_of(FhirType type);
/* Reference parameters of a type of which one must point to the compartment's resource, by the official definition;
 * `_id` when a resource is in its own. none: *n is 0, the type is not in the compartment. */
const SearchParam *const *compartment_params(Compartment c, FhirType type, Arena *a, size_t *n);

#endif
