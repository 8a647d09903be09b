/* The work of an export: dossier by dossier, in parts. Of each part the notes for the access log are durable before the
 * job goes on; the files are made durable every few seconds, and that is where a stopped job goes on.
 *
 * What is exported is each resource as it was at transactionTime. */
#include <stdlib.h>
#include <unistd.h>

#include "access/definitions.h"
#include "access/subscriptions.h"
#include "api/bulk.h"
#include "fhir/summary.h"

enum {
	PART_DOSSIERS = 500,
	PART_BYTES = 1 << 20, /* of the arena */
	PART_US = 200000,
	SAVE_US = 2000000,
	TRIES = 20,
};

typedef struct Filter {
	FhirType type;
	Query query;
} Filter;

typedef struct Late {
	int64_t *list;
	size_t n, cap;
} Late;

typedef struct Export {
	BulkJob *job;
	Arena *arena;   /* of the run: filters, list of dossiers */
	Arena *part;    /* reset with each part */
	Arena *scratch; /* reset with each resource that is parsed */
	TypeSet types;
	bool any_type;
	Filter *filters;
	size_t n_filters;
	SearchContext context;
	int64_t *dossiers;
	size_t n;
	Visit *visit;
	Late late; /* places of a dossier whose resource changed after transactionTime */
	Err failed;
} Export;

/* ---- what was asked ---- */

bool bulk_filter(Arena *a, Str text, Query *out, Str *why)
{
	Str name, query = str_cut(text, '?', &name);
	size_t n;
	FhirType type = fhir_type(name);
	if (type == FT_NONE || !query.n) {
		*why = S("it must look like 'Goal?lifecycle-status=active'");
		return false;
	}
	const Pair *pairs = pairs_urlencoded(a, query, &n);
	if (query_parse(a, type, pairs, n, true, out) != OK) {
		*why = out->notes.count ? out->notes.issues[0].details : S("it is not understood");
		return false;
	}
	*why = S("chains, _has and _list are not offered here");
	/* A filter looks at one resource at a time. */
	return query_of_one(out->search.conds, out->search.n_conds);
}

static Err read_filters(Export *x)
{
	const BulkAsk *q = &x->job->ask;
	Str why;
	x->filters = ARENA_ARRAY(x->arena, Filter, q->n_filters + 1);
	for (size_t i = 0; i < q->n_filters; i++) {
		Filter *f = &x->filters[x->n_filters++];
		if (!bulk_filter(x->arena, q->filters[i], &f->query, &why))
			return ERR_INVALID;
		f->type = f->query.search.type;
	}
	return OK;
}

static bool passes(Export *x, FhirType type, Str body)
{
	bool any = false;
	JVal resource = { 0 };
	for (size_t i = 0; i < x->n_filters; i++) {
		const SearchQuery *q = &x->filters[i].query.search;
		const Json *doc;
		if (x->filters[i].type != type)
			continue;
		any = true;
		if (!resource.node) {
			arena_reset(x->scratch);
			if (json_parse(x->scratch, body, &doc, NULL) != OK)
				return false;
			resource = json_root(doc);
		}
		bool all = true;
		for (size_t k = 0; k < q->n_terms && all; k++)
			all = search_matches(&q->terms[k], &x->context, resource, x->scratch) == MATCH_YES;
		if (all && query_meets(q->conds, q->n_conds, &x->context, resource, x->scratch))
			return true;
	}
	return !any;
}

/* One resource into its file, trimmed to what was asked for. */
static Err resource_line(Export *x, FhirType type, Str body)
{
	const BulkAsk *q = &x->job->ask;
	if (q->n_elements) {
		Trim trim = { .elements = q->elements, .n_elements = q->n_elements };
		arena_reset(x->scratch);
		TRY(summary_trim_text(&trim, body, x->scratch, &body));
	}
	return bulk_line(x->job, (size_t)type, body);
}

/* ---- which dossiers ---- */

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* The persons named, as dossiers; who is not to be seen does not exist. */
static Err named_dossiers(Export *x, Visit *v, const Str *persons, size_t n)
{
	x->dossiers = ARENA_ARRAY(x->arena, int64_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		Err e = visit_dossier_number(v, persons[i], &x->dossiers[x->n]);
		x->n += e == OK;
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
	}
	if (x->n)
		qsort(x->dossiers, x->n, sizeof *x->dossiers, by_number);
	return OK;
}

