/* $validate-code of ValueSet and CodeSystem. Source: https://hl7.org/fhir/R4/valueset-operation-validate-code.html */
#include "fhir/terminology/term.h"

/* ---- displays ---- */

/* White space and case do not matter. */
static bool same_text(Str a, Str b)
{
	size_t i = 0, k = 0;
	a = str_trim(a);
	b = str_trim(b);
	while (i < a.n && k < b.n) {
		bool x = a.p[i] == ' ', y = b.p[k] == ' ';
		if (x != y || (!x && !str_eq_nocase(str_n(a.p + i, 1), str_n(b.p + k, 1))))
			return false;
		for (i++; x && i < a.n && a.p[i] == ' ';)
			i++;
		for (k++; y && k < b.n && b.p[k] == ' ';)
			k++;
	}
	return i == a.n && k == b.n;
}

static bool designation_says(JVal d, Str display, Str language, Arena *a)
{
	Str have = JSTR(d, "language", a);
	return (!language.n || !have.n || language_fits(language, have)) && same_text(JSTR(d, "value", a), display);
}

static bool display_fits(const Where *w, Str display, Str language, Arena *a)
{
	if (w->listed && same_text(w->listed->display, display))
		return true;
	if (w->listed)
		for (JIter it = json_each(JGET(w->listed->json, "designation")); json_next(&it);)
			if (designation_says(it.value, display, language, a))
				return true;
	if (!w->concept)
		return w->listed && !w->listed->display.n; /* nothing to compare with */
	if (same_text(w->concept->display, display) || !w->concept->display.n)
		return true;
	for (DesignationIter d = designations_of(w->rule->cs, w->concept); designation_next(&d);)
		if (designation_says(d.value, display, language, a))
			return true;
	return false;
}

static Str right_display(const Where *w, Str language, Arena *a)
{
	if (w->listed && w->listed->display.n && (!language.n || !w->concept))
		return w->listed->display;
	return w->concept ? concept_display(w->rule->cs, w->concept, language, a) : STR_END;
}

/* ---- what was found about one code ---- */

static void also(TermCheck *c, Arena *a, Str message)
{
	c->message = c->message.n ? arena_join(a, c->message, S(" "), message, STR_END) : message;
}

/* The code is there: display, version, abstract, inactive. */
static void check_found(const TermCheckAsk *ask, const Where *w, TermCheck *c, Arena *a)
{
	const TermCoding *asked = &c->coding;
	Str shown = str_clip(asked->code, 60);
	bool abstract = (w->concept && w->concept->flags & CONCEPT_ABSTRACT) || (w->listed && w->listed->abstract);
	c->result = c->found = true;
	c->display = right_display(w, ask->language, a);
	if (asked->display.n && !display_fits(w, asked->display, ask->language, a)) {
		c->result = false;
		also(c, a,
		     arena_printf(a, "The display '%.*s' is not one of the code '%.*s': it is '%.*s'.",
		                  STR_ARG(str_clip(asked->display, 100)), STR_ARG(shown), STR_ARG(c->display)));
	}
	if (abstract && !ask->abstract) {
		c->result = false;
		also(c, a, arena_printf(a, "The code '%.*s' is abstract: it cannot be chosen.", STR_ARG(shown)));
	}
	if (w->concept && w->concept->flags & CONCEPT_INACTIVE)
		also(c, a, arena_printf(a, "The code '%.*s' is inactive.", STR_ARG(shown)));
	const TermSystem *cs = w->rule ? w->rule->cs : NULL;
	if (asked->version.n && cs && cs->version.n && !str_eq(asked->version, cs->version))
		also(c, a,
		     arena_printf(a, "The code was checked against version %.*s of its system, not %.*s.",
		                  STR_ARG(cs->version), STR_ARG(str_clip(asked->version, 60))));
}

static void in_set(const TermSource *s, const TermSet *set, const TermCheckAsk *ask, TermCheck *c, Arena *a)
{
	Where w = { 0 };
	TermCoding *asked = &c->coding;
	Str code = str_clip(asked->code, 60), url = str_clip(set->url, 200);
	int in = set_has(set, asked->system, asked->code, &w);
	if (in == TERM_YES) {
		if (!asked->system.p)
			asked->system = w.rule->system;
		check_found(ask, &w, c, a);
		return;
	}
	if (in == TERM_UNKNOWN) {
		c->unknown = true;
		c->message = arena_printf(a, "Whether the code '%.*s' is in the value set %.*s cannot be told: %.*s.",
		                          STR_ARG(code), STR_ARG(url), STR_ARG(set_problem(set, asked->system)));
		return;
	}
	c->message = arena_printf(a, "The code '%.*s'%s%.*s is not in the value set %.*s.", STR_ARG(code),
	                          asked->system.n ? " of " : "", STR_ARG(str_clip(asked->system, 200)), STR_ARG(url));
	if (asked->system.n && term_code_known(s, asked->system, asked->code) == TERM_NO)
		also(c, a, S("The code system does not have it either."));
}

