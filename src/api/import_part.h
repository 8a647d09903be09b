/* Parts of an import: what goes in with one transaction, several on their way at once. Private to the import. */
#ifndef API_IMPORT_PART_H
#define API_IMPORT_PART_H

#include <pthread.h>

#include "api/import.h"
#include "api/import_file.h"
#include "fhir/reference.h"

typedef enum ItemDone { ITEM_TODO, ITEM_CREATED, ITEM_UPDATED, ITEM_UNCHANGED, ITEM_REFUSED } ItemDone;

/* Items that know each other's full URLs: a file, or a part of NDJSON. */
typedef struct Bundle {
	Arena *arena;
	ImportItem *items;
	size_t n, copy;
	StrMap targets; /* full URL → "Type/id" */
} Bundle;

typedef struct Importer Importer;

/* One part being prepared or made durable. */
typedef struct Slot {
	Importer *importer;
	Arena *arena;
	Visit *visit;
	ImportFile *file;
	Bundle *bundle;
	ImportItem *items;
	size_t n;
	bool busy, finished; /* under the importer's lock */
	Err result;
} Slot;

struct Importer {
	Records *records;
	const ImportOptions *options;
	ImportResult *result;
	Arena *arena; /* of the file: reset after each */
	uint64_t refusals, bytes_done, bytes_total;
	int64_t last_progress;
	Err fatal;
	Slot slots[IMPORT_IN_FLIGHT];
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

/* What the work on one item needs. */
typedef struct PartWork {
	Importer *importer;
	ImportFile *file;
	Bundle *bundle;
	Visit *visit;
	Arena *arena;
	Str why;    /* why a conditional reference failed */
	bool quiet; /* a refusal is not told: the item stays to be done */
} PartWork;

void importer_open(Importer *im);
void importer_close(Importer *im);
/* A free slot with an empty arena; waits for one. */
Slot *importer_slot(Importer *im);
bool importer_in_flight(const Importer *im);
/* Waits until everything handed over is durable. */
void importer_drain(Importer *im);
/* Prepares the items in one visit and hands it to the writer. slot NULL: takes one. Without keep_going a refusal drops
 * the part. */
NODISCARD Err importer_part(Importer *im, ImportFile *f, Bundle *b, ImportItem *items, size_t n, Slot *slot);
/* So many bytes more are read. */
void importer_bytes(Importer *im, uint64_t n);

/* Puts one item into the visit, or reports why not. */
NODISCARD Err import_item(PartWork *p, ImportItem *item);
void import_refuse(Importer *im, const ImportFile *f, const ImportItem *item, const Issue *issue);
NODISCARD Err import_lines_whole(Importer *im, ImportFile *f, size_t copy);
/* "Practitioner?identifier=…" → "Practitioner/id"; absent with p->why when none or several. */
Str import_conditional(PartWork *p, Str text, const Reference *ref);

#endif
