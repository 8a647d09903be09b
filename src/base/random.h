/* Random bytes, keyed hashing and identifiers (libsodium). */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include "base/arena.h"

/* Call once before anything else here; aborts when the system has no randomness. */
void random_init(void);
void random_bytes(void *out, size_t n);
/* n random bytes as lower-case base32 text without padding (5 bytes → 8 characters). */
Str random_text(Arena *a, size_t n);
/* SipHash-2-4 under a key chosen at start: for tables keyed by what users name. */
uint64_t hash_keyed(const void *p, size_t n);
static inline uint64_t hash_str(Str s)
{
	return hash_keyed(s.p, s.n);
}

#endif
