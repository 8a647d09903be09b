/* Comparing strings as FHIR asks: without case, accents and extra white space. */
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "fhir/search.h"

/* Lower case and single spaces; false at the first byte that is not ASCII. */
static bool fold_ascii(Str s, char *out, size_t *n)
{
	size_t len = 0;
	bool space = false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c >= 128)
			return false;
		if (c <= ' ') {
			space = len > 0;
			continue;
		}
		if (space)
			out[len++] = ' ';
		space = false;
		out[len++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	*n = len;
	return true;
}

/* Drops marks and folds white space, in place; gives the new length. */
static int32_t strip(UChar *u, int32_t n)
{
	int32_t len = 0;
	bool space = false;
	for (int32_t i = 0; i < n;) {
		UChar32 c;
		U16_NEXT(u, i, n, c);
		if (U_GET_GC_MASK(c) & U_GC_M_MASK)
			continue;
		if (u_isUWhiteSpace(c) || u_iscntrl(c)) {
			space = len > 0;
			continue;
		}
		if (space)
			u[len++] = ' ';
		space = false;
		U16_APPEND_UNSAFE(u, len, c);
	}
	return len;
}

static Str fold_unicode(Str s, Arena *a)
{
	UErrorCode e = U_ZERO_ERROR;
	int32_t n = 0, cap = (int32_t)s.n + 1;
	UChar *u = ARENA_ARRAY(a, UChar, cap);
	u_strFromUTF8WithSub(u, cap, &n, s.p, (int32_t)s.n, 0xFFFD, NULL, &e);
	const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&e);
	if (U_FAILURE(e))
		return s;
	int32_t wide = n * 18 + 16; /* the longest NFKD decomposition is 18 units */
	UChar *d = ARENA_ARRAY(a, UChar, wide);
	n = unorm2_normalize(nfkd, u, n, d, wide, &e);
	if (U_FAILURE(e))
		return s;
	n = strip(d, n);
	int32_t folded_cap = n * 3 + 1, bytes = 0;
	UChar *f = ARENA_ARRAY(a, UChar, folded_cap);
	n = u_strFoldCase(f, folded_cap, d, n, U_FOLD_CASE_DEFAULT, &e);
	char *out = arena_raw(a, (size_t)n * 3 + 1);
	u_strToUTF8WithSub(out, n * 3 + 1, &bytes, f, n, 0xFFFD, NULL, &e);
	return U_FAILURE(e) ? s : str_n(out, (size_t)bytes);
}

/* Names and search texts are short; what is longer is compared by its start. */
enum { NORMALISE_MAX = 64 * 1024 };

Str search_normalise(Str s, Arena *a)
{
	s = str_upto(s, NORMALISE_MAX);
	char *out = arena_raw(a, s.n + 1);
	size_t n;
	return fold_ascii(s, out, &n) ? str_n(out, n) : fold_unicode(s, a);
}
