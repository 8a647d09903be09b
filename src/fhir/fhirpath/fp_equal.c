/* Equality, equivalence and order. Source: https://hl7.org/fhirpath/N1/#equality, #comparison */
#include "fhir/fhirpath/fp.h"

static bool is_number(const FpItem *i)
{
	return i->kind == FP_INTEGER || i->kind == FP_DECIMAL;
}

static bool is_quantity(const FpItem *i)
{
	return i->kind == FP_QUANTITY || is_number(i);
}

static bool is_day(const FpItem *i)
{
	return i->kind == FP_DATE || i->kind == FP_DATETIME;
}

/* JSON values by content: members in any order, numbers by value. */
static bool same_json(FpEval *e, JVal a, JVal b, bool loose)
{
	JKind k = json_kind(a);
	Dec x, y;
	if (a.node == b.node && a.doc == b.doc)
		return true;
	if (k != json_kind(b) || json_count(a) != json_count(b) || fp_step(e, 1) != OK)
		return false;
	switch (k) {
	case J_NUMBER:
		return dec_parse(json_raw(a), &x) && dec_parse(json_raw(b), &y) && dec_cmp(x, y) == 0;
	case J_STRING:
		return str_eq(json_str(a, e->arena), json_str(b, e->arena));
	case J_ARRAY:
		for (JIter i = json_iter(a), j = json_iter(b); json_next(&i) && json_next(&j);)
			if (!same_json(e, i.value, j.value, loose))
				return false;
		return true;
	case J_OBJECT:
		for (JIter i = json_iter(a); json_next(&i);) {
			JVal other = json_get(b, i.key);
			if (!other.node || !same_json(e, i.value, other, loose))
				return false;
		}
		return true;
	case J_ABSENT:
	case J_NULL:
	case J_FALSE:
	case J_TRUE:
		break;
	}
	return true;
}

static bool same_node(FpEval *e, const FpItem *a, const FpItem *b, bool loose)
{
	JVal sa = { a->value.doc, a->sibling }, sb = { b->value.doc, b->sibling };
	if (json_kind(a->value) == J_ABSENT && !a->sibling)
		return b->def == a->def && json_kind(b->value) == J_ABSENT && !b->sibling;
	return same_json(e, a->value, b->value, loose) && same_json(e, sa, sb, loose);
}

int fp_equal(FpEval *e, const FpItem *left, const FpItem *right)
{
	if (left->kind == FP_NODE && right->kind == FP_NODE && left->value.node &&
	    left->value.node == right->value.node)
		return 1;
	FpItem a = fp_value(e->arena, left), b = fp_value(e->arena, right);
	int cmp;
	if (is_number(&a) && is_number(&b))
		return dec_cmp(dec_of(&a), dec_of(&b)) == 0;
	if (is_quantity(&a) && is_quantity(&b))
		return unit_compare(&a, &b, false, &cmp) ? cmp == 0 : -1;
	if (is_day(&a) && is_day(&b))
		return moment_compare(&a, &b, &cmp) ? cmp == 0 : -1;
	if (a.kind != b.kind)
		return 0;
	switch ((FpKind)a.kind) {
	case FP_NODE:
		return same_node(e, &a, &b, false);
	case FP_BOOLEAN:
		return a.boolean == b.boolean;
	case FP_STRING:
		return str_eq(a.text, b.text);
	case FP_TIME:
		return moment_compare(&a, &b, &cmp) ? cmp == 0 : -1;
	case FP_TYPE:
		return str_eq(a.text, b.text) && str_eq(a.unit, b.unit);
	case FP_INTEGER:
	case FP_DECIMAL:
	case FP_DATE:
	case FP_DATETIME:
	case FP_QUANTITY:
		break;
	}
	return 0;
}

