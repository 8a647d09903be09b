/* ValueSet/$expand. Source: https://hl7.org/fhir/R4/valueset-operation-expand.html */
#include <stdio.h>

#include "base/random.h"
#include "base/time.h"
#include "fhir/search.h"
#include "fhir/terminology/term.h"

enum { WORDS_MAX = 16, SYSTEMS_MAX = 64 };

typedef struct Expander {
	const TermExpandAsk *ask;
	Arena *a, *scratch; /* scratch: forgotten after each code */
	Str words[WORDS_MAX];
	size_t n_words;
	Member *members; /* of the page */
	size_t n, cap;
	size_t total;
	bool over;                              /* more than TERM_EXPAND_MAX on the page */
	const TermSystem *systems[SYSTEMS_MAX]; /* that were used */
	size_t n_systems;
} Expander;

/* ---- which codes ---- */

static bool word_in(Str text, Str word)
{
	for (size_t i = 0; i + word.n <= text.n; i++) {
		bool start = !i || strchr(" -/(,.", text.p[i - 1]);
		if (start && memcmp(text.p + i, word.p, word.n) == 0)
			return true;
	}
	return false;
}

static Str own_display(const Member *m)
{
	if (m->listed && m->listed->display.n)
		return m->listed->display;
	return m->concept ? m->concept->display : STR_END;
}

static bool word_fits(Expander *e, const Member *m, Str word)
{
	if (word_in(search_normalise(m->code, e->scratch), word) ||
	    word_in(search_normalise(own_display(m), e->scratch), word))
		return true;
	if (!m->concept)
		return false;
	for (DesignationIter d = designations_of(m->rule->cs, m->concept); designation_next(&d);)
		if (word_in(search_normalise(JSTR(d.value, "value", e->scratch), e->scratch), word))
			return true;
	return false;
}

static bool wanted(Expander *e, const Member *m)
{
	const TermExpandAsk *ask = e->ask;
	bool abstract = (m->concept && m->concept->flags & CONCEPT_ABSTRACT) || (m->listed && m->listed->abstract);
	if (ask->active_only && m->concept && m->concept->flags & CONCEPT_INACTIVE)
		return false;
	if (ask->no_abstract && abstract)
		return false;
	for (size_t i = 0; i < ask->n_without_systems; i++) {
		Str version, url = term_canonical(ask->without_systems[i], &version);
		if (str_eq(url, m->system) && (!version.n || (m->rule->cs && str_eq(version, m->rule->cs->version))))
			return false;
	}
	for (size_t i = 0; i < e->n_words; i++) {
		bool fits = word_fits(e, m, e->words[i]);
		arena_reset(e->scratch);
		if (!fits)
			return false;
	}
	return true;
}

static void note_system(Expander *e, const TermSystem *cs)
{
	for (size_t i = 0; i < e->n_systems; i++)
		if (e->systems[i] == cs)
			return;
	if (cs && cs->version.n && e->n_systems < SYSTEMS_MAX)
		e->systems[e->n_systems++] = cs;
}

static bool take(void *ctx, const Member *m)
{
	Expander *e = ctx;
	if (!wanted(e, m))
		return true;
	size_t at = e->total++;
	note_system(e, m->rule->cs);
	if (at < (size_t)e->ask->offset || (e->ask->count >= 0 && e->n >= (size_t)e->ask->count))
		return true;
	if (e->n == TERM_EXPAND_MAX) {
		e->over = true;
		return false;
	}
	if (e->n == e->cap) {
		size_t cap = e->cap ? e->cap * 2 : 32;
		e->members = arena_grow(e->a, e->members, e->cap * sizeof(Member), cap * sizeof(Member));
		e->cap = cap;
	}
	e->members[e->n++] = *m;
	return true;
}

/* ---- writing ---- */

/* "nl", "urn:ietf:bcp:47|nl", "system|code". */
static bool designation_wanted(const TermExpandAsk *ask, JVal d, Arena *a)
{
	for (size_t i = 0; i < ask->n_wanted_designations; i++) {
		Str code, system = ask->wanted_designations[i];
		code = str_cut(system, '|', &system);
		bool language = !code.p || str_eq(system, S("urn:ietf:bcp:47"));
		if (language && language_fits(code.p ? code : system, JSTR(d, "language", a)))
			return true;
		if (code.p && json_str_is(json_path(d, "use", "code", NULL), code) &&
		    json_str_is(json_path(d, "use", "system", NULL), system))
			return true;
	}
	return !ask->n_wanted_designations;
}

static void write_designation(Expander *e, JWriter *w, JVal d, bool *any)
{
	if (!designation_wanted(e->ask, d, e->a))
		return;
	if (!*any)
		JW_ARRAY(w, "designation");
	*any = true;
	jw_raw(w, json_raw(d));
}

