/* The team: who works along, what each adds, and who stands around the person. */
#include "web/pages/team.h"
#include "web/page.h"

static void member_facts(Ctx *c, Html *h, const Member *m)
{
	H(h, "<p class=\"govuk-body sd-tight\">");
	if (str_starts(m->ref, S("Patient/")))
		h_msg(h, MSG_owner_kind_person);
	else
		h_text(h, m->role_text);
	if (m->organisation.n) {
		H(h, " · ");
		h_text(h, m->organisation);
	}
	if (m->from.n) {
		H(h, " · ");
		h_msg1(h, MSG_common_since, fhir_date_text(c->arena, c->lang, m->from));
	}
	H(h, "</p><p class=\"govuk-body sd-tight\">");
	if (m->coordinator)
		h_tag(h, MSG_team_coordinator, S("green"));
	h_tag(h, m->secrecy ? MSG_team_secrecy : MSG_team_no_secrecy, m->secrecy ? S("blue") : S("grey"));
	H(h, "</p>");
	if (m->tasks.n) {
		H(h, "<p class=\"govuk-body sd-tight\"><span class=\"govuk-!-font-weight-bold\">");
		h_msg(h, MSG_team_adds);
		H(h, ":</span> ");
		h_text(h, m->tasks);
		H(h, "</p>");
	}
	if (m->reach.n) {
		H(h, "<p class=\"govuk-body sd-tight\"><span class=\"govuk-!-font-weight-bold\">");
		h_msg(h, MSG_team_reach);
		H(h, ":</span> ");
		h_text(h, m->reach);
		H(h, "</p>");
	}
}

static void member_card(Ctx *c, Html *h, const Dossier *d, const Member *m)
{
	size_t open = 0;
	for (size_t i = 0; i < d->n_actions; i++)
		open += str_eq(d->actions[i].owner, m->ref) && d->actions[i].state < ACT_DONE;
	H(h, "<li class=\"sd-card\"><h3 class=\"govuk-heading-s sd-tight\">");
	h_text(h, m->name);
	H(h, "</h3>");
	member_facts(c, h, m);
	if (open) {
		H(h, "<p class=\"govuk-body sd-tight\">");
		h_count(h, MSG_team_open_one, MSG_team_open_many, (int64_t)open);
		H(h, "</p>");
	}
	if (team_may_write(c)) {
		Str at = person_path(c, arena_join(c->arena, S("team/"), team_segment(c, m->ref), STR_END));
		H(h, "<p class=\"govuk-body sd-actions\">");
		team_named_link(c, h, at, MSG_team_change, m->name);
		team_named_link(c, h, arena_join(c->arena, at, S("/einde"), STR_END), MSG_team_end, m->name);
		H(h, "</p>");
	}
	H(h, "</li>");
}

static void members(Ctx *c, Html *h, const Dossier *d)
{
	size_t active = 0;
	h_heading(h, 2, MSG_team_members);
	for (size_t i = 0; i < d->team.n_members; i++)
		active += d->team.members[i].active;
	if (!active) {
		h_paragraph(h, MSG_team_none);
	} else {
		H(h, "<ul class=\"sd-cards\">");
		for (int coordinator = 1; coordinator >= 0; coordinator--)
			for (size_t i = 0; i < d->team.n_members; i++)
				if (d->team.members[i].active && d->team.members[i].coordinator == coordinator)
					member_card(c, h, d, &d->team.members[i]);
		H(h, "</ul>");
	}
	if (team_may_write(c))
		h_button_link(h, person_path(c, S("team/nieuw")), MSG_team_add, true);
}

static void relative_card(Ctx *c, Html *h, const Relative *r)
{
	H(h, "<li class=\"sd-card\"><h3 class=\"govuk-heading-s sd-tight\">");
	h_text(h, r->name);
	H(h, "</h3><p class=\"govuk-body sd-tight\">");
	h_text(h, r->relationship);
	if (r->phone.n) {
		H(h, " · ");
		h_text(h, r->phone);
	}
	H(h, "</p><p class=\"govuk-body sd-tight\">");
	if (r->carer)
		h_tag(h, MSG_relative_carer, S("green"));
	if (r->confidant)
		h_tag(h, MSG_relative_confidant, S("purple"));
	if (r->representative)
		h_tag(h, MSG_relative_representative, S("purple"));
	if (r->volunteer)
		h_tag(h, MSG_relative_volunteer, S("turquoise"));
	H(h, "</p>");
	if (team_may_write(c)) {
		H(h, "<p class=\"govuk-body sd-actions\">");
		team_named_link(c, h, person_path(c, arena_join(c->arena, S("naaste/"), r->b.id, STR_END)),
		                MSG_team_change, r->name);
		H(h, "</p>");
	}
	H(h, "</li>");
}

static void relatives(Ctx *c, Html *h, const Dossier *d)
{
	size_t active = 0;
	H(h, "<h2 class=\"govuk-heading-m govuk-!-margin-top-7\">");
	h_msg(h, MSG_team_around);
	H(h, "</h2>");
	for (size_t i = 0; i < d->n_relatives; i++)
		active += d->relatives[i].active;
	if (!active) {
		h_paragraph(h, MSG_team_around_none);
	} else {
		H(h, "<ul class=\"sd-cards\">");
		for (size_t i = 0; i < d->n_relatives; i++)
			if (d->relatives[i].active)
				relative_card(c, h, &d->relatives[i]);
		H(h, "</ul>");
	}
	if (team_may_write(c))
		h_button_link(h, person_path(c, S("naaste/nieuw")), MSG_relative_add, true);
}

static void past(Ctx *c, Html *h, const Dossier *d)
{
	bool open = false;
	for (size_t i = 0; i < d->team.n_members; i++) {
		const Member *m = &d->team.members[i];
		if (m->active)
			continue;
		if (!open) {
			h_details_begin(h, MSG_team_past);
			H(h, "<ul class=\"govuk-list\">");
		}
		open = true;
		H(h, "<li>");
		h_text(h, m->name);
		H(h, " – ");
		h_text(h, m->role_text);
		if (m->until.n) {
			H(h, ", ");
			h_msg1(h, MSG_team_until, fhir_date_text(c->arena, c->lang, m->until));
		}
		H(h, "</li>");
	}
	if (open) {
		H(h, "</ul>");
		h_details_end(h);
	}
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	Html h = page_begin(c, &(Layout){ .tab = TAB_TEAM, .dossier = &d, .wide = true });
	H(&h, "<p class=\"govuk-body-l\">");
	h_msg(&h, MSG_team_lead);
	H(&h, "</p><p class=\"govuk-body\">");
	h_link(&h, person_path(c, S("ecogram")), MSG_team_to_ecogram);
	H(&h, "</p>");
	members(c, &h, &d);
	relatives(c, &h, &d);
	past(c, &h, &d);
	return page_end(c, &h, 200);
}

const Page page_team = {
	.path = S_INIT("/persoon/{person}/team"),
	.title = MSG_team_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_NETWORK,
	.get = get,
};
