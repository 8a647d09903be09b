/* Bulk jobs: what an export holds, for whom, and how it goes on after a crash. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api_help.h"

enum { NEL = 0, VERA = 1, CORA = 3 };

static Reply ask_as(World *w, size_t who, Method m, const char *target, Str type, Str body)
{
	Pair headers[] = { { S("Prefer"), S("respond-async") }, { S("Content-Type"), type } };
	Reply reply = request(w, who, m, str_c(target), headers, body.n ? 2 : 1, body);
	if (reply.visit)
		assert_int_equal(visit_commit(reply.visit), OK);
	return reply;
}

static Reply ask(World *w, size_t who, Method m, const char *target, Str body)
{
	return ask_as(w, who, m, target, S("application/fhir+json"), body);
}

static Str header(const Reply *r, Str name)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (str_eq_nocase(r->headers[i].name, name))
			return r->headers[i].value;
	return STR_END;
}

/* The path of the job that was started. */
static const char *start(World *w, size_t who, const char *target)
{
	Reply r = ask(w, who, M_GET, target, S(""));
	assert_int_equal(r.status, 202);
	Str at = header(&r, S("Content-Location"));
	assert_true(str_starts(at, S("http://samendoel.test/fhir/_bulk/")));
	return arena_cstr(w->arena, str_from(at, sizeof("http://samendoel.test") - 1));
}

static JVal wait_for(World *w, size_t who, const char *job)
{
	const Json *doc;
	for (int i = 0; i < 600; i++) {
		Reply r = ask(w, who, M_GET, job, S(""));
		if (r.status == 200) {
			assert_true(header(&r, S("Expires")).n > 0);
			assert_int_equal(json_parse(w->arena, r.body, &doc, NULL), OK);
			return json_root(doc);
		}
		assert_int_equal(r.status, 202);
		assert_true(header(&r, S("X-Progress")).n > 0);
		usleep(20000);
	}
	fail_msg("the job does not end");
	return (JVal){ 0 };
}

/* The text of a file, fetched as a client does; absent when it is not there. */
static Str fetch(World *w, size_t who, const char *job, const char *name)
{
	Reply r = ask(w, who, M_GET, arena_printf(w->arena, "%s/%s", job, name).p, S(""));
	if (r.status != 200)
		return STR_END;
	assert_true(r.has_file);
	char *text = arena_raw(w->arena, r.file_size + 1);
	assert_int_equal(read(r.file, text, r.file_size), r.file_size);
	close(r.file);
	return str_n(text, r.file_size);
}

