/* FHIRPath Patch. Source: https://hl7.org/fhir/R4/fhirpatch.html
 *
 * A path is evaluated on the document as the operations before it left it, and what it finds is looked up again in the
 * text: the member of an object it stands in, and its place when that is a list. A primitive has two members, `name`
 * and `_name`, which change together. */
#include "fhir/patch_edit.h"

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/tables.h"

typedef struct Value {
	Str main, more; /* JSON text of `name` and `_name`; absent: none */
} Value;

/* A member of an object, with all its values. */
typedef struct Member {
	JVal object;
	Str key;
	bool list;
	Value *values;
	size_t n;
} Member;

typedef struct Operation {
	Str type, path, name;
	JVal value; /* the part */
	int64_t index, source, destination;
	bool has_index, has_source, has_destination;
} Operation;

/* ---- members ---- */

static Str under(Arena *a, Str key)
{
	return arena_join(a, S("_"), key, STR_END);
}

static Str raw_at(JVal list, size_t i)
{
	JVal v = i < json_count(list) ? json_at(list, i) : (JVal){ NULL, NULL };
	return v.node && !json_is(v, J_NULL) ? json_raw(v) : STR_END;
}

/* spare: room for that many values more. */
static Member member_read(Patching *p, JVal object, Str key, size_t spare)
{
	JVal main = json_get(object, key), more = json_get(object, under(p->a, key));
	Member m = { .object = object, .key = key, .list = json_is(main, J_ARRAY) || json_is(more, J_ARRAY) };
	if (!m.list) {
		m.values = ARENA_ARRAY(p->a, Value, 1 + spare);
		m.n = main.node || more.node;
		m.values[0] = (Value){ main.node ? json_raw(main) : STR_END, more.node ? json_raw(more) : STR_END };
		return m;
	}
	m.n = json_count(main) > json_count(more) ? json_count(main) : json_count(more);
	m.values = ARENA_ARRAY(p->a, Value, m.n + 1 + spare);
	for (size_t i = 0; i < m.n; i++)
		m.values[i] = (Value){ raw_at(main, i), raw_at(more, i) };
	return m;
}

/* The text of one of the two members; absent: it is not to be there. */
static Str member_text(const Member *m, bool more, Arena *a)
{
	bool any = false;
	for (size_t i = 0; i < m->n; i++)
		any = any || (more ? m->values[i].more.p : m->values[i].main.p);
	if (!any)
		return STR_END;
	if (!m->list)
		return more ? m->values[0].more : m->values[0].main;
	Buf b = buf_new(a, 256, PATCH_WORK_MAX);
	for (size_t i = 0; i < m->n; i++) {
		Str text = more ? m->values[i].more : m->values[i].main;
		buf_byte(&b, i ? ',' : '[');
		buf_add(&b, text.p ? text : S("null"));
	}
	buf_byte(&b, ']');
	return b.full ? STR_END : buf_str(&b);
}

static void member_edit(const Member *m, Str key, Str text, Edit *edits, size_t *n)
{
	JVal old = json_get(m->object, key);
	if (!old.node && !text.p)
		return;
	Edit *e = &edits[(*n)++];
	*e = (Edit){ .kind = EDIT_REMOVE, .node = old.node, .key = key, .raw = text };
	if (!old.node) {
		e->kind = EDIT_APPEND;
		e->node = m->object.node;
	} else if (text.p) {
		e->kind = EDIT_REPLACE;
	}
}

/* key: the member's name from now on. */
static Err member_write(Patching *p, const Member *m, Str key)
{
	Edit edits[4];
	size_t n = 0;
	if (!str_eq(key, m->key)) {
		member_edit(m, m->key, STR_END, edits, &n);
		member_edit(m, under(p->a, m->key), STR_END, edits, &n);
	}
	member_edit(m, key, member_text(m, false, p->a), edits, &n);
	member_edit(m, under(p->a, key), member_text(m, true, p->a), edits, &n);
	return patching_edit(p, edits, n);
}

/* ---- what a path finds ---- */

typedef struct Spot {
	Member member;
	size_t index; /* in its values */
} Spot;

