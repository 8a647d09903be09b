#include "care/edit.h"

Edit edit_new(Arena *a, JVal cur, FhirType type)
{
	Edit e = { .arena = a, .cur = cur, .ext = buf_new(a, 256, 0) };
	if (!json_is(cur, J_OBJECT)) {
		Str text = type == FT_NONE
		               ? S("{}")
		               : arena_join(a, S("{\"resourceType\":\""), fhir_type_name(type), S("\"}"), STR_END);
		const Json *doc = NULL;
		if (json_parse(a, text, &doc, NULL) == OK)
			e.cur = json_root(doc);
	}
	return e;
}

void edit_json(Edit *e, Str key, Str json)
{
	for (size_t i = 0; i < e->n; i++)
		if (str_eq(e->ch[i].key, key)) {
			e->ch[i].json = json;
			return;
		}
	if (e->n < EDIT_MAX)
		e->ch[e->n++] = (JChange){ key, json };
}

void edit_str(Edit *e, Str key, Str s)
{
	edit_json(e, key, s.n ? json_quote(e->arena, s) : STR_END);
}

void edit_profile(Edit *e, Str id)
{
	Str url = arena_join(e->arena, S(SD_), id, STR_END);
	edit_json(e, S("meta"), arena_join(e->arena, S("{\"profile\":["), json_quote(e->arena, url), S("]}"), STR_END));
}

void edit_ext_clear(Edit *e, Str url)
{
	for (size_t i = 0; i < e->n_urls; i++)
		if (str_eq(e->urls[i], url))
			return;
	if (e->n_urls < EDIT_MAX)
		e->urls[e->n_urls++] = url;
}

void edit_ext_raw(Edit *e, Str url, Str key, Str json)
{
	edit_ext_clear(e, url);
	if (!json.n)
		return;
	if (e->ext.n)
		buf_byte(&e->ext, ',');
	JWriter w = jw_new(&e->ext);
	jw_object(&w);
	JW_STR(&w, "url", url);
	jw_key(&w, key);
	jw_raw(&w, json);
	jw_end_object(&w);
}

void edit_ext_str(Edit *e, Str url, Str key, Str s)
{
	edit_ext_raw(e, url, key, s.n ? json_quote(e->arena, s) : STR_END);
}

void edit_ext_int(Edit *e, Str url, Str key, int64_t v)
{
	edit_ext_raw(e, url, key, arena_printf(e->arena, "%lld", (long long)v));
}

void edit_ext_bool(Edit *e, Str url, bool v)
{
	edit_ext_raw(e, url, S("valueBoolean"), v ? S("true") : S("false"));
}

void edit_ext_keep(Edit *e, Str url, JVal ext)
{
	edit_ext_clear(e, url);
	if (e->ext.n)
		buf_byte(&e->ext, ',');
	buf_add(&e->ext, json_compact(e->arena, ext));
}

/* The extensions of others as they were, then ours. */
static Str extensions_text(const Edit *e)
{
	Buf out = buf_new(e->arena, 256, 0);
	buf_byte(&out, '[');
	for (JIter it = json_iter(json_get(e->cur, S("extension"))); json_next(&it);) {
		bool ours = false;
		for (size_t i = 0; i < e->n_urls && !ours; i++)
			ours = json_str_is(JGET(it.value, "url"), e->urls[i]);
		if (ours)
			continue;
		if (out.n > 1)
			buf_byte(&out, ',');
		buf_add(&out, json_compact(e->arena, it.value));
	}
	if (e->ext.n) {
		if (out.n > 1)
			buf_byte(&out, ',');
		buf_add(&out, buf_str(&e->ext));
	}
	if (out.n == 1)
		return STR_END;
	buf_byte(&out, ']');
	return buf_str(&out);
}

Str edit_text(const Edit *e)
{
	Edit all = *e;
	if (e->n_urls)
		edit_json(&all, S("extension"), extensions_text(e));
	return json_change(e->arena, e->cur, all.ch, all.n);
}

void sub_begin(Sub *s, Arena *a)
{
	s->buf = buf_new(a, 256, 0);
	s->w = jw_new(&s->buf);
	jw_array(&s->w);
}

void sub_raw(Sub *s, Str url, Str key, Str json)
{
	if (!json.n)
		return;
	jw_object(&s->w);
	JW_STR(&s->w, "url", url);
	jw_key(&s->w, key);
	jw_raw(&s->w, json);
	jw_end_object(&s->w);
}

