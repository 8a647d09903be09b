/* Dates and times with their precision. Sources: https://hl7.org/fhirpath/N1/#date, #comparison, #datetime-arithmetic
 */
#include <stdio.h>

#include "fhir/fhirpath/fp.h"

/* n digits of s at *i, within low and high; false leaves *i. */
static bool number(Str s, size_t *i, unsigned n, int low, int high, int *out)
{
	int v = 0;
	if (s.n - *i < n)
		return false;
	for (unsigned k = 0; k < n; k++) {
		char c = s.p[*i + k];
		if (c < '0' || c > '9')
			return false;
		v = v * 10 + (c - '0');
	}
	if (v < low || v > high)
		return false;
	*i += n;
	*out = v;
	return true;
}

static bool sign(Str s, size_t *i, char c)
{
	if (*i >= s.n || s.p[*i] != c)
		return false;
	++*i;
	return true;
}

static bool parse_date(Str s, size_t *i, FpMoment *m)
{
	int v;
	if (!number(s, i, 4, 1, 9999, &v))
		return false;
	m->year = (int16_t)v;
	m->precision = FPP_YEAR;
	if (!sign(s, i, '-'))
		return true;
	if (!number(s, i, 2, 1, 12, &v))
		return false;
	m->month = (int8_t)v;
	m->precision = FPP_MONTH;
	if (!sign(s, i, '-'))
		return true;
	if (!number(s, i, 2, 1, time_days_in_month(m->year, m->month), &v))
		return false;
	m->day = (int8_t)v;
	m->precision = FPP_DAY;
	return true;
}

static bool parse_clock(Str s, size_t *i, FpMoment *m)
{
	int v;
	if (!number(s, i, 2, 0, 23, &v))
		return false;
	m->hour = (int8_t)v;
	m->precision = FPP_HOUR;
	if (!sign(s, i, ':'))
		return true;
	if (!number(s, i, 2, 0, 59, &v))
		return false;
	m->minute = (int8_t)v;
	m->precision = FPP_MINUTE;
	if (!sign(s, i, ':'))
		return true;
	if (!number(s, i, 2, 0, 60, &v))
		return false;
	m->second = (int8_t)v;
	m->precision = FPP_SECOND;
	if (!sign(s, i, '.'))
		return true;
	m->precision = FPP_MILLI;
	int digit, weight = 100;
	size_t from = *i;
	for (; number(s, i, 1, 0, 9, &digit); weight /= 10)
		m->milli = (int16_t)(m->milli + digit * weight);
	return *i > from;
}

static bool parse_offset(Str s, size_t *i, FpMoment *m)
{
	if (*i == s.n)
		return true;
	m->has_offset = true;
	if (sign(s, i, 'Z'))
		return true;
	bool west = s.p[*i] == '-';
	int hour, minute;
	if (!west && s.p[*i] != '+')
		return false;
	++*i;
	if (!number(s, i, 2, 0, 14, &hour) || !sign(s, i, ':') || !number(s, i, 2, 0, 59, &minute))
		return false;
	m->offset_min = (int16_t)((hour * 60 + minute) * (west ? -1 : 1));
	return true;
}

bool moment_parse(Str s, FpKind kind, FpMoment *out)
{
	FpMoment m = { .year = 1, .month = 1, .day = 1 };
	size_t i = 0;
	if (kind == FP_TIME) {
		if (!parse_clock(s, &i, &m) || i != s.n)
			return false;
	} else {
		if (!parse_date(s, &i, &m))
			return false;
		bool clock = kind == FP_DATETIME && sign(s, &i, 'T');
		if (clock && i < s.n && (m.precision != FPP_DAY || !parse_clock(s, &i, &m) || !parse_offset(s, &i, &m)))
			return false;
		if (i != s.n)
			return false;
	}
	*out = m;
	return true;
}

static int clock_text(char *p, size_t room, const FpMoment *m)
{
	int n = snprintf(p, room, "%02d", m->hour);
	if (m->precision >= FPP_MINUTE)
		n += snprintf(p + n, room - (size_t)n, ":%02d", m->minute);
	if (m->precision >= FPP_SECOND)
		n += snprintf(p + n, room - (size_t)n, ":%02d", m->second);
	if (m->precision >= FPP_MILLI)
		n += snprintf(p + n, room - (size_t)n, ".%03d", m->milli);
	return n;
}

Str moment_text(Arena *a, const FpMoment *m, FpKind kind)
{
	char p[96];
	int n = 0;
	if (kind == FP_TIME)
		return arena_str(a, str_n(p, (size_t)clock_text(p, sizeof p, m)));
	n = snprintf(p, sizeof p, "%04d", m->year);
	if (m->precision >= FPP_MONTH)
		n += snprintf(p + n, sizeof p - (size_t)n, "-%02d", m->month);
	if (m->precision >= FPP_DAY)
		n += snprintf(p + n, sizeof p - (size_t)n, "-%02d", m->day);
	if (kind == FP_DATETIME && m->precision >= FPP_HOUR) {
		p[n++] = 'T';
		n += clock_text(p + n, sizeof p - (size_t)n, m);
		int off = m->offset_min < 0 ? -m->offset_min : m->offset_min;
		if (m->has_offset && !off)
			p[n++] = 'Z';
		else if (m->has_offset)
			n += snprintf(p + n, sizeof p - (size_t)n, "%c%02d:%02d", m->offset_min < 0 ? '-' : '+',
			              off / 60, off % 60);
	}
	return arena_str(a, str_n(p, (size_t)n));
}

