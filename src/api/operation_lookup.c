/* CodeSystem/$lookup. Source: https://hl7.org/fhir/R4/codesystem-operation-lookup.html */
#include "api/terms.h"

static Reply handle(Call *c)
{
	static const Str never[] = { S_INIT("date"), { NULL, 0 } };
	Parameters p;
	TermCoding *codings;
	Reply wrong;
	Str text;
	size_t n;
	Outcome why = outcome_new(c->a);
	TermLookupAsk ask = { 0 };
	if (!parameters_read(c, &p, &wrong) || !terms_refuse(c, &p, never, &wrong) ||
	    !terms_codings(c, &p, S("version"), &codings, &n, &wrong))
		return wrong;
	ask.coding = codings[0];
	ask.language = parameter(&p, S("displayLanguage"));
	ask.properties = terms_all(c, &p, S("property"), &ask.n_properties);
	if (!ask.coding.system.n)
		return reply_fail(c, ERR_BAD_REQUEST, "Say which code system: system with code, or a coding.");
	Err e = term_lookup(definitions_terms(c->api->records), &ask, c->a, &text, &why);
	return e == OK ? reply_fhir(c, 200, text) : terms_failed(c, e, &why);
}

TERM_OPERATION(lookup, GET, "CodeSystem/", "CodeSystem", "lookup", handle, "Give what is known about a code.")
TERM_OPERATION(lookup_post, POST, "CodeSystem/", "CodeSystem", "lookup", handle, "Give what is known about a code.")
