/* Random texts, keyed hashes and the table of errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/random.h"

static void random_texts(void **state)
{
	(void)state;
	Arena *a = arena_new();
	static const struct {
		size_t bytes, chars;
	} sizes[] = { { 0, 0 }, { 1, 2 }, { 5, 8 }, { 10, 16 }, { 16, 26 }, { 20, 32 } };
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		Str s = random_text(a, sizes[i].bytes);
		assert_int_equal(s.n, sizes[i].chars);
		for (size_t k = 0; k < s.n; k++)
			assert_true(strchr("0123456789abcdefghjkmnpqrstvwxyz", s.p[k]) != NULL);
	}
	/* Each digit turns up in each place, and no text twice. */
	unsigned seen[16][128] = { 0 };
	Str before = S("");
	for (int i = 0; i < 4000; i++) {
		Str s = random_text(a, 10);
		assert_false(str_eq(s, before));
		before = s;
		for (size_t k = 0; k < s.n; k++)
			seen[k][(unsigned char)s.p[k]]++;
	}
	for (size_t k = 0; k < 16; k++)
		for (const char *d = "0123456789abcdefghjkmnpqrstvwxyz"; *d; d++)
			assert_in_range(seen[k][(unsigned char)*d], 40, 400);
	arena_free(a);
}

static void hashes(void **state)
{
	(void)state;
	uint64_t one = hash_str(S("patient"));
	random_init(); /* the key stays */
	assert_true(hash_keyed("patient", 7) == one);
	assert_true(hash_str(S("patienT")) != one);
	assert_true(hash_str(S("")) != one);
}

static void errors(void **state)
{
	(void)state;
	assert_int_equal(err_status(OK), 200);
	assert_int_equal(err_status(ERR_VERSION), 412);
	assert_int_equal(err_status(ERR_IO), 500);
	assert_true(str_eq(err_name(OK), S("ok")));
	assert_true(str_eq(err_name(ERR_NOT_FOUND), S("not_found")));
	assert_true(str_eq(err_issue_type(ERR_GONE), S("deleted")));
	for (Err e = OK; e <= ERR_IO; e++) {
		assert_in_range(err_status(e), 200, 599);
		assert_true(err_name(e).n > 0 && err_issue_type(e).n > 0);
		for (Err f = OK; f < e; f++)
			assert_false(str_eq(err_name(e), err_name(f)));
	}
}

static Err tries(Err e, bool *went_on)
{
	TRY(e);
	*went_on = true;
	return OK;
}

static void try_returns(void **state)
{
	(void)state;
	bool on = false;
	assert_int_equal(tries(ERR_BUSY, &on), ERR_BUSY);
	assert_false(on);
	assert_int_equal(tries(OK, &on), OK);
	assert_true(on);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { cmocka_unit_test(random_texts), cmocka_unit_test(hashes),
		                            cmocka_unit_test(errors), cmocka_unit_test(try_returns) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
