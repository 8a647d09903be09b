/* Accounts: who can sign in, with which references, role and password. */
#include "access/accounts.h"

#include <sodium.h>

#include "base/random.h"
#include "fhir/reference.h"

enum { PASSWORD_MIN = 12, PASSWORD_MAX = 128, LOGIN_MAX = 64, ARGON_OPS = 3, ARGON_BYTES = 64 * 1024 * 1024 };

/* ---- passwords ---- */

/* The passwords that are tried first everywhere and are long enough to pass; compared without case, digits at the end
 * and signs. */
static const char *const worst[] = { "password",
	                             "passwordpassword",
	                             "wachtwoord",
	                             "wachtwoordwachtwoord",
	                             "motdepasse",
	                             "passwort",
	                             "geheim",
	                             "qwertyuiop",
	                             "qwertyuiopasdfghjkl",
	                             "azertyuiop",
	                             "azertyuiopqsdfghjklm",
	                             "qwertzuiop",
	                             "qwertyqwerty",
	                             "azertyazerty",
	                             "abcdefghijkl",
	                             "abcdefghijklm",
	                             "abcdefghijklmnopqrstuvwxyz",
	                             "aaaaaaaaaaaa",
	                             "letmeinletmein",
	                             "iloveyou",
	                             "welkom",
	                             "welkomwelkom",
	                             "welcome",
	                             "bienvenue",
	                             "willkommen",
	                             "administrator",
	                             "adminadmin",
	                             "adminadminadmin",
	                             "changeme",
	                             "changemechangeme",
	                             "samendoel",
	                             "samendoelsamendoel",
	                             "ziekenhuis",
	                             "thuiszorg",
	                             "zorgdossier",
	                             "trustno",
	                             "monkeymonkey",
	                             "superman",
	                             "football",
	                             "sunshine",
	                             "princess",
	                             "correcthorsebatterystaple",
	                             "testtesttest",
	                             "demodemodemo",
	                             "lentelente",
	                             "zomerzomer",
	                             "herfstherfst",
	                             "winterwinter" };

/* Letters in lower case; digits and signs fall away. */
static Str letters(Str s, char out[PASSWORD_MAX])
{
	size_t n = 0;
	for (size_t i = 0; i < s.n && n < PASSWORD_MAX; i++) {
		char c = s.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || c < 0)
			out[n++] = c;
	}
	return str_n(out, n);
}

static size_t characters(Str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((uint8_t)s.p[i] & 0xC0) != 0x80;
	return n;
}

Err password_ok(Str login, Str password)
{
	char buf[PASSWORD_MAX], name[PASSWORD_MAX];
	size_t n = characters(password);
	if (n < PASSWORD_MIN || n > PASSWORD_MAX || !str_utf8(password))
		return ERR_INVALID;
	Str plain = letters(password, buf);
	if (!plain.n) { /* digits and signs only: not one sign over and over, not counting up */
		bool easy = true;
		for (size_t i = 1; i < password.n; i++)
			easy = easy && (password.p[i] == password.p[i - 1] || password.p[i] == password.p[i - 1] + 1 ||
			                (password.p[i] == '0' && password.p[i - 1] == '9'));
		return easy ? ERR_INVALID : OK;
	}
	Str own = letters(login, name);
	if (str_eq_nocase(login, password) || (own.n >= 3 && str_eq(own, plain)))
		return ERR_INVALID;
	for (size_t i = 0; i < COUNT_OF(worst); i++) {
		if (str_eq(plain, str_c(worst[i])))
			return ERR_INVALID;
	}
	return OK;
}

static Err password_hash(Str password, Arena *a, Str *out)
{
	char *text = arena_zero(a, crypto_pwhash_STRBYTES);
	if (crypto_pwhash_str_alg(text, password.p, password.n, ARGON_OPS, ARGON_BYTES, crypto_pwhash_ALG_ARGON2ID13) !=
	    0)
		return ERR_BUSY; /* no memory for it now */
	*out = str_c(text);
	return OK;
}

