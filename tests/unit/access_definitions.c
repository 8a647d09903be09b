/* Definitions by canonical url: stored before built in, versions, what is forgotten when something is written. */
#include <pthread.h>

#include "access/definitions.h"
#include "access_help.h"

static Str store_set(World *w, const char *url, const char *version, const char *name)
{
	return make(w,
	            arena_printf(w->a,
	                         "{\"resourceType\":\"ValueSet\",\"url\":\"%s\",\"version\":\"%s\",\"name\":\"%s\","
	                         "\"status\":\"active\",\"compose\":{\"include\":[{\"system\":\"urn:s\",\"concept\":["
	                         "{\"code\":\"%s\"}]}]}}",
	                         url, version, name, name));
}

/* The name of what is found; "-": nothing. */
static const char *found(World *w, const char *url, const char *version)
{
	JVal v;
	if (!definitions_find(w->r, FT_VALUESET, str_c(url), version ? str_c(version) : STR_END, w->a, &v))
		return "-";
	return arena_cstr(w->a, JSTR(v, "name", w->a));
}

static void versions(void **state)
{
	World *w = *state;
	static const char *const order[] = { "1.2.0", "1.10.0", "1.9.3", "0.99", "1.9" };
	assert_string_equal(found(w, "urn:v", NULL), "-");
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		char name[8];
		snprintf(name, sizeof name, "N%zu", i);
		store_set(w, "urn:v", order[i], name);
		/* 1.10.0 is the highest as soon as it is there. */
		assert_string_equal(found(w, "urn:v", NULL), i == 0 ? "N0" : "N1");
	}
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		char name[8], canonical[32];
		snprintf(name, sizeof name, "N%zu", i);
		snprintf(canonical, sizeof canonical, "urn:v|%s", order[i]);
		assert_string_equal(found(w, "urn:v", order[i]), name);
		assert_string_equal(found(w, canonical, NULL), name);
	}
	assert_string_equal(found(w, "urn:v|7", NULL), "-");
	assert_string_equal(found(w, "urn:v", "7"), "-");
	/* The version as an argument counts more than the one behind the url. */
	assert_string_equal(found(w, "urn:v|1.9", "0.99"), "N3");
	/* The same version twice: the one written last. */
	store_set(w, "urn:v", "1.10.0", "Later");
	assert_string_equal(found(w, "urn:v", NULL), "Later");
	/* A url that only begins like it is another. */
	store_set(w, "urn:v2", "9", "Other");
	assert_string_equal(found(w, "urn:v", NULL), "Later");
}

static void built_in(void **state)
{
	World *w = *state;
	const char *gender = "http://hl7.org/fhir/ValueSet/administrative-gender";
	Rec rec;
	JVal v;
	assert_string_equal(found(w, gender, NULL), "AdministrativeGender");
	assert_string_equal(found(w, gender, "4.0.1"), "AdministrativeGender");
	assert_string_equal(found(w, gender, "5.0.0"), "-");
	Str id = store_set(w, gender, "0.1", "Mine");
	/* Stored wins, although its version is lower; asked for by version, the built-in one is still there. */
	assert_string_equal(found(w, gender, NULL), "Mine");
	assert_string_equal(found(w, gender, "4.0.1"), "AdministrativeGender");
	Scope s = scope_system(S("demo"));
	Visit *del = visit_new(w->r, &s, w->a);
	must(visit_delete(del, FT_VALUESET, id, 0));
	must(visit_commit(del));
	assert_string_equal(found(w, gender, NULL), "AdministrativeGender");
	assert_true(definitions_builtin(FT_STRUCTUREDEFINITION, S("Patient"), w->a, &rec));
	assert_int_equal(rec.version, 0);
	assert_false(definitions_builtin(FT_STRUCTUREDEFINITION, S("Nobody"), w->a, &rec));
	assert_true(definitions_find(w->r, FT_STRUCTUREDEFINITION, S("http://hl7.org/fhir/StructureDefinition/Goal"),
	                             STR_END, w->a, &v));
	assert_true(definitions_find(w->r, FT_SEARCHPARAMETER, S("http://hl7.org/fhir/SearchParameter/Goal-subject"),
	                             STR_END, w->a, &v) ||
	            definitions_find(w->r, FT_SEARCHPARAMETER,
	                             S("http://hl7.org/fhir/SearchParameter/clinical-patient"), STR_END, w->a, &v));
	/* Never for what is about a person. */
	assert_false(definitions_find(w->r, FT_PATIENT, S("urn:v"), STR_END, w->a, &v));
}

