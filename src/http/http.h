/* Request and Reply: what handlers see. They know no sockets. Both live in the request's arena. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"

typedef enum Method { M_GET, M_HEAD, M_POST, M_PUT, M_PATCH, M_DELETE, M_OPTIONS, M_OTHER } Method;
typedef struct Pair {
	Str name, value;
} Pair;

typedef struct Request {
	Arena *arena;
	Method method;
	Str path;  /* decoded, starts with '/', no "." or ".." segments, no NUL */
	Str query; /* raw, without '?' */
	const Pair *headers;
	size_t n_headers;
	Str body;
	Str remote; /* address of the client */
	bool tls;
	Str id; /* request id, for logs */
	/* filled at first use */
	Pair *query_pairs, *form_pairs;
	size_t n_query, n_form;
	bool query_done, form_done;
} Request;

/* Absent when there is none. Names without case. */
Str req_header(const Request *r, Str name);
/* First value of a query parameter, decoded. Absent when none. */
Str req_query(Request *r, Str name);
/* All query pairs in order, decoded. */
const Pair *req_query_all(Request *r, size_t *n);
/* A field of an application/x-www-form-urlencoded or multipart/form-data (text fields) body, decoded, CRLF turned into
 * LF. */
Str req_form(Request *r, Str name);
const Pair *req_form_all(Request *r, size_t *n);
Str req_cookie(const Request *r, Str name);
Str method_name(Method m);
/* M_OTHER for a method that we do not know. Names are case-sensitive. */
Method method_of(Str name);

/* What the helpers above are made of. At most PAIRS_MAX pairs are taken; the rest is left. Never fails: what is not
 * well-formed is left out. Strings live in `a` or in the text given. */
enum { PAIRS_MAX = 4096 };
Pair *pairs_urlencoded(Arena *a, Str s, size_t *n);
/* Text fields only: a part with a file name is left out. */
Pair *pairs_multipart(Arena *a, Str body, Str boundary, size_t *n);
/* Parameter of a header value: header_param("form-data; name=\"x\"", "name") → x. Absent when there is none. */
Str header_param(Str header, Str name);

typedef struct Reply {
	Arena *arena;
	int status; /* 200 */
	Str type;   /* Content-Type; absent: none */
	Str body;
	Pair *headers;
	size_t n_headers, cap_headers;
	bool no_store; /* Cache-Control: no-store (for anything behind sign-in) */
	struct Stream
	    *stream; /* the body goes on from here (http/stream.h): the reading end; `body` is empty. NULL: no */
	/* What must be durable before this reply leaves: the visit of the request (access/records.h), NULL: nothing.
	 * When it cannot be finished, on_fail makes the reply that is sent instead. The server room does both. */
	struct Visit *visit;
	struct Reply (*on_fail)(void *arg, Err e);
	void *fail_arg;
	/* Instead of body: the bytes of an open file, which whoever sends the reply closes. */
	bool has_file;
	int file;
	uint64_t file_from, file_size;
} Reply;

Reply reply_new(Arena *a, int status, Str type, Str body);
void reply_header(Reply *r, Str name, Str value); /* a value with CR, LF or NUL is dropped and logged */
Reply reply_redirect(Arena *a, Str location);     /* 303 */

/* Percent-decoding ('+' as space when form), and encoding for a path segment or query value. What is decoded is always
 * UTF-8: other bytes become U+FFFD. */
Str url_decode(Arena *a, Str s, bool form);
Str url_encode(Arena *a, Str s);
/* A raw path decoded as Request.path promises: starts with '/', well-formed UTF-8 without NUL, no segment "." or "..".
 * False otherwise. */
NODISCARD bool url_path(Arena *a, Str raw, Str *out);
/* "Sat, 21 Nov 2026 22:47:43 GMT". */
Str http_date(Arena *a, Millis t);
/* The same read back (the one form that may still be sent). False for anything else, also when absent. */
NODISCARD bool http_date_read(Str s, Millis *out);
/* Does the Accept-style header list this token with q > 0? */
bool http_accepts(Str header, Str token);
/* Is this entity tag (with its quotes) in an If-None-Match header? Weak comparison; "*" matches. */
bool http_etag_matches(Str header, Str etag);

#endif