static void write_designations(Expander *e, JWriter *w, const Member *m)
{
	bool any = false;
	if (m->listed)
		for (JIter it = json_each(JGET(m->listed->json, "designation")); json_next(&it);)
			write_designation(e, w, it.value, &any);
	if (m->concept)
		for (DesignationIter d = designations_of(m->rule->cs, m->concept); designation_next(&d);)
			write_designation(e, w, d.value, &any);
	if (any)
		jw_end_array(w);
}

/* What the value set says in the language, then the code system, then what the value set says. */
static Str display_of(Expander *e, const Member *m)
{
	Str language = e->ask->language;
	if (language.n && m->listed)
		for (JIter it = json_each(JGET(m->listed->json, "designation")); json_next(&it);)
			if (language_fits(language, JSTR(it.value, "language", e->a)))
				return JSTR(it.value, "value", e->a);
	if (language.n && m->concept) {
		Str said = concept_display(m->rule->cs, m->concept, language, e->a);
		if (!str_eq(said, m->concept->display))
			return said;
	}
	return own_display(m);
}

static void write_code(Expander *e, JWriter *w, const Member *m)
{
	bool abstract = (m->concept && m->concept->flags & CONCEPT_ABSTRACT) || (m->listed && m->listed->abstract);
	jw_object(w);
	jw_str_opt(w, S("system"), m->system);
	if (abstract)
		JW_BOOL(w, "abstract", true);
	if (m->concept && m->concept->flags & CONCEPT_INACTIVE)
		JW_BOOL(w, "inactive", true);
	jw_str_opt(w, S("version"), m->rule->version);
	JW_STR(w, "code", m->code);
	jw_str_opt(w, S("display"), display_of(e, m));
	if (e->ask->designations)
		write_designations(e, w, m);
}

/* From member i on, with what is written inside it in the code system; gives the next one. */
static size_t write_tree(Expander *e, JWriter *w, size_t i)
{
	const Member *m = &e->members[i];
	const TermSystem *cs = m->rule->cs;
	uint32_t self = m->concept ? (uint32_t)(m->concept - cs->concepts) : NO_CONCEPT;
	size_t next = i + 1;
	bool open = false;
	write_code(e, w, m);
	while (e->ask->nested && self != NO_CONCEPT && next < e->n && e->members[next].rule == m->rule &&
	       e->members[next].concept && e->members[next].concept->nest == self) {
		if (!open)
			JW_ARRAY(w, "contains");
		open = true;
		next = write_tree(e, w, next);
	}
	if (open)
		jw_end_array(w);
	jw_end_object(w);
	return next;
}

static void parameter(JWriter *w, Str name, Str key, Str raw)
{
	jw_object(w);
	JW_STR(w, "name", name);
	jw_key(w, key);
	jw_raw(w, raw);
	jw_end_object(w);
}

static void flag(JWriter *w, Str name, bool on)
{
	if (on)
		parameter(w, name, S("valueBoolean"), S("true"));
}

static void write_parameters(Expander *e, JWriter *w)
{
	const TermExpandAsk *ask = e->ask;
	JW_ARRAY(w, "parameter");
	if (ask->filter.n)
		parameter(w, S("filter"), S("valueString"), json_quote(e->a, ask->filter));
	if (ask->language.n)
		parameter(w, S("displayLanguage"), S("valueCode"), json_quote(e->a, ask->language));
	if (ask->offset)
		parameter(w, S("offset"), S("valueInteger"), arena_printf(e->a, "%lld", (long long)ask->offset));
	if (ask->count >= 0)
		parameter(w, S("count"), S("valueInteger"), arena_printf(e->a, "%lld", (long long)ask->count));
	flag(w, S("activeOnly"), ask->active_only);
	flag(w, S("includeDesignations"), ask->designations);
	flag(w, S("includeDefinition"), ask->definition);
	flag(w, S("excludeNotForUI"), ask->no_abstract);
	parameter(w, S("excludeNested"), S("valueBoolean"), ask->nested ? S("false") : S("true"));
	for (size_t i = 0; i < ask->n_without_systems; i++)
		parameter(w, S("exclude-system"), S("valueUri"), json_quote(e->a, ask->without_systems[i]));
	for (size_t i = 0; i < e->n_systems; i++) {
		Str used = arena_join(e->a, e->systems[i]->url, S("|"), e->systems[i]->version, STR_END);
		parameter(w, S("version"), S("valueUri"), json_quote(e->a, used));
	}
	jw_end_array(w);
}

static Str new_uuid(Arena *a)
{
	uint8_t b[16];
	random_bytes(b, sizeof b);
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	return arena_printf(a, "urn:uuid:%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
	                    b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
	                    b[15]);
}

