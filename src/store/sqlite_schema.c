/* The schema, as numbered steps forward. Append only: a step that was released never changes. */
#include "store/migrate.h"

/* Documents. `rid` is the row's place in the file, so a partition lies together. `id` is NULL when it is the
 * permutation of rid. `sum` is a keyed checksum over the row. `hist` holds the versions that are no longer current, in
 * order of arrival. The log's blocks hold up to 256 entries; log_tile the hashes of full subtrees of 256 ^ level
 * leaves. */
static const char first[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, num INTEGER, bytes BLOB) WITHOUT ROWID;"
    "CREATE TABLE res(rid INTEGER PRIMARY KEY, type INTEGER NOT NULL, version INTEGER NOT NULL, updated INTEGER NOT "
    "NULL,"
    " op INTEGER NOT NULL, sum INTEGER NOT NULL, id TEXT, body TEXT NOT NULL);"
    "CREATE TABLE hist(seq INTEGER PRIMARY KEY, rid INTEGER NOT NULL, type INTEGER NOT NULL, version INTEGER NOT NULL,"
    " updated INTEGER NOT NULL, op INTEGER NOT NULL, sum INTEGER NOT NULL, body TEXT NOT NULL);"
    "CREATE UNIQUE INDEX hist_rid ON hist(rid, version);"
    "CREATE TABLE alias(type INTEGER NOT NULL, id TEXT NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(type, id)) WITHOUT "
    "ROWID;"
    "CREATE TABLE idx(param INTEGER NOT NULL, key BLOB NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(param, key, rid))"
    " WITHOUT ROWID;"
    "CREATE TABLE log_block(first INTEGER PRIMARY KEY, count INTEGER NOT NULL, entries BLOB NOT NULL, root BLOB NOT "
    "NULL);"
    "CREATE TABLE log_head(part INTEGER PRIMARY KEY, seq INTEGER NOT NULL);"
    "CREATE TABLE log_tile(level INTEGER NOT NULL, n INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(level, n))"
    " WITHOUT ROWID;";

/* System tables: their statements live in the access room. */
static const char system_tables[] =
    "CREATE TABLE account(id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, hash TEXT,"
    " role INTEGER NOT NULL, lang TEXT, reading INTEGER, created INTEGER NOT NULL, locked_until INTEGER,"
    " failures INTEGER NOT NULL DEFAULT 0, must_change INTEGER NOT NULL DEFAULT 0, disabled INTEGER NOT NULL DEFAULT "
    "0);"
    "CREATE TABLE account_ref(account INTEGER NOT NULL, ref TEXT NOT NULL, PRIMARY KEY(account, ref)) WITHOUT ROWID;"
    "CREATE INDEX account_ref_ref ON account_ref(ref);"
    "CREATE TABLE session(token BLOB PRIMARY KEY, account INTEGER NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT "
    "NULL,"
    " expires INTEGER NOT NULL, csrf BLOB, kind INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE INDEX session_account ON session(account);"
    "CREATE TABLE seen(account INTEGER NOT NULL, part INTEGER NOT NULL, at INTEGER NOT NULL, log_seq INTEGER,"
    " PRIMARY KEY(account, part)) WITHOUT ROWID;"
    "CREATE TABLE draft(account INTEGER NOT NULL, key TEXT NOT NULL, part INTEGER NOT NULL DEFAULT 0, body TEXT NOT "
    "NULL,"
    " updated INTEGER NOT NULL, PRIMARY KEY(account, key));"
    "CREATE TABLE idem(account INTEGER NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, status INTEGER NOT NULL,"
    " location TEXT, PRIMARY KEY(account, key)) WITHOUT ROWID;"
    "CREATE INDEX idem_at ON idem(at);";

/* The order of changes: a row per version, numbered in order of commit. What was there before is put in order of time.
 */
static const char changes[] =
    "CREATE TABLE change(seq INTEGER PRIMARY KEY, rid INTEGER NOT NULL, version INTEGER NOT NULL, type INTEGER NOT "
    "NULL);"
    "INSERT INTO change(rid, version, type) SELECT rid, version, type FROM"
    " (SELECT rid, version, type, updated FROM hist UNION ALL SELECT rid, version, type, updated FROM res)"
    " ORDER BY updated, rid, version;"
    "CREATE INDEX change_type ON change(type, seq);";

/* How far each subscription has come in the order of changes, and which change has which event number; see
 * access/subscriptions.h. */
static const char subscriptions[] =
    "CREATE TABLE subscription(rid INTEGER PRIMARY KEY, account INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " given INTEGER NOT NULL DEFAULT 0, sent INTEGER NOT NULL DEFAULT 0, greeted INTEGER NOT NULL DEFAULT 0,"
    " fails INTEGER NOT NULL DEFAULT 0, since INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL DEFAULT 0,"
    " gone INTEGER NOT NULL DEFAULT 0, round INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX subscription_account ON subscription(account);"
    "CREATE TABLE event(subscription INTEGER NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " PRIMARY KEY(subscription, n)) WITHOUT ROWID;";

const char *const schema_steps[] = { first, system_tables, changes, subscriptions };
const int schema_count = COUNT_OF(schema_steps);
