/* Operators. Source: https://hl7.org/fhirpath/N1/#operations */
#include "fhir/fhirpath/fp.h"

static Err both(FpEval *e, const FpExpr *x, FpCollection *left, FpCollection *right)
{
	*left = *right = (FpCollection){ NULL, 0, 0 };
	TRY(fp_eval(e, x->left, left));
	return fp_eval(e, x->right, right);
}

/* --- equality of collections ------------------------------------------------------------------------------------- */
static Err equal(FpEval *e, const FpCollection *a, const FpCollection *b, int *out)
{
	int all = 1;
	*out = -1;
	if (!a->count || !b->count)
		return OK;
	*out = 0;
	if (a->count != b->count)
		return OK;
	for (size_t i = 0; i < a->count && all; i++) {
		TRY(fp_step(e, 1));
		int one = fp_equal(e, &a->items[i], &b->items[i]);
		all = one == 0 ? 0 : one < 0 ? -1 : all;
	}
	*out = all;
	return OK;
}

/* In any order: each item on the left has its own on the right. */
static Err equivalent(FpEval *e, const FpCollection *a, const FpCollection *b, bool *out)
{
	*out = false;
	if (a->count != b->count)
		return OK;
	bool *used = ARENA_ARRAY(e->arena, bool, b->count + 1);
	for (size_t i = 0; i < a->count; i++) {
		size_t j = 0;
		while (j < b->count && (used[j] || !fp_equivalent(e, &a->items[i], &b->items[j])))
			j++;
		TRY(fp_step(e, j + 1));
		if (j == b->count)
			return OK;
		used[j] = true;
	}
	*out = true;
	return OK;
}

static Err equality(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection a, b;
	int eq;
	bool same;
	TRY(both(e, x, &a, &b));
	if (x->op == FPO_EQUAL || x->op == FPO_NOT_EQUAL) {
		TRY(equal(e, &a, &b, &eq));
		if (eq >= 0)
			fp_push_bool(e, out, eq == (x->op == FPO_EQUAL));
		return OK;
	}
	TRY(equivalent(e, &a, &b, &same));
	fp_push_bool(e, out, same == (x->op == FPO_EQUIVALENT));
	return OK;
}

static Err order(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection a, b;
	FpItem p, q;
	bool has, also, known;
	int cmp = 0;
	TRY(both(e, x, &a, &b));
	TRY(fp_single(e, x, &a, &has, &p));
	TRY(fp_single(e, x, &b, &also, &q));
	if (!has || !also)
		return OK;
	TRY(fp_compare(e, x, &p, &q, &known, &cmp));
	if (!known)
		return OK;
	fp_push_bool(e, out,
	             x->op == FPO_LESS         ? cmp < 0
	             : x->op == FPO_LESS_EQUAL ? cmp <= 0
	             : x->op == FPO_GREATER    ? cmp > 0
	                                       : cmp >= 0);
	return OK;
}

/* --- logic ---------------------------------------------------------------------------------------------------------
 */
static int logic_of(FpOp op, int a, int b)
{
	if (op == FPO_AND)
		return a == 0 || b == 0 ? 0 : a < 0 || b < 0 ? -1 : 1;
	if (op == FPO_OR)
		return a == 1 || b == 1 ? 1 : a < 0 || b < 0 ? -1 : 0;
	if (op == FPO_XOR)
		return a < 0 || b < 0 ? -1 : a != b;
	return a == 0 || b == 1 ? 1 : a < 0 || b < 0 ? -1 : 0;
}

static Err logic(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection left = { NULL, 0, 0 }, right = { NULL, 0, 0 };
	int a, b;
	TRY(fp_eval(e, x->left, &left));
	TRY(fp_truth(e, x, &left, &a));
	/* What is decided by the left side needs no right side. */
	if ((x->op == FPO_AND && a == 0) || (x->op == FPO_OR && a == 1) || (x->op == FPO_IMPLIES && a == 0)) {
		fp_push_bool(e, out, x->op != FPO_AND);
		return OK;
	}
	TRY(fp_eval(e, x->right, &right));
	TRY(fp_truth(e, x, &right, &b));
	int r = logic_of((FpOp)x->op, a, b);
	if (r >= 0)
		fp_push_bool(e, out, r == 1);
	return OK;
}

/* --- arithmetic
 * -------------------------------------------------------------------------------------------------------- */
static bool is_number(const FpItem *i)
{
	return i->kind == FP_INTEGER || i->kind == FP_DECIMAL;
}

