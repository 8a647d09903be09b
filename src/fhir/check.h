/* The parts of validation. Private to the fhir room. */
#ifndef FHIR_CHECK_H
#define FHIR_CHECK_H

#include "fhir/tables.h"
#include "json/json.h"

/* Does the value have the form of the primitive type? Memory for decoding escapes comes from scratch. */
bool primitive_ok(Primitive p, JVal value, Arena *scratch);
/* What the form looks like, for messages: "a date: YYYY, YYYY-MM or YYYY-MM-DD". */
const char *primitive_form(Primitive p);

/* NULL when the XHTML of a narrative is well-formed and safe, else what is wrong (static text). */
const char *narrative_problem(Str xhtml);

/* Is the code (and system, when it is not absent) in the required value set? */
bool binding_has(const FhirBinding *b, Str system, Str code);

#endif
