/* From the text of a query's values to what they mean. */
#include "fhir/query.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "fhir/path.h"
#include "fhir/reference.h"

Modifier query_modifier(Str text)
{
	static const struct {
		Str name;
		Modifier modifier;
	} names[] = {
		{ S_INIT("missing"), MOD_MISSING },
		{ S_INIT("exact"), MOD_EXACT },
		{ S_INIT("contains"), MOD_CONTAINS },
		{ S_INIT("$eq"), MOD_EQUAL },
		{ S_INIT("$ew"), MOD_ENDS },
		{ S_INIT("$po"), MOD_OVERLAPS },
		{ S_INIT("text"), MOD_TEXT },
		{ S_INIT("not"), MOD_NOT },
		{ S_INIT("in"), MOD_IN },
		{ S_INIT("not-in"), MOD_NOT_IN },
		{ S_INIT("above"), MOD_ABOVE },
		{ S_INIT("below"), MOD_BELOW },
		{ S_INIT("of-type"), MOD_OF_TYPE },
		{ S_INIT("identifier"), MOD_IDENTIFIER },
	};
	if (!text.p)
		return MOD_NONE;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(names[i].name, text))
			return names[i].modifier;
	return fhir_type(text) != FT_NONE ? MOD_TYPE : MOD_UNKNOWN;
}

Prefix query_prefix(Str *value)
{
	static const char names[][3] = { "eq", "ne", "gt", "ge", "lt", "le", "sa", "eb", "ap" };
	for (size_t i = 0; i < COUNT_OF(names) && value->n >= 2; i++)
		if (value->p[0] == names[i][0] && value->p[1] == names[i][1]) {
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

Str query_cut(Str value, char sign, Str *head)
{
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\\') {
			i++;
		} else if (value.p[i] == sign) {
			*head = str_upto(value, i);
			return str_from(value, i + 1);
		}
	}
	*head = value;
	return (Str){ NULL, 0 };
}

/* --- numbers --- */
typedef struct Digits {
	char sign;
	char digits[24]; /* without point and leading zeros */
	int count, exponent;
	bool exponential;
} Digits;

static bool read_exponent(Str s, size_t i, Digits *d)
{
	int64_t e;
	Str text = str_from(s, i + (i < s.n && s.p[i] == '+'));
	if (!str_int(text, &e) || e > 300 || e < -300)
		return false;
	d->exponent += (int)e;
	d->exponential = true;
	return true;
}

static bool read_digits(Str s, Digits *d)
{
	size_t i = 0, seen = 0;
	bool point = false;
	*d = (Digits){ .sign = '+' };
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		d->sign = s.p[i++];
	for (; i < s.n; i++) {
		char c = s.p[i];
		if (c == '.' && !point && seen) {
			point = true;
			continue;
		}
		if ((c | 32) == 'e' && seen)
			return read_exponent(s, i + 1, d);
		if (c < '0' || c > '9' || d->count == 20)
			return false;
		seen++;
		d->exponent -= point;
		if (c != '0' || d->count)
			d->digits[d->count++] = c;
	}
	return seen > 0 && s.p[s.n - 1] != '.';
}

/* The double nearest to the digits with `last` added in one more place ("5", "-5" or nothing). */
static double nearest(const Digits *d, int places, int fives)
{
	char z[64];
	__int128 m = 0;
	for (int i = 0; i < d->count; i++)
		m = m * 10 + (d->digits[i] - '0');
	for (int i = 0; i < places; i++)
		m *= 10;
	if (d->sign == '-')
		m = -m;
	m += 5 * fives;
	bool minus = m < 0;
	if (minus)
		m = -m;
	char digits[48];
	int n = 0;
	do {
		digits[n++] = (char)('0' + (int)(m % 10));
		m /= 10;
	} while (m);
	int at = 0;
	if (minus)
		z[at++] = '-';
	while (n)
		z[at++] = digits[--n];
	snprintf(z + at, sizeof z - (size_t)at, "e%d", d->exponent - places);
	return strtod(z, NULL);
}

