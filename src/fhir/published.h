/* Definitions of our own, built into the program: StructureDefinitions with their snapshots, and the CodeSystems and
 * ValueSets that they name. Made from profiles/ at build time (tools/gen-profiles.mjs). Constant data, all threads.
 * The server publishes them: access/publish.h. What they mean for people: docs/profiles.md. */
#ifndef FHIR_PUBLISHED_H
#define FHIR_PUBLISHED_H

#include "fhir/types.h"

typedef struct Published {
	FhirType type;  /* FT_STRUCTUREDEFINITION, FT_CODESYSTEM, FT_VALUESET */
	FhirType about; /* a profile of this resource type; FT_NONE for extensions and all that is no profile */
	Str id, url, version;
	Str json; /* the resource, without white space */
} Published;

extern const Published published[]; /* by type and id */
extern const size_t published_count;

/* The definition of the type with this canonical url; version absent: whichever. NULL when it is none of ours. */
const Published *published_find(FhirType type, Str url, Str version);
bool published_id(FhirType type, Str id); /* is it the id of one of ours? */

#endif
