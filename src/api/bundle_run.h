/* Running the entries of a batch or transaction. Private to the api room. */
#ifndef API_BUNDLE_RUN_H
#define API_BUNDLE_RUN_H

#include "api/call.h"
#include "fhir/bundle.h"

typedef struct EntryAnswer {
	Reply reply;
	Millis updated; /* of the version in the reply; 0: none */
	bool write;
} EntryAnswer;

/* The request that an entry stands for: method, address, conditions, body. */
Request *entry_request(const Call *c, const BundleEntry *e, Str body);

/* Runs a transaction inside the visit of the call. Answers in bundle order. On error nothing may be kept of the visit,
 * and `o` says which entry it was and why. */
NODISCARD Err transaction_run(Call *c, const BundleEntry *entries, size_t n, EntryAnswer **out, Outcome *o);

#endif
