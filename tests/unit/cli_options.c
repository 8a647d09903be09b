/* Settings: flags before environment before file before the standard; mistakes are named, with a hint. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"

static const Option options[] = {
	{ .name = S_INIT("listen"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("ADDR:PORT"),
	  .standard = S_INIT("127.0.0.1:8080"),
	  .help = S_INIT("where") },
	{ .name = S_INIT("max-body"),
	  .kind = OPTION_NUMBER,
	  .value = S_INIT("KIB"),
	  .standard = S_INIT("16"),
	  .low = 1,
	  .high = 100,
	  .help = S_INIT("size") },
	{ .name = S_INIT("demo"), .kind = OPTION_FLAG, .help = S_INIT("demo") },
};
static const Option other_options[] = {
	{ .name = S_INIT("keep-going"), .kind = OPTION_FLAG, .help = S_INIT("go on") },
};
static const Command serve = {
	.name = S_INIT("serve"), .summary = S_INIT("serve"), .options = options, .n_options = COUNT_OF(options)
};
static const Command import = { .name = S_INIT("import"),
	                        .summary = S_INIT("import"),
	                        .operands = S_INIT("FILE…"),
	                        .options = other_options,
	                        .n_options = COUNT_OF(other_options) };
static const Command *const all[] = { &serve, &import };

static Args args;

static int read_args(const Command *c, int argc, char **argv)
{
	if (args.arena)
		arena_free(args.arena);
	args = (Args){ .arena = arena_new(), .command = c };
	/* What goes to stderr is for people; here only the code counts. */
	int said = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
	dup2(nowhere, STDERR_FILENO);
	int code = args_read(&args, argc, argv, all, COUNT_OF(all));
	dup2(said, STDERR_FILENO);
	close(said);
	close(nowhere);
	return code;
}
#define READ(c, ...)                                         \
	({                                                   \
		char *argv_[] = { __VA_ARGS__ };             \
		read_args((c), (int)COUNT_OF(argv_), argv_); \
	})

static void same(Str got, const char *want)
{
	if (!str_eq(got, str_c(want)))
		fail_msg("want '%s', got '%.*s'", want, STR_ARG(got));
}

static int clean(void **state)
{
	(void)state;
	unsetenv("SAMENDOEL_LISTEN");
	unsetenv("SAMENDOEL_MAX_BODY");
	unsetenv("SAMENDOEL_CONFIG");
	unlink("/tmp/samendoel-cli-test.conf");
	return 0;
}

static void config(const char *text)
{
	FILE *f = fopen("/tmp/samendoel-cli-test.conf", "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void flags(void **state)
{
	(void)state;
	assert_int_equal(READ(&serve, "--listen", "1.2.3.4:5", "--max-body=7", "--demo", "--data", "x"), -1);
	same(opt_text(&args, S("listen")), "1.2.3.4:5");
	same(opt_text(&args, S("data")), "x");
	assert_int_equal(opt_number(&args, S("max-body")), 7);
	assert_true(opt_flag(&args, S("demo")));
	assert_int_equal(READ(&serve, "--demo=no"), -1);
	assert_false(opt_flag(&args, S("demo")));
	same(opt_text(&args, S("listen")), "127.0.0.1:8080");
	same(opt_text(&args, S("data")), "data");
}

static void order_of_places(void **state)
{
	(void)state;
	config("# a remark\n\nlisten = file:1\n  max-body=3\ndemo = on\nkeep-going = yes\n");
	assert_int_equal(READ(&serve, "--config", "/tmp/samendoel-cli-test.conf"), -1);
	same(opt_text(&args, S("listen")), "file:1");
	assert_int_equal(opt_number(&args, S("max-body")), 3);
	assert_true(opt_flag(&args, S("demo")));
	setenv("SAMENDOEL_LISTEN", "env:1", 1);
	setenv("SAMENDOEL_MAX_BODY", "4", 1);
	setenv("SAMENDOEL_CONFIG", "/tmp/samendoel-cli-test.conf", 1);
	assert_int_equal(READ(&serve, "--max-body", "5"), -1);
	same(opt_text(&args, S("listen")), "env:1");
	assert_int_equal(opt_number(&args, S("max-body")), 5);
	assert_true(opt_flag(&args, S("demo")));
}

static void mistakes(void **state)
{
	(void)state;
	assert_int_equal(READ(&serve, "--lisen", "x"), EXIT_USAGE);
	assert_int_equal(READ(&serve, "-x"), EXIT_USAGE);
	assert_int_equal(READ(&serve, "--listen"), EXIT_USAGE);
	assert_int_equal(READ(&serve, "--max-body", "0"), EXIT_USAGE);
	assert_int_equal(READ(&serve, "--max-body", "101"), EXIT_USAGE);
	assert_int_equal(READ(&serve, "--max-body", "1k"), EXIT_USAGE);
	assert_int_equal(READ(&serve, "--demo=maybe"), EXIT_USAGE);
	assert_int_equal(READ(&serve, "operand"), EXIT_USAGE);
	assert_int_equal(READ(&serve, "--keep-going"), EXIT_USAGE);
	assert_int_equal(READ(&serve, "--log-level", "loud"), EXIT_USAGE);
	assert_int_equal(READ(&serve, "--config", "/nonexistent"), EXIT_USAGE);
	config("listen = a:1\nlissen = b\n");
	assert_int_equal(READ(&serve, "--config", "/tmp/samendoel-cli-test.conf"), EXIT_USAGE);
	config("listen\n");
	assert_int_equal(READ(&serve, "--config", "/tmp/samendoel-cli-test.conf"), EXIT_USAGE);
	setenv("SAMENDOEL_MAX_BODY", "many", 1);
	assert_int_equal(READ(&serve, "--demo"), EXIT_USAGE);
}

static void operands(void **state)
{
	(void)state;
	assert_int_equal(READ(&import, "a", "--keep-going", "-", "--", "--b"), -1);
	assert_int_equal(args.n_rest, 3);
	same(args.rest[0], "a");
	same(args.rest[1], "-");
	same(args.rest[2], "--b");
	assert_true(opt_flag(&args, S("keep-going")));
}

static void hints(void **state)
{
	(void)state;
	const Str names[] = { S("serve"), S("verify"), S("backup"), S("restore") };
	same(nearest(S("serv"), names, COUNT_OF(names)), "serve");
	same(nearest(S("restroe"), names, COUNT_OF(names)), "restore");
	same(nearest(S("Backup"), names, COUNT_OF(names)), "backup");
	assert_null(nearest(S("telephone"), names, COUNT_OF(names)).p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(flags, clean),    cmocka_unit_test_setup(order_of_places, clean),
		cmocka_unit_test_setup(mistakes, clean), cmocka_unit_test_setup(operands, clean),
		cmocka_unit_test_setup(hints, clean),
	};
	int failed = cmocka_run_group_tests(tests, NULL, clean);
	arena_free(args.arena);
	return failed;
}
