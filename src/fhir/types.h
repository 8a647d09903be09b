/* FHIR R4 resource types and the tables made from the official package by tools/gen-fhir.mjs at build time. */
#ifndef FHIR_TYPES_H
#define FHIR_TYPES_H

#include "base/str.h"
/* Generated: enum FhirType { FT_NONE, FT_ACCOUNT, …, FT_VISIONPRESCRIPTION, FT_COUNT } in alphabetical order; the
 * numbers are stored in the database, so tools/gen-fhir.mjs keeps them fixed for R4. */
#include "gen/fhir_types.h"

typedef enum FhirType FhirType;

/* FT_NONE when the name is not one of the concrete R4 resource types. */
FhirType fhir_type(Str name);
/* "Patient". */
Str fhir_type_name(FhirType t);

/* A set of types: bit t of a small array. */
typedef struct TypeSet {
	uint64_t bits[3];
} TypeSet;
static inline void typeset_add(TypeSet *s, FhirType t)
{
	s->bits[t / 64] |= UINT64_C(1) << (t % 64);
}
static inline bool typeset_has(const TypeSet *s, FhirType t)
{
	return s->bits[t / 64] >> (t % 64) & 1;
}
static inline bool typeset_empty(const TypeSet *s)
{
	return !(s->bits[0] | s->bits[1] | s->bits[2]);
}

/* Where a resource type lives. */
typedef enum FhirHome {
	HOME_PERSON,     /* belongs to a person when it refers to one (Patient compartment and Patient itself) */
	HOME_DIRECTORY,  /* Practitioner, PractitionerRole, Organization, Location, HealthcareService, Endpoint, … */
	HOME_DEFINITION, /* Questionnaire, PlanDefinition, ValueSet, StructureDefinition, Measure, Library, … */
} FhirHome;
FhirHome fhir_home(FhirType t);

#endif
