/* What is wrong with what someone filled in: field by field, as codes that the web face turns into words (message key
 * "problem." + code). Fields are named as in the input structs. An operation that returns ERR_INVALID has added at
 * least one. */
#ifndef CARE_ISSUES_H
#define CARE_ISSUES_H

#include "base/err.h"

#define PROBLEMS(X)                             \
	X(PROBLEM_EMPTY, "empty")               \
	X(PROBLEM_TOO_LONG, "too-long")         \
	X(PROBLEM_UNKNOWN, "unknown")           \
	X(PROBLEM_DATE, "date")                 \
	X(PROBLEM_DATE_ORDER, "date-order")     \
	X(PROBLEM_RANGE, "range")               \
	X(PROBLEM_STATE, "state")               \
	X(PROBLEM_NOT_YOURS, "not-yours")       \
	X(PROBLEM_NOT_ACCEPTED, "not-accepted") \
	X(PROBLEM_TWICE, "twice")               \
	X(PROBLEM_OWNERLESS, "ownerless")       \
	X(PROBLEM_REFUSED, "refused")
/* empty: must be filled · too-long · unknown: not one of the choices, or not of this dossier · date: no date ·
 * date-order: ends before it starts · range: number outside the limits · state: not possible in the present state ·
 * not-yours: only the person or the representative may (or a professional who records what the person said: `spoken`) ·
 * not-accepted: the person disagrees with a goal in the plan · twice: is there already · ownerless: would be left
 * without an owner · refused: the store's validation. */
#define X(c, code) c,
typedef enum Problem { PROBLEMS(X) } Problem;
#undef X
Str problem_code(Problem p);

enum { FIELD_ISSUES_MAX = 24 };
typedef struct FieldIssue {
	Str field; /* static */
	Problem problem;
	size_t limit; /* too-long: characters allowed */
} FieldIssue;
typedef struct FieldIssues { /* starts as {0} */
	FieldIssue items[FIELD_ISSUES_MAX];
	size_t n;
} FieldIssues;
/* Always returns ERR_INVALID. Beyond the maximum it is dropped. */
Err issue_add(FieldIssues *is, Str field, Problem problem);
bool issue_has(const FieldIssues *is, Str field);

#endif
