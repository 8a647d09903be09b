/* Full check of a store: each row against its checksum and its own text, the history without gaps, aliases, index, log.
 */
#include <stdio.h>

#include "fhir/search.h"
#include "store/private.h"
#include "json/json.h"

typedef struct Check {
	Store *store;
	Db *d;
	StoreExpect *expect;
	StoreSay *say;
	void *ctx;
	StoreCheck *out;
	Arena *arena; /* reset per row */
	int64_t index_expected;
} Check;

static void problem(Check *c, const StoreRow *row, const char *what)
{
	char line[256];
	Str name = row->type > FT_NONE && row->type < FT_COUNT ? fhir_type_name(row->type) : S("?");
	snprintf(line, sizeof line, "%.*s/%.*s version %d: %s", STR_ARG(name), STR_ARG(str_upto(row->id, 64)),
	         (int)row->version, what);
	c->say(c->ctx, line);
	c->out->problems++;
}

static void whole(Check *c, const char *what, int64_t n)
{
	char line[160];
	snprintf(line, sizeof line, "%s: %lld", what, (long long)n);
	c->say(c->ctx, line);
	c->out->problems++;
}

/* Does the text say what the columns say? */
static void check_text(Check *c, const StoreRow *row)
{
	const Json *doc;
	JError error;
	if (json_parse(c->arena, row->body, &doc, &error) != OK) {
		problem(c, row, "the text is not JSON");
		return;
	}
	JVal v = json_root(doc);
	int64_t version;
	if (!str_eq(JSTR(v, "resourceType", c->arena), fhir_type_name(row->type)))
		problem(c, row, "the text is of another type");
	if (!str_eq(JSTR(v, "id", c->arena), row->id))
		problem(c, row, "the text has another id");
	if (!str_int(json_str(json_path(v, "meta", "versionId", NULL), c->arena), &version) || version != row->version)
		problem(c, row, "the text is of another version");
}

static void check_row(Check *c, const StoreRow *row, int64_t sum)
{
	c->out->versions++;
	if (row->type <= FT_NONE || row->type >= FT_COUNT) {
		problem(c, row, "the type is unknown");
		return;
	}
	if (sum != row_sum(c->store, row)) {
		problem(c, row, "the checksum does not match");
		return;
	}
	if (row->op == ROW_DELETE ? row->body.n != 0 : row->op != ROW_CREATE && row->op != ROW_UPDATE)
		problem(c, row, "the operation does not fit the row");
	if (row->op != ROW_DELETE)
		check_text(c, row);
}

static bool in_index(Check *c, uint16_t param, Str key, Rid rid)
{
	Query *q = db_query(c->d, SQL("SELECT 1 FROM idx WHERE param=?1 AND key=?2 AND rid=?3"));
	query_int(q, 1, param);
	query_blob(q, 2, key.p ? key : S(""));
	query_int(q, 3, rid);
	bool found = query_step(q);
	return query_end(q) == OK && found;
}

static void check_index_of(Check *c, const StoreRow *row)
{
	if (!c->expect || row->op == ROW_DELETE)
		return;
	size_t n = 0;
	const IndexEntry *e = c->expect(row->type, row->body, c->arena, &n);
	c->index_expected += (int64_t)n;
	for (size_t i = 0; i < n; i++)
		if (!in_index(c, e[i].param, e[i].key, row->rid))
			problem(c, row, "an index row is missing");
}

/* A foreign id must lead back to its row. */
static void check_foreign_id(Check *c, const StoreRow *row)
{
	Query *q = db_query(c->d, SQL("SELECT rid FROM alias WHERE type=?1 AND id=?2"));
	query_int(q, 1, (int64_t)row->type);
	query_text(q, 2, row->id);
	bool leads = query_step(q) && query_col_int(q, 0) == row->rid;
	if (query_end(q) != OK || !leads)
		problem(c, row, "its id does not lead to it");
}

/* Columns rid, type, version, updated, op, sum, body (and id from another query). */
static void take(Query *q, StoreRow *row, int64_t *sum)
{
	row->rid = query_col_int(q, 0);
	row->type = (FhirType)query_col_int(q, 1);
	row->version = (int32_t)query_col_int(q, 2);
	row->updated = query_col_int(q, 3);
	row->op = (RowOp)query_col_int(q, 4);
	*sum = query_col_int(q, 5);
	row->body = query_col_bytes(q, 6);
}