bool password_verify(Str hash, Str password)
{
	/* Of a random password that nobody kept, with the same cost. */
	static const char nobody[] =
	    "$argon2id$v=19$m=65536,t=3,p=1$Arm1cMXYET0qDVDpSZk+HA$F0mAJU0ujs5WBUCEmBYjESob8LLH4CsGHAGNaox9uww";
	char text[crypto_pwhash_STRBYTES] = { 0 };
	bool real = hash.n && hash.n < sizeof text;
	if (real)
		memcpy(text, hash.p, hash.n);
	else
		memcpy(text, nobody, sizeof nobody);
	return crypto_pwhash_str_verify(text, password.p ? password.p : "", password.n) == 0 && real;
}

/* ---- rows ---- */

Err access_run(Records *r, SqlText sql, const SqlArg *args, size_t n, int expect)
{
	Arena *a = arena_new();
	StoreTx *tx = store_tx(r->store, a);
	store_exec(tx, sql, args, n, expect);
	Err e = store_commit(tx);
	arena_free(a);
	return e;
}

void log_event(StoreTx *tx, Arena *a, AuditAction action, const Account *who, Str what, Str reason)
{
	AuditNote note = { .action = action, .count = 1 };
	Scope s = { .account = who->id, .role = who->role, .name = who->login, .purpose = S("HOPERAT"), .route = what };
	store_log(tx, 0, audit_encode(a, &note, &s, reason, time_now()));
}

bool account_of_row(const SqlArg *c, Account *out)
{
	*out = (Account){ .id = c[0].i,
		          .login = c[1].s,
		          .name = c[2].s,
		          .role = (Role)c[3].i,
		          .large_text = c[5].i,
		          .created = c[6].i,
		          .locked_until = c[7].i,
		          .must_change = c[8].i,
		          .disabled = c[9].i };
	if (!lang_parse(c[4].s, &out->lang))
		out->lang = LANG_NL;
	return out->role >= ROLE_PERSON && out->role < ROLE_SYSTEM;
}

Err account_refs(Records *r, int64_t id, Arena *a, Account *out)
{
	SqlRows rows;
	SqlArg args[] = { ARG_I(id) };
	TRY(store_select(r->store, SQL("SELECT ref FROM account_ref WHERE account=?1 ORDER BY ref"), args, 1, a,
	                 &rows));
	Str *refs = ARENA_ARRAY(a, Str, rows.n_rows + 1);
	for (size_t i = 0; i < rows.n_rows; i++)
		refs[i] = rows.cells[i].s;
	out->refs = refs;
	out->n_refs = rows.n_rows;
	return OK;
}

/* Logins are lower case, without white space. */
static bool login_of(Str in, char out[LOGIN_MAX], Str *login)
{
	in = str_trim(in);
	if (in.n < 2 || in.n > LOGIN_MAX)
		return false;
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];
		if (c <= ' ' || c > '~')
			return false;
		out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	*login = str_n(out, in.n);
	return true;
}

Str login_key(Str login, Arena *a)
{
	login = str_trim(login);
	char *out = arena_cstr(a, login);
	for (size_t i = 0; i < login.n; i++) {
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
	}
	return str_n(out, login.n);
}

Err account_by_login(Records *r, Str text, Arena *a, Account *out)
{
	char buf[LOGIN_MAX];
	Str login;
	SqlRows rows;
	if (!login_of(text, buf, &login))
		return ERR_NOT_FOUND;
	SqlArg args[] = { ARG_S(login) };
	TRY(store_select(r->store, SQL("SELECT " ACCOUNT_COLUMNS " FROM account a WHERE a.login=?1"), args, 1, a,
	                 &rows));
	if (!rows.n_rows)
		return ERR_NOT_FOUND;
	if (!account_of_row(rows.cells, out))
		return ERR_IO;
	return account_refs(r, out->id, a, out);
}

