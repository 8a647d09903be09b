/* Elements of resources as items. Source: https://hl7.org/fhir/R4/fhirpath.html, https://hl7.org/fhir/R4/json.html */
#include "fhir/fhirpath/fp.h"

static FpItem node(JVal v, const JNode *sibling, uint16_t def)
{
	FpItem item = { .kind = FP_NODE, .def = def, .value = v };
	item.sibling = sibling;
	if (def == fhir_def_any) {
		JVal type = JGET(v, "resourceType");
		item.def = json_is(type, J_STRING) && !type.node->escaped
		               ? fhir_def(str_n(v.doc->text.p + type.node->at, type.node->len))
		               : 0;
	}
	return item;
}

FpItem fp_root(JVal v, Str type)
{
	return node(v, NULL, type.p ? fhir_def(type) : fhir_def_any);
}

bool fp_is_primitive(const FpItem *item)
{
	return item->kind == FP_NODE &&
	       (item->def ? fhir_defs[item->def].kind == DEF_PRIMITIVE : !json_is(item->value, J_OBJECT));
}

JVal fp_object(const FpItem *item)
{
	if (item->kind != FP_NODE)
		return (JVal){ NULL, NULL };
	return json_is(item->value, J_OBJECT) ? item->value : (JVal){ item->value.doc, item->sibling };
}

static FpItem text_value(Arena *a, JVal v, Primitive p)
{
	static const uint8_t kinds[] = { [PRIM_DATE] = FP_DATE,
		                         [PRIM_DATETIME] = FP_DATETIME,
		                         [PRIM_INSTANT] = FP_DATETIME,
		                         [PRIM_TIME] = FP_TIME,
		                         [PRIM_XHTML] = 0 };
	FpItem item = { .kind = FP_STRING, .text = json_str(v, a) };
	FpMoment m;
	if (kinds[p] && moment_parse(item.text, (FpKind)kinds[p], &m))
		item = (FpItem){ .kind = kinds[p], .moment = m };
	return item;
}

static FpItem number_value(JVal v, Primitive p)
{
	FpItem item = { .kind = FP_NODE };
	int64_t i;
	Dec d;
	if (p != PRIM_DECIMAL && json_int(v, &i))
		item = (FpItem){ .kind = FP_INTEGER, .integer = i };
	else if (dec_parse(json_raw(v), &d))
		item = dec_item(d);
	return item;
}

/* FHIR.Quantity → System.Quantity: UCUM code, else the unit in words; NODE when there is no number. */
static FpItem quantity_value(Arena *a, const FpItem *q)
{
	FpItem n = number_value(JGET(q->value, "value"), PRIM_DECIMAL);
	if (n.kind != FP_DECIMAL || json_is(JGET(q->value, "comparator"), J_STRING))
		return *q;
	n.kind = FP_QUANTITY;
	Str code = JSTR(q->value, "code", a);
	n.unit = code.n ? code : JSTR(q->value, "unit", a);
	if (!n.unit.n)
		n.unit = S("1");
	return n;
}

FpItem fp_value(Arena *a, const FpItem *item)
{
	if (item->kind != FP_NODE)
		return *item;
	const FhirDef *d = &fhir_defs[item->def];
	FpItem v = *item;
	switch (json_kind(item->value)) {
	case J_TRUE:
	case J_FALSE:
		return (FpItem){ .kind = FP_BOOLEAN, .boolean = json_is(item->value, J_TRUE) };
	case J_NUMBER:
		v = number_value(item->value, (Primitive)d->primitive);
		return v.kind == FP_NODE ? *item : v;
	case J_STRING:
		return text_value(a, item->value, (Primitive)d->primitive);
	case J_OBJECT:
		return d->special == SPECIAL_QUANTITY ? quantity_value(a, item) : *item;
	case J_ABSENT:
	case J_NULL:
	case J_ARRAY:
		break;
	}
	return *item;
}

static void push_pair(FpEval *e, JVal v, JVal sibling, uint16_t def, FpCollection *out)
{
	bool has = v.node && !json_is(v, J_NULL), more = json_is(sibling, J_OBJECT);
	if (!has && !more)
		return;
	v.doc = v.doc ? v.doc : sibling.doc;
	if (!has)
		v.node = NULL;
	FpItem item = node(v, more ? sibling.node : NULL, def);
	fp_push(e, out, &item);
}

