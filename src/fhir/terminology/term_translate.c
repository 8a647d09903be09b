/* ConceptMap/$translate. Source: https://hl7.org/fhir/R4/conceptmap-operation-translate.html */
#include "fhir/terminology/term.h"

enum { MATCHES_MAX = 500 };

typedef struct Found {
	Str system, version, code, display, equivalence, map;
	JVal product;
} Found;

typedef struct Translator {
	const TermTranslateAsk *ask;
	Arena *a;
	Found *found;
	size_t n;
	Str map; /* canonical of the map at hand */
} Translator;

/* ---- does it fit ---- */

static Str either(JVal json, Str key, Arena *a)
{
	Str uri = json_get_str(json, arena_join(a, key, S("Uri"), STR_END), a);
	return uri.n ? uri : json_get_str(json, arena_join(a, key, S("Canonical"), STR_END), a);
}

static bool same_canonical(Str asked, Str have)
{
	Str v1, v2, x = term_canonical(asked, &v1), y = term_canonical(have, &v2);
	return !asked.n || (str_eq(x, y) && (!v1.n || !v2.n || str_eq(v1, v2)));
}

static bool map_fits(const Translator *t, JVal map)
{
	Str source = either(map, S("source"), t->a), target = either(map, S("target"), t->a);
	const TermTranslateAsk *ask = t->ask;
	return same_canonical(ask->source, ask->reverse ? target : source) &&
	       same_canonical(ask->target, ask->reverse ? source : target);
}

/* ---- one group ---- */

static Str turned(Str equivalence)
{
	static const Str pairs[][2] = { { S_INIT("wider"), S_INIT("narrower") },
		                        { S_INIT("subsumes"), S_INIT("specializes") } };
	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		for (size_t k = 0; k < 2; k++)
			if (str_eq(equivalence, pairs[i][k]))
				return pairs[i][1 - k];
	return equivalence;
}

static void add(Translator *t, Found f)
{
	f.map = t->map;
	if (!f.equivalence.n)
		f.equivalence = S("equivalent");
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->found[i].system, f.system) && str_eq(t->found[i].code, f.code) &&
		    str_eq(t->found[i].equivalence, f.equivalence) && str_eq(t->found[i].map, f.map))
			return;
	if (t->n < MATCHES_MAX)
		t->found[t->n++] = f;
}

/* The targets of one element, or the element itself when the map is read backwards. True when it is about the code. */
static bool from_element(Translator *t, JVal group, JVal element, const TermCoding *c)
{
	Arena *a = t->a;
	bool reverse = t->ask->reverse, about = !reverse && json_str_is(JGET(element, "code"), c->code);
	Str system = JSTR(group, "target", a);
	Str version = JSTR(group, "targetVersion", a);
	for (JIter it = json_each(JGET(element, "target")); json_next(&it);) {
		Str how = JSTR(it.value, "equivalence", a);
		if (about)
			add(t, (Found){ system, version, JSTR(it.value, "code", a), JSTR(it.value, "display", a), how,
			                STR_END, JGET(it.value, "product") });
		else if (reverse && json_str_is(JGET(it.value, "code"), c->code) && !str_eq(how, S("disjoint")) &&
		         !str_eq(how, S("unmatched")))
			add(t, (Found){ JSTR(group, "source", a), JSTR(group, "sourceVersion", a),
			                JSTR(element, "code", a), JSTR(element, "display", a), turned(how), STR_END,
			                JGET(it.value, "product") });
	}
	return about;
}

static void without_element(Translator *t, JVal group, const TermCoding *c)
{
	JVal unmapped = JGET(group, "unmapped"), mode = JGET(unmapped, "mode");
	Str system = JSTR(group, "target", t->a);
	if (json_str_is(mode, S("provided")))
		add(t, (Found){ .system = system, .code = c->code, .display = c->display, .equivalence = S("equal") });
	else if (json_str_is(mode, S("fixed")))
		add(t, (Found){ .system = system,
		                .code = JSTR(unmapped, "code", t->a),
		                .display = JSTR(unmapped, "display", t->a),
		                .equivalence = S("inexact") });
}

