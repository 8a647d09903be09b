/* The door from outside: who reads and writes what, what others' records look like, the trace, what changes at once. */
#include "access_help.h"

#define NURSE "Practitioner/nurse"

static Str ref(World *w, const char *type, Str id)
{
	return FORMAT(w, "%s/%.*s", type, STR_ARG(id));
}

static Scope person(World *w, Str patient)
{
	return scope_of(w, 7, ROLE_PERSON, ref(w, "Patient", patient).p);
}

static Scope nurse(World *w)
{
	return scope_of(w, 8, ROLE_PROFESSIONAL, NURSE);
}

static Err read_as(World *w, const Scope *who, FhirType type, Str id)
{
	Rec rec;
	Visit *v = visit(w, who);
	Err e = visit_read(v, type, id, &rec);
	must(visit_commit(v));
	return e;
}

/* One create in a visit of its own. */
static Err create_as(World *w, const Scope *who, Str json, Str *id)
{
	Visit *v = visit(w, who);
	Err e = visit_create(v, json, id);
	if (e != OK)
		return e;
	return visit_commit(v);
}

static Err update_as(World *w, const Scope *who, FhirType type, Str id, int32_t if_match, Str json, int32_t *version)
{
	Visit *v = visit(w, who);
	Err e = visit_update(v, type, id, if_match, json, version);
	return e == OK ? visit_commit(v) : e;
}

/* ---- reading and writing ---- */

static void test_body(void **state)
{
	World *w = *state;
	Str p = make_patient(w);
	Str g = make(
	    w,
	    FORMAT(w,
	           "{ \"lifecycleStatus\": \"active\", \"meta\": {\"versionId\":\"77\", \"source\": \"urn:x\"},\n"
	           "\"id\":\"mine\", \"resourceType\":\"Goal\", \"description\": {\"text\":\"wandelen\"}, \"subject\": "
	           "{\"reference\":\"Patient/%.*s\"}}",
	           STR_ARG(p)));
	Scope self = person(w, p);
	Visit *v = visit(w, &self);
	Rec rec;
	must(visit_read(v, FT_GOAL, g, &rec));
	Str front = FORMAT(
	    w, "{\"resourceType\":\"Goal\",\"id\":\"%.*s\",\"meta\":{\"versionId\":\"1\",\"lastUpdated\":\"%.*s\",",
	    STR_ARG(g), STR_ARG(time_instant(w->a, rec.updated)));
	Str rest = FORMAT(
	    w,
	    "\"source\":\"urn:x\"},\"lifecycleStatus\":\"active\",\"description\":{\"text\":\"wandelen\"},\"subject\":"
	    "{\"reference\":\"Patient/%.*s\"}}",
	    STR_ARG(p));
	assert_true(str_eq(rec.body, arena_join(w->a, front, rest, STR_END)));
	assert_true(str_eq(rec.person, p));
	assert_int_equal(rec.category, CAT_GOALS);
	assert_null(rec.json.node);
	assert_non_null(rec_json(v, &rec).node);
	must(visit_commit(v));
}

static void test_team_sees(void **state)
{
	World *w = *state;
	Str p = make_patient(w), g = make(w, goal_json(w, p, "lezen"));
	Str money = make(w, observation_json(w, p, "money"));
	Scope n = nurse(w), self = person(w, p), admin = scope_of(w, 9, ROLE_ADMIN, NURSE);
	gives(read_as(w, &n, FT_GOAL, g), ERR_NOT_FOUND);
	make_team(w, p, NURSE, true, false, "");
	must(read_as(w, &n, FT_GOAL, g));
	must(read_as(w, &n, FT_PATIENT, p));
	gives(read_as(w, &n, FT_OBSERVATION, money), ERR_NOT_FOUND);
	must(read_as(w, &self, FT_OBSERVATION, money));
	gives(read_as(w, &admin, FT_GOAL, g), ERR_NOT_FOUND);
	gives(read_as(w, &admin, FT_PATIENT, p), ERR_NOT_FOUND);
	Relation r;
	Visit *v = visit(w, &n);
	must(visit_relation(v, p, &r));
	assert_true(str_eq(r.rule, S("team-secrecy")) && str_eq(r.role_text, S("thuisverpleegkundige")) && r.secrecy);
	/* The id of something else in the dossier is no person. */
	gives(visit_relation(v, g, &r), ERR_NOT_FOUND);
}

