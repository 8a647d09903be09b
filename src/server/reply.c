/* From a Reply to what libmicrohttpd sends: headers that every reply has, compression, ranges. The body stays where it
 * is, in the exchange's arena or among the static files, until the exchange is completed. */
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/log.h"
#include "http/stream.h"
#include "server/internal.h"

typedef struct Fixed {
	const char *name, *value;
} Fixed;

#define HIDE                                                                           \
	{ "X-Content-Type-Options", "nosniff" }, { "Referrer-Policy", "same-origin" }, \
	{                                                                              \
		"Cross-Origin-Resource-Policy", "same-origin"                          \
	}

/* Pages may load our own files and nothing else, may not be framed, and scripts may not make HTML from text. */
static const Fixed for_pages[] = {
	HIDE,
	{ "Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
	                             "font-src 'self'; connect-src 'self'; "
	                             "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src "
	                             "'self'; require-trusted-types-for 'script'; "
	                             "trusted-types 'none'" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Embedder-Policy", "require-corp" },
	{ "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()" },
};
/* A browser's PDF viewer is a page of its own, which a sandbox or default-src would break. */
static const Fixed for_pdf[] = {
	HIDE,
	{ "Content-Security-Policy", "frame-ancestors 'none'" },
};
/* What is no page does nothing at all, should a browser open it. */
static const Fixed for_data[] = {
	HIDE,
	{ "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox" },
};

Reply reply_plain(Arena *a, int status)
{
	return reply_new(a, status, S("text/plain; charset=utf-8"),
	                 arena_printf(a, "%d %s\n", status, MHD_get_reason_phrase_for((unsigned)status)));
}

static bool is_text(Str type)
{
	static const Str kinds[] = { S_INIT("text/"),
		                     S_INIT("application/json"),
		                     S_INIT("application/fhir+json"),
		                     S_INIT("image/svg+xml"),
		                     S_INIT("application/javascript"),
		                     S_INIT("application/manifest+json"),
		                     S_INIT("application/ndjson"),
		                     S_INIT("application/fhir+ndjson") };
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_starts(type, kinds[i]))
			return true;
	return false;
}

/* A page of 12 KB becomes 3.5 KB in 116 us at level 2, 3.3 KB in 269 us at level 5: more than it takes to make it. */
static int level_for(size_t n)
{
	return n <= 256 * 1024 ? 2 : 1;
}

/* Absent when it would not get smaller. */
Str gzip_text(Arena *a, Str body, struct z_stream_s *z)
{
	if (body.n > UINT32_MAX / 2)
		return STR_END;
	unsigned char *out = arena_raw(a, body.n);
	z->next_in = (unsigned char *)(uintptr_t)body.p;
	z->avail_in = (unsigned)body.n;
	z->next_out = out;
	z->avail_out = (unsigned)body.n;
	return deflate(z, Z_FINISH) == Z_STREAM_END ? str_n((char *)out, body.n - z->avail_out) : STR_END;
}

static bool has_header(const Reply *r, Str name)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (str_eq_nocase(r->headers[i].name, name))
			return true;
	return false;
}

static void compress_reply(Exchange *x)
{
	Reply *r = &x->reply;
	/* Static files were compressed at the start; a range is one of the bytes as they are. */
	if (x->route == ROUTE_STATIC || r->status == 206 || r->body.n <= GZIP_FROM || !is_text(r->type) ||
	    has_header(r, S("Content-Encoding")))
		return;
	reply_header(r, S("Vary"), S("Accept-Encoding"));
	if (!http_accepts(req_header(&x->req, S("Accept-Encoding")), S("gzip")))
		return;
	Str z = gzip_text(x->arena, r->body, local_deflate(x->server, level_for(r->body.n)));
	if (!z.p)
		return;
	r->body = z;
	reply_header(r, S("Content-Encoding"), S("gzip"));
}

bool reply_range(Reply *r, const Request *q)
{
	Str range = req_header(q, S("Range")), first;
	if (!str_starts(range, S("bytes=")) || str_chr(range, ',') >= 0 || r->status != 200 || q->method != M_GET ||
	    req_header(q, S("If-Range")).p)
		return false;
	int64_t size = (int64_t)(r->has_file ? r->file_size : r->body.n);
	Str last = str_cut(str_from(range, 6), '-', &first);
	int64_t from = 0, to = size - 1;
	if (!last.p || (!first.n && !last.n) || (first.n && !str_int(first, &from)) || (last.n && !str_int(last, &to)))
		return false;
	if (!first.n) { /* the last so many bytes */
		from = to >= size ? 0 : size - to;
		to = size - 1;
	}
	if (to >= size)
		to = size - 1;
	if (from < 0 || from > to) {
		if (r->has_file)
			close(r->file);
		*r = reply_plain(r->arena, 416);
		reply_header(r, S("Content-Range"), arena_printf(r->arena, "bytes */%lld", (long long)size));
		return true;
	}
	reply_header(r, S("Content-Range"),
	             arena_printf(r->arena, "bytes %lld-%lld/%lld", (long long)from, (long long)to, (long long)size));
	if (r->has_file) {
		r->file_from = (uint64_t)from;
		r->file_size = (uint64_t)(to - from + 1);
	} else {
		r->body = str_n(r->body.p + from, (size_t)(to - from + 1));
	}
	r->status = 206;
	return true;
}

