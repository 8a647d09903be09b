/* samendoel serve as a process: it makes its data folder, says where it is, answers, and stops cleanly on SIGTERM. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/time.h"
#include "cli/cli.h"

extern const Command cmd_serve, cmd_verify;
static const Command *const all[] = { &cmd_serve, &cmd_verify };

static char folder[] = "/tmp/samendoel-serve-XXXXXX";

/* Runs a command in a child whose stdout we read. */
static pid_t spawn(const Command *c, int argc, char **argv, FILE **out)
{
	int fd[2];
	assert_int_equal(pipe(fd), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(fd[1], STDOUT_FILENO);
		close(fd[0]);
		close(fd[1]);
		Args a = { .arena = arena_new(), .command = c };
		int code = args_read(&a, argc, argv, all, COUNT_OF(all));
		if (code < 0)
			code = c->run(&a);
		fflush(stdout);
		_exit(code);
	}
	close(fd[1]);
	*out = fdopen(fd[0], "r");
	assert_non_null(*out);
	return child;
}

static int ended(pid_t child)
{
	int how = 0;
	assert_int_equal(waitpid(child, &how, 0), child);
	assert_true(WIFEXITED(how));
	return WEXITSTATUS(how);
}

static void get(int port, const char *path, char *reply, size_t max)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	struct timeval limit = { .tv_sec = 5 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_true(dprintf(fd, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path) > 0);
	size_t n = 0;
	for (ssize_t m; n + 1 < max && (m = read(fd, reply + n, max - 1 - n)) > 0;)
		n += (size_t)m;
	reply[n] = 0;
	close(fd);
}

static void write_assets(void)
{
	char path[128];
	snprintf(path, sizeof path, "%s/assets.txt", folder);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs("app.css app.0123456789.css\n", f);
	fclose(f);
}

/* A line of /proc/PID/limits starts with `line`. */
static bool limited(pid_t child, const char *line)
{
	char path[64], text[256];
	bool found = false;
	snprintf(path, sizeof path, "/proc/%d/limits", (int)child);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(text, sizeof text, f))
		found = found || strncmp(text, line, strlen(line)) == 0;
	fclose(f);
	return found;
}

static void a_service_from_start_to_stop(void **state)
{
	(void)state;
	char data[128], line[256] = "";
	static char reply[400000];
	FILE *out;
	int port = 0;
	snprintf(data, sizeof data, "%s/data", folder);
	char *argv[] = { "--data", data, "--listen", "127.0.0.1:0", "--assets", folder, "--log-level", "error" };
	int64_t from = time_mono_us();
	pid_t child = spawn(&cmd_serve, (int)COUNT_OF(argv), argv, &out);
	assert_non_null(fgets(line, sizeof line, out));
	assert_int_equal(sscanf(line, "Samendoel is at http://127.0.0.1:%d", &port), 1);
	get(port, "/ready", reply, sizeof reply);
	assert_non_null(strstr(reply, "HTTP/1.1 200 "));
	int64_t ms = (time_mono_us() - from) / 1000;
	if (ms > 2000) /* 0.2 s is the figure; here a machine may be busy and the build one with sanitizers */
		fail_msg("first answer after %lld ms", (long long)ms);
	assert_true(limited(child, "Max core file size        0                    0 "));
	get(port, "/fhir/metadata", reply, sizeof reply);
	assert_non_null(strstr(reply, "\"CapabilityStatement\""));
	get(port, "/fhir/Patient/1", reply, sizeof reply);
	assert_non_null(strstr(reply, "HTTP/1.1 401 "));
	get(port, "/", reply, sizeof reply);
	assert_non_null(strstr(reply, "Content-Security-Policy: "));
	get(port, "/metrics", reply, sizeof reply);
	assert_non_null(strstr(reply, "samendoel_commits_total "));
	kill(child, SIGTERM);
	assert_int_equal(ended(child), EXIT_DONE);
	fclose(out);
}

static void a_taken_port_is_said(void **state)
{
	(void)state;
	char where[64];
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof a;
	FILE *out;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	snprintf(where, sizeof where, "127.0.0.1:%d", ntohs(a.sin_port));
	char *argv[] = { "--data", "/nonexistent/data", "--listen", where };
	assert_int_equal(ended(spawn(&cmd_serve, (int)COUNT_OF(argv), argv, &out)), EXIT_PROBLEM);
	fclose(out);
	close(fd);
}

static void what_was_served_verifies(void **state)
{
	(void)state;
	char data[128];
	FILE *out;
	snprintf(data, sizeof data, "%s/data", folder);
	char *good[] = { "--data", data }, *none[] = { "--data", "/nonexistent" };
	assert_int_equal(ended(spawn(&cmd_verify, 2, good, &out)), EXIT_DONE);
	fclose(out);
	assert_int_equal(ended(spawn(&cmd_verify, 2, none, &out)), EXIT_PROBLEM);
	fclose(out);
}

static int begin(void **state)
{
	(void)state;
	random_init();
	assert_non_null(mkdtemp(folder));
	write_assets();
	return 0;
}

static int end(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_from_start_to_stop),
		cmocka_unit_test(a_taken_port_is_said),
		cmocka_unit_test(what_was_served_verifies),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
