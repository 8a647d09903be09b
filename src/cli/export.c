/* samendoel export. */
#include <stdio.h>

#include "api/export.h"
#include "cli/cli.h"

static int told(const ExportResult *r, Str to)
{
	uint64_t all = 0;
	for (int t = 0; t < FT_COUNT; t++) {
		if (!r->types[t])
			continue;
		Str name = t == FT_NONE ? S("?") : fhir_type_name((FhirType)t);
		printf("%-28.*s %10llu\n", STR_ARG(name), (unsigned long long)r->types[t]);
		all += r->types[t];
	}
	printf("%llu resources, %llu persons, into %.*s\n", (unsigned long long)all, (unsigned long long)r->persons,
	       STR_ARG(to));
	return EXIT_DONE;
}

static int run(const Args *a)
{
	static ExportResult result;
	char why[256] = "";
	Records *records;
	Str dir = opt_text(a, S("data")), out = opt_text(a, S("out")), person = opt_text(a, S("person"));
	Str name = opt_text(a, S("type"));
	FhirType type = name.p ? fhir_type(name) : FT_NONE;
	if (!out.p) {
		cli_fail("export: --out says where to. Try: samendoel export --help");
		return EXIT_USAGE;
	}
	if (name.p && type == FT_NONE) {
		cli_fail("export: '%.*s' is no FHIR R4 resource type", STR_ARG(name));
		return EXIT_USAGE;
	}
	if (records_open(&(RecordsOptions){ .dir = dir }, &records, why, sizeof why) != OK)
		return cli_fail("cannot open the store in %.*s: %s", STR_ARG(dir), why);
	Err e = person.p ? export_person(records, person, type, out, &result, why, sizeof why)
	                 : export_all(records, type, out, &result, why, sizeof why);
	records_close(records);
	return e == OK ? told(&result, out) : cli_fail("export: %s", why);
}

static const Option options[] = {
	{ .name = S_INIT("out"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("FILE|DIR"),
	  .help = S_INIT("folder for everything, new file for one person") },
	{ .name = S_INIT("person"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("ID"),
	  .help = S_INIT("only the dossier of this Patient") },
	{ .name = S_INIT("type"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("TYPE"),
	  .help = S_INIT("only resources of this type") },
};

const Command cmd_export = {
	.name = S_INIT("export"),
	.summary = S_INIT("write FHIR resources from the store into files"),
	.help = S_INIT(
	    "Writes everything as NDJSON, a file per type, into a folder; or the dossier of one person as a "
	    "transaction Bundle.\n"
	    "Either can be put in again with import. Files are readable by their owner only and never overwritten.\n"
	    "Every dossier that is exported says so in its access log."),
	.options = options,
	.n_options = COUNT_OF(options),
	.run = run,
};