bool search_number(Str text, Number *out)
{
	Digits d;
	if (!read_digits(text, &d))
		return false;
	/* Half of the last place; behind an exponent at least two digits count. */
	int places = d.exponential && d.count < 2 ? 2 : 1;
	*out = (Number){ nearest(&d, places, 0), nearest(&d, places, -1), nearest(&d, places, 1) };
	return isfinite(out->value) && isfinite(out->low) && isfinite(out->high);
}

/* --- dates --- */
/* "2013-01-14T10:00" and "2013-01-14T10:00:00" are times too; a space where a '+' was meant to be is one. */
static bool search_time(Str text, Moment *out)
{
	char z[48];
	if (text.n < 16 || text.n > 40 || text.p[10] != 'T')
		return false;
	bool seconds = text.n > 16 && text.p[16] == ':';
	Str rest = str_from(text, 16);
	memcpy(z, text.p, 16);
	size_t n = 16;
	for (size_t i = 0; !seconds && i < 3; i++)
		z[n++] = ":00"[i];
	memcpy(z + n, rest.p, rest.n);
	n += rest.n;
	if (n < 19)
		return false;
	bool zone = memchr(z + 19, 'Z', n - 19) || memchr(z + 19, '+', n - 19) || memchr(z + 19, '-', n - 19);
	if (!zone && n > 6 && z[n - 6] == ' ')
		z[n - 6] = '+';
	else if (!zone)
		z[n++] = 'Z';
	if (!time_parse_datetime(str_n(z, n), out))
		return false;
	if (!seconds)
		out->until = out->from + 60000;
	return true;
}

bool search_moment(Str text, Moment *out)
{
	return time_parse_datetime(text, out) || search_time(text, out);
}

/* --- values --- */
/* "code", "system|code", "|code" (system is empty, not absent) or "system|" (code is empty). */
static void token_value(Str value, Arena *a, QueryValue *q)
{
	Str head;
	Str rest = query_cut(value, '|', &head);
	q->system = rest.p ? query_plain(head, a) : (Str){ NULL, 0 };
	q->code = query_plain(rest.p ? rest : head, a);
	q->ok = q->code.n || q->system.n;
}

static void of_type_value(Str value, Arena *a, QueryValue *q)
{
	Str system, code;
	Str rest = query_cut(query_cut(value, '|', &system), '|', &code);
	q->system = query_plain(system, a);
	q->code = query_plain(code, a);
	q->value = query_plain(rest, a);
	q->ok = q->system.n && q->code.n && q->value.n;
}

static void number_value(Str value, QueryValue *q)
{
	q->prefix = query_prefix(&value);
	q->ok = search_number(value, &q->number);
}

/* number, number|system|code or number||code */
static void quantity_value(Str value, Arena *a, QueryValue *q)
{
	Str number, system;
	Str rest = query_cut(value, '|', &number);
	Str code = query_cut(rest, '|', &system);
	number_value(number, q);
	q->system = rest.p ? query_plain(system, a) : (Str){ NULL, 0 };
	q->code = query_plain(code, a);
	q->has_unit =
	    q->code.n && str_eq(q->system, S("http://unitsofmeasure.org")) && fhirpath_unit(q->code, &q->unit);
	q->ok = q->ok && (!rest.p || code.p);
}

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

static void reference_value(const SearchParam *p, Str modifier, const SearchContext *c, Arena *a, QueryValue *q)
{
	Reference r;
	Str text = q->plain;
	q->ok = true;
	if (c && c->base.n && str_starts(text, c->base) && text.n > c->base.n && text.p[c->base.n] == '/')
		text = str_from(text, c->base.n + 1);
	FhirType type = modifier.p ? fhir_type(modifier) : FT_NONE;
	bool is_reference = reference_parse(text, &r);
	if (is_reference && r.version.p)
		text = str_upto(text, (size_t)(r.id.p + r.id.n - text.p));
	if (is_reference || str_chr(text, ':') >= 0) {
		q->version = str_cut(text, '|', &q->reference);
		q->ok = type == FT_NONE || r.kind != REF_RELATIVE || r.type == type;
		return;
	}
	if (type == FT_NONE)
		type = only_target(p);
	q->ok = fhir_id_ok(text);
	if (type != FT_NONE)
		q->reference = arena_join(a, fhir_type_name(type), S("/"), text, STR_END);
}

