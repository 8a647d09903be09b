#include "web/html.h"

#include "http/http.h"

Html html_new(Arena *a, Lang lang)
{
	return (Html){ .out = buf_new(a, 16 * 1024, 0), .arena = a, .lang = lang };
}

/* The escape of a byte, or NULL. Both quotes are escaped everywhere: one function for text and attributes. */
static const char *escape_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void add_escaped(Buf *out, Str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *e = escape_of(s.p[i]);
		if (!e)
			continue;
		buf_add(out, str_n(s.p + from, i - from));
		buf_add(out, str_c(e));
		from = i + 1;
	}
	if (from < s.n)
		buf_add(out, str_n(s.p + from, s.n - from));
}

void h_text(Html *h, Str s)
{
	add_escaped(&h->out, s);
}
void h_attr(Html *h, Str s)
{
	add_escaped(&h->out, s);
}

void h_lines(Html *h, Str s)
{
	while (s.p) {
		Str line;
		s = str_cut(s, '\n', &line);
		add_escaped(&h->out, line);
		if (s.p)
			H(h, "<br>\n");
	}
}

void h_url(Html *h, Str s)
{
	add_escaped(&h->out, url_encode(h->arena, s));
}
void h_int(Html *h, int64_t v)
{
	buf_int(&h->out, v);
}
void h_msg(Html *h, Msg key)
{
	add_escaped(&h->out, msg(h->lang, key));
}

static void msg_args(Html *h, Msg key, const Str *args, size_t n)
{
	add_escaped(&h->out, msg_fill(h->arena, h->lang, key, args, n));
}

void h_msg1(Html *h, Msg key, Str a0)
{
	msg_args(h, key, (Str[]){ a0 }, 1);
}
void h_msg2(Html *h, Msg key, Str a0, Str a1)
{
	msg_args(h, key, (Str[]){ a0, a1 }, 2);
}
void h_msg3(Html *h, Msg key, Str a0, Str a1, Str a2)
{
	msg_args(h, key, (Str[]){ a0, a1, a2 }, 3);
}

void h_count(Html *h, Msg one, Msg many, int64_t n)
{
	/* French counts nothing in the singular; the other three only one. */
	bool single = n == 1 || (n == 0 && h->lang == LANG_FR);
	h_msg1(h, single ? one : many, arena_printf(h->arena, "%lld", (long long)n));
}

void h_date(Html *h, Millis t)
{
	h_text(h, date_text(h->arena, h->lang, t));
}
void h_datetime(Html *h, Millis t)
{
	h_text(h, datetime_text(h->arena, h->lang, t));
}
void h_fhir_date(Html *h, Str fhir)
{
	h_text(h, fhir_date_text(h->arena, h->lang, fhir));
}
void h_part(Html *h, const Html *part)
{
	buf_add(&h->out, buf_str(&part->out));
}
