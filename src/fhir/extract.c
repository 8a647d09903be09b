#include "fhir/extract.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "fhir/reference.h"

bool search_moment(Str text, Moment *out)
{
	return time_parse_date(text, out) || time_parse_datetime(text, out);
}

bool number_range(Str text, double *value, double *low, double *high)
{
	char z[64];
	int places = 0, exponent = 0;
	bool point = false;
	if (!text.n || text.n >= sizeof z)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!(text.p[i] >= '0' && text.p[i] <= '9') && (!text.p[i] || !strchr("+-.eE", text.p[i])))
			return false;
	memcpy(z, text.p, text.n);
	z[text.n] = 0;
	char *end;
	*value = strtod(z, &end);
	if (*end)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if ((z[i] | 32) == 'e') {
			int64_t written;
			Str digits = str_from(text, i + 1 + (z[i + 1] == '+'));
			if (!str_int(digits, &written) || written > 400 || written < -400)
				return false;
			exponent = (int)written;
			break;
		}
		places += point;
		point = point || z[i] == '.';
	}
	double half = 0.5 * pow(10, exponent - places);
	*low = *value - half;
	*high = *value + half;
	return true;
}

/* --- token
 * ------------------------------------------------------------------------------------------------------------ */
static void emit_token(Extract *x, Str system, Str code, Str text)
{
	if (code.p || system.p || text.p)
		extract_emit(
		    x, (SearchValue){ .system = system, .code = code, .has_system = system.p != NULL, .text = text });
}

static void coding_token(Extract *x, JVal v)
{
	emit_token(x, JSTR(v, "system", x->arena), JSTR(v, "code", x->arena), JSTR(v, "display", x->arena));
}

static void primitive_token(Extract *x, const FhirBinding *b, JVal v)
{
	Str none = { NULL, 0 };
	if (json_is(v, J_TRUE) || json_is(v, J_FALSE))
		emit_token(x, none, json_is(v, J_TRUE) ? S("true") : S("false"), none);
	else if (b->system)
		emit_token(x, str_c(fhir_texts + fhir_systems[b->system]), json_str(v, x->arena), none);
	else
		emit_token(x, none, json_str(v, x->arena), none);
}

static void token(Extract *x, const FhirDef *d, const FhirBinding *b, JVal v)
{
	Arena *a = x->arena;
	if (d->special == SPECIAL_CODEABLECONCEPT) {
		for (JIter it = json_each(JGET(v, "coding")); json_next(&it);)
			coding_token(x, it.value);
		if (JGET(v, "text").node)
			emit_token(x, (Str){ NULL, 0 }, (Str){ NULL, 0 }, JSTR(v, "text", a));
	} else if (d->special == SPECIAL_CODING) {
		coding_token(x, v);
	} else if (d->special == SPECIAL_IDENTIFIER) {
		emit_token(x, JSTR(v, "system", a), JSTR(v, "value", a), JSTR(JGET(v, "type"), "text", a));
	} else if (d->special == SPECIAL_CONTACTPOINT) {
		emit_token(x, (Str){ NULL, 0 }, JSTR(v, "value", a), (Str){ NULL, 0 });
	} else if (d->kind == DEF_PRIMITIVE) {
		primitive_token(x, b, v);
	}
}

/* --- string
 * ------------------------------------------------------------------------------------------------------------- */
static void strings_of(Extract *x, JVal v, const Str *members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (JIter it = json_each(json_get(v, members[i])); json_next(&it);)
			if (json_is(it.value, J_STRING))
				extract_emit(x, (SearchValue){ .text = json_str(it.value, x->arena) });
}

static void string(Extract *x, const FhirDef *d, JVal v)
{
	static const Str of_name[] = { S_INIT("text"), S_INIT("family"), S_INIT("given"), S_INIT("prefix"),
		                       S_INIT("suffix") };
	static const Str of_address[] = { S_INIT("text"),  S_INIT("line"),       S_INIT("city"),   S_INIT("district"),
		                          S_INIT("state"), S_INIT("postalCode"), S_INIT("country") };
	if (d->special == SPECIAL_HUMANNAME)
		strings_of(x, v, of_name, COUNT_OF(of_name));
	else if (d->special == SPECIAL_ADDRESS)
		strings_of(x, v, of_address, COUNT_OF(of_address));
	else if (json_is(v, J_STRING))
		extract_emit(x, (SearchValue){ .text = json_str(v, x->arena) });
}

/* --- date
 * ----------------------------------------------------------------------------------------------------------------- */