static size_t lines(Str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

static int64_t count(JVal manifest, const char *list, const char *type, Arena *a)
{
	int64_t n = 0;
	for (JIter it = json_each(json_get(manifest, str_c(list))); json_next(&it);)
		if (str_eq(JSTR(it.value, "type", a), str_c(type)))
			assert_true(str_int(json_raw(JGET(it.value, "count")), &n));
	return n;
}

static void what_the_user_sees(void **state)
{
	World *w = *state;
	const char *job = start(w, VERA, "/fhir/$export");
	JVal m = wait_for(w, VERA, job);
	assert_true(json_str_is(JGET(m, "request"), S("http://samendoel.test/fhir/$export")));
	assert_int_equal(count(m, "output", "Patient", w->arena), 1);
	assert_int_equal(count(m, "output", "Goal", w->arena), 2);
	assert_int_equal(count(m, "output", "Practitioner", w->arena), 3);
	assert_int_equal(count(m, "output", "Consent", w->arena), 0); /* not for the nurse */
	Str goals = fetch(w, VERA, job, "Goal.ndjson");
	assert_int_equal(lines(goals), 2);
	assert_true(str_find(goals, S("\"id\":\"tuin\"")) > 0 && str_find(goals, S("\"vissen\"")) < 0);
	/* Nobody else has this job, and no other file has a name. */
	assert_int_equal(ask(w, CORA, M_GET, job, S("")).status, 404);
	assert_null(fetch(w, CORA, job, "Goal.ndjson").p);
	assert_null(fetch(w, VERA, job, "job.json").p);
	assert_null(fetch(w, VERA, job, "Consent.ndjson").p);
	assert_int_equal(ask(w, CORA, M_DELETE, job, S("")).status, 404);
	assert_int_equal(ask(w, VERA, M_DELETE, job, S("")).status, 202);
	assert_int_equal(ask(w, VERA, M_GET, job, S("")).status, 404);
}

static void one_entry_per_dossier(void **state)
{
	World *w = *state;
	wait_for(w, VERA, start(w, VERA, "/fhir/Patient/$export"));
	Session s;
	int64_t expired;
	AuditEntry *log;
	size_t n, exports = 0;
	assert_int_equal(session_open(w->records, w->tokens[NEL], w->arena, &s, &expired), OK);
	Visit *v = visit_new(w->records, &s.scope, w->arena);
	assert_int_equal(visit_access_log(v, S("nel"), INT64_MAX, 100, &log, &n), OK);
	for (size_t i = 0; i < n; i++) {
		if (log[i].action != AUDIT_EXPORT)
			continue;
		exports++;
		assert_int_equal(log[i].count, 6);
		assert_true(str_eq(log[i].who, S("Vera Smeets")) && log[i].reason.n > 0);
	}
	assert_int_equal(exports, 1);
}

static void narrowed(void **state)
{
	World *w = *state;
	JVal m = wait_for(w, VERA, start(w, VERA, "/fhir/Patient/nel/$export?_type=Goal,Task"));
	assert_int_equal(count(m, "output", "Goal", w->arena), 2);
	assert_int_equal(count(m, "output", "Patient", w->arena), 0);
	const char *job = start(
	    w, VERA,
	    "/fhir/Patient/$export?_type=Goal,Patient&_typeFilter=Goal%3Flifecycle-status%3Dproposed,Goal%3F_id%3Dx");
	m = wait_for(w, VERA, job);
	assert_int_equal(count(m, "output", "Goal", w->arena), 1);
	assert_int_equal(count(m, "output", "Patient", w->arena), 1);
	assert_true(str_find(fetch(w, VERA, job, "Goal.ndjson"), S("\"wandelen\"")) > 0);
	job = start(w, VERA, "/fhir/Patient/$export?_type=Goal&_elements=lifecycleStatus");
	wait_for(w, VERA, job);
	Str less = fetch(w, VERA, job, "Goal.ndjson");
	assert_int_equal(lines(less), 2);
	assert_true(str_find(less, S("SUBSETTED")) > 0 && str_find(less, S("startDate")) < 0);
	assert_int_equal(ask(w, VERA, M_GET, "/fhir/$export?_typeFilter=Goal%3Fpatient.name%3Dx", S("")).status, 400);
}

static void since_then(void **state)
{
	World *w = *state;
	Str then = time_instant(w->arena, time_now() + 500);
	time_set_offset(1000);
	Reply r = ask(w, VERA, M_PUT, "/fhir/Goal/tuin",
	              S("{\"resourceType\":\"Goal\",\"id\":\"tuin\",\"lifecycleStatus\":\"completed\",\"description\":{"
	                "\"text\":\"Tuin\"},\"subject\":{\"reference\":\"Patient/nel\"}}"));
	assert_int_equal(r.status, 200);
	assert_int_equal(ask(w, VERA, M_DELETE, "/fhir/Goal/wandelen", S("")).status, 204);
	const char *job = start(w, VERA, arena_printf(w->arena, "/fhir/$export?_since=%.*s", STR_ARG(then)).p);
	JVal m = wait_for(w, VERA, job);
	time_set_offset(0);
	assert_int_equal(count(m, "output", "Goal", w->arena), 1);
	assert_int_equal(count(m, "output", "Patient", w->arena), 0);
	assert_int_equal(count(m, "deleted", "Bundle", w->arena), 1);
	assert_true(str_find(fetch(w, VERA, job, "Goal.ndjson"), S("\"completed\"")) > 0);
	Str gone = fetch(w, VERA, job, "deleted.ndjson");
	assert_true(str_find(gone, S("{\"request\":{\"method\":\"DELETE\",\"url\":\"Goal/wandelen\"}}")) > 0);
}

static void members_of_a_group(void **state)
{
	World *w = *state;
	Reply r = ask(w, CORA, M_POST, "/fhir/Group",
	              S("{\"resourceType\":\"Group\",\"type\":\"person\",\"actual\":true,\"member\":[{\"entity\":{"
	                "\"reference\":\"Patient/nel\"}}]}"));
	assert_int_equal(r.status, 201);
	Str at = header(&r, S("Location")), id;
	str_cut(str_from(at, sizeof("http://samendoel.test/fhir/Group/") - 1), '/', &id);
	JVal m = wait_for(w, CORA, start(w, CORA, arena_printf(w->arena, "/fhir/Group/%.*s/$export", STR_ARG(id)).p));
	assert_int_equal(count(m, "output", "Patient", w->arena), 1);
	assert_int_equal(count(m, "output", "Practitioner", w->arena), 0);
}

static void write_text(const char *path, Str text, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), text.n);
	close(fd);
}