static void add_fixed(struct MHD_Response *m, const Reply *r, const Fixed *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!r->n_headers || !has_header(r, str_c(f[i].name)))
			MHD_add_response_header(m, f[i].name, f[i].value);
}

static void add_headers(Exchange *x, struct MHD_Response *m)
{
	const Reply *r = &x->reply;
	if (str_starts(r->type, S("text/html")))
		add_fixed(m, r, for_pages, COUNT_OF(for_pages));
	else if (str_starts(r->type, S("application/pdf")))
		add_fixed(m, r, for_pdf, COUNT_OF(for_pdf));
	else
		add_fixed(m, r, for_data, COUNT_OF(for_data));
	if (x->req.tls)
		MHD_add_response_header(m, "Strict-Transport-Security", "max-age=31536000; includeSubDomains");
	if (r->type.p)
		MHD_add_response_header(m, "Content-Type", arena_cstr(x->arena, r->type));
	if (r->no_store)
		MHD_add_response_header(m, "Cache-Control", "no-store");
	for (size_t i = 0; i < r->n_headers; i++)
		MHD_add_response_header(m, arena_cstr(x->arena, r->headers[i].name),
		                        arena_cstr(x->arena, r->headers[i].value));
	if (x->close || atomic_load_explicit(&x->server->draining, memory_order_relaxed))
		MHD_add_response_header(m, "Connection", "close");
}

/* ---- bodies that go on ---- */

enum { STREAM_BLOCK = 16 * 1024 };

typedef struct Flow {
	Stream *stream;
	struct MHD_Connection *mhd;
	Conn *conn;
	Server *server;
} Flow;

/* The client has send_ms for what it was given; while there is nothing to give it may wait. */
static void flow_deadline(const Flow *f, int64_t ms)
{
	if (f->conn)
		atomic_store_explicit(&f->conn->deadline, ms ? clock_ms() + ms : 0, memory_order_relaxed);
}

static void flow_park(void *arg)
{
	const Flow *f = arg;
	flow_deadline(f, 0);
	MHD_suspend_connection(f->mhd);
}

static void flow_on(void *arg)
{
	const Flow *f = arg;
	MHD_resume_connection(f->mhd);
}

static ssize_t flow_read(void *cls, uint64_t pos, char *out, size_t max)
{
	Flow *f = cls;
	bool end;
	StreamWait wait = { flow_park, flow_on, f };
	(void)pos;
	flow_deadline(f, f->server->o.send_ms);
	size_t n = stream_take(f->stream, out, max, &end, &wait);
	return end ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static void flow_free(void *cls)
{
	Flow *f = cls;
	stream_leave(f->stream);
	free(f);
}

static struct MHD_Response *flow_response(Exchange *x)
{
	Flow *f = calloc(1, sizeof *f);
	if (!f)
		die("out of memory");
	*f = (Flow){ .stream = x->reply.stream, .mhd = x->mhd, .conn = x->conn, .server = x->server };
	struct MHD_Response *m =
	    MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, flow_read, f, flow_free);
	if (m)
		x->reply.stream = NULL; /* its end is the response's now */
	else
		free(f);
	return m;
}

static struct MHD_Response *plain_response(Exchange *x)
{
	Reply *r = &x->reply;
	if (r->has_file || str_starts(r->type, S("application/pdf")))
		reply_range(r, &x->req);
	if (r->status == 204 || r->status == 304)
		r->body = S("");
	else
		compress_reply(x);
	if (r->has_file)
		return file_response(x);
	return MHD_create_response_from_buffer(r->body.n, (void *)(uintptr_t)r->body.p, MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result reply_send(Exchange *x)
{
	Reply *r = &x->reply;
	if (r->status < 200 || r->status > 599)
		*r = reply_plain(x->arena, 500);
	struct MHD_Response *m = r->stream ? flow_response(x) : plain_response(x);
	if (!m)
		return MHD_NO;
	size_t bytes = r->has_file ? (size_t)r->file_size : r->body.n;
	add_headers(x, m);
	x->bytes_out = x->req.method == M_HEAD ? 0 : bytes;
	if (x->conn)
		atomic_store_explicit(&x->conn->deadline, clock_ms() + x->server->o.send_ms + (int64_t)bytes / 16,
		                      memory_order_relaxed);
	enum MHD_Result queued = MHD_queue_response(x->mhd, (unsigned)r->status, m);
	MHD_destroy_response(m);
	return queued;
}
