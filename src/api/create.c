/* POST /fhir/{type}: a new resource; with If-None-Exist only when no other meets the criteria.
 * Source: https://hl7.org/fhir/R4/http.html#create */
#include "api/query.h"

/* The resource that If-None-Exist found: answered as it is, nothing is made. */
static Reply exists_already(Call *c, const Rec *found)
{
	Reply r = reply_fhir(c, 200, c->prefer == RETURN_REPRESENTATION ? found->body : STR_END);
	reply_version(c, &r, found->version, found->updated);
	reply_header(&r, S("Location"),
	             arena_printf(c->a, "%.*s/%.*s/%.*s/_history/%d", STR_ARG(c->api->base), STR_ARG(c->type_name),
	                          STR_ARG(found->id), found->version));
	return r;
}

static Reply handle(Call *c)
{
	JVal resource;
	Reply wrong;
	Str id = c->reserved_id;
	Str criteria = req_header(c->req, S("If-None-Exist"));
	Err e;
	if (!body_resource(c, &resource, &wrong))
		return wrong;
	if (criteria.p && !c->reserved_id.p) {
		Rec found;
		Str why = STR_END;
		e = query_one(c->visit, c->type, criteria, &found, &why);
		if (e != OK)
			return reply_condition(c, e, "If-None-Exist: ", why);
		if (found.id.p)
			return exists_already(c, &found);
	}
	e = id.p ? visit_create_reserved(c->visit, c->type, id, c->req->body)
	         : visit_create(c->visit, c->req->body, &id);
	return e == OK ? reply_written(c, 201, c->type, id) : reply_refused(c, e);
}

const Operation operation_create = {
	.method = M_POST,
	.path = S_INIT("/fhir/{type}"),
	.route = S_INIT("POST /fhir/{type}"),
	.interaction = INT_CREATE,
	.offered = true,
	.handle = handle,
	.summary = S_INIT("Create a resource; with If-None-Exist only when nothing meets the condition."),
};
