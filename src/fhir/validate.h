/* Validation against the official R4 structure definitions. Source: https://hl7.org/fhir/R4/validation.html
 * Checks: known elements, cardinality, JSON shape (array or not), primitive formats, choice types, required bindings,
 * reference targets, contained resources (no nesting, no versionId, referred to), extension and _primitive siblings,
 * ids, empty objects/arrays/strings, XHTML narrative safety, size limits, all invariants. */
#ifndef FHIR_VALIDATE_H
#define FHIR_VALIDATE_H

#include "fhir/outcome.h"
#include "fhir/profile.h"
#include "fhir/terminology/terminology.h"
#include "fhir/types.h"

/* Canonical urls of profiles. */
typedef struct ProfileList {
	const Str *urls;
	size_t n;
} ProfileList;

typedef struct ValidateOptions {
	bool warnings;       /* also look for what is only a warning */
	const Str *profiles; /* canonical urls that the resource is held to beside its meta.profile */
	size_t n_profiles;
	const ProfileList *required; /* the same by type, [FT_COUNT]; NULL: none. One that is not found is an error */
	const ProfileSource *source; /* NULL: without profiles and definitions of extensions */
	const TermSource *terms;     /* NULL: value sets of the definitions only */
} ValidateOptions;

/* OK or ERR_INVALID; issues name the element by FHIRPath expression. Warnings alone are OK. Thread-safe.
 * Cost: one walk; memory of out only for issues. The first call of the process compiles the invariants (3 ms). */
NODISCARD Err fhir_validate_with(JVal resource, const ValidateOptions *options, Outcome *out);
/* As for a write: errors only. */
NODISCARD Err fhir_validate(JVal resource, Outcome *out);

/* Checks one primitive's text against the FHIR type ("date", "code", "decimal", …). */
bool fhir_primitive_ok(Str type, JVal value, Arena *scratch);

#endif
