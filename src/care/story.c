#include "care/story.h"

#include "care/answers.h"
#include "care/edit.h"

#define X(id) S_INIT(id),
const Str story_parts[] = { STORY_PARTS(X) };
#undef X
const size_t story_part_count = COUNT_OF(story_parts);

static ptrdiff_t part_index(Str id)
{
	for (size_t i = 0; i < story_part_count; i++)
		if (str_eq(story_parts[i], id))
			return (ptrdiff_t)i;
	return -1;
}

static const Rec *story_rec(const Dossier *d)
{
	const Rec *found = NULL;
	for (size_t i = 0; i < d->n_recs; i++) {
		const Rec *r = &d->recs[i];
		if (r->type == FT_QUESTIONNAIRERESPONSE && questionnaire_is(r->json, S(Q_STORY)) &&
		    (!found || r->updated > found->updated))
			found = r;
	}
	return found;
}

void story_of(const Dossier *d, Story *out)
{
	Arena *a = visit_arena(d->visit);
	const Rec *r = story_rec(d);
	*out = (Story){ .n_answers = 0 };
	if (!r)
		return;
	out->b = base_of(r);
	out->told_by_name = ref_display(JGET(r->json, "author"), a);
	out->answers = answers_from(a, r->json, part_index, story_part_count, &out->n_answers);
}

Str story_answer(const Story *s, Str part)
{
	for (size_t i = 0; i < s->n_answers; i++)
		if (str_eq(s->answers[i].link_id, part))
			return s->answers[i].text;
	return STR_END;
}

Err story_save(Visit *v, const Dossier *d, const StoryInput *in, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const Rec *r = story_rec(d);
	Answer *list = ARENA_ARRAY(a, Answer, in->n_answers + 1);
	for (size_t i = 0; i < in->n_answers; i++) {
		ptrdiff_t at = part_index(in->answers[i].link_id);
		if (at < 0)
			return issue_add(is, S("answers"), PROBLEM_UNKNOWN);
		/* the field is the part: static text */
		list[i] = (Answer){ .link_id = story_parts[at],
			            .text = check_text(is, story_parts[at], in->answers[i].text, 8000, false) };
	}
	if (is->n)
		return ERR_INVALID;
	Actor me = actor_of(d);
	Edit e = edit_new(a, r ? r->json : (JVal){ NULL, NULL }, FT_QUESTIONNAIRERESPONSE);
	edit_json(&e, S("item"), answers_with(a, e.cur, list, in->n_answers));
	edit_str(&e, S("authored"), time_instant(a, time_now()));
	if (me.ref.n)
		edit_json(&e, S("author"), json_ref(a, me.ref, me.name));
	if (r)
		return put_over(v, is, r, in->version, edit_text(&e), NULL);
	edit_str(&e, S("questionnaire"), S(Q_STORY));
	edit_str(&e, S("status"), S("completed"));
	edit_json(&e, S("subject"), json_ref(a, person_ref(d), d->person.name));
	return put_new(v, is, edit_text(&e), NULL);
}
