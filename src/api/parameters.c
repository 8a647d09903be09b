#include "api/parameters.h"

static Str text_of(JVal v, Arena *a)
{
	if (json_is(v, J_STRING))
		return json_str(v, a);
	if (json_is(v, J_OBJECT))
		return JSTR(v, "reference", a);
	return json_is(v, J_ARRAY) || !v.node ? STR_END : json_raw(v);
}

static void add_member(Call *c, Parameters *p, JVal member)
{
	for (JIter it = json_iter(member); json_next(&it);) {
		if (!str_starts(it.key, S("value")))
			continue;
		Str text = text_of(it.value, c->a);
		if (text.p)
			p->list[p->n++] = (Pair){ JSTR(member, "name", c->a), text };
		return;
	}
}

bool parameters_read(Call *c, Parameters *out, Reply *wrong)
{
	size_t n;
	const Json *doc;
	const Pair *query = req_query_all(c->req, &n);
	*out = (Parameters){ 0 };
	JVal list = { 0 };
	if (c->req->method == M_POST && str_trim(c->req->body).n) {
		JError where = { 0 };
		if (json_parse(c->a, c->req->body, &doc, &where) != OK) {
			Outcome o = outcome_new(c->a);
			outcome_json_error(&o, &where);
			*wrong = reply_outcome(c, 400, &o);
			return false;
		}
		out->resource = json_root(doc);
		if (!json_str_is(JGET(out->resource, "resourceType"), S("Parameters"))) {
			*wrong = reply_fail(c, ERR_BAD_REQUEST, "The body must be a Parameters resource.");
			return false;
		}
		list = JGET(out->resource, "parameter");
	}
	out->list = ARENA_ARRAY(c->a, Pair, n + json_count(list) + 1);
	for (size_t i = 0; i < n; i++)
		out->list[out->n++] = query[i];
	for (JIter it = json_each(list); json_next(&it);)
		add_member(c, out, it.value);
	return true;
}

Str parameter_at(const Parameters *p, Str name, size_t n)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->list[i].name, name) && n-- == 0)
			return p->list[i].value;
	return STR_END;
}

Str parameter(const Parameters *p, Str name)
{
	return parameter_at(p, name, 0);
}

JVal parameter_json(const Parameters *p, Str name)
{
	for (JIter m = json_each(JGET(p->resource, "parameter")); json_next(&m);) {
		if (!json_str_is(JGET(m.value, "name"), name))
			continue;
		for (JIter it = json_iter(m.value); json_next(&it);)
			if (str_starts(it.key, S("value")) || str_eq(it.key, S("resource")))
				return it.value;
	}
	return (JVal){ NULL, NULL };
}

bool parameter_types(Call *c, const Parameters *p, TypeSet *out, bool *any, Reply *wrong)
{
	*any = false;
	*out = (TypeSet){ { 0 } };
	for (size_t i = 0; i < p->n; i++) {
		Str rest = p->list[i].value, name;
		if (!str_eq(p->list[i].name, S("_type")))
			continue;
		while (rest.p) {
			rest = str_cut(rest, ',', &name);
			name = str_trim(name);
			if (!name.n)
				continue;
			FhirType t = fhir_type(name);
			if (t == FT_NONE) {
				*wrong = reply_fail(c, ERR_BAD_REQUEST, "_type: '%.*s' is not a FHIR R4 resource type.",
				                    STR_ARG(str_upto(name, 64)));
				return false;
			}
			typeset_add(out, t);
			*any = true;
		}
	}
	return true;
}

bool parameter_moment(Call *c, const Parameters *p, Str name, Moment *out, bool *given, Reply *wrong)
{
	Str text = parameter(p, name);
	*given = text.n > 0;
	if (!text.n || time_parse_datetime(text, out))
		return true;
	*wrong =
	    reply_fail(c, ERR_BAD_REQUEST, "%.*s must be a date and time such as 2026-11-21T10:00:00Z.", STR_ARG(name));
	return false;
}
