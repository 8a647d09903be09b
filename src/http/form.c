/* Fields of queries and bodies: application/x-www-form-urlencoded and the text fields of multipart/form-data (RFC
 * 7578). */
#include "http/http.h"

Pair *pairs_urlencoded(Arena *a, Str s, size_t *n)
{
	*n = 0;
	if (!s.n)
		return NULL;
	size_t most = 1;
	for (size_t i = 0; i < s.n && most < PAIRS_MAX; i++)
		most += s.p[i] == '&';
	Pair *out = ARENA_ARRAY(a, Pair, most);
	while (s.p && *n < most) {
		Str part, name;
		s = str_cut(s, '&', &part);
		if (!part.n)
			continue;
		Str value = str_cut(part, '=', &name);
		out[(*n)++] = (Pair){ url_decode(a, name, true), value.p ? url_decode(a, value, true) : S("") };
	}
	return out;
}

/* The next "; name=value" of a header value from *at on; quoted values are given without quotes and may hold ';'. */
static bool next_param(Str *at, Str *name, Str *value)
{
	ptrdiff_t semi = str_chr(*at, ';');
	if (semi < 0)
		return false;
	Str s = str_from(*at, (size_t)semi + 1);
	size_t i = 0;
	while (i < s.n && s.p[i] != '=' && s.p[i] != ';')
		i++;
	*name = str_trim(str_upto(s, i));
	*value = S("");
	if (i < s.n && s.p[i] == '=') {
		size_t from = i + 1;
		bool quoted = from < s.n && s.p[from] == '"';
		from += quoted;
		i = from;
		while (i < s.n && s.p[i] != (quoted ? '"' : ';'))
			i++;
		*value = str_n(s.p + from, i - from);
		if (!quoted)
			*value = str_trim(*value);
	}
	*at = str_from(s, i);
	return true;
}

Str header_param(Str header, Str name)
{
	Str key, value;
	while (next_param(&header, &key, &value))
		if (str_eq_nocase(key, name))
			return value;
	return STR_END;
}

/* Reads the header lines of one part; gives the rest (the content). *field is absent when the part is no text field. */
static Str part_headers(Str part, Str *field)
{
	*field = STR_END;
	bool file = false;
	while (part.n) {
		ptrdiff_t end = str_find(part, S("\r\n"));
		if (end < 0)
			return STR_END;
		Str line = str_upto(part, (size_t)end), name;
		part = str_from(part, (size_t)end + 2);
		if (!line.n) {
			if (file)
				*field = STR_END;
			return part;
		}
		Str value = str_cut(line, ':', &name);
		if (str_eq_nocase(name, S("Content-Disposition")) && value.p) {
			*field = header_param(value, S("name"));
			file = header_param(value, S("filename")).p;
		}
	}
	return STR_END;
}

Pair *pairs_multipart(Arena *a, Str body, Str boundary, size_t *n)
{
	*n = 0;
	if (!boundary.n || boundary.n > 70)
		return NULL;
	/* Put a line end before the first delimiter's dashes in mind: it may stand at the very start. */
	Str mark = arena_join(a, S("\r\n--"), boundary, STR_END), first = str_from(mark, 2);
	size_t cap = 16;
	Pair *out = ARENA_ARRAY(a, Pair, cap);
	ptrdiff_t at = str_starts(body, first) ? 0 : str_find(body, mark);
	if (at < 0)
		return NULL;
	body = str_from(body, (size_t)at + (at == 0 && str_starts(body, first) ? first.n : mark.n));
	while (!str_starts(body, S("--")) && *n < PAIRS_MAX) {
		ptrdiff_t line = str_find(body, S("\r\n"));
		ptrdiff_t end = line < 0 ? -1 : str_find(str_from(body, (size_t)line), mark);
		if (end < 0)
			break;
		/* A part without content still has the empty line of its headers. */
		Str part = str_n(body.p + line + 2, end < 2 ? 0 : (size_t)end - 2), field;
		Str content = part_headers(part, &field);
		if (field.p && content.p && *n == cap) {
			out = arena_grow(a, out, cap * sizeof *out, 2 * cap * sizeof *out);
			cap *= 2;
		}
		if (field.p && content.p)
			out[(*n)++] = (Pair){ arena_utf8(a, field), arena_utf8(a, content) };
		body = str_from(body, (size_t)(line + end) + mark.n);
	}
	return out;
}
