/* My tasks, across persons: the open actions that the visitor owns, with the life goal they serve. */
#ifndef CARE_TODAY_H
#define CARE_TODAY_H

#include "care/dossier.h"

typedef struct TodayAction {
	Action action;
	Str care_goal; /* text of the first care goal it serves; absent: none */
	Str life_goal; /* the person's words of the first life goal behind it; absent: none, or not shared */
	bool late;     /* past its until date */
} TodayAction;
typedef struct TodayPerson {
	Str id, name;
	TodayAction *actions; /* late first, then by until date, then by text */
	size_t n_actions;
} TodayPerson;
typedef struct Today {
	TodayPerson *persons; /* by name; only persons with an action of mine */
	size_t n_persons, n_actions;
	bool more; /* there are more persons than were looked at */
} Today;
/* Looks at the first `max_persons` persons of the visitor (0: 50, at most 200). */
NODISCARD Err today_of(Visit *v, size_t max_persons, Today *out);

#endif