/* Every item of an element, `_name` beside it. */
static Err push_values(FpEval *e, JVal v, JVal sibling, uint16_t def, FpCollection *out)
{
	if (!json_is(v, J_ARRAY) && !json_is(sibling, J_ARRAY)) {
		push_pair(e, v, sibling, def, out);
		return OK;
	}
	size_t n = json_count(v), m = json_is(sibling, J_ARRAY) ? json_count(sibling) : 0;
	TRY(fp_step(e, n + m));
	JIter values = json_iter(v), siblings = json_iter(sibling);
	for (size_t i = 0; i < (n > m ? n : m); i++) {
		bool has = json_is(v, J_ARRAY) && json_next(&values), more = m && json_next(&siblings);
		push_pair(e, has ? values.value : (JVal){ v.doc, NULL }, more ? siblings.value : (JVal){ v.doc, NULL },
		          def, out);
	}
	return OK;
}

static JVal sibling_of(JVal object, Str name)
{
	char key[130] = "_";
	if (name.n > 128)
		return (JVal){ object.doc, NULL };
	memcpy(key + 1, name.p, name.n);
	return json_get(object, str_n(key, name.n + 1));
}

static const FhirElement *element_hashed(const FhirDef *d, Str name, uint32_t hash)
{
	const uint16_t *slots = fhir_slot + d->hash.first;
	for (uint32_t i = hash & d->hash.mask; slots[i]; i = (i + 1) & d->hash.mask) {
		const FhirElement *el = &fhir_elements[d->first + slots[i] - 1];
		if (fhir_is(fhir_names + el->name, name))
			return el;
	}
	return NULL;
}

/* Is the member `key` a choice that goes by name? "valueQuantity" for "value". */
static const FhirElement *choice(const FhirDef *d, Str key, Str name)
{
	if (key.n <= name.n || !str_starts(key, name) || key.p[name.n] < 'A' || key.p[name.n] > 'Z')
		return NULL;
	const FhirElement *el = fhir_element(d, key);
	if (!el || !(el->flags & EL_CHOICE))
		return NULL;
	const char *base = fhir_names + el->base;
	return memcmp(base, name.p, name.n) == 0 && strcmp(base + name.n, "[x]") == 0 ? el : NULL;
}

static Err choices(FpEval *e, const FhirDef *d, JVal object, Str name, FpCollection *out)
{
	for (JIter it = json_iter(object); json_next(&it);) {
		bool under = it.key.n && it.key.p[0] == '_';
		Str key = under ? str_from(it.key, 1) : it.key;
		const FhirElement *el = choice(d, key, name);
		if (!el || (under && json_get(object, key).node))
			continue;
		TRY(push_values(e, under ? (JVal){ object.doc, NULL } : it.value,
		                under ? it.value : sibling_of(object, key), el->def, out));
	}
	return OK;
}

Err fp_member(FpEval *e, const FpItem *item, Str name, uint32_t hash, FpCollection *out)
{
	if (item->kind == FP_TYPE) {
		if (str_eq(name, S("name")))
			fp_push_str(e, out, item->text);
		else if (str_eq(name, S("namespace")))
			fp_push_str(e, out, item->unit);
		return OK;
	}
	JVal object = fp_object(item);
	if (!object.node)
		return OK;
	const FhirDef *d = &fhir_defs[item->def];
	if (!item->def)
		return push_values(e, json_get(object, name), sibling_of(object, name), 0, out);
	const FhirElement *el = element_hashed(d, name, hash);
	if (!el)
		return choices(e, d, object, name, out);
	if (el->flags & EL_CHOICE)
		return OK;
	bool primitive = fhir_defs[el->def].kind == DEF_PRIMITIVE;
	return push_values(e, json_get(object, name), primitive ? sibling_of(object, name) : (JVal){ object.doc, NULL },
	                   el->def, out);
}

Err fp_children(FpEval *e, const FpItem *item, FpCollection *out)
{
	JVal object = fp_object(item);
	for (JIter it = json_iter(object); object.node && json_next(&it);) {
		TRY(fp_step(e, 1));
		bool under = it.key.n && it.key.p[0] == '_';
		Str key = under ? str_from(it.key, 1) : it.key;
		if (under && json_get(object, key).node)
			continue;
		const FhirElement *el = item->def ? fhir_element(&fhir_defs[item->def], key) : NULL;
		if (item->def && !el)
			continue;
		TRY(push_values(e, under ? (JVal){ object.doc, NULL } : it.value,
		                under ? it.value : sibling_of(object, key), el ? el->def : 0, out));
	}
	return OK;
}

FpItem fhirpath_item(JVal root, Str type)
{
	return fp_root(root, type);
}
