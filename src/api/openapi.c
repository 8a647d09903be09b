/* GET /fhir/openapi.json. */
#include "api/openapi.h"

#include "base/version.h"

#include <ctype.h>

/* ---- parts that all operations share ---- */

static void write_schema_type(JWriter *w, Str type)
{
	JW_OBJECT(w, "schema");
	JW_STR(w, "type", type);
	jw_end_object(w);
}

static void write_reference(JWriter *w, Str to)
{
	jw_object(w);
	JW_STR(w, "$ref", to);
	jw_end_object(w);
}

static void write_types(JWriter *w)
{
	JW_OBJECT(w, "schema");
	JW_STR(w, "type", S("string"));
	JW_ARRAY(w, "enum");
	for (int t = FT_NONE + 1; t < FT_COUNT; t++)
		jw_str(w, fhir_type_name((FhirType)t));
	jw_end_array(w);
	jw_end_object(w);
}

static void write_path_parameter(JWriter *w, Str name, Str what, bool types)
{
	jw_key(w, name);
	jw_object(w);
	JW_STR(w, "name", name);
	JW_STR(w, "in", S("path"));
	JW_BOOL(w, "required", true);
	JW_STR(w, "description", what);
	if (types)
		write_types(w);
	else
		write_schema_type(w, S("string"));
	jw_end_object(w);
}

/* Search parameters: any of the type's, so a free-form object, one query parameter per member. */
static void write_criteria(JWriter *w)
{
	JW_OBJECT(w, "criteria");
	JW_STR(w, "name", S("criteria"));
	JW_STR(w, "in", S("query"));
	JW_STR(w, "description",
	       S("Search parameters of the type and those of every search (_id, _count, _sort, _include, …), as the "
	         "CapabilityStatement lists them."));
	JW_STR(w, "style", S("form"));
	JW_BOOL(w, "explode", true);
	JW_OBJECT(w, "schema");
	JW_STR(w, "type", S("object"));
	JW_OBJECT(w, "additionalProperties");
	JW_STR(w, "type", S("string"));
	jw_end_object(w);
	jw_end_object(w);
	jw_end_object(w);
}

static void write_resource_schema(JWriter *w)
{
	JW_OBJECT(w, "Resource");
	JW_STR(w, "type", S("object"));
	JW_STR(w, "description", S("A FHIR R4 resource as JSON: https://hl7.org/fhir/R4/resourcelist.html"));
	JW_ARRAY(w, "required");
	jw_str(w, S("resourceType"));
	jw_end_array(w);
	JW_OBJECT(w, "properties");
	JW_OBJECT(w, "resourceType");
	JW_STR(w, "type", S("string"));
	jw_end_object(w);
	jw_end_object(w);
	jw_end_object(w);
}

static void write_components(JWriter *w)
{
	JW_OBJECT(w, "components");
	JW_OBJECT(w, "securitySchemes");
	JW_OBJECT(w, "bearer");
	JW_STR(w, "type", S("http"));
	JW_STR(w, "scheme", S("bearer"));
	jw_end_object(w);
	jw_end_object(w);
	JW_OBJECT(w, "parameters");
	write_path_parameter(w, S("type"), S("A FHIR R4 resource type."), true);
	write_path_parameter(w, S("compartment"), S("Patient, Practitioner, RelatedPerson, Encounter or Device."),
	                     false);
	write_path_parameter(w, S("id"), S("The id of a resource."), false);
	write_path_parameter(w, S("version"), S("A version: meta.versionId, what stands in the ETag."), false);
	write_path_parameter(w, S("job"), S("The id of a job, from Content-Location."), false);
	write_path_parameter(w, S("file"), S("The name of a file, from the job's manifest."), false);
	write_criteria(w);
	jw_end_object(w);
	JW_OBJECT(w, "schemas");
	write_resource_schema(w);
	jw_end_object(w);
	jw_end_object(w);
}

/* ---- one operation ---- */

static Str body_media(const Operation *op)
{
	switch (op->method) {
	case M_PATCH:
		return S("application/json-patch+json");
	case M_POST:
		return op->interaction == INT_SEARCH_POST ? S("application/x-www-form-urlencoded")
		                                          : S("application/fhir+json");
	case M_PUT:
		return S("application/fhir+json");
	case M_GET:
	case M_HEAD:
	case M_DELETE:
	case M_OPTIONS:
	case M_OTHER:
		break;
	}
	return STR_END;
}

static void write_body(JWriter *w, const Operation *op)
{
	Str media = body_media(op);
	if (!media.p)
		return;
	JW_OBJECT(w, "requestBody");
	JW_OBJECT(w, "content");
	jw_key(w, media);
	jw_object(w);
	jw_key(w, S("schema"));
	if (str_eq(media, S("application/fhir+json"))) {
		write_reference(w, S("#/components/schemas/Resource"));
	} else {
		jw_object(w);
		jw_end_object(w); /* any */
	}
	jw_end_object(w);
	jw_end_object(w);
	jw_end_object(w);
}

static void write_response(JWriter *w, Str status, Str what)
{
	jw_key(w, status);
	jw_object(w);
	JW_STR(w, "description", what);
	JW_OBJECT(w, "content");
	JW_OBJECT(w, "application/fhir+json");
	jw_key(w, S("schema"));
	write_reference(w, S("#/components/schemas/Resource"));
	jw_end_object(w);
	jw_end_object(w);
	jw_end_object(w);
}

