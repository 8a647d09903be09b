/* The plan: CarePlan. draft → discuss → agreed (frozen version) → revise → discuss → agreed … → closed.
 * State table: docs/care.md. */
#ifndef CARE_PLAN_H
#define CARE_PLAN_H

#include "care/dossier.h"
#include "care/issues.h"

typedef struct PlanInput {
	int32_t version; /* of the CarePlan; 0: current, or new */
	Str title;
	Str coordinator, coordinator_name; /* reference of someone of this dossier; absent: as it is */
	Str start;                         /* yyyy-mm-dd; absent: today */
	int evaluate_every_months;         /* 1 … 24; 0: 6 */
	Str next_evaluation;               /* yyyy-mm-dd; absent: from start and months */
	const Agreement *agreements;
	size_t n_agreements;
} PlanInput;

bool plan_is(const Rec *r); /* ours: has a plan state */
void plan_from(Arena *a, const Rec *r, Plan *out);
/* Makes the plan or saves its frame. Another coordinator than now is also written in the team (team_coordinate);
 * ERR_FORBIDDEN for who may not change the team. An agreed plan must be revised first ("state"). Goals and actions of a
 * plan that is not agreed are all that are open in the dossier; agreeing writes them down. Fields: title, coordinator,
 * start, evaluate_every_months, next_evaluation, agreements, state. */
NODISCARD Err plan_save(Visit *v, const Dossier *d, const PlanInput *in, FieldIssues *is, Str *id);
/* draft or revise → discuss. Fields: state, goals (empty: nothing to discuss). */
NODISCARD Err plan_to_discuss(Visit *v, const Dossier *d, int32_t version, FieldIssues *is);

typedef struct AgreeInput {
	int32_t version;
	Str words;   /* what the person says with it; must be filled when spoken */
	bool spoken; /* a professional writes down that the person agreed aloud, being there */
} AgreeInput;
/* discuss → agreed: by the person or a representative, or spoken. Freezes: a Provenance with the versions of the
 * person, the plan, its life goals, care goals, actions and team. Care goals that wait for the person's yes get it, and
 * become active. Refused while the person disagrees with a goal in it (goals: not-accepted). *provenance: its id.
 * Fields: state, agree, words, goals. */
NODISCARD Err plan_agree(Visit *v, const Dossier *d, const AgreeInput *in, FieldIssues *is, Str *provenance);
/* agreed → revise: the last agreed version stays in force. Fields: state, why. */
NODISCARD Err plan_revise(Visit *v, const Dossier *d, Str why, int32_t version, FieldIssues *is);
/* any but closed → closed, with the person's last word or the reason. Fields: state, why. */
NODISCARD Err plan_close(Visit *v, const Dossier *d, Str why, int32_t version, FieldIssues *is);

#endif
