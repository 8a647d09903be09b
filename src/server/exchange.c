/* One request on its way: taken in, checked, handled, its visit finished, its reply queued.
 *
 * libmicrohttpd calls exchange_answer three times or more: with the headers, with each piece of the body, at the end of
 * the request, and once more after a resume. While a visit is being finished the connection is suspended, so that no
 * thread waits. */
#include <stdlib.h>
#include <zlib.h>

#include "base/log.h"
#include "http/stream.h"
#include "server/internal.h"

enum { KEEP_FREE = 64, BODY_FIRST = 64 * 1024, FAILURES_MAX = 12 };

typedef struct Local {
	Server *server;
	Exchange *free;
	size_t n_free;
	z_stream *deflate;
	int level;
} Local;

static Local *local_of(Server *s)
{
	Local *l = pthread_getspecific(s->local);
	if (!l) {
		l = calloc(1, sizeof *l);
		if (!l)
			die("out of memory");
		l->server = s;
		pthread_setspecific(s->local, l);
	}
	return l;
}

void local_free(void *p)
{
	Local *l = p;
	while (l->free) {
		Exchange *x = l->free;
		l->free = x->next;
		arena_free(x->arena);
		free(x);
	}
	if (l->deflate) {
		deflateEnd(l->deflate);
		free(l->deflate);
	}
	if (l->server->h.thread_end)
		l->server->h.thread_end(l->server->h.ctx);
	free(l);
}

