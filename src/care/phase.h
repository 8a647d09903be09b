/* The phase of the care process: EpisodeOfCare. Each change is a version with its reason. */
#ifndef CARE_PHASE_H
#define CARE_PHASE_H

#include "care/dossier.h"
#include "care/issues.h"

void phase_from(Arena *a, const Rec *r, PhaseNow *out);
/* why must be filled; the same phase again is "state". version: of the episode that the form was made from; 0: now.
 * Closing leaves the episode active. Fields: phase, why. */
NODISCARD Err phase_set(Visit *v, const Dossier *d, Phase to, Str why, int32_t version, FieldIssues *is);
typedef struct PhaseChange {
	Phase phase;
	Str why;
	Millis at;
} PhaseChange;
/* All phases so far, newest first. */
NODISCARD Err phase_history(Visit *v, const Dossier *d, PhaseChange **out, size_t *n);

#endif
