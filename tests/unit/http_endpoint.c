/* Addresses that the server may call: what is refused, what the list allows, which addresses are inside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>

#include "http/endpoint.h"
#include "http/stream.h"

static Arena *arena;

static void addresses_are_read(void **state)
{
	Endpoint e;
	(void)state;
	assert_true(endpoint_parse(arena, S("https://Hook.Example.org/a/b?c=d%20e"), &e));
	assert_true(e.https && e.port == 443 && str_eq(e.host, S("hook.example.org")) &&
	            str_eq(e.path, S("/a/b?c=d%20e")));
	assert_true(endpoint_parse(arena, S("HTTP://[::1]:8080?x"), &e));
	assert_true(!e.https && e.port == 8080 && str_eq(e.host, S("[::1]")) && str_eq(e.path, S("/?x")));
}

static void unusual_ones_are_refused(void **state)
{
	static const char *const bad[] = { "",
		                           "ftp://a.example/",
		                           "file:///etc/passwd",
		                           "http:a.example",
		                           "https://",
		                           "https:///x",
		                           "https://user@a.example/",
		                           "https://user:pw@a.example/",
		                           "https://a.example#@b.example/",
		                           "https://a.example/#x",
		                           "https://a.example\\@b.example/",
		                           "https://a.example/a/../b",
		                           "https://a.example/a/..",
		                           "https://a.example/./b",
		                           "https://a.example/%2e%2e/b",
		                           "https://a.example/a%2Fb",
		                           "https://a.example/a b",
		                           "https://a.example/a\r\nX: y",
		                           "https://a.example:0/",
		                           "https://a.example:65536/",
		                           "https://a.example:80:80/",
		                           "https://a.example:x/",
		                           "https://[::1/",
		                           "https://[::1]x/",
		                           "https://a%2eexample/",
		                           "https://.a/",
		                           "https://b\xc3\xbc.example/" };
	Endpoint e;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (endpoint_parse(arena, str_c(bad[i]), &e))
			fail_msg("'%s' was taken", bad[i]);
}

static EndpointLeave leave(const char *rules, const char *url)
{
	EndpointRules r;
	Endpoint e;
	Str wrong;
	assert_true(endpoint_rules(arena, str_c(rules), &r, &wrong));
	assert_true(endpoint_parse(arena, str_c(url), &e));
	return endpoint_allowed(&r, &e);
}

static void the_list_decides(void **state)
{
	(void)state;
	assert_int_equal(leave("", "https://a.example/"), ENDPOINT_REFUSED);
	assert_int_equal(leave("https://a.example", "https://a.example/x"), ENDPOINT_NAMED);
	assert_int_equal(leave("https://a.example/hook", "https://a.example/hook/1"), ENDPOINT_NAMED);
	assert_int_equal(leave("https://a.example/hook/", "https://a.example/hook?x=1"), ENDPOINT_NAMED);
	assert_int_equal(leave("https://a.example/hook", "https://a.example/hooked"), ENDPOINT_REFUSED);
	assert_int_equal(leave("https://a.example", "https://a.example.evil.org/"), ENDPOINT_REFUSED);
	assert_int_equal(leave("https://a.example", "http://a.example/"), ENDPOINT_REFUSED);
	assert_int_equal(leave("https://a.example", "https://a.example:444/"), ENDPOINT_REFUSED);
	assert_int_equal(leave("http://127.0.0.1:9000, https://", "https://b.example/"), ENDPOINT_PUBLIC);
	assert_int_equal(leave("https:// https://b.example", "https://b.example/"), ENDPOINT_NAMED);
	assert_int_equal(leave("https://", "http://b.example/"), ENDPOINT_REFUSED);
	EndpointRules r;
	Str wrong;
	assert_false(endpoint_rules(arena, S("https://a.example, a.example"), &r, &wrong));
	assert_true(str_eq(wrong, S("a.example")));
	assert_false(endpoint_rules(arena, S("https://a.example/?x"), &r, &wrong));
}

static bool inside(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return endpoint_inside((const struct sockaddr *)(const void *)&v4);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return endpoint_inside((const struct sockaddr *)(const void *)&v6);
}

static void addresses_inside(void **state)
{
	static const char *const in[] = { "127.0.0.1",
		                          "127.9.9.9",
		                          "10.1.2.3",
		                          "172.16.0.1",
		                          "172.31.255.255",
		                          "192.168.1.1",
		                          "169.254.169.254",
		                          "0.0.0.0",
		                          "100.64.0.1",
		                          "224.0.0.1",
		                          "255.255.255.255",
		                          "::1",
		                          "::",
		                          "fe80::1",
		                          "fc00::1",
		                          "fd12::1",
		                          "ff02::1",
		                          "::ffff:127.0.0.1",
		                          "::ffff:10.0.0.1",
		                          "64:ff9b::7f00:1",
		                          "2002:7f00:1::",
		                          "2001:db8::1",
		                          "2001::1" };
	static const char *const out[] = { "8.8.8.8",          "172.32.0.1",           "100.128.0.1",
		                           "193.190.1.1",      "2001:4860:4860::8888", "::ffff:8.8.8.8",
		                           "64:ff9b::808:808", "2a00:1450::1" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(in); i++)
		if (!inside(in[i]))
			fail_msg("%s is inside", in[i]);
	for (size_t i = 0; i < COUNT_OF(out); i++)
		if (inside(out[i]))
			fail_msg("%s is outside", out[i]);
}

/* ---- streams ---- */

