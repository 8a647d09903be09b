/* What the API says about itself: the operations table is complete, and the OpenAPI document holds all of it and
 * nothing that leads nowhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "api/openapi.h"
#include "base/random.h"

static void test_each_operation_says_what_it_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < operations_count; i++) {
		const Operation *op = operations[i];
		if (!op->summary.n || !str_ends(op->summary, S(".")))
			fail_msg("%.*s has no summary sentence", STR_ARG(op->route));
		assert_true(str_starts(op->path, S("/fhir")) && str_starts(op->route, method_name(op->method)));
		if (op->interaction != INT_OPERATION)
			continue;
		if (!op->name.n || !str_starts(op->definition, S("http")))
			fail_msg("%.*s has no name or definition", STR_ARG(op->route));
	}
}

static void check_references(Arena *a, JVal root, JVal v)
{
	for (JIter it = json_iter(v); json_next(&it);) {
		if (str_eq(it.key, S("$ref"))) {
			JVal at = root;
			Str rest = str_from(json_str(it.value, a), 2), part;
			while (rest.p) {
				rest = str_cut(rest, '/', &part);
				at = json_get(at, part);
			}
			if (!at.node)
				fail_msg("%.*s leads nowhere", STR_ARG(json_raw(it.value)));
		}
		check_references(a, root, it.value);
	}
}

/* "GET /fhir/{type}" → the operation in the document. */
static JVal described(Arena *a, JVal root, const Operation *op)
{
	char method[16] = "";
	Str name = method_name(op->method);
	for (size_t i = 0; i < name.n && i + 1 < sizeof method; i++)
		method[i] = (char)(name.p[i] | 0x20);
	Str path = op->path.n > 5 ? str_from(op->path, 5) : S("/");
	(void)a;
	return json_get(json_get(JGET(root, "paths"), path), str_c(method));
}

static void test_openapi_holds_every_operation(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Api *api = NULL;
	const Json *doc;
	assert_int_equal(api_new(NULL, S("http://samendoel.test"), &api), OK);
	assert_int_equal(json_parse(a, api_openapi(api), &doc, NULL), OK);
	JVal root = json_root(doc);
	check_references(a, root, root);
	assert_true(json_str_is(JGET(json_at(JGET(root, "servers"), 0), "url"), S("http://samendoel.test/fhir")));
	for (size_t i = 0; i < operations_count; i++) {
		JVal there = described(a, root, operations[i]);
		if (operations[i]->offered != (there.node != NULL))
			fail_msg("%.*s", STR_ARG(operations[i]->route));
		if (there.node)
			assert_true(JSTR(there, "operationId", a).n > 0);
	}
	api_free(api);
	arena_free(a);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_each_operation_says_what_it_does),
		                            cmocka_unit_test(test_openapi_holds_every_operation) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
