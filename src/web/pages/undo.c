/* Undo: puts the version before the last save back, as a new version; a first version is deleted. Only while nobody
 * changed it since. */
#include "web/web_internal.h"

Str undo_path(Ctx *c, FhirType type, Str id, int32_t version)
{
	return arena_join(c->arena, person_path(c, S("/ongedaan/")), fhir_type_name(type), S("/"), id,
	                  arena_printf(c->arena, "?versie=%d", version), STR_END);
}

static Err undo(Ctx *c, FhirType type, int32_t version)
{
	Rec rec;
	TRY(visit_read(c->visit, type, c->id2, &rec));
	if (!str_eq(rec.person, c->person))
		return ERR_NOT_FOUND;
	if (version == 1)
		return visit_delete(c->visit, type, c->id2, 1);
	TRY(visit_vread(c->visit, type, c->id2, version - 1, &rec));
	return visit_update(c->visit, type, c->id2, version, rec.body, &version);
}

static Reply post(Ctx *c)
{
	FhirType type = fhir_type(c->id);
	int64_t version;
	if (type == FT_NONE || !str_int(req_query(c->req, S("versie")), &version) || version < 1 || version > INT32_MAX)
		return page_error(c, ERR_NOT_FOUND);
	Err e = undo(c, type, (int32_t)version);
	return e == OK ? saved(c, person_path(c, S("")), MSG_saved_undone) : page_error(c, e);
}

const Page page_undo = { .path = S_INIT("/persoon/{person}/ongedaan/{id}/{id2}"),
	                 .title = MSG_common_undo,
	                 .need = NEED_PERSON,
	                 .post = post };
