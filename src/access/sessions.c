/* Sessions and tokens: an open cache in front of the session table, and the masks against forged forms. */
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "access/accounts.h"
#include "base/log.h"
#include "base/random.h"

enum { KIND_SESSION, KIND_TOKEN };
enum { HASH = 32, SECRET = 32, TOKEN_CHARS = 52, IDLE_MS = 30 * 60000, SESSION_MS = 12 * 3600000, SAVE_MS = 60000 };
enum { SETS = 1024, WAYS = 4, EPOCHS = 1024, RELOAD_MS = 60000 };

/* A session as it was read. */
typedef struct Open {
	Account account;
	Str csrf;
	int64_t kind;
	Millis created, seen, expires;
} Open;

typedef struct Entry {
	uint8_t hash[HASH];
	Millis loaded, saved; /* saved: `seen` as the table has it */
	uint32_t epoch;
	Open open;   /* strings live in block */
	char *block; /* NULL: free */
} Entry;

struct Sessions {
	pthread_mutex_t lock;
	_Atomic uint32_t epochs[EPOCHS];
	Entry sets[SETS][WAYS];
};

Sessions *sessions_new(void)
{
	Sessions *s = calloc(1, sizeof *s);
	if (!s)
		die("out of memory");
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void sessions_free(Sessions *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < SETS; i++)
		for (size_t k = 0; k < WAYS; k++)
			free(s->sets[i][k].block);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static _Atomic uint32_t *epoch_of(Sessions *s, int64_t account)
{
	return &s->epochs[(uint64_t)account % EPOCHS];
}

void sessions_drop(Sessions *s, int64_t account)
{
	atomic_fetch_add(epoch_of(s, account), 1);
}

Str secret_hash(Str token, Arena *a)
{
	uint8_t *h = arena_raw(a, HASH);
	crypto_generichash(h, HASH, (const uint8_t *)token.p, token.n, NULL, 0);
	return str_n((const char *)h, HASH);
}

/* ---- cache ---- */

static Entry *set_of(Sessions *s, Str hash)
{
	uint64_t h;
	memcpy(&h, hash.p, sizeof h);
	return s->sets[h % SETS];
}

static Entry *find(Sessions *s, Str hash)
{
	Entry *set = set_of(s, hash);
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].block && sodium_memcmp(set[i].hash, hash.p, HASH) == 0)
			return &set[i];
	}
	return NULL;
}

static Str move(char **at, Str s)
{
	Str out = str_n(*at, s.n);
	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return out;
}

/* A copy of o whose strings and references lie in one block. */
static char *pack(const Open *o, Open *out)
{
	const Account *a = &o->account;
	size_t n = a->n_refs * sizeof(Str) + a->login.n + a->name.n + o->csrf.n + 1;
	for (size_t i = 0; i < a->n_refs; i++)
		n += a->refs[i].n;
	char *block = malloc(n), *at = block + a->n_refs * sizeof(Str);
	if (!block)
		die("out of memory");
	Str *refs = (Str *)(void *)block;
	*out = *o;
	for (size_t i = 0; i < a->n_refs; i++)
		refs[i] = move(&at, a->refs[i]);
	out->account.refs = refs;
	out->account.login = move(&at, a->login);
	out->account.name = move(&at, a->name);
	out->csrf = move(&at, o->csrf);
	return block;
}

static Open copy(const Open *o, Arena *a)
{
	Open out = *o;
	Str *refs = ARENA_ARRAY(a, Str, o->account.n_refs + 1);
	for (size_t i = 0; i < o->account.n_refs; i++)
		refs[i] = arena_str(a, o->account.refs[i]);
	out.account.refs = refs;
	out.account.login = arena_str(a, o->account.login);
	out.account.name = arena_str(a, o->account.name);
	out.csrf = arena_str(a, o->csrf);
	return out;
}

static void keep(Sessions *s, Str hash, const Open *o, uint32_t epoch, Millis now)
{
	Open packed;
	char *block = pack(o, &packed);
	pthread_mutex_lock(&s->lock);
	Entry *set = set_of(s, hash), *e = find(s, hash);
	if (!e) {
		e = &set[0];
		for (size_t i = 1; i < WAYS && e->block; i++) {
			if (!set[i].block || set[i].loaded < e->loaded)
				e = &set[i];
		}
	}
	free(e->block);
	*e = (Entry){ .loaded = now, .saved = o->seen, .epoch = epoch, .open = packed, .block = block };
	memcpy(e->hash, hash.p, HASH);
	pthread_mutex_unlock(&s->lock);
}