int64_t moment_millis(const FpMoment *m)
{
	return time_from_civil(m->year, m->month, m->day) +
	       ((m->hour * 60 + m->minute) * INT64_C(60) + m->second) * 1000 + m->milli;
}

static void set_millis(FpMoment *m, int64_t t)
{
	Civil c = time_civil(t);
	m->year = (int16_t)c.year;
	m->month = (int8_t)c.month;
	m->day = (int8_t)c.day;
	m->hour = (int8_t)c.hour;
	m->minute = (int8_t)c.minute;
	m->second = (int8_t)c.second;
	m->milli = (int16_t)c.milli;
}

/* Fields from the year down; seconds and their fraction are one. */
static int field(const FpMoment *m, FpPrecision p)
{
	switch (p) {
	case FPP_YEAR:
		return m->year;
	case FPP_MONTH:
		return m->month;
	case FPP_DAY:
		return m->day;
	case FPP_HOUR:
		return m->hour;
	case FPP_MINUTE:
		return m->minute;
	case FPP_SECOND:
	case FPP_MILLI:
		return m->second * 1000 + m->milli;
	}
	return 0;
}

static unsigned depth(const FpMoment *m)
{
	return m->precision == FPP_MILLI ? FPP_SECOND : m->precision;
}

/* Compares field by field; false where one of them ends before they differ. */
static bool by_fields(const FpMoment *a, const FpMoment *b, FpPrecision first, int *cmp)
{
	unsigned da = depth(a), db = depth(b);
	for (unsigned p = first; p <= (da < db ? da : db); p++) {
		int x = field(a, (FpPrecision)p), y = field(b, (FpPrecision)p);
		*cmp = (x > y) - (x < y);
		if (*cmp)
			return true;
	}
	return da == db;
}

bool moment_compare(const FpItem *left, const FpItem *right, int *cmp)
{
	FpMoment a = left->moment, b = right->moment;
	if (left->kind == FP_TIME)
		return by_fields(&a, &b, FPP_HOUR, cmp);
	if (a.precision < FPP_HOUR || b.precision < FPP_HOUR)
		return by_fields(&a, &b, FPP_YEAR, cmp);
	if (a.has_offset && b.has_offset) {
		set_millis(&a, moment_millis(&a) - a.offset_min * INT64_C(60000));
		set_millis(&b, moment_millis(&b) - b.offset_min * INT64_C(60000));
	} else if (a.has_offset != b.has_offset) {
		/* Without an offset it may be any from -12:00 to +14:00: only what is further apart has an order. */
		int64_t x = moment_millis(&a) - a.offset_min * INT64_C(60000);
		int64_t y = moment_millis(&b) - b.offset_min * INT64_C(60000);
		int64_t apart = x > y ? x - y : y - x;
		*cmp = (x > y) - (x < y);
		return apart > INT64_C(15) * 3600000;
	}
	return by_fields(&a, &b, FPP_YEAR, cmp);
}

static bool add_months(FpMoment *m, int64_t n)
{
	int64_t months = m->year * INT64_C(12) + (m->month - 1) + n;
	if (months < 12 || months >= 12 * 10000)
		return false;
	m->year = (int16_t)(months / 12);
	m->month = (int8_t)(months % 12 + 1);
	int last = time_days_in_month(m->year, m->month);
	if (m->day > last)
		m->day = (int8_t)last;
	return true;
}

/* Milliseconds in a unit; years and months as 365 and 30 days, for what is coarser than the unit. */
static int64_t length(FpPrecision p)
{
	static const int64_t of[] = { 0, INT64_C(365) * DAY_MS, INT64_C(30) * DAY_MS, DAY_MS, 3600000, 60000, 1000, 1 };
	return of[p];
}

bool moment_add(FpItem *item, FpPrecision unit, int64_t n)
{
	FpMoment *m = &item->moment;
	FpPrecision own = (FpPrecision)m->precision;
	int64_t t;
	if (item->kind == FP_TIME) {
		if (unit < FPP_HOUR || __builtin_mul_overflow(n, length(unit), &t))
			return false;
		t = (moment_millis(m) - time_from_civil(1, 1, 1) + t % DAY_MS + DAY_MS) % DAY_MS;
		set_millis(m, time_from_civil(1, 1, 1) + t);
		return true;
	}
	if (n > INT64_C(400000000000000) || n < -INT64_C(400000000000000))
		return false;
	if (unit > own) { /* finer than what is known: whole units of what is known */
		if (own == FPP_YEAR && unit == FPP_MONTH) {
			n /= 12;
		} else if (__builtin_mul_overflow(n, length(unit), &t)) {
			return false;
		} else {
			n = t / length(own);
		}
		unit = own;
	}
	if (unit <= FPP_MONTH)
		return n < 1000000 && n > -1000000 && add_months(m, unit == FPP_YEAR ? n * 12 : n);
	if (__builtin_mul_overflow(n, length(unit), &t) || __builtin_add_overflow(t, moment_millis(m), &t))
		return false;
	if (t < time_from_civil(1, 1, 1) || t >= time_from_civil(9999, 12, 31) + DAY_MS)
		return false;
	set_millis(m, t);
	return true;
}

FpItem moment_now(Millis now, FpKind kind)
{
	FpItem item = { .kind = (uint8_t)kind };
	FpMoment *m = &item.moment;
	set_millis(m, now);
	m->precision = kind == FP_DATE ? FPP_DAY : FPP_MILLI;
	m->has_offset = kind == FP_DATETIME;
	if (kind == FP_DATE)
		m->hour = m->minute = m->second = 0, m->milli = 0;
	return item;
}
