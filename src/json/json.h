/* JSON: an arena reader and a writer. The reader keeps the source text: numbers stay as written (1.10 stays
 * 1.10), strings without escapes are views into it. It refuses what RFC 8259 forbids, duplicate member names,
 * lone surrogates, invalid UTF-8 and NUL, nesting deeper than JSON_DEPTH, and says where.
 *
 * Shape in memory: one array of 16-byte nodes in document order. An object's node is followed by key node, value
 * node, key node, … ; `span` jumps over a whole value (of a key: 1, to its value). A JVal is valid as long as the arena
 * and the text live. */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "base/buf.h"
#include "base/err.h"

enum { JSON_DEPTH = 100, JSON_MAX = 512 * 1024 * 1024 };

typedef enum JKind { J_ABSENT, J_NULL, J_FALSE, J_TRUE, J_NUMBER, J_STRING, J_ARRAY, J_OBJECT } JKind;

typedef struct JNode {
	uint32_t at;     /* offset of the token in the text; for a string: of the first byte after the quote */
	uint32_t len;    /* string, number: bytes in the text (a string's raw bytes, escapes not decoded);
	                    array: items; object: members */
	uint32_t span;   /* nodes in this value including itself: the next sibling is node + span */
	uint8_t kind;    /* JKind */
	uint8_t escaped; /* string: has a backslash */
	uint16_t depth;  /* arrays and objects around this value; a key: not set */
} JNode;

typedef struct Json {
	Str text;
	const JNode *nodes; /* nodes[0] is the root */
	uint32_t count;
} Json;

typedef struct JVal {
	const Json *doc;
	const JNode *node; /* NULL: absent. Every accessor takes an absent value. */
} JVal;

typedef struct JError {
	size_t at;           /* byte offset */
	unsigned line, col;  /* from 1; col counts bytes */
	const char *message; /* English, static: "expected ',' or '}'" */
} JError;

/* Parse all of text (which must outlive the result) into a. On ERR_SYNTAX *error is filled; ERR_TOO_LARGE past
 * JSON_MAX, then *error is not. error may be NULL. A leading byte order mark is refused. Call random_init once
 * before (names of large objects go through hash_keyed). Threads: any, each with its own arena. */
NODISCARD Err json_parse(Arena *a, Str text, const Json **out, JError *error);
static inline JVal json_root(const Json *doc)
{
	return (JVal){ doc, doc ? doc->nodes : NULL };
}
/* Line and column (from 1) where the value starts. */
void json_where(JVal v, unsigned *line, unsigned *col);

static inline JKind json_kind(JVal v)
{
	return v.node ? (JKind)v.node->kind : J_ABSENT;
}
static inline bool json_is(JVal v, JKind k)
{
	return json_kind(v) == k;
}
/* Items of an array, members of an object; else 0. */
size_t json_count(JVal v);
/* Member of an object; absent when there is none or v is no object. */
JVal json_get(JVal v, Str key);
#define JGET(v, lit) json_get((v), S(lit))
/* Item i of an array. O(i) steps over siblings. A value that is no array is its own item 0. */
JVal json_at(JVal v, size_t i);
/* Path of member names, NULL-terminated; arrays on the way: their first item, the last value as it is. json_path(v,
 * "code", "coding", "code", NULL) */
JVal json_path(JVal v, ...) __attribute__((sentinel));

/* A string's decoded text: a view when it has no escapes, else decoded into a. Absent when v is no string. */
Str json_str(JVal v, Arena *a);
/* Member's string: the common case. */
static inline Str json_get_str(JVal v, Str key, Arena *a)
{
	return json_str(json_get(v, key), a);
}
#define JSTR(v, lit, a) json_str(json_get((v), S(lit)), (a))
/* Is v the string s? Without decoding when there are no escapes. */
bool json_str_is(JVal v, Str s);
/* The source text of a value, byte for byte (a string with its quotes). */
Str json_raw(JVal v);
/* A number without point or exponent that fits; a number that is finite as a double. False leaves *out untouched. */
NODISCARD bool json_int(JVal v, int64_t *out);
NODISCARD bool json_double(JVal v, double *out);
static inline bool json_bool(JVal v, bool otherwise)
{
	return json_is(v, J_TRUE) ? true : json_is(v, J_FALSE) ? false : otherwise;
}

/* Walk an array's items or an object's members:
 *   for (JIter it = json_iter(v); json_next(&it);) { it.key (decoded only if needed), it.value } */
typedef struct JIter {
	JVal value;
	Str key;      /* object: member name, raw text (FHIR names never need escapes) ; array: absent */
	size_t index; /* from 0 */
	/* private */
	const Json *doc;
	const JNode *next;
	uint32_t left;
	bool object;
} JIter;
JIter json_iter(JVal v);
bool json_next(JIter *it);
/* Over the items of an array, or over the value itself when it is not an array; nothing when absent. */
JIter json_each(JVal v);

/* Writer: streams into a Buf; commas and colons are its business. Strings are escaped by need and must be UTF-8.
 * At most 127 levels deep. Wrong nesting is a bug and aborts; that the Buf is full shows in out->full. */
typedef struct JWriter {
	Buf *out;
	unsigned depth;
	uint64_t has_item[2]; /* a bit per depth */
	bool after_key;
} JWriter;
JWriter jw_new(Buf *out);
void jw_object(JWriter *w); /* { */
void jw_end_object(JWriter *w);
void jw_array(JWriter *w); /* [ */
void jw_end_array(JWriter *w);
void jw_key(JWriter *w, Str key);
void jw_str(JWriter *w, Str s); /* an absent Str writes "" */
void jw_int(JWriter *w, int64_t v);
void jw_bool(JWriter *w, bool v);
void jw_null(JWriter *w);
void jw_raw(JWriter *w, Str json); /* text that is JSON already */
/* "key": value in one go; the _opt form writes nothing when the Str is absent or empty. */
#define JW_STR(w, lit, s) (jw_key((w), S(lit)), jw_str((w), (s)))
#define JW_INT(w, lit, v) (jw_key((w), S(lit)), jw_int((w), (v)))
#define JW_BOOL(w, lit, v) (jw_key((w), S(lit)), jw_bool((w), (v)))
#define JW_RAW(w, lit, s) (jw_key((w), S(lit)), jw_raw((w), (s)))
#define JW_OBJECT(w, lit) (jw_key((w), S(lit)), jw_object(w))
#define JW_ARRAY(w, lit) (jw_key((w), S(lit)), jw_array(w))
void jw_str_opt(JWriter *w, Str key, Str s);

/* A copy of object v, without white space, in which top-level members are replaced, added (at the end) or removed.
 * Each key once in changes. Absent when v is no object. */
typedef struct JChange {
	Str key;
	Str json; /* new value as JSON text; absent: remove the member */
} JChange;
Str json_change(Arena *a, JVal v, const JChange *changes, size_t n);
/* The text of v without insignificant white space. */
Str json_compact(Arena *a, JVal v);
/* s as a JSON string with quotes. */
Str json_quote(Arena *a, Str s);

#endif