/* As after a crash: job.json says that it runs and how far; the files hold more than it knows of. */
static void goes_on_after_a_crash(void **state)
{
	World *w = *state;
	const char *job = start(w, VERA, "/fhir/$export?_type=Goal,Practitioner,Patient");
	wait_for(w, VERA, job);
	Str people = arena_str(w->arena, fetch(w, VERA, job, "Practitioner.ndjson"));
	api_free(w->api);
	const char *dir = arena_printf(w->arena, "%s/export/%s", w->dir, job + sizeof("/fhir/_bulk/") - 1).p;
	write_text(arena_printf(w->arena, "%s/Goal.ndjson", dir).p, S("{\"resourceType\":\"Go"), O_APPEND);
	write_text(arena_printf(w->arena, "%s/Task.ndjson", dir).p, S("{\"resourceType\":\"Task\"}\n"), O_TRUNC);
	const Json *doc;
	char state_text[4096];
	const char *file = arena_printf(w->arena, "%s/job.json", dir).p;
	int fd = open(file, O_RDONLY);
	ssize_t n = read(fd, state_text, sizeof state_text);
	close(fd);
	assert_int_equal(json_parse(w->arena, str_n(state_text, (size_t)n), &doc, NULL), OK);
	/* Only the directory was in the files. */
	JChange back[] = {
		{ S("status"), S("1") },
		{ S("dossier"), S("1") },
		{ S("done"), S("1") },
		{ S("files"), arena_printf(w->arena, "[{\"file\":%d,\"bytes\":%zu,\"count\":%zu}]", FT_PRACTITIONER,
		                           people.n, lines(people)) },
	};
	write_text(file, json_change(w->arena, json_root(doc), back, COUNT_OF(back)), O_TRUNC);
	write_text(arena_printf(w->arena, "%s/export/cut-off", w->dir).p, S("x"), 0);
	assert_int_equal(api_new(w->records, S("http://samendoel.test"), &w->api), OK);
	JVal m = wait_for(w, VERA, job);
	assert_int_equal(count(m, "output", "Practitioner", w->arena), 3);
	assert_int_equal(count(m, "output", "Goal", w->arena), 2);
	assert_int_equal(count(m, "output", "Patient", w->arena), 1);
	assert_int_equal(lines(fetch(w, VERA, job, "Goal.ndjson")), 2);
	assert_true(str_eq(fetch(w, VERA, job, "Practitioner.ndjson"), people));
	assert_true(access(arena_printf(w->arena, "%s/Task.ndjson", dir).p, F_OK) != 0);
	unlink(arena_printf(w->arena, "%s/export/cut-off", w->dir).p);
}

