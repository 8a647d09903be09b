/* A dossier of some sixty records: read through the door, turned into nouns, its thread checked. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/random.h"
#include "care/edit.h"
#include "care/plan.h"

enum { ROUNDS = 9, TIMES = 300, LIFE_GOALS = 4, CARE_GOALS = 8, ACTIONS = 24, RELATIVES = 12 };

static void must(Err e, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "%s: %s\n", what, err_name(e).p);
	exit(1);
}

static Str add(Visit *v, Str json)
{
	Str id;
	must(visit_create(v, json, &id), json.p);
	return id;
}

#define GOAL_CATEGORY(code) "\"category\":[{\"coding\":[{\"system\":\"" CS_GOAL_CATEGORY "\",\"code\":\"" code "\"}]}],"
#define OF_PERSON "{\"reference\":\"Patient/%.*s\"}"

static void add_goals(Visit *v, Arena *a, Str p, Str *care)
{
	Str life[LIFE_GOALS];
	for (int i = 0; i < LIFE_GOALS; i++)
		life[i] = add(
		    v,
		    arena_printf(
		        a,
		        "{\"resourceType\":\"Goal\",\"extension\":[{\"url\":\"" SD_
		        "importance-rank\",\"valuePositiveInt\":%d}],\"lifecycleStatus\":\"active\"," GOAL_CATEGORY(
		            "life-goal") "\"description\":{\"text\":\"Naar de tuin gaan\"},\"subject\":" OF_PERSON "}",
		        i + 1, STR_ARG(p)));
	for (int i = 0; i < CARE_GOALS; i++)
		care[i] = add(
		    v,
		    arena_printf(
		        a,
		        "{\"resourceType\":\"Goal\",\"extension\":[{\"url\":\"" EXT_GOAL_RELATION
		        "\",\"extension\":[{\"url\":\"type\",\"valueCodeableConcept\":{\"text\":\"serves\"}},{\"url\":"
		        "\"target\",\"valueReference\":{\"reference\":\"Goal/%.*s\"}}]},{\"url\":\"" SD_
		        "needed\",\"valueString\":\"Goede schoenen\"}],\"lifecycleStatus\":\"active\"," GOAL_CATEGORY(
		            "care-goal") "\"description\":{\"text\":\"Elke dag vijftien minuten "
		                         "stappen\"},\"subject\":" OF_PERSON
		                         ",\"target\":[{\"dueDate\":\"2040-01-01\"}]}",
		        STR_ARG(life[i % LIFE_GOALS]), STR_ARG(p)));
}

static Str fill(Records *r, Arena *a)
{
	Scope s = scope_system(S("generate"));
	Visit *v = visit_new(r, &s, a);
	Str care[CARE_GOALS];
	Str p = add(v, S("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Derks\",\"given\":[\"Jean\"]}]}"));
	add_goals(v, a, p, care);
	for (int i = 0; i < CARE_GOALS; i++)
		(void)add(v, arena_printf(a,
		                          "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":"
		                          "[{\"system\":\"" CS_OBSERVATION
		                          "\",\"code\":\"goal-attainment\"}]},\"subject\":" OF_PERSON
		                          ",\"focus\":[{\"reference\":\"Goal/%.*s\"}],\"valueInteger\":1}",
		                          STR_ARG(p), STR_ARG(care[i])));
	for (int i = 0; i < ACTIONS; i++)
		(void)add(v,
		          arena_printf(
		              a,
		              "{\"resourceType\":\"Task\",\"extension\":[{\"url\":\"" EXT_PERTAINS
		              "\",\"valueReference\":{\"reference\":\"Goal/%.*s\"}},{\"url\":\"" SD_
		              "when\",\"valueString\":\"elke ochtend\"}],\"status\":\"requested\",\"intent\":\"plan\","
		              "\"description\":\"Samen stappen %d\",\"for\":" OF_PERSON ",\"owner\":" OF_PERSON "}",
		              STR_ARG(care[i % CARE_GOALS]), i, STR_ARG(p), STR_ARG(p)));
	for (int i = 0; i < RELATIVES; i++)
		(void)add(v, arena_printf(a,
		                          "{\"resourceType\":\"RelatedPerson\",\"patient\":" OF_PERSON
		                          ",\"name\":[{\"text\":\"An\"}],\"relationship\":[{\"text\":\"dochter\"}]}",
		                          STR_ARG(p)));
	must(visit_commit(v), "commit");
	return p;
}

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return a < b ? -1 : a > b;
}

static void tell(const char *name, double *us, const char *goal)
{
	qsort(us, ROUNDS, sizeof *us, by_value);
	printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"us\",\"goal\":\"%s\",\"spread\":%.2f}\n", name,
	       us[ROUNDS / 2], goal, (us[ROUNDS * 3 / 4] - us[ROUNDS / 4]) / us[ROUNDS / 2]);
}

static void measure(Records *r, Str person)
{
	Scope s = scope_system(S("generate"));
	double scan[ROUNDS], nouns[ROUNDS], thread[ROUNDS];
	for (int round = 0; round < ROUNDS; round++) {
		int64_t t[3] = { 0, 0, 0 };
		for (int i = 0; i < TIMES; i++) {
			Arena *a = arena_new();
			Visit *v = visit_new(r, &s, a);
			Dossier d = { .visit = v, .id = person };
			Rec *recs = NULL;
			size_t n = 0;
			int64_t at = time_mono_us();
			must(visit_relation(v, person, &d.relation), "relation");
			must(visit_dossier(v, person, &DOSSIER_PLAN, &recs, &n), "dossier");
			int64_t read = time_mono_us();
			dossier_fill(&d, recs, n);
			int64_t filled = time_mono_us();
			(void)dossier_breaks(&d, &n);
			t[0] += read - at, t[1] += filled - read, t[2] += time_mono_us() - filled;
			arena_free(a);
		}
		scan[round] = (double)t[0] / TIMES;
		nouns[round] = (double)t[1] / TIMES;
		thread[round] = (double)t[2] / TIMES;
	}
	tell("care: read 57 records of a dossier", scan, "-");
	tell("care: turn them into nouns", nouns, "<= 120");
	tell("care: check the thread", thread, "-");
}

int main(void)
{
	char dir[] = "/tmp/samendoel-bench-XXXXXX", why[256] = "", cmd[64];
	random_init();
	if (!mkdtemp(dir))
		return 1;
	Records *r = NULL;
	RecordsOptions o = { .dir = str_c(dir) };
	must(records_open(&o, &r, why, sizeof why), why);
	Arena *a = arena_new();
	measure(r, fill(r, a));
	arena_free(a);
	records_close(r);
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	return system(cmd) ? 1 : 0;
}
