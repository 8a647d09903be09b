/* POST /fhir/$import with NDJSON: a bulk import at the rights of the user. Its state, result and end are those of an
 * export: api/operation_bulk.c. Source: https://github.com/smart-on-fhir/bulk-import */
#include <fcntl.h>
#include <unistd.h>

#include "api/bulk.h"

static Err keep_lines(BulkJob *j, Str lines)
{
	TRY(bulk_folder(j));
	Str path = arena_join(j->arena, j->dir, S("/" BULK_INPUT), STR_END);
	int fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_IO;
	Err e = OK;
	for (size_t at = 0; at < lines.n && e == OK;) {
		ssize_t n = write(fd, lines.p + at, lines.n - at);
		e = n > 0 ? OK : ERR_IO;
		at += n > 0 ? (size_t)n : 0;
	}
	if (fsync(fd) != 0 || close(fd) != 0)
		e = ERR_IO;
	return e;
}

static Reply handle(Call *c)
{
	Str type, head;
	type = req_header(c->req, S("Content-Type"));
	str_cut(type, ';', &head);
	head = str_trim(head);
	if (!c->async)
		return reply_fail(c, ERR_BAD_REQUEST, "An import takes its time: send 'Prefer: respond-async'.");
	if (!str_eq_nocase(head, S("application/fhir+ndjson")) && !str_eq_nocase(head, S("application/ndjson")))
		return reply_fail(
		    c, ERR_MEDIA_TYPE,
		    "Send the resources themselves, as application/fhir+ndjson; addresses are not fetched.");
	if (!str_trim(c->req->body).n)
		return reply_fail(c, ERR_BAD_REQUEST, "There is nothing to import.");
	BulkJob *j = bulk_job_new(c->api->bulk);
	j->ask.level = BULK_IMPORT;
	Err e = keep_lines(j, c->req->body);
	if (e != OK) {
		if (j->dir.p)
			bulk_remove(j);
		bulk_job_free(j);
		return reply_fail(c, e, "The lines could not be kept.");
	}
	return bulk_start(c, j);
}

const Operation operation_import = {
	.method = M_POST,
	.path = S_INIT("/fhir/$import"),
	.route = S_INIT("POST /fhir/$import"),
	.interaction = INT_OPERATION,
	.offered = true,
	.ndjson = true,
	.handle = handle,
	.summary = S_INIT("Start a bulk import of the resources sent as NDJSON, at the rights of the user."),
	.name = S_INIT("import"),
	.definition = S_INIT("https://samendoel.org/fhir/OperationDefinition/import"),
};
