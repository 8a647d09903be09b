/* What is answered from the presence of members must be what evaluating the expression gives: on every object of the
 * official examples, and on these with members taken away. */
#include "fhir_test.h"

#include "fhir/invariant.h"

enum { FILE_MAX = 400 * 1024, CUTS = 3 };

static size_t compared, decided, wrong;
static uint32_t dice = 1;

static uint64_t seen_of(const FhirDef *d, JVal v)
{
	uint64_t seen = 0;
	for (JIter it = json_iter(v); json_next(&it);) {
		bool under = it.key.n && it.key.p[0] == '_';
		const FhirElement *e = fhir_element(d, under ? str_from(it.key, 1) : it.key);
		if (e)
			seen |= UINT64_C(1) << e->slot;
	}
	return seen;
}

static void compare(Arena *a, JVal root, uint16_t def, JVal v)
{
	const FhirDef *d = &fhir_defs[def];
	InvariantList list = invariants_of(d);
	uint64_t seen = seen_of(d, v);
	FpContext c = { .resource = root, .root_resource = root };
	FpItem item = { .kind = FP_NODE, .def = def, .value = v };
	for (size_t i = 0; i < list.count; i++) {
		const Invariant *one = &list.items[i];
		int quick = invariant_quick(one, seen);
		bool holds = false;
		compared++;
		if (quick < 0)
			continue;
		decided++;
		if (fhirpath_bool(one->path, &c, &item, true, a, &holds, NULL) == OK && holds == quick)
			continue;
		wrong++;
		Str text = json_raw(v);
		print_message("%s is %d by presence\n\t%.*s\n", fhir_texts + one->rule->key, quick,
		              STR_ARG(str_clip(text, 300)));
	}
}

/* The object without some of its members. */
static void cut(Arena *a, JVal root, uint16_t def, JVal v)
{
	JChange drop[64];
	size_t n = 0;
	for (JIter it = json_iter(v); json_next(&it) && n < COUNT_OF(drop);) {
		dice = dice * 1664525U + 1013904223U;
		if (dice >> 30 == 0 && !str_eq(it.key, S("resourceType")))
			drop[n++] = (JChange){ .key = it.key };
	}
	if (n)
		compare(a, root, def, parse(a, json_change(a, v, drop, n)));
}

static void example(Arena *a, const char *dir, const char *name)
{
	FpCollection every;
	const FhirPath *path = NULL;
	struct stat st;
	if (stat(arena_printf(a, "%s/%s", dir, name).p, &st) != 0 || st.st_size > FILE_MAX)
		return;
	JVal root = parse(a, read_file(a, dir, name));
	if (!fhirpath_item(root, (Str){ NULL, 0 }).def)
		return;
	FpContext c = { .steps = 1U << 30, .memory = 1U << 30 };
	if (fhirpath_compile(a, S("descendants()"), NULL, &path, NULL) != OK ||
	    fhirpath_eval(path, &c, root, a, &every, NULL) != OK)
		fail_msg("%s", name);
	compare(a, root, fhirpath_item(root, (Str){ NULL, 0 }).def, root);
	cut(a, root, fhirpath_item(root, (Str){ NULL, 0 }).def, root);
	for (size_t i = 0; i < every.count; i++) {
		const FpItem *item = &every.items[i];
		if (!item->def || !json_is(item->value, J_OBJECT) || !fhir_defs[item->def].rules)
			continue;
		compare(a, root, item->def, item->value);
		for (int k = 0; k < CUTS; k++)
			cut(a, root, item->def, item->value);
	}
}

static void presence_is_what_evaluation_gives(void **state)
{
	(void)state;
	compared = decided = wrong = 0;
	if (!each_json("node_modules/hl7.fhir.r4.examples", example))
		skip();
	print_message("%zu checks, %zu decided by presence\n", compared, decided);
	assert_int_equal(wrong, 0);
	assert_true(compared > 100000 && decided * 2 > compared);
}

static void every_rule_has_a_place(void **state)
{
	(void)state;
	size_t n = 0, quick = 0;
	for (unsigned i = 0; i < fhir_def_count; i++) {
		InvariantList list = invariants_of(&fhir_defs[i]);
		for (size_t k = 0; k < list.count; k++, n++)
			quick += list.items[k].presence.count > 0;
	}
	print_message("%u rules at %zu places, %zu of them by presence\n", fhir_rule_count - 1U, n, quick);
	assert_true(fhir_rule_count > 220 && n > 350);
	assert_true(
	    invariant_is_base(S("per-1"), S("start.hasValue().not() or end.hasValue().not() or (start <= end)")));
	assert_false(invariant_is_base(S("per-1"), S("start.exists()")));
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_rule_has_a_place),
		                            cmocka_unit_test(presence_is_what_evaluation_gives) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
