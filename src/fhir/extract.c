#include "fhir/extract.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "fhir/query.h"
#include "fhir/reference.h"

/* --- token --- */
static void emit_token(Extract *x, SearchValue v)
{
	v.has_system = v.system.p != NULL;
	if (v.code.p || v.system.p || v.text.p)
		extract_emit(x, v);
}

static void coding_token(Extract *x, JVal v)
{
	emit_token(x, (SearchValue){ .element = v,
	                             .system = JSTR(v, "system", x->arena),
	                             .code = JSTR(v, "code", x->arena),
	                             .text = JSTR(v, "display", x->arena) });
}

static void primitive_token(Extract *x, const FhirDef *d, const FhirBinding *b, JVal v)
{
	SearchValue out = { .element = v, .fold = d->primitive == PRIM_STRING || d->primitive == PRIM_MARKDOWN };
	if (json_is(v, J_TRUE) || json_is(v, J_FALSE)) {
		out.code = json_is(v, J_TRUE) ? S("true") : S("false");
	} else {
		out.code = json_str(v, x->arena);
		if (b->system)
			out.system = str_c(fhir_texts + fhir_systems[b->system]);
		if (out.fold)
			out.text = out.code;
	}
	emit_token(x, out);
}

static void token(Extract *x, const FhirDef *d, const FhirBinding *b, JVal v)
{
	Arena *a = x->arena;
	JVal text;
	if (d->special == SPECIAL_CODEABLECONCEPT) {
		for (JIter it = json_each(JGET(v, "coding")); json_next(&it);)
			coding_token(x, it.value);
		text = JGET(v, "text");
		if (text.node)
			emit_token(x, (SearchValue){ .element = text, .text = json_str(text, a) });
	} else if (d->special == SPECIAL_CODING) {
		coding_token(x, v);
	} else if (d->special == SPECIAL_IDENTIFIER) {
		emit_token(x, (SearchValue){ .element = v,
		                             .system = JSTR(v, "system", a),
		                             .code = JSTR(v, "value", a),
		                             .text = JSTR(JGET(v, "type"), "text", a) });
	} else if (d->special == SPECIAL_CONTACTPOINT) {
		emit_token(x, (SearchValue){ .element = v, .code = JSTR(v, "value", a), .fold = true });
	} else if (d->kind == DEF_PRIMITIVE) {
		primitive_token(x, d, b, v);
	}
}

/* --- string --- */
static void strings_of(Extract *x, JVal v, const Str *members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (JIter it = json_each(json_get(v, members[i])); json_next(&it);)
			if (json_is(it.value, J_STRING))
				extract_emit(
				    x, (SearchValue){ .element = it.value, .text = json_str(it.value, x->arena) });
}

/* "De Smet" is found by "smet" too. */
static void words_behind(Extract *x, JVal family)
{
	Str text = json_str(family, x->arena);
	for (size_t i = 1; i + 1 < text.n; i++)
		if ((text.p[i] == ' ' || text.p[i] == '-') && text.p[i + 1] != ' ')
			extract_emit(x,
			             (SearchValue){ .element = family, .text = str_from(text, i + 1), .part = true });
}

static bool is_family(const Extract *x, JVal v)
{
	return (str_eq(x->param->code, S("family")) || str_eq(x->param->code, S("phonetic"))) && json_is(v, J_STRING);
}

static void string(Extract *x, const FhirDef *d, JVal v)
{
	static const Str of_name[] = { S_INIT("text"), S_INIT("family"), S_INIT("given"), S_INIT("prefix"),
		                       S_INIT("suffix") };
	static const Str of_address[] = { S_INIT("text"),  S_INIT("line"),       S_INIT("city"),   S_INIT("district"),
		                          S_INIT("state"), S_INIT("postalCode"), S_INIT("country") };
	if (d->special == SPECIAL_HUMANNAME) {
		strings_of(x, v, of_name, COUNT_OF(of_name));
		words_behind(x, JGET(v, "family"));
	} else if (d->special == SPECIAL_ADDRESS) {
		strings_of(x, v, of_address, COUNT_OF(of_address));
	} else if (json_is(v, J_STRING)) {
		extract_emit(x, (SearchValue){ .element = v, .text = json_str(v, x->arena) });
		if (is_family(x, v))
			words_behind(x, v);
	}
}

