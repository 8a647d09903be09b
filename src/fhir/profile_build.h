/* From a StructureDefinition to a tree. Private to the fhir room. */
#ifndef FHIR_PROFILE_BUILD_H
#define FHIR_PROFILE_BUILD_H

#include "fhir/profile_tree.h"

/* Fills p->root and what belongs to it from p->sd; asks the set for the profiles that it builds on. */
void profile_build(ProfileSet *set, Arena *a, Profile *p);

#endif
