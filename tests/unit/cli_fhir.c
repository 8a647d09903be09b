/* samendoel fhirpath and samendoel validate: what they print and end with. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "cli/cli.h"
#include "json/json.h"

extern const Command cmd_fhirpath, cmd_validate;
static const Command *const all[] = { &cmd_fhirpath, &cmd_validate };

static Arena *arena;
static char folder[64];

static char *at(const char *name)
{
	return (char *)(uintptr_t)arena_printf(arena, "%s/%s", folder, name).p;
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static Str content(const char *path)
{
	FILE *f = fopen(path, "r");
	Buf b = buf_new(arena, 1024, 0);
	assert_non_null(f);
	for (int c; (c = getc(f)) != EOF;)
		buf_byte(&b, (char)c);
	fclose(f);
	return buf_str(&b);
}

static int run_in_child(const Command *c, int argc, char **argv)
{
	int in = open(at("good.json"), O_RDONLY), out = open(at("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600),
	    err = open(at("err"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	Args a = { .arena = arena_new(), .command = c };
	int code = args_read(&a, argc, argv, all, COUNT_OF(all));
	if (code < 0)
		code = c->run(&a);
	fflush(stdout);
	return code;
}

/* Gives the exit code; what was printed is in the files out and err. */
#define RUN(c, ...)                                          \
	({                                                   \
		char *argv_[] = { __VA_ARGS__ };             \
		run_child((c), (int)COUNT_OF(argv_), argv_); \
	})

static int run_child(const Command *c, int argc, char **argv)
{
	int how = 0;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(run_in_child(c, argc, argv));
	assert_int_equal(waitpid(child, &how, 0), child);
	assert_true(WIFEXITED(how));
	return WEXITSTATUS(how);
}

static void said(const char *name, const char *what)
{
	Str s = content(at(name));
	if (str_find(s, str_c(what)) < 0)
		fail_msg("no \"%s\" in: %.*s", what, STR_ARG(s));
}

static void fhirpath(void **state)
{
	(void)state;
	assert_int_equal(RUN(&cmd_fhirpath, "name.given | birthDate + 1 month", at("good.json")), 0);
	assert_true(str_eq(content(at("out")), S("string\t\"An\"\nDate\t\"2000-02-03\"\n")));
	assert_int_equal(RUN(&cmd_fhirpath, "name", "-"), 0);
	assert_true(str_eq(content(at("out")), S("HumanName\t{\"given\":[\"An\"]}\n")));
	assert_int_equal(RUN(&cmd_fhirpath, "name.(", at("good.json")), 1);
	said("err", "name.(\n     ^\n");
	assert_int_equal(RUN(&cmd_fhirpath, "nam", at("good.json")), 0);
	assert_int_equal(content(at("out")).n, 0);
	assert_int_equal(RUN(&cmd_fhirpath, "--strict", "nam", at("good.json")), 1);
	said("err", "Patient has no element 'nam'");
	assert_int_equal(RUN(&cmd_fhirpath, "name", at("broken.json")), 1);
	said("err", "line 2, column");
	assert_int_equal(RUN(&cmd_fhirpath, "name", at("nowhere.json")), 1);
	assert_int_equal(RUN(&cmd_fhirpath, "name"), 2);
}

static void validate(void **state)
{
	(void)state;
	const Json *doc = NULL;
	assert_int_equal(RUN(&cmd_validate, at("good.json")), 0);
	assert_int_equal(json_parse(arena, content(at("out")), &doc, NULL), OK);
	assert_true(json_str_is(JGET(json_root(doc), "resourceType"), S("OperationOutcome")));
	assert_int_equal(RUN(&cmd_validate, at("good.json"), at("wrong.json")), 1);
	said("out", "\"expression\":[\"Patient.gender\"]");
	said("err", "wrong.json: not valid");
	assert_int_equal(RUN(&cmd_validate, at("broken.json")), 1);
	said("out", "\"severity\":\"fatal\"");
	assert_int_equal(RUN(&cmd_validate, at("nowhere.json")), 1);
	assert_int_equal(RUN(&cmd_validate, "-"), 0);
}

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	snprintf(folder, sizeof folder, "/tmp/cli-fhir-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	write_file(at("good.json"),
	           "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"An\"]}],\"birthDate\":\"2000-01-03\"}");
	write_file(at("wrong.json"), "{\"resourceType\":\"Patient\",\"gender\":\"f\"}");
	write_file(at("broken.json"), "{\"resourceType\":\n\"Patient\",}");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	static const char *const names[] = { "good.json", "wrong.json", "broken.json", "out", "err" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		unlink(at(names[i]));
	rmdir(folder);
	arena_free(arena);
	return 0;
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { cmocka_unit_test(fhirpath), cmocka_unit_test(validate) };
	return cmocka_run_group_tests(tests, setup, teardown);
}
