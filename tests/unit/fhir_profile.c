/* Case files: {definitions, profile, resource, expect: [{severity, expression, code}]}; all issues, in order, but for
 * missing narratives. And the profiles of the official package on its examples. */
#include "fhir_test.h"

#include "fhir/catalogue.h"

static size_t wrong;

static Outcome check(Arena *a, const Catalogue *c, Str profile, JVal v)
{
	Outcome o = outcome_new(a);
	ValidateOptions options = { .warnings = true, .profiles = &profile, .n_profiles = profile.n > 0 };
	options.source = catalogue_profiles(c);
	options.terms = catalogue_terms(c);
	Err e = fhir_validate_with(v, &options, &o);
	assert_int_equal(e, o.errors ? ERR_INVALID : OK);
	return o;
}

static void print_issues(const Outcome *o)
{
	for (size_t i = 0; i < o->count; i++)
		print_message("\t%d %.*s | %.*s | %.*s\n", o->issues[i].severity, STR_ARG(o->issues[i].expression),
		              STR_ARG(o->issues[i].code), STR_ARG(o->issues[i].details));
}

static bool narrative(const Issue *i)
{
	return str_starts(i->details, S("dom-6"));
}

static bool same(const Outcome *o, JVal expect, Arena *a)
{
	size_t n = 0;
	for (size_t i = 0; i < o->count; i++) {
		if (narrative(&o->issues[i]))
			continue;
		JVal e = json_at(expect, n++);
		Str severity = o->issues[i].severity == SEV_ERROR ? S("error") : S("warning");
		if (!str_eq(o->issues[i].expression, JSTR(e, "expression", a)) ||
		    !str_eq(o->issues[i].code, JSTR(e, "code", a)) || !str_eq(severity, JSTR(e, "severity", a)))
			return false;
	}
	return n == json_count(expect);
}

static void check_case(Arena *a, const char *dir, const char *name)
{
	JVal v = parse(a, read_file(a, dir, name));
	Catalogue *c = catalogue_new();
	for (JIter it = json_each(JGET(v, "definitions")); json_next(&it);)
		catalogue_add(c, it.value);
	Outcome o = check(a, c, JSTR(v, "profile", a), JGET(v, "resource"));
	if (!same(&o, JGET(v, "expect"), a)) {
		wrong++;
		print_message("%s:\n", name);
		print_issues(&o);
	}
	/* Without asking for warnings the errors are the same. */
	Outcome quick = outcome_new(a);
	Str profile = JSTR(v, "profile", a);
	ValidateOptions options = { .profiles = &profile, .n_profiles = profile.n > 0 };
	options.source = catalogue_profiles(c);
	options.terms = catalogue_terms(c);
	assert_int_equal(fhir_validate_with(JGET(v, "resource"), &options, &quick), o.errors ? ERR_INVALID : OK);
	assert_int_equal(quick.errors, o.errors);
	assert_int_equal(quick.count, quick.errors);
	catalogue_free(c);
}

static void cases(void **state)
{
	(void)state;
	wrong = 0;
	assert_true(each_json("tests/cases/profile", check_case) >= 35);
	assert_int_equal(wrong, 0);
}

/* Profiles of the package, a resource that follows it, and one that does not with how many errors. */
static void official_profiles(void **state)
{
	(void)state;
	static const struct {
		const char *profile, *file;
		size_t errors;
	} known[] = {
		{ "bp", "Observation-blood-pressure.json", 0 },
		{ "bp", "Observation-blood-pressure-cancel.json", 0 },
		{ "bodyweight", "Observation-example.json", 0 },
		{ "heartrate", "Observation-heart-rate.json", 0 },
		{ "bmi", "Observation-bmi.json", 0 },
		{ "vitalsigns", "Observation-blood-pressure.json", 0 },
		{ "bodyweight", "Observation-blood-pressure.json", 1 },
		{ "heartrate", "Observation-bmi.json", 2 },
		{ "bp", "Observation-bmi.json", 5 },
		{ "actualgroup", "Group-101.json", 1 },
		{ "shareablevalueset", "ValueSet-example-extensional.json", 0 },
		{ "familymemberhistory-genetic", "FamilyMemberHistory-father.json", 0 },
	};
	Catalogue *c = catalogue_new();
	Arena *a = arena_new();
	wrong = 0;
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		JVal v = parse(a, read_file(a, "node_modules/hl7.fhir.r4.examples", known[i].file));
		Str url = arena_printf(a, "http://hl7.org/fhir/StructureDefinition/%s", known[i].profile);
		Outcome o = check(a, c, url, v);
		if (o.errors == known[i].errors)
			continue;
		wrong++;
		print_message("%s on %s: %zu errors\n", known[i].profile, known[i].file, o.errors);
		print_issues(&o);
	}
	assert_int_equal(wrong, 0);
	arena_free(a);
	catalogue_free(c);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { cmocka_unit_test(cases), cmocka_unit_test(official_profiles) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
