#include "fhir/query.h"
#include "fhir/extract.h"
#include "fhir/reference.h"
#include "fhir/tables.h"

Prefix query_prefix(Str *value)
{
	static const Str names[] = { S_INIT("eq"), S_INIT("ne"), S_INIT("gt"), S_INIT("ge"), S_INIT("lt"),
		                     S_INIT("le"), S_INIT("sa"), S_INIT("eb"), S_INIT("ap") };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_starts(*value, names[i])) {
			*value = str_from(*value, 2);
			return (Prefix)i;
		}
	return PREFIX_EQ;
}

Str query_plain(Str value, Arena *a)
{
	if (str_chr(value, '\\') < 0)
		return value;
	char *out = arena_raw(a, value.n);
	size_t n = 0;
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\\' && i + 1 < value.n && strchr("|$,\\", value.p[i + 1]))
			i++;
		out[n++] = value.p[i];
	}
	return str_n(out, n);
}

Str query_cut(Str value, Str *head)
{
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\\') {
			i++;
		} else if (value.p[i] == '|') {
			*head = str_upto(value, i);
			return str_from(value, i + 1);
		}
	}
	*head = value;
	return (Str){ NULL, 0 };
}

TokenQuery token_query(Str value, Arena *a)
{
	Str head;
	Str rest = query_cut(value, &head);
	if (!rest.p)
		return (TokenQuery){ { NULL, 0 }, query_plain(value, a) };
	return (TokenQuery){ query_plain(head, a), query_plain(rest, a) };
}

/* The only target type, or FT_NONE. */
static FhirType only_target(const SearchParam *p)
{
	FhirType found = FT_NONE;
	for (unsigned t = 1; t < FT_COUNT; t++) {
		if (!typeset_has(&p->targets, (FhirType)t))
			continue;
		if (found != FT_NONE)
			return FT_NONE;
		found = (FhirType)t;
	}
	return found;
}

Str reference_query(const SearchTerm *t, Str value, Arena *a)
{
	Reference r;
	Str text = query_plain(value, a);
	if (reference_parse(text, &r))
		return r.kind == REF_RELATIVE ? str_n(text.p, (size_t)(r.id.p + r.id.n - text.p)) : text;
	FhirType type = t->modifier.p ? fhir_type(t->modifier) : only_target(t->param);
	if (type == FT_NONE || !fhir_id_ok(text))
		return (Str){ NULL, 0 };
	return arena_join(a, fhir_type_name(type), S("/"), text, STR_END);
}

/* A number behind its prefix. */
static bool number_ok(Str value)
{
	double number, low, high;
	query_prefix(&value);
	return number_range(value, &number, &low, &high);
}

static const char *wrong_form(const SearchParam *p, Str modifier, Str value)
{
	Moment m;
	Str head;
	if (str_eq(modifier, S("missing")))
		return str_eq(value, S("true")) || str_eq(value, S("false")) ? NULL : "expected true or false";
	switch (p->kind) {
	case PARAM_DATE:
		query_prefix(&value);
		return search_moment(value, &m) ? NULL : "expected a date such as 2024-05-06, perhaps after a prefix";
	case PARAM_NUMBER:
		return number_ok(value) ? NULL : "expected a number, perhaps after a prefix";
	case PARAM_QUANTITY:
		query_cut(value, &head);
		return number_ok(head) ? NULL : "expected a number or number|system|unit, perhaps after a prefix";
	case PARAM_STRING:
	case PARAM_TOKEN:
	case PARAM_REFERENCE:
	case PARAM_COMPOSITE:
	case PARAM_URI:
	case PARAM_SPECIAL:
		return value.n ? NULL : "expected a value";
	}
	return NULL;
}

bool search_value_ok(const SearchParam *p, Str modifier, Str value, const char **why)
{
	const char *wrong = wrong_form(p, modifier, value);
	if (why)
		*why = wrong;
	return !wrong;
}
