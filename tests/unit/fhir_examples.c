/* What others made: the official package and sample data. All of it must validate except what is listed, and what is
 * listed must be refused just so, with the reason why that is right by the official definitions. */
#include "fhir_test.h"

#include "fhir/validate.h"

typedef struct Refused {
	const char *file;
	const char *expression, *code; /* of the first issue */
	bool seen;
} Refused;

static Refused refused[] = {
	/* txt-2: a narrative has text or an image; these have an empty div */
	{ "ActivityDefinition-blood-tubes-supply.json", "ActivityDefinition.text.div", "value", false },
	{ "ActivityDefinition-heart-valve-replacement.json", "ActivityDefinition.text.div", "value", false },
	{ "EventDefinition-example.json", "EventDefinition.text.div", "value", false },
	{ "Questionnaire-zika-virus-exposure-assessment.json", "Questionnaire.text.div", "value", false },
	/* DeviceMetric.parent is a Reference(Device) */
	{ "DeviceMetric-example.json", "DeviceMetric.parent.reference", "value", false },
	/* DeviceUseStatement.reasonReference has no Procedure among its targets */
	{ "DeviceUseStatement-example.json", "DeviceUseStatement.reasonReference[0].reference", "value", false },
	/* MedicationRequest.dispenseRequest.performer is a Reference(Organization) */
	{ "MedicationRequest-medrx0301.json", "MedicationRequest.dispenseRequest.performer.reference", "value", false },
	/* Observation.performer has no Encounter among its targets */
	{ "Observation-clinical-gender.json", "Observation.performer[0].reference", "value", false },
	/* Questionnaire.item.linkId is 1..1 */
	{ "Questionnaire-qs1.json", "Questionnaire.item[0].item[0]", "required", false },
	/* ImplementationGuide.name and status are 1..1, and an id in their list has 69 characters */
	{ "ImplementationGuide-fhir.json", "ImplementationGuide.manifest.resource[11904].reference.reference", "value",
	  false },
	{ "ig-r4.json", "ImplementationGuide.manifest.resource[11904].reference.reference", "value", false },
	/* this one has that id */
	{ "SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json",
	  "SearchParameter.id", "value", false },
	/* sdf-4: what is not abstract has a baseDefinition */
	{ "StructureDefinition-Definition.json", "StructureDefinition", "invariant", false },
	{ "StructureDefinition-Event.json", "StructureDefinition", "invariant", false },
	{ "StructureDefinition-FiveWs.json", "StructureDefinition", "invariant", false },
	{ "StructureDefinition-Request.json", "StructureDefinition", "invariant", false },
	/* bdl-7: it has de-Quantity.value and others three times */
	{ "Bundle-dataelements.json", "Bundle", "invariant", false },
	/* SearchParameter.base is 1..* */
	{ "SearchParameter-codesystem-extensions-CodeSystem-author.json", "SearchParameter", "required", false },
	{ "SearchParameter-codesystem-extensions-CodeSystem-effective.json", "SearchParameter", "required", false },
	{ "SearchParameter-codesystem-extensions-CodeSystem-end.json", "SearchParameter", "required", false },
	{ "SearchParameter-codesystem-extensions-CodeSystem-keyword.json", "SearchParameter", "required", false },
	{ "SearchParameter-codesystem-extensions-CodeSystem-workflow.json", "SearchParameter", "required", false },
	{ "SearchParameter-valueset-extensions-ValueSet-author.json", "SearchParameter", "required", false },
	{ "SearchParameter-valueset-extensions-ValueSet-effective.json", "SearchParameter", "required", false },
	{ "SearchParameter-valueset-extensions-ValueSet-end.json", "SearchParameter", "required", false },
	{ "SearchParameter-valueset-extensions-ValueSet-keyword.json", "SearchParameter", "required", false },
	{ "SearchParameter-valueset-extensions-ValueSet-workflow.json", "SearchParameter", "required", false },
};

static Refused refused_samples[] = {
	/* a JSON object is never empty: "subject": {} */
	{ "QuestionnaireResponse-AHC.json", "QuestionnaireResponse.subject", "structure", false },
	{ "QuestionnaireResponse-CaregiverStrain.json", "QuestionnaireResponse.subject", "structure", false },
	{ "QuestionnaireResponse-PROMIS-29-display.json", "QuestionnaireResponse.subject", "structure", false },
	{ "QuestionnaireResponse-PROMIS-29.json", "QuestionnaireResponse.subject", "structure", false },
	/* a uri has no spaces: "system": "mpc codesystem" */
	{ "mpc-breast-cancer.json", "Questionnaire.item[4].item[0].code[0].system", "value", false },
	{ "mpc-colon-cancer.json", "Questionnaire.item[4].item[0].code[0].system", "value", false },
	{ "mpc-lung-cancer.json", "Questionnaire.item[2].item[0].code[0].system", "value", false },
	{ "mpc-prostate-cancer.json", "Questionnaire.item[4].item[0].code[0].system", "value", false },
};

static Refused *list;
static size_t list_count, wrong;

static Refused *listed(const char *name)
{
	for (size_t i = 0; i < list_count; i++)
		if (strcmp(list[i].file, name) == 0)
			return &list[i];
	return NULL;
}

