/* Every search parameter of every type: what our compiled paths read is what the published FHIRPath expression yields,
 * over the official examples and over made resources that have every element in every form. */
#include "fhir_test.h"

#include "conformance.h"
#include "fhir/fhirpath/fhirpath.h"
#include "fhir/path.h"

/* --- made resources --- */
enum { VARIANTS = 24, LEVELS = 7 };

typedef struct Maker {
	JWriter w;
	Arena *a;
	unsigned k;      /* which variant */
	uint16_t on[16]; /* definitions we are inside */
	unsigned depth;
} Maker;

static void make_object(Maker *m, const FhirDef *d);

static Str name_of(uint16_t offset)
{
	return str_c(fhir_names + offset);
}

static void make_primitive(Maker *m, const FhirDef *d, const FhirElement *e)
{
	const FhirBinding *b = &fhir_bindings[e->binding];
	Str text = S("");
	switch ((Primitive)d->primitive) {
	case PRIM_BOOLEAN:
		jw_bool(&m->w, m->k % 2);
		return;
	case PRIM_DECIMAL:
		jw_raw(&m->w, arena_printf(m->a, "%u.50", m->k));
		return;
	case PRIM_INTEGER:
	case PRIM_POSITIVEINT:
	case PRIM_UNSIGNEDINT:
		jw_int(&m->w, m->k + 1);
		return;
	case PRIM_DATE:
	case PRIM_DATETIME:
		text = arena_printf(m->a, "20%02u-05-06", m->k);
		break;
	case PRIM_INSTANT:
		text = arena_printf(m->a, "20%02u-05-06T07:08:09.123Z", m->k);
		break;
	case PRIM_TIME:
		text = S("10:11:12");
		break;
	case PRIM_CANONICAL:
	case PRIM_OID:
	case PRIM_URI:
	case PRIM_URL:
	case PRIM_UUID:
		text = arena_printf(m->a, "http://example.org/%.*s/%u", STR_ARG(name_of(e->name)), m->k);
		break;
	case PRIM_CODE:
	case PRIM_STRING:
		text = b->count ? str_c(fhir_texts + fhir_codes[b->first + m->k % b->count].text)
		                : arena_printf(m->a, "%.*s-%u", STR_ARG(name_of(e->name)), m->k);
		break;
	case PRIM_NONE:
	case PRIM_BASE64BINARY:
	case PRIM_ID:
	case PRIM_MARKDOWN:
	case PRIM_XHTML:
		text = arena_printf(m->a, "x%u", m->k);
		break;
	}
	jw_str(&m->w, text);
}

static FhirType target_of(const FhirElement *e, unsigned k)
{
	static const FhirType any[] = {
		FT_PATIENT, FT_PRACTITIONER, FT_LOCATION, FT_RELATEDPERSON, FT_GROUP, FT_DEVICE
	};
	unsigned n = 0;
	for (unsigned round = 0; e->targets && round < 2; round++, k = n ? k % n : 0, n = 0)
		for (unsigned t = 1; t < FT_COUNT; t++)
			if (typeset_has(&fhir_targets[e->targets], (FhirType)t) && n++ == k && round)
				return (FhirType)t;
	return any[k % COUNT_OF(any)];
}

static void make_reference(Maker *m, const FhirElement *e)
{
	Str type = fhir_type_name(target_of(e, m->k));
	jw_object(&m->w);
	if (m->k % 7 == 6)
		JW_RAW(&m->w, "identifier", S("{\"system\":\"http://example.org/s\",\"value\":\"v\"}"));
	else
		JW_STR(&m->w, "reference", arena_printf(m->a, "%.*s/%u", STR_ARG(type), m->k));
	jw_end_object(&m->w);
}

static void make_one(Maker *m, const FhirElement *e)
{
	const FhirDef *d = &fhir_defs[e->def];
	if (d->kind == DEF_PRIMITIVE)
		make_primitive(m, d, e);
	else if (d->special == SPECIAL_REFERENCE)
		make_reference(m, e);
	else if (d->special == SPECIAL_SAMPLEDDATA)
		jw_raw(&m->w, S("{\"origin\":{\"value\":1.5,\"unit\":\"mV\"},\"period\":10,\"factor\":2,\"dimensions\":"
		                "1,\"data\":"
		                "\"1 E 5 U -3 L\"}"));
	else if (d->kind == DEF_ANY_RESOURCE)
		jw_raw(&m->w, m->k % 2 ? S("{\"resourceType\":\"Composition\",\"id\":\"c\"}")
		                       : S("{\"resourceType\":\"MessageHeader\",\"id\":\"m\"}"));
	else
		make_object(m, d);
}

