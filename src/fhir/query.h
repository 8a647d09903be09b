/* Reading the values of a query. Private to the fhir room. Source: https://hl7.org/fhir/R4/search.html */
#ifndef FHIR_QUERY_H
#define FHIR_QUERY_H

#include "fhir/search.h"

typedef enum Prefix {
	PREFIX_EQ,
	PREFIX_NE,
	PREFIX_GT,
	PREFIX_GE,
	PREFIX_LT,
	PREFIX_LE,
	PREFIX_SA,
	PREFIX_EB,
	PREFIX_AP
} Prefix;

/* Takes the prefix off the value; eq when there is none. */
Prefix query_prefix(Str *value);
/* The value with `\|`, `\$`, `\,` and `\\` undone. */
Str query_plain(Str value, Arena *a);
/* Cuts at the first '|' that is not escaped, as str_cut does; escapes stay. */
Str query_cut(Str value, Str *head);

/* "code", "system|code", "|code" (system is empty, not absent) or "system|" (code is empty). */
typedef struct TokenQuery {
	Str system; /* absent: any */
	Str code;
} TokenQuery;
TokenQuery token_query(Str value, Arena *a);

/* The text to compare with SearchValue.reference: "Type/id", or an absolute text. Absent when the value is a bare id
 * and the type does not follow from the modifier or the parameter. */
Str reference_query(const SearchTerm *t, Str value, Arena *a);

#endif
