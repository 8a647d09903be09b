/* samendoel validate: are the resources in these files right? Without a server. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/read.h"
#include "fhir/validate.h"

/* One file's outcome, on one line. */
static bool validate_file(Str path)
{
	Arena *a = arena_new();
	Outcome o = outcome_new(a);
	const Json *doc = NULL;
	JError where = { .message = "" };
	Str text;
	Err e = OK;
	bool there = read_text(a, path, &text);
	if (there) {
		e = json_parse(a, text, &doc, &where);
		if (e == OK)
			e = fhir_validate_with(json_root(doc), &(ValidateOptions){ .warnings = true }, &o);
		else if (e == ERR_SYNTAX)
			outcome_json_error(&o, &where);
		else
			outcome_err(&o, e, "the file is too large");
		Str out = outcome_json(&o, a);
		printf("%.*s\n", STR_ARG(out));
	}
	bool good = there && e == OK;
	if (there)
		fprintf(stderr, "%.*s: %s\n", STR_ARG(path), good ? "valid" : "not valid");
	arena_free(a);
	return good;
}

static int run(const Args *a)
{
	bool good = true;
	if (!a->n_rest) {
		(void)cli_fail("at least one file is needed. Try: samendoel help validate");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < a->n_rest; i++)
		good = validate_file(a->rest[i]) && good;
	return good ? EXIT_DONE : EXIT_PROBLEM;
}

const Command cmd_validate = {
	.name = S_INIT("validate"),
	.summary = S_INIT("compare resources in files with the FHIR R4 definitions"),
	.operands = S_INIT("FILE…"),
	.help = S_INIT("Prints an OperationOutcome a file, as JSON on a line of its own, in the order of the files.\n"
	               "'-' reads standard input. Exit code 1 when a file cannot be read or has errors."),
	.run = run,
};
