/* What an expression gives when only the presence of members is known: most invariants ask no more. Each choice of
 * present members is tried once, when the expression is compiled; at a check two bits tell the answer or that the
 * expression has to be evaluated. */
#include "fhir/fhirpath/fp.h"

typedef enum Known {
	KNOWN_EMPTY,
	KNOWN_FALSE,
	KNOWN_TRUE,
	KNOWN_SOME, /* one or more items, which is not known */
	KNOWN_THIS, /* the element itself */
	KNOWN_NOTHING,
} Known;

typedef struct Trial {
	FpPresence *p;
	unsigned present; /* bit i: p->names[i] is there */
	bool full;        /* too many names */
} Trial;

static Known known(Trial *t, const FpExpr *x);

static Known known_member(Trial *t, const FpExpr *x)
{
	Known left = x->left ? known(t, x->left) : KNOWN_THIS;
	if (left == KNOWN_EMPTY)
		return KNOWN_EMPTY;
	if (left != KNOWN_THIS)
		return KNOWN_NOTHING;
	if (!x->left && x->name.n && x->name.p[0] >= 'A' && x->name.p[0] <= 'Z')
		return KNOWN_THIS;
	unsigned i = 0;
	while (i < t->p->count && !str_eq(t->p->names[i], x->name))
		i++;
	if (i == FP_PRESENCE_MAX) {
		t->full = true;
		return KNOWN_NOTHING;
	}
	if (i == t->p->count)
		t->p->names[t->p->count++] = x->name;
	return t->present >> i & 1 ? KNOWN_SOME : KNOWN_EMPTY;
}

static Known truth(bool b)
{
	return b ? KNOWN_TRUE : KNOWN_FALSE;
}
static bool is_truth(Known k)
{
	return k == KNOWN_TRUE || k == KNOWN_FALSE;
}

static Known known_call(Trial *t, const FpExpr *x)
{
	/* These give nothing for nothing. */
	static const Str quiet[] = { S_INIT("where"),     S_INIT("select"),     S_INIT("ofType"),   S_INIT("as"),
		                     S_INIT("is"),        S_INIT("first"),      S_INIT("tail"),     S_INIT("matches"),
		                     S_INIT("resolve"),   S_INIT("startsWith"), S_INIT("contains"), S_INIT("substring"),
		                     S_INIT("toInteger"), S_INIT("toString"),   S_INIT("not") };
	Known in = x->left ? known(t, x->left) : KNOWN_THIS;
	bool none = in == KNOWN_EMPTY, some = !none && in != KNOWN_NOTHING;
	if (str_eq(x->fn->name, S("exists")))
		return none ? KNOWN_FALSE : some && !x->argc ? KNOWN_TRUE : KNOWN_NOTHING;
	if (str_eq(x->fn->name, S("empty")))
		return none ? KNOWN_TRUE : some ? KNOWN_FALSE : KNOWN_NOTHING;
	if (str_eq(x->fn->name, S("hasValue")))
		return none ? KNOWN_FALSE : KNOWN_NOTHING;
	if (str_eq(x->fn->name, S("all")) || str_eq(x->fn->name, S("isDistinct")))
		return none ? KNOWN_TRUE : KNOWN_NOTHING;
	if (str_eq(x->fn->name, S("trace")))
		return in;
	if (str_eq(x->fn->name, S("not")) && is_truth(in))
		return truth(in == KNOWN_FALSE);
	for (size_t i = 0; none && i < COUNT_OF(quiet); i++)
		if (str_eq(quiet[i], x->fn->name))
			return KNOWN_EMPTY;
	return KNOWN_NOTHING;
}

static Known known_or(Known a, Known b)
{
	if (a == KNOWN_TRUE || b == KNOWN_TRUE)
		return KNOWN_TRUE;
	if (a == KNOWN_FALSE && b == KNOWN_FALSE)
		return KNOWN_FALSE;
	bool sure = (is_truth(a) || a == KNOWN_EMPTY) && (is_truth(b) || b == KNOWN_EMPTY);
	return sure ? KNOWN_EMPTY : KNOWN_NOTHING;
}
static Known negated(Known a)
{
	return is_truth(a) ? truth(a == KNOWN_FALSE) : a;
}

