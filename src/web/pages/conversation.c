/* The exploratory conversation: begin or resume one, and the conversations so far. */
#include "care/conversation.h"
#include "web/icon.h"
#include "web/page.h"
#include "web/pages/conversation.h"

Str conversation_path(Ctx *c, Str id, Str question)
{
	return person_path(c, arena_join(c->arena, S("gesprek/"), id, question.n ? S("/") : S(""),
	                                 question.n ? question : S(""), STR_END));
}

Str conversation_next_open(const Conversation *k)
{
	for (size_t i = 0; i < conversation_question_count; i++) {
		const Answer *a = conversation_answer_of(k, conversation_questions[i].id);
		if (!a || !a->text.n)
			return conversation_questions[i].id;
	}
	return (Str){ NULL, 0 };
}

bool conversation_may_write(const Ctx *c)
{
	return c->relation.write >> CAT_STORY & 1;
}

static void reminders(Ctx *c, Html *h)
{
	if (c->relation.kind != REL_TEAM && c->relation.kind != REL_NEW)
		return;
	h_details_begin(h, MSG_conversation_listening);
	H(h, "<ul class=\"govuk-list govuk-list--bullet\">");
	for (size_t i = 0; i < listening_reminder_count; i++) {
		H(h, "<li>");
		h_msg(h, msg_code(S("conversation.listen."), listening_reminders[i]));
		H(h, "</li>");
	}
	H(h, "</ul>");
	h_details_end(h);
}

static void so_far(Ctx *c, Html *h, const Dossier *d)
{
	if (!d->n_conversations)
		return;
	h_heading(h, 2, MSG_conversation_so_far);
	tasks_begin(h);
	for (size_t i = 0; i < d->n_conversations; i++) {
		const Conversation *k = &d->conversations[i];
		Str next = k->completed ? (Str){ NULL, 0 } : conversation_next_open(k);
		Str args[] = { datetime_text(c->arena, c->lang, k->at) };
		Str name = msg_fill(c->arena, c->lang, MSG_conversation_of, args, 1);
		h_task(h, name, conversation_path(c, k->b.id, conversation_may_write(c) ? next : (Str){ NULL, 0 }),
		       k->led_by_name, k->completed ? MSG_conversation_done : MSG_conversation_busy,
		       k->completed ? S("green") : S("yellow"));
	}
	tasks_end(h);
}

static void start_form(Ctx *c, Html *h, const ConversationInput *in, const Errors *e)
{
	bool self = c->relation.kind == REL_SELF;
	Option how[] = {
		{ S("alone"), msg(c->lang, self ? MSG_conversation_alone_me : MSG_conversation_alone), STR_END,
		  in->how == CONV_ALONE },
		{ S("together"), msg(c->lang, MSG_conversation_together), STR_END, in->how == CONV_TOGETHER },
		{ S("professional"), msg(c->lang, MSG_conversation_by_professional), STR_END,
		  in->how == CONV_BY_PROFESSIONAL },
	};
	Option where[] = {
		{ S("home"), msg(c->lang, MSG_conversation_at_home), STR_END, in->at_home },
		{ S("distance"), msg(c->lang, MSG_conversation_at_distance), STR_END, !in->at_home },
	};
	h_heading(h, 2, MSG_conversation_new);
	form_begin(c, h, STR_END);
	h_radios(h, S("how"), MSG_conversation_how, MSG_NONE, how, self ? 2 : 3, e, false);
	h_radios(h, S("where"), MSG_conversation_where, MSG_NONE, where, 2, e, false);
	h_button(h, MSG_conversation_begin);
	form_end(h);
}

static Reply page(Ctx *c, const Dossier *d, const ConversationInput *in, const Errors *e)
{
	Html h = page_begin(c, &(Layout){ .tab = TAB_PLAN, .dossier = d, .errors = e, .back = person_path(c, S("")) });
	H(&h, "<p class=\"govuk-body-l\">");
	h_msg(&h, MSG_conversation_lead);
	H(&h, "</p>");
	h_paragraph(&h, MSG_conversation_lead_2);
	reminders(c, &h);
	so_far(c, &h, d);
	if (conversation_may_write(c))
		start_form(c, &h, in, e);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	ConversationInput in = { .how = c->relation.kind == REL_SELF ? CONV_ALONE : CONV_TOGETHER, .at_home = true };
	return page(c, &d, &in, NULL);
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	Str how = req_form(c->req, S("how")), id;
	ConversationInput in = { .how = str_eq(how, S("alone"))          ? CONV_ALONE
		                        : str_eq(how, S("professional")) ? CONV_BY_PROFESSIONAL
		                                                         : CONV_TOGETHER,
		                 .at_home = !str_eq(req_form(c->req, S("where")), S("distance")) };
	e = conversation_start(c->visit, &d, &in, &issues, &id);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return page(c, &d, &in, &errors);
	}
	return e == OK ? saved(c, conversation_path(c, id, conversation_questions[0].id), MSG_NONE) : page_error(c, e);
}

const Page page_conversation = {
	.path = S_INIT("/persoon/{person}/gesprek"),
	.title = MSG_conversation_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_STORY,
	.get = get,
	.post = post,
};
