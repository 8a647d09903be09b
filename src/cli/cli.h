/* The command line: one file per command, one const struct per command, listed in main.c.
 *
 * A setting has one name and can be given in three ways, the first one found counts:
 *   --listen ADDR:PORT   ·   SAMENDOEL_LISTEN=ADDR:PORT   ·   listen = ADDR:PORT  in the file of --config
 *
 * Exit codes: 0 done; 1 it was tried and failed, or problems were found; 2 the command line or a setting is wrong. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/arena.h"

enum { EXIT_DONE = 0, EXIT_PROBLEM = 1, EXIT_USAGE = 2 };

typedef enum OptionKind { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER } OptionKind;

/* One setting of a command. Names are lower case with '-'. */
typedef struct Option {
	Str name;
	OptionKind kind;
	Str value;         /* what stands for the value in the help: "ADDR:PORT"; absent for flags */
	Str standard;      /* value when not given; absent: none (opt_text gives an absent Str, opt_number 0) */
	Str help;          /* one line */
	int64_t low, high; /* for OPTION_NUMBER, both included; 0 and 0: from 0 up */
} Option;

/* Settings and operands of one run. Everything lives in the arena, until the process ends. */
typedef struct Args {
	Arena *arena;
	const struct Command *command;
	Str program;     /* argv[0] */
	const Str *rest; /* operands: what is no option */
	size_t n_rest;
	Str *values; /* the command's options, then the common ones; absent: not given and no standard */
} Args;

typedef struct Command {
	Str name;
	Str summary;           /* one line, for the list of commands */
	Str operands;          /* for the usage line: "FILE|DIR…"; absent: none are allowed */
	Str help;              /* more lines for --help of this command; may be absent */
	const Option *options; /* of this command only; --data, --config, --log-level and --help are everyone's */
	size_t n_options;
	int (*run)(const Args *a); /* gives the exit code */
} Command;

/* Values. Asking for a name that the command does not have is a bug and ends the process. */
Str opt_text(const Args *a, Str name);
int64_t opt_number(const Args *a, Str name);
bool opt_flag(const Args *a, Str name);

/* Reads argv (without program and command name), environment and file. On a mistake: says it with a hint on stderr and
 * gives EXIT_USAGE; after --help: prints it and gives EXIT_DONE. To go on: -1. `all` are the commands whose settings
 * may stand in the file. */
int args_read(Args *a, int argc, char **argv, const Command *const *all, size_t n_all);
/* The help of one command, and of all. */
void help_command(const Command *c);
void help_all(const Command *const *all, size_t n_all);
/* The known name nearest to what was written, absent when none is near. */
Str nearest(Str written, const Str *names, size_t n);

/* "message" on stderr with the program's name before it; returns EXIT_PROBLEM. */
int cli_fail(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
