/* Validation and index extraction of a typical resource of 4 KB. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/random.h"
#include "base/time.h"
#include "fhir/search.h"
#include "fhir/summary.h"
#include "fhir/validate.h"

enum { ROUNDS = 9, TIMES = 2000 };

/* A Patient of about 4 KB: names, telecom, addresses, contacts, extensions, narrative. */
static Str sample(Arena *a)
{
	Buf b = buf_new(a, 8192, 0);
	BUF_LIT(&b,
	        "{\"resourceType\":\"Patient\",\"id\":\"p-1\",\"meta\":{\"versionId\":\"3\",\"lastUpdated\":"
	        "\"2024-05-06T07:08:09.123Z\"},\"text\":{\"status\":\"generated\",\"div\":"
	        "\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><p><b>Jo\u00e9lle</b> of <i>Ghent</i></p></div>\"},"
	        "\"extension\":[{\"url\":\"http://example.org/a\",\"valueCode\":\"x\"}],\"identifier\":[");
	for (int i = 0; i < 4; i++)
		buf_printf(&b,
		           "%s{\"use\":\"official\",\"type\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/"
		           "CodeSystem/v2-0203\","
		           "\"code\":\"NI\"}]},\"system\":\"http://example.org/id-%d\",\"value\":\"8001010%04d\"}",
		           i ? "," : "", i, i);
	BUF_LIT(&b, "],\"active\":true,\"name\":[");
	for (int i = 0; i < 3; i++)
		buf_printf(&b,
		           "%s{\"use\":\"official\",\"family\":\"Jansens-%d\",\"given\":[\"Jo\u00eblle\",\"Maria\"],"
		           "\"period\":{\"start\":\"2001-01-0%d\"}}",
		           i ? "," : "", i, i + 1);
	BUF_LIT(&b, "],\"telecom\":[");
	for (int i = 0; i < 4; i++)
		buf_printf(&b, "%s{\"system\":\"phone\",\"value\":\"+32 9 123 45 6%d\",\"use\":\"home\",\"rank\":%d}",
		           i ? "," : "", i, i + 1);
	BUF_LIT(&b, "],\"gender\":\"female\",\"birthDate\":\"1980-01-01\",\"deceasedBoolean\":false,\"address\":[");
	for (int i = 0; i < 6; i++)
		buf_printf(&b,
		           "%s{\"use\":\"home\",\"type\":\"both\",\"line\":[\"Kerkstraat "
		           "%d\"],\"city\":\"Gent\",\"postalCode\":\"9000\","
		           "\"country\":\"BE\",\"period\":{\"start\":\"2001-01-01\"}}",
		           i ? "," : "", i);
	BUF_LIT(&b, "],\"contact\":[");
	for (int i = 0; i < 6; i++)
		buf_printf(&b,
		           "%s{\"relationship\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
		           "v2-0131\",\"code\":\"N\"}]}],"
		           "\"name\":{\"family\":\"Peeters\",\"given\":[\"An\"]},\"telecom\":[{\"system\":\"email\","
		           "\"value\":\"an%d@example.org\"}]}",
		           i ? "," : "", i);
	BUF_LIT(&b,
	        "],\"communication\":[{\"language\":{\"coding\":[{\"system\":\"urn:ietf:bcp:47\",\"code\":\"nl-BE\"}]},"
	        "\"preferred\":true}],\"generalPractitioner\":[{\"reference\":\"Practitioner/gp-1\"}],"
	        "\"managingOrganization\":{\"reference\":\"Organization/o-1\",\"display\":\"Praktijk\"}}");
	return buf_str(&b);
}

static int by_value(const void *a, const void *b)
{
	return *(const double *)a < *(const double *)b ? -1 : 1;
}

static bool ok = true;

static void validate(Arena *a, JVal v)
{
	Outcome o = outcome_new(a);
	ok = fhir_validate(v, &o) == OK && ok;
}

static void extract(Arena *a, JVal v)
{
	size_t n;
	ok = search_index(v, FT_PATIENT, a, &n) && n >= 15 && ok;
}

/* Of the processor: what else runs on the machine does not count. */
static double cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void match(Arena *a, JVal v, FhirType type, const char *code, Str value, const SearchTerm *ready)
{
	SearchTerm t = { .param = search_param(type, str_c(code)), .values = &value, .n_values = 1 };
	ok = search_matches(ready ? ready : &t, NULL, v, a) == MATCH_YES && ok;
}

static void match_token(Arena *a, JVal v)
{
	match(a, v, FT_PATIENT, "identifier", S("http://example.org/id-2|80010100002"), NULL);
}

static void match_reference(Arena *a, JVal v)
{
	match(a, v, FT_PATIENT, "general-practitioner", S("Practitioner/gp-1"), NULL);
}

static void match_date(Arena *a, JVal v)
{
	match(a, v, FT_PATIENT, "birthdate", S("ge1979-05"), NULL);
}

static void match_string(Arena *a, JVal v)
{
	match(a, v, FT_PATIENT, "name", S("jansens-2"), NULL);
}

static void sort_key(Arena *a, JVal v)
{
	ok = search_sort_key(search_param(FT_PATIENT, S("birthdate")), v, false, a).n == 9 && ok;
}

static void summary(Arena *a, JVal v)
{
	ok = summary_trim(&(Trim){ .summary = SUMMARY_TRUE }, v, a).n > 1000 && ok;
}

/* Microseconds each; median of the rounds; spread: the distance between the quartiles as a part of it. */
static void measure(const char *name, double goal, JVal v, void (*fn)(Arena *a, JVal v))
{
	double us[ROUNDS];
	Arena *a = arena_new();
	for (int r = 0; r < ROUNDS; r++) {
		double from = cpu_us();
		for (int i = 0; i < TIMES; i++) {
			fn(a, v);
			arena_reset(a);
		}
		us[r] = (cpu_us() - from) / TIMES;
	}
	qsort(us, ROUNDS, sizeof *us, by_value);
	printf("{\"name\":\"%s\",\"value\":%.2f,\"unit\":\"us\",\"goal\":%.0f,\"spread\":%.2f}\n", name, us[ROUNDS / 2],
	       goal, (us[ROUNDS * 3 / 4] - us[ROUNDS / 4]) / us[ROUNDS / 2]);
	arena_free(a);
}

int main(void)
{
	random_init();
	Arena *a = arena_new();
	const Json *doc;
	Str text = sample(a);
	if (json_parse(a, text, &doc, NULL) != OK || text.n < 3500 || text.n > 4600) {
		fprintf(stderr, "the sample has %zu bytes\n", text.n);
		return 1;
	}
	measure("fhir.validate_4k", 50, json_root(doc), validate);
	measure("fhir.index_4k", 10, json_root(doc), extract);
	measure("fhir.match_token", 1, json_root(doc), match_token);
	measure("fhir.match_reference", 1, json_root(doc), match_reference);
	measure("fhir.match_date", 1, json_root(doc), match_date);
	measure("fhir.match_string", 3, json_root(doc), match_string);
	measure("fhir.sort_key", 1, json_root(doc), sort_key);
	measure("fhir.summary_4k", 8, json_root(doc), summary);
	arena_free(a);
	return ok ? 0 : 1;
}
