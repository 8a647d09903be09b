/* A server with handlers made for tests, and a client on a raw socket. */
#ifndef SERVER_HELP_H
#define SERVER_HELP_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "server/server.h"

/* What the test handlers do is in the path: /hello /echo /big /slow (on the slow pool, until `gate` opens)
 * /visit?result=N (done on another thread, after `gate` opens when wait=1) /visit-now (done at once). */
typedef struct Fake {
	atomic_int handled, finished, thread_ends;
	atomic_int gate; /* 1: open */
	atomic_bool not_ready;
} Fake;
static Fake fake;

struct Visit {
	Err result;
	bool wait, now;
	void (*done)(void *, Err);
	void *arg;
};

static inline void gate_wait(void)
{
	while (!atomic_load(&fake.gate))
		usleep(1000);
}

static inline bool fake_slow(void *ctx, const Request *r)
{
	(void)ctx;
	return str_starts(r->path, S("/slow"));
}

static inline Reply fake_fail(void *arg, Err e)
{
	Request *r = arg;
	Reply x =
	    reply_new(r->arena, err_status(e), S("text/plain"), arena_printf(r->arena, "failed: %s", err_name(e).p));
	if (req_query(r, S("again")).p && e != ERR_GONE) { /* the error page looked too */
		x.visit = ARENA_NEW(r->arena, struct Visit);
		x.visit->result = str_eq(req_query(r, S("again")), S("always")) ? ERR_VERSION : ERR_GONE;
		x.on_fail = fake_fail;
		x.fail_arg = r;
	}
	return x;
}

static inline Reply fake_visit(Request *r)
{
	int64_t result = 0;
	Reply x = reply_new(r->arena, 200, S("text/plain"), S("seen"));
	Str s = req_query(r, S("result"));
	if (s.p && !str_int(s, &result))
		result = 0;
	x.visit = ARENA_NEW(r->arena, struct Visit);
	x.visit->result = (Err)result;
	x.visit->wait = req_query(r, S("wait")).p;
	x.visit->now = str_ends(r->path, S("-now"));
	x.on_fail = fake_fail;
	x.fail_arg = r;
	return x;
}

static inline Reply fake_handle(void *ctx, Request *r)
{
	(void)ctx;
	atomic_fetch_add(&fake.handled, 1);
	if (str_starts(r->path, S("/slow")) && !str_eq(r->path, S("/slow-free")))
		gate_wait();
	if (str_find(r->path, S("visit")) >= 0)
		return fake_visit(r);
	if (str_eq(r->path, S("/echo"))) {
		Str test = req_header(r, S("X-Test"));
		Str head =
		    arena_printf(r->arena, "%s %.*s?%.*s test=%.*s remote=%.*s tls=%d\n", method_name(r->method).p,
		                 STR_ARG(r->path), STR_ARG(r->query), STR_ARG(test), STR_ARG(r->remote), r->tls);
		return reply_new(r->arena, 200, S("text/plain"), arena_join(r->arena, head, r->body, STR_END));
	}
	if (str_eq(r->path, S("/big"))) {
		char *p = arena_raw(r->arena, 200000);
		memset(p, 'a', 200000);
		return reply_new(r->arena, 200, S("text/html; charset=utf-8"), str_n(p, 200000));
	}
	if (str_eq(r->path, S("/pdf")))
		return reply_new(r->arena, 200, S("application/pdf"), S("%PDF-1.7"));
	if (str_eq(r->path, S("/empty")))
		return reply_new(r->arena, 204, STR_END, S(""));
	return reply_new(r->arena, 200, S("text/plain"), S("hello"));
}

static inline void *finish_later(void *arg)
{
	struct Visit *v = arg;
	if (v->wait)
		gate_wait();
	else
		usleep(500);
	atomic_fetch_add(&fake.finished, 1);
	v->done(v->arg, v->result);
	return NULL;
}

static inline void fake_finish(void *ctx, struct Visit *v, void (*done)(void *, Err), void *arg)
{
	(void)ctx;
	v->done = done;
	v->arg = arg;
	if (v->now) {
		atomic_fetch_add(&fake.finished, 1);
		done(arg, v->result);
		return;
	}
	pthread_t t;
	assert_int_equal(pthread_create(&t, NULL, finish_later, v), 0);
	pthread_detach(t);
}

static inline void fake_thread_end(void *ctx)
{
	(void)ctx;
	atomic_fetch_add(&fake.thread_ends, 1);
}

static inline bool fake_ready(void *ctx)
{
	(void)ctx;
	return !atomic_load(&fake.not_ready);
}

static const ServerHandlers fake_handlers = {
	.slow = fake_slow,
	.handle = fake_handle,
	.finish = fake_finish,
	.thread_end = fake_thread_end,
	.ready = fake_ready,
};

static inline Server *start(ServerOptions o)
{
	char why[256];
	Server *s = NULL;
	atomic_store(&fake.gate, 0);
	atomic_store(&fake.handled, 0);
	atomic_store(&fake.finished, 0);
	o.listen = S("127.0.0.1:0");
	if (server_start(&o, &fake_handlers, &s, why, sizeof why) != OK)
		fail_msg("%s", why);
	return s;
}

static inline int connect_to(const Server *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)server_port(s)) };
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	struct timeval limit = { .tv_sec = 5 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static inline bool send_n(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t m = send(fd, p, n, MSG_NOSIGNAL);
		if (m <= 0)
			return false;
		p += m;
		n -= (size_t)m;
	}
	return true;
}

static inline void send_text(int fd, const char *z)
{
	send_n(fd, z, strlen(z));
}

static char got[1 << 20];

/* Everything until the other side closes or nothing comes for 5 s. */
static inline const char *read_all(int fd)
{
	size_t n = 0;
	ssize_t m;
	while (n < sizeof got - 1 && (m = recv(fd, got + n, sizeof got - 1 - n, 0)) > 0)
		n += (size_t)m;
	got[n] = 0;
	close(fd);
	return got;
}

/* Until `count` replies with a Content-Length are complete. */
static inline const char *read_replies(int fd, int count)
{
	size_t n = 0, at = 0;
	while (count > 0) {
		char *end = strstr(got + at, "\r\n\r\n");
		char *length = n > at ? strcasestr(got + at, "Content-Length: ") : NULL;
		size_t need = end && length && length < end ? (size_t)(end - got) + 4 + (size_t)atol(length + 16) : 0;
		if (n > at && end && need && n >= need) {
			at = need;
			count--;
			continue;
		}
		ssize_t m = n < sizeof got - 1 ? recv(fd, got + n, sizeof got - 1 - n, 0) : 0;
		if (m <= 0)
			fail_msg("reply incomplete: '%.300s'", got);
		n += (size_t)m;
		got[n] = 0;
	}
	return got;
}

/* One request on a connection of its own; the text must ask for Connection: close. */
static inline const char *ask(const Server *s, const char *request)
{
	int fd = connect_to(s);
	got[0] = 0;
	send_text(fd, request);
	return read_all(fd);
}

static inline const char *get(const Server *s, const char *path, const char *headers)
{
	char text[4096];
	snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", path, headers);
	return ask(s, text);
}

static inline int status(const char *reply)
{
	return strncmp(reply, "HTTP/1.1 ", 9) == 0 ? atoi(reply + 9) : 0;
}

static inline void has(const char *reply, const char *part)
{
	if (!strstr(reply, part))
		fail_msg("no '%s' in '%.1500s'", part, reply);
}

static inline void has_not(const char *reply, const char *part)
{
	if (strstr(reply, part))
		fail_msg("'%s' in '%.1500s'", part, reply);
}

#endif
