/* New action, or another wording: what, for which care goals, who (the person first), when, where, with what. One form.
 */
#include "care/action.h"
#include "web/pages/plan.h"

static bool chosen(const ActionInput *in, Str goal)
{
	for (size_t i = 0; i < in->n_care_goals; i++)
		if (str_eq(in->care_goals[i], goal))
			return true;
	return false;
}

static void goal_boxes(Ctx *c, Html *h, const Dossier *d, const ActionInput *in, const Errors *e)
{
	Option *o = ARENA_ARRAY(c->arena, Option, d->n_care_goals + 1);
	size_t n = 0;
	for (size_t i = 0; i < d->n_care_goals; i++) {
		const CareGoal *g = &d->care_goals[i];
		const LifeGoal *l = plan_life_goal_of(d, g);
		bool on = chosen(in, g->b.id);
		if (g->state > CG_ACTIVE && !on)
			continue;
		Str words = l ? arena_join(c->arena, S("“"), l->words, S("”"), STR_END) : STR_END;
		o[n++] = (Option){ g->b.id, g->text, words, on };
	}
	if (n)
		h_checkboxes(h, S("care_goals"), MSG_action_which_goals, MSG_action_which_goals_hint, o, n, e, false);
	else
		h_inset(h, MSG_action_no_goals_yet);
}

/* "Omgeving · dochter" */
static Str with_kind(Ctx *c, Msg kind, Str more)
{
	return more.n ? arena_join(c->arena, msg(c->lang, kind), S(" · "), more, STR_END) : msg(c->lang, kind);
}

static void add_relatives(Ctx *c, const Dossier *d, const ActionInput *in, bool volunteer, Option *o, size_t *n)
{
	for (size_t i = 0; i < d->n_relatives; i++) {
		const Relative *r = &d->relatives[i];
		Str ref = arena_join(c->arena, S("RelatedPerson/"), r->b.id, STR_END);
		bool on = str_eq(in->owner, ref);
		if (r->volunteer != volunteer || (!r->active && !on))
			continue;
		Str hint =
		    with_kind(c, volunteer ? MSG_action_kind_volunteer : MSG_action_kind_surroundings, r->relationship);
		o[(*n)++] = (Option){ ref, r->name, hint, on };
	}
}

/* The person first, then the surroundings, volunteers and professionals; "nobody yet" last. */
static void owner_radios(Ctx *c, Html *h, const Dossier *d, const ActionInput *in, const Errors *e)
{
	Option *o = ARENA_ARRAY(c->arena, Option, d->n_relatives + d->team.n_members + 3);
	size_t n = 0;
	Str person = arena_join(c->arena, S("Patient/"), d->id, STR_END);
	o[n++] = (Option){ person, plan_is_mine(c) ? msg(c->lang, MSG_action_myself) : d->person.name,
		           msg(c->lang, plan_is_mine(c) ? MSG_action_person_first_you : MSG_action_person_first),
		           str_eq(in->owner, person) };
	add_relatives(c, d, in, false, o, &n);
	add_relatives(c, d, in, true, o, &n);
	for (size_t i = 0; i < d->team.n_members; i++) {
		const Member *m = &d->team.members[i];
		bool on = str_eq(in->owner, m->ref), twice = !str_starts(m->ref, S("Practitioner/"));
		for (size_t k = 0; k < n && !twice; k++)
			twice = str_eq(o[k].value, m->ref);
		if (!twice && (m->active || on))
			o[n++] =
			    (Option){ m->ref, m->name, with_kind(c, MSG_action_kind_professional, m->role_text), on };
	}
	o[n++] =
	    (Option){ S("-"), msg(c->lang, MSG_owner_kind_none), msg(c->lang, MSG_action_nobody_hint), !in->owner.n };
	h_radios(h, S("owner"), MSG_action_who_ask, MSG_NONE, o, n, e, false);
}

static void when_fields(Html *h, const ActionInput *in, const Errors *e)
{
	h_field(h, &(Field){ .name = S("when"),
	                     .value = in->when,
	                     .label = MSG_action_when_ask,
	                     .hint = MSG_action_when_hint,
	                     .errors = e,
	                     .max = 300,
	                     .optional = true });
	h_field(h, &(Field){ .name = S("where"),
	                     .value = in->where,
	                     .label = MSG_action_where_ask,
	                     .errors = e,
	                     .max = 300,
	                     .optional = true });
	h_field(h, &(Field){ .name = S("with"),
	                     .value = in->with,
	                     .label = MSG_action_with_ask,
	                     .hint = MSG_action_with_hint,
	                     .errors = e,
	                     .max = 300,
	                     .optional = true });
	h_date_field(h, S("from"), in->from, MSG_action_from_ask, MSG_NONE, e);
	h_date_field(h, S("until"), in->until, MSG_action_until_ask, MSG_action_until_hint, e);
}

