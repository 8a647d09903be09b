/* From an element's value to search values. Private to the fhir room. */
#ifndef FHIR_EXTRACT_H
#define FHIR_EXTRACT_H

#include "fhir/search.h"
#include "fhir/tables.h"

typedef struct Extract {
	const SearchParam *param;
	JVal root; /* the resource */
	Arena *arena;
	void (*fn)(void *ctx, const SearchValue *v);
	void *ctx;
	size_t count; /* values so far */
} Extract;

void extract_emit(Extract *x, SearchValue v);
/* The values of one element of definition d, read as the parameter's kind asks. */
void extract_value(Extract *x, const FhirDef *d, const FhirBinding *b, JVal v);

/* The range that a number as written stands for: "5.40" is [5.395, 5.405); "5e2" is [450, 550). False when it is none.
 */
NODISCARD bool number_range(Str text, double *value, double *low, double *high);
/* A date, dateTime or instant. */
NODISCARD bool search_moment(Str text, Moment *out);

#endif
