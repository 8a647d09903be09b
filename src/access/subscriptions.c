#include "access/subscriptions.h"

#include <stdatomic.h>

#include "access/accounts.h"
#include "access/write.h"
#include "json/json.h"

/* ---- who is told ---- */

void records_check_subscriptions(Records *r, SubscriptionCheck *check, void *ctx)
{
	r->check_subscription = check;
	r->check_ctx = ctx;
}

void records_on_change(Records *r, void (*changed)(void *), void *ctx)
{
	if (changed)
		r->changed_ctx = ctx; /* else left: somebody may be on the way with it */
	atomic_store(&r->changed, changed);
}

uint64_t records_subscriptions_epoch(const Records *r)
{
	return atomic_load(&r->subscriptions);
}

void subscriptions_committed(Visit *v, bool ok)
{
	Records *r = v->records;
	if (!v->has_writes || !ok)
		return;
	for (const Pending *p = v->first_pending; p; p = p->next) {
		if (p->version && rid_part(p->rid) == PART_OWN)
			atomic_fetch_add(&r->subscriptions, 1);
	}
	void (*changed)(void *) = atomic_load(&r->changed);
	if (changed)
		changed(r->changed_ctx);
}

/* ---- whose ---- */

static const SqlText columns_of_one = { "SELECT rid, account, seq, given, sent, greeted, fails, since, next, round"
	                                " FROM subscription WHERE rid=?1" };

static SubscriptionRow row_of(const SqlArg *c)
{
	return (SubscriptionRow){ .key = c[0].i,
		                  .account = c[1].i,
		                  .seq = c[2].i,
		                  .given = c[3].i,
		                  .sent = c[4].i,
		                  .greeted = c[5].i != 0,
		                  .fails = (int)c[6].i,
		                  .since = c[7].i,
		                  .next = c[8].i,
		                  .round = c[9].i };
}

static bool may_enter(const Visit *v, int64_t account)
{
	return v->who.role == ROLE_SYSTEM || v->who.role == ROLE_ADMIN || (v->who.account && v->who.account == account);
}

Err subscription_enter(Visit *v, Rid rid)
{
	SqlRows rows;
	SqlArg args[] = { ARG_I(rid) };
	TRY(store_select(v->records->store, SQL("SELECT account FROM subscription WHERE rid=?1"), args, 1, v->arena,
	                 &rows));
	return rows.n_rows && may_enter(v, rows.cells[0].i) ? OK : ERR_NOT_FOUND;
}

Err subscription_rids(Visit *v, Rid **out, size_t *n)
{
	SqlRows rows;
	bool all = v->who.role == ROLE_SYSTEM || v->who.role == ROLE_ADMIN;
	SqlArg args[] = { ARG_I(v->who.account), ARG_I(SUBSCRIPTIONS_MAX) };
	if (all)
		TRY(store_select(v->records->store,
		                 SQL("SELECT rid FROM subscription WHERE gone=0 ORDER BY rid LIMIT ?1"), args + 1, 1,
		                 v->arena, &rows));
	else
		TRY(store_select(v->records->store,
		                 SQL("SELECT rid FROM subscription WHERE account=?1 AND gone=0 ORDER BY rid LIMIT ?2"),
		                 args, COUNT_OF(args), v->arena, &rows));
	*out = ARENA_ARRAY(v->arena, Rid, rows.n_rows + 1);
	*n = rows.n_rows;
	for (size_t i = 0; i < rows.n_rows; i++)
		(*out)[i] = rows.cells[i].i;
	return OK;
}

Err subscriptions_all(Records *r, Arena *a, SubscriptionRow **out, size_t *n)
{
	SqlRows rows;
	SqlArg args[] = { ARG_I(SUBSCRIPTIONS_MAX) };
	*n = 0;
	TRY(store_select(r->store,
	                 SQL("SELECT rid, account, seq, given, sent, greeted, fails, since, next, round"
	                     " FROM subscription WHERE gone=0 ORDER BY rid LIMIT ?1"),
	                 args, 1, a, &rows));
	*out = ARENA_ARRAY(a, SubscriptionRow, rows.n_rows + 1);
	for (size_t i = 0; i < rows.n_rows; i++) {
		StoreRow row;
		SubscriptionRow *s = &(*out)[*n];
		*s = row_of(rows.cells + i * rows.n_cols);
		Err e = store_get_rid(r->store, s->key, a, &row);
		if (e == ERR_NOT_FOUND || (e == OK && row.op == ROW_DELETE))
			continue;
		TRY(e);
		s->rec = rec_of(&row, NULL, CAT_CONTROL);
		++*n;
	}
	return OK;
}

