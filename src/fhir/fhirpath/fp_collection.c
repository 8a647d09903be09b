/* Functions on collections. Source: https://hl7.org/fhirpath/N1/#functions */
#include <stdlib.h>

#include "fhir/fhirpath/fp.h"

static Err fn_empty(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	(void)x;
	fp_push_bool(e, out, in->count == 0);
	return OK;
}

static Err fn_not(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	int t;
	TRY(fp_truth(e, x, in, &t));
	if (t >= 0)
		fp_push_bool(e, out, !t);
	return OK;
}

/* Is the condition, argument 0, true for item i? */
static Err holds(FpEval *e, const FpExpr *x, const FpCollection *in, size_t i, int *out)
{
	FpCollection got;
	TRY(fp_step(e, 1));
	TRY(fp_with(e, x->args[0], &in->items[i], (int64_t)i, &got));
	return fp_truth(e, x->args[0], &got, out);
}

static Err fn_exists(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	bool found = !x->argc && in->count;
	for (size_t i = 0; x->argc && i < in->count && !found; i++) {
		int t;
		TRY(holds(e, x, in, i, &t));
		found = t == 1;
	}
	fp_push_bool(e, out, found);
	return OK;
}

static Err fn_all(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	bool all = true;
	for (size_t i = 0; i < in->count && all; i++) {
		int t;
		TRY(holds(e, x, in, i, &t));
		all = t == 1;
	}
	fp_push_bool(e, out, all);
	return OK;
}

/* allTrue, anyTrue, allFalse, anyFalse: each item must be a boolean. */
static Err fn_truths(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	bool want = str_ends(x->name, S("True")), any = str_starts(x->name, S("any")), found = false, all = true;
	for (size_t i = 0; i < in->count; i++) {
		FpItem v = fp_value(e->arena, &in->items[i]);
		if (v.kind != FP_BOOLEAN)
			return fp_fail(e, x, "%.*s() needs booleans", STR_ARG(x->name));
		found = found || v.boolean == want;
		all = all && v.boolean == want;
	}
	fp_push_bool(e, out, any ? found : all);
	return OK;
}

static Err subset(FpEval *e, const FpCollection *few, const FpCollection *many, FpCollection *out)
{
	bool all = true;
	for (size_t i = 0; i < few->count && all; i++) {
		TRY(fp_step(e, many->count + 1));
		all = fp_has(e, many, &few->items[i]);
	}
	fp_push_bool(e, out, all);
	return OK;
}

static Err fn_subset(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpCollection other;
	TRY(fp_arg(e, x, 0, &other));
	return str_eq(x->name, S("subsetOf")) ? subset(e, in, &other, out) : subset(e, &other, in, out);
}

static Err fn_count(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	(void)x;
	fp_push_int(e, out, (int64_t)in->count);
	return OK;
}

/* Adds the items that are not there yet. */
static Err add_new(FpEval *e, const FpCollection *in, FpCollection *out)
{
	for (size_t i = 0; i < in->count; i++) {
		TRY(fp_step(e, out->count + 1));
		if (!fp_has(e, out, &in->items[i]))
			fp_push(e, out, &in->items[i]);
	}
	return OK;
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const Str *)a, *(const Str *)b);
}

/* Are all items texts, each once? -1 when there is another kind among them. Codes of a code system come by thousands.
 */
static int distinct_texts(FpEval *e, const FpCollection *in)
{
	Str *texts = arena_raw(e->arena, (in->count + 1) * sizeof *texts);
	for (size_t i = 0; i < in->count; i++) {
		FpItem v = fp_value(e->arena, &in->items[i]);
		if (v.kind != FP_STRING)
			return -1;
		texts[i] = v.text;
	}
	qsort(texts, in->count, sizeof *texts, by_text);
	for (size_t i = 1; i < in->count; i++)
		if (str_eq(texts[i - 1], texts[i]))
			return 0;
	return 1;
}

static Err fn_distinct(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpCollection once = { NULL, 0, 0 };
	int texts = str_eq(x->name, S("isDistinct")) && in->count > 8 ? distinct_texts(e, in) : -1;
	if (texts >= 0) {
		fp_push_bool(e, out, texts);
		return fp_step(e, in->count);
	}
	TRY(add_new(e, in, &once));
	if (str_eq(x->name, S("isDistinct")))
		fp_push_bool(e, out, once.count == in->count);
	else
		*out = once;
	return OK;
}