static void thrown_away_after_a_day(void **state)
{
	World *w = *state;
	const char *job = start(w, VERA, "/fhir/$export");
	wait_for(w, VERA, job);
	const char *dir = arena_printf(w->arena, "%s/export/%s", w->dir, job + sizeof("/fhir/_bulk/") - 1).p;
	assert_int_equal(access(dir, F_OK), 0);
	api_free(w->api);
	time_set_offset((Millis)25 * 3600 * 1000);
	assert_int_equal(api_new(w->records, S("http://samendoel.test"), &w->api), OK);
	for (int i = 0; i < 200 && access(dir, F_OK) == 0; i++)
		usleep(20000);
	time_set_offset(0);
	assert_true(access(dir, F_OK) != 0);
	assert_int_equal(ask(w, VERA, M_GET, job, S("")).status, 404);
}

static void not_too_many(void **state)
{
	World *w = *state;
	for (int i = 0; i < 20; i++)
		start(w, VERA, "/fhir/$export?_type=Goal");
	Reply r = ask(w, VERA, M_GET, "/fhir/$export?_type=Goal", S(""));
	assert_int_equal(r.status, 429);
	assert_true(header(&r, S("Retry-After")).n > 0);
	wait_for(w, CORA, start(w, CORA, "/fhir/$export?_type=Goal")); /* others are not in its way */
}

#define GOAL_ID "0b7a4a8e-6a4d-4c8e-9f55-0d6f2f1c7a10"
#define TASK_ID "0b7a4a8e-6a4d-4c8e-9f55-0d6f2f1c7a11"

/* The task refers to a goal that comes later; one line is about somebody else, one is no JSON, one has no UUID. */
static void imports_what_the_user_may_write(void **state)
{
	World *w = *state;
	Str lines_in = S(
	    "{\"resourceType\":\"Task\",\"id\":\"" TASK_ID "\",\"status\":\"requested\",\"intent\":\"order\",\"for\":{"
	    "\"reference\":\"Patient/nel\"},\"focus\":{\"reference\":\"Goal/" GOAL_ID "\"}}\n"
	    "{\"resourceType\":\"Goal\",\"id\":\"0b7a4a8e-6a4d-4c8e-9f55-0d6f2f1c7a12\",\"lifecycleStatus\":\"active\","
	    "\"description\":{\"text\":\"Van piet\"},\"subject\":{\"reference\":\"Patient/piet\"}}\n"
	    "{\"resourceType\":\"Goal\",\n"
	    "{\"resourceType\":\"Goal\",\"id\":\"wens\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":\"x\"}"
	    ","
	    "\"subject\":{\"reference\":\"Patient/nel\"}}\n"
	    "{\"resourceType\":\"Goal\",\"id\":\"" GOAL_ID
	    "\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":"
	    "\"Tuin\"},\"subject\":{\"reference\":\"Patient/nel\"}}\n");
	for (int round = 0; round < 2; round++) {
		Reply r = ask_as(w, VERA, M_POST, "/fhir/$import", S("application/fhir+ndjson"), lines_in);
		assert_int_equal(r.status, 202);
		Str at = header(&r, S("Content-Location"));
		const char *job = arena_cstr(w->arena, str_from(at, sizeof("http://samendoel.test") - 1));
		JVal m = wait_for(w, VERA, job);
		assert_int_equal(count(m, "error", "OperationOutcome", w->arena), 3);
		Str told = fetch(w, VERA, job, "errors.ndjson");
		assert_int_equal(lines(told), 3);
		assert_true(str_find(told, S("Line 2")) > 0 && str_find(told, S("Line 4")) > 0);
		Str made = fetch(w, VERA, job, "OperationOutcome.ndjson");
		assert_true(str_find(made, round ? S("Task: 0 created, 0 updated, 1 unchanged, 0 refused.")
		                                 : S("Task: 1 created, 0 updated, 0 unchanged, 0 refused.")) > 0);
		const char *dir =
		    arena_printf(w->arena, "%s/export/%s/input.ndjson", w->dir, job + sizeof("/fhir/_bulk/") - 1).p;
		assert_true(access(dir, F_OK) != 0);
	}
	assert_int_equal(ask(w, VERA, M_GET, "/fhir/Task/" TASK_ID, S("")).status, 200);
	assert_int_equal(ask(w, VERA, M_GET, "/fhir/Goal/" GOAL_ID, S("")).status, 200);
	assert_int_equal(ask(w, 2, M_GET, "/fhir/Goal/0b7a4a8e-6a4d-4c8e-9f55-0d6f2f1c7a12", S("")).status, 404);
}

