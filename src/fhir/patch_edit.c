#include "fhir/patch_edit.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct Writing {
	Buf out;
	const Edit *edits;
	size_t n;
} Writing;

static bool touches(const Writing *w, JVal v)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->edits[i].node >= v.node && w->edits[i].node < v.node + v.node->span)
			return true;
	return false;
}

static const Edit *edit_of(const Writing *w, const JNode *node)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->edits[i].node == node && w->edits[i].kind != EDIT_APPEND)
			return &w->edits[i];
	return NULL;
}

static void item(Writing *w, bool *any, bool object, Str key, Str raw)
{
	if (*any)
		buf_byte(&w->out, ',');
	*any = true;
	if (object) {
		buf_byte(&w->out, '"');
		buf_add(&w->out, key);
		BUF_LIT(&w->out, "\":");
	}
	buf_add(&w->out, raw);
}

/* An empty text stands for what is written next. */
static void write(Writing *w, JVal v)
{
	bool object = json_is(v, J_OBJECT), any = false;
	if ((!object && !json_is(v, J_ARRAY)) || !touches(w, v)) {
		buf_add(&w->out, json_raw(v));
		return;
	}
	buf_byte(&w->out, object ? '{' : '[');
	for (JIter it = json_iter(v); json_next(&it);) {
		const Edit *e = edit_of(w, it.value.node);
		if (e && e->kind == EDIT_REMOVE)
			continue;
		if (e && e->kind == EDIT_BEFORE)
			item(w, &any, object, it.key, e->raw);
		item(w, &any, object, it.key, e && e->kind == EDIT_REPLACE ? e->raw : S(""));
		if (!e || e->kind != EDIT_REPLACE)
			write(w, it.value);
	}
	for (size_t i = 0; i < w->n; i++)
		if (w->edits[i].node == v.node && w->edits[i].kind == EDIT_APPEND)
			item(w, &any, object, w->edits[i].key, w->edits[i].raw);
	buf_byte(&w->out, object ? '}' : ']');
}

Str edits_write(JVal doc, const Edit *edits, size_t n, Arena *a)
{
	Writing w = { buf_new(a, json_raw(doc).n + 256, PATCH_WORK_MAX), edits, n };
	write(&w, doc);
	return w.out.full ? STR_END : buf_str(&w.out);
}

/* ---- empty things ---- */

static bool is_empty(JVal v)
{
	if (!json_is(v, J_OBJECT) && !json_is(v, J_ARRAY))
		return false;
	for (JIter it = json_iter(v); json_next(&it);) {
		bool filler = json_is(v, J_ARRAY) && json_is(it.value, J_NULL);
		if (!filler && !is_empty(it.value))
			return false;
	}
	return true;
}

static void prune(Buf *b, JVal v)
{
	bool object = json_is(v, J_OBJECT), any = false;
	if (!object && !json_is(v, J_ARRAY)) {
		buf_add(b, json_raw(v));
		return;
	}
	buf_byte(b, object ? '{' : '[');
	for (JIter it = json_iter(v); json_next(&it);) {
		if (is_empty(it.value))
			continue;
		if (any)
			buf_byte(b, ',');
		any = true;
		if (object) {
			buf_byte(b, '"');
			buf_add(b, it.key);
			BUF_LIT(b, "\":");
		}
		prune(b, it.value);
	}
	buf_byte(b, object ? '}' : ']');
}

Str patch_prune(JVal v, Arena *a)
{
	Buf b = buf_new(a, json_raw(v).n + 16, 0);
	prune(&b, v);
	return buf_str(&b);
}

/* ---- the document after each operation ---- */

Err patching_refuse(Patching *p, Err e, const char *fmt, ...)
{
	char text[300];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	outcome_add(p->o, SEV_ERROR, e == ERR_INVALID ? S("processing") : err_issue_type(e), STR_END,
	            "Patch operation %zu: %s.", p->at + 1, text);
	return e;
}

Err patching_take(Patching *p, Str text)
{
	const Json *doc;
	p->work += text.n;
	if (!text.p || p->work > PATCH_WORK_MAX)
		return patching_refuse(p, ERR_TOO_LARGE, "the patch makes more than %d MiB of text",
		                       PATCH_WORK_MAX / 1024 / 1024);
	if (json_parse(p->a, text, &doc, NULL) != OK)
		return patching_refuse(p, ERR_INVALID, "the result is nested too deeply or names a member twice");
	p->text = text;
	p->doc = json_root(doc);
	return OK;
}

Err patching_edit(Patching *p, const Edit *edits, size_t n)
{
	return patching_take(p, edits_write(p->doc, edits, n, p->a));
}
