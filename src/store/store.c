/* Opening and closing, read connections, figures. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "store/migrate.h"
#include "store/private.h"

/* A thread's read connection, in the store's list so that store_close and the writer find it. */
struct Reader {
	Store *store;
	Db *db;
	Reader *prev, *next;
	pthread_mutex_t
	    lock; /* over the connection while a snapshot is open: its thread's, or the writer's to end it */
	bool open;
	uint64_t changes; /* of the store, when the snapshot was opened or earlier */
};

static void reader_free(void *p)
{
	Reader *r = p;
	Store *s = r->store;
	pthread_mutex_lock(&s->readers_lock);
	if (r->prev)
		r->prev->next = r->next;
	else
		s->readers = r->next;
	if (r->next)
		r->next->prev = r->prev;
	pthread_mutex_unlock(&s->readers_lock);
	if (r->open)
		db_read_end(r->db);
	pthread_mutex_destroy(&r->lock);
	db_close(r->db);
	free(r);
}

static Err reader_new(Store *s, size_t cache_kib, Reader **out)
{
	char why[256] = "";
	Db *d = NULL;
	Err e = db_open(s->file, DB_READ, cache_kib, &d, why, sizeof why);
	if (e != OK) {
		log_error("store: no read connection: %s", why);
		return e;
	}
	Reader *r = calloc(1, sizeof *r);
	if (!r)
		die("out of memory");
	*r = (Reader){ .store = s, .db = d };
	pthread_mutex_init(&r->lock, NULL);
	pthread_mutex_lock(&s->readers_lock);
	r->next = s->readers;
	if (r->next)
		r->next->prev = r;
	s->readers = r;
	pthread_mutex_unlock(&s->readers_lock);
	pthread_setspecific(s->reader_key, r);
	*out = r;
	return OK;
}

static Err reader_of(Store *s, Reader **out)
{
	*out = pthread_getspecific(s->reader_key);
	return *out ? OK : reader_new(s, s->cache_kib, out);
}

static void end_snapshot(Reader *r)
{
	if (r->open)
		db_read_end(r->db);
	r->open = false;
}

void store_thread_light(Store *s)
{
	enum { LIGHT_KIB = 2048 };
	Reader *r;
	store_thread_end(s);
	if (reader_new(s, LIGHT_KIB, &r) != OK)
		log_warn("store: no connection with little memory; the thread will take a usual one");
}

Err store_reader(Store *s, Db **out)
{
	Reader *r;
	TRY(reader_of(s, &r));
	pthread_mutex_lock(&r->lock);
	end_snapshot(r);
	pthread_mutex_unlock(&r->lock);
	*out = r->db;
	return OK;
}

Err snapshot_take(Store *s, Snapshot *out)
{
	Reader *r;
	TRY(reader_of(s, &r));
	pthread_mutex_lock(&r->lock);
	*out = (Snapshot){ r, r->db };
	/* Before the snapshot begins: one that is newer than its number is only renewed too early. */
	uint64_t changes = __atomic_load_n(&s->changes, __ATOMIC_ACQUIRE);
	if (r->open && r->changes == changes)
		return OK;
	end_snapshot(r);
	/* Of the changes of another process nobody tells. */
	if (s->read_only)
		return OK;
	TRY(db_read_begin(r->db));
	r->open = true;
	r->changes = changes;
	return OK;
}

void snapshot_give(Snapshot *r)
{
	if (!r->reader)
		return;
	if (__atomic_load_n(&r->reader->store->short_snapshots, __ATOMIC_ACQUIRE))
		end_snapshot(r->reader);
	pthread_mutex_unlock(&r->reader->lock);
}

void snapshots_keep(Store *s, bool keep)
{
	__atomic_store_n(&s->short_snapshots, !keep, __ATOMIC_RELEASE);
	if (keep)
		return;
	pthread_mutex_lock(&s->readers_lock);
	for (Reader *r = s->readers; r; r = r->next) {
		/* Being read from: then it ends when it is given back. */
		if (pthread_mutex_trylock(&r->lock) != 0)
			continue;
		end_snapshot(r);
		pthread_mutex_unlock(&r->lock);
	}
	pthread_mutex_unlock(&s->readers_lock);
}

void store_thread_end(Store *s)
{
	Reader *r = pthread_getspecific(s->reader_key);
	if (!r)
		return;
	pthread_setspecific(s->reader_key, NULL);
	reader_free(r);
}

static char *path_of(Str dir, const char *name)
{
	char *p = NULL;
	if (asprintf(&p, "%.*s%s%s", STR_ARG(dir), *name ? "/" : "", name) < 0)
		die("out of memory");
	return p;
}

/* One process writes: it holds DIR/lock. */
static Err lock_dir(Store *s, char *why, size_t why_n)
{
	char *path = path_of(str_c(s->dir), "lock");
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	free(path);
	if (s->lock_fd < 0) {
		snprintf(why, why_n, "%s: %s", s->dir, strerror(errno));
		return ERR_IO;
	}
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		snprintf(why, why_n, "%s is in use by another process", s->dir);
		return ERR_BUSY;
	}
	return OK;
}

