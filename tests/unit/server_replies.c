/* What leaves: headers that every reply has, compression, static files, HEAD, ranges, visits, the slow pool, stopping.
 */
#include <sys/stat.h>
#include <zlib.h>

#include "server_help.h"

static void every_reply_has_the_security_headers(void **state)
{
	static const char *const paths[] = { "/hello",          "/big", "/nothing", "/static/none", "/health",
		                             "/visit?result=6", "/%00" };
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		const char *r = get(*state, paths[i], "");
		has(r, "X-Content-Type-Options: nosniff\r\n");
		has(r, "Content-Security-Policy: default-src 'none';");
		has(r, "frame-ancestors 'none'");
		has(r, "Referrer-Policy: same-origin\r\n");
		has(r, "Cross-Origin-Resource-Policy: same-origin\r\n");
		has_not(r, "unsafe-");
		has_not(r, "Server:");
	}
	const char *pdf = get(*state, "/pdf", "Range: bytes=1-3\r\n");
	has(pdf, "Content-Security-Policy: frame-ancestors 'none'\r\n");
	has(pdf, "\r\n\r\nPDF");
	const char *page = get(*state, "/big", "");
	has(page, "require-trusted-types-for 'script'; trusted-types 'none'\r\n");
	has(page, "Permissions-Policy: ");
	has(page, "Cross-Origin-Opener-Policy: same-origin\r\n");
}

static const char *body_of(const char *reply)
{
	const char *end = strstr(reply, "\r\n\r\n");
	assert_non_null(end);
	return end + 4;
}

static void large_text_is_compressed_when_asked(void **state)
{
	const char *r = get(*state, "/big", "Accept-Encoding: br, gzip\r\n");
	has(r, "Content-Encoding: gzip\r\n");
	has(r, "Vary: Accept-Encoding\r\n");
	size_t length = (size_t)atol(strstr(r, "Content-Length: ") + 16);
	assert_true(length > 20 && length < 2000);
	unsigned char *out = malloc(300000);
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)body_of(r),
		       .avail_in = (unsigned)length,
		       .next_out = out,
		       .avail_out = 300000 };
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, 200000);
	for (int i = 0; i < 200000; i++)
		assert_int_equal(out[i], 'a');
	inflateEnd(&z);
	free(out);
	r = get(*state, "/big", "Accept-Encoding: gzip;q=0\r\n");
	has_not(r, "Content-Encoding");
	has(r, "Vary: Accept-Encoding\r\n");
	assert_int_equal(strlen(body_of(r)), 200000);
	has_not(get(*state, "/hello", "Accept-Encoding: gzip\r\n"), "Content-Encoding");
}

static void head_has_no_body(void **state)
{
	const char *r = ask(*state, "HEAD /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	assert_int_equal(status(r), 200);
	has(r, "Content-Length: 200000\r\n");
	assert_int_equal(strlen(body_of(r)), 0);
}

static void empty_replies(void **state)
{
	const char *r = get(*state, "/empty", "");
	assert_int_equal(status(r), 204);
	assert_int_equal(strlen(body_of(r)), 0);
}

/* ---- static files ---- */

static char folder[] = "/tmp/samendoel-assets-XXXXXX";

static void write_file(const char *name, const char *text, size_t times)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	while (times--)
		fputs(text, f);
	fclose(f);
}

