/* The rules: who, with which facts, may see and write what, and which rule says so. */
#include "access_help.h"

#include "access/category.h"
#include "access/facts.h"

#define B(c) BIT(CAT_##c)
#define TEAM_SEES (B(IDENTITY) | B(STORY) | B(GOALS) | B(NOTES) | B(MEDICAL) | B(SOCIAL) | B(NETWORK) | B(MEETINGS))
#define TEAM_WRITES (B(STORY) | B(GOALS) | B(NOTES) | B(MEDICAL) | B(SOCIAL) | B(MEETINGS))

typedef struct Case {
	const char *what;
	Facts facts;
	RelationKind kind;
	uint32_t read, write;
	const char *rule;
} Case;

#define PRO .role = ROLE_PROFESSIONAL, .exists = true
#define KIN .role = ROLE_CARER, .exists = true
static const Case cases[] = {
	{ "stranger", { PRO }, REL_NONE, 0, 0, "none" },
	{ "stranger with a consent that names him but no relation",
	  { PRO, .permit = B(GOALS) },
	  REL_NONE,
	  0,
	  0,
	  "none" },
	{ "no such person", { .role = ROLE_PERSON, .self = true }, REL_NONE, 0, 0, "none" },
	{ "administrator", { .role = ROLE_ADMIN, .exists = true }, REL_NONE, 0, 0, "none" },
	{ "administrator in the team",
	  { .role = ROLE_ADMIN, .exists = true, .team = true, .secrecy = true },
	  REL_NONE,
	  0,
	  0,
	  "none" },
	{ "administrator opens a dossier", { .role = ROLE_ADMIN, .fresh = true }, REL_NONE, 0, 0, "none" },
	{ "the person", { .role = ROLE_PERSON, .exists = true, .self = true }, REL_SELF, CAT_ALL, CAT_ALL, "self" },
	{ "the person, denied by herself",
	  { .role = ROLE_PERSON, .exists = true, .self = true, .deny_all = CAT_ALL },
	  REL_SELF,
	  CAT_ALL,
	  CAT_ALL,
	  "self" },
	{ "the system", { .role = ROLE_SYSTEM, .exists = true }, REL_SYSTEM, CAT_ALL, CAT_ALL, "system" },
	{ "who opens the dossier", { .role = ROLE_PROFESSIONAL, .fresh = true }, REL_NEW, CAT_ALL, CAT_ALL, "new" },
	{ "representative",
	  { KIN, .related = true, .representative = true },
	  REL_REPRESENTATIVE,
	  CAT_ALL,
	  CAT_ALL,
	  "representative" },
	{ "representative, denial to all",
	  { KIN, .related = true, .representative = true, .deny_all = B(STORY) },
	  REL_REPRESENTATIVE,
	  CAT_ALL,
	  CAT_ALL,
	  "representative" },
	{ "representative, denied by name",
	  { KIN, .related = true, .representative = true, .deny = B(STORY) },
	  REL_REPRESENTATIVE,
	  CAT_ALL & ~B(STORY),
	  CAT_ALL & ~B(STORY),
	  "representative" },
	{ "bound team member",
	  { PRO, .team = true, .secrecy = true },
	  REL_TEAM,
	  TEAM_SEES,
	  TEAM_WRITES,
	  "team-secrecy" },
	{ "bound, story denied to all",
	  { PRO, .team = true, .secrecy = true, .deny_all = B(STORY) },
	  REL_TEAM,
	  TEAM_SEES & ~B(STORY),
	  TEAM_WRITES & ~B(STORY),
	  "team-secrecy" },
	{ "bound, everything denied",
	  { PRO, .team = true, .secrecy = true, .deny = CAT_ALL },
	  REL_TEAM,
	  B(IDENTITY),
	  0,
	  "team-secrecy" },
	{ "bound, psychological consented",
	  { PRO, .team = true, .secrecy = true, .permit = B(PSYCHOLOGICAL) },
	  REL_TEAM,
	  TEAM_SEES | B(PSYCHOLOGICAL),
	  TEAM_WRITES | B(PSYCHOLOGICAL),
	  "team-secrecy" },
	{ "bound, money consented to the team",
	  { PRO, .team = true, .secrecy = true, .permit_team = B(MONEY) },
	  REL_TEAM,
	  TEAM_SEES | B(MONEY),
	  TEAM_WRITES | B(MONEY),
	  "team-secrecy" },
	{ "bound, money consented and denied",
	  { PRO, .team = true, .secrecy = true, .permit = B(MONEY), .deny = B(MONEY) },
	  REL_TEAM,
	  TEAM_SEES,
	  TEAM_WRITES,
	  "team-secrecy" },
	{ "bound coordinator",
	  { PRO, .team = true, .secrecy = true, .coordinator = true },
	  REL_TEAM,
	  TEAM_SEES | B(CONTROL),
	  TEAM_WRITES | B(IDENTITY) | B(NETWORK) | B(CONTROL),
	  "team-coordinator" },
	{ "unbound coordinator",
	  { PRO, .team = true, .coordinator = true },
	  REL_TEAM,
	  B(IDENTITY) | B(NETWORK) | B(CONTROL),
	  B(NOTES) | B(IDENTITY) | B(NETWORK) | B(CONTROL),
	  "team-coordinator" },
	{ "unbound team member", { PRO, .team = true }, REL_TEAM, B(IDENTITY), B(NOTES), "team-identity" },
	{ "unbound, goals consented",
	  { PRO, .team = true, .permit = B(GOALS) },
	  REL_TEAM,
	  B(IDENTITY) | B(GOALS),
	  B(NOTES),
	  "team-consent" },
	{ "unbound, goals to write",
	  { PRO, .team = true, .permit = B(GOALS), .permit_write = B(GOALS) },
	  REL_TEAM,
	  B(IDENTITY) | B(GOALS),
	  B(NOTES) | B(GOALS),
	  "team-consent" },
	{ "unbound, notes denied",
	  { PRO, .team = true, .deny_all = B(NOTES) },
	  REL_TEAM,
	  B(IDENTITY),
	  0,
	  "team-identity" },
	{ "consent never opens the gate",
	  { PRO, .team = true, .permit = B(NETWORK) | B(CONTROL), .permit_write = B(NETWORK) | B(CONTROL) },
	  REL_TEAM,
	  B(IDENTITY) | B(NETWORK) | B(CONTROL),
	  B(NOTES),
	  "team-consent" },
	{ "relative", { KIN, .related = true }, REL_RELATED, B(IDENTITY), 0, "related-identity" },
	{ "relative, goals consented",
	  { KIN, .related = true, .permit = B(GOALS) },
	  REL_RELATED,
	  B(IDENTITY) | B(GOALS),
	  0,
	  "related-consent" },
	{ "relative, goals to write",
	  { KIN, .related = true, .permit = B(GOALS), .permit_write = B(GOALS) },
	  REL_RELATED,
	  B(IDENTITY) | B(GOALS),
	  B(GOALS),
	  "related-consent" },
	{ "relative, consent to the team",
	  { KIN, .related = true, .permit_team = B(GOALS) },
	  REL_RELATED,
	  B(IDENTITY),
	  0,
	  "related-identity" },
	{ "relative, denied again",
	  { KIN, .related = true, .permit = B(GOALS), .deny_all = B(GOALS) },
	  REL_RELATED,
	  B(IDENTITY),
	  0,
	  "related-identity" },
	{ "relative never writes consents",
	  { KIN, .related = true, .permit = B(CONTROL), .permit_write = B(CONTROL) },
	  REL_RELATED,
	  B(IDENTITY) | B(CONTROL),
	  0,
	  "related-consent" },
	{ "confidant without consent",
	  { KIN, .related = true, .confidant = true },
	  REL_RELATED,
	  B(IDENTITY),
	  0,
	  "related-identity" },
	{ "confidant with scope",
	  { KIN, .related = true, .confidant = true, .permit = B(MEDICAL) },
	  REL_REPRESENTATIVE,
	  B(IDENTITY) | B(MEDICAL),
	  0,
	  "confidant-consent" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const Case *c = &cases[i];
		Relation r;
		rules_decide(&c->facts, &r);
		bool same =
		    r.kind == c->kind && r.read == c->read && r.write == c->write && str_eq(r.rule, str_c(c->rule));
		if (!same)
			print_error("%s: kind %d read %x write %x rule %.*s\n", c->what, (int)r.kind, r.read, r.write,
			            STR_ARG(r.rule));
		assert_true(same);
		assert_int_equal(r.write & ~(r.read | B(NOTES)), 0);
	}
}

