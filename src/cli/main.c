#include <signal.h>
#include <stdio.h>

#include "base/random.h"
#include "base/version.h"
#include "cli/cli.h"

/* The commands, in the order of the help. A new command: one file with one struct, and one line here. */
#define COMMANDS(X)     \
	X(cmd_serve)    \
	X(cmd_demo)     \
	X(cmd_generate) \
	X(cmd_import)   \
	X(cmd_export)   \
	X(cmd_verify)   \
	X(cmd_backup)   \
	X(cmd_restore)  \
	X(cmd_user)     \
	X(cmd_fhirpath) \
	X(cmd_explain)  \
	X(cmd_validate)

#define X(name) extern const Command name;
COMMANDS(X)
#undef X

#define X(name) &name,
static const Command *const commands[] = { COMMANDS(X) };
#undef X

static int unknown(Str word)
{
	Str names[COUNT_OF(commands)];
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		names[i] = commands[i]->name;
	Str near = nearest(word, names, COUNT_OF(names));
	fprintf(stderr, "samendoel: there is no command '%.*s'.", STR_ARG(word));
	if (near.p)
		fprintf(stderr, " Did you mean '%.*s'?", STR_ARG(near));
	fprintf(stderr, "\nTry: samendoel --help\n");
	return EXIT_USAGE;
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		help_all(commands, COUNT_OF(commands));
		return EXIT_USAGE;
	}
	Str word = str_c(argv[1]);
	if (str_eq(word, S("--version")) || str_eq(word, S("version"))) {
		puts("samendoel " SAMENDOEL_VERSION);
		return EXIT_DONE;
	}
	bool help = str_eq(word, S("help"));
	if (str_eq(word, S("--help")) || str_eq(word, S("-h")) || (help && argc < 3)) {
		help_all(commands, COUNT_OF(commands));
		return EXIT_DONE;
	}
	if (help)
		word = str_c(argv[2]);
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		if (!str_eq(commands[i]->name, word))
			continue;
		if (help) {
			help_command(commands[i]);
			return EXIT_DONE;
		}
		Args a = { .arena = arena_new(), .command = commands[i], .program = str_c(argv[0]) };
		int code = args_read(&a, argc - 2, argv + 2, commands, COUNT_OF(commands));
		if (code < 0)
			code = commands[i]->run(&a);
		arena_free(a.arena);
		return code;
	}
	return unknown(word);
}

int main(int argc, char **argv)
{
	/* A client that goes away is an error of its write, not the end of the process. */
	sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	random_init();
	return run(argc, argv);
}
