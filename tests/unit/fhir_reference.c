/* Types, references, rewriting and bundles. */
#include "fhir_test.h"

#include "fhir/bundle.h"

static void types(void **state)
{
	(void)state;
	assert_int_equal(FT_COUNT, 147);
	for (unsigned t = 1; t < FT_COUNT; t++) {
		Str name = fhir_type_name((FhirType)t);
		assert_int_equal(fhir_type(name), t);
		if (t > 1)
			assert_true(str_cmp(fhir_type_name((FhirType)(t - 1)), name) < 0);
	}
	static const char *const none[] = { "",          "patient", "Patien",   "Patients",
		                            "HumanName", "string",  "Resource", "DomainResource" };
	for (size_t i = 0; i < COUNT_OF(none); i++)
		assert_int_equal(fhir_type(str_c(none[i])), FT_NONE);
	assert_int_equal(fhir_type((Str){ NULL, 0 }), FT_NONE);
	assert_null(fhir_type_name(FT_NONE).p);
	assert_null(fhir_type_name(FT_COUNT).p);
	/* these numbers are in databases */
	assert_int_equal(FT_ACCOUNT, 1);
	assert_int_equal(FT_PATIENT, 103);
	assert_int_equal(FT_VISIONPRESCRIPTION, 146);
}

static void references(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		RefKind kind;
		FhirType type;
		const char *id, *version, *query;
	} good[] = {
		{ "Patient/1", REF_RELATIVE, FT_PATIENT, "1", NULL, NULL },
		{ "Patient/1/_history/22", REF_RELATIVE, FT_PATIENT, "1", "22", NULL },
		{ "https://h.org/fhir/Patient/1", REF_ABSOLUTE, FT_PATIENT, "1", NULL, NULL },
		{ "https://h.org/fhir/Patient/1/_history/2", REF_ABSOLUTE, FT_PATIENT, "1", "2", NULL },
		{ "http://h.org/anything", REF_ABSOLUTE, FT_NONE, NULL, NULL, NULL },
		{ "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", REF_URN, FT_NONE, NULL, NULL, NULL },
		{ "#a", REF_CONTAINED, FT_NONE, "a", NULL, NULL },
		{ "#", REF_CONTAINED, FT_NONE, "", NULL, NULL },
		{ "Patient?identifier=a|b", REF_CONDITIONAL, FT_PATIENT, NULL, NULL, "identifier=a|b" },
	};
	static const char *const bad[] = {
		"",           "Patient",     "Patient/", "Patient/a b",         "Patient/1/2",
		"/Patient/1", "x/Patient/1", "Human/1",  "Patient/1/_history/", "Patient?",
		"Human?a=b",  "#a b",        "urn:",     "Patient/1 ",          "HumanName/1"
	};
	Reference r;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		if (!reference_parse(str_c(good[i].text), &r))
			fail_msg("%s", good[i].text);
		assert_int_equal(r.kind, good[i].kind);
		assert_int_equal(r.type, good[i].type);
		assert_true(str_eq(r.id, str_c(good[i].id)));
		assert_true(str_eq(r.version, str_c(good[i].version)));
		assert_true(str_eq(r.query, str_c(good[i].query)));
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (reference_parse(str_c(bad[i]), &r))
			fail_msg("'%s' was taken", bad[i]);
}

static Str map(void *ctx, Str text)
{
	(void)ctx;
	if (str_eq(text, S("urn:uuid:1")))
		return S("Patient/p\"1");
	if (str_eq(text, S("Patient?name=x")))
		return S("Patient/x");
	return (Str){ NULL, 0 };
}

