/* What the official tests leave open: references, value sets, variables, limits, messages, calendars and units. */
#include <pthread.h>

#include "fhir_test.h"

#include "fhir/fhirpath/fhirpath.h"

static const char patient[] =
    "{\"resourceType\":\"Patient\",\"id\":\"p\",\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\","
    "\"name\":\"Thuis\"}],"
    "\"gender\":\"female\",\"birthDate\":\"2000-02-29\",\"deceasedBoolean\":false,"
    "\"name\":[{\"family\":\"\\u00c9t\\u00e9\",\"given\":[\"A\",\"B\"]}],"
    "\"maritalStatus\":{\"coding\":[{\"system\":\"http://s\",\"code\":\"M\"}]},"
    "\"modifierExtension\":[{\"url\":\"http://m\",\"valueString\":\"x\"}],"
    "\"managingOrganization\":{\"reference\":\"#o\"},\"generalPractitioner\":[{\"reference\":\"Practitioner/7\"}]}";
static const char bundle[] =
    "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"fullUrl\":\"http://x/Patient/1\","
    "\"resource\":{\"resourceType\":\"Patient\",\"id\":\"1\"}},{\"fullUrl\":\"urn:uuid:a\",\"resource\":"
    "{\"resourceType\":\"Observation\",\"subject\":{\"reference\":\"Patient/1\"},\"hasMember\":"
    "[{\"reference\":\"urn:uuid:a\"}]}}]}";

static Arena *a;

/* The items' texts with '|' between them; "error" and the message when it fails. */
static Str eval(const char *expression, const FpContext *c, const char *json)
{
	const FhirPath *p = NULL;
	FpError e = { .message = "" };
	FpCollection got = { NULL, 0, 0 };
	Str out = S("");
	Err err = fhirpath_compile(a, str_c(expression), NULL, &p, &e);
	if (err == OK)
		err = fhirpath_eval(p, c, parse(a, str_c(json)), a, &got, &e);
	if (err != OK)
		return arena_printf(a, "error %u: %s", e.at, e.message);
	for (size_t i = 0; i < got.count; i++)
		out = arena_join(a, out, i ? S("|") : S(""), fhirpath_string(&got.items[i], a), STR_END);
	return out;
}

static void expect(const char *expression, const FpContext *c, const char *json, const char *want)
{
	Str got = eval(expression, c, json);
	if (!str_eq(got, str_c(want)))
		fail_msg("%s\n\twant %s\n\tgot  %.*s", expression, want, STR_ARG(got));
}

static void all(const FpContext *c, const char *json, const char *const (*cases)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect(cases[i][0], c, json, cases[i][1]);
}

static bool resolve(void *arg, Str reference, Arena *arena, JVal *out)
{
	(void)arg;
	if (!str_eq(reference, S("Practitioner/7")))
		return false;
	*out = parse(arena, S("{\"resourceType\":\"Practitioner\",\"id\":\"7\"}"));
	return true;
}

static void references(void **state)
{
	(void)state;
	static const char *const inside[][2] = {
		{ "managingOrganization.resolve().name", "Thuis" },
		{ "generalPractitioner.resolve().id", "" },
		{ "contained.where(%resource.managingOrganization.reference = '#' + id).exists()", "true" },
		{ "contained.name.select(%resource.id & %rootResource.id & %context.id)", "ppp" },
		{ "'#'.resolve().id", "p" },
	};
	static const char *const bundled[][2] = {
		{ "entry.resource.ofType(Observation).subject.resolve().id", "1" },
		{ "entry.resource.hasMember.resolve() is Observation", "true" },
		{ "entry.resource.is(Patient)", "error 15: is() needs a single item and there are 2" },
	};
	all(NULL, patient, inside, COUNT_OF(inside));
	all(NULL, bundle, bundled, COUNT_OF(bundled));
	expect("generalPractitioner.resolve().id", &(FpContext){ .resolve = resolve }, patient, "7");
	FpContext types = { .type_of_reference = true };
	expect("generalPractitioner.where(resolve() is Practitioner).count()", &types, patient, "1");
	expect("generalPractitioner.where(resolve() is Patient).count()", &types, patient, "0");
}

static int member_of(void *arg, Str set, Str system, Str code)
{
	(void)arg;
	return str_eq(set, S("http://local")) ? str_eq(system, S("http://s")) && str_eq(code, S("M")) : -1;
}