typedef struct Reader {
	pthread_mutex_t lock;
	pthread_cond_t more;
	bool parked;
	Stream *stream;
	size_t seen;
	uint32_t sum;
} Reader;

static void park(void *arg)
{
	Reader *r = arg;
	pthread_mutex_lock(&r->lock);
	r->parked = true;
	pthread_mutex_unlock(&r->lock);
}

static void go_on(void *arg)
{
	Reader *r = arg;
	pthread_mutex_lock(&r->lock);
	r->parked = false;
	pthread_cond_signal(&r->more);
	pthread_mutex_unlock(&r->lock);
}

static void *read_all(void *arg)
{
	Reader *r = arg;
	StreamWait wait = { park, go_on, r };
	for (bool end = false; !end;) {
		char text[7];
		size_t n = stream_take(r->stream, text, sizeof text, &end, &wait);
		for (size_t i = 0; i < n; i++)
			r->sum = r->sum * 31 + (uint8_t)text[i];
		r->seen += n;
		pthread_mutex_lock(&r->lock);
		while (!n && !end && r->parked)
			pthread_cond_wait(&r->more, &r->lock);
		pthread_mutex_unlock(&r->lock);
	}
	stream_leave(r->stream);
	return NULL;
}

static void streams_carry_all(void **state)
{
	Reader r = { .stream = stream_new() };
	pthread_t thread;
	uint32_t sum = 0;
	(void)state;
	pthread_mutex_init(&r.lock, NULL);
	pthread_cond_init(&r.more, NULL);
	assert_int_equal(pthread_create(&thread, NULL, read_all, &r), 0);
	for (int i = 0; i < 20000; i++) {
		char text[16];
		int n = snprintf(text, sizeof text, "event %d\n", i);
		assert_true(stream_put(r.stream, str_n(text, (size_t)n)));
		for (int k = 0; k < n; k++)
			sum = sum * 31 + (uint8_t)text[k];
	}
	stream_end(r.stream);
	pthread_join(thread, NULL);
	assert_int_equal(r.sum, sum);
	pthread_mutex_destroy(&r.lock);
	pthread_cond_destroy(&r.more);
}

static void count(void *arg)
{
	++*(int *)arg;
}

static void a_reader_that_left_is_noticed(void **state)
{
	Stream *s = stream_new();
	int emptied = 0;
	char text[8];
	bool end;
	StreamWait wait = { count, count, &(int){ 0 } };
	(void)state;
	stream_on_empty(s, count, &emptied);
	assert_int_equal(stream_state(s), STREAM_EMPTY);
	assert_true(stream_put(s, S("abc")));
	assert_int_equal(stream_state(s), STREAM_FULL);
	assert_int_equal(stream_take(s, text, sizeof text, &end, &wait), 3);
	assert_int_equal(emptied, 1);
	stream_leave(s);
	assert_int_equal(emptied, 2);
	assert_int_equal(stream_state(s), STREAM_CLOSED);
	assert_false(stream_put(s, S("abc")));
	stream_end(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read), cmocka_unit_test(unusual_ones_are_refused),
		cmocka_unit_test(the_list_decides),   cmocka_unit_test(addresses_inside),
		cmocka_unit_test(streams_carry_all),  cmocka_unit_test(a_reader_that_left_is_noticed)
	};
	arena = arena_new();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
