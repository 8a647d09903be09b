/* The work of an import: the lines that were sent, by the engine of api/import.h, at the rights of their account. A job
 * that is taken up again starts from the beginning: what is there already stays as it is. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/subscriptions.h"
#include "api/bulk.h"
#include "api/import.h"

typedef struct Told {
	BulkJob *job;
	Arena *arena;
	Err failed;
} Told;

static Str outcome_line(Told *t, Severity severity, Str code, Str expression, Str text)
{
	Outcome o = outcome_new(t->arena);
	outcome_add(&o, severity, code, expression, "%.*s", STR_ARG(text));
	return outcome_json(&o, t->arena);
}

static void refused(void *ctx, const ImportRefusal *r)
{
	Told *t = ctx;
	arena_reset(t->arena);
	Str what = r->type.n ? arena_printf(t->arena, " (%.*s/%.*s)", STR_ARG(r->type), STR_ARG(r->id)) : S("");
	Str text = arena_printf(t->arena, "Line %zu%.*s: %.*s", r->place, STR_ARG(what), STR_ARG(r->reason));
	Str line = outcome_line(t, SEV_ERROR, S("processing"), r->expression, text);
	if (t->failed == OK)
		t->failed = bulk_line(t->job, BULK_ERRORS, line);
}

static void progress(void *ctx, uint64_t done, uint64_t total)
{
	const Told *t = ctx;
	bulk_progress(t->job, (size_t)done, (size_t)total);
}

/* A line per type: what became of it. */
static Err counted(Told *t, const ImportResult *result)
{
	for (size_t i = 0; i < FT_COUNT; i++) {
		const ImportCounts *c = &result->types[i];
		if (!c->read)
			continue;
		arena_reset(t->arena);
		Str name = i == FT_NONE ? S("Unknown") : fhir_type_name((FhirType)i);
		Str text = arena_printf(t->arena, "%.*s: %llu created, %llu updated, %llu unchanged, %llu refused.",
		                        STR_ARG(name), (unsigned long long)c->created, (unsigned long long)c->updated,
		                        (unsigned long long)c->unchanged, (unsigned long long)c->refused);
		TRY(bulk_line(t->job, FT_OPERATIONOUTCOME,
		              outcome_line(t, SEV_INFORMATION, S("informational"), STR_END, text)));
	}
	return OK;
}

Err bulk_import_run(BulkJob *j)
{
	Arena *a = arena_new();
	Scope scope;
	ImportResult *result = ARENA_NEW(a, ImportResult);
	Told t = { .job = j, .arena = arena_new() };
	Str file = arena_join(a, j->dir, S("/" BULK_INPUT), STR_END);
	Err e = bulk_rewind(j);
	if (e == OK)
		e = account_scope(j->bulk->records, j->ask.account, a, &scope);
	if (e == OK) {
		scope.api = true;
		scope.route = S("bulk $import");
		ImportOptions o = {
			.keep_going = true, .scope = &scope, .refused = refused, .progress = progress, .ctx = &t
		};
		e = import_run(j->bulk->records, &o, &file, 1, result);
	}
	if (e == OK)
		e = t.failed;
	if (e == OK)
		e = counted(&t, result);
	/* Only a server that stops before job.json says that it is done needs the lines again. */
	if (e == OK)
		e = bulk_save(j, BULK_RUNS);
	arena_free(t.arena);
	arena_free(a);
	return e == ERR_BUSY ? ERR_IO : e;
}
