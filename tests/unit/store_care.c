/* Care for the store: schema steps, lock, verify finds damage, backup and restore. Damage is done with SQLite itself.
 */
#include "store_test.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "fhir/search.h"
#include "store/migrate.h"

/* ---- damage ---- */

static void sql(const char *dir, const char *text)
{
	char path[400];
	snprintf(path, sizeof path, "%s/samendoel.db", dir);
	sqlite3 *h;
	assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
	char *error = NULL;
	sqlite3_exec(h, text, NULL, NULL, &error);
	if (error)
		fail_msg("%s: %s", text, error);
	assert_true(sqlite3_total_changes(h) > 0);
	assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

typedef struct Said {
	int lines;
	char all[4096];
} Said;

static void say(void *ctx, const char *line)
{
	Said *s = ctx;
	s->lines++;
	strncat(s->all, line, sizeof s->all - strlen(s->all) - 2);
	strcat(s->all, "\n");
}

/* What the rows of this test should have in the index: parameter 5 with the first word that follows "language":". */
static void *expect(FhirType type, Str body, Arena *a, size_t *n)
{
	(void)type;
	IndexEntry *e = ARENA_NEW(a, IndexEntry);
	ptrdiff_t at = str_find(body, S("\"language\":\""));
	Str rest = str_from(body, (size_t)at + 12);
	e->param = 5;
	e->key = str_upto(rest, (size_t)str_chr(rest, '"'));
	*n = at >= 0;
	return e;
}

/* Three dossiers of ten goals with two versions each, indexed and logged, and one row with a foreign id. */
static void fill(Fixture *f)
{
	for (int p = 0; p < 3; p++) {
		Part part = store_new_part(f->store);
		for (int i = 0; i < 10; i++) {
			Rid rid;
			assert_int_equal(store_new_rid(f->store, part, &rid), OK);
			Str word = arena_printf(f->arena, "word%d", i);
			for (int32_t v = 1; v <= 2; v++) {
				StoreRow r = make_row(f->store, rid, FT_GOAL, v, word, f->arena);
				StoreTx *tx = store_tx(f->store, f->arena);
				store_put(tx, &r);
				store_index(tx, true, 5, word, rid);
				store_log(tx, part, r.id);
				assert_int_equal(store_commit(tx), OK);
			}
		}
	}
	Rid rid;
	assert_int_equal(store_new_rid(f->store, PART_SHARED, &rid), OK);
	StoreTx *tx = store_tx(f->store, f->arena);
	StoreRow r = make_row(f->store, rid, FT_GOAL, 1, S("w"), f->arena);
	r.id = S("foreign");
	r.body = S("{\"resourceType\":\"Goal\",\"id\":\"foreign\",\"meta\":{\"versionId\":\"1\"},\"language\":\"w\"}");
	store_put(tx, &r);
	store_alias(tx, FT_GOAL, r.id, rid);
	store_index(tx, true, 5, S("w"), rid);
	assert_int_equal(store_commit(tx), OK);
}

static int64_t verify(Store *s, Said *said)
{
	StoreCheck c;
	*said = (Said){ 0 };
	assert_int_equal(store_verify(s, expect, say, said, &c), OK);
	assert_int_equal(c.problems, said->lines);
	assert_int_equal(c.resources, 31);
	assert_int_equal(c.versions, 61);
	return c.problems;
}

static void verify_sound(void **state)
{
	Fixture *f = *state;
	fill(f);
	Said said;
	if (verify(f->store, &said) != 0)
		fail_msg("%s", said.all);
	reopen(f);
	if (verify(f->store, &said) != 0)
		fail_msg("%s", said.all);
}

/* Damage done by `text` must be found, and said with these words. */
static void finds(void **state, const char *text, const char *words)
{
	Fixture *f = *state;
	fill(f);
	store_close(f->store);
	f->store = NULL;
	sql(f->dir, text);
	f->store = open_dir(f->dir, true);
	Said said;
	assert_true(verify(f->store, &said) > 0);
	if (!strstr(said.all, words))
		fail_msg("\"%s\" is not in:\n%s", words, said.all);
}

static void flipped_body(void **state)
{
	finds(state, "UPDATE res SET body=replace(body, 'word3', 'word4') WHERE rid=(SELECT max(rid) - 6 FROM res)",
	      "Goal/");
}
static void flipped_byte(void **state)
{
	finds(state, "UPDATE res SET body=replace(body, 'word3', 'xord3') WHERE body LIKE '%word3%'", "checksum");
}
static void flipped_old_version(void **state)
{
	finds(state, "UPDATE hist SET body=replace(body, 'word3', 'xord3') WHERE body LIKE '%word3%'",
	      "version 1: the checksum");
}
static void changed_time(void **state)
{
	finds(state, "UPDATE hist SET updated=updated + 1 WHERE seq=3", "checksum");
}
static void lost_version(void **state)
{
	Fixture *f = *state;
	fill(f);
	store_close(f->store);
	sql(f->dir, "DELETE FROM hist WHERE seq=5");
	f->store = open_dir(f->dir, true);
	Said said = { 0 };
	StoreCheck c;
	assert_int_equal(store_verify(f->store, expect, say, &said, &c), OK);
	assert_int_equal(c.problems, 1);
	assert_non_null(strstr(said.all, "missing"));
}
static void missing_index_row(void **state)
{
	finds(state, "DELETE FROM idx WHERE key=CAST('word7' AS BLOB)", "an index row is missing");
}
static void extra_index_row(void **state)
{
	finds(state, "INSERT INTO idx SELECT 5, CAST('zzz' AS BLOB), min(rid) FROM res", "no resource asks for: 1");
}
static void stray_index_row(void **state)
{
	finds(state, "INSERT INTO idx VALUES(5, CAST('zzz' AS BLOB), 12345)", "without a current resource: 1");
}
static void lost_alias(void **state)
{
	finds(state, "DELETE FROM alias", "its id does not lead to it");
}
static void stray_alias(void **state)
{
	finds(state, "INSERT INTO alias VALUES(3, 'nobody', 77)", "ids that lead to no resource");
}
static void lost_change(void **state)
{
	finds(state, "DELETE FROM change WHERE seq=5", "order of changes that are missing or wrong");
}
static void swapped_changes(void **state)
{
	finds(state, "UPDATE change SET version=3 - version WHERE rid=(SELECT max(rid) - 7 FROM res WHERE version=2)",
	      "order of changes that are missing or wrong");
}
static void flipped_log_byte(void **state)
{
	finds(state,
	      "UPDATE log_block SET entries=CAST(substr(entries, 1, 8) || X'00' || substr(entries, 10) AS BLOB) WHERE "
	      "first=17",
	      "the root does not follow");
}
static void wrong_link(void **state)
{
	finds(state,
	      "UPDATE log_block SET entries=CAST(substr(entries, 1, 1) || X'02' || substr(entries, 3) AS BLOB) WHERE "
	      "first=17",
	      "a back-link is wrong");
}
static void lost_log_block(void **state)
{
	Fixture *f = *state;
	finds(state, "DELETE FROM log_block WHERE first=40", "log: entries are missing at entry 40");
	/* such a store is for reading and repair only: a writer would build on sand */
	store_close(f->store);
	f->store = NULL;
	char why[256];
	assert_int_equal(store_open(&(StoreOptions){ .dir = str_c(f->dir) }, &f->store, why, sizeof why), ERR_IO);
	assert_non_null(strstr(why, "damaged"));
}
static void lost_head(void **state)
{
	finds(state, "UPDATE log_head SET seq=seq - 1 WHERE part=17", "the last entry of a partition");
}

/* Random bytes over the file itself: found by SQLite's check, a checksum, or the store not opening. */
static void overwritten_page(void **state)
{
	Fixture *f = *state;
	fill(f);
	store_close(f->store);
	f->store = NULL;
	char path[400], why[256];
	snprintf(path, sizeof path, "%s/samendoel.db", f->dir);
	FILE *file = fopen(path, "r+");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	long pages = ftell(file) / 8192;
	assert_true(pages > 10);
	/* the page with the table `res`: search its text */
	char page[8192];
	long at = -1;
	for (long i = 1; i < pages && at < 0; i++) {
		fseek(file, i * 8192, SEEK_SET);
		assert_int_equal(fread(page, 1, sizeof page, file), sizeof page);
		if (memmem(page, sizeof page, "\"foreign\",\"meta\"", 16))
			at = i;
	}
	assert_true(at > 0);
	char *byte = memmem(page, sizeof page, "\"foreign\",\"meta\"", 16);
	fseek(file, at * 8192 + (byte - page) + 3, SEEK_SET);
	fputc('X', file);
	fclose(file);
	if (store_open(&(StoreOptions){ .dir = str_c(f->dir), .read_only = true }, &f->store, why, sizeof why) != OK)
		return;
	Said said = { 0 };
	StoreCheck c;
	assert_int_equal(store_verify(f->store, NULL, say, &said, &c), OK);
	assert_true(c.problems > 0);
}

/* ---- opening ---- */

static void second_open(void **state)
{
	Fixture *f = *state;
	char why[256];
	Store *s = NULL;
	StoreOptions o = { .dir = str_c(f->dir) };
	assert_int_equal(store_open(&o, &s, why, sizeof why), ERR_BUSY);
	assert_non_null(strstr(why, "in use"));
	o.must_be_new = true;
	assert_int_equal(store_open(&o, &s, why, sizeof why), ERR_CONFLICT);
	char other[320];
	snprintf(other, sizeof other, "%s/none", f->root);
	o = (StoreOptions){ .dir = str_c(other), .read_only = true };
	assert_int_equal(store_open(&o, &s, why, sizeof why), ERR_NOT_FOUND);
	assert_null(s);
	store_close(NULL);
}

static void not_a_database(void **state)
{
	Fixture *f = *state;
	char dir[320], path[400], why[256];
	snprintf(dir, sizeof dir, "%s/odd", f->root);
	store_close(open_dir(dir, false));
	snprintf(path, sizeof path, "%s/samendoel.db", dir);
	FILE *file = fopen(path, "w");
	for (int i = 0; i < 10000; i++)
		fputs("no database ", file);
	fclose(file);
	Store *s = NULL;
	assert_int_equal(store_open(&(StoreOptions){ .dir = str_c(dir) }, &s, why, sizeof why), ERR_IO);
	assert_true(strlen(why) > 0);
}

static void schema_steps_forward(void **state)
{
	Fixture *f = *state;
	store_close(f->store);
	f->store = NULL;
	for (int from = 0; from <= schema_count; from++) {
		char path[400], why[256] = "";
		snprintf(f->dir, sizeof f->dir, "%.200s/from%d", f->root, from);
		assert_int_equal(mkdir(f->dir, 0700), 0);
		snprintf(path, sizeof path, "%s/samendoel.db", f->dir);
		Db *d = NULL;
		assert_int_equal(db_open(path, DB_WRITE, 0, &d, why, sizeof why), OK);
		assert_int_equal(migrate(d, from, why, sizeof why), OK);
		assert_int_equal(schema_of(d), from);
		assert_int_equal(db_has_table(d, S("account")), from >= 2);
		assert_int_equal(db_has_table(d, S("change")), from >= 3);
		db_close(d);
		f->store = open_dir(f->dir, false);
		Rid rid = create(f->store, store_new_part(f->store), FT_GOAL, S("x"), f->arena);
		SqlRows rows;
		assert_int_equal(store_select(f->store, SQL("SELECT count(*) FROM account"), NULL, 0, f->arena, &rows),
		                 OK);
		reopen(f);
		StoreRow r;
		assert_int_equal(store_get_rid(f->store, rid, f->arena, &r), OK);
		store_close(f->store);
		f->store = NULL;
	}
}

static void newer_schema(void **state)
{
	Fixture *f = *state;
	store_close(f->store);
	f->store = NULL;
	sql(f->dir, "UPDATE meta SET num=1000 WHERE name='schema'");
	char why[256];
	for (int ro = 0; ro < 2; ro++) {
		StoreOptions o = { .dir = str_c(f->dir), .read_only = ro };
		assert_int_equal(store_open(&o, &f->store, why, sizeof why), ERR_NOT_SUPPORTED);
		assert_non_null(strstr(why, "1000"));
	}
}

/* ---- backup ---- */

static void backup_and_restore(void **state)
{
	Fixture *f = *state;
	char copy[320], again[320], why[256];
	snprintf(copy, sizeof copy, "%s/copy", f->root);
	snprintf(again, sizeof again, "%s/again", f->root);
	fill(f);
	LogHead want, got;
	assert_int_equal(store_log_head(f->store, &want), OK);
	assert_int_equal(store_backup(f->store, str_c(copy)), OK);
	assert_int_equal(store_backup(f->store, str_c(copy)), ERR_CONFLICT);
	Rid later = create(f->store, store_new_part(f->store), FT_GOAL, S("later"), f->arena);
	assert_int_equal(store_restore(str_c(copy), str_c(again), why, sizeof why), OK);
	assert_int_equal(store_restore(str_c(copy), str_c(again), why, sizeof why), ERR_CONFLICT);
	Store *s = open_dir(again, false);
	Said said;
	if (verify(s, &said) != 0)
		fail_msg("%s", said.all);
	StoreRow r;
	assert_int_equal(store_get(s, FT_GOAL, S("foreign"), f->arena, &r), OK);
	assert_int_equal(store_get_rid(s, later, f->arena, &r), ERR_NOT_FOUND);
	assert_int_equal(store_log_head(s, &got), OK);
	assert_int_equal(got.size, want.size);
	assert_memory_equal(got.root, want.root, 32);
	char a[14], b[14]; /* the same ids as before */
	store_id_text(s, later, a);
	store_id_text(f->store, later, b);
	assert_string_equal(a, b);
	store_close(s);
	/* the backup itself opens as a store */
	s = open_dir(copy, true);
	assert_int_equal(store_get(s, FT_GOAL, S("foreign"), f->arena, &r), OK);
	store_close(s);
}

static void damaged_backup(void **state)
{
	Fixture *f = *state;
	char copy[320], to[320], path[400], why[256];
	snprintf(copy, sizeof copy, "%s/copy", f->root);
	snprintf(to, sizeof to, "%s/to", f->root);
	fill(f);
	assert_int_equal(store_restore(str_c(copy), str_c(to), why, sizeof why), ERR_NOT_FOUND);
	assert_int_equal(store_backup(f->store, str_c(copy)), OK);
	snprintf(path, sizeof path, "%s/samendoel.db", copy);
	FILE *file = fopen(path, "r+");
	fseek(file, 5 * 8192 + 8000, SEEK_SET);
	int c = fgetc(file);
	fseek(file, 5 * 8192 + 8000, SEEK_SET);
	fputc(c ^ 4, file);
	fclose(file);
	assert_int_equal(store_restore(str_c(copy), str_c(to), why, sizeof why), ERR_INVALID);
	assert_non_null(strstr(why, "damaged"));
	Store *s = NULL; /* nothing was left that would open */
	assert_int_equal(store_open(&(StoreOptions){ .dir = str_c(to), .read_only = true }, &s, why, sizeof why),
	                 ERR_NOT_FOUND);
}

/* Another set of what is indexed: every row by its type. */
static void *by_type(FhirType type, Str body, Arena *a, size_t *n)
{
	IndexEntry *e = ARENA_NEW(a, IndexEntry);
	(void)body;
	*e = (IndexEntry){ 900, fhir_type_name(type) };
	*n = 1;
	return e;
}

static void index_of_another_set(void **state)
{
	Fixture *f = *state;
	Rid rid, *found;
	size_t n;
	bool is = true;
	assert_int_equal(store_new_rid(f->store, store_new_part(f->store), &rid), OK);
	assert_int_equal(put_row(f->store, make_row(f->store, rid, FT_GOAL, 1, S("nl"), f->arena), f->arena), OK);
	assert_int_equal(store_index_is(f->store, 7, &is), OK);
	assert_false(is);
	assert_int_equal(store_index_set(f->store, 7, by_type), OK);
	assert_int_equal(store_index_is(f->store, 7, &is), OK);
	assert_true(is);
	reopen(f);
	assert_int_equal(store_index_is(f->store, 7, &is), OK);
	assert_true(is);
	assert_int_equal(store_index_is(f->store, 8, &is), OK);
	assert_false(is);
	assert_int_equal(store_find(f->store, 900, S("Goal"), S("Goam"), 10, f->arena, &found, &n), OK);
	assert_int_equal(n, 1);
	assert_true(found[0] == rid);
}

int main(void)
{
	log_level(LOG_ERROR + 1);
	const struct CMUnitTest tests[] = {
		TEST(verify_sound),         TEST(flipped_body),    TEST(flipped_byte),
		TEST(flipped_old_version),  TEST(changed_time),    TEST(lost_version),
		TEST(missing_index_row),    TEST(extra_index_row), TEST(stray_index_row),
		TEST(lost_alias),           TEST(stray_alias),     TEST(flipped_log_byte),
		TEST(wrong_link),           TEST(lost_log_block),  TEST(lost_head),
		TEST(overwritten_page),     TEST(second_open),     TEST(not_a_database),
		TEST(schema_steps_forward), TEST(newer_schema),    TEST(backup_and_restore),
		TEST(damaged_backup),       TEST(lost_change),     TEST(swapped_changes),
		TEST(index_of_another_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