static int subsumes(void *arg, Str system, Str above, Str below)
{
	(void)arg;
	return str_eq(system, S("http://s")) ? str_eq(above, S("M")) && str_eq(below, S("MM")) : -1;
}

static void terminology(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "true" },
		{ "'x'.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1')", "false" },
		{ "maritalStatus.memberOf('http://local')", "true" },
		{ "maritalStatus.coding.memberOf('http://local')", "true" },
		{ "gender.memberOf('http://unknown')", "error 7: the value set http://unknown is not known" },
		{ "maritalStatus.subsumes(maritalStatus)", "true" },
		{ "conformsTo('http://hl7.org/fhir/StructureDefinition/DomainResource')", "true" },
		{ "checkModifiers('http://m').id", "p" },
		{ "checkModifiers('http://other').id",
		  "error 0: there is a modifier extension that is not understood" },
	};
	all(&(FpContext){ .member_of = member_of, .subsumes = subsumes }, patient, cases, COUNT_OF(cases));
}

static void values(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "birthDate + 1 year", "2001-02-28" },
		{ "@2014 + 24 months", "2016" },
		{ "@2014-01-31 + 1 month", "2014-02-28" },
		{ "@T23:30 + 45 minutes", "00:15" },
		{ "@2020-01-01T00:00:00Z - 1 second", "2019-12-31T23:59:59Z" },
		{ "@9999-12-31 + 1 day", "" },
		{ "@2020-01-01T10:00:00Z < @2020-01-03T10:00:00", "true" },
		{ "@2020-01-01T10:00:00Z < @2020-01-01T20:00:00", "" },
		{ "1.10", "1.10" },
		{ "0.1 + 0.2 = 0.3", "true" },
		{ "10 / 4", "2.5" },
		{ "7 div 2 | 7 mod 2", "3|1" },
		{ "9223372036854775807 + 1", "" },
		{ "2.power(200) > 1.0", "" },
		{ "1 'kg' = 1000 'g'", "true" },
		{ "37 'Cel' = 37 'K'", "" },
		{ "120 'mm[Hg]' > 100 'mm[Hg]'", "true" },
		{ "1 'mg/dL' = 10 'mg/L'", "true" },
		{ "1 '{tablet}' = 1 '1'", "true" },
		{ "1 'blob' = 1 'blob'", "true" },
		{ "1 'blob' = 1 'g'", "" },
		{ "1 year = 12 months", "true" },
		{ "1 year ~ 1 'a'", "true" },
		{ "1 'm' + 1 'cm'", "1.01 'm'" },
		{ "3 days.toString()", "3 days" },
		{ "name.family.length() | name.family.upper()", "3|ÉTÉ" },
		{ "name.family.lower().substring(1, 1)", "t" },
		{ "'a.b'.replaceMatches('(\\\\w)\\\\.(\\\\w)', '$2-$1')", "b-a" },
		{ "'abcabc'.lastIndexOf('bc')", "4" },
		{ "deceased is boolean and deceased.not()", "true" },
		{ "deceased.type().name", "boolean" },
		{ "'\\ud83d\\ude00'.length()", "1" },
		{ "now() = now() and today().toString() = '2023-11-14'", "true" },
		{ "'1.5e3'.convertsToDecimal()", "false" },
		{ "name.given.where($index > 0)", "B" },
	};
	all(&(FpContext){ .now = 1700000000000 }, patient, cases, COUNT_OF(cases));
}

static void variables(void **state)
{
	(void)state;
	FpItem one = { .kind = FP_INTEGER, .integer = 41 };
	FpVariable mine = { S("mine"), { &one, 1, 1 } };
	FpContext c = { .variables = &mine, .variable_count = 1 };
	expect("%mine + 1", &c, patient, "42");
	expect("(%mine | %mine).count()", &c, patient, "1");
	expect("%other", &c, patient, "error 0: there is no variable %other");
}

static void messages(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "name.given(", "error 11: the expression ends where a value is needed" },
		{ "name..given", "error 5: '.' stands where a name is needed" },
		{ "name.frob()", "error 5: there is no function 'frob'" },
		{ "name.where()", "error 5: where() takes 1 to 1 arguments and has 0" },
		{ "'abc", "error 0: the text does not end: ' is missing" },
		{ "@2020-13", "error 0: this is no date or time" },
		{ "name.given and true", "error 11: a single item is needed and there are 2" },
		{ "'a'.matches('(')", "error 12: this is no regular expression" },
		{ "1 and", "error 5: the expression ends where a value is needed" },
	};
	all(NULL, patient, cases, COUNT_OF(cases));
}

