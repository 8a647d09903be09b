/* Where a check stands in a resource, and what it reports. Private to the fhir room. */
#ifndef FHIR_WALK_H
#define FHIR_WALK_H

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/outcome.h"
#include "fhir/tables.h"
#include "fhir/validate.h"

/* Where we are: a list from the element up to the resource, on the stack; it becomes text when there is an issue. */
typedef struct Place {
	const struct Place *up;
	Str name;
	long index; /* in an array; -1: not in one */
} Place;

typedef struct IdResource {
	Str id;
	JVal resource;
} IdResource;

/* What a "#id" can name, and which are named; both sorted, made only for a resource that contains others. */
typedef struct Contained {
	IdResource *ids;
	Str *named;
	size_t n_ids, n_named, cap_named;
} Contained;

typedef struct Walk {
	Outcome *out;
	const ValidateOptions *options;
	Contained around;            /* of the resource that we are in */
	bool contained;              /* inside a contained resource */
	JVal resource, root;         /* the resource that we are in; the one that contains it, or the same */
	JVal bundle;                 /* around them; absent when there is none */
	Arena *scratch;              /* for evaluations; made at first use, emptied after each */
	struct ProfileSet *profiles; /* NULL: without profiles; then keep is NULL too */
	Arena *keep;                 /* for profiles, until the end of the walk */
	uint64_t steps;              /* PROFILE_STEPS that are left */
	unsigned depth;              /* profiles inside profiles */
} Walk;

void walk_report(Walk *w, const Place *place, JVal v, Severity severity, Str code, const char *fmt, ...)
    PRINTF_LIKE(6, 7);
/* Makes the scratch arena when there is none. Free it at the end of the walk. */
Arena *walk_scratch(Walk *w);

/* The resource of an entry of the bundle around us that a reference names. */
bool walk_resolve(void *walk, Str reference, Arena *a, JVal *out);
/* For expressions on an element of the resource that we are in. */
FpContext walk_context(Walk *w);

#endif
