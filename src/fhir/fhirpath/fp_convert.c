/* Conversions and what a value says of itself. Source: https://hl7.org/fhirpath/N1/#conversion */
#include "fhir/fhirpath/fp.h"

static bool listed(Str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(s, str_c(words[i])))
			return true;
	return false;
}

static bool to_boolean(const FpItem *v, Arena *a, FpItem *out)
{
	static const char *const yes[] = { "true", "t", "yes", "y", "1", "1.0" };
	static const char *const no[] = { "false", "f", "no", "n", "0", "0.0" };
	bool truth = false, good = false;
	(void)a;
	if (v->kind == FP_BOOLEAN) {
		*out = *v;
		return true;
	}
	if (v->kind == FP_STRING) {
		truth = listed(v->text, yes, COUNT_OF(yes));
		good = truth || listed(v->text, no, COUNT_OF(no));
	} else if (v->kind == FP_INTEGER || v->kind == FP_DECIMAL) {
		truth = dec_cmp(dec_of(v), (Dec){ 1, 0 }) == 0;
		good = truth || dec_of(v).v == 0;
	}
	*out = (FpItem){ .kind = FP_BOOLEAN, .boolean = truth };
	return good;
}

static bool to_integer(const FpItem *v, Arena *a, FpItem *out)
{
	int64_t i = 0;
	(void)a;
	if (v->kind == FP_INTEGER)
		i = v->integer;
	else if (v->kind == FP_BOOLEAN)
		i = v->boolean;
	else if (v->kind != FP_STRING || !str_int(str_from(v->text, v->text.n && v->text.p[0] == '+'), &i) ||
	         i > INT32_MAX || i < INT32_MIN)
		return false;
	*out = (FpItem){ .kind = FP_INTEGER, .integer = i };
	return true;
}

static bool to_decimal(const FpItem *v, Arena *a, FpItem *out)
{
	Dec d = { 0, 0 };
	(void)a;
	if (v->kind == FP_INTEGER || v->kind == FP_DECIMAL)
		d = dec_of(v);
	else if (v->kind == FP_BOOLEAN)
		d.v = v->boolean;
	else if (v->kind != FP_STRING || str_chr(v->text, 'e') >= 0 || str_chr(v->text, 'E') >= 0 ||
	         !dec_parse(v->text, &d))
		return false;
	*out = dec_item(d);
	return true;
}

/* 5, 5.0 'mg', 4 days */
static bool parse_quantity(Str s, FpItem *out)
{
	Dec d;
	size_t n = 0;
	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\'')
		n++;
	Str unit = str_trim(str_from(s, n));
	if (!dec_parse(str_upto(s, n), &d))
		return false;
	*out = dec_item(d);
	out->kind = FP_QUANTITY;
	out->unit = S("1");
	if (!unit.n)
		return true;
	if (unit.p[0] == '\'') {
		out->unit = str_n(unit.p + 1, unit.n > 1 ? unit.n - 2 : 0);
		return unit.n > 2 && unit.p[unit.n - 1] == '\'';
	}
	out->unit = unit_calendar(unit);
	out->calendar = true;
	return out->unit.p != NULL;
}

static bool to_quantity(const FpItem *v, Arena *a, FpItem *out)
{
	if (v->kind == FP_QUANTITY) {
		*out = *v;
		return true;
	}
	if (v->kind == FP_STRING)
		return parse_quantity(v->text, out);
	if (!to_decimal(v, a, out))
		return false;
	out->kind = FP_QUANTITY;
	out->unit = S("1");
	return true;
}

