/* The server: HTTP/1.1 on libmicrohttpd. Sockets, TLS, limits, static files, metrics and the way of a request through
 * it; what a request means is decided by the handlers.
 *
 * A reply with a visit leaves only after handlers.finish has called back for it: with OK the reply itself, else what
 * on_fail makes.
 *
 * Threads: handlers are called from several threads at once, one thread per request at a time. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "base/buf.h"
#include "http/http.h"

typedef struct Server Server;
struct Visit;

typedef struct ServerHandlers {
	void *ctx;
	/* Must this request run on the slow pool? Cheap. */
	bool (*slow)(void *ctx, const Request *r);
	Reply (*handle)(void *ctx, Request *r);
	/* Calls done once, on any thread, at once or later, when what the visit read and wrote is durable. */
	void (*finish)(void *ctx, struct Visit *visit, void (*done)(void *arg, Err result), void *arg);
	/* These may be NULL. thread_end: a thread that called a handler ends. ready: can requests be served (for
	 * /ready)? metrics: more lines for /metrics. */
	void (*thread_end)(void *ctx);
	bool (*ready)(void *ctx);
	void (*metrics)(void *ctx, Buf *out);
} ServerHandlers;

/* 0 or absent: the standard value in the comment. Strings are copied. */
typedef struct ServerOptions {
	Str listen;            /* "127.0.0.1:8080", "[::1]:8080"; port 0: a free one */
	int listen_fd;         /* from server_listen; then `listen` does not count */
	int threads;           /* number of cores that this process may use, at most 4 */
	Str tls_cert, tls_key; /* PEM files; both or none */
	Str assets_dir;        /* files for /static/; absent: none */
	Str trust_proxy;       /* address of a reverse proxy whose X-Forwarded-For and -Proto count */
	size_t body_max;       /* 16 MiB; more: 413 */
	size_t memory_kib;   /* 16: memory of a connection; request line and headers must fit in half of it, else 431 or
	                        414 */
	int connections_max; /* 2000 */
	int per_address_max; /* 512; not counted behind trust_proxy */
	int idle_ms;         /* 60 000: without a request line */
	int request_ms; /* 30 000: from request line to the end of the headers; a body gets a second more per 32 KiB */
	int send_ms;    /* 60 000: for a reply, a second more per 16 KiB */
	int stop_ms;    /* 10 000: requests under way at server_stop */
	int slow_threads;  /* 2 */
	int slow_queue;    /* 64; full: 503 with Retry-After */
	bool access_log;   /* a line per request: route class, status, µs, bytes; nothing a client chose */
	bool metrics_open; /* /metrics for everyone; else for this machine only */
} ServerOptions;

/* Binds and listens, so that the port is known (and taken) before the store is opened; clients wait until server_start.
 * *fd goes into ServerOptions.listen_fd, which owns it from then on. */
NODISCARD Err server_listen(Str listen, int *fd, int *port, char *why, size_t why_n);
/* Starts serving. On error *out is untouched and `why` says what is wrong. */
NODISCARD Err server_start(const ServerOptions *o, const ServerHandlers *h, Server **out, char *why, size_t why_n);
/* The port that is listened on. */
int server_port(const Server *s);
/* Takes no more connections, finishes what is under way (at most stop_ms for slow clients; replies that wait for their
 * visit are always waited for), and frees. server_stop(NULL) is harmless. */
void server_stop(Server *s);

#endif
