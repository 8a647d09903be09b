/* Scanning of white space and strings, 16 bytes at a time where SSE2 is there. Private to this room. */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stdbool.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* First byte from p that is no white space, or end. */
static inline __attribute__((always_inline)) const char *scan_space(const char *p, const char *end)
{
	for (;;) {
		if (p == end || (unsigned char)*p > ' ')
			return p;
		if (*p != ' ' && *p != '\n' && *p != '\r' && *p != '\t')
			return p;
		p++;
#ifdef __SSE2__
		/* Nearly all of it is indentation: runs of spaces. */
		while (end - p >= 16) {
			__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
			int other = _mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(' '))) ^ 0xFFFF;
			if (other) {
				p += __builtin_ctz((unsigned)other);
				break;
			}
			p += 16;
		}
#endif
	}
}

/* Does a string's inside go on plainly at c: no quote, backslash, control character, non-ASCII byte? */
static inline bool scan_plain(char c)
{
	return (signed char)c >= 0x20 && c != '"' && c != '\\';
}

/* First byte from p on that is not plain, or end. */
static inline __attribute__((always_inline)) const char *scan_text(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		/* Signed: bytes from 0x80 on are below 0x20 too. */
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i odd = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20));
		odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
		odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
		int mask = _mm_movemask_epi8(odd);
		if (mask)
			return p + __builtin_ctz((unsigned)mask);
		p += 16;
	}
#endif
	while (p < end && scan_plain(*p))
		p++;
	return p;
}

#endif
