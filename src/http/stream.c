#include "http/stream.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"

struct Stream {
	pthread_mutex_t lock;
	char *text;
	size_t from, n, cap; /* what waits is [from, n) */
	bool ended, left;
	void (*more)(void *);
	void *more_arg;
	void (*on_empty)(void *);
	void *empty_arg;
};

Stream *stream_new(void)
{
	Stream *s = calloc(1, sizeof *s);
	if (!s)
		die("out of memory");
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

static void stream_free(Stream *s)
{
	pthread_mutex_destroy(&s->lock);
	free(s->text);
	free(s);
}

StreamState stream_state(Stream *s)
{
	pthread_mutex_lock(&s->lock);
	StreamState state = s->left ? STREAM_CLOSED : s->from < s->n ? STREAM_FULL : STREAM_EMPTY;
	pthread_mutex_unlock(&s->lock);
	return state;
}

void stream_on_empty(Stream *s, void (*fn)(void *), void *arg)
{
	pthread_mutex_lock(&s->lock);
	s->on_empty = fn;
	s->empty_arg = arg;
	pthread_mutex_unlock(&s->lock);
}

static void grow(Stream *s, size_t n)
{
	size_t cap = s->cap ? s->cap : 4096;
	while (cap < n)
		cap *= 2;
	if (cap == s->cap)
		return;
	s->text = realloc(s->text, cap);
	if (!s->text)
		die("out of memory");
	s->cap = cap;
}

/* Unlocks, and wakes the reader if it waits. */
static void unlock_and_wake(Stream *s)
{
	void (*more)(void *) = s->more;
	void *arg = s->more_arg;
	s->more = NULL;
	pthread_mutex_unlock(&s->lock);
	if (more)
		more(arg);
}

bool stream_put(Stream *s, Str text)
{
	pthread_mutex_lock(&s->lock);
	bool fits = !s->left && text.n <= STREAM_MAX - (s->n - s->from);
	if (!fits || !text.n) {
		pthread_mutex_unlock(&s->lock);
		return fits;
	}
	if (s->from) {
		memmove(s->text, s->text + s->from, s->n - s->from);
		s->n -= s->from;
		s->from = 0;
	}
	grow(s, s->n + text.n);
	memcpy(s->text + s->n, text.p, text.n);
	s->n += text.n;
	unlock_and_wake(s);
	return true;
}

void stream_end(Stream *s)
{
	pthread_mutex_lock(&s->lock);
	bool left = s->left;
	s->ended = true;
	s->on_empty = NULL;
	unlock_and_wake(s);
	if (left)
		stream_free(s);
}

size_t stream_take(Stream *s, char *out, size_t max, bool *end, const StreamWait *wait)
{
	pthread_mutex_lock(&s->lock);
	size_t n = s->n - s->from < max ? s->n - s->from : max;
	if (n)
		memcpy(out, s->text + s->from, n);
	s->from += n;
	void (*on_empty)(void *) = n && s->from == s->n ? s->on_empty : NULL;
	void *arg = s->empty_arg;
	*end = !n && s->ended;
	if (!n && !s->ended) {
		s->more = wait->more;
		s->more_arg = wait->arg;
		wait->park(wait->arg);
	}
	pthread_mutex_unlock(&s->lock);
	if (on_empty)
		on_empty(arg);
	return n;
}

void stream_leave(Stream *s)
{
	pthread_mutex_lock(&s->lock);
	bool ended = s->ended;
	void (*on_empty)(void *) = s->on_empty;
	void *arg = s->empty_arg;
	s->left = true;
	s->more = NULL;
	pthread_mutex_unlock(&s->lock);
	/* From here on the writer may free it. */
	if (ended)
		stream_free(s);
	else if (on_empty)
		on_empty(arg);
}
