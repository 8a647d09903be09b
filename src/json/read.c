#include <endian.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/random.h"
#include "json/json.h"
#include "json/scan.h"
#include "json/text.h"

#define INLINE static inline __attribute__((always_inline))
#define COLD static __attribute__((noinline, cold))

/* Up to this many members names are compared one by one, and only when a 64-bit filter has seen the like. */
enum { FEW_MEMBERS = 32 };

/* An open array or object. */
typedef struct Frame {
	uint64_t filter; /* a bit per name seen */
	uint32_t node;
	uint32_t count;
	bool object;
	bool table; /* its names are in Reader.table */
} Frame;

/* Names of objects with many members or escaped names: open addressing, keyed hash. */
typedef struct Name {
	uint32_t hash, owner, node; /* node 0: free (the root is no name) */
} Name;

typedef struct Reader {
	Arena *arena;
	const char *text, *end;
	JNode *nodes;
	uint32_t cap;
	const char *at; /* where and why it failed */
	const char *message;
	Name *table;
	uint32_t names, mask; /* in use; slots - 1 */
} Reader;

COLD const char *fail(Reader *r, const char *at, const char *message)
{
	r->at = at;
	r->message = message;
	return NULL;
}

/* --- strings -------------------------------------------------------------------------------------------------- */

/* p: a backslash. Returns what follows the escape. */
static const char *read_escape(Reader *r, const char *p)
{
	if (r->end - p < 2)
		return fail(r, r->end, "the text ends inside a string");
	switch (p[1]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return p + 2;
	case 'u':
		break;
	default:
		return fail(r, p, "unknown escape in a string");
	}
	int c = r->end - p < 6 ? -1 : text_hex4(p + 2);
	if (c < 0)
		return fail(r, p, "\\u needs four hexadecimal digits");
	if (c == 0)
		return fail(r, p, "the character NUL is not allowed");
	if (c < 0xD800 || c > 0xDFFF)
		return p + 6;
	int low = c > 0xDBFF || r->end - p < 12 || p[6] != '\\' || p[7] != 'u' ? -1 : text_hex4(p + 8);
	if (low < 0xDC00 || low > 0xDFFF)
		return fail(r, p, "half a surrogate pair");
	return p + 12;
}

/* p: a byte >= 0x80. Returns what follows the run of such bytes. */
static const char *read_utf8(Reader *r, const char *p)
{
	const char *q = p;
	while (q < r->end && (unsigned char)*q >= 0x80)
		q++;
	size_t good = str_utf8_until(str_n(p, (size_t)(q - p)));
	return p + good == q ? q : fail(r, p + good, "not UTF-8");
}

static __attribute__((noinline)) const char *read_string_rest(Reader *r, const char *p, bool *escaped)
{
	for (;;) {
		if (p == r->end)
			return fail(r, p, "the text ends inside a string");
		if (*p == '"')
			return p;
		if (*p == '\\') {
			*escaped = true;
			p = read_escape(r, p);
		} else if ((unsigned char)*p >= 0x80) {
			p = read_utf8(r, p);
		} else {
			p = fail(r, p, "control character in a string: write it as an escape");
		}
		if (!p)
			return NULL;
		p = scan_text(p, r->end);
	}
}

/* p: behind the opening quote. Returns where the closing quote is. */
INLINE const char *read_string(Reader *r, const char *p, const char *end, bool *escaped)
{
	*escaped = false;
	p = scan_text(p, end);
	return p < end && *p == '"' ? p : read_string_rest(r, p, escaped);
}

/* --- numbers and literals --------------------------------------------------------------------------------------- */

INLINE bool is_digit(const char *p, const char *end)
{
	return p < end && (unsigned)(*p - '0') <= 9;
}

