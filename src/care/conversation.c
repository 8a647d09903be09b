#include "care/conversation.h"

#include <assert.h>

#include "care/answers.h"
#include "care/edit.h"

#define X(id, kind) { S_INIT(id), kind },
const Question conversation_questions[] = { CONVERSATION_QUESTIONS(X) };
#undef X
const size_t conversation_question_count = COUNT_OF(conversation_questions);
const Str listening_reminders[] = { S_INIT("judge-nothing"), S_INIT("assume-nothing"), S_INIT("ask"),
	                            S_INIT("silence"),       S_INIT("summarise"),      S_INIT("dig-deeper"),
	                            S_INIT("strengths"),     S_INIT("own-words") };
const size_t listening_reminder_count = COUNT_OF(listening_reminders);

ptrdiff_t question_index(Str id)
{
	for (size_t i = 0; i < conversation_question_count; i++)
		if (str_eq(conversation_questions[i].id, id))
			return (ptrdiff_t)i;
	return -1;
}

bool conversation_is(const Rec *r)
{
	return questionnaire_is(r->json, S(Q_CONVERSATION)) &&
	       !json_str_is(JGET(r->json, "status"), S("entered-in-error"));
}

void conversation_from(Arena *a, const Rec *r, Conversation *out)
{
	JVal v = r->json, by = JGET(v, "author");
	*out = (Conversation){ .b = base_of(r) };
	out->encounter = ref_id(ref_text(JGET(v, "encounter"), a), S("Encounter"));
	out->questionnaire = JSTR(v, "questionnaire", a);
	out->completed = json_str_is(JGET(v, "status"), S("completed")) || json_str_is(JGET(v, "status"), S("amended"));
	out->led_by = ref_text(by, a);
	out->led_by_name = ref_display(by, a);
	out->at = moment_of(JGET(v, "authored"), a);
	if (!out->at)
		out->at = r->updated;
	out->answers = answers_from(a, v, question_index, conversation_question_count, &out->n_answers);
}

const Conversation *dossier_conversation(const Dossier *d, Str id)
{
	for (size_t i = 0; i < d->n_conversations; i++)
		if (str_eq(d->conversations[i].b.id, id))
			return &d->conversations[i];
	return NULL;
}

const Answer *conversation_answer_of(const Conversation *c, Str question)
{
	for (size_t i = 0; i < c->n_answers; i++)
		if (str_eq(c->answers[i].link_id, question))
			return &c->answers[i];
	return NULL;
}

static Str encounter_text(Arena *a, const Dossier *d, const ConversationInput *in, Str now)
{
	Actor me = actor_of(d);
	Edit c = edit_new(a, (JVal){ NULL, NULL }, FT_NONE);
	edit_str(&c, S("system"), S("http://terminology.hl7.org/CodeSystem/v3-ActCode"));
	edit_str(&c, S("code"), in->at_home ? S("HH") : S("VR"));
	Edit e = edit_new(a, (JVal){ NULL, NULL }, FT_ENCOUNTER);
	edit_str(&e, S("status"), S("in-progress"));
	edit_json(&e, S("class"), edit_text(&c));
	/* Makes it part of the story for the rules of access. */
	edit_json(&e, S("type"), json_list1(a, json_concept(a, S(CS_ "encounter"), S("conversation"), STR_END)));
	edit_json(&e, S("subject"), json_ref(a, person_ref(d), d->person.name));
	edit_json(&e, S("period"), json_period(a, now, STR_END));
	if (str_starts(me.ref, S("Practitioner")) || str_starts(me.ref, S("RelatedPerson"))) {
		Edit p = edit_new(a, (JVal){ NULL, NULL }, FT_NONE);
		edit_json(&p, S("individual"), json_ref(a, me.ref, me.name));
		edit_json(&e, S("participant"), json_list1(a, edit_text(&p)));
	}
	return edit_text(&e);
}

Err conversation_start(Visit *v, const Dossier *d, const ConversationInput *in, FieldIssues *is, Str *id)
{
	Arena *a = visit_arena(v);
	if ((unsigned)in->how > CONV_BY_PROFESSIONAL)
		return issue_add(is, S("how"), PROBLEM_UNKNOWN);
	Str now = time_instant(a, time_now()), encounter = STR_END;
	Actor me = actor_of(d);
	TRY(put_new(v, is, encounter_text(a, d, in, now), &encounter));
	Edit e = edit_new(a, (JVal){ NULL, NULL }, FT_QUESTIONNAIRERESPONSE);
	edit_profile(&e, S("samendoel-conversation"));
	edit_str(&e, S("questionnaire"), S(Q_CONVERSATION));
	edit_str(&e, S("status"), S("in-progress"));
	edit_json(&e, S("subject"), json_ref(a, person_ref(d), d->person.name));
	edit_json(&e, S("encounter"), json_ref(a, arena_join(a, S("Encounter/"), encounter, STR_END), STR_END));
	edit_str(&e, S("authored"), now);
	Str author = in->how == CONV_ALONE || !me.ref.n ? json_ref(a, person_ref(d), d->person.name)
	                                                : json_ref(a, me.ref, me.name);
	edit_json(&e, S("author"), author);
	if (in->how != CONV_BY_PROFESSIONAL)
		edit_json(&e, S("source"), json_ref(a, person_ref(d), d->person.name));
	return put_new(v, is, edit_text(&e), id);
}