static void from_map(Translator *t, JVal map)
{
	const TermTranslateAsk *ask = t->ask;
	t->map = JSTR(map, "url", t->a);
	for (JIter g = json_each(JGET(map, "group")); json_next(&g);) {
		Str from = json_get_str(g.value, ask->reverse ? S("target") : S("source"), t->a);
		Str to = json_get_str(g.value, ask->reverse ? S("source") : S("target"), t->a);
		if (ask->target_system.n && !str_eq(to, ask->target_system))
			continue;
		for (size_t i = 0; i < ask->n; i++) {
			bool about = false;
			if (ask->codings[i].system.n && !str_eq(ask->codings[i].system, from))
				continue;
			for (JIter e = json_each(JGET(g.value, "element")); json_next(&e);)
				about = from_element(t, g.value, e.value, &ask->codings[i]) || about;
			if (!about && !ask->reverse)
				without_element(t, g.value, &ask->codings[i]);
		}
	}
}

/* ---- the answer ---- */

static void write_coding(JWriter *w, Str name, const Found *f)
{
	jw_object(w);
	JW_STR(w, "name", name);
	JW_OBJECT(w, "valueCoding");
	jw_str_opt(w, S("system"), f->system);
	jw_str_opt(w, S("version"), f->version);
	jw_str_opt(w, S("code"), f->code);
	jw_str_opt(w, S("display"), f->display);
	jw_end_object(w);
	jw_end_object(w);
}

static void write_text(JWriter *w, Str name, Str type, Str value)
{
	if (!value.n)
		return;
	jw_object(w);
	JW_STR(w, "name", name);
	jw_key(w, type);
	jw_str(w, value);
	jw_end_object(w);
}

static void write_products(Translator *t, JWriter *w, JVal products)
{
	for (JIter it = json_each(products); json_next(&it);) {
		Found f = { .system = JSTR(it.value, "system", t->a),
			    .code = JSTR(it.value, "value", t->a),
			    .display = JSTR(it.value, "display", t->a) };
		jw_object(w);
		JW_STR(w, "name", S("product"));
		JW_ARRAY(w, "part");
		write_text(w, S("element"), S("valueUri"), JSTR(it.value, "property", t->a));
		write_coding(w, S("concept"), &f);
		jw_end_array(w);
		jw_end_object(w);
	}
}

static bool is_none(const Found *f)
{
	return str_eq(f->equivalence, S("unmatched")) || str_eq(f->equivalence, S("disjoint"));
}

static Str write_answer(Translator *t)
{
	Buf b = buf_new(t->a, 1024, 0);
	JWriter w = jw_new(&b);
	bool result = false;
	for (size_t i = 0; i < t->n; i++)
		result = result || !is_none(&t->found[i]);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Parameters"));
	JW_ARRAY(&w, "parameter");
	jw_object(&w);
	JW_STR(&w, "name", S("result"));
	JW_BOOL(&w, "valueBoolean", result);
	jw_end_object(&w);
	if (!result)
		write_text(&w, S("message"), S("valueString"), S("There is no translation of this code here."));
	for (size_t i = 0; i < t->n; i++) {
		const Found *f = &t->found[i];
		jw_object(&w);
		JW_STR(&w, "name", S("match"));
		JW_ARRAY(&w, "part");
		write_text(&w, S("equivalence"), S("valueCode"), f->equivalence);
		if (f->code.n)
			write_coding(&w, S("concept"), f);
		write_products(t, &w, f->product);
		write_text(&w, S("source"), S("valueUri"), f->map);
		jw_end_array(&w);
		jw_end_object(&w);
	}
	jw_end_array(&w);
	jw_end_object(&w);
	return buf_str(&b);
}

Err term_translate(const TermSource *s, const TermTranslateAsk *ask, Arena *a, Str *parameters, Outcome *why)
{
	Translator t = { .ask = ask, .a = a, .found = ARENA_ARRAY(a, Found, MATCHES_MAX) };
	JVal map = ask->map.json;
	if (!map.node && ask->map.url.n && !s->find(s->arg, FT_CONCEPTMAP, ask->map.url, ask->map.version, a, &map)) {
		outcome_add(why, SEV_ERROR, S("not-found"), STR_END, "The concept map %.*s is not known here.",
		            STR_ARG(str_clip(ask->map.url, 200)));
		return ERR_NOT_FOUND;
	}
	if (map.node)
		from_map(&t, map);
	JVal *maps = NULL;
	size_t n = !map.node && s->concept_maps ? s->concept_maps(s->arg, a, &maps) : 0;
	for (size_t i = 0; i < n; i++)
		if (map_fits(&t, maps[i]))
			from_map(&t, maps[i]);
	*parameters = write_answer(&t);
	return OK;
}
