#include "care/answers.h"

#include "care/edit.h"

bool questionnaire_is(JVal response, Str canonical)
{
	JVal q = JGET(response, "questionnaire");
	if (json_str_is(q, canonical))
		return true;
	Str raw = json_raw(q); /* with its quotes */
	return raw.n > canonical.n + 2 && str_starts(str_from(raw, 1), canonical) && raw.p[canonical.n + 1] == '|';
}

static Answer answer_from(Arena *a, JVal item)
{
	JVal answer = json_at(JGET(item, "answer"), 0), exts = JGET(answer, "extension");
	Str *marks = ARENA_ARRAY(a, Str, json_count(exts) + 1);
	Answer x = { .link_id = JSTR(item, "linkId", a), .text = JSTR(answer, "valueString", a), .marks = marks };
	for (JIter it = json_iter(exts); json_next(&it);)
		if (json_str_is(JGET(it.value, "url"), S(SD_ "marked-words")))
			marks[x.n_marks++] = json_str(ext_value(it.value), a);
	return x;
}

Answer *answers_from(Arena *a, JVal response, ptrdiff_t (*place)(Str link_id), size_t places, size_t *n)
{
	JVal items = JGET(response, "item");
	size_t count = json_count(items), rest = 0;
	Answer *known = ARENA_ARRAY(a, Answer, places + 1), *others = ARENA_ARRAY(a, Answer, count + 1);
	for (JIter it = json_iter(items); json_next(&it);) {
		Answer x = answer_from(a, it.value);
		ptrdiff_t at = place(x.link_id);
		if (!x.text.n)
			continue;
		if (at >= 0 && !known[at].text.n)
			known[at] = x;
		else
			others[rest++] = x;
	}
	Answer *out = ARENA_ARRAY(a, Answer, count + 1);
	*n = 0;
	for (size_t i = 0; i < places; i++)
		if (known[i].text.n)
			out[(*n)++] = known[i];
	for (size_t i = 0; i < rest; i++)
		out[(*n)++] = others[i];
	return out;
}

static const Answer *answer_for(const Answer *list, size_t n, JVal link_id)
{
	for (size_t i = 0; i < n; i++)
		if (json_str_is(link_id, list[i].link_id))
			return &list[i];
	return NULL;
}

static Str item_text(Arena *a, JVal item, const Answer *x)
{
	Edit v = edit_new(a, json_at(JGET(item, "answer"), 0), FT_NONE);
	edit_str(&v, S("valueString"), x->text);
	edit_ext_clear(&v, S(SD_ "marked-words"));
	for (size_t i = 0; i < x->n_marks; i++)
		edit_ext_str(&v, S(SD_ "marked-words"), S("valueString"), x->marks[i]);
	Edit e = edit_new(a, item, FT_NONE);
	edit_str(&e, S("linkId"), x->link_id);
	edit_json(&e, S("answer"), json_list1(a, edit_text(&v)));
	return edit_text(&e);
}

Str answers_with(Arena *a, JVal response, const Answer *list, size_t n)
{
	bool *done = ARENA_ARRAY(a, bool, n + 1);
	Buf b = buf_new(a, 1024, 0);
	JWriter w = jw_new(&b);
	jw_array(&w);
	for (JIter it = json_iter(JGET(response, "item")); json_next(&it);) {
		const Answer *x = answer_for(list, n, JGET(it.value, "linkId"));
		if (!x) {
			jw_raw(&w, json_compact(a, it.value));
			continue;
		}
		if (x->text.n && !done[x - list])
			jw_raw(&w, item_text(a, it.value, x));
		done[x - list] = true;
	}
	for (size_t i = 0; i < n; i++)
		if (!done[i] && list[i].text.n)
			jw_raw(&w, item_text(a, (JVal){ NULL, NULL }, &list[i]));
	jw_end_array(&w);
	return b.n > 2 ? buf_str(&b) : STR_END;
}
