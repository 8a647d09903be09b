/* `samendoel generate`: a population for tests, benchmarks and scale runs. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "access/authn.h"
#include "cli/cli.h"
#include "cli/generate/everywhere.h"
#include "cli/generate/population.h"

enum { IN_FLIGHT = 16, PERSONS_PER_VISIT = 16, PERSONS_OF_ACCOUNT = 3 };

/* One visit on its way to being durable; its arena is reused when it has arrived. */
typedef struct Slot {
	struct Generator *g;
	Arena *arena;
	bool busy;
} Slot;

typedef struct Generator {
	Records *records;
	Scope scope;
	Staff staff;
	uint64_t seed, persons, resources;
	Millis now;
	Slot slots[IN_FLIGHT];
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	Err err;
} Generator;

static void arrived(void *ctx, Err e)
{
	Slot *s = ctx;
	Generator *g = s->g;
	pthread_mutex_lock(&g->lock);
	s->busy = false;
	if (e != OK && g->err == OK)
		g->err = e;
	pthread_cond_signal(&g->arrived);
	pthread_mutex_unlock(&g->lock);
}

/* A free slot with an empty arena; waits for one. */
static Slot *next_slot(Generator *g)
{
	Slot *free = NULL;
	pthread_mutex_lock(&g->lock);
	while (!free) {
		for (size_t i = 0; i < IN_FLIGHT && !free; i++)
			if (!g->slots[i].busy)
				free = &g->slots[i];
		if (!free)
			pthread_cond_wait(&g->arrived, &g->lock);
	}
	free->busy = true;
	pthread_mutex_unlock(&g->lock);
	arena_reset(free->arena);
	return free;
}

static void wait_for_all(Generator *g)
{
	pthread_mutex_lock(&g->lock);
	for (size_t i = 0; i < IN_FLIGHT; i++)
		while (g->slots[i].busy)
			pthread_cond_wait(&g->arrived, &g->lock);
	pthread_mutex_unlock(&g->lock);
}

static void say_issues(Visit *v, Err e)
{
	const Outcome *o = visit_outcome(v);
	for (size_t k = 0; e != OK && k < o->count && k < 3; k++)
		fprintf(stderr, "%.*s: %.*s\n", STR_ARG(o->issues[k].expression), STR_ARG(o->issues[k].details));
}

static Err make_staff(Generator *g, Arena *a)
{
	size_t n = staff_size(g->persons);
	g->staff = (Staff){ ARENA_ARRAY(a, Str, n), ARENA_ARRAY(a, Str, n), ARENA_ARRAY(a, uint8_t, n),
		            ARENA_ARRAY(a, uint32_t, n), n };
	for (size_t i = 0; i < n;) {
		Arena *tmp = arena_new();
		Visit *v = visit_new(g->records, &g->scope, tmp);
		Err e = OK;
		for (size_t end = i + 500 < n ? i + 500 : n; i < end && e == OK; i++) {
			Str id, name;
			e = visit_create(v, staff_json(tmp, g->seed, i, &name, &g->staff.roles[i]), &id);
			if (e == OK) {
				g->staff.refs[i] = arena_join(a, S("Practitioner/"), id, STR_END);
				g->staff.names[i] = arena_str(a, name);
			}
		}
		say_issues(v, e);
		if (e == OK)
			e = visit_commit(v);
		arena_free(tmp);
		TRY(e);
	}
	g->resources += n;
	return OK;
}

static void progress(uint64_t done, uint64_t all, int64_t since)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%llu of %llu persons, %.0f s ", (unsigned long long)done, (unsigned long long)all,
		        (double)(time_mono_us() - since) / 1e6);
}

static Err make_persons(Generator *g, uint64_t first)
{
	int64_t start = time_mono_us();
	for (uint64_t i = 0; i < g->persons && g->err == OK;) {
		Slot *s = next_slot(g);
		Visit *v = visit_new(g->records, &g->scope, s->arena);
		Err e = OK;
		for (int k = 0; k < PERSONS_PER_VISIT && i < g->persons && e == OK; k++, i++) {
			uint64_t n = 0;
			e = population_person(v, &g->staff, g->seed, first + i, g->now, &n);
			g->resources += n;
		}
		say_issues(v, e);
		if (e == OK)
			visit_finish(v, arrived, s);
		else
			arrived(s, e);
		if (i % 1024 < PERSONS_PER_VISIT)
			progress(i, g->persons, start);
	}
	wait_for_all(g);
	return g->err;
}

/* Accounts for load runs: professionals with a few persons at least, without a password, each with an API token, one
 * line a token: "token Practitioner/…". */
