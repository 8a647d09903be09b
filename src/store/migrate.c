#include "store/migrate.h"

#include <stdio.h>

#include "base/random.h"

bool meta_int(Db *d, Str name, int64_t *out)
{
	Query *q = db_query(d, SQL("SELECT num FROM meta WHERE name=?1"));
	query_text(q, 1, name);
	bool has = query_step(q);
	int64_t v = has ? query_col_int(q, 0) : 0;
	if (query_end(q) != OK || !has)
		return false;
	*out = v;
	return true;
}

Err meta_set_int(Db *d, Str name, int64_t v)
{
	Query *q = db_query(
	    d, SQL("INSERT INTO meta(name, num) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET num=excluded.num"));
	query_text(q, 1, name);
	query_int(q, 2, v);
	return query_run(q);
}

Err meta_secret(Db *d, uint8_t out[32])
{
	AUTO_QUERY *q = db_query(d, SQL("SELECT bytes FROM meta WHERE name='secret'"));
	if (!query_step(q))
		return ERR_IO;
	Str s = query_col_bytes(q, 0);
	if (s.n != 32)
		return ERR_IO;
	memcpy(out, s.p, 32);
	return OK;
}

int64_t schema_of(Db *d)
{
	if (!db_has_table(d, S("meta")))
		return 0;
	int64_t v;
	return meta_int(d, S("schema"), &v) ? v : -1;
}

static Err make_secret(Db *d)
{
	uint8_t secret[32];
	random_bytes(secret, sizeof secret);
	Query *q = db_query(d, SQL("INSERT INTO meta(name, bytes) VALUES('secret', ?1)"));
	query_blob(q, 1, str_n((const char *)secret, sizeof secret));
	return query_run(q);
}

static Err step(Db *d, int64_t n, char *why, size_t why_n)
{
	TRY(db_begin(d));
	Err e = db_script(d, schema_steps[n], why, why_n);
	if (e == OK && n == 0)
		e = make_secret(d);
	if (e == OK)
		e = meta_set_int(d, S("schema"), n + 1);
	if (e == OK)
		return db_commit(d);
	db_rollback(d);
	return e;
}

Err migrate(Db *d, int upto, char *why, size_t why_n)
{
	int64_t at = schema_of(d);
	if (at < 0) {
		snprintf(why, why_n, "the database has no schema number");
		return ERR_IO;
	}
	if (at > schema_count) {
		snprintf(why, why_n, "the store has schema %lld, this program knows up to %d", (long long)at,
		         schema_count);
		return ERR_NOT_SUPPORTED;
	}
	for (; at < upto; at++) {
		Err e = step(d, at, why, why_n);
		if (e != OK) {
			if (!*why)
				snprintf(why, why_n, "step to schema %lld failed: %s", (long long)at + 1, db_error(d));
			return e;
		}
	}
	return OK;
}
