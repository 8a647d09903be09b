/* GET /fhir/metadata. Source: https://hl7.org/fhir/R4/capabilitystatement.html */
#include "api/metadata.h"
#include "access/definitions.h"

#include <stdio.h>

#include "base/version.h"
#include "fhir/published.h"

static bool offers(Interaction i)
{
	for (size_t k = 0; k < operations_count; k++)
		if (operations[k]->interaction == i && operations[k]->offered)
			return true;
	return false;
}

typedef struct Word {
	Interaction interaction;
	Str code;
} Word;

static const Word type_words[] = {
	{ INT_READ, S_INIT("read") },
	{ INT_VREAD, S_INIT("vread") },
	{ INT_UPDATE, S_INIT("update") },
	{ INT_PATCH, S_INIT("patch") },
	{ INT_DELETE, S_INIT("delete") },
	{ INT_HISTORY_INSTANCE, S_INIT("history-instance") },
	{ INT_HISTORY_TYPE, S_INIT("history-type") },
	{ INT_CREATE, S_INIT("create") },
	{ INT_SEARCH, S_INIT("search-type") },
};

static const Word system_words[] = {
	{ INT_BUNDLE, S_INIT("transaction") },
	{ INT_BUNDLE, S_INIT("batch") },
	{ INT_HISTORY_SYSTEM, S_INIT("history-system") },
	{ INT_SEARCH_SYSTEM, S_INIT("search-system") },
};

static void write_interactions(JWriter *w, const Word *words, size_t n)
{
	JW_ARRAY(w, "interaction");
	for (size_t i = 0; i < n; i++) {
		if (!offers(words[i].interaction))
			continue;
		jw_object(w);
		JW_STR(w, "code", words[i].code);
		jw_end_object(w);
	}
	jw_end_array(w);
}

static Str kind_code(ParamKind k)
{
	switch (k) {
	case PARAM_NUMBER:
		return S("number");
	case PARAM_DATE:
		return S("date");
	case PARAM_STRING:
		return S("string");
	case PARAM_TOKEN:
		return S("token");
	case PARAM_REFERENCE:
		return S("reference");
	case PARAM_QUANTITY:
		return S("quantity");
	case PARAM_URI:
		return S("uri");
	case PARAM_COMPOSITE:
		return S("composite");
	case PARAM_SPECIAL:
		return S("special");
	}
	return STR_END;
}

static void write_params(JWriter *w, FhirType type)
{
	size_t n;
	const SearchParam *const *params = search_params(type, &n);
	JW_ARRAY(w, "searchParam");
	for (size_t i = 0; i < n; i++) {
		if (!search_modifier_ok(params[i], STR_END))
			continue;
		jw_object(w);
		JW_STR(w, "name", params[i]->code);
		JW_STR(w, "type", kind_code(params[i]->kind));
		jw_end_object(w);
	}
	static const Str others[] = { S_INIT("_list"), S_INIT("_filter") };
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		jw_object(w);
		JW_STR(w, "name", others[i]);
		JW_STR(w, "type", S("special"));
		jw_end_object(w);
	}
	jw_end_array(w);
}

/* "Goal:subject": what can be followed from a type, and what can be followed to it. */
static void write_include(JWriter *w, const SearchParam *p)
{
	char text[200];
	Str type = fhir_type_name(p->type);
	int n = snprintf(text, sizeof text, "%.*s:%.*s", STR_ARG(type), STR_ARG(p->code));
	jw_str(w, str_n(text, (size_t)n));
}

static void write_includes(JWriter *w, FhirType type)
{
	size_t n;
	const SearchParam *const *params = search_params(type, &n);
	JW_ARRAY(w, "searchInclude");
	jw_str(w, S("*"));
	for (size_t i = 0; i < n; i++)
		if (params[i]->kind == PARAM_REFERENCE)
			write_include(w, params[i]);
	jw_end_array(w);
	JW_ARRAY(w, "searchRevInclude");
	for (FhirType from = FT_NONE + 1; from < FT_COUNT; from++) {
		params = search_params(from, &n);
		for (size_t i = 0; i < n; i++)
			if (params[i]->kind == PARAM_REFERENCE &&
			    (typeset_empty(&params[i]->targets) || typeset_has(&params[i]->targets, type)))
				write_include(w, params[i]);
	}
	jw_end_array(w);
}

