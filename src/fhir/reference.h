/* References: "Patient/1", "Patient/1/_history/2", "https://host/fhir/Patient/1", "urn:uuid:…", "#contained",
 * "Patient?identifier=…" (conditional, in transactions). */
#ifndef FHIR_REFERENCE_H
#define FHIR_REFERENCE_H

#include "fhir/types.h"
#include "json/json.h"

typedef enum RefKind { REF_NONE, REF_RELATIVE, REF_ABSOLUTE, REF_URN, REF_CONTAINED, REF_CONDITIONAL } RefKind;

typedef struct Reference {
	RefKind kind;
	FhirType type; /* relative, absolute (when it ends in Type/id) and conditional */
	Str id;        /* views into the text */
	Str version;   /* absent when none */
	Str query;     /* conditional: what stands after '?' */
} Reference;

/* True when the text is a well-formed reference of some kind. */
bool reference_parse(Str text, Reference *out);
/* FHIR id: [A-Za-z0-9\-\.]{1,64}. */
bool fhir_id_ok(Str id);

/* Calls fn for the `reference` member of every Reference (anything that has a string member "reference") in a resource,
 * not inside `contained` resources' own ids. */
void reference_each(JVal resource, void (*fn)(void *ctx, JVal reference_string), void *ctx);

/* The next reference string in a stored body (compact JSON) from *at on, without parsing: moves *at behind it. The text
 * is what stands between the quotes; one with a backslash in it is left out. False: no more. */
bool reference_next(Str body, size_t *at, Str *out);

/* The resource as text in which every reference string found by `map` is replaced. map returns an absent Str to leave
 * it alone. Also rewrites uri/url/oid/uuid values equal to a urn: full URL, as bundle rules ask, and links in narrative
 * (href and src). */
Str reference_rewrite(Arena *a, JVal resource, Str (*map)(void *ctx, Str text), void *ctx);

#endif