static Err fn_where(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	for (size_t i = 0; i < in->count; i++) {
		int t;
		TRY(holds(e, x, in, i, &t));
		if (t == 1)
			fp_push(e, out, &in->items[i]);
	}
	return OK;
}

static Err fn_select(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	for (size_t i = 0; i < in->count; i++) {
		FpCollection got;
		TRY(fp_with(e, x->args[0], &in->items[i], (int64_t)i, &got));
		TRY(fp_step(e, got.count + 1));
		fp_append(e, out, &got);
	}
	return OK;
}

/* What the argument gives, of the input and of what it gave before, until nothing new comes. */
static Err fn_repeat(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	for (size_t i = 0; i < in->count; i++) {
		FpCollection got;
		TRY(fp_with(e, x->args[0], &in->items[i], (int64_t)i, &got));
		TRY(add_new(e, &got, out));
	}
	for (size_t i = 0; i < out->count; i++) {
		FpCollection got;
		FpItem item = out->items[i];
		TRY(fp_with(e, x->args[0], &item, (int64_t)i, &got));
		TRY(add_new(e, &got, out));
	}
	return OK;
}

static Err fn_of_type(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	for (size_t i = 0; i < in->count; i++)
		if (fp_as(&in->items[i], x->type))
			fp_push(e, out, &in->items[i]);
	return OK;
}

static Err fn_is(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	bool as = str_eq(x->name, S("as"));
	if (in->count > 1 && !(as && e->as_filters))
		return fp_fail(e, x, "%.*s() needs a single item and there are %zu", STR_ARG(x->name), in->count);
	if (as)
		return fn_of_type(e, x, in, out);
	if (in->count)
		fp_push_bool(e, out, fp_is(&in->items[0], x->type));
	return OK;
}

static Err fn_single(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	if (in->count > 1)
		return fp_fail(e, x, "a single item is needed and there are %zu", in->count);
	fp_append(e, out, in);
	return OK;
}

/* first, last, tail, skip(n), take(n) */
static Err fn_part(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	int64_t from = 0, until = (int64_t)in->count, n = 0;
	bool has = true;
	if (x->argc) {
		FpCollection arg;
		TRY(fp_arg(e, x, 0, &arg));
		TRY(fp_single_int(e, x, &arg, &has, &n));
	}
	n = n < 0 ? 0 : n > until ? until : n;
	switch (x->name.p[0]) {
	case 'f':
		until = until > 1 ? 1 : until;
		break;
	case 'l':
		from = until ? until - 1 : 0;
		break;
	case 's':
		from = n;
		break;
	default:
		if (x->argc)
			until = n;
		else
			from = until ? 1 : 0;
	}
	for (int64_t i = from; has && i < until; i++)
		fp_push(e, out, &in->items[i]);
	return OK;
}

static Err fn_intersect(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	bool keep = str_eq(x->name, S("intersect"));
	FpCollection other;
	TRY(fp_arg(e, x, 0, &other));
	for (size_t i = 0; i < in->count; i++) {
		TRY(fp_step(e, other.count + out->count + 1));
		if (fp_has(e, &other, &in->items[i]) == keep && !(keep && fp_has(e, out, &in->items[i])))
			fp_push(e, out, &in->items[i]);
	}
	return OK;
}

static Err fn_union(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpCollection other;
	TRY(fp_arg(e, x, 0, &other));
	if (str_eq(x->name, S("combine"))) {
		TRY(fp_step(e, in->count + other.count));
		fp_append(e, out, in);
		fp_append(e, out, &other);
		return OK;
	}
	TRY(add_new(e, in, out));
	return add_new(e, &other, out);
}

