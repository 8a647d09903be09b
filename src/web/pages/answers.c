/* All answers of one conversation: read back, change, mark words that matter, make a life goal of them, finish. */
#include "care/life_goal.h"
#include "web/pages/conversation.h"

/* The text with its marked words between <mark>. */
static void marked_text(Html *h, const Answer *a)
{
	Str rest = a->text;
	while (rest.n) {
		ptrdiff_t first = -1;
		size_t len = 0;
		for (size_t i = 0; i < a->n_marks; i++) {
			ptrdiff_t at = str_find(rest, a->marks[i]);
			if (a->marks[i].n && at >= 0 &&
			    (first < 0 || at < first || (at == first && a->marks[i].n > len))) {
				first = at;
				len = a->marks[i].n;
			}
		}
		if (first < 0)
			break;
		h_lines(h, str_upto(rest, (size_t)first));
		H(h, "<mark class=\"sd-mark\">");
		h_lines(h, str_upto(str_from(rest, (size_t)first), len));
		H(h, "</mark>");
		rest = str_from(rest, (size_t)first + len);
	}
	h_lines(h, rest);
}

static bool is_marked(const Answer *a, Str words)
{
	for (size_t i = 0; i < a->n_marks; i++)
		if (str_eq(a->marks[i], words))
			return true;
	return false;
}

/* Cuts the next sentence off a text: up to . ! ? or a line's end. */
static Str next_sentence(Str *rest)
{
	size_t n = 0;
	while (n < rest->n && rest->p[n] != '\n' &&
	       !((rest->p[n] == '.' || rest->p[n] == '!' || rest->p[n] == '?') &&
	         (n + 1 == rest->n || rest->p[n + 1] == ' ' || rest->p[n + 1] == '\n')))
		n++;
	Str s = str_trim(str_upto(*rest, n < rest->n && rest->p[n] != '\n' ? n + 1 : n));
	*rest = str_from(*rest, n + 1);
	return s;
}

/* Without a mouse and without scripts: each sentence is a button; other words can be typed. */
static void mark_form(Ctx *c, Html *h, const Conversation *k, const Answer *a)
{
	Str rest = a->text;
	h_details_begin(h, MSG_conversation_mark);
	h_hint(h, MSG_conversation_mark_hint);
	form_begin(c, h, STR_END);
	form_version(h, k->b.version);
	form_hidden(h, S("question"), a->link_id);
	for (int i = 0; rest.n && i < 30; i++) {
		Str s = next_sentence(&rest);
		if (s.n < 3 || s.n > 1000 || is_marked(a, s))
			continue;
		H(h, "<button class=\"sd-sentence\" name=\"mark\" value=\"");
		h_attr(h, s);
		H(h, "\">");
		h_text(h, s);
		H(h, "</button> ");
	}
	form_end(h);
	form_begin(c, h, STR_END);
	form_version(h, k->b.version);
	form_hidden(h, S("question"), a->link_id);
	Str id = arena_join(c->arena, S("mark-"), a->link_id, STR_END);
	H(h, "<div class=\"govuk-form-group\"><label class=\"govuk-label\" for=\"");
	h_attr(h, id);
	H(h, "\">");
	h_msg(h, MSG_conversation_mark_words);
	H(h, "</label><input class=\"govuk-input\" type=\"text\" maxlength=\"1000\" name=\"mark\" id=\"");
	h_attr(h, id);
	H(h, "\"></div>");
	h_button_named(h, MSG_conversation_mark_do, S("do"), S("mark"), true);
	form_end(h);
	h_details_end(h);
}

static const LifeGoal *goal_of(const Dossier *d, const Conversation *k, Str words)
{
	for (size_t i = 0; i < d->n_life_goals; i++)
		if (str_eq(d->life_goals[i].conversation, k->b.id) && str_eq(d->life_goals[i].words, words))
			return &d->life_goals[i];
	return NULL;
}

static void marks(Ctx *c, Html *h, const Dossier *d, const Conversation *k, const Answer *a)
{
	for (size_t i = 0; i < a->n_marks; i++) {
		const LifeGoal *g = goal_of(d, k, a->marks[i]);
		H(h, "<div class=\"sd-marked\"><p class=\"sd-quote\">“");
		h_text(h, a->marks[i]);
		H(h, "”</p>");
		if (g) {
			H(h, "<p class=\"govuk-body sd-tight\">");
			h_link(h, person_path(c, arena_join(c->arena, S("levensdoelen/"), g->b.id, STR_END)),
			       MSG_conversation_is_goal);
			H(h, "</p>");
		} else if (c->relation.write >> CAT_GOALS & 1) {
			form_begin(c, h, STR_END);
			form_version(h, k->b.version);
			form_hidden(h, S("question"), a->link_id);
			form_hidden(h, S("words"), a->marks[i]);
			buttons_begin(h);
			h_button_named(h, MSG_conversation_make_goal, S("do"), S("goal"), false);
			h_button_named(h, MSG_conversation_unmark, S("do"), S("unmark"), true);
			buttons_end(h);
			form_end(h);
		}
		H(h, "</div>");
	}
}

