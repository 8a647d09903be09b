/* Joins the nouns: one walk over the records, then the order and the links between them. */
#include <stdlib.h>

#include "base/random.h"
#include "care/action.h"
#include "care/care_goal.h"
#include "care/conversation.h"
#include "care/edit.h"
#include "care/life_goal.h"
#include "care/person.h"
#include "care/phase.h"
#include "care/plan.h"
#include "care/plan_version.h"
#include "care/relative.h"
#include "care/remark.h"
#include "care/team.h"

#define BIT(t, word) ((t) / 64 == (word) ? UINT64_C(1) << ((t) % 64) : 0)
#define PLAN_WORD(w)                                                                                                  \
	(BIT(FT_PATIENT, w) | BIT(FT_EPISODEOFCARE, w) | BIT(FT_GOAL, w) | BIT(FT_OBSERVATION, w) | BIT(FT_TASK, w) | \
	 BIT(FT_CAREPLAN, w) | BIT(FT_PROVENANCE, w) | BIT(FT_CARETEAM, w) | BIT(FT_RELATEDPERSON, w) |               \
	 BIT(FT_SERVICEREQUEST, w))
#define ALL_WORD(w)                                                                                          \
	(PLAN_WORD(w) | BIT(FT_ENCOUNTER, w) | BIT(FT_QUESTIONNAIRERESPONSE, w) | BIT(FT_COMMUNICATION, w) | \
	 BIT(FT_CONSENT, w))
const TypeSet DOSSIER_PLAN = { { PLAN_WORD(0), PLAN_WORD(1), PLAN_WORD(2) } };
const TypeSet DOSSIER_ALL = { { ALL_WORD(0), ALL_WORD(1), ALL_WORD(2) } };

/* ---- finding by id: open addressing, power of two, at most half full ---- */
typedef enum Kind { K_REC, K_LIFE_GOAL, K_CARE_GOAL, K_ACTION, K_RELATIVE, K_MEMBER } Kind;
typedef struct Slot {
	Kind kind;
	FhirType type; /* K_REC */
	Str key;
	const void *what;
} Slot;
struct DossierIndex {
	Slot *slots;
	size_t mask;
};

static Slot *slot_of(const struct DossierIndex *ix, Kind kind, FhirType type, Str key)
{
	size_t i = (size_t)hash_str(key) + (size_t)kind;
	for (;; i++) {
		Slot *s = &ix->slots[i & ix->mask];
		if (!s->what || (s->kind == kind && s->type == type && str_eq(s->key, key)))
			return s;
	}
}

static void index_put(const struct DossierIndex *ix, Kind kind, FhirType type, Str key, const void *what)
{
	if (!key.n)
		return;
	Slot *s = slot_of(ix, kind, type, key);
	if (!s->what)
		*s = (Slot){ kind, type, key, what };
}

static const void *index_get(const Dossier *d, Kind kind, FhirType type, Str key)
{
	return d->index && key.n ? slot_of(d->index, kind, type, key)->what : NULL;
}

const LifeGoal *dossier_life_goal(const Dossier *d, Str id)
{
	return index_get(d, K_LIFE_GOAL, FT_NONE, id);
}
const CareGoal *dossier_care_goal(const Dossier *d, Str id)
{
	return index_get(d, K_CARE_GOAL, FT_NONE, id);
}
const Action *dossier_action(const Dossier *d, Str id)
{
	return index_get(d, K_ACTION, FT_NONE, id);
}
const Member *dossier_member(const Dossier *d, Str ref)
{
	return index_get(d, K_MEMBER, FT_NONE, ref);
}
const Relative *dossier_relative(const Dossier *d, Str id)
{
	return index_get(d, K_RELATIVE, FT_NONE, id);
}
const Rec *dossier_rec(const Dossier *d, FhirType type, Str id)
{
	return index_get(d, K_REC, type, id);
}

Str dossier_name(const Dossier *d, Str ref)
{
	Str patient = ref_id(ref, S("Patient"));
	if (patient.n)
		return str_eq(patient, d->id) ? d->person.name : STR_END;
	const Member *m = dossier_member(d, ref);
	if (m && m->name.n)
		return m->name;
	const Relative *r = dossier_relative(d, ref_id(ref, S("RelatedPerson")));
	return r ? r->name : STR_END;
}

/* ---- order ---- */
static int cmp_num(int64_t x, int64_t y)
{
	return x < y ? -1 : x > y;
}

/* As they were made: records come in that order. */
static int made(const Base *x, const Base *y)
{
	return x->rec < y->rec ? -1 : x->rec > y->rec;
}

static int conversation_order(const void *x, const void *y)
{
	const Conversation *a = x, *b = y;
	return a->at != b->at ? cmp_num(b->at, a->at) : made(&a->b, &b->b);
}

