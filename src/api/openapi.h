/* The API as an OpenAPI 3.1 document, made from the operations table: it says what is there, no more.
 * Source: https://spec.openapis.org/oas/v3.1.0 */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "api/call.h"

/* JSON text in a, for the server at api->base. */
Str openapi_document(const Api *api, Arena *a);

#endif
