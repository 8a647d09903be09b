/* Rules that the specification says in words and not in its definitions. Private to the fhir room. */
#ifndef FHIR_ADVICE_H
#define FHIR_ADVICE_H

#include "fhir/walk.h"

/* An object of a data type or resource; d: its definition. */
void advice_check(Walk *w, const Place *place, const FhirDef *d, JVal v);
/* A primitive that is a canonical. */
void advice_canonical(Walk *w, const Place *place, JVal v);
/* A reference with a urn, in a bundle. */
void advice_urn(Walk *w, const Place *place, JVal v, Str urn);

#endif
