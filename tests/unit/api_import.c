/* Import and export: what goes in, what is refused and why, that repeating changes nothing, and the way there and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/export.h"
#include "api/import.h"
#include "base/random.h"

typedef struct Refused {
	size_t n, place;
	char reason[200], expression[100], id[70];
	unsigned line;
} Refused;

typedef struct World {
	Arena *arena;
	char dir[64];
	Records *records;
	ImportResult result;
	Refused refused; /* the last one, and how many */
} World;

static void open_records(World *w)
{
	char why[200] = "";
	Str dir = arena_printf(w->arena, "%s/store", w->dir);
	if (records_open(&(RecordsOptions){ .dir = dir }, &w->records, why, sizeof why) != OK)
		fail_msg("%s", why);
}

static int setup(void **state)
{
	World *w = calloc(1, sizeof *w);
	w->arena = arena_new();
	(void)snprintf(w->dir, sizeof w->dir, "%s/samendoel-import-XXXXXX",
	               access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(w->dir));
	open_records(w);
	*state = w;
	return 0;
}

static void remove_tree(Arena *a, const char *path)
{
	DIR *d = opendir(path);
	for (struct dirent *e; d && (e = readdir(d));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			remove_tree(a, arena_printf(a, "%s/%s", path, e->d_name).p);
	if (d)
		closedir(d);
	if (remove(path) != 0)
		print_error("cannot remove %s\n", path);
}

static int teardown(void **state)
{
	World *w = *state;
	records_close(w->records);
	remove_tree(w->arena, w->dir);
	arena_free(w->arena);
	free(w);
	return 0;
}

static Str put_file(World *w, const char *name, const char *text)
{
	Str path = arena_printf(w->arena, "%s/%s", w->dir, name);
	FILE *f = fopen(path.p, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return path;
}

static Str get_file(World *w, const char *name)
{
	Str path = arena_printf(w->arena, "%s/%s", w->dir, name);
	FILE *f = fopen(path.p, "r");
	struct stat st;
	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	char *p = arena_raw(w->arena, (size_t)st.st_size + 1);
	assert_int_equal(fread(p, 1, (size_t)st.st_size, f), st.st_size);
	fclose(f);
	return str_n(p, (size_t)st.st_size);
}

static void on_refused(void *ctx, const ImportRefusal *r)
{
	Refused *x = ctx;
	x->n++;
	x->place = r->place;
	x->line = r->line;
	(void)snprintf(x->reason, sizeof x->reason, "%.*s", STR_ARG(r->reason));
	(void)snprintf(x->expression, sizeof x->expression, "%.*s", STR_ARG(r->expression));
	(void)snprintf(x->id, sizeof x->id, "%.*s", STR_ARG(r->id));
}

static Err run_with(World *w, ImportOptions o, Str path)
{
	w->refused = (Refused){ 0 };
	o.refused = on_refused;
	o.ctx = &w->refused;
	return import_run(w->records, &o, &path, 1, &w->result);
}

static Err run(World *w, Str path)
{
	return run_with(w, (ImportOptions){ 0 }, path);
}

static ImportCounts total(const World *w)
{
	ImportCounts t = { 0 };
	for (int i = 0; i < FT_COUNT; i++) {
		t.read += w->result.types[i].read;
		t.created += w->result.types[i].created;
		t.updated += w->result.types[i].updated;
		t.unchanged += w->result.types[i].unchanged;
		t.refused += w->result.types[i].refused;
	}
	return t;
}

static void check(const World *w, uint64_t created, uint64_t updated, uint64_t unchanged, uint64_t refused)
{
	ImportCounts t = total(w);
	assert_int_equal(t.created, created);
	assert_int_equal(t.updated, updated);
	assert_int_equal(t.unchanged, unchanged);
	assert_int_equal(t.refused, refused);
}

#define PATIENT_UUID "2d95f315-808c-4b67-836b-e56bdba9dd21"
#define BUNDLE_OF(goal_text)                                                                                        \
	"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["                                         \
	"{\"fullUrl\":\"urn:uuid:goal-1\",\"resource\":{\"id\":\"goal-1\",\"resourceType\":\"Goal\","               \
	"\"lifecycleStatus\":\"active\","                                                                           \
	"\"description\":{\"text\":\"" goal_text "\"},\"subject\":{\"reference\":\"urn:uuid:" PATIENT_UUID "\"}}}," \
	"{\"fullUrl\":\"urn:uuid:" PATIENT_UUID                                                                     \
	"\",\"resource\":{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Derks\"}]}}]}"

static void repeating_changes_nothing(void **state)
{
	World *w = *state;
	Str file = put_file(w, "b.json", BUNDLE_OF("Tuin"));
	assert_int_equal(run(w, file), OK);
	check(w, 2, 0, 0, 0);
	assert_int_equal(run(w, file), OK);
	check(w, 0, 0, 2, 0);
	assert_int_equal(run(w, put_file(w, "b.json", BUNDLE_OF("Moestuin"))), OK);
	check(w, 0, 1, 1, 0);
}

static void references_are_filled_in(void **state)
{
	World *w = *state;
	ExportResult out;
	char why[200] = "";
	assert_int_equal(run(w, put_file(w, "b.json", BUNDLE_OF("Tuin"))), OK);
	Str to = arena_printf(w->arena, "%s/p.json", w->dir);
	assert_int_equal(export_person(w->records, S(PATIENT_UUID), FT_NONE, to, &out, why, sizeof why), OK);
	assert_int_equal(out.types[FT_GOAL], 1);
	Str text = get_file(w, "p.json");
	assert_true(str_find(text, S("\"reference\":\"Patient/" PATIENT_UUID "\"")) > 0);
	assert_true(str_find(text, S("urn:uuid")) < 0);
}

static void without_id_by_identifier_or_content(void **state)
{
	World *w = *state;
	assert_int_equal(run(w, put_file(w, "o.json", "{\"resourceType\":\"Organization\",\"name\":\"De Linde\"}")),
	                 OK);
	check(w, 1, 0, 0, 0);
	assert_int_equal(run(w, put_file(w, "o.json", "{\"name\":\"De Linde\",\"resourceType\":\"Organization\"}")),
	                 OK);
	check(w, 1, 0, 0, 0); /* other text: it may be another one */
	assert_int_equal(run(w, put_file(w, "o.json", "{\"resourceType\":\"Organization\",\"name\":\"De Linde\"}")),
	                 OK);
	check(w, 0, 0, 1, 0);
	Str with = put_file(w, "i.json",
	                    "{\"resourceType\":\"Organization\",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"7\"}]"
	                    ",\"name\":\"A\"}");
	assert_int_equal(run(w, with), OK);
	check(w, 1, 0, 0, 0);
	with = put_file(w, "i.json",
	                "{\"resourceType\":\"Organization\",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"7\"}],"
	                "\"name\":\"B\"}");
	assert_int_equal(run(w, with), OK);
	check(w, 0, 1, 0, 0);
}

typedef struct Bad {
	const char *name, *text, *reason, *expression;
	size_t place;
} Bad;

static void every_refusal_has_its_reason(void **state)
{
	static const Bad bad[] = {
		{ "a.json", "{\"resourceType\":", "This is not JSON", "", 0 },
		{ "b.json", "{\"name\":\"package\"}", "no FHIR resource", "", 0 },
		{ "c.json", "{\"resourceType\":\"Gool\"}", "'Gool' is no FHIR R4 resource type", "", 0 },
		{ "d.json", "{\"resourceType\":\"Bundle\",\"type\":\"history\"}", "'history' is not a set", "", 0 },
		{ "e.json", "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{}]}", "no resource",
		  "Bundle.entry.resource", 1 },
		{ "f.json", "{\"resourceType\":\"Organization\",\"colour\":\"red\"}", "'colour'", "Organization", 0 },
		{ "g.json", "{\"resourceType\":\"Patient\",\"gender\":\"x\"}", "value set", "Patient.gender", 0 },
		{ "h.json",
		  "{\"resourceType\":\"Goal\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":\"x\"},"
		  "\"subject\":{\"reference\":\"Patient/none\"}}",
		  "Patient/none is not known", "", 0 },
		{ "i.txt", "hello", "Only files named", "", 0 },
		{ "j.ndjson", "\n{\"resourceType\":\"Patient\",\"id\":\"p\"}\nnonsense\n", "This is not JSON", "", 3 },
		{ "k.json",
		  "{\"resourceType\":\"Goal\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":\"x\"},"
		  "\"subject\":{\"reference\":\"Patient?identifier=none\"}}",
		  "nothing meets the condition", "", 0 },
	};
	World *w = *state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(run(w, put_file(w, bad[i].name, bad[i].text)), ERR_INVALID);
		assert_int_equal(w->refused.n, 1);
		assert_non_null(strstr(w->refused.reason, bad[i].reason));
		assert_string_equal(w->refused.expression, bad[i].expression);
		assert_int_equal(w->refused.place, bad[i].place);
		assert_int_equal(total(w).created, 0);
	}
	assert_int_equal(run(w, S("/no/such/file.json")), ERR_INVALID);
	assert_int_equal(w->result.files_refused, 1);
}

#define GOOD_THEN_BAD                                                                        \
	"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":["                   \
	"{\"resource\":{\"resourceType\":\"Organization\",\"id\":\"good\",\"name\":\"A\"}}," \
	"{\"resource\":{\"resourceType\":\"Organization\",\"id\":\"bad\",\"name\":7}},"      \
	"{\"resource\":{\"resourceType\":\"Organization\",\"id\":\"last\",\"name\":\"C\"}}]}"

static void stopping_keeps_nothing_of_the_file(void **state)
{
	World *w = *state;
	Str file = put_file(w, "b.json", GOOD_THEN_BAD);
	assert_int_equal(run(w, file), ERR_INVALID);
	assert_string_equal(w->refused.id, "bad");
	assert_int_equal(w->refused.place, 2);
	check(w, 0, 0, 0, 1);
	assert_int_equal(run_with(w, (ImportOptions){ .keep_going = true }, file), OK);
	check(w, 2, 0, 0, 1);
	assert_int_equal(run_with(w, (ImportOptions){ .keep_going = true }, file), OK);
	check(w, 0, 0, 2, 1);
}

/* More than fits one transaction: looked at first, then written in parts. */
static void large_file_is_checked_first(void **state)
{
	World *w = *state;
	Buf b = buf_new(w->arena, 1 << 20, 0);
	for (int i = 0; i < IMPORT_WHOLE + 50; i++)
		buf_printf(&b, "{\"resourceType\":\"Organization\",\"id\":\"o%d\",\"name\":\"%d\"}\n", i, i);
	BUF_LIT(&b, "{\"resourceType\":\"Organization\",\"id\":\"bad\",\"name\":7}\n");
	buf_byte(&b, 0);
	Str file = put_file(w, "many.ndjson", b.p);
	assert_int_equal(run(w, file), ERR_INVALID);
	assert_int_equal(w->refused.place, IMPORT_WHOLE + 51);
	check(w, 0, 0, 0, 1);
	assert_int_equal(run_with(w, (ImportOptions){ .keep_going = true }, file), OK);
	check(w, IMPORT_WHOLE + 50, 0, 0, 1);
}

static void persons_go_first(void **state)
{
	World *w = *state;
	static const char *const goal =
	    "{\"resourceType\":\"Goal\",\"id\":\"g\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":\"x\"},"
	    "\"subject\":{\"reference\":\"Patient/p\"}}";
	static const char *const patient = "{\"resourceType\":\"Patient\",\"id\":\"p\"}";
	Str lines = put_file(w, "l.ndjson", arena_printf(w->arena, "%s\n\n%s\n", goal, patient).p);
	assert_int_equal(run(w, lines), OK);
	check(w, 2, 0, 0, 0);
	Str folder = arena_printf(w->arena, "%s/in", w->dir);
	assert_int_equal(mkdir(folder.p, 0700), 0);
	put_file(
	    w, "in/a-goal.json",
	    "{\"resourceType\":\"Goal\",\"id\":\"g2\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":\"x\"},"
	    "\"subject\":{\"reference\":\"Patient/p2\"}}");
	put_file(w, "in/patient.json", "{\"resourceType\": \"Patient\",\"id\":\"p2\"}");
	assert_int_equal(run(w, folder), OK);
	check(w, 2, 0, 0, 0);
}

static void twice_in_one_file(void **state)
{
	World *w = *state;
	assert_int_equal(run(w, put_file(w, "t.ndjson",
	                                 "{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"A\"}\n"
	                                 "{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"A\"}\n")),
	                 OK);
	check(w, 1, 0, 1, 0);
	assert_int_equal(run(w, put_file(w, "u.ndjson",
	                                 "{\"resourceType\":\"Organization\",\"id\":\"p\",\"name\":\"A\"}\n"
	                                 "{\"resourceType\":\"Organization\",\"id\":\"p\",\"name\":\"B\"}\n")),
	                 ERR_INVALID);
	assert_non_null(strstr(w->refused.reason, "twice"));
}

static void renewed_ids(void **state)
{
	World *w = *state;
	ExportResult out;
	char why[200] = "";
	ImportOptions o = { .renew_ids = S("seed"), .repeat = 3 };
	Str file = put_file(w, "b.json", BUNDLE_OF("Tuin"));
	assert_int_equal(run_with(w, o, file), OK);
	check(w, 6, 0, 0, 0);
	assert_int_equal(run_with(w, o, file), OK);
	check(w, 0, 0, 6, 0);
	o.renew_ids = S("other");
	assert_int_equal(run_with(w, o, file), OK);
	check(w, 6, 0, 0, 0);
	Str dir = arena_printf(w->arena, "%s/out", w->dir);
	assert_int_equal(export_all(w->records, FT_NONE, dir, &out, why, sizeof why), OK);
	assert_int_equal(out.persons, 6);
	assert_true(str_find(get_file(w, "out/Goal.ndjson"), S(PATIENT_UUID)) < 0);
}

/* Versions and times apart, which are the receiver's own. */
static Str without_times(World *w, Str text)
{
	Buf b = buf_new(w->arena, text.n + 1, 0);
	for (ptrdiff_t at; (at = str_find(text, S("\"lastUpdated\":\""))) >= 0;) {
		buf_add(&b, str_upto(text, (size_t)at));
		text = str_from(text, (size_t)at + 15 + 24);
	}
	buf_add(&b, text);
	return buf_str(&b);
}

static void there_and_back(void **state)
{
	World *w = *state;
	ExportResult out;
	char why[200] = "";
	assert_int_equal(run_with(w, (ImportOptions){ .keep_going = true }, S("tests/cases/world.json")), OK);
	Str one = arena_printf(w->arena, "%s/one", w->dir), two = arena_printf(w->arena, "%s/two", w->dir);
	Str nel = arena_printf(w->arena, "%s/nel.json", w->dir);
	assert_int_equal(export_all(w->records, FT_NONE, one, &out, why, sizeof why), OK);
	assert_int_equal(out.persons, 2);
	assert_int_equal(export_all(w->records, FT_NONE, one, &out, why, sizeof why), ERR_CONFLICT);
	assert_int_equal(export_person(w->records, S("nel"), FT_NONE, nel, &out, why, sizeof why), OK);
	assert_int_equal(out.types[FT_PRACTITIONER], 2); /* of her team */
	assert_int_equal(export_person(w->records, S("nobody"), FT_NONE, nel, &out, why, sizeof why), ERR_NOT_FOUND);
	records_close(w->records);
	remove_tree(w->arena, arena_printf(w->arena, "%s/store", w->dir).p);
	open_records(w);
	assert_int_equal(run(w, nel), OK);
	ImportCounts first = total(w);
	assert_int_equal(run(w, one), OK);
	assert_int_equal(total(w).unchanged, first.created);
	assert_int_equal(export_all(w->records, FT_NONE, two, &out, why, sizeof why), OK);
	static const char *const files[] = { "Patient",     "Goal",         "CareTeam",     "Consent",
		                             "Observation", "Practitioner", "RelatedPerson" };
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		Str a = without_times(w, get_file(w, arena_printf(w->arena, "one/%s.ndjson", files[i]).p));
		Str b = without_times(w, get_file(w, arena_printf(w->arena, "two/%s.ndjson", files[i]).p));
		assert_int_equal(a.n, b.n);
		if (str_find(a, S("\n")) == (ptrdiff_t)a.n - 1)
			assert_true(str_eq(a, b));
	}
}

int main(void)
{
	random_init();
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(repeating_changes_nothing),
		TEST(references_are_filled_in),
		TEST(without_id_by_identifier_or_content),
		TEST(every_refusal_has_its_reason),
		TEST(stopping_keeps_nothing_of_the_file),
		TEST(large_file_is_checked_first),
		TEST(persons_go_first),
		TEST(twice_in_one_file),
		TEST(renewed_ids),
		TEST(there_and_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
