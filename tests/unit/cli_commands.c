/* The commands as an administrator runs them, each in a process of its own: what they do, say and end with. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "access/authn.h"
#include "base/random.h"
#include "cli/cli.h"
#include "web/web.h"

extern const Command cmd_demo, cmd_generate, cmd_import, cmd_export, cmd_verify, cmd_backup, cmd_restore, cmd_user;
static const Command *const all[] = { &cmd_demo,   &cmd_generate, &cmd_import,  &cmd_export,
	                              &cmd_verify, &cmd_backup,   &cmd_restore, &cmd_user };

static char folder[64];
static Arena *arena;
static Str said; /* by the last command, on both outputs */

/* "here/rest", in the folder of this run. */
static char *at(const char *rest)
{
	return (char *)(uintptr_t)arena_printf(arena, "%s/%s", folder, rest).p;
}

static Str content(const char *path)
{
	FILE *f = fopen(path, "r");
	if (!f)
		return (Str){ NULL, 0 };
	Buf b = buf_new(arena, 4096, 0);
	for (int c; (c = getc(f)) != EOF;)
		buf_byte(&b, (char)c);
	fclose(f);
	return buf_str(&b);
}

static void write_file(const char *path, Str text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
}

static int run_in_child(const Command *c, int argc, char **argv, const char *input)
{
	int out = open(at("said"), O_WRONLY | O_CREAT | O_TRUNC, 0600),
	    in = open(input ? input : "/dev/null", O_RDONLY);
	if (out < 0 || in < 0)
		return -1;
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	Args a = { .arena = arena_new(), .command = c };
	int code = args_read(&a, argc, argv, all, COUNT_OF(all));
	if (code < 0)
		code = c->run(&a);
	fflush(stdout);
	return code;
}

static int run(const Command *c, int argc, char **argv, const char *input)
{
	int how = 0;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(run_in_child(c, argc, argv, input));
	assert_int_equal(waitpid(child, &how, 0), child);
	said = content(at("said"));
	assert_true(WIFEXITED(how));
	return WEXITSTATUS(how);
}

/* Runs a command with these words behind --data DIR. */
#define RUN_INPUT(code, c, input, dir, ...)                                                  \
	do {                                                                                 \
		char *argv_[] = { "--data", (dir), __VA_ARGS__ };                            \
		int is_ = run(&(c), (int)COUNT_OF(argv_), argv_, (input));                   \
		if (is_ != (code))                                                           \
			fail_msg("ends with %d, not %d:\n%.*s", is_, (code), STR_ARG(said)); \
	} while (0)
#define RUN(code, c, dir, ...) RUN_INPUT(code, c, NULL, dir, __VA_ARGS__)
#define RUN0(code, c, dir) RUN_INPUT(code, c, NULL, dir, "--log-level", "error")

static void says(const char *text)
{
	if (str_find(said, str_c(text)) < 0)
		fail_msg("'%s' is not in:\n%.*s", text, STR_ARG(said));
}

/* The word behind this text in what was said. */
static Str word_behind(const char *text)
{
	Str word;
	ptrdiff_t at_ = str_find(said, str_c(text));
	assert_true(at_ >= 0);
	str_cut(str_from(said, (size_t)at_ + strlen(text)), '\n', &word);
	return arena_str(arena, str_trim(word));
}

/* Can one sign in? */
static Err signs_in(const char *dir, const char *login, Str password)
{
	Records *r;
	char why[200];
	Str token;
	RecordsOptions o = { .dir = str_c(dir) };
	assert_int_equal(records_open(&o, &r, why, sizeof why), OK);
	Err e = sign_in(r, str_c(login), password, S("127.0.0.1"), arena, &token);
	records_close(r);
	return e;
}

/* ---- the demonstration; backup, restore, verify, export ---- */

static void the_demonstration_is_whole(void **state)
{
	(void)state;
	RUN0(EXIT_DONE, cmd_demo, at("demo"));
	says(DEMO_PASSWORD);
	RUN0(EXIT_PROBLEM, cmd_demo, at("demo")); /* never on top of what is there */
	RUN0(EXIT_DONE, cmd_verify, at("demo"));
	says("The store is whole.");
	RUN(EXIT_DONE, cmd_user, at("demo"), "list");
	static const char *const logins[] = { "derks\tperson\t",    "els\tcarer\t",    "mia\tcoordinator\t",
		                              "an\tprofessional\t", "karel\tperson\t", "beheer\tadmin\t" };
	for (size_t i = 0; i < COUNT_OF(logins); i++)
		says(logins[i]);
	assert_int_equal(signs_in(at("demo"), "derks", S(DEMO_PASSWORD)), OK);
}

