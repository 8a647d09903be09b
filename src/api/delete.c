/* DELETE /fhir/{type}/{id} and DELETE /fhir/{type}?…: the resource is gone, its history stays.
 * Source: https://hl7.org/fhir/R4/http.html#delete */
#include "api/query.h"

static Reply deleted(Call *c)
{
	if (c->prefer != RETURN_OUTCOME)
		return reply_fhir(c, 204, STR_END);
	Outcome o = outcome_new(c->a);
	outcome_add(&o, SEV_INFORMATION, S("informational"), STR_END, "Deleted; earlier versions can still be read.");
	return reply_fhir(c, 200, outcome_json(&o, c->a));
}

static Reply handle(Call *c)
{
	int32_t version;
	if (if_match(c->req, &version) != OK)
		return reply_fail(c, ERR_BAD_REQUEST, "If-Match must be an ETag such as W/\"3\".");
	Err e = visit_delete(c->visit, c->type, c->id, version);
	return e == OK || e == ERR_GONE ? deleted(c) : reply_refused(c, e);
}

static Reply handle_where(Call *c)
{
	Rec found;
	Str why = STR_END;
	Err e = query_one(c->visit, c->type, c->req->query, &found, &why);
	if (e != OK)
		return reply_condition(c, e, "", why);
	if (!found.id.p)
		return reply_fail(c, ERR_NOT_FOUND, "No %.*s meets the criteria.", STR_ARG(c->type_name));
	c->id = found.id;
	c->relative = !req_header(c->req, S("If-Match")).p;
	return handle(c);
}

const Operation operation_delete = {
	.method = M_DELETE,
	.path = S_INIT("/fhir/{type}/{id}"),
	.route = S_INIT("DELETE /fhir/{type}/{id}"),
	.interaction = INT_DELETE,
	.offered = true,
	.handle = handle,
	.summary = S_INIT("Delete a resource; its history stays."),
};

const Operation operation_delete_where = {
	.method = M_DELETE,
	.path = S_INIT("/fhir/{type}"),
	.route = S_INIT("DELETE /fhir/{type}?"),
	.interaction = INT_DELETE_CONDITIONAL,
	.offered = true,
	.handle = handle_where,
	.summary = S_INIT("Delete the one resource that meets the condition."),
};
