#include "api/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/strmap.h"
#include "fhir/reference.h"

enum { PERSONS_AT_ONCE = 20, SHARED_AT_ONCE = 500 };

typedef struct Export {
	Records *records;
	Arena *arena; /* reset between parts */
	Str dir;
	FhirType only;
	FILE *files[FT_COUNT];
	ExportResult *result;
	char *why;
	size_t why_n;
} Export;

static Err fail(Export *x, Err e, const char *what, const char *path)
{
	(void)snprintf(x->why, x->why_n, "%s %s: %s", what, path, strerror(errno));
	return e;
}

static bool wanted(const Export *x, FhirType t)
{
	return x->only == FT_NONE || x->only == t;
}

static Visit *visit_export(Export *x)
{
	Scope scope = scope_system(S("export"));
	return visit_new(x->records, &scope, x->arena);
}

/* A new file that only its owner may read. */
static FILE *new_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd >= 0 ? fdopen(fd, "w") : NULL;
}

static Err write_line(Export *x, const Rec *rec)
{
	if (!wanted(x, rec->type))
		return OK;
	FILE **f = &x->files[rec->type];
	if (!*f) {
		Str path =
		    arena_printf(x->arena, "%.*s/%.*s.ndjson", STR_ARG(x->dir), STR_ARG(fhir_type_name(rec->type)));
		*f = new_file(path.p);
		if (!*f)
			return fail(x, errno == EEXIST ? ERR_CONFLICT : ERR_IO, "cannot make", path.p);
	}
	x->result->types[rec->type]++;
	bool ok = fwrite(rec->body.p, 1, rec->body.n, *f) == rec->body.n && fputc('\n', *f) != EOF;
	return ok ? OK : fail(x, ERR_IO, "cannot write in", arena_cstr(x->arena, x->dir));
}

static Err write_lines(Export *x, const Rec *recs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		TRY(write_line(x, &recs[i]));
	return OK;
}

static Err persons(Export *x)
{
	Str after = STR_END;
	char last[65];
	for (;;) {
		Str *ids;
		Rec *recs[PERSONS_AT_ONCE];
		size_t n, counts[PERSONS_AT_ONCE];
		arena_reset(x->arena);
		Visit *v = visit_export(x);
		TRY(visit_all_persons(v, after, PERSONS_AT_ONCE, &ids, &n));
		if (n == 0)
			return OK;
		for (size_t i = 0; i < n; i++)
			TRY(visit_dossier(v, ids[i], NULL, &recs[i], &counts[i]));
		TRY(visit_commit(v));
		for (size_t i = 0; i < n; i++)
			TRY(write_lines(x, recs[i], counts[i]));
		x->result->persons += n;
		memcpy(last, ids[n - 1].p, ids[n - 1].n);
		after = str_n(last, ids[n - 1].n);
	}
}

static Err shared(Export *x)
{
	int64_t after = 0;
	do {
		Rec *recs;
		size_t n;
		arena_reset(x->arena);
		Visit *v = visit_export(x);
		TRY(visit_all_shared(v, after, SHARED_AT_ONCE, &recs, &n, &after));
		TRY(visit_commit(v));
		TRY(write_lines(x, recs, n));
	} while (after);
	return OK;
}

static Err close_file(Export *x, FILE *f, Err e)
{
	bool ok = fflush(f) == 0 && fsync(fileno(f)) == 0;
	ok = fclose(f) == 0 && ok;
	return e == OK && !ok ? fail(x, ERR_IO, "cannot finish", "a file") : e;
}

Err export_all(Records *r, FhirType type, Str dir, ExportResult *out, char *why, size_t why_n)
{
	Arena *keep = arena_new();
	Export x = {
		.records = r, .arena = arena_new(), .dir = dir, .only = type, .result = out, .why = why, .why_n = why_n
	};
	*out = (ExportResult){ 0 };
	const char *path = arena_cstr(keep, dir);
	Err e = mkdir(path, 0700) == 0 || errno == EEXIST ? OK : fail(&x, ERR_IO, "cannot make", path);
	if (e == OK)
		e = shared(&x);
	if (e == OK)
		e = persons(&x);
	for (int t = 0; t < FT_COUNT; t++)
		if (x.files[t])
			e = close_file(&x, x.files[t], e);
	if (e != OK && !why[0])
		(void)snprintf(why, why_n, "the records could not be read (%.*s)", STR_ARG(err_name(e)));
	arena_free(x.arena);
	arena_free(keep);
	return e;
}