static void rewriting(void **state)
{
	(void)state;
	Arena *a = arena_new();
	static const struct {
		const char *before, *after;
	} t[] = {
		{ "{\"resourceType\":\"Observation\",\"subject\": {\"reference\":\"urn:uuid:1\"}, "
		  "\"note\":[{\"authorReference\":{\"reference\":\"Patient?name=x\"}}]}",
		  "{\"resourceType\":\"Observation\",\"subject\": {\"reference\":\"Patient/p\\\"1\"}, "
		  "\"note\":[{\"authorReference\":{\"reference\":\"Patient/x\"}}]}" },
		/* uri values are rewritten, strings are not */
		{ "{\"resourceType\":\"Observation\",\"implicitRules\":\"urn:uuid:1\",\"identifier\":[{\"system\":"
		  "\"urn:uuid:2\",\"value\":\"urn:uuid:1\"}]}",
		  "{\"resourceType\":\"Observation\",\"implicitRules\":\"Patient/"
		  "p\\\"1\",\"identifier\":[{\"system\":\"urn:uuid:2\",\"value\":\"urn:uuid:1\"}]}" },
		/* links in the narrative, in contained resources too */
		{ "{\"resourceType\":\"Basic\",\"contained\":[{\"resourceType\":\"Basic\",\"subject\":{\"reference\":"
		  "\"urn:uuid:1\"}}],"
		  "\"text\":{\"div\":\"<div><a href=\\\"Patient?name=x\\\">a</a><img src='urn:uuid:9'/><a "
		  "href='Patient?name=x'>\\u00e9</a></div>\"}}",
		  "{\"resourceType\":\"Basic\",\"contained\":[{\"resourceType\":\"Basic\",\"subject\":{\"reference\":"
		  "\"Patient/p\\\"1\"}}],"
		  "\"text\":{\"div\":\"<div><a href=\\\"Patient/x\\\">a</a><img src='urn:uuid:9'/><a "
		  "href='Patient/x'>é</a></div>\"}}" },
		/* in an extension beside a primitive */
		{ "{\"resourceType\":\"Patient\",\"_birthDate\":{\"extension\":[{\"url\":\"urn:uuid:8\","
		  "\"valueReference\":{\"reference\":\"urn:uuid:1\"}}]}}",
		  "{\"resourceType\":\"Patient\",\"_birthDate\":{\"extension\":[{\"url\":\"urn:uuid:8\","
		  "\"valueReference\":{\"reference\":\"Patient/p\\\"1\"}}]}}" },
		{ "{\"resourceType\":\"Patient\"}", "{\"resourceType\":\"Patient\"}" },
		{ "{}", "{}" },
	};
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		Str got = reference_rewrite(a, parse(a, str_c(t[i].before)), map, NULL);
		if (!str_eq(got, str_c(t[i].after)))
			fail_msg("%.*s", STR_ARG(got));
	}
	/* a resource inside a bundle: its own text only */
	JVal b = parse(a, S("{\"entry\":[{\"resource\": "
	                    "{\"resourceType\":\"Basic\",\"subject\":{\"reference\":\"urn:uuid:1\"}} }]}"));
	Str got = reference_rewrite(a, json_path(b, "entry", "resource", NULL), map, NULL);
	assert_true(str_eq(got, S("{\"resourceType\":\"Basic\",\"subject\":{\"reference\":\"Patient/p\\\"1\"}}")));
	arena_free(a);
}

static void count(void *ctx, JVal v)
{
	assert_true(json_is(v, J_STRING));
	++*(size_t *)ctx;
}

static void each_reference(void **state)
{
	(void)state;
	Arena *a = arena_new();
	size_t n = 0;
	reference_each(parse(a, S("{\"subject\":{\"reference\":\"Patient/"
	                          "1\"},\"x\":[{\"y\":{\"reference\":\"#a\"}}],\"reference\":{\"reference\":\"b\"}}")),
	               count, &n);
	assert_int_equal(n, 3);
	arena_free(a);
}

