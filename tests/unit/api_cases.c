/* The case files of the FHIR face: tests/cases/api. One of them: CASE=name make unit ROOM=api */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/api.h"
#include "../cases/runner.h"

static void *open_face(Records *r)
{
	Api *api;
	return api_new(r, S("http://samendoel.test"), &api) == OK ? api : NULL;
}

static Reply handle(void *face, Request *r) { return api_handle(face, r); }
static void close_face(void *face) { api_free(face); }

static void cases(void **state)
{
	(void)state;
	assert_int_equal(cases_run("tests/cases/api", &(CaseFace){ open_face, handle, close_face }), 0);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { cmocka_unit_test(cases) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
