#include "care/plan_version.h"

#include "care/edit.h"

bool plan_version_is(const Rec *r)
{
	return has_coding(JGET(r->json, "activity"), S(CS_ACTIVITY), S("agree"));
}

void plan_version_from(Arena *a, const Rec *r, PlanVersion *out)
{
	JVal v = r->json, who = JGET(json_at(JGET(v, "agent"), 0), "who");
	int64_t number = 0;
	*out = (PlanVersion){ .b = base_of(r) };
	if (json_int(ext_get(v, S(SD_ "plan-version")), &number) && number > 0 && number < INT32_MAX)
		out->number = (int)number;
	out->agreed_at = moment_of(JGET(v, "occurredDateTime"), a);
	out->agreed_by = ref_text(who, a);
	out->agreed_by_name = ref_display(who, a);
	out->words = json_str(ext_get(v, S(SD_ "words")), a);
}

const PlanVersion *dossier_version(const Dossier *d, int number)
{
	for (size_t i = 0; i < d->n_versions; i++)
		if (!number || d->versions[i].number == number)
			return &d->versions[i];
	return NULL;
}

/* The record as it was; from the present one when it has not changed. ERR_NOT_FOUND and ERR_GONE: not to be seen. */
static Err frozen(const Dossier *now, FhirType type, Str id, int32_t version, Rec *out)
{
	const Rec *r = dossier_rec(now, type, id);
	if (r && r->version == version) {
		*out = *r;
		return OK;
	}
	TRY(visit_vread(now->visit, type, id, version, out));
	out->json = rec_json(now->visit, out);
	return OK;
}

Err plan_version_open(const Dossier *now, int number, Dossier *out)
{
	Arena *a = visit_arena(now->visit);
	const PlanVersion *pv = dossier_version(now, number);
	if (!pv)
		return ERR_NOT_FOUND;
	JVal targets = JGET(pv->b.rec->json, "target");
	Rec *recs = ARENA_ARRAY(a, Rec, json_count(targets) + now->n_relatives + 1);
	size_t n = 0;
	for (JIter it = json_iter(targets); json_next(&it);) {
		Str type = STR_END, ref = ref_text(it.value, a), id = str_cut(ref, '/', &type);
		FhirType t = fhir_type(type);
		int32_t version = ref_version(it.value, a);
		if (t == FT_NONE || !version || !id.n)
			continue;
		Err e = frozen(now, t, id, version, &recs[n]);
		if (e == OK && !recs[n].deleted)
			n++;
		else if (e != OK && e != ERR_NOT_FOUND && e != ERR_GONE && e != ERR_FORBIDDEN)
			return e;
	}
	/* the relatives are no part of the plan: names behind references come from now */
	for (size_t i = 0; i < now->n_relatives; i++)
		recs[n++] = *now->relatives[i].b.rec;
	Dossier d = { .visit = now->visit, .id = now->id, .relation = now->relation, .as_of = pv->agreed_at };
	dossier_fill(&d, recs, n);
	d.plan.agreed_versions = pv->number;
	*out = d;
	return OK;
}