/* ---- one person ---- */

typedef struct Gather {
	Export *export;
	Visit *visit;
	StrMap seen; /* "Practitioner/x" → "" */
	Rec *recs;
	size_t n, cap;
} Gather;

static void add(Gather *g, const Rec *rec)
{
	Arena *a = g->export->arena;
	if (g->n == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 256;
		g->recs = arena_grow(a, g->recs, g->cap * sizeof(Rec), cap * sizeof(Rec));
		g->cap = cap;
	}
	g->recs[g->n++] = *rec;
}

/* Directory entries that the dossier refers to go along: elsewhere they may not be known. */
static void add_directory(void *ctx, JVal text)
{
	Gather *g = ctx;
	Reference ref;
	Rec rec;
	Str t = json_str(text, g->export->arena);
	if (!reference_parse(t, &ref) || ref.kind != REF_RELATIVE || fhir_home(ref.type) != HOME_DIRECTORY ||
	    !wanted(g->export, ref.type))
		return;
	Str key = arena_join(g->export->arena, fhir_type_name(ref.type), S("/"), ref.id, STR_END);
	if (strmap_get(&g->seen, key).p)
		return;
	strmap_put(&g->seen, key, S("x"));
	if (visit_read(g->visit, ref.type, ref.id, &rec) == OK)
		add(g, &rec);
}

static Err write_bundle(Export *x, const Rec *recs, size_t n, FILE *f)
{
	fputs("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[", f);
	for (size_t i = 0; i < n; i++) {
		Str type = fhir_type_name(recs[i].type);
		fprintf(f, "%s\n{\"resource\":%.*s,\"request\":{\"method\":\"PUT\",\"url\":\"%.*s/%.*s\"}}",
		        i ? "," : "", STR_ARG(recs[i].body), STR_ARG(type), STR_ARG(recs[i].id));
		x->result->types[recs[i].type]++;
	}
	fputs("\n]}\n", f);
	return ferror(f) ? fail(x, ERR_IO, "cannot write", "the file") : OK;
}

static Err gather(Gather *g, Str person)
{
	Rec *recs;
	size_t n;
	TRY(visit_dossier(g->visit, person, NULL, &recs, &n));
	for (size_t i = 0; i < n; i++)
		if (wanted(g->export, recs[i].type))
			add(g, &recs[i]);
	/* The list grows: entries of the directory refer to others. */
	for (size_t i = 0; i < g->n; i++)
		reference_each(rec_json(g->visit, &g->recs[i]), add_directory, g);
	return visit_commit(g->visit);
}

Err export_person(Records *r, Str person, FhirType type, Str file, ExportResult *out, char *why, size_t why_n)
{
	Arena *a = arena_new();
	Export x = { .records = r, .arena = a, .only = type, .result = out, .why = why, .why_n = why_n };
	Gather g = { .export = &x, .visit = visit_export(&x), .seen = strmap_new(a) };
	*out = (ExportResult){ .persons = 1 };
	Err e = gather(&g, person);
	if (e != OK)
		(void)snprintf(why, why_n,
		               e == ERR_NOT_FOUND ? "there is no such person" : "the records could not be read");
	const char *path = arena_cstr(a, file);
	FILE *f = e == OK ? new_file(path) : NULL;
	if (e == OK && !f)
		e = fail(&x, errno == EEXIST ? ERR_CONFLICT : ERR_IO, "cannot make", path);
	if (f) {
		e = write_bundle(&x, g.recs, g.n, f);
		e = close_file(&x, f, e);
	}
	arena_free(a);
	return e;
}
