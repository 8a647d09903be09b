/* CodeSystem/$lookup and $subsumes. Sources: https://hl7.org/fhir/R4/codesystem-operation-lookup.html and
 * codesystem-operation-subsumes.html */
#include "fhir/terminology/term.h"

typedef struct Looker {
	const TermLookupAsk *ask;
	const TermSystem *cs;
	const Concept *c;
	Arena *a;
	JWriter *w;
} Looker;

static bool asks_for(const TermLookupAsk *ask, Str property)
{
	for (size_t i = 0; i < ask->n_properties; i++)
		if (str_eq(ask->properties[i], property) || str_eq(ask->properties[i], S("*")))
			return true;
	return !ask->n_properties;
}

/* "lang.nl" asks for the designations of a language. */
static bool asks_for_language(const TermLookupAsk *ask, Str language)
{
	for (size_t i = 0; i < ask->n_properties; i++)
		if (str_starts(ask->properties[i], S("lang.")) &&
		    language_fits(str_from(ask->properties[i], 5), language))
			return true;
	return asks_for(ask, S("designation"));
}

static void text_parameter(JWriter *w, Str name, Str type, Str value)
{
	if (!value.n)
		return;
	jw_object(w);
	JW_STR(w, "name", name);
	jw_key(w, type);
	jw_str(w, value);
	jw_end_object(w);
}

static void write_designations(Looker *l)
{
	JWriter *w = l->w;
	for (DesignationIter d = designations_of(l->cs, l->c); designation_next(&d);) {
		Str language = JSTR(d.value, "language", l->a);
		JVal use = JGET(d.value, "use");
		if (!asks_for_language(l->ask, language))
			continue;
		jw_object(w);
		JW_STR(w, "name", S("designation"));
		JW_ARRAY(w, "part");
		text_parameter(w, S("language"), S("valueCode"), language);
		if (json_is(use, J_OBJECT)) {
			jw_object(w);
			JW_STR(w, "name", S("use"));
			JW_RAW(w, "valueCoding", json_raw(use));
			jw_end_object(w);
		}
		text_parameter(w, S("value"), S("valueString"), JSTR(d.value, "value", l->a));
		jw_end_array(w);
		jw_end_object(w);
	}
}

/* type: "valueCode"; raw: JSON. */
static void write_property(Looker *l, Str code, Str type, Str raw, Str description)
{
	JWriter *w = l->w;
	if (!asks_for(l->ask, code))
		return;
	jw_object(w);
	JW_STR(w, "name", S("property"));
	JW_ARRAY(w, "part");
	text_parameter(w, S("code"), S("valueCode"), code);
	jw_object(w);
	JW_STR(w, "name", S("value"));
	jw_key(w, type);
	jw_raw(w, raw);
	jw_end_object(w);
	text_parameter(w, S("description"), S("valueString"), description);
	jw_end_array(w);
	jw_end_object(w);
}

static void write_links(Looker *l, Str code, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const Concept *other = &l->cs->concepts[l->cs->links[first + i]];
		write_property(l, code, S("valueCode"), json_quote(l->a, other->code),
		               concept_display(l->cs, other, l->ask->language, l->a));
	}
}

static bool is_link(Str code)
{
	return str_eq(code, S("parent")) || str_eq(code, S("child"));
}

static void write_own(Looker *l)
{
	for (JIter it = json_each(JGET(l->c->json, "property")); json_next(&it);) {
		Str code = JSTR(it.value, "code", l->a), description = STR_END;
		if (is_link(code) || str_eq(code, S("definition")))
			continue;
		for (JIter v = json_iter(it.value); json_next(&v);) {
			if (!str_starts(v.key, S("value")))
				continue;
			uint32_t at =
			    str_eq(v.key, S("valueCode")) ? system_find(l->cs, json_str(v.value, l->a)) : NO_CONCEPT;
			if (at != NO_CONCEPT)
				description = l->cs->concepts[at].display;
			write_property(l, code, v.key, json_raw(v.value), description);
		}
	}
}

static void write_properties(Looker *l)
{
	const Concept *c = l->c;
	Str definition = JSTR(c->json, "definition", l->a);
	if (definition.n)
		write_property(l, S("definition"), S("valueString"), json_quote(l->a, definition), STR_END);
	write_links(l, S("parent"), c->parents, c->n_parents);
	write_links(l, S("child"), c->children, c->n_children);
	if (c->flags & CONCEPT_INACTIVE && !concept_says(c, S("inactive")))
		write_property(l, S("inactive"), S("valueBoolean"), S("true"), STR_END);
	write_own(l);
}