static Err fn_iif(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpCollection got = { NULL, 0, 0 };
	FpItem v;
	bool has;
	if (in->count > 1 && x->left)
		return fp_fail(e, x, "iif() needs a single item and there are %zu", in->count);
	/* Inside, $this is the input, also when that is nothing. */
	FpCollection outer = e->focus;
	if (x->left)
		e->focus = *in;
	Err result = fp_eval(e, x->args[0], &got);
	if (result == OK)
		result = fp_single(e, x->args[0], &got, &has, &v);
	if (result == OK && has && v.kind != FP_BOOLEAN)
		result = fp_fail(e, x->args[0], "the condition of iif() is no boolean");
	const FpExpr *then = result != OK ? NULL : has && v.boolean ? x->args[1] : x->argc > 2 ? x->args[2] : NULL;
	if (then)
		result = fp_eval(e, then, out);
	e->focus = outer;
	return result;
}

static Err fn_aggregate(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpCollection outer = e->total, total = { NULL, 0, 0 };
	Err result = OK;
	if (x->argc > 1)
		TRY(fp_arg(e, x, 1, &total));
	for (size_t i = 0; i < in->count && result == OK; i++) {
		FpCollection got;
		e->total = total;
		result = fp_with(e, x->args[0], &in->items[i], (int64_t)i, &got);
		total = got;
	}
	e->total = outer;
	if (result == OK)
		*out = total;
	return result;
}

/* --- sort ------------------------------------------------------------------------------------------------------------
 */
typedef struct Sorted {
	FpItem item;
	FpItem *keys;
	bool *has;
} Sorted;

/* A '-' before a key sorts downwards; what has no key stands last, downwards first. */
static Err before(FpEval *e, const FpExpr *x, const Sorted *a, const Sorted *b, bool *out)
{
	unsigned n = x->argc ? x->argc : 1;
	*out = false;
	for (unsigned k = 0; k < n; k++) {
		bool down = x->argc && x->args[k]->op == FPO_NEGATE, known = true;
		int cmp = b->has[k] - a->has[k];
		if (a->has[k] && b->has[k])
			TRY(fp_compare(e, x, &a->keys[k], &b->keys[k], &known, &cmp));
		if (known && cmp) {
			*out = down ? cmp > 0 : cmp < 0;
			return OK;
		}
	}
	return OK;
}

static Err keys_of(FpEval *e, const FpExpr *x, const FpItem *item, int64_t index, Sorted *s)
{
	unsigned n = x->argc ? x->argc : 1;
	s->item = *item;
	s->keys = ARENA_ARRAY(e->arena, FpItem, n);
	s->has = ARENA_ARRAY(e->arena, bool, n);
	for (unsigned k = 0; k < n; k++) {
		FpCollection got = { &s->item, 1, 1 };
		if (x->argc) {
			const FpExpr *key = x->args[k];
			TRY(fp_with(e, key->op == FPO_NEGATE ? key->left : key, item, index, &got));
		}
		TRY(fp_single(e, x, &got, &s->has[k], &s->keys[k]));
	}
	return OK;
}

static Err fn_sort(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	Sorted *list = ARENA_ARRAY(e->arena, Sorted, in->count + 1);
	for (size_t i = 0; i < in->count; i++) {
		Sorted s;
		TRY(keys_of(e, x, &in->items[i], (int64_t)i, &s));
		size_t at = i;
		for (bool less = true; at; at--) {
			TRY(fp_step(e, 1));
			TRY(before(e, x, &s, &list[at - 1], &less));
			if (!less)
				break;
			list[at] = list[at - 1];
		}
		list[at] = s;
	}
	for (size_t i = 0; i < in->count; i++)
		fp_push(e, out, &list[i].item);
	return OK;
}

static Err fn_children(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	(void)x;
	for (size_t i = 0; i < in->count; i++)
		TRY(fp_children(e, &in->items[i], out));
	return OK;
}

static Err fn_descendants(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	TRY(fn_children(e, x, in, out));
	for (size_t i = 0; i < out->count; i++) {
		FpItem item = out->items[i];
		TRY(fp_children(e, &item, out));
	}
	return OK;
}

static Err fn_trace(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpCollection name, shown = *in;
	Str text = { NULL, 0 };
	bool has;
	TRY(fp_arg(e, x, 0, &name));
	TRY(fp_single_str(e, x, &name, &has, &text));
	if (e->c->trace && x->argc > 1) {
		shown = (FpCollection){ NULL, 0, 0 };
		for (size_t i = 0; i < in->count; i++) {
			FpCollection got;
			TRY(fp_with(e, x->args[1], &in->items[i], (int64_t)i, &got));
			fp_append(e, &shown, &got);
		}
	}
	if (e->c->trace)
		e->c->trace(e->c->arg, text, &shown);
	fp_append(e, out, in);
	return OK;
}

