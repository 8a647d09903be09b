/* Any text as a patch of a small Patient, both kinds: '[' begins a JSON Patch, the rest is a FHIRPath Patch. What comes
 * out must be JSON again. */
#include <stdlib.h>

#include "base/random.h"
#include "fhir/patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char patient[] =
    "{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true,\"name\":[{\"family\":\"A\",\"given\":[\"B\",\"C\"],"
    "\"_given\":[null,{\"id\":\"c\"}]},{\"text\":\"D\"}],\"_birthDate\":{\"extension\":[{\"url\":\"u:x\",\"valueCode\":"
    "\"y\"}]},\"deceasedBoolean\":false,\"contact\":[{\"gender\":\"male\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static Arena *a;
	const Json *doc, *patch, *result;
	Str out = STR_END;
	if (!a) {
		random_init();
		a = arena_new();
	}
	arena_reset(a);
	Outcome o = outcome_new(a);
	if (json_parse(a, str_n((const char *)data, n), &patch, NULL) != OK ||
	    json_parse(a, str_c(patient), &doc, NULL) != OK)
		return 0;
	JVal p = json_root(patch);
	Err e = json_is(p, J_ARRAY) ? patch_json(json_root(doc), p, a, &out, &o)
	                            : patch_fhirpath(json_root(doc), p, a, &out, &o);
	if (e == OK && json_parse(a, out, &result, NULL) != OK)
		abort();
	if (e == OK)
		(void)patch_prune(json_root(result), a);
	if ((e == OK) != (o.errors == 0))
		abort();
	return 0;
}
