/* What was prepared, kept up to a number of bytes; the longest not used goes first. */
#include <pthread.h>
#include <stdlib.h>

#include "base/random.h"
#include "fhir/terminology/term.h"

enum { SLOTS = 1024, ENTRIES_MAX = 4096 };

struct TermCache {
	pthread_mutex_t lock;
	Prepared *slots[SLOTS];
	size_t bytes, bytes_max, entries;
	uint64_t now;
	_Atomic uint64_t epoch;
};

TermCache *term_cache_new(size_t bytes)
{
	TermCache *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	pthread_mutex_init(&c->lock, NULL);
	c->bytes_max = bytes ? bytes : TERM_CACHE_BYTES;
	return c;
}

void term_release(Prepared *p)
{
	if (!p || atomic_fetch_sub(&p->refs, 1) > 1)
		return;
	for (size_t i = 0; i < p->n_deps; i++)
		term_release(p->deps[i]);
	arena_free(p->arena);
}

static void release(void *p)
{
	term_release(p);
}

Prepared *term_hold(Prepared *p, Arena *a)
{
	arena_defer(a, release, p);
	return p;
}

void prepared_needs(Prepared *p, Prepared *dep)
{
	for (size_t i = 0; i < p->n_deps; i++) {
		if (p->deps[i] == dep) {
			term_release(dep);
			return;
		}
	}
	if (p->n_deps == p->cap_deps) {
		size_t cap = p->cap_deps ? p->cap_deps * 2 : 4;
		p->deps = arena_grow(p->arena, p->deps, p->cap_deps * sizeof(Prepared *), cap * sizeof(Prepared *));
		p->cap_deps = cap;
	}
	p->deps[p->n_deps++] = dep;
	p->bytes += dep->bytes;
}

/* ---- the table; all under the lock ---- */

static void take_out(TermCache *c, Prepared **at)
{
	Prepared *p = *at;
	*at = p->next;
	c->bytes -= p->bytes;
	c->entries--;
	term_release(p);
}

static void make_room(TermCache *c)
{
	while (c->bytes > c->bytes_max || c->entries > ENTRIES_MAX) {
		Prepared **oldest = NULL;
		for (size_t i = 0; i < SLOTS; i++)
			for (Prepared **at = &c->slots[i]; *at; at = &(*at)->next)
				if (!oldest || (*at)->used < (*oldest)->used)
					oldest = at;
		if (!oldest)
			return;
		take_out(c, oldest);
	}
}

static uint64_t key_hash(FhirType type, Str url, Str version)
{
	return hash_str(url) ^ (hash_str(version) << 1) ^ (uint64_t)type;
}

static Prepared **find(TermCache *c, FhirType type, Str url, Str version, uint64_t hash)
{
	Prepared **at = &c->slots[hash % SLOTS];
	while (*at && !((*at)->hash == hash && (*at)->type == type && str_eq((*at)->url, url) &&
	                str_eq((*at)->version, version)))
		at = &(*at)->next;
	return at;
}

static Prepared *cached(TermCache *c, FhirType type, Str url, Str version, uint64_t hash)
{
	Prepared *p = NULL;
	pthread_mutex_lock(&c->lock);
	Prepared **at = find(c, type, url, version, hash);
	if (*at && (*at)->epoch != atomic_load(&c->epoch)) {
		take_out(c, at);
	} else if (*at) {
		p = *at;
		p->used = ++c->now;
		atomic_fetch_add(&p->refs, 1);
	}
	pthread_mutex_unlock(&c->lock);
	return p;
}

static void keep(TermCache *c, Prepared *p)
{
	if (p->bytes > c->bytes_max / 2)
		return;
	pthread_mutex_lock(&c->lock);
	Prepared **at = find(c, p->type, p->url, p->version, p->hash);
	if (*at)
		take_out(c, at);
	atomic_fetch_add(&p->refs, 1);
	p->used = ++c->now;
	p->next = c->slots[p->hash % SLOTS];
	c->slots[p->hash % SLOTS] = p;
	c->bytes += p->bytes;
	c->entries++;
	make_room(c);
	pthread_mutex_unlock(&c->lock);
}

void term_cache_forget(TermCache *c)
{
	atomic_fetch_add(&c->epoch, 1);
}

void term_cache_free(TermCache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		while (c->slots[i])
			take_out(c, &c->slots[i]);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* ---- preparing ---- */

static Prepared *prepared_new(FhirType type, Str url, Str version)
{
	Arena *a = arena_new();
	Prepared *p = ARENA_NEW(a, Prepared);
	p->arena = a;
	p->refs = 1;
	p->type = type;
	p->url = arena_str(a, url);
	p->version = version.n ? arena_str(a, version) : STR_END;
	return p;
}

static void prepare(const TermSource *s, Prepared *p, JVal json, const Building *up)
{
	if (p->type == FT_CODESYSTEM)
		p->system = system_prepare(s, p->arena, json);
	else if (p->type == FT_VALUESET)
		p->set = set_prepare(s, p, json, up);
	p->bytes += sizeof *p + arena_used(p->arena);
}

Prepared *term_get(const TermSource *s, FhirType type, Str url, Str version, const Building *up)
{
	Prepared *p;
	uint64_t hash = key_hash(type, url, version), epoch = s->cache ? atomic_load(&s->cache->epoch) : 0;
	if (s->cache && (p = cached(s->cache, type, url, version, hash)))
		return p;
	p = prepared_new(type, url, version);
	p->hash = hash;
	p->epoch = epoch;
	Building b = { up, p->url };
	JVal json;
	if (s->find && s->find(s->arg, type, p->url, p->version, p->arena, &json))
		prepare(s, p, json, &b);
	else
		p->bytes = sizeof *p + arena_used(p->arena);
	if (s->cache)
		keep(s->cache, p);
	return p;
}

Prepared *term_get_inline(const TermSource *s, FhirType type, JVal json)
{
	Prepared *p = prepared_new(type, STR_END, STR_END);
	p->url = JSTR(json, "url", p->arena);
	Building b = { NULL, p->url };
	prepare(s, p, json, &b);
	return p;
}

Prepared *term_get_what(const TermSource *s, FhirType type, const TermWhat *what)
{
	if (what->json.node)
		return term_get_inline(s, type, what->json);
	Str version, url = term_canonical(what->url, &version);
	return term_get(s, type, url, what->version.n ? what->version : version, NULL);
}