static void test_write_rights(void **state)
{
	World *w = *state;
	Str p = make_patient(w), id;
	Scope n = nurse(w), self = person(w, p);
	gives(create_as(w, &n, goal_json(w, p, "a"), &id), ERR_NOT_FOUND);
	gives(create_as(w, &n, goal_json(w, S("zzzzzzzzzzzzz"), "a"), &id), ERR_NOT_FOUND);
	Str team = make_team(w, p, NURSE, true, false, "");
	must(create_as(w, &n, goal_json(w, p, "a"), &id));
	must(read_as(w, &n, FT_GOAL, id));
	gives(create_as(w, &n, observation_json(w, p, "money"), &id), ERR_FORBIDDEN);
	must(create_as(w, &self, observation_json(w, p, "money"), &id));
	gives(update_as(w, &n, FT_OBSERVATION, id, 0, observation_json(w, p, ""), NULL), ERR_NOT_FOUND);
	/* The gate: a mark does not make a care team or a consent something that the nurse may write. */
	Str gate = FORMAT(
	    w,
	    "{\"resourceType\":\"CareTeam\",\"meta\":{\"security\":[{\"system\":\"https://samendoel.org/fhir/"
	    "CodeSystem/category\",\"code\":\"notes\"}]},\"status\":\"active\",\"subject\":{\"reference\":\"Patient/"
	    "%.*s\"}}",
	    STR_ARG(p));
	gives(create_as(w, &n, gate, &id), ERR_FORBIDDEN);
	gives(update_as(w, &n, FT_CARETEAM, team, 0, gate, NULL), ERR_FORBIDDEN);
	must(create_as(w, &self, gate, &id));
	Visit *v = visit(w, &n);
	gives(visit_delete(v, FT_CARETEAM, team, 0), ERR_FORBIDDEN);
	gives(visit_delete(v, FT_PATIENT, p, 0), ERR_FORBIDDEN);
	v = visit(w, &self);
	gives(visit_delete(v, FT_PATIENT, p, 0), ERR_FORBIDDEN);
	/* Moving a resource to another category needs the right to both. */
	must(create_as(w, &n, observation_json(w, p, ""), &id));
	gives(update_as(w, &n, FT_OBSERVATION, id, 0, observation_json(w, p, "money"), NULL), ERR_FORBIDDEN);
}

static Str consent_json(World *w, Str patient, const char *type, const char *actor, const char *category)
{
	return FORMAT(
	    w,
	    "{\"resourceType\":\"Consent\",\"status\":\"active\",\"scope\":{\"coding\":[{\"system\":"
	    "\"http://terminology.hl7.org/CodeSystem/consentscope\",\"code\":\"patient-privacy\"}]},\"category\":"
	    "[{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"59284-0\"}]}],\"policyRule\":{\"text\":\"x\"},"
	    "\"patient\":{\"reference\":\"Patient/"
	    "%.*s\"},\"provision\":{\"type\":\"%s\",\"actor\":[{\"role\":{\"text\":\"x\"},\"reference\":"
	    "{\"reference\":\"%s\"}}],\"class\":[{\"system\":\"https://samendoel.org/fhir/CodeSystem/category\","
	    "\"code\":\"%s\"}]}}",
	    STR_ARG(patient), type, actor, category);
}