/* --- date --- */
static bool period(JVal v, Arena *a, Moment *out)
{
	Moment m;
	Str start = JSTR(v, "start", a), end = JSTR(v, "end", a);
	bool any = false;
	*out = (Moment){ .from = INT64_MIN, .until = INT64_MAX };
	if (start.p && search_moment(start, &m)) {
		out->from = m.from;
		any = true;
	}
	if (end.p && search_moment(end, &m)) {
		out->until = m.until;
		any = true;
	}
	return any;
}

static void widen(Moment *m, const Moment *by, bool any)
{
	m->from = !any || by->from < m->from ? by->from : m->from;
	m->until = !any || by->until > m->until ? by->until : m->until;
}

/* Only the outer limits matter. */

static bool timing(JVal v, Arena *a, Moment *out)
{
	bool any = false;
	Moment m;
	for (JIter it = json_each(JGET(v, "event")); json_next(&it);)
		if (search_moment(json_str(it.value, a), &m)) {
			widen(out, &m, any);
			any = true;
		}
	if (period(json_path(v, "repeat", "boundsPeriod", NULL), a, &m)) {
		widen(out, &m, any);
		any = true;
	}
	return any;
}

static void date(Extract *x, const FhirDef *d, JVal v)
{
	Moment m = { 0 };
	bool ok = d->special == SPECIAL_PERIOD   ? period(v, x->arena, &m)
	          : d->special == SPECIAL_TIMING ? timing(v, x->arena, &m)
	                                         : json_is(v, J_STRING) && search_moment(json_str(v, x->arena), &m);
	if (ok)
		extract_emit(x, (SearchValue){ .element = v, .when = m });
}

/* --- reference --- */
/* A resource inside another: by its own id. */
static void inner_resource(Extract *x, JVal v)
{
	Str type = JSTR(v, "resourceType", x->arena), id = JSTR(v, "id", x->arena);
	if (!id.p || !typeset_has(&x->param->targets, fhir_type(type)))
		return;
	Str text = arena_join(x->arena, type, S("/"), id, STR_END);
	extract_emit(x, (SearchValue){ .element = v, .code = text, .reference = text });
}

static void reference(Extract *x, const FhirDef *d, JVal v)
{
	if (d->kind == DEF_ANY_RESOURCE) {
		inner_resource(x, v);
		return;
	}
	if (d->special != SPECIAL_REFERENCE) { /* canonical or uri */
		Str text = json_str(v, x->arena);
		if (text.p)
			extract_emit(x, (SearchValue){ .element = v, .code = text, .reference = text });
		return;
	}
	Reference r;
	SearchValue out = { .element = v, .code = JSTR(v, "reference", x->arena) };
	JVal identifier = JGET(v, "identifier");
	out.system = JSTR(identifier, "system", x->arena);
	out.text = JSTR(identifier, "value", x->arena);
	out.has_system = out.system.p != NULL;
	out.reference = out.code;
	if (out.code.p && reference_parse(out.code, &r) && r.version.p)
		out.reference = str_n(out.code.p, (size_t)(r.id.p + r.id.n - out.code.p));
	if (out.code.p || out.text.p)
		extract_emit(x, out);
}

/* --- number, quantity --- */
static void number(Extract *x, JVal v)
{
	SearchValue out = { .element = v };
	if (json_double(v, &out.low)) {
		out.high = out.low;
		extract_emit(x, out);
	}
}

