#include "fhir/summary.h"

#include "fhir/tables.h"

bool summary_parse(Str value, Summary *out)
{
	static const Str names[] = { [SUMMARY_FALSE] = S_INIT("false"),
		                     [SUMMARY_TRUE] = S_INIT("true"),
		                     [SUMMARY_TEXT] = S_INIT("text"),
		                     [SUMMARY_DATA] = S_INIT("data"),
		                     [SUMMARY_COUNT] = S_INIT("count") };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(names[i], value)) {
			*out = (Summary)i;
			return true;
		}
	return false;
}

typedef struct Trimming {
	const Trim *trim;
	FhirType type;
	Buf *out;
} Trimming;

static bool always(const FhirDef *d, const FhirElement *e)
{
	return e->flags & EL_MODIFIER || d->required >> e->slot & 1;
}

/* The name without its type, or absent when it is for another type. */
static Str own_name(Str name, FhirType type)
{
	Str head, first;
	Str rest = str_cut(name, '.', &head);
	if (!rest.p || !head.n || head.p[0] < 'A' || head.p[0] > 'Z')
		return head;
	str_cut(rest, '.', &first);
	return str_eq(head, fhir_type_name(type)) ? first : (Str){ NULL, 0 };
}

static bool named(const FhirElement *e, Str name)
{
	Str base = str_c(fhir_names + e->base);
	return name.p && (fhir_is(fhir_names + e->name, name) || str_eq(base, name) ||
	                  (e->flags & EL_CHOICE && str_eq(str_upto(base, base.n - 3), name)));
}

static bool is_meta(Str name)
{
	return str_eq(name, S("resourceType")) || str_eq(name, S("id")) || str_eq(name, S("meta"));
}

/* At the root. */
static bool keeps(const Trimming *t, const FhirDef *d, const FhirElement *e, Str name)
{
	if (is_meta(name) || (e && always(d, e)))
		return true;
	for (size_t i = 0; e && i < t->trim->n_elements; i++)
		if (named(e, own_name(t->trim->elements[i], t->type)))
			return true;
	if (t->trim->n_elements)
		return false;
	switch (t->trim->summary) {
	case SUMMARY_TRUE:
		return e && e->flags & EL_SUMMARY;
	case SUMMARY_TEXT:
		return str_eq(name, S("text"));
	case SUMMARY_DATA:
		return !str_eq(name, S("text"));
	case SUMMARY_FALSE:
	case SUMMARY_COUNT:
		return true;
	}
	return true;
}

static Str without_underscore(Str key)
{
	return str_starts(key, S("_")) ? str_from(key, 1) : key;
}

static bool write_value(Trimming *t, uint16_t def, JVal v);

/* A member behind `before`; false, and nothing written, when nothing of it is left. */
static bool write_member(Trimming *t, char before, Str key, uint16_t def, JVal v)
{
	size_t mark = t->out->n;
	buf_byte(t->out, before);
	buf_byte(t->out, '"');
	buf_add(t->out, key);
	BUF_LIT(t->out, "\":");
	bool some = write_value(t, def, v);
	if (!some)
		t->out->n = mark;
	return some;
}

/* An object inside a summary: what its definition counts as such. */
static bool write_object(Trimming *t, const FhirDef *d, JVal v)
{
	char before = '{';
	for (JIter it = json_iter(v); json_next(&it);) {
		Str name = without_underscore(it.key);
		const FhirElement *e = fhir_element(d, name);
		bool kept = e && (e->flags & EL_SUMMARY || always(d, e) || str_eq(name, S("id")));
		if (kept && write_member(t, before, it.key, name.n < it.key.n ? 0 : e->def, it.value))
			before = ',';
	}
	if (before == ',')
		buf_byte(t->out, '}');
	return before == ',';
}

static bool write_array(Trimming *t, uint16_t def, JVal v)
{
	char before = '[';
	for (JIter it = json_each(v); json_next(&it);) {
		size_t mark = t->out->n;
		buf_byte(t->out, before);
		if (write_value(t, def, it.value))
			before = ',';
		else
			t->out->n = mark;
	}
	if (before == ',')
		buf_byte(t->out, ']');
	return before == ',';
}

/* False when nothing of it is left. */
static bool write_value(Trimming *t, uint16_t def, JVal v)
{
	const FhirDef *d = &fhir_defs[def];
	bool whole = d->special == SPECIAL_EXTENSION || (d->kind != DEF_COMPLEX && d->kind != DEF_BACKBONE);
	if (!whole && json_is(v, J_ARRAY))
		return write_array(t, def, v);
	if (!whole && json_is(v, J_OBJECT))
		return write_object(t, d, v);
	buf_add(t->out, json_raw(v));
	return true;
}

#define SUBSETTED                                                                             \
	"{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":" \
	"\"SUBSETTED\",\"display\":\"subsetted\"}"

