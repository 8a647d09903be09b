#include "base/log.h"
#include "http/http.h"

Reply reply_new(Arena *a, int status, Str type, Str body)
{
	return (Reply){ .arena = a, .status = status, .type = type, .body = body };
}

static bool unsafe_value(Str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '\r' || v.p[i] == '\n' || v.p[i] == 0)
			return true;
	return false;
}

void reply_header(Reply *r, Str name, Str value)
{
	if (unsafe_value(value)) {
		log_warn("reply header %.*s dropped: it holds a line end or NUL", STR_ARG(name));
		return;
	}
	if (r->n_headers == r->cap_headers) {
		size_t cap = r->cap_headers ? r->cap_headers * 2 : 8;
		r->headers = arena_grow(r->arena, r->headers, r->cap_headers * sizeof(Pair), cap * sizeof(Pair));
		r->cap_headers = cap;
	}
	r->headers[r->n_headers++] = (Pair){ name, value };
}

Reply reply_redirect(Arena *a, Str location)
{
	Reply r = reply_new(a, 303, STR_END, S(""));
	reply_header(&r, S("Location"), location);
	return r;
}

static void digits(char *out, int v, int n)
{
	for (; n-- > 0; v /= 10)
		out[n] = (char)('0' + v % 10);
}

/* Written digit by digit: it stands on every read. */
Str http_date(Arena *a, Millis t)
{
	static const char days[] = "MonTueWedThuFriSatSun";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const char form[] = "Ddd, 00 Mmm 0000 00:00:00 GMT";
	Civil c = time_civil(t);
	char *p = arena_raw(a, sizeof form);
	memcpy(p, form, sizeof form);
	memcpy(p, days + (size_t)3 * (size_t)c.weekday, 3);
	digits(p + 5, c.day, 2);
	memcpy(p + 8, months + (size_t)3 * (size_t)(c.month - 1), 3);
	digits(p + 12, c.year, 4);
	digits(p + 17, c.hour, 2);
	digits(p + 20, c.minute, 2);
	digits(p + 23, c.second, 2);
	return str_n(p, sizeof form - 1);
}

bool http_date_read(Str s, Millis *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	Moment m;
	char iso[21];
	s = str_trim(s);
	if (s.n != 29 || !str_eq(str_from(s, 25), S(" GMT")) || s.p[3] != ',' || s.p[4] != ' ' || s.p[7] != ' ' ||
	    s.p[11] != ' ' || s.p[16] != ' ')
		return false;
	int month = 0;
	while (month < 12 && memcmp(months + (size_t)3 * (size_t)month, s.p + 8, 3) != 0)
		month++;
	if (month == 12)
		return false;
	memcpy(iso, s.p + 12, 4);
	iso[4] = iso[7] = '-';
	digits(iso + 5, month + 1, 2);
	memcpy(iso + 8, s.p + 5, 2);
	iso[10] = 'T';
	memcpy(iso + 11, s.p + 17, 8);
	iso[19] = 'Z';
	if (!time_parse_instant(str_n(iso, 20), &m))
		return false;
	*out = m.from;
	return true;
}

/* q=0, q=0.0, q=0.000 */
static bool refused(Str params)
{
	Str part, name;
	while (params.p) {
		params = str_cut(params, ';', &part);
		Str value = str_trim(str_cut(part, '=', &name));
		if (!str_eq_nocase(str_trim(name), S("q")) || !value.n)
			continue;
		for (size_t i = 0; i < value.n; i++)
			if (value.p[i] != '0' && value.p[i] != '.')
				return false;
		return true;
	}
	return false;
}

bool http_accepts(Str header, Str token)
{
	Str part, name;
	while (header.p) {
		header = str_cut(header, ',', &part);
		Str params = str_cut(part, ';', &name);
		if (str_eq_nocase(str_trim(name), token))
			return !refused(params);
	}
	return false;
}

bool http_etag_matches(Str header, Str etag)
{
	Str part;
	while (header.p) {
		header = str_cut(header, ',', &part);
		part = str_trim(part);
		if (str_starts(part, S("W/")))
			part = str_from(part, 2);
		if (str_eq(part, S("*")) || str_eq(part, etag))
			return true;
	}
	return false;
}
