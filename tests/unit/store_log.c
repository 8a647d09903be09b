/* The log: proofs against a second implementation written here from RFC 9162, back-links, restarts. */
#include "store_test.h"

#include <sodium.h>

/* ---- the second implementation: recursive, over all leaves, with another library's SHA-256 ---- */

static void leaf_hash(const LogEntry *e, uint8_t out[32])
{
	uint8_t in[17 + 64] = { 0 };
	uint64_t part = (uint64_t)e->part, link = (uint64_t)(e->prev + 1);
	for (int i = 0; i < 8; i++) {
		in[1 + i] = (uint8_t)(part >> (56 - 8 * i));
		in[9 + i] = (uint8_t)(link >> (56 - 8 * i));
	}
	assert_true(e->bytes.n <= 64);
	memcpy(in + 17, e->bytes.p, e->bytes.n);
	crypto_hash_sha256(out, in, 17 + e->bytes.n);
}

static size_t split(size_t n)
{
	size_t k = 1;
	while (k * 2 < n)
		k *= 2;
	return k;
}

static void tree_hash(uint8_t (*leaves)[32], size_t n, uint8_t out[32])
{
	if (n == 0) {
		crypto_hash_sha256(out, (const uint8_t *)"", 0);
	} else if (n == 1) {
		memcpy(out, leaves[0], 32);
	} else {
		uint8_t in[65] = { 1 };
		size_t k = split(n);
		tree_hash(leaves, k, in + 1);
		tree_hash(leaves + k, n - k, in + 33);
		crypto_hash_sha256(out, in, 65);
	}
}

static size_t tree_path(uint8_t (*leaves)[32], size_t n, size_t m, uint8_t out[64][32])
{
	if (n == 1)
		return 0;
	size_t k = split(n), at;
	if (m < k) {
		at = tree_path(leaves, k, m, out);
		tree_hash(leaves + k, n - k, out[at]);
	} else {
		at = tree_path(leaves + k, n - k, m - k, out);
		tree_hash(leaves, k, out[at]);
	}
	return at + 1;
}

/* ---- helpers ---- */

/* Appends n entries, `batch` to a transaction, about `parts` partitions in turn (0 among them). */
static void append(Fixture *f, size_t n, size_t batch, size_t parts)
{
	static unsigned long number;
	for (size_t done = 0; done < n;) {
		StoreTx *tx = store_tx(f->store, f->arena);
		for (size_t i = 0; i < batch && done < n; i++, done++) {
			Str text = arena_printf(f->arena, "entry %lu", number);
			store_log(tx, (Part)(number * 7 % parts ? PART_FIRST + number * 7 % parts : 0), text);
			number++;
		}
		assert_int_equal(store_commit(tx), OK);
	}
}

typedef struct Tree {
	LogEntry *entries;
	uint8_t (*leaves)[32];
	size_t n;
} Tree;

static Tree read_all(Fixture *f)
{
	Tree t = { 0 };
	assert_int_equal(store_log_from(f->store, 0, SIZE_MAX, f->arena, &t.entries, &t.n), OK);
	t.leaves = arena_raw(f->arena, 32 * (t.n + 1));
	for (size_t i = 0; i < t.n; i++) {
		assert_int_equal(t.entries[i].seq, i);
		leaf_hash(&t.entries[i], t.leaves[i]);
		uint8_t own[32];
		store_log_leaf(&t.entries[i], own);
		assert_memory_equal(own, t.leaves[i], 32);
	}
	return t;
}

static void check_proof(Fixture *f, const Tree *t, size_t seq, size_t size, const uint8_t root[32])
{
	uint8_t got[64][32], want[64][32];
	size_t n = 99, m = tree_path(t->leaves, size, seq, want);
	assert_int_equal(store_log_proof(f->store, (int64_t)seq, (int64_t)size, got, &n), OK);
	assert_int_equal(n, m);
	assert_memory_equal(got, want, n * 32);
	assert_true(store_log_check(t->leaves[seq], (int64_t)seq, (int64_t)size, got, n, root));
	if (n) {
		got[n / 2][5] ^= 1;
		assert_false(store_log_check(t->leaves[seq], (int64_t)seq, (int64_t)size, got, n, root));
		got[n / 2][5] ^= 1;
		assert_false(store_log_check(t->leaves[seq], (int64_t)(seq ^ 1), (int64_t)size, got, n, root));
		assert_false(store_log_check(t->leaves[seq], (int64_t)seq, (int64_t)size, got, n - 1, root));
	}
}

static void small_trees(void **state)
{
	Fixture *f = *state;
	LogHead head;
	uint8_t root[32];
	assert_int_equal(store_log_head(f->store, &head), OK);
	assert_int_equal(head.size, 0);
	tree_hash(NULL, 0, root);
	assert_memory_equal(head.root, root, 32);
	uint8_t heads[301][32];
	for (size_t size = 1; size <= 300; size++) {
		append(f, 1, 1, 5);
		assert_int_equal(store_log_head(f->store, &head), OK);
		assert_int_equal(head.size, size);
		memcpy(heads[size], head.root, 32);
	}
	Tree t = read_all(f);
	assert_int_equal(t.n, 300);
	for (size_t size = 1; size <= 300; size++) {
		tree_hash(t.leaves, size, root);
		assert_memory_equal(heads[size], root, 32);
		for (size_t seq = size % 7; seq < size; seq += 1 + size / 9)
			check_proof(f, &t, seq, size, root);
		check_proof(f, &t, size - 1, size, root);
	}
	size_t n;
	uint8_t proof[64][32];
	assert_int_equal(store_log_proof(f->store, 0, 301, proof, &n), ERR_NOT_FOUND);
	assert_int_equal(store_log_proof(f->store, 300, 300, proof, &n), ERR_NOT_FOUND);
	assert_int_equal(store_log_proof(f->store, -1, 300, proof, &n), ERR_NOT_FOUND);
}

