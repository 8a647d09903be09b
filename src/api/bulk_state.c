/* One job's folder: job.json, the files, and how they come back after a crash. */
#include "api/bulk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

enum { BUF = 64 * 1024, STATE_MAX = 4 << 20 };

Str bulk_level_name(BulkLevel l)
{
	static const Str names[] = { [BULK_SYSTEM] = S_INIT("system"),
		                     [BULK_PATIENTS] = S_INIT("patient"),
		                     [BULK_GROUP] = S_INIT("group"),
		                     [BULK_PERSON] = S_INIT("person"),
		                     [BULK_IMPORT] = S_INIT("import") };
	return names[l];
}

Str bulk_file_name(size_t file, Arena *a)
{
	if (file == BULK_DELETED)
		return S("deleted.ndjson");
	if (file == BULK_ERRORS)
		return S("errors.ndjson");
	return arena_join(a, fhir_type_name((FhirType)file), S(".ndjson"), STR_END);
}

/* "DIR/name" as a C string in a. */
static const char *path_in(const BulkJob *j, Arena *a, Str name)
{
	return arena_join(a, j->dir, S("/"), name, STR_END).p;
}

/* ---- writing files ---- */

static Err write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return ERR_IO;
		p += w;
		n -= (size_t)w;
	}
	return OK;
}

static Err flush(BulkFile *f)
{
	size_t n = f->n;
	f->n = 0;
	return n ? write_all(f->fd, f->buf, n) : OK;
}

static Err file_open(BulkJob *j, size_t file)
{
	BulkFile *f = &j->files[file];
	Arena *a = arena_new();
	f->fd = open(path_in(j, a, bulk_file_name(file, a)), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	arena_free(a);
	if (f->fd < 0)
		return ERR_IO;
	f->buf = malloc(BUF);
	if (!f->buf)
		die("out of memory");
	return OK;
}

Err bulk_line(BulkJob *j, size_t file, Str text)
{
	BulkFile *f = &j->files[file];
	if (f->fd < 0)
		TRY(file_open(j, file));
	if (f->n + text.n + 1 > BUF)
		TRY(flush(f));
	if (text.n + 1 > BUF) {
		TRY(write_all(f->fd, text.p, text.n));
	} else {
		memcpy(f->buf + f->n, text.p, text.n);
		f->n += text.n;
	}
	f->buf[f->n++] = '\n';
	f->bytes += text.n + 1;
	f->count++;
	return OK;
}

void bulk_files_close(BulkJob *j)
{
	for (size_t i = 0; i < BULK_FILES; i++) {
		BulkFile *f = &j->files[i];
		if (f->fd >= 0)
			close(f->fd);
		free(f->buf);
		f->fd = -1;
		f->buf = NULL;
		f->n = 0;
	}
}

/* ---- job.json ---- */

static void write_list(JWriter *w, Str key, const Str *list, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, list[i]);
	jw_end_array(w);
}

static void write_ask(JWriter *w, const BulkAsk *q)
{
	JW_STR(w, "level", bulk_level_name(q->level));
	JW_INT(w, "account", q->account);
	JW_STR(w, "request", q->request);
	jw_str_opt(w, S("group"), q->group);
	write_list(w, S("persons"), q->persons, q->n_persons);
	write_list(w, S("filters"), q->filters, q->n_filters);
	write_list(w, S("elements"), q->elements, q->n_elements);
	JW_INT(w, "at", q->at);
	if (q->has_since)
		JW_INT(w, "since", q->since);
	if (!q->any_type)
		return;
	JW_ARRAY(w, "types");
	for (int t = FT_NONE + 1; t < FT_COUNT; t++)
		if (typeset_has(&q->types, (FhirType)t))
			jw_str(w, fhir_type_name((FhirType)t));
	jw_end_array(w);
}