static bool to_moment(const FpItem *v, FpKind kind, FpItem *out)
{
	*out = *v;
	out->kind = (uint8_t)kind;
	if (v->kind == kind)
		return true;
	if (v->kind == FP_STRING) {
		FpMoment m;
		bool good =
		    moment_parse(v->text, kind, &m) || (kind == FP_DATE && moment_parse(v->text, FP_DATETIME, &m));
		*out = (FpItem){ .kind = (uint8_t)kind };
		out->moment = good ? m : (FpMoment){ .year = 1 };
		if (kind == FP_DATE && out->moment.precision > FPP_DAY)
			out->moment.precision = FPP_DAY;
		return good;
	}
	if (kind == FP_TIME || (v->kind != FP_DATE && v->kind != FP_DATETIME))
		return false;
	if (kind == FP_DATE && out->moment.precision > FPP_DAY)
		out->moment.precision = FPP_DAY;
	return true;
}

static bool to_date(const FpItem *v, Arena *a, FpItem *out)
{
	(void)a;
	return to_moment(v, FP_DATE, out);
}

static bool to_date_time(const FpItem *v, Arena *a, FpItem *out)
{
	(void)a;
	return to_moment(v, FP_DATETIME, out);
}

static bool to_time(const FpItem *v, Arena *a, FpItem *out)
{
	(void)a;
	return to_moment(v, FP_TIME, out);
}

static Str quantity_text(Arena *a, const FpItem *q)
{
	Str n = dec_text(a, dec_of(q));
	if (!q->calendar)
		return arena_join(a, n, S(" '"), q->unit, S("'"), STR_END);
	return arena_join(a, n, S(" "), q->unit, str_eq(n, S("1")) ? S("") : S("s"), STR_END);
}

Str fhirpath_string(const FpItem *item, Arena *a)
{
	FpItem v = fp_value(a, item);
	switch ((FpKind)v.kind) {
	case FP_BOOLEAN:
		return v.boolean ? S("true") : S("false");
	case FP_INTEGER:
		return arena_printf(a, "%lld", (long long)v.integer);
	case FP_DECIMAL:
		return dec_text(a, dec_of(&v));
	case FP_STRING:
		return v.text;
	case FP_DATE:
	case FP_DATETIME:
	case FP_TIME:
		return moment_text(a, &v.moment, (FpKind)v.kind);
	case FP_QUANTITY:
		return quantity_text(a, &v);
	case FP_TYPE:
		return arena_join(a, v.unit, S("."), v.text, STR_END);
	case FP_NODE:
		break;
	}
	return (Str){ NULL, 0 };
}

static bool to_string(const FpItem *v, Arena *a, FpItem *out)
{
	*out = (FpItem){ .kind = FP_STRING, .text = fhirpath_string(v, a) };
	return out->text.p != NULL;
}

/* toX() and convertsToX(). */
static Err fn_convert(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	static const struct {
		Str name;
		bool (*to)(const FpItem *v, Arena *a, FpItem *out);
	} known[] = {
		{ S_INIT("Boolean"), to_boolean }, { S_INIT("Integer"), to_integer },
		{ S_INIT("Decimal"), to_decimal }, { S_INIT("Quantity"), to_quantity },
		{ S_INIT("Date"), to_date },       { S_INIT("DateTime"), to_date_time },
		{ S_INIT("Time"), to_time },       { S_INIT("String"), to_string },
	};
	bool ask = str_starts(x->name, S("converts")), has, good = false;
	size_t verb = ask ? sizeof "convertsTo" - 1 : sizeof "to" - 1;
	FpItem v, r;
	TRY(fp_single(e, x, in, &has, &v));
	if (!has)
		return OK;
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (x->name.n == verb + known[i].name.n && str_ends(x->name, known[i].name))
			good = known[i].to(&v, e->arena, &r);
	if (good && x->argc && r.kind == FP_QUANTITY) { /* in the unit asked for */
		FpCollection arg;
		Dec d;
		FpItem want = { .kind = FP_QUANTITY };
		TRY(fp_arg(e, x, 0, &arg));
		TRY(fp_single_str(e, x, &arg, &has, &want.unit));
		want.calendar = has && unit_calendar(want.unit).p;
		good = has && unit_convert(&r, &want, &d);
		if (good) {
			want.number = d.v;
			want.scale = (uint8_t)d.scale;
			r = want;
		}
	}
	if (ask)
		fp_push_bool(e, out, good);
	else if (good)
		fp_push(e, out, &r);
	return OK;
}

