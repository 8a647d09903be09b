#include "http/http.h"

static const Str method_names[] = {
	[M_GET] = S_INIT("GET"),         [M_HEAD] = S_INIT("HEAD"),   [M_POST] = S_INIT("POST"),
	[M_PUT] = S_INIT("PUT"),         [M_PATCH] = S_INIT("PATCH"), [M_DELETE] = S_INIT("DELETE"),
	[M_OPTIONS] = S_INIT("OPTIONS"), [M_OTHER] = S_INIT("OTHER"),
};

Str method_name(Method m)
{
	return method_names[m];
}

Method method_of(Str name)
{
	for (Method m = M_GET; m < M_OTHER; m++)
		if (str_eq(method_names[m], name))
			return m;
	return M_OTHER;
}

Str req_header(const Request *r, Str name)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (str_eq_nocase(r->headers[i].name, name))
			return r->headers[i].value;
	return STR_END;
}

static Str first(const Pair *pairs, size_t n, Str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(pairs[i].name, name))
			return pairs[i].value;
	return STR_END;
}

Str req_query(Request *r, Str name)
{
	size_t n;
	const Pair *p = req_query_all(r, &n);
	return first(p, n, name);
}

const Pair *req_query_all(Request *r, size_t *n)
{
	if (!r->query_done) {
		r->query_done = true;
		r->query_pairs = pairs_urlencoded(r->arena, r->query, &r->n_query);
	}
	*n = r->n_query;
	return r->query_pairs;
}

Str req_form(Request *r, Str name)
{
	size_t n;
	const Pair *p = req_form_all(r, &n);
	return first(p, n, name);
}

static Str lines_lf(Arena *a, Str s)
{
	if (str_chr(s, '\r') < 0)
		return s;
	char *out = arena_raw(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r')
			out[n++] = s.p[i];
		else if (i + 1 >= s.n || s.p[i + 1] != '\n')
			out[n++] = '\n';
	out[n] = 0;
	return str_n(out, n);
}

const Pair *req_form_all(Request *r, size_t *n)
{
	if (!r->form_done) {
		Str kind, type = req_header(r, S("Content-Type"));
		str_cut(type, ';', &kind);
		kind = str_trim(kind);
		r->form_done = true;
		if (str_eq_nocase(kind, S("application/x-www-form-urlencoded")))
			r->form_pairs = pairs_urlencoded(r->arena, r->body, &r->n_form);
		else if (str_eq_nocase(kind, S("multipart/form-data")))
			r->form_pairs =
			    pairs_multipart(r->arena, r->body, header_param(type, S("boundary")), &r->n_form);
		for (size_t i = 0; i < r->n_form; i++)
			r->form_pairs[i].value = lines_lf(r->arena, r->form_pairs[i].value);
	}
	*n = r->n_form;
	return r->form_pairs;
}

/* A cookie's value is taken as it stands, without the double quotes that may surround it. */
static Str cookie_in(Str header, Str name)
{
	Str part, key;
	while (header.p) {
		header = str_cut(header, ';', &part);
		Str value = str_cut(part, '=', &key);
		if (!value.p || !str_eq(str_trim(key), name))
			continue;
		value = str_trim(value);
		if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
			value = str_n(value.p + 1, value.n - 2);
		return value;
	}
	return STR_END;
}

Str req_cookie(const Request *r, Str name)
{
	for (size_t i = 0; i < r->n_headers; i++) {
		if (!str_eq_nocase(r->headers[i].name, S("Cookie")))
			continue;
		Str v = cookie_in(r->headers[i].value, name);
		if (v.p)
			return v;
	}
	return STR_END;
}
