/* Static files: read and compressed once at the start, then served from memory. */
#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "server/internal.h"

enum { FILE_MAX = 16 * 1024 * 1024, FILES_MAX = 4096, DEPTH_MAX = 6, HASH_MIN = 8 };

Str type_of_name(Str name)
{
	static const Pair types[] = {
		{ S_INIT(".css"), S_INIT("text/css; charset=utf-8") },
		{ S_INIT(".js"), S_INIT("text/javascript; charset=utf-8") },
		{ S_INIT(".mjs"), S_INIT("text/javascript; charset=utf-8") },
		{ S_INIT(".json"), S_INIT("application/json") },
		{ S_INIT(".webmanifest"), S_INIT("application/manifest+json") },
		{ S_INIT(".svg"), S_INIT("image/svg+xml") },
		{ S_INIT(".png"), S_INIT("image/png") },
		{ S_INIT(".jpg"), S_INIT("image/jpeg") },
		{ S_INIT(".webp"), S_INIT("image/webp") },
		{ S_INIT(".ico"), S_INIT("image/x-icon") },
		{ S_INIT(".woff2"), S_INIT("font/woff2") },
		{ S_INIT(".woff"), S_INIT("font/woff") },
		{ S_INIT(".txt"), S_INIT("text/plain; charset=utf-8") },
		{ S_INIT(".html"), S_INIT("text/html; charset=utf-8") },
		{ S_INIT(".pdf"), S_INIT("application/pdf") },
	};
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_ends(name, types[i].name))
			return types[i].value;
	return S("application/octet-stream");
}

bool name_hashed(Str name)
{
	for (size_t i = 0; i < name.n; i++) {
		size_t n = 0;
		if (name.p[i] != '.' && name.p[i] != '-')
			continue;
		for (; i + 1 + n < name.n; n++) {
			char c = name.p[i + 1 + n];
			if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
				break;
		}
		if (n >= HASH_MIN && i + 1 + n < name.n && name.p[i + 1 + n] == '.')
			return true;
	}
	return false;
}

static Str etag_of(Arena *a, Str body)
{
	unsigned char hash[16];
	char hex[sizeof hash * 2 + 1];
	crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	return arena_printf(a, "\"%s\"", hex);
}

static Str slurp(Arena *a, const char *path, size_t size)
{
	char *p = arena_raw(a, size + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	for (ssize_t got = 1; fd >= 0 && n < size && got > 0; n += got > 0 ? (size_t)got : 0)
		got = read(fd, p + n, size - n);
	if (fd >= 0)
		close(fd);
	return fd >= 0 && n == size ? str_n(p, n) : STR_END;
}

static Str pressed(Arena *a, Asset *f)
{
	z_stream z = { 0 };
	if (f->body.n <= GZIP_FROM || str_starts(f->type, S("font/")) || str_starts(f->type, S("image/png")) ||
	    deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return STR_END;
	Str out = gzip_text(a, f->body, &z);
	deflateEnd(&z);
	return out.n < f->body.n - f->body.n / 10 ? out : STR_END;
}

static void add_file(Assets *as, const char *path, Str name, size_t size)
{
	Asset f = { .name = arena_str(as->arena, name), .body = slurp(as->arena, path, size) };
	if (!f.body.p)
		return;
	f.type = type_of_name(f.name);
	f.hashed = name_hashed(f.name);
	f.etag = etag_of(as->arena, f.body);
	f.gzip = pressed(as->arena, &f);
	as->list[as->n++] = f;
}

static void walk(Assets *as, Str dir, Str prefix, int depth)
{
	DIR *d = opendir(arena_cstr(as->arena, dir));
	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d)) && as->n < FILES_MAX;) {
		if (e->d_name[0] == '.')
			continue;
		Str file = str_c(e->d_name), path = arena_join(as->arena, dir, S("/"), file, STR_END);
		struct stat st;
		if (stat(path.p, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			walk(as, path, arena_join(as->arena, prefix, file, S("/"), STR_END), depth + 1);
		else if (S_ISREG(st.st_mode) && st.st_size <= FILE_MAX)
			add_file(as, path.p, arena_join(as->arena, prefix, file, STR_END), (size_t)st.st_size);
	}
	closedir(d);
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const Asset *)a)->name, ((const Asset *)b)->name);
}

Err assets_load(Assets *out, Str dir, char *why, size_t why_n)
{
	struct stat st;
	out->arena = arena_new();
	if (!dir.n)
		return OK;
	if (stat(arena_cstr(out->arena, dir), &st) != 0 || !S_ISDIR(st.st_mode)) {
		snprintf(why, why_n, "no folder of web files at %.*s", STR_ARG(dir));
		return ERR_NOT_FOUND;
	}
	out->list = ARENA_ARRAY(out->arena, Asset, FILES_MAX);
	walk(out, dir, S(""), 0);
	qsort(out->list, out->n, sizeof *out->list, by_name);
	return OK;
}

Reply assets_reply(const Assets *as, Request *q)
{
	Asset key = { .name = str_from(q->path, sizeof "/static/" - 1) };
	const Asset *f = as->n ? bsearch(&key, as->list, as->n, sizeof key, by_name) : NULL;
	if (!f)
		return reply_plain(q->arena, 404);
	bool zip =
	    f->gzip.p && http_accepts(req_header(q, S("Accept-Encoding")), S("gzip")) && !req_header(q, S("Range")).p;
	Reply r = reply_new(q->arena, 200, f->type, zip ? f->gzip : f->body);
	if (http_etag_matches(req_header(q, S("If-None-Match")), f->etag))
		r.status = 304;
	else if (!zip)
		reply_range(&r, q);
	if (r.status == 416)
		return r;
	reply_header(&r, S("ETag"), f->etag);
	reply_header(&r, S("Cache-Control"),
	             f->hashed ? S("public, max-age=31536000, immutable") : S("public, max-age=300"));
	if (f->gzip.p)
		reply_header(&r, S("Vary"), S("Accept-Encoding"));
	if (zip)
		reply_header(&r, S("Content-Encoding"), S("gzip"));
	return r;
}
