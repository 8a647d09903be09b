/* samendoel verify: is the store whole? */
#include <stdio.h>

#include "access/records.h"
#include "cli/cli.h"

static void say(void *ctx, const char *line)
{
	(void)ctx;
	printf("problem: %s\n", line);
}

static int run(const Args *a)
{
	char why[256];
	Records *records;
	Str dir = opt_text(a, S("data"));
	if (records_open(&(RecordsOptions){ .dir = dir, .read_only = true }, &records, why, sizeof why) != OK)
		return cli_fail("cannot open the store in %.*s: %s", STR_ARG(dir), why);
	RecordsStats n = { 0 };
	Err e = records_verify(records, say, NULL, &n);
	records_close(records);
	if (e != OK)
		return cli_fail("the check could not be finished (%.*s)", STR_ARG(err_name(e)));
	printf(
	    "resources      %lld\nversions       %lld\nindex rows     %lld\nlog entries    %lld\nproblems       %lld\n",
	    (long long)n.resources, (long long)n.versions, (long long)n.index_rows, (long long)n.log_entries,
	    (long long)n.problems);
	puts(n.problems ? "The store is damaged: keep it as it is, and restore a backup into a new folder."
	                : "The store is whole.");
	return n.problems ? EXIT_PROBLEM : EXIT_DONE;
}

const Command cmd_verify = {
	.name = S_INIT("verify"),
	.summary = S_INIT("check the whole store: engine, versions, index and access log"),
	.help =
	    S_INIT("Reads everything and changes nothing. Each problem is one line; exit code 1 when there are any."),
	.run = run,
};
