/* Code systems: an index by code, the hierarchy as links, what supplements add. */
#include "fhir/terminology/term.h"

enum { SUPPLEMENTS_MAX = 16 };

/* FNV-1a over lower-case ASCII: codes that differ by case only meet in one slot and are told apart there. */
uint32_t code_hash(Str code)
{
	uint32_t h = 2166136261U;
	for (size_t i = 0; i < code.n; i++) {
		uint8_t c = (uint8_t)code.p[i];
		h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32U : c)) * 16777619U;
	}
	return h ^ h >> 15;
}

uint32_t system_find(const TermSystem *cs, Str code)
{
	if (!cs->count)
		return NO_CONCEPT;
	for (uint32_t i = code_hash(code) & cs->mask; cs->slots[i]; i = (i + 1) & cs->mask) {
		uint32_t at = cs->slots[i] - 1;
		if (code_eq(cs->concepts[at].code, code, cs->case_sensitive))
			return at;
	}
	return NO_CONCEPT;
}

/* ---- properties ---- */

JVal property_value(JVal property)
{
	for (JIter it = json_iter(property); json_next(&it);)
		if (it.key.n > 5 && str_starts(it.key, S("value")))
			return it.value;
	return (JVal){ NULL, NULL };
}

/* A property of this code that is true. */
bool concept_says(const Concept *c, Str property)
{
	for (JIter it = json_each(JGET(c->json, "property")); json_next(&it);) {
		JVal v = property_value(it.value);
		if (json_str_is(JGET(it.value, "code"), property) && (json_is(v, J_TRUE) || json_str_is(v, S("true"))))
			return true;
	}
	return false;
}

/* The code under which a system speaks of a property that has a URI of its own. */
static Str property_named(const TermSystem *cs, const char *fragment, Str usual, Arena *a)
{
	Str uri = arena_join(a, S("http://hl7.org/fhir/concept-properties#"), str_c(fragment), STR_END);
	for (JIter it = json_each(JGET(cs->json, "property")); json_next(&it);)
		if (json_str_is(JGET(it.value, "uri"), uri))
			return JSTR(it.value, "code", a);
	return usual;
}

static bool is_retired(const Concept *c)
{
	static const Str gone[] = { S_INIT("retired"), S_INIT("inactive"), S_INIT("withdrawn"), S_INIT("obsolete") };
	for (JIter it = json_each(JGET(c->json, "property")); json_next(&it);) {
		if (!json_str_is(JGET(it.value, "code"), S("status")))
			continue;
		JVal v = property_value(it.value);
		for (size_t i = 0; i < COUNT_OF(gone); i++)
			if (json_str_is(v, gone[i]))
				return true;
	}
	return false;
}

/* ---- filling ---- */

static uint32_t count_concepts(JVal list)
{
	uint32_t n = 0;
	for (JIter it = json_each(list); json_next(&it);)
		n += 1 + count_concepts(JGET(it.value, "concept"));
	return n;
}

static void add_concepts(TermSystem *cs, Arena *a, JVal list, uint32_t nest)
{
	for (JIter it = json_each(list); json_next(&it);) {
		uint32_t at = cs->count++;
		cs->concepts[at] = (Concept){ .code = JSTR(it.value, "code", a),
			                      .display = JSTR(it.value, "display", a),
			                      .json = it.value,
			                      .nest = nest };
		add_concepts(cs, a, JGET(it.value, "concept"), at);
	}
}

static void fill_slots(TermSystem *cs, Arena *a)
{
	cs->mask = table_mask(cs->count);
	cs->slots = ARENA_ARRAY(a, uint32_t, cs->mask + 1U);
	for (uint32_t at = 0; at < cs->count; at++) {
		uint32_t i = code_hash(cs->concepts[at].code) & cs->mask;
		while (cs->slots[i])
			i = (i + 1) & cs->mask;
		cs->slots[i] = at + 1;
	}
}

