#include "care/dossier.h"

#include "care/changes.h"
#include "care/issues.h"

/* One choice list → x_code and x_parse. */
#define X(c, code) S_INIT(code),
#define CHOICE(fn, T, LIST)                                                         \
	static const Str fn##_codes[] = { LIST(X) };                                \
	Str fn##_code(T v)                                                          \
	{                                                                           \
		size_t i = (size_t)v;                                               \
		return i < COUNT_OF(fn##_codes) ? fn##_codes[i] : (Str){ NULL, 0 }; \
	}
#define PARSE(fn, T)                                              \
	bool fn##_parse(Str s, T *out)                            \
	{                                                         \
		for (size_t i = 0; i < COUNT_OF(fn##_codes); i++) \
			if (str_eq(s, fn##_codes[i])) {           \
				*out = (T)i;                      \
				return true;                      \
			}                                         \
		return false;                                     \
	}

/* clang-format off */
CHOICE(life_goal_state, LifeGoalState, LIFE_GOAL_STATES) PARSE(life_goal_state, LifeGoalState)
CHOICE(life_domain, LifeDomain, LIFE_DOMAINS) PARSE(life_domain, LifeDomain)
CHOICE(care_goal_state, CareGoalState, CARE_GOAL_STATES) PARSE(care_goal_state, CareGoalState)
CHOICE(plan_state, PlanState, PLAN_STATES) PARSE(plan_state, PlanState)
CHOICE(action_state, ActionState, ACTION_STATES) PARSE(action_state, ActionState)
CHOICE(circle, Circle, CIRCLES) PARSE(circle, Circle)
CHOICE(agreement_kind, AgreementKind, AGREEMENT_KINDS) PARSE(agreement_kind, AgreementKind)
CHOICE(phase, Phase, PHASES) PARSE(phase, Phase)
CHOICE(change_noun, ChangeNoun, CHANGE_NOUNS)
CHOICE(problem, Problem, PROBLEMS)
#undef X

Err issue_add(FieldIssues *is, Str field, Problem problem)
{
	if (is->n < FIELD_ISSUES_MAX)
		is->items[is->n++] = (FieldIssue){ .field = field, .problem = problem };
	return ERR_INVALID;
}

bool issue_has(const FieldIssues *is, Str field)
{
	for (size_t i = 0; i < is->n; i++)
		if (str_eq(is->items[i].field, field))
			return true;
	return false;
}
