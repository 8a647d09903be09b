#include "care/changes.h"

#include "base/random.h"
#include "care/action.h"
#include "care/answers.h"
#include "care/care_goal.h"
#include "care/edit.h"
#include "care/life_goal.h"
#include "care/person.h"
#include "care/phase.h"
#include "care/plan.h"
#include "care/plan_version.h"
#include "care/relative.h"
#include "care/remark.h"

enum { VERSIONS_MAX = 500, LOG_MAX = 500 };

/* What a record says in a few words: its kind, its title and its state. */
typedef struct Gist {
	ChangeNoun noun;
	Str title, state, about;
	int level;
} Gist;

static Gist gist_of(ChangeNoun noun, Str title, Str state)
{
	return (Gist){ .noun = noun, .title = title, .state = state };
}

static Gist goal_gist(Arena *a, const Rec *r)
{
	if (life_goal_is(r)) {
		LifeGoal g;
		life_goal_from(a, r, &g);
		return gist_of(CHG_LIFE_GOAL, g.words, life_goal_state_code(g.state));
	}
	if (care_goal_is(r)) {
		CareGoal g;
		care_goal_from(a, r, &g);
		return gist_of(CHG_CARE_GOAL, g.text, care_goal_state_code(g.state));
	}
	return gist_of(CHG_OTHER, JSTR(JGET(r->json, "description"), "text", a), STR_END);
}

static Gist answers_gist(Arena *a, const Rec *r)
{
	if (questionnaire_is(r->json, S(Q_CONVERSATION)))
		return gist_of(CHG_CONVERSATION, STR_END, JSTR(r->json, "status", a));
	return gist_of(questionnaire_is(r->json, S(Q_STORY)) ? CHG_STORY : CHG_OTHER, STR_END, STR_END);
}

static Gist plan_gist(Arena *a, const Rec *r)
{
	Plan p;
	plan_from(a, r, &p);
	return gist_of(plan_is(r) ? CHG_PLAN : CHG_OTHER, p.title, plan_is(r) ? plan_state_code(p.state) : STR_END);
}

static Gist level_gist(Arena *a, const Rec *r)
{
	Attainment x;
	if (!attainment_from(a, r, &x))
		return gist_of(CHG_OTHER, STR_END, STR_END);
	return (Gist){ CHG_ATTAINMENT, x.words, arena_printf(a, "%+d", x.level), x.goal, x.level };
}

static Gist other_gist(Arena *a, const Rec *r)
{
	FhirType t = r->type;
	if (t == FT_PATIENT) {
		Person p;
		person_from(a, r, &p);
		return gist_of(CHG_PERSON, p.name, STR_END);
	}
	if (t == FT_EPISODEOFCARE) {
		PhaseNow p;
		phase_from(a, r, &p);
		return gist_of(CHG_PHASE, p.why, p.known ? phase_code(p.phase) : STR_END);
	}
	if (t == FT_COMMUNICATION && remark_is(r)) {
		Remark m;
		remark_from(a, r, &m);
		return gist_of(CHG_REMARK, m.text, STR_END);
	}
	if (t == FT_RELATEDPERSON) {
		Relative x;
		relative_from(a, r, &x);
		return gist_of(CHG_RELATIVE, x.name, STR_END);
	}
	if (t == FT_CONSENT) {
		JVal who = json_path(r->json, "provision", "actor", "reference", "display", NULL);
		return gist_of(CHG_CONSENT, json_str(who, a), JSTR(r->json, "status", a));
	}
	return gist_of(t == FT_CARETEAM ? CHG_TEAM : CHG_OTHER, JSTR(r->json, "name", a), STR_END);
}

static Gist gist(Arena *a, const Rec *r)
{
	FhirType t = r->type;
	if (t == FT_GOAL)
		return goal_gist(a, r);
	if (t == FT_TASK) {
		Action x;
		action_from(a, r, &x);
		return gist_of(CHG_ACTION, x.what, action_state_code(x.state));
	}
	if (t == FT_QUESTIONNAIRERESPONSE)
		return answers_gist(a, r);
	if (t == FT_CAREPLAN)
		return plan_gist(a, r);
	if (t == FT_OBSERVATION)
		return level_gist(a, r);
	if (t == FT_PROVENANCE && plan_version_is(r)) {
		PlanVersion p;
		plan_version_from(a, r, &p);
		return gist_of(CHG_AGREED, p.words, STR_END);
	}
	return other_gist(a, r);
}

/* The versions of one record within the time looked at. */
typedef struct Group {
	Rec *newest, *oldest;
} Group;

typedef struct Groups {
	Group *list; /* newest first */
	size_t n;
	size_t *slots; /* index + 1 */
	size_t mask;
} Groups;

static Groups group(Arena *a, Rec *recs, size_t n)
{
	size_t cap = 16;
	while (cap < 2 * n + 2)
		cap *= 2;
	Groups g = { ARENA_ARRAY(a, Group, n + 1), 0, ARENA_ARRAY(a, size_t, cap), cap - 1 };
	for (size_t i = 0; i < n; i++) {
		size_t at = ((size_t)hash_str(recs[i].id) + (size_t)recs[i].type) & g.mask;
		for (; g.slots[at]; at = (at + 1) & g.mask) {
			const Rec *r = g.list[g.slots[at] - 1].newest;
			if (r->type == recs[i].type && str_eq(r->id, recs[i].id))
				break;
		}
		if (!g.slots[at]) {
			g.list[g.n++] = (Group){ &recs[i], &recs[i] };
			g.slots[at] = g.n;
			continue;
		}
		Group *x = &g.list[g.slots[at] - 1];
		if (recs[i].version > x->newest->version)
			x->newest = &recs[i];
		if (recs[i].version < x->oldest->version)
			x->oldest = &recs[i];
	}
	return g;
}

