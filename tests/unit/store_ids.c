/* Ids: the permutation goes both ways, refuses what it did not make, and tells nothing about the neighbours. */
#include "store_test.h"

#include "store/ids.h"

static const IdKey key = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } };

static void both_ways(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 100000; i++) {
		uint64_t v = i < 50000 ? i : i * UINT64_C(0x9E3779B97F4A7C15);
		if (id_unpermute(&key, id_permute(&key, v)) != v || id_permute(&key, id_unpermute(&key, v)) != v)
			fail_msg("%llu does not come back", (unsigned long long)v);
	}
}

static void text_both_ways(void **state)
{
	(void)state;
	for (int64_t i = 1; i < 100000; i++) {
		int64_t rid = i < 50000 ? i : (i << 24 | (i & 0xFFF)), back = 0;
		char text[ID_CHARS];
		id_write(&key, (uint64_t)rid, text);
		if (!id_read(&key, str_n(text, ID_CHARS), &back) || back != rid)
			fail_msg("%lld does not come back", (long long)rid);
	}
}

static void refuses(void **state)
{
	(void)state;
	int64_t rid = -7;
	static const char *const no[] = { "",
		                          "0",
		                          "00000000000000",
		                          "000000000000",
		                          "g000000000000",
		                          "00000000000i0",
		                          "00000000000u0",
		                          "00000000000A0",
		                          "00000000000-0",
		                          "zzzzzzzzzzzzz" };
	for (size_t i = 0; i < COUNT_OF(no); i++)
		assert_false(id_read(&key, str_c(no[i]), &rid));
	char text[ID_CHARS]; /* numbers that no row has */
	id_write(&key, 0, text);
	assert_false(id_read(&key, str_n(text, ID_CHARS), &rid));
	id_write(&key, UINT64_C(1) << 62, text);
	assert_false(id_read(&key, str_n(text, ID_CHARS), &rid));
	assert_int_equal(rid, -7);
}

/* Neighbours differ in about half of their bits; another key gives other ids. */
static void unpredictable(void **state)
{
	(void)state;
	IdKey other = key;
	other.bytes[15] ^= 1;
	long bits = 0, key_bits = 0;
	enum { N = 4096 };
	for (uint64_t i = 0; i < N; i++) {
		bits += __builtin_popcountll(id_permute(&key, i) ^ id_permute(&key, i + 1));
		key_bits += __builtin_popcountll(id_permute(&key, i) ^ id_permute(&other, i));
	}
	assert_true(bits > 31 * N && bits < 33 * N);
	assert_true(key_bits > 31 * N && key_bits < 33 * N);
}

static void two_installations(void **state)
{
	Fixture *f = *state;
	char a[14], b[14], dir[320];
	store_id_text(f->store, 1 << 28, a);
	snprintf(dir, sizeof dir, "%s/other", f->root);
	Store *s = open_dir(dir, false);
	store_id_text(s, 1 << 28, b);
	store_close(s);
	assert_string_not_equal(a, b);
	reopen(f);
	store_id_text(f->store, 1 << 28, b);
	assert_string_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),     cmocka_unit_test(text_both_ways), cmocka_unit_test(refuses),
		cmocka_unit_test(unpredictable), TEST(two_installations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