Err account_by_id(Records *r, int64_t id, Arena *a, Account *out, Str *hash)
{
	SqlRows rows;
	SqlArg args[] = { ARG_I(id) };
	TRY(store_select(r->store, SQL("SELECT " ACCOUNT_COLUMNS " FROM account a WHERE a.id=?1"), args, 1, a, &rows));
	if (!rows.n_rows)
		return ERR_NOT_FOUND;
	if (hash)
		*hash = rows.cells[ACCOUNT_HASH].s;
	return account_of_row(rows.cells, out) ? OK : ERR_IO;
}

Err account_list(Records *r, Arena *a, Account **out, size_t *n)
{
	SqlRows rows;
	TRY(store_select(r->store, SQL("SELECT " ACCOUNT_COLUMNS " FROM account a ORDER BY a.login LIMIT 100000"), NULL,
	                 0, a, &rows));
	Account *list = ARENA_ARRAY(a, Account, rows.n_rows + 1);
	*n = 0;
	for (size_t i = 0; i < rows.n_rows; i++) {
		if (!account_of_row(rows.cells + i * rows.n_cols, &list[*n]))
			continue;
		TRY(account_refs(r, list[*n].id, a, &list[*n]));
		++*n;
	}
	*out = list;
	return OK;
}

/* ---- changes ---- */

/* Who an account can be in the records. */
static bool ref_ok(Str text)
{
	Reference r;
	return reference_parse(text, &r) && r.kind == REF_RELATIVE && !r.version.p &&
	       (r.type == FT_PATIENT || r.type == FT_RELATEDPERSON || r.type == FT_PRACTITIONER ||
	        r.type == FT_PRACTITIONERROLE);
}

static Err create(Records *r, const NewAccount *n, Str login, Arena *a, int64_t *id)
{
	Account there;
	Str hash = STR_END;
	Err e = account_by_login(r, login, a, &there);
	if (e != ERR_NOT_FOUND)
		return e == OK ? ERR_CONFLICT : e;
	if (n->password.p) {
		TRY(password_ok(login, n->password));
		TRY(password_hash(n->password, a, &hash));
	}
	StoreTx *tx = store_tx(r->store, a);
	SqlArg args[] = { ARG_S(login),
		          ARG_S(n->name),
		          hash.p ? ARG_S(hash) : (SqlArg){ .kind = ARG_NULL },
		          ARG_I(n->role),
		          ARG_S(lang_code(n->lang)),
		          ARG_I(time_now()),
		          ARG_I(n->must_change) };
	store_exec(
	    tx,
	    SQL("INSERT INTO account(id, login, name, hash, role, lang, reading, created, locked_until, must_change)"
	        " SELECT COALESCE(MAX(id), 0) + 1, ?1, ?2, ?3, ?4, ?5, 0, ?6, 0, ?7 FROM account"),
	    args, COUNT_OF(args), 1);
	for (size_t i = 0; i < n->n_refs; i++) {
		SqlArg ref[] = { ARG_S(login), ARG_S(n->refs[i]) };
		store_exec(tx, SQL("INSERT INTO account_ref(account, ref) SELECT id, ?2 FROM account WHERE login=?1"),
		           ref, COUNT_OF(ref), 1);
	}
	log_event(tx, a, AUDIT_ADMIN, &(Account){ .login = login, .role = n->role }, S("account create"), STR_END);
	TRY(store_commit(tx));
	TRY(account_by_login(r, login, a, &there));
	*id = there.id;
	return OK;
}

Err account_create(Records *r, const NewAccount *n, int64_t *id)
{
	char buf[LOGIN_MAX];
	Str login;
	if (!login_of(n->login, buf, &login) || !n->name.n || n->role < ROLE_PERSON || n->role >= ROLE_SYSTEM)
		return ERR_INVALID;
	for (size_t i = 0; i < n->n_refs; i++) {
		if (!ref_ok(n->refs[i]))
			return ERR_INVALID;
	}
	Arena *a = arena_new();
	Err e = create(r, n, login, a, id);
	arena_free(a);
	return e;
}

