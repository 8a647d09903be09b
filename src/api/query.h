/* Search requests: from name=value pairs to a SearchQuery of the door, with the self link that says what was really
 * used. */
#ifndef API_QUERY_H
#define API_QUERY_H

#include "api/call.h"

enum { QUERY_COUNT = 50, QUERY_COUNT_MAX = 1000, QUERY_TERMS_MAX = 50, QUERY_VALUES_MAX = 500 };

typedef struct Query {
	SearchQuery search;
	bool count_only; /* _summary=count or _count=0 */
	bool no_total;   /* _total=none */
	Buf used;        /* "?name=a&birthdate=…" of what was understood, without paging */
	Outcome notes;   /* what was ignored (lenient), or why it is refused */
} Query;

/* Terms of a search on `type`. Unknown parameters are noted and left out, or refused when `strict`; a modifier that is
 * not supported and a value that is not well-formed are always refused: ERR_BAD_REQUEST with issues in out->notes. */
NODISCARD Err query_parse(Arena *a, FhirType type, const Pair *pairs, size_t n, bool strict, Query *out);

/* One resource by criteria, for conditional interactions: *found absent when none. ERR_VERSION when more than one,
 * ERR_BAD_REQUEST when the criteria are empty or not understood; `why` says it in a sentence. */
NODISCARD Err query_one(Visit *v, FhirType type, Str query, Rec *found, Str *why);

#endif
