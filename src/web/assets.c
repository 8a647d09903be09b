/* Style sheet, script, pictures: read once at the start, served under names that change with their content. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "web/web_internal.h"

enum { ASSET_MAX = 2 * 1024 * 1024, ASSETS_MAX = 64 };

static bool read_file(Arena *a, Str dir, Str name, Str *out)
{
	FILE *f = fopen(arena_join(a, dir, S("/"), name, STR_END).p, "rb");
	if (!f)
		return false;
	Buf b = buf_new(a, 64 * 1024, ASSET_MAX);
	for (size_t n = 1; n;) {
		char *room = buf_room(&b, 16 * 1024);
		n = room ? fread(room, 1, 16 * 1024, f) : 0;
		b.n += n;
	}
	bool ok = !ferror(f) && !b.full;
	fclose(f);
	*out = buf_str(&b);
	return ok;
}

static Str type_of(Str name)
{
	static const struct { Str end, type; } types[] = {
		{ S_INIT(".css"), S_INIT("text/css; charset=utf-8") },
		{ S_INIT(".mjs"), S_INIT("text/javascript; charset=utf-8") },
		{ S_INIT(".svg"), S_INIT("image/svg+xml") },
		{ S_INIT(".png"), S_INIT("image/png") },
		{ S_INIT(".webmanifest"), S_INIT("application/manifest+json") },
	};
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_ends(name, types[i].end))
			return types[i].type;
	return S("application/octet-stream");
}

static int by_href(const void *x, const void *y) { return str_cmp(((const Asset *)x)->href, ((const Asset *)y)->href); }

Err assets_load(Web *w, Str dir, char *why, size_t why_n)
{
	Str list, line;
	if (!read_file(w->arena, dir, S("assets.txt"), &list)) {
		snprintf(why, why_n, "cannot read %.*s/assets.txt: run make build", STR_ARG(dir));
		return ERR_IO;
	}
	w->assets = ARENA_ARRAY(w->arena, Asset, ASSETS_MAX);
	while (list.p && w->n_assets < ASSETS_MAX) {
		list = str_cut(list, '\n', &line);
		Str name, file = str_cut(line, ' ', &name);
		if (!file.n)
			continue;
		Asset *x = &w->assets[w->n_assets++];
		x->name = name;
		x->href = arena_join(w->arena, S("/assets/"), file, STR_END);
		x->type = type_of(name);
		if (!read_file(w->arena, dir, file, &x->body)) {
			snprintf(why, why_n, "cannot read %.*s/%.*s", STR_ARG(dir), STR_ARG(file));
			return ERR_IO;
		}
	}
	qsort(w->assets, w->n_assets, sizeof *w->assets, by_href);
	return OK;
}

Str web_asset(const Web *w, Str name)
{
	for (size_t i = 0; i < w->n_assets; i++)
		if (str_eq(w->assets[i].name, name))
			return w->assets[i].href;
	return name;
}

Reply asset_reply(const Web *w, const Request *r)
{
	Asset key = { .href = r->path };
	const Asset *x = bsearch(&key, w->assets, w->n_assets, sizeof *w->assets, by_href);
	if (!x)
		return reply_new(r->arena, 404, S("text/plain; charset=utf-8"), S("404\n"));
	Reply reply = reply_new(r->arena, 200, x->type, x->body);
	reply_header(&reply, S("Cache-Control"), S("public, max-age=31536000, immutable"));
	return reply;
}