/* "GET /fhir/{type}/$validate" → "get_fhir_type_validate" */
static Str operation_id(const Operation *op, Arena *a)
{
	Buf b = buf_new(a, 64, 0);
	Str from = arena_join(a, method_name(op->method), op->path, STR_END);
	bool gap = false;
	for (size_t i = 0; i < from.n; i++) {
		unsigned char c = (unsigned char)from.p[i];
		if (!isalnum(c)) {
			gap = b.n > 0;
			continue;
		}
		if (gap)
			buf_byte(&b, '_');
		gap = false;
		buf_byte(&b, (char)tolower(c));
	}
	return buf_str(&b);
}

static bool searches(Interaction i)
{
	return i == INT_SEARCH || i == INT_SEARCH_COMPARTMENT || i == INT_SEARCH_SYSTEM ||
	       i == INT_UPDATE_CONDITIONAL || i == INT_PATCH_CONDITIONAL || i == INT_DELETE_CONDITIONAL;
}

static void write_operation(JWriter *w, const Operation *op, Arena *a)
{
	Str method = method_name(op->method);
	char small[16] = "";
	for (size_t i = 0; i < method.n && i + 1 < sizeof small; i++)
		small[i] = (char)tolower((unsigned char)method.p[i]);
	jw_key(w, str_c(small));
	jw_object(w);
	JW_STR(w, "operationId", operation_id(op, a));
	JW_STR(w, "summary", op->summary);
	if (op->open) {
		JW_ARRAY(w, "security");
		jw_end_array(w);
	}
	if (searches(op->interaction)) {
		JW_ARRAY(w, "parameters");
		write_reference(w, S("#/components/parameters/criteria"));
		jw_end_array(w);
	}
	write_body(w, op);
	JW_OBJECT(w, "responses");
	write_response(w, S("2XX"), S("It was done: a resource, a Bundle, or nothing where nothing was asked."));
	write_response(w, S("4XX"), S("An OperationOutcome that says what was wrong and where."));
	jw_end_object(w);
	jw_end_object(w);
}

/* ---- paths ---- */

/* The names in braces of a path, as parameters of all its operations. */
static void write_path_parameters(JWriter *w, Str path, Arena *a)
{
	bool any = false;
	while (path.p) {
		Str segment;
		path = str_cut(path, '/', &segment);
		if (!str_starts(segment, S("{")))
			continue;
		if (!any)
			JW_ARRAY(w, "parameters");
		any = true;
		write_reference(
		    w, arena_join(a, S("#/components/parameters/"), str_n(segment.p + 1, segment.n - 2), STR_END));
	}
	if (any)
		jw_end_array(w);
}

static bool first_of_path(size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (operations[i]->offered && str_eq(operations[i]->path, operations[at]->path))
			return false;
	return true;
}

static bool first_of_method(size_t path, size_t at)
{
	for (size_t i = path; i < at; i++)
		if (operations[i]->offered && operations[i]->method == operations[at]->method &&
		    str_eq(operations[i]->path, operations[at]->path))
			return false;
	return true;
}

static void write_path(JWriter *w, size_t at, Arena *a)
{
	Str path = operations[at]->path;
	jw_key(w, path.n > 5 ? str_from(path, 5) : S("/"));
	jw_object(w);
	write_path_parameters(w, path, a);
	for (size_t i = at; i < operations_count; i++)
		if (operations[i]->offered && str_eq(operations[i]->path, path) && first_of_method(at, i))
			write_operation(w, operations[i], a);
	jw_end_object(w);
}

Str openapi_document(const Api *api, Arena *a)
{
	Buf b = buf_new(a, 64 * 1024, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "openapi", S("3.1.0"));
	JW_OBJECT(&w, "info");
	JW_STR(&w, "title", S("Samendoel: goal-oriented care as FHIR R4"));
	JW_STR(&w, "version", S(SAMENDOEL_VERSION));
	JW_STR(&w, "description",
	       S("What a user may not see does not exist for them; each look and each change is in the person's access "
	         "log before the answer leaves."));
	jw_end_object(&w);
	JW_ARRAY(&w, "servers");
	jw_object(&w);
	JW_STR(&w, "url", api->base);
	jw_end_object(&w);
	jw_end_array(&w);
	JW_ARRAY(&w, "security");
	jw_object(&w);
	JW_ARRAY(&w, "bearer");
	jw_end_array(&w);
	jw_end_object(&w);
	jw_end_array(&w);
	JW_OBJECT(&w, "paths");
	for (size_t i = 0; i < operations_count; i++)
		if (operations[i]->offered && first_of_path(i))
			write_path(&w, i, a);
	jw_end_object(&w);
	write_components(&w);
	jw_end_object(&w);
	return buf_str(&b);
}

Str api_openapi(const Api *api)
{
	return api->openapi;
}

static Reply handle(Call *c)
{
	Reply r = reply_fhir(c, 200, c->api->openapi);
	r.type = S("application/json");
	r.no_store = false;
	return r;
}

const Operation operation_openapi = {
	.method = M_GET,
	.path = S_INIT("/fhir/openapi.json"),
	.route = S_INIT("GET /fhir/openapi.json"),
	.interaction = INT_CAPABILITIES,
	.open = true,
	.offered = true,
	.handle = handle,
	.summary = S_INIT("This description of the API (OpenAPI 3.1)."),
};