/* A coordinator records what the person says about others, and cannot widen their own access by it. */
static void test_no_widening(void **state)
{
	World *w = *state;
	Str p = make_patient(w), id, denial, team = make_team(w, p, "Practitioner/co", false, true, "");
	make_team(w, p, NURSE, true, false, "");
	denial = make_consent(w, p, "deny", "Practitioner/co", "story", false);
	Scope co = scope_of(w, 11, ROLE_COORDINATOR, "Practitioner/co"), n = nurse(w), self = person(w, p);
	gives(create_as(w, &n, consent_json(w, p, "permit", NURSE, "money"), &id), ERR_FORBIDDEN);
	must(create_as(w, &co, consent_json(w, p, "permit", NURSE, "money"), &id));
	must(create_as(w, &co, consent_json(w, p, "deny", "Practitioner/co", "medical"), &id));
	gives(create_as(w, &co, consent_json(w, p, "permit", "Practitioner/co", "money"), &id), ERR_FORBIDDEN);
	gives(
	    create_as(w, &co, consent_json(w, p, "permit", FORMAT(w, "CareTeam/%.*s", STR_ARG(team)).p, "money"), &id),
	    ERR_FORBIDDEN);
	Str bound =
	    FORMAT(w,
	           "{\"resourceType\":\"CareTeam\",\"status\":\"active\",\"subject\":{\"reference\":\"Patient/%.*s\"},"
	           "\"participant\":[{\"extension\":[{\"url\":\"https://samendoel.org/fhir/StructureDefinition/"
	           "secrecy-bound\",\"valueBoolean\":true},{\"url\":\"https://samendoel.org/fhir/StructureDefinition/"
	           "coordinator\",\"valueBoolean\":true}],\"member\":{\"reference\":\"Practitioner/co\"}}]}",
	           STR_ARG(p));
	gives(create_as(w, &co, bound, &id), ERR_FORBIDDEN);
	gives(update_as(w, &co, FT_CARETEAM, team, 0, bound, NULL), ERR_FORBIDDEN);
	/* Not in two steps either: a consent to the team that the second step makes their own. */
	Visit *v = visit(w, &co);
	Str second;
	must(visit_reserve(v, FT_CARETEAM, p, &second));
	must(
	    visit_create(v, consent_json(w, p, "permit", FORMAT(w, "CareTeam/%.*s", STR_ARG(second)).p, "money"), &id));
	static const char *const members[] = { "Practitioner/co", NURSE };
	for (size_t i = 0; i < 2; i++) {
		Str plain = FORMAT(w,
		                   "{\"resourceType\":\"CareTeam\",\"status\":\"active\",\"subject\":{\"reference\":"
		                   "\"Patient/%.*s\"},\"participant\":[{\"member\":{\"reference\":\"%s\"}}]}",
		                   STR_ARG(p), members[i]);
		gives(visit_create_reserved(v, FT_CARETEAM, second, plain), i ? OK : ERR_FORBIDDEN);
	}
	must(update_as(w, &self, FT_CARETEAM, team, 0, bound, NULL));
	/* Lifting a denial against oneself is widening; the person may. */
	v = visit(w, &co);
	gives(visit_delete(v, FT_CONSENT, denial, 0), ERR_FORBIDDEN);
	v = visit(w, &self);
	must(visit_delete(v, FT_CONSENT, denial, 0));
	must(visit_commit(v));
}

static void test_private(void **state)
{
	World *w = *state;
	Str p = make_patient(w), id, plain;
	make_team(w, p, NURSE, true, false, "");
	make_team(w, p, "Practitioner/other", true, false, "");
	Scope n = nurse(w), other = scope_of(w, 10, ROLE_PROFESSIONAL, "Practitioner/other"), self = person(w, p);
	must(create_as(w, &n, note_json(w, p, NURSE, true), &id));
	must(create_as(w, &n, note_json(w, p, NURSE, false), &plain));
	must(read_as(w, &n, FT_COMMUNICATION, id));
	gives(read_as(w, &other, FT_COMMUNICATION, id), ERR_NOT_FOUND);
	gives(read_as(w, &self, FT_COMMUNICATION, id), ERR_NOT_FOUND);
	must(read_as(w, &other, FT_COMMUNICATION, plain));
	Str open = plain;
	gives(create_as(w, &n, note_json(w, p, "Practitioner/other", true), &plain), ERR_INVALID);
	/* Hidden behind escapes, the mark would be overlooked: refused. */
	Str raw = note_json(w, p, NURSE, true), head, tail;
	size_t at = (size_t)str_find(raw, S("/CodeSystem/category"));
	head = str_upto(raw, at);
	tail = str_from(raw, at + 1);
	gives(create_as(w, &n, arena_join(w->a, head, S("\\/"), tail, STR_END), &plain), ERR_INVALID);
	Rec *recs;
	size_t count;
	Visit *v = visit(w, &other);
	must(visit_dossier(v, p, NULL, &recs, &count));
	for (size_t i = 0; i < count; i++)
		assert_false(str_eq(recs[i].id, id));
	/* What others see stays theirs, also from who wrote it and in the visit that made it; what is private can be
	 * shown. */
	gives(update_as(w, &other, FT_COMMUNICATION, open, 0, note_json(w, p, "Practitioner/other", true), NULL),
	      ERR_FORBIDDEN);
	gives(update_as(w, &n, FT_COMMUNICATION, open, 0, note_json(w, p, NURSE, true), NULL), ERR_FORBIDDEN);
	must(read_as(w, &self, FT_COMMUNICATION, open));
	must(update_as(w, &n, FT_COMMUNICATION, id, 0, note_json(w, p, NURSE, false), NULL));
	must(read_as(w, &self, FT_COMMUNICATION, id));
	v = visit(w, &n);
	must(visit_create(v, note_json(w, p, NURSE, true), &id));
	must(visit_update(v, FT_COMMUNICATION, id, 0, note_json(w, p, NURSE, true), NULL));
}

