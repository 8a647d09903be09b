/* What happens when a visit cannot be finished: two people change the same thing at the same moment. */
#include "api_help.h"

/* The reply, its visit not finished yet. condition: If-None-Exist, or absent. */
static Reply ask_if(World *w, size_t who, Method m, Str path, Str condition, Str body)
{
	Pair header = { S("If-None-Exist"), condition };
	return request(w, who, m, path, &header, condition.p ? 1 : 0, body);
}

static Reply ask(World *w, size_t who, Method m, Str path, Str body)
{
	return ask_if(w, who, m, path, STR_END, body);
}

#define GOAL(state)                                                                 \
	S("{\"resourceType\":\"Goal\",\"id\":\"tuin\",\"lifecycleStatus\":\"" state \
	  "\",\"description\":{\"text\":\"Tuin\"},"                                 \
	  "\"subject\":{\"reference\":\"Patient/nel\"}}")

static void the_second_of_two_is_told(void **state)
{
	World *w = *state;
	Reply first = ask(w, 1, M_PUT, S("/fhir/Goal/tuin"), GOAL("completed"));
	Reply second = ask(w, 3, M_PUT, S("/fhir/Goal/tuin"), GOAL("cancelled"));
	assert_int_equal(first.status, 200);
	assert_int_equal(second.status, 200); /* what would be said if nobody had been first */
	assert_int_equal(visit_commit(first.visit), OK);
	Err e = visit_commit(second.visit);
	assert_int_equal(e, ERR_VERSION);
	Reply instead = second.on_fail(second.fail_arg, e);
	assert_int_equal(instead.status, 412);
	assert_null(instead.visit);
	assert_true(str_find(instead.body, S("Someone else changed this resource first")) > 0);
	Reply now = ask(w, 1, M_GET, S("/fhir/Goal/tuin"), S(""));
	assert_true(str_find(now.body, S("\"completed\"")) > 0);
}

static void two_with_one_new_id(void **state)
{
	World *w = *state;
	Str path = S("/fhir/Goal/0b7a4a8e-6a4d-4c8e-9f55-0d6f2f1c7a10");
	Str body = S(
	    "{\"resourceType\":\"Goal\",\"id\":\"0b7a4a8e-6a4d-4c8e-9f55-0d6f2f1c7a10\",\"lifecycleStatus\":\"active\","
	    "\"description\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/nel\"}}");
	Reply first = ask(w, 1, M_PUT, path, body), second = ask(w, 3, M_PUT, path, body);
	assert_int_equal(visit_commit(first.visit), OK);
	Err e = visit_commit(second.visit);
	assert_int_equal(e, ERR_CONFLICT);
	assert_int_equal(second.on_fail(second.fail_arg, e).status, 409);
}

#define TASK(text)                                                                                           \
	S("{\"resourceType\":\"Task\",\"status\":\"requested\",\"intent\":\"order\",\"description\":\"" text \
	  "\",\"identifier\":[{\"system\":\"urn:race\",\"value\":\"" text                                    \
	  "\"}],\"for\":{\"reference\":\"Patient/nel\"}}")

/* Both found nothing; the second looks again and finds what the first has made. */
static void two_conditional_creates_make_one(void **state)
{
	World *w = *state;
	Str path = S("/fhir/Task");
	Reply first = ask_if(w, 1, M_POST, path, S("identifier=urn:race|een"), TASK("een"));
	Reply second = ask_if(w, 3, M_POST, path, S("identifier=een&patient=nel"), TASK("een"));
	Reply other = ask_if(w, 3, M_POST, path, S("identifier=urn:race|twee"), TASK("twee"));
	assert_int_equal(first.status, 201);
	assert_int_equal(second.status, 201);
	assert_int_equal(visit_commit(first.visit), OK);
	assert_int_equal(visit_commit(other.visit), OK); /* another identifier: nothing in the way */
	Err e = visit_commit(second.visit);
	assert_int_equal(e, ERR_AGAIN);
	Reply instead = second.on_fail(second.fail_arg, e);
	assert_int_equal(instead.status, 200);
	assert_int_equal(visit_commit(instead.visit), OK);
	Reply found = ask(w, 1, M_GET, S("/fhir/Task"), S(""));
	assert_int_equal(found.status, 200);
	const char *at = strstr(arena_cstr(w->arena, found.body), "\"value\":\"een\"");
	assert_non_null(at);
	assert_null(strstr(at + 1, "\"value\":\"een\""));
}