/* Each ends with a message, soon. */
static void limits(void **state)
{
	(void)state;
	static const char *const costly[] = {
		"(0|1|2|3|4|5|6|7|8|9).select($this.combine(0|1|2|3|4|5|6|7|8|9)).select($this.combine(0|1|2|3|4|5|6|7|"
		"8|9))"
		".select($this.combine(0|1|2|3|4|5|6|7|8|9)).select($this.combine(0|1|2|3|4|5|6|7|8|9))"
		".select($this.combine(0|1|2|3|4|5|6|7|8|9)).select($this.combine(0|1|2|3|4|5|6|7|8|9)).distinct()",
		"1.repeat($this + 1)",
		"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'.matches('(a*)*(a*)*(a*)*c')",
		"'aaaaaaaaaaaaaaaaaaaaaaaaa'.replace('', 'aaaaaaaaaaaaaaaa').replace('a', "
		"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')"
		".replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa').replace('a', "
		"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')"
		".replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
	};
	for (size_t i = 0; i < COUNT_OF(costly); i++) {
		int64_t from = time_mono_us();
		Str got = eval(costly[i], &(FpContext){ .steps = 100000, .memory = 8 * 1024 * 1024 }, patient);
		assert_true(str_starts(got, S("error ")) && str_find(got, S("too ")) > 0);
		assert_true(time_mono_us() - from < 5000000);
	}
	Buf deep = buf_new(a, 256, 0);
	for (int i = 0; i < 1000; i++)
		buf_byte(&deep, '(');
	buf_byte(&deep, 0);
	assert_true(str_find(eval(deep.p, NULL, patient), S("nested more than")) > 0);
	Buf wide = buf_new(a, 256, 0);
	for (int i = 0; i < 1000; i++)
		BUF_LIT(&wide, "1+");
	BUF_LIT(&wide, "1\0");
	assert_true(str_find(eval(wide.p, NULL, patient), S("nested more than")) > 0);
}

/* Invariants: empty is what the caller says, one item that is no boolean is true, more are an error. */
static void truths(void **state)
{
	(void)state;
	static const struct {
		const char *expression;
		int want; /* -1: error */
	} cases[] = {
		{ "name.exists()", 1 }, { "telecom.exists()", 0 }, { "telecom", 1 }, { "name", 1 }, { "name.given", -1 }
	};
	FpItem item = fhirpath_item(parse(a, str_c(patient)), (Str){ NULL, 0 });
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const FhirPath *p = NULL;
		bool b = false;
		assert_int_equal(fhirpath_compile(a, str_c(cases[i].expression), NULL, &p, NULL), OK);
		Err e = fhirpath_bool(p, NULL, &item, true, a, &b, NULL);
		assert_int_equal(e == OK ? b : -1, cases[i].want);
	}
}

static const FhirPath *shared;
static JVal shared_root;

static void *evaluate_often(void *right)
{
	Arena *own = arena_new();
	for (int i = 0; i < 2000; i++) {
		FpCollection got;
		if (fhirpath_eval(shared, NULL, shared_root, own, &got, NULL) != OK || got.count != 1 ||
		    !str_eq(fhirpath_string(&got.items[0], own), S("A-B")))
			*(bool *)right = false;
		arena_reset(own);
	}
	arena_free(own);
	return NULL;
}

/* One compiled expression, with a regular expression in it, on four threads. */
static void threads(void **state)
{
	(void)state;
	pthread_t t[4];
	bool right[4] = { true, true, true, true };
	shared_root = parse(a, str_c(patient));
	assert_int_equal(fhirpath_compile(a, S("name.given.where(matches('^[A-Z]$')).join('-')"), NULL, &shared, NULL),
	                 OK);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, evaluate_often, &right[i]), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		assert_true(right[i]);
	}
}

static int setup(void **state)
{
	(void)state;
	a = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

int main(void)
{
	random_init();
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = { TEST(references), TEST(terminology), TEST(values), TEST(variables),
		                            TEST(messages),   TEST(limits),      TEST(truths), TEST(threads) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
