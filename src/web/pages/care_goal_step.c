/* A care goal one step at a time: what · how we see it · what is needed · when · who. Each step is saved on its own, so
 * that one can stop anywhere; the same steps serve to change it later. */
#include "web/pages/care_goals.h"

typedef struct Step {
	Str name; /* in the path */
	unsigned bit;
	Msg title, lead;
} Step;
static const Step steps[] = {
	{ S_INIT("wat"), CG_STEP_TEXT, MSG_care_goal_step_text, MSG_care_goal_step_text_lead },
	{ S_INIT("meten"), CG_STEP_MEASURE, MSG_care_goal_step_measure, MSG_care_goal_step_measure_lead },
	{ S_INIT("nodig"), CG_STEP_NEEDED, MSG_care_goal_step_needed, MSG_care_goal_step_needed_lead },
	{ S_INIT("tijd"), CG_STEP_TIME, MSG_care_goal_step_time, MSG_care_goal_step_time_lead },
	{ S_INIT("wie"), CG_STEP_OWNER, MSG_care_goal_step_owner, MSG_care_goal_step_owner_lead },
};

static size_t step_of(Str name)
{
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (str_eq(steps[i].name, name))
			return i;
	return COUNT_OF(steps);
}

static bool chosen(const CareGoalInput *in, Str id)
{
	for (size_t i = 0; i < in->n_life_goals; i++)
		if (str_eq(in->life_goals[i], id))
			return true;
	return false;
}

static void text_fields(Ctx *c, Html *h, const Dossier *d, const CareGoalInput *in, const Errors *e)
{
	Option *o = ARENA_ARRAY(c->arena, Option, d->n_life_goals + 1);
	size_t n = 0;
	for (size_t i = 0; i < d->n_life_goals; i++) {
		const LifeGoal *l = &d->life_goals[i];
		if (l->state != LG_LET_GO || chosen(in, l->b.id))
			o[n++] = (Option){ l->b.id, l->words, STR_END, chosen(in, l->b.id) };
	}
	h_checkboxes(h, S("life_goals"), MSG_care_goal_which_life_goal, MSG_care_goal_which_life_goal_hint, o, n, e,
	             false);
	h_field(h, &(Field){ .name = S("text"),
	                     .value = in->text,
	                     .label = MSG_care_goal_text,
	                     .hint = MSG_care_goal_text_hint,
	                     .errors = e,
	                     .rows = 3,
	                     .max = 1000 });
}

static void measure_fields(Html *h, const CareGoalInput *in, const Errors *e)
{
	static const Msg labels[] = { MSG_care_goal_level_m2, MSG_care_goal_level_m1, MSG_care_goal_level_0,
		                      MSG_care_goal_level_p1, MSG_care_goal_level_p2 };
	static const Str names[] = { S_INIT("scale_0"), S_INIT("scale_1"), S_INIT("scale_2"), S_INIT("scale_3"),
		                     S_INIT("scale_4") };
	H(h, "<fieldset class=\"govuk-fieldset\"><legend class=\"govuk-fieldset__legend govuk-fieldset__legend--m\">");
	h_msg(h, MSG_care_goal_scale);
	H(h, "</legend>");
	h_hint(h, MSG_care_goal_scale_hint);
	for (int i = 4; i >= 0; i--)
		h_field(h, &(Field){ .name = names[i],
		                     .value = in->scale[i],
		                     .label = labels[i],
		                     .errors = e,
		                     .rows = 2,
		                     .max = 300 });
	H(h, "</fieldset>");
	h_details_begin(h, MSG_care_goal_by_number);
	h_field(h, &(Field){ .name = S("measure"),
	                     .value = in->measure,
	                     .label = MSG_care_goal_measure,
	                     .hint = MSG_care_goal_measure_hint,
	                     .errors = e,
	                     .max = 200,
	                     .optional = true });
	h_field(h, &(Field){ .name = S("start_value"),
	                     .value = in->start_value,
	                     .label = MSG_care_goal_start_value,
	                     .errors = e,
	                     .max = 100,
	                     .optional = true,
	                     .width = 20 });
	h_field(h, &(Field){ .name = S("target_value"),
	                     .value = in->target_value,
	                     .label = MSG_care_goal_target_value,
	                     .errors = e,
	                     .max = 100,
	                     .optional = true,
	                     .width = 20 });
	h_details_end(h);
}

