/* The API over the small world of tests/cases, asked without a server. */
#ifndef API_HELP_H
#define API_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../cases/runner.h"
#include "api/api.h"

typedef struct World {
	Arena *arena, *dirs;
	const char *base, *dir;
	Str tokens[CASE_ACCOUNTS];
	Records *records;
	Api *api;
} World;

static int setup(void **state)
{
	World *w = calloc(1, sizeof *w);
	w->arena = arena_new();
	w->dirs = arena_new();
	w->base = case_temp_dir(w->dirs);
	w->dir = arena_printf(w->dirs, "%s/store", w->base).p;
	case_build_world(w->dir, "tests/cases/world.json", w->dirs, w->tokens);
	w->records = case_open_records(w->dir);
	*state = w;
	return api_new(w->records, S("http://samendoel.test"), &w->api) == OK ? 0 : 1;
}

static int teardown(void **state)
{
	World *w = *state;
	api_free(w->api);
	arena_free(w->arena); /* visits that were never finished end here, and need the records for that */
	records_close(w->records);
	case_remove_dir(w->dir);
	case_remove_dir(w->base);
	arena_free(w->dirs);
	free(w);
	return 0;
}

/* The reply, its visit not finished yet. target: with its query. more: further headers. */
static Reply request(World *w, size_t who, Method m, Str target, const Pair *more, size_t n, Str body)
{
	Request *r = ARENA_NEW(w->arena, Request);
	Pair *headers = ARENA_ARRAY(w->arena, Pair, n + 1);
	Str path, query = str_cut(target, '?', &path);
	headers[0] = (Pair){ S("Authorization"), arena_join(w->arena, S("Bearer "), w->tokens[who], STR_END) };
	for (size_t i = 0; i < n; i++)
		headers[i + 1] = more[i];
	*r = (Request){ .arena = w->arena,
		        .method = m,
		        .path = path,
		        .query = query.p ? query : S(""),
		        .body = body,
		        .headers = headers,
		        .n_headers = n + 1 };
	return api_handle(w->api, r);
}

#endif
