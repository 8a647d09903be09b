/* From what an operation of the care room found wrong (care/issues.h) to messages beside fields. */
#ifndef WEB_PROBLEMS_H
#define WEB_PROBLEMS_H

#include "care/issues.h"
#include "web/page.h"

void errors_from(Errors *e, const FieldIssues *is);

#endif