void sub_str(Sub *s, Str url, Str key, Str value)
{
	if (value.n)
		sub_raw(s, url, key, json_quote(s->buf.arena, value));
}

void sub_int(Sub *s, Str url, int64_t v)
{
	sub_raw(s, url, S("valueInteger"), arena_printf(s->buf.arena, "%lld", (long long)v));
}

void sub_bool(Sub *s, Str url, bool v)
{
	sub_raw(s, url, S("valueBoolean"), v ? S("true") : S("false"));
}

Str sub_end(Sub *s)
{
	jw_end_array(&s->w);
	return s->buf.n > 2 ? buf_str(&s->buf) : STR_END;
}

Str json_ref(Arena *a, Str ref, Str display)
{
	if (!ref.n)
		return STR_END;
	Buf b = buf_new(a, 96, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "reference", ref);
	jw_str_opt(&w, S("display"), display);
	jw_end_object(&w);
	return buf_str(&b);
}

Str json_concept(Arena *a, Str system, Str code, Str text)
{
	if (!code.n && !text.n)
		return STR_END;
	Buf b = buf_new(a, 128, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	if (code.n) {
		JW_ARRAY(&w, "coding");
		jw_object(&w);
		jw_str_opt(&w, S("system"), system);
		JW_STR(&w, "code", code);
		jw_end_object(&w);
		jw_end_array(&w);
	}
	jw_str_opt(&w, S("text"), text);
	jw_end_object(&w);
	return buf_str(&b);
}

Str json_relation_type(Arena *a, Str code)
{
	const Str codings[][2] = { { S(CS_GOAL_RELATION), code }, { S(CS_GOAL_RELATION_HL7), S("other") } };
	Buf b = buf_new(a, 192, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_ARRAY(&w, "coding");
	for (size_t i = 0; i < COUNT_OF(codings); i++) {
		jw_object(&w);
		JW_STR(&w, "system", codings[i][0]);
		JW_STR(&w, "code", codings[i][1]);
		jw_end_object(&w);
	}
	jw_end_array(&w);
	JW_STR(&w, "text", code);
	jw_end_object(&w);
	return buf_str(&b);
}

Str json_period(Arena *a, Str start, Str end)
{
	if (!start.n && !end.n)
		return STR_END;
	Buf b = buf_new(a, 64, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	jw_str_opt(&w, S("start"), start);
	jw_str_opt(&w, S("end"), end);
	jw_end_object(&w);
	return buf_str(&b);
}

Str json_list1(Arena *a, Str item)
{
	return item.n ? arena_join(a, S("["), item, S("]"), STR_END) : STR_END;
}

Str json_append(Arena *a, JVal array, Str item)
{
	Buf b = buf_new(a, 256, 0);
	JWriter w = jw_new(&b);
	jw_array(&w);
	for (JIter it = json_iter(array); json_next(&it);)
		jw_raw(&w, json_compact(a, it.value));
	jw_raw(&w, item);
	jw_end_array(&w);
	return buf_str(&b);
}

Str json_note(Arena *a, const Dossier *d, Str text)
{
	Actor who = actor_of(d);
	Buf b = buf_new(a, 128, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	if (who.ref.n)
		JW_RAW(&w, "authorReference", json_ref(a, who.ref, who.name));
	JW_STR(&w, "time", time_instant(a, time_now()));
	JW_STR(&w, "text", text);
	jw_end_object(&w);
	return buf_str(&b);
}

static Err refused(FieldIssues *is, Err e)
{
	if (e == ERR_INVALID)
		(void)issue_add(is, S("resource"), PROBLEM_REFUSED);
	return e;
}

Err put_new(Visit *v, FieldIssues *is, Str json, Str *id)
{
	Str made = STR_END;
	Err e = visit_create(v, json, &made);
	if (e == OK && id)
		*id = made;
	return refused(is, e);
}

Err put_over(Visit *v, FieldIssues *is, const Rec *r, int32_t version, Str json, int32_t *out)
{
	int32_t fresh = 0;
	Err e = visit_update(v, r->type, r->id, version ? version : r->version, json, &fresh);
	if (e == OK && out)
		*out = fresh;
	return refused(is, e);
}
