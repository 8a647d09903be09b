/* The open event streams of subscriptions: who is connected to which. At most one each: a new one takes the place of
 * the one before. Thread-safe. */
#ifndef API_STREAMS_H
#define API_STREAMS_H

#include "base/arena.h"
#include "http/stream.h"

enum { STREAMS_MAX = 500 };

typedef struct Streams Streams;
Streams *streams_new(void);
void streams_free(Streams *s);
/* Called after each change here, without lock. */
void streams_on_change(Streams *s, void (*fn)(void *arg), void *arg);

/* Takes no more, and ends those that wait. */
void streams_close(Streams *s);

/* A client connected: gives the end that reads, or NULL when there are too many, or when nobody writes. last: number of
 * the last event it has, -1: it does not say. */
Stream *streams_open(Streams *s, int64_t key, int64_t last);
/* The end that writes of a new connection to this subscription, for the thread that delivers, which owns it from then
 * on; NULL: none. */
Stream *streams_take(Streams *s, int64_t key, int64_t *last);

#endif