struct z_stream_s *local_deflate(Server *s, int level)
{
	Local *l = local_of(s);
	if (!l->deflate) {
		l->deflate = calloc(1, sizeof *l->deflate);
		if (!l->deflate || deflateInit2(l->deflate, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
			die("out of memory");
		l->level = level;
	}
	deflateReset(l->deflate);
	if (l->level != level)
		deflateParams(l->deflate, level, Z_DEFAULT_STRATEGY);
	l->level = level;
	return l->deflate;
}

static Exchange *exchange_take(Server *s)
{
	Local *l = local_of(s);
	Exchange *x = l->free;
	if (x) {
		l->free = x->next;
		l->n_free--;
	} else {
		x = malloc(sizeof *x);
		if (!x)
			die("out of memory");
		x->arena = arena_new();
	}
	Arena *arena = x->arena;
	memset(x, 0, offsetof(Exchange, headers));
	x->arena = arena;
	return x;
}

/* A stream that is not going to be sent after all. */
static void drop_stream(Exchange *x)
{
	if (x->reply.stream)
		stream_leave(x->reply.stream);
	x->reply.stream = NULL;
}

void exchange_free(Exchange *x)
{
	Local *l = local_of(x->server);
	if (x->conn)
		x->conn->exchange = NULL;
	drop_stream(x);
	atomic_fetch_sub(&x->server->busy, 1);
	if (l->n_free >= KEEP_FREE) {
		arena_free(x->arena);
		free(x);
		return;
	}
	arena_reset(x->arena);
	x->next = l->free;
	l->free = x;
	l->n_free++;
}

/* The request line is there. What this gives back is *con_cls from then on. */
void *exchange_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	Server *s = cls;
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	Conn *conn = i ? i->socket_context : NULL;
	if (conn && conn->exchange)
		exchange_free(conn->exchange);
	Exchange *x = exchange_take(s);
	x->server = s;
	x->mhd = mhd;
	x->conn = conn;
	x->began_us = time_mono_us();
	x->uri = arena_str(x->arena, str_c(uri));
	atomic_fetch_add(&s->busy, 1);
	if (conn) {
		conn->exchange = x;
		atomic_store_explicit(&conn->deadline, x->began_us / 1000 + s->o.request_ms, memory_order_relaxed);
	}
	return x;
}

/* Addresses are decoded by the http room, which refuses what it cannot decode. */
size_t exchange_keep_escapes(void *cls, struct MHD_Connection *mhd, char *s)
{
	(void)cls;
	(void)mhd;
	return strlen(s);
}

static void set_deadline(Exchange *x, int64_t ms)
{
	if (x->conn)
		atomic_store_explicit(&x->conn->deadline, ms ? clock_ms() + ms : 0, memory_order_relaxed);
}

static Err take_body(Exchange *x, const char *data, size_t n)
{
	size_t max = x->server->o.body_max;
	x->body_seen += n;
	if (x->body_seen > max) {
		x->refuse = 413;
		x->close = true;
		return x->body_seen > 2 * max ? ERR_TOO_LARGE : OK;
	}
	if (!x->body.arena)
		x->body = buf_new(x->arena, n < BODY_FIRST ? BODY_FIRST : n, max);
	buf_add(&x->body, str_n(data, n));
	return OK;
}

/* On whatever thread finished the visit. After the resume the exchange belongs to the connection's thread. */
static void visit_done(void *arg, Err result)
{
	Exchange *x = arg;
	struct MHD_Connection *mhd = x->mhd;
	x->result = result;
	if (atomic_exchange(&x->phase, PHASE_DONE) == PHASE_PARKED)
		MHD_resume_connection(mhd);
}

/* True when the reply can be sent now; false when the connection is suspended until visit_done. */
static bool finished_now(Exchange *x)
{
	x->result = OK;
	if (!x->reply.visit)
		return true;
	atomic_store(&x->phase, PHASE_AT_WORK);
	set_deadline(x, 0);
	x->server->h.finish(x->server->h.ctx, x->reply.visit, visit_done, x);
	if (atomic_load(&x->phase) == PHASE_DONE)
		return true;
	struct MHD_Connection *mhd = x->mhd;
	MHD_suspend_connection(mhd);
	if (atomic_exchange(&x->phase, PHASE_PARKED) == PHASE_DONE) {
		atomic_store(&x->phase, PHASE_DONE);
		MHD_resume_connection(mhd);
	}
	return false;
}

/* What is sent when the visit was not finished. The face may run the request anew, so it can have a visit of its own,
 * and so several times. */
static void fail(Exchange *x)
{
	Err e = x->result;
	drop_stream(x);
	Reply (*on_fail)(void *, Err) = x->reply.on_fail;
	x->reply = on_fail ? on_fail(x->reply.fail_arg, e) : reply_plain(x->arena, err_status(e));
	bool told = false;
	for (size_t i = 0; i < x->reply.n_headers; i++)
		told = told || str_eq(x->reply.headers[i].name, S("Retry-After"));
	if (e == ERR_BUSY && !told)
		reply_header(&x->reply, S("Retry-After"), S("1"));
}

static enum MHD_Result conclude(Exchange *x)
{
	while (x->result != OK) {
		if (x->failures++ == FAILURES_MAX) {
			x->reply = reply_plain(x->arena, 500);
			break;
		}
		fail(x);
		if (!finished_now(x))
			return MHD_YES;
	}
	atomic_store_explicit(&x->phase, PHASE_DONE, memory_order_relaxed);
	return reply_send(x);
}

void exchange_finish_parked(Exchange *x)
{
	if (x->reply.visit) {
		x->server->h.finish(x->server->h.ctx, x->reply.visit, visit_done, x);
	} else {
		visit_done(x, OK);
	}
}

static enum MHD_Result run_slow(Exchange *x)
{
	set_deadline(x, 0);
	atomic_store(&x->phase, PHASE_PARKED);
	MHD_suspend_connection(x->mhd);
	if (slow_push(x->server, x))
		return MHD_YES;
	atomic_fetch_add(&x->server->metrics.slow_refused, 1);
	x->reply = reply_plain(x->arena, 503);
	reply_header(&x->reply, S("Retry-After"), S("5"));
	visit_done(x, OK);
	return MHD_YES;
}

static enum MHD_Result run(Exchange *x)
{
	Server *s = x->server;
	if (x->refuse) {
		x->reply = reply_plain(x->arena, x->refuse);
		return conclude(x);
	}
	if (x->body.arena)
		x->req.body = buf_str(&x->body);
	x->route = route_of(x->req.path);
	if (x->route == ROUTE_STATIC || x->route == ROUTE_SYSTEM) {
		x->reply = route_own(x);
		return conclude(x);
	}
	if (s->h.slow && s->h.slow(s->h.ctx, &x->req))
		return run_slow(x);
	x->reply = s->h.handle(s->h.ctx, &x->req);
	return finished_now(x) ? conclude(x) : MHD_YES;
}

/* The headers are there. A refusal is answered before any body is read, and ends the connection: where the next request
 * would start is uncertain. */
static enum MHD_Result begin(Exchange *x, const char *method, const char *version)
{
	x->begun = true;
	x->refuse = check_request(x, method, version);
	if (!x->refuse) {
		Str length = req_header(&x->req, S("Content-Length"));
		int64_t n;
		if (length.p && str_int(length, &n) && n)
			set_deadline(x, x->server->o.request_ms + n / 32);
		return MHD_YES;
	}
	x->route = ROUTE_REFUSED;
	x->close = true;
	return run(x);
}

enum MHD_Result exchange_answer(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                const char *version, const char *data, size_t *data_n, void **con_cls)
{
	Server *s = cls;
	Exchange *x = *con_cls;
	(void)mhd;
	(void)url;
	if (!x)
		return MHD_NO;
	if (!x->begun)
		return atomic_load(&s->closed) ? MHD_NO : begin(x, method, version);
	if (*data_n) {
		size_t n = *data_n;
		*data_n = 0;
		return take_body(x, data, n) == OK ? MHD_YES : MHD_NO;
	}
	Phase phase = atomic_load(&x->phase);
	return phase == PHASE_DONE ? conclude(x) : run(x);
}

void exchange_completed(void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode how)
{
	Server *s = cls;
	Exchange *x = *con_cls;
	(void)mhd;
	(void)how;
	if (!x)
		return;
	*con_cls = NULL;
	int64_t now = time_mono_us();
	if (x->conn)
		atomic_store_explicit(&x->conn->deadline, now / 1000 + s->o.idle_ms, memory_order_relaxed);
	metrics_count(&s->metrics, x->route, x->reply.status, x->bytes_out, now - x->began_us);
	if (s->o.access_log) {
		static const char *const routes[ROUTES] = { "static", "system", "fhir", "web", "refused" };
		log_info("request id=%s route=%s status=%d us=%lld bytes=%zu", x->id, routes[x->route], x->reply.status,
		         (long long)(now - x->began_us), x->bytes_out);
	}
	exchange_free(x);
}