static void check_file(Arena *a, const char *dir, const char *name)
{
	Outcome o = outcome_new(a);
	Refused *r = listed(name);
	Err e = fhir_validate(parse(a, read_file(a, dir, name)), &o);
	if (e == OK && !r)
		return;
	if (r && o.count && str_eq(o.issues[0].expression, str_c(r->expression)) &&
	    str_eq(o.issues[0].code, str_c(r->code))) {
		r->seen = true;
		return;
	}
	wrong++;
	print_message("%s: %zu errors%s\n", name, o.errors, r ? ", listed with another first issue" : "");
	for (size_t i = 0; i < o.count && i < 3; i++)
		print_message("\t%.*s | %.*s | %.*s\n", STR_ARG(o.issues[i].expression), STR_ARG(o.issues[i].code),
		              STR_ARG(o.issues[i].details));
}

static size_t check_folder(const char *dir, Refused *known, size_t n)
{
	list = known;
	list_count = n;
	return each_json(dir, check_file);
}

static void all_seen(const Refused *known, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!known[i].seen)
			fail_msg("%s is listed as refused but was not", known[i].file);
}

static void official_package(void **state)
{
	(void)state;
	wrong = 0;
	assert_true(check_folder("node_modules/hl7.fhir.r4.examples", refused, COUNT_OF(refused)) > 5000);
	assert_int_equal(wrong, 0);
	all_seen(refused, COUNT_OF(refused));
}

static void sample_data(void **state)
{
	(void)state;
	static const char *const folders[] = { "us-core", "mycareplanner", "synthea-r4" };
	size_t files = 0;
	wrong = 0;
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		char dir[256];
		snprintf(dir, sizeof dir, "%s/%s", data_dir(), folders[i]);
		files += check_folder(dir, refused_samples, COUNT_OF(refused_samples));
	}
	if (!files)
		skip();
	assert_true(files >= 80);
	assert_int_equal(wrong, 0);
	all_seen(refused_samples, COUNT_OF(refused_samples));
}

/* Cases of the official validator, with its outcomes. What it finds without error must pass here too; of what it
 * refuses these are within our checks. The others are terminology, invariants, profiles and house rules. */
static const char *const structural[] = {
	"Observation-ex-pain.json",
	"ai3",
	"ai4",
	"bad-json-close-2",
	"bad-json-close-3",
	"bundle-sig-2",
	"contained-resource-bad-id",
	"empty-array",
	"json-comma-bad-1",
	"json-no-quotes-1",
	"json-no-quotes-2",
	"pat-security-bad-xhtml",
	"patient-id-bad-2 / R4",
	"resource-invalid-id-1",
	"resource-invalid-id-2",
	"resource-invalid-id-3",
};

/* The same files with an option that we do not have: comments in JSON, contained resources unchecked. */
static const char *const with_options[] = { "contained-resource-bad-id-ignore", "json-comments-1-yes" };

static bool among(Str name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str_c(names[i])))
			return true;
	return false;
}
static bool is_structural(Str name)
{
	return among(name, structural, COUNT_OF(structural));
}

static bool has_error(Arena *a, const char *dir, Str file)
{
	JVal v = parse(a, read_file(a, dir, arena_cstr(a, file)));
	for (JIter it = json_each(JGET(v, "issue")); json_next(&it);)
		if (json_str_is(JGET(it.value, "severity"), S("error")) ||
		    json_str_is(JGET(it.value, "severity"), S("fatal")))
			return true;
	return false;
}

static bool we_accept(Arena *a, const char *dir, Str file)
{
	const Json *doc;
	JError e;
	Outcome o = outcome_new(a);
	return json_parse(a, read_file(a, dir, arena_cstr(a, file)), &doc, &e) == OK &&
	       fhir_validate(json_root(doc), &o) == OK;
}

static void official_validator(void **state)
{
	(void)state;
	char dir[256];
	size_t n = 0, known = 0;
	Arena *a = arena_new();
	snprintf(dir, sizeof dir, "%s/fhir-test-cases/validator", data_dir());
	if (access(dir, R_OK) != 0) {
		arena_free(a);
		skip();
	}
	JVal manifest = parse(a, read_file(a, dir, "manifest.json"));
	for (JIter it = json_iter(manifest); json_next(&it); n++) {
		Str name = JSTR(it.value, "name", a);
		bool accepted = we_accept(a, dir, JSTR(it.value, "file", a));
		bool refused_there = has_error(a, dir, JSTR(it.value, "outcome", a));
		known += is_structural(name);
		if (among(name, with_options, COUNT_OF(with_options)))
			continue;
		if (!refused_there && !accepted)
			fail_msg("%.*s is fine by the official validator", STR_ARG(name));
		if (is_structural(name) && (accepted || !refused_there))
			fail_msg("%.*s should be refused", STR_ARG(name));
	}
	assert_true(n > 60);
	assert_int_equal(known, COUNT_OF(structural));
	arena_free(a);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { cmocka_unit_test(official_package), cmocka_unit_test(sample_data),
		                            cmocka_unit_test(official_validator) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
