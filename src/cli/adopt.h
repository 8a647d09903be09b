/* After an import: persons without a care team get one, so that somebody can open their dossier. */
#ifndef CLI_ADOPT_H
#define CLI_ADOPT_H

#include "access/records.h"

/* Each person without an active care team gets one with this account's practitioner as its coordinator. *adopted: how
 * many. ERR_NOT_FOUND: no such account; ERR_INVALID: the account is no practitioner. */
NODISCARD Err adopt_persons(Records *r, Str login, uint64_t *adopted);

#endif