static void push_dec(FpEval *e, Dec d, bool whole, FpCollection *out)
{
	FpItem item = dec_item(d);
	if (whole) {
		if (d.v > INT64_MAX || d.v < INT64_MIN)
			return;
		item = (FpItem){ .kind = FP_INTEGER, .integer = (int64_t)d.v };
	}
	fp_push(e, out, &item);
}

static Err numbers(FpEval *e, const FpExpr *x, const FpItem *p, const FpItem *q, FpCollection *out)
{
	Dec a = dec_of(p), b = dec_of(q), r, rest;
	bool whole = p->kind == FP_INTEGER && q->kind == FP_INTEGER, good = false;
	if (x->op == FPO_ADD || x->op == FPO_SUBTRACT)
		good = dec_add(a, x->op == FPO_ADD ? b : (Dec){ -b.v, b.scale }, &r);
	else if (x->op == FPO_MULTIPLY)
		good = dec_mul(a, b, &r);
	else if (x->op == FPO_DIVIDE)
		good = dec_div(a, b, &r);
	else
		good = dec_int_div(a, b, &r, &rest);
	if (!good)
		return OK; /* by zero, or no room: empty */
	if (x->op == FPO_MOD)
		push_dec(e, rest, whole, out);
	else
		push_dec(e, r, x->op == FPO_DIV || (whole && x->op != FPO_DIVIDE), out);
	return OK;
}

static Err moment_plus(FpEval *e, const FpExpr *x, const FpItem *m, const FpItem *q, FpCollection *out)
{
	FpPrecision unit;
	int64_t factor;
	Dec whole;
	FpItem moved = *m;
	if (!unit_duration(q, &unit, &factor))
		return fp_fail(e, x, "'%.*s' cannot be added to a date or time", STR_ARG(str_clip(q->unit, 30)));
	if (!dec_rescale(dec_of(q), 0, DEC_TRUNCATE, &whole) || whole.v > INT32_MAX * INT64_C(100000) ||
	    whole.v < -INT32_MAX * INT64_C(100000))
		return OK;
	if (moment_add(&moved, unit, (int64_t)whole.v * factor * (x->op == FPO_ADD ? 1 : -1)))
		fp_push(e, out, &moved);
	return OK;
}

static Err quantities(FpEval *e, const FpExpr *x, const FpItem *p, const FpItem *q, FpCollection *out)
{
	Dec a = dec_of(p), b, r;
	Str unit = p->kind == FP_QUANTITY ? p->unit : S("1"), other = q->kind == FP_QUANTITY ? q->unit : S("1");
	FpItem item = { .kind = FP_QUANTITY, .calendar = p->kind == FP_QUANTITY && p->calendar, .unit = unit };
	if (x->op == FPO_ADD || x->op == FPO_SUBTRACT) {
		if (p->kind != FP_QUANTITY || q->kind != FP_QUANTITY)
			return fp_fail(e, x, "a Quantity and a number cannot be added");
		bool same = p->calendar == q->calendar && str_eq(unit, other);
		b = dec_of(q);
		if ((!same && !unit_convert(q, p, &b)) ||
		    !dec_add(a, x->op == FPO_ADD ? b : (Dec){ -b.v, b.scale }, &r))
			return OK;
	} else if (x->op == FPO_MULTIPLY || x->op == FPO_DIVIDE) {
		b = dec_of(q);
		if (!(x->op == FPO_MULTIPLY ? dec_mul(a, b, &r) : dec_div(a, b, &r)))
			return OK;
		item.unit = unit_join(e->arena, unit, other, x->op == FPO_DIVIDE);
		item.calendar =
		    unit_calendar(item.unit).p != NULL && (item.calendar || (q->kind == FP_QUANTITY && q->calendar));
	} else {
		return fp_fail(e, x, "div and mod need numbers");
	}
	item.number = r.v;
	item.scale = (uint8_t)r.scale;
	fp_push(e, out, &item);
	return OK;
}

static Err arithmetic(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection a, b;
	FpItem p, q;
	bool has, also;
	TRY(both(e, x, &a, &b));
	TRY(fp_single(e, x, &a, &has, &p));
	TRY(fp_single(e, x, &b, &also, &q));
	if (!has || !also)
		return OK;
	if (is_number(&p) && is_number(&q))
		return numbers(e, x, &p, &q, out);
	if ((p.kind == FP_QUANTITY || is_number(&p)) && (q.kind == FP_QUANTITY || is_number(&q)))
		return quantities(e, x, &p, &q, out);
	if ((x->op == FPO_ADD || x->op == FPO_SUBTRACT) && q.kind == FP_QUANTITY &&
	    (p.kind == FP_DATE || p.kind == FP_DATETIME || p.kind == FP_TIME))
		return moment_plus(e, x, &p, &q, out);
	if (x->op == FPO_ADD && p.kind == FP_STRING && q.kind == FP_STRING) {
		fp_push_str(e, out, arena_join(e->arena, p.text, q.text, STR_END));
		return OK;
	}
	return fp_fail(e, x, "%.*s and %.*s do not go together here", STR_ARG(fhirpath_type(&p)),
	               STR_ARG(fhirpath_type(&q)));
}

