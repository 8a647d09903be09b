#include "fhir/published.h"

const Published *published_find(Str url)
{
	ptrdiff_t bar = str_find(url, S("|"));
	if (bar >= 0)
		url = str_upto(url, (size_t)bar);
	for (size_t i = 0; i < published_count; i++)
		if (str_eq(published[i].url, url))
			return &published[i];
	return NULL;
}