static double metres_in(Str unit)
{
	static const struct {
		Str name;
		double metres;
	} units[] = {
		{ S_INIT("km"), 1000 },       { S_INIT("kms"), 1000 },        { S_INIT("m"), 1 },
		{ S_INIT("cm"), 0.01 },       { S_INIT("[mi_i]"), 1609.344 }, { S_INIT("[mi_us]"), 1609.347 },
		{ S_INIT("mi"), 1609.344 },   { S_INIT("[ft_i]"), 0.3048 },   { S_INIT("ft"), 0.3048 },
		{ S_INIT("[yd_i]"), 0.9144 }, { S_INIT("[nmi_i]"), 1852 },
	};
	if (!unit.n)
		return 1000;
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (str_eq(units[i].name, unit))
			return units[i].metres;
	return 0;
}

/* latitude|longitude|distance|unit; without a distance within 50 km, without a unit in km. */
static void near_value(Str value, QueryValue *q)
{
	Str latitude, longitude, distance;
	Number lat, lon, far = { .value = 50 };
	Str rest = query_cut(value, '|', &latitude);
	rest = query_cut(rest, '|', &longitude);
	Str unit = query_cut(rest, '|', &distance);
	double metres = distance.n ? metres_in(unit) : 1000;
	q->ok = search_number(latitude, &lat) && search_number(longitude, &lon) && fabs(lat.value) <= 90 &&
	        fabs(lon.value) <= 180 && (!distance.n || search_number(distance, &far)) && far.value >= 0 &&
	        metres > 0;
	if (q->ok)
		q->near = (Near){ lat.value, lon.value, far.value * metres };
}

static void composite_value(const SearchParam *p, Str value, const SearchContext *c, Arena *a, QueryValue *q)
{
	const SearchParam *of[SEARCH_PARTS];
	size_t n = search_components(p, of);
	q->parts = ARENA_ARRAY(a, QueryValue, n);
	q->ok = n > 0;
	for (size_t i = 0; i < n; i++) {
		Str part;
		value = query_cut(value, '$', &part);
		q->parts[i] = query_value(of[i], (Str){ NULL, 0 }, part, c, a);
		q->ok = q->ok && q->parts[i].ok && (value.p != NULL) == (i + 1 < n);
	}
}

static void string_value(const SearchParam *p, Modifier m, Arena *a, QueryValue *q)
{
	q->ok = q->plain.n > 0;
	if (!p->path)
		q->ok = word_query(q->plain, a, &q->words, &(const char *){ NULL }) == OK;
	else if (m != MOD_EXACT)
		q->normal = search_normalise(q->plain, a);
}

static void token_kind_value(Modifier m, Str value, Arena *a, QueryValue *q)
{
	if (m == MOD_TEXT || m == MOD_IN || m == MOD_NOT_IN) {
		q->ok = q->plain.n > 0;
		q->normal = m == MOD_TEXT ? search_normalise(q->plain, a) : q->normal;
	} else if (m == MOD_OF_TYPE) {
		of_type_value(value, a, q);
	} else {
		token_value(value, a, q);
	}
}

QueryValue query_value(const SearchParam *p, Str modifier, Str value, const SearchContext *c, Arena *a)
{
	Modifier m = query_modifier(modifier);
	QueryValue q = { .plain = query_plain(value, a) };
	switch (p->kind) {
	case PARAM_TOKEN:
		token_kind_value(m, value, a, &q);
		break;
	case PARAM_STRING:
		string_value(p, m, a, &q);
		break;
	case PARAM_REFERENCE:
		if (m == MOD_IDENTIFIER)
			token_value(value, a, &q);
		else
			reference_value(p, m == MOD_TYPE ? modifier : (Str){ NULL, 0 }, c, a, &q);
		break;
	case PARAM_DATE:
		q.prefix = query_prefix(&value);
		q.ok = search_moment(value, &q.when);
		break;
	case PARAM_NUMBER:
		number_value(value, &q);
		break;
	case PARAM_QUANTITY:
		quantity_value(value, a, &q);
		break;
	case PARAM_URI:
		q.version = str_cut(q.plain, '|', &q.reference);
		q.ok = q.plain.n > 0;
		break;
	case PARAM_COMPOSITE:
		composite_value(p, value, c, a, &q);
		break;
	case PARAM_SPECIAL:
		near_value(value, &q);
		break;
	}
	return q;
}

