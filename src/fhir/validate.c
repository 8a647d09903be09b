/* One walk over a resource beside its definition. */
#include <stdlib.h>

#include "fhir/advice.h"
#include "fhir/check.h"
#include "fhir/invariant.h"
#include "fhir/profile_check.h"
#include "fhir/reference.h"
#include "fhir/validate.h"
#include "fhir/walk.h"

enum { TOKEN_SHOWN = 100 };

static void check_resource(Walk *w, const Place *place, JVal v, bool contained);
static void check_object(Walk *w, const Place *place, const FhirDef *d, JVal v);

#define report(w, place, v, code, ...) walk_report((w), (place), (v), SEV_ERROR, (code), __VA_ARGS__)

/* No more issues are listed, only counted: spend no memory on texts. */
static bool is_full(const Walk *w)
{
	return w->out->count == OUTCOME_MAX_ISSUES;
}

/* The offending token, cut at a whole character. */
static Str shown(Str token)
{
	size_t n = token.n < TOKEN_SHOWN ? token.n : TOKEN_SHOWN;
	while (n && n < token.n && ((uint8_t)token.p[n] & 0xC0) == 0x80)
		n--;
	return str_upto(token, n);
}
static Str raw_string(JVal v)
{
	return str_n(v.doc->text.p + v.node->at, v.node->len);
}

/* --- references and contained resources -----------------------------------------------------------------------------
 */
static int compare_ids(const void *a, const void *b)
{
	return str_cmp(((const IdResource *)a)->id, ((const IdResource *)b)->id);
}
static int compare_names(const void *a, const void *b)
{
	return str_cmp(*(const Str *)a, *(const Str *)b);
}

/* Adds each text that starts with '#' to the names. */
static void gather_named(Contained *c, Arena *a, JVal v)
{
	if (json_is(v, J_STRING)) {
		Str s = raw_string(v);
		if (!s.n || s.p[0] != '#')
			return;
		if (c->n_named == c->cap_named) {
			size_t cap = c->cap_named ? c->cap_named * 2 : 8;
			c->named = arena_grow(a, c->named, c->cap_named * sizeof(Str), cap * sizeof(Str));
			c->cap_named = cap;
		}
		c->named[c->n_named++] = str_from(s, 1);
		return;
	}
	for (JIter it = json_iter(v); json_next(&it);)
		gather_named(c, a, it.value);
}

static Contained gather(Arena *a, JVal v)
{
	Contained c = { 0 };
	JVal list = JGET(v, "contained");
	if (!list.node)
		return c;
	c.ids = ARENA_ARRAY(a, IdResource, json_count(list) + 1);
	for (JIter it = json_each(list); json_next(&it);) {
		JVal id = JGET(it.value, "id");
		if (json_is(id, J_STRING))
			c.ids[c.n_ids++] = (IdResource){ raw_string(id), it.value };
	}
	qsort(c.ids, c.n_ids, sizeof(IdResource), compare_ids);
	gather_named(&c, a, v);
	if (c.n_named)
		qsort(c.named, c.n_named, sizeof(Str), compare_names);
	return c;
}

static JVal contained_by_id(const Walk *w, Str id)
{
	IdResource key = { .id = id };
	const IdResource *found = NULL;
	if (w->around.n_ids)
		found = bsearch(&key, w->around.ids, w->around.n_ids, sizeof key, compare_ids);
	return found ? found->resource : (JVal){ NULL, NULL };
}

static bool is_named(const Walk *w, Str id)
{
	return w->around.n_named && bsearch(&id, w->around.named, w->around.n_named, sizeof id, compare_names);
}

/* Does it refer to what contains it: "#"? */
static bool names_container(JVal v)
{
	if (json_is(v, J_STRING))
		return str_eq(raw_string(v), S("#"));
	for (JIter it = json_iter(v); json_next(&it);)
		if (names_container(it.value))
			return true;
	return false;
}

static Str targets_text(const FhirElement *e, Arena *a)
{
	Buf b = buf_new(a, 64, 400);
	for (unsigned t = 1; t < FT_COUNT; t++)
		if (typeset_has(&fhir_targets[e->targets], (FhirType)t))
			buf_printf(&b, "%s%s", b.n ? ", " : "", fhir_names + fhir_defs[t].name);
	return buf_str(&b);
}

