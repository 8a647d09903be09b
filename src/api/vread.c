/* GET /fhir/{type}/{id}/_history/{version}: one version as it was.
 * Source: https://hl7.org/fhir/R4/http.html#vread */
#include "api/call.h"

static Reply handle(Call *c)
{
	int64_t version;
	Rec rec;
	if (!str_int(c->version, &version) || version < 1 || version > INT32_MAX)
		return reply_refused(c, ERR_NOT_FOUND);
	Err e = visit_vread(c->visit, c->type, c->id, (int32_t)version, &rec);
	if (e == OK && rec.deleted)
		e = ERR_GONE;
	return e == OK ? reply_record(c, &rec) : reply_refused(c, e);
}

const Operation operation_vread = {
	.method = M_GET,
	.path = S_INIT("/fhir/{type}/{id}/_history/{version}"),
	.route = S_INIT("GET /fhir/{type}/{id}/_history/{version}"),
	.interaction = INT_VREAD,
	.offered = true,
	.handle = handle,
	.summary = S_INIT("Read one version of a resource."),
};