/* Both tables in rid order, side by side: before each current version n come 1 … n-1. */
static Err check_rows(Check *c)
{
	AUTO_QUERY *res =
	    db_query(c->d, SQL("SELECT rid, type, version, updated, op, sum, body, id FROM res ORDER BY rid"));
	AUTO_QUERY *hist =
	    db_query(c->d, SQL("SELECT rid, type, version, updated, op, sum, body FROM hist ORDER BY rid, version"));
	bool old = query_step(hist);
	while (query_step(res)) {
		StoreRow row, past;
		int64_t sum, past_sum;
		char own[ID_CHARS + 1];
		take(res, &row, &sum);
		bool foreign = query_col_kind(res, 7) != ARG_NULL;
		store_id_text(c->store, row.rid, own);
		row.id = foreign ? query_col_bytes(res, 7) : str_c(own);
		c->out->resources++;
		int32_t next = 1;
		for (; old && query_col_int(hist, 0) <= row.rid; old = query_step(hist)) {
			take(hist, &past, &past_sum);
			past.id = row.id;
			if (past.rid != row.rid || past.version != next || past.type != row.type)
				problem(c, &past, "the history has a gap or a stranger");
			next = past.version + 1;
			check_row(c, &past, past_sum);
			arena_reset(c->arena);
		}
		if (row.version != next)
			problem(c, &row, "versions before it are missing");
		check_row(c, &row, sum);
		check_index_of(c, &row);
		if (foreign)
			check_foreign_id(c, &row);
		arena_reset(c->arena);
	}
	TRY(query_end(res));
	if (old)
		whole(c, "history without a current row, from row", query_col_int(hist, 0));
	return query_end(hist);
}

static Err count(Db *d, SqlText sql, int64_t *out)
{
	Query *q = db_query(d, sql);
	*out = query_step(q) ? query_col_int(q, 0) : 0;
	return query_end(q);
}

/* Is this index row one that its resource asks for? */
static bool is_wanted(Check *c, uint16_t param, Str key, Rid rid)
{
	Query *q = db_query(c->d, SQL("SELECT type, body FROM res WHERE rid=?1 AND op<>3"));
	query_int(q, 1, rid);
	bool wanted = false;
	if (query_step(q)) {
		size_t n = 0;
		const IndexEntry *e = c->expect((FhirType)query_col_int(q, 0), query_col_bytes(q, 1), c->arena, &n);
		for (size_t i = 0; i < n && !wanted; i++)
			wanted = e[i].param == param && str_eq(e[i].key, key);
	}
	return query_end(q) == OK && wanted;
}

static Err check_index(Check *c)
{
	TRY(count(c->d, SQL("SELECT count(*) FROM idx"), &c->out->index_rows));
	int64_t stray;
	TRY(count(
	    c->d,
	    SQL("SELECT count(*) FROM idx WHERE NOT EXISTS (SELECT 1 FROM res WHERE res.rid=idx.rid AND res.op<>3)"),
	    &stray));
	if (stray)
		whole(c, "index rows without a current resource", stray);
	if (!c->expect || c->out->index_rows == c->index_expected)
		return OK;
	/* Rare and slow: look which ones are too many. */
	AUTO_QUERY *q = db_query(c->d, SQL("SELECT param, key, rid FROM idx"));
	int64_t extra = 0;
	while (query_step(q)) {
		extra += !is_wanted(c, (uint16_t)query_col_int(q, 0), query_col_bytes(q, 1), query_col_int(q, 2));
		arena_reset(c->arena);
	}
	if (extra > stray)
		whole(c, "index rows that no resource asks for", extra - stray);
	return query_end(q);
}

static Err check_aliases(Check *c)
{
	int64_t stray;
	TRY(count(c->d,
	          SQL("SELECT count(*) FROM alias WHERE NOT EXISTS (SELECT 1 FROM res WHERE res.rid=alias.rid AND "
	              "res.type=alias.type)"),
	          &stray));
	if (stray)
		whole(c, "ids that lead to no resource of their type", stray);
	return OK;
}

/* Every version stands in the order of changes once, the versions of a row in their order. */
static Err check_changes(Check *c)
{
	int64_t wrong = 0;
	AUTO_QUERY *res = db_query(c->d, SQL("SELECT rid, version, type FROM res ORDER BY rid"));
	AUTO_QUERY *change = db_query(c->d, SQL("SELECT rid, version, type FROM change ORDER BY rid, seq"));
	bool more = query_step(change);
	while (query_step(res)) {
		int64_t rid = query_col_int(res, 0), versions = query_col_int(res, 1), n = 0;
		for (; more && query_col_int(change, 0) < rid; more = query_step(change))
			wrong++;
		for (; more && query_col_int(change, 0) == rid; more = query_step(change))
			wrong += query_col_int(change, 1) != ++n || query_col_int(change, 2) != query_col_int(res, 2);
		wrong += n != versions;
	}
	for (; more; more = query_step(change))
		wrong++;
	if (wrong)
		whole(c, "rows in the order of changes that are missing or wrong", wrong);
	TRY(query_end(res));
	return query_end(change);
}

static Err check_all(Check *c)
{
	c->out->problems += db_integrity(c->d, c->say, c->ctx);
	TRY(db_read_begin(c->d));
	TRY(check_rows(c));
	TRY(check_index(c));
	TRY(check_aliases(c));
	TRY(check_changes(c));
	return slog_verify(c->d, c->say, c->ctx, &c->out->log_entries, &c->out->problems);
}

Err store_verify(Store *s, StoreExpect *expect, StoreSay *say, void *ctx, StoreCheck *out)
{
	char why[256];
	*out = (StoreCheck){ 0 };
	Check c = { .store = s, .expect = expect, .say = say, .ctx = ctx, .out = out };
	TRY(db_open(s->file, DB_READ, s->cache_kib, &c.d, why, sizeof why));
	c.arena = arena_new();
	Err e = check_all(&c);
	db_read_end(c.d);
	arena_free(c.arena);
	db_close(c.d);
	return e;
}
