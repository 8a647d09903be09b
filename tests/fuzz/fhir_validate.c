/* Any JSON through validation: it must end, count what it lists, and its outcome must itself be valid. */
#include <stdlib.h>

#include "base/random.h"
#include "fhir/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	random_init();
	Arena *a = arena_new();
	const Json *doc;
	JError e;
	Outcome o = outcome_new(a), again = outcome_new(a);
	if (json_parse(a, str_n((const char *)data, n), &doc, &e) == OK) {
		Err result = fhir_validate(json_root(doc), &o);
		must((result == OK) == (o.errors == 0));
		must(o.count <= OUTCOME_MAX_ISSUES && o.count <= o.errors);
		must(o.count == OUTCOME_MAX_ISSUES || o.count == o.errors);
	} else {
		outcome_json_error(&o, &e);
	}
	const Json *out;
	must(json_parse(a, outcome_json(&o, a), &out, &e) == OK);
	must(fhir_validate(json_root(out), &again) == OK);
	arena_free(a);
	return 0;
}
