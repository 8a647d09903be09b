/* Life goals: Goal with category life-goal, in the person's own words. */
#ifndef CARE_LIFE_GOAL_H
#define CARE_LIFE_GOAL_H

#include "care/dossier.h"
#include "care/issues.h"

typedef struct LifeGoalInput {
	Str id; /* absent: new */
	int32_t version;
	Str words;                 /* 1 … 1000 characters */
	LifeDomain domain;         /* DOM_NONE: not said */
	LifeGoalState state;       /* new ones only: LG_DREAM or LG_ACTIVE; later by life_goal_state */
	Str said_by, said_by_name; /* reference; absent: the person */
	Str conversation; /* id of the QuestionnaireResponse the words come from; absent: none (an edit keeps what is
	                     there) */
} LifeGoalInput;

bool life_goal_is(const Rec *r); /* is this Goal a life goal? */
void life_goal_from(Arena *a, const Rec *r, LifeGoal *out);
/* A new one comes last in the order. Fields: words, domain, conversation, id. */
NODISCARD Err life_goal_save(Visit *v, const Dossier *d, const LifeGoalInput *in, FieldIssues *is, Str *id);
/* Ranks 1 … n in the order given; life goals not named come behind in their present order. Field: order. */
NODISCARD Err life_goal_order(Visit *v, const Dossier *d, const Str *ids, size_t n, FieldIssues *is);
/* Pins one and unpins the others; an absent id unpins all. */
NODISCARD Err life_goal_pin(Visit *v, const Dossier *d, Str id, FieldIssues *is);
/* Another state, with the story of the change (must be filled for reached, changed and let go). Fields: state, story.
 */
NODISCARD Err life_goal_state(Visit *v, const Dossier *d, Str id, LifeGoalState to, Str story, int32_t version,
                              FieldIssues *is);
/* The stories of its changes, oldest first. */
typedef struct StoryNote {
	Str text, by;
	Str at;
} StoryNote;
StoryNote *life_goal_stories(Arena *a, const LifeGoal *g, size_t *n);

#endif
