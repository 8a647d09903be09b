/* GET /fhir/{type}/{id}: the current version. The stored text goes out as it is.
 * Source: https://hl7.org/fhir/R4/http.html#read */
#include "api/call.h"

#include "access/definitions.h"

static Reply handle(Call *c)
{
	Rec rec;
	Err e = visit_read(c->visit, c->type, c->id, &rec);
	if (e == ERR_NOT_FOUND && definitions_builtin(c->type, c->id, c->a, &rec))
		e = OK;
	return e == OK ? reply_record(c, &rec) : reply_refused(c, e);
}

const Operation operation_read = {
	.method = M_GET,
	.path = S_INIT("/fhir/{type}/{id}"),
	.route = S_INIT("GET /fhir/{type}/{id}"),
	.interaction = INT_READ,
	.offered = true,
	.handle = handle,
	.summary = S_INIT("Read the current version of a resource."),
};