static void test_versions(void **state)
{
	World *w = *state;
	Str p = make_patient(w), g = make(w, goal_json(w, p, "een"));
	Scope self = person(w, p);
	int32_t version;
	must(update_as(w, &self, FT_GOAL, g, 1, goal_json(w, p, "twee"), &version));
	assert_int_equal(version, 2);
	gives(update_as(w, &self, FT_GOAL, g, 1, goal_json(w, p, "drie"), &version), ERR_VERSION);
	must(update_as(w, &self, FT_GOAL, g, 2, goal_json(w, p, "twee"), &version));
	assert_int_equal(version, 2); /* nothing changed */
	/* Two who read the same version: the second is told. */
	Visit *one = visit(w, &self), *two = visit(w, &self);
	Rec rec, *recs;
	size_t n;
	must(visit_read(one, FT_GOAL, g, &rec));
	must(visit_read(two, FT_GOAL, g, &rec));
	must(visit_update(one, FT_GOAL, g, 0, goal_json(w, p, "drie"), &version));
	must(visit_update(two, FT_GOAL, g, 0, goal_json(w, p, "vier"), &version));
	must(visit_commit(one));
	gives(visit_commit(two), ERR_VERSION);
	/* History: newest first; a version that is there and one that is not. */
	Visit *v = visit(w, &self);
	must(visit_history(v, FT_GOAL, g, 0, 10, &recs, &n));
	assert_int_equal(n, 3);
	assert_int_equal(recs[0].version, 3);
	must(visit_vread(v, FT_GOAL, g, 1, &rec));
	assert_true(str_find(rec.body, S("een")) > 0);
	gives(visit_vread(v, FT_GOAL, g, 9, &rec), ERR_NOT_FOUND);
	must(visit_delete(v, FT_GOAL, g, 3));
	must(visit_commit(v));
	gives(read_as(w, &self, FT_GOAL, g), ERR_GONE);
	Scope n2 = nurse(w);
	gives(read_as(w, &n2, FT_GOAL, g), ERR_NOT_FOUND);
	v = visit(w, &self);
	must(visit_history(v, FT_GOAL, g, 0, 10, &recs, &n));
	assert_true(n == 4 && recs[0].deleted);
	must(visit_changes(v, p, 0, 100, &recs, &n));
	assert_int_equal(n, 5);
}

/* What was made private later is hidden in its past as well. */
static void test_hidden_past(void **state)
{
	World *w = *state;
	Str p = make_patient(w), id;
	make_team(w, p, NURSE, true, false, "");
	Scope n = nurse(w), self = person(w, p);
	must(create_as(w, &n, observation_json(w, p, ""), &id));
	must(update_as(w, &self, FT_OBSERVATION, id, 0, observation_json(w, p, "psychological"), NULL));
	Rec rec, *recs;
	size_t count;
	Visit *v = visit(w, &n);
	gives(visit_read(v, FT_OBSERVATION, id, &rec), ERR_NOT_FOUND);
	gives(visit_vread(v, FT_OBSERVATION, id, 1, &rec), ERR_NOT_FOUND);
	gives(visit_history(v, FT_OBSERVATION, id, 0, 10, &recs, &count), ERR_NOT_FOUND);
	must(visit_changes(v, p, 0, 100, &recs, &count));
	for (size_t i = 0; i < count; i++)
		assert_int_not_equal(recs[i].type, FT_OBSERVATION);
	v = visit(w, &self);
	must(visit_vread(v, FT_OBSERVATION, id, 1, &rec));
}

