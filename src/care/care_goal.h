/* Care goals: Goal with category care-goal; SMART, filled in step by step. */
#ifndef CARE_CARE_GOAL_H
#define CARE_CARE_GOAL_H

#include "care/dossier.h"
#include "care/issues.h"

/* The steps of the form: a bit per part of the input that is to be saved; what is not named stays. */
enum {
	CG_STEP_TEXT = 1,    /* text, life_goals: specific */
	CG_STEP_MEASURE = 2, /* measure, start_value, target_value or scale: measurable */
	CG_STEP_NEEDED = 4,  /* needed: realistic */
	CG_STEP_TIME = 8,    /* start, due, evaluate_on: time-bound */
	CG_STEP_OWNER = 16,  /* owner, owner_name, weight */
	CG_STEP_ALL = 31,
};
typedef struct CareGoalInput {
	Str id; /* absent: new; then CG_STEP_TEXT must be among the steps */
	int32_t version;
	unsigned steps;
	Str text;
	const Str *life_goals;
	size_t n_life_goals; /* at least one: a care goal serves a life goal */
	Str measure, start_value, target_value;
	Str scale[5]; /* words for -2 … +2: all five or none */
	Str needed;
	Str start, due, evaluate_on; /* yyyy-mm-dd or absent */
	Str owner, owner_name;       /* reference of someone of this dossier, or absent */
	double weight;               /* 0: 1 */
} CareGoalInput;

bool care_goal_is(const Rec *r);
void care_goal_from(Arena *a, const Rec *r, CareGoal *out);
/* Another wording by someone else than the person makes the person's yes "pending" again. Fields: as in the input
 * ("life_goals", "scale", …). */
NODISCARD Err care_goal_save(Visit *v, const Dossier *d, const CareGoalInput *in, FieldIssues *is, Str *id);

typedef struct AcceptInput {
	Str goal;
	int32_t version;
	Str who, who_name; /* reference; absent: who does this */
	Acceptance status;
	Str why;     /* must be filled when disagreeing */
	bool spoken; /* a professional records what the person said, the person being there */
} AcceptInput;
/* The person's own yes or no: only by the person, a representative, or a professional with `spoken`; someone else's:
 * only by themselves or a coordinator. With the person's yes a proposed goal becomes accepted; with a no an accepted
 * one becomes proposed again. Fields: who, why, status, goal. */
NODISCARD Err care_goal_accept(Visit *v, const Dossier *d, const AcceptInput *in, FieldIssues *is);
/* proposed/accepted/active/reached/stopped; reached and stopped ask a why (note). Fields: state, why. */
NODISCARD Err care_goal_state(Visit *v, const Dossier *d, Str id, CareGoalState to, Str why, int32_t version,
                              FieldIssues *is);
/* Marks two goals as conflicting (kept at `id`, shown at both), and takes the mark away from either. Fields: other,
 * why. */
NODISCARD Err care_goal_conflict_add(Visit *v, const Dossier *d, Str id, Str other, Str why, int32_t version,
                                     FieldIssues *is);
NODISCARD Err care_goal_conflict_remove(Visit *v, const Dossier *d, Str id, Str other, int32_t version,
                                        FieldIssues *is);

typedef struct AttainmentInput {
	Str goal;
	bool own;    /* the person's own judgement; else the team's */
	int level;   /* -2 … +2 */
	Str words;   /* may be absent */
	Str on;      /* yyyy-mm-dd; absent: now */
	bool spoken; /* own: recorded by a professional as the person said it */
} AttainmentInput;
/* Fields: goal, level, on, own. */
NODISCARD Err attainment_record(Visit *v, const Dossier *d, const AttainmentInput *in, FieldIssues *is, Str *id);
typedef struct Attainment {
	Base b;
	Str goal;
	bool own;
	int level;
	Str words, by;
	Millis at;
} Attainment;
/* Reads one Observation; false when it is none of ours. */
bool attainment_from(Arena *a, const Rec *r, Attainment *out);
/* All of one goal, oldest first: for a course over time. */
Attainment *attainments_of(const Dossier *d, Str goal, size_t *n);

#endif
