/* What the terminology operations have in common: which value set or code system, which codes. */
#ifndef API_TERMS_H
#define API_TERMS_H

#include "access/definitions.h"
#include "api/parameters.h"
#include "fhir/terminology/operations.h"

/* What the operation is about: the resource of the address (type and id), a resource in the body under the name
 * `inline_name`, or the canonical of `url` with `version_name`. May stay empty. False: *wrong is the reply. */
NODISCARD bool terms_what(Call *c, const Parameters *p, FhirType type, Str inline_name, Str version_name, TermWhat *out,
                          Reply *wrong);
/* The codes that are asked about: `coding`, `codeableConcept`, or `code` with `system`, `version_name` and `display`.
 * At least one; false: *wrong is the reply. */
NODISCARD bool terms_codings(Call *c, const Parameters *p, Str version_name, TermCoding **out, size_t *n, Reply *wrong);
/* One Coding under a name; false when it is not there. */
bool terms_coding(Call *c, const Parameters *p, Str name, TermCoding *out);
/* A boolean parameter; false: *wrong is the reply. */
NODISCARD bool terms_flag(Call *c, const Parameters *p, Str name, bool *out, Reply *wrong);
/* Refuses parameters that would change the answer and are not supported; `names` ends with an absent Str. */
NODISCARD bool terms_refuse(Call *c, const Parameters *p, const Str *names, Reply *wrong);
/* All values under a name, in the call's arena. */
const Str *terms_all(Call *c, const Parameters *p, Str name, size_t *n);
/* The reply to an error of the engine. */
Reply terms_failed(Call *c, Err e, const Outcome *why);

/* The four addresses of an operation: GET and POST, of the type and of one resource. */
#define TERM_OPERATION(what, verb, at, type, code, fn, says)                                    \
	const Operation operation_##what = {                                                    \
		.method = M_##verb,                                                             \
		.path = S_INIT("/fhir/" at "$" code),                                           \
		.route = S_INIT(#verb " /fhir/" at "$" code),                                   \
		.interaction = INT_OPERATION,                                                   \
		.offered = true,                                                                \
		.handle = fn,                                                                   \
		.summary = S_INIT(says),                                                        \
		.name = S_INIT(code),                                                           \
		.definition = S_INIT("http://hl7.org/fhir/OperationDefinition/" type "-" code), \
	};

#endif
