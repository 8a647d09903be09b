/* A reply body that goes on: one thread puts text in, another takes it out and sends it. Each has its end: the last one
 * that lets go frees it. Bounded: what does not fit is refused until more was taken. */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include "base/str.h"

typedef struct Stream Stream;
enum { STREAM_MAX = 128 * 1024 * 1024 };

/* With both ends. */
Stream *stream_new(void);

/* ---- the end that writes ---- */
typedef enum StreamState {
	STREAM_EMPTY, /* all was taken */
	STREAM_FULL,  /* something waits */
	STREAM_CLOSED /* the reader is gone */
} StreamState;
StreamState stream_state(Stream *s);
/* False: closed, or too much waits. */
NODISCARD bool stream_put(Stream *s, Str text);
/* Called without lock, on the reader's thread, when all was taken or the reader is gone. Must not wait. */
void stream_on_empty(Stream *s, void (*fn)(void *arg), void *arg);
/* Nothing more comes. The stream must not be touched afterwards. */
void stream_end(Stream *s);

/* ---- the end that reads ---- */
typedef struct StreamWait {
	void (*park)(void *arg); /* called within stream_take, under its lock */
	void (*more)(void *arg); /* then once, without lock, on the writer's thread: there is something, or the end */
	void *arg;
} StreamWait;
/* Up to max bytes into out; 0 with *end false: nothing now, the reader is parked. */
size_t stream_take(Stream *s, char *out, size_t max, bool *end, const StreamWait *wait);
/* The client is gone, or had everything. */
void stream_leave(Stream *s);

#endif
