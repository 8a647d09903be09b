/* The index that tools/gen-definitions.mjs makes (build/gen/definitions.c). Private to fhir/builtin.c. */
#ifndef FHIR_BUILTIN_TABLES_H
#define FHIR_BUILTIN_TABLES_H

#include "fhir/types.h"

typedef struct BuiltinBlock {
	uint32_t at, packed, size; /* bytes in the blob; bytes when unpacked */
} BuiltinBlock;

typedef struct BuiltinDoc {
	uint32_t url, version, id; /* in builtin_texts */
	uint32_t at, size;         /* in the unpacked block */
	uint16_t block;
	uint16_t type; /* FhirType */
} BuiltinDoc;

extern const uint8_t builtin_blob[];
extern const char builtin_texts[];
extern const BuiltinBlock builtin_blocks[];
extern const BuiltinDoc builtin_docs[]; /* sorted by type name, url, version */
extern const uint16_t builtin_by_id_[]; /* sorted by type name, id */
extern const uint32_t builtin_count;

#endif
