/* Accounts as the files of sign-in share them. Private to the access room. */
#ifndef ACCESS_ACCOUNTS_H
#define ACCESS_ACCOUNTS_H

#include "access/authn.h"
#include "access/visit.h"

/* Columns of account that account_of_row reads, in its order; 12 of them. */
#define ACCOUNT_COLUMNS                                                                                            \
	"a.id, a.login, a.name, a.role, a.lang, a.reading, a.created, a.locked_until, a.must_change, a.disabled, " \
	"a.failures, "                                                                                             \
	"a.hash"
enum { ACCOUNT_N = 12, ACCOUNT_FAILURES = 10, ACCOUNT_HASH = 11 };
/* Without refs. */
NODISCARD bool account_of_row(const SqlArg *cells, Account *out);
NODISCARD Err account_refs(Records *r, int64_t id, Arena *a, Account *out);
/* By number, without refs; hash may be NULL. */
NODISCARD Err account_by_id(Records *r, int64_t id, Arena *a, Account *out, Str *hash);
/* One statement that changes rows, committed; expect as in store_exec. */
NODISCARD Err access_run(Records *r, SqlText sql, const SqlArg *args, size_t n, int expect);
/* An entry of the log about no dossier, added to tx: sign-in, administration. */
void log_event(StoreTx *tx, Arena *a, AuditAction action, const Account *who, Str what, Str reason);
/* What a login is counted under, known or not: without case and outer space. */
Str login_key(Str login, Arena *a);
/* Argon2id. false: wrong, or there is no hash (then as slow as a wrong one). */
bool password_verify(Str hash, Str password);

#endif
