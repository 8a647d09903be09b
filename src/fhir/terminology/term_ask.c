/* The short questions that validation and search ask. */
#include "fhir/terminology/term.h"

int term_member(const TermSource *s, Str value_set, Str system, Str code)
{
	Str version, url = term_canonical(value_set, &version);
	Prepared *p = term_get(s, FT_VALUESET, url, version, NULL);
	int answer = p->set ? set_has(p->set, system, code, NULL) : TERM_UNKNOWN;
	term_release(p);
	return answer;
}

int term_code_known(const TermSource *s, Str system, Str code)
{
	Str version, url = term_canonical(system, &version);
	Prepared *p = term_get(s, FT_CODESYSTEM, url, version, NULL);
	Form form = form_of(url);
	int answer = TERM_UNKNOWN;
	if (p->system && system_find(p->system, code) != NO_CONCEPT)
		answer = TERM_YES;
	else if (p->system && p->system->complete)
		answer = TERM_NO;
	else if (!p->system && form != FORM_NONE)
		answer = form_has(form, code) ? TERM_YES : TERM_NO;
	term_release(p);
	return answer;
}

int term_subsumes(const TermSource *s, Str system, Str a, Str b, Arena *arena)
{
	Str version, url = term_canonical(system, &version);
	Prepared *p = term_get(s, FT_CODESYSTEM, url, version, NULL);
	int answer = TERM_UNKNOWN;
	uint32_t x = p->system ? system_find(p->system, a) : NO_CONCEPT;
	uint32_t y = p->system ? system_find(p->system, b) : NO_CONCEPT;
	if (x != NO_CONCEPT && x == y)
		answer = TERM_YES;
	else if (x != NO_CONCEPT && y != NO_CONCEPT && p->system->hierarchy)
		answer = system_is_a(p->system, y, x, arena) ? TERM_YES : TERM_NO;
	term_release(p);
	return answer;
}

Str term_display(const TermSource *s, Str system, Str code, Str language, Arena *a)
{
	Str version, url = term_canonical(system, &version), display = STR_END;
	Prepared *p = term_get(s, FT_CODESYSTEM, url, version, NULL);
	uint32_t at = p->system ? system_find(p->system, code) : NO_CONCEPT;
	if (at != NO_CONCEPT)
		display = concept_display(p->system, &p->system->concepts[at], language, a);
	if (display.p)
		display = arena_str(a, display);
	term_release(p);
	return display;
}

static bool walk(const TermSource *s, Str system, Str code, bool down, void (*fn)(void *ctx, Str code), void *ctx)
{
	Str version, url = term_canonical(system, &version);
	Prepared *p = term_get(s, FT_CODESYSTEM, url, version, NULL);
	const TermSystem *cs = p->system;
	uint32_t at = cs ? system_find(cs, code) : NO_CONCEPT;
	if (at != NO_CONCEPT) {
		Arena *a = arena_new();
		uint64_t *bits = ARENA_ARRAY(a, uint64_t, cs->count / 64 + 1);
		system_mark(cs, at, down, bits, a);
		for (uint32_t i = 0; i < cs->count; i++)
			if (bit_get(bits, i))
				fn(ctx, cs->concepts[i].code);
		arena_free(a);
	}
	bool known = cs != NULL;
	term_release(p);
	return known;
}

bool term_below(const TermSource *s, Str system, Str code, void (*fn)(void *ctx, Str code), void *ctx)
{
	return walk(s, system, code, true, fn, ctx);
}

bool term_above(const TermSource *s, Str system, Str code, void (*fn)(void *ctx, Str code), void *ctx)
{
	return walk(s, system, code, false, fn, ctx);
}
