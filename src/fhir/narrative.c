/* XHTML of narratives: well-formed, only the elements and attributes that FHIR allows, nothing that runs or loads a
 * page. Source: https://hl7.org/fhir/R4/narrative.html#xhtml, invariants txt-1 and txt-2. */
#include "fhir/check.h"

enum { NARRATIVE_DEPTH = 100 };

typedef struct Reader {
	const char *p, *end;
	Str open[NARRATIVE_DEPTH];
	size_t depth;
	bool content; /* saw text or an image */
} Reader;

static bool listed(const char *const *list, size_t n, Str s)
{
	for (size_t i = 0; i < n; i++)
		if (fhir_is(list[i], s))
			return true;
	return false;
}

static bool element_allowed(Str s)
{
	static const char *const list[] = { "a",       "abbr",  "acronym", "b",      "big",      "blockquote", "br",
		                            "caption", "cite",  "code",    "col",    "colgroup", "dd",         "del",
		                            "dfn",     "div",   "dl",      "dt",     "em",       "h1",         "h2",
		                            "h3",      "h4",    "h5",      "h6",     "hr",       "i",          "img",
		                            "ins",     "li",    "ol",      "p",      "pre",      "q",          "s",
		                            "samp",    "small", "span",    "strike", "strong",   "sub",        "sup",
		                            "table",   "tbody", "td",      "tfoot",  "th",       "thead",      "tr",
		                            "tt",      "u",     "ul",      "var" };
	return listed(list, COUNT_OF(list), s);
}

static bool attribute_allowed(Str s)
{
	static const char *const list[] = {
		"abbr",        "accesskey",   "align",      "alt",     "axis",    "bgcolor",  "border",    "cellhalign",
		"cellpadding", "cellspacing", "cellvalign", "char",    "charoff", "charset",  "cite",      "class",
		"clear",       "color",       "colspan",    "compact", "coords",  "dir",      "frame",     "headers",
		"height",      "href",        "hreflang",   "hspace",  "id",      "lang",     "longdesc",  "name",
		"noshade",     "nowrap",      "rel",        "rev",     "rowspan", "rules",    "scope",     "shape",
		"size",        "span",        "src",        "start",   "style",   "summary",  "tabindex",  "title",
		"type",        "valign",      "value",      "vspace",  "width",   "xml:lang", "xml:space", "xmlns"
	};
	return listed(list, COUNT_OF(list), s);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(Reader *r)
{
	while (r->p < r->end && is_space(*r->p))
		r->p++;
}

static bool take(Reader *r, Str s)
{
	if (!str_starts(str_n(r->p, (size_t)(r->end - r->p)), s))
		return false;
	r->p += s.n;
	return true;
}

static Str take_name(Reader *r)
{
	const char *from = r->p;
	while (r->p < r->end && !is_space(*r->p) && !strchr("<>/='\"&", *r->p))
		r->p++;
	return str_n(from, (size_t)(r->p - from));
}

/* The byte that a character reference at s stands for, when it can matter for a scheme; 1 for all others. *n: its
 * length. */
static char reference_byte(Str s, size_t *n)
{
	static const struct {
		Str name;
		char byte;
	} known[] = { { S_INIT("&amp;"), '&' },      { S_INIT("&colon;"), ':' }, { S_INIT("&Tab;"), '\t' },
		      { S_INIT("&NewLine;"), '\n' }, { S_INIT("&quot;"), '"' },  { S_INIT("&apos;"), '\'' },
		      { S_INIT("&lt;"), '<' },       { S_INIT("&gt;"), '>' },    { S_INIT("&sol;"), '/' },
		      { S_INIT("&lpar;"), '(' } };
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_starts(s, known[i].name)) {
			*n = known[i].name.n;
			return known[i].byte;
		}
	ptrdiff_t end = str_chr(s, ';');
	*n = end < 0 ? s.n : (size_t)end + 1;
	if (s.n < 3 || s.p[1] != '#')
		return 1;
	unsigned base = (s.p[2] | 32) == 'x' ? 16 : 10, code = 0;
	for (size_t i = base == 16 ? 3 : 2; i < *n && s.p[i] != ';'; i++) {
		char c = (char)(s.p[i] | 32);
		unsigned d = s.p[i] >= '0' && s.p[i] <= '9' ? (unsigned)(s.p[i] - '0')
		             : c >= 'a' && c <= 'f'         ? (unsigned)(c - 'a' + 10)
		                                            : 99;
		if (d >= base || code > 0x10FFFF)
			return 1;
		code = code * base + d;
	}
	return code < 128 ? (char)code : 1;
}