/* Is it worth going into? Not into what has no parameters, nor twice into the same. */
static bool makes(const Maker *m, const FhirElement *e)
{
	const FhirDef *d = &fhir_defs[e->def];
	Str name = name_of(e->name);
	if (d->special == SPECIAL_EXTENSION || str_eq(name, S("contained")) || str_eq(name, S("implicitRules")))
		return false;
	if (d->kind == DEF_PRIMITIVE || d->special == SPECIAL_REFERENCE)
		return true;
	for (unsigned i = 0; i < m->depth; i++)
		if (m->on[i] == e->def)
			return false;
	return m->depth < LEVELS;
}

/* Of a choice, one form: the variants go round. */
static bool chosen(const Maker *m, const FhirDef *d, unsigned i)
{
	const FhirElement *e = &fhir_elements[d->first + i];
	unsigned before = 0, all = 0;
	for (unsigned k = 0; k < d->count; k++)
		if (fhir_elements[d->first + k].slot == e->slot) {
			before += k < i;
			all++;
		}
	return m->k % all == before;
}

static void make_object(Maker *m, const FhirDef *d)
{
	m->on[m->depth++] = (uint16_t)(d - fhir_defs);
	jw_object(&m->w);
	if (d->kind == DEF_RESOURCE)
		JW_STR(&m->w, "resourceType", name_of(d->name));
	for (unsigned i = 0; i < d->count; i++) {
		const FhirElement *e = &fhir_elements[d->first + i];
		if (!makes(m, e) || !chosen(m, d, i))
			continue;
		jw_key(&m->w, name_of(e->name));
		if (e->flags & EL_ARRAY) {
			jw_array(&m->w);
			make_one(m, e);
			jw_end_array(&m->w);
		} else {
			make_one(m, e);
		}
	}
	jw_end_object(&m->w);
	m->depth--;
}

/* --- lists of texts --- */
typedef struct Texts {
	Arena *a;
	Str list[2000];
	size_t n;
} Texts;

static void add_text(Texts *t, Str s)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->list[i], s))
			return;
	if (t->n < COUNT_OF(t->list))
		t->list[t->n++] = s;
}

static bool all_in(const Texts *some, const Texts *all)
{
	for (size_t i = 0; i < some->n; i++) {
		bool found = false;
		for (size_t k = 0; k < all->n && !found; k++)
			found = str_eq(some->list[i], all->list[k]);
		if (!found)
			return false;
	}
	return true;
}

/* --- what the expression yields, read by other expressions --- */
typedef struct Reader {
	ParamKind kind;
	const char *types; /* "|Coding|" */
	const char *expression;
	const FhirPath *path;
} Reader;
#define CODE "iif(system.exists(), system, '') + '|' + iif(code.exists(), code, '')"
static Reader readers[] = {
	{ PARAM_TOKEN, "|CodeableConcept|", "coding.where(system.exists() or code.exists()).select(" CODE ")", NULL },
	{ PARAM_TOKEN, "|Coding|", "where(system.exists() or code.exists()).select(" CODE ")", NULL },
	{ PARAM_TOKEN, "|Identifier|",
	  "where(system.exists() or value.exists()).select(iif(system.exists(), system, '') + '|' + "
	  "iif(value.exists(), value, "
	  "''))",
	  NULL },
	{ PARAM_TOKEN, "|ContactPoint|", "value.select('|' + $this)", NULL },
	{ PARAM_TOKEN, "|boolean|Boolean|code|string|id|uri|url|canonical|oid|uuid|markdown|", "'|' + toString()",
	  NULL },
	{ PARAM_STRING, "|HumanName|", "text.combine(family).combine(given).combine(prefix).combine(suffix)", NULL },
	{ PARAM_STRING, "|Address|",
	  "text.combine(line).combine(city).combine(district).combine(state).combine(postalCode).combine(country)",
	  NULL },
	{ PARAM_STRING, "|string|markdown|code|uri|id|", "$this", NULL },
	{ PARAM_URI, "|uri|url|canonical|oid|uuid|", "$this", NULL },
	/* the others: those that have a value, as they are */
	{ PARAM_DATE, "|date|dateTime|instant|", "$this", NULL },
	{ PARAM_DATE, "|Period|", "where(start.exists() or end.exists())", NULL },
	{ PARAM_DATE, "|Timing|", "where(event.exists() or repeat.bounds.start.exists() or repeat.bounds.end.exists())",
	  NULL },
	{ PARAM_REFERENCE, "|canonical|uri|url|", "$this", NULL },
	{ PARAM_REFERENCE, "|Reference|", "where(reference.exists() or identifier.value.exists())", NULL },
	{ PARAM_NUMBER, "|integer|decimal|positiveInt|unsignedInt|", "$this", NULL },
	{ PARAM_NUMBER, "|Range|", "where(low.value.exists() or high.value.exists())", NULL },
	{ PARAM_QUANTITY, "|Quantity|SimpleQuantity|Age|Count|Distance|Duration|MoneyQuantity|Money|",
	  "where(value.exists())", NULL },
	{ PARAM_QUANTITY, "|Range|", "where(low.value.exists() or high.value.exists())", NULL },
	{ PARAM_QUANTITY, "|SampledData|", "where(origin.value.exists() and data.exists())", NULL },
	{ PARAM_SPECIAL, "|BackboneElement|", "$this", NULL },
};

