/* $export: the kick-off of a bulk export. Source: https://hl7.org/fhir/uv/bulkdata/export.html */
#include "api/bulk.h"
#include "api/parameters.h"

static Reply bad(Call *c, const char *why, Str what)
{
	return reply_fail(c, ERR_BAD_REQUEST, "%s: '%.*s'.", why, STR_ARG(str_upto(what, 100)));
}

static bool format_ok(Str f)
{
	return str_eq(f, S("application/fhir+ndjson")) || str_eq(f, S("application/fhir ndjson")) ||
	       str_eq(f, S("application/ndjson")) || str_eq(f, S("ndjson"));
}

/* What a query holds more than terms (sorting, pages) means nothing in an export. */
static bool add_filter(Call *c, BulkJob *j, Str text, Reply *wrong)
{
	BulkAsk *q = &j->ask;
	Query probe;
	Str why = STR_END;
	if (q->n_filters == BULK_FILTERS) {
		*wrong = reply_fail(c, ERR_BAD_REQUEST, "_typeFilter: at most %d.", BULK_FILTERS);
		return false;
	}
	if (!bulk_filter(c->a, text, &probe, &why)) {
		*wrong = reply_fail(c, ERR_BAD_REQUEST, "_typeFilter '%.*s': %.*s.", STR_ARG(str_upto(text, 100)),
		                    STR_ARG(why));
		return false;
	}
	q->filters[q->n_filters++] = arena_str(j->arena, text);
	return true;
}

/* "Goal?a=b,Task?c=d": a comma stands between filters when a type and '?' follow; else it belongs to a value. */
static bool add_filters(Call *c, BulkJob *j, Str text, Reply *wrong)
{
	size_t from = 0;
	for (size_t i = 0; i <= text.n; i++) {
		Str head = STR_END;
		if (i < text.n) {
			if (text.p[i] != ',')
				continue;
			str_cut(str_from(text, i + 1), '?', &head);
			if (fhir_type(head) == FT_NONE)
				continue;
		}
		if (!add_filter(c, j, str_upto(str_from(text, from), i - from), wrong))
			return false;
		from = i + 1;
	}
	return true;
}

static void add_elements(BulkJob *j, Str text)
{
	Str one;
	while (text.p && j->ask.n_elements < BULK_ELEMENTS) {
		text = str_cut(text, ',', &one);
		one = str_trim(one);
		if (one.n)
			j->ask.elements[j->ask.n_elements++] = arena_str(j->arena, one);
	}
}

static bool add_person(Call *c, BulkJob *j, Str text, Reply *wrong)
{
	Reference r;
	int64_t dossier;
	if (!reference_parse(text, &r) || r.type != FT_PATIENT ||
	    visit_dossier_number(c->visit, r.id, &dossier) != OK) {
		*wrong = bad(c, "patient: there is no such person", text);
		return false;
	}
	j->ask.persons[j->ask.n_persons++] = arena_str(j->arena, r.id);
	return true;
}

/* Provenance lies in the dossier itself, so it can go along. */
static bool associated(Call *c, BulkJob *j, Str text, Reply *wrong)
{
	Str one;
	while (text.p) {
		text = str_cut(text, ',', &one);
		one = str_trim(one);
		if (str_eq(one, S("RelevantProvenanceResources"))) {
			typeset_add(&j->ask.types, FT_PROVENANCE);
		} else if (c->strict && one.n) {
			*wrong = bad(c, "includeAssociatedData is not offered for", one);
			return false;
		}
	}
	return true;
}

static bool steers(Str name)
{
	return str_eq(name, S("_type")) || str_eq(name, S("_since")) || str_eq(name, S("_format")) ||
	       str_eq(name, S("_pretty"));
}

static bool read_one(Call *c, BulkJob *j, const Pair *p, Reply *wrong)
{
	if (str_eq(p->name, S("_outputFormat")) && !format_ok(p->value)) {
		*wrong = bad(c, "_outputFormat must be application/fhir+ndjson, not", p->value);
		return false;
	}
	if (str_eq(p->name, S("_typeFilter")))
		return add_filters(c, j, p->value, wrong);
	if (str_eq(p->name, S("_elements"))) {
		add_elements(j, p->value);
		return true;
	}
	if (str_eq(p->name, S("patient")) && (j->ask.level == BULK_PATIENTS || j->ask.level == BULK_GROUP))
		return add_person(c, j, p->value, wrong);
	if (str_eq(p->name, S("includeAssociatedData")))
		return associated(c, j, p->value, wrong);
	if (c->strict && !steers(p->name) && !str_eq(p->name, S("_outputFormat"))) {
		*wrong = bad(c, "This parameter is not offered", p->name);
		return false;
	}
	return true;
}

static bool read_params(Call *c, BulkJob *j, Reply *wrong)
{
	Parameters p;
	Moment since;
	BulkAsk *q = &j->ask;
	if (!parameters_read(c, &p, wrong) || !parameter_types(c, &p, &q->types, &q->any_type, wrong) ||
	    !parameter_moment(c, &p, S("_since"), &since, &q->has_since, wrong))
		return false;
	if (q->has_since)
		q->since = since.from;
	q->filters = ARENA_ARRAY(j->arena, Str, BULK_FILTERS + 1);
	q->elements = ARENA_ARRAY(j->arena, Str, BULK_ELEMENTS + 1);
	q->persons = ARENA_ARRAY(j->arena, Str, p.n + 2);
	for (size_t i = 0; i < p.n; i++)
		if (!read_one(c, j, &p.list[i], wrong))
			return false;
	return true;
}

