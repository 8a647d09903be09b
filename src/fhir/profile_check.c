/* A resource against a profile: one walk over the profile's tree beside the resource. Base definitions were checked
 * before; here is what a profile adds. */
#include "fhir/profile_check.h"

#include "fhir/invariant.h"
#include "fhir/profile_slice.h"
#include "fhir/reference.h"

static Str type_of(const FpItem *item)
{
	return item->def ? str_c(fhir_names + fhir_defs[item->def].name) : S("");
}

/* --- the items of an element
 * ---------------------------------------------------------------------------------------- */
static void add_item(Walk *w, Items *out, JVal v, JVal beside, uint16_t def, long index)
{
	bool has = v.node && !json_is(v, J_NULL), more = json_is(beside, J_OBJECT);
	if (!has && !more)
		return;
	if (out->count == out->cap) {
		size_t cap = out->cap ? out->cap * 2 : 4;
		out->list = arena_grow(w->keep, out->list, out->cap * sizeof(Item), cap * sizeof(Item));
		out->cap = cap;
	}
	JVal value = { v.doc ? v.doc : beside.doc, has ? v.node : NULL };
	FpItem item = { .kind = FP_NODE, .def = def, .value = value };
	if (def == fhir_def_any)
		item = fhirpath_item(value, STR_END);
	item.sibling = more ? beside.node : NULL;
	out->list[out->count++] = (Item){ item, index };
}

static void add_member(Walk *w, Items *out, JVal object, Str key, const FhirElement *e)
{
	char name[82] = "_";
	JVal v = json_get(object, key), beside = { object.doc, NULL };
	if (key.n < 80 && fhir_defs[e->def].kind == DEF_PRIMITIVE) {
		memcpy(name + 1, key.p, key.n);
		beside = json_get(object, str_n(name, key.n + 1));
	}
	if (!(e->flags & EL_ARRAY)) {
		add_item(w, out, v, beside, e->def, -1);
		return;
	}
	size_t n = json_count(v), m = json_count(beside);
	JIter values = json_iter(v), besides = json_iter(beside);
	for (size_t i = 0; i < (n > m ? n : m); i++) {
		bool has = i < n && json_next(&values), more = i < m && json_next(&besides);
		JVal none = { object.doc, NULL };
		add_item(w, out, has ? values.value : none, more ? besides.value : none, e->def, (long)i);
	}
}

Items profile_items(Walk *w, const FpItem *item, Str name)
{
	Items out = { .list = NULL };
	const FhirDef *d = &fhir_defs[item->def];
	JVal object = json_is(item->value, J_OBJECT) ? item->value : (JVal){ item->value.doc, item->sibling };
	if (!object.node || !item->def)
		return out;
	const FhirElement *e = fhir_element(d, name);
	if (e) {
		add_member(w, &out, object, name, e);
		return out;
	}
	for (JIter it = json_iter(object); json_next(&it);) {
		bool under = it.key.n && it.key.p[0] == '_';
		Str key = under ? str_from(it.key, 1) : it.key;
		e = fhir_element(d, key);
		if (!e || !(e->flags & EL_CHOICE) || !fhir_is(fhir_names + e->base, name) ||
		    (under && json_get(object, key).node))
			continue;
		add_member(w, &out, object, key, e);
	}
	return out;
}

/* --- types and references
 * ------------------------------------------------------------------------------------------- */
static const PType *type_for(const PNode *n, const FpItem *item)
{
	for (size_t i = 0; i < n->n_types; i++) {
		Str code = n->types[i].code;
		if (str_chr(code, ':') >= 0 || !item->def || fhirpath_is(item, code))
			return &n->types[i];
	}
	return NULL;
}

/* The resource that a reference leads to: contained, or in the bundle around. */
static bool target_of(Walk *w, Str text, JVal *out)
{
	if (str_starts(text, S("#"))) {
		for (JIter it = json_each(JGET(w->root, "contained")); json_next(&it);)
			if (json_str_is(JGET(it.value, "id"), str_from(text, 1))) {
				*out = it.value;
				return true;
			}
		return false;
	}
	return walk_resolve(w, text, w->keep, out);
}

