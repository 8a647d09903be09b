/* Import: files of FHIR resources into the records, under the ids they have.
 *
 * A file is a resource, a Bundle (transaction, batch, collection, searchset, document, message: taken as a set of
 * resources) or NDJSON
 * (".ndjson", ".jsonl": a resource a line). Every resource is put in under its own id: new → created, other content →
 * updated, same content → unchanged; so an import can be repeated. A resource without id takes the uuid of its full
 * URL, or else an id made from its first identifier or its content, so that it is found again too. References to full
 * URLs of the same bundle become "Type/id"; conditional references are looked up.
 *
 * Persons of a file go in before what belongs to them; files that start with a Patient go before other files.
 * Without keep_going the first refusal ends the import: of that file nothing is kept, of earlier files everything.
 * A file of more than IMPORT_WHOLE resources is checked first and then written in parts, so that memory stays flat.
 *
 * One thread parses, checks and prepares while the writer of the store makes earlier parts durable. */
#ifndef API_IMPORT_H
#define API_IMPORT_H

#include "access/records.h"

enum {
	IMPORT_PART = 1000,   /* resources in one transaction */
	IMPORT_WHOLE = 20000, /* without keep_going: up to here one transaction a file */
	IMPORT_BYTES = 8 << 20,
	IMPORT_IN_FLIGHT = 4, /* transactions being made durable */
};

typedef struct ImportRefusal {
	Str file;
	size_t place; /* entry of a bundle or line of NDJSON, from 1; 0: the file as a whole */
	bool is_line;
	Str type, id;       /* absent when not known */
	Str expression;     /* FHIRPath; absent when none */
	Str reason;         /* one sentence */
	unsigned line, col; /* malformed JSON; 0: unknown */
} ImportRefusal;

typedef struct ImportOptions {
	bool keep_going;
	/* Who imports, at their rights: what they may not write is refused, and a resource may only refer to what is
	 * there or in the same part. NULL: the system. */
	const Scope *scope;
	Str renew_ids; /* seed; absent: ids stay. For test data: every resource gets an id made from seed, copy and old
	                  id */
	size_t repeat; /* with renew_ids: how many copies of each file; 0 is 1 */
	/* Strings live during the call. */
	void (*refused)(void *ctx, const ImportRefusal *r);
	void (*progress)(void *ctx, uint64_t done, uint64_t total); /* bytes; about ten times a second at most */
	void *ctx;
} ImportOptions;

typedef struct ImportCounts {
	uint64_t read, created, updated, unchanged, refused;
} ImportCounts;

typedef struct ImportResult {
	ImportCounts types[FT_COUNT]; /* [FT_NONE]: what has no known type */
	uint64_t files, files_refused, bytes;
} ImportResult;

/* Files in the order given, folders as their files in order of name. OK also when something was refused and keep_going
 * is set (see the counts); ERR_INVALID: ended at a refusal. Other errors: the store. Call from one thread. */
NODISCARD Err import_run(Records *r, const ImportOptions *o, const Str *paths, size_t n, ImportResult *out);

#endif
