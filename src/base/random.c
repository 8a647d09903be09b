#include "base/random.h"

#include <sodium.h>

#include "base/log.h"

static unsigned char sip_key[crypto_shorthash_KEYBYTES];

void random_init(void)
{
	static bool done;
	if (done)
		return;
	if (sodium_init() < 0)
		die("libsodium could not start");
	randombytes_buf(sip_key, sizeof sip_key);
	done = true;
}

void random_bytes(void *out, size_t n)
{
	randombytes_buf(out, n);
}

Str random_text(Arena *a, size_t n)
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	size_t len = (n * 8 + 4) / 5;
	unsigned char *raw = arena_raw(a, n + 1);
	char *out = arena_raw(a, len + 1);
	randombytes_buf(raw, n);
	unsigned bits = 0, have = 0;
	size_t at = 0;
	for (size_t i = 0; i < len; i++) {
		if (have < 5) {
			bits = (bits << 8 | (at < n ? raw[at] : 0)) & 0xFFFF;
			at++;
			have += 8;
		}
		have -= 5;
		out[i] = digits[bits >> have & 31];
	}
	out[len] = 0;
	return (Str){ out, len };
}

uint64_t hash_keyed(const void *p, size_t n)
{
	uint64_t h;
	crypto_shorthash((unsigned char *)&h, p, n, sip_key);
	return h;
}