static Err evaluate(Patching *p, Str path, FpCollection *out)
{
	const FhirPath *compiled;
	FpContext context = { 0 };
	FpError why = { 0 };
	Err e = fhirpath_compile(p->a, path, NULL, &compiled, &why);
	if (e != OK)
		return patching_refuse(p, ERR_BAD_REQUEST, "the path is not FHIRPath: %s", why.message);
	e = fhirpath_eval(compiled, &context, p->doc, p->a, out, &why);
	if (e != OK)
		return patching_refuse(p, ERR_INVALID, "the path cannot be evaluated: %s", why.message);
	for (size_t i = 0; i < out->count; i++)
		if (out->items[i].kind != FP_NODE)
			return patching_refuse(p, ERR_INVALID,
			                       "the path gives a value that is no part of the resource");
	return OK;
}

static bool holds(JVal v, const JNode *node)
{
	return node >= v.node && node < v.node + v.node->span;
}

/* The member in which the node stands, as its value or one item of it. False for the root. */
static bool spot_of(Patching *p, const FpItem *item, size_t spare, Spot *out)
{
	const JNode *want = item->value.node ? item->value.node : item->sibling;
	JVal at = p->doc;
	if (!want || want == at.node)
		return false;
	for (;;) {
		JIter it = json_iter(at);
		while (json_next(&it) && !holds(it.value, want))
			;
		if (!it.value.node || !holds(it.value, want))
			return false;
		bool list = json_is(it.value, J_ARRAY) && it.value.node != want;
		if (it.value.node != want && !list) {
			at = it.value;
			continue;
		}
		JIter items = json_iter(it.value);
		while (list && json_next(&items) && !holds(items.value, want))
			;
		if (list && items.value.node != want) {
			at = items.value;
			continue;
		}
		Str key = str_starts(it.key, S("_")) ? str_from(it.key, 1) : it.key;
		*out = (Spot){ member_read(p, at, key, spare), list ? items.index : 0 };
		return true;
	}
}

static Err one_item(Patching *p, const Operation *op, FpItem *out, bool *found)
{
	FpCollection items = { 0 };
	TRY(evaluate(p, op->path, &items));
	*found = items.count == 1;
	if (items.count > 1)
		return patching_refuse(p, ERR_INVALID, "'%.*s' gives %zu elements, one was expected",
		                       STR_ARG(str_upto(op->path, 100)), items.count);
	if (*found)
		*out = items.items[0];
	return OK;
}

/* The list whose elements the path gives; spare as in member_read. */
static Err the_list(Patching *p, const Operation *op, size_t spare, Member *out)
{
	FpCollection items = { 0 };
	Spot spot;
	TRY(evaluate(p, op->path, &items));
	bool found = items.count && spot_of(p, &items.items[0], spare, &spot) && spot.member.list;
	if (!found || items.count != spot.member.n) {
		(void)patching_refuse(p, ERR_INVALID, "'%.*s' does not give the elements of one list",
		                      STR_ARG(str_upto(op->path, 100)));
		return ERR_INVALID;
	}
	*out = spot.member;
	return OK;
}

/* ---- values ---- */

/* The type's name at the end of valueQuantity; absent when the part has no value[x]. */
static Str value_of(JVal part, Arena *a, Value *out)
{
	for (JIter it = json_iter(part); json_next(&it);) {
		Str key = str_starts(it.key, S("_")) ? str_from(it.key, 1) : it.key;
		if (!str_starts(key, S("value")) || key.n == 5)
			continue;
		JVal main = json_get(part, key), more = json_get(part, under(a, key));
		*out = (Value){ main.node ? json_raw(main) : STR_END, more.node ? json_raw(more) : STR_END };
		return str_from(key, 5);
	}
	JVal resource = JGET(part, "resource");
	*out = (Value){ resource.node ? json_raw(resource) : STR_END, STR_END };
	return STR_END;
}

/* The member for an element called `name` ("value", "value[x]" or "valueQuantity" for a choice) with a value of type
 * `suffix`. el NULL: the definition is not known. */
