/* What the pages of plan, actions and changes share. */
#ifndef WEB_PAGES_PLAN_H
#define WEB_PAGES_PLAN_H

#include "care/foreign.h"
#include "care/plan.h"
#include "care/plan_version.h"
#include "web/page.h"

/* "/persoon/<id>/rest"; rest without a slash in front. */
Str plan_at(Ctx *c, Str rest);
/* "/persoon/<id>/acties/<id>". */
Str action_path(Ctx *c, Str id);
/* Does the person (or who speaks for the person) read this? Chooses between the two wordings of a message. */
bool plan_own_voice(const Ctx *c);
bool plan_is_mine(const Ctx *c); /* the person, literally: "je" */
bool plan_may_write(const Ctx *c);
/* May the visitor give the person's yes: the person, a representative, or a professional who was there? */
bool plan_may_agree(const Ctx *c);
/* Is this reference the visitor? */
bool plan_is_me(const Ctx *c, Str ref);
/* Everything of a plan page and the remarks: types to read. */
TypeSet plan_types_with_remarks(void);

/* The life goal that matters most: pinned, else the first. NULL when there is none. */
const LifeGoal *plan_first_goal(const Dossier *d);
/* The most important life goal that a care goal serves, one in force before one in the past; NULL: none, or not
 * visible. */
const LifeGoal *plan_life_goal_of(const Dossier *d, const CareGoal *g);
bool plan_goal_serves(const CareGoal *g, Str life_goal);
bool plan_action_serves(const Action *a, Str care_goal);
/* Is this care goal, this action in the plan? Without a plan: is it open? */
bool plan_has_goal(const Dossier *d, const CareGoal *g);
bool plan_has_action(const Dossier *d, const Action *a);
/* "elke ochtend · thuis · met de weegschaal", as far as filled in. */
Str plan_action_how(Ctx *c, const Action *a);
Str plan_owner(Ctx *c, const Dossier *d,
               const Action *a);        /* name of the owner; "jij" when the reader is; words for nobody */
Str plan_coordinator(const Dossier *d); /* name; absent when unknown */
const Member *plan_coordinator_member(const Dossier *d);

/* How a plan is drawn. links: goals and actions lead to their pages. */
typedef struct PlanView {
	Ctx *c;
	const Dossier *d;
	bool links, print;
} PlanView;
void plan_words(Html *h, const PlanView *v); /* the pinned goal as a quote */
void plan_goals(Html *h, const PlanView *v); /* life goal → care goals → actions with who */
void plan_agreements(Html *h, const PlanView *v);
void plan_frame(Html *h, const PlanView *v); /* coordinator, dates */
/* A message text for the values a diff or a change shows: dates in words, codes of closed choices in words. */
Str plan_value(Ctx *c, Str prefix, Str field, Str value);
/* Gives issues of fields that are not on the page the id of one that is. */
void plan_errors_to(Errors *e, Str from, Str to);
/* Says what is missing instead of "fill this in". */
void plan_error_words(Errors *e, Str field, Msg when_empty);
/* saved(), with undo of the last write of this resource. */
Reply plan_saved_undo(Ctx *c, Str location, Msg what, FhirType type, Str id);

/* Activities that other systems put into a plan (plan_elsewhere.c). */
Str activity_text(Ctx *c, const Activity *x); /* what; "niet doen: …" for what must not be done */
Str activity_when(Ctx *c, const Activity *x);
Str activity_how(Ctx *c, const Activity *x); /* "Dr. Maes · 2 keer per week · thuis" */
Str activity_period(Ctx *c, const Activity *x);
Str activity_state(Ctx *c, const Activity *x); /* how far, in words; absent for what must not be done */
Str plan_foreign_status(Ctx *c, Str status);   /* a FHIR code in words */
void activity_facts(Ctx *c, Html *h, const Dossier *d, const Activity *x); /* how, when, for which goals, why */
/* Can the reader take it over as an action? With the button that does (a form for the page of actions). */
bool activity_adoptable(Ctx *c, const Dossier *d, const Activity *x);
void activity_button(Ctx *c, Html *h, const Activity *x);
/* The open ones as cards with buttons, and as a list to read; own_plan: only those in our own plan. Nothing when there
 * are none. */
void activities_cards(Ctx *c, Html *h, const Dossier *d);
void activities_list(Ctx *c, Html *h, const Dossier *d, bool own_plan);

/* The three printed sheets. */
typedef enum Sheet { SHEET_PERSON, SHEET_TEAM, SHEET_FRIDGE } Sheet;
Sheet sheet_parse(Str s);
Str sheet_code(Sheet s);
typedef struct FridgeLine {
	Str when, who, what, phone;
} FridgeLine;
/* Who comes when: the open actions of others than the person, with a time; at most 40. */
FridgeLine *fridge_lines(Ctx *c, const Dossier *d, size_t *n);
/* Whom to call: agreements for urgent moments, coordinator, close ones with a telephone number. what: name and why;
 * phone. */
FridgeLine *fridge_calls(Ctx *c, const Dossier *d, size_t *n);
/* The dossier to print: now, or the frozen version of ?versie=. *number: 0 for now. */
NODISCARD Err sheet_dossier(Ctx *c, Dossier *out, int *number);
/* "Plan van meneer Derks · versie 3 · 21 november 2026". */
Str sheet_footer(Ctx *c, const Dossier *d, int number, Millis *made);
/* A PDF of the dossier. *pages may be NULL. */
Str sheet_pdf(Ctx *c, const Dossier *d, Sheet s, int number, int *pages);

#endif