/* Past 65 536 entries there are stored hashes of two levels; blocks of all sizes, and a restart in the middle. */
static void large_tree(void **state)
{
	Fixture *f = *state;
	append(f, 60001, 997, 400);
	reopen(f);
	append(f, 10003, 61, 400);
	Tree t = read_all(f);
	assert_int_equal(t.n, 70004);
	static const size_t sizes[] = { 255, 256, 257, 65535, 65536, 65537, 65792, 70004 };
	static const size_t seqs[] = { 0, 1, 255, 256, 4095, 32768, 65535, 65536, 65791, 70003 };
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		uint8_t root[32];
		tree_hash(t.leaves, sizes[i], root);
		for (size_t k = 0; k < COUNT_OF(seqs); k++)
			if (seqs[k] < sizes[i])
				check_proof(f, &t, seqs[k], sizes[i], root);
	}
	LogHead head;
	uint8_t root[32];
	tree_hash(t.leaves, t.n, root);
	assert_int_equal(store_log_head(f->store, &head), OK);
	assert_memory_equal(head.root, root, 32);
}

/* ---- the entries about one partition ---- */

static void check_links(Fixture *f, const Tree *t, Part part)
{
	size_t want = 0, got = 0;
	int64_t before = INT64_MAX, last = INT64_MAX;
	for (size_t i = 0; i < t->n; i++)
		want += t->entries[i].part == part;
	for (;;) {
		LogEntry *list;
		size_t n;
		assert_int_equal(store_log_of_part(f->store, part, before, 7, f->arena, &list, &n), OK);
		if (n == 0)
			break;
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(list[i].part, part);
			assert_true(list[i].seq < last);
			last = list[i].seq;
			assert_str(list[i].bytes, t->entries[list[i].seq].bytes);
		}
		got += n;
		before = list[n - 1].seq;
	}
	assert_int_equal(got, want);
}

static void links(void **state)
{
	Fixture *f = *state;
	append(f, 500, 1, 23);
	append(f, 2500, 170, 23);
	for (int round = 0; round < 3; round++) {
		Tree t = read_all(f);
		for (Part p = PART_FIRST; p < PART_FIRST + 25; p++)
			check_links(f, &t, p);
		/* `before` that is no entry of the partition */
		LogEntry *list;
		size_t n;
		assert_int_equal(store_log_of_part(f->store, PART_FIRST + 1, 200, 1, f->arena, &list, &n), OK);
		assert_int_equal(n, 1);
		assert_true(list[0].seq < 200 && list[0].seq >= 200 - 23);
		reopen(f);
		append(f, 30, 4, 23);
	}
}

/* More partitions than the map of heads holds: they move to disk in slices while entries keep coming. */
static void many_partitions(void **state)
{
	Fixture *f = *state;
	enum { PARTS = 60000, ROUNDS = 2 };
	for (int round = 0; round < ROUNDS; round++)
		for (Part p = 0; p < PARTS;) {
			StoreTx *tx = store_tx(f->store, f->arena);
			for (int i = 0; i < 400 && p < PARTS; i++, p++)
				store_log(tx, PART_FIRST + p * 37 % PARTS, S("seen"));
			assert_int_equal(store_commit(tx), OK);
			arena_reset(f->arena);
		}
	for (int round = 0; round < 2; round++) {
		for (Part p = 0; p < PARTS; p += 997) {
			LogEntry *list;
			size_t n;
			assert_int_equal(store_log_of_part(f->store, PART_FIRST + p, INT64_MAX, 9, f->arena, &list, &n),
			                 OK);
			assert_int_equal(n, ROUNDS);
			assert_int_equal(list[1].prev, -1);
			assert_int_equal(list[0].prev, list[1].seq);
		}
		reopen(f);
	}
	assert_true(store_new_part(f->store) >= PART_FIRST + PARTS);
}

/* A read-only store follows what the writing one adds. */
static void follower(void **state)
{
	Fixture *f = *state;
	append(f, 10, 3, 2);
	Store *ro = open_dir(f->dir, true);
	append(f, 100, 30, 2);
	LogHead a, b;
	assert_int_equal(store_log_head(f->store, &a), OK);
	assert_int_equal(store_log_head(ro, &b), OK);
	assert_int_equal(b.size, 110);
	assert_memory_equal(a.root, b.root, 32);
	LogEntry *list;
	size_t n, m;
	assert_int_equal(store_log_of_part(ro, PART_FIRST + 1, INT64_MAX, 1000, f->arena, &list, &n), OK);
	assert_int_equal(store_log_of_part(f->store, PART_FIRST + 1, INT64_MAX, 1000, f->arena, &list, &m), OK);
	assert_int_equal(n, m);
	assert_true(n >= 54 && n <= 56);
	StoreTx *tx = store_tx(ro, f->arena);
	store_log(tx, 0, S("x"));
	assert_int_equal(store_commit(tx), ERR_NOT_SUPPORTED);
	store_close(ro);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(small_trees), TEST(large_tree), TEST(links), TEST(many_partitions), TEST(follower),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