static void check_target(Walk *w, const Place *place, const FhirElement *e, JVal v, FhirType type)
{
	if (type == FT_NONE || !e->targets || typeset_has(&fhir_targets[e->targets], type))
		return;
	Str allowed = is_full(w) ? S("") : targets_text(e, w->out->arena);
	report(w, place, v, S("value"), "A reference to %s is not allowed here; allowed: %.*s",
	       fhir_names + fhir_defs[type].name, STR_ARG(allowed));
}

static void check_reference(Walk *w, const Place *place, const FhirElement *e, JVal v)
{
	Reference ref;
	Arena *a = w->out->arena;
	JVal text = JGET(v, "reference"), type = JGET(v, "type");
	Place there = { place, S("reference"), -1 }, at_type = { place, S("type"), -1 };
	check_target(w, &at_type, e, type, fhir_type(json_str(type, a)));
	if (!json_is(text, J_STRING))
		return;
	Str s = json_str(text, a);
	if (!reference_parse(s, &ref)) {
		Str token = shown(s);
		report(w, &there, text, S("value"),
		       "'%.*s' is not a reference: it would be Type/id with an R4 resource type, an absolute URL, "
		       "urn:… or #id",
		       STR_ARG(token));
		return;
	}
	if (ref.kind == REF_URN)
		advice_urn(w, place, v, s);
	if (ref.kind == REF_CONTAINED && ref.id.n) {
		JVal target = contained_by_id(w, ref.id);
		if (!target.node)
			report(w, &there, text, S("invariant"), "'%.*s' names no contained resource of this resource",
			       STR_ARG(shown(s)));
		ref.type = fhir_type(JSTR(target, "resourceType", a));
	}
	check_target(w, &there, e, text, ref.type);
}

static void check_contained(Walk *w, const Place *place, JVal v)
{
	JVal meta = JGET(v, "meta");
	JVal id = JGET(v, "id");
	Place at_meta = { place, S("meta"), -1 };
	if (JGET(v, "contained").node)
		report(w, place, v, S("invariant"), "A contained resource may not contain resources itself");
	if (JGET(meta, "versionId").node || JGET(meta, "lastUpdated").node)
		report(w, &at_meta, meta, S("invariant"),
		       "A contained resource has no meta.versionId or meta.lastUpdated");
	if (JGET(meta, "security").node)
		report(w, &at_meta, meta, S("invariant"), "A contained resource has no meta.security of its own");
	if (!json_is(id, J_STRING)) {
		report(w, place, v, S("required"), "A contained resource needs an id, so that it can be referred to");
		return;
	}
	Str s = raw_string(id);
	if (!is_named(w, s) && !names_container(v))
		report(w, place, v, S("invariant"),
		       "Nothing refers to this contained resource; a reference would be '#%.*s'", STR_ARG(shown(s)));
}

/* --- codes
 * --------------------------------------------------------------------------------------------------------------- */
static bool coding_in(const FhirBinding *b, JVal coding, Arena *a)
{
	Str code = JSTR(coding, "code", a);
	Str system = JSTR(coding, "system", a);
	return code.p && binding_has(b, system.p ? system : S(""), code);
}

static void report_code(Walk *w, const Place *place, const FhirBinding *b, JVal v, Str code)
{
	Arena *a = w->out->arena;
	Buf some = buf_new(a, 0, 300);
	for (uint32_t i = 0; i < b->count && i < 12 && !is_full(w); i++)
		buf_printf(&some, "%s%s", i ? ", " : "", fhir_texts + fhir_codes[b->first + i].text);
	if (b->count > 12 && !is_full(w))
		BUF_LIT(&some, ", …");
	Str list = buf_str(&some), token = shown(code);
	report(w, place, v, S("code-invalid"), "'%.*s' is not in the required value set %s%s%.*s", STR_ARG(token),
	       fhir_texts + b->name, list.n ? ": " : "", STR_ARG(list));
}

