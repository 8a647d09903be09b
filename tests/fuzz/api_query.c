/* Search strings: any text as the query of a search on a type that its first byte chooses, or on three types. What is
 * understood must come back from its own self link. */
#include <stdlib.h>

#include "api/query.h"
#include "base/random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FhirType types[3] = { FT_GOAL, FT_OBSERVATION, FT_TASK };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	if (!started)
		random_init();
	started = true;
	if (size < 1 || size > 8192)
		return 0;
	Arena *a = arena_new();
	Query q, again;
	size_t n, n_again, n_types = data[0] % 4 ? 1 : 3;
	if (n_types == 1)
		types[0] = (FhirType)(1 + data[0] % (FT_COUNT - 1));
	const Pair *pairs = pairs_urlencoded(a, str_n((const char *)data + 1, size - 1), &n);
	if (query_parse_types(a, types, n_types, pairs, n, false, &q) == OK) {
		Str used = buf_str(&q.used);
		pairs = pairs_urlencoded(a, str_from(used, 1), &n_again);
		/* What was used is understood again, strictly, and is used the same way. */
		if (query_parse_types(a, types, n_types, pairs, n_again, true, &again) != OK ||
		    !str_eq(buf_str(&again.used), used))
			abort();
	}
	arena_free(a);
	return 0;
}