const SearchReady *query_ready(const SearchTerm *t, const SearchContext *c, Arena *a)
{
	if (t->ready)
		return t->ready;
	SearchReady *r = arena_zero(a, sizeof *r + t->n_values * sizeof r->values[0]);
	r->modifier = query_modifier(t->modifier);
	r->n = t->n_values;
	r->wanted = t->n_values && str_eq(t->values[0], S("true"));
	for (size_t i = 0; i < t->n_values && r->modifier != MOD_MISSING; i++)
		r->values[i] = query_value(t->param, t->modifier, t->values[i], c, a);
	return r;
}

void search_prepare(SearchTerm *t, const SearchContext *c, Arena *a)
{
	t->ready = NULL;
	t->ready = query_ready(t, c, a);
}

/* --- is it of the right form? --- */
static bool escapes_ok(Str value)
{
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] != '\\')
			continue;
		if (++i == value.n || !strchr("|$,\\", value.p[i]))
			return false;
	}
	return true;
}

static const char *expected_token(const SearchParam *p, Modifier m, const QueryValue *q)
{
	if (p->reads == READS_BOOLEAN && (m == MOD_NONE || m == MOD_NOT) && !str_eq(q->code, S("true")) &&
	    !str_eq(q->code, S("false")))
		return "expected true or false";
	if (q->ok)
		return NULL;
	return m == MOD_OF_TYPE                 ? "expected system|code|value"
	       : m == MOD_IN || m == MOD_NOT_IN ? "expected the URL of a value set"
	                                        : "expected a code, system|code, |code or system|";
}

static const char *expected(const SearchParam *p, Modifier m, const QueryValue *q)
{
	switch (p->kind) {
	case PARAM_TOKEN:
		return expected_token(p, m, q);
	case PARAM_DATE:
		return "expected a date such as 2024-05-06 or 2024-05-06T10:00:00Z, perhaps after a prefix such as ge";
	case PARAM_NUMBER:
		return "expected a number, perhaps after a prefix such as ge";
	case PARAM_QUANTITY:
		return "expected number, number|system|code or number||code, perhaps after a prefix such as ge";
	case PARAM_REFERENCE:
		return m == MOD_IDENTIFIER ? "expected value or system|value"
		       : m == MOD_TYPE     ? "expected an id, Type/id of that type or a URL"
		                           : "expected an id, Type/id or a URL";
	case PARAM_COMPOSITE:
		return "expected as many values as the parameter joins, with $ between them, each of its right form";
	case PARAM_SPECIAL:
		return "expected latitude|longitude|distance|unit; the unit is km, m, [mi_i] or another length";
	case PARAM_STRING:
		return p->path ? "expected a text" : "expected words, \"a phrase\", OR, -without or brackets";
	case PARAM_URI:
		break;
	}
	return "expected a value";
}

bool search_value_ok(const SearchParam *p, Str modifier, Str value, const char **why)
{
	Modifier m = query_modifier(modifier);
	const char *wrong = NULL;
	Arena *a = arena_new();
	if (!escapes_ok(value)) {
		wrong = "expected \\ only before , | $ or another \\";
	} else if (m == MOD_MISSING) {
		wrong = str_eq(value, S("true")) || str_eq(value, S("false")) ? NULL : "expected true or false";
	} else {
		QueryValue q = query_value(p, modifier, value, NULL, a);
		if (!q.ok || (p->kind == PARAM_TOKEN && p->reads == READS_BOOLEAN))
			wrong = expected(p, m, &q);
	}
	arena_free(a);
	if (why)
		*why = wrong;
	return !wrong;
}
