/* The ecogram: the network as a drawing and as a list, what it says at a glance, and each tie by a plain form. */
#include "care/relative.h"
#include "care/team.h"
#include "web/pages/team.h"
#include "web/svg.h"

/* "Practical help: 3 people, 1 of them not a professional" – and what is missing. */
static void glance(Html *h, const Network *net)
{
	static const Msg kinds[] = { MSG_eco_support_1, MSG_eco_support_2, MSG_eco_support_3, MSG_eco_support_4 };
	H(h, "<h2 class=\"govuk-heading-m\">");
	h_msg(h, MSG_eco_glance);
	H(h, "</h2><ul class=\"govuk-list govuk-list--bullet\"><li>");
	h_count(h, MSG_eco_size_one, MSG_eco_size_many, (int64_t)net->n_nodes);
	H(h, "</li>");
	for (int k = 0; k < SUPPORT_KINDS; k++) {
		H(h, "<li>");
		h_msg(h, kinds[k]);
		H(h, ": ");
		if (!net->support[k])
			h_msg(h, MSG_eco_missing);
		else if (!net->informal_support[k])
			h_msg(h, MSG_eco_only_professional);
		else
			h_count(h, MSG_eco_gives_one, MSG_eco_gives_many, (int64_t)net->support[k]);
		H(h, "</li>");
	}
	if (net->strained) {
		H(h, "<li>");
		h_count(h, MSG_eco_strained_one, MSG_eco_strained_many, (int64_t)net->strained);
		H(h, "</li>");
	}
	for (size_t i = 0; i < net->n_overloaded; i++) {
		H(h, "<li>");
		h_msg1(h, MSG_eco_overloaded, net->overloaded[i]->name);
		H(h, "</li>");
	}
	H(h, "</ul>");
}

static Str edit_path(Ctx *c, const NetworkNode *n)
{
	if (str_starts(n->ref, S("RelatedPerson/")))
		return person_path(c, arena_join(c->arena, S("naaste/"), str_from(n->ref, 14), STR_END));
	return person_path(c, arena_join(c->arena, S("ecogram/"), team_segment(c, n->ref), STR_END));
}

static void list(Ctx *c, Html *h, const Network *net)
{
	if (!team_may_write(c))
		return;
	H(h, "<h2 class=\"govuk-heading-m\">");
	h_msg(h, MSG_eco_edit);
	H(h, "</h2><ul class=\"govuk-list govuk-list--spaced\">");
	for (size_t i = 0; i < net->n_nodes; i++) {
		const NetworkNode *n = &net->nodes[i];
		H(h, "<li>");
		h_text(h, n->name);
		if (n->label.n) {
			H(h, " – ");
			h_text(h, n->label);
		}
		H(h, " ");
		team_named_link(c, h, edit_path(c, n), MSG_common_change, n->name);
		H(h, "</li>");
	}
	H(h, "</ul>");
	h_button_link(h, person_path(c, S("naaste/nieuw")), MSG_relative_add, true);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Network net;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	network_of(&d, &net);
	Html h =
	    page_begin(c, &(Layout){ .tab = TAB_TEAM, .dossier = &d, .back = person_path(c, S("team")), .wide = true });
	if (!net.n_nodes) {
		h_empty(&h, MSG_eco_empty, team_may_write(c) ? person_path(c, S("naaste/nieuw")) : STR_END,
		        MSG_relative_add);
		return page_end(c, &h, 200);
	}
	H(&h, "<div class=\"govuk-grid-row\"><div class=\"govuk-grid-column-one-half\">");
	glance(&h, &net);
	H(&h, "</div><div class=\"govuk-grid-column-one-half\">");
	svg_ecogram(&h, &d, &net);
	H(&h, "</div></div>");
	list(c, &h, &net);
	return page_end(c, &h, 200);
}

static Reply tie_form(Ctx *c, const Dossier *d, const Member *m, const Tie *t, int32_t version, const Errors *e)
{
	Html h = page_begin(c, &(Layout){ .title = MSG_tie_title,
	                                  .title_arg = m->name,
	                                  .tab = TAB_TEAM,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = person_path(c, S("ecogram")) });
	form_begin(c, &h, STR_END);
	form_version(&h, version);
	tie_fields(c, &h, t, e);
	h_button(&h, MSG_common_save);
	form_end(&h);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get_tie(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	const Member *m = dossier_member(&d, team_ref(c, c->id));
	return m ? tie_form(c, &d, m, &m->tie, d.team.b.version, NULL) : page_error(c, ERR_NOT_FOUND);
}

static Reply post_tie(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	const Member *m = dossier_member(&d, team_ref(c, c->id));
	if (!m)
		return page_error(c, ERR_NOT_FOUND);
	Tie t = tie_from_form(c);
	int32_t version = form_int(c, S("version"), 0);
	e = team_tie(c->visit, &d, m->ref, &t, version, &issues);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return tie_form(c, &d, m, &t, version, &errors);
	}
	return e == OK ? saved(c, person_path(c, S("ecogram")), MSG_tie_saved) : page_error(c, e);
}

const Page page_ecogram = {
	.path = S_INIT("/persoon/{person}/ecogram"),
	.title = MSG_eco_page,
	.need = NEED_PERSON,
	.category = 1u << CAT_NETWORK,
	.get = get,
};
const Page page_ecogram_tie = {
	.path = S_INIT("/persoon/{person}/ecogram/{id}"),
	.title = MSG_tie_change,
	.need = NEED_PERSON,
	.category = 1u << CAT_NETWORK,
	.edits = true,
	.get = get_tie,
	.post = post_tie,
};
