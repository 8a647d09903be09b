/* Compiled profiles and their cache. */
#include "fhir/profile_tree.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/random.h"
#include "fhir/profile_build.h"
#include "fhir/tables.h"

#define BASE "http://hl7.org/fhir/StructureDefinition/"

enum { SLOTS = PROFILE_URLS_MAX * 2 };

typedef struct Slot {
	Str url;
	Profile *profile; /* NULL: not known */
} Slot;

struct ProfileSet {
	Arena *arena;
	ProfileSource source;
	pthread_mutex_t lock; /* over slots and arena; recursive: compiling asks for other profiles */
	Slot slots[SLOTS];
	size_t count;
	uint64_t epoch;
	unsigned holders; /* under the cache's lock */
	Profile *building;
};

struct ProfileCache {
	pthread_mutex_t lock;
	ProfileSet *now;
};

ProfileCache *profile_cache_new(void)
{
	ProfileCache *c = calloc(1, sizeof *c);
	if (!c)
		die("out of memory");
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

static void set_free(ProfileSet *s)
{
	pthread_mutex_destroy(&s->lock);
	arena_free(s->arena);
	free(s);
}

static ProfileSet *set_new(const ProfileSource *source, uint64_t epoch)
{
	ProfileSet *s = calloc(1, sizeof *s);
	pthread_mutexattr_t recursive;
	if (!s)
		die("out of memory");
	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&s->lock, &recursive);
	pthread_mutexattr_destroy(&recursive);
	s->arena = arena_new();
	s->source = *source;
	s->epoch = epoch;
	s->holders = 1;
	return s;
}

void profile_cache_free(ProfileCache *c)
{
	if (!c)
		return;
	if (c->now)
		set_free(c->now);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* The cache itself holds the current set. */
ProfileSet *profiles_hold(const ProfileSource *source)
{
	if (!source)
		return NULL;
	ProfileCache *c = source->cache;
	uint64_t epoch = source->epoch ? source->epoch(source->arg) : 0;
	ProfileSet *old = NULL;
	pthread_mutex_lock(&c->lock);
	if (c->now && (c->now->epoch != epoch || c->now->count >= PROFILE_URLS_MAX)) {
		old = --c->now->holders ? NULL : c->now;
		c->now = NULL;
	}
	if (!c->now)
		c->now = set_new(source, epoch);
	ProfileSet *s = c->now;
	s->holders++;
	pthread_mutex_unlock(&c->lock);
	if (old)
		set_free(old);
	return s;
}

void profiles_release(ProfileSet *s)
{
	if (!s)
		return;
	ProfileCache *c = s->source.cache;
	pthread_mutex_lock(&c->lock);
	bool last = --s->holders == 0;
	pthread_mutex_unlock(&c->lock);
	if (last)
		set_free(s);
}

static Slot *slot_of(ProfileSet *s, Str url)
{
	size_t i = hash_keyed(url.p, url.n) % SLOTS;
	while (s->slots[i].url.p && !str_eq(s->slots[i].url, url))
		i = (i + 1) % SLOTS;
	return &s->slots[i];
}

/* The type that a base definition's url names. */
static uint16_t base_type(Str url)
{
	static const Str abstract[] = { S_INIT("Resource"), S_INIT("DomainResource"), S_INIT("Element"),
		                        S_INIT("BackboneElement") };
	Str name = str_starts(url, S(BASE)) ? str_from(url, sizeof BASE - 1) : S("");
	for (size_t i = 0; i < COUNT_OF(abstract); i++)
		if (str_eq(abstract[i], name))
			return fhir_def_any;
	return name.n ? fhir_def(name) : 0;
}

static const Profile *building_now(const ProfileSet *s, Str url)
{
	for (const Profile *p = s->building; p; p = p->up)
		if (str_eq(p->url, url))
			return p;
	return NULL;
}

static Profile *compile(ProfileSet *s, Str canonical)
{
	Str url, version = str_cut(canonical, '|', &url);
	JVal sd;
	uint16_t base = base_type(url);
	Profile *p = ARENA_NEW(s->arena, Profile);
	p->url = arena_str(s->arena, canonical);
	if (base) {
		p->is_base = true;
		p->def = base;
		p->type = str_from(arena_str(s->arena, url), sizeof BASE - 1);
		return p;
	}
	if (!s->source.find(s->source.arg, url, version, s->arena, &sd) || !json_is(sd, J_OBJECT))
		return NULL;
	unsigned depth = 0;
	for (const Profile *up = s->building; up; up = up->up)
		depth++;
	if (depth > PROFILE_CHAIN_MAX)
		return NULL;
	p->sd = sd;
	p->type = JSTR(sd, "type", s->arena);
	p->def = fhir_def(p->type);
	p->up = s->building;
	s->building = p;
	profile_build(s, s->arena, p);
	s->building = p->up;
	return p;
}

const Profile *profile_find(ProfileSet *s, Str canonical)
{
	if (!s || !canonical.n || canonical.n > 2000)
		return NULL;
	pthread_mutex_lock(&s->lock);
	Slot *slot = slot_of(s, canonical);
	const Profile *found = slot->profile;
	if (!slot->url.p) {
		found = building_now(s, canonical);
		if (!found && s->count < SLOTS - 1) {
			Profile *p = compile(s, canonical);
			slot = slot_of(s, canonical); /* others may have come */
			*slot = (Slot){ arena_str(s->arena, canonical), p };
			s->count++;
			found = p;
		}
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}

const PNode *profile_child(const PNode *n, Str name)
{
	for (const PNode *c = n ? n->children : NULL; c; c = c->next) {
		bool choice = str_ends(c->name, S("[x]")) && str_eq(str_upto(c->name, c->name.n - 3), name);
		if (choice || str_eq(c->name, name))
			return c;
	}
	return NULL;
}
