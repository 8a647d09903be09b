/* Raw bytes into the server, as a client could send them: through the library's parser, our checks, a handler and a
 * reply. The first byte says how the bytes are cut into pieces. Whatever reaches the handler must be a request as
 * Request promises, and nothing leaves without the headers that every reply has. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "server/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct Visit {
	void (*done)(void *, Err);
	void *arg;
	Err result;
};

static struct Visit *waiting;
static Server *server;

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void must_be_clean(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		must(s.p[i] != 0 && s.p[i] != '\r' && s.p[i] != '\n');
}

static Reply failed(void *arg, Err e)
{
	return reply_new(arg, err_status(e), S("text/plain"), S("failed"));
}

static Reply handle(void *ctx, Request *r)
{
	(void)ctx;
	size_t n;
	must(r->method != M_OTHER && r->path.n && r->path.p[0] == '/' && str_utf8(r->path) &&
	     !memchr(r->path.p, 0, r->path.n));
	must(r->n_headers <= HEADERS_MAX && r->body.n <= server->o.body_max);
	for (size_t i = 0; i < r->n_headers; i++) {
		must(r->headers[i].name.n > 0 && str_chr(r->headers[i].name, ' ') < 0);
		must_be_clean(r->headers[i].name);
		must_be_clean(r->headers[i].value);
	}
	must(!(req_header(r, S("Content-Length")).p && req_header(r, S("Transfer-Encoding")).p));
	req_query_all(r, &n);
	req_form_all(r, &n);
	Str type = req_query(r, S("t")).p ? S("text/html") : S("application/json");
	Reply x = reply_new(r->arena, 200, type, arena_join(r->arena, r->path, r->body, STR_END));
	reply_header(&x, S("X-Echo"), r->path);
	if (str_starts(r->path, S("/v"))) {
		x.visit = ARENA_NEW(r->arena, struct Visit);
		x.visit->result = str_starts(r->path, S("/vx")) ? ERR_VERSION : OK;
		x.on_fail = failed;
		x.fail_arg = r->arena;
	}
	return x;
}

static void finish(void *ctx, struct Visit *v, void (*done)(void *, Err), void *arg)
{
	(void)ctx;
	if (waiting) {
		done(arg, v->result);
		return;
	}
	v->done = done;
	v->arg = arg;
	waiting = v;
}

static void open_server(void)
{
	random_init();
	log_level(LOG_ERROR);
	ServerHandlers h = { .handle = handle, .finish = finish };
	ServerOptions o = { .body_max = 4096, .threads = 1 };
	must(server_bare(&o, &h, &server) == OK);
	server->assets.arena = arena_new();
}

static void turn(int fd, Buf *out)
{
	ssize_t n;
	MHD_run(server->daemon);
	if (waiting) {
		struct Visit *v = waiting;
		waiting = NULL;
		v->done(v->arg, v->result);
		MHD_run(server->daemon);
	}
	for (char *to; (to = buf_room(out, 4096)) && (n = recv(fd, to, 4096, MSG_DONTWAIT)) > 0;)
		out->n += (size_t)n;
}

/* Replies of the handlers (not of the library itself, which answers what it cannot parse). */
static void check_replies(Str out)
{
	for (ptrdiff_t at; (at = str_find(out, S("\nX-Echo:"))) >= 0; out = str_from(out, (size_t)at + 8)) {
		Str head = str_upto(out, (size_t)at);
		must(str_find(head, S("X-Content-Type-Options: nosniff")) >= 0);
		must(str_find(head, S("Content-Security-Policy: default-src 'none'")) >= 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int pair[2];
	if (!server)
		open_server();
	if (size < 2)
		return 0;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
	struct sockaddr_in from = { .sin_family = AF_INET };
	must(MHD_add_connection(server->daemon, pair[0], (struct sockaddr *)&from, sizeof from) == MHD_YES);
	Arena *a = arena_new();
	Buf out = buf_new(a, 8192, 1 << 20);
	size_t piece = data[0] ? data[0] * 4u : size, at = 1;
	for (int turns = 0; at < size && turns < 400; turns++) {
		size_t n = size - at < piece ? size - at : piece;
		ssize_t sent = send(pair[1], data + at, n, MSG_NOSIGNAL);
		if (sent > 0)
			at += (size_t)sent;
		else if (errno != EAGAIN)
			break;
		turn(pair[1], &out);
	}
	shutdown(pair[1], SHUT_WR);
	for (int turns = 0; turns < 400 && atomic_load(&server->open) > 0; turns++) {
		turn(pair[1], &out);
		if (turns == 50)
			shutdown(pair[1], SHUT_RDWR);
	}
	close(pair[1]);
	for (int turns = 0; turns < 400 && atomic_load(&server->open) > 0; turns++)
		turn(pair[1], &out);
	must(atomic_load(&server->open) == 0 && atomic_load(&server->busy) == 0 && !waiting);
	check_replies(buf_str(&out));
	arena_free(a);
	return 0;
}