/* Writes the start of an attribute value as a browser reads it: references decoded, lower case, no white space or
 * control characters. */
static Str plain_value(Str s, char *out, size_t cap)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n && n < cap;) {
		size_t step = 1;
		char c = s.p[i] == '&' ? reference_byte(str_from(s, i), &step) : s.p[i];
		i += step;
		if ((unsigned char)c <= ' ' || c == 127)
			continue;
		out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	return str_n(out, n);
}

/* A picture in the text itself. */
static bool image_data(Str s)
{
	return str_starts(s, S("data:image/png;")) || str_starts(s, S("data:image/jpeg;")) ||
	       str_starts(s, S("data:image/gif;"));
}

static bool link_safe(Str value, bool image)
{
	char text[64];
	Str s = plain_value(value, text, sizeof text);
	static const Str schemes[] = { S_INIT("http"), S_INIT("https"), S_INIT("mailto"), S_INIT("tel"),
		                       S_INIT("ftp"),  S_INIT("urn"),   S_INIT("cid") };
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '/' || s.p[i] == '?' || s.p[i] == '#')
			return true; /* relative */
		if (s.p[i] != ':')
			continue;
		for (size_t k = 0; k < COUNT_OF(schemes); k++)
			if (str_eq(str_upto(s, i), schemes[k]))
				return true;
		return image && image_data(s);
	}
	return true;
}

/* Styles may not load anything, run anything, or leave their place. A picture inside the style itself is fine. */
static bool style_safe(Str value)
{
	char text[2048];
	if (value.n > sizeof text)
		return false;
	Str s = plain_value(value, text, sizeof text);
	static const Str banned[] = { S_INIT("expression"),
		                      S_INIT("javascript"),
		                      S_INIT("@import"),
		                      S_INIT("behavior"),
		                      S_INIT("-moz-binding"),
		                      S_INIT("position:fixed"),
		                      S_INIT("position:absolute"),
		                      S_INIT("position:sticky"),
		                      S_INIT("\\"),
		                      S_INIT("/*") };
	for (size_t i = 0; i < COUNT_OF(banned); i++)
		if (str_find(s, banned[i]) >= 0)
			return false;
	for (ptrdiff_t at; (at = str_find(s, S("url("))) >= 0;) {
		s = str_from(s, (size_t)at + 4);
		if (!image_data(s.n && (s.p[0] == '"' || s.p[0] == '\'') ? str_from(s, 1) : s))
			return false;
	}
	return true;
}

/* '&' and a name or number and ';'. */
static bool reference_ok(Reader *r)
{
	const char *from = r->p++;
	while (r->p < r->end && *r->p != ';' && r->p - from < 12) {
		char c = *r->p++;
		if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9') && c != '#')
			return false;
	}
	return r->p < r->end && *r->p == ';' && r->p - from > 1 && (r->p++, true);
}

static const char *check_attribute(Str element, Str name, Str value)
{
	if (str_starts(name, S("xmlns:")))
		return NULL;
	if (!attribute_allowed(name))
		return "an attribute that FHIR does not allow in narrative";
	if (str_eq(name, S("style")) && !style_safe(value))
		return "a style that loads, runs or moves something";
	if (str_eq(name, S("href")) && !link_safe(value, false))
		return "a link that is not http, https, mailto, tel or relative";
	if ((str_eq(name, S("src")) || str_eq(name, S("longdesc")) || str_eq(name, S("cite"))) &&
	    !link_safe(value, str_eq(element, S("img"))))
		return "a source that is not http, https, an image or relative";
	if (str_eq(name, S("xmlns")) && !str_eq(value, S("http://www.w3.org/1999/xhtml")))
		return "a namespace that is not http://www.w3.org/1999/xhtml";
	return NULL;
}

