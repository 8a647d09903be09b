#include "api/terms.h"

/* The resource of the address: stored, or built in. */
static bool of_address(Call *c, FhirType type, TermWhat *out, Reply *wrong)
{
	Rec rec;
	c->type = type;
	c->type_name = fhir_type_name(type);
	Err e = visit_read(c->visit, type, c->id, &rec);
	if (e == ERR_NOT_FOUND && definitions_builtin(type, c->id, c->a, &rec))
		e = OK;
	if (e != OK) {
		*wrong = reply_refused(c, e);
		return false;
	}
	JVal json = rec_json(c->visit, &rec);
	out->url = JSTR(json, "url", c->a);
	out->version = JSTR(json, "version", c->a);
	JVal again;
	/* By its url, so that what was prepared is used; not when the url leads to another document. */
	if (!out->url.n || !definitions_find(c->api->records, type, out->url, out->version, c->a, &again) ||
	    !json_str_is(JGET(again, "id"), c->id))
		out->json = json;
	return true;
}

bool terms_what(Call *c, const Parameters *p, FhirType type, Str inline_name, Str version_name, TermWhat *out,
                Reply *wrong)
{
	*out = (TermWhat){ 0 };
	if (c->id.n)
		return of_address(c, type, out, wrong);
	out->json = parameter_json(p, inline_name);
	out->url = parameter(p, S("url"));
	out->version = parameter(p, version_name);
	if (out->json.node && !json_str_is(JGET(out->json, "resourceType"), fhir_type_name(type))) {
		*wrong = reply_fail(c, ERR_BAD_REQUEST, "%.*s must be a %.*s.", STR_ARG(inline_name),
		                    STR_ARG(fhir_type_name(type)));
		return false;
	}
	return true;
}

static TermCoding coding_of(Call *c, JVal json)
{
	TermCoding t = { JSTR(json, "system", c->a), JSTR(json, "version", c->a), JSTR(json, "code", c->a),
		         JSTR(json, "display", c->a) };
	return t;
}

bool terms_coding(Call *c, const Parameters *p, Str name, TermCoding *out)
{
	JVal json = parameter_json(p, name);
	if (!json_is(json, J_OBJECT))
		return false;
	*out = coding_of(c, json);
	return out->code.n > 0;
}

bool terms_codings(Call *c, const Parameters *p, Str version_name, TermCoding **out, size_t *n, Reply *wrong)
{
	JVal list = JGET(parameter_json(p, S("codeableConcept")), "coding");
	Str code = parameter(p, S("code"));
	*out = ARENA_ARRAY(c->a, TermCoding, json_count(list) + 2);
	*n = 0;
	if (terms_coding(c, p, S("coding"), *out)) {
		*n = 1;
	} else if (code.n) {
		Str system = parameter(p, S("system"));
		(*out)[(*n)++] = (TermCoding){ system.n ? system : STR_END, parameter(p, version_name), code,
			                       parameter(p, S("display")) };
	}
	for (JIter it = json_each(list); json_next(&it);) {
		TermCoding t = coding_of(c, it.value);
		if (t.code.n)
			(*out)[(*n)++] = t;
	}
	if (*n)
		return true;
	*wrong = reply_fail(c, ERR_BAD_REQUEST, "Say which code: code, coding or codeableConcept.");
	return false;
}

bool terms_flag(Call *c, const Parameters *p, Str name, bool *out, Reply *wrong)
{
	Str text = parameter(p, name);
	if (text.n && !str_eq(text, S("true")) && !str_eq(text, S("false"))) {
		*wrong = reply_fail(c, ERR_BAD_REQUEST, "%.*s must be true or false.", STR_ARG(name));
		return false;
	}
	if (text.n)
		*out = str_eq(text, S("true"));
	return true;
}

bool terms_refuse(Call *c, const Parameters *p, const Str *names, Reply *wrong)
{
	for (; names->p; names++) {
		if (!parameter(p, *names).n && !parameter_json(p, *names).node)
			continue;
		*wrong = reply_fail(c, ERR_NOT_SUPPORTED, "The parameter %.*s is not supported.", STR_ARG(*names));
		return false;
	}
	return true;
}

const Str *terms_all(Call *c, const Parameters *p, Str name, size_t *n)
{
	Str *list = ARENA_ARRAY(c->a, Str, p->n + 1);
	for (*n = 0; (list[*n] = parameter_at(p, name, *n)).p;)
		++*n;
	return list;
}

Reply terms_failed(Call *c, Err e, const Outcome *why)
{
	return why->count ? reply_outcome(c, err_status(e), why)
	                  : reply_fail(c, e, "The terminology cannot answer this.");
}
