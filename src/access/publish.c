#include "access/publish.h"

#include <stdio.h>

#include "access/body.h"
#include "fhir/published.h"

static Err publish_one(Visit *v, const Published *p)
{
	Rec now;
	const Json *doc;
	Arena *a = visit_arena(v);
	Err e = visit_read(v, p->type, p->id, &now);
	if (e == ERR_NOT_FOUND)
		return visit_create_as(v, p->type, p->id, p->json);
	if (e == ERR_GONE)
		return OK; /* what was deleted does not come back; only a job of the system can have done it */
	TRY(e);
	TRY(json_parse(a, p->json, &doc, NULL));
	if (body_same(p->type, p->id, now.version, now.updated, body_rest(json_root(doc), a), now.body, a))
		return OK;
	return visit_update(v, p->type, p->id, 0, p->json, NULL);
}

static void say_why(Visit *v, const Published *p, Err e, char *why, size_t why_n)
{
	const Outcome *o = visit_outcome(v);
	Str said = o->count ? o->issues[0].details : err_name(e);
	snprintf(why, why_n, "the definition %.*s: %.*s", STR_ARG(p->id), STR_ARG(said));
}

Err records_publish(Records *r, char *why, size_t why_n)
{
	Arena *a = arena_new();
	Scope who = scope_system(S("publish"));
	Visit *v = visit_new(r, &who, a);
	Err e = OK;
	for (size_t i = 0; i < published_count && e == OK; i++) {
		e = publish_one(v, &published[i]);
		if (e != OK)
			say_why(v, &published[i], e, why, why_n);
	}
	if (e == OK) {
		e = visit_commit(v);
		Str name = err_name(e);
		if (e != OK)
			snprintf(why, why_n, "the definitions could not be written: %.*s", STR_ARG(name));
	}
	arena_free(a);
	return e;
}
