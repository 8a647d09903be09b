/* A compiled profile. Private to the fhir room. */
#ifndef FHIR_PROFILE_TREE_H
#define FHIR_PROFILE_TREE_H

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/profile.h"

typedef struct PNode PNode;
typedef struct Profile Profile;
typedef struct ProfileSet ProfileSet;

typedef struct StrList {
	Str *items;
	size_t count;
} StrList;

typedef struct PType {
	Str code;
	StrList profiles, targets;
} PType;

typedef struct PRule {
	Str key, human, expression;
	bool error;
	const FhirPath *path; /* NULL: it does not compile */
} PRule;

typedef enum DiscKind { DISC_VALUE, DISC_EXISTS, DISC_TYPE, DISC_PROFILE } DiscKind; /* pattern is as value */
typedef enum SliceRules { SLICES_OPEN, SLICES_CLOSED, SLICES_OPEN_AT_END } SliceRules;

typedef struct Disc {
	DiscKind kind;
	Str path;
} Disc;

/* How a slice is told by one discriminator: what stands at path is compared with node. */
typedef struct Match {
	DiscKind kind;
	const FhirPath *path; /* NULL: cannot be told */
	const PNode *node;
	Str url; /* of an extension: compared directly */
} Match;

typedef enum Strength { BIND_NONE, BIND_EXTENSIBLE, BIND_REQUIRED } Strength;

struct PNode {
	Str name;  /* "code", "value[x]", "valueQuantity" */
	Str slice; /* name of the slice; absent: not a slice */
	uint32_t min, max;
	bool has_min, has_max, sliced, ordered;
	SliceRules slice_rules;
	Strength strength;
	Str value_set;
	JVal fixed, pattern, min_value, max_value;
	int64_t max_length; /* 0: any */
	PType *types;
	PRule *rules;
	Disc *discs;
	Match *matches; /* of a slice: one for each discriminator */
	size_t n_types, n_rules, n_discs, n_matches;
	Str reference; /* contentReference: id of another element */
	const PNode *same;
	PNode *children, *next; /* elements below */
	PNode *slices, *next_slice;
};

struct Profile {
	Str url, type;
	uint16_t def;    /* definition of the type; 0: a logical model or unknown */
	bool is_base;    /* a base definition: there is nothing to check beyond its type */
	bool incomplete; /* a profile that it builds on is not known */
	bool modifier;   /* an extension that modifies */
	PNode *root;     /* NULL for base definitions */
	JVal sd;
	Profile *up; /* being compiled: to find circles */
};

/* The profiles as they are now: hold them during a validation. NULL source gives NULL. */
ProfileSet *profiles_hold(const ProfileSource *s);
void profiles_release(ProfileSet *set);
/* By canonical url, also "url|version"; NULL when it is not known. set may be NULL: base definitions only are known. */
const Profile *profile_find(ProfileSet *set, Str canonical);
const PNode *profile_child(const PNode *n, Str name);

#endif
