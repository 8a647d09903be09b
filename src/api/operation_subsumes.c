/* CodeSystem/$subsumes. Source: https://hl7.org/fhir/R4/codesystem-operation-subsumes.html */
#include "api/terms.h"

/* codeA with system, or codingA. */
static bool read_code(Call *c, const Parameters *p, Str code_name, Str coding_name, TermCoding *out, Reply *wrong)
{
	Str system = parameter(p, S("system"));
	if (terms_coding(c, p, coding_name, out))
		return true;
	*out =
	    (TermCoding){ system.n ? system : STR_END, parameter(p, S("version")), parameter(p, code_name), STR_END };
	if (out->code.n)
		return true;
	*wrong =
	    reply_fail(c, ERR_BAD_REQUEST, "Give both codes: codeA and codeB with system, or codingA and codingB.");
	return false;
}

static Reply handle(Call *c)
{
	Parameters p;
	TermCoding x, y;
	TermWhat what = { 0 };
	Reply wrong;
	Str outcome;
	Outcome why = outcome_new(c->a);
	if (!parameters_read(c, &p, &wrong) || !read_code(c, &p, S("codeA"), S("codingA"), &x, &wrong) ||
	    !read_code(c, &p, S("codeB"), S("codingB"), &y, &wrong))
		return wrong;
	if (c->id.n && !terms_what(c, &p, FT_CODESYSTEM, S("codeSystem"), S("version"), &what, &wrong))
		return wrong;
	if (!c->id.n && !x.system.n)
		return reply_fail(c, ERR_BAD_REQUEST, "Say which code system: system, or codings with one.");
	Err e = term_relation(definitions_terms(c->api->records), &what, &x, &y, c->a, &outcome, &why);
	if (e != OK)
		return terms_failed(c, e, &why);
	return reply_fhir(c, 200,
	                  arena_printf(c->a,
	                               "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"outcome\","
	                               "\"valueCode\":\"%.*s\"}]}",
	                               STR_ARG(outcome)));
}

#define SUBSUMES(what, verb, at) \
	TERM_OPERATION(what, verb, at, "CodeSystem", "subsumes", handle, "Say whether one code is a kind of another.")
SUBSUMES(subsumes, GET, "CodeSystem/")
SUBSUMES(subsumes_post, POST, "CodeSystem/")
SUBSUMES(subsumes_one, GET, "CodeSystem/{id}/")
SUBSUMES(subsumes_one_post, POST, "CodeSystem/{id}/")
