#include "store/ids.h"

#include <endian.h>
#include <sodium.h>

static uint32_t feistel_f(const IdKey *k, uint8_t round, uint32_t half)
{
	uint8_t in[5], out[crypto_shorthash_BYTES];
	half = htole32(half); /* a store can move to another machine */
	memcpy(in, &half, 4);
	in[4] = round;
	crypto_shorthash(out, in, sizeof in, k->bytes);
	uint32_t v;
	memcpy(&v, out, 4);
	return le32toh(v);
}

uint64_t id_permute(const IdKey *k, uint64_t v)
{
	uint32_t l = (uint32_t)(v >> 32), r = (uint32_t)v;
	for (uint8_t round = 0; round < 4; round++) {
		uint32_t next = l ^ feistel_f(k, round, r);
		l = r;
		r = next;
	}
	return (uint64_t)l << 32 | r;
}

uint64_t id_unpermute(const IdKey *k, uint64_t v)
{
	uint32_t l = (uint32_t)(v >> 32), r = (uint32_t)v;
	for (uint8_t round = 4; round-- > 0;) {
		uint32_t before = r ^ feistel_f(k, round, l);
		r = l;
		l = before;
	}
	return (uint64_t)l << 32 | r;
}

static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

void id_write(const IdKey *k, uint64_t rid, char out[ID_CHARS])
{
	uint64_t v = id_permute(k, rid);
	for (size_t i = ID_CHARS; i-- > 0; v >>= 5)
		out[i] = digits[v & 31];
}

/* Value of a digit, or -1. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	const char *at = c >= 'a' && c <= 'z' ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

bool id_decode(const IdKey *k, Str text, uint64_t *out)
{
	if (text.n != ID_CHARS)
		return false;
	uint64_t v = 0;
	for (size_t i = 0; i < ID_CHARS; i++) {
		int d = digit(text.p[i]);
		if (d < 0 || (i == 0 && d > 15)) /* 13 digits are 65 bits */
			return false;
		v = v << 5 | (uint64_t)d;
	}
	*out = id_unpermute(k, v);
	return true;
}

bool id_read(const IdKey *k, Str text, int64_t *rid)
{
	uint64_t r;
	if (!id_decode(k, text, &r) || r == 0 || r >> 62)
		return false;
	*rid = (int64_t)r;
	return true;
}
