/* samendoel import. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/import.h"
#include "base/time.h"
#include "cli/adopt.h"
#include "cli/cli.h"

enum { EXIT_PARTLY = 3 };

typedef struct Telling {
	FILE *report;
	bool bar; /* stderr is a terminal */
	bool bar_drawn;
	int64_t started;
} Telling;

static void wipe_bar(Telling *t)
{
	if (t->bar_drawn)
		fputs("\r\033[K", stderr);
	t->bar_drawn = false;
}

static void tell_refusal(FILE *f, const ImportRefusal *r)
{
	fprintf(f, "%.*s", STR_ARG(r->file));
	if (r->place)
		fprintf(f, ": %s %zu", r->is_line ? "line" : "entry", r->place);
	if (r->type.n)
		fprintf(f, ": %.*s%s%.*s", STR_ARG(r->type), r->id.n ? "/" : "", STR_ARG(r->id));
	if (r->line && !r->place)
		fprintf(f, ": line %u, column %u", r->line, r->col);
	else if (r->line)
		fprintf(f, ": column %u", r->col);
	if (r->expression.n)
		fprintf(f, ": %.*s", STR_ARG(r->expression));
	fprintf(f, ": %.*s\n", STR_ARG(r->reason));
}

static void refused(void *ctx, const ImportRefusal *r)
{
	Telling *t = ctx;
	wipe_bar(t);
	tell_refusal(stderr, r);
	if (t->report)
		tell_refusal(t->report, r);
}

static void progress(void *ctx, uint64_t done, uint64_t total)
{
	enum { WIDTH = 40 };
	Telling *t = ctx;
	char bar[WIDTH + 1];
	if (!t->bar || !total)
		return;
	size_t full = (size_t)(done * WIDTH / total);
	memset(bar, '.', WIDTH);
	memset(bar, '#', full > WIDTH ? WIDTH : full);
	bar[WIDTH] = 0;
	double seconds = (double)(time_mono_us() - t->started) / 1e6;
	fprintf(stderr, "\r[%s] %3u%%  %.1f of %.1f MB  %.0f s", bar, (unsigned)(done * 100 / total),
	        (double)done / 1e6, (double)total / 1e6, seconds);
	fflush(stderr);
	t->bar_drawn = true;
}

static uint64_t row(const char *name, const ImportCounts *c)
{
	printf("%-28s %10llu %10llu %10llu %10llu %10llu\n", name, (unsigned long long)c->read,
	       (unsigned long long)c->created, (unsigned long long)c->updated, (unsigned long long)c->unchanged,
	       (unsigned long long)c->refused);
	return c->refused;
}

static uint64_t summary(const ImportResult *r, double seconds)
{
	ImportCounts all = { 0 };
	printf("%-28s %10s %10s %10s %10s %10s\n", "type", "read", "created", "updated", "unchanged", "refused");
	for (int t = 0; t < FT_COUNT; t++) {
		const ImportCounts *c = &r->types[t];
		char name[64];
		if (!c->read && !c->refused)
			continue;
		(void)snprintf(name, sizeof name, "%.*s",
		               STR_ARG(t == FT_NONE ? S("(no FHIR resource)") : fhir_type_name((FhirType)t)));
		row(name, c);
		all.read += c->read;
		all.created += c->created;
		all.updated += c->updated;
		all.unchanged += c->unchanged;
		all.refused += c->refused;
	}
	row("all", &all);
	printf("%llu files, %.1f MB in %.1f s: %.0f resources/s", (unsigned long long)r->files, (double)r->bytes / 1e6,
	       seconds, seconds > 0 ? (double)all.read / seconds : 0.0);
	if (r->files_refused)
		printf("; %llu files refused", (unsigned long long)r->files_refused);
	puts("");
	return all.refused + r->files_refused;
}