static const FhirPath *compile(Arena *a, const char *text)
{
	const FhirPath *p;
	FpError e;
	if (fhirpath_compile(a, str_c(text), &(FpOptions){ .as_filters = true }, &p, &e) != OK)
		fail_msg("%s: %s", text, e.message);
	return p;
}

/* A union drops equals: 1.0 g and 1.00 g are. */
static Str element_text(JVal v, Arena *a)
{
	double value;
	if (!json_double(JGET(v, "value"), &value))
		return json_compact(a, v);
	Str unit = JSTR(v, "unit", a), code = JSTR(v, "code", a);
	return arena_printf(a, "%g %.*s %.*s", value, STR_ARG(unit), STR_ARG(code));
}

static Str text_of(const FpItem *item, Arena *a)
{
	bool element = item->kind == FP_NODE && json_is(item->value, J_OBJECT);
	if (item->kind == FP_NODE && json_is(item->value, J_STRING))
		return json_str(item->value, a);
	return element ? element_text(item->value, a) : fhirpath_string(item, a);
}

static void read_item(const SearchParam *p, const FpItem *item, Texts *out)
{
	ParamKind kind = p->kind;
	Str type = fhirpath_type(item);
	char want[64];
	snprintf(want, sizeof want, "|%.*s|", STR_ARG(type));
	if (kind == PARAM_REFERENCE && item->kind == FP_NODE && fhir_type(type) != FT_NONE) {
		Str id = JSTR(item->value, "id", out->a);
		if (id.p && typeset_has(&p->targets, fhir_type(type))) /* a resource inside another */
			add_text(out, arena_join(out->a, type, S("/"), id, STR_END));
		return;
	}
	for (size_t i = 0; i < COUNT_OF(readers); i++) {
		FpCollection got;
		FpError e;
		if (readers[i].kind != kind || !strstr(readers[i].types, want))
			continue;
		if (fhirpath_eval_item(readers[i].path, NULL, item, out->a, &got, &e) != OK)
			fail_msg("%s: %s", readers[i].expression, e.message);
		for (size_t k = 0; k < got.count; k++)
			add_text(out, text_of(&got.items[k], out->a));
		return;
	}
}

/* --- what we read --- */
static void collect(void *ctx, const SearchValue *v)
{
	Texts *t = ctx;
	switch (v->param->kind) {
	case PARAM_TOKEN:
		if (v->code.p || v->has_system)
			add_text(t,
			         arena_join(t->a, v->has_system && !json_is(v->element, J_STRING) ? v->system : S(""),
			                    S("|"), v->code.p ? v->code : S(""), STR_END));
		return;
	case PARAM_STRING:
		if (!v->part)
			add_text(t, v->text);
		return;
	case PARAM_URI:
		add_text(t, v->code);
		return;
	case PARAM_REFERENCE:
		add_text(t, JGET(v->element, "resourceType").node ? v->reference
		            : json_is(v->element, J_STRING)       ? v->code
		                                                  : json_compact(t->a, v->element));
		return;
	case PARAM_DATE:
	case PARAM_NUMBER:
	case PARAM_QUANTITY:
	case PARAM_SPECIAL:
	case PARAM_COMPOSITE:
		add_text(t,
		         json_is(v->element, J_STRING) ? json_str(v->element, t->a) : element_text(v->element, t->a));
		return;
	}
}

