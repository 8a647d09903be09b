/* A professional of every team, for searches across all dossiers. */
#ifndef CLI_GENERATE_EVERYWHERE_H
#define CLI_GENERATE_EVERYWHERE_H

#include "access/records.h"

/* Adds to every person of the store a care team with one new professional, a weight and a risk; writes a token of that
 * professional's account and the reference to the file: "token Practitioner/…". */
NODISCARD Err make_everywhere(Records *r, const Scope *who, Arena *a, Str file, uint64_t *resources);

#endif