static void test_references(void **state)
{
	World *w = *state;
	Str p = make_patient(w), q = make_patient(w), theirs = make(w, goal_json(w, q, "van een ander")), id;
	Scope self = person(w, p);
	Str nothing = S("zzzzzzzzzzzzz");
#define PLAN(goal)                                                                                                   \
	FORMAT(w,                                                                                                    \
	       "{\"resourceType\":\"CarePlan\",\"status\":\"draft\",\"intent\":\"plan\",\"subject\":{\"reference\":" \
	       "\"Patient/%.*s\"},\"goal\":[{\"reference\":\"Goal/%.*s\"}]}",                                        \
	       STR_ARG(p), STR_ARG(goal))
	gives(create_as(w, &self, PLAN(theirs), &id), ERR_INVALID);
	gives(create_as(w, &self, PLAN(nothing), &id), ERR_INVALID);
	Visit *v = visit(w, &self);
	Str goal, plan;
	must(visit_reserve(v, FT_GOAL, p, &goal));
	must(visit_create(v, PLAN(goal), &plan));
	must(visit_create_reserved(v, FT_GOAL, goal, goal_json(w, p, "eerst")));
	gives(visit_create_reserved(v, FT_GOAL, goal, goal_json(w, p, "nog eens")), ERR_CONFLICT);
	must(visit_commit(v));
	must(read_as(w, &self, FT_GOAL, goal));
	must(read_as(w, &self, FT_CAREPLAN, plan));
	/* A resource stays with its person. */
	Scope both = scope_system(S("demo"));
	gives(update_as(w, &both, FT_GOAL, goal, 0, goal_json(w, q, "verhuisd"), NULL), ERR_INVALID);
	gives(create_as(w, &self,
	                S("{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"}}"), &id),
	      ERR_INVALID);
}

static void test_new_dossier(void **state)
{
	World *w = *state;
	Scope n = nurse(w), self = scope_of(w, 7, ROLE_PERSON, "Patient/x"),
	      admin = scope_of(w, 9, ROLE_ADMIN, "Practitioner/a");
	Str json = S("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"Jean\"}]}"), id, goal;
	gives(create_as(w, &self, json, &id), ERR_FORBIDDEN);
	gives(create_as(w, &admin, json, &id), ERR_FORBIDDEN);
	Visit *v = visit(w, &n);
	Relation r;
	must(visit_create(v, json, &id));
	must(visit_relation(v, id, &r));
	assert_int_equal(r.kind, REL_NEW);
	must(visit_create(v, goal_json(w, id, "samen"), &goal));
	Str team = FORMAT(
	        w,
	        "{\"resourceType\":\"CareTeam\",\"status\":\"active\",\"subject\":{\"reference\":\"Patient/%.*s\"},"
	        "\"participant\":[{\"extension\":[{\"url\":\"https://samendoel.org/fhir/StructureDefinition/"
	        "secrecy-bound\","
	        "\"valueBoolean\":true}],\"member\":{\"reference\":\"" NURSE "\"}}]}",
	        STR_ARG(id)),
	    team_id;
	must(visit_create(v, team, &team_id));
	must(visit_commit(v));
	must(read_as(w, &n, FT_GOAL, goal));
	/* Without a team in the same visit nobody is let in. */
	must(create_as(w, &n, json, &id));
	gives(read_as(w, &n, FT_PATIENT, id), ERR_NOT_FOUND);
}

static void test_chosen_ids(void **state)
{
	World *w = *state;
	Str p = make_patient(w);
	Scope sys = scope_system(S("import")), self = person(w, p);
	Visit *v = visit(w, &sys);
	must(visit_create_as(v, FT_GOAL, S("goal-1"), goal_json(w, p, "a")));
	gives(visit_create_as(v, FT_GOAL, S("goal-1"), goal_json(w, p, "b")), ERR_CONFLICT);
	must(visit_commit(v));
	must(read_as(w, &self, FT_GOAL, S("goal-1")));
	v = visit(w, &sys);
	gives(visit_create_as(v, FT_GOAL, S("goal-1"), goal_json(w, p, "b")), ERR_CONFLICT);
	gives(visit_create_as(v, FT_GOAL, S("not an id"), goal_json(w, p, "b")), ERR_INVALID);
	v = visit(w, &self);
	/* Taken or free: who guesses ids learns nothing. */
	gives(visit_create_as(v, FT_GOAL, S("goal-1"), goal_json(w, p, "b")), ERR_INVALID);
	gives(visit_create_as(v, FT_GOAL, S("goal-2"), goal_json(w, p, "b")), ERR_INVALID);
	must(visit_create_as(v, FT_GOAL, S("1c0a0a4e-1111-4222-8333-9d1c2b3a4f5e"), goal_json(w, p, "b")));
	must(visit_commit(v));
}