/* Losing every time ends in 503 with a time to come back. */
static void losing_each_time(void **state)
{
	World *w = *state;
	Reply r = ask_if(w, 1, M_POST, S("/fhir/Task"), S("identifier=urn:race|drie"), TASK("drie"));
	int times = 0;
	while (r.visit && times < 100) {
		times++;
		r = r.on_fail(r.fail_arg, ERR_AGAIN);
	}
	assert_int_equal(r.status, 503);
	assert_true(times > 5 && times < 20);
	bool told = false;
	for (size_t i = 0; i < r.n_headers; i++)
		told = told || str_eq(r.headers[i].name, S("Retry-After"));
	assert_true(told);
}

static void busy_says_when_to_come_back(void **state)
{
	World *w = *state;
	Reply r = ask(w, 1, M_GET, S("/fhir/Goal/tuin"), S(""));
	Reply busy = r.on_fail(r.fail_arg, ERR_BUSY);
	assert_int_equal(busy.status, 503);
	bool told = false;
	for (size_t i = 0; i < busy.n_headers; i++)
		told = told || str_eq(busy.headers[i].name, S("Retry-After"));
	assert_true(told);
	assert_true(str_find(busy.body, S("Ik wil weer")) < 0);
}

static void only_bundles_are_slow(void **state)
{
	World *w = *state;
	Request r = { .arena = w->arena, .method = M_POST, .path = S("/fhir") };
	assert_true(api_slow(w->api, &r));
	r.path = S("/fhir/");
	assert_true(api_slow(w->api, &r));
	r.path = S("/fhir/Goal");
	assert_false(api_slow(w->api, &r));
	r.method = M_GET;
	r.path = S("/fhir");
	assert_false(api_slow(w->api, &r));
}

/* Two entries that make the same thing, by whatever conditions it is told, make one. */
static void the_same_twice_in_one_transaction(void **state)
{
	World *w = *state;
	static const char *const criteria[] = {
		"family=Zonderling0&given=Piet",
		"_filter=family%20eq%20Zonderling1",
		"_filter=family%20eq%20Zonderling2%20and%20given%20eq%20Piet",
		"_filter=family%20ne%20Derks%20and%20(family%20eq%20Zonderling3%20or%20family%20eq%20Zo)",
		"_filter=not(family%20ne%20Zonderling4)%20and%20family%20pr%20true",
	};
	for (size_t i = 0; i < COUNT_OF(criteria); i++) {
		Buf b = buf_new(w->arena, 2048, 0);
		buf_add(&b, S("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["));
		for (int k = 0; k < 2; k++)
			buf_printf(&b,
			           "%s{\"fullUrl\":\"urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0%d\",\"resource\":{"
			           "\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Zonderling%zu\",\"given\":["
			           "\"Piet\"]}]},\"request\":{\"method\":\"POST\",\"url\":\"Patient\",\"ifNoneExist\":"
			           "\"%s\"}}",
			           k ? "," : "", k, i, criteria[i]);
		buf_add(&b, S("]}"));
		Reply r = ask(w, 3, M_POST, S("/fhir"), buf_str(&b));
		assert_int_equal(r.status, 200);
		Str rest = r.body;
		ptrdiff_t at = str_find(rest, S("\"201"));
		assert_true(at >= 0);
		rest = str_from(rest, (size_t)at + 4);
		if (str_find(rest, S("\"201")) >= 0)
			fail_msg("%s makes two", criteria[i]);
		assert_int_equal(visit_commit(r.visit), OK);
	}
}

/* Many alternatives cost what they are, also many times in one batch. */
static void many_alternatives(void **state)
{
	enum { ENTRIES = 8, WORDS = 400, MOST = 24 << 20 };
	World *w = *state;
	Buf b = buf_new(w->arena, 65536, 0);
	buf_add(&b, S("{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":["));
	for (int k = 0; k < ENTRIES; k++) {
		buf_printf(&b, "%s{\"request\":{\"method\":\"GET\",\"url\":\"Patient?_filter=", k ? "," : "");
		for (int i = 0; i < WORDS; i++)
			buf_printf(&b, "%sgiven%%20eq%%20a%d", i ? "%20or%20" : "", i);
		buf_add(&b, S("\"}}"));
	}
	buf_add(&b, S("]}"));
	size_t before = arena_used(w->arena);
	Reply r = ask(w, 1, M_POST, S("/fhir"), buf_str(&b));
	assert_int_equal(r.status, 200);
	assert_true(str_find(r.body, S("\"200")) >= 0);
	assert_true(arena_used(w->arena) - before < MOST);
}

int main(void)
{
	random_init();
	(void)cases_run;
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_second_of_two_is_told),         TEST(two_with_one_new_id),
		TEST(two_conditional_creates_make_one),  TEST(losing_each_time),
		TEST(busy_says_when_to_come_back),       TEST(only_bundles_are_slow),
		TEST(the_same_twice_in_one_transaction), TEST(many_alternatives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