static void fill_flags(TermSystem *cs, Arena *a)
{
	Str abstract = property_named(cs, "notSelectable", S("notSelectable"), a);
	Str inactive = property_named(cs, "inactive", S("inactive"), a);
	for (uint32_t i = 0; i < cs->count; i++) {
		Concept *c = &cs->concepts[i];
		if (concept_says(c, abstract))
			c->flags |= CONCEPT_ABSTRACT;
		if (concept_says(c, inactive) || is_retired(c))
			c->flags |= CONCEPT_INACTIVE;
	}
}

/* ---- hierarchy ---- */

typedef struct Link {
	uint32_t child, parent;
} Link;
typedef struct Links {
	Link *list;
	size_t n, cap;
} Links;

static void add_link(Links *l, Arena *a, uint32_t child, uint32_t parent)
{
	if (child == NO_CONCEPT || parent == NO_CONCEPT || child == parent)
		return;
	for (size_t i = l->n; i > 0 && l->list[i - 1].child == child; i--)
		if (l->list[i - 1].parent == parent)
			return;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		l->list = arena_grow(a, l->list, l->cap * sizeof *l->list, cap * sizeof *l->list);
		l->cap = cap;
	}
	l->list[l->n++] = (Link){ child, parent };
}

static Links links_of(const TermSystem *cs, Arena *a)
{
	Links l = { 0 };
	Str parent = property_named(cs, "parent", S("parent"), a), child = property_named(cs, "child", S("child"), a);
	for (uint32_t i = 0; i < cs->count; i++) {
		add_link(&l, a, i, cs->concepts[i].nest);
		for (JIter it = json_each(JGET(cs->concepts[i].json, "property")); json_next(&it);) {
			JVal code = JGET(it.value, "code");
			bool up = json_str_is(code, parent) || json_str_is(code, S("subsumedBy"));
			if (!up && !json_str_is(code, child))
				continue;
			uint32_t other = system_find(cs, json_str(property_value(it.value), a));
			add_link(&l, a, up ? i : other, up ? other : i);
		}
	}
	return l;
}

static void fill_links(TermSystem *cs, Arena *a)
{
	Links l = links_of(cs, a);
	uint32_t at = 0;
	cs->links = ARENA_ARRAY(a, uint32_t, l.n * 2 + 1);
	for (size_t i = 0; i < l.n; i++) {
		cs->concepts[l.list[i].child].n_parents++;
		cs->concepts[l.list[i].parent].n_children++;
	}
	for (uint32_t i = 0; i < cs->count; i++) {
		Concept *c = &cs->concepts[i];
		c->parents = at;
		at += c->n_parents;
		c->children = at;
		at += c->n_children;
		c->n_parents = c->n_children = 0;
	}
	for (size_t i = 0; i < l.n; i++) {
		Concept *child = &cs->concepts[l.list[i].child], *parent = &cs->concepts[l.list[i].parent];
		cs->links[child->parents + child->n_parents++] = l.list[i].parent;
		cs->links[parent->children + parent->n_children++] = l.list[i].child;
	}
}

void system_mark(const TermSystem *cs, uint32_t from, bool down, uint64_t *bits, Arena *a)
{
	if (bit_get(bits, from))
		return;
	uint32_t *todo = ARENA_ARRAY(a, uint32_t, cs->count); /* each concept once */
	size_t n = 0;
	bit_set(bits, from);
	todo[n++] = from;
	while (n) {
		const Concept *c = &cs->concepts[todo[--n]];
		uint32_t first = down ? c->children : c->parents, count = down ? c->n_children : c->n_parents;
		for (uint32_t i = 0; i < count; i++) {
			uint32_t next = cs->links[first + i];
			if (bit_get(bits, next))
				continue;
			bit_set(bits, next);
			todo[n++] = next;
		}
	}
}

