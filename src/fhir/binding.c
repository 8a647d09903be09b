/* Required bindings: local value sets by look-up, outside standards by form. */
#include "fhir/check.h"

static bool is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}
static bool is_alnum(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

/* type/subtype, with parameters behind ';' (RFC 6838, section 4.2), or FHIR's short names of its own formats. */
static bool mime_ok(Str s)
{
	Str name;
	if (str_eq(s, S("json")) || str_eq(s, S("xml")) || str_eq(s, S("ttl")))
		return true;
	str_cut(s, ';', &name);
	name = str_trim(name);
	size_t slashes = 0;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (c == '/' && i > 0 && i + 1 < name.n)
			slashes++;
		else if (!is_alnum(c) && (c == 0 || !strchr("!#$&-^_.+", c)))
			return false;
	}
	return slashes == 1;
}

/* Subtags of 1 to 8 letters and digits; the first only letters. Source: BCP 47, section 2.1. */
static bool language_ok(Str s)
{
	size_t len = 0, part = 0;
	for (size_t i = 0; i <= s.n; i++) {
		if (i < s.n && s.p[i] != '-') {
			if (part == 0 ? !is_letter(s.p[i]) : !is_alnum(s.p[i]))
				return false;
			len++;
			continue;
		}
		if (len == 0 || len > 8 ||
		    (part == 0 && len == 1 && s.n > 1 && (s.p[0] | 32) != 'x' && (s.p[0] | 32) != 'i'))
			return false;
		part++;
		len = 0;
	}
	return true;
}

static bool currency_ok(Str s)
{
	return s.n == 3 && s.p[0] >= 'A' && s.p[0] <= 'Z' && s.p[1] >= 'A' && s.p[1] <= 'Z' && s.p[2] >= 'A' &&
	       s.p[2] <= 'Z';
}

/* Printable ASCII without spaces. */
static bool ucum_ok(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0;
}

static bool code_listed(const FhirBinding *b, Str system, Str code)
{
	if (!b->count)
		return false;
	const uint16_t *slots = fhir_slot + b->hash.first;
	for (uint32_t i = fhir_hash(code) & b->hash.mask; slots[i]; i = (i + 1) & b->hash.mask) {
		const FhirCode *c = &fhir_codes[b->first + slots[i] - 1];
		if (fhir_is(fhir_texts + c->text, code) &&
		    (!system.p || fhir_is(fhir_texts + fhir_systems[c->system], system)))
			return true;
	}
	return false;
}

bool binding_has(const FhirBinding *b, Str system, Str code)
{
	switch ((BindKind)b->kind) {
	case BIND_CODES:
		return code_listed(b, system, code);
	case BIND_MIME:
		return mime_ok(code);
	case BIND_LANGUAGE:
		return language_ok(code);
	case BIND_CURRENCY:
		return currency_ok(code);
	case BIND_UCUM:
		return ucum_ok(code);
	}
	return false;
}
