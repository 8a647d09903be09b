/* Numbers, and the bounds of what a value with its precision may mean. Source: https://hl7.org/fhirpath/#math */
#include <math.h>

#include "fhir/fhirpath/fp.h"

static Err number(FpEval *e, const FpExpr *x, const FpCollection *in, bool *has, FpItem *v)
{
	TRY(fp_single(e, x, in, has, v));
	if (*has && v->kind != FP_INTEGER && v->kind != FP_DECIMAL && v->kind != FP_QUANTITY)
		return fp_fail(e, x, "%.*s() needs a number, not %.*s", STR_ARG(x->name), STR_ARG(fhirpath_type(v)));
	return OK;
}

static Err fn_abs(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpItem v;
	bool has;
	TRY(number(e, x, in, &has, &v));
	if (!has)
		return OK;
	if (v.kind == FP_INTEGER)
		v.integer = v.integer < 0 ? v.integer == INT64_MIN ? INT64_MAX : -v.integer : v.integer;
	else
		v.number = v.number < 0 ? -v.number : v.number;
	fp_push(e, out, &v);
	return OK;
}

static Err fn_round(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	static const DecMode modes[] = {
		['c'] = DEC_CEILING, ['f'] = DEC_FLOOR, ['t'] = DEC_TRUNCATE, ['r'] = DEC_HALF_UP
	};
	FpItem v;
	FpCollection arg;
	Dec d;
	bool has, set = true;
	int64_t digits = 0;
	TRY(number(e, x, in, &has, &v));
	if (x->argc) {
		TRY(fp_arg(e, x, 0, &arg));
		TRY(fp_single_int(e, x, &arg, &set, &digits));
	}
	if (!has)
		return OK;
	if (digits < 0 || v.kind == FP_QUANTITY)
		return fp_fail(e, x, "%.*s() needs a number and a number of digits", STR_ARG(x->name));
	d = dec_of(&v);
	digits = digits > d.scale ? d.scale : digits;
	if (!dec_rescale(d, (unsigned)digits, modes[(unsigned char)x->name.p[0]], &d))
		return OK;
	if (x->name.p[0] == 'r' && x->argc && v.kind == FP_DECIMAL)
		v = dec_item(d);
	else if (d.v <= INT64_MAX && d.v >= INT64_MIN && (!x->argc || v.kind == FP_INTEGER))
		v = (FpItem){ .kind = FP_INTEGER, .integer = (int64_t)d.v };
	else
		return OK;
	fp_push(e, out, &v);
	return OK;
}

static void push_double(FpEval *e, double d, FpCollection *out)
{
	Dec r;
	if (dec_from_double(d, &r)) {
		FpItem item = dec_item(r);
		fp_push(e, out, &item);
	}
}

/* exp, ln, sqrt, log(base): to 15 digits; empty when there is no answer. */
static Err fn_real(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpItem v, base;
	FpCollection arg;
	bool has, also = true;
	TRY(number(e, x, in, &has, &v));
	if (x->argc) {
		TRY(fp_arg(e, x, 0, &arg));
		TRY(number(e, x, &arg, &also, &base));
	}
	if (!has || !also)
		return OK;
	double d = dec_double(dec_of(&v));
	switch (x->name.p[0]) {
	case 'e':
		d = exp(d);
		break;
	case 's':
		d = d < 0 ? NAN : sqrt(d);
		break;
	default:
		d = d <= 0 ? NAN : x->argc ? log(d) / log(dec_double(dec_of(&base))) : log(d);
	}
	push_double(e, d, out);
	return OK;
}

static Err fn_power(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	FpItem v, p;
	FpCollection arg;
	bool has, also;
	TRY(number(e, x, in, &has, &v));
	TRY(fp_arg(e, x, 0, &arg));
	TRY(number(e, x, &arg, &also, &p));
	if (!has || !also)
		return OK;
	Dec base = dec_of(&v), r = { 1, 0 }, times = dec_trim(dec_of(&p));
	bool exact = times.scale == 0 && times.v >= 0 && times.v <= 128;
	for (int i = 0; exact && i < (int)times.v; i++)
		exact = dec_mul(r, base, &r);
	if (!exact) {
		push_double(e, pow(dec_double(base), dec_double(times)), out);
		return OK;
	}
	FpItem item = dec_item(r);
	if (v.kind == FP_INTEGER && p.kind == FP_INTEGER && r.v <= INT64_MAX && r.v >= INT64_MIN)
		item = (FpItem){ .kind = FP_INTEGER, .integer = (int64_t)r.v };
	fp_push(e, out, &item);
	return OK;
}

/* --- bounds
 * ------------------------------------------------------------------------------------------------------------ */
/* Half a unit of the last digit away. What does not fit in the asked digits is cut off towards zero and rounded away
 * from it, as the official tests have it. */
static bool bound_decimal(Dec d, bool high, int64_t digits, Dec *out)
{
	Dec half = { high ? 5 : -5, d.scale + 1 };
	if (digits < 0 || digits > DEC_SCALE_MAX || !dec_add(d, half, &d))
		return false;
	bool outward = high ? d.v > 0 : d.v < 0;
	return dec_rescale(d, (unsigned)digits, outward ? DEC_HALF_UP : DEC_TRUNCATE, out);
}