static void forget(Sessions *s, Str hash)
{
	pthread_mutex_lock(&s->lock);
	Entry *e = find(s, hash);
	if (e) {
		free(e->block);
		*e = (Entry){ 0 };
	}
	pthread_mutex_unlock(&s->lock);
}

static bool alive(const Open *o, Millis now)
{
	return now < o->expires && (o->kind == KIND_TOKEN || now - o->seen < IDLE_MS);
}

/* A fresh entry of the cache, marked as used now. *save: the table should hear of it. *seen: what the cache knew, also
 * when the entry has to be read again (0: nothing). */
static bool cached(Sessions *s, Str hash, Millis now, Arena *a, Open *out, bool *save, Millis *seen)
{
	bool good = false;
	*seen = 0;
	pthread_mutex_lock(&s->lock);
	Entry *e = find(s, hash);
	if (e) {
		*seen = e->open.seen;
		good = e->epoch == atomic_load(epoch_of(s, e->open.account.id)) && e->loaded <= now &&
		       now - e->loaded < RELOAD_MS && alive(&e->open, now);
	}
	if (good) {
		*save = now - e->saved >= SAVE_MS && e->open.kind == KIND_SESSION;
		if (*save)
			e->saved = now;
		if (e->open.seen < now)
			e->open.seen = now;
		*out = copy(&e->open, a);
	}
	pthread_mutex_unlock(&s->lock);
	return good;
}

/* ---- table ---- */

static Err load(Records *r, Str hash, Arena *a, Open *out)
{
	SqlRows rows;
	SqlArg args[] = { ARG_B(hash) };
	TRY(store_select(r->store,
	                 SQL("SELECT " ACCOUNT_COLUMNS ", s.created, s.seen, s.expires, s.csrf, s.kind FROM session s"
	                     " JOIN account a ON a.id = s.account WHERE s.token=?1"),
	                 args, 1, a, &rows));
	if (!rows.n_rows || !account_of_row(rows.cells, &out->account))
		return ERR_SIGN_IN;
	const SqlArg *c = rows.cells + ACCOUNT_N;
	out->created = c[0].i;
	out->seen = c[1].i;
	out->expires = c[2].i;
	out->csrf = c[3].s;
	out->kind = c[4].i;
	return account_refs(r, out->account.id, a, &out->account);
}

static void saved(void *ctx, Err result)
{
	if (result != OK)
		log_warn("the last use of a session could not be kept");
	arena_free(ctx);
}

/* Without waiting: nothing depends on it but the idle limit after a restart. */
static void save_seen(Records *r, Str hash, Millis now)
{
	if (r->read_only)
		return;
	Arena *a = arena_new();
	SqlArg args[] = { ARG_B(arena_str(a, hash)), ARG_I(now) };
	StoreTx *tx = store_tx(r->store, a);
	store_exec(tx, SQL("UPDATE session SET seen=?2 WHERE token=?1 AND seen<?2"), args, COUNT_OF(args), -1);
	if (store_submit(tx, saved, a) != OK)
		arena_free(a);
}

static Str purpose(Role r)
{
	switch (r) {
	case ROLE_PERSON:
	case ROLE_CARER:
		return S("PATRQT");
	case ROLE_PROFESSIONAL:
	case ROLE_COORDINATOR:
		return S("TREAT");
	case ROLE_ADMIN:
	case ROLE_SYSTEM:
		return S("HOPERAT");
	}
	return S("HOPERAT");
}

static Session session_of(const Open *o)
{
	const Account *a = &o->account;
	Session s = { .csrf = o->csrf, .large_text = a->large_text, .must_change = a->must_change };
	s.scope = (Scope){ .account = a->id,
		           .role = a->role,
		           .lang = a->lang,
		           .login = a->login,
		           .name = a->name,
		           .refs = a->refs,
		           .n_refs = a->n_refs,
		           .purpose = purpose(a->role),
		           .api = o->kind == KIND_TOKEN };
	return s;
}

