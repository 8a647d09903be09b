/* ValueSet/$expand. Source: https://hl7.org/fhir/R4/valueset-operation-expand.html */
#include "api/terms.h"

static bool whole_number(Call *c, const Parameters *p, Str name, int64_t *out, Reply *wrong)
{
	Str text = parameter(p, name);
	if (!text.n || (str_int(text, out) && *out >= 0))
		return true;
	*wrong = reply_fail(c, ERR_BAD_REQUEST, "%.*s must be a number from 0 on.", STR_ARG(name));
	return false;
}

static bool read_flags(Call *c, const Parameters *p, TermExpandAsk *ask, Reply *wrong)
{
	bool exclude_nested = true;
	if (!terms_flag(c, p, S("activeOnly"), &ask->active_only, wrong) ||
	    !terms_flag(c, p, S("includeDesignations"), &ask->designations, wrong) ||
	    !terms_flag(c, p, S("includeDefinition"), &ask->definition, wrong) ||
	    !terms_flag(c, p, S("excludeNotForUI"), &ask->no_abstract, wrong) ||
	    !terms_flag(c, p, S("excludeNested"), &exclude_nested, wrong))
		return false;
	ask->nested = !exclude_nested;
	return true;
}

static bool read_ask(Call *c, const Parameters *p, TermExpandAsk *ask, Reply *wrong)
{
	static const Str never[] = { S_INIT("context"),
		                     S_INIT("contextDirection"),
		                     S_INIT("date"),
		                     S_INIT("system-version"),
		                     S_INIT("check-system-version"),
		                     S_INIT("force-system-version"),
		                     { NULL, 0 } };
	*ask = (TermExpandAsk){ .count = -1,
		                .filter = parameter(p, S("filter")),
		                .language = parameter(p, S("displayLanguage")) };
	if (!terms_refuse(c, p, never, wrong) ||
	    !terms_what(c, p, FT_VALUESET, S("valueSet"), S("valueSetVersion"), &ask->what, wrong) ||
	    !read_flags(c, p, ask, wrong) || !whole_number(c, p, S("offset"), &ask->offset, wrong) ||
	    !whole_number(c, p, S("count"), &ask->count, wrong))
		return false;
	ask->without_systems = terms_all(c, p, S("exclude-system"), &ask->n_without_systems);
	ask->wanted_designations = terms_all(c, p, S("designation"), &ask->n_wanted_designations);
	if (ask->what.json.node || ask->what.url.n)
		return true;
	*wrong = reply_fail(c, ERR_BAD_REQUEST, "Say which value set: url, or valueSet in the body.");
	return false;
}

static Reply handle(Call *c)
{
	Parameters p;
	TermExpandAsk ask;
	Reply wrong;
	Str text;
	Outcome why = outcome_new(c->a);
	if (!parameters_read(c, &p, &wrong) || !read_ask(c, &p, &ask, &wrong))
		return wrong;
	Err e = term_expand(definitions_terms(c->api->records), &ask, c->a, &text, &why);
	return e == OK ? reply_fhir(c, 200, text) : terms_failed(c, e, &why);
}

#define EXPAND(what, verb, at) \
	TERM_OPERATION(what, verb, at, "ValueSet", "expand", handle, "List the codes of a value set.")
EXPAND(expand, GET, "ValueSet/")
EXPAND(expand_post, POST, "ValueSet/")
EXPAND(expand_one, GET, "ValueSet/{id}/")
EXPAND(expand_one_post, POST, "ValueSet/{id}/")
