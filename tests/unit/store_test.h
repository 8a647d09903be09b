/* What the store's tests share: a temporary directory, opening, and short ways to write. */
#ifndef TESTS_STORE_TEST_H
#define TESTS_STORE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/random.h"
#include "store/store.h"

typedef struct Fixture {
	char root[256]; /* the temporary directory */
	char dir[300];  /* the store in it */
	Store *store;
	Arena *arena;
} Fixture;

static inline Store *open_dir(const char *dir, bool read_only)
{
	char why[256];
	Store *s = NULL;
	Err e = store_open(&(StoreOptions){ .dir = str_c(dir), .read_only = read_only }, &s, why, sizeof why);
	if (e != OK)
		fail_msg("store_open: %s", why);
	return s;
}

static inline int setup(void **state)
{
	Fixture *f = calloc(1, sizeof *f);
	const char *tmp = getenv("TMPDIR");
	snprintf(f->root, sizeof f->root, "%s/store-test-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(f->root))
		return -1;
	snprintf(f->dir, sizeof f->dir, "%s/data", f->root);
	f->arena = arena_new();
	f->store = open_dir(f->dir, false);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	Fixture *f = *state;
	store_close(f->store);
	arena_free(f->arena);
	char cmd[400];
	snprintf(cmd, sizeof cmd, "rm -rf '%s'", f->root);
	int r = system(cmd);
	free(f);
	return r;
}

static inline void reopen(Fixture *f)
{
	store_close(f->store);
	f->store = open_dir(f->dir, false);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static inline StoreRow make_row(Store *s, Rid rid, FhirType type, int32_t version, Str note, Arena *a)
{
	char id[14];
	store_id_text(s, rid, id);
	StoreRow r = { .rid = rid, .type = type, .version = version, .updated = 1700000000000 + version };
	r.op = version == 1 ? ROW_CREATE : ROW_UPDATE;
	r.id = arena_str(a, str_c(id));
	char when[25] = "";
	time_instant_to(when, r.updated);
	r.body = arena_printf(
	    a,
	    "{\"resourceType\":\"%.*s\",\"id\":\"%s\",\"meta\":{\"versionId\":\"%d\",\"lastUpdated\":\"%s\"},"
	    "\"language\":\"%.*s\"}",
	    STR_ARG(fhir_type_name(type)), id, version, when, STR_ARG(note));
	return r;
}

static inline Err put_row(Store *s, StoreRow r, Arena *a)
{
	StoreTx *tx = store_tx(s, a);
	store_put(tx, &r);
	return store_commit(tx);
}

/* A new resource in a partition; its rid. */
static inline Rid create(Store *s, Part part, FhirType type, Str note, Arena *a)
{
	Rid rid = 0;
	assert_int_equal(store_new_rid(s, part, &rid), OK);
	assert_int_equal(put_row(s, make_row(s, rid, type, 1, note, a), a), OK);
	return rid;
}

#define assert_str(a, b)                                                                \
	do {                                                                            \
		Str a_ = (a), b_ = (b);                                                 \
		if (!str_eq(a_, b_))                                                    \
			fail_msg("\"%.*s\" is not \"%.*s\"", STR_ARG(a_), STR_ARG(b_)); \
	} while (0)

#endif
