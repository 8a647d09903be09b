/* JSON Patch. Source: https://www.rfc-editor.org/rfc/rfc6902, pointers: https://www.rfc-editor.org/rfc/rfc6901 */
#include "fhir/patch_edit.h"

/* Where a pointer leads: to a value, or to a place beside or behind its neighbours. */
typedef struct Place {
	JVal parent; /* absent: the pointer is empty and value is the document */
	JVal value;  /* absent: nothing is there yet */
	Str key;     /* of an object, decoded */
	size_t index;
} Place;

/* "a~1b" → "a/b". False for another use of ~. */
static bool token_text(Str raw, Arena *a, Str *out)
{
	Buf b = buf_new(a, raw.n + 1, 0);
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];
		if (c == '~') {
			if (i + 1 == raw.n || (raw.p[i + 1] != '0' && raw.p[i + 1] != '1'))
				return false;
			c = raw.p[++i] == '0' ? '~' : '/';
		}
		buf_byte(&b, c);
	}
	*out = buf_str(&b);
	return true;
}

/* Digits without leading zero. */
static bool index_of(Str token, size_t *out)
{
	int64_t n;
	if (!token.n || token.n > 9 || (token.n > 1 && token.p[0] == '0'))
		return false;
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] < '0' || token.p[i] > '9')
			return false;
	if (!str_int(token, &n))
		return false;
	*out = (size_t)n;
	return true;
}

/* One step down. False: there is no such place. */
static bool step(Place *at, Str token)
{
	at->parent = at->value;
	at->value = (JVal){ NULL, NULL };
	at->key = token;
	if (json_is(at->parent, J_OBJECT)) {
		at->value = json_get(at->parent, token);
		return true;
	}
	if (!json_is(at->parent, J_ARRAY))
		return false;
	if (str_eq(token, S("-"))) {
		at->index = json_count(at->parent);
		return true;
	}
	if (!index_of(token, &at->index) || at->index > json_count(at->parent))
		return false;
	if (at->index < json_count(at->parent))
		at->value = json_at(at->parent, at->index);
	return true;
}

static Err find(Patching *p, Str pointer, Place *out)
{
	*out = (Place){ .value = p->doc };
	if (pointer.n && pointer.p[0] != '/')
		return patching_refuse(p, ERR_BAD_REQUEST, "'%.*s' is not a JSON Pointer: it would start with '/'",
		                       STR_ARG(str_upto(pointer, 100)));
	for (Str rest = pointer.n ? str_from(pointer, 1) : STR_END, raw; rest.p;) {
		Str token;
		rest = str_cut(rest, '/', &raw);
		if (!token_text(raw, p->a, &token))
			return patching_refuse(p, ERR_BAD_REQUEST, "in a JSON Pointer '~' stands only before 0 or 1");
		if (!out->value.node || !step(out, token))
			return patching_refuse(p, ERR_INVALID, "'%.*s' is not there", STR_ARG(str_upto(pointer, 100)));
	}
	return OK;
}

static Err find_value(Patching *p, Str pointer, Place *out)
{
	TRY(find(p, pointer, out));
	return out->value.node
	           ? OK
	           : patching_refuse(p, ERR_INVALID, "'%.*s' is not there", STR_ARG(str_upto(pointer, 100)));
}

static Err add(Patching *p, Str pointer, Str raw)
{
	Place at;
	TRY(find(p, pointer, &at));
	if (!at.parent.node)
		return patching_take(p, raw);
	Edit e = { .raw = raw };
	if (json_is(at.parent, J_OBJECT)) {
		Str quoted = json_quote(p->a, at.key);
		e.kind = at.value.node ? EDIT_REPLACE : EDIT_APPEND;
		e.key = str_n(quoted.p + 1, quoted.n - 2);
	} else {
		e.kind = at.value.node ? EDIT_BEFORE : EDIT_APPEND;
	}
	e.node = at.value.node ? at.value.node : at.parent.node;
	return patching_edit(p, &e, 1);
}

static Err take_away(Patching *p, Str pointer)
{
	Place at;
	TRY(find_value(p, pointer, &at));
	if (!at.parent.node)
		return patching_refuse(p, ERR_INVALID, "the whole document cannot be removed");
	return patching_edit(p, &(Edit){ .kind = EDIT_REMOVE, .node = at.value.node }, 1);
}

static Err replace(Patching *p, Str pointer, Str raw)
{
	Place at;
	TRY(find_value(p, pointer, &at));
	if (!at.parent.node)
		return patching_take(p, raw);
	return patching_edit(p, &(Edit){ .kind = EDIT_REPLACE, .node = at.value.node, .raw = raw }, 1);
}

