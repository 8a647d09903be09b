/* The care team: CareTeam; one per person. */
#ifndef CARE_TEAM_H
#define CARE_TEAM_H

#include "care/dossier.h"
#include "care/issues.h"

typedef struct MemberInput {
	int32_t version;          /* of the CareTeam */
	Str ref, name;            /* "Practitioner/…", "RelatedPerson/…", "Patient/…" */
	Str role_text, role_code; /* role_code: SNOMED CT or own code; may be absent */
	Str organisation, tasks, reach;
	bool secrecy, coordinator; /* a new coordinator replaces the old one */
	Str from, until;           /* yyyy-mm-dd; from absent: today (new) */
} MemberInput;

/* Who is active is told for the moment `at`. */
void team_from(Arena *a, const Rec *r, Millis at, Team *out);
/* ref must not be an active member yet (twice). Makes the team when there is none. Fields: ref, name, role_text, tasks,
 * reach, from, until. */
NODISCARD Err team_add(Visit *v, const Dossier *d, const MemberInput *in, FieldIssues *is);
NODISCARD Err team_edit(Visit *v, const Dossier *d, const MemberInput *in, FieldIssues *is);
typedef struct MemberEnd {
	int32_t version;
	Str ref;
	Str on;          /* yyyy-mm-dd; absent: today */
	Str to, to_name; /* who takes over the open actions and care goals */
	Str coordinator; /* who coordinates from now on, when it was this member; absent: `to` */
} MemberEnd;
/* What the member leaves behind: to be shown before the end. */
typedef struct Handover {
	const Action **actions;
	size_t n_actions;
	const CareGoal **goals;
	size_t n_goals;
	bool coordinator;
} Handover;
void team_handover(const Dossier *d, Str ref, Handover *out);
/* Ends the membership and hands everything over. While open actions, goals or the coordination would be left without an
 * owner: "ownerless" (field to, coordinator). Fields: ref, on, to, coordinator. */
NODISCARD Err team_end(Visit *v, const Dossier *d, const MemberEnd *in, FieldIssues *is);
/* Who coordinates: the active member with the mark; NULL when nobody has it. The one place that says so: the plan
 * repeats it (Plan.coordinator). */
const Member *team_coordinator(const Team *t);
/* Moves the mark to this member, relative or the person; who is no active member becomes one. Nothing is written when
 * it is there already. The door asks the right to write the network. */
NODISCARD Err team_coordinate(Visit *v, const Dossier *d, Str ref, FieldIssues *is);
/* The tie of a member in the ecogram. Ties of relatives: relative.h. */
NODISCARD Err team_tie(Visit *v, const Dossier *d, Str ref, const Tie *tie, int32_t version, FieldIssues *is);
typedef struct TeamInput {
	int32_t version;
	Str name, kind; /* fixed, ad-hoc, cluster */
} TeamInput;
NODISCARD Err team_save(Visit *v, const Dossier *d, const TeamInput *in, FieldIssues *is);

#endif
