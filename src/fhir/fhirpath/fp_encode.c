/* encode, decode, escape, unescape. Source: https://hl7.org/fhirpath/#additional-string-functions */
#include "fhir/fhirpath/fp.h"

static const char plain64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode64(Buf *b, Str s, const char *alphabet)
{
	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = 0;
		size_t n = s.n - i < 3 ? s.n - i : 3;
		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (k < n ? (unsigned char)s.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_byte(b, k <= n ? alphabet[v >> (18 - 6 * k) & 63] : '=');
	}
}

static bool decode64(Buf *b, Str s, const char *alphabet)
{
	uint32_t v = 0;
	unsigned bits = 0;
	while (s.n && s.p[s.n - 1] == '=')
		s.n--;
	for (size_t i = 0; i < s.n; i++) {
		const char *at = s.p[i] ? strchr(alphabet, s.p[i]) : NULL;
		if (!at)
			return false;
		v = v << 6 | (uint32_t)(at - alphabet);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_byte(b, (char)(v >> bits & 0xFF));
		}
	}
	return bits < 6;
}

static void encode_hex(Buf *b, Str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(b, "%02x", (unsigned char)s.p[i]);
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static bool decode_hex(Buf *b, Str s)
{
	for (size_t i = 0; i + 1 < s.n; i += 2) {
		int high = hex(s.p[i]), low = hex(s.p[i + 1]);
		if (high < 0 || low < 0)
			return false;
		buf_byte(b, (char)(high << 4 | low));
	}
	return s.n % 2 == 0;
}

static const struct {
	char c;
	Str html;
} entities[] = { { '&', S_INIT("&amp;") },
	         { '<', S_INIT("&lt;") },
	         { '>', S_INIT("&gt;") },
	         { '"', S_INIT("&quot;") },
	         { '\'', S_INIT("&#39;") } };

static void escape_html(Buf *b, Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t k = 0;
		while (k < COUNT_OF(entities) && entities[k].c != s.p[i])
			k++;
		if (k < COUNT_OF(entities))
			buf_add(b, entities[k].html);
		else
			buf_byte(b, s.p[i]);
	}
}

static void unescape_html(Buf *b, Str s)
{
	while (s.n) {
		size_t k = 0;
		while (k < COUNT_OF(entities) && !str_starts(s, entities[k].html))
			k++;
		buf_byte(b, k < COUNT_OF(entities) ? entities[k].c : s.p[0]);
		s = str_from(s, k < COUNT_OF(entities) ? entities[k].html.n : 1);
	}
}

static Str escape_json(Arena *a, Str s)
{
	Str q = json_quote(a, s);
	return str_n(q.p + 1, q.n - 2);
}

/* Also of a text whose quotes are not escaped. */
static bool unescape_json(Arena *a, Str s, Str *out)
{
	Buf b = buf_new(a, s.n + 3, 0);
	const Json *doc;
	buf_byte(&b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_byte(&b, '\\');
		buf_byte(&b, s.p[i]);
		if (s.p[i] == '\\' && i + 1 < s.n)
			buf_byte(&b, s.p[++i]);
	}
	buf_byte(&b, '"');
	if (json_parse(a, buf_str(&b), &doc, NULL) != OK)
		return false;
	*out = json_str(json_root(doc), a);
	return out->p != NULL;
}

static bool apply(Arena *a, Str function, Str how, Str s, Str *out)
{
	Buf b = buf_new(a, s.n * 2 + 8, FP_MEMORY);
	bool good = true, known = true;
	if (str_eq(function, S("encode"))) {
		if (str_eq(how, S("hex")))
			encode_hex(&b, s);
		else if (str_eq(how, S("base64")) || str_eq(how, S("urlbase64")))
			encode64(&b, s, how.n == 6 ? plain64 : url64);
		else
			known = false;
	} else if (str_eq(function, S("decode"))) {
		if (str_eq(how, S("hex")))
			good = decode_hex(&b, s);
		else if (str_eq(how, S("base64")) || str_eq(how, S("urlbase64")))
			good = decode64(&b, s, how.n == 6 ? plain64 : url64);
		else
			known = false;
	} else if (str_eq(how, S("html"))) {
		if (str_eq(function, S("escape")))
			escape_html(&b, s);
		else
			unescape_html(&b, s);
	} else if (str_eq(how, S("json"))) {
		*out = escape_json(a, s);
		return str_eq(function, S("escape")) || unescape_json(a, s, out);
	} else {
		known = false;
	}
	*out = buf_str(&b);
	return known && good && !b.full && str_utf8(*out);
}

static Err fn_encode(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpCollection arg;
	Str s, how, r;
	bool has, also;
	TRY(fp_single_str(e, x, in, &has, &s));
	TRY(fp_arg(e, x, 0, &arg));
	TRY(fp_single_str(e, x, &arg, &also, &how));
	if (has && also && apply(e->arena, x->name, how, s, &r))
		fp_push_str(e, out, r);
	return OK;
}

const FpFunction fp_functions_encode[] = {
	{ S_INIT("encode"), 1, 1, FNF_STRING, GIVES_STRING, fn_encode },
	{ S_INIT("decode"), 1, 1, FNF_STRING, GIVES_STRING, fn_encode },
	{ S_INIT("escape"), 1, 1, FNF_STRING, GIVES_STRING, fn_encode },
	{ S_INIT("unescape"), 1, 1, FNF_STRING, GIVES_STRING, fn_encode },
	{ .handler = NULL },
};
