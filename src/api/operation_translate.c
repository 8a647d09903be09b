/* ConceptMap/$translate. Source: https://hl7.org/fhir/R4/conceptmap-operation-translate.html */
#include "api/terms.h"

static Reply handle(Call *c)
{
	static const Str never[] = { S_INIT("dependency"), { NULL, 0 } };
	Parameters p;
	TermCoding *codings;
	Reply wrong;
	Str text;
	Outcome why = outcome_new(c->a);
	TermTranslateAsk ask = { 0 };
	if (!parameters_read(c, &p, &wrong) || !terms_refuse(c, &p, never, &wrong) ||
	    !terms_what(c, &p, FT_CONCEPTMAP, S("conceptMap"), S("conceptMapVersion"), &ask.map, &wrong) ||
	    !terms_codings(c, &p, S("version"), &codings, &ask.n, &wrong) ||
	    !terms_flag(c, &p, S("reverse"), &ask.reverse, &wrong))
		return wrong;
	ask.codings = codings;
	ask.source = parameter(&p, S("source"));
	ask.target = parameter(&p, S("target"));
	ask.target_system = parameter(&p, S("targetsystem"));
	for (size_t i = 0; i < ask.n; i++)
		if (!codings[i].system.n)
			return reply_fail(c, ERR_BAD_REQUEST, "Say which code system: system with code, or a coding.");
	Err e = term_translate(definitions_terms(c->api->records), &ask, c->a, &text, &why);
	return e == OK ? reply_fhir(c, 200, text) : terms_failed(c, e, &why);
}

#define TRANSLATE(what, verb, at) \
	TERM_OPERATION(what, verb, at, "ConceptMap", "translate", handle, "Translate a code by the concept maps.")
TRANSLATE(translate, GET, "ConceptMap/")
TRANSLATE(translate_post, POST, "ConceptMap/")
TRANSLATE(translate_one, GET, "ConceptMap/{id}/")
TRANSLATE(translate_one_post, POST, "ConceptMap/{id}/")