static int import(const Args *a, Records *records, Telling *t)
{
	static ImportResult result;
	ImportOptions o = { .keep_going = opt_flag(a, S("keep-going")),
		            .renew_ids = opt_text(a, S("renew-ids")),
		            .repeat = (size_t)opt_number(a, S("repeat")),
		            .refused = refused,
		            .progress = progress,
		            .ctx = t };
	t->started = time_mono_us();
	Err e = import_run(records, &o, a->rest, a->n_rest, &result);
	wipe_bar(t);
	uint64_t problems = summary(&result, (double)(time_mono_us() - t->started) / 1e6);
	if (e == ERR_INVALID) {
		fputs("Stopped at the first refusal; nothing of that file was kept. --keep-going goes on past "
		      "refusals.\n",
		      stderr);
		return EXIT_PROBLEM;
	}
	if (e != OK)
		return cli_fail("the import failed (%.*s)", STR_ARG(err_name(e)));
	return problems ? EXIT_PARTLY : EXIT_DONE;
}

static int adopt(Records *records, Str login, int code)
{
	uint64_t n;
	Err e = adopt_persons(records, login, &n);
	if (e == ERR_NOT_FOUND || e == ERR_INVALID)
		return cli_fail("--coordinator: %.*s %s", STR_ARG(login),
		                e == ERR_INVALID ? "is no practitioner" : "is no account");
	if (e != OK)
		return cli_fail("giving persons a care team failed (%.*s)", STR_ARG(err_name(e)));
	printf("%llu persons without a care team have one now, with %.*s as coordinator\n", (unsigned long long)n,
	       STR_ARG(login));
	return code;
}

static int run(const Args *a)
{
	char why[256] = "";
	Records *records;
	Str dir = opt_text(a, S("data")), report = opt_text(a, S("report"));
	Telling t = { .bar = isatty(STDERR_FILENO) };
	if (!a->n_rest) {
		cli_fail("import: name at least one file or folder. Try: samendoel import --help");
		return EXIT_USAGE;
	}
	if (opt_number(a, S("repeat")) > 1 && !opt_text(a, S("renew-ids")).p) {
		cli_fail("import: --repeat needs --renew-ids");
		return EXIT_USAGE;
	}
	if (report.p && !(t.report = fopen(arena_cstr(a->arena, report), "w")))
		return cli_fail("cannot write %.*s", STR_ARG(report));
	if (records_open(&(RecordsOptions){ .dir = dir, .profiles = opt_text(a, S("profiles")) }, &records, why,
	                 sizeof why) != OK)
		return cli_fail("cannot open the store in %.*s: %s", STR_ARG(dir), why);
	int code = import(a, records, &t);
	if (opt_text(a, S("coordinator")).p && code != EXIT_PROBLEM)
		code = adopt(records, opt_text(a, S("coordinator")), code);
	records_close(records);
	if (t.report && fclose(t.report) != 0)
		return cli_fail("cannot write %.*s", STR_ARG(report));
	return code;
}

static const Option options[] = {
	{ .name = S_INIT("keep-going"), .kind = OPTION_FLAG, .help = S_INIT("leave out what is refused and go on") },
	{ .name = S_INIT("report"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("FILE"),
	  .help = S_INIT("also write every refusal into FILE") },
	{ .name = S_INIT("coordinator"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("LOGIN"),
	  .help = S_INIT("give persons without a care team one, with this account as its coordinator") },
	{ .name = S_INIT("profiles"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("URLS"),
	  .help = S_INIT("profiles that every resource of their type must meet, as for serve") },
	{ .name = S_INIT("renew-ids"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("SEED"),
	  .help = S_INIT("test data: give every resource another id, made from SEED") },
	{ .name = S_INIT("repeat"),
	  .kind = OPTION_NUMBER,
	  .value = S_INIT("N"),
	  .standard = S_INIT("1"),
	  .low = 1,
	  .high = 1000000,
	  .help = S_INIT("test data: put in N copies of each file, with --renew-ids") },
};

const Command cmd_import = {
	.name = S_INIT("import"),
	.summary = S_INIT("put FHIR resources from files into the store"),
	.operands = S_INIT("FILE|DIR…"),
	.help = S_INIT("Takes resources, bundles (.json) and NDJSON (.ndjson), under the ids they have; repeating it "
	               "changes nothing.\n"
	               "Stops at the first refusal and keeps nothing of that file, unless --keep-going is given.\n"
	               "Exit code: 0 all is in; 1 stopped; 3 done, but some resources or files were refused."),
	.options = options,
	.n_options = COUNT_OF(options),
	.run = run,
};
