/* HTTPS: TLS 1.2 and 1.3 only, HSTS, and a start that fails when certificate and key do not fit. The client is
 * openssl's. */
#include "server_help.h"

static char folder[] = "/tmp/samendoel-tls-XXXXXX";
static char cert[64], key[64], other[64];

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static int make_pair(void **state)
{
	char command[512];
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(cert, sizeof cert, "%s/cert.pem", folder);
	snprintf(key, sizeof key, "%s/key.pem", folder);
	snprintf(other, sizeof other, "%s/other.pem", folder);
	snprintf(command, sizeof command,
	         "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
	         "-keyout %s -out %s "
	         "2>/dev/null",
	         key, cert);
	run(command);
	snprintf(command, sizeof command,
	         "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out %s 2>/dev/null", other);
	run(command);
	return 0;
}

static int remove_pair(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

/* What the server answers to a request through `openssl s_client` with these options. */
static const char *ask_tls(const Server *s, const char *options)
{
	char command[512];
	snprintf(command, sizeof command,
	         "printf 'GET /visit HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' | "
	         "timeout 10 openssl s_client -quiet -ign_eof %s -CAfile %s -verify_return_error -connect 127.0.0.1:%d "
	         "2>/dev/null",
	         options, cert, server_port(s));
	FILE *f = popen(command, "r");
	assert_non_null(f);
	size_t n = fread(got, 1, sizeof got - 1, f);
	got[n] = 0;
	pclose(f);
	return got;
}

static void only_new_versions(void **state)
{
	(void)state;
	Server *s = start((ServerOptions){ .threads = 2, .tls_cert = str_c(cert), .tls_key = str_c(key) });
	static const char *const versions[] = { "-tls1_3", "-tls1_2" };
	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		const char *r = ask_tls(s, versions[i]);
		assert_int_equal(status(r), 200);
		has(r, "Strict-Transport-Security: max-age=31536000");
		has(r, "\r\n\r\nseen");
	}
	assert_string_equal(ask_tls(s, "-tls1_1 -cipher DEFAULT@SECLEVEL=0"), "");
	/* Plain HTTP on the same port gets no reply. */
	assert_int_equal(status(get(s, "/hello", "")), 0);
	server_stop(s);
}

static void a_wrong_key_stops_the_start(void **state)
{
	(void)state;
	char why[256] = "";
	Server *s = NULL;
	ServerOptions o = { .listen = S("127.0.0.1:0"), .tls_cert = str_c(cert), .tls_key = str_c(other) };
	assert_int_not_equal(server_start(&o, &fake_handlers, &s, why, sizeof why), OK);
	has(why, "certificate");
	o.tls_key = S("/nonexistent");
	assert_int_not_equal(server_start(&o, &fake_handlers, &s, why, sizeof why), OK);
	has(why, "/nonexistent");
	assert_null(s);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_new_versions),
		cmocka_unit_test(a_wrong_key_stops_the_start),
	};
	return cmocka_run_group_tests(tests, make_pair, remove_pair);
}
