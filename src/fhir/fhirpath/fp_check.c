/* Names and types before anything runs: what each part may be, as far as the definitions say. What cannot be known is
 * ST_ANY and passes. */
#include "fhir/fhirpath/fp.h"

typedef enum StaticKind {
	ST_ANY,
	ST_EMPTY,
	ST_SYSTEM, /* kind */
	ST_DEF,    /* def */
	ST_CHOICE, /* def, name: value[x] of it */
} StaticKind;

typedef struct Static {
	uint8_t what; /* StaticKind */
	uint8_t kind; /* FpKind */
	uint16_t def;
	bool mixed; /* has no order */
	Str name;
} Static;

typedef struct Checker {
	Static focus, total;
	bool order;
	FpError *error;
} Checker;

static Err check(Checker *c, const FpExpr *x, Static *out);

static Static of_system(FpKind kind)
{
	return (Static){ .what = ST_SYSTEM, .kind = (uint8_t)kind };
}

static Static of_def(uint16_t def)
{
	if (!def || fhir_defs[def].kind == DEF_ANY_RESOURCE)
		return (Static){ .what = ST_ANY };
	return (Static){ .what = ST_DEF, .def = def };
}

static bool is_choice(const FhirElement *el, Str name)
{
	const char *base = fhir_names + el->base;
	return el->flags & EL_CHOICE && strlen(base) == name.n + 3 && memcmp(base, name.p, name.n) == 0;
}

/* The element `name` of a definition; false when it has none. */
static bool element_of(uint16_t def, Str name, Static *out)
{
	const FhirDef *d = &fhir_defs[def];
	const FhirElement *el = fhir_element(d, name);
	if (el && !(el->flags & EL_CHOICE)) {
		*out = of_def(el->def);
		return true;
	}
	for (unsigned i = 0; i < d->count; i++)
		if (is_choice(&fhir_elements[d->first + i], name)) {
			*out = (Static){ .what = ST_CHOICE, .def = def, .name = name };
			return true;
		}
	return false;
}

/* Of a choice: the member of any of its types. */
static bool element_of_choice(const Static *choice, Str name, Static *out)
{
	const FhirDef *d = &fhir_defs[choice->def];
	bool found = false;
	for (unsigned i = 0; i < d->count; i++) {
		const FhirElement *el = &fhir_elements[d->first + i];
		Static one;
		if (!is_choice(el, choice->name) || !element_of(el->def, name, &one))
			continue;
		if (found && (one.what != out->what || one.def != out->def)) {
			*out = (Static){ .what = ST_ANY };
			return true;
		}
		*out = one;
		found = true;
	}
	return found;
}

static Err check_member(Checker *c, const FpExpr *x, Static *out)
{
	Static left = c->focus;
	bool found = true;
	if (x->left)
		TRY(check(c, x->left, &left));
	*out = (Static){ .what = ST_ANY };
	if (left.what == ST_DEF && !x->left && fp_def_is(left.def, x->name))
		*out = left;
	else if (left.what == ST_DEF)
		found = element_of(left.def, x->name, out);
	else if (left.what == ST_CHOICE)
		found = element_of_choice(&left, x->name, out);
	else if (left.what == ST_EMPTY)
		*out = left;
	out->mixed = left.mixed;
	if (found)
		return OK;
	return fp_error(c->error, FP_SEMANTIC, x->at, "%s has no element '%.*s'", fhir_names + fhir_defs[left.def].name,
	                STR_ARG(str_clip(x->name, 60)));
}

static Static of_type(const FpType *t)
{
	return t->def ? of_def(t->def) : (Static){ .what = ST_ANY };
}

static bool is_complex(const Static *s)
{
	return s->what == ST_DEF && fhir_defs[s->def].kind != DEF_PRIMITIVE;
}

static Static gives(const FpExpr *x, const Static *in, const Static *arg)
{
	switch ((FpGives)x->fn->gives) {
	case GIVES_INPUT:
		return *in;
	case GIVES_BOOLEAN:
		return of_system(FP_BOOLEAN);
	case GIVES_INTEGER:
		return of_system(FP_INTEGER);
	case GIVES_STRING:
		return of_system(FP_STRING);
	case GIVES_ARG:
		return *arg;
	case GIVES_TYPE:
		return of_type(x->type);
	case GIVES_ANY:
		break;
	}
	return (Static){ .what = ST_ANY };
}

static Err check_condition(Checker *c, const FpExpr *x, const Static *s)
{
	if (str_eq(x->name, S("iif")) && s->what == ST_SYSTEM && s->kind != FP_BOOLEAN)
		return fp_error(c->error, FP_SEMANTIC, x->args[0]->at, "the condition of iif() is no boolean");
	return OK;
}

