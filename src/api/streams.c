#include "api/streams.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"

typedef struct Waiting {
	Stream *stream; /* NULL: free */
	int64_t key, last;
} Waiting;

struct Streams {
	pthread_mutex_t lock;
	Waiting list[STREAMS_MAX]; /* not taken yet */
	void (*fn)(void *);
	void *arg;
};

Streams *streams_new(void)
{
	Streams *s = calloc(1, sizeof *s);
	if (!s)
		die("out of memory");
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void streams_on_change(Streams *s, void (*fn)(void *), void *arg)
{
	pthread_mutex_lock(&s->lock);
	s->fn = fn;
	s->arg = arg;
	pthread_mutex_unlock(&s->lock);
}

void streams_close(Streams *s)
{
	streams_on_change(s, NULL, NULL);
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		Stream *one = s->list[i].stream;
		s->list[i].stream = NULL;
		if (one)
			stream_end(one);
	}
}

void streams_free(Streams *s)
{
	if (!s)
		return;
	streams_close(s);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

Stream *streams_open(Streams *s, int64_t key, int64_t last)
{
	Waiting *at = NULL;
	Stream *made = NULL, *old = NULL;
	pthread_mutex_lock(&s->lock);
	void (*fn)(void *) = s->fn;
	void *arg = s->arg;
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		if (s->list[i].stream && s->list[i].key == key) {
			at = &s->list[i];
			break;
		}
		if (!s->list[i].stream && !at)
			at = &s->list[i];
	}
	if (at && fn) {
		old = at->stream;
		made = stream_new();
		*at = (Waiting){ made, key, last };
	}
	pthread_mutex_unlock(&s->lock);
	if (old)
		stream_end(old);
	if (made)
		fn(arg);
	return made;
}

Stream *streams_take(Streams *s, int64_t key, int64_t *last)
{
	Stream *found = NULL;
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < STREAMS_MAX && !found; i++) {
		if (s->list[i].stream && s->list[i].key == key) {
			found = s->list[i].stream;
			*last = s->list[i].last;
			s->list[i].stream = NULL;
		}
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}
