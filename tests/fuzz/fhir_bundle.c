/* Any JSON as a bundle and as a resource: entries, order, rewriting, index keys, matching. */
#include <stdlib.h>

#include "base/random.h"
#include "fhir/bundle.h"
#include "fhir/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static Str map(void *ctx, Str text)
{
	++*(size_t *)ctx;
	return str_starts(text, S("urn:")) ? S("Patient/\"new\"\n") : (Str){ NULL, 0 };
}

static Str none(void *ctx, Str text)
{
	(void)ctx;
	(void)text;
	return (Str){ NULL, 0 };
}

static void count(void *ctx, JVal v)
{
	must(json_is(v, J_STRING));
	++*(size_t *)ctx;
}

static void check_search(Arena *a, JVal v, FhirType type)
{
	size_t n, params;
	IndexEntry *list = search_index(v, type, a, &n);
	for (size_t i = 0; i < n; i++) {
		must(list[i].key.p && list[i].key.n <= 128);
		must(i == 0 || list[i - 1].param < list[i].param ||
		     (list[i - 1].param == list[i].param && str_cmp(list[i - 1].key, list[i].key) < 0));
	}
	const SearchParam *const *all = search_params(type, &params);
	Str value = str_upto(json_raw(v), 40);
	for (size_t i = 0; i < params; i++) {
		KeyRange *ranges;
		SearchTerm t = { .param = all[i], .values = &value, .n_values = 1 };
		if (search_ranges(&t, NULL, a, &ranges, &n))
			for (size_t k = 0; k < n; k++)
				must(str_cmp(ranges[k].low, ranges[k].high) < 0);
		(void)search_matches(&t, NULL, v, a);
	}
	Str person = compartment_patient(v, type, a);
	must(!person.p || str_starts(person, S("Patient")) || str_starts(person, S("urn:")));
}

static void check_resource(Arena *a, JVal v)
{
	size_t maps = 0, references = 0;
	const Json *again;
	must(str_eq(reference_rewrite(a, v, none, NULL), json_raw(v)));
	if (!v.node) /* a GET or DELETE has no resource */
		return;
	must(json_parse(a, reference_rewrite(a, v, map, &maps), &again, NULL) == OK);
	reference_each(v, count, &references);
	FhirType type = fhir_type(JSTR(v, "resourceType", a));
	if (type != FT_NONE)
		check_search(a, v, type);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	random_init();
	Arena *a = arena_new();
	const Json *doc;
	if (json_parse(a, str_n((const char *)data, n), &doc, NULL) == OK) {
		Outcome o = outcome_new(a);
		BundleEntry *entries;
		size_t count_entries;
		check_resource(a, json_root(doc));
		if (bundle_entries(json_root(doc), a, &entries, &count_entries, &o) == OK) {
			bundle_sort(entries, count_entries);
			for (size_t i = 0; i < count_entries && i < 20; i++)
				check_resource(a, entries[i].resource);
		} else {
			must(o.errors > 0);
		}
	}
	arena_free(a);
	return 0;
}