/* --- comparing --- */
typedef struct Case {
	const FhirPath *path;
	const FhirPath *parts[SEARCH_PARTS];
	size_t values, wrong;
} Case;
static Case cases[4096];
static size_t mismatches;

static void compare(const SearchParam *p, const Texts *expected, const Texts *got, const char *where)
{
	Case *c = &cases[p->number];
	c->values += expected->n;
	if (all_in(expected, got) && all_in(got, expected))
		return;
	c->wrong++;
	if (mismatches++ > 20)
		return;
	print_message("%.*s.%.*s in %s: %.*s\n", STR_ARG(fhir_type_name(p->type)), STR_ARG(p->code), where,
	              STR_ARG(p->expression));
	for (size_t i = 0; i < expected->n && i < 5; i++)
		print_message("  expected %.*s\n", STR_ARG(str_upto(expected->list[i], 200)));
	for (size_t i = 0; i < got->n && i < 5; i++)
		print_message("  got %.*s\n", STR_ARG(str_upto(got->list[i], 200)));
}

static void evaluate(const FhirPath *path, const FpItem *item, JVal root, Arena *a, FpCollection *out)
{
	FpError e;
	FpContext c = {
		.resource = root, .type_of_reference = true, .steps = UINT64_C(1) << 40, .memory = UINT64_C(1) << 32
	};
	Err err = item ? fhirpath_eval_item(path, &c, item, a, out, &e) : fhirpath_eval(path, &c, root, a, out, &e);
	if (err != OK)
		fail_msg("%.*s: %s", STR_ARG(fhirpath_text(path)), e.message);
}

typedef struct Tuples {
	Tuple list[400];
	size_t n;
} Tuples;

static void collect_tuple(void *ctx, const Tuple *t)
{
	Tuples *all = ctx;
	if (all->n < COUNT_OF(all->list))
		all->list[all->n++] = *t;
}

/* The components inside each element, in the order of the elements. */
static void compare_composite(const SearchParam *p, JVal root, Arena *a, const char *where)
{
	static Tuples tuples;
	static Texts expected, got;
	FpCollection items;
	const SearchParam *of[SEARCH_PARTS];
	Case *c = &cases[p->number];
	size_t n = search_components(p, of);
	evaluate(c->path, NULL, root, a, &items);
	tuples.n = 0;
	path_tuples(p, root, a, collect_tuple, &tuples);
	for (size_t i = 0; i < items.count; i++) {
		const Tuple *t = NULL;
		for (size_t k = 0; k < tuples.n; k++)
			if (tuples.list[k].element.node == items.items[i].value.node)
				t = &tuples.list[k];
		for (size_t k = 0; k < n; k++) {
			FpCollection parts;
			expected = (Texts){ .a = a };
			got = (Texts){ .a = a };
			evaluate(c->parts[k], &items.items[i], root, a, &parts);
			for (size_t x = 0; x < parts.count; x++)
				read_item(of[k], &parts.items[x], &expected);
			if (t)
				tuple_values(t, k, a, collect, &got);
			compare(p, &expected, &got, where);
		}
	}
}

static void compare_all(JVal root, Arena *a, const char *where)
{
	static Texts expected, got;
	size_t n;
	FhirType type = fhir_type(JSTR(root, "resourceType", a));
	const SearchParam *const *list = type == FT_NONE ? NULL : search_params(type, &n);
	for (size_t i = 0; list && i < n; i++) {
		const SearchParam *p = list[i];
		FpCollection items;
		if (!cases[p->number].path)
			continue;
		if (p->kind == PARAM_COMPOSITE) {
			compare_composite(p, root, a, where);
			continue;
		}
		evaluate(cases[p->number].path, NULL, root, a, &items);
		expected = (Texts){ .a = a };
		got = (Texts){ .a = a };
		for (size_t k = 0; k < items.count; k++)
			read_item(p, &items.items[k], &expected);
		search_extract(p, root, a, collect, &got);
		compare(p, &expected, &got, where);
	}
}

