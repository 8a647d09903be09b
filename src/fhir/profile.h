/* Profiles: StructureDefinitions that constrain a type. Sources: https://hl7.org/fhir/R4/profiling.html and
 * elementdefinition.html
 *
 * A profile is compiled once into a small tree – from its snapshot, or from its differential on top of the profile that
 * it constrains – and kept in the source's cache under its canonical url. Base definitions are not compiled: the walk
 * over the structure checks them. Threads: any. */
#ifndef FHIR_PROFILE_H
#define FHIR_PROFILE_H

#include "fhir/types.h"
#include "json/json.h"

typedef struct ProfileCache ProfileCache;

typedef struct ProfileSource {
	/* The StructureDefinition with this canonical url; version absent: the newest. *out must live as long as `a`.
	 * False: there is none. */
	bool (*find)(void *arg, Str url, Str version, Arena *a, JVal *out);
	/* A number that changes when a StructureDefinition did; NULL: never. */
	uint64_t (*epoch)(void *arg);
	void *arg;
	ProfileCache *cache; /* needed */
} ProfileSource;

enum {
	PROFILE_CHAIN_MAX = 24,    /* baseDefinitions of one profile */
	PROFILE_NODES_MAX = 20000, /* elements of one profile, with those of its chain */
	PROFILE_URLS_MAX = 2000,   /* canonical urls remembered, known or not; then all is compiled anew */
	PROFILE_STEPS = 400000, /* elements compared in one validation; then a warning says that it was not finished */
	PROFILE_DEPTH = 24,     /* profiles inside profiles */
};

ProfileCache *profile_cache_new(void);
void profile_cache_free(ProfileCache *c);

#endif