static Err prepare_dir(Store *s, const StoreOptions *o, char *why, size_t why_n)
{
	bool exists = access(s->file, F_OK) == 0;
	if (o->must_be_new && exists) {
		snprintf(why, why_n, "%s holds a store already", s->dir);
		return ERR_CONFLICT;
	}
	if (o->read_only && !exists) {
		snprintf(why, why_n, "%s holds no store", s->dir);
		return ERR_NOT_FOUND;
	}
	if (o->read_only)
		return OK;
	if (mkdir(s->dir, 0700) != 0 && errno != EEXIST) {
		snprintf(why, why_n, "%s: %s", s->dir, strerror(errno));
		return ERR_IO;
	}
	return lock_dir(s, why, why_n);
}

static void derive_keys(Store *s, const uint8_t secret[32])
{
	crypto_generichash(s->id_key.bytes, sizeof s->id_key.bytes, (const uint8_t *)"ids", 3, secret, 32);
	crypto_generichash(s->sum_key, sizeof s->sum_key, (const uint8_t *)"rows", 4, secret, 32);
	crypto_generichash(s->purpose_key, sizeof s->purpose_key, (const uint8_t *)"keys", 4, secret, 32);
}

void store_key(const Store *s, Str purpose, uint8_t out[32])
{
	crypto_generichash(out, 32, (const uint8_t *)purpose.p, purpose.n, s->purpose_key, sizeof s->purpose_key);
}

/* What is read once from an open database of the right schema. */
static Err load(Store *s, Db *d)
{
	uint8_t secret[32];
	TRY(meta_secret(d, secret));
	derive_keys(s, secret);
	sodium_memzero(secret, sizeof secret);
	int64_t like;
	s->id_like_alias = meta_int(d, S("id_like_alias"), &like);
	TRY(slog_open(d, !s->read_only, &s->slog));
	Query *q = db_query(d, SQL("SELECT max(rid) FROM res"));
	Part rows = query_step(q) ? rid_part(query_col_int(q, 0)) : 0;
	TRY(query_end(q));
	Part logged; /* a partition may have entries although its first row never came */
	TRY(slog_max_part(s->slog, d, &logged));
	Part last = rows > logged ? rows : logged;
	s->keys = keys_new(last + 1 > PART_FIRST ? last + 1 : PART_FIRST);
	return OK;
}

static Err open_database(Store *s, char *why, size_t why_n)
{
	Db *d = NULL;
	TRY(db_open(s->file, s->read_only ? DB_READ : DB_WRITE, s->cache_kib, &d, why, why_n));
	Err e = OK;
	if (!s->read_only) {
		e = migrate(d, schema_count, why, why_n);
	} else if (schema_of(d) != schema_count) {
		snprintf(why, why_n, "%s has schema %lld, this program reads %d", s->dir, (long long)schema_of(d),
		         schema_count);
		e = ERR_NOT_SUPPORTED;
	}
	if (e == OK) {
		e = load(s, d);
		if (e != OK)
			snprintf(why, why_n, "%s is damaged; verify says where", s->dir);
	}
	if (e == OK && s->max_pages > 0)
		e = db_limit(d, s->max_pages);
	if (e == OK && !s->read_only)
		return writer_start(s, d, &s->writer);
	db_close(d);
	return e;
}

Err store_open(const StoreOptions *o, Store **out, char *why, size_t why_n)
{
	random_init();
	if (why_n)
		*why = 0;
	Store *s = calloc(1, sizeof *s);
	if (!s)
		die("out of memory");
	s->dir = path_of(o->dir, "");
	s->file = path_of(o->dir, STORE_FILE);
	s->read_only = o->read_only;
	s->cache_kib = o->cache_kib;
	s->max_pages = o->max_pages;
	s->lock_fd = -1;
	s->guards = guards_new();
	s->postings = postings_new();
	pthread_mutex_init(&s->readers_lock, NULL);
	if (pthread_key_create(&s->reader_key, reader_free) != 0)
		die("no thread key left");
	Err e = prepare_dir(s, o, why, why_n);
	if (e == OK)
		e = open_database(s, why, why_n);
	if (e != OK) {
		store_close(s);
		return e;
	}
	*out = s;
	return OK;
}

void store_close(Store *s)
{
	if (!s)
		return;
	Db *last = writer_stop(s->writer);
	pthread_key_delete(s->reader_key);
	while (s->readers)
		reader_free(s->readers); /* takes itself out of the list: NOLINT(clang-analyzer-unix.Malloc) */
	db_close(last);                  /* the last connection to close moves the WAL into the main file */
	slog_free(s->slog);
	keys_free(s->keys);
	guards_free(s->guards);
	postings_free(s->postings);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	pthread_mutex_destroy(&s->readers_lock);
	sodium_memzero(&s->id_key, sizeof s->id_key);
	sodium_memzero(s->purpose_key, sizeof s->purpose_key);
	free(s->file);
	free(s->dir);
	free(s);
}

void store_stats(Store *s, StoreStats *out)
{
	*out = (StoreStats){ 0 };
	if (s->writer)
		writer_stats(s->writer, out);
	struct stat st;
	if (stat(s->file, &st) == 0)
		out->db_bytes = st.st_size;
}
