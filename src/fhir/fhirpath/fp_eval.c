/* Evaluation: a walk over the tree; each step gives a collection. Source: https://hl7.org/fhirpath/N1/ */
#include <stdarg.h>
#include <stdio.h>

#include "fhir/fhirpath/fp.h"

enum { EVAL_DEPTH = 1200 };

Err fp_step(FpEval *e, uint64_t n)
{
	if (e->steps < n) {
		e->steps = 0;
		return fp_error(e->error, FP_LIMIT, 0, "the evaluation takes too many steps");
	}
	e->steps -= n;
	if (arena_used(e->arena) > e->memory)
		return fp_error(e->error, FP_LIMIT, 0, "the evaluation takes too much memory");
	return OK;
}

Err fp_fail(FpEval *e, const FpExpr *x, const char *fmt, ...)
{
	char text[160];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return fp_error(e->error, FP_EXECUTION, x->at, "%s", text);
}

void fp_push(FpEval *e, FpCollection *c, const FpItem *item)
{
	if (c->count == c->cap) {
		FpItem copy = *item;
		size_t cap = c->cap ? c->cap * 2 : 2;
		c->items = c->cap ? arena_grow(e->arena, c->items, c->cap * sizeof *c->items, cap * sizeof *c->items)
		                  : arena_raw(e->arena, cap * sizeof *c->items);
		c->cap = cap;
		c->items[c->count++] = copy;
		return;
	}
	c->items[c->count++] = *item;
}

void fp_append(FpEval *e, FpCollection *c, const FpCollection *more)
{
	for (size_t i = 0; i < more->count; i++)
		fp_push(e, c, &more->items[i]);
}

void fp_push_bool(FpEval *e, FpCollection *c, bool b)
{
	fp_push(e, c, &(FpItem){ .kind = FP_BOOLEAN, .boolean = b });
}

void fp_push_int(FpEval *e, FpCollection *c, int64_t i)
{
	fp_push(e, c, &(FpItem){ .kind = FP_INTEGER, .integer = i });
}

void fp_push_str(FpEval *e, FpCollection *c, Str s)
{
	fp_push(e, c, &(FpItem){ .kind = FP_STRING, .text = s });
}

Err fp_single(FpEval *e, const FpExpr *x, const FpCollection *c, bool *has, FpItem *out)
{
	*has = false;
	if (!c->count)
		return OK;
	if (c->count > 1)
		return fp_fail(e, x, "a single item is needed and there are %zu", c->count);
	*out = fp_value(e->arena, &c->items[0]);
	*has = true;
	return OK;
}

Err fp_truth(FpEval *e, const FpExpr *x, const FpCollection *c, int *out)
{
	bool has;
	FpItem v;
	TRY(fp_single(e, x, c, &has, &v));
	*out = !has ? -1 : v.kind == FP_BOOLEAN ? v.boolean : 1;
	return OK;
}

Err fp_single_str(FpEval *e, const FpExpr *x, const FpCollection *c, bool *has, Str *out)
{
	FpItem v;
	TRY(fp_single(e, x, c, has, &v));
	if (!*has)
		return OK;
	if (v.kind == FP_NODE && fp_is_primitive(&v)) { /* extensions only */
		*has = false;
		return OK;
	}
	if (v.kind != FP_STRING)
		return fp_fail(e, x, "a String is needed, not %.*s", STR_ARG(fhirpath_type(&v)));
	*out = v.text;
	return OK;
}

Err fp_single_int(FpEval *e, const FpExpr *x, const FpCollection *c, bool *has, int64_t *out)
{
	FpItem v;
	TRY(fp_single(e, x, c, has, &v));
	if (!*has)
		return OK;
	if (v.kind != FP_INTEGER)
		return fp_fail(e, x, "an Integer is needed, not %.*s", STR_ARG(fhirpath_type(&v)));
	*out = v.integer;
	return OK;
}

Err fp_arg(FpEval *e, const FpExpr *x, unsigned i, FpCollection *out)
{
	*out = (FpCollection){ NULL, 0, 0 };
	return fp_eval(e, x->args[i], out);
}