static bool among(Str id, const Str *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(id, list[i]))
			return true;
	return n == 0;
}

static Err group_dossiers(Export *x, Visit *v)
{
	const BulkAsk *q = &x->job->ask;
	Rec group;
	TRY(visit_read(v, FT_GROUP, q->group, &group));
	JVal members = JGET(rec_json(v, &group), "member");
	Str *persons = ARENA_ARRAY(x->arena, Str, json_count(members) + 1);
	size_t n = 0;
	for (JIter it = json_each(members); json_next(&it);) {
		Reference r;
		Str text = JSTR(JGET(it.value, "entity"), "reference", x->arena);
		JVal inactive = JGET(it.value, "inactive");
		if (reference_parse(text, &r) && r.kind == REF_RELATIVE && r.type == FT_PATIENT &&
		    among(r.id, q->persons, q->n_persons) && !(inactive.node && str_eq(json_raw(inactive), S("true"))))
			persons[n++] = r.id;
	}
	return named_dossiers(x, v, persons, n);
}

static Err system_dossiers(Export *x, Visit *v)
{
	int64_t *list;
	size_t n;
	TRY(visit_dossiers(v, BULK_PERSONS, &list, &n));
	x->dossiers = ARENA_ARRAY(x->arena, int64_t, n + 1);
	x->dossiers[x->n++] = DOSSIER_SHARED;
	for (size_t i = 0; i < n; i++)
		x->dossiers[x->n++] = list[i];
	return OK;
}

static Err list_dossiers(Export *x, Visit *v)
{
	const BulkAsk *q = &x->job->ask;
	switch (q->level) {
	case BULK_SYSTEM:
		return system_dossiers(x, v);
	case BULK_PATIENTS:
		return q->n_persons ? named_dossiers(x, v, q->persons, q->n_persons)
		                    : visit_dossiers(v, BULK_PERSONS, &x->dossiers, &x->n);
	case BULK_PERSON:
		return named_dossiers(x, v, q->persons, q->n_persons);
	case BULK_GROUP:
		return group_dossiers(x, v);
	case BULK_IMPORT:
		break;
	}
	return ERR_INTERNAL;
}

/* ---- one dossier ---- */

static void keep_late(Export *x, int64_t place)
{
	Late *l = &x->late;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		l->list = arena_grow(x->part, l->list, l->cap * sizeof *l->list, cap * sizeof *l->list);
		l->cap = cap;
	}
	l->list[l->n++] = place;
}

/* What was deleted since, as the specification asks: a transaction with a DELETE. */
static Err deleted_line(Export *x, const Rec *rec)
{
	Str name = fhir_type_name(rec->type);
	return bulk_line(x->job, BULK_DELETED,
	                 arena_printf(x->part,
	                              "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{"
	                              "\"method\":\"DELETE\",\"url\":\"%.*s/%.*s\"}}]}",
	                              STR_ARG(name), STR_ARG(rec->id)));
}

static bool since(const Export *x, const Rec *rec)
{
	return !x->job->ask.has_since || rec->updated > x->job->ask.since;
}

static EachStep one(void *ctx, const Rec *rec, int64_t place)
{
	Export *x = ctx;
	if (rec->updated > x->job->ask.at) {
		keep_late(x, place);
		return EACH_LEAVE;
	}
	if (!since(x, rec) || (rec->deleted ? !x->job->ask.has_since : !passes(x, rec->type, rec->body)))
		return EACH_LEAVE;
	x->failed = rec->deleted ? deleted_line(x, rec) : resource_line(x, rec->type, rec->body);
	return x->failed == OK ? EACH_TAKE : EACH_STOP;
}

static Err late_ones(Export *x)
{
	for (size_t i = 0; i < x->late.n; i++) {
		Rec rec;
		Err e = visit_as_of(x->visit, x->late.list[i], x->job->ask.at, AUDIT_EXPORT, &rec);
		if (e == ERR_NOT_FOUND)
			continue;
		TRY(e);
		if (since(x, &rec) && passes(x, rec.type, rec.body))
			TRY(resource_line(x, rec.type, rec.body));
	}
	return OK;
}

