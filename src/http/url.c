#include "http/http.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* A '%' without two hexadecimal digits stays as it is. */
static Str decode_bytes(Arena *a, Str s, bool form)
{
	if (str_chr(s, '%') < 0 && (!form || str_chr(s, '+') < 0))
		return s.p ? s : S("");
	char *out = arena_raw(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		int high = c == '%' && i + 2 < s.n ? hex(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex(s.p[i + 2]) : -1;
		if (low >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && form) {
			c = ' ';
		}
		out[n++] = c;
	}
	out[n] = 0;
	return str_n(out, n);
}

Str url_decode(Arena *a, Str s, bool form)
{
	return arena_utf8(a, decode_bytes(a, s, form));
}

static bool unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       c == '.' || c == '~';
}

Str url_encode(Arena *a, Str s)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_raw(a, s.n * 3 + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (unreserved(s.p[i])) {
			out[n++] = s.p[i];
			continue;
		}
		out[n++] = '%';
		out[n++] = digits[(unsigned char)s.p[i] >> 4];
		out[n++] = digits[(unsigned char)s.p[i] & 15];
	}
	out[n] = 0;
	return str_n(out, n);
}

bool url_path(Arena *a, Str raw, Str *out)
{
	Str p = decode_bytes(a, raw, false);
	if (!p.n || p.p[0] != '/' || memchr(p.p, 0, p.n) || !str_utf8(p))
		return false;
	Str rest = str_from(p, 1), part;
	while (rest.p) {
		rest = str_cut(rest, '/', &part);
		if (str_eq(part, S(".")) || str_eq(part, S("..")))
			return false;
	}
	*out = p;
	return true;
}
