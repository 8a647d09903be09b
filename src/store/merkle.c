#include "store/merkle.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/log.h"

/* OpenSSL uses the SHA instructions of the processor, libsodium does not (measured: 5 × slower on a node). Looking the
 * algorithm up costs more than the hash, so that happens once per context. */
struct Hasher {
	EVP_MD *md;
	EVP_MD_CTX *ctx;
};

Hasher *hasher_new(void)
{
	Hasher *h = calloc(1, sizeof *h);
	if (!h)
		die("out of memory");
	h->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	h->ctx = EVP_MD_CTX_new();
	if (!h->md || !h->ctx || !EVP_DigestInit_ex2(h->ctx, h->md, NULL))
		die("OpenSSL has no SHA-256");
	return h;
}

void hasher_free(Hasher *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md);
	free(h);
}

static void hash2(Hasher *h, const void *a, size_t a_n, const void *b, size_t b_n, Hash *out)
{
	if (!EVP_DigestInit_ex2(h->ctx, NULL, NULL) || !EVP_DigestUpdate(h->ctx, a, a_n) ||
	    (b_n && !EVP_DigestUpdate(h->ctx, b, b_n)) || !EVP_DigestFinal_ex(h->ctx, out->b, NULL))
		die("SHA-256 failed");
}

static void put_be(uint8_t *at, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)(v >> (56 - 8 * i));
}

void merkle_leaf(Hasher *h, Part part, int64_t prev, Str bytes, Hash *out)
{
	uint8_t head[17] = { 0 };
	put_be(head + 1, (uint64_t)part);
	put_be(head + 9, (uint64_t)(prev + 1));
	hash2(h, head, sizeof head, bytes.p, bytes.n, out);
}

void merkle_node(Hasher *h, const Hash *l, const Hash *r, Hash *out)
{
	uint8_t in[65] = { 1 };
	memcpy(in + 1, l->b, 32);
	memcpy(in + 33, r->b, 32);
	hash2(h, in, sizeof in, NULL, 0, out);
}

void merkle_fold(Hasher *h, Hash *at, size_t n)
{
	for (; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			merkle_node(h, &at[2 * i], &at[2 * i + 1], &at[i]);
}

void merkle_append(Hasher *h, MerkleEdge *e, const Hash *leaf, MerkleFull *full, void *ctx)
{
	Hash up = *leaf;
	int level = 0;
	for (int64_t size = e->size; size & 1; size >>= 1) {
		merkle_node(h, &e->at[level], &up, &up);
		level++;
		if (level % 8 == 0)
			full(ctx, level / 8, e->size >> level, &up);
	}
	e->at[level] = up;
	e->size++;
}

void merkle_root(Hasher *h, const MerkleEdge *e, Hash *out)
{
	bool any = false;
	for (int j = 0; j < 63; j++) {
		if (!(e->size >> j & 1))
			continue;
		if (any)
			merkle_node(h, &e->at[j], out, out);
		else
			*out = e->at[j];
		any = true;
	}
	if (!any)
		hash2(h, "", 0, NULL, 0, out);
}

void store_log_leaf(const LogEntry *e, uint8_t out[32])
{
	Hasher *h = hasher_new();
	Hash leaf;
	merkle_leaf(h, e->part, e->prev, e->bytes, &leaf);
	memcpy(out, leaf.b, 32);
	hasher_free(h);
}

/* RFC 9162, 2.1.3.2. */
bool store_log_check(const uint8_t leaf[32], int64_t seq, int64_t size, uint8_t (*proof)[32], size_t n,
                     const uint8_t root[32])
{
	if (seq < 0 || seq >= size)
		return false;
	Hasher *h = hasher_new();
	uint64_t fn = (uint64_t)seq, sn = (uint64_t)size - 1;
	Hash r;
	memcpy(r.b, leaf, 32);
	bool ok = true;
	for (size_t i = 0; i < n && ok; i++) {
		Hash p;
		memcpy(p.b, proof[i], 32);
		if (sn == 0) {
			ok = false;
		} else if ((fn & 1) || fn == sn) {
			merkle_node(h, &p, &r, &r);
			for (; !(fn & 1) && fn; fn >>= 1)
				sn >>= 1;
		} else {
			merkle_node(h, &r, &p, &r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	hasher_free(h);
	return ok && sn == 0 && memcmp(r.b, root, 32) == 0;
}
