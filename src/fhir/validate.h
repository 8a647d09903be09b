/* Validation against the official R4 structure definitions. Source: https://hl7.org/fhir/R4/validation.html
 * Checks: known elements, cardinality, JSON shape (array or not), primitive formats, choice types, required bindings,
 * reference targets, contained resources (no nesting, no versionId, referred to), extension and _primitive siblings,
 * ids, empty objects/arrays/strings, XHTML narrative safety, size limits. */
#ifndef FHIR_VALIDATE_H
#define FHIR_VALIDATE_H

#include "fhir/outcome.h"
#include "fhir/types.h"

/* OK or ERR_INVALID; issues name the element by FHIRPath expression. Warnings alone are OK. Thread-safe.
 * Cost: one walk, no allocation besides issues. */
NODISCARD Err fhir_validate(JVal resource, Outcome *out);

/* Checks one primitive's text against the FHIR type ("date", "code", "decimal", …). */
bool fhir_primitive_ok(Str type, JVal value, Arena *scratch);

#endif
