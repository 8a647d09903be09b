/* The official R4 tests of FHIRPath, and what they do not say. */
#include "conformance.h"
#include "fhir_test.h"

#include "fhir/fhirpath/fhirpath.h"

/* Tests that cannot pass, each with its reason. One that passes after all fails the test. */
static const struct {
	const char *name, *expression, *reason;
} skips[] = {
	{ "testSubSetOf3", NULL, "its input, explanationofbenefit-example.json, is not among the test data" },
};

static struct {
	size_t passed, skipped, wrong;
} counts;

static const char *skip_reason(JVal t)
{
	for (size_t i = 0; i < COUNT_OF(skips); i++)
		if (json_str_is(JGET(t, "name"), str_c(skips[i].name)))
			return skips[i].reason;
	return NULL;
}

static bool same_value(Arena *a, const FpItem *item, JVal want)
{
	Str type = JSTR(want, "type", a), text = JSTR(want, "value", a), got = fhirpath_string(item, a);
	if (str_starts(text, S("@T")))
		text = str_from(text, 2);
	else if (str_starts(text, S("@")))
		text = str_from(text, 1);
	Str is = fhirpath_type(item);
	if (type.p && !str_eq_nocase(type, is))
		return false;
	/* The zero that is negative is zero. */
	return str_eq(text, got) || (str_eq(text, S("-0.0")) && str_eq(got, S("0.0")));
}

static bool same_output(Arena *a, JVal t, FpCollection *got)
{
	JVal want = JGET(t, "output");
	bool ordered = !json_str_is(JGET(t, "ordered"), S("false"));
	if (json_str_is(JGET(t, "predicate"), S("true"))) {
		bool one = got->count == 1 && got->items[0].kind == FP_BOOLEAN ? got->items[0].boolean : got->count > 0;
		return json_str_is(JGET(json_at(want, 0), "value"), one ? S("true") : S("false"));
	}
	if (got->count != json_count(want))
		return false;
	for (size_t i = 0; i < got->count; i++) {
		size_t j = ordered ? i : 0;
		while (!ordered && j < got->count && !same_value(a, &got->items[j], json_at(want, i)))
			j++;
		if (j == got->count || !same_value(a, &got->items[j], json_at(want, i)))
			return false;
	}
	return true;
}

static bool run_one(Arena *a, JVal t, JVal input, FpError *error, FpCollection *got)
{
	Str invalid = JSTR(t, "invalid", a);
	const FhirPath *p = NULL;
	FpOptions options = { .type = JSTR(input, "resourceType", a),
		              .check_order = json_is(JGET(t, "checkOrderedFunctions"), J_STRING) };
	Err e = fhirpath_compile(a, JSTR(t, "expression", a), &options, &p, error);
	if (str_eq(invalid, S("syntax")))
		return e == ERR_SYNTAX && error->kind == FP_SYNTAX;
	if (str_eq(invalid, S("semantic")))
		return e == ERR_INVALID && error->kind == FP_SEMANTIC;
	if (e == OK)
		e = fhirpath_eval(p, NULL, input, a, got, error);
	if (invalid.p) /* execution: what shows before the run is as good */
		return e != OK;
	return e == OK && same_output(a, t, got);
}

static void print_wrong(Arena *a, JVal t, const FpError *error, const FpCollection *got)
{
	print_message("%.*s: %.*s\n\twant %.*s%.*s\n\tgot ", STR_ARG(JSTR(t, "name", a)),
	              STR_ARG(JSTR(t, "expression", a)), STR_ARG(JSTR(t, "invalid", a)),
	              STR_ARG(json_raw(JGET(t, "output"))));
	for (size_t i = 0; i < got->count; i++)
		print_message(" %.*s:%.*s", STR_ARG(fhirpath_type(&got->items[i])),
		              STR_ARG(fhirpath_string(&got->items[i], a)));
	print_message(" %s\n", error->message);
}

static void official_one(Arena *a, const char *dir, JVal t)
{
	Str name = JSTR(t, "input", a);
	FpError error = { .message = "" };
	FpCollection got = { NULL, 0, 0 };
	const char *reason = skip_reason(t);
	bool there = !name.n || access(arena_printf(a, "%s/%.*s", dir, STR_ARG(name)).p, R_OK) == 0;
	JVal input = there && name.n ? parse(a, read_file(a, dir, arena_cstr(a, name))) : (JVal){ NULL, NULL };
	bool good = there && run_one(a, t, input, &error, &got);
	if (reason && !good) {
		counts.skipped++;
		print_message("skipped %.*s: %s\n", STR_ARG(JSTR(t, "name", a)), reason);
	} else if (good && !reason) {
		counts.passed++;
	} else {
		counts.wrong++;
		print_wrong(a, t, &error, &got);
	}
}

static void official(void **state)
{
	(void)state;
	Arena *a = arena_new(), *each = arena_new();
	const char *dir = arena_printf(a, "%s/fhir-test-cases/fhirpath", data_dir()).p;
	if (access(arena_printf(a, "%s/tests-fhir-r4.ndjson", dir).p, R_OK) != 0) {
		print_message("no test data in %s\n", dir);
		arena_free(each);
		arena_free(a);
		skip();
	}
	memset(&counts, 0, sizeof counts);
	for (Str rest = read_file(a, dir, "tests-fhir-r4.ndjson"), line; rest.p && rest.n;) {
		rest = str_cut(rest, '\n', &line);
		arena_reset(each);
		if (line.n)
			official_one(each, dir, parse(each, line));
	}
	print_message("official tests: %zu passed, %zu skipped, %zu wrong\n", counts.passed, counts.skipped,
	              counts.wrong);
	conformance("fhirpath", counts.passed, counts.wrong, counts.skipped);
	assert_int_equal(counts.wrong, 0);
	assert_true(counts.passed > 900);
	arena_free(each);
	arena_free(a);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { cmocka_unit_test(official) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
