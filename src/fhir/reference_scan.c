/* References in a stored text, found without parsing. A quote inside a JSON string has a backslash before it, so that
 * the bytes "reference":" can only be a member's name and the start of its value. */
#include "fhir/reference.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define NEEDLE "\"reference\":\""
enum { NEEDLE_N = sizeof(NEEDLE) - 1, COLON = NEEDLE_N - 2 };

/* Where the needle starts, from `at` on; body.n when nowhere. */
static size_t find(Str body, size_t at)
{
#ifdef __SSE2__
	/* 16 places at once: the two bytes that stand together least often. */
	for (; at + NEEDLE_N + 16 <= body.n; at += 16) {
		const char *p = body.p + at;
		__m128i colon = _mm_loadu_si128((const __m128i *)(const void *)(p + COLON));
		__m128i first = _mm_loadu_si128((const __m128i *)(const void *)(p + 1));
		unsigned mask = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(colon, _mm_set1_epi8(':')),
		                                                          _mm_cmpeq_epi8(first, _mm_set1_epi8('r'))));
		for (; mask; mask &= mask - 1) {
			size_t i = (size_t)__builtin_ctz(mask);
			if (memcmp(p + i, NEEDLE, NEEDLE_N) == 0)
				return at + i;
		}
	}
#endif
	if (at >= body.n)
		return body.n;
	const char *hit = memmem(body.p + at, body.n - at, NEEDLE, NEEDLE_N);
	return hit ? (size_t)(hit - body.p) : body.n;
}

bool reference_next(Str body, size_t *at, Str *out)
{
	for (;;) {
		size_t i = find(body, *at);
		if (i >= body.n)
			return false;
		Str rest = str_from(body, i + NEEDLE_N);
		ptrdiff_t end = str_chr(rest, '"');
		if (end < 0)
			return false;
		*at = i + NEEDLE_N + (size_t)end;
		*out = str_upto(rest, (size_t)end);
		if (str_chr(*out, '\\') < 0)
			return true;
	}
}
