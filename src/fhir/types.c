#include "fhir/types.h"
#include "fhir/tables.h"

uint16_t fhir_def(Str name)
{
	const uint16_t *slots = fhir_slot + fhir_def_hash.first;
	if (!name.p)
		return 0;
	for (uint32_t i = fhir_hash(name) & fhir_def_hash.mask; slots[i]; i = (i + 1) & fhir_def_hash.mask)
		if (fhir_is(fhir_names + fhir_defs[slots[i]].name, name))
			return slots[i];
	return 0;
}

FhirType fhir_type(Str name)
{
	uint16_t def = fhir_def(name);
	return def < FT_COUNT ? (FhirType)def : FT_NONE;
}

Str fhir_type_name(FhirType t)
{
	return t > FT_NONE && t < FT_COUNT ? str_c(fhir_names + fhir_defs[t].name) : (Str){ NULL, 0 };
}

FhirHome fhir_home(FhirType t)
{
	return (FhirHome)fhir_homes[t];
}