static const char TRANSACTION[] =
    "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
    "{\"request\":{\"method\":\"GET\",\"url\":\"Patient?name=x\"}},"
    "{\"resource\":{\"resourceType\":\"Goal\",\"id\":\"g1\"},\"request\":{\"method\":\"PUT\",\"url\":\"Goal/"
    "g1\",\"ifMatch\":\"W/\\\"2\\\"\"}},"
    "{\"fullUrl\":\"urn:uuid:1\",\"resource\":{\"resourceType\":\"Patient\"},\"request\":{\"method\":\"POST\",\"url\":"
    "\"Patient\",\"ifNoneExist\":\"identifier=1\"}},"
    "{\"request\":{\"method\":\"DELETE\",\"url\":\"Goal/g2\"}},"
    "{\"resource\":{\"resourceType\":\"Patient\"},\"request\":{\"method\":\"PUT\",\"url\":\"Patient?identifier=3\"}},"
    "{\"resource\":{\"resourceType\":\"Parameters\"},\"request\":{\"method\":\"PATCH\",\"url\":\"Goal/g3\"}},"
    "{\"request\":{\"method\":\"HEAD\",\"url\":\"metadata\"}},"
    "{\"resource\":{\"resourceType\":\"Basic\"},\"request\":{\"method\":\"POST\",\"url\":\"Basic\"}}]}";

static void bundle_order(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Outcome o = outcome_new(a);
	BundleEntry *e;
	size_t n;
	assert_int_equal(bundle_entries(parse(a, str_c(TRANSACTION)), a, &e, &n, &o), OK);
	assert_int_equal(n, 8);
	assert_int_equal(e[1].verb, VERB_PUT);
	assert_int_equal(e[1].type, FT_GOAL);
	assert_true(str_eq(e[1].id, S("g1")) && str_eq(e[1].if_match, S("W/\"2\"")) && !e[1].query.p &&
	            !e[1].full_url.p);
	assert_true(str_eq(e[2].full_url, S("urn:uuid:1")) && str_eq(e[2].if_none_exist, S("identifier=1")) &&
	            !e[2].id.p);
	assert_true(str_eq(e[4].query, S("identifier=3")));
	assert_int_equal(e[6].type, FT_NONE);
	bundle_sort(e, n);
	static const size_t order[] = { 3, 2, 7, 1, 4, 5, 0, 6 };
	for (size_t i = 0; i < n; i++)
		assert_int_equal(e[i].index, order[i]);
	arena_free(a);
}

