/* Scope: who acts, in which role, for which purpose. Every operation on records carries one. */
#ifndef ACCESS_SCOPE_H
#define ACCESS_SCOPE_H

#include "base/arena.h"

typedef enum Role { ROLE_PERSON = 1, ROLE_CARER, ROLE_PROFESSIONAL, ROLE_COORDINATOR, ROLE_ADMIN, ROLE_SYSTEM } Role;
enum { ROLE_COUNT = ROLE_SYSTEM };

typedef enum Lang { LANG_NL, LANG_FR, LANG_DE, LANG_EN } Lang;
enum { LANG_COUNT = LANG_EN + 1 };

typedef struct Scope {
	int64_t account; /* 0: system */
	Role role;
	Lang lang;
	Str login, name; /* for the account itself and for words in the access log */
	const Str *refs; /* the FHIR resources that are this user: "Practitioner/…", "Patient/…", "RelatedPerson/…" */
	size_t n_refs;
	Str purpose; /* HL7 v3 PurposeOfUse code: "TREAT" (care), "PATRQT" (the person's own), "HOPERAT" (operations) */
	Str route;   /* what was asked, for the access log: "GET /persoon/plan" (pattern, no ids) */
	bool api;    /* through a bearer token */
} Scope;

/* A named scope for jobs of the system itself: "import", "demo", "generate", "export", "verify". Sees and writes
 * everything; each use is in the log under its name. Never made from a request. */
Scope scope_system(Str job);
Str role_name(Role r); /* "person", "carer", … : end of message keys and CLI word */
NODISCARD bool role_parse(Str s, Role *out);
Str lang_code(Lang l); /* "nl" */
NODISCARD bool lang_parse(Str s, Lang *out);

#endif