/* The version before the time looked at; false when it may not be seen. */
static Err before_of(Visit *v, const Group *g, Rec *out, bool *seen)
{
	Err e = visit_vread(v, g->oldest->type, g->oldest->id, g->oldest->version - 1, out);
	*seen = e == OK && !out->deleted;
	if (*seen)
		out->json = rec_json(v, out);
	return e == ERR_NOT_FOUND || e == ERR_GONE || e == ERR_FORBIDDEN ? OK : e;
}

/* The Encounter of a conversation of ours: the conversation itself is in the list already. One that was deleted is
 * known by its version before. */
static Err beside_conversation(Visit *v, Rec *r, bool *yes)
{
	Rec was = *r;
	*yes = false;
	if (r->type != FT_ENCOUNTER)
		return OK;
	if (r->deleted) {
		Err e = visit_vread(v, r->type, r->id, r->version - 1, &was);
		if (e != OK)
			return e == ERR_NOT_FOUND || e == ERR_GONE || e == ERR_FORBIDDEN ? OK : e;
	}
	*yes = has_coding(JGET(rec_json(v, &was), "type"), S(CS_ "encounter"), S("conversation"));
	return OK;
}

static Err change_from(Visit *v, const Group *g, Change *out)
{
	Arena *a = visit_arena(v);
	Rec *now = g->newest, was;
	*out = (Change){ .type = now->type, .id = now->id, .when = now->updated, .version = now->version };
	out->how = now->deleted ? CHANGE_DELETED : g->oldest->version == 1 ? CHANGE_NEW : CHANGE_EDITED;
	Gist is = { .noun = CHG_OTHER }, old = is;
	if (!now->deleted) {
		now->json = rec_json(v, now);
		is = gist(a, now);
	}
	out->noun = is.noun;
	out->title = is.title;
	out->about = is.about;
	out->level = is.level;
	if (out->how == CHANGE_NEW)
		return OK;
	bool seen = false;
	TRY(before_of(v, g, &was, &seen));
	if (!seen)
		return OK;
	old = gist(a, &was);
	if (out->how == CHANGE_DELETED) {
		out->noun = old.noun;
		out->title = old.title;
		return OK;
	}
	bool by_state = !str_eq(old.state, is.state);
	if (by_state || !str_eq(old.title, is.title)) {
		out->before = by_state ? old.state : old.title;
		out->after = by_state ? is.state : is.title;
	}
	return OK;
}

/* Who did it: the entry that names this version; else the one entry about several records written at that very moment.
 * Two such entries by different people leave it open. */
static Str who_of(const AuditEntry *log, size_t n, const Change *c)
{
	Str found = STR_END;
	bool open = false;
	for (size_t i = 0; i < n; i++) {
		const AuditEntry *e = &log[i];
		if (e->action != AUDIT_CREATE && e->action != AUDIT_UPDATE && e->action != AUDIT_DELETE)
			continue;
		if (e->type == c->type && e->version == c->version && str_eq(e->id, c->id))
			return e->who;
		if (e->type != FT_NONE || e->at != c->when)
			continue;
		open = open || (found.n && !str_eq(found, e->who));
		found = e->who;
	}
	return open ? STR_END : found;
}

/* From the access log, for those who may see that. */
static Err name_who(Visit *v, const Dossier *d, Change *list, size_t n)
{
	bool may = d->relation.kind == REL_SELF || d->relation.kind == REL_REPRESENTATIVE || d->relation.coordinator ||
	           d->relation.kind == REL_SYSTEM;
	AuditEntry *log = NULL;
	size_t n_log = 0;
	if (!may || !n)
		return OK;
	Err e = visit_access_log(v, d->id, INT64_MAX, LOG_MAX, &log, &n_log);
	if (e != OK)
		return e == ERR_FORBIDDEN || e == ERR_NOT_FOUND ? OK : e;
	for (size_t i = 0; i < n; i++)
		list[i].who = who_of(log, n_log, &list[i]);
	return OK;
}

Err changes_since(Visit *v, const Dossier *d, Millis since, size_t limit, Change **out, size_t *n)
{
	Arena *a = visit_arena(v);
	Rec *recs = NULL;
	size_t n_recs = 0;
	TRY(visit_changes(v, d->id, since, VERSIONS_MAX, &recs, &n_recs));
	Groups g = group(a, recs, n_recs);
	size_t kept = 0;
	Change *list = ARENA_ARRAY(a, Change, g.n + 1);
	for (size_t i = 0; i < g.n && kept < limit; i++) {
		bool ours = false;
		TRY(beside_conversation(v, g.list[i].newest, &ours));
		if (ours)
			continue;
		TRY(change_from(v, &g.list[i], &list[kept++]));
	}
	TRY(name_who(v, d, list, kept));
	*out = list;
	*n = kept;
	return OK;
}
