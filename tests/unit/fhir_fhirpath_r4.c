/* The expressions of R4 itself: every invariant and search parameter compiles, and the official examples keep the
 * invariants, except those listed. */
#include "fhir_test.h"

#include "fhir/fhirpath/fhirpath.h"

#define PACKAGE "node_modules/hl7.fhir.r4.examples"
enum { RULES_MAX = 2000, FILE_MAX = 60 * 1024 };

typedef struct Rule {
	Str type, path, key;
	const FhirPath *where, *holds;
	bool base; /* of a type that others specialise: its path tells what it is for */
} Rule;

static Rule *rules;
static size_t rule_count, compiled, wrong, checked, files;
static Arena *kept;

static const FhirPath *compile(Str expression, Str type)
{
	const FhirPath *p = NULL;
	FpError e = { .message = "" };
	FpOptions o = { .type = type, .as_filters = true };
	compiled++;
	if (fhirpath_compile(kept, expression, &o, &p, &e) == OK)
		return p;
	wrong++;
	print_message("%.*s\n\t%s at %u\n", STR_ARG(expression), e.message, e.at);
	return NULL;
}

/* Patient.deceased[x] → Patient.deceased */
static Str plain_path(Str path)
{
	return str_ends(path, S("[x]")) ? str_upto(path, path.n - 3) : path;
}

static void add_rules(JVal sd, JVal element)
{
	static const Str bases[] = { S_INIT("Element"), S_INIT("BackboneElement"), S_INIT("Resource"),
		                     S_INIT("DomainResource"), S_INIT("Quantity") };
	Str type = arena_str(kept, JSTR(sd, "type", kept));
	Str path = arena_str(kept, plain_path(JSTR(element, "path", kept)));
	for (JIter it = json_each(JGET(element, "constraint")); json_next(&it);) {
		Str expression = JSTR(it.value, "expression", kept), key = JSTR(it.value, "key", kept);
		if (!expression.n || !json_str_is(JGET(it.value, "severity"), S("error")))
			continue;
		assert_true(rule_count < RULES_MAX);
		Rule *r = &rules[rule_count];
		*r = (Rule){ .type = type, .path = path, .key = arena_str(kept, key) };
		bool root = str_eq(path, type);
		r->holds = compile(expression, root ? type : (Str){ NULL, 0 });
		r->where = compile(path, type);
		for (size_t i = 0; i < COUNT_OF(bases); i++)
			r->base = r->base || str_eq(bases[i], type);
		rule_count += r->holds && r->where;
	}
}

/* What a type adds to the one it specialises. */
static void definition(Arena *a, const char *dir, const char *name)
{
	if (!str_starts(str_c(name), S("StructureDefinition-")))
		return;
	JVal sd = parse(a, read_file(a, dir, name));
	if (json_str_is(JGET(sd, "derivation"), S("constraint")) || json_str_is(JGET(sd, "kind"), S("logical")))
		return;
	for (JIter it = json_each(json_path(sd, "differential", "element", NULL)); json_next(&it);)
		add_rules(sd, it.value);
}

static void search_parameter(Arena *a, const char *dir, const char *name)
{
	if (!str_starts(str_c(name), S("SearchParameter-")))
		return;
	Str expression = JSTR(parse(a, read_file(a, dir, name)), "expression", kept);
	/* One of an extension calls hasExtension(), which is in no specification. */
	if (expression.n && str_find(expression, S("hasExtension(")) < 0)
		(void)compile(expression, (Str){ NULL, 0 });
}

static void every_expression(void **state)
{
	(void)state;
	compiled = wrong = 0;
	if (!each_json(PACKAGE, search_parameter))
		skip();
	print_message("%zu expressions of search parameters\n", compiled);
	assert_true(compiled > 1000);
	assert_int_equal(wrong, 0);
	assert_true(rule_count > 150);
}

