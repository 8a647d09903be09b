/* Any StructureDefinition and any resource: two JSON texts with a byte 0 between them. Compiling and checking ends,
 * within its limits, and says the same twice. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "fhir/catalogue.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	random_init();
	return 0;
}

static size_t issues(const Catalogue *c, Str url, JVal v)
{
	Arena *a = arena_new();
	Outcome o = outcome_new(a);
	ValidateOptions options = { .warnings = true, .profiles = &url, .n_profiles = 1 };
	options.source = catalogue_profiles(c);
	options.terms = catalogue_terms(c);
	Err e = fhir_validate_with(v, &options, &o);
	if ((e != OK) != (o.errors > 0))
		abort();
	size_t n = o.errors * 1000 + o.count;
	arena_free(a);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *cut = size ? memchr(data, 0, size) : NULL;
	const Json *sd, *doc;
	if (!cut)
		return 0;
	Arena *a = arena_new();
	Str first = str_n((const char *)data, (size_t)(cut - data));
	Str second = str_n((const char *)cut + 1, size - first.n - 1);
	if (json_parse(a, first, &sd, NULL) == OK && json_parse(a, second, &doc, NULL) == OK) {
		Catalogue *c = catalogue_new();
		catalogue_add(c, json_root(sd));
		Str url = JSTR(json_root(sd), "url", a);
		if (issues(c, url, json_root(doc)) != issues(c, url, json_root(doc)))
			abort();
		catalogue_free(c);
	}
	arena_free(a);
	return 0;
}
