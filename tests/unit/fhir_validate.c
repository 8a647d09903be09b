/* Case files: {resource, expect: [{expression, code}]}; all issues, in order. */
#include "fhir_test.h"

#include "fhir/validate.h"

static size_t wrong;

static bool same(const Outcome *o, JVal expect, Arena *a)
{
	if (o->count != json_count(expect))
		return false;
	for (size_t i = 0; i < o->count; i++) {
		JVal e = json_at(expect, i);
		if (!str_eq(o->issues[i].expression, JSTR(e, "expression", a)) ||
		    !str_eq(o->issues[i].code, JSTR(e, "code", a)) || !o->issues[i].details.n || !o->issues[i].line)
			return false;
	}
	return true;
}

static void check_case(Arena *a, const char *dir, const char *name)
{
	JVal c = parse(a, read_file(a, dir, name));
	JVal expect = JGET(c, "expect");
	Outcome o = outcome_new(a);
	assert_true(json_is(expect, J_ARRAY));
	Err e = fhir_validate(JGET(c, "resource"), &o);
	if (same(&o, expect, a) && e == (json_count(expect) ? ERR_INVALID : OK))
		return;
	wrong++;
	print_message("%s:\n", name);
	for (size_t i = 0; i < o.count; i++)
		print_message("\t%.*s | %.*s | %.*s\n", STR_ARG(o.issues[i].expression), STR_ARG(o.issues[i].code),
		              STR_ARG(o.issues[i].details));
}

static void cases(void **state)
{
	(void)state;
	wrong = 0;
	assert_true(each_json("tests/cases/validate", check_case) >= 60);
	assert_int_equal(wrong, 0);
}

/* A message names the token, what would be right, and where. */
static void messages(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Outcome o = outcome_new(a);
	JVal v = parse(a, S("{\"resourceType\":\"Patient\",\n \"gender\":\"m\"}"));
	assert_int_equal(fhir_validate(v, &o), ERR_INVALID);
	assert_int_equal(o.errors, 1);
	assert_int_equal(o.issues[0].line, 2);
	assert_int_equal(o.issues[0].col, 11);
	assert_true(str_find(o.issues[0].details, S("'m'")) >= 0);
	assert_true(str_find(o.issues[0].details, S("male, female, other, unknown")) >= 0);
	JVal out = parse(a, outcome_json(&o, a));
	assert_true(json_str_is(json_path(out, "issue", "expression", NULL), S("")) == false);
	assert_true(json_str_is(json_at(json_path(out, "issue", "expression", NULL), 0), S("Patient.gender")));
	assert_true(json_str_is(json_path(out, "issue", "severity", NULL), S("error")));
	Outcome again = outcome_new(a);
	assert_int_equal(fhir_validate(out, &again), OK);
	arena_free(a);
}

/* Warnings are for who asks for them, and refuse nothing. */
static void warnings(void **state)
{
	(void)state;
	Arena *a = arena_new();
	JVal v = parse(
	    a, S("{\"resourceType\":\"Library\",\"status\":\"draft\",\"name\":\"a b\",\"type\":{\"text\":\"x\"}}"));
	Outcome o = outcome_new(a);
	assert_int_equal(fhir_validate(v, &o), OK);
	assert_int_equal(o.count, 0);
	assert_int_equal(fhir_validate_with(v, &(ValidateOptions){ .warnings = true }, &o), OK);
	assert_int_equal(o.count, 2);
	for (size_t i = 0; i < o.count; i++) {
		assert_int_equal(o.issues[i].severity, SEV_WARNING);
		assert_true(str_eq(o.issues[i].expression, S("Library")));
		assert_true(str_starts(o.issues[i].details, i ? S("lib-0: ") : S("dom-6: ")));
	}
	arena_free(a);
}

/* Issues stop at the maximum, errors are still counted. */
static void many_issues(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Outcome o = outcome_new(a);
	Buf b = buf_new(a, 0, 0);
	BUF_LIT(&b, "{\"resourceType\":\"Patient\",\"name\":[");
	for (int i = 0; i < 250; i++)
		buf_printf(&b, "%s{\"family\":1}", i ? "," : "");
	BUF_LIT(&b, "]}");
	assert_int_equal(fhir_validate(parse(a, buf_str(&b)), &o), ERR_INVALID);
	assert_int_equal(o.count, OUTCOME_MAX_ISSUES);
	assert_int_equal(o.errors, 250);
	assert_true(str_eq(o.issues[99].expression, S("Patient.name[99].family")));
	arena_free(a);
}

