#include "fhir/words.h"

#include "fhir/search.h"

/* --- words of a resource --- */
enum { PIECE = 60 * 1024 };

static bool is_separator(const char *p, size_t left, size_t *n)
{
	unsigned char c = (unsigned char)*p;
	*n = 1;
	if (c < 128)
		return !((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9');
	if (left > 1 && c == 0xC2 && ((unsigned char)p[1] == 0xAB || (unsigned char)p[1] == 0xBB)) { /* « » */
		*n = 2;
		return true;
	}
	if (left > 2 && c == 0xE2 && (unsigned char)p[1] == 0x80) { /* dashes, quotes, bullets, … */
		*n = 3;
		return true;
	}
	return false;
}

/* Adds the words of a text, each with a space behind it; b ends in a space. */
static void add_words(Buf *b, Str text, Arena *a)
{
	while (text.n) {
		Str piece = str_clip(text, PIECE);
		for (size_t i = piece.n; piece.n < text.n && i; i--)
			if (piece.p[i - 1] == ' ') {
				piece.n = i;
				break;
			}
		text = str_from(text, piece.n);
		Str s = search_normalise(piece, a);
		bool word = false;
		for (size_t i = 0; i < s.n;) {
			size_t n;
			if (!is_separator(s.p + i, s.n - i, &n)) {
				buf_byte(b, s.p[i]);
				word = true;
			} else if (word) {
				buf_byte(b, ' ');
				word = false;
			}
			i += n;
		}
		if (word)
			buf_byte(b, ' ');
	}
}

static void add_character(Buf *b, unsigned long c)
{
	if (c < 0x80) {
		buf_byte(b, (char)c);
	} else if (c < 0x800) {
		buf_byte(b, (char)(0xC0 | c >> 6));
		buf_byte(b, (char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		buf_byte(b, (char)(0xE0 | c >> 12));
		buf_byte(b, (char)(0x80 | (c >> 6 & 63)));
		buf_byte(b, (char)(0x80 | (c & 63)));
	} else {
		buf_byte(b, (char)(0xF0 | c >> 18));
		buf_byte(b, (char)(0x80 | (c >> 12 & 63)));
		buf_byte(b, (char)(0x80 | (c >> 6 & 63)));
		buf_byte(b, (char)(0x80 | (c & 63)));
	}
}

/* &#233; or &#xE9;: the character; 0 when it is none. */
static unsigned long numbered(Str name)
{
	unsigned long c = 0;
	bool hex = name.n > 1 && (name.p[1] | 32) == 'x';
	for (size_t i = hex ? 2 : 1; i < name.n; i++) {
		int d = name.p[i] >= '0' && name.p[i] <= '9'                        ? name.p[i] - '0'
		        : hex && (name.p[i] | 32) >= 'a' && (name.p[i] | 32) <= 'f' ? (name.p[i] | 32) - 'a' + 10
		                                                                    : -1;
		if (d < 0 || c > 0x10FFFF)
			return 0;
		c = c * (hex ? 16 : 10) + (unsigned long)d;
	}
	return c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) ? 0 : c;
}

static void add_entity(Buf *b, Str name)
{
	unsigned long c = name.n && name.p[0] == '#' ? numbered(name) : 0;
	if (c)
		add_character(b, c);
	else
		buf_byte(b, str_eq(name, S("amp")) ? '&' : ' ');
}

/* A tag between the letters of a word, as in "<b>N</b>ame". */
static bool is_inline(Str tag)
{
	static const Str names[] = { S_INIT("b"),    S_INIT("i"),   S_INIT("em"),    S_INIT("strong"),
		                     S_INIT("span"), S_INIT("a"),   S_INIT("small"), S_INIT("big"),
		                     S_INIT("sup"),  S_INIT("sub"), S_INIT("tt"),    S_INIT("u") };
	size_t n = 0;
	if (str_starts(tag, S("/")))
		tag = str_from(tag, 1);
	while (n < tag.n && ((tag.p[n] | 32) >= 'a' && (tag.p[n] | 32) <= 'z'))
		n++;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(str_upto(tag, n), names[i]))
			return true;
	return false;
}

static Str xhtml_text(Str xhtml, Arena *a)
{
	Buf b = buf_new(a, xhtml.n + 1, 0);
	for (size_t i = 0; i < xhtml.n; i++) {
		Str rest = str_from(xhtml, i);
		char end = xhtml.p[i] == '<' ? '>' : ';';
		ptrdiff_t close = xhtml.p[i] == '<' || xhtml.p[i] == '&' ? str_chr(rest, end) : -1;
		if (close < 0) {
			buf_byte(&b, xhtml.p[i]);
			continue;
		}
		Str inside = str_n(rest.p + 1, (size_t)close - 1);
		if (end == ';' && close > 12)
			buf_byte(&b, '&');
		else if (end == ';')
			add_entity(&b, inside);
		else if (!is_inline(inside))
			buf_byte(&b, ' ');
		if (end != ';' || close <= 12)
			i += (size_t)close;
	}
	return buf_str(&b);
}

Str words_of_narrative(JVal resource, Arena *a)
{
	Buf b = buf_new(a, 256, 0);
	buf_byte(&b, ' ');
	Str div = JSTR(JGET(resource, "text"), "div", a);
	if (div.p)
		add_words(&b, xhtml_text(div, a), a);
	return buf_str(&b);
}

static bool says_nothing(Str key)
{
	static const Str keys[] = { S_INIT("resourceType"), S_INIT("id"),       S_INIT("url"),
		                    S_INIT("reference"),    S_INIT("system"),   S_INIT("data"),
		                    S_INIT("versionId"),    S_INIT("fullUrl"),  S_INIT("lastUpdated"),
		                    S_INIT("valueUri"),     S_INIT("valueUrl"), S_INIT("valueCanonical"),
		                    S_INIT("contentType"),  S_INIT("profile"),  S_INIT("valueBase64Binary"),
		                    S_INIT("valueInstant"), S_INIT("hash"),     S_INIT("linkId") };
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (str_eq(key, keys[i]))
			return true;
	return false;
}

static void add_content(Buf *b, JVal v, Str key, Arena *a)
{
	if (json_is(v, J_STRING)) {
		Str text = json_str(v, a);
		add_words(b, str_eq(key, S("div")) ? xhtml_text(text, a) : text, a);
		return;
	}
	for (JIter it = json_iter(v); json_next(&it);) {
		Str name = json_is(v, J_OBJECT) ? it.key : key;
		if (!says_nothing(name) || json_is(it.value, J_OBJECT) || json_is(it.value, J_ARRAY))
			add_content(b, it.value, name, a);
	}
}

Str words_of_content(JVal resource, Arena *a)
{
	Buf b = buf_new(a, 1024, 0);
	buf_byte(&b, ' ');
	add_content(&b, resource, S(""), a);
	return buf_str(&b);
}

/* --- questions --- */
typedef enum WordOp { WORD_PHRASE, WORD_AND, WORD_OR, WORD_NOT } WordOp;

struct WordQuery {
	WordOp op;
	Str phrase; /* " two words " or " begin" */
	const WordQuery *left, *right;
};

typedef struct Reader {
	Str rest;
	Arena *arena;
	unsigned depth, words;
	const char *wrong;
} Reader;

static const WordQuery *read_or(Reader *r);

static const WordQuery *node(Reader *r, WordOp op, const WordQuery *left, const WordQuery *right)
{
	WordQuery *q = ARENA_NEW(r->arena, WordQuery);
	*q = (WordQuery){ .op = op, .left = left, .right = right };
	return q;
}

static const WordQuery *phrase(Reader *r, Str text)
{
	Buf b = buf_new(r->arena, text.n + 2, 0);
	buf_byte(&b, ' ');
	add_words(&b, text, r->arena);
	Str words = buf_str(&b);
	if (++r->words > WORDS_MAX)
		r->wrong = "expected fewer words";
	if (words.n == 1)
		return NULL;
	WordQuery *q = ARENA_NEW(r->arena, WordQuery);
	q->phrase = str_ends(text, S("*")) ? str_upto(words, words.n - 1) : words;
	return q;
}

static void skip_space(Reader *r)
{
	while (r->rest.n && (unsigned char)r->rest.p[0] <= ' ')
		r->rest = str_from(r->rest, 1);
}

static size_t word_length(Str s)
{
	size_t n = 0;
	while (n < s.n && (unsigned char)s.p[n] > ' ' && !strchr("()\"|", s.p[n]))
		n++;
	return n;
}

/* Takes a keyword or a sign. */
static bool take(Reader *r, Str word, char sign)
{
	skip_space(r);
	if (r->rest.n && r->rest.p[0] == sign) {
		r->rest = str_from(r->rest, 1);
		return true;
	}
	size_t n = word_length(r->rest);
	if (!word.n || !str_eq_nocase(str_upto(r->rest, n), word))
		return false;
	r->rest = str_from(r->rest, n);
	return true;
}

static const WordQuery *read_quoted(Reader *r)
{
	Str inside;
	r->rest = str_cut(r->rest, '"', &inside);
	if (!r->rest.p) {
		r->wrong = "expected a closing quote";
		r->rest = S("");
	}
	return phrase(r, inside);
}

/* NULL for what has no words. */
static const WordQuery *read_one(Reader *r)
{
	const WordQuery *q;
	if (r->depth == WORDS_DEPTH) {
		r->wrong = "expected fewer brackets";
		return NULL;
	}
	r->depth++;
	if (take(r, S("not"), '-')) {
		q = read_one(r);
		q = q ? node(r, WORD_NOT, q, NULL) : NULL;
	} else if (take(r, S(""), '(')) {
		q = read_or(r);
		if (!r->rest.n)
			r->wrong = "expected a closing bracket";
		r->rest = str_from(r->rest, 1);
	} else if (take(r, S(""), '"')) {
		q = read_quoted(r);
	} else {
		size_t n = word_length(r->rest);
		q = phrase(r, str_upto(r->rest, n));
		r->rest = str_from(r->rest, n);
	}
	r->depth--;
	return q;
}

static bool at_end(Reader *r)
{
	skip_space(r);
	return r->wrong || !r->rest.n || r->rest.p[0] == ')';
}

static bool at_or(const Reader *r)
{
	size_t n = word_length(r->rest);
	return r->rest.p[0] == '|' || str_eq_nocase(str_upto(r->rest, n), S("or"));
}

static const WordQuery *read_and(Reader *r)
{
	const WordQuery *all = NULL;
	while (!at_end(r) && !at_or(r)) {
		if (take(r, S("and"), '&'))
			continue;
		const WordQuery *q = read_one(r);
		if (q)
			all = all ? node(r, WORD_AND, all, q) : q;
	}
	return all;
}

static const WordQuery *read_or(Reader *r)
{
	const WordQuery *any = read_and(r);
	while (!at_end(r) && take(r, S("or"), '|')) {
		const WordQuery *q = read_and(r);
		if (q)
			any = any ? node(r, WORD_OR, any, q) : q;
	}
	return any;
}

Err word_query(Str text, Arena *a, const WordQuery **out, const char **why)
{
	Reader r = { .rest = str_upto(text, 4096), .arena = a };
	const WordQuery *q = read_or(&r);
	if (!r.wrong && r.rest.n)
		r.wrong = "expected an opening bracket before the closing one";
	if (!r.wrong && !q)
		r.wrong = "expected a word";
	*why = r.wrong;
	*out = r.wrong ? NULL : q;
	return r.wrong ? ERR_SYNTAX : OK;
}

bool word_query_matches(const WordQuery *q, Str words)
{
	switch (q->op) {
	case WORD_PHRASE:
		return str_find(words, q->phrase) >= 0;
	case WORD_AND:
		return word_query_matches(q->left, words) && word_query_matches(q->right, words);
	case WORD_OR:
		return word_query_matches(q->left, words) || word_query_matches(q->right, words);
	case WORD_NOT:
		return !word_query_matches(q->left, words);
	}
	return false;
}