Err fp_with(FpEval *e, const FpExpr *body, const FpItem *item, int64_t index, FpCollection *out)
{
	FpCollection focus = e->focus;
	int64_t outer = e->index;
	FpItem copy = *item;
	e->focus = (FpCollection){ &copy, 1, 1 };
	e->index = index;
	*out = (FpCollection){ NULL, 0, 0 };
	Err result = fp_eval(e, body, out);
	e->focus = focus;
	e->index = outer;
	return result;
}

static Err member(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection left = e->focus;
	bool first = !x->left;
	if (x->left) {
		left = (FpCollection){ NULL, 0, 0 };
		TRY(fp_eval(e, x->left, &left));
	}
	TRY(fp_step(e, left.count + 1));
	for (size_t i = 0; i < left.count; i++) {
		const FpItem *item = &left.items[i];
		/* At the start of a path the name may be the type of what we stand on: Patient.name. */
		if (first && item->kind == FP_NODE && item->def && x->name.n && x->name.p[0] >= 'A' &&
		    x->name.p[0] <= 'Z' && fp_def_is(item->def, x->name))
			fp_push(e, out, item);
		else
			TRY(fp_member(e, item, x->name, x->hash, out));
	}
	return OK;
}

static Err call(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection in = e->focus;
	if (x->left) {
		in = (FpCollection){ NULL, 0, 0 };
		TRY(fp_eval(e, x->left, &in));
	}
	TRY(fp_step(e, in.count + 1));
	return x->fn->handler(e, x, &in, out);
}

static Err item_at(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection left = { NULL, 0, 0 }, index = { NULL, 0, 0 };
	bool has;
	int64_t i = 0;
	TRY(fp_eval(e, x->left, &left));
	TRY(fp_eval(e, x->right, &index));
	TRY(fp_single_int(e, x, &index, &has, &i));
	if (has && i >= 0 && (uint64_t)i < left.count)
		fp_push(e, out, &left.items[i]);
	return OK;
}

static void push_root(FpEval *e, JVal v, FpCollection *out)
{
	FpItem item = fp_root(v, (Str){ NULL, 0 });
	if (v.node)
		fp_push(e, out, &item);
}

static Err variable(FpEval *e, const FpExpr *x, FpCollection *out)
{
	static const struct {
		Str name, value;
	} known[] = { { S_INIT("sct"), S_INIT("http://snomed.info/sct") },
		      { S_INIT("loinc"), S_INIT("http://loinc.org") },
		      { S_INIT("ucum"), S_INIT("http://unitsofmeasure.org") } };
	const FpContext *c = e->c;
	for (size_t i = 0; i < c->variable_count; i++)
		if (str_eq(c->variables[i].name, x->name)) {
			fp_append(e, out, &c->variables[i].value);
			return OK;
		}
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(known[i].name, x->name)) {
			fp_push_str(e, out, known[i].value);
			return OK;
		}
	if (str_eq(x->name, S("resource"))) {
		push_root(e, c->resource, out);
	} else if (str_eq(x->name, S("rootResource"))) {
		push_root(e, c->root_resource, out);
	} else if (str_eq(x->name, S("context"))) {
		if (e->has_context)
			fp_push(e, out, &e->context);
	} else if (str_starts(x->name, S("vs-"))) {
		fp_push_str(e, out,
		            arena_join(e->arena, S("http://hl7.org/fhir/ValueSet/"), str_from(x->name, 3), STR_END));
	} else if (str_starts(x->name, S("ext-"))) {
		fp_push_str(
		    e, out,
		    arena_join(e->arena, S("http://hl7.org/fhir/StructureDefinition/"), str_from(x->name, 4), STR_END));
	} else {
		return fp_fail(e, x, "there is no variable %%%.*s", STR_ARG(str_clip(x->name, 60)));
	}
	return OK;
}