static void test_directory(void **state)
{
	World *w = *state;
	Str org = S("{\"resourceType\":\"Organization\",\"name\":\"Wit-Gele Kruis\"}"), id, mine;
	Scope n = nurse(w), self = scope_of(w, 7, ROLE_PERSON, "Patient/x"),
	      co = scope_of(w, 11, ROLE_COORDINATOR, "Practitioner/co");
	gives(create_as(w, &n, org, &id), ERR_FORBIDDEN);
	gives(create_as(w, &self, org, &id), ERR_FORBIDDEN);
	must(create_as(w, &co, org, &id));
	must(read_as(w, &self, FT_ORGANIZATION, id));
	mine = make(w, S("{\"resourceType\":\"Practitioner\",\"name\":[{\"family\":\"Peeters\"}]}"));
	Scope owner = scope_of(w, 12, ROLE_PROFESSIONAL, ref(w, "Practitioner", mine).p);
	Str changed = S("{\"resourceType\":\"Practitioner\",\"name\":[{\"family\":\"Peeters-Maes\"}]}");
	gives(update_as(w, &n, FT_PRACTITIONER, mine, 0, changed, NULL), ERR_FORBIDDEN);
	must(update_as(w, &owner, FT_PRACTITIONER, mine, 0, changed, NULL));
}

/* ---- what is decided changes at once ---- */

static void test_withdrawn(void **state)
{
	World *w = *state;
	Str p = make_patient(w), g = make(w, goal_json(w, p, "x"));
	Str kin = make_relative(w, p, "carer"), kin_ref = ref(w, "RelatedPerson", kin);
	Scope daughter = scope_of(w, 13, ROLE_CARER, kin_ref.p), self = person(w, p);
	gives(read_as(w, &daughter, FT_GOAL, g), ERR_NOT_FOUND);
	must(read_as(w, &daughter, FT_PATIENT, p));
	Str c = make_consent(w, p, "permit", kin_ref.p, "goals", false), id;
	must(read_as(w, &daughter, FT_GOAL, g));
	gives(create_as(w, &daughter, goal_json(w, p, "y"), &id), ERR_FORBIDDEN);
	Visit *v = visit(w, &self);
	must(visit_delete(v, FT_CONSENT, c, 0));
	must(visit_commit(v));
	gives(read_as(w, &daughter, FT_GOAL, g), ERR_NOT_FOUND);
	make_consent(w, p, "permit", kin_ref.p, "goals", true);
	must(create_as(w, &daughter, goal_json(w, p, "y"), &id));
	make_consent(w, p, "deny", "", "goals", false);
	gives(read_as(w, &daughter, FT_GOAL, g), ERR_NOT_FOUND);
	gives(read_as(w, &daughter, FT_CONSENT, c), ERR_NOT_FOUND);
}

static void test_period_ends(void **state)
{
	World *w = *state;
	Str p = make_patient(w), g = make(w, goal_json(w, p, "x"));
	Scope n = nurse(w);
	Str end = time_instant(w->a, time_now() + 20000);
	make_team(w, p, NURSE, true, false, FORMAT(w, "{\"end\":\"%.*s\"}", STR_ARG(end)).p);
	must(read_as(w, &n, FT_GOAL, g));
	time_set_offset(21500); /* within the life of a cached relation */
	gives(read_as(w, &n, FT_GOAL, g), ERR_NOT_FOUND);
	time_set_offset(0);
}

/* A new reference of an account counts at its next request. */
static void test_new_reference(void **state)
{
	World *w = *state;
	Str p = make_patient(w);
	int64_t id;
	NewAccount n = { .login = S("jean"), .name = S("Jean"), .role = ROLE_PERSON };
	must(account_create(w->r, &n, &id));
	Scope before = { .account = id, .role = ROLE_PERSON, .name = S("Jean") }, after = person(w, p);
	after.account = id;
	gives(read_as(w, &before, FT_PATIENT, p), ERR_NOT_FOUND);
	must(account_add_ref(w->r, id, ref(w, "Patient", p)));
	/* Without an account, right after the system was there. */
	Scope sys = scope_system(S("test")), nobody = { .role = ROLE_PROFESSIONAL, .name = S("?") };
	must(read_as(w, &sys, FT_PATIENT, p));
	gives(read_as(w, &nobody, FT_PATIENT, p), ERR_NOT_FOUND);
	must(read_as(w, &after, FT_PATIENT, p));
}

