/* Backup and restore. A backup is a directory with a database that can be opened as a store, and manifest.json: what
 * must be found in it. The manifest is written last, so a directory without one is no backup. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/migrate.h"
#include "store/private.h"
#include "json/json.h"

typedef struct Manifest {
	int64_t schema, resources, versions, index_rows, log_size;
	char root[65], sha256[65]; /* hexadecimal; root is empty when the log is */
} Manifest;

static void hex(const uint8_t *p, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static Err one_int(Db *d, SqlText sql, int64_t *out)
{
	Query *q = db_query(d, sql);
	*out = query_step(q) ? query_col_int(q, 0) : 0;
	return query_end(q);
}

/* What the state of the read transaction holds. */
static Err describe(Db *d, Manifest *m)
{
	int64_t old;
	m->schema = schema_of(d);
	TRY(one_int(d, SQL("SELECT count(*) FROM res"), &m->resources));
	TRY(one_int(d, SQL("SELECT count(*) FROM hist"), &old));
	TRY(one_int(d, SQL("SELECT count(*) FROM idx"), &m->index_rows));
	m->versions = m->resources + old;
	AUTO_QUERY *q = db_query(d, SQL("SELECT first + count, root FROM log_block ORDER BY first DESC LIMIT 1"));
	if (!query_step(q))
		return OK;
	Str root = query_col_bytes(q, 1);
	if (root.n != 32)
		return ERR_IO;
	m->log_size = query_col_int(q, 0);
	hex((const uint8_t *)root.p, root.n, m->root);
	return OK;
}

/* ---- files ---- */

static bool write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		p += w;
		n -= (size_t)w;
	}
	return true;
}

static bool sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool ok = fsync(fd) == 0;
	close(fd);
	return ok;
}

