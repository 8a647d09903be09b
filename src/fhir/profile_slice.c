/* Which slice an item is in, by the discriminators; and where extensions may stand. */
#include "fhir/profile_slice.h"

#include <stdio.h>

/* Does the item conform to a node of the tree? Without a word. */
static bool conforms(Walk *w, const PNode *n, const FpItem *item, const Profile *p)
{
	Outcome quiet = { .arena = w->keep, .count = OUTCOME_MAX_ISSUES };
	Outcome *out = w->out;
	Place nowhere = { NULL, S(""), -1 };
	w->out = &quiet;
	w->depth++;
	profile_check_node(w, &nowhere, n, item, p);
	w->depth--;
	w->out = out;
	return !quiet.errors;
}

static bool has_type(const PNode *n, const FpItem *item)
{
	for (size_t i = 0; i < n->n_types; i++) {
		const PType *t = &n->types[i];
		if (fhirpath_is(item, t->code))
			return true;
		/* behind resolve(): the types that the reference may lead to */
		for (size_t k = 0; k < t->targets.count; k++) {
			Str url = t->targets.items[k];
			size_t at = url.n;
			while (at && url.p[at - 1] != '/')
				at--;
			if (fhirpath_is(item, str_from(url, at)))
				return true;
		}
	}
	return false;
}

static bool has_profile(Walk *w, const PNode *n, const FpItem *item)
{
	for (size_t i = 0; i < n->n_types; i++) {
		StrList lists[] = { n->types[i].profiles, n->types[i].targets };
		for (size_t l = 0; l < COUNT_OF(lists); l++)
			for (size_t k = 0; k < lists[l].count; k++) {
				const Profile *p = profile_find(w->profiles, lists[l].items[k]);
				if (p && profile_conforms(w, p, item))
					return true;
			}
	}
	return false;
}

static bool value_fits(Walk *w, const Match *m, const FpItem *item, const Profile *p)
{
	switch (m->kind) {
	case DISC_VALUE:
		return conforms(w, m->node, item, p);
	case DISC_TYPE:
		return has_type(m->node, item);
	case DISC_PROFILE:
		return has_profile(w, m->node, item);
	case DISC_EXISTS:
		break;
	}
	return false;
}

static bool match_holds(Walk *w, const Match *m, const FpItem *item, const Profile *p)
{
	FpCollection got = { NULL, 0, 0 };
	if (m->url.n) {
		Str url = JSTR(item->value, "url", w->keep);
		return str_eq(url, m->url);
	}
	if (!m->path)
		return false;
	FpContext c = walk_context(w);
	c.type_of_reference = true;
	if (fhirpath_eval_item(m->path, &c, item, w->keep, &got, NULL) != OK)
		return false;
	if (m->kind == DISC_EXISTS)
		return (m->node->has_max && m->node->max == 0) == (got.count == 0);
	for (size_t i = 0; i < got.count; i++)
		if (got.items[i].kind == FP_NODE && value_fits(w, m, &got.items[i], p))
			return true;
	return false;
}

bool profile_slice_known(const PNode *slice)
{
	for (size_t i = 0; i < slice->n_matches; i++)
		if (!slice->matches[i].path && !slice->matches[i].url.n)
			return false;
	return slice->n_matches > 0;
}

const PNode *profile_slice_of(Walk *w, const PNode *n, const FpItem *item, const Profile *p, size_t *number)
{
	*number = 0;
	for (const PNode *s = n->slices; s; s = s->next_slice, ++*number) {
		bool in = profile_slice_known(s);
		for (size_t i = 0; i < s->n_matches && in; i++)
			in = match_holds(w, &s->matches[i], item, p);
		if (in)
			return s;
	}
	return NULL;
}

/* --- contexts of extensions
 * ----------------------------------------------------------------------------------------- */
/* The definition that the extension stands on, and its path from the resource ("Patient.contact.name"). */
static Str path_of(Walk *w, const Place *p, Arena *a)
{
	Buf b = buf_new(a, 64, 2000);
	const Place *list[JSON_DEPTH];
	size_t n = 0;
	for (; p && n < COUNT_OF(list); p = p->up)
		list[n++] = p;
	for (; n; n--) {
		bool resource = str_eq(list[n - 1]->name, S("contained")) || str_eq(list[n - 1]->name, S("resource"));
		if (resource) { /* a path begins at the resource that it is in */
			b = buf_new(a, 64, 2000);
			buf_add(&b, JSTR(w->resource, "resourceType", a));
		} else {
			buf_printf(&b, "%s%.*s", b.n ? "." : "", STR_ARG(list[n - 1]->name));
		}
	}
	return buf_str(&b);
}