static void test_shared(void **state)
{
	(void)state;
	for (Role r = ROLE_PERSON; r <= ROLE_SYSTEM; r++) {
		bool runs = r == ROLE_COORDINATOR || r == ROLE_ADMIN || r == ROLE_SYSTEM;
		assert_int_equal(rules_shared_write(r, false, false), runs);
		assert_int_equal(rules_shared_write(r, true, false), runs);
		assert_int_equal(rules_shared_write(r, true, true), runs);
		assert_int_equal(rules_shared_write(r, false, true), runs || r == ROLE_PROFESSIONAL);
		assert_int_equal(rules_new_person(r),
		                 r == ROLE_PROFESSIONAL || r == ROLE_COORDINATOR || r == ROLE_SYSTEM);
	}
}

/* ---- from resources to facts ---- */

static JVal parse(Arena *a, const char *text)
{
	const Json *doc;
	assert_int_equal(json_parse(a, str_c(text), &doc, NULL), OK);
	return json_root(doc);
}

#define NOW INT64_C(1767225600000) /* 2026-01-01 */
static const Str me[] = { S_INIT("Practitioner/me") };

static Facts facts(Role role)
{
	Scope s = { .role = role, .refs = me, .n_refs = 1 };
	Facts f = facts_new(&s, NOW);
	facts_patient(&f, S("p"));
	return f;
}