static Err one_dossier(Export *x, int64_t dossier)
{
	EachQuery q = { .dossier = dossier,
		        .types = x->any_type ? &x->types : NULL,
		        .action = AUDIT_EXPORT,
		        .passing = true,
		        /* also what was deleted after transactionTime: it was there then */
		        .deleted_too = true };
	x->late = (Late){ 0 };
	x->failed = OK;
	Err e = visit_each(x->visit, &q, one, x);
	if (e == ERR_NOT_FOUND)
		return OK; /* no relation, or not any more */
	TRY(e);
	TRY(x->failed);
	return late_ones(x);
}

/* ---- parts ---- */

static Err begin_part(Export *x)
{
	Scope scope;
	arena_reset(x->part);
	TRY(account_scope(x->job->bulk->records, x->job->ask.account, x->part, &scope));
	scope.api = true;
	scope.route = S("bulk $export");
	x->visit = visit_new(x->job->bulk->records, &scope, x->part);
	visit_reason(x->visit, x->job->id);
	return OK;
}

/* From dossiers[*at] on; moves *at behind what is done. */
static Err one_part(Export *x, size_t *at)
{
	int64_t began = time_mono_us();
	TRY(begin_part(x));
	size_t i = *at, end = x->n - i > PART_DOSSIERS ? i + PART_DOSSIERS : x->n;
	while (i < end && arena_used(x->part) < PART_BYTES && time_mono_us() - began < PART_US)
		TRY(one_dossier(x, x->dossiers[i++]));
	TRY(visit_commit(x->visit));
	x->job->dossier = x->dossiers[i - 1];
	*at = i;
	bulk_progress(x->job, i, x->n);
	return OK;
}

/* The first dossier behind the last one that is in the files. */
static size_t place_of(const Export *x)
{
	size_t i = 0;
	while (i < x->n && x->dossiers[i] <= x->job->dossier)
		i++;
	return i;
}

static Err all_parts(Export *x)
{
	int tries = 0;
	int64_t saved = time_mono_us();
	for (size_t at = place_of(x); at < x->n;) {
		if (bulk_halted(x->job)) {
			TRY(bulk_save(x->job, BULK_RUNS));
			return ERR_BUSY;
		}
		Err e = one_part(x, &at);
		if (e == ERR_BUSY && tries++ < TRIES) { /* the writer has too much to do */
			usleep(200000);
			TRY(bulk_rewind(x->job));
			at = place_of(x);
			continue;
		}
		if (e != OK)
			return e == ERR_BUSY ? ERR_IO : e;
		tries = 0;
		if (time_mono_us() - saved < SAVE_US)
			continue;
		TRY(bulk_save(x->job, BULK_RUNS));
		saved = time_mono_us();
	}
	return OK;
}

/* What was written before transactionTime but is not durable yet belongs to it: the next export asks for what came
 * later. */
static void settle(BulkJob *j)
{
	enum { STEP_MS = 10 };
	usleep(STEP_MS * 1000);
	for (int ms = 0; ms < SETTLE_MS - 1000 && !records_settled(j->ask.at) && !bulk_halted(j); ms += STEP_MS) {
		if (time_now() - j->ask.at >= SETTLE_MS) /* it waited in the queue, or for a restart */
			return;
		usleep(STEP_MS * 1000);
	}
}

Err bulk_export_run(BulkJob *j)
{
	Export x = { .job = j,
		     .arena = arena_new(),
		     .part = arena_new(),
		     .scratch = arena_new(),
		     .types = j->ask.types,
		     .any_type = j->ask.any_type,
		     .context = { .base = j->bulk->base,
		                  .value_set_has = definitions_member,
		                  .subsumes = definitions_subsumes,
		                  .arg = j->bulk->records } };
	settle(j);
	Err e = bulk_rewind(j);
	if (e == OK)
		e = read_filters(&x);
	if (e == OK)
		e = begin_part(&x);
	if (e == OK) {
		/* The list of dossiers outlives the parts. */
		Scope scope = *visit_scope(x.visit);
		Visit *v = visit_new(j->bulk->records, &scope, x.arena);
		e = list_dossiers(&x, v);
		if (e == OK)
			e = visit_commit(v);
	}
	bulk_progress(j, j->done, x.n);
	if (e == OK)
		e = all_parts(&x);
	arena_free(x.scratch);
	arena_free(x.part);
	arena_free(x.arena);
	return e;
}
