/* Evaluation of invariants on a small Patient, compiled before. */
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/time.h"
#include "fhir/fhirpath/fhirpath.h"

enum { ROUNDS = 9, TIMES = 20000 };

static const char patient[] = "{\"resourceType\":\"Patient\",\"id\":\"p\",\"text\":{\"status\":\"generated\",\"div\":"
                              "\"<div xmlns='http://www.w3.org/1999/"
                              "xhtml'>A</div>\"},\"identifier\":[{\"system\":\"http://example.org/"
                              "id\",\"value\":\"1\"}],\"active\":true,\"name\":[{\"use\":"
                              "\"official\",\"family\":\"Jansens\",\"given\":[\"An\",\"Bea\"],\"period\":{\"start\":"
                              "\"2001-01-01\",\"end\":\"2010-05-06\"}}],"
                              "\"telecom\":[{\"system\":\"phone\",\"value\":\"+32\"}],\"birthDate\":\"1980-01-01\","
                              "\"contact\":[{\"name\":{\"family\":\"P\"}}]}";

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static bool measure(const char *name, double goal, const char *expression, JVal v)
{
	double us[ROUNDS];
	Arena *kept = arena_new(), *a = arena_new();
	const FhirPath *p = NULL;
	FpItem item = fhirpath_item(v, (Str){ NULL, 0 });
	bool good = fhirpath_compile(kept, str_c(expression), NULL, &p, NULL) == OK, holds = false;
	for (int r = 0; good && r < ROUNDS; r++) {
		int64_t from = time_mono_us();
		for (int i = 0; good && i < TIMES; i++) {
			good = fhirpath_bool(p, NULL, &item, true, a, &holds, NULL) == OK && holds;
			arena_reset(a);
		}
		us[r] = (double)(time_mono_us() - from) / TIMES;
	}
	if (good) {
		qsort(us, ROUNDS, sizeof *us, by_value);
		printf("{\"name\":\"%s\",\"value\":%.2f,\"unit\":\"us\",\"goal\":%.0f,\"spread\":%.2f}\n", name,
		       us[ROUNDS / 2], goal, (us[ROUNDS * 3 / 4] - us[ROUNDS / 4]) / us[ROUNDS / 2]);
	}
	arena_free(a);
	arena_free(kept);
	return good;
}

int main(void)
{
	random_init();
	Arena *a = arena_new();
	const Json *doc;
	if (json_parse(a, str_c(patient), &doc, NULL) != OK)
		return 1;
	JVal v = json_root(doc);
	bool good = measure("fhirpath.exists", 2, "name.exists() or telecom.exists()", v) &&
	            measure("fhirpath.period", 2,
	                    "name.period.all(start.hasValue().not() or end.hasValue().not() or (start <= end))", v) &&
	            measure("fhirpath.matches", 2, "name.family.matches('[A-Z]([A-Za-z0-9_]){0,254}')", v) &&
	            measure("fhirpath.descendants", 20, "descendants().count() > 10", v);
	arena_free(a);
	return good ? 0 : 1;
}