static int life_goal_order_of(const void *x, const void *y)
{
	const LifeGoal *a = x, *b = y;
	if (a->pinned != b->pinned)
		return a->pinned ? -1 : 1;
	int64_t ra = a->rank > 0 ? a->rank : INT64_MAX, rb = b->rank > 0 ? b->rank : INT64_MAX;
	return ra != rb ? cmp_num(ra, rb) : made(&a->b, &b->b);
}

typedef struct Placed {
	size_t place, at; /* order by place; at: where it was */
} Placed;

static int by_place(const void *x, const void *y)
{
	const Placed *a = x, *b = y;
	return a->place != b->place ? cmp_num((int64_t)a->place, (int64_t)b->place)
	                            : cmp_num((int64_t)a->at, (int64_t)b->at);
}

/* By the place of the first life goal each serves; those that serve none last. */
static void sort_care_goals(Dossier *d, Arena *a)
{
	Placed *p = ARENA_ARRAY(a, Placed, d->n_care_goals + 1);
	CareGoal *out = ARENA_ARRAY(a, CareGoal, d->n_care_goals + 1);
	for (size_t i = 0; i < d->n_care_goals; i++) {
		const CareGoal *g = &d->care_goals[i];
		p[i] = (Placed){ d->n_life_goals, i };
		for (size_t k = 0; k < g->n_life_goals; k++) {
			const LifeGoal *l = dossier_life_goal(d, g->life_goals[k]);
			if (l && (size_t)(l - d->life_goals) < p[i].place)
				p[i].place = (size_t)(l - d->life_goals);
		}
	}
	if (d->n_care_goals)
		qsort(p, d->n_care_goals, sizeof *p, by_place);
	for (size_t i = 0; i < d->n_care_goals; i++)
		out[i] = d->care_goals[p[i].at];
	d->care_goals = out;
}

static int owner_place(OwnerKind k)
{
	return k == OWNER_NONE ? OWNER_PROFESSIONAL + 1 : (int)k;
}

static int action_order(const void *x, const void *y)
{
	const Action *a = x, *b = y;
	if (a->owner_kind != b->owner_kind)
		return owner_place(a->owner_kind) < owner_place(b->owner_kind) ? -1 : 1;
	return made(&a->b, &b->b);
}

static int version_order(const void *x, const void *y)
{
	const PlanVersion *a = x, *b = y;
	return a->number != b->number ? cmp_num(b->number, a->number) : cmp_num(b->agreed_at, a->agreed_at);
}

static int remark_order(const void *x, const void *y)
{
	const Remark *a = x, *b = y;
	return a->at != b->at ? cmp_num(a->at, b->at) : made(&a->b, &b->b);
}

#define SORT(list, n, by)                                         \
	do {                                                      \
		if ((n) > 1)                                      \
			qsort((list), (n), sizeof *(list), (by)); \
	} while (0)

/* ---- filling ---- */
static void make_room(Dossier *d, Arena *a)
{
	size_t goals = 0, tasks = 0, plans = 0, answers = 0, provs = 0, remarks = 0, relatives = 0;
	for (size_t i = 0; i < d->n_recs; i++) {
		FhirType t = d->recs[i].type;
		goals += t == FT_GOAL;
		tasks += t == FT_TASK;
		plans += t == FT_CAREPLAN;
		answers += t == FT_QUESTIONNAIRERESPONSE;
		provs += t == FT_PROVENANCE;
		remarks += t == FT_COMMUNICATION;
		relatives += t == FT_RELATEDPERSON;
	}
	d->conversations = ARENA_ARRAY(a, Conversation, answers + 1);
	d->life_goals = ARENA_ARRAY(a, LifeGoal, goals + 1);
	d->care_goals = ARENA_ARRAY(a, CareGoal, goals + 1);
	d->foreign_goals = ARENA_ARRAY(a, const Rec *, goals + 1);
	d->actions = ARENA_ARRAY(a, Action, tasks + 1);
	d->foreign_plans = ARENA_ARRAY(a, const Rec *, plans + 1);
	d->versions = ARENA_ARRAY(a, PlanVersion, provs + 1);
	d->remarks = ARENA_ARRAY(a, Remark, remarks + 1);
	d->relatives = ARENA_ARRAY(a, Relative, relatives + 1);
}

/* An open plan before a closed one, then the newest. */
static void take_plan(Dossier *d, Arena *a, const Rec *r)
{
	if (!plan_is(r)) {
		d->foreign_plans[d->n_foreign_plans++] = r;
		return;
	}
	Plan p;
	plan_from(a, r, &p);
	bool better = !d->plan.exists || (d->plan.state == PLAN_CLOSED && p.state != PLAN_CLOSED) ||
	              ((d->plan.state == PLAN_CLOSED) == (p.state == PLAN_CLOSED) && p.b.updated > d->plan.b.updated);
	if (better)
		d->plan = p;
}

