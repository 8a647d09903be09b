#include "care/network.h"

#include <stdlib.h>

#include "base/random.h"
#include "care/action.h"
#include "care/edit.h"

static int node_order(const void *x, const void *y)
{
	const NetworkNode *a = x, *b = y;
	if (a->tie.circle != b->tie.circle)
		return a->tie.circle < b->tie.circle ? -1 : 1;
	int ca = a->tie.closeness ? a->tie.closeness : 4, cb = b->tie.closeness ? b->tie.closeness : 4;
	if (ca != cb)
		return ca < cb ? -1 : 1;
	int names = str_cmp(a->name, b->name);
	return names ? names : str_cmp(a->ref, b->ref);
}

/* How many open actions each reference owns: counted once, open addressing. */
typedef struct Count {
	Str ref;
	size_t n;
} Count;
typedef struct Counts {
	Count *slots;
	size_t mask;
} Counts;

static Count *count_of(const Counts *c, Str ref)
{
	size_t i = (size_t)hash_str(ref) & c->mask;
	while (c->slots[i].ref.n && !str_eq(c->slots[i].ref, ref))
		i = (i + 1) & c->mask;
	return &c->slots[i];
}

static Counts counts_new(const Dossier *d, Arena *a)
{
	size_t cap = 16;
	while (cap < 2 * d->n_actions + 2)
		cap *= 2;
	Counts c = { ARENA_ARRAY(a, Count, cap), cap - 1 };
	for (size_t i = 0; i < d->n_actions; i++) {
		if (!d->actions[i].owner.n || !action_open(&d->actions[i]))
			continue;
		Count *x = count_of(&c, d->actions[i].owner);
		x->ref = d->actions[i].owner;
		x->n++;
	}
	return c;
}

static void add_relatives(const Dossier *d, Arena *a, const Counts *c, Network *out)
{
	for (size_t i = 0; i < d->n_relatives; i++) {
		const Relative *r = &d->relatives[i];
		if (!r->active)
			continue;
		NetworkNode *x = &out->nodes[out->n_nodes++];
		x->ref = arena_join(a, S("RelatedPerson/"), r->b.id, STR_END);
		x->name = r->name;
		x->label = r->relationship;
		x->tie = r->tie;
		x->carer = r->carer;
		x->open_actions = count_of(c, x->ref)->n;
	}
}

/* Members who are relatives or the person are there already. */
static void add_members(const Dossier *d, const Counts *c, Network *out)
{
	for (size_t i = 0; i < d->team.n_members; i++) {
		const Member *m = &d->team.members[i];
		if (!m->active || m != dossier_member(d, m->ref) || ref_id(m->ref, S("Patient")).n ||
		    dossier_relative(d, ref_id(m->ref, S("RelatedPerson"))))
			continue;
		NetworkNode *x = &out->nodes[out->n_nodes++];
		x->ref = m->ref;
		x->name = m->name;
		x->label = m->role_text;
		x->tie = m->tie;
		if (x->tie.circle == CIRCLE_NONE)
			x->tie.circle = CIRCLE_Z;
		x->professional = !ref_id(m->ref, S("RelatedPerson")).n;
		x->open_actions = count_of(c, m->ref)->n;
	}
}

static bool overloaded(const NetworkNode *x)
{
	return !x->professional && x->carer &&
	       (x->open_actions > OVERLOAD_ACTIONS || (x->tie.strain && x->open_actions));
}

void network_of(const Dossier *d, Network *out)
{
	Arena *a = visit_arena(d->visit);
	Counts c = counts_new(d, a);
	*out = (Network){ .n_nodes = 0 };
	out->nodes = ARENA_ARRAY(a, NetworkNode, d->n_relatives + d->team.n_members + 1);
	add_relatives(d, a, &c, out);
	add_members(d, &c, out);
	if (out->n_nodes > 1)
		qsort(out->nodes, out->n_nodes, sizeof *out->nodes, node_order);
	out->overloaded = ARENA_ARRAY(a, const NetworkNode *, out->n_nodes + 1);
	for (size_t i = 0; i < out->n_nodes; i++) {
		const NetworkNode *x = &out->nodes[i];
		out->by_circle[x->tie.circle]++;
		out->unplaced += x->tie.circle == CIRCLE_NONE;
		out->strained += x->tie.strain;
		for (size_t k = 0; k < SUPPORT_KINDS; k++) {
			bool gives = x->tie.support[k] && x->tie.direction != 2;
			out->support[k] += gives;
			out->informal_support[k] += gives && !x->professional;
		}
		if (overloaded(x))
			out->overloaded[out->n_overloaded++] = x;
	}
}
