/* A bulk job's address: how far it is, its manifest, its files, its end.
 * Source: https://hl7.org/fhir/uv/bulkdata/export.html#bulk-data-status-request */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/bulk.h"

/* What a job says, copied under the lock. */
typedef struct Said {
	Call *c;
	BulkStatus status;
	bool import;
	size_t done, total;
	Millis ended;
	Str why, manifest;
} Said;

static void write_file(Said *s, JWriter *w, const BulkJob *j, size_t file)
{
	Arena *a = s->c->a;
	if (!j->files[file].count)
		return;
	jw_object(w);
	JW_STR(w, "type",
	       file == BULK_DELETED  ? S("Bundle")
	       : file == BULK_ERRORS ? S("OperationOutcome")
	                             : fhir_type_name((FhirType)file));
	JW_STR(w, "url", arena_join(a, s->c->api->base, S("/_bulk/"), j->id, S("/"), bulk_file_name(file, a), STR_END));
	JW_INT(w, "count", (int64_t)j->files[file].count);
	jw_end_object(w);
}

static Str manifest(Said *s, const BulkJob *j)
{
	Buf b = buf_new(s->c->a, 4096, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "transactionTime", time_instant(s->c->a, j->ask.at));
	JW_STR(&w, "request", j->ask.request);
	JW_BOOL(&w, "requiresAccessToken", true);
	JW_ARRAY(&w, "output");
	for (size_t i = 0; i < FT_COUNT; i++)
		write_file(s, &w, j, i);
	jw_end_array(&w);
	JW_ARRAY(&w, "deleted");
	write_file(s, &w, j, BULK_DELETED);
	jw_end_array(&w);
	JW_ARRAY(&w, "error");
	write_file(s, &w, j, BULK_ERRORS);
	jw_end_array(&w);
	jw_end_object(&w);
	return buf_str(&b);
}

static void look(void *ctx, BulkJob *j)
{
	Said *s = ctx;
	s->status = j->status;
	s->import = j->ask.level == BULK_IMPORT;
	s->done = j->done;
	s->total = j->total;
	s->ended = j->ended;
	s->why = arena_str(s->c->a, j->why);
	if (j->status == BULK_DONE)
		s->manifest = manifest(s, j);
}

static Reply not_there(Call *c)
{
	return reply_fail(c, ERR_NOT_FOUND, "There is no such job, or not any more.");
}

static Reply under_way(Call *c, const Said *s)
{
	Reply r = reply_fhir(c, 202, STR_END);
	Str text = s->status == BULK_QUEUED
	               ? S("waiting")
	               : arena_printf(c->a, "%zu of %zu %s", s->done, s->total, s->import ? "resources" : "dossiers");
	reply_header(&r, S("X-Progress"), text);
	reply_header(&r, S("Retry-After"), S("1"));
	return r;
}

static Reply handle_status(Call *c)
{
	Said s = { .c = c };
	if (bulk_with(c->api->bulk, c->id, c->session.scope.account, look, &s) != OK)
		return not_there(c);
	switch (s.status) {
	case BULK_QUEUED:
	case BULK_RUNS:
		return under_way(c, &s);
	case BULK_FAILED:
		return reply_fail(c, ERR_INTERNAL, "%.*s", STR_ARG(s.why));
	case BULK_DONE:
		break;
	}
	Reply r = reply_fhir(c, 200, s.manifest);
	r.type = S("application/json");
	reply_header(&r, S("Expires"), http_date(c->a, s.ended + BULK_KEEP_MS));
	return r;
}

static Reply handle_delete(Call *c)
{
	if (bulk_delete(c->api->bulk, c->id, c->session.scope.account) != OK)
		return not_there(c);
	Outcome o = outcome_new(c->a);
	outcome_add(&o, SEV_INFORMATION, S("informational"), STR_END, "The job ends and its files are thrown away.");
	return reply_outcome(c, 202, &o);
}

/* ---- files ---- */

typedef struct Wanted {
	Call *c;
	int fd;
} Wanted;

/* Only the files of the manifest have a name here; nothing before the job is done. */
static void open_file(void *ctx, BulkJob *j)
{
	Wanted *w = ctx;
	for (size_t i = 0; i < BULK_FILES && j->status == BULK_DONE; i++) {
		Str name = bulk_file_name(i, w->c->a);
		if (j->files[i].count && str_eq(name, w->c->version))
			w->fd = open(arena_join(w->c->a, j->dir, S("/"), name, STR_END).p, O_RDONLY | O_CLOEXEC);
	}
}

static Reply handle_file(Call *c)
{
	Wanted w = { .c = c, .fd = -1 };
	struct stat st;
	if (c->in_bundle)
		return reply_fail(c, ERR_METHOD, "A file is asked for by itself, not in a bundle.");
	if (bulk_with(c->api->bulk, c->id, c->session.scope.account, open_file, &w) != OK || w.fd < 0)
		return not_there(c);
	if (fstat(w.fd, &st) != 0) {
		close(w.fd);
		return not_there(c);
	}
	Reply r = reply_new(c->a, 200, S("application/fhir+ndjson"), S(""));
	r.no_store = true;
	r.has_file = true;
	r.file = w.fd;
	r.file_size = (uint64_t)st.st_size;
	return r;
}

const Operation operation_bulk_status = {
	.method = M_GET,
	.path = S_INIT("/fhir/_bulk/{id}"),
	.route = S_INIT("GET /fhir/_bulk/{id}"),
	.interaction = INT_ASYNC,
	.offered = true,
	.handle = handle_status,
	.summary = S_INIT("Tell how far a bulk job is; its manifest when it is done."),
};

const Operation operation_bulk_delete = {
	.method = M_DELETE,
	.path = S_INIT("/fhir/_bulk/{id}"),
	.route = S_INIT("DELETE /fhir/_bulk/{id}"),
	.interaction = INT_ASYNC,
	.offered = true,
	.handle = handle_delete,
	.summary = S_INIT("Cancel a bulk job, or throw its files away."),
};

const Operation operation_bulk_file = {
	.method = M_GET,
	.path = S_INIT("/fhir/_bulk/{id}/{version}"),
	.route = S_INIT("GET /fhir/_bulk/{id}/{file}"),
	.interaction = INT_ASYNC,
	.offered = true,
	.ndjson = true,
	.handle = handle_file,
	.summary = S_INIT("Give one file of a bulk job; Range and gzip are possible."),
};
