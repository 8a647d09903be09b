/* What the tests of the care room share: a dossier made through the operations, and who comes to it. */
#ifndef CARE_HELP_H
#define CARE_HELP_H

#include "access_help.h"

#include "care/action.h"
#include "care/care_goal.h"
#include "care/changes.h"
#include "care/consent.h"
#include "care/conversation.h"
#include "care/foreign.h"
#include "care/life_goal.h"
#include "care/network.h"
#include "care/person.h"
#include "care/phase.h"
#include "care/plan.h"
#include "care/plan_version.h"
#include "care/relative.h"
#include "care/remark.h"
#include "care/story.h"
#include "care/team.h"
#include "care/today.h"

typedef struct Care {
	World *w;
	Str id, patient; /* of the person; "Patient/id" */
	Str nurse_ref, doctor_ref;
	Scope person, nurse, doctor;
} Care;

static inline Scope named(World *w, int64_t account, Role role, Str ref, const char *name)
{
	Scope s = scope_of(w, account, role, arena_cstr(w->a, ref));
	s.name = str_c(name);
	return s;
}

/* Opens the dossier for one of them, in a visit of its own. */
static inline Dossier open_as(Care *c, const Scope *who)
{
	Dossier d;
	must(dossier_open(visit(c->w, who), c->id, &DOSSIER_ALL, &d));
	return d;
}

/* The operation went well and is kept. */
static inline void keep_(Visit *v, Err e, const FieldIssues *is, const char *file, int line)
{
	if (e != OK) {
		fprintf(stderr, "%s:%d: %s", file, line, err_name(e).p);
		for (size_t i = 0; i < is->n; i++)
			fprintf(stderr, " %.*s:%s", STR_ARG(is->items[i].field), problem_code(is->items[i].problem).p);
		fprintf(stderr, "\n%.*s\n", STR_ARG(outcome_json(visit_outcome(v), visit_arena(v))));
	}
	must(e);
	must(visit_commit(v));
}
#define DO(c, who, ...)                                      \
	do {                                                 \
		Dossier d = open_as((c), (who));             \
		FieldIssues is = { .n = 0 };                 \
		Err e_ = (__VA_ARGS__);                      \
		keep_(d.visit, e_, &is, __FILE__, __LINE__); \
	} while (0)
/* Refused, because of this field. */
#define REFUSED(c, who, f, p, ...)                          \
	do {                                                \
		Dossier d = open_as((c), (who));            \
		FieldIssues is = { .n = 0 };                \
		gives((__VA_ARGS__), ERR_INVALID);          \
		assert_true(issue_has(&is, S(f)));          \
		assert_int_equal(is.items[0].problem, (p)); \
	} while (0)
#define same(x, lit) assert_string_equal(arena_cstr(c->w->a, (x)), (lit))

static inline Str make_practitioner(World *w, const char *name)
{
	return arena_join(w->a, S("Practitioner/"),
	                  make(w, FORMAT(w, "{\"resourceType\":\"Practitioner\",\"name\":[{\"text\":\"%s\"}]}", name)),
	                  STR_END);
}

/* A dossier that the nurse made (coordinator, bound by secrecy), with the doctor in the team. */
static inline int care_open(void **state)
{
	if (world_open(state))
		return -1;
	World *w = *state;
	Care *c = calloc(1, sizeof *c);
	c->w = w;
	c->nurse_ref = make_practitioner(w, "Nora Peeters");
	c->doctor_ref = make_practitioner(w, "Dirk Maes");
	c->nurse = named(w, 2, ROLE_COORDINATOR, c->nurse_ref, "Nora Peeters");
	c->doctor = named(w, 3, ROLE_PROFESSIONAL, c->doctor_ref, "Dirk Maes");
	NewPerson in = { .person = { .given = S("Jean"),
		                     .family = S("Derks"),
		                     .call_name = S("Meneer Derks"),
		                     .birth_date = S("1956-03-02"),
		                     .gender = S("male"),
		                     .language = S("nl"),
		                     .phone = S("011 22 33 44"),
		                     .email = S("jean@example.org"),
		                     .address = S("Tuinstraat 1, Hasselt") },
		         .role_text = S("thuisverpleegkundige"),
		         .coordinator = true,
		         .secrecy = true,
		         .why = S("Alleen sinds vorig jaar") };
	FieldIssues is = { .n = 0 };
	Visit *v = visit(w, &c->nurse);
	keep_(v, person_save(v, &in, &is, &c->id), &is, __FILE__, __LINE__);
	c->patient = arena_join(w->a, S("Patient/"), c->id, STR_END);
	c->person = named(w, 4, ROLE_PERSON, c->patient, "Jean Derks");
	MemberInput m = { .ref = c->doctor_ref, .name = S("Dirk Maes"), .role_text = S("huisarts"), .secrecy = true };
	DO(c, &c->nurse, team_add(d.visit, &d, &m, &is));
	*state = c;
	return 0;
}

static inline int care_close(void **state)
{
	Care *c = *state;
	void *w = c->w;
	free(c);
	return world_close(&w);
}

static inline Str add_life_goal(Care *c, const char *words)
{
	LifeGoalInput in = { .words = str_c(words), .domain = DOM_DOING, .state = LG_ACTIVE };
	Str id = STR_END;
	DO(c, &c->nurse, life_goal_save(d.visit, &d, &in, &is, &id));
	return id;
}

static inline Str add_care_goal(Care *c, const char *text, Str life_goal)
{
	CareGoalInput in = { .steps = CG_STEP_TEXT, .text = str_c(text), .life_goals = &life_goal, .n_life_goals = 1 };
	Str id = STR_END;
	DO(c, &c->nurse, care_goal_save(d.visit, &d, &in, &is, &id));
	return id;
}

static inline Str add_action(Care *c, const char *what, Str care_goal, Str owner)
{
	ActionInput in = {
		.what = str_c(what), .care_goals = &care_goal, .n_care_goals = care_goal.n > 0, .owner = owner
	};
	Str id = STR_END;
	DO(c, &c->nurse, action_save(d.visit, &d, &in, &is, &id));
	return id;
}

static inline void accept_as_person(Care *c, Str goal)
{
	AcceptInput in = { .goal = goal, .status = ACC_AGREE };
	DO(c, &c->person, care_goal_accept(d.visit, &d, &in, &is));
}

static inline size_t breaks_of(Care *c, BreakKind kind)
{
	Dossier d = open_as(c, &c->nurse);
	size_t n, found = 0;
	Break *list = dossier_breaks(&d, &n);
	for (size_t i = 0; i < n; i++)
		found += list[i].kind == kind;
	return found;
}

#endif
