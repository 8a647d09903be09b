/* Any bytes through the reader. What it accepts is walked whole, and its compact text must read back as the same nodes.
 */
#include <stdlib.h>

#include "base/random.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_token(Arena *a, JVal v)
{
	int64_t i;
	double d;
	unsigned line, col;
	Str raw = json_raw(v), s = json_str(v, a);
	must(raw.n > 0 && raw.p >= v.doc->text.p && raw.p + raw.n <= v.doc->text.p + v.doc->text.n);
	must(json_str_is(v, s) == json_is(v, J_STRING));
	must(str_utf8(s) && str_chr(s, 0) < 0);
	must(!json_int(v, &i) || json_is(v, J_NUMBER));
	must(!json_double(v, &d) || json_is(v, J_NUMBER));
	json_where(v, &line, &col);
	must(line >= 1 && col >= 1);
	if (s.p) { /* quoting the decoded text gives a string that decodes to it */
		const Json *again;
		must(json_parse(a, json_quote(a, s), &again, NULL) == OK && json_str_is(json_root(again), s));
	}
}

/* Returns how many nodes were seen. */
static size_t walk(Arena *a, JVal v)
{
	size_t seen = 1, items = 0;
	check_token(a, v);
	for (JIter it = json_iter(v); json_next(&it); items++) {
		if (it.key.p) {
			JVal key = { v.doc, it.value.node - 1 };
			must(json_get(v, json_str(key, a)).node == it.value.node);
			seen++;
		} else if (items < 16) {
			must(json_at(v, items).node == it.value.node);
		}
		seen += walk(a, it.value);
	}
	must(items == json_count(v) && seen == v.node->span);
	return seen;
}

static void must_be_same(const Json *x, const Json *y)
{
	must(x->count == y->count);
	for (uint32_t i = 0; i < x->count; i++) {
		const JNode *p = &x->nodes[i], *q = &y->nodes[i];
		must(p->kind == q->kind && p->len == q->len && p->span == q->span && p->depth == q->depth);
		if (p->kind != J_OBJECT && p->kind != J_ARRAY)
			must(memcmp(x->text.p + p->at, y->text.p + q->at, p->len) == 0);
	}
}

static void check_accepted(Arena *a, const Json *doc)
{
	JVal root = json_root(doc);
	must(walk(a, root) == doc->count);
	Str compact = json_compact(a, root);
	const Json *again;
	must(json_parse(a, compact, &again, NULL) == OK);
	must_be_same(doc, again);
	JChange none = { S("x\n"), { NULL, 0 } }, add = { S("x\n"), S("[1.10]") };
	must(json_is(root, J_OBJECT) == (json_change(a, root, &none, 1).p != NULL));
	if (json_is(root, J_OBJECT)) {
		must(json_parse(a, json_change(a, root, &add, 1), &again, NULL) == OK);
		must(str_eq(json_raw(JGET(json_root(again), "x\n")), S("[1.10]")));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	random_init();
	Arena *a = arena_new();
	const Json *doc;
	JError e;
	Str text = { (const char *)data, n };
	if (json_parse(a, text, &doc, &e) == OK)
		check_accepted(a, doc);
	else
		must(e.at <= n && e.line >= 1 && e.col >= 1 && e.message != NULL);
	arena_free(a);
	return 0;
}
