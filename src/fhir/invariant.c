/* Invariants: from the tables of the definitions to compiled expressions, and their checks. What most of them ask,
 * which members are there, is answered from bits without evaluating. */
#include "fhir/invariant.h"

#include <pthread.h>

#include "base/log.h"

typedef struct Compiled {
	Arena *arena;
	const FhirPath **paths; /* by number of the rule */
	InvariantList *of_def;  /* by definition */
} Compiled;

static Compiled all;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The slot of an element by its base name, as expressions name it; false when the definition has none. */
static bool slot_of(const FhirDef *d, Str name, uint8_t *slot)
{
	for (size_t i = 0; i < d->count; i++) {
		const FhirElement *e = &fhir_elements[d->first + i];
		Str base = str_c(fhir_names + e->base);
		if (e->flags & EL_CHOICE)
			base.n -= 3;
		if (str_eq(base, name)) {
			*slot = e->slot;
			return true;
		}
	}
	return false;
}

static Invariant prepare(const FhirDef *d, uint16_t number)
{
	Invariant v = { .rule = &fhir_rules[number], .path = all.paths[number] };
	bool known = fhirpath_presence(v.path, true, &v.presence);
	for (unsigned k = 0; k < v.presence.count && known; k++)
		known = slot_of(d, v.presence.names[k], &v.slots[k]);
	if (!known)
		v.presence = (FpPresence){ .count = 0 };
	return v;
}

static void compile_all(void)
{
	Arena *a = all.arena = arena_new();
	all.paths = ARENA_ARRAY(a, const FhirPath *, fhir_rule_count);
	for (unsigned i = 1; i < fhir_rule_count; i++) {
		FpError e = { .message = "" };
		if (fhirpath_compile(a, str_c(fhir_texts + fhir_rules[i].expression),
		                     &(FpOptions){ .as_filters = true }, &all.paths[i], &e) != OK)
			die("invariant %s: %s", fhir_texts + fhir_rules[i].key, e.message);
	}
	all.of_def = ARENA_ARRAY(a, InvariantList, fhir_def_count);
	for (unsigned i = 0; i < fhir_def_count; i++) {
		const FhirDef *d = &fhir_defs[i];
		const uint16_t *list = fhir_rule_lists + d->rules;
		size_t n = 0;
		while (list[n])
			n++;
		Invariant *items = n ? ARENA_ARRAY(a, Invariant, n) : NULL;
		for (size_t k = 0; k < n; k++)
			items[k] = prepare(d, list[k]);
		all.of_def[i] = (InvariantList){ items, n };
	}
}

InvariantList invariants_of(const FhirDef *d)
{
	pthread_once(&once, compile_all);
	return all.of_def[d - fhir_defs];
}

/* A single item that is no boolean counts as true. */
static int truth_of(const FpCollection *got, FpError *error)
{
	const FpItem *one = got->items;
	if (!got->count)
		return INVARIANT_EMPTY;
	if (got->count > 1) {
		*error = (FpError){ .kind = FP_EXECUTION, .message = "it gives more than one value" };
		return -1;
	}
	return one->kind == FP_BOOLEAN ? one->boolean : one->kind != FP_NODE || !json_is(one->value, J_FALSE);
}

int invariant_holds(Walk *w, const FhirPath *path, const FpItem *item, FpError *error)
{
	FpContext c = walk_context(w);
	FpCollection got;
	Arena *a = walk_scratch(w);
	int holds = -1;
	if (fhirpath_eval_item(path, &c, item, a, &got, error) == OK)
		holds = truth_of(&got, error);
	arena_reset(a);
	return holds;
}

static void report_broken(Walk *w, const Place *place, JVal v, const FhirRule *r)
{
	walk_report(w, place, v, r->error ? SEV_ERROR : SEV_WARNING, S("invariant"), "%s: %s", fhir_texts + r->key,
	            fhir_texts + r->human);
}

static void check_one(Walk *w, const Place *place, JVal v, uint16_t def, const FhirRule *r, const FhirPath *path)
{
	FpError error = { .message = "" };
	FpItem item = { .kind = FP_NODE, .def = def, .value = v };
	int holds = invariant_holds(w, path, &item, &error);
	if (holds == 0)
		report_broken(w, place, v, r);
	else if (holds == INVARIANT_EMPTY && r->error && w->options->warnings)
		walk_report(w, place, v, SEV_WARNING, S("invariant"), "%s cannot be decided: %s", fhir_texts + r->key,
		            fhir_texts + r->human);
	else if (holds < 0 && w->options->warnings)
		walk_report(w, place, v, SEV_WARNING, S("incomplete"), "%s was not checked: %s", fhir_texts + r->key,
		            error.message);
}

void invariants_check(Walk *w, const Place *place, const FhirDef *d, JVal v, uint64_t seen)
{
	InvariantList list = invariants_of(d);
	for (size_t i = 0; i < list.count; i++) {
		const Invariant *one = &list.items[i];
		if (!one->rule->error && !w->options->warnings)
			continue;
		int holds = invariant_quick(one, seen);
		if (holds < 0)
			check_one(w, place, v, (uint16_t)(d - fhir_defs), one->rule, one->path);
		else if (!holds)
			report_broken(w, place, v, one->rule);
	}
}

void invariants_check_element(Walk *w, const Place *place, const FhirElement *e, JVal v)
{
	pthread_once(&once, compile_all);
	for (const uint16_t *number = fhir_rule_lists + e->rules; *number; number++) {
		const FhirRule *r = &fhir_rules[*number];
		if (r->error || w->options->warnings)
			check_one(w, place, v, e->def, r, all.paths[*number]);
	}
}

bool invariant_is_base(Str key, Str expression)
{
	for (unsigned i = 1; i < fhir_rule_count; i++)
		if (fhir_is(fhir_texts + fhir_rules[i].key, key) &&
		    fhir_is(fhir_texts + fhir_rules[i].expression, expression))
			return true;
	return false;
}
