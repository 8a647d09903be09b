/* _summary and _elements. */
#include "fhir_arena.h"

#include "fhir/summary.h"
#include "fhir/validate.h"

static const char PATIENT[] =
    "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"text\":{\"status\":\"generated\",\"div\":\"<div "
    "xmlns=\\\"http://www.w3.org/1999/xhtml\\\">x</div>\"},"
    "\"modifierExtension\":[{\"url\":\"http://m\",\"valueCode\":\"x\"}],"
    "\"identifier\":[{\"system\":\"s\",\"value\":\"v\",\"extension\":[{\"url\":\"http://e\",\"valueCode\":\"x\"}]}],"
    "\"active\":true,\"_active\":{\"id\":\"a\"},\"name\":[{\"family\":\"F\"}],\"birthDate\":\"1980\","
    "\"_birthDate\":{\"id\":\"b\"},"
    "\"maritalStatus\":{\"text\":\"single\"},\"deceasedBoolean\":false,"
    "\"contact\":[{\"name\":{\"text\":\"c\"}}],\"link\":[{\"other\":{\"reference\":\"Patient/"
    "2\"},\"type\":\"seealso\"}]}";

#define TAG                                                                                                      \
	"\"meta\":{\"tag\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":" \
	"\"SUBSETTED\",\"display\":\"subsetted\"}]}"

static void expect(const char *json, Summary summary, const char *elements, const char *expected)
{
	Str list[8], rest = str_c(elements);
	Trim t = { .summary = summary, .elements = list };
	while (rest.p && t.n_elements < COUNT_OF(list))
		rest = str_cut(rest, ',', &list[t.n_elements++]);
	Str got;
	assert_int_equal(summary_trim_text(&t, str_c(json), arena, &got), OK);
	if (!str_eq(got, str_c(expected)))
		fail_msg("%.*s\nexpected\n%s", STR_ARG(got), expected);
}

static void summaries(void **state)
{
	(void)state;
	expect(PATIENT, SUMMARY_FALSE, NULL, PATIENT);
	expect(PATIENT, SUMMARY_COUNT, NULL, PATIENT);
	expect(PATIENT, SUMMARY_TEXT, NULL,
	       "{\"resourceType\":\"Patient\",\"id\":\"p1\"," TAG ",\"text\":{\"status\":\"generated\",\"div\":\"<div "
	       "xmlns=\\\"http://www.w3.org/1999/xhtml\\\">x</div>\"},"
	       "\"modifierExtension\":[{\"url\":\"http://m\",\"valueCode\":\"x\"}],"
	       "\"active\":true,\"_active\":{\"id\":\"a\"},\"deceasedBoolean\":false,"
	       "\"link\":[{\"other\":{\"reference\":\"Patient/2\"},\"type\":\"seealso\"}]}");
	expect(PATIENT, SUMMARY_TRUE, NULL,
	       "{\"resourceType\":\"Patient\",\"id\":\"p1\"," TAG ","
	       "\"modifierExtension\":[{\"url\":\"http://m\",\"valueCode\":\"x\"}],"
	       "\"identifier\":[{\"system\":\"s\",\"value\":\"v\"}],"
	       "\"active\":true,\"_active\":{\"id\":\"a\"},\"name\":[{\"family\":\"F\"}],\"birthDate\":\"1980\","
	       "\"_birthDate\":{\"id\":\"b\"},\"deceasedBoolean\":false,"
	       "\"link\":[{\"other\":{\"reference\":\"Patient/2\"},\"type\":\"seealso\"}]}");
	expect(
	    "{\"resourceType\":\"Basic\",\"meta\":{\"versionId\":\"1\",\"tag\":[{\"code\":\"a\"}]},\"code\":{\"text\":"
	    "\"x\"},\"text\":{}}",
	    SUMMARY_DATA, NULL,
	    "{\"resourceType\":\"Basic\",\"meta\":{\"versionId\":\"1\",\"tag\":[{\"code\":\"a\"},{\"system\":\"http://"
	    "terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":\"SUBSETTED\",\"display\":\"subsetted\"}]},"
	    "\"code\":{\"text\":\"x\"}}");
}