#define MEMBER(period) "{\"member\":{\"reference\":\"Practitioner/me\"},\"role\":[{\"text\":\"kinesist\"}]" period "}"

static void test_team_facts(void **state)
{
	(void)state;
	Arena *a = arena_new();
	static const struct {
		const char *json;
		bool team;
	} teams[] = {
		{ "{\"status\":\"active\",\"participant\":[" MEMBER("") "]}", true },
		{ "{\"status\":\"inactive\",\"participant\":[" MEMBER("") "]}", false },
		{ "{\"participant\":[" MEMBER("") "]}", false },
		{ "{\"status\":\"active\",\"participant\":[{\"member\":{\"reference\":\"Practitioner/you\"}}]}",
		  false },
		{ "{\"status\":\"active\",\"participant\":[" MEMBER(",\"period\":{\"start\":\"2026-01-02\"}") "]}",
		  false },
		{ "{\"status\":\"active\",\"participant\":[" MEMBER(",\"period\":{\"start\":\"2026-01-01\"}") "]}",
		  true },
		{ "{\"status\":\"active\",\"participant\":[" MEMBER(",\"period\":{\"end\":\"2026-01-01\"}") "]}",
		  true },
		{ "{\"status\":\"active\",\"participant\":[" MEMBER(",\"period\":{\"end\":\"2025-12-31\"}") "]}",
		  false },
		{ "{\"status\":\"active\",\"participant\":[" MEMBER(",\"period\":{\"end\":\"soon\"}") "]}", false },
		{ "{\"status\":\"active\",\"period\":{\"end\":\"2025\"},\"participant\":[" MEMBER("") "]}", false },
		{ "{\"status\":\"active\",\"modifierExtension\":[{\"url\":\"x\"}],\"participant\":[" MEMBER("") "]}",
		  false },
		{ "{\"status\":\"active\",\"participant\":[" MEMBER(",\"modifierExtension\":[{\"url\":\"x\"}]") "]}",
		  false },
	};
	for (size_t i = 0; i < COUNT_OF(teams); i++) {
		Facts f = facts(ROLE_PROFESSIONAL);
		facts_team(&f, parse(a, teams[i].json), S("t"), a);
		if (f.team != teams[i].team)
			print_error("team %zu\n", i);
		assert_int_equal(f.team, teams[i].team);
		assert_false(f.secrecy || f.coordinator);
	}
	Facts f = facts(ROLE_PROFESSIONAL);
	facts_team(&f,
	           parse(a, "{\"status\":\"active\",\"period\":{\"start\":\"2025\",\"end\":\"2026-06-30\"},"
	                    "\"participant\":[" MEMBER(",\"period\":{\"end\":\"2026-03-01\"}") "]}"),
	           S("t"), a);
	assert_true(str_eq(f.role_text, S("kinesist")));
	assert_true(str_eq(f.member, me[0]));
	assert_int_equal(f.since, time_from_civil(2025, 1, 1));
	assert_int_equal(f.until, time_from_civil(2026, 3, 2));
	assert_int_equal(f.change, time_from_civil(2026, 3, 2));
	arena_free(a);
}

