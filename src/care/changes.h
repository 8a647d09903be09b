/* What changed in a dossier since a moment, in terms of nouns. */
#ifndef CARE_CHANGES_H
#define CARE_CHANGES_H

#include "care/dossier.h"

#define CHANGE_NOUNS(X)                     \
	X(CHG_PERSON, "person")             \
	X(CHG_PHASE, "phase")               \
	X(CHG_CONVERSATION, "conversation") \
	X(CHG_STORY, "story")               \
	X(CHG_LIFE_GOAL, "life-goal")       \
	X(CHG_CARE_GOAL, "care-goal")       \
	X(CHG_ATTAINMENT, "attainment")     \
	X(CHG_ACTION, "action")             \
	X(CHG_PLAN, "plan")                 \
	X(CHG_AGREED, "agreed")             \
	X(CHG_REMARK, "remark")             \
	X(CHG_TEAM, "team") X(CHG_RELATIVE, "relative") X(CHG_CONSENT, "consent") X(CHG_OTHER, "other")
#define X(c, code) c,
typedef enum ChangeNoun { CHANGE_NOUNS(X) } ChangeNoun;
#undef X
Str change_noun_code(ChangeNoun n);
typedef enum ChangeHow { CHANGE_NEW, CHANGE_EDITED, CHANGE_DELETED } ChangeHow; /* over the whole time since then */

typedef struct Change {
	ChangeNoun noun;
	ChangeHow how;
	FhirType type;
	Str id;
	Str title;         /* goal's words, action's text, remark's text, …; absent when there is none */
	Str about;         /* CHG_ATTAINMENT: the id of the goal; its title is what was said, if anything */
	int level;         /* CHG_ATTAINMENT: -2 … +2 */
	Str before, after; /* the field that matters most (state or text), when edited; absent otherwise */
	Str who;           /* who did the last of it, when the visitor may see the access log; else absent */
	Millis when;       /* of the last */
	int32_t version;
} Change;
/* One Change per resource, newest first, at most `limit` (and at most 500 versions are looked at). */
NODISCARD Err changes_since(Visit *v, const Dossier *d, Millis since, size_t limit, Change **out, size_t *n);

#endif
