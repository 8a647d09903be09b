#include "fhir/near.h"
#include <math.h>

bool near_matches(const Near *q, JVal position)
{
	const double EARTH_M = 6371008.8, DEGREE = M_PI / 180;
	double latitude, longitude;
	if (!json_double(JGET(position, "latitude"), &latitude) ||
	    !json_double(JGET(position, "longitude"), &longitude))
		return false;
	/* Haversine: good for short distances too. */
	double north = sin((latitude - q->latitude) * DEGREE / 2), east = sin((longitude - q->longitude) * DEGREE / 2);
	double h = north * north + cos(latitude * DEGREE) * cos(q->latitude * DEGREE) * east * east;
	return 2 * EARTH_M * asin(sqrt(fmin(1, h))) <= q->metres;
}
