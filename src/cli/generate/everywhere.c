/* One professional in the team of every person of the store, with measurements in every dossier: what a search across
 * all dossiers meets that a ward's or a region's system makes. */
#include "cli/generate/everywhere.h"

#include <stdio.h>

#include "access/authn.h"

enum { PER_VISIT = 200 };

/* The same four values for each text: person, professional, a number below 1000, a day. */
#define ADD(v, fmt, i)                                                                                         \
	add((v), arena_printf(visit_arena(v), fmt, STR_ARG(ids[k]), STR_ARG(ref), (unsigned)((i)*7919 % 1000), \
	                      (unsigned)((i) % 28) + 1))

static Err add(Visit *v, Str json)
{
	Str id;
	return visit_create(v, json, &id);
}

#define TEAM                                                                                                          \
	"{\"resourceType\":\"CareTeam\",\"status\":\"active\",\"subject\":{\"reference\":\"Patient/%.*s\"},"          \
	"\"participant\":[{\"extension\":[{\"url\":\"https://samendoel.org/fhir/StructureDefinition/secrecy-bound\"," \
	"\"valueBoolean\":true}],\"member\":{\"reference\":\"%.*s\"}}],\"name\":\"Team %u\","                         \
	"\"period\":{\"start\":\"2020-01-%02u\"}}"
#define WEIGHT                                                                                                       \
	"{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":\"http://"         \
	"loinc.org\","                                                                                               \
	"\"code\":\"29463-7\"}]},\"subject\":{\"reference\":\"Patient/"                                              \
	"%.*s\"},\"performer\":[{\"reference\":\"%.*s\"}],"                                                          \
	"\"valueQuantity\":{\"value\":%u,\"unit\":\"hg\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"hg\"}," \
	"\"effectiveDateTime\":\"2026-03-%02u\"}"
#define RISK                                                                                                      \
	"{\"resourceType\":\"RiskAssessment\",\"status\":\"final\",\"subject\":{\"reference\":\"Patient/%.*s\"}," \
	"\"performer\":{\"reference\":\"%.*s\"},\"prediction\":[{\"probabilityDecimal\":0.%03u}],"                \
	"\"occurrenceDateTime\":\"2026-04-%02u\"}"

static Err add_all(Visit *all, const Scope *who, Str ref, uint64_t *resources)
{
	Arena *a = visit_arena(all);
	Str after = STR_END, *ids;
	uint64_t i = 0;
	for (size_t n = PER_VISIT; n == PER_VISIT;) {
		TRY(visit_all_persons(all, after, PER_VISIT, &ids, &n));
		Arena *tmp = arena_new();
		Visit *v = visit_new(visit_records(all), who, tmp);
		Err e = OK;
		for (size_t k = 0; k < n && e == OK; k++, i++, *resources += 3) {
			e = ADD(v, TEAM, i);
			if (e == OK)
				e = ADD(v, WEIGHT, i);
			if (e == OK)
				e = ADD(v, RISK, i);
		}
		if (e == OK)
			e = visit_commit(v);
		arena_free(tmp);
		TRY(e);
		after = n ? arena_str(a, ids[n - 1]) : after;
	}
	return OK;
}

Err make_everywhere(Records *r, const Scope *who, Arena *a, Str file, uint64_t *resources)
{
	Str id, token, ref;
	int64_t account;
	Visit *v = visit_new(r, who, a);
	TRY(visit_create(v, S("{\"resourceType\":\"Practitioner\",\"active\":true,\"name\":[{\"family\":\"Overal\"}]}"),
	                 &id));
	TRY(visit_commit(v));
	ref = arena_join(a, S("Practitioner/"), id, STR_END);
	TRY(add_all(visit_new(r, who, a), who, ref, resources));
	NewAccount in = { .login = arena_join(a, S("everywhere-"), id, STR_END),
		          .name = S("Overal"),
		          .role = ROLE_PROFESSIONAL,
		          .lang = LANG_NL,
		          .refs = &ref,
		          .n_refs = 1 };
	TRY(account_create(r, &in, &account));
	TRY(token_create(r, account, a, &token));
	FILE *f = fopen(arena_cstr(a, file), "w");
	if (!f)
		return ERR_IO;
	fprintf(f, "%.*s %.*s\n", STR_ARG(token), STR_ARG(ref));
	return fclose(f) ? ERR_IO : OK;
}