static void forgotten(void **state)
{
	World *w = *state;
	const Str set = S("urn:f"), sys = S("urn:s");
	uint64_t before = definitions_epoch(w->r, FT_VALUESET), systems = definitions_epoch(w->r, FT_CODESYSTEM);
	assert_int_equal(definitions_member(w->r, set, sys, S("A")), TERM_UNKNOWN);
	Str id = store_set(w, "urn:f", "1", "A");
	assert_true(definitions_epoch(w->r, FT_VALUESET) != before);
	assert_true(definitions_epoch(w->r, FT_CODESYSTEM) == systems);
	assert_int_equal(definitions_member(w->r, set, sys, S("A")), TERM_YES);
	assert_int_equal(definitions_member(w->r, set, sys, S("B")), TERM_NO);
	assert_int_equal(definitions_member(w->r, arena_join(w->a, S("ValueSet/"), id, STR_END), sys, S("A")),
	                 TERM_YES);
	assert_int_equal(definitions_member(w->r, S("ValueSet/nowhere"), sys, S("A")), TERM_UNKNOWN);
	assert_int_equal(definitions_member(w->r, S("ValueSet/administrative-gender"), STR_END, S("male")), TERM_YES);
	store_set(w, "urn:f", "2", "B");
	assert_int_equal(definitions_member(w->r, set, sys, S("A")), TERM_NO);
	assert_int_equal(definitions_member(w->r, set, sys, S("B")), TERM_YES);
	assert_int_equal(definitions_member(w->r, S("urn:f|1"), sys, S("A")), TERM_YES);
}

static void systems_and_supplements(void **state)
{
	World *w = *state;
	const TermSource *t = definitions_terms(w->r);
	make(w, S("{\"resourceType\":\"CodeSystem\",\"url\":\"urn:c\",\"status\":\"active\",\"content\":\"complete\","
	          "\"caseSensitive\":true,\"concept\":[{\"code\":\"a\",\"display\":\"A\",\"concept\":[{\"code\":\"b\"}]"
	          "}]}"));
	assert_int_equal(definitions_subsumes(w->r, S("urn:c"), S("a"), S("b")), TERM_YES);
	assert_int_equal(definitions_subsumes(w->r, S("urn:c"), S("b"), S("a")), TERM_NO);
	assert_string_equal(term_display(t, S("urn:c"), S("a"), S("nl"), w->a).p, "A");
	make(w,
	     S("{\"resourceType\":\"CodeSystem\",\"url\":\"urn:c-nl\",\"status\":\"active\",\"content\":\"supplement\","
	       "\"supplements\":\"urn:c|1\",\"concept\":[{\"code\":\"a\",\"designation\":[{\"language\":\"nl\","
	       "\"value\":\"Aa\"}]}]}"));
	assert_string_equal(term_display(t, S("urn:c"), S("a"), S("nl"), w->a).p, "Aa");
}

/* Many threads ask while one writes: each answer is one of those that were right at some time, the last is the last. */
typedef struct Racer {
	World *w;
	bool wrong;
	_Atomic bool *stop;
} Racer;

static void *race(void *arg)
{
	Racer *r = arg;
	while (!*r->stop) {
		Arena *a = arena_new();
		JVal v;
		if (definitions_find(r->w->r, FT_VALUESET, S("urn:race"), STR_END, a, &v) &&
		    !str_starts(JSTR(v, "name", a), S("R")))
			r->wrong = true;
		if (definitions_member(r->w->r, S("urn:race"), S("urn:s"), S("nothing")) == TERM_YES)
			r->wrong = true;
		arena_free(a);
	}
	records_thread_end(r->w->r);
	return NULL;
}