static bool is_subsetted(JVal tags)
{
	for (JIter it = json_each(tags); json_next(&it);)
		if (json_str_is(JGET(it.value, "code"), S("SUBSETTED")))
			return true;
	return false;
}

/* meta with the tag; v may be absent. */
static void write_meta(Trimming *t, JVal v)
{
	bool tagged = false;
	char before = '{';
	BUF_LIT(t->out, "\"meta\":");
	for (JIter it = json_iter(v); json_next(&it); before = ',') {
		buf_byte(t->out, before);
		buf_byte(t->out, '"');
		buf_add(t->out, it.key);
		BUF_LIT(t->out, "\":");
		Str raw = json_raw(it.value);
		if (str_eq(it.key, S("tag")) && json_is(it.value, J_ARRAY) && !is_subsetted(it.value)) {
			buf_add(t->out, str_upto(raw, raw.n - 1));
			if (json_count(it.value))
				buf_byte(t->out, ',');
			BUF_LIT(t->out, SUBSETTED "]");
		} else {
			buf_add(t->out, raw);
		}
		tagged = tagged || str_eq(it.key, S("tag"));
	}
	if (!tagged) {
		buf_byte(t->out, before);
		BUF_LIT(t->out, "\"tag\":[" SUBSETTED "]");
	} else if (before == '{') {
		buf_byte(t->out, '{');
	}
	buf_byte(t->out, '}');
}

/* Contained resources that what is kept points to, so that no reference leads nowhere; these may point to others. */
static void write_contained(Trimming *t, JVal contained, Arena *a)
{
	enum { MAX = 64 };
	bool written[MAX] = { false }, more = true;
	char before = '[';
	while (more) {
		more = false;
		for (JIter it = json_each(contained); json_next(&it);) {
			Str id = JSTR(it.value, "id", a);
			if (it.index >= MAX || written[it.index] || !id.p ||
			    str_find(buf_str(t->out), arena_join(a, S("\"#"), id, S("\""), STR_END)) < 0)
				continue;
			if (before == '[')
				BUF_LIT(t->out, ",\"contained\":");
			buf_byte(t->out, before);
			buf_add(t->out, json_raw(it.value));
			before = ',';
			written[it.index] = more = true;
		}
	}
	if (before == ',')
		buf_byte(t->out, ']');
}

static void write_root(Trimming *t, const FhirDef *d, JVal resource, Arena *a)
{
	bool deep = t->trim->summary == SUMMARY_TRUE && !t->trim->n_elements, met = !JGET(resource, "meta").node;
	bool contained = false;
	char before = '{';
	for (JIter it = json_iter(resource); json_next(&it);) {
		Str name = without_underscore(it.key);
		const FhirElement *e = fhir_element(d, name);
		if (!keeps(t, d, e, name))
			continue;
		contained = contained || str_eq(it.key, S("contained"));
		if (str_eq(it.key, S("meta"))) {
			buf_byte(t->out, before);
			write_meta(t, it.value);
			before = ',';
		} else if (write_member(t, before, it.key, deep && e && name.n == it.key.n ? e->def : 0, it.value)) {
			before = ',';
		}
		if (met && str_eq(it.key, S("id"))) { /* where it would stand */
			buf_byte(t->out, ',');
			write_meta(t, (JVal){ NULL, NULL });
			met = false;
		}
	}
	if (met) {
		buf_byte(t->out, before);
		write_meta(t, (JVal){ NULL, NULL });
	}
	if (!contained)
		write_contained(t, JGET(resource, "contained"), a);
	buf_byte(t->out, '}');
}

Str summary_trim(const Trim *t, JVal resource, Arena *a)
{
	Trimming x = { .trim = t, .type = fhir_type(JSTR(resource, "resourceType", a)) };
	bool all = !t->n_elements && (t->summary == SUMMARY_FALSE || t->summary == SUMMARY_COUNT);
	Str raw = json_raw(resource);
	if (all || x.type == FT_NONE)
		return raw;
	Buf out = buf_new(a, raw.n / 2 + 256, 0);
	x.out = &out;
	write_root(&x, &fhir_defs[x.type], resource, a);
	return buf_str(&out);
}

Err summary_trim_text(const Trim *t, Str body, Arena *a, Str *out)
{
	const Json *doc;
	TRY(json_parse(a, body, &doc, NULL));
	*out = summary_trim(t, json_root(doc), a);
	return OK;
}

bool summary_element_ok(FhirType type, Str name)
{
	const FhirDef *d = &fhir_defs[type];
	Str own = own_name(name, type);
	if (is_meta(own))
		return true;
	for (unsigned i = 0; own.p && i < d->count; i++)
		if (named(&fhir_elements[d->first + i], own))
			return true;
	return false;
}
