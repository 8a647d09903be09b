#include "web/problems.h"

static Msg message(Problem p)
{
	switch (p) {
	case PROBLEM_EMPTY:
		return MSG_problem_empty;
	case PROBLEM_TOO_LONG:
		return MSG_problem_too_long;
	case PROBLEM_UNKNOWN:
		return MSG_problem_unknown;
	case PROBLEM_DATE:
		return MSG_problem_date;
	case PROBLEM_DATE_ORDER:
		return MSG_problem_date_order;
	case PROBLEM_RANGE:
		return MSG_problem_range;
	case PROBLEM_STATE:
		return MSG_problem_state;
	case PROBLEM_NOT_YOURS:
		return MSG_problem_not_yours;
	case PROBLEM_NOT_ACCEPTED:
		return MSG_problem_not_accepted;
	case PROBLEM_TWICE:
		return MSG_problem_twice;
	case PROBLEM_OWNERLESS:
		return MSG_problem_ownerless;
	case PROBLEM_REFUSED:
		return MSG_problem_refused;
	}
	return MSG_problem_refused;
}

void errors_from(Errors *e, const FieldIssues *is)
{
	for (size_t i = 0; i < is->n; i++)
		errors_add(e, is->items[i].field, message(is->items[i].problem));
}
