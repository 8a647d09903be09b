/* Functions on strings. Positions and lengths count characters. Source:
 * https://hl7.org/fhirpath/N1/#string-manipulation */
#include <unicode/uchar.h>

#include "fhir/fhirpath/fp.h"

/* The input string and up to two arguments; *has is false when one of them is empty. */
typedef struct Texts {
	Str in, a, b;
	bool has;
} Texts;

static Err texts(FpEval *e, const FpExpr *x, const FpCollection *in, Texts *t)
{
	bool has;
	*t = (Texts){ .in = S("") };
	TRY(fp_single_str(e, x, in, &t->has, &t->in));
	for (unsigned i = 0; i < x->argc; i++) {
		FpCollection arg;
		TRY(fp_arg(e, x, i, &arg));
		TRY(fp_single_str(e, x, &arg, &has, i ? &t->b : &t->a));
		t->has = t->has && has;
	}
	return fp_step(e, t->in.n / 64 + 1);
}

static int64_t characters(Str s)
{
	int64_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

/* Where character n starts; s.n past the end. */
static size_t offset(Str s, int64_t n)
{
	size_t i = 0;
	for (; i < s.n; i++)
		if (((unsigned char)s.p[i] & 0xC0) != 0x80 && n-- == 0)
			break;
	return i;
}

static Err fn_index_of(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Texts t;
	TRY(texts(e, x, in, &t));
	if (!t.has)
		return OK;
	ptrdiff_t at = str_find(t.in, t.a);
	if (str_eq(x->name, S("lastIndexOf"))) {
		at = t.a.n ? -1 : (ptrdiff_t)t.in.n;
		for (size_t i = t.in.n + 1; t.a.n && i-- && at < 0;)
			at = str_starts(str_from(t.in, i), t.a) ? (ptrdiff_t)i : -1;
	}
	fp_push_int(e, out, at < 0 ? -1 : characters(str_upto(t.in, (size_t)at)));
	return OK;
}

static Err fn_substring(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Str s;
	int64_t start = 0, length = INT64_MAX;
	bool has, starts, lengths = false;
	FpCollection arg;
	TRY(fp_single_str(e, x, in, &has, &s));
	TRY(fp_arg(e, x, 0, &arg));
	TRY(fp_single_int(e, x, &arg, &starts, &start));
	if (x->argc > 1) {
		TRY(fp_arg(e, x, 1, &arg));
		TRY(fp_single_int(e, x, &arg, &lengths, &length));
	}
	if (!has || !starts || start < 0)
		return OK;
	size_t from = offset(s, start);
	if (from >= s.n)
		return OK;
	s = str_from(s, from);
	fp_push_str(e, out, length <= 0 ? S("") : str_upto(s, offset(s, length)));
	return OK;
}

static Err fn_find(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Texts t;
	TRY(texts(e, x, in, &t));
	if (t.has)
		fp_push_bool(e, out,
		             x->name.p[0] == 's'   ? str_starts(t.in, t.a)
		             : x->name.p[0] == 'e' ? str_ends(t.in, t.a)
		                                   : str_find(t.in, t.a) >= 0);
	return OK;
}

/* Of a text that is UTF-8, as all of ours are. */
static UChar32 next_character(Str s, size_t *i)
{
	unsigned c = (unsigned char)s.p[(*i)++];
	unsigned more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
	c = more ? c & (0x3FU >> more) : c;
	for (; more && *i < s.n; more--)
		c = c << 6 | ((unsigned char)s.p[(*i)++] & 0x3F);
	return (UChar32)c;
}

static Err fn_case(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Texts t;
	TRY(texts(e, x, in, &t));
	if (!t.has)
		return OK;
	bool up = x->name.p[0] == 'u';
	Buf b = buf_new(e->arena, t.in.n + 1, 0);
	for (size_t i = 0; i < t.in.n;) {
		UChar32 c = next_character(t.in, &i);
		fp_add_utf8(&b, (unsigned)(up ? u_toupper(c) : u_tolower(c)));
	}
	fp_push_str(e, out, buf_str(&b));
	return OK;
}

static Err fn_replace(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Texts t;
	TRY(texts(e, x, in, &t));
	if (!t.has)
		return OK;
	Buf b = buf_new(e->arena, t.in.n + 1, FP_MEMORY);
	Str s = t.in;
	while (s.n) {
		bool here = str_starts(s, t.a);
		if (here)
			buf_add(&b, t.b);
		size_t n = here && t.a.n ? t.a.n : offset(s, 1);
		if (!here || !t.a.n)
			buf_add(&b, str_upto(s, n));
		s = str_from(s, n);
	}
	if (!t.a.n)
		buf_add(&b, t.b);
	if (b.full)
		return fp_error(e->error, FP_LIMIT, x->at, "the text becomes too long");
	fp_push_str(e, out, buf_str(&b));
	return OK;
}

static Err pattern(FpEval *e, const FpExpr *x, Str text, const void **out)
{
	*out = x->regex;
	if (*out)
		return OK;
	TRY(fp_step(e, 1000));
	*out = regex_new(e->arena, text);
	return *out ? OK : fp_fail(e, x, "this is no regular expression");
}

static Err fn_matches(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Texts t;
	const void *regex;
	TRY(texts(e, x, in, &t));
	if (!t.has)
		return OK;
	TRY(pattern(e, x, t.a, &regex));
	TRY(fp_step(e, 20));
	int found = regex_matches(regex, e->arena, t.in, str_eq(x->name, S("matchesFull")));
	if (found < 0)
		return fp_error(e->error, FP_LIMIT, x->at, "the regular expression takes too long");
	fp_push_bool(e, out, found);
	return OK;
}

static Err fn_replace_matches(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Texts t;
	const void *regex;
	TRY(texts(e, x, in, &t));
	if (!t.has)
		return OK;
	if (!t.a.n) {
		fp_push_str(e, out, t.in);
		return OK;
	}
	TRY(pattern(e, x, t.a, &regex));
	TRY(fp_step(e, 20));
	Str s = regex_replace(regex, e->arena, t.in, t.b);
	if (!s.p)
		return fp_fail(e, x, "the text cannot be replaced by this pattern");
	fp_push_str(e, out, s);
	return OK;
}

static Err fn_length(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Texts t;
	TRY(texts(e, x, in, &t));
	if (t.has)
		fp_push_int(e, out, characters(t.in));
	return OK;
}

static Err fn_to_chars(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Texts t;
	TRY(texts(e, x, in, &t));
	TRY(fp_step(e, t.has ? t.in.n : 0));
	for (Str s = t.in; t.has && s.n;) {
		size_t n = offset(s, 1);
		fp_push_str(e, out, str_upto(s, n));
		s = str_from(s, n);
	}
	return OK;
}

static Err fn_trim(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Texts t;
	TRY(texts(e, x, in, &t));
	if (t.has)
		fp_push_str(e, out, str_trim(t.in));
	return OK;
}

static Err fn_split(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Texts t;
	TRY(texts(e, x, in, &t));
	if (!t.has)
		return OK;
	if (!t.a.n)
		return fp_fail(e, x, "split() needs a separator");
	for (Str s = t.in;;) {
		TRY(fp_step(e, 1));
		ptrdiff_t at = str_find(s, t.a);
		fp_push_str(e, out, at < 0 ? s : str_upto(s, (size_t)at));
		if (at < 0)
			return OK;
		s = str_n(s.p + at + t.a.n, s.n - (size_t)at - t.a.n);
	}
}

static Err fn_join(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Str by = S("");
	bool has;
	if (x->argc) {
		FpCollection arg;
		TRY(fp_arg(e, x, 0, &arg));
		TRY(fp_single_str(e, x, &arg, &has, &by));
	}
	if (!in->count)
		return OK;
	Buf b = buf_new(e->arena, 64, FP_MEMORY);
	for (size_t i = 0; i < in->count; i++) {
		Str s;
		FpCollection one = { &in->items[i], 1, 1 };
		TRY(fp_single_str(e, x, &one, &has, &s));
		if (i)
			buf_add(&b, by);
		if (has)
			buf_add(&b, s);
	}
	if (b.full)
		return fp_error(e->error, FP_LIMIT, x->at, "the text becomes too long");
	fp_push_str(e, out, buf_str(&b));
	return OK;
}

const FpFunction fp_functions_text[] = {
	{ S_INIT("indexOf"), 1, 1, FNF_STRING, GIVES_INTEGER, fn_index_of },
	{ S_INIT("lastIndexOf"), 1, 1, FNF_STRING, GIVES_INTEGER, fn_index_of },
	{ S_INIT("substring"), 1, 2, FNF_STRING, GIVES_STRING, fn_substring },
	{ S_INIT("startsWith"), 1, 1, FNF_STRING, GIVES_BOOLEAN, fn_find },
	{ S_INIT("endsWith"), 1, 1, FNF_STRING, GIVES_BOOLEAN, fn_find },
	{ S_INIT("contains"), 1, 1, FNF_STRING, GIVES_BOOLEAN, fn_find },
	{ S_INIT("upper"), 0, 0, FNF_STRING, GIVES_STRING, fn_case },
	{ S_INIT("lower"), 0, 0, FNF_STRING, GIVES_STRING, fn_case },
	{ S_INIT("replace"), 2, 2, FNF_STRING, GIVES_STRING, fn_replace },
	{ S_INIT("matches"), 1, 1, FNF_STRING | FNF_REGEX, GIVES_BOOLEAN, fn_matches },
	{ S_INIT("matchesFull"), 1, 1, FNF_STRING | FNF_REGEX, GIVES_BOOLEAN, fn_matches },
	{ S_INIT("replaceMatches"), 2, 2, FNF_STRING | FNF_REGEX, GIVES_STRING, fn_replace_matches },
	{ S_INIT("length"), 0, 0, FNF_STRING, GIVES_INTEGER, fn_length },
	{ S_INIT("toChars"), 0, 0, FNF_STRING, GIVES_STRING, fn_to_chars },
	{ S_INIT("trim"), 0, 0, FNF_STRING, GIVES_STRING, fn_trim },
	{ S_INIT("split"), 1, 1, FNF_STRING, GIVES_STRING, fn_split },
	{ S_INIT("join"), 0, 1, FNF_STRING, GIVES_STRING, fn_join },
	{ .handler = NULL },
};
