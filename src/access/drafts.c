/* Text that must survive: one draft per account and key. */
#include "access/visit.h"

Err draft_put(Records *r, int64_t account, Str key, Str body)
{
	Arena *a = arena_new();
	SqlArg args[] = { ARG_I(account), ARG_S(key), ARG_S(body), ARG_I(time_now()) };
	StoreTx *tx = store_tx(r->store, a);
	store_exec(tx,
	           SQL("INSERT INTO draft(account, key, body, updated) VALUES(?1, ?2, ?3, ?4)"
	               " ON CONFLICT(account, key) DO UPDATE SET body=excluded.body, updated=excluded.updated"),
	           args, COUNT_OF(args), 1);
	Err e = store_commit(tx);
	arena_free(a);
	return e;
}

Err draft_take(Records *r, int64_t account, Str key, Arena *a, Str *body)
{
	SqlRows rows;
	SqlArg args[] = { ARG_I(account), ARG_S(key) };
	TRY(store_select(r->store, SQL("SELECT body FROM draft WHERE account=?1 AND key=?2"), args, COUNT_OF(args), a,
	                 &rows));
	if (!rows.n_rows)
		return ERR_NOT_FOUND;
	Str text = rows.cells[0].s;
	StoreTx *tx = store_tx(r->store, a);
	store_exec(tx, SQL("DELETE FROM draft WHERE account=?1 AND key=?2"), args, COUNT_OF(args), 1);
	Err e = store_commit(tx);
	/* Someone else took it in between. */
	if (e != OK)
		return e == ERR_CONFLICT ? ERR_NOT_FOUND : e;
	*body = text;
	return OK;
}
