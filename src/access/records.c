/* Opening and closing the records, and care for the store. */
#include "access/definitions.h"
#include "access/visit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

/* The index entries a body should have. */
static void *expected(FhirType type, Str body, Arena *a, size_t *n)
{
	const Json *doc;
	*n = 0;
	if (json_parse(a, body, &doc, NULL) != OK)
		return NULL;
	return search_index(json_root(doc), type, a, n);
}

Err records_open(const RecordsOptions *o, Records **out, char *why, size_t why_n)
{
	StoreOptions so = { .dir = o->dir, .read_only = o->read_only, .must_be_new = o->must_be_new };
	Store *store;
	TRY(store_open(&so, &store, why, why_n));
	Err e = o->read_only ? OK : store_index_set(store, search_index_rules(), expected);
	if (e != OK) {
		(void)snprintf(why, why_n, "the index could not be made anew");
		store_close(store);
		return e;
	}
	Records *r = calloc(1, sizeof *r);
	if (!r)
		die("out of memory");
	*r = (Records){ .store = store,
		        .read_only = o->read_only,
		        .relations = relcache_new(),
		        .marks = marks_new(),
		        .sessions = sessions_new(),
		        .limits = limits_new() };
	r->definitions = definitions_new(r);
	e = definitions_require(r, o->profiles, why, why_n);
	if (e != OK) {
		records_close(r);
		return e;
	}
	*out = r;
	return OK;
}

void records_close(Records *r)
{
	if (!r)
		return;
	store_close(r->store);
	relcache_free(r->relations);
	marks_free(r->marks);
	definitions_free(r->definitions);
	sessions_free(r->sessions);
	limits_free(r->limits);
	free(r);
}

void records_thread_light(Records *r)
{
	store_thread_light(r->store);
}

Str records_dir(const Records *r)
{
	return store_dir(r->store);
}

bool records_read_only(const Records *r)
{
	return r->read_only;
}

void records_thread_end(Records *r)
{
	store_thread_end(r->store);
}

Err records_verify(Records *r, void (*say)(void *ctx, const char *line), void *ctx, RecordsStats *out)
{
	StoreCheck c = { 0 };
	bool current;
	TRY(store_index_is(r->store, search_index_rules(), &current));
	if (!current)
		say(ctx, "the index is that of another version: it is made anew when the store is next opened for "
		         "writing, and "
		         "was not compared");
	TRY(store_verify(r->store, current ? expected : NULL, say, ctx, &c));
	*out = (RecordsStats){ .resources = c.resources,
		               .versions = c.versions,
		               .index_rows = c.index_rows,
		               .log_entries = c.log_entries,
		               .problems = c.problems };
	return OK;
}

Err records_backup(Records *r, Str dir)
{
	return store_backup(r->store, dir);
}

Err records_restore(Str from, Str to, char *why, size_t why_n)
{
	return store_restore(from, to, why, why_n);
}

void records_stats(Records *r, RecordsStats *out)
{
	StoreStats s = { 0 };
	LogHead head = { 0 };
	store_stats(r->store, &s);
	*out = (RecordsStats){ .commits = s.commits, .queue_now = s.queue_now };
	if (store_log_head(r->store, &head) == OK)
		out->log_entries = head.size;
}
