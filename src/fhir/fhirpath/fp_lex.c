/* Tokens of FHIRPath. Source: https://hl7.org/fhirpath/N1/#lexical-elements */
#include <stdarg.h>
#include <stdio.h>

#include "fhir/fhirpath/fp.h"

Err fp_error(FpError *error, FpErrorKind kind, size_t at, const char *fmt, ...)
{
	if (error) {
		va_list ap;
		error->kind = kind;
		error->at = (unsigned)at;
		va_start(ap, fmt);
		vsnprintf(error->message, sizeof error->message, fmt, ap);
		va_end(ap);
	}
	return kind == FP_SYNTAX ? ERR_SYNTAX : kind == FP_LIMIT ? ERR_TOO_LARGE : ERR_INVALID;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

static char peek(const FpLexer *l, size_t more)
{
	return l->at + more < l->text.n ? l->text.p[l->at + more] : 0;
}

/* White space and comments. */
static Err skip(FpLexer *l)
{
	for (;;) {
		char c = peek(l, 0);
		if (l->at < l->text.n && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
			l->at++;
		} else if (c == '/' && peek(l, 1) == '/') {
			while (l->at < l->text.n && l->text.p[l->at] != '\n' && l->text.p[l->at] != '\r')
				l->at++;
		} else if (c == '/' && peek(l, 1) == '*') {
			ptrdiff_t end = str_find(str_from(l->text, l->at + 2), S("*/"));
			if (end < 0)
				return fp_error(l->error, FP_SYNTAX, l->at, "the comment does not end");
			l->at += (size_t)end + 4;
		} else {
			return OK;
		}
	}
}

static int hex4(Str s)
{
	int v = 0;
	if (s.n < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = s.p[i];
		int d = is_digit(c) ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

void fp_add_utf8(Buf *b, unsigned c)
{
	if (c < 0x80) {
		buf_byte(b, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_byte(b, (char)(0xC0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_byte(b, (char)(0xE0 | c >> 12));
		} else {
			buf_byte(b, (char)(0xF0 | c >> 18));
			buf_byte(b, (char)(0x80 | (c >> 12 & 0x3F)));
		}
		buf_byte(b, (char)(0x80 | (c >> 6 & 0x3F)));
	}
	buf_byte(b, (char)(0x80 | (c & 0x3F)));
}

/* \uXXXX at at+2, two of them for a surrogate pair. */
static bool unicode(FpLexer *l, Buf *b)
{
	int c = hex4(str_from(l->text, l->at + 2));
	if (c <= 0)
		return false;
	l->at += 6;
	if (c >= 0xD800 && c < 0xDC00) {
		int low = peek(l, 0) == '\\' && peek(l, 1) == 'u' ? hex4(str_from(l->text, l->at + 2)) : -1;
		if (low < 0xDC00 || low > 0xDFFF)
			return false;
		l->at += 6;
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	} else if (c >= 0xDC00 && c <= 0xDFFF) {
		return false;
	}
	fp_add_utf8(b, (unsigned)c);
	return true;
}

static bool escape(FpLexer *l, Buf *b)
{
	static const char from[] = "fnrt'\"`\\/", to[] = "\f\n\r\t'\"`\\/";
	char c = peek(l, 1);
	if (c == 'u')
		return unicode(l, b);
	const char *at = c ? strchr(from, c) : NULL;
	if (!at)
		return false;
	buf_byte(b, to[at - from]);
	l->at += 2;
	return true;
}

/* From the opening quote on. */
static Err quoted(FpLexer *l, FpToken token)
{
	char quote = l->text.p[l->at++];
	size_t from = l->at;
	bool plain = true;
	Buf b = { 0 };
	for (;;) {
		char c = peek(l, 0);
		if (l->at >= l->text.n)
			return fp_error(l->error, FP_SYNTAX, l->start, "the text does not end: %c is missing", quote);
		if (c == quote)
			break;
		if (c == '\\' && plain) {
			b = buf_new(l->arena, 64, 0);
			buf_add(&b, str_n(l->text.p + from, l->at - from));
			plain = false;
		}
		if (c == '\\' && !escape(l, &b))
			return fp_error(l->error, FP_SYNTAX, l->at, "this is no escape that FHIRPath knows");
		if (c != '\\') {
			if (!plain)
				buf_byte(&b, c);
			l->at++;
		}
	}
	l->value = plain ? str_n(l->text.p + from, l->at - from) : buf_str(&b);
	l->token = token;
	l->at++;
	return OK;
}

static void word(FpLexer *l, FpToken token)
{
	size_t from = l->at;
	while (is_name(peek(l, 0)))
		l->at++;
	l->value = str_n(l->text.p + from, l->at - from);
	l->token = token;
}

static void number(FpLexer *l)
{
	while (is_digit(peek(l, 0)))
		l->at++;
	if (peek(l, 0) == '.' && is_digit(peek(l, 1)))
		for (l->at++; is_digit(peek(l, 0));)
			l->at++;
	l->value = str_n(l->text.p + l->start, l->at - l->start);
	l->token = TOK_NUMBER;
}

static size_t count_digits(const FpLexer *l, size_t from)
{
	size_t n = 0;
	while (is_digit(peek(l, from + n)))
		n++;
	return n;
}

/* As much as has the form of a date, dateTime or time; the parser looks at the values. */
static void moment(FpLexer *l)
{
	size_t from = ++l->at;
	bool clock = peek(l, 0) == 'T', date = !clock;
	l->at += count_digits(l, 0);
	for (int i = 0; i < 2 && date && peek(l, 0) == '-' && count_digits(l, 1) == 2; i++)
		l->at += 3;
	if (peek(l, 0) == 'T') {
		l->at++;
		clock = true;
	}
	if (clock) {
		l->at += count_digits(l, 0);
		for (int i = 0; i < 2 && peek(l, 0) == ':' && count_digits(l, 1) == 2; i++)
			l->at += 3;
		if (peek(l, 0) == '.' && is_digit(peek(l, 1)))
			l->at += 1 + count_digits(l, 1);
		char c = peek(l, 0);
		if (date && c == 'Z')
			l->at++;
		else if (date && (c == '+' || c == '-') && count_digits(l, 1) == 2 && peek(l, 3) == ':' &&
		         count_digits(l, 4) == 2)
			l->at += 6;
	}
	l->value = str_n(l->text.p + from, l->at - from);
	l->token = TOK_MOMENT;
}

static Err operator(FpLexer *l)
{
	static const char two[][3] = { "<=", ">=", "!=", "!~" };
	for (size_t i = 0; i < COUNT_OF(two); i++)
		if (peek(l, 0) == two[i][0] && peek(l, 1) == two[i][1]) {
			l->value = str_n(l->text.p + l->at, 2);
			l->at += 2;
			return OK;
		}
	char c = peek(l, 0);
	if (!c || !strchr("+-*/&|=~<>()[]{}.,", c))
		return fp_error(l->error, FP_SYNTAX, l->at, "'%c' has no meaning here", c > 32 && c < 127 ? c : '?');
	l->value = str_n(l->text.p + l->at++, 1);
	return OK;
}

Err fp_next(FpLexer *l)
{
	TRY(skip(l));
	l->start = l->at;
	l->value = (Str){ NULL, 0 };
	if (l->at >= l->text.n) {
		l->token = TOK_END;
		return OK;
	}
	char c = peek(l, 0), d = peek(l, 1);
	if (is_digit(c)) {
		number(l);
	} else if (is_name(c)) {
		word(l, TOK_NAME);
	} else if (c == '\'' || c == '`') {
		return quoted(l, c == '`' ? TOK_QUOTED : TOK_STRING);
	} else if (c == '@') {
		moment(l);
	} else if (c == '$') {
		l->at++;
		word(l, TOK_DOLLAR);
	} else if (c == '%' && (d == '`' || d == '\'')) {
		l->at++;
		return quoted(l, TOK_PERCENT);
	} else if (c == '%') {
		l->at++;
		word(l, TOK_PERCENT);
		if (!l->value.n)
			return fp_error(l->error, FP_SYNTAX, l->start, "a name is missing after %%");
	} else {
		l->token = TOK_SIGN;
		return operator(l);
	}
	return OK;
}
