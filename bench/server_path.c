/* What our server room costs without the rooms behind it: a constant reply through all of its checks and headers.
 *
 *   server_path PORT BYTES none|now|writer
 *
 * none: no visit; now: a visit that is done at once; writer: done by another thread, in batches, as group commit does
 * it. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "server/server.h"

struct Visit {
	struct Visit *next;
	void (*done)(void *, Err);
	void *arg;
};

static Str constant;
static enum { NONE, NOW, WRITER } mode;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static struct Visit *queue, **tail = &queue;

static Reply handle(void *ctx, Request *r)
{
	(void)ctx;
	Reply x = reply_new(r->arena, 200, S("application/fhir+json"), constant);
	x.no_store = true;
	reply_header(&x, S("ETag"), S("W/\"1\""));
	reply_header(&x, S("Last-Modified"), S("Sat, 21 Nov 2026 22:47:43 GMT"));
	if (mode != NONE)
		x.visit = ARENA_NEW(r->arena, struct Visit);
	return x;
}

static void finish(void *ctx, struct Visit *v, void (*done)(void *, Err), void *arg)
{
	(void)ctx;
	if (mode == NOW) {
		done(arg, OK);
		return;
	}
	v->done = done;
	v->arg = arg;
	pthread_mutex_lock(&lock);
	bool was_empty = !queue;
	*tail = v;
	tail = &v->next;
	pthread_mutex_unlock(&lock);
	if (was_empty)
		pthread_cond_signal(&more);
}

static void *writer(void *arg)
{
	(void)arg;
	for (;;) {
		pthread_mutex_lock(&lock);
		while (!queue)
			pthread_cond_wait(&more, &lock);
		struct Visit *v = queue;
		queue = NULL;
		tail = &queue;
		pthread_mutex_unlock(&lock);
		while (v) {
			struct Visit *next = v->next;
			v->done(v->arg, OK);
			v = next;
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	char why[256];
	sigset_t stop;
	int which;
	pthread_t t;
	if (argc != 4)
		return 2;
	random_init();
	mode = argv[3][0] == 'w' ? WRITER : argv[3][1] == 'o' && argv[3][2] == 'w' ? NOW : NONE;
	size_t n = strtoul(argv[2], NULL, 10);
	char *text = malloc(n + 1), listen[32];
	if (!text)
		return 1;
	memset(text, 'a', n);
	constant = str_n(text, n);
	snprintf(listen, sizeof listen, "127.0.0.1:%s", argv[1]);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	Server *s;
	const char *memory = getenv("MEMORY_KIB");
	ServerOptions o = { .listen = str_c(listen),
		            .threads = 1,
		            .memory_kib = memory ? strtoul(memory, NULL, 10) : 0 };
	ServerHandlers h = { .handle = handle, .finish = finish };
	if (pthread_create(&t, NULL, writer, NULL) || server_start(&o, &h, &s, why, sizeof why) != OK) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	sigwait(&stop, &which);
	server_stop(s);
	return 0;
}