static Err make_accounts(Generator *g, Arena *a, int64_t n, Str file)
{
	FILE *f = fopen(arena_cstr(a, file), "w");
	if (!f)
		return ERR_IO;
	for (size_t i = 0; n > 0 && i < g->staff.n; i++) {
		if (g->staff.persons[i] < PERSONS_OF_ACCOUNT)
			continue;
		n--;
		int64_t id;
		Str token, ref = g->staff.refs[i],
		           login = arena_printf(a, "load-%lld-%lld", (long long)g->seed, (long long)i);
		NewAccount in = { .login = login,
			          .name = g->staff.names[i],
			          .role = ROLE_PROFESSIONAL,
			          .lang = LANG_NL,
			          .refs = &ref,
			          .n_refs = 1 };
		Err e = account_create(g->records, &in, &id);
		if (e == OK)
			e = token_create(g->records, id, a, &token);
		if (e != OK) {
			fclose(f);
			return e;
		}
		fprintf(f, "%.*s %.*s\n", STR_ARG(token), STR_ARG(ref));
	}
	return fclose(f) ? ERR_IO : OK;
}

static int run(const Args *a)
{
	RecordsOptions o = { .dir = opt_text(a, S("data")) };
	char why[256] = "";
	Generator g = { .scope = scope_system(S("generate")),
		        .seed = (uint64_t)opt_number(a, S("seed")),
		        .persons = (uint64_t)opt_number(a, S("persons")),
		        .now = time_now(),
		        .lock = PTHREAD_MUTEX_INITIALIZER,
		        .arrived = PTHREAD_COND_INITIALIZER };
	if (records_open(&o, &g.records, why, sizeof why) != OK)
		return cli_fail("%s", why);
	for (size_t i = 0; i < IN_FLIGHT; i++)
		g.slots[i] = (Slot){ .g = &g, .arena = arena_new() };
	int64_t start = time_mono_us();
	Err e = make_staff(&g, a->arena);
	if (e == OK)
		e = make_persons(&g, g.seed * 10000000);
	if (e == OK && opt_number(a, S("accounts")))
		e = make_accounts(&g, a->arena, opt_number(a, S("accounts")), opt_text(a, S("tokens")));
	if (e == OK && opt_text(a, S("everywhere")).p)
		e = make_everywhere(g.records, &g.scope, a->arena, opt_text(a, S("everywhere")), &g.resources);
	double seconds = (double)(time_mono_us() - start) / 1e6;
	for (size_t i = 0; i < IN_FLIGHT; i++)
		arena_free(g.slots[i].arena);
	records_close(g.records);
	if (e != OK)
		return cli_fail("stopped: %.*s", STR_ARG(err_name(e)));
	printf("%llu persons, %zu professionals, %llu resources in %.1f s: %.0f resources/s\n",
	       (unsigned long long)g.persons, g.staff.n, (unsigned long long)g.resources, seconds,
	       (double)g.resources / seconds);
	return EXIT_DONE;
}

static const Option options[] = {
	{ .name = S_INIT("persons"),
	  .kind = OPTION_NUMBER,
	  .value = S_INIT("N"),
	  .standard = S_INIT("1000"),
	  .help = S_INIT("how many persons"),
	  .low = 1,
	  .high = 10000000 },
	{ .name = S_INIT("seed"),
	  .kind = OPTION_NUMBER,
	  .value = S_INIT("S"),
	  .standard = S_INIT("1"),
	  .help = S_INIT("the same seed gives the same content"),
	  .low = 0,
	  .high = 900000 },
	{ .name = S_INIT("accounts"),
	  .kind = OPTION_NUMBER,
	  .value = S_INIT("N"),
	  .standard = S_INIT("0"),
	  .help = S_INIT("accounts with API tokens for so many professionals"),
	  .low = 0,
	  .high = 10000 },
	{ .name = S_INIT("tokens"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("FILE"),
	  .standard = S_INIT("tokens.txt"),
	  .help = S_INIT("where their tokens are written") },
	{ .name = S_INIT("everywhere"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("FILE"),
	  .help = S_INIT("also one professional in every team of the store; where the token is written") },
};
const Command cmd_generate = {
	.name = S_INIT("generate"),
	.summary = S_INIT("make a population for tests and load runs"),
	.help = S_INIT("Adds fictional persons with relatives, teams, goals, plans, tasks, notes and consents, skewed "
	               "like reality, to the store."),
	.options = options,
	.n_options = COUNT_OF(options),
	.run = run,
};