static Reply form(Ctx *c, const Dossier *d, const ActionInput *in, const Errors *e)
{
	const CareGoal *g = in->n_care_goals ? dossier_care_goal(d, in->care_goals[0]) : NULL;
	const LifeGoal *l = g ? plan_life_goal_of(d, g) : plan_first_goal(d);
	Html h = page_begin(c, &(Layout){ .title = in->id.n ? MSG_action_edit : MSG_action_new,
	                                  .tab = TAB_PLAN,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = in->id.n ? action_path(c, in->id) : plan_at(c, S("acties")) });
	if (l)
		h_quote(&h, l->words, l->said_by_name.n ? l->said_by_name : d->person.name);
	form_begin(c, &h, STR_END);
	form_version(&h, in->version);
	h_field(&h, &(Field){ .name = S("what"),
	                      .value = in->what,
	                      .label = MSG_action_what_ask,
	                      .hint = MSG_action_what_hint,
	                      .errors = e,
	                      .rows = 2,
	                      .max = 1000 });
	goal_boxes(c, &h, d, in, e);
	owner_radios(c, &h, d, in, e);
	when_fields(&h, in, e);
	buttons_begin(&h);
	h_button(&h, MSG_common_save);
	h_link(&h, in->id.n ? action_path(c, in->id) : plan_at(c, S("acties")), MSG_common_keep_unchanged);
	buttons_end(&h);
	form_end(&h);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (e != OK)
		return page_error(c, e);
	if (!plan_may_write(c))
		return page_error(c, ERR_FORBIDDEN);
	Str goal = req_query(c->req, S("zorgdoel"));
	ActionInput in = { .owner = arena_join(c->arena, S("Patient/"), d.id, STR_END) };
	if (c->id.n) {
		const Action *a = dossier_action(&d, c->id);
		if (!a)
			return page_error(c, ERR_NOT_FOUND);
		in = (ActionInput){ a->b.id,       a->b.version, a->what,  a->care_goals, a->n_care_goals, a->owner,
			            a->owner_name, a->when,      a->where, a->with,       a->from,         a->until };
	} else if (dossier_care_goal(&d, goal)) {
		in.care_goals = &goal;
		in.n_care_goals = 1;
	}
	return form(c, &d, &in, NULL);
}

static ActionInput input(Ctx *c)
{
	size_t n, k = 0;
	const Pair *p = req_form_all(c->req, &n);
	Str *goals = ARENA_ARRAY(c->arena, Str, n + 1), owner = req_form(c->req, S("owner"));
	for (size_t i = 0; i < n; i++)
		if (str_eq(p[i].name, S("care_goals")) && p[i].value.n)
			goals[k++] = p[i].value;
	return (ActionInput){
		.id = c->id,
		.version = form_int(c, S("version"), 0),
		.what = str_trim(req_form(c->req, S("what"))),
		.care_goals = goals,
		.n_care_goals = k,
		.owner = str_eq(owner, S("-")) ? STR_END : owner,
		.when = str_trim(req_form(c->req, S("when"))),
		.where = str_trim(req_form(c->req, S("where"))),
		.with = str_trim(req_form(c->req, S("with"))),
		.from = str_trim(req_form(c->req, S("from"))),
		.until = str_trim(req_form(c->req, S("until"))),
	};
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Str id;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (e != OK)
		return page_error(c, e);
	if (c->id.n && !dossier_action(&d, c->id))
		return page_error(c, ERR_NOT_FOUND);
	ActionInput in = input(c);
	e = action_save(c->visit, &d, &in, &issues, &id);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		plan_error_words(&errors, S("what"), MSG_action_what_missing);
		return form(c, &d, &in, &errors);
	}
	return e == OK ? plan_saved_undo(c, plan_at(c, S("acties")), MSG_action_saved, FT_TASK, id) : page_error(c, e);
}

const Page page_action_new = {
	.path = S_INIT("/persoon/{person}/acties/nieuw"),
	.title = MSG_action_new,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
	.post = post,
};
const Page page_action_edit = {
	.path = S_INIT("/persoon/{person}/acties/{id}/wijzigen"),
	.title = MSG_action_edit,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
	.post = post,
};
