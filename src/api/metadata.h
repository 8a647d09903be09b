/* The CapabilityStatement, made from the operation table and the FHIR tables, so that it says what is. */
#ifndef API_METADATA_H
#define API_METADATA_H

#include "api/call.h"

Str capability_statement(const Api *api, Arena *a);
/* For GET /fhir/metadata?mode=terminology. */
Str terminology_capabilities(const Api *api, Arena *a);

#endif
