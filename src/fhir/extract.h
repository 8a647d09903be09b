/* From an element's value to search values. Private to the fhir room. */
#ifndef FHIR_EXTRACT_H
#define FHIR_EXTRACT_H

#include "fhir/search.h"
#include "fhir/tables.h"

struct Tuple;
typedef struct Extract {
	const SearchParam *param;
	JVal root; /* the resource */
	Arena *arena;
	void (*fn)(void *ctx, const SearchValue *v);
	void (*tuple)(void *ctx, const struct Tuple *t); /* of a composite; else NULL */
	void *ctx;
	size_t count; /* values so far */
} Extract;

void extract_emit(Extract *x, SearchValue v);
/* The values of one element of definition d, read as the parameter's kind asks. */
void extract_value(Extract *x, const FhirDef *d, const FhirBinding *b, JVal v);

#endif
