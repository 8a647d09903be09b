/* What the files of the web face share among themselves; pages do not include this. */
#ifndef WEB_WEB_INTERNAL_H
#define WEB_WEB_INTERNAL_H

#include "web/page.h"
#include "web/web.h"

typedef struct Asset {
	Str name; /* "app.css" */
	Str href; /* "/static/app-1a2b3c4d.css" */
} Asset;

struct Web {
	Arena *arena; /* of the process: options, assets */
	Records *records;
	Str base_url;
	bool secure_cookie, demo;
	Str api_description;
	Asset *assets;
	size_t n_assets;
};

/* assets.c: reads assets.txt ("name hashed-name" a line). */
NODISCARD Err web_assets_load(Web *w, Str dir, char *why, size_t why_n);

/* router.c: the page for a path, with its parameters. NULL when there is none. */
typedef struct PathParams {
	Str person, id, id2;
} PathParams;
const Page *route_match(Str path, PathParams *out);
/* Does the pattern match? Segments in braces take one segment each. */
bool route_fits(Str pattern, Str path, PathParams *out);
/* "GET /persoon/plan": no ids, for the access log. */
Str route_label(Arena *a, Method m, Str pattern);
Reply web_route(Ctx *c);

/* session.c: cookies, language, flash, kept text. */
void ctx_session(Ctx *c, int64_t *expired);
void cookie_set(Ctx *c, Reply *r, Str name, Str value, int max_age /* 0: session, -1: delete */);
bool same_site(const Request *r); /* a POST that our own page sent, as far as the browser says */
bool local_path(Str path);        /* a path of ours, safe to redirect to */
void kept_store(Ctx *c, int64_t account);
void kept_take(Ctx *c);
typedef struct Flash {
	Msg what;
	uint32_t category;
	Str undo;
} Flash;
bool flash_take(Ctx *c, Flash *out);
#define SESSION_COOKIE "samendoel_session"
#define LANG_COOKIE "samendoel_lang"
#define FLASH_COOKIE "samendoel_flash"

/* errors.c */
Reply error_page(Ctx *c, Err e);
Reply general_failure(void *ctx, Err e); /* Reply.on_fail */
bool ctx_is_post(const Ctx *c);

/* The value a field shows: what was typed, or `value`. *differs: someone else's saved value is another one. */
Str kept_value(const Html *h, Str name, Str value, bool *differs);
bool kept_has(const Html *h, Str name);
bool kept_checked(const Html *h, Str name, const Str value, bool checked);
const FieldError *error_of(const Errors *e, Str field);

#endif
