/* samendoel backup and restore. */
#include <stdio.h>

#include "access/records.h"
#include "cli/cli.h"

static int backup(const Args *a)
{
	if (a->n_rest != 1) {
		cli_fail("backup: name one folder for the copy. Try: samendoel backup --help");
		return EXIT_USAGE;
	}
	char why[256];
	Records *records;
	Str dir = opt_text(a, S("data")), to = a->rest[0];
	if (records_open(&(RecordsOptions){ .dir = dir, .read_only = true }, &records, why, sizeof why) != OK)
		return cli_fail("cannot open the store in %.*s: %s", STR_ARG(dir), why);
	Err e = records_backup(records, to);
	records_close(records);
	if (e == ERR_CONFLICT)
		return cli_fail("%.*s holds a store already; name a new folder", STR_ARG(to));
	if (e != OK)
		return cli_fail("the copy to %.*s failed (%.*s); do not use it", STR_ARG(to), STR_ARG(err_name(e)));
	printf("Copied %.*s to %.*s.\n", STR_ARG(dir), STR_ARG(to));
	return EXIT_DONE;
}

static int restore(const Args *a)
{
	if (a->n_rest != 1) {
		cli_fail("restore: name the folder of the backup. Try: samendoel restore --help");
		return EXIT_USAGE;
	}
	char why[256] = "";
	Str dir = opt_text(a, S("data")), from = a->rest[0];
	Err e = records_restore(from, dir, why, sizeof why);
	if (e != OK)
		return cli_fail("restoring %.*s into %.*s failed: %s", STR_ARG(from), STR_ARG(dir),
		                *why ? why : err_name(e).p);
	printf("Restored %.*s into %.*s, and checked it.\n", STR_ARG(from), STR_ARG(dir));
	return EXIT_DONE;
}

const Command cmd_backup = {
	.name = S_INIT("backup"),
	.summary = S_INIT("copy the store while it is in use"),
	.operands = S_INIT("FOLDER"),
	.help = S_INIT("Makes a consistent copy of the store in a new FOLDER. The server may go on running."),
	.run = backup,
};

const Command cmd_restore = {
	.name = S_INIT("restore"),
	.summary = S_INIT("put a backup back into an empty data folder"),
	.operands = S_INIT("FOLDER"),
	.help = S_INIT("Copies the backup in FOLDER into --data DIR, which must hold no store yet, and checks it. Stop "
	               "the server first."),
	.run = restore,
};