static Err member_name(Patching *p, uint16_t def, Str name, Str suffix, Str *key, const FhirElement **el)
{
	const FhirDef *d = &fhir_defs[def];
	if (str_ends(name, S("[x]")))
		name.n -= 3;
	*key = name;
	*el = NULL;
	if (!def)
		return OK;
	*el = fhir_element(d, name);
	if (!*el && suffix.p) {
		*key = arena_join(p->a, name, suffix, STR_END);
		*el = fhir_element(d, *key);
	}
	return *el ? OK
	           : patching_refuse(p, ERR_INVALID, "%s has no element '%.*s' for such a value", fhir_names + d->name,
	                             STR_ARG(str_upto(name, 64)));
}

static Err built_value(Patching *p, JVal part, uint16_t def, Str *suffix, Value *out);

/* An element without a type of its own: its parts are its elements. */
static Err built_object(Patching *p, JVal parts, uint16_t def, Str *out)
{
	size_t n = json_count(parts), at = 0;
	Member *members = ARENA_ARRAY(p->a, Member, n + 1);
	Buf b = buf_new(p->a, 256, PATCH_WORK_MAX);
	for (JIter it = json_iter(parts); json_next(&it);) {
		Value v, named;
		Str key, name = JSTR(it.value, "name", p->a);
		const FhirElement *el;
		size_t i = 0;
		TRY(member_name(p, def, name, value_of(it.value, p->a, &named), &key, &el));
		Str suffix;
		TRY(built_value(p, it.value, el ? el->def : 0, &suffix, &v));
		while (i < at && !str_eq(members[i].key, key))
			i++;
		if (i == at)
			members[at++] = (Member){ .key = key,
				                  .list = el && (el->flags & EL_ARRAY),
				                  .values = ARENA_ARRAY(p->a, Value, n) };
		else if (!members[i].list)
			return patching_refuse(p, ERR_INVALID, "'%.*s' does not repeat", STR_ARG(str_upto(key, 64)));
		members[i].values[members[i].n++] = v;
	}
	for (size_t i = 0; i < 2 * at; i++) {
		Str text = member_text(&members[i / 2], i % 2, p->a);
		if (!text.p)
			continue;
		buf_add(&b, b.n ? S(",\"") : S("{\""));
		buf_add(&b, i % 2 ? S("_") : S(""));
		buf_add(&b, members[i / 2].key);
		BUF_LIT(&b, "\":");
		buf_add(&b, text);
	}
	buf_add(&b, b.n ? S("}") : S("{}"));
	*out = buf_str(&b);
	return OK;
}

/* def: of an element without a type of its own, for its parts. */
static Err built_value(Patching *p, JVal part, uint16_t def, Str *suffix, Value *out)
{
	JVal parts = JGET(part, "part");
	*suffix = value_of(part, p->a, out);
	if (out->main.p || out->more.p)
		return OK;
	if (!json_is(parts, J_ARRAY))
		return patching_refuse(p, ERR_BAD_REQUEST, "a part 'value' with a value was expected");
	return built_object(p, parts, def, &out->main);
}

/* ---- operations ---- */

/* To an element that is a primitive only id and extension can be added: those stand in its second member. */
static Err add_to_primitive(Patching *p, const Operation *op, const FpItem *item, Value v)
{
	Spot spot;
	bool list = str_eq(op->name, S("extension"));
	if ((!list && !str_eq(op->name, S("id"))) || !v.main.p || !spot_of(p, item, 0, &spot))
		return patching_refuse(p, ERR_INVALID, "a primitive element takes only 'id' and 'extension'");
	if (item->sibling) {
		Member m = member_read(p, (JVal){ p->doc.doc, item->sibling }, op->name, 1);
		m.list = list;
		m.values[m.n++] = v;
		return !list && m.n > 1 ? patching_refuse(p, ERR_INVALID, "'id' is there already")
		                        : member_write(p, &m, op->name);
	}
	spot.member.values[spot.index].more =
	    arena_join(p->a, S("{\""), op->name, list ? S("\":[") : S("\":"), v.main, list ? S("]}") : S("}"), STR_END);
	return member_write(p, &spot.member, spot.member.key);
}