bool system_is_a(const TermSystem *cs, uint32_t code, uint32_t of, Arena *a)
{
	if (code == of)
		return true;
	if (!cs->concepts[code].n_parents || !cs->concepts[of].n_children)
		return false;
	uint64_t *bits = ARENA_ARRAY(a, uint64_t, cs->count / 64 + 1);
	system_mark(cs, code, false, bits, a);
	return bit_get(bits, of);
}

/* ---- supplements ---- */

static void add_extra(TermSystem *cs, JVal list, Arena *a)
{
	for (JIter it = json_each(list); json_next(&it);) {
		uint32_t at = system_find(cs, JSTR(it.value, "code", a));
		if (at != NO_CONCEPT) {
			cs->extras[cs->n_extras++] = (Extra){ it.value, cs->concepts[at].extra };
			cs->concepts[at].extra = cs->n_extras;
		}
		add_extra(cs, JGET(it.value, "concept"), a);
	}
}

static void fill_extras(const TermSource *s, TermSystem *cs, Arena *a)
{
	JVal found[SUPPLEMENTS_MAX];
	uint32_t room = 0;
	size_t n = s->supplements && cs->url.p ? s->supplements(s->arg, cs->url, a, found, SUPPLEMENTS_MAX) : 0;
	for (size_t i = 0; i < n; i++)
		room += count_concepts(JGET(found[i], "concept"));
	cs->extras = ARENA_ARRAY(a, Extra, room + 1U);
	for (size_t i = 0; i < n; i++)
		add_extra(cs, JGET(found[i], "concept"), a);
}

TermSystem *system_prepare(const TermSource *s, Arena *a, JVal json)
{
	TermSystem *cs = ARENA_NEW(a, TermSystem);
	JVal meaning = JGET(json, "hierarchyMeaning"), content = JGET(json, "content");
	cs->json = json;
	cs->url = JSTR(json, "url", a);
	cs->version = JSTR(json, "version", a);
	cs->language = JSTR(json, "language", a);
	cs->case_sensitive = !json_is(JGET(json, "caseSensitive"), J_FALSE);
	cs->complete = json_str_is(content, S("complete"));
	cs->hierarchy = !meaning.node || json_str_is(meaning, S("is-a"));
	cs->concepts = ARENA_ARRAY(a, Concept, count_concepts(JGET(json, "concept")) + 1U);
	add_concepts(cs, a, JGET(json, "concept"), NO_CONCEPT);
	fill_slots(cs, a);
	fill_flags(cs, a);
	fill_links(cs, a);
	fill_extras(s, cs, a);
	return cs;
}

/* ---- languages ---- */

static bool tag_starts(Str tag, Str with)
{
	return tag.n >= with.n && str_eq_nocase(str_upto(tag, with.n), with) &&
	       (tag.n == with.n || tag.p[with.n] == '-');
}

bool language_fits(Str want, Str have)
{
	return want.n && have.n && (tag_starts(have, want) || tag_starts(want, have));
}

DesignationIter designations_of(const TermSystem *cs, const Concept *c)
{
	return (DesignationIter){ json_each(JGET(c->json, "designation")), cs, c->extra, { NULL, NULL } };
}

bool designation_next(DesignationIter *d)
{
	while (!json_next(&d->it)) {
		if (!d->extra)
			return false;
		const Extra *e = &d->cs->extras[d->extra - 1];
		d->extra = e->next;
		d->it = json_each(JGET(e->json, "designation"));
	}
	d->value = d->it.value;
	return true;
}

Str concept_display(const TermSystem *cs, const Concept *c, Str language, Arena *a)
{
	Str near = STR_END;
	if (!language.n || (cs->language.n && str_eq_nocase(language, cs->language)))
		return c->display;
	for (DesignationIter d = designations_of(cs, c); designation_next(&d);) {
		Str have = JSTR(d.value, "language", a);
		if (str_eq_nocase(have, language))
			return JSTR(d.value, "value", a);
		if (!near.p && language_fits(language, have))
			near = JSTR(d.value, "value", a);
	}
	return near.p ? near : c->display;
}
