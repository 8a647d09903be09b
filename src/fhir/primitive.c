/* Forms of the primitive types. Source: https://hl7.org/fhir/R4/datatypes.html#primitive */
#include "base/time.h"
#include "fhir/check.h"
#include "fhir/reference.h"
#include "fhir/validate.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
static bool is_alnum(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static bool integer_ok(JVal v, int64_t min)
{
	Str s = json_raw(v);
	int64_t n;
	for (size_t i = s.p[0] == '-'; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false; /* 1.0 and 1e3 are decimals */
	return json_int(v, &n) && n >= min && n <= INT32_MAX;
}

/* No white space at the ends and no two together. */
static bool code_ok(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_space(s.p[i]) && (i == 0 || i + 1 == s.n || s.p[i] != ' ' || is_space(s.p[i + 1])))
			return false;
	return s.n > 0;
}

static bool uri_ok(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_space(s.p[i]))
			return false;
	return s.n > 0;
}

static bool oid_ok(Str s)
{
	if (!str_starts(s, S("urn:oid:")) || s.n < 11 || s.p[8] < '0' || s.p[8] > '2')
		return false;
	for (size_t i = 9; i < s.n;) {
		if (s.p[i] != '.' || i + 1 == s.n || !is_digit(s.p[i + 1]))
			return false;
		bool zero = s.p[++i] == '0';
		size_t from = i;
		while (i < s.n && is_digit(s.p[i]))
			i++;
		if (zero && i - from > 1)
			return false;
	}
	return true;
}

static bool uuid_ok(Str s)
{
	if (!str_starts(s, S("urn:uuid:")) || s.n != 45)
		return false;
	for (size_t i = 9; i < 45; i++) {
		bool dash = i == 17 || i == 22 || i == 27 || i == 32;
		char c = s.p[i];
		if (dash ? c != '-' : !is_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return true;
}

static bool base64_ok(Str s)
{
	size_t n = 0, pad = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (is_space(c))
			continue;
		if (c == '=')
			pad++;
		else if (pad || (!is_alnum(c) && c != '+' && c != '/'))
			return false;
		n++;
	}
	return n > 0 && n % 4 == 0 && pad <= 2;
}

/* Text may hold tab, line feed and carriage return, but no other control characters. */
static bool text_ok(JVal v)
{
	Str raw = json_raw(v);
	if (raw.n <= 2)
		return false;
	if (!v.node->escaped)
		return true;
	for (size_t i = 1; i + 1 < raw.n; i++) {
		if (raw.p[i] != '\\')
			continue;
		i++;
		if (raw.p[i] == 'b' || raw.p[i] == 'f')
			return false;
		if (raw.p[i] != 'u' || raw.p[i + 1] != '0' || raw.p[i + 2] != '0' || raw.p[i + 3] > '1')
			continue;
		char low = (char)(raw.p[i + 4] | 32);
		if (raw.p[i + 3] == '1' || (low != ('9' | 32) && low != 'a' && low != 'd'))
			return false;
	}
	return true;
}

static bool string_ok(Primitive p, Str s)
{
	Moment m;
	Millis t;
	switch (p) {
	case PRIM_CODE:
		return code_ok(s);
	case PRIM_ID:
		return fhir_id_ok(s);
	case PRIM_URI:
	case PRIM_URL:
	case PRIM_CANONICAL:
		return uri_ok(s);
	case PRIM_OID:
		return oid_ok(s);
	case PRIM_UUID:
		return uuid_ok(s);
	case PRIM_DATE:
		return time_parse_date(s, &m);
	case PRIM_DATETIME:
		return time_parse_datetime(s, &m);
	case PRIM_INSTANT:
		return time_parse_instant(s, &m);
	case PRIM_TIME:
		return time_parse_time(s, &t);
	case PRIM_BASE64BINARY:
		return base64_ok(s);
	case PRIM_XHTML:
		return narrative_problem(s) == NULL;
	case PRIM_NONE:
	case PRIM_BOOLEAN:
	case PRIM_DECIMAL:
	case PRIM_INTEGER:
	case PRIM_POSITIVEINT:
	case PRIM_UNSIGNEDINT:
	case PRIM_STRING:
	case PRIM_MARKDOWN:
		break;
	}
	return false;
}

bool primitive_ok(Primitive p, JVal v, Arena *scratch)
{
	switch (p) {
	case PRIM_BOOLEAN:
		return json_is(v, J_TRUE) || json_is(v, J_FALSE);
	case PRIM_DECIMAL:
		return json_is(v, J_NUMBER);
	case PRIM_INTEGER:
		return json_is(v, J_NUMBER) && integer_ok(v, INT32_MIN);
	case PRIM_POSITIVEINT:
		return json_is(v, J_NUMBER) && integer_ok(v, 1);
	case PRIM_UNSIGNEDINT:
		return json_is(v, J_NUMBER) && integer_ok(v, 0);
	case PRIM_STRING:
	case PRIM_MARKDOWN:
		return json_is(v, J_STRING) && text_ok(v);
	case PRIM_BASE64BINARY:
	case PRIM_CANONICAL:
	case PRIM_CODE:
	case PRIM_DATE:
	case PRIM_DATETIME:
	case PRIM_ID:
	case PRIM_INSTANT:
	case PRIM_OID:
	case PRIM_TIME:
	case PRIM_URI:
	case PRIM_URL:
	case PRIM_UUID:
	case PRIM_XHTML:
		return json_is(v, J_STRING) && string_ok(p, json_str(v, scratch));
	case PRIM_NONE:
		break;
	}
	return false;
}

const char *primitive_form(Primitive p)
{
	static const char *const form[] = {
		[PRIM_NONE] = "a value",
		[PRIM_BASE64BINARY] = "base64 text, a multiple of 4 characters",
		[PRIM_BOOLEAN] = "true or false, without quotes",
		[PRIM_CANONICAL] = "a canonical address without spaces",
		[PRIM_CODE] = "a code: text without spaces at the ends or two together",
		[PRIM_DATE] = "a date: YYYY, YYYY-MM or YYYY-MM-DD",
		[PRIM_DATETIME] = "a dateTime: a date, or YYYY-MM-DDThh:mm:ss with Z or an offset",
		[PRIM_DECIMAL] = "a number, without quotes",
		[PRIM_ID] = "an id: 1 to 64 letters, digits, '-' and '.'",
		[PRIM_INSTANT] = "an instant: YYYY-MM-DDThh:mm:ss with Z or an offset",
		[PRIM_INTEGER] = "a whole number from -2147483648 to 2147483647, without quotes",
		[PRIM_MARKDOWN] = "text that is not empty and has no control characters",
		[PRIM_OID] = "an OID: urn:oid: and numbers with dots",
		[PRIM_POSITIVEINT] = "a whole number from 1 to 2147483647, without quotes",
		[PRIM_STRING] = "text that is not empty and has no control characters",
		[PRIM_TIME] = "a time: hh:mm:ss",
		[PRIM_UNSIGNEDINT] = "a whole number from 0 to 2147483647, without quotes",
		[PRIM_URI] = "a URI without spaces",
		[PRIM_URL] = "a URL without spaces",
		[PRIM_UUID] = "a UUID: urn:uuid: and 36 characters, lower case",
		[PRIM_XHTML] = "XHTML",
	};
	return form[p];
}

bool fhir_primitive_ok(Str type, JVal value, Arena *scratch)
{
	const FhirDef *d = &fhir_defs[fhir_def(type)];
	return d->kind == DEF_PRIMITIVE && primitive_ok((Primitive)d->primitive, value, scratch);
}
