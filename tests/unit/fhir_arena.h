/* An arena for each test of the fhir room that wants one: TEST(f) in the list of tests. */
#ifndef FHIR_ARENA_H
#define FHIR_ARENA_H

#include "fhir_test.h"

static Arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
