/* Agreed versions of the plan: reading one back from history, and comparing. */
#ifndef CARE_PLAN_VERSION_H
#define CARE_PLAN_VERSION_H

#include "care/dossier.h"

bool plan_version_is(const Rec *r);
void plan_version_from(Arena *a, const Rec *r, PlanVersion *out);
/* number 0: the newest. NULL when there is none. */
const PlanVersion *dossier_version(const Dossier *d, int number);
/* The dossier as it was agreed: person, plan, life goals, care goals, actions, team, from the versions that the
 * Provenance names. Nothing in it can be changed (operations on it are refused by version). What the visitor may not
 * see is not in it. ERR_NOT_FOUND. */
NODISCARD Err plan_version_open(const Dossier *now, int number, Dossier *out);

typedef enum DiffNoun { DIFF_PLAN, DIFF_LIFE_GOAL, DIFF_CARE_GOAL, DIFF_ACTION, DIFF_AGREEMENT, DIFF_MEMBER } DiffNoun;
typedef enum DiffKind { DIFF_ADDED, DIFF_REMOVED, DIFF_CHANGED } DiffKind;
typedef struct FieldDiff {
	Str field; /* static: name of the struct member ("words", "due", "owner", …): message key "diff.field." + field
	            */
	Str before, after; /* absent when it was empty; codes for closed choices (message keys of their kind) */
} FieldDiff;
typedef struct Diff {
	DiffNoun noun;
	DiffKind kind;
	Str id, title;     /* title: the newest wording */
	FieldDiff *fields; /* changed only */
	size_t n_fields;
} Diff;
/* What is different from `before` to `after` (two opened versions, or a version and the dossier of now), in the order
 * of DiffNoun. Plans are compared as plans: only goals and actions that are in them. In the arena of after's visit. */
Diff *plan_diff(const Dossier *before, const Dossier *after, size_t *n);

#endif