static void check_concept(Walk *w, const Place *place, const FhirBinding *b, JVal v)
{
	Str first = { "", 0 };
	for (JIter it = json_each(JGET(v, "coding")); json_next(&it);) {
		if (coding_in(b, it.value, w->out->arena))
			return;
		if (!first.n)
			first = JSTR(it.value, "code", w->out->arena);
	}
	if (!JGET(v, "extension").node)
		report_code(w, place, b, v, first);
}

static void check_binding(Walk *w, const Place *place, const FhirElement *e, JVal v)
{
	const FhirBinding *b = &fhir_bindings[e->binding];
	const FhirDef *d = &fhir_defs[e->def];
	if (d->kind == DEF_PRIMITIVE) {
		Str code = json_str(v, w->out->arena);
		if (code.p && !binding_has(b, (Str){ NULL, 0 }, code))
			report_code(w, place, b, v, code);
	} else if (d->special == SPECIAL_CODEABLECONCEPT) {
		check_concept(w, place, b, v);
	} else if (!coding_in(b, v, w->out->arena) && !JGET(v, "extension").node) {
		report_code(w, place, b, v, JSTR(v, "code", w->out->arena));
	}
}

/* --- values
 * ---------------------------------------------------------------------------------------------------------------- */
static void check_primitive(Walk *w, const Place *place, const FhirElement *e, JVal v)
{
	const FhirDef *d = &fhir_defs[e->def];
	Primitive p = (Primitive)d->primitive;
	if (primitive_ok(p, v, w->out->arena)) {
		if (e->binding)
			check_binding(w, place, e, v);
		if (e->extensible && w->options->warnings)
			profile_check_extensible(w, place, e, v);
		if (p == PRIM_CANONICAL)
			advice_canonical(w, place, v);
		return;
	}
	if (p == PRIM_XHTML && json_is(v, J_STRING)) {
		report(w, place, v, S("value"), "The narrative has %s", narrative_problem(json_str(v, w->out->arena)));
		return;
	}
	if (json_is(v, J_OBJECT) || json_is(v, J_ARRAY)) {
		report(w, place, v, S("structure"), "This is an %s; it would be %s",
		       json_is(v, J_OBJECT) ? "object" : "array", primitive_form(p));
		return;
	}
	bool text = p == PRIM_STRING || p == PRIM_MARKDOWN || p == PRIM_BASE64BINARY;
	Str token = text ? S("This text") : shown(json_raw(v));
	report(w, place, v, S("value"), "%.*s is not %s", STR_ARG(token), primitive_form(p));
}

static void check_value(Walk *w, const Place *place, const FhirElement *e, JVal v)
{
	const FhirDef *d = &fhir_defs[e->def];
	if (d->kind == DEF_PRIMITIVE) {
		check_primitive(w, place, e, v);
		if (e->rules)
			invariants_check_element(w, place, e, v);
		return;
	}
	if (d->kind == DEF_ANY_RESOURCE) {
		check_resource(w, place, v, str_eq(place->name, S("contained")));
		return;
	}
	if (!json_is(v, J_OBJECT)) {
		report(w, place, v, S("structure"), "This would be an object: %s", fhir_names + d->name);
		return;
	}
	check_object(w, place, d, v);
	if (e->extensible && w->options->warnings)
		profile_check_extensible(w, place, e, v);
	if (e->rules)
		invariants_check_element(w, place, e, v);
	if (d->special == SPECIAL_REFERENCE)
		check_reference(w, place, e, v);
	if (e->binding)
		check_binding(w, place, e, v);
}

/* The array beside an array of primitives: of `given` it is `_given`, and the reverse. */
static JIter sibling_array(JVal object, Str key)
{
	char name[80];
	JVal other = { object.doc, NULL };
	if (key.p[0] == '_') {
		other = json_get(object, str_from(key, 1));
	} else if (key.n < sizeof name) {
		name[0] = '_';
		memcpy(name + 1, key.p, key.n);
		other = json_get(object, str_n(name, key.n + 1));
	}
	return json_iter(json_is(other, J_ARRAY) ? other : (JVal){ object.doc, NULL });
}