static bool period(JVal v, Arena *a, Moment *out)
{
	Moment m;
	Str start = JSTR(v, "start", a), end = JSTR(v, "end", a);
	*out = (Moment){ .from = INT64_MIN, .until = INT64_MAX };
	if (start.p && search_moment(start, &m))
		out->from = m.from;
	if (end.p && search_moment(end, &m))
		out->until = m.until;
	return start.p || end.p;
}

static bool timing(JVal v, Arena *a, Moment *out)
{
	bool any = false;
	for (JIter it = json_each(JGET(v, "event")); json_next(&it);) {
		Moment m;
		if (!search_moment(json_str(it.value, a), &m))
			continue;
		if (!any || m.from < out->from)
			out->from = m.from;
		if (!any || m.until > out->until)
			out->until = m.until;
		any = true;
	}
	return any || period(json_path(v, "repeat", "boundsPeriod", NULL), a, out);
}

static void date(Extract *x, const FhirDef *d, JVal v)
{
	Moment m = { 0 };
	bool ok = d->special == SPECIAL_PERIOD   ? period(v, x->arena, &m)
	          : d->special == SPECIAL_TIMING ? timing(v, x->arena, &m)
	                                         : json_is(v, J_STRING) && search_moment(json_str(v, x->arena), &m);
	if (ok)
		extract_emit(x, (SearchValue){ .when = m });
}

/* --- reference, number, quantity, uri
 * --------------------------------------------------------------------------------------- */
static void reference(Extract *x, const FhirDef *d, JVal v)
{
	if (d->special != SPECIAL_REFERENCE) { /* canonical or uri */
		Str text = json_str(v, x->arena);
		extract_emit(x, (SearchValue){ .code = text, .reference = text });
		return;
	}
	Reference r;
	SearchValue out = { .code = JSTR(v, "reference", x->arena) };
	JVal identifier = JGET(v, "identifier");
	out.system = JSTR(identifier, "system", x->arena);
	out.text = JSTR(identifier, "value", x->arena);
	out.has_system = out.system.p != NULL;
	out.reference = out.code;
	if (out.code.p && reference_parse(out.code, &r) && r.kind == REF_RELATIVE)
		out.reference = str_n(out.code.p, (size_t)(r.id.p + r.id.n - out.code.p));
	if (out.code.p || out.text.p)
		extract_emit(x, out);
}

static void number_value(Extract *x, JVal number, Str comparator, Str system, Str code)
{
	double value;
	SearchValue out = { .system = system, .code = code, .has_system = system.p != NULL };
	if (!json_is(number, J_NUMBER) || !number_range(json_raw(number), &value, &out.low, &out.high))
		return;
	if (comparator.n && comparator.p[0] == '<')
		out.low = -DBL_MAX;
	if (comparator.n && comparator.p[0] == '>')
		out.high = DBL_MAX;
	extract_emit(x, out);
}

static void range(Extract *x, JVal v)
{
	double value, low = -DBL_MAX, high = DBL_MAX, other;
	JVal from = JGET(v, "low"), to = JGET(v, "high"), unit = from.node ? from : to;
	if (from.node && !number_range(json_raw(JGET(from, "value")), &value, &low, &other))
		low = -DBL_MAX;
	if (to.node && !number_range(json_raw(JGET(to, "value")), &value, &other, &high))
		high = DBL_MAX;
	Str system = JSTR(unit, "system", x->arena);
	Str code = JSTR(unit, "code", x->arena);
	extract_emit(x, (SearchValue){ .low = low,
	                               .high = high,
	                               .system = system,
	                               .has_system = system.p != NULL,
	                               .code = code.p ? code : JSTR(unit, "unit", x->arena) });
}

static void quantity(Extract *x, const FhirDef *d, JVal v)
{
	Arena *a = x->arena;
	Str none = { NULL, 0 };
	if (d->special == SPECIAL_RANGE) {
		range(x, v);
	} else if (d->special == SPECIAL_MONEY) {
		number_value(x, JGET(v, "value"), none, S("urn:iso:std:iso:4217"), JSTR(v, "currency", a));
	} else if (d->special == SPECIAL_QUANTITY) {
		Str code = JSTR(v, "code", a);
		number_value(x, JGET(v, "value"), JSTR(v, "comparator", a), JSTR(v, "system", a),
		             code.p ? code : JSTR(v, "unit", a));
	} else {
		number_value(x, v, none, none, none);
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
			extract_emit(x, (SearchValue){ .code = json_str(v, x->arena) });
		break;
	case PARAM_COMPOSITE:
	case PARAM_SPECIAL:
		break;
	}
}