static Err eval_op(FpEval *e, const FpExpr *x, FpCollection *out)
{
	switch ((FpOp)x->op) {
	case FPO_LITERAL:
		fp_push(e, out, x->literal);
		return OK;
	case FPO_EMPTY:
		return OK;
	case FPO_MEMBER:
		return member(e, x, out);
	case FPO_CALL:
		return call(e, x, out);
	case FPO_INDEX:
		return item_at(e, x, out);
	case FPO_THIS:
		fp_append(e, out, &e->focus);
		return OK;
	case FPO_INDEX_VAR:
		if (e->index >= 0)
			fp_push_int(e, out, e->index);
		return OK;
	case FPO_TOTAL:
		fp_append(e, out, &e->total);
		return OK;
	case FPO_VARIABLE:
		return variable(e, x, out);
	case FPO_NEGATE:
	case FPO_PLUS_SIGN:
	case FPO_IS:
	case FPO_AS:
	case FPO_MULTIPLY:
	case FPO_DIVIDE:
	case FPO_DIV:
	case FPO_MOD:
	case FPO_ADD:
	case FPO_SUBTRACT:
	case FPO_CONCAT:
	case FPO_UNION:
	case FPO_LESS:
	case FPO_LESS_EQUAL:
	case FPO_GREATER:
	case FPO_GREATER_EQUAL:
	case FPO_EQUAL:
	case FPO_NOT_EQUAL:
	case FPO_EQUIVALENT:
	case FPO_NOT_EQUIVALENT:
	case FPO_IN:
	case FPO_CONTAINS:
	case FPO_AND:
	case FPO_OR:
	case FPO_XOR:
	case FPO_IMPLIES:
		break;
	}
	return fp_operator(e, x, out);
}

Err fp_eval(FpEval *e, const FpExpr *x, FpCollection *out)
{
	TRY(fp_step(e, 1));
	if (++e->depth > EVAL_DEPTH)
		return fp_error(e->error, FP_LIMIT, x->at, "the evaluation nests too deep");
	Err result = eval_op(e, x, out);
	e->depth--;
	return result;
}

Err fhirpath_eval_item(const FhirPath *p, const FpContext *c, const FpItem *item, Arena *a, FpCollection *out,
                       FpError *error)
{
	FpContext own = c ? *c : (FpContext){ .now = 0 };
	bool resource = item && item->kind == FP_NODE && item->def &&
	                (fhir_defs[item->def].kind == DEF_RESOURCE || fhir_defs[item->def].kind == DEF_ANY_RESOURCE);
	if (!own.resource.node && resource)
		own.resource = item->value;
	if (!own.root_resource.node)
		own.root_resource = own.resource;
	FpEval e = { .c = &own, .arena = a, .error = error, .steps = own.steps ? own.steps : FP_STEPS, .index = -1 };
	e.memory = arena_used(a) + (own.memory ? own.memory : FP_MEMORY);
	e.now = own.now;
	e.as_filters = p->as_filters;
	FpItem copy;
	if (item) {
		copy = e.context = *item;
		e.has_context = true;
		e.focus = (FpCollection){ &copy, 1, 1 };
	}
	FpCollection result = { NULL, 0, 0 };
	TRY(fp_eval(&e, p->root, &result));
	*out = result;
	return OK;
}

Err fhirpath_eval(const FhirPath *p, const FpContext *c, JVal root, Arena *a, FpCollection *out, FpError *error)
{
	FpItem item = fp_root(root, c ? c->type : (Str){ NULL, 0 });
	return fhirpath_eval_item(p, c, root.node ? &item : NULL, a, out, error);
}

Err fhirpath_bool(const FhirPath *p, const FpContext *c, const FpItem *item, bool when_empty, Arena *scratch, bool *out,
                  FpError *error)
{
	FpCollection got;
	TRY(fhirpath_eval_item(p, c, item, scratch, &got, error));
	FpItem v = { .kind = FP_BOOLEAN, .boolean = when_empty };
	if (got.count > 1)
		return fp_error(error, FP_EXECUTION, 0, "a boolean is needed and there are %zu items", got.count);
	if (got.count)
		v = fp_value(scratch, &got.items[0]);
	*out = v.kind == FP_BOOLEAN ? v.boolean : true;
	return OK;
}
