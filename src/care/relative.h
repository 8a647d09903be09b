/* People around the person: RelatedPerson, with their tie in the ecogram. */
#ifndef CARE_RELATIVE_H
#define CARE_RELATIVE_H

#include "care/dossier.h"
#include "care/issues.h"

typedef struct RelativeInput {
	Str id; /* absent: new */
	int32_t version;
	Str name, relationship, phone, email;
	bool carer, confidant, representative, volunteer;
	bool inactive;  /* no longer around */
	const Tie *tie; /* NULL: not asked, stays */
} RelativeInput;

void relative_from(Arena *a, const Rec *r, Relative *out);
/* Naming a representative is refused to relatives themselves (representative: not-yours). Fields: name, relationship,
 * phone, email, tie, id. */
NODISCARD Err relative_save(Visit *v, const Dossier *d, const RelativeInput *in, FieldIssues *is, Str *id);
/* ref: "RelatedPerson/…" or a member of the team. Fields: ref, tie. */
NODISCARD Err tie_save(Visit *v, const Dossier *d, Str ref, const Tie *tie, int32_t version, FieldIssues *is);

#endif
