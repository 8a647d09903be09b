/* Definitions that are built into the program: the CodeSystems, ValueSets, ConceptMaps, StructureDefinitions,
 * SearchParameters, OperationDefinitions and CompartmentDefinitions of the official R4 package (our own: published.h).
 * Packed by tools/gen-definitions.mjs; a block of at most 512 KiB (or one larger document) is unpacked when something
 * of it is asked, and the last few blocks are kept. Narratives are left out. meta.versionId is "0". Threads: any. */
#ifndef FHIR_BUILTIN_H
#define FHIR_BUILTIN_H

#include "base/arena.h"
#include "fhir/types.h"

typedef struct Builtin {
	FhirType type;
	Str url, version, id; /* constant; version is empty when the document has none */
	uint32_t number;      /* from 0, by type and url */
} Builtin;

/* By canonical url; an absent or empty version: the newest. False when there is none. */
bool builtin_find(FhirType type, Str url, Str version, Builtin *out);
bool builtin_by_id(FhirType type, Str id, Builtin *out);
/* Those of a type lie at numbers [*first, *first + result). */
size_t builtin_of_type(FhirType type, uint32_t *first);
Builtin builtin_at(uint32_t number);
/* The document's JSON text, in a. */
Str builtin_text(uint32_t number, Arena *a);
/* Compares business versions: numbers by value ("2.10.0" is after "2.9.1"), the rest by bytes. */
int version_cmp(Str a, Str b);

#endif
