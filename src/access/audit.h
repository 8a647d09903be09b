/* Entries of the log about who did what: compact, one per visit, person and action. Private to the access room. */
#ifndef ACCESS_AUDIT_H
#define ACCESS_AUDIT_H

#include "access/records.h"
#include "store/store.h"

/* What a visit did, before it is written. */
typedef struct AuditNote {
	struct AuditNote *next;
	Part part; /* 0: about no dossier */
	AuditAction action;
	const Relation *rel; /* NULL: none */
	uint32_t categories, count;
	FhirType type; /* FT_NONE as soon as count > 1 */
	Str id;
	int32_t version;
} AuditNote;

Str audit_encode(Arena *a, const AuditNote *n, const Scope *who, Str reason, Millis at);
/* Strings are views into bytes. False when it is no entry of this room (another format, damaged). */
NODISCARD bool audit_decode(Str bytes, AuditEntry *out);

#endif