/* Official examples that break an official invariant: all have an empty narrative. */
static const struct {
	const char *file, *key;
} broken[] = {
	{ "ActivityDefinition-blood-tubes-supply.json", "txt-1" },
	{ "ActivityDefinition-blood-tubes-supply.json", "txt-2" },
	{ "ActivityDefinition-heart-valve-replacement.json", "txt-1" },
	{ "ActivityDefinition-heart-valve-replacement.json", "txt-2" },
	{ "EventDefinition-example.json", "txt-1" },
	{ "EventDefinition-example.json", "txt-2" },
	{ "Questionnaire-zika-virus-exposure-assessment.json", "txt-1" },
	{ "Questionnaire-zika-virus-exposure-assessment.json", "txt-2" },
};
static size_t seen[COUNT_OF(broken)];

static void breaks(const char *file, const Rule *r, const FpError *e)
{
	for (size_t i = 0; i < COUNT_OF(broken); i++)
		if (strcmp(broken[i].file, file) == 0 && str_eq(r->key, str_c(broken[i].key))) {
			seen[i]++;
			return;
		}
	wrong++;
	print_message("%s breaks %.*s at %.*s %s\n\t%.*s\n", file, STR_ARG(r->key), STR_ARG(r->path), e->message,
	              STR_ARG(fhirpath_text(r->holds)));
}

static void check_item(Arena *a, const char *file, JVal root, const FpItem *item)
{
	Str type = fhirpath_type(item);
	FpContext c = { .resource = root };
	for (size_t i = 0; i < rule_count; i++) {
		const Rule *r = &rules[i];
		FpCollection at;
		FpError e = { .message = "" };
		if ((!r->base && !str_eq(r->type, type)) || fhirpath_eval_item(r->where, &c, item, a, &at, &e) != OK)
			continue;
		for (size_t k = 0; k < at.count; k++) {
			bool holds = false;
			checked++;
			if (fhirpath_bool(r->holds, &c, &at.items[k], true, a, &holds, &e) != OK || !holds)
				breaks(file, r, &e);
		}
	}
}

static void example(Arena *a, const char *dir, const char *name)
{
	static const char *const skipped[] = {
		"StructureDefinition-", "SearchParameter-",     "ValueSet-", "CodeSystem-",
		"ConceptMap-",          "OperationDefinition-", "Bundle-"
	};
	FpCollection all;
	const FhirPath *every = NULL;
	struct stat st;
	for (size_t i = 0; i < COUNT_OF(skipped); i++)
		if (str_starts(str_c(name), str_c(skipped[i])))
			return;
	if (stat(arena_printf(a, "%s/%s", dir, name).p, &st) != 0 || st.st_size > FILE_MAX)
		return;
	JVal root = parse(a, read_file(a, dir, name));
	FpItem item = fhirpath_item(root, (Str){ NULL, 0 });
	if (!item.def)
		return;
	files++;
	check_item(a, name, root, &item);
	assert_int_equal(fhirpath_compile(a, S("descendants()"), NULL, &every, NULL), OK);
	assert_int_equal(fhirpath_eval(every, NULL, root, a, &all, NULL), OK);
	for (size_t i = 0; i < all.count; i++)
		check_item(a, name, root, &all.items[i]);
}

static void examples(void **state)
{
	(void)state;
	wrong = checked = files = 0;
	if (!each_json(PACKAGE, example))
		skip();
	print_message("%zu rules, %zu examples, %zu checks\n", rule_count, files, checked);
	assert_int_equal(wrong, 0);
	assert_true(files > 500 && checked > 10000);
	for (size_t i = 0; i < COUNT_OF(broken); i++)
		assert_int_equal(seen[i], 1);
}

int main(void)
{
	random_init();
	kept = arena_new();
	rules = ARENA_ARRAY(kept, Rule, RULES_MAX);
	each_json(PACKAGE, definition);
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_expression), cmocka_unit_test(examples) };
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(kept);
	return failed;
}