static Err concat(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection a, b;
	bool has, also;
	Str p = S(""), q = S("");
	TRY(both(e, x, &a, &b));
	TRY(fp_single_str(e, x, &a, &has, &p));
	TRY(fp_single_str(e, x, &b, &also, &q));
	fp_push_str(e, out, arena_join(e->arena, p, q, STR_END));
	return OK;
}

static Err negate(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection a = { NULL, 0, 0 };
	FpItem v;
	bool has;
	TRY(fp_eval(e, x->left, &a));
	TRY(fp_single(e, x, &a, &has, &v));
	if (!has)
		return OK;
	if (!is_number(&v) && v.kind != FP_QUANTITY)
		return fp_fail(e, x, "a sign needs a number, not %.*s", STR_ARG(fhirpath_type(&v)));
	if (x->op == FPO_NEGATE && v.kind == FP_INTEGER)
		v.integer = v.integer == INT64_MIN ? INT64_MAX : -v.integer;
	else if (x->op == FPO_NEGATE)
		v.number = -v.number;
	fp_push(e, out, &v);
	return OK;
}

/* --- types and sets -------------------------------------------------------------------------------------------------
 */
static Err typed(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection a = { NULL, 0, 0 };
	TRY(fp_eval(e, x->left, &a));
	if (x->op == FPO_AS) { /* over several items too: search parameters of R4 are written so */
		for (size_t i = 0; i < a.count; i++)
			if (fp_as(&a.items[i], x->type))
				fp_push(e, out, &a.items[i]);
		return OK;
	}
	if (a.count > 1)
		return fp_fail(e, x, "'is' needs a single item and there are %zu", a.count);
	if (a.count)
		fp_push_bool(e, out, fp_is(&a.items[0], x->type));
	return OK;
}

static Err unite(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection side[2];
	TRY(both(e, x, &side[0], &side[1]));
	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < side[s].count; i++) {
			TRY(fp_step(e, out->count + 1));
			if (!fp_has(e, out, &side[s].items[i]))
				fp_push(e, out, &side[s].items[i]);
		}
	return OK;
}

static Err membership(FpEval *e, const FpExpr *x, FpCollection *out)
{
	FpCollection a, b;
	TRY(both(e, x, &a, &b));
	const FpCollection *one = x->op == FPO_IN ? &a : &b, *all = x->op == FPO_IN ? &b : &a;
	if (!one->count)
		return OK;
	if (one->count > 1)
		return fp_fail(e, x, "a single item is needed and there are %zu", one->count);
	TRY(fp_step(e, all->count));
	fp_push_bool(e, out, fp_has(e, all, &one->items[0]));
	return OK;
}

Err fp_operator(FpEval *e, const FpExpr *x, FpCollection *out)
{
	static Err (*const handlers[])(FpEval *, const FpExpr *, FpCollection *) = {
		[FPO_NEGATE] = negate,
		[FPO_PLUS_SIGN] = negate,
		[FPO_IS] = typed,
		[FPO_AS] = typed,
		[FPO_MULTIPLY] = arithmetic,
		[FPO_DIVIDE] = arithmetic,
		[FPO_DIV] = arithmetic,
		[FPO_MOD] = arithmetic,
		[FPO_ADD] = arithmetic,
		[FPO_SUBTRACT] = arithmetic,
		[FPO_CONCAT] = concat,
		[FPO_UNION] = unite,
		[FPO_LESS] = order,
		[FPO_LESS_EQUAL] = order,
		[FPO_GREATER] = order,
		[FPO_GREATER_EQUAL] = order,
		[FPO_EQUAL] = equality,
		[FPO_NOT_EQUAL] = equality,
		[FPO_EQUIVALENT] = equality,
		[FPO_NOT_EQUIVALENT] = equality,
		[FPO_IN] = membership,
		[FPO_CONTAINS] = membership,
		[FPO_AND] = logic,
		[FPO_OR] = logic,
		[FPO_XOR] = logic,
		[FPO_IMPLIES] = logic,
	};
	return handlers[x->op](e, x, out);
}
