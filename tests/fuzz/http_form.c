/* Query, form, cookies and header parameters on any bytes. The first byte chooses the kind of body. */
#include <stdlib.h>

#include "base/random.h"
#include "http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(const Pair *p, size_t n)
{
	volatile char sink = 0;
	for (size_t i = 0; i < n; i++) {
		if (!p[i].name.p || !p[i].value.p)
			abort();
		for (size_t k = 0; k < p[i].value.n; k++)
			sink = (char)(sink ^ p[i].value.p[k]);
	}
	(void)sink;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	Arena *a = arena_new();
	Str text = str_n((const char *)data + 1, size - 1), path, head;
	Str body = str_cut(text, '\n', &head);
	Pair h[] = {
		{ S("Content-Type"),
		  data[0] & 1 ? S("multipart/form-data; boundary=b") : S("application/x-www-form-urlencoded") },
		{ S("Cookie"), head },
	};
	if (data[0] & 2)
		h[0].value = head;
	Request r = { .arena = a, .query = head, .headers = h, .n_headers = 2, .body = body };
	size_t n;
	const Pair *p = req_query_all(&r, &n);
	touch(p, n);
	p = req_form_all(&r, &n);
	touch(p, n);
	req_cookie(&r, S("sid"));
	header_param(head, S("name"));
	http_accepts(head, S("gzip"));
	http_etag_matches(head, S("\"x\""));
	if (url_path(a, text, &path) &&
	    (path.p[0] != '/' || memchr(path.p, 0, path.n) || str_find(path, S("/../")) >= 0))
		abort();
	if (!str_eq(url_decode(a, url_encode(a, text), true), arena_utf8(a, text)))
		abort();
	arena_free(a);
	return 0;
}
