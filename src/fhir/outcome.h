/* Outcome: a list of issues that becomes a FHIR OperationOutcome (API) or an error summary (web). */
#ifndef FHIR_OUTCOME_H
#define FHIR_OUTCOME_H

#include "base/err.h"
#include "json/json.h"

typedef enum Severity { SEV_FATAL, SEV_ERROR, SEV_WARNING, SEV_INFORMATION } Severity;

typedef struct Issue {
	Severity severity;
	Str code;       /* http://hl7.org/fhir/issue-type: "structure", "required", "value", "invariant", … */
	Str expression; /* FHIRPath of the element: "Goal.target[0].measure"; absent when none */
	Str details;    /* English, one sentence, says what is wrong and what would be right; never care content beyond
	                   the offending token, cut at 100 bytes */
	unsigned line, col; /* 0: unknown */
} Issue;

enum { OUTCOME_MAX_ISSUES = 100 };

typedef struct Outcome {
	Arena *arena;
	Issue *issues;
	size_t count, cap;
	size_t errors; /* fatal and error, also those past the maximum */
	size_t mild;   /* of those listed: warnings and information; the last of them gives way to an error */
} Outcome;

Outcome outcome_new(Arena *a);
/* Would one more be listed? It is the last one then. */
bool outcome_takes(const Outcome *o, Severity s);
void outcome_add(Outcome *o, Severity s, Str code, Str expression, const char *fmt, ...) PRINTF_LIKE(5, 6);
void outcome_json_error(Outcome *o, const JError *e);
/* One issue from an Err. */
void outcome_err(Outcome *o, Err e, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The OperationOutcome resource; an outcome without issues says "informational: all OK". */
Str outcome_json(const Outcome *o, Arena *a);

#endif
