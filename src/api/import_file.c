#include "api/import_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- finding ---- */

typedef struct Found {
	Str path;
	bool patient_first;
	size_t order;
} Found;

typedef struct Finder {
	Arena *arena;
	Found *files;
	size_t n, cap;
	uint64_t bytes;
} Finder;

/* Does the file's first resourceType say Patient? A look at the first bytes: it only decides the order. */
static bool starts_with_patient(const char *path)
{
	char head[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, head, sizeof(head));
	close(fd);
	if (n <= 0)
		return false;
	Str text = str_n(head, (size_t)n);
	ptrdiff_t at = str_find(text, S("\"resourceType\""));
	if (at < 0)
		return false;
	text = str_trim(str_from(text, (size_t)at + sizeof("\"resourceType\"") - 1));
	return str_starts(text, S(":")) && str_starts(str_trim(str_from(text, 1)), S("\"Patient\""));
}

static void add_file(Finder *f, const char *path, const struct stat *st)
{
	if (f->n == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : 64;
		f->files = arena_grow(f->arena, f->files, f->cap * sizeof(Found), cap * sizeof(Found));
		f->cap = cap;
	}
	f->files[f->n] = (Found){ arena_str(f->arena, str_c(path)), starts_with_patient(path), f->n };
	f->n++;
	f->bytes += (uint64_t)st->st_size;
}

enum { FOLDERS_DEEP = 32 };

static Err add_path(Finder *f, const char *path, int depth)
{
	struct stat st;
	struct dirent **names;
	if (stat(path, &st) != 0)
		return ERR_NOT_FOUND;
	if (!S_ISDIR(st.st_mode)) {
		add_file(f, path, &st);
		return OK;
	}
	int n = depth < FOLDERS_DEEP ? scandir(path, &names, NULL, alphasort) : -1;
	if (n < 0)
		return ERR_NOT_FOUND;
	Err e = OK;
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.' && e == OK)
			e = add_path(f, arena_printf(f->arena, "%s/%s", path, names[i]->d_name).p, depth + 1);
		free(names[i]);
	}
	free(names);
	return e;
}

static int by_patient_then_order(const void *a, const void *b)
{
	const Found *x = a, *y = b;
	if (x->patient_first != y->patient_first)
		return x->patient_first ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

Err import_find(Arena *a, const Str *paths, size_t n, Str **files, size_t *n_files, uint64_t *bytes, Str *missing)
{
	Finder f = { .arena = a };
	for (size_t i = 0; i < n; i++) {
		*missing = paths[i];
		TRY(add_path(&f, arena_cstr(a, paths[i]), 0));
	}
	if (f.n)
		qsort(f.files, f.n, sizeof(Found), by_patient_then_order);
	*files = ARENA_ARRAY(a, Str, f.n + 1);
	for (size_t i = 0; i < f.n; i++)
		(*files)[i] = f.files[i].path;
	*n_files = f.n;
	*bytes = f.bytes;
	return OK;
}

/* ---- mapping ---- */

Err import_file_open(Str path, ImportFile **out)
{
	struct stat st;
	Arena *a = arena_new();
	ImportFile *f = ARENA_NEW(a, ImportFile);
	f->arena = a;
	f->refs = 1;
	f->path = arena_str(a, path);
	f->text = S("");
	f->is_lines = str_ends(path, S(".ndjson")) || str_ends(path, S(".jsonl"));
	int fd = open(f->path.p, O_RDONLY | O_CLOEXEC);
	Err e = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? OK : ERR_IO;
	if (e == OK && !f->is_lines && st.st_size > JSON_MAX)
		e = ERR_TOO_LARGE;
	if (e == OK && st.st_size > 0) {
		void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (p == MAP_FAILED)
			e = ERR_IO;
		else
			f->text = str_n(p, (size_t)st.st_size);
	}
	if (fd >= 0)
		close(fd);
	if (e == OK)
		*out = f;
	else
		arena_free(a);
	return e;
}

void import_file_drop(ImportFile *f)
{
	if (!f || --f->refs > 0)
		return;
	if (f->text.n)
		munmap((void *)(uintptr_t)f->text.p, f->text.n);
	arena_free(f->arena);
}

bool import_next_line(Str text, size_t *at, size_t *line, Str *out)
{
	while (*at < text.n) {
		const char *p = text.p + *at;
		const char *end = memchr(p, '\n', text.n - *at);
		size_t n = end ? (size_t)(end - p) : text.n - *at;
		*at += n + (end ? 1 : 0);
		(*line)++;
		*out = str_trim(str_n(p, n));
		if (out->n)
			return true;
	}
	return false;
}

/* ---- ids ---- */

/* 32 hexadecimal digits of a hash over the parts, each with its length before it. */
static Str hashed_id(Arena *a, const Str *parts, size_t n)
{
	crypto_generichash_state st;
	uint8_t hash[16];
	char *hex = arena_raw(a, 33);
	crypto_generichash_init(&st, NULL, 0, sizeof(hash));
	for (size_t i = 0; i < n; i++) {
		uint64_t len = parts[i].n;
		crypto_generichash_update(&st, (const uint8_t *)&len, sizeof(len));
		crypto_generichash_update(&st, (const uint8_t *)parts[i].p, parts[i].n);
	}
	crypto_generichash_final(&st, hash, sizeof(hash));
	sodium_bin2hex(hex, 33, hash, sizeof(hash));
	return str_n(hex, 32);
}

Str import_renewed(Arena *a, Str seed, size_t copy, FhirType type, Str id)
{
	Str parts[] = { seed, str_n((const char *)&copy, sizeof(copy)), fhir_type_name(type), id };
	return hashed_id(a, parts, COUNT_OF(parts));
}

static Str made_id(Arena *a, const ImportItem *item)
{
	JVal identifier = json_at(JGET(item->resource, "identifier"), 0);
	Str value = JSTR(identifier, "value", a);
	Str system = JSTR(identifier, "system", a);
	if (value.n && system.n) {
		Str parts[] = { fhir_type_name(item->type), system, value };
		return hashed_id(a, parts, COUNT_OF(parts));
	}
	Str parts[] = { fhir_type_name(item->type), json_compact(a, item->resource) };
	return hashed_id(a, parts, COUNT_OF(parts));
}

Str import_id(Arena *a, const ImportItem *item, Str seed, size_t copy)
{
	Str id = JSTR(item->resource, "id", a);
	if (!id.n && str_starts(item->full_url, S("urn:uuid:")))
		id = str_from(item->full_url, 9);
	if (!id.n)
		id = made_id(a, item);
	return seed.p ? import_renewed(a, seed, copy, item->type, id) : id;
}