static bool fits_target(Walk *w, const Profile *p, FhirType type, JVal target)
{
	if (!p)
		return true; /* not known: no reason to refuse */
	if (p->def != fhir_def_any && type != FT_NONE && p->def != (uint16_t)type)
		return false;
	if (p->is_base || !json_is(target, J_OBJECT))
		return true;
	FpItem item = fhirpath_item(target, STR_END);
	return profile_conforms(w, p, &item);
}

static void check_targets(Walk *w, const Place *place, const PType *t, const FpItem *item)
{
	Reference ref;
	JVal target = { NULL, NULL }, text = JGET(item->value, "reference");
	Str s = json_str(text, w->keep);
	FhirType type = fhir_type(JSTR(item->value, "type", w->keep));
	if (s.n && reference_parse(s, &ref) && ref.type != FT_NONE)
		type = ref.type;
	if (s.n && target_of(w, s, &target))
		type = fhir_type(JSTR(target, "resourceType", w->keep));
	if (type == FT_NONE)
		return;
	for (size_t i = 0; i < t->targets.count; i++)
		if (fits_target(w, profile_find(w->profiles, t->targets.items[i]), type, target))
			return;
	profile_report(w, place, item->value, SEV_ERROR, S("value"),
	               "A reference to this %.*s is not allowed here; it would follow %.*s%s",
	               STR_ARG(fhir_type_name(type)), STR_ARG(str_clip(t->targets.items[0], 200)),
	               t->targets.count > 1 ? " or another of the profiles that are allowed" : "");
}

static void check_type(Walk *w, const Place *place, const PNode *n, const FpItem *item)
{
	const PType *t = type_for(n, item);
	if (!t) {
		profile_report(w, place, item->value, SEV_ERROR, S("structure"), "A %.*s is not allowed here",
		               STR_ARG(type_of(item)));
		return;
	}
	if (t->targets.count && fhir_defs[item->def].special == SPECIAL_REFERENCE)
		check_targets(w, place, t, item);
	size_t known = 0;
	const Profile *last = NULL;
	for (size_t i = 0; i < t->profiles.count; i++) {
		const Profile *p = profile_find(w->profiles, t->profiles.items[i]);
		if (!p || p->is_base)
			continue;
		known++;
		last = p;
		if (t->profiles.count > 1 && profile_conforms(w, p, item))
			return;
	}
	if (known == 1 && t->profiles.count == 1)
		profile_check(w, place, last, item);
	else if (known && known == t->profiles.count)
		profile_report(w, place, item->value, SEV_ERROR, S("structure"),
		               "This follows none of the profiles that are allowed here, for example %.*s",
		               STR_ARG(str_clip(last->url, 200)));
}

/* --- one element
 * ---------------------------------------------------------------------------------------------------- */
static void check_rules(Walk *w, const Place *place, const PNode *n, const FpItem *item)
{
	for (size_t i = 0; i < n->n_rules; i++) {
		const PRule *r = &n->rules[i];
		FpError error = { .message = "its expression is not FHIRPath" };
		if (!r->error && !w->options->warnings)
			continue;
		int holds = r->path ? invariant_holds(w, r->path, item, &error) : -1;
		if (holds == 0)
			profile_report(w, place, item->value, r->error ? SEV_ERROR : SEV_WARNING, S("invariant"),
			               "%.*s: %.*s", STR_ARG(r->key), STR_ARG(str_clip(r->human, 400)));
		else if (holds < 0)
			profile_report(w, place, item->value, SEV_WARNING, S("incomplete"), "%.*s was not checked: %s",
			               STR_ARG(r->key), error.message);
	}
}

static void check_count(Walk *w, const Place *place, const PNode *n, size_t count, JVal v, Str url)
{
	Str name = n->slice.n ? n->slice : n->name;
	const char *what = n->slice.n ? "slice " : "";
	if (n->has_min && count < n->min && !count)
		profile_report(w, place, v, SEV_ERROR, S("required"), "%s'%.*s' is missing; %.*s needs it", what,
		               STR_ARG(name), STR_ARG(str_clip(url, 200)));
	else if (n->has_min && count < n->min)
		profile_report(w, place, v, SEV_ERROR, S("required"), "%s'%.*s' is there %zu times; %.*s needs %u",
		               what, STR_ARG(name), count, STR_ARG(str_clip(url, 200)), n->min);
	if (n->has_max && count > n->max)
		profile_report(w, place, v, SEV_ERROR, S("structure"), "%s'%.*s' is there %zu times; %.*s allows %u",
		               what, STR_ARG(name), count, STR_ARG(str_clip(url, 200)), n->max);
}

