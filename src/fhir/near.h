/* Location?near. Private to the fhir room. */
#ifndef FHIR_NEAR_H
#define FHIR_NEAR_H

#include "fhir/query.h"

/* Is a Location.position within the distance (WGS84, over the sphere)? */
bool near_matches(const Near *q, JVal position);

#endif