/* ---- what is not there and what may not be seen are the same ---- */

static size_t total_of(World *w, const Scope *who, FhirType type, const char *code, const char *value, size_t *n)
{
	Str text = arena_str(w->a, str_c(value));
	SearchTerm t = { .param = code ? search_param(type, str_c(code)) : NULL, .values = &text, .n_values = 1 };
	SearchQuery q = { .type = type, .terms = &t, .n_terms = code ? 1 : 0, .count = 10 };
	Rec *recs;
	size_t total;
	Visit *v = visit(w, who);
	must(visit_search(v, &q, &recs, n, &total));
	must(visit_commit(v));
	return total;
}

static void test_nothing_leaks(void **state)
{
	World *w = *state;
	Str p = make_patient(w), g = make(w, goal_json(w, p, "geheim")), none = S("zzzzzzzzzzzzz");
	Scope n = nurse(w), admin = scope_of(w, 9, ROLE_ADMIN, NURSE);
	const Scope *who[] = { &n, &admin };
	for (size_t i = 0; i < COUNT_OF(who); i++) {
		Rec rec, *recs;
		PersonRow *rows;
		AuditEntry *log;
		Relation rel;
		size_t count, total;
		int32_t version;
		Str ids[] = { g, none }, persons[] = { p, none };
		for (size_t k = 0; k < 2; k++) {
			Visit *v = visit(w, who[i]);
			gives(visit_read(v, FT_GOAL, ids[k], &rec), ERR_NOT_FOUND);
			gives(visit_vread(v, FT_GOAL, ids[k], 1, &rec), ERR_NOT_FOUND);
			gives(visit_history(v, FT_GOAL, ids[k], 0, 9, &recs, &count), ERR_NOT_FOUND);
			gives(visit_update(v, FT_GOAL, ids[k], 0, goal_json(w, persons[k], "y"), &version),
			      ERR_NOT_FOUND);
			gives(visit_update(v, FT_GOAL, ids[k], 5, goal_json(w, persons[k], "y"), &version),
			      ERR_NOT_FOUND);
			gives(visit_delete(v, FT_GOAL, ids[k], 0), ERR_NOT_FOUND);
			gives(visit_relation(v, persons[k], &rel), ERR_NOT_FOUND);
			gives(visit_dossier(v, persons[k], NULL, &recs, &count), ERR_NOT_FOUND);
			gives(visit_changes(v, persons[k], 0, 9, &recs, &count), ERR_NOT_FOUND);
			gives(visit_access_log(v, persons[k], INT64_MAX, 9, &log, &count), ERR_NOT_FOUND);
			assert_false(visit_has_writes(v));
			Str issues = outcome_json(visit_outcome(v), w->a);
			assert_true(str_find(issues, ids[k]) < 0);
			assert_int_equal(total_of(w, who[i], FT_GOAL, "patient", persons[k].p, &count), 0);
			assert_int_equal(total_of(w, who[i], FT_PATIENT, "_id", persons[k].p, &count), 0);
		}
		assert_int_equal(total_of(w, who[i], FT_PATIENT, "family", "Derks", &count), 0);
		assert_int_equal(total_of(w, who[i], FT_PATIENT, "family", "Nobody", &count), 0);
		assert_int_equal(total_of(w, who[i], FT_GOAL, NULL, "", &count), 0);
		Visit *v = visit(w, who[i]);
		must(visit_persons(v, STR_END, 0, 10, &rows, &count, &total));
		assert_true(count == 0 && total == 0);
		Str *all;
		int64_t next;
		gives(visit_all_persons(v, STR_END, 10, &all, &count), ERR_FORBIDDEN);
		gives(visit_all_shared(v, 0, 10, &recs, &count, &next), ERR_FORBIDDEN);
	}
}

/* ---- searching ---- */