static Err do_add(Patching *p, const Operation *op)
{
	FpItem item;
	bool found;
	Str key, suffix;
	Value v;
	const FhirElement *el;
	TRY(one_item(p, op, &item, &found));
	if (!found)
		return patching_refuse(p, ERR_INVALID, "there is nothing at '%.*s' to add to",
		                       STR_ARG(str_upto(op->path, 100)));
	if (!op->name.n)
		return patching_refuse(p, ERR_BAD_REQUEST, "'add' needs a part 'name'");
	if (!json_is(item.value, J_OBJECT)) {
		TRY(built_value(p, op->value, 0, &suffix, &v));
		return add_to_primitive(p, op, &item, v);
	}
	TRY(member_name(p, item.def, op->name, value_of(op->value, p->a, &v), &key, &el));
	TRY(built_value(p, op->value, el ? el->def : 0, &suffix, &v));
	Member m = member_read(p, item.value, key, 1);
	m.list = m.list || (el && (el->flags & EL_ARRAY));
	if (!m.list && m.n)
		return patching_refuse(p, ERR_INVALID, "'%.*s' is there already and does not repeat",
		                       STR_ARG(str_upto(key, 64)));
	m.values[m.n++] = v;
	return member_write(p, &m, key);
}

static Err do_insert(Patching *p, const Operation *op)
{
	Member m = { 0 };
	Value v;
	Str suffix;
	uint16_t def = 0;
	FpCollection items = { 0 };
	TRY(the_list(p, op, 1, &m));
	if (!op->has_index || op->index < 0 || (size_t)op->index > m.n)
		return patching_refuse(p, ERR_INVALID, "'index' would be from 0 to %zu", m.n);
	TRY(evaluate(p, op->path, &items));
	def = items.count ? items.items[0].def : 0;
	TRY(built_value(p, op->value, def, &suffix, &v));
	size_t at = (size_t)op->index;
	memmove(&m.values[at + 1], &m.values[at], (m.n - at) * sizeof *m.values);
	m.values[at] = v;
	m.n++;
	return member_write(p, &m, m.key);
}

static Err do_delete(Patching *p, const Operation *op)
{
	FpItem item;
	Spot spot;
	bool found;
	TRY(one_item(p, op, &item, &found));
	if (!found)
		return OK; /* what is not there need not be deleted */
	if (!spot_of(p, &item, 0, &spot))
		return patching_refuse(p, ERR_INVALID, "the resource itself cannot be deleted by a patch");
	Member *m = &spot.member;
	memmove(&m->values[spot.index], &m->values[spot.index + 1], (m->n - spot.index - 1) * sizeof *m->values);
	m->n--;
	return member_write(p, m, m->key);
}

/* "valueQuantity" becomes "valueString" when a string takes its place. */
static Str replaced_key(Patching *p, const FpItem *item, const Member *m, Str suffix)
{
	for (uint16_t d = 1; d < fhir_def_count && suffix.n && !m->list; d++) {
		const FhirElement *el = fhir_element(&fhir_defs[d], m->key);
		if (!el || !(el->flags & EL_CHOICE) || el->def != item->def)
			continue;
		Str base = str_c(fhir_names + el->base);
		Str key = arena_join(p->a, str_upto(base, base.n - 3), suffix, STR_END);
		if (fhir_element(&fhir_defs[d], key))
			return key;
	}
	return m->key;
}

static Err do_replace(Patching *p, const Operation *op)
{
	FpItem item;
	Spot spot;
	Value v;
	Str suffix;
	bool found;
	TRY(one_item(p, op, &item, &found));
	if (!found)
		return patching_refuse(p, ERR_INVALID, "there is nothing at '%.*s' to replace",
		                       STR_ARG(str_upto(op->path, 100)));
	if (!spot_of(p, &item, 0, &spot))
		return patching_refuse(p, ERR_INVALID, "the resource itself cannot be replaced by a patch");
	TRY(built_value(p, op->value, item.def, &suffix, &v));
	spot.member.values[spot.index] = v;
	return member_write(p, &spot.member, replaced_key(p, &item, &spot.member, suffix));
}