Err visit_subscription(Visit *v, Str id, SubscriptionRow *out)
{
	StoreRow row;
	Person *p;
	Mark mark;
	SqlRows rows;
	TRY(visit_row(v, FT_SUBSCRIPTION, id, &row, &p, &mark));
	if (rid_part(row.rid) != PART_OWN)
		return ERR_NOT_FOUND;
	if (row.op == ROW_DELETE)
		return ERR_GONE;
	SqlArg args[] = { ARG_I(row.rid) };
	TRY(store_select(v->records->store, columns_of_one, args, 1, v->arena, &rows));
	if (!rows.n_rows)
		return ERR_NOT_FOUND;
	*out = row_of(rows.cells);
	out->rec = rec_of(&row, NULL, mark.category);
	return OK;
}

Err visit_subscriptions(Visit *v, SubscriptionRow **out, size_t *n)
{
	SubscriptionRow *all;
	size_t count;
	TRY(subscriptions_all(v->records, v->arena, &all, &count));
	*n = 0;
	for (size_t i = 0; i < count; i++)
		if (may_enter(v, all[i].account))
			all[(*n)++] = all[i];
	*out = all;
	return OK;
}

/* ---- written by people ---- */

Err subscription_prepare(Visit *v, JVal subscription, Str *kept)
{
	const Records *r = v->records;
	if (!r->check_subscription)
		return refuse(v, ERR_NOT_SUPPORTED, STR_END, "subscriptions are not offered here");
	return r->check_subscription(r->check_ctx, v, subscription, kept);
}

static Err one_more(Visit *v)
{
	SqlRows rows;
	SqlArg args[] = { ARG_I(v->who.account) };
	TRY(store_select(v->records->store,
	                 SQL("SELECT count(*), (SELECT count(*) FROM subscription WHERE gone=0) FROM subscription"
	                     " WHERE account=?1 AND gone=0"),
	                 args, 1, v->arena, &rows));
	if (rows.cells[0].i >= SUBSCRIPTIONS_A_USER || rows.cells[1].i >= SUBSCRIPTIONS_MAX)
		return refuse(v, ERR_TOO_MANY, STR_END, "there are too many subscriptions: delete one first");
	return OK;
}

static SqlArg *int_args(Visit *v, size_t n, const int64_t *values)
{
	SqlArg *args = ARENA_ARRAY(v->arena, SqlArg, n);
	for (size_t i = 0; i < n; i++)
		args[i] = ARG_I(values[i]);
	return args;
}
#define ARGS(v, ...) int_args((v), sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t), (int64_t[]){ __VA_ARGS__ })

Err subscription_written(Visit *v, Rid rid, RowOp op)
{
	if (v->who.role == ROLE_SYSTEM)
		return OK;
	switch (op) {
	case ROW_CREATE:
		TRY(one_more(v));
		visit_exec(v,
		           SQL("INSERT INTO subscription(rid, account, seq)"
		               " SELECT ?1, ?2, COALESCE(MAX(seq), 0) FROM change"),
		           ARGS(v, rid, v->who.account), 2, 1);
		break;
	case ROW_UPDATE: /* its endpoint may be another one now: it is greeted again; the cursor stays */
		visit_exec(
		    v, SQL("UPDATE subscription SET round=round+1, greeted=0, fails=0, since=0, next=0 WHERE rid=?1"),
		    ARGS(v, rid), 1, 1);
		break;
	case ROW_DELETE:
		visit_exec(v, SQL("UPDATE subscription SET gone=1 WHERE rid=?1"), ARGS(v, rid), 1, 1);
		visit_exec(v, SQL("DELETE FROM event WHERE subscription=?1"), ARGS(v, rid), 1, -1);
		break;
	}
	return OK;
}

/* ---- changes ---- */

/* What the visitor may see of one change; now.type FT_NONE: nothing. */
static Err look(Visit *v, const StoreChange *c, FeedItem *out)
{
	Store *s = v->records->store;
	Part part = rid_part(c->rid);
	Person *p = NULL;
	StoreRow now, row;
	Mark mark;
	bool sees;
	*out = (FeedItem){ .seq = c->seq };
	if (part != PART_SHARED) {
		Err e = part >= PART_FIRST ? visit_part(v, part, &p) : ERR_NOT_FOUND;
		/* A dossier that is too large to decide about must not stop the others. */
		if (e != OK)
			return e == ERR_NOT_FOUND || e == ERR_TOO_LARGE ? OK : e;
	}
	TRY(store_get_rid(s, c->rid, v->arena, &now));
	TRY(visit_sees_row(v, p, &now, &mark, &sees));
	if (!sees)
		return OK;
	Category category = mark.category;
	row = now;
	if (now.version != c->version) {
		TRY(store_get_version(s, c->rid, c->version, v->arena, &row));
		TRY(visit_sees_row(v, p, &row, &mark, &sees));
		if (!sees)
			return OK;
	}
	out->now = rec_of(&row, p, category);
	out->person = p;
	if (c->version > 1) {
		TRY(store_get_version(s, c->rid, c->version - 1, v->arena, &row));
		TRY(visit_sees_row(v, p, &row, &mark, &sees));
		if (sees && row.op != ROW_DELETE)
			out->before = rec_of(&row, p, category);
	}
	return OK;
}