/* The lower end of a comparator such as ">": the next number above. */
static void compare(SearchValue *v, Str comparator)
{
	bool equal = str_ends(comparator, S("="));
	if (str_starts(comparator, S("<"))) {
		v->high = equal ? v->high : nextafter(v->high, -DBL_MAX);
		v->low = -DBL_MAX;
	} else if (str_starts(comparator, S(">"))) {
		v->low = equal ? v->low : nextafter(v->low, DBL_MAX);
		v->high = DBL_MAX;
	}
}

static void unit_of(Extract *x, JVal quantity, SearchValue *out)
{
	out->system = JSTR(quantity, "system", x->arena);
	out->has_system = out->system.p != NULL;
	out->code = JSTR(quantity, "code", x->arena);
	out->text = JSTR(quantity, "unit", x->arena);
}

static void range(Extract *x, JVal v)
{
	JVal from = JGET(v, "low"), to = JGET(v, "high");
	SearchValue out = { .element = v, .low = -DBL_MAX, .high = DBL_MAX };
	bool low = json_double(JGET(from, "value"), &out.low), high = json_double(JGET(to, "value"), &out.high);
	unit_of(x, from.node ? from : to, &out);
	if (low || high)
		extract_emit(x, out);
}

/* From the lowest to the highest sample; "E", "U" and "L" say that one could not be measured. */
static void samples(Extract *x, JVal v)
{
	double origin = 0, factor = 1;
	JVal quantity = JGET(v, "origin");
	if (!json_double(JGET(quantity, "value"), &origin))
		return;
	(void)!json_double(JGET(v, "factor"), &factor);
	SearchValue out = { .element = v, .low = DBL_MAX, .high = -DBL_MAX };
	unit_of(x, quantity, &out);
	Str rest = JSTR(v, "data", x->arena), word;
	while (rest.p) {
		char z[32];
		rest = str_cut(rest, ' ', &word);
		if (!word.n || word.n >= sizeof z || str_chr(S("EUL"), word.p[0]) >= 0)
			continue;
		memcpy(z, word.p, word.n);
		z[word.n] = 0;
		double value = strtod(z, NULL) * factor + origin;
		out.low = value < out.low ? value : out.low;
		out.high = value > out.high ? value : out.high;
	}
	if (out.low <= out.high)
		extract_emit(x, out);
}

static void quantity(Extract *x, const FhirDef *d, JVal v)
{
	SearchValue out = { .element = v };
	if (d->special == SPECIAL_RANGE) {
		range(x, v);
	} else if (d->special == SPECIAL_SAMPLEDDATA) {
		samples(x, v);
	} else if (d->special != SPECIAL_MONEY && d->special != SPECIAL_QUANTITY) {
		number(x, v);
	} else if (json_double(JGET(v, "value"), &out.low)) {
		out.high = out.low;
		unit_of(x, v, &out);
		compare(&out, JSTR(v, "comparator", x->arena));
		if (d->special == SPECIAL_MONEY) {
			out.system = S("urn:iso:std:iso:4217");
			out.code = JSTR(v, "currency", x->arena);
			out.has_system = true;
		}
		extract_emit(x, out);
	}
}

void extract_value(Extract *x, const FhirDef *d, const FhirBinding *b, JVal v)
{
	switch (x->param->kind) {
	case PARAM_TOKEN:
		token(x, d, b, v);
		break;
	case PARAM_STRING:
		string(x, d, v);
		break;
	case PARAM_DATE:
		date(x, d, v);
		break;
	case PARAM_REFERENCE:
		reference(x, d, v);
		break;
	case PARAM_NUMBER:
	case PARAM_QUANTITY:
		quantity(x, d, v);
		break;
	case PARAM_URI:
		if (json_is(v, J_STRING))
			extract_emit(x, (SearchValue){ .element = v, .code = json_str(v, x->arena) });
		break;
	case PARAM_SPECIAL:
		extract_emit(x, (SearchValue){ .element = v });
		break;
	case PARAM_COMPOSITE:
		break;
	}
}