static void static_files(void **state)
{
	(void)state;
	char sub[64];
	assert_non_null(mkdtemp(folder));
	snprintf(sub, sizeof sub, "%s/fonts", folder);
	mkdir(sub, 0700);
	write_file("app.0123456789ab.css", "body { color: black }\n", 200);
	write_file("robots.txt", "0123456789", 1);
	write_file("fonts/a.woff2", "font", 1);
	Server *s = start((ServerOptions){ .threads = 1, .assets_dir = str_c(folder) });
	const char *r = get(s, "/static/app.0123456789ab.css", "Accept-Encoding: gzip\r\n");
	has(r, "Content-Type: text/css; charset=utf-8\r\n");
	has(r, "Cache-Control: public, max-age=31536000, immutable\r\n");
	has(r, "Content-Encoding: gzip\r\n");
	char tag[64], header[128];
	assert_int_equal(sscanf(strstr(r, "ETag: ") + 6, "%63[^\r]", tag), 1);
	snprintf(header, sizeof header, "If-None-Match: \"x\", W/%s\r\n", tag);
	r = get(s, "/static/app.0123456789ab.css", header);
	assert_int_equal(status(r), 304);
	assert_int_equal(strlen(body_of(r)), 0);
	has(r, "Cache-Control: public, max-age=31536000, immutable\r\n");
	r = get(s, "/static/app.0123456789ab.css", "");
	has_not(r, "Content-Encoding");
	assert_int_equal(strlen(body_of(r)), 200 * strlen("body { color: black }\n"));
	r = get(s, "/static/app.0123456789ab.css", "Accept-Encoding: gzip\r\nRange: bytes=0-1999\r\n");
	assert_int_equal(status(r), 206);
	has_not(r, "Content-Encoding");
	assert_int_equal(strlen(body_of(r)), 2000);
	r = get(s, "/static/robots.txt", "");
	has(r, "Cache-Control: public, max-age=300\r\n");
	has(r, "\r\n\r\n0123456789");
	has(get(s, "/static/fonts/a.woff2", ""), "Content-Type: font/woff2\r\n");
	assert_int_equal(status(get(s, "/static/../robots.txt", "")), 400);
	assert_int_equal(status(get(s, "/static/fonts", "")), 404);
	r = get(s, "/static/robots.txt", "Range: bytes=2-4\r\n");
	assert_int_equal(status(r), 206);
	has(r, "Content-Range: bytes 2-4/10\r\n");
	assert_string_equal(body_of(r), "234");
	assert_string_equal(body_of(get(s, "/static/robots.txt", "Range: bytes=-3\r\n")), "789");
	assert_string_equal(body_of(get(s, "/static/robots.txt", "Range: bytes=8-\r\n")), "89");
	assert_string_equal(body_of(get(s, "/static/robots.txt", "Range: bytes=x\r\n")), "0123456789");
	assert_int_equal(status(get(s, "/static/robots.txt", "Range: bytes=10-\r\n")), 416);
	assert_int_equal(
	    status(ask(
	        s, "POST /static/robots.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
	    405);
	server_stop(s);
	snprintf(header, sizeof header, "rm -r %s", folder);
	assert_int_equal(system(header), 0);
}

static void missing_assets_stop_the_start(void **state)
{
	(void)state;
	char why[256] = "";
	Server *s = NULL;
	ServerOptions o = { .listen = S("127.0.0.1:0"), .assets_dir = S("/nonexistent") };
	assert_int_not_equal(server_start(&o, &fake_handlers, &s, why, sizeof why), OK);
	has(why, "/nonexistent");
	o.assets_dir = STR_END;
	o.listen = S("nowhere");
	assert_int_equal(server_start(&o, &fake_handlers, &s, why, sizeof why), ERR_BAD_REQUEST);
	has(why, "ADDR:PORT");
	assert_null(s);
}

/* ---- visits ---- */

static bool nothing_comes(int fd, int ms)
{
	usleep((useconds_t)ms * 1000);
	char c;
	return recv(fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) < 0;
}

static void a_reply_waits_for_its_visit(void **state)
{
	int fd = connect_to(*state);
	got[0] = 0;
	send_text(fd, "GET /visit?wait HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(nothing_comes(fd, 150));
	assert_int_equal(atomic_load(&fake.handled), 1);
	assert_int_equal(atomic_load(&fake.finished), 0);
	atomic_store(&fake.gate, 1);
	has(read_replies(fd, 1), "seen");
	close(fd);
}

static void a_failed_visit_gives_the_other_reply(void **state)
{
	char path[64];
	snprintf(path, sizeof path, "/visit?result=%d", ERR_VERSION);
	const char *r = get(*state, path, "");
	assert_int_equal(status(r), 412);
	has(r, "failed: version");
	has_not(r, "seen");
	snprintf(path, sizeof path, "/visit-now?result=%d", ERR_BUSY);
	r = get(*state, path, "");
	assert_int_equal(status(r), 503);
	has(r, "Retry-After: ");
	/* The reply to the failure has a visit of its own, which fails too. */
	snprintf(path, sizeof path, "/visit?again&result=%d", ERR_VERSION);
	int before = atomic_load(&fake.finished);
	r = get(*state, path, "");
	assert_int_equal(status(r), 410);
	assert_int_equal(atomic_load(&fake.finished), before + 2);
	/* One that fails without end is given up, and says nothing. */
	snprintf(path, sizeof path, "/visit?again=always&result=%d", ERR_VERSION);
	r = get(*state, path, "");
	assert_int_equal(status(r), 500);
	has_not(r, "failed");
	snprintf(path, sizeof path, "/slow-visit?result=%d", ERR_CONFLICT);
	atomic_store(&fake.gate, 1);
	assert_int_equal(status(get(*state, path, "")), 409);
}

static void *many_visits(void *arg)
{
	int fd = connect_to(arg);
	char buf[4096];
	intptr_t good = 0;
	for (int i = 0; i < 200; i++) {
		send_text(fd, i % 3 ? "GET /visit HTTP/1.1\r\nHost: x\r\n\r\n"
		                    : "GET /visit-now HTTP/1.1\r\nHost: x\r\n\r\n");
		ssize_t n = recv(fd, buf, sizeof buf - 1, 0);
		buf[n > 0 ? n : 0] = 0;
		good += strstr(buf, "seen") != NULL;
	}
	close(fd);
	return (void *)good;
}

static void many_visits_at_once(void **state)
{
	pthread_t t[8];
	intptr_t good = 0;
	for (size_t i = 0; i < COUNT_OF(t); i++)
		assert_int_equal(pthread_create(&t[i], NULL, many_visits, *state), 0);
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		void *one;
		pthread_join(t[i], &one);
		good += (intptr_t)one;
	}
	assert_int_equal(good, 1600);
}

/* ---- the slow pool ---- */

static void a_full_slow_pool_answers_503(void **state)
{
	(void)state;
	Server *s = start((ServerOptions){ .threads = 1, .slow_threads = 1, .slow_queue = 2 });
	int fd[3];
	for (int i = 0; i < 3; i++) {
		fd[i] = connect_to(s);
		send_text(fd[i], "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
		usleep(50000);
	}
	const char *r = get(s, "/slow", "");
	assert_int_equal(status(r), 503);
	has(r, "Retry-After: ");
	has(get(s, "/hello", ""), "hello"); /* others go on */
	atomic_store(&fake.gate, 1);
	for (int i = 0; i < 3; i++) {
		got[0] = 0;
		has(read_replies(fd[i], 1), "hello");
		close(fd[i]);
	}
	server_stop(s);
}

/* Bundles of thousands of entries, however many, leave a thread for who signs in. */
static void large_jobs_leave_a_thread_free(void **state)
{
	enum { JOBS = 3, BODY = 64 * 1024 };
	(void)state;
	Server *s = start((ServerOptions){ .threads = 1, .slow_threads = 2 });
	static char text[BODY + 100];
	int fd[JOBS],
	    n = snprintf(text, sizeof text, "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", BODY);
	memset(text + n, 'x', BODY);
	for (int i = 0; i < JOBS; i++) {
		fd[i] = connect_to(s);
		send_text(fd[i], text);
		usleep(50000);
	}
	assert_int_equal(status(get(s, "/slow-free", "")), 200);
	atomic_store(&fake.gate, 1);
	for (int i = 0; i < JOBS; i++) {
		got[0] = 0;
		has(read_replies(fd[i], 1), "hello");
		close(fd[i]);
	}
	server_stop(s);
}

/* ---- stopping ---- */

static void *open_gate(void *arg)
{
	(void)arg;
	usleep(200000);
	atomic_store(&fake.gate, 1);
	return NULL;
}

static void stopping_finishes_what_is_under_way(void **state)
{
	(void)state;
	Server *s = start((ServerOptions){ .threads = 2 });
	int slow = connect_to(s), visit = connect_to(s), idle = connect_to(s), port = server_port(s);
	send_text(slow, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
	send_text(visit, "GET /visit?wait HTTP/1.1\r\nHost: x\r\n\r\n");
	usleep(100000);
	int ends = atomic_load(&fake.thread_ends);
	pthread_t t;
	assert_int_equal(pthread_create(&t, NULL, open_gate, NULL), 0);
	server_stop(s);
	pthread_join(t, NULL);
	assert_true(atomic_load(&fake.thread_ends) > ends);
	const char *r = read_all(slow);
	assert_int_equal(status(r), 200);
	has(r, "Connection: close");
	has(read_all(visit), "seen");
	assert_string_equal(read_all(idle), "");
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_not_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	close(fd);
}

static void stopping_does_not_wait_for_slow_clients(void **state)
{
	(void)state;
	Server *s = start((ServerOptions){ .threads = 1, .stop_ms = 300 });
	int fd = connect_to(s);
	send_text(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
	usleep(50000);
	int64_t from = time_mono_us();
	server_stop(s);
	int64_t ms = (time_mono_us() - from) / 1000;
	assert_true(ms >= 250 && ms < 2000);
	close(fd);
}

/* ---- health and figures ---- */

static void health_ready_and_metrics(void **state)
{
	has(get(*state, "/health", ""), "\r\n\r\nok\n");
	assert_int_equal(status(get(*state, "/ready", "")), 200);
	atomic_store(&fake.not_ready, true);
	assert_int_equal(status(get(*state, "/ready", "")), 503);
	atomic_store(&fake.not_ready, false);
	get(*state, "/fhir/Patient/1?name=geheim", "");
	const char *r = get(*state, "/metrics", "");
	has(r, "samendoel_requests_total{route=\"fhir\",status=\"2xx\"} 1\n");
	has(r, "samendoel_requests_total{route=\"system\",status=\"5xx\"} 1\n");
	has(r, "samendoel_request_seconds_bucket{route=\"fhir\",le=\"+Inf\"} 1\n");
	has_not(r, "geheim");
	assert_int_equal(status(get(*state, "/metrics", "X-Forwarded-For: 1.2.3.4\r\n")), 404);
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
		WITH_SERVER(every_reply_has_the_security_headers),
		WITH_SERVER(large_text_is_compressed_when_asked),
		WITH_SERVER(head_has_no_body),
		WITH_SERVER(empty_replies),
		cmocka_unit_test(static_files),
		cmocka_unit_test(missing_assets_stop_the_start),
		WITH_SERVER(a_reply_waits_for_its_visit),
		WITH_SERVER(a_failed_visit_gives_the_other_reply),
		WITH_SERVER(many_visits_at_once),
		cmocka_unit_test(a_full_slow_pool_answers_503),
		cmocka_unit_test(large_jobs_leave_a_thread_free),
		cmocka_unit_test(stopping_finishes_what_is_under_way),
		cmocka_unit_test(stopping_does_not_wait_for_slow_clients),
		WITH_SERVER(health_ready_and_metrics),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
