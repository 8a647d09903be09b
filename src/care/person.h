/* The person: Patient; with a new one also the EpisodeOfCare and the CareTeam. */
#ifndef CARE_PERSON_H
#define CARE_PERSON_H

#include "care/dossier.h"
#include "care/issues.h"

typedef struct PersonInput {
	int32_t version; /* as the form had it; 0: current */
	Str given, family, call_name;
	Str birth_date; /* yyyy-mm-dd; may be absent */
	Str gender;     /* male female other unknown; may be absent */
	Str language;   /* BCP 47: nl, fr, ar-MA; may be absent */
	Str phone, email, address;
} PersonInput;
typedef struct NewPerson {
	PersonInput person;
	/* Who makes the dossier becomes a member of the team: the reference is the scope's first. */
	Str role_text; /* "zorgcoördinator" */
	bool coordinator, secrecy;
	Str organisation; /* name; may be absent */
	Str why;          /* the question they came with: reason of the first phase; may be absent */
} NewPerson;

void person_from(Arena *a, const Rec *r, Person *out);
/* Patient, EpisodeOfCare (phase intake) and CareTeam in one visit. A scope without references (system) makes a team
 * without members. *id: of the Patient. Fields: given, family, birth_date, gender, language, phone, email, address,
 * role_text. */
NODISCARD Err person_save(Visit *v, const NewPerson *in, FieldIssues *is, Str *id);
NODISCARD Err person_edit(Visit *v, const Dossier *d, const PersonInput *in, FieldIssues *is);

#endif
