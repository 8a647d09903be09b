/* PUT /fhir/{type}/{id} and PUT /fhir/{type}?…: a new version, or a first one under the id given.
 * Source: https://hl7.org/fhir/R4/http.html#update */
#include "api/query.h"

static Reply make(Call *c, Str body)
{
	Err e = visit_create_as(c->visit, c->type, c->id, body);
	/* The id belongs to something this user cannot see: that does not exist for them. */
	if (e == ERR_CONFLICT)
		e = ERR_NOT_FOUND;
	return e == OK ? reply_written(c, 201, c->type, c->id) : reply_refused(c, e);
}

/* If-None-Match: * – only when nothing is there yet. */
static bool only_new(const Call *c)
{
	return str_eq(str_trim(req_header(c->req, S("If-None-Match"))), S("*"));
}

static Reply handle_id(Call *c, Str body)
{
	int32_t version, made;
	Rec there;
	if (only_new(c) && visit_read(c->visit, c->type, c->id, &there) == OK)
		return reply_fail(c, ERR_VERSION, "If-None-Match: * – this resource is there already.");
	if (if_match(c->req, &version) != OK)
		return reply_fail(c, ERR_BAD_REQUEST, "If-Match must be an ETag such as W/\"3\".");
	Err e = visit_update(c->visit, c->type, c->id, version, body, &made);
	if (e == ERR_NOT_FOUND && visit_outcome(c->visit)->errors)
		return reply_refused(c, e);
	if (e == ERR_NOT_FOUND && req_header(c->req, S("If-Match")).p)
		return reply_fail(c, ERR_VERSION, "There is no such version of this resource to replace.");
	if (e == ERR_NOT_FOUND)
		return make(c, body);
	return e == OK ? reply_written(c, 200, c->type, c->id) : reply_refused(c, e);
}

static Reply handle(Call *c)
{
	JVal resource;
	Reply wrong;
	if (!body_resource(c, &resource, &wrong))
		return wrong;
	if (!json_str_is(JGET(resource, "id"), c->id))
		return reply_fail(c, ERR_BAD_REQUEST, "The id of the resource must be the id of the address.");
	return handle_id(c, c->req->body);
}

static Reply handle_where(Call *c)
{
	JVal resource;
	Reply wrong;
	Rec found;
	Str why = STR_END;
	if (!body_resource(c, &resource, &wrong))
		return wrong;
	Err e = query_one(c->visit, c->type, c->req->query, &found, &why);
	if (e != OK)
		return reply_condition(c, e, "", why);
	Str own_id = JSTR(resource, "id", c->a);
	if (found.id.p && own_id.n && !str_eq(own_id, found.id))
		return reply_fail(c, ERR_BAD_REQUEST,
		                  "The resource has another id than the one that meets the criteria.");
	c->id = found.id.p ? found.id : own_id;
	c->relative = found.id.p && !req_header(c->req, S("If-Match")).p;
	if (!c->id.n) {
		Str id;
		e = visit_create(c->visit, c->req->body, &id);
		return e == OK ? reply_written(c, 201, c->type, id) : reply_refused(c, e);
	}
	if (own_id.n)
		return handle_id(c, c->req->body);
	JChange with_id = { S("id"), json_quote(c->a, c->id) };
	return handle_id(c, json_change(c->a, resource, &with_id, 1));
}

const Operation operation_update = {
	.method = M_PUT,
	.path = S_INIT("/fhir/{type}/{id}"),
	.route = S_INIT("PUT /fhir/{type}/{id}"),
	.interaction = INT_UPDATE,
	.offered = true,
	.handle = handle,
	.summary = S_INIT("Replace a resource; with If-Match only when nobody was first. An id that is not in use "
	                  "makes the resource."),
};

const Operation operation_update_where = {
	.method = M_PUT,
	.path = S_INIT("/fhir/{type}"),
	.route = S_INIT("PUT /fhir/{type}?"),
	.interaction = INT_UPDATE_CONDITIONAL,
	.offered = true,
	.handle = handle_where,
	.summary = S_INIT("Replace the one resource that meets the condition, or create it."),
};
