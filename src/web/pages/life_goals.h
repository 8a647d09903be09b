/* What the pages of life goals and care goals share. */
#ifndef WEB_PAGES_LIFE_GOALS_H
#define WEB_PAGES_LIFE_GOALS_H

#include "web/page.h"

/* "/persoon/…/levensdoelen/<id>". */
Str life_goal_path(Ctx *c, Str id);
/* May the visitor write goals and plan? */
bool goals_may_write(const Ctx *c);

#endif