static void test_search(void **state)
{
	World *w = *state;
	Str mine[12];
	Scope n = nurse(w), sys = scope_system(S("export"));
	for (size_t i = 0; i < COUNT_OF(mine); i++) {
		mine[i] = make_patient(w);
		make_team(w, mine[i], NURSE, true, false, "");
		make(w, goal_json(w, mine[i], "doel"));
	}
	Str stranger = make_patient(w);
	make(w, goal_json(w, stranger, "doel"));
	size_t count;
	assert_int_equal(total_of(w, &n, FT_PATIENT, "family", "derks", &count), 12);
	assert_int_equal(count, 10);
	assert_int_equal(total_of(w, &sys, FT_PATIENT, "family", "derks", &count), 13);
	assert_int_equal(total_of(w, &n, FT_PATIENT, "family", "jansen", &count), 0);
	assert_int_equal(total_of(w, &n, FT_GOAL, NULL, "", &count), 12);
	assert_int_equal(total_of(w, &n, FT_GOAL, "lifecycle-status", "active", &count), 12);
	assert_int_equal(total_of(w, &n, FT_GOAL, "lifecycle-status", "completed", &count), 0);
	assert_int_equal(total_of(w, &n, FT_GOAL, "patient", ref(w, "Patient", mine[3]).p, &count), 1);
	assert_int_equal(total_of(w, &n, FT_GOAL, "patient", mine[3].p, &count), 1);
	assert_int_equal(total_of(w, &n, FT_GOAL, "patient", stranger.p, &count), 0);
	Str twice[] = { mine[3], ref(w, "Patient", mine[3]), mine[4] };
	SearchTerm both = { .param = search_param(FT_GOAL, S("patient")), .values = twice, .n_values = 3 };
	SearchQuery named = { .type = FT_GOAL, .terms = &both, .n_terms = 1, .count = 10 };
	size_t found;
	Rec *goals;
	must(visit_search(visit(w, &n), &named, &goals, &count, &found));
	assert_true(found == 2 && count == 2);
	/* The system sees all of them. */
	SearchQuery q = { .type = FT_GOAL, .count = 10 };
	Rec *recs;
	size_t total;
	Visit *v = visit(w, &sys);
	must(visit_search(v, &q, &recs, &count, &total));
	assert_true(total == 13 && count == 10);
	/* In the own dossier: newest first, pages. */
	Scope self = person(w, mine[0]);
	time_set_offset(5);
	make(w, goal_json(w, mine[0], "nieuw"));
	time_set_offset(0);
	q = (SearchQuery){ .type = FT_GOAL, .person = mine[0], .count = 1 };
	v = visit(w, &self);
	must(visit_search(v, &q, &recs, &count, &total));
	assert_true(total == 2 && count == 1 && str_find(recs[0].body, S("nieuw")) > 0);
	SearchResult page;
	must(visit_find(v, &q, &page));
	q.cursor = page.next;
	must(visit_find(v, &q, &page));
	assert_true(page.total == 2 && page.n == 1 && !page.next.p && page.previous.p);
	assert_true(str_find(page.recs[0].body, S("nieuw")) < 0);
}

static void test_persons(void **state)
{
	World *w = *state;
	Scope n = nurse(w);
	static const char *const names[] = { "Peeters", "Ábrahám", "Maes" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		Str p = make(
		    w, FORMAT(w, "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"%s\",\"given\":[\"An\"]}]}",
		              names[i]));
		make_team(w, p, NURSE, true, false, "");
	}
	PersonRow *rows;
	size_t count, total;
	Visit *v = visit(w, &n);
	must(visit_persons(v, STR_END, 0, 2, &rows, &count, &total));
	assert_true(total == 3 && count == 2);
	assert_true(str_eq(rows[0].family, S("Ábrahám")) && str_eq(rows[1].name, S("An Maes")));
	assert_int_equal(rows[0].relation.kind, REL_TEAM);
	must(visit_persons(v, S("abr"), 0, 2, &rows, &count, &total));
	assert_int_equal(total, 1);
	must(visit_persons(v, S("x"), 0, 2, &rows, &count, &total));
	assert_int_equal(total, 0);
	must(visit_commit(v));
}

int main(void)
{
	random_init();
#define T(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
	const struct CMUnitTest tests[] = {
		T(test_body),          T(test_team_sees),   T(test_write_rights),  T(test_private),
		T(test_new_reference), T(test_no_widening), T(test_versions),      T(test_hidden_past),
		T(test_references),    T(test_new_dossier), T(test_chosen_ids),    T(test_directory),
		T(test_withdrawn),     T(test_period_ends), T(test_nothing_leaks), T(test_search),
		T(test_persons),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