static Err check_arguments(Checker *c, const FpExpr *x, const Static *in, Static *first)
{
	Static outer = c->focus;
	*first = (Static){ .what = ST_ANY };
	if (x->fn->flags & FNF_TYPE)
		return OK;
	/* iif() without an input and trace()'s name stand in the outer focus; a repeated body is applied to what it
	 * gave. */
	if (x->fn->flags & FNF_LAMBDA && (x->left || !str_eq(x->name, S("iif"))))
		c->focus = *in;
	if (str_eq(x->name, S("repeat")) || str_eq(x->name, S("aggregate")))
		c->focus.what = c->focus.what == ST_ANY || str_eq(x->name, S("repeat")) ? ST_ANY : c->focus.what;
	Err e = OK;
	for (unsigned i = 0; i < x->argc && e == OK; i++) {
		Static s;
		e = check(c, x->args[i], &s);
		if (e == OK && i == 0) {
			*first = s;
			e = check_condition(c, x, &s);
		}
	}
	c->focus = outer;
	return e;
}

static Err check_call(Checker *c, const FpExpr *x, Static *out)
{
	Static in = c->focus, first;
	if (x->left)
		TRY(check(c, x->left, &in));
	if (x->fn->flags & FNF_STRING && is_complex(&in) && x->name.p[0] != 'j')
		return fp_error(c->error, FP_SEMANTIC, x->at, "%.*s() needs a string, not %s", STR_ARG(x->name),
		                fhir_names + fhir_defs[in.def].name);
	if (x->fn->flags & FNF_ORDER && in.mixed && c->order)
		return fp_error(c->error, FP_SEMANTIC, x->at, "%.*s() needs an order and its input has none",
		                STR_ARG(x->name));
	TRY(check_arguments(c, x, &in, &first));
	*out = gives(x, &in, &first);
	out->mixed = in.mixed || x->fn->flags & FNF_MIXES;
	return OK;
}

static bool is_moment(const Static *s)
{
	if (s->what == ST_DEF) {
		Primitive p = (Primitive)fhir_defs[s->def].primitive;
		return p == PRIM_DATE || p == PRIM_DATETIME || p == PRIM_INSTANT || p == PRIM_TIME;
	}
	return s->what == ST_SYSTEM && (s->kind == FP_DATE || s->kind == FP_DATETIME || s->kind == FP_TIME);
}

static bool is_number(const Static *s)
{
	return s->what == ST_SYSTEM && (s->kind == FP_INTEGER || s->kind == FP_DECIMAL);
}

static Err check_operator(Checker *c, const FpExpr *x, Static *out)
{
	Static left = { .what = ST_ANY }, right = { .what = ST_ANY };
	TRY(check(c, x->left, &left));
	if (x->right)
		TRY(check(c, x->right, &right));
	*out = (Static){ .what = ST_ANY };
	bool sum = x->op == FPO_ADD || x->op == FPO_SUBTRACT;
	if (sum && is_moment(&left) && is_number(&right))
		return fp_error(c->error, FP_SEMANTIC, x->at, "a date or time and a number do not add up; give a unit");
	if (x->op >= FPO_LESS || x->op == FPO_IS)
		*out = of_system(FP_BOOLEAN);
	else if (x->op == FPO_AS)
		*out = of_type(x->type);
	else if (x->op == FPO_CONCAT)
		*out = of_system(FP_STRING);
	else if (x->op == FPO_NEGATE || x->op == FPO_PLUS_SIGN)
		*out = left;
	else if (left.what == right.what && left.what == ST_SYSTEM && left.kind == right.kind && x->op != FPO_DIVIDE)
		*out = left;
	else if (x->op == FPO_UNION && left.what == ST_DEF && right.what == ST_DEF && left.def == right.def)
		*out = left;
	out->mixed = x->op == FPO_UNION || left.mixed;
	return OK;
}

static Err check(Checker *c, const FpExpr *x, Static *out)
{
	*out = (Static){ .what = ST_ANY };
	switch ((FpOp)x->op) {
	case FPO_LITERAL:
		*out = of_system((FpKind)x->literal->kind);
		return OK;
	case FPO_EMPTY:
		out->what = ST_EMPTY;
		return OK;
	case FPO_MEMBER:
		return check_member(c, x, out);
	case FPO_CALL:
		return check_call(c, x, out);
	case FPO_INDEX: {
		Static index;
		TRY(check(c, x->left, out));
		if (out->mixed && c->order)
			return fp_error(c->error, FP_SEMANTIC, x->at, "an index needs an order and its input has none");
		return check(c, x->right, &index);
	}
	case FPO_THIS:
		*out = c->focus;
		return OK;
	case FPO_INDEX_VAR:
		*out = of_system(FP_INTEGER);
		return OK;
	case FPO_TOTAL:
	case FPO_VARIABLE:
		return OK;
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
	return check_operator(c, x, out);
}

Err fp_check(const FpExpr *x, const FpOptions *options, FpError *error)
{
	uint16_t def = fhir_def(options->type);
	FpType t = fp_type_named(S("FHIR"), options->type);
	Checker c = { .focus = of_def(def), .order = options->check_order, .error = error };
	Static result;
	if (!t.known)
		return fp_error(error, FP_SEMANTIC, 0, "there is no type '%.*s'", STR_ARG(str_clip(options->type, 60)));
	return check(&c, x, &result);
}
