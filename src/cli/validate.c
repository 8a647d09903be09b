/* samendoel validate: are the resources in these files right? Without a server. */
#include <dirent.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/read.h"
#include "fhir/catalogue.h"

/* One file's outcome, on one line. */
static bool validate_file(const ValidateOptions *options, Str path)
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
			e = fhir_validate_with(json_root(doc), options, &o);
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

/* Every .json file of the folder; false, and said, when there is none. */
static bool read_definitions(Arena *a, Catalogue *c, Str dir)
{
	DIR *d = opendir(arena_cstr(a, dir));
	for (struct dirent *e; d && (e = readdir(d));) {
		JVal v;
		const Json *doc;
		Str name = str_c(e->d_name), text;
		if (!str_ends(name, S(".json")) || str_starts(name, S(".")) ||
		    !read_text(a, arena_join(a, dir, S("/"), name, STR_END), &text) ||
		    json_parse(a, text, &doc, NULL) != OK)
			continue;
		v = json_root(doc);
		catalogue_add(c, v);
	}
	if (d)
		closedir(d);
	if (!catalogue_count(c))
		fprintf(stderr, "samendoel: there are no definitions in %.*s\n", STR_ARG(dir));
	return catalogue_count(c) > 0;
}

static int run(const Args *a)
{
	bool good = true;
	Str profile = opt_text(a, S("profile")), dir = opt_text(a, S("definitions"));
	if (!a->n_rest) {
		(void)cli_fail("at least one file is needed. Try: samendoel help validate");
		return EXIT_USAGE;
	}
	Catalogue *c = catalogue_new();
	ValidateOptions o = { .warnings = true, .profiles = &profile, .n_profiles = profile.n > 0 };
	o.source = catalogue_profiles(c);
	o.terms = catalogue_terms(c);
	if (!dir.n || read_definitions(a->arena, c, dir))
		for (size_t i = 0; i < a->n_rest; i++)
			good = validate_file(&o, a->rest[i]) && good;
	else
		good = false;
	catalogue_free(c);
	return good ? EXIT_DONE : EXIT_PROBLEM;
}

static const Option options[] = {
	{ .name = S_INIT("profile"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("URL"),
	  .help = S_INIT("also hold the resources to this profile, beside what they say themselves (meta.profile)") },
	{ .name = S_INIT("definitions"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("DIR"),
	  .help = S_INIT("profiles, extensions, code systems and value sets in the .json files of this folder") },
};

const Command cmd_validate = {
	.name = S_INIT("validate"),
	.summary = S_INIT("compare resources in files with the FHIR R4 definitions and their profiles"),
	.operands = S_INIT("FILE…"),
	.help = S_INIT("Prints an OperationOutcome a file, as JSON on a line of its own, in the order of the files.\n"
	               "'-' reads standard input. Exit code 1 when a file cannot be read or has errors."),
	.options = options,
	.n_options = COUNT_OF(options),
	.run = run,
};