#define CONSENT(status, provision)                                                                                    \
	"{\"status\":\"" status "\",\"scope\":{\"coding\":[{\"code\":\"patient-privacy\"}]},\"provision\":" provision \
	"}"
#define CLASS(c) "\"class\":[{\"system\":\"https://samendoel.org/fhir/CodeSystem/category\",\"code\":\"" c "\"}]"
#define ACTOR(ref) "\"actor\":[{\"reference\":{\"reference\":\"" ref "\"}}],"

static void test_consent_facts(void **state)
{
	(void)state;
	Arena *a = arena_new();
	static const struct {
		const char *json;
		uint32_t permit, permit_team, deny, deny_all;
	} consents[] = {
		{ CONSENT("active", "{\"type\":\"permit\"," ACTOR("Practitioner/me") CLASS("goals") "}"), B(GOALS), 0,
		  0, 0 },
		{ CONSENT("active", "{\"type\":\"permit\"," ACTOR("Practitioner/you") CLASS("goals") "}"), 0, 0, 0, 0 },
		{ CONSENT("inactive", "{\"type\":\"permit\"," ACTOR("Practitioner/me") CLASS("goals") "}"), 0, 0, 0,
		  0 },
		{ CONSENT("active", "{\"type\":\"permit\"," CLASS("goals") "}"), 0, B(GOALS), 0, 0 },
		{ CONSENT("active", "{\"type\":\"permit\"," ACTOR("CareTeam/t") CLASS("money") "}"), B(MONEY), 0, 0,
		  0 },
		{ CONSENT("active", "{\"type\":\"permit\"," ACTOR("Organization/o") CLASS("money") "}"), B(MONEY), 0, 0,
		  0 },
		{ CONSENT("active", "{\"type\":\"permit\"," ACTOR("Organization/other") CLASS("money") "}"), 0, 0, 0,
		  0 },
		{ CONSENT("active", "{\"type\":\"permit\"," ACTOR(
		                        "Practitioner/me") "\"class\":[{\"system\":\"x\",\"code\":\"goals\"}]}"),
		  0, 0, 0, 0 },
		{ CONSENT("active", "{\"type\":\"permit\"}"), 0, 0, 0, 0 },
		{ CONSENT("active", "{\"type\":\"deny\"}"), 0, 0, 0, CAT_ALL },
		{ CONSENT("active", "{\"type\":\"deny\"," ACTOR("Practitioner/me") CLASS("story") "}"), 0, 0, B(STORY),
		  0 },
		{ CONSENT("active", "{\"type\":\"deny\"," CLASS("story") "}"), 0, 0, 0, B(STORY) },
		{ CONSENT("active", "{\"type\":\"permit\",\"period\":{\"end\":\"2025\"}," ACTOR("Practitioner/me")
		                        CLASS("goals") "}"),
		  0, 0, 0, 0 },
		{ CONSENT("active", "{\"type\":\"deny\"," CLASS("story") ",\"provision\":[{\"type\":\"permit\"," ACTOR(
		                        "Practitioner/me") CLASS("story") "}]}"),
		  B(STORY), 0, 0, 0 },
		{ "{\"status\":\"active\",\"scope\":{\"coding\":[{\"code\":\"research\"}]},\"provision\":{\"type\":"
		  "\"permit\"," CLASS("goals") "}}",
		  0, 0, 0, 0 },
		{ CONSENT("active", "{\"type\":\"anything\"," CLASS("goals") "}"), 0, 0, 0, 0 },
		/* Less than its classes is permitted, in a way that cannot be kept to. */
		{ CONSENT("active", "{\"type\":\"permit\",\"purpose\":[{\"code\":\"ETREAT\"}]," CLASS("goals") "}"), 0,
		  0, 0, 0 },
		{ CONSENT("active", "{\"type\":\"permit\",\"data\":[{\"meaning\":\"instance\",\"reference\":{"
		                    "\"reference\":\"Goal/1\"}}]," ACTOR("Practitioner/me") CLASS("goals") "}"),
		  0, 0, 0, 0 },
		{ CONSENT("active", "{\"type\":\"permit\",\"modifierExtension\":[{\"url\":\"x\"}]," CLASS("goals") "}"),
		  0, 0, 0, 0 },
		{ "{\"modifierExtension\":[{\"url\":\"x\"}],\"status\":\"active\",\"scope\":{\"coding\":[{\"code\":"
		  "\"patient-privacy\"}]},\"provision\":{\"type\":\"permit\"," CLASS("goals") "}}",
		  0, 0, 0, 0 },
		/* A denial that is not understood denies all; a narrow one its whole classes. */
		{ CONSENT("active", "{\"type\":\"deny\",\"class\":[{\"system\":\"x\",\"code\":\"Observation\"}]}"), 0,
		  0, 0, CAT_ALL },
		{ CONSENT("active", "{\"type\":\"deny\",\"purpose\":[{\"code\":\"ETREAT\"}]," CLASS("story") "}"), 0, 0,
		  0, B(STORY) },
	};
	for (size_t i = 0; i < COUNT_OF(consents); i++) {
		Facts f = facts(ROLE_PROFESSIONAL);
		facts_team(&f,
		           parse(a, "{\"status\":\"active\",\"participant\":[" MEMBER(
		                        ",\"onBehalfOf\":{\"reference\":\"Organization/o\"}") "]}"),
		           S("t"), a);
		facts_consent(&f, parse(a, consents[i].json), a);
		bool same = f.permit == consents[i].permit && f.permit_team == consents[i].permit_team &&
		            f.deny == consents[i].deny && f.deny_all == consents[i].deny_all && !f.permit_write;
		if (!same)
			print_error("consent %zu: %x %x %x %x\n", i, f.permit, f.permit_team, f.deny, f.deny_all);
		assert_true(same);
	}
	arena_free(a);
}

