#include "base/time.h"

#include <time.h>

static Millis shift;

Millis time_now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (Millis)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + __atomic_load_n(&shift, __ATOMIC_RELAXED);
}

void time_set_offset(Millis ms)
{
	__atomic_store_n(&shift, ms, __ATOMIC_RELAXED);
}

int64_t time_mono_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Days since 1970-01-01, by Howard Hinnant's published formula (days_from_civil). */
static int64_t days_from_civil(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static void civil_from_days(int64_t z, Civil *c)
{
	z += 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	c->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c->year = (int)(yoe + era * 400 + (c->month <= 2));
}

Civil time_civil(Millis t)
{
	int64_t days = t / DAY_MS;
	int64_t rest = t % DAY_MS;
	if (rest < 0) {
		rest += DAY_MS;
		days--;
	}
	Civil c = { 0 };
	civil_from_days(days, &c);
	c.hour = (int)(rest / 3600000);
	c.minute = (int)(rest / 60000 % 60);
	c.second = (int)(rest / 1000 % 60);
	c.milli = (int)(rest % 1000);
	c.weekday = (int)(((days + 3) % 7 + 7) % 7);
	return c;
}

Millis time_from_civil(int year, int month, int day)
{
	return days_from_civil(year, month, day) * DAY_MS;
}

int time_days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

int time_age(Millis birth, Millis now)
{
	Civil b = time_civil(birth), n = time_civil(now);
	int years = n.year - b.year;
	if (n.month < b.month || (n.month == b.month && n.day < b.day))
		years--;
	return years;
}

/* Reads exactly n digits at s[*i]; -1 when they are not there. */
static int digits(Str s, size_t *i, size_t n)
{
	if (s.n - *i < n)
		return -1;
	int v = 0;
	for (size_t k = 0; k < n; k++) {
		char c = s.p[*i + k];
		if (c < '0' || c > '9')
			return -1;
		v = v * 10 + (c - '0');
	}
	*i += n;
	return v;
}

static bool eat(Str s, size_t *i, char c)
{
	if (*i >= s.n || s.p[*i] != c)
		return false;
	++*i;
	return true;
}

/* Year, year-month or year-month-day from s[*i]; fills from, until and precision. */
static bool parse_ymd(Str s, size_t *i, Moment *m)
{
	int y = digits(s, i, 4), mo, d;
	if (y < 1)
		return false;
	m->offset_min = 0;
	m->has_offset = false;
	if (!eat(s, i, '-')) {
		m->precision = PREC_YEAR;
		m->from = time_from_civil(y, 1, 1);
		m->until = time_from_civil(y + 1, 1, 1);
		return true;
	}
	if ((mo = digits(s, i, 2)) < 1 || mo > 12)
		return false;
	if (!eat(s, i, '-')) {
		m->precision = PREC_MONTH;
		m->from = time_from_civil(y, mo, 1);
		m->until = mo == 12 ? time_from_civil(y + 1, 1, 1) : time_from_civil(y, mo + 1, 1);
		return true;
	}
	if ((d = digits(s, i, 2)) < 1 || d > time_days_in_month(y, mo))
		return false;
	m->precision = PREC_DAY;
	m->from = time_from_civil(y, mo, d);
	m->until = m->from + DAY_MS;
	return true;
}

/* hh:mm:ss with optional fraction; *ms of the day, *unit the length of the last digit given. */
static bool parse_hms(Str s, size_t *i, Millis *ms, Millis *unit)
{
	int h = digits(s, i, 2), mi, sec;
	if (h < 0 || h > 23 || !eat(s, i, ':') || (mi = digits(s, i, 2)) < 0 || mi > 59 || !eat(s, i, ':') ||
	    (sec = digits(s, i, 2)) < 0 || sec > 60)
		return false;
	*ms = ((Millis)h * 60 + mi) * 60000 + (Millis)sec * 1000;
	*unit = 1000;
	if (!eat(s, i, '.'))
		return true;
	size_t start = *i;
	Millis frac = 0, scale = 100;
	while (*i < s.n && s.p[*i] >= '0' && s.p[*i] <= '9') {
		frac += (s.p[*i] - '0') * scale;
		scale /= 10;
		++*i;
	}
	*ms += frac;
	*unit = 1;
	return *i > start;
}

static bool parse_zone(Str s, size_t *i, int16_t *minutes)
{
	*minutes = 0;
	if (eat(s, i, 'Z'))
		return true;
	int sign = eat(s, i, '+') ? 1 : eat(s, i, '-') ? -1 : 0;
	if (!sign)
		return false;
	int h = digits(s, i, 2), m;
	if (h < 0 || h > 14 || !eat(s, i, ':') || (m = digits(s, i, 2)) < 0 || m > 59 || (h == 14 && m))
		return false;
	*minutes = (int16_t)(sign * (h * 60 + m));
	return true;
}

bool time_parse_date(Str s, Moment *out)
{
	size_t i = 0;
	Moment m;
	if (!parse_ymd(s, &i, &m) || i != s.n)
		return false;
	*out = m;
	return true;
}

bool time_parse_datetime(Str s, Moment *out)
{
	size_t i = 0;
	Moment m;
	if (!parse_ymd(s, &i, &m))
		return false;
	if (i < s.n) {
		Millis ms, unit;
		if (m.precision != PREC_DAY || !eat(s, &i, 'T') || !parse_hms(s, &i, &ms, &unit) ||
		    !parse_zone(s, &i, &m.offset_min) || i != s.n)
			return false;
		m.has_offset = true;
		m.precision = unit == 1 ? PREC_MILLI : PREC_SECOND;
		m.from += ms - (Millis)m.offset_min * 60000;
		m.until = m.from + unit;
	}
	*out = m;
	return true;
}

bool time_parse_instant(Str s, Moment *out)
{
	Moment m;
	if (!time_parse_datetime(s, &m) || m.precision < PREC_SECOND)
		return false;
	*out = m;
	return true;
}

bool time_parse_time(Str s, Millis *out)
{
	size_t i = 0;
	Millis ms, unit;
	if (!parse_hms(s, &i, &ms, &unit) || i != s.n)
		return false;
	*out = ms;
	return true;
}

static void two(char *p, int v)
{
	p[0] = (char)('0' + v / 10 % 10);
	p[1] = (char)('0' + v % 10);
}

void time_instant_to(char *p, Millis t)
{
	Civil c = time_civil(t);
	two(p, c.year / 100);
	two(p + 2, c.year % 100);
	p[4] = '-';
	two(p + 5, c.month);
	p[7] = '-';
	two(p + 8, c.day);
	p[10] = 'T';
	two(p + 11, c.hour);
	p[13] = ':';
	two(p + 14, c.minute);
	p[16] = ':';
	two(p + 17, c.second);
	p[19] = '.';
	p[20] = (char)('0' + c.milli / 100);
	two(p + 21, c.milli % 100);
	p[23] = 'Z';
}

Str time_instant(Arena *a, Millis t)
{
	char *p = arena_raw(a, 25);
	time_instant_to(p, t);
	p[24] = 0;
	return (Str){ p, 24 };
}

Str time_date(Arena *a, Millis t)
{
	Str s = time_instant(a, t);
	return (Str){ s.p, 10 };
}
