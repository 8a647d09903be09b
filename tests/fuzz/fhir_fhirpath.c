/* Any text as an expression, on a resource with contained ones, extensions and dates: it must end within its budget,
 * say what is wrong when it fails, and give the same twice. */
#include <stdlib.h>

#include "base/random.h"
#include "fhir/fhirpath/fhirpath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const Str resource =
    S_INIT("{\"resourceType\":\"Patient\",\"id\":\"a\",\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"1\","
           "\"name\":\"O\"}],"
           "\"extension\":[{\"url\":\"http://x\",\"valueQuantity\":{\"value\":1.50,\"unit\":\"kg\",\"code\":\"kg\","
           "\"system\":\"http://"
           "unitsofmeasure.org\"}}],\"active\":true,\"name\":[{\"use\":\"official\",\"given\":[null,\"Jo\\u00e9\"],"
           "\"_given\":[{\"extension\":[{\"url\":\"u\",\"valueInteger\":5}]}],\"period\":{\"start\":\"2001\",\"end\":"
           "\"2002-05-06\"}},"
           "{\"family\":\"B\"}],\"birthDate\":\"1974-12-25\",\"_birthDate\":{\"id\":\"b\"},\"deceasedDateTime\":"
           "\"2020-02-29T10:00:00.5+02:00\",\"managingOrganization\":{\"reference\":\"#1\"},\"text\":{\"status\":"
           "\"generated\","
           "\"div\":\"<div xmlns='http://www.w3.org/1999/xhtml'>x</div>\"}}");

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void look(Arena *a, const FpCollection *c)
{
	for (size_t i = 0; i < c->count; i++) {
		Str s = fhirpath_string(&c->items[i], a);
		must(!s.p || str_utf8(s));
		must(fhirpath_type(&c->items[i]).p != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	random_init();
	Arena *a = arena_new();
	const Json *doc;
	const FhirPath *p;
	FpError error = { .message = "" };
	FpCollection got, again;
	FpContext c = { .now = 1700000000000, .steps = 20000, .memory = 4 * 1024 * 1024, .type_of_reference = true };
	FpOptions options = { .type = S("Patient"), .check_order = n % 2, .as_filters = n % 3 == 0 };
	must(json_parse(a, resource, &doc, NULL) == OK);
	JVal root = json_root(doc);
	if (fhirpath_compile(a, str_n((const char *)data, n), n % 5 ? NULL : &options, &p, &error) == OK) {
		Err e = fhirpath_eval(p, &c, root, a, &got, &error);
		if (e == OK) {
			look(a, &got);
			must(fhirpath_eval(p, &c, root, a, &again, &error) == OK && again.count == got.count);
		}
		must(e == OK || error.message[0]);
	} else {
		must(error.message[0] && error.at <= n);
	}
	arena_free(a);
	return 0;
}