/* Reads `from`, hashes it and, when out_fd ≥ 0, writes it there. */
static Err stream(const char *from, int out_fd, char sum[65])
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	enum { CHUNK = 1 << 18 };
	char *chunk = malloc(CHUNK);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	if (!chunk || !md || !EVP_DigestInit_ex(md, EVP_sha256(), NULL))
		die("out of memory");
	ssize_t n;
	bool ok = true;
	while (ok && (n = read(in, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		ok = n > 0 && EVP_DigestUpdate(md, chunk, (size_t)n) &&
		     (out_fd < 0 || write_all(out_fd, chunk, (size_t)n));
	}
	uint8_t digest[32];
	ok = ok && EVP_DigestFinal_ex(md, digest, NULL);
	if (ok)
		hex(digest, sizeof digest, sum);
	EVP_MD_CTX_free(md);
	free(chunk);
	close(in);
	return ok ? OK : ERR_IO;
}

static Err write_manifest(Arena *a, const char *dir, const Manifest *m)
{
	Buf b = buf_new(a, 512, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_INT(&w, "format", 1);
	JW_INT(&w, "schema", m->schema);
	JW_INT(&w, "resources", m->resources);
	JW_INT(&w, "versions", m->versions);
	JW_INT(&w, "indexRows", m->index_rows);
	JW_INT(&w, "logSize", m->log_size);
	JW_STR(&w, "logRoot", str_c(m->root));
	JW_STR(&w, "sha256", str_c(m->sha256));
	jw_end_object(&w);
	buf_byte(&b, '\n');
	Str path = arena_printf(a, "%s/manifest.json", dir);
	int fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_IO;
	bool ok = write_all(fd, b.p, b.n) && fsync(fd) == 0;
	return close(fd) == 0 && ok ? OK : ERR_IO;
}

static Err read_manifest(Arena *a, const char *dir, Manifest *m)
{
	Str path = arena_printf(a, "%s/manifest.json", dir);
	int fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return ERR_NOT_FOUND;
	char *text = arena_raw(a, 4096);
	ssize_t n = read(fd, text, 4096);
	close(fd);
	const Json *doc;
	JError error;
	if (n <= 0 || json_parse(a, str_n(text, (size_t)n), &doc, &error) != OK)
		return ERR_SYNTAX;
	JVal v = json_root(doc);
	Str root = JSTR(v, "logRoot", a), sum = JSTR(v, "sha256", a);
	int64_t format;
	if (!json_int(JGET(v, "format"), &format) || format != 1 || !json_int(JGET(v, "schema"), &m->schema) ||
	    !json_int(JGET(v, "resources"), &m->resources) || !json_int(JGET(v, "versions"), &m->versions) ||
	    !json_int(JGET(v, "indexRows"), &m->index_rows) || !json_int(JGET(v, "logSize"), &m->log_size) ||
	    root.n >= sizeof m->root || sum.n >= sizeof m->sha256)
		return ERR_SYNTAX;
	memcpy(m->root, root.p ? root.p : "", root.n);
	memcpy(m->sha256, sum.p ? sum.p : "", sum.n);
	return OK;
}

/* ---- backup ---- */

static Err copy_out(Db *d, const char *dir, Arena *a)
{
	Manifest m = { 0 };
	Str file = arena_printf(a, "%s/" STORE_FILE, dir);
	TRY(db_read_begin(d)); /* counts and copy see the same state */
	Err e = describe(d, &m);
	if (e == OK)
		e = db_copy(d, file.p);
	db_read_end(d);
	TRY(e);
	TRY(stream(file.p, -1, m.sha256));
	TRY(write_manifest(a, dir, &m));
	return sync_dir(dir) ? OK : ERR_IO;
}

Err store_backup(Store *s, Str dir)
{
	Arena *a = arena_new();
	char *path = arena_cstr(a, dir), why[256];
	Err e = OK;
	Db *d = NULL;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		e = ERR_IO;
	if (e == OK && access(arena_printf(a, "%s/" STORE_FILE, path).p, F_OK) == 0)
		e = ERR_CONFLICT;
	if (e == OK)
		e = db_open(s->file, DB_READ, s->cache_kib, &d, why, sizeof why);
	if (e == OK)
		e = copy_out(d, path, a);
	db_close(d);
	arena_free(a);
	return e;
}

/* ---- restore ---- */

static bool empty_dir(const char *path)
{
	DIR *d = opendir(path);
	if (!d)
		return false;
	bool empty = true;
	for (struct dirent *e; (e = readdir(d));)
		empty = empty && (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."));
	closedir(d);
	return empty;
}

static Err check_copy(const char *file, const Manifest *want, char *why, size_t why_n)
{
	Db *d = NULL;
	Manifest is = { 0 };
	TRY(db_open(file, DB_READ, 0, &d, why, why_n));
	Err e = describe(d, &is);
	db_close(d);
	if (e != OK || is.schema != want->schema || is.resources != want->resources || is.versions != want->versions ||
	    is.index_rows != want->index_rows || is.log_size != want->log_size || strcmp(is.root, want->root) != 0) {
		snprintf(why, why_n, "the copy does not hold what the manifest says");
		return ERR_INVALID;
	}
	if (is.schema > schema_count) {
		snprintf(why, why_n, "the backup has schema %lld, this program knows up to %d", (long long)is.schema,
		         schema_count);
		return ERR_NOT_SUPPORTED;
	}
	return OK;
}

static Err copy_in(const char *from, const char *to, const Manifest *m, char *why, size_t why_n)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		snprintf(why, why_n, "%s: %s", to, strerror(errno));
		return ERR_IO;
	}
	char sum[65] = "";
	Err e = stream(from, fd, sum);
	if (e == OK && fsync(fd) != 0)
		e = ERR_IO;
	close(fd);
	if (e != OK) {
		snprintf(why, why_n, "%s cannot be copied", from);
		return e;
	}
	if (strcmp(sum, m->sha256) != 0) {
		snprintf(why, why_n, "%s is damaged: its checksum is not the manifest's", from);
		return ERR_INVALID;
	}
	return check_copy(to, m, why, why_n);
}

static Err restore(Arena *a, const char *from, const char *to, char *why, size_t why_n)
{
	Manifest m = { 0 };
	Err e = read_manifest(a, from, &m);
	if (e != OK) {
		snprintf(why, why_n, "%s holds no backup with a readable manifest", from);
		return e;
	}
	if (mkdir(to, 0700) != 0 && errno != EEXIST) {
		snprintf(why, why_n, "%s: %s", to, strerror(errno));
		return ERR_IO;
	}
	if (!empty_dir(to)) {
		snprintf(why, why_n, "%s is not empty", to);
		return ERR_CONFLICT;
	}
	/* Under another name until it is known to be right: a half copy must never open as a store. */
	const char *part = arena_printf(a, "%s/restoring", to).p;
	e = copy_in(arena_printf(a, "%s/" STORE_FILE, from).p, part, &m, why, why_n);
	(void)unlink(arena_printf(a, "%s-wal", part).p);
	(void)unlink(arena_printf(a, "%s-shm", part).p);
	if (e == OK && (rename(part, arena_printf(a, "%s/" STORE_FILE, to).p) != 0 || !sync_dir(to))) {
		snprintf(why, why_n, "%s: %s", to, strerror(errno));
		e = ERR_IO;
	}
	if (e != OK)
		(void)unlink(part);
	return e;
}

Err store_restore(Str from, Str to, char *why, size_t why_n)
{
	if (why_n)
		*why = 0;
	Arena *a = arena_new();
	Err e = restore(a, arena_cstr(a, from), arena_cstr(a, to), why, why_n);
	arena_free(a);
	return e;
}
