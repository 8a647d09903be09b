/* PATCH /fhir/{type}/{id} and PATCH /fhir/{type}?…: a new version made of the current one, by JSON Patch
 * (application/json-patch+json) or FHIRPath Patch (a Parameters resource).
 * Source: https://hl7.org/fhir/R4/http.html#patch
 *
 * A patch without If-Match says what is to change in whatever is there: when somebody else was faster it runs anew on
 * their version. */
#include "api/query.h"

#include "fhir/patch.h"

static bool is_json_patch(const Call *c)
{
	Str head;
	str_cut(req_header(c->req, S("Content-Type")), ';', &head);
	return str_eq_nocase(str_trim(head), S("application/json-patch+json"));
}

/* The body as JSON; else *out is the reply. */
static bool body_json(Call *c, JVal *body, Reply *out)
{
	const Json *doc;
	JError where = { 0 };
	Outcome o = outcome_new(c->a);
	Err e = json_parse(c->a, c->req->body, &doc, &where);
	if (e == ERR_SYNTAX) {
		outcome_json_error(&o, &where);
		*out = reply_outcome(c, 400, &o);
	} else if (e != OK) {
		*out = reply_fail(c, e, "The body is too large.");
	} else {
		*body = json_root(doc);
	}
	return e == OK;
}

static Err patched(Call *c, const Rec *now, JVal patch, Str *text, Outcome *o)
{
	const Json *doc;
	TRY(json_parse(c->a, now->body, &doc, NULL));
	if (!is_json_patch(c))
		TRY(patch_fhirpath(json_root(doc), patch, c->a, text, o));
	else
		TRY(patch_json(json_root(doc), patch, c->a, text, o));
	TRY(json_parse(c->a, *text, &doc, NULL));
	JVal made = json_root(doc);
	*text = patch_prune(made, c->a);
	if (json_str_is(JGET(made, "resourceType"), c->type_name) && json_str_is(JGET(made, "id"), c->id))
		return OK;
	outcome_add(o, SEV_ERROR, S("business-rule"), STR_END,
	            "A patch cannot change the type or the id of a resource.");
	return ERR_INVALID;
}

static Reply patch_one(Call *c, JVal patch)
{
	Rec now;
	Str text = STR_END;
	int32_t version;
	Outcome o = outcome_new(c->a);
	if (if_match(c->req, &version) != OK)
		return reply_fail(c, ERR_BAD_REQUEST, "If-Match must be an ETag such as W/\"3\".");
	c->relative = !req_header(c->req, S("If-Match")).p;
	Err e = visit_read(c->visit, c->type, c->id, &now);
	if (e == OK && version && version != now.version)
		e = ERR_VERSION;
	if (e != OK)
		return reply_refused(c, e);
	e = patched(c, &now, patch, &text, &o);
	if (e != OK)
		return reply_outcome(c, err_status(e), &o);
	e = visit_update(c->visit, c->type, c->id, now.version, text, NULL);
	return e == OK ? reply_written(c, 200, c->type, c->id) : reply_refused(c, e);
}

static Reply handle(Call *c)
{
	JVal patch;
	Reply wrong;
	return body_json(c, &patch, &wrong) ? patch_one(c, patch) : wrong;
}

static Reply handle_where(Call *c)
{
	JVal patch;
	Reply wrong;
	Rec found;
	Str why = STR_END;
	if (!body_json(c, &patch, &wrong))
		return wrong;
	Err e = query_one(c->visit, c->type, c->req->query, &found, &why);
	if (e != OK)
		return reply_condition(c, e, "", why);
	if (!found.id.p)
		return reply_fail(c, ERR_NOT_FOUND, "No %.*s meets the criteria.", STR_ARG(c->type_name));
	c->id = found.id;
	return patch_one(c, patch);
}

const Operation operation_patch = {
	.method = M_PATCH,
	.path = S_INIT("/fhir/{type}/{id}"),
	.route = S_INIT("PATCH /fhir/{type}/{id}"),
	.interaction = INT_PATCH,
	.offered = true,
	.handle = handle,
	.summary = S_INIT("Change parts of a resource, by JSON Patch or FHIRPath Patch."),
};

const Operation operation_patch_where = {
	.method = M_PATCH,
	.path = S_INIT("/fhir/{type}"),
	.route = S_INIT("PATCH /fhir/{type}?"),
	.interaction = INT_PATCH_CONDITIONAL,
	.offered = true,
	.handle = handle_where,
	.summary = S_INIT("Change parts of the one resource that meets the criteria."),
};
