/* HTML writer. Literals pass raw, values are escaped: H(h, "<td>"); h_text(h, name); H(h, "</td>"); A variable given to
 * H does not compile. Source of the class names: govuk-frontend. */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include "base/buf.h"
#include "web/i18n.h"

struct Pair;
typedef struct Html {
	Buf out;
	Arena *arena;
	Lang lang;
	/* What the user typed in a form that did not get through (mistakes, expired session, someone was first): field
	 * functions show it instead of the saved value. Set by page_begin. */
	const struct Pair *kept;
	size_t n_kept;
	bool clash; /* someone was first: fields also show what is saved now */
} Html;

Html html_new(Arena *a, Lang lang);
#define H(h, lit) buf_add(&(h)->out, S(lit))
void h_text(Html *h, Str s);  /* text content, escaped */
void h_lines(Html *h, Str s); /* the same, line breaks become <br> */
void h_attr(Html *h, Str s);  /* inside "…": escaped */
void h_url(Html *h, Str s);   /* one path segment or query value: percent-encoded */
void h_int(Html *h, int64_t v);
void h_msg(Html *h, Msg key);          /* a message in h's language, escaped */
void h_msg1(Html *h, Msg key, Str a0); /* with {0}, {1}, …: the values are escaped, the message too */
void h_msg2(Html *h, Msg key, Str a0, Str a1);
void h_msg3(Html *h, Msg key, Str a0, Str a1, Str a2);
void h_count(Html *h, Msg one, Msg many, int64_t n); /* {0} = n; the form for n in the language */
void h_date(Html *h, Millis t);                      /* "21 november 2026" */
void h_datetime(Html *h, Millis t);                  /* "21 november 2026, 14:05" in Europe/Brussels */
void h_fhir_date(Html *h, Str fhir); /* a FHIR date or dateTime with its own precision; text as is when it is none */
/* A fragment that was made by another Html (an SVG, a nested part). */
void h_part(Html *h, const Html *part);

#endif