/* Returns what follows the number. */
static const char *read_number(Reader *r, const char *p, const char *end)
{
	p += *p == '-';
	if (!is_digit(p, end))
		return fail(r, p, "expected a digit");
	if (*p++ == '0' && is_digit(p, end))
		return fail(r, p, "a number cannot start with 0");
	while (is_digit(p, end))
		p++;
	if (p < end && *p == '.') {
		if (!is_digit(++p, end))
			return fail(r, p, "expected a digit after the point");
		while (is_digit(p, end))
			p++;
	}
	if (p < end && (*p | 32) == 'e') {
		p++;
		p += p < end && (*p == '+' || *p == '-');
		if (!is_digit(p, end))
			return fail(r, p, "expected a digit in the exponent");
		while (is_digit(p, end))
			p++;
	}
	return p;
}

static const char *read_literal(Reader *r, const char *p, JNode *n)
{
	static const struct {
		Str word;
		uint8_t kind;
	} words[] = { { S_INIT("true"), J_TRUE }, { S_INIT("false"), J_FALSE }, { S_INIT("null"), J_NULL } };
	Str rest = str_n(p, (size_t)(r->end - p));
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_starts(rest, words[i].word)) {
			n->kind = words[i].kind;
			n->len = (uint32_t)words[i].word.n;
			return p + n->len;
		}
	return fail(r, p, rest.n ? "expected a value" : "the text ends where a value is needed");
}

/* --- member names: none twice in an object ----------------------------------------------------------------------- */

static Str name_text(Reader *r, const JNode *key)
{
	Str raw = { r->text + key->at, key->len };
	return key->escaped ? text_decode(r->arena, raw) : raw;
}

static void table_put(Reader *r, Name name)
{
	uint32_t i = name.hash & r->mask;
	while (r->table[i].node)
		i = (i + 1) & r->mask;
	r->table[i] = name;
	r->names++;
}

/* Is the object of this name still open? Once closed its span is known, and its names are of no more use. */
static bool in_use(const Reader *r, const Name *name)
{
	return name->node && r->nodes[name->owner].span == 0;
}

/* A table with room: without the names of closed objects, and larger when the rest need it. */
static void table_renew(Reader *r)
{
	Name *old = r->table;
	uint32_t slots = old ? r->mask + 1 : 0, live = 0;
	for (uint32_t i = 0; i < slots; i++)
		live += in_use(r, &old[i]);
	r->mask = !old ? 255 : live > slots / 4 ? slots * 2 - 1 : slots - 1;
	r->names = 0;
	r->table = calloc((size_t)r->mask + 1, sizeof *r->table);
	if (!r->table)
		die("out of memory (table of member names)");
	for (uint32_t i = 0; i < slots; i++)
		if (in_use(r, &old[i]))
			table_put(r, old[i]);
	free(old);
}

/* Adds the name at node to the names of owner; false when it is there already. */
static bool table_add(Reader *r, uint32_t owner, uint32_t node)
{
	Str name = name_text(r, &r->nodes[node]);
	Name new = { (uint32_t)hash_str(name) + owner * 0x9E3779B1u, owner, node };
	if (!r->table || r->names > r->mask / 2)
		table_renew(r);
	for (uint32_t i = new.hash & r->mask; r->table[i].node; i = (i + 1) & r->mask) {
		const Name *seen = &r->table[i];
		if (seen->hash == new.hash && seen->owner == owner &&str_eq(name_text(r, &r->nodes[seen->node]), name))
			return false;
	}
	table_put(r, new);
	return true;
}

/* From now on the names of f are in the table; the newest one, at key, is the last to go in. */
static __attribute__((noinline)) bool name_is_new_in_table(Reader *r, Frame *f, const JNode *key)
{
	if (!f->table) {
		f->table = true;
		const JNode *k = r->nodes + f->node + 1;
		for (uint32_t i = 0; i < f->count; i++, k += 1 + k[1].span)
			if (!table_add(r, f->node, (uint32_t)(k - r->nodes)))
				return false;
	}
	return table_add(r, f->node, (uint32_t)(key - r->nodes));
}