/* The person or group must be there for this user: else the job would only say so later. */
static bool look_first(Call *c, BulkJob *j, Reply *wrong)
{
	Rec rec;
	int64_t dossier;
	Err e = OK;
	if (j->ask.level == BULK_PERSON) {
		c->type_name = S("Patient");
		e = visit_dossier_number(c->visit, c->id, &dossier);
		j->ask.persons[j->ask.n_persons++] = arena_str(j->arena, c->id);
	}
	if (j->ask.level == BULK_GROUP) {
		c->type_name = S("Group");
		e = visit_read(c->visit, FT_GROUP, c->id, &rec);
		j->ask.group = arena_str(j->arena, c->id);
	}
	if (e != OK)
		*wrong = reply_refused(c, e);
	return e == OK;
}

static Reply started(Call *c, Err e, Str id)
{
	if (e == ERR_TOO_MANY) {
		Reply r = reply_fail(c, e, "You have %d jobs; throw some away with DELETE first.", BULK_KEPT);
		reply_header(&r, S("Retry-After"), S("60"));
		return r;
	}
	if (e != OK)
		return reply_fail(c, e, "The job could not be started.");
	Outcome o = outcome_new(c->a);
	outcome_add(&o, SEV_INFORMATION, S("informational"), STR_END, "The job is started; ask at Content-Location.");
	Reply r = reply_outcome(c, 202, &o);
	reply_header(&r, S("Content-Location"), arena_join(c->a, c->api->base, S("/_bulk/"), id, STR_END));
	return r;
}

Reply bulk_start(Call *c, BulkJob *j)
{
	Buf request = buf_new(j->arena, 256, 0);
	buf_add(&request, c->api->base);
	buf_add(&request, str_from(c->req->path, sizeof("/fhir") - 1));
	if (c->req->query.n) {
		buf_byte(&request, '?');
		buf_add(&request, c->req->query);
	}
	j->ask.request = buf_str(&request);
	j->ask.account = c->session.scope.account;
	j->ask.at = time_now();
	Str id = j->id;
	Err e = OK;
	if (!id.p)
		e = bulk_folder(j);
	id = arena_str(c->a, j->id);
	if (e != OK)
		bulk_job_free(j);
	return started(c, e == OK ? bulk_submit(j) : e, id);
}

static Reply kick_off(Call *c, BulkLevel level)
{
	Reply wrong;
	if (!c->async)
		return reply_fail(c, ERR_BAD_REQUEST, "An export takes its time: send 'Prefer: respond-async'.");
	BulkJob *j = bulk_job_new(c->api->bulk);
	j->ask.level = level;
	if (!read_params(c, j, &wrong) || !look_first(c, j, &wrong)) {
		bulk_job_free(j);
		return wrong;
	}
	return bulk_start(c, j);
}

static Reply handle_system(Call *c)
{
	return kick_off(c, BULK_SYSTEM);
}

static Reply handle_patients(Call *c)
{
	return kick_off(c, BULK_PATIENTS);
}

static Reply handle_group(Call *c)
{
	return kick_off(c, BULK_GROUP);
}

static Reply handle_person(Call *c)
{
	return kick_off(c, BULK_PERSON);
}

#define EXPORT(id, verb, at, fn, def, says)                                                       \
	const Operation operation_export_##id = {                                                 \
		.method = M_##verb,                                                               \
		.path = S_INIT("/fhir/" at "$export"),                                            \
		.route = S_INIT(#verb " /fhir/" at "$export"),                                    \
		.interaction = INT_OPERATION,                                                     \
		.offered = true,                                                                  \
		.handle = fn,                                                                     \
		.summary = S_INIT(says),                                                          \
		.name = S_INIT("export"),                                                         \
		.definition = S_INIT("http://hl7.org/fhir/uv/bulkdata/OperationDefinition/" def), \
	};

EXPORT(system, GET, "", handle_system, "export", "Start a bulk export of all that the user sees.")
EXPORT(system_post, POST, "", handle_system, "export",
       "Start a bulk export of all that the user sees; criteria in the body.")
EXPORT(patients, GET, "Patient/", handle_patients, "patient-export",
       "Start a bulk export of the dossiers of all persons of the user.")
EXPORT(patients_post, POST, "Patient/", handle_patients, "patient-export",
       "Start a bulk export of the dossiers of all persons of the user; criteria in the body.")
EXPORT(group, GET, "Group/{id}/", handle_group, "group-export",
       "Start a bulk export of the dossiers of a group's members.")
EXPORT(group_post, POST, "Group/{id}/", handle_group, "group-export",
       "Start a bulk export of the dossiers of a group's members; criteria in the body.")
EXPORT(person, GET, "Patient/{id}/", handle_person, "patient-export", "Start a bulk export of one person's dossier.")
EXPORT(person_post, POST, "Patient/{id}/", handle_person, "patient-export",
       "Start a bulk export of one person's dossier; criteria in the body.")