Err visit_feed(Visit *v, int64_t after, const TypeSet *types, size_t limit, FeedItem **out, size_t *n, int64_t *upto)
{
	StoreChange *changes;
	size_t count;
	*n = 0;
	*upto = after;
	TRY(store_changes(v->records->store, after, FT_NONE, limit, v->arena, &changes, &count));
	FeedItem *items = ARENA_ARRAY(v->arena, FeedItem, count + 1);
	for (size_t i = 0; i < count; i++) {
		*upto = changes[i].seq;
		if (!typeset_has(types, changes[i].type))
			continue;
		TRY(look(v, &changes[i], &items[*n]));
		if (items[*n].now.type != FT_NONE)
			++*n;
	}
	*out = items;
	return OK;
}

Err changes_last(Records *r, int64_t *seq)
{
	return store_last_change(r->store, seq);
}

Err changes_types(Records *r, int64_t after, size_t limit, Arena *a, TypeSet *out, int64_t *upto)
{
	StoreChange *changes;
	size_t n;
	*upto = after;
	*out = (TypeSet){ { 0 } };
	TRY(store_changes(r->store, after, FT_NONE, limit, a, &changes, &n));
	for (size_t i = 0; i < n; i++)
		typeset_add(out, changes[i].type);
	if (n)
		*upto = changes[n - 1].seq;
	return OK;
}

Err visit_events(Visit *v, int64_t key, int64_t from, int64_t until, size_t limit, FeedItem **out, size_t *n)
{
	SqlRows rows;
	SqlArg args[] = { ARG_I(key), ARG_I(from), ARG_I(until), ARG_I((int64_t)limit) };
	*n = 0;
	TRY(store_select(v->records->store,
	                 SQL("SELECT n, seq FROM event WHERE subscription=?1 AND n>=?2 AND n<=?3 ORDER BY n LIMIT ?4"),
	                 args, COUNT_OF(args), v->arena, &rows));
	FeedItem *items = ARENA_ARRAY(v->arena, FeedItem, rows.n_rows + 1);
	for (size_t i = 0; i < rows.n_rows; i++) {
		StoreChange *change;
		size_t found;
		int64_t seq = rows.cells[2 * i + 1].i;
		TRY(store_changes(v->records->store, seq - 1, FT_NONE, 1, v->arena, &change, &found));
		if (!found || change->seq != seq)
			return ERR_IO; /* changes are never thrown away */
		TRY(look(v, change, &items[*n]));
		items[(*n)++].event = rows.cells[2 * i].i;
	}
	*out = items;
	return OK;
}

void visit_notify(Visit *v, const FeedItem *items, size_t n, Str to)
{
	v->reason = to;
	for (size_t i = 0; i < n; i++) {
		const Rec *r = &items[i].now;
		if (items[i].person && r->type != FT_NONE)
			visit_note(v, (Person *)(uintptr_t)items[i].person, AUDIT_EXPORT, BIT(r->category), 1, r->type,
			           r->id, r->version);
	}
}

void visit_give(Visit *v, SubscriptionRow *row, FeedItem *items, size_t n, int64_t seq)
{
	int64_t before = row->given;
	for (size_t i = 0; i < n; i++) {
		items[i].event = ++row->given;
		visit_exec(v, SQL("INSERT INTO event(subscription, n, seq) VALUES(?1, ?2, ?3)"),
		           ARGS(v, row->key, items[i].event, items[i].seq), 3, 1);
	}
	row->seq = seq;
	visit_exec(v, SQL("UPDATE subscription SET seq=?2, given=?3, sent=?4 WHERE rid=?1 AND given=?5 AND gone=0"),
	           ARGS(v, row->key, row->seq, row->given, row->sent, before), 5, 1);
	if (row->given > EVENTS_KEPT)
		visit_exec(v, SQL("DELETE FROM event WHERE subscription=?1 AND n<=?2"),
		           ARGS(v, row->key, row->given - EVENTS_KEPT), 2, -1);
}

Err subscription_keep(Records *r, const SubscriptionRow *row)
{
	SqlArg args[] = { ARG_I(row->key),     ARG_I(row->seq),   ARG_I(row->sent),
		          ARG_I(row->greeted), ARG_I(row->fails), ARG_I(row->since),
		          ARG_I(row->next),    ARG_I(row->given), ARG_I(row->round) };
	return access_run(r,
	                  SQL("UPDATE subscription SET seq=?2, sent=?3, greeted=?4, fails=?5, since=?6, next=?7"
	                      " WHERE rid=?1 AND given=?8 AND round=?9"),
	                  args, COUNT_OF(args), 1);
}
