/* Export: records as files that `import` (and other software) takes. Each look at a dossier is in its access log. */
#ifndef API_EXPORT_H
#define API_EXPORT_H

#include "access/records.h"

typedef struct ExportResult {
	uint64_t types[FT_COUNT];
	uint64_t persons;
} ExportResult;

/* Everything, or one type (type FT_NONE: all), as NDJSON: a file <Type>.ndjson per type in `dir`, which is made when
 * missing. ERR_CONFLICT when such a file is there already; ERR_IO. `why` gets a sentence. */
NODISCARD Err export_all(Records *r, FhirType type, Str dir, ExportResult *out, char *why, size_t why_n);

/* One person's dossier, with the directory entries it refers to, as a transaction Bundle of PUTs. ERR_NOT_FOUND: no
 * such person. */
NODISCARD Err export_person(Records *r, Str person, FhirType type, Str file, ExportResult *out, char *why,
                            size_t why_n);

#endif
