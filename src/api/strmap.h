/* A table from text to text in an arena, for addresses of bundle entries. Keyed hashing: the keys come from users. */
#ifndef API_STRMAP_H
#define API_STRMAP_H

#include "base/arena.h"

typedef struct StrMap {
	Arena *arena;
	Str *keys, *values;
	size_t used, cap; /* cap is 0 or a power of two */
} StrMap;

StrMap strmap_new(Arena *a);
/* Adds or replaces. Key and value must live as long as the arena. */
void strmap_put(StrMap *m, Str key, Str value);
/* Absent when the key is not there. */
Str strmap_get(const StrMap *m, Str key);

#endif