static Str state_text(BulkJob *j, BulkStatus status, Arena *a)
{
	Buf b = buf_new(a, 4096, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	write_ask(&w, &j->ask);
	pthread_mutex_lock(&j->bulk->lock);
	JW_INT(&w, "status", (int64_t)status);
	JW_INT(&w, "ended", j->ended);
	JW_INT(&w, "done", (int64_t)j->done);
	JW_INT(&w, "total", (int64_t)j->total);
	jw_str_opt(&w, S("why"), j->why);
	pthread_mutex_unlock(&j->bulk->lock);
	JW_INT(&w, "dossier", j->dossier);
	JW_ARRAY(&w, "files");
	for (size_t i = 0; i < BULK_FILES; i++) {
		if (!j->files[i].count)
			continue;
		jw_object(&w);
		JW_INT(&w, "file", (int64_t)i);
		JW_STR(&w, "name", bulk_file_name(i, a));
		JW_INT(&w, "bytes", (int64_t)j->files[i].bytes);
		JW_INT(&w, "count", (int64_t)j->files[i].count);
		jw_end_object(&w);
	}
	jw_end_array(&w);
	jw_end_object(&w);
	return buf_str(&b);
}

/* Written beside, synced, renamed: it is there as a whole or as it was. */
static Err replace_file(const BulkJob *j, Arena *a, Str name, Str text)
{
	const char *path = path_in(j, a, name), *fresh = arena_printf(a, "%s.new", path).p;
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_IO;
	Err e = write_all(fd, text.p, text.n);
	if (fsync(fd) != 0 || close(fd) != 0)
		e = ERR_IO;
	if (e == OK && rename(fresh, path) != 0)
		e = ERR_IO;
	int dir = open(arena_cstr(a, j->dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fsync(dir) != 0)
		e = ERR_IO;
	if (dir >= 0)
		close(dir);
	return e;
}

Err bulk_save(BulkJob *j, BulkStatus status)
{
	for (size_t i = 0; i < BULK_FILES; i++) {
		BulkFile *f = &j->files[i];
		if (f->fd < 0)
			continue;
		TRY(flush(f));
		if (fdatasync(f->fd) != 0)
			return ERR_IO;
	}
	Arena *a = arena_new();
	Err e = replace_file(j, a, S("job.json"), state_text(j, status, a));
	arena_free(a);
	return e;
}

/* ---- reading it back ---- */

static int64_t number(JVal v, Str key, Arena *a)
{
	int64_t n = 0;
	(void)a;
	JVal at = json_get(v, key);
	return at.node && str_int(json_raw(at), &n) ? n : 0;
}

static void read_list(JVal v, Arena *a, Str **out, size_t *n)
{
	*out = ARENA_ARRAY(a, Str, json_count(v) + 1);
	*n = 0;
	for (JIter it = json_each(v); json_next(&it);)
		(*out)[(*n)++] = json_str(it.value, a);
}

static bool read_ask(JVal v, Arena *a, BulkAsk *q)
{
	Str level = JSTR(v, "level", a), *types;
	size_t n;
	*q = (BulkAsk){ .account = number(v, S("account"), a),
		        .request = JSTR(v, "request", a),
		        .at = number(v, S("at"), a),
		        .since = number(v, S("since"), a),
		        .has_since = JGET(v, "since").node != NULL,
		        .any_type = JGET(v, "types").node != NULL };
	if (JGET(v, "group").node)
		q->group = JSTR(v, "group", a);
	read_list(JGET(v, "persons"), a, &q->persons, &q->n_persons);
	read_list(JGET(v, "filters"), a, &q->filters, &q->n_filters);
	read_list(JGET(v, "elements"), a, &q->elements, &q->n_elements);
	read_list(JGET(v, "types"), a, &types, &n);
	for (size_t i = 0; i < n; i++)
		typeset_add(&q->types, fhir_type(types[i]));
	for (BulkLevel l = BULK_SYSTEM; l <= BULK_IMPORT; l++) {
		if (str_eq(level, bulk_level_name(l))) {
			q->level = l;
			return q->account > 0;
		}
	}
	return false;
}

static Err read_text(const char *path, Arena *a, Str *out)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return ERR_NOT_FOUND;
	Err e = fstat(fd, &st) == 0 && st.st_size <= STATE_MAX ? OK : ERR_IO;
	char *text = arena_raw(a, e == OK ? (size_t)st.st_size + 1 : 1);
	ssize_t n = e == OK ? read(fd, text, (size_t)st.st_size) : 0;
	close(fd);
	if (e != OK || n != st.st_size)
		return ERR_IO;
	*out = str_n(text, (size_t)n);
	return OK;
}

static Err read_state(BulkJob *j, Arena *a, JVal *out)
{
	Str text;
	const Json *doc;
	TRY(read_text(path_in(j, a, S("job.json")), a, &text));
	if (json_parse(a, text, &doc, NULL) != OK)
		return ERR_INVALID;
	*out = json_root(doc);
	return OK;
}

static void take_numbers(BulkJob *j, JVal v, Arena *a)
{
	for (size_t i = 0; i < BULK_FILES; i++)
		j->files[i] = (BulkFile){ .fd = -1 };
	for (JIter it = json_each(JGET(v, "files")); json_next(&it);) {
		int64_t file = number(it.value, S("file"), a);
		if (file < 0 || file >= BULK_FILES)
			continue;
		j->files[file].bytes = (uint64_t)number(it.value, S("bytes"), a);
		j->files[file].count = (uint64_t)number(it.value, S("count"), a);
	}
	j->dossier = number(v, S("dossier"), a);
	j->done = (size_t)number(v, S("done"), a);
	j->total = (size_t)number(v, S("total"), a);
}

Err bulk_load(Bulk *b, Str id, BulkJob **out)
{
	BulkJob *j = bulk_job_new(b);
	JVal v;
	j->id = arena_str(j->arena, id);
	j->dir = arena_join(j->arena, b->dir, S("/"), id, STR_END);
	Err e = read_state(j, j->arena, &v);
	if (e == OK && !read_ask(v, j->arena, &j->ask))
		e = ERR_INVALID;
	if (e != OK) {
		bulk_job_free(j);
		return e;
	}
	take_numbers(j, v, j->arena);
	j->status = number(v, S("status"), j->arena) == BULK_DONE     ? BULK_DONE
	            : number(v, S("status"), j->arena) == BULK_FAILED ? BULK_FAILED
	                                                              : BULK_QUEUED;
	j->ended = number(v, S("ended"), j->arena);
	j->why = JSTR(v, "why", j->arena);
	*out = j;
	return OK;
}

/* A file that job.json knows of is cut to what it says; one it does not know of goes. */
static Err cut_back(const BulkJob *j, Arena *a)
{
	for (size_t i = FT_NONE + 1; i < BULK_FILES; i++) {
		struct stat st;
		const char *path = path_in(j, a, bulk_file_name(i, a));
		off_t bytes = (off_t)j->files[i].bytes;
		if (stat(path, &st) != 0) {
			if (bytes)
				return ERR_IO;
			continue;
		}
		if (st.st_size < bytes || (bytes ? truncate(path, bytes) : unlink(path)) != 0)
			return ERR_IO;
	}
	return OK;
}

Err bulk_rewind(BulkJob *j)
{
	JVal v;
	Arena *a = arena_new();
	bulk_files_close(j);
	Err e = read_state(j, a, &v);
	if (e == OK) {
		pthread_mutex_lock(&j->bulk->lock);
		take_numbers(j, v, a);
		pthread_mutex_unlock(&j->bulk->lock);
		e = cut_back(j, a);
	}
	arena_free(a);
	return e;
}

void bulk_drop_input(const BulkJob *j)
{
	Arena *a = arena_new();
	if (unlink(path_in(j, a, S(BULK_INPUT))) != 0 && errno != ENOENT)
		log_warn("bulk: what was imported could not be removed");
	arena_free(a);
}

void bulk_remove(const BulkJob *j)
{
	Arena *a = arena_new();
	const char *dir = arena_cstr(a, j->dir);
	DIR *d = opendir(dir);
	for (struct dirent *f; d && (f = readdir(d));)
		if (f->d_name[0] != '.' && unlink(path_in(j, a, str_c(f->d_name))) != 0)
			log_warn("bulk: a file of a job could not be removed");
	if (d)
		closedir(d);
	if (rmdir(dir) != 0 && errno != ENOENT)
		log_warn("bulk: a job's folder could not be removed");
	arena_free(a);
}

void bulk_job_free(BulkJob *j)
{
	bulk_files_close(j);
	arena_free(j->arena);
}