static Str plain_name(Str name)
{
	return str_ends(name, S("[x]")) ? str_upto(name, name.n - 3) : name;
}

static bool spent(Walk *w)
{
	if (w->steps)
		w->steps--;
	return !w->steps;
}

static void check_slices(Walk *w, const Place *up, const PNode *n, const Items *items, JVal v, const Profile *p);

static void check_children(Walk *w, const Place *place, const PNode *n, const FpItem *item, const Profile *p)
{
	for (const PNode *c = n->children; c; c = c->next) {
		Items items = profile_items(w, item, c->name);
		check_count(w, place, c, items.count, item->value, p->url);
		for (size_t i = 0; i < items.count; i++) {
			Place there = { place, plain_name(c->name), items.list[i].index };
			profile_check_node(w, &there, c, &items.list[i].item, p);
		}
		if (c->slices || c->slice_rules == SLICES_CLOSED)
			check_slices(w, place, c, &items, item->value, p);
	}
}

void profile_check_node(Walk *w, const Place *place, const PNode *n, const FpItem *item, const Profile *p)
{
	if (spent(w) || w->depth > PROFILE_DEPTH)
		return;
	if (n->n_types && n != p->root)
		check_type(w, place, n, item);
	profile_check_value(w, place, n, item);
	check_rules(w, place, n, item);
	check_children(w, place, n, item, p);
	if (n->same)
		check_children(w, place, n->same, item, p);
}

/* Each item finds its slice; what is in a slice is held to it; slices are counted. */
static void check_slices(Walk *w, const Place *up, const PNode *n, const Items *items, JVal v, const Profile *p)
{
	size_t reached = 0, slices = 0;
	bool rest = false;
	Str name = plain_name(n->name);
	const PNode **of = arena_zero(w->keep, (items->count + 1) * sizeof(PNode *));
	for (size_t i = 0; i < items->count; i++) {
		const Item *one = &items->list[i];
		Place there = { up, name, one->index };
		size_t number = 0;
		of[i] = profile_slice_of(w, n, &one->item, p, &number);
		if (!of[i]) {
			rest = true;
			if (n->slice_rules == SLICES_CLOSED)
				profile_report(w, &there, one->item.value, SEV_ERROR, S("structure"),
				               "This is none of the slices that %.*s allows here",
				               STR_ARG(str_clip(p->url, 200)));
			continue;
		}
		if ((n->ordered && number < reached) || (rest && n->slice_rules == SLICES_OPEN_AT_END))
			profile_report(w, &there, one->item.value, SEV_ERROR, S("structure"),
			               "Slice '%.*s' is out of order", STR_ARG(of[i]->slice));
		reached = number > reached ? number : reached;
		profile_check_node(w, &there, of[i], &one->item, p);
	}
	for (const PNode *s = n->slices; s; s = s->next_slice, slices++) {
		Items in = { .list = NULL };
		for (size_t i = 0; i < items->count; i++)
			if (of[i] == s)
				add_item(w, &in, items->list[i].item.value,
				         (JVal){ items->list[i].item.value.doc, items->list[i].item.sibling },
				         items->list[i].item.def, items->list[i].index);
		if (profile_slice_known(s))
			check_count(w, up, s, in.count, v, p->url);
		if (s->slices)
			check_slices(w, up, s, &in, v, p);
	}
}

/* --- whole profiles
 * ------------------------------------------------------------------------------------------------- */
void profile_check(Walk *w, const Place *place, const Profile *p, const FpItem *item)
{
	if (!p->root || !item->def)
		return;
	if (p->def && p->def != fhir_def_any && !fhirpath_is(item, p->type)) {
		profile_report(w, place, item->value, SEV_ERROR, S("structure"), "This is a %.*s; %.*s is for %.*s",
		               STR_ARG(type_of(item)), STR_ARG(str_clip(p->url, 200)), STR_ARG(p->type));
		return;
	}
	w->depth++;
	profile_check_node(w, place, p->root, item, p);
	w->depth--;
}

