/* From the resources of a dossier to the visitor's relation: as it is, and as it would be. */
#include "access/visit.h"

enum { MOST = 10000 };

bool gate_type(FhirType t)
{
	return t == FT_PATIENT || t == FT_CARETEAM || t == FT_RELATEDPERSON || t == FT_CONSENT;
}

static void feed(Facts *f, FhirType type, Str id, JVal json, Arena *a)
{
	if (type == FT_PATIENT)
		facts_patient(f, id);
	else if (type == FT_CARETEAM)
		facts_team(f, json, id, a);
	else if (type == FT_RELATEDPERSON)
		facts_relative(f, json, id, a);
	else
		facts_consent(f, json, a);
}

/* The row as it would be: changed, pending or as stored. Absent: gone. */
static Err as_changed(Visit *v, const StoreRow *row, const Change *what, JVal *out)
{
	const Json *doc;
	const Pending *w = what ? pending_find(v, row->type, row->id) : NULL;
	*out = (JVal){ NULL, NULL };
	if (what && what->type == row->type && str_eq(what->id, row->id)) {
		*out = what->json;
	} else if (w && w->version) {
		if (w->op != ROW_DELETE)
			*out = w->json;
	} else {
		TRY(json_parse(v->arena, row->body, &doc, NULL));
		*out = json_root(doc);
	}
	return OK;
}

/* What is not stored yet: created in this visit, or by this change. */
static void feed_new(Visit *v, Facts *f, Part part, const Change *what, bool consents)
{
	for (const Pending *w = v->first_pending; w; w = w->next) {
		bool made = w->version == 1 && w->op == ROW_CREATE && rid_part(w->rid) == part;
		if (made && gate_type(w->type) && (w->type == FT_CONSENT) == consents &&
		    !(what->id.p && str_eq(w->id, what->id)))
			feed(f, w->type, w->id, w->json, v->arena);
	}
	const Pending *own = what->id.p ? pending_find(v, what->type, what->id) : NULL;
	bool fresh = !what->id.p || (own && !own->old_body.p);
	if (fresh && what->json.node && (what->type == FT_CONSENT) == consents)
		feed(f, what->type, what->id.p ? what->id : S("new"), what->json, v->arena);
}

Err gate_decide(Visit *v, Part part, const Change *what, Relation *rel, Str *person, Millis *until)
{
	Facts f = facts_new(&v->who, v->now);
	TypeSet types = { { 0 } };
	bool system = v->who.role == ROLE_SYSTEM;
	typeset_add(&types, FT_PATIENT);
	for (size_t i = 0; i < 3 && !system; i++)
		typeset_add(&types, (FhirType[]){ FT_CARETEAM, FT_RELATEDPERSON, FT_CONSENT }[i]);
	StoreRow *rows;
	size_t n;
	TRY(store_scan(v->records->store, part, &types, 0, system ? 1 : MOST, v->arena, &rows, &n));
	if (n == MOST)
		return ERR_TOO_LARGE;
	for (int consents = 0; consents < 2; consents++) {
		for (size_t i = 0; i < n; i++) {
			JVal json;
			if ((rows[i].type == FT_CONSENT) != consents)
				continue;
			TRY(as_changed(v, &rows[i], what, &json));
			if (json.node)
				feed(&f, rows[i].type, rows[i].id, json, v->arena);
		}
		if (what)
			feed_new(v, &f, part, what, consents);
	}
	rules_decide(&f, rel);
	*person = f.person;
	*until = f.change;
	return OK;
}

Err gate_widens(Visit *v, const Person *p, const Change *what, bool *widens)
{
	Relation after;
	Str id;
	Millis until;
	*widens = false;
	if (!gate_type(what->type) || !p || p->rel.kind == REL_SYSTEM || p->rel.kind == REL_NEW ||
	    p->rel.kind == REL_SELF)
		return OK;
	TRY(gate_decide(v, p->part, what, &after, &id, &until));
	*widens = (after.read & ~p->rel.read) || (after.write & ~p->rel.write);
	return OK;
}
