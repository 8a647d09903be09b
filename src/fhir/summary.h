/* Less of a resource: _summary and _elements. Sources: https://hl7.org/fhir/R4/search.html#summary, #elements */
#ifndef FHIR_SUMMARY_H
#define FHIR_SUMMARY_H

#include "fhir/types.h"
#include "json/json.h"

typedef enum Summary { SUMMARY_FALSE, SUMMARY_TRUE, SUMMARY_TEXT, SUMMARY_DATA, SUMMARY_COUNT } Summary;
/* "true", "text", "data", "count", "false". */
NODISCARD bool summary_parse(Str value, Summary *out);

typedef struct Trim {
	Summary summary; /* count says nothing about a resource: all of it */
	/* _elements: names at the root ("name", "value" or "value[x]" for each choice), perhaps with the type before
	 * them
	 * ("Patient.name": for that type only). When there are any, summary is not asked. */
	const Str *elements;
	size_t n_elements;
} Trim;

/* What is left of the resource, as JSON text: what was asked for; always id, meta and all that is mandatory or modifies
 * the meaning; contained resources that this points to (of the first 64); and the tag SUBSETTED in meta. The resource's
 * own text when nothing is to be left out. A resource of no known type keeps everything. About a microsecond a
 * kilobyte. */
Str summary_trim(const Trim *t, JVal resource, Arena *a);
/* The same on a text that is not parsed yet. ERR_SYNTAX when it is not JSON. */
NODISCARD Err summary_trim_text(const Trim *t, Str body, Arena *a, Str *out);
/* Is this the name of an element at the root of the type (as in Trim.elements)? */
bool summary_element_ok(FhirType type, Str name);

#endif
