/* Publishing what is built in: the definitions of fhir/published.h as resources of the shared partition, so that they
 * are read, searched and versioned like all others, and every signed-in user sees them. */
#ifndef ACCESS_PUBLISH_H
#define ACCESS_PUBLISH_H

#include "access/records.h"

/* Creates what is missing and updates what differs, under the scope "publish", in one transaction. Users
 * cannot change or delete them (visit_update); what an import wrote over one is put right. Does nothing, and writes
 * nothing, when all is as it should be: at each start of the server. On error nothing is changed, and `why` says which
 * definition. */
NODISCARD Err records_publish(Records *r, char *why, size_t why_n);

#endif
