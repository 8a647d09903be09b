/* Bundles: reading entries and the order of a transaction. Source: https://hl7.org/fhir/R4/http.html#transaction */
#ifndef FHIR_BUNDLE_H
#define FHIR_BUNDLE_H

#include "fhir/outcome.h"
#include "fhir/reference.h"

typedef enum BundleVerb { VERB_GET, VERB_HEAD, VERB_POST, VERB_PUT, VERB_DELETE, VERB_PATCH } BundleVerb;

typedef struct BundleEntry {
	size_t index; /* place in the bundle; answers keep this order */
	BundleVerb verb;
	Str full_url;  /* absent when none */
	Str url;       /* request.url */
	FhirType type; /* from request.url, or of the resource */
	Str id;        /* from request.url; absent when none */
	Str query;     /* conditional update / delete / search; absent when none */
	JVal resource;
	Str if_match, if_none_match, if_none_exist, if_modified_since; /* absent when none */
} BundleEntry;

/* The entries of a transaction or batch, in bundle order. Refuses a bundle of another type, entries without
 * request, two entries that touch the same resource (transaction), more than BUNDLE_MAX entries. */
enum { BUNDLE_MAX = 50000 };
NODISCARD Err bundle_entries(JVal bundle, Arena *a, BundleEntry **out, size_t *n, Outcome *o);
/* Sorts by processing order of a transaction: DELETE, POST, PUT/PATCH, GET/HEAD. Stable. */
void bundle_sort(BundleEntry *entries, size_t n);

#endif