Err session_open(Records *r, Str token, Arena *a, Session *out, int64_t *expired_account)
{
	Open o = { 0 };
	bool save = false;
	Millis now = time_now(), seen;
	*expired_account = 0;
	if (token.n != TOKEN_CHARS)
		return ERR_SIGN_IN;
	Str hash = secret_hash(token, a);
	if (!cached(r->sessions, hash, now, a, &o, &save, &seen)) {
		TRY(load(r, hash, a, &o));
		/* Once more under a known epoch: a change in between is then not missed. */
		uint32_t epoch = atomic_load(epoch_of(r->sessions, o.account.id));
		TRY(load(r, hash, a, &o));
		if (o.seen < seen)
			o.seen = seen;
		if (o.account.disabled)
			return ERR_SIGN_IN;
		if (!alive(&o, now)) {
			*expired_account = o.account.id;
			forget(r->sessions, hash);
			return ERR_SIGN_IN;
		}
		save = o.kind == KIND_SESSION && now - o.seen >= SAVE_MS;
		if (o.seen < now)
			o.seen = now;
		keep(r->sessions, hash, &o, epoch, now);
	}
	if (save)
		save_seen(r, hash, now);
	*out = session_of(&o);
	return OK;
}

Err account_scope(Records *r, int64_t account, Arena *a, Scope *out)
{
	Open o = { .kind = KIND_TOKEN };
	Err e = account_by_id(r, account, a, &o.account, NULL);
	if (e == ERR_NOT_FOUND || (e == OK && o.account.disabled))
		return ERR_SIGN_IN;
	TRY(e);
	TRY(account_refs(r, account, a, &o.account));
	*out = session_of(&o).scope;
	return OK;
}

/* ---- tokens for forms ---- */

Str csrf_token(const Session *s, Arena *a)
{
	uint8_t out[2 * SECRET];
	random_bytes(out, SECRET);
	for (size_t i = 0; i < SECRET; i++)
		out[SECRET + i] = out[i] ^ (i < s->csrf.n ? (uint8_t)s->csrf.p[i] : 0);
	char *text = arena_raw(a, sizeof out * 2 + 1);
	sodium_bin2hex(text, sizeof out * 2 + 1, out, sizeof out);
	return str_n(text, sizeof out * 2);
}

bool csrf_ok(const Session *s, Str token)
{
	uint8_t in[2 * SECRET];
	size_t n = 0;
	if (s->csrf.n != SECRET || token.n != sizeof in * 2 ||
	    sodium_hex2bin(in, sizeof in, token.p, token.n, NULL, &n, NULL) != 0 || n != sizeof in)
		return false;
	for (size_t i = 0; i < SECRET; i++)
		in[SECRET + i] ^= in[i];
	return sodium_memcmp(in + SECRET, s->csrf.p, SECRET) == 0;
}

/* ---- signing in and out ---- */

static Str new_session(StoreTx *tx, Arena *a, int64_t account, int kind, Millis now)
{
	Str token = random_text(a, SECRET);
	char *csrf = arena_raw(a, SECRET);
	random_bytes(csrf, SECRET);
	SqlArg args[] = { ARG_B(secret_hash(token, a)),
		          ARG_I(account),
		          ARG_I(now),
		          ARG_I(kind == KIND_TOKEN ? INT64_MAX : now + SESSION_MS),
		          ARG_B(str_n(csrf, SECRET)),
		          ARG_I(kind) };
	store_exec(tx,
	           SQL("INSERT INTO session(token, account, created, seen, expires, csrf, kind) VALUES(?1, ?2, ?3, ?3, "
	               "?4, ?5, ?6)"),
	           args, COUNT_OF(args), 1);
	return token;
}

static Err failed(Records *r, const Account *who, Str login, Str remote, Millis now, Arena *a)
{
	bool lock = limits_failed(r->limits, login, now);
	StoreTx *tx = store_tx(r->store, a);
	if (who->id) {
		SqlArg args[] = { ARG_I(who->id), ARG_I(lock ? now + LIMIT_LOCK_MS : 0) };
		if (lock)
			store_exec(tx, SQL("UPDATE account SET failures=0, locked_until=?2 WHERE id=?1"), args, 2, -1);
		else
			store_exec(tx, SQL("UPDATE account SET failures=failures+1 WHERE id=?1"), args, 1, -1);
	}
	log_event(tx, a, AUDIT_SIGN_IN_FAILED, who, S("sign in"), remote);
	TRY(store_commit(tx));
	return ERR_SIGN_IN;
}