static void a_backup_comes_back(void **state)
{
	(void)state;
	RUN(EXIT_DONE, cmd_backup, at("demo"), at("copy"));
	RUN(EXIT_PROBLEM, cmd_backup, at("demo"), at("copy"));
	says("holds a store already");
	RUN(EXIT_DONE, cmd_restore, at("back"), at("copy"));
	RUN(EXIT_PROBLEM, cmd_restore, at("back"), at("copy")); /* not over a store */
	RUN(EXIT_PROBLEM, cmd_restore, at("other"), at("nowhere"));
	RUN0(EXIT_DONE, cmd_verify, at("back"));
	RUN(EXIT_DONE, cmd_export, at("demo"), "--out", at("out-1"));
	RUN(EXIT_DONE, cmd_export, at("back"), "--out", at("out-2"));
	static const char *const types[] = { "Patient", "Goal", "Task", "CarePlan", "CareTeam" };
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		Str one = content(at(arena_printf(arena, "out-1/%s.ndjson", types[i]).p)),
		    two = content(at(arena_printf(arena, "out-2/%s.ndjson", types[i]).p));
		assert_true(one.n > 100 && str_eq(one, two));
	}
	RUN0(EXIT_USAGE, cmd_backup, at("demo"));
	RUN0(EXIT_USAGE, cmd_restore, at("third"));
}

/* Flips one bit where this text stands in the file. */
static void flip(const char *path, const char *text)
{
	Str all_ = content(path);
	ptrdiff_t where = str_find(all_, str_c(text));
	assert_true(where > 0);
	int fd = open(path, O_RDWR);
	char c = (char)(all_.p[where] ^ 1);
	assert_int_equal(pwrite(fd, &c, 1, where), 1);
	assert_int_equal(close(fd), 0);
}

static void a_flipped_bit_is_found(void **state)
{
	(void)state;
	flip(at("copy/samendoel.db"), "Derks\"");
	RUN0(EXIT_PROBLEM, cmd_verify, at("copy"));
	says("problem: ");
	says("damaged");
	RUN(EXIT_PROBLEM, cmd_restore, at("fourth"), at("copy"));
	RUN0(EXIT_DONE, cmd_verify, at("back")); /* the others are not touched */
}

/* ---- generate ---- */

static void the_same_seed_gives_the_same_number(void **state)
{
	(void)state;
	char *stores[] = { at("many-1"), at("many-2") };
	Str counts[2];
	for (int i = 0; i < 2; i++) {
		RUN(EXIT_DONE, cmd_generate, stores[i], "--persons", "20", "--seed", "7", "--accounts", "1", "--tokens",
		    at("tokens"));
		says("20 persons, ");
		counts[i] = arena_str(arena, str_upto(said, (size_t)str_find(said, S(" in "))));
		RUN0(EXIT_DONE, cmd_verify, stores[i]);
	}
	assert_true(str_eq(counts[0], counts[1]));
	Str tokens = content(at("tokens"));
	assert_true(tokens.n > 30 && str_find(tokens, S(" Practitioner/")) > 20);
	RUN(EXIT_USAGE, cmd_generate, at("many-3"), "--persons", "0");
	RUN(EXIT_USAGE, cmd_generate, at("many-3"), "--persons", "veel");
}

/* ---- import, export, accounts ---- */

static void what_goes_in_comes_out(void **state)
{
	(void)state;
	write_file(
	    at("in.ndjson"),
	    S("{\"resourceType\":\"Practitioner\",\"id\":\"nora\",\"name\":[{\"family\":\"Peeters\"}]}\n"
	      "{\"resourceType\":\"Patient\",\"id\":\"jean\",\"name\":[{\"family\":\"Derks\"}]}\n"
	      "{\"resourceType\":\"Goal\",\"id\":\"lopen\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":"
	      "\"Lopen\"},\"subject\":{\"reference\":\"Patient/jean\"}}\n"));
	write_file(at("bad.ndjson"), S("{\"resourceType\":\"Patient\",\"id\":\"piet\",\"gender\":\"man\"}\n"
	                               "{\"resourceType\":\"Patient\",\"id\":\"klaas\",\"gender\":\"male\"}\n"));
	RUN(EXIT_DONE, cmd_import, at("small"), at("in.ndjson"));
	RUN(EXIT_DONE, cmd_user, at("small"), "add", "nora", "--role", "coordinator", "--ref", "Practitioner/nora");
	RUN(EXIT_DONE, cmd_user, at("small"), "add", "baas", "--role", "admin");
	/* again: nothing changes; who had no team gets one */
	RUN(EXIT_DONE, cmd_import, at("small"), at("in.ndjson"), "--coordinator", "nora");
	says("1 persons without a care team have one now, with nora as coordinator");
	RUN(EXIT_DONE, cmd_import, at("small"), at("in.ndjson"), "--coordinator", "nora");
	says("0 persons without a care team");
	RUN(EXIT_PROBLEM, cmd_import, at("small"), at("in.ndjson"), "--coordinator", "niemand");
	says("niemand is no account");
	RUN(EXIT_PROBLEM, cmd_import, at("small"), at("in.ndjson"), "--coordinator", "baas");
	says("baas is no practitioner");

	RUN(EXIT_PROBLEM, cmd_import, at("small"), at("bad.ndjson"));
	says("Patient.gender");
	RUN(3, cmd_import, at("small"), at("bad.ndjson"), "--keep-going", "--report", at("report"));
	assert_true(str_find(content(at("report")), S("line 1")) > 0);
	RUN0(EXIT_USAGE, cmd_import, at("small"));

	RUN(EXIT_DONE, cmd_export, at("small"), "--person", "jean", "--out", at("jean.json"));
	Str bundle = content(at("jean.json"));
	assert_true(str_find(bundle, S("\"Lopen\"")) > 0 && str_find(bundle, S("\"CareTeam\"")) > 0);
	assert_true(str_find(bundle, S("klaas")) < 0);
	struct stat st;
	assert_int_equal(stat(at("jean.json"), &st), 0);
	assert_int_equal(st.st_mode & 077, 0); /* nobody else reads it */
	RUN(EXIT_PROBLEM, cmd_export, at("small"), "--person", "jean", "--out",
	    at("jean.json")); /* never over a file */
	RUN(EXIT_PROBLEM, cmd_export, at("small"), "--person", "niemand", "--out", at("niemand.json"));
	RUN0(EXIT_USAGE, cmd_export, at("small"));
	RUN(EXIT_USAGE, cmd_export, at("small"), "--out", at("x"), "--type", "Patiënt");
	RUN(EXIT_DONE, cmd_import, at("again"), at("jean.json"));
	RUN0(EXIT_DONE, cmd_verify, at("again"));
}