static __attribute__((noinline)) bool name_is_new_in_list(Reader *r, const Frame *f, const JNode *key)
{
	const JNode *k = r->nodes + f->node + 1;
	for (uint32_t i = 0; i < f->count; i++, k += 1 + k[1].span)
		if (k->len == key->len && memcmp(r->text + k->at, r->text + key->at, key->len) == 0)
			return false;
	return true;
}

INLINE bool name_is_new(Reader *r, Frame *f, const JNode *key, const char *name, const char *end)
{
	if (f->table || key->escaped || f->count >= FEW_MEMBERS)
		return name_is_new_in_table(r, f, key);
	uint64_t head = 0;
	if (end - name >= 8)
		memcpy(&head, name, 8);
	else
		memcpy(&head, name, key->len);
	head = le64toh(head);
	if (key->len < 8)
		head = head << (63 - 8 * key->len) << 1;
	uint64_t bit = 1ull << (((head ^ key->len) * 0x9E3779B97F4A7C15u) >> 58);
	if (f->filter & bit)
		return name_is_new_in_list(r, f, key);
	f->filter |= bit;
	return true;
}

/* --- the document ------------------------------------------------------------------------------------------------ */

/* More nodes, by how many the text up to p needed. A node takes two bytes of text or more, but for what is still open.
 */
COLD void more_nodes(Reader *r, const char *p)
{
	size_t n = (size_t)(r->end - r->text), done = (size_t)(p - r->text) + 1;
	size_t want = (size_t)((double)r->cap * (double)n / (double)done * 1.05) + 64;
	if (want < r->cap + r->cap / 4 + 64)
		want = r->cap + r->cap / 4 + 64;
	if (want > n / 2 + JSON_DEPTH + 8)
		want = n / 2 + JSON_DEPTH + 8;
	r->nodes = arena_grow(r->arena, r->nodes, r->cap * sizeof(JNode), want * sizeof(JNode));
	r->cap = (uint32_t)want;
}

/* p: where a name must stand. Fills the node; returns where its value starts. */
INLINE const char *read_name(Reader *r, Frame *f, JNode *key, const char *p, const char *end)
{
	if (p == end || *p != '"')
		return fail(r, p, p == end ? "the text ends inside an object" : "expected a member name in quotes");
	bool escaped;
	const char *q = read_string(r, ++p, end, &escaped);
	if (!q)
		return NULL;
	*key = (JNode){ (uint32_t)(p - r->text), (uint32_t)(q - p), 1, J_STRING, escaped, 0 };
	if (!name_is_new(r, f, key, p, end))
		return fail(r, p - 1, "this member name is in the object already");
	q = scan_space(q + 1, end);
	if (q == end || *q != ':')
		return fail(r, q, "expected ':' after the member name");
	return scan_space(q + 1, end);
}

COLD const char *fail_after_value(Reader *r, const char *p, const Frame *f)
{
	if (p == r->end)
		return fail(r, p, f->object ? "the text ends inside an object" : "the text ends inside an array");
	return fail(r, p, f->object ? "expected ',' or '}'" : "expected ',' or ']'");
}

/* A string, number or literal at p: fills n, returns what follows. */
INLINE const char *read_scalar(Reader *r, JNode *n, const char *p, const char *end, unsigned depth)
{
	*n = (JNode){ .at = (uint32_t)(p - r->text), .span = 1, .depth = (uint16_t)depth };
	if (p < end && *p == '"') {
		bool escaped;
		const char *q = read_string(r, ++p, end, &escaped);
		if (!q)
			return NULL;
		n->at++;
		n->len = (uint32_t)(q - p);
		n->kind = J_STRING;
		n->escaped = escaped;
		return q + 1;
	}
	if (p < end && (is_digit(p, end) || *p == '-')) {
		const char *q = read_number(r, p, end);
		if (!q)
			return NULL;
		n->len = (uint32_t)(q - p);
		n->kind = J_NUMBER;
		return q;
	}
	return read_literal(r, p, n);
}

