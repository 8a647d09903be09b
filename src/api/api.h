/* The FHIR R4 REST face under /fhir. Thread-safe. Source: https://hl7.org/fhir/R4/http.html */
#ifndef API_API_H
#define API_API_H

#include "access/records.h"
#include "http/http.h"

typedef struct Api Api;
NODISCARD Err api_new(Records *records, Str base_url, Api **out);
/* Where notifications may go, before serving: prefixes of addresses (http/endpoint.h); standard: nowhere. */
NODISCARD Err api_notify_to(Api *api, Str prefixes, char *why, size_t why_n);
/* For the thread that delivers. */
struct Notifier;
struct Streams;
const struct Notifier *api_notifier(const Api *api);
struct Streams *api_streams(const Api *api);
void api_free(Api *api);
/* Must this request run on the slow pool (large bundles)? */
bool api_slow(const Api *api, const Request *r);
/* The API as an OpenAPI 3.1 document (JSON); lives as long as api. */
Str api_openapi(const Api *api);
/* Never fails: errors are OperationOutcomes. */
Reply api_handle(Api *api, Request *r);

#endif
