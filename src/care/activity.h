/* Activities that another system put into a plan: as a detail in CarePlan.activity, or as a reference to a task or
 * request of its own. Shown as they are, and only to be read; a detail can be taken over as an action of ours. */
#ifndef CARE_ACTIVITY_H
#define CARE_ACTIVITY_H

#include "care/dossier.h"
#include "care/issues.h"

typedef struct Activity {
	const Rec *plan;
	size_t at;            /* CarePlan.activity[at] */
	const Action *action; /* it is an action of ours already; NULL: it is not */
	bool detail;          /* stands in the plan itself: can be taken over, unless it says what not to do */
	bool prohibits;       /* what must not be done */
	bool open;            /* neither the activity nor its plan is over */
	Str text, status;     /* in words; FHIR code */
	Str reason;           /* of the status */
	Str who;              /* names, with commas */
	Str where, when;      /* in words; when is absent for a Timing without words */
	Str from, until;      /* dates */
	int64_t times, every; /* so many times every so many units; 0: not said */
	Str unit;             /* UCUM: "h", "d", "wk", "mo", "a" */
	const Str *goals;     /* ids of Goals */
	size_t n_goals;
} Activity;

/* One activity of a plan; false when it says nothing. */
NODISCARD bool activity_from(const Dossier *d, const Rec *plan, size_t at, Activity *out);
/* Those of all plans in the dossier that are open and no actions of ours; our own plan's first. */
Activity *dossier_activities(const Dossier *d, size_t *n);

typedef struct AdoptInput {
	Str plan; /* id of the CarePlan */
	size_t at;
	int32_t version; /* of the plan that was looked at */
	Str when;        /* words for a Timing; absent: as the activity says */
} AdoptInput;
/* Makes a Task of a detail and puts a reference to it in the place of the detail: both or neither. What a Task has no
 * place for stays in the plan's earlier version. Fields: plan, at (unknown: not there, no detail, or what must not be
 * done). */
NODISCARD Err activity_adopt(Visit *v, const Dossier *d, const AdoptInput *in, FieldIssues *is, Str *task);

#endif