/* Runs one statement about an account, with an entry in the log, and forgets what is cached about it. */
static Err change(Records *r, int64_t id, SqlText sql, const SqlArg *args, size_t n, Str what, bool end_sessions)
{
	Arena *a = arena_new();
	Account who;
	Err e = account_by_id(r, id, a, &who, NULL);
	if (e == OK) {
		StoreTx *tx = store_tx(r->store, a);
		SqlArg one[] = { ARG_I(id) };
		store_exec(tx, sql, args, n, -1);
		if (end_sessions)
			store_exec(tx, SQL("DELETE FROM session WHERE account=?1 AND kind=0"), one, 1, -1);
		log_event(tx, a, AUDIT_ADMIN, &who, what, STR_END);
		e = store_commit(tx);
		limits_clear(r->limits, who.login);
	}
	sessions_drop(r->sessions, id);
	arena_free(a);
	return e;
}

#define CHANGE(sql, what, end) change(r, id, SQL(sql), args, COUNT_OF(args), S(what), (end))

Err account_set_password(Records *r, int64_t id, Str password, bool must_change)
{
	Arena *a = arena_new();
	Account who;
	Str hash;
	Err e = account_by_id(r, id, a, &who, NULL);
	if (e == OK)
		e = password_ok(who.login, password);
	if (e == OK)
		e = password_hash(password, a, &hash);
	if (e == OK) {
		SqlArg args[] = { ARG_I(id), ARG_S(hash), ARG_I(must_change) };
		e = CHANGE("UPDATE account SET hash=?2, must_change=?3, failures=0, locked_until=0 WHERE id=?1",
		           "account password", true);
	}
	arena_free(a);
	return e;
}

Err account_change_password(Records *r, const Scope *who, Str old, Str fresh)
{
	Arena *a = arena_new();
	Account self;
	Str hash = STR_END;
	Err e = account_by_id(r, who->account, a, &self, &hash);
	Millis now = time_now();
	if (e == OK && (limits_locked(r->limits, self.login, now) || self.locked_until > now))
		e = ERR_TOO_MANY;
	if (e == OK && !password_verify(hash, old)) {
		(void)limits_failed(r->limits, self.login, now);
		e = ERR_SIGN_IN;
	}
	arena_free(a);
	return e == OK ? account_set_password(r, who->account, fresh, false) : e;
}

Err account_set_prefs(Records *r, const Scope *who, Lang lang, bool large_text)
{
	SqlArg args[] = { ARG_I(who->account), ARG_S(lang_code(lang)), ARG_I(large_text) };
	Err e = access_run(r, SQL("UPDATE account SET lang=?2, reading=?3 WHERE id=?1"), args, COUNT_OF(args), 1);
	sessions_drop(r->sessions, who->account);
	return e == ERR_CONFLICT ? ERR_NOT_FOUND : e;
}

Err account_add_ref(Records *r, int64_t id, Str ref)
{
	if (!ref_ok(ref))
		return ERR_INVALID;
	SqlArg args[] = { ARG_I(id), ARG_S(ref) };
	Err e = CHANGE("INSERT INTO account_ref(account, ref) VALUES(?1, ?2) ON CONFLICT(account, ref) DO NOTHING",
	               "account ref", false);
	relcache_drop_all(r->relations);
	return e;
}

Err account_disable(Records *r, int64_t id, bool disabled)
{
	SqlArg args[] = { ARG_I(id), ARG_I(disabled) };
	return disabled ? CHANGE("UPDATE account SET disabled=?2 WHERE id=?1", "account disable", true)
	                : CHANGE("UPDATE account SET disabled=?2 WHERE id=?1", "account enable", false);
}

Err account_unlock(Records *r, int64_t id)
{
	SqlArg args[] = { ARG_I(id) };
	return CHANGE("UPDATE account SET failures=0, locked_until=0 WHERE id=?1", "account unlock", false);
}
