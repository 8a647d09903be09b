/* What FHIR adds, and the list of all functions. Source: https://hl7.org/fhir/R4/fhirpath.html#functions */
#include "fhir/check.h"
#include "fhir/fhirpath/fp.h"

#define BASE "http://hl7.org/fhir/StructureDefinition/"

static Err one_text(FpEval *e, const FpExpr *x, bool *has, Str *out)
{
	FpCollection arg;
	TRY(fp_arg(e, x, 0, &arg));
	return fp_single_str(e, x, &arg, has, out);
}

static Err fn_extension(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	static const Str name = S_INIT("extension");
	Str url;
	bool has;
	TRY(one_text(e, x, &has, &url));
	for (size_t i = 0; has && i < in->count; i++) {
		FpCollection all = { NULL, 0, 0 };
		TRY(fp_member(e, &in->items[i], name, fhir_hash(name), &all));
		for (size_t k = 0; k < all.count; k++)
			if (json_str_is(JGET(all.items[k].value, "url"), url))
				fp_push(e, out, &all.items[k]);
	}
	return OK;
}

static Err fn_has_value(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	const FpItem *one = in->count == 1 ? &in->items[0] : NULL;
	bool has = one && (one->kind != FP_NODE || (fp_is_primitive(one) && one->value.node));
	if (str_eq(x->name, S("hasValue"))) {
		fp_push_bool(e, out, has);
	} else if (has) {
		FpItem v = fp_value(e->arena, one);
		fp_push(e, out, &v);
	}
	return OK;
}

/* --- resolve
 * ------------------------------------------------------------------------------------------------------------ */
static bool find_contained(FpEval *e, Str id, JVal *out)
{
	JVal root = e->c->root_resource;
	if (!id.n) {
		*out = root;
		return root.node != NULL;
	}
	for (JIter it = json_each(JGET(root, "contained")); json_next(&it);)
		if (json_str_is(JGET(it.value, "id"), id)) {
			*out = it.value;
			return true;
		}
	return false;
}

/* "Patient/1" in "http://x/Patient/1/_history/2", with or without what stands around it. */
static Str type_and_id(Str s)
{
	ptrdiff_t version = str_find(s, S("/_history/"));
	if (version >= 0)
		s.n = (size_t)version;
	size_t cuts = 0;
	for (size_t i = s.n; i; i--)
		if (s.p[i - 1] == '/' && ++cuts == 2)
			return str_from(s, i);
	return cuts ? s : (Str){ NULL, 0 };
}

static bool find_entry(FpEval *e, Str reference, JVal *out)
{
	Str local = str_find(reference, S(":")) >= 0 ? (Str){ NULL, 0 } : type_and_id(reference);
	for (JIter it = json_each(JGET(e->c->root_resource, "entry")); json_next(&it);) {
		JVal url = JGET(it.value, "fullUrl"), r = JGET(it.value, "resource");
		Str full = json_str(url, e->arena);
		bool same = json_str_is(url, reference) || (local.p && full.n > local.n && str_ends(full, local) &&
		                                            full.p[full.n - local.n - 1] == '/');
		if (same && json_is(r, J_OBJECT)) {
			*out = r;
			return true;
		}
	}
	return false;
}

static bool find_resource(FpEval *e, Str reference, JVal *out)
{
	if (str_starts(reference, S("#")))
		return find_contained(e, str_from(reference, 1), out);
	if (json_str_is(JGET(e->c->root_resource, "resourceType"), S("Bundle")) && find_entry(e, reference, out))
		return true;
	return e->c->resolve && e->c->resolve(e->c->arg, reference, e->arena, out);
}