/* Item i of the sibling; i only grows. */
static JKind sibling_kind(JIter *sibling, size_t *reached, size_t i)
{
	while (*reached <= i && json_next(sibling))
		++*reached;
	return *reached == i + 1 ? json_kind(sibling->value) : J_ABSENT;
}

/* What stands beside a primitive in `_name`: an object with id and extensions. */
static void check_beside(Walk *w, const Place *place, const FhirElement *e, JVal v)
{
	if (json_is(v, J_OBJECT))
		check_object(w, place, &fhir_defs[e->def], v);
	else
		report(w, place, v, S("structure"), "'_%.*s' would be an object with id or extension",
		       STR_ARG(place->name));
}

static void check_items(Walk *w, Place *place, const FhirElement *e, JVal object, const JIter *member)
{
	bool beside = member->key.p[0] == '_';
	JIter sibling = { 0 };
	size_t reached = 0;
	for (JIter it = json_iter(member->value); json_next(&it);) {
		place->index = (long)it.index;
		if (json_is(it.value, J_NULL) && fhir_defs[e->def].kind == DEF_PRIMITIVE) {
			if (!sibling.doc)
				sibling = sibling_array(object, member->key);
			JKind other = sibling_kind(&sibling, &reached, it.index);
			if (other == J_ABSENT || other == J_NULL)
				report(w, place, it.value, S("structure"),
				       "null without a value or extension beside it at the same place");
		} else if (beside) {
			check_beside(w, place, e, it.value);
		} else {
			check_value(w, place, e, it.value);
		}
	}
}

/* The name in an expression: a choice without its type. */
static Str member_name(const FhirElement *e)
{
	Str name = str_c(fhir_names + e->base);
	return e->flags & EL_CHOICE ? str_upto(name, name.n - 3) : name;
}

static void check_member(Walk *w, const Place *up, const FhirElement *e, JVal object, const JIter *member)
{
	bool beside = member->key.p[0] == '_';
	Place place = { up, member_name(e), -1 };
	JVal v = member->value;
	if (json_is(v, J_NULL)) {
		report(w, &place, v, S("structure"), "null is not a value; leave the element out");
	} else if (json_is(v, J_ARRAY) != ((e->flags & EL_ARRAY) != 0)) {
		report(w, &place, v, S("structure"),
		       e->flags & EL_ARRAY ? "This element repeats: it would be an array"
		                           : "This element does not repeat: it would not be an array");
	} else if (json_is(v, J_ARRAY)) {
		if (!json_count(v))
			report(w, &place, v, S("structure"), "An empty array; leave the element out");
		check_items(w, &place, e, object, member);
	} else if (beside) {
		check_beside(w, &place, e, v);
	} else {
		check_value(w, &place, e, v);
	}
}

/* --- objects
 * ------------------------------------------------------------------------------------------------------------------ */
static void report_missing(Walk *w, const Place *place, const FhirDef *d, JVal v, uint64_t missing)
{
	for (size_t i = 0; i < d->count && missing; i++) {
		const FhirElement *e = &fhir_elements[d->first + i];
		if (!(missing >> e->slot & 1))
			continue;
		missing &= ~(UINT64_C(1) << e->slot);
		report(w, place, v, S("required"), "'%s' is missing; %s needs it", fhir_names + e->base,
		       fhir_names + d->name);
	}
}

/* The element of a member name, also of `_name` beside a primitive; NULL when there is none. */
static const FhirElement *element_of(const FhirDef *d, Str key)
{
	if (!key.n || key.p[0] != '_')
		return fhir_element(d, key);
	const FhirElement *e = fhir_element(d, str_from(key, 1));
	return e && fhir_defs[e->def].kind == DEF_PRIMITIVE ? e : NULL;
}

static void check_extension(Walk *w, const Place *place, JVal v)
{
	bool has_value = false, has_extension = false;
	for (JIter it = json_iter(v); json_next(&it);) {
		has_value = has_value || str_starts(it.key, S("value")) || str_starts(it.key, S("_value"));
		has_extension = has_extension || str_eq(it.key, S("extension"));
	}
	if (has_value == has_extension)
		report(w, place, v, S("invariant"), "An extension has either a value or extensions; this one has %s",
		       has_value ? "both" : "neither");
}

