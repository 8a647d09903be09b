/* samendoel fhirpath: an expression over one resource, without a server. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/read.h"
#include "fhir/fhirpath/fhirpath.h"

static void print_item(const FpItem *item, Arena *a)
{
	Str type = fhirpath_type(item);
	if (item->kind == FP_NODE && json_is(item->value, J_OBJECT)) {
		Str text = json_compact(a, item->value);
		printf("%.*s\t%.*s\n", STR_ARG(type), STR_ARG(text));
		return;
	}
	Str text = json_quote(a, fhirpath_string(item, a));
	printf("%.*s\t%.*s\n", STR_ARG(type), STR_ARG(text));
}

static int failed(const char *what, Str expression, const FpError *e)
{
	fprintf(stderr, "%.*s\n%*s^\n", STR_ARG(expression), (int)e->at, "");
	return cli_fail("the expression %s: %s.", what, e->message);
}

static int run(const Args *args)
{
	Arena *a = args->arena;
	const FhirPath *p = NULL;
	FpError error = { .message = "" };
	FpCollection got = { NULL, 0, 0 };
	JVal root;
	if (args->n_rest != 2) {
		(void)cli_fail("an expression and a file are needed. Try: samendoel help fhirpath");
		return EXIT_USAGE;
	}
	Str expression = args->rest[0];
	if (!read_json(a, args->rest[1], &root))
		return EXIT_PROBLEM;
	FpOptions options = { .type = opt_flag(args, S("strict")) ? JSTR(root, "resourceType", a) : (Str){ NULL, 0 } };
	if (fhirpath_compile(a, expression, &options, &p, &error) != OK)
		return failed("is not right", expression, &error);
	if (fhirpath_eval(p, NULL, root, a, &got, &error) != OK)
		return failed("fails on this file", expression, &error);
	for (size_t i = 0; i < got.count; i++)
		print_item(&got.items[i], a);
	return EXIT_DONE;
}

static const Option options[] = {
	{ .name = S_INIT("strict"),
	  .kind = OPTION_FLAG,
	  .help = S_INIT("refuse names that the type of the resource does not have") },
};

const Command cmd_fhirpath = {
	.name = S_INIT("fhirpath"),
	.summary = S_INIT("evaluate a FHIRPath expression over a resource in a file"),
	.operands = S_INIT("EXPR FILE"),
	.help = S_INIT("Prints one line an item: its type, a tab, and the value as JSON. '-' reads standard input.\n"
	               "Exit code 1 when the expression is wrong or fails on the file."),
	.options = options,
	.n_options = COUNT_OF(options),
	.run = run,
};
