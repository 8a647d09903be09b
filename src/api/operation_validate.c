/* $validate: what would be wrong with a resource, without keeping it. The answer is 200 with an OperationOutcome, also
 * when there are errors. Source: https://hl7.org/fhir/R4/resource-operation-validate.html */
#include "access/definitions.h"
#include "api/parameters.h"

enum { PROFILES_MAX = 20 };

typedef struct Asked {
	JVal resource; /* absent: none was given */
	Str mode;
	Str profiles[PROFILES_MAX];
	size_t n_profiles;
} Asked;

static bool add_profile(Asked *x, Str url)
{
	if (!url.n)
		return true;
	if (x->n_profiles == PROFILES_MAX)
		return false;
	x->profiles[x->n_profiles++] = url;
	return true;
}

/* A Parameters resource wraps what is asked; one without a parameter "resource" can be meant itself. */
static bool is_wrapper(JVal v)
{
	if (!json_str_is(JGET(v, "resourceType"), S("Parameters")))
		return false;
	for (JIter it = json_each(JGET(v, "parameter")); json_next(&it);) {
		JVal name = JGET(it.value, "name");
		if (json_str_is(name, S("resource")) || json_str_is(name, S("mode")) || json_str_is(name, S("profile")))
			return true;
	}
	return false;
}

static bool read_wrapper(Call *c, Asked *x, JVal body)
{
	bool room = true;
	for (JIter it = json_each(JGET(body, "parameter")); json_next(&it);) {
		JVal name = JGET(it.value, "name");
		Str text = STR_END;
		for (JIter v = json_iter(it.value); json_next(&v);)
			if (str_starts(v.key, S("value")))
				text = json_str(v.value, c->a);
		if (json_str_is(name, S("resource")))
			x->resource = JGET(it.value, "resource");
		else if (json_str_is(name, S("mode")))
			x->mode = text;
		else if (json_str_is(name, S("profile")))
			room = add_profile(x, text) && room;
	}
	return room;
}

/* False: *wrong is the reply. */
static bool read_asked(Call *c, Asked *x, Reply *wrong)
{
	size_t n;
	bool room = true;
	const Pair *query = req_query_all(c->req, &n);
	*x = (Asked){ .mode = STR_END };
	for (size_t i = 0; i < n; i++) {
		if (str_eq(query[i].name, S("mode")))
			x->mode = query[i].value;
		if (str_eq(query[i].name, S("profile")))
			room = add_profile(x, query[i].value) && room;
	}
	if (c->req->method == M_POST && str_trim(c->req->body).n) {
		const Json *doc;
		JError where = { 0 };
		Outcome o = outcome_new(c->a);
		if (json_parse(c->a, c->req->body, &doc, &where) != OK) {
			outcome_json_error(&o, &where);
			*wrong = reply_outcome(c, 400, &o);
			return false;
		}
		x->resource = json_root(doc);
		if (is_wrapper(x->resource)) {
			JVal body = x->resource;
			x->resource = (JVal){ NULL, NULL };
			room = read_wrapper(c, x, body) && room;
		}
	}
	if (!room)
		*wrong = reply_fail(c, ERR_BAD_REQUEST, "At most %d profiles can be asked at once.", PROFILES_MAX);
	return room;
}

static bool mode_ok(Call *c, const Asked *x, Reply *wrong)
{
	static const Str known[] = { S_INIT("create"), S_INIT("update"), S_INIT("delete"), S_INIT("profile") };
	if (!x->mode.n)
		return true;
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(known[i], x->mode))
			return true;
	*wrong = reply_fail(c, ERR_BAD_REQUEST, "mode is create, update or delete.");
	return false;
}

/* What the address says beside the definitions: type, and id when it is an update. */
static void check_address(Call *c, const Asked *x, Outcome *o)
{
	Str type = JSTR(x->resource, "resourceType", c->a), id = JSTR(x->resource, "id", c->a);
	if (c->type_name.n && type.n && !str_eq(type, c->type_name))
		outcome_add(o, SEV_ERROR, S("structure"), type, "The address is for %.*s, the resource is a %.*s",
		            STR_ARG(c->type_name), STR_ARG(str_clip(type, 64)));
	if (c->id.n && id.n && !str_eq(id, c->id))
		outcome_add(o, SEV_ERROR, S("invalid"), arena_join(c->a, type, S(".id"), STR_END),
		            "The resource has another id than its address");
	if (str_eq(x->mode, S("update")) && !id.n)
		outcome_add(o, SEV_ERROR, S("required"), type, "An update needs a resource with an id");
}

static Reply check(Call *c, const Asked *x)
{
	ValidateOptions options = definitions_checks(c->api->records, true);
	Outcome o = outcome_new(c->a);
	options.profiles = x->profiles;
	options.n_profiles = x->n_profiles;
	check_address(c, x, &o);
	Err e = fhir_validate_with(x->resource, &options, &o);
	(void)e; /* the outcome says it */
	return reply_outcome(c, 200, &o);
}

/* Could it be deleted? The door says; nothing is: what is tried is tried in a visit that never ends, because that of
 * the call may be a bundle's. */
static Reply check_delete(Call *c)
{
	Outcome o = outcome_new(c->a);
	Visit *trial = visit_new(c->api->records, visit_scope(c->visit), c->a);
	Err e = visit_delete(trial, c->type, c->id, 0);
	if (e == ERR_NOT_FOUND || e == ERR_GONE)
		return reply_refused(c, e);
	if (e != OK)
		outcome_err(&o, e, "This resource may not be deleted");
	return reply_outcome(c, 200, &o);
}

static Reply handle(Call *c)
{
	Asked x;
	Reply wrong;
	Rec rec;
	const Json *doc;
	if (!read_asked(c, &x, &wrong) || !mode_ok(c, &x, &wrong))
		return wrong;
	if (c->id.n) {
		Err e = visit_read(c->visit, c->type, c->id, &rec);
		if (e != OK)
			return reply_refused(c, e);
		if (str_eq(x.mode, S("delete")))
			return check_delete(c);
		if (!x.resource.node && json_parse(c->a, rec.body, &doc, NULL) == OK)
			x.resource = json_root(doc);
	}
	if (!x.resource.node)
		return reply_fail(c, ERR_BAD_REQUEST,
		                  "There is no resource to validate: give one as the body, or in a "
		                  "Parameters resource as 'resource'.");
	return check(c, &x);
}

#define VALIDATE(what, verb, at, says)                                                             \
	const Operation operation_validate##what = {                                               \
		.method = M_##verb,                                                                \
		.path = S_INIT("/fhir/" at "$validate"),                                           \
		.route = S_INIT(#verb " /fhir/" at "$validate"),                                   \
		.interaction = INT_OPERATION,                                                      \
		.offered = true,                                                                   \
		.handle = handle,                                                                  \
		.summary = S_INIT(says),                                                           \
		.name = S_INIT("validate"),                                                        \
		.definition = S_INIT("http://hl7.org/fhir/OperationDefinition/Resource-validate"), \
	};

VALIDATE(, POST, "", "Say what is wrong with a resource, without keeping it.")
VALIDATE(_type, POST, "{type}/", "Say what is wrong with a resource of this type, without keeping it.")
VALIDATE(_instance, GET, "{type}/{id}/", "Say what is wrong with a stored resource.")
VALIDATE(_instance_post, POST, "{type}/{id}/",
         "Say what would be wrong with an update of a stored resource, or with deleting it.")
