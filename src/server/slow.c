/* A few threads for requests that take long (passwords, PDF, large bundles), with a bounded queue before them. */
#include <stdlib.h>

#include "base/log.h"
#include "server/internal.h"

enum { LARGE_BODY = 32 * 1024 };

/* What sends much can take seconds or minutes (a bundle of thousands of entries). One thread is kept free of it, so
 * that others can still sign in. */
static bool is_large(const Exchange *x)
{
	return x->body.n > LARGE_BODY;
}

/* The link to the first job that may start now, or NULL. */
static Exchange **startable(Slow *p, int threads)
{
	for (Exchange **at = &p->head; *at; at = &(*at)->next)
		if (!is_large(*at) || p->large + 1 < threads || threads == 1)
			return at;
	return NULL;
}

static Exchange *next_job(Slow *p, int threads)
{
	Exchange **at, *x = NULL;
	pthread_mutex_lock(&p->lock);
	while (!(at = startable(p, threads)) && (p->head || !p->stop))
		pthread_cond_wait(&p->more, &p->lock);
	if (at) {
		x = *at;
		*at = x->next;
		if (!*at)
			p->tail = at;
		p->queued--;
		p->large += is_large(x);
	}
	pthread_mutex_unlock(&p->lock);
	return x;
}

static void large_done(Slow *p)
{
	pthread_mutex_lock(&p->lock);
	p->large--;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
}

static void *work(void *arg)
{
	Server *s = arg;
	/* So that thread_end is called for this thread too. */
	local_deflate(s, 1);
	for (Exchange *x; (x = next_job(&s->slow, s->o.slow_threads));) {
		bool large = is_large(x); /* after the finish x belongs to its connection */
		x->reply = s->h.handle(s->h.ctx, &x->req);
		exchange_finish_parked(x);
		if (large)
			large_done(&s->slow);
	}
	return NULL;
}

Err slow_start(Server *s)
{
	Slow *p = &s->slow;
	p->tail = &p->head;
	p->queue_max = s->o.slow_queue;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	p->threads = ARENA_ARRAY(s->arena, pthread_t, s->o.slow_threads);
	s->slow_runs = true;
	for (; p->n_threads < s->o.slow_threads; p->n_threads++)
		if (pthread_create(&p->threads[p->n_threads], NULL, work, s))
			return ERR_BUSY;
	return OK;
}

bool slow_push(Server *s, Exchange *x)
{
	Slow *p = &s->slow;
	pthread_mutex_lock(&p->lock);
	bool room = p->queued < p->queue_max && !p->stop;
	if (room) {
		x->next = NULL;
		*p->tail = x;
		p->tail = &x->next;
		p->queued++;
		pthread_cond_signal(&p->more);
	}
	pthread_mutex_unlock(&p->lock);
	return room;
}

void slow_stop(Server *s)
{
	Slow *p = &s->slow;
	if (!s->slow_runs)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
}