static void answers(Ctx *c, Html *h, const Dossier *d, const Conversation *k)
{
	bool write = conversation_may_write(c);
	for (size_t i = 0; i < conversation_question_count; i++) {
		const Question *q = &conversation_questions[i];
		const Answer *a = conversation_answer_of(k, q->id);
		if ((!a || !a->text.n) && !write)
			continue;
		H(h, "<section class=\"sd-answer\" data-answer=\"");
		h_attr(h, q->id);
		H(h, "\"><h2 class=\"govuk-heading-s sd-tight\">");
		h_msg(h, msg_code(S("conversation.q."), q->id));
		H(h, "</h2><p class=\"govuk-body sd-words\"");
		if (write && a && a->text.n) {
			H(h, " data-mark-source=\"mark-");
			h_attr(h, q->id);
			H(h, "\"");
		}
		H(h, ">");
		if (a && a->text.n)
			marked_text(h, a);
		else
			h_msg(h, MSG_conversation_skipped);
		H(h, "</p>");
		if (write) {
			H(h, "<p class=\"govuk-body sd-tight\"><a class=\"govuk-link\" href=\"");
			h_attr(h, conversation_path(c, k->b.id, q->id));
			H(h, "\">");
			h_msg(h, MSG_common_change);
			H(h, "<span class=\"govuk-visually-hidden\"> – ");
			h_msg(h, msg_code(S("conversation.q."), q->id));
			H(h, "</span></a></p>");
		}
		if (a && a->text.n) {
			marks(c, h, d, k, a);
			if (write)
				mark_form(c, h, k, a);
		}
		H(h, "</section>");
	}
}

static Reply page(Ctx *c, const Dossier *d, const Conversation *k, const Errors *e)
{
	Html h = page_begin(c, &(Layout){ .title = MSG_conversation_read_back,
	                                  .tab = TAB_PLAN,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = person_path(c, S("gesprek")) });
	H(&h, "<p class=\"govuk-body-l\">");
	h_msg2(&h, MSG_conversation_when_who, datetime_text(c->arena, c->lang, k->at),
	       k->led_by_name.n ? k->led_by_name : d->person.name);
	H(&h, "</p>");
	if (conversation_may_write(c))
		h_paragraph(&h, MSG_conversation_read_back_lead);
	answers(c, &h, d, k);
	if (!k->completed && conversation_may_write(c)) {
		form_begin(c, &h, STR_END);
		form_version(&h, k->b.version);
		h_button_named(&h, MSG_conversation_finish, S("do"), S("finish"), false);
		form_end(&h);
	} else if (k->completed) {
		h_button_link(&h, person_path(c, S("levensdoelen")), MSG_conversation_to_goals, false);
	}
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	const Conversation *k = e == OK ? dossier_conversation(&d, c->id) : NULL;
	return k ? page(c, &d, k, NULL) : page_error(c, e != OK ? e : ERR_NOT_FOUND);
}

static Err make_goal(Ctx *c, const Dossier *d, const Conversation *k, FieldIssues *issues, Str *id)
{
	LifeGoalInput in = { .words = str_trim(req_form(c->req, S("words"))),
		             .domain = DOM_NONE,
		             .state = LG_ACTIVE,
		             .conversation = k->b.id };
	return life_goal_save(c->visit, d, &in, issues, id);
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	const Conversation *k = e == OK ? dossier_conversation(&d, c->id) : NULL;
	if (!k)
		return page_error(c, e != OK ? e : ERR_NOT_FOUND);
	Str what = req_form(c->req, S("do")), question = req_form(c->req, S("question")),
	    here = conversation_path(c, k->b.id, STR_END), goal;
	int32_t version = form_int(c, S("version"), 0);
	Msg done = MSG_conversation_marked;
	if (str_eq(what, S("finish"))) {
		e = conversation_finish(c->visit, &d, k->b.id, version, &issues);
		done = MSG_conversation_finished;
	} else if (str_eq(what, S("goal"))) {
		e = make_goal(c, &d, k, &issues, &goal);
		done = MSG_life_goal_saved;
		here = e == OK ? person_path(c, arena_join(c->arena, S("levensdoelen/"), goal, STR_END)) : here;
	} else if (str_eq(what, S("unmark"))) {
		e = conversation_unmark(c->visit, &d, k->b.id, question, req_form(c->req, S("words")), version,
		                        &issues);
		done = MSG_conversation_unmarked;
	} else {
		e = conversation_mark(c->visit, &d, k->b.id, question, str_trim(req_form(c->req, S("mark"))), version,
		                      &issues);
	}
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return page(c, &d, k, &errors);
	}
	return e == OK ? saved(c, here, done) : page_error(c, e);
}

const Page page_answers = {
	.path = S_INIT("/persoon/{person}/gesprek/{id}"),
	.title = MSG_conversation_read_back,
	.need = NEED_PERSON,
	.category = 1u << CAT_STORY,
	.get = get,
	.post = post,
};
