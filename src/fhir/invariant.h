/* The invariants of the definitions, compiled once. Private to the fhir room. */
#ifndef FHIR_INVARIANT_H
#define FHIR_INVARIANT_H

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/walk.h"

/* Checks the invariants of a definition on an object of it; seen: bits of the element slots that are there. */
void invariants_check(Walk *w, const Place *place, const FhirDef *d, JVal v, uint64_t seen);
/* Those that an element adds to the type of its values. */
void invariants_check_element(Walk *w, const Place *place, const FhirElement *e, JVal v);

/* One of them, as the tests see it. */
typedef struct Invariant {
	const FhirRule *rule;
	const FhirPath *path;
	FpPresence presence; /* count 0: always evaluate */
	uint8_t slots[FP_PRESENCE_MAX];
} Invariant;

typedef struct InvariantList {
	const Invariant *items;
	size_t count;
} InvariantList;
/* Threads: any; the first call compiles all. */
InvariantList invariants_of(const FhirDef *d);

/* 1 it holds, 0 it does not, -1 to be evaluated. */
static inline int invariant_quick(const Invariant *i, uint64_t seen)
{
	unsigned present = 0;
	for (unsigned k = 0; k < i->presence.count; k++)
		present |= (unsigned)(seen >> i->slots[k] & 1) << k;
	return i->presence.is_true >> present & 1 ? 1 : i->presence.is_false >> present & 1 ? 0 : -1;
}

/* Evaluates: 1, 0, INVARIANT_EMPTY when it gives nothing, or -1 when it cannot be evaluated, with *error. */
enum { INVARIANT_EMPTY = 2 };
int invariant_holds(Walk *w, const FhirPath *path, const FpItem *item, FpError *error);

/* Is it, with this key and text, an invariant of the base definitions, which every resource is held to? */
bool invariant_is_base(Str key, Str expression);

#endif