/* ---- categories ---- */

static void test_categories(void **state)
{
	(void)state;
	Arena *a = arena_new();
#define SECURITY(code)                                                                                            \
	"\"meta\":{\"security\":[{\"system\":\"https://samendoel.org/fhir/CodeSystem/category\",\"code\":\"" code \
	"\"}]}"
	static const struct {
		FhirType type;
		const char *json;
		Category category;
		bool private;
	} items[] = {
		{ FT_PATIENT, "{}", CAT_IDENTITY, false },
		{ FT_PATIENT, "{" SECURITY("notes") "}", CAT_IDENTITY, false },
		{ FT_CARETEAM, "{" SECURITY("notes") "}", CAT_NETWORK, false },
		{ FT_CONSENT, "{" SECURITY("story") "}", CAT_CONTROL, false },
		{ FT_RELATEDPERSON, "{" SECURITY("private") "}", CAT_NETWORK, false },
		{ FT_GOAL, "{}", CAT_GOALS, false },
		{ FT_GOAL, "{" SECURITY("money") "}", CAT_MONEY, false },
		{ FT_GOAL, "{" SECURITY("private") "}", CAT_GOALS, true },
		{ FT_CONDITION, "{}", CAT_MEDICAL, false },
		{ FT_CONDITION, "{" SECURITY("psychological") "}", CAT_PSYCHOLOGICAL, false },
		{ FT_OBSERVATION, "{}", CAT_MEDICAL, false },
		{ FT_OBSERVATION,
		  "{\"code\":{\"coding\":[{\"system\":\"https://samendoel.org/fhir/CodeSystem/"
		  "observation\",\"code\":\"goal-attainment-own\"}]}}",
		  CAT_GOALS, false },
		{ FT_QUESTIONNAIRERESPONSE, "{\"questionnaire\":\"https://samendoel.org/fhir/Questionnaire/story\"}",
		  CAT_STORY, false },
		{ FT_QUESTIONNAIRERESPONSE,
		  "{\"questionnaire\":\"https://samendoel.org/fhir/Questionnaire/conversation|2\"}", CAT_STORY, false },
		{ FT_QUESTIONNAIRERESPONSE, "{\"questionnaire\":\"https://example.org/phq9\"}", CAT_MEDICAL, false },
		{ FT_ENCOUNTER, "{}", CAT_MEDICAL, false },
		{ FT_ENCOUNTER,
		  "{\"type\":[{\"coding\":[{\"system\":\"https://samendoel.org/fhir/CodeSystem/"
		  "encounter\",\"code\":\"conversation\"}]}]}",
		  CAT_STORY, false },
		{ FT_COMMUNICATION, "{}", CAT_NOTES, false },
		{ FT_COMMUNICATION,
		  "{\"category\":[{\"coding\":[{\"system\":\"https://samendoel.org/fhir/CodeSystem/"
		  "communication\",\"code\":\"plan-remark\"}]}]}",
		  CAT_GOALS, false },
		{ FT_CLAIM, "{}", CAT_MONEY, false },
		{ FT_APPOINTMENT, "{}", CAT_MEETINGS, false },
	};
	for (size_t i = 0; i < COUNT_OF(items); i++) {
		JVal v = parse(a, items[i].json);
		Mark parsed = mark_of(items[i].type, v), text = mark_of_body(items[i].type, str_c(items[i].json), a);
		if (parsed.category != items[i].category)
			print_error("item %zu: %d\n", i, (int)parsed.category);
		assert_int_equal(parsed.category, items[i].category);
		assert_int_equal(parsed.private, items[i].private);
		assert_int_equal(text.category, parsed.category);
		assert_int_equal(text.private, parsed.private);
	}
	for (Category c = CAT_IDENTITY; c <= CAT_CONTROL; c++) {
		Category back;
		assert_true(category_parse(category_name(c), &back) && back == c);
	}
	arena_free(a);
}

static void test_words(void **state)
{
	(void)state;
	Role r;
	Lang l;
	assert_true(role_parse(S("coordinator"), &r) && r == ROLE_COORDINATOR);
	assert_false(role_parse(S("root"), &r));
	assert_true(lang_parse(S("de"), &l) && l == LANG_DE);
	assert_false(lang_parse(S("xx"), &l));
	assert_true(str_eq(lang_code(LANG_FR), S("fr")));
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),      cmocka_unit_test(test_shared),
		cmocka_unit_test(test_team_facts), cmocka_unit_test(test_consent_facts),
		cmocka_unit_test(test_categories), cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