static Err fn_type(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	(void)x;
	for (size_t i = 0; i < in->count; i++) {
		FpItem t = { .kind = FP_TYPE, .text = fhirpath_type(&in->items[i]) };
		t.unit = in->items[i].kind == FP_NODE ? S("FHIR") : S("System");
		fp_push(e, out, &t);
	}
	return OK;
}

static Err fn_now(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	(void)in;
	if (!e->now) /* once for the whole evaluation */
		e->now = time_now();
	FpItem item = moment_now(e->now, str_eq(x->name, S("now"))     ? FP_DATETIME
	                                 : str_eq(x->name, S("today")) ? FP_DATE
	                                                               : FP_TIME);
	fp_push(e, out, &item);
	return OK;
}

static Err fn_comparable(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpCollection arg;
	FpItem p, q;
	bool has, also;
	TRY(fp_single(e, x, in, &has, &p));
	TRY(fp_arg(e, x, 0, &arg));
	TRY(fp_single(e, x, &arg, &also, &q));
	if (!has || !also)
		return OK;
	if (p.kind != FP_QUANTITY || q.kind != FP_QUANTITY)
		return fp_fail(e, x, "comparable() needs quantities");
	fp_push_bool(e, out, unit_comparable(&p, &q));
	return OK;
}

const FpFunction fp_functions_convert[] = {
	{ S_INIT("toBoolean"), 0, 0, 0, GIVES_BOOLEAN, fn_convert },
	{ S_INIT("toInteger"), 0, 0, 0, GIVES_INTEGER, fn_convert },
	{ S_INIT("toDecimal"), 0, 0, 0, GIVES_ANY, fn_convert },
	{ S_INIT("toQuantity"), 0, 1, 0, GIVES_ANY, fn_convert },
	{ S_INIT("toDate"), 0, 0, 0, GIVES_ANY, fn_convert },
	{ S_INIT("toDateTime"), 0, 0, 0, GIVES_ANY, fn_convert },
	{ S_INIT("toTime"), 0, 0, 0, GIVES_ANY, fn_convert },
	{ S_INIT("toString"), 0, 0, 0, GIVES_STRING, fn_convert },
	{ S_INIT("convertsToBoolean"), 0, 0, 0, GIVES_BOOLEAN, fn_convert },
	{ S_INIT("convertsToInteger"), 0, 0, 0, GIVES_BOOLEAN, fn_convert },
	{ S_INIT("convertsToDecimal"), 0, 0, 0, GIVES_BOOLEAN, fn_convert },
	{ S_INIT("convertsToQuantity"), 0, 1, 0, GIVES_BOOLEAN, fn_convert },
	{ S_INIT("convertsToDate"), 0, 0, 0, GIVES_BOOLEAN, fn_convert },
	{ S_INIT("convertsToDateTime"), 0, 0, 0, GIVES_BOOLEAN, fn_convert },
	{ S_INIT("convertsToTime"), 0, 0, 0, GIVES_BOOLEAN, fn_convert },
	{ S_INIT("convertsToString"), 0, 0, 0, GIVES_BOOLEAN, fn_convert },
	{ S_INIT("type"), 0, 0, 0, GIVES_ANY, fn_type },
	{ S_INIT("now"), 0, 0, 0, GIVES_ANY, fn_now },
	{ S_INIT("today"), 0, 0, 0, GIVES_ANY, fn_now },
	{ S_INIT("timeOfDay"), 0, 0, 0, GIVES_ANY, fn_now },
	{ S_INIT("comparable"), 1, 1, 0, GIVES_BOOLEAN, fn_comparable },
	{ .handler = NULL },
};
