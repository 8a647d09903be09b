/* What is refused and what goes through: keep-alive, pipelining, limits, malformed requests, slow clients. */
#include "server_help.h"

static void plain_request(void **state)
{
	const char *r = get(*state, "/hello", "");
	assert_int_equal(status(r), 200);
	has(r, "\r\n\r\nhello");
}

static void path_query_and_body_arrive(void **state)
{
	const char *r = ask(*state, "POST /echo?a=%31&b HTTP/1.1\r\nHost: x\r\nX-Test: 1\r\nContent-Length: "
	                            "5\r\nConnection: close\r\n\r\nwoord");
	assert_int_equal(status(r), 200);
	has(r, "POST /echo?a=%31&b test=1 remote=127.0.0.1 tls=0\nwoord");
	r = get(*state, "/%65cho", "");
	has(r, "GET /echo? ");
}

static void chunked_body_arrives(void **state)
{
	const char *r =
	    ask(*state, "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
	                "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
	assert_int_equal(status(r), 200);
	has(r, "\nabcde");
}

static void keep_alive(void **state)
{
	int fd = connect_to(*state);
	for (int i = 0; i < 20; i++) {
		got[0] = 0;
		send_text(fd,
		          i % 2 ? "GET /visit HTTP/1.1\r\nHost: x\r\n\r\n" : "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
		has(read_replies(fd, 1), i % 2 ? "seen" : "hello");
	}
	close(fd);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
	int fd = connect_to(*state);
	got[0] = 0;
	send_text(fd, "GET /visit HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /visit-now "
	              "HTTP/1.1\r\nHost: x\r\n\r\n");
	const char *r = read_replies(fd, 3);
	const char *first = strstr(r, "seen"), *second = strstr(r, "hello");
	assert_true(first && second && first < second && strstr(second, "seen"));
	close(fd);
}

static void malformed_requests_are_refused(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		int status;
	} cases[] = {
#define CASE(text, status) { text, sizeof(text) - 1, status }
		CASE("GET / HTTP/1.1\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\n: 1\r\nHost: a\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\nHost: a\r\nX(: 1\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\nY: 1\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\nHost: a\r\nX: a\rZ: 2\r\nY: 1\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n", 400),
		CASE("GET / HTTP/1.1\r\nHost: a\r\nX: a\x01\r\n\r\n", 400),
		CASE("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
		CASE("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		     400),
		CASE("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
		CASE("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
		     "chunked\r\n\r\n0\r\n\r\n",
		     400),
		CASE("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400),
		CASE("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3,3\r\n\r\nabc", 400),
		CASE("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nabc", 400),
		CASE("GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400),
		CASE("GET /%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
		CASE("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
		CASE("GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400),
		CASE("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
		CASE("get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
		CASE("GET / HTTP/1.7\r\nHost: a\r\n\r\n", 505),
#undef CASE
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int fd = connect_to(*state);
		got[0] = 0;
		send_n(fd, cases[i].text, cases[i].n);
		const char *r = read_all(fd);
		if (status(r) != cases[i].status)
			fail_msg("'%s' gave '%.60s', not %d", cases[i].text, r, cases[i].status);
	}
}

/* A request that never became one for the library gets no handler either. */
static void nonsense_is_no_request(void **state)
{
	static const char *const texts[] = { "\r\n\r\n\r\nx\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02",
		                             "GET / HTTP/1.1 x\r\nHost: a\r\n\r\n",
		                             "GET / x HTTP/1.1\r\nHost: a\r\n\r\n" };
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		int fd = connect_to(*state);
		got[0] = 0;
		send_text(fd, texts[i]);
		shutdown(fd, SHUT_WR);
		if (status(read_all(fd)) == 200)
			fail_msg("'%s' was answered", texts[i]);
	}
	assert_int_equal(atomic_load(&fake.handled), 0);
}

static void too_large_is_refused_before_the_body(void **state)
{
	(void)state;
	Server *s = start((ServerOptions){ .threads = 1, .body_max = 1000 });
	assert_int_equal(status(ask(s, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n")), 413);
	assert_int_equal(atomic_load(&fake.handled), 0);
	char *chunk = malloc(1100);
	memset(chunk, 'x', 1100);
	int fd = connect_to(s);
	send_text(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n44c\r\n");
	send_n(fd, chunk, 1100);
	send_text(fd, "\r\n0\r\n\r\n");
	assert_int_equal(status(read_all(fd)), 413);
	free(chunk);
	server_stop(s);
}

static void long_address_and_many_headers(void **state)
{
	char *text = malloc(20000);
	int n = sprintf(text, "GET /%0*d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 9000, 1);
	assert_true(n > 9000);
	int code = status(ask(*state, text));
	assert_true(code == 414 || code == 431);
	n = sprintf(text, "GET / HTTP/1.1\r\nHost: x\r\n");
	for (int i = 0; i < 150; i++)
		n += sprintf(text + n, "A%d: b\r\n", i);
	sprintf(text + n, "\r\n");
	code = status(ask(*state, text));
	assert_true(code == 400 || code == 431);
	free(text);
}

static int64_t cut_after_ms(Server *s, const char *head, const char *drip)
{
	int fd = connect_to(s);
	int64_t from = time_mono_us();
	struct timeval short_wait = { .tv_usec = 50000 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &short_wait, sizeof short_wait);
	send_text(fd, head);
	for (int i = 0; i < 100; i++) {
		char c;
		if (recv(fd, &c, 1, 0) == 0 || !send_n(fd, drip, strlen(drip)))
			break;
	}
	close(fd);
	return (time_mono_us() - from) / 1000;
}

static void slow_clients_are_cut_off(void **state)
{
	(void)state;
	Server *s = start((ServerOptions){ .threads = 1, .idle_ms = 400, .request_ms = 600 });
	int64_t idle = cut_after_ms(s, "", ""), line = cut_after_ms(s, "GET /", "a");
	int64_t headers = cut_after_ms(s, "GET / HTTP/1.1\r\nHost: x\r\nX: ", "a");
	int64_t body = cut_after_ms(s, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", "a");
	assert_true(idle >= 300 && idle < 2000);
	assert_true(line >= 300 && line < 2000);
	assert_true(headers >= 500 && headers < 2500);
	assert_true(body >= 500 && body < 2500);
	server_stop(s);
}

static void one_address_cannot_take_all_connections(void **state)
{
	(void)state;
	Server *s = start((ServerOptions){ .threads = 1, .per_address_max = 3 });
	int fd[6];
	for (int i = 0; i < 6; i++)
		fd[i] = connect_to(s);
	usleep(100000);
	int open = 0;
	for (int i = 0; i < 6; i++) {
		char c;
		ssize_t n = recv(fd[i], &c, 1, MSG_DONTWAIT);
		open += n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
		close(fd[i]);
	}
	assert_int_equal(open, 3);
	server_stop(s);
}

static void a_trusted_proxy_says_who_asks(void **state)
{
	const char *headers = "X-Forwarded-For: 9.9.9.9, 10.1.2.3\r\nX-Forwarded-Proto: https\r\n";
	has(get(*state, "/echo", headers), "remote=127.0.0.1 tls=0");
	Server *s = start((ServerOptions){ .threads = 1, .trust_proxy = S("127.0.0.1") });
	has(get(s, "/echo", headers), "remote=10.1.2.3 tls=1");
	server_stop(s);
}

static int begin(void **state)
{
	*state = start((ServerOptions){ .threads = 2 });
	return 0;
}

static int end(void **state)
{
	server_stop(*state);
	return 0;
}

#define WITH_SERVER(f) cmocka_unit_test_setup_teardown(f, begin, end)
int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = {
		WITH_SERVER(plain_request),
		WITH_SERVER(path_query_and_body_arrive),
		WITH_SERVER(chunked_body_arrives),
		WITH_SERVER(keep_alive),
		WITH_SERVER(pipelined_requests_are_answered_in_order),
		WITH_SERVER(malformed_requests_are_refused),
		WITH_SERVER(nonsense_is_no_request),
		cmocka_unit_test(too_large_is_refused_before_the_body),
		WITH_SERVER(long_address_and_many_headers),
		cmocka_unit_test(slow_clients_are_cut_off),
		cmocka_unit_test(one_address_cannot_take_all_connections),
		WITH_SERVER(a_trusted_proxy_says_who_asks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