static void owner_fields(Ctx *c, Html *h, const Dossier *d, const CareGoalInput *in, const Errors *e)
{
	Option *o = ARENA_ARRAY(c->arena, Option, d->n_relatives + d->team.n_members + 2);
	size_t n = 0;
	Str me = arena_join(c->arena, S("Patient/"), d->id, STR_END);
	o[n++] = (Option){ me, d->person.name, msg(c->lang, MSG_owner_kind_person), str_eq(in->owner, me) };
	for (size_t i = 0; i < d->n_relatives; i++) {
		Str ref = arena_join(c->arena, S("RelatedPerson/"), d->relatives[i].b.id, STR_END);
		if (d->relatives[i].active)
			o[n++] =
			    (Option){ ref, d->relatives[i].name, d->relatives[i].relationship, str_eq(in->owner, ref) };
	}
	for (size_t i = 0; i < d->team.n_members; i++) {
		const Member *m = &d->team.members[i];
		if (m->active && str_starts(m->ref, S("Pract")))
			o[n++] = (Option){ m->ref, m->name, m->role_text, str_eq(in->owner, m->ref) };
	}
	h_radios(h, S("owner"), MSG_care_goal_owner, MSG_care_goal_owner_hint, o, n, e, false);
}

static void fields(Ctx *c, Html *h, const Dossier *d, unsigned bit, const CareGoalInput *in, const Errors *e)
{
	switch (bit) {
	case CG_STEP_TEXT:
		text_fields(c, h, d, in, e);
		break;
	case CG_STEP_MEASURE:
		measure_fields(h, in, e);
		break;
	case CG_STEP_NEEDED:
		h_field(h, &(Field){ .name = S("needed"),
		                     .value = in->needed,
		                     .label = MSG_care_goal_needed,
		                     .hint = MSG_care_goal_needed_hint,
		                     .errors = e,
		                     .rows = 4,
		                     .max = 1000,
		                     .optional = true });
		break;
	case CG_STEP_TIME:
		h_date_field(h, S("start"), in->start, MSG_care_goal_start, MSG_NONE, e);
		h_date_field(h, S("due"), in->due, MSG_care_goal_due, MSG_NONE, e);
		h_date_field(h, S("evaluate_on"), in->evaluate_on, MSG_care_goal_evaluate_on,
		             MSG_care_goal_evaluate_on_hint, e);
		break;
	case CG_STEP_OWNER:
		owner_fields(c, h, d, in, e);
		break;
	default:
		break;
	}
}

