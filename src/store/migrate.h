/* Bringing a database to the schema of this program. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

/* Step i makes schema i + 1 of schema i. */
extern const char *const schema_steps[];
extern const int schema_count;

/* The number of the schema in the database; 0 when it is empty; -1 when it cannot be read. */
int64_t schema_of(Db *d);
/* Runs the steps up to schema `upto`, each with its number in one transaction. ERR_NOT_SUPPORTED when the database is
 * newer than the program. Makes the installation secret with the first step. */
NODISCARD Err migrate(Db *d, int upto, char *why, size_t why_n);

/* Named values of the installation. false: there is none. */
bool meta_int(Db *d, Str name, int64_t *out);
NODISCARD Err meta_set_int(Db *d, Str name, int64_t v);
/* The installation secret. */
NODISCARD Err meta_secret(Db *d, uint8_t out[32]);

#endif
