/* What the pages of team, relatives and ecogram share. */
#ifndef WEB_PAGES_TEAM_H
#define WEB_PAGES_TEAM_H

#include "care/network.h"
#include "web/page.h"

/* May the visitor change team and network? */
bool team_may_write(const Ctx *c);
/* "Practitioner/x" as one path segment "Practitioner-x", and back; absent when it is none. */
Str team_segment(Ctx *c, Str ref);
Str team_ref(Ctx *c, Str segment);
/* A link "Wijzigen" that says to a screen reader of whom. */
void team_named_link(Ctx *c, Html *h, Str href, Msg label, Str name);
/* The fields of a tie in the ecogram, and reading them back. */
void tie_fields(Ctx *c, Html *h, const Tie *t, const Errors *e);
Tie tie_from_form(Ctx *c);

#endif