static void take_goal(Dossier *d, Arena *a, const Rec *r)
{
	if (json_str_is(JGET(r->json, "lifecycleStatus"), S("entered-in-error")))
		return;
	if (life_goal_is(r))
		life_goal_from(a, r, &d->life_goals[d->n_life_goals++]);
	else if (care_goal_is(r))
		care_goal_from(a, r, &d->care_goals[d->n_care_goals++]);
	else
		d->foreign_goals[d->n_foreign_goals++] = r;
}

static void take_phase(Dossier *d, Arena *a, const Rec *r)
{
	PhaseNow p;
	phase_from(a, r, &p);
	if (p.known && (!d->phase.known || p.since > d->phase.since))
		d->phase = p;
}

/* Of several teams the active one. */
static void take_team(Dossier *d, Arena *a, const Rec *r)
{
	if (!d->team.exists || json_str_is(JGET(r->json, "status"), S("active")))
		team_from(a, r, d->as_of ? d->as_of : time_now(), &d->team);
}

/* Not a switch over FhirType: a dossier uses 14 of 148 types. */
static void take(Dossier *d, Arena *a, const Rec *r)
{
	FhirType t = r->type;
	if (t == FT_PATIENT && str_eq(r->id, d->id))
		person_from(a, r, &d->person);
	else if (t == FT_GOAL)
		take_goal(d, a, r);
	else if (t == FT_TASK && action_is(r))
		action_from(a, r, &d->actions[d->n_actions++]);
	else if (t == FT_CAREPLAN)
		take_plan(d, a, r);
	else if (t == FT_PROVENANCE && plan_version_is(r))
		plan_version_from(a, r, &d->versions[d->n_versions++]);
	else if (t == FT_CARETEAM)
		take_team(d, a, r);
	else if (t == FT_RELATEDPERSON)
		relative_from(a, r, &d->relatives[d->n_relatives++]);
	else if (t == FT_EPISODEOFCARE)
		take_phase(d, a, r);
	else if (t == FT_QUESTIONNAIRERESPONSE && conversation_is(r))
		conversation_from(a, r, &d->conversations[d->n_conversations++]);
	else if (t == FT_COMMUNICATION && remark_is(r))
		remark_from(a, r, &d->remarks[d->n_remarks++]);
}

/* The newest judgement of each goal. */
static void take_attainments(Dossier *d, Arena *a)
{
	Millis *own_at = ARENA_ARRAY(a, Millis, d->n_care_goals + 1);
	for (size_t i = 0; i < d->n_recs; i++) {
		Attainment x;
		if (d->recs[i].type != FT_OBSERVATION || !attainment_from(a, &d->recs[i], &x))
			continue;
		const CareGoal *found = dossier_care_goal(d, x.goal);
		if (!found)
			continue;
		size_t at = (size_t)(found - d->care_goals);
		CareGoal *g = &d->care_goals[at];
		if (x.own && (!g->has_own || x.at >= own_at[at])) {
			g->has_own = true;
			g->own_level = x.level;
			g->own_words = x.words;
			own_at[at] = x.at;
		} else if (!x.own && (!g->has_level || x.at >= g->level_at)) {
			g->has_level = true;
			g->level = x.level;
			g->level_at = x.at;
			g->level_by = x.by;
		}
	}
}

/* A plan that is not agreed holds all that is open. */
static void live_plan(Dossier *d, Arena *a)
{
	Plan *p = &d->plan;
	const Member *m = team_coordinator(&d->team);
	p->agreed_versions = (int)d->n_versions;
	if (p->exists && m) {
		p->coordinator = m->ref;
		p->coordinator_name = m->name;
	}
	if (!p->exists || p->state == PLAN_AGREED || p->state == PLAN_CLOSED)
		return;
	Str *goals = ARENA_ARRAY(a, Str, d->n_care_goals + 1), *acts = ARENA_ARRAY(a, Str, d->n_actions + 1);
	p->n_goals = p->n_actions = 0;
	for (size_t i = 0; i < d->n_care_goals; i++)
		if (d->care_goals[i].state <= CG_ACTIVE)
			goals[p->n_goals++] = d->care_goals[i].b.id;
	for (size_t i = 0; i < d->n_actions; i++)
		if (action_open(&d->actions[i]))
			acts[p->n_actions++] = d->actions[i].b.id;
	p->goals = goals;
	p->actions = acts;
}