/* --- the suite --- */
static void check_file(Arena *a, const char *dir, const char *name)
{
	compare_all(parse(a, read_file(a, dir, name)), a, name);
}

/* The components' expressions, from the official bundle of parameters. */
static void compile_components(Arena *a, const SearchParam *p, JVal published)
{
	size_t k = 0;
	for (JIter it = json_each(JGET(published, "component")); json_next(&it) && k < SEARCH_PARTS; k++) {
		Str text = JSTR(it.value, "expression", a);
		/* Published with its two expressions exchanged. */
		if (str_eq(p->code, S("relationship")) && p->type == FT_DOCUMENTREFERENCE)
			text = k ? S("code") : S("target");
		if (str_eq(text, S("value.as(DateTime) | value.as(Period)")))
			text = S("value.as(dateTime) | value.as(Period)");
		cases[p->number].parts[k] = compile(a, arena_cstr(a, text));
	}
}

static JVal published_composite(JVal bundle, const SearchParam *p, Arena *a)
{
	for (JIter it = json_each(JGET(bundle, "entry")); json_next(&it);) {
		JVal r = JGET(it.value, "resource");
		if (!json_str_is(JGET(r, "type"), S("composite")) || !json_str_is(JGET(r, "code"), p->code))
			continue;
		for (JIter b = json_each(JGET(r, "base")); json_next(&b);)
			if (json_str_is(b.value, fhir_type_name(p->type)))
				return r;
	}
	(void)a;
	return (JVal){ NULL, NULL };
}

static void compile_all(Arena *a, JVal bundle)
{
	for (size_t i = 0; i < COUNT_OF(readers); i++)
		readers[i].path = compile(a, readers[i].expression);
	for (unsigned t = 1; t < FT_COUNT; t++) {
		size_t n;
		const SearchParam *const *list = search_params((FhirType)t, &n);
		for (size_t i = 0; i < n; i++) {
			if (!list[i]->expression.n)
				continue;
			cases[list[i]->number].path = compile(a, arena_cstr(a, list[i]->expression));
			if (list[i]->kind == PARAM_COMPOSITE)
				compile_components(a, list[i], published_composite(bundle, list[i], a));
		}
	}
}

static void count_cases(bool examples)
{
	size_t passed = 0, failed = 0, skipped = 0;
	for (unsigned t = 1; t < FT_COUNT; t++) {
		size_t n;
		const SearchParam *const *list = search_params((FhirType)t, &n);
		for (size_t i = 0; i < n; i++) {
			const Case *c = &cases[list[i]->number];
			if (c->path && !c->values && !c->wrong)
				print_message("no value: %.*s.%.*s\n", STR_ARG(fhir_type_name(list[i]->type)),
				              STR_ARG(list[i]->code));
			failed += c->wrong != 0;
			skipped += !c->wrong && !c->values;
			passed += !c->wrong && c->values;
		}
	}
	print_message("search-parameters: %zu passed, %zu failed, %zu skipped\n", passed, failed, skipped);
	if (examples)
		conformance("search-parameters", passed, failed, skipped);
	assert_int_equal(failed, 0);
	/* No expression: _content and _query of each type, _text of all but Binary, Bundle and Parameters. */
	assert_int_equal(skipped, 3 * (FT_COUNT - 1) - 3);
}

static void all_parameters(void **state)
{
	(void)state;
	const char *dir = "node_modules/hl7.fhir.r4.examples";
	char path[200];
	Arena *a = arena_new(), *scratch = arena_new();
	snprintf(path, sizeof path, "%s/Bundle-searchParams.json", dir);
	if (access(path, R_OK) != 0) {
		print_message("the official examples are not there\n");
		skip();
	}
	compile_all(a, parse(a, read_file(a, dir, "Bundle-searchParams.json")));
	for (unsigned t = 1; t < FT_COUNT; t++)
		for (unsigned k = 0; k < VARIANTS; k++) {
			Buf b = buf_new(scratch, 4096, 0);
			Maker m = { .w = jw_new(&b), .a = scratch, .k = k };
			make_object(&m, &fhir_defs[t]);
			compare_all(parse(scratch, buf_str(&b)), scratch, "a made resource");
			arena_reset(scratch);
		}
	assert_true(each_json(dir, check_file) > 1000);
	count_cases(true);
	arena_free(scratch);
	arena_free(a);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_parameters) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