static void report_unknown(Walk *w, const Place *place, const FhirDef *d, const JIter *it)
{
	Str token = shown(it->key);
	report(w, place, it->value, S("structure"), "%s has no element '%.*s'", fhir_names + d->name, STR_ARG(token));
}

static void check_object(Walk *w, const Place *place, const FhirDef *d, JVal v)
{
	uint64_t seen = 0;
	uint16_t chosen[64];
	size_t members = 0;
	for (JIter it = json_iter(v); json_next(&it); members++) {
		const FhirElement *e = element_of(d, it.key);
		if (!e) {
			if (d->kind == DEF_RESOURCE && str_eq(it.key, S("resourceType")))
				continue;
			report_unknown(w, place, d, &it);
			continue;
		}
		uint64_t bit = UINT64_C(1) << e->slot;
		if (seen & bit && chosen[e->slot] != e->name) {
			Place there = { place, member_name(e), -1 };
			report(w, &there, it.value, S("structure"),
			       "Only one type of '%s' can be given; there are '%s' and '%s'", fhir_names + e->base,
			       fhir_names + chosen[e->slot], fhir_names + e->name);
		}
		seen |= bit;
		chosen[e->slot] = e->name;
		check_member(w, place, e, v, &it);
	}
	if (d->required & ~seen)
		report_missing(w, place, d, v, d->required & ~seen);
	if (!members)
		report(w, place, v, S("structure"), "An empty object; leave the element out");
	if (members == 1 && JGET(v, "id").node && (d->kind == DEF_COMPLEX || d->kind == DEF_BACKBONE))
		report(w, place, v, S("invariant"), "ele-1: An element has a value or children, not only an id");
	if (d->special == SPECIAL_EXTENSION)
		check_extension(w, place, v);
	if (d->special == SPECIAL_EXTENSION && w->profiles)
		profile_check_extension(w, place, v);
	advice_check(w, place, d, v);
	if (d->rules)
		invariants_check(w, place, d, v, seen);
}

/* --- resources
 * ------------------------------------------------------------------------------------------------------------------ */
/* `place` is where the resource stands; at the root it gets the name of its type here. */
static void check_resource(Walk *w, const Place *place, JVal v, bool contained)
{
	JVal name = JGET(v, "resourceType");
	if (!json_is(v, J_OBJECT) || !name.node) {
		report(w, place, v, S("structure"), "A resource is an object with a member 'resourceType'");
		return;
	}
	FhirType type = fhir_type(json_str(name, w->out->arena));
	if (type == FT_NONE) {
		Str token = shown(json_raw(name));
		report(w, place, name, S("structure"), "%.*s is not a resource type of FHIR R4", STR_ARG(token));
		return;
	}
	Walk outer = *w;
	Place root = { NULL, fhir_type_name(type), -1 };
	if (contained && !w->contained)
		check_contained(w, place, v);
	if (!contained) {
		w->around = gather(w->out->arena, v);
		w->root = v;
	}
	if (type == FT_BUNDLE)
		w->bundle = v;
	w->resource = v;
	w->contained = contained;
	check_object(w, place ? place : &root, &fhir_defs[type], v);
	if (w->profiles)
		profile_check_claims(w, place ? place : &root, v, type, !place);
	outer.scratch = w->scratch;
	outer.steps = w->steps;
	*w = outer;
}

Err fhir_validate_with(JVal resource, const ValidateOptions *options, Outcome *out)
{
	Walk w = { .out = out, .options = options, .steps = PROFILE_STEPS };
	size_t before = out->errors;
	w.profiles = profiles_hold(options->source);
	w.keep = options->source || options->terms ? arena_new() : NULL;
	check_resource(&w, NULL, resource, false);
	arena_free(w.scratch);
	arena_free(w.keep);
	profiles_release(w.profiles);
	return out->errors == before ? OK : ERR_INVALID;
}

Err fhir_validate(JVal resource, Outcome *out)
{
	static const ValidateOptions plain = { .warnings = false };
	return fhir_validate_with(resource, &plain, out);
}
