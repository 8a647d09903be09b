#include "fhir/published.h"

const Published *published_find(FhirType type, Str url, Str version)
{
	for (size_t i = 0; i < published_count; i++)
		if (published[i].type == type && str_eq(published[i].url, url))
			return !version.n || str_eq(published[i].version, version) ? &published[i] : NULL;
	return NULL;
}

bool published_id(FhirType type, Str id)
{
	if (fhir_home(type) != HOME_DEFINITION)
		return false;
	for (size_t i = 0; i < published_count; i++)
		if (published[i].type == type && str_eq(published[i].id, id))
			return true;
	return false;
}
