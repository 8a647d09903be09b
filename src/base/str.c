#include "base/str.h"

int str_cmp(Str a, Str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	if (c)
		return c < 0 ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool str_eq_nocase(Str a, Str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

ptrdiff_t str_chr(Str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
	return at ? at - s.p : -1;
}

ptrdiff_t str_find(Str s, Str needle)
{
	if (needle.n == 0)
		return 0;
	if (s.n < needle.n)
		return -1;
	const char *at = memmem(s.p, s.n, needle.p, needle.n);
	return at ? at - s.p : -1;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

Str str_trim(Str s)
{
	while (s.n && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

Str str_cut(Str s, char c, Str *head)
{
	ptrdiff_t i = str_chr(s, c);
	if (i < 0) {
		*head = s;
		return (Str){ NULL, 0 };
	}
	*head = str_upto(s, (size_t)i);
	return str_from(s, (size_t)i + 1);
}

bool str_int(Str s, int64_t *out)
{
	bool neg = s.n && s.p[0] == '-';
	size_t i = neg;
	if (i == s.n)
		return false;
	int64_t v = 0;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s.p[i] - '0', &v))
			return false;
	}
	if (!neg && __builtin_sub_overflow(0, v, &v))
		return false;
	*out = v;
	return true;
}

Str str_clip(Str s, size_t n)
{
	if (s.n <= n)
		return s;
	while (n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n--;
	return (Str){ s.p, n };
}

/* Length of the character of two bytes or more at p, or 0 when it is wrong or does not end before end. */
static size_t utf8_char(const unsigned char *p, const unsigned char *end)
{
	unsigned c = *p, lo = 0x80, hi = 0xBF;
	size_t n;
	if (c >= 0xC2 && c <= 0xDF) {
		n = 2;
	} else if (c >= 0xE0 && c <= 0xEF) {
		n = 3;
		if (c == 0xE0)
			lo = 0xA0;
		if (c == 0xED)
			hi = 0x9F;
	} else if (c >= 0xF0 && c <= 0xF4) {
		n = 4;
		if (c == 0xF0)
			lo = 0x90;
		if (c == 0xF4)
			hi = 0x8F;
	} else {
		return 0;
	}
	if ((size_t)(end - p) < n || p[1] < lo || p[1] > hi)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return n;
}

size_t str_utf8_until(Str s)
{
	const unsigned char *text = (const unsigned char *)s.p;
	size_t i = 0;
	while (i < s.n) {
		size_t n = text[i] < 0x80 ? 1 : utf8_char(text + i, text + s.n);
		if (!n)
			break;
		i += n;
	}
	return i;
}

bool str_utf8(Str s)
{
	return str_utf8_until(s) == s.n;
}
