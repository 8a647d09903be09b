/* Names of style sheet, script and icon: they change with the content. The files themselves are served by the server
 * room. */
#include <stdio.h>

#include "web/web_internal.h"

enum { LIST_MAX = 16 * 1024, ASSETS_MAX = 64 };

static bool read_list(Arena *a, Str dir, Str *out)
{
	FILE *f = fopen(arena_join(a, dir, S("/assets.txt"), STR_END).p, "rb");
	if (!f)
		return false;
	char *text = arena_zero(a, LIST_MAX);
	size_t n = fread(text, 1, LIST_MAX - 1, f);
	bool ok = !ferror(f) && feof(f);
	fclose(f);
	*out = str_n(text, n);
	return ok;
}

Err web_assets_load(Web *w, Str dir, char *why, size_t why_n)
{
	Str list, line;
	if (!read_list(w->arena, dir, &list)) {
		snprintf(why, why_n, "cannot read %.*s/assets.txt: run make build", STR_ARG(dir));
		return ERR_IO;
	}
	w->assets = ARENA_ARRAY(w->arena, Asset, ASSETS_MAX);
	while (list.p && w->n_assets < ASSETS_MAX) {
		list = str_cut(list, '\n', &line);
		Str name, file = str_cut(line, ' ', &name);
		if (file.n)
			w->assets[w->n_assets++] = (Asset){ name, arena_join(w->arena, S("/static/"), file, STR_END) };
	}
	return OK;
}

Str web_asset(const Web *w, Str name)
{
	for (size_t i = 0; i < w->n_assets; i++)
		if (str_eq(w->assets[i].name, name))
			return w->assets[i].href;
	return name;
}