static void threads(void **state)
{
	World *w = *state;
	enum { THREADS = 4, WRITES = 60 };
	_Atomic bool stop = false;
	pthread_t t[THREADS];
	Racer racers[THREADS];
	for (size_t i = 0; i < THREADS; i++) {
		racers[i] = (Racer){ w, false, &stop };
		assert_int_equal(pthread_create(&t[i], NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < WRITES; i++) {
		char version[16], name[16];
		snprintf(version, sizeof version, "%d", i);
		snprintf(name, sizeof name, "R%d", i);
		store_set(w, "urn:race", version, name);
		assert_string_equal(found(w, "urn:race", NULL), name);
		assert_int_equal(definitions_member(w->r, S("urn:race"), S("urn:s"), str_c(name)), TERM_YES);
	}
	stop = true;
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(t[i], NULL);
		assert_false(racers[i].wrong);
	}
}

/* ---- what is required of everybody ---- */

static Err write_goal(World *w, const char *more, Str *said)
{
	Scope system = scope_system(S("test"));
	Visit *v = visit(w, &system);
	Str id;
	Err e = visit_create(v,
	                     arena_printf(w->a,
	                                  "{\"resourceType\":\"Goal\",\"lifecycleStatus\":\"active\",\"description\":{"
	                                  "\"text\":\"Tuin\"},\"subject\":{\"reference\":\"Patient/p1\"}%s}",
	                                  more),
	                     &id);
	if (e == OK)
		e = visit_commit(v);
	*said = outcome_json(visit_outcome(v), w->a);
	return e;
}

static void required(void **state)
{
	World *w = *state;
	char why[200] = "";
	Str said, url = S("https://regio.example/StructureDefinition/goal-with-note");
	Scope system = scope_system(S("test"));
	Visit *v = visit(w, &system);
	must(visit_create_as(v, FT_PATIENT, S("p1"), S("{\"resourceType\":\"Patient\",\"id\":\"p1\"}")));
	must(visit_commit(v));
	Str both = arena_join(w->a, S("http://hl7.org/fhir/StructureDefinition/vitalsigns, "), url, STR_END);
	assert_int_equal(definitions_require(w->r, both, why, sizeof why), ERR_INVALID);
	assert_non_null(strstr(why, "goal-with-note is not known"));
	assert_int_equal(definitions_require(w->r, S("http://hl7.org/fhir/StructureDefinition/Goal"), why, sizeof why),
	                 ERR_INVALID);
	assert_non_null(strstr(why, "no profile of a resource"));
	assert_int_equal(definitions_required(w->r, FT_GOAL).n, 0);
	Str id =
	    make(w, arena_printf(w->a,
	                         "{\"resourceType\":\"StructureDefinition\",\"url\":\"%.*s\",\"name\":\"Noted\","
	                         "\"status\":\"active\",\"kind\":\"resource\",\"abstract\":false,\"type\":\"Goal\","
	                         "\"baseDefinition\":\"http://hl7.org/fhir/StructureDefinition/Goal\","
	                         "\"derivation\":\"constraint\",\"differential\":{\"element\":[{\"id\":\"Goal\","
	                         "\"path\":\"Goal\"},{\"id\":\"Goal.note\",\"path\":\"Goal.note\",\"min\":1}]}}",
	                         STR_ARG(url)));
	assert_int_equal(write_goal(w, "", &said), OK);
	must(definitions_require(w->r, url, why, sizeof why));
	ProfileList list = definitions_required(w->r, FT_GOAL);
	assert_int_equal(list.n, 1);
	assert_true(str_eq(list.urls[0], url));
	/* Whatever it says of itself. */
	assert_int_equal(write_goal(w, "", &said), ERR_INVALID);
	assert_true(str_find(said, S("note")) >= 0);
	assert_int_equal(write_goal(w, ",\"meta\":{\"profile\":[\"urn:other\"]}", &said), ERR_INVALID);
	assert_int_equal(write_goal(w, ",\"note\":[{\"text\":\"Bij droog weer\"}]", &said), OK);
	/* Not what it was made for: other types, and what is inside. */
	make(w, S("{\"resourceType\":\"Organization\",\"name\":\"De Linde\"}"));
	/* What it says of itself uses nothing up. */
	make(w,
	     S("{\"resourceType\":\"StructureDefinition\",\"url\":\"urn:mild\",\"name\":\"Mild\",\"status\":\"active\","
	       "\"kind\":\"resource\",\"abstract\":false,\"type\":\"Goal\",\"baseDefinition\":"
	       "\"http://hl7.org/fhir/StructureDefinition/Goal\",\"derivation\":\"constraint\",\"differential\":{"
	       "\"element\":[{\"id\":\"Goal\",\"path\":\"Goal\"},{\"id\":\"Goal.category.text\",\"path\":"
	       "\"Goal.category.text\",\"max\":\"1\"}]}}"));
	Buf many = buf_new(w->a, 65536, 0);
	buf_add(&many, S(",\"meta\":{\"profile\":[\"urn:mild\""));
	for (int i = 0; i < 1500; i++)
		buf_add(&many, S(",\"urn:mild\""));
	buf_add(&many, S("]},\"category\":[{\"text\":\"x\"}"));
	for (int i = 0; i < 200; i++)
		buf_add(&many, S(",{\"text\":\"x\"}"));
	buf_byte(&many, ']');
	assert_int_equal(write_goal(w, arena_cstr(w->a, buf_str(&many)), &said), ERR_INVALID);
	/* Gone: nothing can be said to meet it, whatever it says of itself. */
	Visit *del = visit(w, &system);
	must(visit_delete(del, FT_STRUCTUREDEFINITION, id, 0));
	must(visit_commit(del));
	assert_int_equal(write_goal(w, ",\"note\":[{\"text\":\"Bij droog weer\"}]", &said), ERR_INVALID);
	assert_true(str_find(said, S("is not known here")) >= 0);
	Str claimed = arena_printf(w->a, ",\"meta\":{\"profile\":[\"%.*s\"]}", STR_ARG(url));
	assert_int_equal(write_goal(w, claimed.p, &said), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(versions, world_open, world_close),
		cmocka_unit_test_setup_teardown(built_in, world_open, world_close),
		cmocka_unit_test_setup_teardown(forgotten, world_open, world_close),
		cmocka_unit_test_setup_teardown(systems_and_supplements, world_open, world_close),
		cmocka_unit_test_setup_teardown(required, world_open, world_close),
		cmocka_unit_test_setup_teardown(threads, world_open, world_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
