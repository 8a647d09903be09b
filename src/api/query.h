/* Search requests: from name=value pairs to a SearchQuery of the door, with the self link that says what was really
 * used. */
#ifndef API_QUERY_H
#define API_QUERY_H

#include "api/call.h"
#include "fhir/summary.h"

enum {
	QUERY_COUNT = 50,
	QUERY_COUNT_MAX = 1000,
	QUERY_TERMS_MAX = 50,
	QUERY_VALUES_MAX = 500,
	QUERY_SORT_MAX = 8,
	QUERY_ELEMENTS_MAX = 100,
	QUERY_INCLUDE_MAX = 32
};

typedef struct Query {
	SearchQuery search;
	bool count_only; /* _summary=count or _count=0 */
	Trim trim;       /* _summary, _elements: of what is sent */
	bool last_page;  /* _maxresults reached by this page: no next */
	Buf used;        /* "?name=a&birthdate=…" of what was understood, without paging */
	Outcome notes;   /* what was ignored (lenient), or why it is refused */
	/* while reading */
	bool strict;
	size_t n_conds;
	int64_t most; /* _maxresults; -1: not said */
} Query;

/* A search on `type`. Unknown parameters are noted and left out, or refused when `strict`; a modifier that is not
 * supported and a value that is not well-formed are always refused: ERR_BAD_REQUEST with issues in out->notes. */
NODISCARD Err query_parse(Arena *a, FhirType type, const Pair *pairs, size_t n, bool strict, Query *out);
/* The same on several types, each of which must have all parameters. */
NODISCARD Err query_parse_types(Arena *a, const FhirType *types, size_t n_types, const Pair *pairs, size_t n,
                                bool strict, Query *out);

/* One resource by criteria, for conditional interactions: *found absent when none. ERR_VERSION when more than one,
 * ERR_BAD_REQUEST when the criteria are empty or not understood, ERR_AGAIN when others changed what was looked at;
 * `why` says it in a sentence. */
NODISCARD Err query_one(Visit *v, FhirType type, Str query, Rec *found, Str *why);

/* Do conditions ask about the resource itself only? Then whether it meets them all can be said without a store. */
bool query_of_one(const SearchCond *conds, size_t n);
bool query_meets(const SearchCond *conds, size_t n, const SearchContext *c, JVal resource, Arena *scratch);

/* ---- parts of query_parse ---- */
/* A condition from "name" or "name:modifier", "a:Type.b", "_has:…", on `type`. False: it is noted why. */
NODISCARD bool query_cond(Arena *a, Query *q, FhirType type, Str name, Str value, SearchCond *out);
/* _filter; and what a comparison of it is for a parameter: the modifier and the value, false when there is none. The
 * modifiers that only a filter has begin with `$`. */
NODISCARD bool query_filter(Arena *a, Query *q, FhirType type, Str text, SearchCond *out);
bool query_filter_term(const SearchParam *p, Str op, Str value, Arena *a, Str *modifier, Str *out);
/* _sort, _include, _revinclude. */
void query_sort(Arena *a, Query *q, const FhirType *types, size_t n_types, const Pair *p);
void query_include(Arena *a, Query *q, const Pair *p);
/* Notes: left out (or refused when strict), and always refused. */
void query_ignore(Query *q, Str name);
void query_refuse(Query *q, Str name, const char *why);
void query_use(Query *q, const Pair *p);

/* The answer when query_one failed; `about` comes before the sentence. */
Reply reply_condition(Call *c, Err e, const char *about, Str why);

#endif
