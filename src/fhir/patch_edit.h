/* Changes to a parsed document, made while it is written anew. Private to the fhir room. */
#ifndef FHIR_PATCH_EDIT_H
#define FHIR_PATCH_EDIT_H

#include "fhir/patch.h"

typedef enum EditKind {
	EDIT_REPLACE, /* the value `node` by raw */
	EDIT_REMOVE,  /* the value `node`, with its name when it is a member */
	EDIT_BEFORE,  /* raw before the array item `node` */
	EDIT_APPEND,  /* raw at the end of the array or object `node`; of an object under the name `key` */
} EditKind;

typedef struct Edit {
	EditKind kind;
	const JNode *node; /* in the document that is edited */
	Str key;           /* as it stands in JSON, without quotes */
	Str raw;           /* JSON text */
} Edit;

/* The document with the edits made; no two edits about one node but appends. Absent when it is larger than the
 * limit. */
Str edits_write(JVal doc, const Edit *edits, size_t n, Arena *a);

/* What goes on during a patch: the document after each operation. */
typedef struct Patching {
	Arena *a;
	Outcome *o;
	JVal doc;
	Str text;
	size_t work; /* bytes of text made so far */
	size_t at;   /* number of the operation */
} Patching;
/* Replaces the document by the edited one. */
NODISCARD Err patching_edit(Patching *p, const Edit *edits, size_t n);
/* Replaces the whole document. */
NODISCARD Err patching_take(Patching *p, Str text);
Err patching_refuse(Patching *p, Err e, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
