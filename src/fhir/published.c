#include "fhir/published.h"

const Published *published_find(FhirType type, Str url, Str version)
{
	for (size_t i = 0; i < published_count; i++)
		if (published[i].type == type && str_eq(published[i].url, url))
			return !version.n || str_eq(published[i].version, version) ? &published[i] : NULL;
	return NULL;
}
