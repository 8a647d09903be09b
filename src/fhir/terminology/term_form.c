/* Systems without a list: their codes are checked by form, as required bindings to them are. */
#include "fhir/check.h"
#include "fhir/terminology/term.h"

Form form_of(Str system)
{
	if (str_eq(system, S("urn:ietf:bcp:47")))
		return FORM_LANGUAGE;
	if (str_eq(system, S("urn:ietf:bcp:13")) || str_eq(system, S("http://www.rfc-editor.org/bcp/bcp13.txt")))
		return FORM_MIME;
	if (str_eq(system, S("urn:iso:std:iso:4217")))
		return FORM_CURRENCY;
	if (str_eq(system, S("http://unitsofmeasure.org")))
		return FORM_UCUM;
	return FORM_NONE;
}

bool form_has(Form f, Str code)
{
	FhirBinding b = { 0 };
	switch (f) {
	case FORM_NONE:
		return false;
	case FORM_LANGUAGE:
		b.kind = BIND_LANGUAGE;
		break;
	case FORM_MIME:
		b.kind = BIND_MIME;
		break;
	case FORM_CURRENCY:
		b.kind = BIND_CURRENCY;
		break;
	case FORM_UCUM:
		b.kind = BIND_UCUM;
		break;
	}
	return binding_has(&b, STR_END, code);
}