static Err do_move(Patching *p, const Operation *op)
{
	Member m = { 0 };
	TRY(the_list(p, op, 0, &m));
	if (!op->has_source || !op->has_destination || op->source < 0 || op->destination < 0 ||
	    (size_t)op->source >= m.n || (size_t)op->destination >= m.n)
		return patching_refuse(p, ERR_INVALID, "'source' and 'destination' would be from 0 to %zu", m.n - 1);
	size_t from = (size_t)op->source, to = (size_t)op->destination;
	Value moved = m.values[from];
	memmove(&m.values[from], &m.values[from + 1], (m.n - from - 1) * sizeof *m.values);
	memmove(&m.values[to + 1], &m.values[to], (m.n - 1 - to) * sizeof *m.values);
	m.values[to] = moved;
	return member_write(p, &m, m.key);
}

/* ---- reading the patch ---- */

static Operation read_operation(JVal parameter, Arena *a)
{
	Operation op = { 0 };
	for (JIter it = json_each(JGET(parameter, "part")); json_next(&it);) {
		JVal part = it.value, name = JGET(part, "name");
		JVal number = JGET(part, "valueInteger");
		if (!number.node)
			number = JGET(part, "valueUnsignedInt");
		if (json_str_is(name, S("type")))
			op.type =
			    JGET(part, "valueCode").node ? JSTR(part, "valueCode", a) : JSTR(part, "valueString", a);
		else if (json_str_is(name, S("path")))
			op.path = JSTR(part, "valueString", a);
		else if (json_str_is(name, S("name")))
			op.name = JSTR(part, "valueString", a);
		else if (json_str_is(name, S("value")))
			op.value = part;
		else if (json_str_is(name, S("index")))
			op.has_index = json_int(number, &op.index);
		else if (json_str_is(name, S("source")))
			op.has_source = json_int(number, &op.source);
		else if (json_str_is(name, S("destination")))
			op.has_destination = json_int(number, &op.destination);
	}
	return op;
}

static Err apply(Patching *p, JVal parameter)
{
	if (!json_str_is(JGET(parameter, "name"), S("operation")))
		return patching_refuse(p, ERR_BAD_REQUEST, "every parameter of a patch is called 'operation'");
	Operation op = read_operation(parameter, p->a);
	if (!op.type.p || !op.path.p)
		return patching_refuse(p, ERR_BAD_REQUEST,
		                       "the parts 'type' (a code) and 'path' (a string) are needed");
	if (str_eq(op.type, S("add")))
		return do_add(p, &op);
	if (str_eq(op.type, S("insert")))
		return do_insert(p, &op);
	if (str_eq(op.type, S("delete")))
		return do_delete(p, &op);
	if (str_eq(op.type, S("replace")))
		return do_replace(p, &op);
	if (str_eq(op.type, S("move")))
		return do_move(p, &op);
	return patching_refuse(p, ERR_BAD_REQUEST, "'type' would be add, insert, delete, replace or move, not '%.*s'",
	                       STR_ARG(str_upto(op.type, 40)));
}

Err patch_fhirpath(JVal resource, JVal parameters, Arena *a, Str *out, Outcome *o)
{
	Patching p = { .a = a, .o = o, .doc = resource, .text = json_raw(resource) };
	JVal list = JGET(parameters, "parameter");
	if (!json_str_is(JGET(parameters, "resourceType"), S("Parameters"))) {
		outcome_add(o, SEV_ERROR, S("structure"), STR_END, "A FHIRPath Patch is a Parameters resource.");
		return ERR_BAD_REQUEST;
	}
	if (json_count(list) > PATCH_OPS_MAX)
		return patching_refuse(&p, ERR_TOO_LARGE, "at most %d operations fit in one patch", PATCH_OPS_MAX);
	for (JIter it = json_iter(list); json_next(&it);) {
		p.at = it.index;
		TRY(apply(&p, it.value));
	}
	*out = patch_prune(p.doc, a);
	return OK;
}
