/* A resource against its profiles. Private to the fhir room. */
#ifndef FHIR_PROFILE_CHECK_H
#define FHIR_PROFILE_CHECK_H

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/profile_tree.h"
#include "fhir/walk.h"

/* The item against one profile, with issues. */
void profile_check(Walk *w, const Place *place, const Profile *p, const FpItem *item);
/* The same without a word: does it conform? */
bool profile_conforms(Walk *w, const Profile *p, const FpItem *item);

/* What resource v says that it follows (meta.profile) and, at the root, what the options ask. */
void profile_check_claims(Walk *w, const Place *place, JVal v, FhirType type, bool root);
/* An extension against its own definition: value, nested ones, where it may stand (name: of the member that holds it).
 */
void profile_check_extension(Walk *w, const Place *place, JVal v);

/* What the element's value is held to, without its children (profile_value.c). */
void profile_check_value(Walk *w, const Place *place, const PNode *n, const FpItem *item);
/* The extensible binding that the definitions themselves give an element; nothing without value sets. */
void profile_check_extensible(Walk *w, const Place *place, const FhirElement *e, JVal v);
/* Is v equal to `fixed`; does it have all that is in `pattern`? */
bool profile_same(JVal v, JVal fixed);
bool profile_matches(JVal v, JVal pattern);
/* Is the code in the value set? 1, 0, -1 not known. */
int profile_member(Walk *w, Str value_set, Str system, Str code);

/* An issue, unless the base definitions have led to the same one. */
void profile_report(Walk *w, const Place *place, JVal v, Severity severity, Str code, const char *fmt, ...)
    PRINTF_LIKE(6, 7);

#endif
