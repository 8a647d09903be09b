/* What a request must be before any handler sees it. Where a request ends and what it asks must be the same for us and
 * for a proxy before us, so whatever can be read in two ways is refused (RFC 9112 §11.2, request smuggling). */
#include <stdio.h>

#include "server/internal.h"

typedef struct Scan {
	Exchange *x;
	const char *end; /* of the header before, in the connection's buffer */
	int hosts, lengths, codings;
	bool bad;
	size_t total;
} Scan;

static bool token_char(char c)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(marks, c));
}

static bool good_name(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!token_char(s.p[i]))
			return false;
	return s.n > 0;
}

static bool good_value(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 127)
			return false;
	return true;
}

/* libmicrohttpd before 1.0 cuts lines in its buffer in place: without a word it ends a value at a NUL, takes a lone CR
 * or LF for a line end and drops a header without a name. There a header starts exactly two bytes (CR LF, now zero)
 * behind what was before it, and behind the last one is an empty line; anything else had something in it. The newer
 * versions have a strict parser of their own. */
enum { LENIENT_PARSER = MHD_VERSION < 0x00097600 };

static bool gap_is_line_end(const Scan *s, const char *name)
{
	return !LENIENT_PARSER || !s->end || name == s->end + 2;
}

/* The four bytes are inside the connection's memory: libmicrohttpd keeps its list of headers behind the text. */
static bool empty_line_follows(const Scan *s)
{
	return !LENIENT_PARSER || !s->end || memcmp(s->end, "\0\0\0\0", 4) == 0;
}

static enum MHD_Result each(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_n, const char *value,
                            size_t value_n)
{
	Scan *s = cls;
	Exchange *x = s->x;
	(void)kind;
	Pair p = { str_n(name, name_n), str_n(value ? value : "", value ? value_n : 0) };
	if (x->req.n_headers == HEADERS_MAX || !good_name(p.name) || !good_value(p.value) ||
	    !gap_is_line_end(s, name)) {
		s->bad = true;
		return MHD_NO;
	}
	s->end = value ? value + value_n : NULL;
	p.value = str_trim(p.value);
	switch (name_n) {
	case 4:
		s->hosts += str_eq_nocase(p.name, S("Host"));
		break;
	case 14:
		if (str_eq_nocase(p.name, S("Content-Length"))) {
			int64_t n;
			s->lengths++;
			s->bad |= !p.value.n || p.value.p[0] < '0' || p.value.p[0] > '9' || !str_int(p.value, &n);
		}
		break;
	case 17:
		if (str_eq_nocase(p.name, S("Transfer-Encoding"))) {
			s->codings++;
			s->bad |= !str_eq_nocase(p.value, S("chunked"));
		}
		break;
	default:
		break;
	}
	s->total += p.name.n + p.value.n;
	x->headers[x->req.n_headers++] = p;
	return MHD_YES;
}

static Str moved(char **to, Str s)
{
	char *p = *to;
	memcpy(p, s.p, s.n);
	*to += s.n;
	return str_n(p, s.n);
}

/* The library goes on writing in its buffer while it reads a chunked body: trailers can change headers that were
 * checked. */
static void keep_headers(Exchange *x, size_t total)
{
	char *to = arena_raw(x->arena, total + 1);
	for (size_t i = 0; i < x->req.n_headers; i++) {
		x->headers[i].name = moved(&to, x->headers[i].name);
		x->headers[i].value = moved(&to, x->headers[i].value);
	}
}

/* Behind a reverse proxy that we were told to trust: the last address it wrote, and whether the client used TLS. */
static void through_proxy(Exchange *x)
{
	Request *r = &x->req;
	Str proxy = x->server->o.trust_proxy;
	if (!proxy.n || !str_eq(proxy, r->remote))
		return;
	Str list = req_header(r, S("X-Forwarded-For")), part;
	while (list.p) {
		list = str_cut(list, ',', &part);
		part = str_trim(part);
		if (part.n && part.n < REMOTE_MAX)
			r->remote = part;
	}
	Str proto = req_header(r, S("X-Forwarded-Proto"));
	if (proto.p)
		r->tls = str_eq_nocase(proto, S("https"));
}

static Method method_allowed(const char *method)
{
	/* The commonest without a search. */
	return method[0] == 'G' && strcmp(method, "GET") == 0 ? M_GET : method_of(str_c(method));
}

static void name_request(Exchange *x)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t n = atomic_fetch_add_explicit(&x->server->next_id, 1, memory_order_relaxed);
	for (int i = 15; i >= 0; i--, n >>= 4)
		x->id[i] = digits[n & 15];
	x->req.id = str_n(x->id, 16);
}

static int check_address(Exchange *x)
{
	if (x->uri.n > URI_MAX_BYTES)
		return 414;
	if (!good_value(x->uri) || str_chr(x->uri, ' ') >= 0)
		return 400;
	Str path, uri = x->uri;
	/* A proxy's form, "http://host/path": the host counts no more than any other header. */
	if (str_starts(uri, S("http://")) || str_starts(uri, S("https://"))) {
		ptrdiff_t slash = str_chr(str_from(uri, 8), '/');
		uri = slash < 0 ? S("/") : str_from(uri, 8 + (size_t)slash);
	}
	Str query = str_cut(uri, '?', &path);
	x->req.query = query.p ? query : S("");
	return url_path(x->arena, path, &x->req.path) ? 0 : 400;
}

int check_request(Exchange *x, const char *method, const char *version)
{
	Server *s = x->server;
	Request *r = &x->req;
	Scan scan = { .x = x, .end = version + strlen(version) };
	r->arena = x->arena;
	r->headers = x->headers;
	r->tls = s->tls;
	r->remote = x->conn ? str_n(x->conn->remote, x->conn->remote_n) : S("");
	r->query = r->path = S("");
	name_request(x);
	MHD_get_connection_values_n(x->mhd, MHD_HEADER_KIND, each, &scan);
	keep_headers(x, scan.total);
	bool one_one = strcmp(version, "HTTP/1.1") == 0;
	if (!one_one && strcmp(version, "HTTP/1.0") != 0)
		return 505;
	if (!one_one && scan.codings)
		return 400;
	if (scan.bad || !empty_line_follows(&scan) || scan.hosts > 1 || scan.lengths > 1 || scan.codings > 1 ||
	    (scan.lengths && scan.codings) || (one_one && !scan.hosts))
		return 400;
	r->method = method_allowed(method);
	if (r->method == M_OTHER)
		return 501;
	int64_t n;
	if (scan.lengths && str_int(req_header(r, S("Content-Length")), &n) && (uint64_t)n > s->o.body_max)
		return 413;
	int status = check_address(x);
	if (!status)
		through_proxy(x);
	return status;
}