static void bundles_refused(void **state)
{
	(void)state;
	static const struct {
		const char *type, *entries, *expression;
	} t[] = {
		{ "searchset", "", "Bundle.type" },
		{ "transaction", "{\"resource\":{\"resourceType\":\"Patient\"}}", "Bundle.entry[0].request" },
		{ "batch", "{\"request\":{\"method\":\"GET\"}}", "Bundle.entry[0].request" },
		{ "transaction", "{\"request\":{\"method\":\"get\",\"url\":\"x\"}}", "Bundle.entry[0].request.method" },
		{ "transaction", "{\"request\":{\"method\":\"POST\",\"url\":\"Patient\"}}",
		  "Bundle.entry[0].resource" },
		{ "transaction",
		  "{\"resource\":{\"resourceType\":\"Goal\"},\"request\":{\"method\":\"POST\",\"url\":\"Patient\"}}",
		  "Bundle.entry[0].request.url" },
		{ "transaction",
		  "{\"resource\":{\"resourceType\":\"Goal\",\"id\":\"b\"},\"request\":{\"method\":\"PUT\",\"url\":"
		  "\"Goal/a\"}}",
		  "Bundle.entry[0].resource.id" },
		{ "transaction", "{\"request\":{\"method\":\"DELETE\",\"url\":\"Goal\"}}",
		  "Bundle.entry[0].request.url" },
		{ "transaction",
		  "{\"request\":{\"method\":\"DELETE\",\"url\":\"Goal/"
		  "1\"}},{\"request\":{\"method\":\"GET\",\"url\":\"Goal/1\"}},"
		  "{\"resource\":{\"resourceType\":\"Goal\",\"id\":\"1\"},\"request\":{\"method\":\"PUT\",\"url\":"
		  "\"Goal/1\"}}",
		  "Bundle.entry[2].request.url" },
		{ "transaction",
		  "{\"fullUrl\":\"urn:a\",\"request\":{\"method\":\"GET\",\"url\":\"x\"}},{\"fullUrl\":\"urn:a\","
		  "\"request\":{\"method\":\"GET\",\"url\":\"y\"}}",
		  "Bundle.entry[1].fullUrl" },
	};
	Arena *a = arena_new();
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		Outcome o = outcome_new(a);
		BundleEntry *e = NULL;
		size_t n = 77;
		Str json = arena_printf(a, "{\"resourceType\":\"Bundle\",\"type\":\"%s\",\"entry\":[%s]}", t[i].type,
		                        t[i].entries);
		assert_int_equal(bundle_entries(parse(a, json), a, &e, &n, &o), ERR_BAD_REQUEST);
		assert_true(e == NULL && n == 77);
		if (o.count != 1 || !str_eq(o.issues[0].expression, str_c(t[i].expression)))
			fail_msg("%zu: %.*s", i, STR_ARG(o.issues[0].expression));
	}
	/* a batch may touch the same resource twice */
	Outcome o = outcome_new(a);
	BundleEntry *e;
	size_t n;
	JVal v = parse(a, S("{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"request\":{\"method\":"
	                    "\"DELETE\",\"url\":\"Goal/1\"}},"
	                    "{\"request\":{\"method\":\"DELETE\",\"url\":\"Goal/1\"}}]}"));
	assert_int_equal(bundle_entries(v, a, &e, &n, &o), OK);
	arena_free(a);
}

static void bundle_too_large(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Outcome o = outcome_new(a);
	BundleEntry *e;
	size_t n;
	Buf b = buf_new(a, 0, 0);
	BUF_LIT(&b, "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[");
	for (int i = 0; i <= BUNDLE_MAX; i++)
		buf_add(&b, i ? S(",{}") : S("{}"));
	BUF_LIT(&b, "]}");
	assert_int_equal(bundle_entries(parse(a, buf_str(&b)), a, &e, &n, &o), ERR_TOO_LARGE);
	arena_free(a);
}

/* At every distance from the start and the end of a text, also where another text only looks like it. */
static void found_without_parsing(void **state)
{
	(void)state;
	Arena *a = arena_new();
	static const char spaces[] = "{\"reference_\":\"r:r:r:\",                                        ";
	for (size_t before = 24; before < sizeof spaces - 1; before++) {
		for (size_t after = 0; after < 40; after++) {
			Str body = arena_printf(
			    a,
			    "%.*s\"subject\":{\"reference\":\"Patient/1\"},\"note\":\"\\\"reference\\\":\\\"Goal/9\","
			    "\"reference\":\"A\\/2\",\"reference\":{},\"reference\":\"Practitioner/3\"}%*s",
			    (int)before, spaces, (int)after, "");
			size_t at = 0;
			Str ref;
			assert_true(reference_next(body, &at, &ref) && str_eq(ref, S("Patient/1")));
			assert_true(reference_next(body, &at, &ref) && str_eq(ref, S("Practitioner/3")));
			assert_false(reference_next(body, &at, &ref));
		}
	}
	size_t at = 0;
	Str ref;
	assert_false(reference_next(S(""), &at, &ref));
	assert_false(reference_next(S("\"reference\":\"cut off"), &at, &ref));
	arena_free(a);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types),
		cmocka_unit_test(references),
		cmocka_unit_test(rewriting),
		cmocka_unit_test(each_reference),
		cmocka_unit_test(found_without_parsing),
		cmocka_unit_test(bundle_order),
		cmocka_unit_test(bundles_refused),
		cmocka_unit_test(bundle_too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