Err term_validate_set(const TermSource *s, const TermCheckAsk *ask, Arena *a, TermCheck *out, Outcome *why)
{
	const Prepared *p = term_hold(term_get_what(s, FT_VALUESET, &ask->what), a);
	if (!p->set) {
		outcome_add(why, SEV_ERROR, S("not-found"), STR_END, "The value set %.*s is not known here.",
		            STR_ARG(str_clip(ask->what.url, 200)));
		return ERR_NOT_FOUND;
	}
	*out = (TermCheck){ .message = S("There is no code to check.") };
	for (size_t i = 0; i < ask->n; i++) {
		TermCheck c = { .coding = ask->codings[i] };
		in_set(s, p->set, ask, &c, a);
		if (i == 0 || c.result || (c.found && !out->found))
			*out = c;
		if (c.result)
			break;
	}
	return OK;
}

/* ---- code systems ---- */

static void system_unknown(TermCheck *c, Str url, Str version, Arena *a)
{
	Form f = form_of(url);
	c->result = c->found = f != FORM_NONE && form_has(f, c->coding.code);
	c->unknown = f == FORM_NONE;
	if (f != FORM_NONE && !c->result)
		c->message = arena_printf(a, "The code '%.*s' has not the form of a code of %.*s.",
		                          STR_ARG(str_clip(c->coding.code, 60)), STR_ARG(url));
	else if (f != FORM_NONE)
		c->message = S("Only the form of the code was checked.");
	else
		c->message = arena_printf(
		    a, "The code system %.*s%s%.*s is not known here: the code cannot be checked.",
		    STR_ARG(str_clip(url, 200)), version.n ? " version " : "", STR_ARG(str_clip(version, 60)));
}

static void in_system(const TermSource *s, const TermCheckAsk *ask, TermCheck *c, Arena *a)
{
	TermWhat what = ask->what;
	TermCoding *asked = &c->coding;
	if (!what.json.node && !what.url.n) {
		what.url = asked->system;
		what.version = asked->version;
	}
	const Prepared *p = term_hold(term_get_what(s, FT_CODESYSTEM, &what), a);
	const TermSystem *cs = p->system;
	if (!cs) {
		system_unknown(c, what.url, what.version, a);
		return;
	}
	if (asked->system.n && !str_eq(asked->system, cs->url)) {
		c->message = arena_printf(a, "The code is of the system %.*s, not of %.*s.",
		                          STR_ARG(str_clip(asked->system, 200)), STR_ARG(cs->url));
		return;
	}
	asked->system = cs->url;
	uint32_t at = system_find(cs, asked->code);
	if (at == NO_CONCEPT) {
		c->unknown = !cs->complete;
		c->message =
		    arena_printf(a, "The code '%.*s' is not %s the code system %.*s%s.",
		                 STR_ARG(str_clip(asked->code, 60)), cs->complete ? "in" : "in what is here of",
		                 STR_ARG(cs->url), cs->complete ? "" : ", which is not complete");
		return;
	}
	Rule rule = { .cs = cs };
	Where w = { .rule = &rule, .concept = &cs->concepts[at] };
	check_found(ask, &w, c, a);
}

Err term_validate_system(const TermSource *s, const TermCheckAsk *ask, Arena *a, TermCheck *out, Outcome *why)
{
	*out = (TermCheck){ .message = S("There is no code to check.") };
	for (size_t i = 0; i < ask->n; i++) {
		TermCheck c = { .coding = ask->codings[i] };
		if (!ask->what.json.node && !ask->what.url.n && !c.coding.system.n) {
			outcome_add(why, SEV_ERROR, S("required"), STR_END,
			            "Say which code system: url, or the coding's system.");
			return ERR_BAD_REQUEST;
		}
		in_system(s, ask, &c, a);
		if (i == 0 || c.result || (c.found && !out->found))
			*out = c;
		if (c.result)
			break;
	}
	return OK;
}
