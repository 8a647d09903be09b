/* $validate-code of ValueSet and CodeSystem. Sources: https://hl7.org/fhir/R4/valueset-operation-validate-code.html and
 * codesystem-operation-validate-code.html */
#include "api/terms.h"

static Reply answer(Call *c, const TermCheck *check)
{
	Buf b = buf_new(c->a, 512, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Parameters"));
	JW_ARRAY(&w, "parameter");
	jw_object(&w);
	JW_STR(&w, "name", S("result"));
	JW_BOOL(&w, "valueBoolean", check->result);
	jw_end_object(&w);
	const Str names[] = { S("message"), S("display") };
	const Str values[] = { check->message, check->display };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!values[i].n)
			continue;
		jw_object(&w);
		JW_STR(&w, "name", names[i]);
		JW_STR(&w, "valueString", values[i]);
		jw_end_object(&w);
	}
	jw_end_array(&w);
	jw_end_object(&w);
	return reply_fhir(c, 200, buf_str(&b));
}

static Reply handle(Call *c, FhirType type, Str inline_name, Str version_name, Str system_version)
{
	static const Str never[] = { S_INIT("context"), S_INIT("date"), { NULL, 0 } };
	Parameters p;
	TermCheck check;
	TermCoding *codings;
	Reply wrong;
	Outcome why = outcome_new(c->a);
	TermCheckAsk ask = { 0 };
	if (!parameters_read(c, &p, &wrong) || !terms_refuse(c, &p, never, &wrong) ||
	    !terms_what(c, &p, type, inline_name, version_name, &ask.what, &wrong) ||
	    !terms_codings(c, &p, system_version, &codings, &ask.n, &wrong) ||
	    !terms_flag(c, &p, S("abstract"), &ask.abstract, &wrong))
		return wrong;
	ask.codings = codings;
	ask.language = parameter(&p, S("displayLanguage"));
	const TermSource *s = definitions_terms(c->api->records);
	if (type == FT_VALUESET && !ask.what.json.node && !ask.what.url.n)
		return reply_fail(c, ERR_BAD_REQUEST, "Say which value set: url, or valueSet in the body.");
	Err e = type == FT_VALUESET ? term_validate_set(s, &ask, c->a, &check, &why)
	                            : term_validate_system(s, &ask, c->a, &check, &why);
	return e == OK ? answer(c, &check) : terms_failed(c, e, &why);
}

static Reply handle_set(Call *c)
{
	return handle(c, FT_VALUESET, S("valueSet"), S("valueSetVersion"), S("systemVersion"));
}

static Reply handle_system(Call *c)
{
	return handle(c, FT_CODESYSTEM, S("codeSystem"), S("version"), S("version"));
}

#define IN_SET(what, verb, at)                                                  \
	TERM_OPERATION(what, verb, at, "ValueSet", "validate-code", handle_set, \
	               "Say whether a code is in a value set, with the right display.")
IN_SET(validate_in_set, GET, "ValueSet/")
IN_SET(validate_in_set_post, POST, "ValueSet/")
IN_SET(validate_in_one_set, GET, "ValueSet/{id}/")
IN_SET(validate_in_one_set_post, POST, "ValueSet/{id}/")

#define IN_SYSTEM(what, verb, at)                                                    \
	TERM_OPERATION(what, verb, at, "CodeSystem", "validate-code", handle_system, \
	               "Say whether a code is in a code system, with the right display.")
IN_SYSTEM(validate_in_system, GET, "CodeSystem/")
IN_SYSTEM(validate_in_system_post, POST, "CodeSystem/")
IN_SYSTEM(validate_in_one_system, GET, "CodeSystem/{id}/")
IN_SYSTEM(validate_in_one_system_post, POST, "CodeSystem/{id}/")