static const char *read_attributes(Reader *r, Str element, bool *xmlns)
{
	for (;;) {
		const char *before = r->p;
		skip_space(r);
		if (r->p >= r->end)
			return "a tag that is not closed";
		if (*r->p == '>' || *r->p == '/')
			return NULL;
		Str name = take_name(r);
		if (!name.n || before == name.p)
			return "a tag that is not well-formed";
		skip_space(r);
		if (!take(r, S("=")))
			return "an attribute without a value";
		skip_space(r);
		char quote = r->p < r->end ? *r->p : 0;
		if (quote != '"' && quote != '\'')
			return "an attribute without quotes";
		const char *from = ++r->p;
		while (r->p < r->end && *r->p != quote) {
			if (*r->p != '<' && *r->p != '&')
				r->p++;
			else if (*r->p == '<' || !reference_ok(r))
				return "a '<' or '&' that is not written as &lt; or &amp;";
		}
		if (r->p >= r->end)
			return "an attribute that is not closed";
		const char *wrong = check_attribute(element, name, str_n(from, (size_t)(r->p - from)));
		if (wrong)
			return wrong;
		*xmlns = *xmlns || str_eq(name, S("xmlns"));
		r->p++;
	}
}

static const char *read_start_tag(Reader *r)
{
	bool xmlns = false;
	Str name = take_name(r);
	if (!element_allowed(name))
		return "an element that FHIR does not allow in narrative";
	if (r->depth == 0 && !str_eq(name, S("div")))
		return "an outermost element that is not div";
	const char *wrong = read_attributes(r, name, &xmlns);
	if (wrong)
		return wrong;
	if (r->depth == 0 && !xmlns)
		return "a div without xmlns=\"http://www.w3.org/1999/xhtml\"";
	if (str_eq(name, S("img")))
		r->content = true;
	if (take(r, S("/>")))
		return r->depth ? NULL : "an empty div";
	if (!take(r, S(">")))
		return "a tag that is not well-formed";
	if (r->depth == NARRATIVE_DEPTH)
		return "too many elements inside each other";
	r->open[r->depth++] = name;
	return NULL;
}

static const char *read_end_tag(Reader *r)
{
	Str name = take_name(r);
	skip_space(r);
	if (!take(r, S(">")) || r->depth == 0 || !str_eq(name, r->open[r->depth - 1]))
		return "an end tag that does not match its start tag";
	r->depth--;
	return NULL;
}

/* Comment: to its end. */
static const char *read_comment(Reader *r)
{
	ptrdiff_t end = str_find(str_n(r->p, (size_t)(r->end - r->p)), S("-->"));
	if (end < 0)
		return "a comment that is not closed";
	r->p += end + 3;
	return NULL;
}

static const char *read_content(Reader *r)
{
	while (r->p < r->end && r->depth) {
		const char *wrong = NULL;
		if (*r->p == '&') {
			wrong = reference_ok(r) ? NULL : "a '&' that is not written as &amp;";
			r->content = true;
		} else if (*r->p != '<') {
			r->content = r->content || !is_space(*r->p);
			r->p++;
		} else if (take(r, S("</"))) {
			wrong = read_end_tag(r);
		} else if (take(r, S("<!--"))) {
			wrong = read_comment(r);
		} else {
			r->p++;
			wrong = read_start_tag(r);
		}
		if (wrong)
			return wrong;
	}
	return r->depth ? "an element that is not closed" : NULL;
}

const char *narrative_problem(Str xhtml)
{
	Reader r = { .p = xhtml.p, .end = xhtml.p + xhtml.n, .depth = 0, .content = false };
	skip_space(&r);
	if (!take(&r, S("<")))
		return "no div element";
	const char *wrong = read_start_tag(&r);
	if (!wrong)
		wrong = read_content(&r);
	if (wrong)
		return wrong;
	skip_space(&r);
	if (r.p < r.end)
		return "something behind the div";
	return r.content ? NULL : "no text and no image";
}