/* Much of one thing: the cost must stay linear, or this test takes minutes. */
static void many_contained(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Outcome o = outcome_new(a);
	Buf b = buf_new(a, 0, 0);
	BUF_LIT(&b, "{\"resourceType\":\"Patient\",\"contained\":[");
	for (int i = 0; i < 40000; i++)
		buf_printf(&b, "%s{\"resourceType\":\"Organization\",\"id\":\"o%d\",\"name\":\"x\"}", i ? "," : "", i);
	BUF_LIT(&b, "],\"generalPractitioner\":[");
	for (int i = 0; i < 40000; i++)
		buf_printf(&b, "%s{\"reference\":\"#o%d\"}", i ? "," : "", i);
	BUF_LIT(&b, "],\"name\":[{\"given\":[");
	for (int i = 0; i < 100000; i++)
		buf_add(&b, i ? S(",null") : S("null"));
	BUF_LIT(&b, "],\"_given\":[");
	for (int i = 0; i < 100000; i++)
		buf_add(&b, i ? S(",{\"id\":\"a\"}") : S("{\"id\":\"a\"}"));
	BUF_LIT(&b, "]}]}");
	assert_int_equal(fhir_validate(parse(a, buf_str(&b)), &o), OK);
	arena_free(a);
}

static void outcome_of_nothing(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Outcome o = outcome_new(a), again = outcome_new(a);
	JVal v = parse(a, outcome_json(&o, a));
	assert_true(json_str_is(json_path(v, "issue", "code", NULL), S("informational")));
	assert_int_equal(fhir_validate(v, &again), OK);
	outcome_err(&o, ERR_NOT_FOUND, "There is no %s", "such thing");
	JError e = { .at = 3, .line = 4, .col = 5, .message = "expected ':'" };
	outcome_json_error(&o, &e);
	assert_int_equal(o.errors, 2);
	v = parse(a, outcome_json(&o, a));
	assert_true(json_str_is(json_path(v, "issue", "code", NULL), S("not-found")));
	assert_true(json_str_is(JGET(json_at(JGET(v, "issue"), 1), "diagnostics"), S("line 4, column 5")));
	arena_free(a);
}

static void primitives(void **state)
{
	(void)state;
	static const struct {
		const char *type, *json;
		bool ok;
	} t[] = {
		{ "date", "\"2020-02-29\"", true },
		{ "date", "\"2021-02-29\"", false },
		{ "dateTime", "\"2020\"", true },
		{ "dateTime", "\"2020-01-01T10:00:00+01:00\"", true },
		{ "instant", "\"2020-01-01T10:00:00.5Z\"", true },
		{ "instant", "\"2020-01-01\"", false },
		{ "decimal", "1.10", true },
		{ "decimal", "\"1.10\"", false },
		{ "integer", "-0", true },
		{ "integer", "1e2", false },
		{ "oid", "\"urn:oid:1.2.3\"", true },
		{ "oid", "\"urn:oid:1.02\"", false },
		{ "oid", "\"urn:oid:1.\"", false },
		{ "uuid", "\"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\"", true },
		{ "code", "\"a b\"", true },
		{ "code", "\"a  b\"", false },
		{ "id", "\"A-1.b\"", true },
		{ "id", "\"\"", false },
		{ "base64Binary", "\"YWJj\\nZGVm\"", true },
		{ "base64Binary", "\"YW=j\"", false },
		{ "string", "\"\\u0007\"", false },
		{ "string", "\"\\u0009\"", true },
		{ "string", "\"\\u001f\"", false },
		{ "markdown", "\"\\\\b\"", true },
		{ "boolean", "true", true },
		{ "HumanName", "{}", false },
		{ "nothing", "1", false },
		{ "positiveInt", "1", true },
	};
	Arena *a = arena_new();
	for (size_t i = 0; i < COUNT_OF(t); i++)
		if (fhir_primitive_ok(str_c(t[i].type), parse(a, str_c(t[i].json)), a) != t[i].ok)
			fail_msg("%s %s", t[i].type, t[i].json);
	arena_free(a);
}

/* What was sent is quoted in an issue: the outcome must be a valid resource all the same. */
static void quoted_controls(void **state)
{
	(void)state;
	Arena *a = arena_new();
	const Json *doc;
	JError e;
	Outcome o = outcome_new(a), again = outcome_new(a);
	outcome_add(&o, SEV_ERROR, S("value"), S("Patient.id"), "'%s' is no id", "a\x01\x7f\xc2\x85z");
	assert_int_equal(json_parse(a, outcome_json(&o, a), &doc, &e), OK);
	assert_int_equal(fhir_validate(json_root(doc), &again), OK);
	assert_true(str_eq(o.issues[0].details, S("'a    z' is no id")));
	arena_free(a);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),       cmocka_unit_test(messages),        cmocka_unit_test(warnings),
		cmocka_unit_test(many_issues), cmocka_unit_test(many_contained),  cmocka_unit_test(outcome_of_nothing),
		cmocka_unit_test(primitives),  cmocka_unit_test(quoted_controls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