static const uint8_t digits_date[] = { 0, 4, 6, 8, 10, 12, 14, 17 }, digits_time[] = { 0, 0, 0, 0, 2, 4, 6, 9 };

static FpPrecision precision_of(FpKind kind, int64_t digits)
{
	const uint8_t *table = kind == FP_TIME ? digits_time : digits_date;
	for (unsigned p = FPP_YEAR; p <= FPP_MILLI; p++)
		if (digits && table[p] == digits)
			return (FpPrecision)p;
	return (FpPrecision)0;
}

static bool bound_moment(FpItem *v, bool high, int64_t digits)
{
	FpMoment *m = &v->moment;
	FpPrecision want = precision_of((FpKind)v->kind, digits), own = (FpPrecision)m->precision;
	if (!want || (v->kind == FP_DATE && want > FPP_DAY))
		return false;
	if (own == FPP_HOUR) /* an hour without minutes is its first minute, as the official tests have it */
		own = FPP_MINUTE;
	if (high && own < FPP_MONTH)
		m->month = 12;
	if (high && own < FPP_DAY)
		m->day = (int8_t)time_days_in_month(m->year, m->month);
	if (high && own < FPP_HOUR)
		m->hour = 23;
	if (high && own < FPP_MINUTE)
		m->minute = 59;
	if (high && own < FPP_SECOND)
		m->second = 59;
	if (high && own < FPP_MILLI)
		m->milli = 999;
	m->precision = (uint8_t)want;
	if (v->kind == FP_DATETIME && want <= FPP_DAY) {
		v->kind = FP_DATE;
		m->has_offset = false;
	} else if (v->kind == FP_DATETIME && !m->has_offset) {
		m->has_offset = true;
		m->offset_min = high ? -12 * 60 : 14 * 60;
	}
	return true;
}

static Err fn_boundary(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	static const uint8_t standard[] = {
		[FP_INTEGER] = 8, [FP_DECIMAL] = 8, [FP_QUANTITY] = 8, [FP_DATE] = 8, [FP_DATETIME] = 17, [FP_TIME] = 9
	};
	bool high = x->name.p[0] == 'h', has, set = false, good = false;
	int64_t digits = 0;
	FpItem v;
	Dec d;
	TRY(fp_single(e, x, in, &has, &v));
	if (x->argc) {
		FpCollection arg;
		TRY(fp_arg(e, x, 0, &arg));
		TRY(fp_single_int(e, x, &arg, &set, &digits));
	}
	if (!has)
		return OK;
	if (v.kind == FP_NODE || v.kind == FP_BOOLEAN || v.kind == FP_STRING || v.kind == FP_TYPE)
		return fp_fail(e, x, "%.*s() needs a number, quantity, date or time", STR_ARG(x->name));
	if (!set)
		digits = standard[v.kind];
	if (v.kind == FP_DATE || v.kind == FP_DATETIME || v.kind == FP_TIME) {
		good = bound_moment(&v, high, digits);
	} else if (bound_decimal(dec_of(&v), high, digits, &d)) {
		v.kind = v.kind == FP_INTEGER ? FP_DECIMAL : v.kind;
		v.number = d.v;
		v.scale = (uint8_t)d.scale;
		good = true;
	}
	if (good)
		fp_push(e, out, &v);
	return OK;
}

static Err fn_precision(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out)
{
	bool has;
	FpItem v;
	TRY(fp_single(e, x, in, &has, &v));
	if (!has)
		return OK;
	if (v.kind == FP_DATE || v.kind == FP_DATETIME || v.kind == FP_TIME)
		fp_push_int(e, out, (v.kind == FP_TIME ? digits_time : digits_date)[v.moment.precision]);
	else if (v.kind == FP_INTEGER || v.kind == FP_DECIMAL || v.kind == FP_QUANTITY)
		fp_push_int(e, out, dec_of(&v).scale);
	else
		return fp_fail(e, x, "precision() needs a number, date or time");
	return OK;
}

const FpFunction fp_functions_math[] = {
	{ S_INIT("abs"), 0, 0, 0, GIVES_ANY, fn_abs },
	{ S_INIT("ceiling"), 0, 0, 0, GIVES_INTEGER, fn_round },
	{ S_INIT("floor"), 0, 0, 0, GIVES_INTEGER, fn_round },
	{ S_INIT("truncate"), 0, 0, 0, GIVES_INTEGER, fn_round },
	{ S_INIT("round"), 0, 1, 0, GIVES_ANY, fn_round },
	{ S_INIT("exp"), 0, 0, 0, GIVES_ANY, fn_real },
	{ S_INIT("ln"), 0, 0, 0, GIVES_ANY, fn_real },
	{ S_INIT("log"), 1, 1, 0, GIVES_ANY, fn_real },
	{ S_INIT("sqrt"), 0, 0, 0, GIVES_ANY, fn_real },
	{ S_INIT("power"), 1, 1, 0, GIVES_ANY, fn_power },
	{ S_INIT("lowBoundary"), 0, 1, 0, GIVES_ANY, fn_boundary },
	{ S_INIT("highBoundary"), 0, 1, 0, GIVES_ANY, fn_boundary },
	{ S_INIT("precision"), 0, 0, 0, GIVES_INTEGER, fn_precision },
	{ .handler = NULL },
};
