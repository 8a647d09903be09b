/* Cache of open sessions and the limits on attempts. Private to the access room; thread-safe. */
#ifndef ACCESS_SESSIONS_H
#define ACCESS_SESSIONS_H

#include "access/authn.h"

typedef struct Sessions Sessions;
Sessions *sessions_new(void);
void sessions_free(Sessions *s);
/* Something about the account changed: its sessions are read again. */
void sessions_drop(Sessions *s, int64_t account);

typedef struct Limits Limits;
Limits *limits_new(void);
void limits_free(Limits *l);
enum { LIMIT_ADDRESS = 30, LIMIT_ADDRESS_MS = 10 * 60000, LIMIT_FAILURES = 8, LIMIT_LOCK_MS = 15 * 60000 };
/* Counts an attempt from this address (IPv6: from its /64 network); false: too many. */
NODISCARD bool limits_attempt(Limits *l, Str address, Millis now);
/* Is this login (known or not) locked? */
bool limits_locked(Limits *l, Str login, Millis now);
/* A failure or a success for this login; true: it is locked from now on. */
bool limits_failed(Limits *l, Str login, Millis now);
void limits_clear(Limits *l, Str login);

/* A secret (token) as it is stored: BLAKE2b of its text. */
Str secret_hash(Str token, Arena *a);

#endif