static Known known_logic(Trial *t, const FpExpr *x)
{
	Known a = known(t, x->left), b = known(t, x->right);
	if (x->op == FPO_OR)
		return known_or(a, b);
	if (x->op == FPO_IMPLIES)
		return known_or(negated(a), b);
	if (x->op == FPO_AND)
		return negated(known_or(negated(a), negated(b)));
	if (a == KNOWN_EMPTY || b == KNOWN_EMPTY)
		return KNOWN_EMPTY;
	return is_truth(a) && is_truth(b) ? truth(a != b) : KNOWN_NOTHING;
}

/* Operators that give nothing when a side is nothing. */
static Known known_values(Trial *t, const FpExpr *x)
{
	Known a = known(t, x->left), b = known(t, x->right);
	if (a == KNOWN_EMPTY || b == KNOWN_EMPTY)
		return KNOWN_EMPTY;
	if (!is_truth(a) || !is_truth(b))
		return KNOWN_NOTHING;
	return x->op == FPO_EQUAL ? truth(a == b) : x->op == FPO_NOT_EQUAL ? truth(a != b) : KNOWN_NOTHING;
}

static Known known(Trial *t, const FpExpr *x)
{
	switch ((FpOp)x->op) {
	case FPO_MEMBER:
		return known_member(t, x);
	case FPO_CALL:
		return known_call(t, x);
	case FPO_THIS:
		return KNOWN_THIS;
	case FPO_EMPTY:
		return KNOWN_EMPTY;
	case FPO_LITERAL:
		return x->literal->kind == FP_BOOLEAN ? truth(x->literal->boolean) : KNOWN_SOME;
	case FPO_AND:
	case FPO_OR:
	case FPO_XOR:
	case FPO_IMPLIES:
		return known_logic(t, x);
	case FPO_EQUAL:
	case FPO_NOT_EQUAL:
	case FPO_LESS:
	case FPO_LESS_EQUAL:
	case FPO_GREATER:
	case FPO_GREATER_EQUAL:
		return known_values(t, x);
	case FPO_IN:
		return known(t, x->left) == KNOWN_EMPTY ? KNOWN_EMPTY : KNOWN_NOTHING;
	case FPO_IS:
	case FPO_AS:
		return known(t, x->left) == KNOWN_EMPTY ? KNOWN_EMPTY : KNOWN_NOTHING;
	case FPO_INDEX:
	case FPO_INDEX_VAR:
	case FPO_TOTAL:
	case FPO_VARIABLE:
	case FPO_NEGATE:
	case FPO_PLUS_SIGN:
	case FPO_MULTIPLY:
	case FPO_DIVIDE:
	case FPO_DIV:
	case FPO_MOD:
	case FPO_ADD:
	case FPO_SUBTRACT:
	case FPO_CONCAT:
	case FPO_UNION:
	case FPO_EQUIVALENT:
	case FPO_NOT_EQUIVALENT:
	case FPO_CONTAINS:
		break;
	}
	return KNOWN_NOTHING;
}

bool fhirpath_presence(const FhirPath *p, bool when_empty, FpPresence *out)
{
	*out = (FpPresence){ .count = 0 };
	Trial t = { .p = out };
	/* Which members are asked for can depend on which are there: until no new name comes. */
	for (unsigned before = 0, first = 1; first || before != out->count; first = 0) {
		before = out->count;
		for (t.present = 0; t.present < 1U << before && !t.full; t.present++)
			(void)known(&t, p->root);
	}
	for (t.present = 0; t.present < 1U << out->count && !t.full; t.present++) {
		Known k = known(&t, p->root);
		if (k == KNOWN_TRUE || (k == KNOWN_EMPTY && when_empty))
			out->is_true |= UINT64_C(1) << t.present;
		else if (k == KNOWN_FALSE || k == KNOWN_EMPTY)
			out->is_false |= UINT64_C(1) << t.present;
	}
	return !t.full && (out->is_true || out->is_false);
}
