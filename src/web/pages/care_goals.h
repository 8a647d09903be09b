/* What the pages of care goals share. */
#ifndef WEB_PAGES_CARE_GOALS_H
#define WEB_PAGES_CARE_GOALS_H

#include "care/care_goal.h"
#include "web/pages/life_goals.h"

/* "/persoon/…/zorgdoelen/<id>" + rest ("" or "/stap/tijd"). */
Str care_goal_path(Ctx *c, Str id, Str rest);
/* The dossier and the care goal {id} of the path; NULL: *reply is the page to send. */
const CareGoal *care_goal_of_path(Ctx *c, Dossier *d, Reply *reply);
/* The life goals that it serves, in the person's own words: the upper half of the thread. */
void care_goal_serves(Ctx *c, Html *h, const Dossier *d, const CareGoal *g);
/* Does the care goal serve this life goal (id)? */
bool care_goal_is_for(const CareGoal *g, Str life_goal);
/* Tag and words of how the person stands towards it. */
void care_goal_acceptance_tag(const Ctx *c, Html *h, const CareGoal *g);

#endif
