/* Realistic populations from a seed: persons with relatives, a team, conversation, goals, plan, tasks, attainments,
 * notes and consents. Skewed like reality: of 100 dossiers about 80 are small, 18 middling, 2 large (up to 20 team
 * members and years of notes); professionals have from 5 to some 200 persons. The same seed gives the same content (ids
 * are the store's own). */
#ifndef CLI_GENERATE_POPULATION_H
#define CLI_GENERATE_POPULATION_H

#include "access/records.h"

/* splitmix64 (Steele, Lea, Flood 2014): small, fast, good enough for test data. */
typedef struct Dice {
	uint64_t state;
} Dice;
uint64_t dice_next(Dice *d);
/* 0 … n-1. */
uint32_t dice(Dice *d, uint32_t n);
bool dice_chance(Dice *d, uint32_t percent);
/* The dice of person number i under a seed: independent of the order in which persons are made. */
Dice dice_of(uint64_t seed, uint64_t i);

typedef struct Staff { /* the professionals of the population */
	Str *refs, *names;
	uint8_t *roles;
	uint32_t *persons; /* in how many teams each is */
	size_t n;
} Staff;

/* How many professionals for so many persons. */
size_t staff_size(uint64_t persons);
/* Practitioner resource number i as JSON text. */
Str staff_json(Arena *a, uint64_t seed, size_t i, Str *name, uint8_t *role);
/* All resources of person i into the visit; *resources is how many. */
NODISCARD Err population_person(Visit *v, const Staff *staff, uint64_t seed, uint64_t i, Millis now,
                                uint64_t *resources);

#endif
