/* Regular expressions by ICU, with limits on time and memory. '.' matches a line's end too. */
#include <unicode/uregex.h>
#include <unicode/ustring.h>

#include "fhir/fhirpath/fp.h"

enum { REGEX_TIME = 200, REGEX_STACK = 1024 * 1024, PATTERN_MAX = 4096 };

static void close_regex(void *regex)
{
	uregex_close(regex);
}

/* UTF-16, or NULL when s is no UTF-8 or too long. */
static UChar *utf16(Arena *a, Str s, int32_t *n)
{
	UErrorCode err = U_ZERO_ERROR;
	if (s.n > INT32_MAX / 4)
		return NULL;
	UChar *u = arena_raw(a, (s.n + 1) * sizeof *u);
	u_strFromUTF8(u, (int32_t)s.n + 1, n, s.n ? s.p : "", (int32_t)s.n, &err);
	return U_SUCCESS(err) ? u : NULL;
}

static Str utf8(Arena *a, const UChar *u, int32_t n)
{
	UErrorCode err = U_ZERO_ERROR;
	int32_t len = 0;
	size_t room = (size_t)n * 3 + 1;
	char *p = arena_raw(a, room);
	u_strToUTF8(p, (int32_t)room, &len, u, n, &err);
	return U_SUCCESS(err) ? str_n(p, (size_t)len) : (Str){ NULL, 0 };
}

void *regex_new(Arena *a, Str pattern)
{
	UErrorCode err = U_ZERO_ERROR;
	UParseError where;
	int32_t n;
	if (!pattern.n)
		pattern = S("(?:)"); /* ICU refuses a pattern of nothing */
	UChar *u = pattern.n <= PATTERN_MAX ? utf16(a, pattern, &n) : NULL;
	if (!u)
		return NULL;
	URegularExpression *r = uregex_open(u, n, UREGEX_DOTALL, &where, &err);
	if (U_FAILURE(err))
		return NULL;
	arena_defer(a, close_regex, r);
	return r;
}

/* A copy of one's own: a compiled expression has a state. */
static URegularExpression *with_text(const void *regex, Arena *a, Str text)
{
	UErrorCode err = U_ZERO_ERROR;
	int32_t n;
	const UChar *u = utf16(a, text, &n);
	URegularExpression *r = u ? uregex_clone(regex, &err) : NULL;
	if (!r)
		return NULL;
	uregex_setTimeLimit(r, REGEX_TIME, &err);
	uregex_setStackLimit(r, REGEX_STACK, &err);
	uregex_setText(r, u, n, &err);
	if (U_SUCCESS(err))
		return r;
	uregex_close(r);
	return NULL;
}

int regex_matches(const void *regex, Arena *a, Str text, bool full)
{
	UErrorCode err = U_ZERO_ERROR;
	URegularExpression *r = with_text(regex, a, text);
	if (!r)
		return -1;
	bool found = full ? uregex_matches(r, 0, &err) : uregex_find(r, 0, &err);
	uregex_close(r);
	return U_SUCCESS(err) ? found : -1;
}

Str regex_replace(const void *regex, Arena *a, Str text, Str with)
{
	UErrorCode err = U_ZERO_ERROR;
	int32_t n;
	Str out = { NULL, 0 };
	const UChar *by = utf16(a, with, &n);
	URegularExpression *r = by ? with_text(regex, a, text) : NULL;
	if (!r)
		return out;
	int32_t need = uregex_replaceAll(r, by, n, NULL, 0, &err);
	if (err == U_BUFFER_OVERFLOW_ERROR && need <= 16 * 1024 * 1024) {
		err = U_ZERO_ERROR;
		UChar *u = arena_raw(a, ((size_t)need + 1) * sizeof *u);
		uregex_replaceAll(r, by, n, u, need + 1, &err);
		if (U_SUCCESS(err))
			out = utf8(a, u, need);
	} else if (U_SUCCESS(err)) {
		out = S("");
	}
	uregex_close(r);
	return out;
}