static Str decoded(Str key, Arena *a)
{
	const Json *doc;
	if (str_chr(key, '\\') < 0 || json_parse(a, arena_join(a, S("\""), key, S("\""), STR_END), &doc, NULL) != OK)
		return key;
	return json_str(json_root(doc), a);
}

/* Numbers by value, strings by characters, objects without order. */
static bool same(JVal x, JVal y, Arena *a)
{
	double m, n;
	if (json_kind(x) != json_kind(y) || json_count(x) != json_count(y))
		return false;
	switch (json_kind(x)) {
	case J_NUMBER:
		return str_eq(json_raw(x), json_raw(y)) || (json_double(x, &m) && json_double(y, &n) && m == n);
	case J_STRING:
		return str_eq(json_str(x, a), json_str(y, a));
	case J_ARRAY: {
		JIter other = json_iter(y);
		for (JIter it = json_iter(x); json_next(&it) && json_next(&other);)
			if (!same(it.value, other.value, a))
				return false;
		return true;
	}
	case J_OBJECT:
		for (JIter it = json_iter(x); json_next(&it);)
			if (!same(it.value, json_get(y, decoded(it.key, a)), a))
				return false;
		return true;
	case J_ABSENT:
	case J_NULL:
	case J_FALSE:
	case J_TRUE:
		return true;
	}
	return false;
}

static Err from_other(Patching *p, JVal op, Str path, bool move)
{
	Place source;
	if (!json_is(JGET(op, "from"), J_STRING))
		return patching_refuse(p, ERR_BAD_REQUEST, "'move' and 'copy' need a member 'from'");
	Str from = JSTR(op, "from", p->a);
	TRY(find_value(p, from, &source));
	Str raw = json_raw(source.value);
	if (!move)
		return add(p, path, raw);
	if (str_eq(from, path))
		return OK;
	if (str_starts(path, from) && path.p[from.n] == '/')
		return patching_refuse(p, ERR_INVALID, "a value cannot be moved into itself");
	TRY(take_away(p, from));
	return add(p, path, raw);
}

static Err apply(Patching *p, JVal op)
{
	Place at;
	Str what = JSTR(op, "op", p->a), path = JSTR(op, "path", p->a);
	JVal value = JGET(op, "value");
	if (!json_is(op, J_OBJECT) || !what.p || !path.p)
		return patching_refuse(p, ERR_BAD_REQUEST, "an object with 'op' and 'path' was expected");
	bool needs_value = str_eq(what, S("add")) || str_eq(what, S("replace")) || str_eq(what, S("test"));
	if (needs_value && !value.node)
		return patching_refuse(p, ERR_BAD_REQUEST, "'%.*s' needs a member 'value'", STR_ARG(what));
	if (str_eq(what, S("add")))
		return add(p, path, json_raw(value));
	if (str_eq(what, S("replace")))
		return replace(p, path, json_raw(value));
	if (str_eq(what, S("remove")))
		return take_away(p, path);
	if (str_eq(what, S("move")) || str_eq(what, S("copy")))
		return from_other(p, op, path, str_eq(what, S("move")));
	if (!str_eq(what, S("test")))
		return patching_refuse(p, ERR_BAD_REQUEST,
		                       "'op' would be add, remove, replace, move, copy or test, not '%.*s'",
		                       STR_ARG(str_upto(what, 40)));
	TRY(find_value(p, path, &at));
	if (!same(at.value, value, p->a))
		return patching_refuse(p, ERR_INVALID, "the test failed: '%.*s' has another value",
		                       STR_ARG(str_upto(path, 100)));
	return OK;
}

Err patch_json(JVal doc, JVal patch, Arena *a, Str *out, Outcome *o)
{
	Patching p = { .a = a, .o = o, .doc = doc, .text = json_raw(doc) };
	if (!json_is(patch, J_ARRAY)) {
		outcome_add(o, SEV_ERROR, S("structure"), STR_END, "A JSON Patch is an array of operations.");
		return ERR_BAD_REQUEST;
	}
	if (json_count(patch) > PATCH_OPS_MAX)
		return patching_refuse(&p, ERR_TOO_LARGE, "at most %d operations fit in one patch", PATCH_OPS_MAX);
	for (JIter it = json_iter(patch); json_next(&it);) {
		p.at = it.index;
		TRY(apply(&p, it.value));
	}
	*out = p.text;
	return OK;
}
