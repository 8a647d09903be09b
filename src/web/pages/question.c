/* One question of the conversation a page: answer, skip, go back, or save for later. Every step keeps what was written.
 */
#include "web/pages/conversation.h"

static Reply form(Ctx *c, const Dossier *d, const Conversation *k, size_t i, Str text, int32_t version, const Errors *e)
{
	const Question *q = &conversation_questions[i];
	Str back = i ? conversation_path(c, k->b.id, conversation_questions[i - 1].id) : person_path(c, S("gesprek"));
	Msg question = msg_code(S("conversation.q."), q->id);
	Html h = page_begin(
	    c,
	    &(Layout){
	        .title = question, .tab = TAB_PLAN, .dossier = d, .errors = e, .back = back, .heading_in_body = true });
	H(&h, "<p class=\"govuk-caption-l\">");
	h_msg2(&h, MSG_conversation_step, arena_printf(c->arena, "%zu", i + 1),
	       arena_printf(c->arena, "%zu", conversation_question_count));
	H(&h, "</p>");
	form_begin(c, &h, STR_END);
	form_version(&h, version);
	h_field(&h, &(Field){ .name = S("answer"),
	                      .value = text,
	                      .label = question,
	                      .hint = msg_code(S("conversation.hint."), q->id),
	                      .errors = e,
	                      .rows = q->kind == ASK_STORY ? 12 : 6,
	                      .max = q->kind == ASK_STORY ? 20000 : 5000,
	                      .heading = true });
	if (c->relation.kind == REL_TEAM && listening_reminder_count) {
		H(&h, "<p class=\"govuk-inset-text\">");
		h_msg(&h, msg_code(S("conversation.listen."), listening_reminders[i % listening_reminder_count]));
		H(&h, "</p>");
	}
	buttons_begin(&h);
	h_button_named(&h, MSG_common_continue, S("next"), S("1"), false);
	h_button_named(&h, MSG_common_save_later, S("later"), S("1"), true);
	H(&h, "<a class=\"govuk-link\" href=\"");
	h_attr(&h, i + 1 < conversation_question_count ? conversation_path(c, k->b.id, conversation_questions[i + 1].id)
	                                               : conversation_path(c, k->b.id, STR_END));
	H(&h, "\">");
	h_msg(&h, MSG_conversation_skip);
	H(&h, "</a>");
	buttons_end(&h);
	form_end(&h);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	ptrdiff_t i = question_index(c->id2);
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	const Conversation *k = e == OK ? dossier_conversation(&d, c->id) : NULL;
	if (!k || i < 0)
		return page_error(c, e != OK ? e : ERR_NOT_FOUND);
	if (!conversation_may_write(c))
		return reply_redirect(c->arena, conversation_path(c, k->b.id, STR_END));
	const Answer *a = conversation_answer_of(k, c->id2);
	return form(c, &d, k, (size_t)i, a ? a->text : S(""), k->b.version, NULL);
}

static Str after(Ctx *c, const Conversation *k, size_t i)
{
	if (form_checked(c, S("later"), S("1")))
		return person_path(c, S("gesprek"));
	return conversation_path(
	    c, k->b.id, i + 1 < conversation_question_count ? conversation_questions[i + 1].id : (Str){ NULL, 0 });
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	ptrdiff_t i = question_index(c->id2);
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	const Conversation *k = e == OK ? dossier_conversation(&d, c->id) : NULL;
	if (!k || i < 0)
		return page_error(c, e != OK ? e : ERR_NOT_FOUND);
	Str text = str_trim(req_form(c->req, S("answer"))), to = after(c, k, (size_t)i);
	const Answer *a = conversation_answer_of(k, c->id2);
	int32_t version = form_int(c, S("version"), 0);
	if (str_eq(text, a ? a->text : S("")))
		return reply_redirect(c->arena, to);
	e = conversation_answer(c->visit, &d, k->b.id, c->id2, text, version, &issues);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return form(c, &d, k, (size_t)i, text, version, &errors);
	}
	if (e != OK)
		return page_error(c, e);
	return saved(c, to, form_checked(c, S("later"), S("1")) ? MSG_conversation_kept : MSG_NONE);
}

const Page page_question = {
	.path = S_INIT("/persoon/{person}/gesprek/{id}/{id2}"),
	.title = MSG_conversation_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_STORY,
	.get = get,
	.post = post,
};
