#include "server/deliver_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "server/deliver.h"

/* The answer is of no interest; one that does not end is cut off. */
static size_t forget(char *data, size_t size, size_t n, void *arg)
{
	Post *p = arg;
	(void)data;
	p->answer += size * n;
	return p->answer > DELIVER_ANSWER_MAX ? 0 : size * n;
}

static bool address_inside(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return endpoint_inside((const struct sockaddr *)(const void *)&v4);
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
		return endpoint_inside((const struct sockaddr *)(const void *)&v6);
	return true;
}

/* Before a connection is made: what a name means now, whatever it meant when the Subscription was made. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	Post *p = arg;
	if (purpose == CURLSOCKTYPE_IPCXN && !p->named && endpoint_inside(&to->addr)) {
		p->inside = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* Before the request goes out, also over a connection that was there already. */
static int before_request(void *arg, char *ip, char *own_ip, int port, int own_port)
{
	Post *p = arg;
	(void)own_ip;
	(void)port;
	(void)own_port;
	if (p->named || !address_inside(ip))
		return CURL_PREREQFUNC_OK;
	p->inside = true;
	return CURL_PREREQFUNC_ABORT;
}

static bool add_header(Post *p, const char *line)
{
	struct curl_slist *more = curl_slist_append(p->headers, line);
	if (more)
		p->headers = more;
	return more != NULL;
}

static bool headers(Post *p, const SubPlan *plan)
{
	bool ok = add_header(p, "Content-Type: application/fhir+json") && add_header(p, "Expect:");
	Arena *a = arena_new();
	for (size_t i = 0; i < plan->n_headers && ok; i++)
		ok = add_header(
		    p,
		    arena_printf(a, "%.*s: %.*s", STR_ARG(plan->headers[i].name), STR_ARG(plan->headers[i].value)).p);
	arena_free(a);
	return ok;
}

#define SET(option, value) ok = ok && curl_easy_setopt(p->easy, (option), (value)) == CURLE_OK

bool post_begin(Post *p, const SubPlan *plan, Str body)
{
	*p = (Post){ .easy = curl_easy_init(), .named = plan->leave == ENDPOINT_NAMED };
	bool ok = p->easy && headers(p, plan);
	Arena *a = arena_new();
	SET(CURLOPT_URL, arena_cstr(a, plan->endpoint)); /* copied by the library */
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_POSTFIELDS, body.p);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
	SET(CURLOPT_HTTPHEADER, p->headers);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_USERAGENT, "Samendoel");
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT_MS, (long)plan->timeout_s * 1000);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)DELIVER_CONNECT_MS);
	SET(CURLOPT_WRITEFUNCTION, forget);
	SET(CURLOPT_WRITEDATA, p);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, p);
	SET(CURLOPT_PREREQFUNCTION, before_request);
	SET(CURLOPT_PREREQDATA, p);
	arena_free(a);
	if (!ok)
		post_end(p);
	return ok;
}

Str post_result(const Post *p, CURLcode code, Arena *a)
{
	long status = 0;
	if (p->inside)
		return S("The endpoint has an address inside this network, which the administrator did not name.");
	(void)curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status < 300 && (code == CURLE_OK || code == CURLE_WRITE_ERROR))
		return STR_END;
	if (code == CURLE_OK || code == CURLE_WRITE_ERROR)
		return arena_printf(a, "The endpoint answered HTTP %ld.", status);
	return arena_printf(a, "The endpoint was not reached: %s.", curl_easy_strerror(code));
}

void post_end(Post *p)
{
	curl_easy_cleanup(p->easy);
	curl_slist_free_all(p->headers);
	*p = (Post){ 0 };
}
