/* Goals and plans that other systems made: shown as they are. */
#ifndef CARE_FOREIGN_H
#define CARE_FOREIGN_H

#include "care/activity.h"

typedef struct ForeignGoal {
	Base b;
	Str text, status, achievement, start, due, target, by, note;
	Str achievement_code; /* of HL7's list of nine; absent: none of them */
} ForeignGoal;
typedef struct ForeignPlan {
	Base b;
	Str title, status, intent, start, end, description;
	Activity *activities; /* all, also those that are over and those that became actions of ours */
	size_t n_activities;
	const Str *goals;
	size_t n_goals; /* ids of Goals */
} ForeignPlan;
/* status: the FHIR code; achievement: text or code; target: measure and value in one line as far as given. */
void foreign_goal_from(Arena *a, const Rec *r, ForeignGoal *out);
void foreign_plan_from(const Dossier *d, const Rec *r, ForeignPlan *out);
/* A CodeableConcept in words: text, else the first display, else the first code. */
Str concept_text(Arena *a, JVal concept);

#endif