const FpFunction fp_functions_collection[] = {
	{ S_INIT("empty"), 0, 0, 0, GIVES_BOOLEAN, fn_empty },
	{ S_INIT("exists"), 0, 1, FNF_LAMBDA, GIVES_BOOLEAN, fn_exists },
	{ S_INIT("not"), 0, 0, 0, GIVES_BOOLEAN, fn_not },
	{ S_INIT("all"), 1, 1, FNF_LAMBDA, GIVES_BOOLEAN, fn_all },
	{ S_INIT("allTrue"), 0, 0, 0, GIVES_BOOLEAN, fn_truths },
	{ S_INIT("anyTrue"), 0, 0, 0, GIVES_BOOLEAN, fn_truths },
	{ S_INIT("allFalse"), 0, 0, 0, GIVES_BOOLEAN, fn_truths },
	{ S_INIT("anyFalse"), 0, 0, 0, GIVES_BOOLEAN, fn_truths },
	{ S_INIT("subsetOf"), 1, 1, 0, GIVES_BOOLEAN, fn_subset },
	{ S_INIT("supersetOf"), 1, 1, 0, GIVES_BOOLEAN, fn_subset },
	{ S_INIT("count"), 0, 0, 0, GIVES_INTEGER, fn_count },
	{ S_INIT("distinct"), 0, 0, FNF_MIXES, GIVES_INPUT, fn_distinct },
	{ S_INIT("isDistinct"), 0, 0, 0, GIVES_BOOLEAN, fn_distinct },
	{ S_INIT("where"), 1, 1, FNF_LAMBDA, GIVES_INPUT, fn_where },
	{ S_INIT("select"), 1, 1, FNF_LAMBDA, GIVES_ARG, fn_select },
	{ S_INIT("repeat"), 1, 1, FNF_LAMBDA | FNF_MIXES, GIVES_ANY, fn_repeat },
	{ S_INIT("ofType"), 1, 1, FNF_TYPE, GIVES_TYPE, fn_of_type },
	{ S_INIT("as"), 1, 1, FNF_TYPE, GIVES_TYPE, fn_is },
	{ S_INIT("is"), 1, 1, FNF_TYPE, GIVES_BOOLEAN, fn_is },
	{ S_INIT("single"), 0, 0, 0, GIVES_INPUT, fn_single },
	{ S_INIT("first"), 0, 0, FNF_ORDER, GIVES_INPUT, fn_part },
	{ S_INIT("last"), 0, 0, FNF_ORDER, GIVES_INPUT, fn_part },
	{ S_INIT("tail"), 0, 0, FNF_ORDER, GIVES_INPUT, fn_part },
	{ S_INIT("skip"), 1, 1, FNF_ORDER, GIVES_INPUT, fn_part },
	{ S_INIT("take"), 1, 1, FNF_ORDER, GIVES_INPUT, fn_part },
	{ S_INIT("intersect"), 1, 1, 0, GIVES_INPUT, fn_intersect },
	{ S_INIT("exclude"), 1, 1, 0, GIVES_INPUT, fn_intersect },
	{ S_INIT("union"), 1, 1, 0, GIVES_ANY, fn_union },
	{ S_INIT("combine"), 1, 1, 0, GIVES_ANY, fn_union },
	{ S_INIT("iif"), 2, 3, FNF_LAMBDA, GIVES_ANY, fn_iif },
	{ S_INIT("aggregate"), 1, 2, FNF_LAMBDA, GIVES_ANY, fn_aggregate },
	{ S_INIT("sort"), 0, 8, FNF_LAMBDA, GIVES_INPUT, fn_sort },
	{ S_INIT("children"), 0, 0, FNF_MIXES, GIVES_ANY, fn_children },
	{ S_INIT("descendants"), 0, 0, FNF_MIXES, GIVES_ANY, fn_descendants },
	{ S_INIT("trace"), 1, 2, FNF_LAMBDA, GIVES_INPUT, fn_trace },
	{ .handler = NULL },
};