static void elements(void **state)
{
	(void)state;
	expect(PATIENT, SUMMARY_FALSE, "name,birthDate",
	       "{\"resourceType\":\"Patient\",\"id\":\"p1\"," TAG ","
	       "\"modifierExtension\":[{\"url\":\"http://m\",\"valueCode\":\"x\"}],"
	       "\"active\":true,\"_active\":{\"id\":\"a\"},\"name\":[{\"family\":\"F\"}],\"birthDate\":\"1980\","
	       "\"_birthDate\":{\"id\":\"b\"},\"deceasedBoolean\":false,"
	       "\"link\":[{\"other\":{\"reference\":\"Patient/2\"},\"type\":\"seealso\"}]}");
	static const char observation[] =
	    "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},"
	    "\"valueString\":\"v\",\"note\":[{\"text\":\"n\"}],\"issued\":\"2020-01-01\"}";
	static const char value[] = "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},"
	                            "\"valueString\":\"v\"," TAG "}";
	static const char none[] =
	    "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"}," TAG "}";
	expect(observation, SUMMARY_FALSE, "value", value);
	expect(observation, SUMMARY_FALSE, "value[x]", value);
	expect(observation, SUMMARY_FALSE, "valueString", value);
	expect(observation, SUMMARY_FALSE, "Observation.value", value);
	expect(observation, SUMMARY_FALSE, "Patient.value", none);
	expect(observation, SUMMARY_FALSE, "nothing", none);
	expect(observation, SUMMARY_TEXT, NULL, none);
	/* marked once */
	expect(none, SUMMARY_TEXT, NULL, none);
}

static void names(void **state)
{
	(void)state;
	Summary s;
	assert_true(summary_parse(S("true"), &s) && s == SUMMARY_TRUE);
	assert_true(summary_parse(S("count"), &s) && s == SUMMARY_COUNT);
	assert_true(summary_parse(S("text"), &s) && s == SUMMARY_TEXT);
	assert_true(summary_parse(S("data"), &s) && s == SUMMARY_DATA);
	assert_true(summary_parse(S("false"), &s) && s == SUMMARY_FALSE);
	assert_false(summary_parse(S("yes"), &s));
	assert_true(summary_element_ok(FT_PATIENT, S("name")));
	assert_true(summary_element_ok(FT_PATIENT, S("Patient.name")));
	assert_true(summary_element_ok(FT_PATIENT, S("id")));
	assert_true(summary_element_ok(FT_OBSERVATION, S("value")));
	assert_false(summary_element_ok(FT_OBSERVATION, S("name")));
	assert_false(summary_element_ok(FT_PATIENT, S("Observation.name")));
	Str out;
	assert_int_equal(summary_trim_text(&(Trim){ .summary = SUMMARY_TRUE }, S("{"), arena, &out), ERR_SYNTAX);
}

static size_t trimmed, wrong;

/* In structure: an invariant may ask for what was left out. */
static bool is_valid(Arena *a, JVal v)
{
	bool ok = true;
	Outcome o = outcome_new(a);
	if (fhir_validate(v, &o) != OK)
		for (size_t i = 0; i < o.count; i++)
			ok = ok && (o.issues[i].severity > SEV_ERROR || str_eq(o.issues[i].code, S("invariant")));
	return ok;
}

/* What is left of a valid resource is valid, marked, and not more than before. */
static void check_file(Arena *a, const char *dir, const char *name)
{
	static const Summary all[] = { SUMMARY_TRUE, SUMMARY_TEXT, SUMMARY_DATA };
	JVal v = parse(a, read_file(a, dir, name));
	if (fhir_type(JSTR(v, "resourceType", a)) == FT_NONE || !is_valid(a, v))
		return;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		Str out = summary_trim(&(Trim){ .summary = all[i] }, v, a);
		trimmed++;
		if (!is_valid(a, parse(a, out)) || str_find(out, S("\"SUBSETTED\"")) < 0 ||
		    out.n > json_raw(v).n + sizeof TAG + 20) {
			wrong++;
			print_message("%s summary %d: %.*s\n", name, (int)all[i], STR_ARG(str_upto(out, 400)));
		}
	}
}

static void examples(void **state)
{
	(void)state;
	size_t n = each_json("node_modules/hl7.fhir.r4.examples", check_file);
	if (!n)
		print_message("no examples: make setup fetches them\n");
	assert_true(n == 0 || trimmed > 3000);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { TEST(summaries), TEST(elements), TEST(names), TEST(examples) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