bool profile_conforms(Walk *w, const Profile *p, const FpItem *item)
{
	Outcome quiet = { .arena = w->keep, .count = OUTCOME_MAX_ISSUES };
	Outcome *out = w->out;
	Place nowhere = { NULL, S(""), -1 };
	if (p->is_base)
		return p->def == fhir_def_any || fhirpath_is(item, p->type);
	w->out = &quiet;
	profile_check(w, &nowhere, p, item);
	w->out = out;
	return !quiet.errors;
}

static void check_claim(Walk *w, const Place *place, const Place *claim, Str url, Severity unknown, JVal at,
                        const FpItem *item)
{
	const Profile *p = profile_find(w->profiles, url);
	if (!p) {
		profile_report(w, claim, at, unknown, S("not-found"),
		               "The profile %.*s is not known here, so it was not checked",
		               STR_ARG(str_clip(url, 200)));
		return;
	}
	if (p->is_base ? p->def != fhir_def_any && !fhirpath_is(item, p->type) : false)
		profile_report(w, claim, at, SEV_ERROR, S("structure"), "This is a %.*s; %.*s is for %.*s",
		               STR_ARG(type_of(item)), STR_ARG(str_clip(url, 200)), STR_ARG(p->type));
	if (p->incomplete)
		profile_report(w, claim, at, SEV_WARNING, S("incomplete"),
		               "A profile that %.*s builds on is not known here; the rest was checked",
		               STR_ARG(str_clip(url, 200)));
	profile_check(w, place, p, item);
}

/* What the house asks comes first, so that nothing the resource says of itself can use up the steps for it. */
static void check_required(Walk *w, const Place *place, JVal v, const FpItem *item, const ProfileList *required)
{
	for (size_t i = 0; i < required->n; i++)
		check_claim(w, place, place, required->urls[i], SEV_ERROR, v, item);
	if (required->n && !w->steps)
		profile_report(w, place, v, SEV_ERROR, S("too-costly"),
		               "What this server asks of such a resource could not be checked: it is too large");
}

static bool among(const ProfileList *list, Str url)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->urls[i], url))
			return true;
	return false;
}

void profile_check_claims(Walk *w, const Place *place, JVal v, FhirType type, bool root)
{
	FpItem item = { .kind = FP_NODE, .def = (uint16_t)type, .value = v };
	Place meta = { place, S("meta"), -1 };
	ProfileList required = root && w->options->required ? w->options->required[type] : (ProfileList){ 0 };
	check_required(w, place, v, &item, &required);
	for (JIter it = json_each(JGET(JGET(v, "meta"), "profile")); json_next(&it);) {
		Place claim = { &meta, S("profile"), (long)it.index };
		Str url = json_is(it.value, J_STRING) ? json_str(it.value, w->keep) : STR_END;
		if (url.n && !among(&required, url))
			check_claim(w, place, &claim, url, SEV_WARNING, it.value, &item);
	}
	for (size_t i = 0; root && i < w->options->n_profiles; i++)
		check_claim(w, place, place, w->options->profiles[i], SEV_WARNING, v, &item);
	if (!w->steps)
		profile_report(w, place, v, SEV_WARNING, S("incomplete"),
		               "The profiles ask too much; not all was checked");
}

/* --- extensions
 * ------------------------------------------------------------------------------------------------------ */
void profile_check_extension(Walk *w, const Place *place, JVal v)
{
	Str url = JSTR(v, "url", w->keep);
	bool modifier = str_eq(place->name, S("modifierExtension"));
	if (str_find(url, S(":")) < 0)
		return; /* inside another one: by its own name */
	const Profile *p = profile_find(w->profiles, url);
	FpItem item = { .kind = FP_NODE, .def = fhir_def(S("Extension")), .value = v };
	if (!p || p->is_base || !str_eq(p->type, S("Extension"))) {
		if (modifier)
			profile_report(
			    w, place, v, SEV_WARNING, S("not-found"),
			    "The modifier extension %.*s is not known here; what it changes is not understood",
			    STR_ARG(str_clip(url, 200)));
		return;
	}
	if (p->modifier != modifier)
		profile_report(w, place, v, SEV_ERROR, S("structure"), "%.*s is %s modifier extension",
		               STR_ARG(str_clip(url, 200)), p->modifier ? "a" : "no");
	profile_check_context(w, place, p, v);
	profile_check(w, place, p, &item);
}
