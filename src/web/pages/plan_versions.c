/* Agreed versions: the list, and one of them exactly as it was agreed. */
#include "web/pages/plan.h"

static Str version_path(Ctx *c, int number)
{
	return plan_at(c, arena_printf(c->arena, "plan/versies/%d", number));
}

static void version_card(Ctx *c, Html *h, const Dossier *d, size_t i)
{
	const PlanVersion *p = &d->versions[i];
	Str nr = arena_printf(c->arena, "%d", p->number);
	H(h, "<article class=\"sd-card\"><h2 class=\"sd-card__title\"><a class=\"govuk-link\" href=\"");
	h_attr(h, version_path(c, p->number));
	H(h, "\">");
	h_msg1(h, MSG_plan_version_nr, nr);
	H(h, "</a></h2>");
	H(h, "<p class=\"govuk-body\">");
	h_msg2(h, MSG_plan_agreed_on, datetime_text(c->arena, c->lang, p->agreed_at), p->agreed_by_name);
	H(h, " ");
	if (i == 0 && d->plan.state != PLAN_CLOSED)
		h_tag(h, MSG_plan_in_force, S("green"));
	H(h, "</p>");
	if (p->words.n)
		h_quote(h, p->words, p->agreed_by_name);
	H(h, "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"");
	h_attr(h, plan_at(c, arena_printf(c->arena, "plan/vergelijk?van=%d&tot=nu", p->number)));
	H(h, "\">");
	h_msg(h, MSG_plan_compare_now);
	H(h, "<span class=\"govuk-visually-hidden\"> – ");
	h_msg1(h, MSG_plan_version_nr, nr);
	H(h, "</span></a>");
	if (i + 1 < d->n_versions) {
		H(h, "<br><a class=\"govuk-link\" href=\"");
		h_attr(h, plan_at(c, arena_printf(c->arena, "plan/vergelijk?van=%d&tot=%d", d->versions[i + 1].number,
		                                  p->number)));
		H(h, "\">");
		h_msg1(h, MSG_plan_compare_before, arena_printf(c->arena, "%d", d->versions[i + 1].number));
		H(h, "</a>");
	}
	H(h, "</p>");
	H(h, "</article>");
}

static Reply get_list(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (e != OK)
		return page_error(c, e);
	Html h = page_begin(c, &(Layout){ .tab = TAB_PLAN, .dossier = &d, .back = plan_at(c, S("plan")) });
	PlanView v = { c, &d, true, false };
	plan_words(&h, &v);
	h_paragraph(&h, MSG_plan_versions_lead);
	for (size_t i = 0; i < d.n_versions; i++)
		version_card(c, &h, &d, i);
	if (!d.n_versions)
		h_empty(&h, MSG_plan_no_versions, plan_at(c, S("plan")), MSG_plan_to_plan);
	return page_end(c, &h, 200);
}

static Reply get_one(Ctx *c)
{
	Dossier now, d;
	int64_t number = 0;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &now);
	if (e == OK)
		e = str_int(c->id, &number) && number > 0 && number < 100000 ? plan_version_open(&now, (int)number, &d)
		                                                             : ERR_NOT_FOUND;
	const PlanVersion *p = e == OK ? dossier_version(&now, (int)number) : NULL;
	if (!p)
		return page_error(c, e != OK ? e : ERR_NOT_FOUND);
	Str nr = arena_printf(c->arena, "%d", p->number);
	Html h = page_begin(c, &(Layout){ .title = MSG_plan_version_of,
	                                  .title_arg = nr,
	                                  .tab = TAB_PLAN,
	                                  .dossier = &now,
	                                  .back = plan_at(c, S("plan/versies")) });
	PlanView v = { c, &d, false, false };
	H(&h, "<div class=\"govuk-inset-text\">");
	h_msg2(&h, MSG_plan_agreed_on, datetime_text(c->arena, c->lang, p->agreed_at), p->agreed_by_name);
	H(&h, " ");
	h_msg(&h, MSG_plan_frozen);
	H(&h, "</div>");
	if (p->words.n)
		h_quote(&h, p->words, p->agreed_by_name);
	H(&h, "<h2 class=\"govuk-heading-l\">");
	h_text(&h, d.plan.title);
	H(&h, "</h2>");
	plan_words(&h, &v);
	h_heading(&h, 2, MSG_plan_together);
	plan_goals(&h, &v);
	if (d.plan.n_agreements)
		h_heading(&h, 2, MSG_plan_agreements);
	plan_agreements(&h, &v);
	h_heading(&h, 2, MSG_plan_frame);
	plan_frame(&h, &v);
	H(&h, "<ul class=\"govuk-list govuk-list--spaced sd-no-print\"><li>");
	h_link(&h, plan_at(c, arena_join(c->arena, S("plan/vergelijk?van="), nr, S("&tot=nu"), STR_END)),
	       MSG_plan_compare_now);
	H(&h, "</li><li>");
	h_link(&h, plan_at(c, arena_join(c->arena, S("plan/afdruk?versie="), nr, STR_END)), MSG_plan_link_print);
	H(&h, "</li><li>");
	h_link(&h, plan_at(c, arena_join(c->arena, S("plan/plan.pdf?soort=persoon&versie="), nr, STR_END)),
	       MSG_plan_link_pdf);
	H(&h, "</li></ul>");
	return page_end(c, &h, 200);
}

const Page page_plan_versions = {
	.path = S_INIT("/persoon/{person}/plan/versies"),
	.title = MSG_plan_versions_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get_list,
};
const Page page_plan_version = {
	.path = S_INIT("/persoon/{person}/plan/versies/{id}"),
	.title = MSG_plan_versions_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get_one,
};