/* ---- operations ---- */

/* The path below /fhir/: "{type}/{id}/$validate" → "{type}", "$export" → "$export". */
static Str first_segment(const Operation *op)
{
	Str first;
	str_cut(str_from(op->path, sizeof("/fhir/") - 1), '/', &first);
	return first;
}

/* Is this operation reached at the system (type FT_NONE), or at the type or an instance of it? */
static bool reached(const Operation *op, FhirType type)
{
	Str first = first_segment(op);
	if (op->interaction != INT_OPERATION || !op->offered)
		return false;
	if (type == FT_NONE)
		return str_starts(first, S("$"));
	return str_eq(first, S("{type}")) || str_eq(first, fhir_type_name(type));
}

/* One operation may have several addresses and methods; it is listed once. */
static bool listed_before(size_t at, FhirType type)
{
	for (size_t i = 0; i < at; i++)
		if (reached(operations[i], type) && str_eq(operations[i]->name, operations[at]->name))
			return true;
	return false;
}

static void write_operations(JWriter *w, FhirType type)
{
	bool any = false;
	for (size_t i = 0; i < operations_count; i++) {
		if (!reached(operations[i], type) || listed_before(i, type))
			continue;
		if (!any)
			JW_ARRAY(w, "operation");
		any = true;
		jw_object(w);
		JW_STR(w, "name", operations[i]->name);
		JW_STR(w, "definition", operations[i]->definition);
		jw_end_object(w);
	}
	if (any)
		jw_end_array(w);
}

static void write_profile(JWriter *w, Str url, bool *any)
{
	if (!*any)
		JW_ARRAY(w, "supportedProfile");
	*any = true;
	jw_str(w, url);
}

/* Our own, and what every resource of the type is held to here. */
static void write_profiles(JWriter *w, const Records *records, FhirType type)
{
	bool any = false;
	ProfileList required = records ? definitions_required(records, type) : (ProfileList){ 0 };
	if (type == FT_SUBSCRIPTION)
		write_profile(w, S(BACKPORT "backport-subscription"), &any);
	for (size_t i = 0; i < required.n; i++)
		write_profile(w, required.urls[i], &any);
	for (size_t i = 0; i < published_count; i++) {
		bool twice = false;
		for (size_t k = 0; k < required.n; k++)
			twice = twice || str_eq(required.urls[k], published[i].url);
		if (published[i].about == type && !twice)
			write_profile(w, published[i].url, &any);
	}
	if (any)
		jw_end_array(w);
}

/* The topics that can be subscribed to. R4 has no resource for them; this extension lists them. */
static void write_topics(JWriter *w, Arena *a)
{
	JW_ARRAY(w, "extension");
	for (size_t i = 0; i < care_topics_count + FT_COUNT; i++) {
		FhirType t = i < care_topics_count ? FT_NONE : (FhirType)(i - care_topics_count);
		Topic plain = { .name = t != FT_NONE ? fhir_type_name(t) : STR_END };
		if (i >= care_topics_count && !topic_type_ok(t))
			continue;
		jw_object(w);
		JW_STR(w, "url", S(BACKPORT "capabilitystatement-subscriptiontopic-canonical"));
		JW_STR(w, "valueCanonical", topic_url(i < care_topics_count ? &care_topics[i] : &plain, a));
		jw_end_object(w);
	}
	jw_end_array(w);
}