/* One answer anew: text and marks. */
static Err answer_put(Visit *v, const Conversation *c, const Answer *answer, int32_t version, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	assert(c && c->b.rec);
	Edit e = edit_new(a, c->b.rec->json, FT_NONE);
	edit_json(&e, S("item"), answers_with(a, c->b.rec->json, answer, 1));
	return put_over(v, is, c->b.rec, version, edit_text(&e), NULL);
}

Err conversation_answer(Visit *v, const Dossier *d, Str id, Str question, Str text, int32_t version, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const Conversation *c = dossier_conversation(d, id);
	ptrdiff_t q = question_index(question);
	if (!c)
		(void)issue_add(is, S("id"), PROBLEM_UNKNOWN);
	if (q < 0)
		(void)issue_add(is, S("question"), PROBLEM_UNKNOWN);
	size_t max = q >= 0 && conversation_questions[q].kind == ASK_STORY ? 20000 : 8000;
	text = check_text(is, S("answer"), text, max, false);
	if (is->n)
		return ERR_INVALID;
	const Answer *was = conversation_answer_of(c, question);
	if (was ? str_eq(was->text, text) : !text.n)
		return OK;
	Answer now = { .link_id = question, .text = text };
	Str *marks = ARENA_ARRAY(a, Str, was ? was->n_marks + 1 : 1);
	for (size_t i = 0; was && i < was->n_marks; i++)
		if (text.n && str_find(text, was->marks[i]) >= 0)
			marks[now.n_marks++] = was->marks[i];
	now.marks = marks;
	return answer_put(v, c, &now, version, is);
}

/* Marks (add) or unmarks the words in an answer. */
static Err mark(Visit *v, const Dossier *d, Str id, Str question, Str words, bool add, int32_t version, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const Conversation *c = dossier_conversation(d, id);
	const Answer *was = c ? conversation_answer_of(c, question) : NULL;
	if (!was)
		return issue_add(is, c ? S("question") : S("id"), PROBLEM_UNKNOWN);
	words = check_text(is, S("words"), words, 1000, true);
	if (words.n && add && str_find(was->text, words) < 0)
		(void)issue_add(is, S("words"), PROBLEM_UNKNOWN);
	if (is->n)
		return ERR_INVALID;
	Answer now = { .link_id = question, .text = was->text };
	Str *marks = ARENA_ARRAY(a, Str, was->n_marks + 1);
	for (size_t i = 0; i < was->n_marks; i++)
		if (!str_eq(was->marks[i], words))
			marks[now.n_marks++] = was->marks[i];
	bool had = now.n_marks < was->n_marks;
	if (had == add)
		return OK;
	if (add)
		marks[now.n_marks++] = words;
	now.marks = marks;
	return answer_put(v, c, &now, version, is);
}

Err conversation_mark(Visit *v, const Dossier *d, Str id, Str question, Str words, int32_t version, FieldIssues *is)
{
	return mark(v, d, id, question, words, true, version, is);
}

Err conversation_unmark(Visit *v, const Dossier *d, Str id, Str question, Str words, int32_t version, FieldIssues *is)
{
	return mark(v, d, id, question, words, false, version, is);
}

Err conversation_finish(Visit *v, const Dossier *d, Str id, int32_t version, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const Conversation *c = dossier_conversation(d, id);
	if (!c)
		return issue_add(is, S("id"), PROBLEM_UNKNOWN);
	if (!c->n_answers)
		return issue_add(is, S("answers"), PROBLEM_EMPTY);
	if (c->completed)
		return OK;
	const Rec *enc = dossier_rec(d, FT_ENCOUNTER, c->encounter);
	if (enc) {
		Edit p = edit_new(a, JGET(enc->json, "period"), FT_NONE);
		edit_str(&p, S("end"), time_instant(a, time_now()));
		Edit e = edit_new(a, enc->json, FT_NONE);
		edit_str(&e, S("status"), S("finished"));
		edit_json(&e, S("period"), edit_text(&p));
		TRY(put_over(v, is, enc, 0, edit_text(&e), NULL));
	}
	Edit e = edit_new(a, c->b.rec->json, FT_NONE);
	edit_str(&e, S("status"), S("completed"));
	return put_over(v, is, c->b.rec, version, edit_text(&e), NULL);
}

static bool is_life_goal(const Dossier *d, Str words)
{
	for (size_t i = 0; i < d->n_life_goals; i++)
		if (str_eq(d->life_goals[i].words, words))
			return true;
	return false;
}

MarkedWords *conversation_marked(const Dossier *d, size_t *n)
{
	size_t room = 0;
	for (size_t i = 0; i < d->n_conversations; i++)
		for (size_t k = 0; k < d->conversations[i].n_answers; k++)
			room += d->conversations[i].answers[k].n_marks;
	MarkedWords *list = ARENA_ARRAY(visit_arena(d->visit), MarkedWords, room + 1);
	*n = 0;
	for (size_t i = 0; i < d->n_conversations; i++) {
		const Conversation *c = &d->conversations[i];
		for (size_t k = 0; k < c->n_answers; k++)
			for (size_t m = 0; m < c->answers[k].n_marks; m++)
				if (!is_life_goal(d, c->answers[k].marks[m]))
					list[(*n)++] =
					    (MarkedWords){ c->answers[k].marks[m], c->b.id, c->answers[k].link_id };
	}
	return list;
}
