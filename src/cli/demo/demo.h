/* The demonstration world: fictional persons, built by the operations that users use, on the days they would have
 * happened. Every helper ends the process with a message when an operation is refused: a demonstration that is half
 * there is worse than none. */
#ifndef CLI_DEMO_DEMO_H
#define CLI_DEMO_DEMO_H

#include "access/authn.h"
#include "care/action.h"
#include "care/care_goal.h"
#include "care/consent.h"
#include "care/conversation.h"
#include "care/life_goal.h"
#include "care/person.h"
#include "care/phase.h"
#include "care/plan.h"
#include "care/relative.h"
#include "care/remark.h"
#include "care/story.h"
#include "care/team.h"
#include "web/web.h" /* DEMO_PASSWORD */

typedef struct Demo {
	Records *records;
	Arena *arena;
	Millis today; /* midnight of the real day */
	Str login;    /* who acts now */
	Scope scope;
} Demo;

/* Sets the clock to h:mi on the day that is `ago` days back, and who acts. */
void demo_at(Demo *d, int ago, int h, int mi, Str login);
void demo_check(Err e, const FieldIssues *is, const char *what);
Visit *demo_visit(Demo *d);
void demo_commit(Visit *v, const char *what);
/* A visit with the dossier open; ends with demo_commit. */
Visit *demo_open(Demo *d, Str person, Dossier *out);

typedef struct Professional {
	Str login, given, family, profession, organisation, phone;
	Role role;
} Professional;
/* A Practitioner in the directory; with an account when login is given. "Practitioner/…". */
Str demo_professional(Demo *d, const Professional *p);
/* An account for the person or a relative. */
void demo_account(Demo *d, Str login, Str name, Role role, Str ref);

Str demo_person(Demo *d, const NewPerson *in);
void demo_member(Demo *d, Str person, const MemberInput *in);
Str demo_relative(Demo *d, Str person, const RelativeInput *in);
void demo_tie(Demo *d, Str person, Str ref, Tie tie);
void demo_consent(Demo *d, Str person, Str who, Str who_name, uint32_t categories, bool write, bool deny, bool spoken);
void demo_story(Demo *d, Str person, const Answer *answers, size_t n);
/* Answers with what is to be marked (absent: nothing). Finishes the conversation. */
typedef struct Said {
	Str question, text, mark;
} Said;
Str demo_conversation(Demo *d, Str person, ConversationHow how, const Said *said, size_t n);
Str demo_life_goal(Demo *d, Str person, Str conversation, Str words, LifeDomain domain, LifeGoalState state);
void demo_pin(Demo *d, Str person, Str life_goal);
Str demo_care_goal(Demo *d, Str person, CareGoalInput in, Str life_goal, Str second);
void demo_accept(Demo *d, Str person, Str goal, Str who, Str name, Acceptance status, Str why, bool spoken);
void demo_clash(Demo *d, Str person, Str goal, Str other, Str why);
void demo_level(Demo *d, Str person, Str goal, bool own, int level, Str words, bool spoken);
typedef struct Doing {
	Str what, owner, owner_name, when, where, with, until;
} Doing;
Str demo_action(Demo *d, Str person, Str goal, const Doing *x);
void demo_action_state(Demo *d, Str person, Str action, ActionState to, Str reason);
void demo_phase(Demo *d, Str person, Phase phase, Str why);
void demo_plan(Demo *d, Str person, Str title, const Agreement *agreements, size_t n, Str next_evaluation);
void demo_discuss(Demo *d, Str person);
void demo_agree(Demo *d, Str person, Str words, bool spoken);
void demo_revise(Demo *d, Str person, Str why);
void demo_remark(Demo *d, Str person, Str about, Str text);
void demo_look(Demo *d, Str person); /* reads the dossier, and has seen it */
/* The date `days` from today as yyyy-mm-dd. */
Str demo_date(Demo *d, int days);

/* The people that several stories share. */
typedef struct Cast {
	Str mia, an, leen, sofie, tom, bart, karim, ingrid, griet, nora;
} Cast;
void demo_derks(Demo *d, const Cast *cast);
void demo_wesley(Demo *d, const Cast *cast);
void demo_karel(Demo *d, const Cast *cast);

#endif