static Err refused(Records *r, const Account *who, Str remote, Arena *a)
{
	StoreTx *tx = store_tx(r->store, a);
	log_event(tx, a, AUDIT_SIGN_IN_FAILED, who, S("sign in, too many"), remote);
	TRY(store_commit(tx));
	return ERR_TOO_MANY;
}

static Err account_hash(Records *r, int64_t id, Arena *a, Str *hash)
{
	SqlRows rows;
	SqlArg args[] = { ARG_I(id) };
	TRY(store_select(r->store, SQL("SELECT hash, failures FROM account WHERE id=?1"), args, 1, a, &rows));
	*hash = rows.n_rows ? rows.cells[0].s : STR_END;
	return OK;
}

Err sign_in(Records *r, Str login, Str password, Str remote, Arena *a, Str *token)
{
	Millis now = time_now();
	/* What nobody is called: what was typed is not kept, it may be a password. */
	Account who = { .role = ROLE_PERSON, .login = S("") };
	Str hash = STR_END;
	if (!limits_attempt(r->limits, remote, now))
		return refused(r, &who, remote, a);
	Err e = account_by_login(r, login, a, &who);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	Str key = login_key(login, a);
	if (limits_locked(r->limits, key, now) || who.locked_until > now)
		return refused(r, &who, remote, a);
	if (e == OK)
		TRY(account_hash(r, who.id, a, &hash));
	if (!password_verify(hash, password) || who.disabled)
		return failed(r, &who, key, remote, now, a);
	limits_clear(r->limits, key);
	StoreTx *tx = store_tx(r->store, a);
	SqlArg args[] = { ARG_I(who.id) }, old[] = { ARG_I(now - 7 * (Millis)DAY_MS) };
	SqlArg forgotten[] = { ARG_I(now - DRAFT_DAYS * (Millis)DAY_MS) };
	store_exec(tx, SQL("UPDATE account SET failures=0, locked_until=0 WHERE id=?1"), args, 1, 1);
	store_exec(tx, SQL("DELETE FROM session WHERE account=?1 AND expires<?2"), (SqlArg[]){ args[0], old[0] }, 2,
	           -1);
	store_exec(tx, SQL("DELETE FROM idem WHERE at<?1"), old, 1, -1);
	store_exec(tx, SQL("DELETE FROM draft WHERE updated<?1"), forgotten, 1, -1);
	Str made = new_session(tx, a, who.id, KIND_SESSION, now);
	log_event(tx, a, AUDIT_SIGN_IN, &who, S("sign in"), remote);
	TRY(store_commit(tx));
	*token = made;
	return OK;
}

Err sign_out(Records *r, Str token)
{
	Arena *a = arena_new();
	Open o = { 0 };
	Str hash = secret_hash(token, a);
	Err e = load(r, hash, a, &o);
	if (e == OK) {
		StoreTx *tx = store_tx(r->store, a);
		SqlArg args[] = { ARG_B(hash) };
		store_exec(tx, SQL("DELETE FROM session WHERE token=?1"), args, 1, -1);
		log_event(tx, a, AUDIT_SIGN_OUT, &o.account, S("sign out"), STR_END);
		e = store_commit(tx);
		sessions_drop(r->sessions, o.account.id);
	}
	forget(r->sessions, hash);
	arena_free(a);
	return e == ERR_SIGN_IN ? OK : e; /* there was none: that is what was asked */
}

Err token_create(Records *r, int64_t account, Arena *a, Str *token)
{
	StoreTx *tx = store_tx(r->store, a);
	Str made = new_session(tx, a, account, KIND_TOKEN, time_now());
	log_event(tx, a, AUDIT_ADMIN, &(Account){ .id = account, .role = ROLE_PERSON, .login = S("") },
	          S("token create"), STR_END);
	TRY(store_commit(tx));
	*token = made;
	return OK;
}

Err token_revoke_all(Records *r, int64_t account)
{
	SqlArg args[] = { ARG_I(account) };
	Err e = access_run(r, SQL("DELETE FROM session WHERE account=?1 AND kind=1"), args, 1, -1);
	sessions_drop(r->sessions, account);
	return e;
}