/* A relation that ends while a job is under way ends it for that dossier. */
static void a_relation_that_ends(void **state)
{
	World *w = *state;
	const char *job = start(w, VERA, "/fhir/$export?_type=Goal,Practitioner");
	wait_for(w, VERA, job);
	Str people = arena_str(w->arena, fetch(w, VERA, job, "Practitioner.ndjson"));
	api_free(w->api);
	const char *file = arena_printf(w->arena, "%s/export/%s/job.json", w->dir, job + sizeof("/fhir/_bulk/") - 1).p;
	char text[4096];
	const Json *doc;
	int fd = open(file, O_RDONLY);
	ssize_t n = read(fd, text, sizeof text);
	close(fd);
	assert_int_equal(json_parse(w->arena, str_n(text, (size_t)n), &doc, NULL), OK);
	JChange back[] = {
		{ S("status"), S("1") },
		{ S("dossier"), S("1") },
		{ S("files"), arena_printf(w->arena, "[{\"file\":%d,\"bytes\":%zu,\"count\":%zu}]", FT_PRACTITIONER,
		                           people.n, lines(people)) },
	};
	write_text(file, json_change(w->arena, json_root(doc), back, COUNT_OF(back)), O_TRUNC);
	/* Half-way, the care team of nel ends. */
	Scope system = scope_system(S("demo"));
	Visit *v = visit_new(w->records, &system, w->arena);
	Rec team;
	int32_t version;
	assert_int_equal(visit_read(v, FT_CARETEAM, S("team-nel"), &team), OK);
	JChange ended = { S("status"), S("\"inactive\"") };
	assert_int_equal(visit_update(v, FT_CARETEAM, S("team-nel"), 0,
	                              json_change(w->arena, rec_json(v, &team), &ended, 1), &version),
	                 OK);
	assert_int_equal(visit_commit(v), OK);
	assert_int_equal(api_new(w->records, S("http://samendoel.test"), &w->api), OK);
	JVal m = wait_for(w, VERA, job);
	assert_int_equal(count(m, "output", "Practitioner", w->arena), 3);
	assert_int_equal(count(m, "output", "Goal", w->arena), 0);
}

int main(void)
{
	random_init();
	(void)cases_run;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_the_user_sees, setup, teardown),
		cmocka_unit_test_setup_teardown(one_entry_per_dossier, setup, teardown),
		cmocka_unit_test_setup_teardown(narrowed, setup, teardown),
		cmocka_unit_test_setup_teardown(since_then, setup, teardown),
		cmocka_unit_test_setup_teardown(members_of_a_group, setup, teardown),
		cmocka_unit_test_setup_teardown(goes_on_after_a_crash, setup, teardown),
		cmocka_unit_test_setup_teardown(thrown_away_after_a_day, setup, teardown),
		cmocka_unit_test_setup_teardown(not_too_many, setup, teardown),
		cmocka_unit_test_setup_teardown(imports_what_the_user_may_write, setup, teardown),
		cmocka_unit_test_setup_teardown(a_relation_that_ends, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
