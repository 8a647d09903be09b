/* Caches of the door: relations by (account, dossier), marks of rows. Bounded, thread-safe. Private to the access room.
 */
#ifndef ACCESS_CACHE_H
#define ACCESS_CACHE_H

#include "access/category.h"
#include "store/store.h"

typedef struct RelCache RelCache;
RelCache *relcache_new(void);
void relcache_free(RelCache *c);

/* The state of a dossier's facts. Take it before reading them and give it to relcache_put: what was read before a
 * change is then never used after it. */
uint64_t relcache_epoch(RelCache *c, Part part);
/* The relation (kind REL_NONE is an answer too) and the Patient's id, copied into a. */
bool relcache_get(RelCache *c, int64_t account, Part part, Millis now, Arena *a, Relation *rel, Str *person);
/* until: the first moment at which it may be different. */
void relcache_put(RelCache *c, int64_t account, Part part, uint64_t epoch, const Relation *rel, Str person, Millis now,
                  Millis until);
/* Something that decides about this dossier was committed. */
void relcache_drop(RelCache *c, Part part);
/* An account's references changed. */
void relcache_drop_all(RelCache *c);

/* What a version of a row is, so that its text is looked through once. A version never changes: nothing to forget. */
typedef struct MarkCache MarkCache;
MarkCache *marks_new(void);
void marks_free(MarkCache *c);
bool marks_get(const MarkCache *c, Rid rid, int32_t version, Mark *out);
void marks_put(MarkCache *c, Rid rid, int32_t version, Mark m);

#endif