/* The value set's own members but the long ones. */
static void write_head(Expander *e, JWriter *w, const TermSet *set)
{
	jw_object(w);
	for (JIter it = json_iter(set->json); json_next(&it);) {
		bool definition = str_eq(it.key, S("compose")) || str_eq(it.key, S("contained"));
		if (str_eq(it.key, S("text")) || str_eq(it.key, S("expansion")) || (definition && !e->ask->definition))
			continue;
		jw_key(w, it.key);
		jw_raw(w, json_raw(it.value));
	}
}

static Str write_set(Expander *e, const TermSet *set)
{
	Buf b = buf_new(e->a, 4096, 0);
	JWriter w = jw_new(&b);
	write_head(e, &w, set);
	JW_OBJECT(&w, "expansion");
	if (set->unclosed)
		JW_RAW(&w, "extension",
		       S("[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
		         "valueset-unclosed\",\"valueBoolean\":true}]"));
	JW_STR(&w, "identifier", new_uuid(e->a));
	JW_STR(&w, "timestamp", time_instant(e->a, time_now()));
	JW_INT(&w, "total", (int64_t)e->total);
	if (e->ask->offset || e->ask->count >= 0)
		JW_INT(&w, "offset", e->ask->offset);
	write_parameters(e, &w);
	if (e->n)
		JW_ARRAY(&w, "contains");
	for (size_t i = 0; i < e->n;)
		i = write_tree(e, &w, i);
	if (e->n)
		jw_end_array(&w);
	jw_end_object(&w);
	jw_end_object(&w);
	return b.full ? STR_END : buf_str(&b);
}

/* ---- the operation ---- */

static void read_words(Expander *e)
{
	for (Str rest = search_normalise(e->ask->filter, e->a), one; rest.p && e->n_words < WORDS_MAX;) {
		rest = str_cut(rest, ' ', &one);
		if (one.n)
			e->words[e->n_words++] = one;
	}
}

/* OK, or the error of a walk that was not gone to the end. */
static Err walk_error(const Walk *w, bool over, Outcome *why)
{
	if (w->problem.p) {
		outcome_add(why, SEV_ERROR, S("not-supported"), STR_END, "The value set cannot be expanded: %.*s.",
		            STR_ARG(w->problem));
		return ERR_INVALID;
	}
	if (!w->too_many && !over)
		return OK;
	outcome_add(why, SEV_ERROR, S("too-costly"), STR_END,
	            "The value set has more than %d codes: ask for a page with count and offset, or filter.",
	            w->too_many ? TERM_WALK_MAX : TERM_EXPAND_MAX);
	return ERR_TOO_LARGE;
}

static Err not_known(const TermWhat *what, Outcome *why)
{
	outcome_add(why, SEV_ERROR, S("not-found"), STR_END, "The value set %.*s%s%.*s is not known here.",
	            STR_ARG(str_clip(what->url, 200)), what->version.n ? " version " : "",
	            STR_ARG(str_clip(what->version, 60)));
	return ERR_NOT_FOUND;
}

Err term_expand(const TermSource *s, const TermExpandAsk *ask, Arena *a, Str *value_set, Outcome *why)
{
	const Prepared *p = term_hold(term_get_what(s, FT_VALUESET, &ask->what), a);
	if (!p->set)
		return not_known(&ask->what, why);
	Expander e = { .ask = ask, .a = a, .scratch = arena_new() };
	read_words(&e);
	Walk w = { .fn = take, .ctx = &e, .arena = a };
	(void)set_walk(p->set, &w);
	arena_free(e.scratch);
	TRY(walk_error(&w, e.over, why));
	Str text = write_set(&e, p->set);
	if (!text.p) {
		outcome_add(why, SEV_ERROR, S("too-costly"), STR_END, "The expansion is too long: ask for a page.");
		return ERR_TOO_LARGE;
	}
	*value_set = text;
	return OK;
}

typedef struct Each {
	void (*fn)(void *ctx, Str system, Str code);
	void *ctx;
	size_t n;
	bool over;
} Each;

static bool each(void *ctx, const Member *m)
{
	Each *e = ctx;
	e->over = e->n++ == TERM_EXPAND_MAX;
	if (!e->over)
		e->fn(e->ctx, m->system, m->code);
	return !e->over;
}

Err term_each(const TermSource *s, Str value_set, void (*fn)(void *ctx, Str system, Str code), void *ctx, Arena *a,
              Outcome *why)
{
	TermWhat what = { .url = value_set };
	Prepared *p = term_get_what(s, FT_VALUESET, &what);
	Each e = { fn, ctx, 0, false };
	Walk w = { .fn = each, .ctx = &e, .arena = a };
	Err err = p->set ? OK : not_known(&what, why);
	if (p->set) {
		(void)set_walk(p->set, &w);
		err = walk_error(&w, e.over, why);
	}
	term_release(p);
	return err;
}
