/* Accounts, passwords, sessions and tokens. Passwords: Argon2id (libsodium, 64 MiB): sign_in takes ~0.1 s of a core and
 * must run on the slow pool. Session and token secrets are stored hashed only. All functions are thread-safe. */
#ifndef ACCESS_AUTHN_H
#define ACCESS_AUTHN_H

#include "access/records.h"

typedef struct Account {
	int64_t id;
	Str login, name;
	Role role;
	Lang lang;
	bool large_text; /* reading comfort: large type */
	bool disabled, must_change;
	Millis created, locked_until;
	const Str *refs;
	size_t n_refs;
} Account;

typedef struct NewAccount {
	Str login, name, password; /* password absent: no sign-in until one is set */
	Role role;
	Lang lang;
	const Str *refs;
	size_t n_refs;
	bool must_change;
} NewAccount;

/* Rules for passwords: 12 to 128 characters of any kind, not the login, not one of the known worst. */
NODISCARD Err password_ok(Str login, Str password);
NODISCARD Err account_create(Records *r, const NewAccount *n,
                             int64_t *id); /* ERR_CONFLICT: login taken; ERR_INVALID: password */
NODISCARD Err account_set_password(Records *r, int64_t id, Str password, bool must_change); /* ends all its sessions */
NODISCARD Err account_change_password(Records *r, const Scope *who, Str old, Str fresh);
NODISCARD Err account_set_prefs(Records *r, const Scope *who, Lang lang, bool large_text);
NODISCARD Err account_add_ref(Records *r, int64_t id, Str ref);
NODISCARD Err account_disable(Records *r, int64_t id, bool disabled);
NODISCARD Err account_unlock(Records *r, int64_t id);
NODISCARD Err account_by_login(Records *r, Str login, Arena *a, Account *out);
NODISCARD Err account_list(Records *r, Arena *a, Account **out, size_t *n);

/* Sign in: ERR_SIGN_IN (unknown, wrong, disabled: all the same to the outside, also in time), ERR_TOO_MANY (rate limit
 * per login and per address, lock-out after 8 failures: 15 minutes). Every attempt is in the log. *token is the
 * cookie's value. */
NODISCARD Err sign_in(Records *r, Str login, Str password, Str remote, Arena *a, Str *token);
NODISCARD Err sign_out(Records *r, Str token);
/* The session of a cookie or bearer token. Cheap (cached). Idle limit 30 minutes for sessions (sliding), absolute 12
 * hours; API tokens live until revoked. ERR_SIGN_IN when there is none; then, if the session only expired,
 * *expired_account is its account (else 0). */
typedef struct Session {
	Scope scope; /* strings live in a */
	Str csrf;    /* secret of this session: give and check through csrf_token / csrf_ok */
	bool large_text, must_change;
} Session;
NODISCARD Err session_open(Records *r, Str token, Arena *a, Session *out, int64_t *expired_account);
/* A fresh masked token for a form (differs each time, so that compression leaks nothing), and its check. */
Str csrf_token(const Session *s, Arena *a);
bool csrf_ok(const Session *s, Str token);
/* A long-lived bearer token for the API, shown once. */
NODISCARD Err token_create(Records *r, int64_t account, Arena *a, Str *token);
NODISCARD Err token_revoke_all(Records *r, int64_t account);

#endif