static void accounts(void **state)
{
	(void)state;
	char *dir = at("accounts");
	write_file(at("secret"), S("een heel lang geheim\n"));
	write_file(at("short"), S("kort\n"));
	RUN(EXIT_DONE, cmd_user, dir, "add", "eva", "--name", "Eva Maes", "--role", "professional");
	Str made = word_behind("first sign-in: ");
	assert_true(made.n >= 12);
	assert_int_equal(signs_in(dir, "eva", made), OK);
	RUN(EXIT_PROBLEM, cmd_user, dir, "add", "eva");
	says("this login is taken");
	RUN(EXIT_USAGE, cmd_user, dir, "add", "bob", "--role", "baas");
	RUN(EXIT_USAGE, cmd_user, dir, "add", "bob", "--lang", "xx");
	RUN_INPUT(EXIT_PROBLEM, cmd_user, at("short"), dir, "add", "bob", "--ask");
	RUN_INPUT(EXIT_DONE, cmd_user, at("secret"), dir, "password", "eva", "--ask");
	assert_int_equal(signs_in(dir, "eva", S("een heel lang geheim")), OK);
	assert_int_not_equal(signs_in(dir, "eva", made), OK);
	RUN(EXIT_DONE, cmd_user, dir, "disable", "eva");
	assert_int_not_equal(signs_in(dir, "eva", S("een heel lang geheim")), OK);
	RUN(EXIT_DONE, cmd_user, dir, "list");
	says("eva\tprofessional\tEva Maes\tdisabled");
	RUN(EXIT_DONE, cmd_user, dir, "enable", "eva");
	RUN(EXIT_DONE, cmd_user, dir, "unlock", "eva");
	assert_int_equal(signs_in(dir, "eva", S("een heel lang geheim")), OK);
	RUN(EXIT_DONE, cmd_user, dir, "ref", "eva", "--ref", "Practitioner/eva");
	RUN(EXIT_USAGE, cmd_user, dir, "ref", "eva");
	RUN(EXIT_DONE, cmd_user, dir, "list");
	says("\tPractitioner/eva");
	RUN(EXIT_DONE, cmd_user, dir, "token", "eva");
	assert_true(said.n > 20 && said.n < 200);
	RUN(EXIT_DONE, cmd_user, dir, "revoke", "eva");
	RUN(EXIT_PROBLEM, cmd_user, dir, "token", "niemand");
	says("no such account");
	RUN(EXIT_USAGE, cmd_user, dir, "dance", "eva");
	RUN0(EXIT_USAGE, cmd_user, dir);
}

static int begin(void **state)
{
	(void)state;
	random_init();
	arena = arena_new();
	(void)snprintf(folder, sizeof folder, "%s/samendoel-commands-XXXXXX",
	               access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(folder));
	return 0;
}

static int end(void **state)
{
	(void)state;
	int code = system(arena_printf(arena, "rm -r %s", folder).p);
	arena_free(arena);
	return code;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_demonstration_is_whole), cmocka_unit_test(a_backup_comes_back),
		cmocka_unit_test(a_flipped_bit_is_found),     cmocka_unit_test(the_same_seed_gives_the_same_number),
		cmocka_unit_test(what_goes_in_comes_out),     cmocka_unit_test(accounts),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
