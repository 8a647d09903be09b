#include <assert.h>

#include "json/json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

JWriter jw_new(Buf *out)
{
	return (JWriter){ .out = out };
}

static void before_value(JWriter *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	uint64_t bit = 1ull << (w->depth & 63), *seen = &w->has_item[w->depth >> 6];
	if (*seen & bit)
		buf_byte(w->out, ',');
	*seen |= bit;
}

static void open_level(JWriter *w, char c)
{
	before_value(w);
	buf_byte(w->out, c);
	assert(w->depth < 127);
	w->depth++;
	w->has_item[w->depth >> 6] &= ~(1ull << (w->depth & 63));
}

static void close_level(JWriter *w, char c)
{
	assert(w->depth > 0 && !w->after_key);
	w->depth--;
	buf_byte(w->out, c);
}

void jw_object(JWriter *w)
{
	open_level(w, '{');
}

void jw_end_object(JWriter *w)
{
	close_level(w, '}');
}

void jw_array(JWriter *w)
{
	open_level(w, '[');
}

void jw_end_array(JWriter *w)
{
	close_level(w, ']');
}

static bool must_escape(char c)
{
	return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

/* First byte from p on that needs an escape, or end. */
static const char *find_escape(const char *p, const char *end)
{
#ifdef __SSE2__
	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i odd = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v);
		odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
		odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
		int mask = _mm_movemask_epi8(odd);
		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#endif
	while (p < end && !must_escape(*p))
		p++;
	return p;
}

static void add_escape(Buf *b, char c)
{
	static const char hex[] = "0123456789abcdef", from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = memchr(from, c, sizeof from - 1);
	if (at)
		buf_add(b, str_n((char[]){ '\\', to[at - from] }, 2));
	else
		buf_add(b, str_n((char[]){ '\\', 'u', '0', '0', hex[c >> 4 & 15], hex[c & 15] }, 6));
}

static void add_string(Buf *b, Str s)
{
	buf_byte(b, '"');
	const char *p = s.n ? s.p : "", *end = p + s.n;
	while (p < end) {
		const char *q = find_escape(p, end);
		buf_add(b, str_n(p, (size_t)(q - p)));
		if (q < end)
			add_escape(b, *q++);
		p = q;
	}
	buf_byte(b, '"');
}

void jw_key(JWriter *w, Str key)
{
	assert(w->depth > 0 && !w->after_key);
	before_value(w);
	add_string(w->out, key);
	buf_byte(w->out, ':');
	w->after_key = true;
}

void jw_str(JWriter *w, Str s)
{
	before_value(w);
	add_string(w->out, s);
}

void jw_int(JWriter *w, int64_t v)
{
	before_value(w);
	buf_int(w->out, v);
}

void jw_bool(JWriter *w, bool v)
{
	jw_raw(w, v ? S("true") : S("false"));
}

void jw_null(JWriter *w)
{
	jw_raw(w, S("null"));
}

void jw_raw(JWriter *w, Str json)
{
	before_value(w);
	buf_add(w->out, json);
}

void jw_str_opt(JWriter *w, Str key, Str s)
{
	if (!s.n)
		return;
	jw_key(w, key);
	jw_str(w, s);
}

/* --- from one text to another --------------------------------------------------------------------------------- */

static char *put(char *to, const char *from, size_t n)
{
	memcpy(to, from, n);
	return to + n;
}

/* Writes v without white space at `to`, where there is room for json_raw(v).n bytes; returns the end. */
static char *compact_to(char *to, JVal v)
{
	struct {
		uint32_t left; /* nodes still to come directly in it: items, or names and values */
		bool object;
	} open[JSON_DEPTH + 1];
	unsigned depth = 0;
	const char *text = v.doc->text.p;
	open[0].left = 1;
	open[0].object = false;
	for (const JNode *n = v.node;; n++) {
		bool is_key = open[depth].object && !(open[depth].left & 1);
		open[depth].left--;
		bool container = n->kind == J_OBJECT || n->kind == J_ARRAY;
		if (container) {
			*to++ = text[n->at];
			depth++;
			open[depth].object = n->kind == J_OBJECT;
			open[depth].left = open[depth].object ? n->len * 2 : n->len;
		} else if (n->kind == J_STRING) {
			to = put(to, text + n->at - 1, n->len + 2);
		} else {
			to = put(to, text + n->at, n->len);
		}
		if (is_key) {
			*to++ = ':';
			continue;
		}
		if (container && n->len)
			continue;
		while (depth && !open[depth].left)
			*to++ = open[depth--].object ? '}' : ']';
		if (!depth)
			return to;
		*to++ = ',';
	}
}

Str json_compact(Arena *a, JVal v)
{
	size_t room = json_raw(v).n;
	if (!room)
		return (Str){ NULL, 0 };
	char *p = arena_raw(a, room);
	size_t n = (size_t)(compact_to(p, v) - p);
	return str_n(arena_grow(a, p, room, n), n);
}

static const JChange *find_change(const JChange *changes, size_t n, const JNode *key, const char *text)
{
	JVal k = { &(Json){ .text = { text, 0 } }, key };
	for (size_t i = 0; i < n; i++)
		if (json_str_is(k, changes[i].key))
			return &changes[i];
	return NULL;
}

Str json_change(Arena *a, JVal v, const JChange *changes, size_t n)
{
	if (!json_is(v, J_OBJECT))
		return (Str){ NULL, 0 };
	size_t room = json_raw(v).n + 64;
	for (size_t i = 0; i < n; i++)
		room += changes[i].json.n + changes[i].key.n * 6 + 4;
	Buf b = buf_new(a, room, room);
	JWriter w = jw_new(&b);
	jw_object(&w);
	const JNode *k = v.node + 1;
	for (uint32_t i = 0; i < v.node->len; i++, k += 1 + k[1].span) {
		const JChange *c = find_change(changes, n, k, v.doc->text.p);
		if (c && !c->json.p)
			continue;
		before_value(&w);
		buf_add(&b, str_n(v.doc->text.p + k->at - 1, k->len + 2));
		buf_byte(&b, ':');
		if (c)
			buf_add(&b, c->json);
		else
			b.n = (size_t)(compact_to(b.p + b.n, (JVal){ v.doc, k + 1 }) - b.p);
	}
	for (size_t i = 0; i < n; i++)
		if (changes[i].json.p && !json_get(v, changes[i].key).node) {
			jw_key(&w, changes[i].key);
			jw_raw(&w, changes[i].json);
		}
	jw_end_object(&w);
	assert(!b.full);
	return str_n(arena_grow(a, b.p, room, b.n), b.n);
}

Str json_quote(Arena *a, Str s)
{
	Buf b = buf_new(a, s.n + 16, s.n * 6 + 16);
	add_string(&b, s);
	return buf_str(&b);
}
