/* The case files of the FHIR face: tests/cases/api. One of them: CASE=name make unit ROOM=api */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../cases/runner.h"
#include "api/api.h"
#include "fhir/validate.h"

static void *open_face(Records *r)
{
	Api *api;
	return api_new(r, S("http://samendoel.test"), &api) == OK ? api : NULL;
}

/* Whatever the face answers is valid FHIR by our own rules. */
static Reply handle(void *face, Request *r)
{
	const Json *doc;
	Reply reply = api_handle(face, r);
	Outcome o = outcome_new(r->arena);
	if (!reply.body.n)
		return reply;
	if (json_parse(r->arena, reply.body, &doc, NULL) == OK && fhir_validate(json_root(doc), &o) == OK)
		return reply;
	reply.status = 599;
	reply.body = arena_join(r->arena, outcome_json(&o, r->arena), S(" for "), reply.body, STR_END);
	return reply;
}
static void close_face(void *face)
{
	api_free(face);
}

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
