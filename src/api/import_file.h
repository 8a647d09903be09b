/* Files of an import: finding, ordering, mapping into memory, splitting into items. Private to the import. */
#ifndef API_IMPORT_FILE_H
#define API_IMPORT_FILE_H

#include "api/strmap.h"
#include "fhir/types.h"
#include "json/json.h"

/* A file in memory; lives until the last part that refers to it is durable. */
typedef struct ImportFile {
	Str path;
	Str text;
	Arena *arena; /* of the parsed bundle */
	bool is_lines;
	int refs;
} ImportFile;

typedef struct ImportItem {
	JVal resource;
	FhirType type;
	Str full_url;
	Str id;       /* under which it goes in */
	size_t place; /* from 1 */
	uint8_t done; /* enum ItemDone */
} ImportItem;

/* Files below the paths: of a folder by name, recursively; those that start with a Patient first. ERR_NOT_FOUND:
 * *missing is the path that is not there. */
NODISCARD Err import_find(Arena *a, const Str *paths, size_t n, Str **files, size_t *n_files, uint64_t *bytes,
                          Str *missing);
/* Maps the file. ERR_IO, or ERR_TOO_LARGE past JSON_MAX for a file that is not NDJSON. Free with import_file_drop. */
NODISCARD Err import_file_open(Str path, ImportFile **out);
void import_file_drop(ImportFile *f);

/* The next line of NDJSON from *at on that is not blank: moves *at behind it and counts *line. False at the end. */
bool import_next_line(Str text, size_t *at, size_t *line, Str *out);

/* The id of an item: its own, the uuid of its full URL, or one made from identifier or content; renewed when `seed` is
 * there. */
Str import_id(Arena *a, const ImportItem *item, Str seed, size_t copy);
/* The renewed id of a resource. */
Str import_renewed(Arena *a, Str seed, size_t copy, FhirType type, Str id);

#endif
