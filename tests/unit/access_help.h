/* What the tests of the access room share: a store in a folder of its own, scopes, small resources. */
#ifndef ACCESS_HELP_H
#define ACCESS_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "access/authn.h"
#include "access/records.h"
#include "base/random.h"

typedef struct World {
	Records *r;
	Arena *a;
	char dir[64];
} World;

#define must(call) assert_string_equal(err_name(call).p, err_name(OK).p)
#define gives(call, e) assert_string_equal(err_name(call).p, err_name(e).p)

static inline int world_open(void **state)
{
	World *w = calloc(1, sizeof *w);
	char why[256] = "";
	random_init();
	time_set_offset(0);
	snprintf(w->dir, sizeof w->dir, "/tmp/samendoel-access-XXXXXX");
	if (!mkdtemp(w->dir))
		return -1;
	w->a = arena_new();
	RecordsOptions o = { .dir = str_c(w->dir) };
	if (records_open(&o, &w->r, why, sizeof why) != OK) {
		fprintf(stderr, "%s\n", why);
		return -1;
	}
	*state = w;
	return 0;
}

static inline int world_close(void **state)
{
	World *w = *state;
	char cmd[128];
	arena_free(w->a); /* visits that were never finished end here, and need the records for that */
	records_close(w->r);
	time_set_offset(0);
	snprintf(cmd, sizeof cmd, "rm -rf %s", w->dir);
	int rc = system(cmd);
	free(w);
	return rc;
}

static inline Scope scope_of(World *w, int64_t account, Role role, const char *ref)
{
	Str *refs = ARENA_ARRAY(w->a, Str, 1);
	refs[0] = arena_str(w->a, str_c(ref));
	return (Scope){ .account = account,
		        .role = role,
		        .login = S("x"),
		        .name = S("Naam"),
		        .refs = refs,
		        .n_refs = 1,
		        .purpose = S("TREAT"),
		        .route = S("TEST") };
}

static inline Visit *visit(World *w, const Scope *who)
{
	return visit_new(w->r, who, w->a);
}

/* Creates as the system and commits; gives the id. */
static inline Str make(World *w, Str json)
{
	Scope s = scope_system(S("demo"));
	Visit *v = visit(w, &s);
	Str id;
	Err e = visit_create(v, json, &id);
	if (e != OK)
		fprintf(stderr, "%.*s\n%.*s\n", STR_ARG(json), STR_ARG(outcome_json(visit_outcome(v), w->a)));
	must(e);
	must(visit_commit(v));
	return id;
}

static inline Str make_patient(World *w)
{
	return make(w, S("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Derks\",\"given\":[\"Jean\"]}],"
	                 "\"birthDate\":\"1941-03-02\"}"));
}

#define FORMAT(w, ...) arena_printf((w)->a, __VA_ARGS__)

/* participant: JSON of the extensions, "[]" is left out by "". */
static inline Str make_team(World *w, Str patient, const char *ref, bool secrecy, bool coordinator, const char *period)
{
	return make(
	    w,
	    FORMAT(w,
	           "{\"resourceType\":\"CareTeam\",\"status\":\"active\",\"subject\":{\"reference\":\"Patient/%.*s\"},"
	           "\"participant\":[{\"extension\":[{\"url\":\"https://samendoel.org/fhir/StructureDefinition/"
	           "secrecy-bound\",\"valueBoolean\":%s},{\"url\":\"https://samendoel.org/fhir/StructureDefinition/"
	           "coordinator\",\"valueBoolean\":%s}],\"role\":[{\"text\":\"thuisverpleegkundige\"}],\"member\":"
	           "{\"reference\":\"%s\"}%s%s}]}",
	           STR_ARG(patient), secrecy ? "true" : "false", coordinator ? "true" : "false", ref,
	           *period ? ",\"period\":" : "", period));
}

static inline Str make_relative(World *w, Str patient, const char *code)
{
	return make(
	    w,
	    FORMAT(w,
	           "{\"resourceType\":\"RelatedPerson\",\"patient\":{\"reference\":\"Patient/%.*s\"},\"relationship\":"
	           "[{\"coding\":[{\"system\":\"https://samendoel.org/fhir/CodeSystem/relationship\",\"code\":\"%s\"}],"
	           "\"text\":\"dochter\"}]}",
	           STR_ARG(patient), code));
}

/* actor "" : names nobody. */
static inline Str make_consent(World *w, Str patient, const char *type, const char *actor, const char *category,
                               bool write)
{
	Str who = *actor
	              ? FORMAT(w,
	                       "\"actor\":[{\"role\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
	                       "v3-ParticipationType\",\"code\":\"IRCP\"}]},\"reference\":{\"reference\":\"%s\"}}],",
	                       actor)
	              : S("");
	return make(
	    w,
	    FORMAT(
	        w,
	        "{\"resourceType\":\"Consent\",%s\"status\":\"active\",\"scope\":{\"coding\":[{\"system\":"
	        "\"http://terminology.hl7.org/CodeSystem/consentscope\",\"code\":\"patient-privacy\"}]},\"category\":"
	        "[{\"coding\":[{\"system\":\"http://"
	        "loinc.org\",\"code\":\"59284-0\"}]}],\"policyRule\":{\"text\":\"x\"},"
	        "\"patient\":{\"reference\":\"Patient/"
	        "%.*s\"},\"dateTime\":\"2026-01-01\",\"provision\":{\"type\":\"%s\",%.*s\"class\":[{\"system\":"
	        "\"https://samendoel.org/fhir/CodeSystem/category\",\"code\":\"%s\"}]}}",
	        write ? "\"extension\":[{\"url\":\"https://samendoel.org/fhir/StructureDefinition/write\","
	                "\"valueBoolean\":true}],"
	              : "",
	        STR_ARG(patient), type, STR_ARG(who), category));
}

static inline Str goal_json(World *w, Str patient, const char *text)
{
	return FORMAT(w,
	              "{\"resourceType\":\"Goal\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":\"%s\"},"
	              "\"subject\":{\"reference\":\"Patient/%.*s\"}}",
	              text, STR_ARG(patient));
}

static inline Str observation_json(World *w, Str patient, const char *category)
{
	Str mark =
	    *category ? FORMAT(w,
	                       "\"meta\":{\"security\":[{\"system\":\"https://samendoel.org/fhir/CodeSystem/category\","
	                       "\"code\":\"%s\"}]},",
	                       category)
	              : S("");
	return FORMAT(w,
	              "{\"resourceType\":\"Observation\",%.*s\"status\":\"final\",\"code\":{\"text\":\"gewicht\"},"
	              "\"subject\":{\"reference\":\"Patient/%.*s\"}}",
	              STR_ARG(mark), STR_ARG(patient));
}

static inline Str note_json(World *w, Str patient, const char *sender, bool private)
{
	return FORMAT(
	    w,
	    "{\"resourceType\":\"Communication\",%s\"status\":\"completed\",\"subject\":{\"reference\":"
	    "\"Patient/%.*s\"},\"sender\":{\"reference\":\"%s\"},\"payload\":[{\"contentString\":\"rustige dag\"}]}",
	    private ? "\"meta\":{\"security\":[{\"system\":\"https://samendoel.org/fhir/CodeSystem/category\",\"code\":"
	              "\"private\"}]},"
	            : "",
	    STR_ARG(patient), sender);
}

#endif
