#include "json/text.h"

int text_hex4(const char *p)
{
	int v = 0;
	for (int i = 0; i < 4; i++) {
		int c = (unsigned char)p[i], d;
		if (c >= '0' && c <= '9')
			d = c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			d = (c | 32) - 'a' + 10;
		else
			return -1;
		v = v << 4 | d;
	}
	return v;
}

static unsigned put_utf8(char out[4], unsigned c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* Decodes the escape at p (its backslash): how many bytes it takes in the text; *n bytes in out. */
static size_t unescape(const char *p, char out[4], unsigned *n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (p[1] != 'u') {
		const char *at = memchr(from, p[1], sizeof from - 1);
		out[0] = at ? to[at - from] : p[1];
		*n = 1;
		return 2;
	}
	unsigned c = (unsigned)text_hex4(p + 2);
	if (c < 0xD800 || c > 0xDBFF) {
		*n = put_utf8(out, c);
		return 6;
	}
	*n = put_utf8(out, 0x10000 + ((c - 0xD800) << 10) + ((unsigned)text_hex4(p + 8) - 0xDC00));
	return 12;
}

Str text_decode(Arena *a, Str raw)
{
	char *out = arena_raw(a, raw.n + 1), *q = out;
	for (size_t i = 0; i < raw.n;) {
		const char *slash = memchr(raw.p + i, '\\', raw.n - i);
		size_t plain = slash ? (size_t)(slash - raw.p) - i : raw.n - i;
		memcpy(q, raw.p + i, plain);
		q += plain;
		i += plain;
		if (slash) {
			char u[4];
			unsigned n;
			i += unescape(slash, u, &n);
			memcpy(q, u, n);
			q += n;
		}
	}
	*q = 0;
	return (Str){ out, (size_t)(q - out) };
}

bool text_equals(Str raw, Str s)
{
	size_t at = 0;
	for (size_t i = 0; i < raw.n;) {
		char u[4] = { raw.p[i] };
		unsigned n = 1;
		i += raw.p[i] == '\\' ? unescape(raw.p + i, u, &n) : 1;
		if (s.n - at < n || memcmp(s.p + at, u, n) != 0)
			return false;
		at += n;
	}
	return at == s.n;
}

void text_where(Str text, size_t at, unsigned *line, unsigned *col)
{
	size_t start = 0;
	*line = 1;
	for (const char *lf; start < at && (lf = memchr(text.p + start, '\n', at - start)); ++*line)
		start = (size_t)(lf - text.p) + 1;
	*col = (unsigned)(at - start) + 1;
}
