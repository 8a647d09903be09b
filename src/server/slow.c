/* A few threads for requests that take long (passwords, PDF, large bundles), with a bounded queue before them. */
#include <stdlib.h>

#include "base/log.h"
#include "server/internal.h"

static Exchange *next_job(Slow *p)
{
	pthread_mutex_lock(&p->lock);
	while (!p->head && !p->stop)
		pthread_cond_wait(&p->more, &p->lock);
	Exchange *x = p->head;
	if (x) {
		p->head = x->next;
		if (!p->head)
			p->tail = &p->head;
		p->queued--;
	}
	pthread_mutex_unlock(&p->lock);
	return x;
}

static void *work(void *arg)
{
	Server *s = arg;
	/* So that thread_end is called for this thread too. */
	local_deflate(s, 1);
	for (Exchange *x; (x = next_job(&s->slow));) {
		x->reply = s->h.handle(s->h.ctx, &x->req);
		exchange_finish_parked(x);
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