/* Closes what ends at p: an object, an array, and those around it. Returns what follows, at a comma or a mistake. */
INLINE const char *close_frames(Reader *r, Frame **top, const Frame *stack, const JNode *n, const char *p,
                                const char *end)
{
	Frame *f = *top;
	while (f > stack && (p = scan_space(p, end)) < end && *p == (f->object ? '}' : ']')) {
		JNode *open = r->nodes + f->node;
		open->len = f->count;
		open->span = (uint32_t)(n - open);
		p++;
		(--f)->count++;
	}
	*top = f;
	return p;
}

/* Reads the value at p; returns what follows it, *count the nodes made. stack[0] stands for the text around it. */
static const char *read_document(Reader *r, const char *p, uint32_t *count)
{
	const char *const end = r->end;
	Frame stack[JSON_DEPTH + 1], *f = stack;
	JNode *n = r->nodes, *limit = r->nodes + r->cap - 2;
	*f = (Frame){ 0 };
	for (;;) {
		if (n >= limit) { /* room for a value and a name */
			*count = (uint32_t)(n - r->nodes);
			more_nodes(r, p);
			n = r->nodes + *count;
			limit = r->nodes + r->cap - 2;
		}
		unsigned depth = (unsigned)(f - stack);
		if (p < end && (*p == '{' || *p == '[')) {
			if (depth == JSON_DEPTH)
				return fail(r, p, "nested too deeply");
			bool object = *p == '{';
			*n = (JNode){ (uint32_t)(p - r->text), 0, 0, object ? J_OBJECT : J_ARRAY, 0, (uint16_t)depth };
			*++f = (Frame){ 0, (uint32_t)(n++ - r->nodes), 0, object, false };
			p = scan_space(p + 1, end);
			if (p == end || *p != (object ? '}' : ']')) {
				if (object && !(p = read_name(r, f, n++, p, end)))
					return NULL;
				continue;
			}
		} else {
			p = read_scalar(r, n++, p, end, depth);
			if (!p)
				return NULL;
			f->count++;
		}
		p = close_frames(r, &f, stack, n, p, end);
		if (f == stack)
			break;
		if (p == end || *p != ',')
			return fail_after_value(r, p, f);
		p = scan_space(p + 1, end);
		if (f->object && !(p = read_name(r, f, n++, p, end)))
			return NULL;
	}
	*count = (uint32_t)(n - r->nodes);
	return p;
}

static void fill_error(JError *e, Str text, size_t at, const char *message)
{
	*e = (JError){ .at = at, .message = message };
	text_where(text, at, &e->line, &e->col);
}

Err json_parse(Arena *a, Str text, const Json **out, JError *error)
{
	if (text.n > JSON_MAX)
		return ERR_TOO_LARGE;
	Reader r = { .arena = a, .text = text.p ? text.p : "", .cap = (uint32_t)(text.n / 16 + 16) };
	r.end = r.text + text.n;
	Json *doc = ARENA_NEW(a, Json);
	r.nodes = arena_raw(a, r.cap * sizeof(JNode));
	uint32_t count = 0;
	const char *p = read_document(&r, scan_space(r.text, r.end), &count);
	if (p && (p = scan_space(p, r.end)) != r.end)
		p = fail(&r, p, "text after the end of the value");
	free(r.table);
	if (!p) {
		if (error)
			fill_error(error, text, (size_t)(r.at - r.text), r.message);
		return ERR_SYNTAX;
	}
	doc->text = str_n(r.text, text.n);
	doc->nodes = arena_grow(a, r.nodes, r.cap * sizeof(JNode), count * sizeof(JNode));
	doc->count = count;
	*out = doc;
	return OK;
}
