/* Patches: JSON Patch (RFC 6902) and FHIRPath Patch. Sources: https://www.rfc-editor.org/rfc/rfc6902 and
 * https://hl7.org/fhir/R4/fhirpatch.html
 *
 * Neither changes what it gets: the result is new text in `a`, not validated. All or nothing. On an error `o` says
 * which operation it was and why: ERR_BAD_REQUEST when the patch itself is not well-formed, ERR_INVALID when it does
 * not fit the document (a path that leads nowhere, a test that fails), ERR_TOO_LARGE past a limit: at most
 * PATCH_OPS_MAX operations, which make PATCH_WORK_MAX bytes of text in all. */
#ifndef FHIR_PATCH_H
#define FHIR_PATCH_H

#include "fhir/outcome.h"
#include "json/json.h"

enum { PATCH_OPS_MAX = 1000, PATCH_WORK_MAX = 64 * 1024 * 1024 };

NODISCARD Err patch_json(JVal doc, JVal patch, Arena *a, Str *out, Outcome *o);
/* parameters: a Parameters resource. Empty objects and arrays do not stay behind. */
NODISCARD Err patch_fhirpath(JVal resource, JVal parameters, Arena *a, Str *out, Outcome *o);
/* v without empty objects, empty arrays and arrays of nothing but null: what FHIR does not allow. */
Str patch_prune(JVal v, Arena *a);

#endif