/* Next character without case, runs of white space as one space; -1 at the end. */
static int folded(Str s, size_t *i)
{
	if (*i >= s.n)
		return -1;
	unsigned char c = (unsigned char)s.p[(*i)++];
	if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
		while (*i < s.n && strchr(" \t\n\r", s.p[*i]) && s.p[*i])
			++*i;
		return ' ';
	}
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool same_text(Str a, Str b)
{
	size_t i = 0, j = 0;
	for (;;) {
		int x = folded(a, &i), y = folded(b, &j);
		if (x != y)
			return false;
		if (x < 0)
			return true;
	}
}

static unsigned scale_of(const FpItem *i)
{
	return dec_trim(dec_of(i)).scale;
}

/* Rounded to the digits of the one that has fewest. */
static bool about(const FpItem *a, const FpItem *b)
{
	unsigned x = scale_of(a), y = scale_of(b);
	Dec p, q;
	unsigned scale = x < y ? x : y;
	return dec_rescale(dec_of(a), scale, DEC_HALF_UP, &p) && dec_rescale(dec_of(b), scale, DEC_HALF_UP, &q) &&
	       p.v == q.v;
}

static FpItem as_quantity(const FpItem *i)
{
	FpItem q = *i;
	if (i->kind != FP_QUANTITY) {
		q = dec_item(dec_of(i));
		q.kind = FP_QUANTITY;
		q.unit = S("1");
	}
	return q;
}

/* The one in the finer unit is brought to the other's, then both are rounded. */
static bool about_quantity(const FpItem *left, const FpItem *right)
{
	FpItem a = as_quantity(left), b = as_quantity(right), moved;
	Dec d, back;
	if (!unit_convert(&b, &a, &d) || !unit_convert(&a, &b, &back))
		return false;
	bool b_finer = scale_of(&b) < 1 ? d.scale > 0 && dec_cmp(d, dec_of(&b)) < 0 : dec_cmp(d, dec_of(&b)) < 0;
	moved = dec_item(b_finer ? d : back);
	return b_finer ? about(&a, &moved) : about(&moved, &b);
}

bool fp_equivalent(FpEval *e, const FpItem *left, const FpItem *right)
{
	if (left->kind == FP_NODE && right->kind == FP_NODE && left->value.node &&
	    left->value.node == right->value.node)
		return true;
	FpItem a = fp_value(e->arena, left), b = fp_value(e->arena, right);
	if (is_number(&a) && is_number(&b))
		return about(&a, &b);
	if (is_quantity(&a) && is_quantity(&b))
		return about_quantity(&a, &b);
	if (a.kind == FP_STRING && b.kind == FP_STRING)
		return same_text(a.text, b.text);
	if (a.kind == FP_NODE && b.kind == FP_NODE)
		return same_node(e, &a, &b, true);
	return fp_equal(e, &a, &b) == 1;
}

Err fp_compare(FpEval *e, const FpExpr *x, const FpItem *left, const FpItem *right, bool *known, int *cmp)
{
	FpItem a = fp_value(e->arena, left), b = fp_value(e->arena, right);
	*known = true;
	if (is_number(&a) && is_number(&b))
		*cmp = dec_cmp(dec_of(&a), dec_of(&b));
	else if (is_quantity(&a) && is_quantity(&b))
		*known = unit_compare(&a, &b, false, cmp);
	else if ((is_day(&a) && is_day(&b)) || (a.kind == FP_TIME && b.kind == FP_TIME))
		*known = moment_compare(&a, &b, cmp);
	else if (a.kind == FP_STRING && b.kind == FP_STRING)
		*cmp = str_cmp(a.text, b.text);
	else
		return fp_fail(e, x, "%.*s and %.*s have no order", STR_ARG(fhirpath_type(&a)),
		               STR_ARG(fhirpath_type(&b)));
	return OK;
}

bool fp_has(FpEval *e, const FpCollection *c, const FpItem *item)
{
	for (size_t i = 0; i < c->count; i++)
		if (fp_equal(e, &c->items[i], item) == 1)
			return true;
	return false;
}
