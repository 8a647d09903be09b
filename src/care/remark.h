/* Remarks about a plan or a goal: Communication of category plan-remark. */
#ifndef CARE_REMARK_H
#define CARE_REMARK_H

#include "care/dossier.h"
#include "care/issues.h"

bool remark_is(const Rec *r);
void remark_from(Arena *a, const Rec *r, Remark *out);
/* about: "CarePlan/…", "Goal/…" or "Task/…" of this dossier. Fields: text, about. */
NODISCARD Err remark_add(Visit *v, const Dossier *d, Str about, Str text, FieldIssues *is, Str *id);

#endif