static Err fn_resolve(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	(void)x;
	for (size_t i = 0; i < in->count; i++) {
		FpItem v = fp_value(e->arena, &in->items[i]);
		JVal found = { NULL, NULL };
		Str reference = v.kind == FP_STRING ? v.text : (Str){ NULL, 0 };
		if (v.kind == FP_NODE)
			reference = JSTR(v.value, "reference", e->arena);
		TRY(fp_step(e, 10));
		if (reference.n && find_resource(e, reference, &found)) {
			FpItem r = fp_root(found, (Str){ NULL, 0 });
			fp_push(e, out, &r);
		} else if (reference.n && e->c->type_of_reference) {
			Str type, local = type_and_id(reference);
			(void)str_cut(local, '/', &type);
			FpItem r = { .kind = FP_NODE, .def = (uint16_t)fhir_type(type) };
			if (r.def)
				fp_push(e, out, &r);
		}
	}
	return OK;
}

/* --- terminology
 * -------------------------------------------------------------------------------------------------------- */
static const FhirBinding *local_set(Str url)
{
	Str plain;
	(void)str_cut(url, '|', &plain);
	for (unsigned i = 1; i < fhir_binding_count; i++)
		if (fhir_bindings[i].kind == BIND_CODES && fhir_is(fhir_texts + fhir_bindings[i].name, plain))
			return &fhir_bindings[i];
	return NULL;
}

static int code_in(FpEval *e, Str set, Str system, Str code)
{
	int known = e->c->member_of ? e->c->member_of(e->c->arg, set, system, code) : -1;
	const FhirBinding *b = known < 0 ? local_set(set) : NULL;
	return b ? binding_has(b, system, code) : known;
}

static int coding_in(FpEval *e, Str set, JVal coding)
{
	return code_in(e, set, JSTR(coding, "system", e->arena), JSTR(coding, "code", e->arena));
}

static Err fn_member_of(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Str set;
	FpItem v;
	bool has, named;
	int result = 0;
	TRY(fp_single(e, x, in, &has, &v));
	TRY(one_text(e, x, &named, &set));
	if (!has || !named)
		return OK;
	if (v.kind == FP_STRING) {
		result = code_in(e, set, (Str){ NULL, 0 }, v.text);
	} else if (v.kind == FP_NODE && fhir_defs[v.def].special == SPECIAL_CODEABLECONCEPT) {
		for (JIter it = json_each(JGET(v.value, "coding")); json_next(&it) && result != 1;)
			result = coding_in(e, set, it.value);
	} else if (v.kind == FP_NODE && fhir_defs[v.def].special == SPECIAL_CODING) {
		result = coding_in(e, set, v.value);
	} else {
		return fp_fail(e, x, "memberOf() needs a code, Coding or CodeableConcept");
	}
	if (result < 0)
		return fp_fail(e, x, "the value set %.*s is not known", STR_ARG(str_clip(set, 90)));
	fp_push_bool(e, out, result);
	return OK;
}

/* Does any coding of a subsume any coding of b? -1: not known. */
static int subsumes(FpEval *e, JVal a, JVal b)
{
	int result = 0;
	JVal as = JGET(a, "coding"), bs = JGET(b, "coding");
	for (JIter i = json_each(as.node ? as : a); json_next(&i);)
		for (JIter j = json_each(bs.node ? bs : b); json_next(&j);) {
			Str system = JSTR(i.value, "system", e->arena), code = JSTR(i.value, "code", e->arena);
			if (!str_eq(system, JSTR(j.value, "system", e->arena)))
				continue;
			Str other = JSTR(j.value, "code", e->arena);
			int one = str_eq(code, other) ? 1
			          : e->c->subsumes    ? e->c->subsumes(e->c->arg, system, code, other)
			                              : -1;
			if (one == 1)
				return 1;
			result = one < 0 ? -1 : result;
		}
	return result;
}

static Err fn_subsumes(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpCollection arg;
	TRY(fp_arg(e, x, 0, &arg));
	if (!in->count || !arg.count)
		return OK;
	if (in->count > 1 || arg.count > 1 || !json_is(in->items[0].value, J_OBJECT) || in->items[0].kind != FP_NODE ||
	    arg.items[0].kind != FP_NODE)
		return fp_fail(e, x, "%.*s() needs a Coding or CodeableConcept on both sides", STR_ARG(x->name));
	bool up = str_eq(x->name, S("subsumes"));
	JVal a = in->items[0].value, b = arg.items[0].value;
	int result = subsumes(e, up ? a : b, up ? b : a);
	if (result < 0)
		return fp_fail(e, x, "the code system is not known here");
	fp_push_bool(e, out, result);
	return OK;
}

