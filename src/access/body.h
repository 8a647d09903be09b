/* Stored texts. Private to the access room. */
#ifndef ACCESS_BODY_H
#define ACCESS_BODY_H

#include "base/time.h"
#include "fhir/types.h"
#include "json/json.h"

/* What follows id, version and time: the rest of meta and all other members, without white space. Absent: too large. */
Str body_rest(JVal resource, Arena *a);
Str body_text(FhirType type, Str id, int32_t version, Millis updated, Str rest, Arena *a);
/* Would the text with this version and time be `body`? */
bool body_same(FhirType type, Str id, int32_t version, Millis updated, Str rest, Str body, Arena *a);

#endif