/* Follows a path through the definitions: the definition of what it leads to, and as which element it is known:
 * "Patient.contact", "HumanName", "HumanName.given". */
static bool path_fits(Str path, Str context)
{
	static const Str anything[] = { S_INIT("Element"), S_INIT("Resource"), S_INIT("DomainResource") };
	Str part, rest = str_cut(path, '.', &part);
	uint16_t def = fhir_def(part);
	Str known = part, owner = part;
	bool resource = true;
	char as[200];
	while (rest.n && def) {
		rest = str_cut(rest, '.', &part);
		const FhirDef *d = &fhir_defs[def];
		const FhirElement *e = fhir_element(d, part);
		bool choice = false;
		for (size_t i = 0; !e && i < d->count; i++) {
			Str base = str_c(fhir_names + fhir_elements[d->first + i].base);
			if (str_ends(base, S("[x]")) && str_eq(str_upto(base, base.n - 3), part)) {
				e = &fhir_elements[d->first + i];
				choice = true;
			}
		}
		if (!e)
			return true; /* not understood: no reason to complain */
		owner = d->kind == DEF_BACKBONE || d->kind == DEF_RESOURCE || d->kind == DEF_COMPLEX
		            ? str_c(fhir_names + d->name)
		            : owner;
		int n = snprintf(as, sizeof as, "%.*s.%.*s", STR_ARG(owner), STR_ARG(part));
		if (n < 0 || n >= (int)sizeof as || choice)
			return true; /* which type of a choice is not in a path */
		known = str_c(as);
		def = e->def;
		resource = false;
	}
	Str type = str_c(fhir_names + fhir_defs[def].name);
	if (str_eq(context, known) || str_eq(context, type) || str_eq(context, path))
		return true;
	for (size_t i = 0; i < COUNT_OF(anything); i++)
		if (str_eq(context, anything[i]))
			return i == 0 ? true : resource;
	FpItem item = { .kind = FP_NODE, .def = def };
	return str_chr(context, '.') < 0 && fhirpath_is(&item, context);
}

/* Where extensions of the definitions themselves stand in the official package, beside what they say. */
static bool stands_there_too(Str url, Str path)
{
	static const struct {
		Str url, path;
	} known[] = {
		{ S_INIT("http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"),
		  S_INIT("element.type") },
		{ S_INIT("http://hl7.org/fhir/StructureDefinition/regex"), S_INIT("element.type") },
		{ S_INIT("http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version"), S_INIT("") },
	};
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(known[i].url, url) && str_ends(path, known[i].path))
			return true;
	return false;
}

/* An "element" context has the path of an element, perhaps behind the url of its profile and '#'. */
static bool context_fits(Walk *w, const Place *on, JVal context, Arena *a)
{
	JVal type = JGET(context, "type");
	Str e = JSTR(context, "expression", a), path = path_of(w, on, a);
	ptrdiff_t hash = str_chr(e, '#');
	if (json_str_is(type, S("extension")) || json_str_is(type, S("fhirpath")) || hash >= 0)
		return true; /* decided by the one that holds it, or not by a path */
	if (str_ends(e, S("[x]")))
		e.n -= 3;
	return path_fits(path, e);
}

void profile_check_context(Walk *w, const Place *place, const Profile *p, JVal v)
{
	JVal list = JGET(p->sd, "context");
	if (!json_count(list) || !place->up)
		return;
	for (JIter it = json_each(list); json_next(&it);)
		if (context_fits(w, place->up, it.value, w->keep))
			return;
	if (stands_there_too(p->url, path_of(w, place->up, w->keep)))
		return;
	Str first = JSTR(json_at(list, 0), "expression", w->keep);
	profile_report(w, place, v, SEV_ERROR, S("structure"), "%.*s may not stand here; it is for %.*s%s",
	               STR_ARG(str_clip(p->url, 200)), STR_ARG(str_clip(first, 100)),
	               json_count(list) > 1 ? " and others" : "");
}