static Str system_name(const TermSystem *cs, Arena *a)
{
	Str name = JSTR(cs->json, "name", a), title = JSTR(cs->json, "title", a);
	return name.n ? name : title.n ? title : cs->url;
}

static Str write_answer(Looker *l)
{
	Buf b = buf_new(l->a, 2048, 0);
	JWriter w = jw_new(&b);
	l->w = &w;
	Str display = concept_display(l->cs, l->c, l->ask->language, l->a);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Parameters"));
	JW_ARRAY(&w, "parameter");
	text_parameter(&w, S("name"), S("valueString"), system_name(l->cs, l->a));
	text_parameter(&w, S("version"), S("valueString"), l->cs->version);
	text_parameter(&w, S("display"), S("valueString"), display.n ? display : l->c->code);
	write_designations(l);
	write_properties(l);
	jw_end_array(&w);
	jw_end_object(&w);
	l->w = NULL;
	return b.full ? STR_END : buf_str(&b);
}

/* The system that is asked about, or NULL with an issue. */
static const TermSystem *asked_system(const TermSource *s, const TermWhat *what, const TermCoding *coding, Arena *a,
                                      Outcome *why)
{
	TermWhat by_coding = { .url = coding->system, .version = coding->version };
	if (!what->json.node && !what->url.n)
		what = &by_coding;
	if (!what->json.node && !what->url.n) {
		outcome_add(why, SEV_ERROR, S("required"), STR_END,
		            "Say which code system: system and code, or a coding.");
		return NULL;
	}
	const Prepared *p = term_hold(term_get_what(s, FT_CODESYSTEM, what), a);
	if (!p->system)
		outcome_add(why, SEV_ERROR, S("not-found"), STR_END, "The code system %.*s%s%.*s is not known here.",
		            STR_ARG(str_clip(what->url, 200)), what->version.n ? " version " : "",
		            STR_ARG(str_clip(what->version, 60)));
	return p->system;
}

static uint32_t asked_code(const TermSystem *cs, Str code, Outcome *why)
{
	uint32_t at = system_find(cs, code);
	if (at == NO_CONCEPT)
		outcome_add(why, SEV_ERROR, S("not-found"), STR_END,
		            "The code '%.*s' is not in the code system %.*s%s.", STR_ARG(str_clip(code, 60)),
		            STR_ARG(str_clip(cs->url, 200)), cs->complete ? "" : ", of which only a part is here");
	return at;
}

Err term_lookup(const TermSource *s, const TermLookupAsk *ask, Arena *a, Str *parameters, Outcome *why)
{
	const TermSystem *cs = asked_system(s, &ask->what, &ask->coding, a, why);
	if (!cs)
		return ERR_NOT_FOUND;
	uint32_t at = asked_code(cs, ask->coding.code, why);
	if (at == NO_CONCEPT)
		return ERR_NOT_FOUND;
	Looker l = { .ask = ask, .cs = cs, .c = &cs->concepts[at], .a = a };
	Str text = write_answer(&l);
	if (!text.p)
		return ERR_TOO_LARGE;
	*parameters = text;
	return OK;
}

Err term_relation(const TermSource *s, const TermWhat *what, const TermCoding *x, const TermCoding *y, Arena *a,
                  Str *outcome, Outcome *why)
{
	const TermSystem *cs = asked_system(s, what, x, a, why);
	if (!cs)
		return ERR_NOT_FOUND;
	if ((x->system.n && !str_eq(x->system, cs->url)) || (y->system.n && !str_eq(y->system, cs->url))) {
		outcome_add(why, SEV_ERROR, S("not-supported"), STR_END, "Both codes must be of the same code system.");
		return ERR_BAD_REQUEST;
	}
	uint32_t i = asked_code(cs, x->code, why), k = i == NO_CONCEPT ? NO_CONCEPT : asked_code(cs, y->code, why);
	if (i == NO_CONCEPT || k == NO_CONCEPT)
		return ERR_NOT_FOUND;
	if (i != k && !cs->hierarchy) {
		outcome_add(why, SEV_ERROR, S("not-supported"), STR_END,
		            "The hierarchy of the code system %.*s does not say that one code is a kind of another.",
		            STR_ARG(str_clip(cs->url, 200)));
		return ERR_NOT_SUPPORTED;
	}
	if (i == k)
		*outcome = S("equivalent");
	else if (system_is_a(cs, k, i, a))
		*outcome = S("subsumes");
	else
		*outcome = system_is_a(cs, i, k, a) ? S("subsumed-by") : S("not-subsumed");
	return OK;
}