static Reply form(Ctx *c, const Dossier *d, size_t i, const CareGoalInput *in, const Errors *e)
{
	Str back = in->id.n ? care_goal_path(c, in->id, S("")) : person_path(c, S("zorgdoelen"));
	if (in->id.n && i && req_query(c->req, S("nieuw")).n)
		back = care_goal_path(c, in->id,
		                      arena_join(c->arena, S("/stap/"), steps[i - 1].name, S("?nieuw=1"), STR_END));
	Html h = page_begin(c, &(Layout){ .title = steps[i].title,
	                                  .tab = TAB_PLAN,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = back,
	                                  .heading_in_body = true });
	H(&h, "<span class=\"govuk-caption-l\">");
	h_msg2(&h, MSG_care_goal_step, arena_printf(c->arena, "%zu", i + 1),
	       arena_printf(c->arena, "%zu", COUNT_OF(steps)));
	H(&h, "</span><h1 class=\"govuk-heading-l\">");
	h_msg(&h, steps[i].title);
	H(&h, "</h1>");
	if (steps[i].bit != CG_STEP_TEXT && in->text.n) {
		H(&h, "<p class=\"govuk-inset-text\">");
		h_text(&h, in->text);
		H(&h, "</p>");
	}
	h_paragraph(&h, steps[i].lead);
	form_begin(c, &h, STR_END);
	form_version(&h, in->version);
	fields(c, &h, d, steps[i].bit, in, e);
	buttons_begin(&h);
	h_button_named(&h, MSG_common_continue, S("next"), S("1"), false);
	h_button_named(&h, MSG_common_save_later, S("later"), S("1"), true);
	buttons_end(&h);
	form_end(&h);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static CareGoalInput from_goal(const CareGoal *g)
{
	CareGoalInput in = { .id = g->b.id,
		             .version = g->b.version,
		             .text = g->text,
		             .life_goals = g->life_goals,
		             .n_life_goals = g->n_life_goals,
		             .measure = g->measure,
		             .start_value = g->start_value,
		             .target_value = g->target_value,
		             .needed = g->needed,
		             .start = g->start,
		             .due = g->due,
		             .evaluate_on = g->evaluate_on,
		             .owner = g->owner,
		             .owner_name = g->owner_name,
		             .weight = g->weight };
	for (int i = 0; i < 5 && g->has_scale; i++)
		in.scale[i] = g->scale[i].text;
	return in;
}

/* What was filled in, on top of what the goal had. */
static void read_form(Ctx *c, const Dossier *d, CareGoalInput *in)
{
	static const Str names[] = { S_INIT("scale_0"), S_INIT("scale_1"), S_INIT("scale_2"), S_INIT("scale_3"),
		                     S_INIT("scale_4") };
	size_t n_pairs, n = 0;
	const Pair *pairs = req_form_all(c->req, &n_pairs);
	Str *chosen_goals = ARENA_ARRAY(c->arena, Str, n_pairs + 1);
	for (size_t i = 0; i < n_pairs; i++)
		if (str_eq(pairs[i].name, S("life_goals")) && pairs[i].value.n)
			chosen_goals[n++] = pairs[i].value;
	if (in->steps == CG_STEP_TEXT) {
		in->life_goals = chosen_goals;
		in->n_life_goals = n;
		in->text = str_trim(req_form(c->req, S("text")));
	} else if (in->steps == CG_STEP_MEASURE) {
		for (int i = 0; i < 5; i++)
			in->scale[i] = str_trim(req_form(c->req, names[i]));
		in->measure = str_trim(req_form(c->req, S("measure")));
		in->start_value = str_trim(req_form(c->req, S("start_value")));
		in->target_value = str_trim(req_form(c->req, S("target_value")));
	} else if (in->steps == CG_STEP_NEEDED) {
		in->needed = str_trim(req_form(c->req, S("needed")));
	} else if (in->steps == CG_STEP_TIME) {
		in->start = str_trim(req_form(c->req, S("start")));
		in->due = str_trim(req_form(c->req, S("due")));
		in->evaluate_on = str_trim(req_form(c->req, S("evaluate_on")));
	} else {
		in->owner = str_trim(req_form(c->req, S("owner")));
		in->owner_name = dossier_name(d, in->owner);
	}
	in->version = form_int(c, S("version"), 0);
}

static Reply save(Ctx *c, const Dossier *d, size_t i, CareGoalInput *in)
{
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Str id;
	bool fresh = !in->id.n || req_query(c->req, S("nieuw")).n;
	in->steps = steps[i].bit;
	read_form(c, d, in);
	Err e = care_goal_save(c->visit, d, in, &issues, &id);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return form(c, d, i, in, &errors);
	}
	if (e != OK)
		return page_error(c, e);
	bool on = fresh && i + 1 < COUNT_OF(steps) && !form_checked(c, S("later"), S("1"));
	if (on)
		return saved(
		    c,
		    care_goal_path(c, id, arena_join(c->arena, S("/stap/"), steps[i + 1].name, S("?nieuw=1"), STR_END)),
		    MSG_NONE);
	return saved(c, care_goal_path(c, id, S("")), MSG_care_goal_saved);
}

static Reply get_new(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	Str *life_goal = ARENA_NEW(c->arena, Str);
	*life_goal = req_query(c->req, S("levensdoel"));
	CareGoalInput in = { .life_goals = life_goal, .n_life_goals = life_goal->n ? 1 : 0 };
	return form(c, &d, 0, &in, NULL);
}

static Reply post_new(Ctx *c)
{
	Dossier d;
	CareGoalInput in = { 0 };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	return e == OK ? save(c, &d, 0, &in) : page_error(c, e);
}

static Reply get_step(Ctx *c)
{
	Dossier d;
	Reply reply;
	size_t i = step_of(c->id2);
	const CareGoal *g = care_goal_of_path(c, &d, &reply);
	if (!g || i == COUNT_OF(steps))
		return g ? page_error(c, ERR_NOT_FOUND) : reply;
	CareGoalInput in = from_goal(g);
	return form(c, &d, i, &in, NULL);
}

static Reply post_step(Ctx *c)
{
	Dossier d;
	Reply reply;
	size_t i = step_of(c->id2);
	const CareGoal *g = care_goal_of_path(c, &d, &reply);
	if (!g || i == COUNT_OF(steps))
		return g ? page_error(c, ERR_NOT_FOUND) : reply;
	CareGoalInput in = from_goal(g);
	return save(c, &d, i, &in);
}

const Page page_care_goal_new = {
	.path = S_INIT("/persoon/{person}/zorgdoelen/nieuw"),
	.title = MSG_care_goal_new,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.edits = true,
	.get = get_new,
	.post = post_new,
};
const Page page_care_goal_step = {
	.path = S_INIT("/persoon/{person}/zorgdoelen/{id}/stap/{id2}"),
	.title = MSG_care_goal_change,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.edits = true,
	.get = get_step,
	.post = post_step,
};