static void serve(Arena *a, CareGoal *g, Str life_goal)
{
	for (size_t i = 0; i < g->n_life_goals; i++)
		if (str_eq(g->life_goals[i], life_goal))
			return;
	Str *ids = ARENA_ARRAY(a, Str, g->n_life_goals + 1);
	for (size_t i = 0; i < g->n_life_goals; i++)
		ids[i] = g->life_goals[i];
	ids[g->n_life_goals++] = life_goal;
	g->life_goals = ids;
}

/* The standard says it from the other side: a life goal that names a care goal as its milestone. */
static void take_milestones(Dossier *d, Arena *a)
{
	for (size_t i = 0; i < d->n_life_goals; i++)
		for (JIter it = json_each(JGET(d->life_goals[i].b.rec->json, "extension")); json_next(&it);) {
			if (!json_str_is(JGET(it.value, "url"), S(EXT_GOAL_RELATION)) ||
			    !has_coding(ext_get(it.value, S("type")), S(CS_GOAL_RELATION_HL7), S("milestone")))
				continue;
			Str id = ref_id(ref_text(ext_get(it.value, S("target")), a), S("Goal"));
			for (size_t k = 0; k < d->n_care_goals; k++)
				if (str_eq(d->care_goals[k].b.id, id))
					serve(a, &d->care_goals[k], d->life_goals[i].b.id);
		}
}

static struct DossierIndex *index_new(const Dossier *d, Arena *a)
{
	size_t members = 0, cap = 16;
	for (size_t i = 0; i < d->n_recs; i++)
		if (d->recs[i].type == FT_CARETEAM)
			members += json_count(JGET(d->recs[i].json, "participant"));
	while (cap < 2 * (2 * d->n_recs + members + 1))
		cap *= 2;
	struct DossierIndex *ix = ARENA_NEW(a, struct DossierIndex);
	ix->slots = ARENA_ARRAY(a, Slot, cap);
	ix->mask = cap - 1;
	return ix;
}

static void index_people(Dossier *d, struct DossierIndex *ix)
{
	for (size_t i = 0; i < d->n_relatives; i++)
		index_put(ix, K_RELATIVE, FT_NONE, d->relatives[i].b.id, &d->relatives[i]);
	/* someone who came back is a member by the active entry, else by the last */
	for (size_t i = 0; i < d->team.n_members; i++)
		if (d->team.members[i].active)
			index_put(ix, K_MEMBER, FT_NONE, d->team.members[i].ref, &d->team.members[i]);
	for (size_t i = d->team.n_members; i-- > 0;)
		index_put(ix, K_MEMBER, FT_NONE, d->team.members[i].ref, &d->team.members[i]);
}

void dossier_fill(Dossier *d, const Rec *recs, size_t n)
{
	Arena *a = visit_arena(d->visit);
	d->recs = recs;
	d->n_recs = n;
	make_room(d, a);
	for (size_t i = 0; i < n; i++)
		take(d, a, &recs[i]);
	struct DossierIndex *ix = index_new(d, a);
	d->index = ix;
	for (size_t i = 0; i < n; i++)
		index_put(ix, K_REC, recs[i].type, recs[i].id, &recs[i]);
	SORT(d->life_goals, d->n_life_goals, life_goal_order_of);
	for (size_t i = 0; i < d->n_life_goals; i++)
		index_put(ix, K_LIFE_GOAL, FT_NONE, d->life_goals[i].b.id, &d->life_goals[i]);
	take_milestones(d, a);
	sort_care_goals(d, a);
	for (size_t i = 0; i < d->n_care_goals; i++)
		index_put(ix, K_CARE_GOAL, FT_NONE, d->care_goals[i].b.id, &d->care_goals[i]);
	index_people(d, ix);
	for (size_t i = 0; i < d->n_actions; i++)
		d->actions[i].owner_kind = owner_kind(d, d->actions[i].owner);
	SORT(d->actions, d->n_actions, action_order);
	for (size_t i = 0; i < d->n_actions; i++)
		index_put(ix, K_ACTION, FT_NONE, d->actions[i].b.id, &d->actions[i]);
	SORT(d->conversations, d->n_conversations, conversation_order);
	SORT(d->versions, d->n_versions, version_order);
	SORT(d->remarks, d->n_remarks, remark_order);
	take_attainments(d, a);
	live_plan(d, a);
}

Err dossier_open(Visit *v, Str person, const TypeSet *types, Dossier *out)
{
	Dossier d = { .visit = v, .id = arena_str(visit_arena(v), person) };
	Rec *recs = NULL;
	size_t n = 0;
	TRY(visit_relation(v, person, &d.relation));
	TRY(visit_dossier(v, person, types, &recs, &n));
	dossier_fill(&d, recs, n);
	*out = d;
	return OK;
}