/* --- structure
 * ---------------------------------------------------------------------------------------------------------- */
static Err fn_conforms_to(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Str url, plain;
	bool has;
	TRY(one_text(e, x, &has, &url));
	if (!has || !in->count)
		return OK;
	if (in->count > 1)
		return fp_fail(e, x, "conformsTo() needs a single item and there are %zu", in->count);
	(void)str_cut(url, '|', &plain);
	Str name = str_starts(plain, S(BASE)) ? str_from(plain, sizeof BASE - 1) : S("");
	const FpItem *item = &in->items[0];
	FpType t = fp_type_named(S("FHIR"), name);
	int result = -1;
	if (t.known)
		result = fp_is(item, &t);
	else if (e->c->conforms_to && item->kind == FP_NODE)
		result = e->c->conforms_to(e->c->arg, url, item->value);
	if (result < 0)
		return fp_fail(e, x, "the profile %.*s is not known", STR_ARG(str_clip(url, 90)));
	fp_push_bool(e, out, result);
	return OK;
}

static Err fn_html_checks(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Str s;
	bool has;
	TRY(fp_single_str(e, x, in, &has, &s));
	TRY(fp_step(e, has ? s.n / 64 + 1 : 1));
	if (has)
		fp_push_bool(e, out, narrative_problem(s) == NULL);
	return OK;
}

/* The input, when it has no other modifier extensions than those named. */
static Err fn_check_modifiers(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	for (size_t i = 0; i < in->count; i++) {
		JIter it = json_each(JGET(fp_object(&in->items[i]), "modifierExtension"));
		while (json_next(&it)) {
			bool known = false;
			for (unsigned k = 0; k < x->argc && !known; k++) {
				FpCollection arg;
				Str url;
				bool has;
				TRY(fp_arg(e, x, k, &arg));
				TRY(fp_single_str(e, x, &arg, &has, &url));
				known = has && json_str_is(JGET(it.value, "url"), url);
			}
			if (!known)
				return fp_fail(e, x, "there is a modifier extension that is not understood");
		}
	}
	fp_append(e, out, in);
	return OK;
}

const FpFunction fp_functions_fhir[] = {
	{ S_INIT("extension"), 1, 1, 0, GIVES_ANY, fn_extension },
	{ S_INIT("hasValue"), 0, 0, 0, GIVES_BOOLEAN, fn_has_value },
	{ S_INIT("getValue"), 0, 0, 0, GIVES_ANY, fn_has_value },
	{ S_INIT("resolve"), 0, 0, 0, GIVES_ANY, fn_resolve },
	{ S_INIT("memberOf"), 1, 1, 0, GIVES_BOOLEAN, fn_member_of },
	{ S_INIT("subsumes"), 1, 1, 0, GIVES_BOOLEAN, fn_subsumes },
	{ S_INIT("subsumedBy"), 1, 1, 0, GIVES_BOOLEAN, fn_subsumes },
	{ S_INIT("conformsTo"), 1, 1, 0, GIVES_BOOLEAN, fn_conforms_to },
	{ S_INIT("htmlChecks"), 0, 0, 0, GIVES_BOOLEAN, fn_html_checks },
	{ S_INIT("checkModifiers"), 0, 16, 0, GIVES_INPUT, fn_check_modifiers },
	{ .handler = NULL },
};

const FpFunction *fp_function(Str name)
{
	static const FpFunction *const tables[] = { fp_functions_collection, fp_functions_text,   fp_functions_convert,
		                                    fp_functions_math,       fp_functions_encode, fp_functions_fhir };
	for (size_t t = 0; t < COUNT_OF(tables); t++)
		for (const FpFunction *f = tables[t]; f->handler; f++)
			if (str_eq(f->name, name))
				return f;
	return NULL;
}
