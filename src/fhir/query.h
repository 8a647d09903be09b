/* Reading the values of a query. Private to the fhir room. Source: https://hl7.org/fhir/R4/search.html */
#ifndef FHIR_QUERY_H
#define FHIR_QUERY_H

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/search.h"
#include "fhir/words.h"

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

typedef enum Modifier {
	MOD_NONE,
	MOD_MISSING,
	MOD_EXACT,
	MOD_CONTAINS,
	MOD_EQUAL, /* the whole text, in whatever case; as MOD_ENDS only in filters */
	MOD_ENDS,
	MOD_OVERLAPS, /* a date */
	MOD_TEXT,
	MOD_NOT,
	MOD_IN,
	MOD_NOT_IN,
	MOD_ABOVE,
	MOD_BELOW,
	MOD_OF_TYPE,
	MOD_IDENTIFIER,
	MOD_TYPE, /* a resource type */
	MOD_UNKNOWN
} Modifier;
Modifier query_modifier(Str text);

/* Takes the prefix off the value; eq when there is none. */
Prefix query_prefix(Str *value);
/* The value with `\|`, `\$`, `\,` and `\\` undone. */
Str query_plain(Str value, Arena *a);
/* Cuts at the first `sign` that is not escaped, as str_cut does; escapes stay. */
Str query_cut(Str value, char sign, Str *head);

/* A number as written: its value and the range it stands for. "5.40" is [5.395, 5.405); "1.00e2" is [99.5, 100.5); an
 * exponent has at least two digits before it, so that "1e2" is [95, 105), as the specification says. False when it is
 * none. */
typedef struct Number {
	double value, low, high;
} Number;
NODISCARD bool search_number(Str text, Number *out);
/* A date, dateTime or instant, also without seconds or zone. */
NODISCARD bool search_moment(Str text, Moment *out);

/* A place and how far around it. */
typedef struct Near {
	double latitude, longitude, metres;
} Near;

/* One value of a term, read. Which members count follows from the parameter's kind and the modifier. */
typedef struct QueryValue {
	bool ok;       /* of the right form; else it meets nothing */
	Prefix prefix; /* date, number, quantity */
	Str plain;     /* escapes undone */
	Str normal;    /* string, :text: normalised */
	Str system;    /* token, quantity: absent any, empty none */
	Str code;      /* token, quantity; empty: any of the system */
	Str value;     /* :of-type */
	Moment when;   /* date */
	Number number; /* number, quantity */
	bool has_unit; /* quantity in UCUM: unit is known */
	FpUnit unit;   /* of system and code */
	Str reference; /* "Type/id" or an absolute text; absent: `plain` is an id of whatever type */
	Str version;   /* canonical: behind '|'; absent when none */
	Near near;
	const WordQuery *words;   /* _text, _content */
	struct QueryValue *parts; /* composite: as many as it has components */
} QueryValue;
QueryValue query_value(const SearchParam *p, Str modifier, Str value, const SearchContext *c, Arena *a);

/* A term, read. */
struct SearchReady {
	Modifier modifier;
	bool wanted; /* :missing */
	size_t n;
	QueryValue values[];
};
/* What search_prepare has noted, or the same made now. */
const SearchReady *query_ready(const SearchTerm *t, const SearchContext *c, Arena *a);

#endif
