/* Actions: Task. Who does what, when, for which care goal. */
#ifndef CARE_ACTION_H
#define CARE_ACTION_H

#include "care/dossier.h"
#include "care/issues.h"

typedef struct ActionInput {
	Str id; /* absent: new */
	int32_t version;
	Str what;
	const Str *care_goals;
	size_t n_care_goals;   /* may be none: the thread shows the break */
	Str owner, owner_name; /* reference: Patient, RelatedPerson or a member of the team; absent: nobody yet */
	Str when, where, with;
	Str from, until; /* yyyy-mm-dd or absent */
} ActionInput;

bool action_is(const Rec *r);
void action_from(Arena *a, const Rec *r, Action *out);
/* Needs d->team and d->relatives to be read; called by dossier_open. */
OwnerKind owner_kind(const Dossier *d, Str owner);
/* Fields: what, care_goals, owner, when, where, with, from, until, id. */
NODISCARD Err action_save(Visit *v, const Dossier *d, const ActionInput *in, FieldIssues *is, Str *id);
/* planned, busy, done, not done (reason asked), stopped (reason asked). Fields: state, reason. */
NODISCARD Err action_state(Visit *v, const Dossier *d, Str id, ActionState to, Str reason, int32_t version,
                           FieldIssues *is);
/* Planned or busy? */
bool action_open(const Action *x);

#endif
