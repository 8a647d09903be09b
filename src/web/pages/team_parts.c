#include "web/pages/team.h"

bool team_may_write(const Ctx *c)
{
	return c->relation.write >> CAT_NETWORK & 1;
}

Str team_segment(Ctx *c, Str ref)
{
	Str type, id = str_cut(ref, '/', &type);
	return arena_join(c->arena, type, S("-"), id.p ? id : S(""), STR_END);
}

Str team_ref(Ctx *c, Str segment)
{
	Str type, id = str_cut(segment, '-', &type);
	if (!id.p || !id.n || fhir_type(type) == FT_NONE)
		return (Str){ NULL, 0 };
	return arena_join(c->arena, type, S("/"), id, STR_END);
}

void team_named_link(Ctx *c, Html *h, Str href, Msg label, Str name)
{
	(void)c;
	H(h, "<a class=\"govuk-link\" href=\"");
	h_attr(h, href);
	H(h, "\">");
	h_msg(h, label);
	H(h, "<span class=\"govuk-visually-hidden\"> – ");
	h_text(h, name);
	H(h, "</span></a>");
}

static Str say(Html *h, Msg m)
{
	return msg(h->lang, m);
}

static void circles(Html *h, const Tie *t, const Errors *e)
{
	static const Msg names[] = {
		MSG_circle_G, MSG_circle_F, MSG_circle_V, MSG_circle_K, MSG_circle_B, MSG_circle_Z
	};
	Option o[7];
	size_t n = 0;
	for (int k = CIRCLE_G; k < CIRCLE_NONE; k++)
		o[n++] = (Option){ circle_code((Circle)k), say(h, names[k]), STR_END, t->circle == (Circle)k };
	o[n++] = (Option){ S(""), say(h, MSG_tie_not_drawn), STR_END, t->circle == CIRCLE_NONE };
	h_radios(h, S("circle"), MSG_tie_circle, MSG_NONE, o, n, e, false);
}

void tie_fields(Ctx *c, Html *h, const Tie *t, const Errors *e)
{
	static const Msg near[] = { MSG_eco_near_0, MSG_eco_near_1, MSG_eco_near_2, MSG_eco_near_3 };
	static const Msg support[] = { MSG_eco_support_1, MSG_eco_support_2, MSG_eco_support_3, MSG_eco_support_4 };
	static const Msg direction[] = { MSG_tie_both, MSG_tie_gives, MSG_tie_receives };
	static const char *const digit[] = { "0", "1", "2", "3", "4" };
	Option o[4];
	(void)c;
	circles(h, t, e);
	for (int i = 0; i < 4; i++)
		o[i] = (Option){ str_c(digit[i]), say(h, near[i]), STR_END, t->closeness == i };
	h_radios(h, S("closeness"), MSG_tie_closeness, MSG_NONE, o, 4, e, false);
	for (int i = 0; i < 4; i++)
		o[i] = (Option){ str_c(digit[i + 1]), say(h, support[i]), STR_END, t->support[i] };
	h_checkboxes(h, S("support"), MSG_tie_support, MSG_NONE, o, 4, e, false);
	for (int i = 0; i < 3; i++)
		o[i] = (Option){ str_c(digit[i]), say(h, direction[i]), STR_END, t->direction == i };
	h_radios(h, S("direction"), MSG_tie_direction, MSG_NONE, o, 3, e, false);
	o[0] = (Option){ S("1"), say(h, MSG_tie_strain_yes), STR_END, t->strain };
	h_checkboxes(h, S("strain"), MSG_tie_strain, MSG_NONE, o, 1, e, false);
	h_field(h, &(Field){ .name = S("strain_why"),
	                     .value = t->strain_why,
	                     .label = MSG_tie_strain_why,
	                     .errors = e,
	                     .optional = true,
	                     .max = 500 });
}

static int small_number(Ctx *c, Str name, int most)
{
	int32_t v = form_int(c, name, 0);
	return v >= 0 && v <= most ? v : 0;
}

Tie tie_from_form(Ctx *c)
{
	Tie t = { .circle = CIRCLE_NONE };
	if (!circle_parse(req_form(c->req, S("circle")), &t.circle))
		t.circle = CIRCLE_NONE;
	t.closeness = small_number(c, S("closeness"), 3);
	t.direction = small_number(c, S("direction"), 2);
	t.strain = str_eq(req_form(c->req, S("strain")), S("1"));
	t.strain_why = str_trim(req_form(c->req, S("strain_why")));
	static const char *const digit[] = { "1", "2", "3", "4" };
	for (int i = 0; i < SUPPORT_KINDS; i++)
		t.support[i] = form_checked(c, S("support"), str_c(digit[i]));
	return t;
}