static void write_type(JWriter *w, const Records *records, FhirType type, Arena *a)
{
	jw_object(w);
	if (type == FT_SUBSCRIPTION)
		write_topics(w, a);
	JW_STR(w, "type", fhir_type_name(type));
	write_interactions(w, type_words, COUNT_OF(type_words));
	write_profiles(w, records, type);
	JW_STR(w, "versioning", S("versioned"));
	JW_BOOL(w, "readHistory", true);
	JW_BOOL(w, "updateCreate", true);
	JW_BOOL(w, "conditionalCreate", true);
	JW_STR(w, "conditionalRead", S("full-support"));
	JW_BOOL(w, "conditionalUpdate", offers(INT_UPDATE_CONDITIONAL));
	JW_STR(w, "conditionalDelete", offers(INT_DELETE_CONDITIONAL) ? S("single") : S("not-supported"));
	if (offers(INT_SEARCH)) {
		write_includes(w, type);
		write_params(w, type);
	}
	write_operations(w, type);
	jw_end_object(w);
}

static void write_rest(JWriter *w, const Api *api, Arena *a)
{
	JW_ARRAY(w, "rest");
	jw_object(w);
	JW_STR(w, "mode", S("server"));
	JW_OBJECT(w, "security");
	JW_BOOL(w, "cors", false);
	JW_ARRAY(w, "service");
	jw_object(w);
	JW_STR(w, "text", S("Bearer token of an account"));
	jw_end_object(w);
	jw_end_array(w);
	JW_STR(w, "description",
	       S("Every request needs a bearer token or a signed-in session. What a user may not see does not exist "
	         "for them. "
	         "Each read and write is in the access log of the person before the answer leaves."));
	jw_end_object(w);
	JW_ARRAY(w, "resource");
	for (int t = FT_NONE + 1; t < FT_COUNT; t++)
		write_type(w, api->records, (FhirType)t, a);
	jw_end_array(w);
	write_interactions(w, system_words, COUNT_OF(system_words));
	write_operations(w, FT_NONE);
	jw_end_object(w);
	jw_end_array(w);
}

Str capability_statement(const Api *api, Arena *a)
{
	Buf b = buf_new(a, 1024 * 1024, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("CapabilityStatement"));
	JW_STR(&w, "status", S("active"));
	JW_STR(&w, "date", time_date(a, time_now()));
	JW_STR(&w, "kind", S("instance"));
	JW_OBJECT(&w, "software");
	JW_STR(&w, "name", S("Samendoel"));
	JW_STR(&w, "version", S(SAMENDOEL_VERSION));
	jw_end_object(&w);
	JW_OBJECT(&w, "implementation");
	JW_STR(&w, "description", S("Samendoel: goal-oriented care as FHIR R4"));
	JW_STR(&w, "url", api->base);
	jw_end_object(&w);
	JW_STR(&w, "fhirVersion", S("4.0.1"));
	JW_ARRAY(&w, "format");
	jw_str(&w, S("application/fhir+json"));
	jw_str(&w, S("json"));
	jw_end_array(&w);
	if (offers(INT_PATCH)) {
		JW_ARRAY(&w, "patchFormat");
		jw_str(&w, S("application/json-patch+json"));
		jw_str(&w, S("application/fhir+json"));
		jw_end_array(&w);
	}
	write_rest(&w, api, a);
	jw_end_object(&w);
	return buf_str(&b);
}

static Reply handle(Call *c)
{
	bool terms = c->req->query.n && str_eq(req_query(c->req, S("mode")), S("terminology"));
	Reply r = reply_fhir(c, 200, terms ? terminology_capabilities(c->api, c->a) : c->api->metadata);
	r.no_store = false;
	return r;
}

const Operation operation_capabilities = {
	.method = M_GET,
	.path = S_INIT("/fhir/metadata"),
	.route = S_INIT("GET /fhir/metadata"),
	.interaction = INT_CAPABILITIES,
	.open = true,
	.offered = true,
	.handle = handle,
	.summary = S_INIT("Tell what this server can do (CapabilityStatement)."),
};
