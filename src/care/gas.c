#include <math.h>

#include "care/dossier.h"

/* Kiresuk & Sherman 1968: https://doi.org/10.1007/BF01530764. rho is the expected correlation between goals. */
static const double RHO = 0.3;

bool gas_t_score(const CareGoal *goals, size_t n, bool own, double *out)
{
	double wx = 0, w1 = 0, w2 = 0;
	for (size_t i = 0; i < n; i++) {
		const CareGoal *g = &goals[i];
		if (own ? !g->has_own : !g->has_level)
			continue;
		double w = g->weight > 0 ? g->weight : 1;
		wx += w * (own ? g->own_level : g->level);
		w1 += w;
		w2 += w * w;
	}
	if (w1 <= 0)
		return false;
	*out = 50 + 10 * wx / sqrt((1 - RHO) * w2 + RHO * w1 * w1);
	return true;
}
