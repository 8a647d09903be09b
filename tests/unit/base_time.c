/* The calendar and FHIR date and time texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/time.h"

static Millis at(const char *text)
{
	Moment m = { 0 };
	if (!time_parse_datetime(str_c(text), &m))
		fail_msg("refused: %s", text);
	return m.from;
}

static void calendar(void **state)
{
	(void)state;
	assert_int_equal(time_from_civil(1970, 1, 1), 0);
	assert_int_equal(time_from_civil(2000, 3, 1) - time_from_civil(2000, 2, 28), 2LL * DAY_MS);
	assert_int_equal(time_from_civil(1900, 3, 1) - time_from_civil(1900, 2, 28), 1LL * DAY_MS);
	assert_int_equal(time_from_civil(2026, 11, 21), 1795219200000);
	assert_int_equal(time_days_in_month(2024, 2), 29);
	assert_int_equal(time_days_in_month(2023, 2), 28);
	assert_int_equal(time_days_in_month(2100, 2), 28);
	assert_int_equal(time_days_in_month(2000, 2), 29);
	/* Every day of 800 years, there and back; weekdays follow each other. */
	int weekday = time_civil(time_from_civil(1599, 12, 31)).weekday;
	for (int y = 1600; y < 2400; y++)
		for (int m = 1; m <= 12; m++)
			for (int d = 1; d <= time_days_in_month(y, m); d++) {
				Civil c = time_civil(time_from_civil(y, m, d));
				weekday = (weekday + 1) % 7;
				if (c.year != y || c.month != m || c.day != d || c.weekday != weekday)
					fail_msg("%d-%d-%d", y, m, d);
			}
	assert_int_equal(time_civil(time_from_civil(2026, 11, 21)).weekday, 5);
	Civil before = time_civil(-1);
	assert_int_equal(before.year, 1969);
	assert_int_equal(before.day, 31);
	assert_int_equal(before.hour, 23);
	assert_int_equal(before.milli, 999);
}

static void age(void **state)
{
	(void)state;
	assert_int_equal(time_age(at("2000-02-29"), at("2001-02-28")), 0);
	assert_int_equal(time_age(at("2000-02-29"), at("2001-03-01")), 1);
	assert_int_equal(time_age(at("1950-06-15"), at("2026-06-14T23:59:59Z")), 75);
	assert_int_equal(time_age(at("1950-06-15"), at("2026-06-15")), 76);
	assert_int_equal(time_age(at("1950-06-15"), at("1950-06-15")), 0);
}

static void interval(const char *text, const char *from, const char *until, Precision p)
{
	Moment m;
	assert_true(time_parse_datetime(str_c(text), &m));
	assert_int_equal(m.from, at(from));
	assert_int_equal(m.until, at(until));
	assert_int_equal(m.precision, p);
}

static void intervals(void **state)
{
	(void)state;
	interval("2020", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z", PREC_YEAR);
	interval("2020-05", "2020-05-01T00:00:00Z", "2020-06-01T00:00:00Z", PREC_MONTH);
	interval("2020-12", "2020-12-01T00:00:00Z", "2021-01-01T00:00:00Z", PREC_MONTH);
	interval("2020-02-29", "2020-02-29T00:00:00Z", "2020-03-01T00:00:00Z", PREC_DAY);
	interval("2020-01-01T10:00:00Z", "2020-01-01T10:00:00.000Z", "2020-01-01T10:00:01.000Z", PREC_SECOND);
	interval("2020-01-01T10:00:00.5Z", "2020-01-01T10:00:00.500Z", "2020-01-01T10:00:00.501Z", PREC_MILLI);
	interval("2020-01-01T00:30:00+02:00", "2019-12-31T22:30:00Z", "2019-12-31T22:30:01Z", PREC_SECOND);
	interval("2020-01-01T00:30:00-09:30", "2020-01-01T10:00:00Z", "2020-01-01T10:00:01Z", PREC_SECOND);
	assert_int_equal(at("2020-01-01T10:00:00.123456Z") - at("2020-01-01T10:00:00Z"), 123);
	Moment m;
	assert_true(time_parse_instant(S("2020-01-01T00:30:00+14:00"), &m));
	assert_true(m.has_offset);
	assert_int_equal(m.offset_min, 840);
	assert_true(time_parse_date(S("2020-05"), &m));
	assert_false(m.has_offset);
	assert_true(time_parse_instant(S("2016-12-31T23:59:60Z"), &m)); /* a leap second */
	assert_int_equal(m.from, at("2017-01-01T00:00:00Z"));
}

static void refused(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"",
		"20",
		"202",
		"0000",
		"2020-",
		"2020-13",
		"2020-00",
		"2020-1",
		"2020-02-30",
		"2023-02-29",
		"2020-01-00",
		"2020-01-32",
		"2020-04-31",
		"2020-01-01T",
		"2020-01-01T10",
		"2020-01-01T10:00Z",
		"2020-01-01T10:00:00",
		"2020-01-01T24:00:00Z",
		"2020-01-01T10:60:00Z",
		"2020-01-01T10:00:61Z",
		"2020-01-01T10:00:00.Z",
		"2020-01-01T10:00:00+14:01",
		"2020-01-01T10:00:00+15:00",
		"2020-01-01T10:00:00+02",
		"2020-01-01T10:00:00z",
		"2020-01-01 10:00:00Z",
		"2020-01T10:00:00Z",
		"2020-01-01Z",
		" 2020",
		"2020 ",
		"-2020",
		"2020-01-01T10:00:00ZZ",
	};
	Moment m = { .from = 7 };
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (time_parse_datetime(str_c(wrong[i]), &m))
			fail_msg("accepted: %s", wrong[i]);
	assert_false(time_parse_date(S("2020-01-01T10:00:00Z"), &m));
	assert_false(time_parse_instant(S("2020-01-01"), &m));
	assert_int_equal(m.from, 7);
}

static void time_of_day(void **state)
{
	(void)state;
	Millis t = 7;
	assert_false(time_parse_time(S("25:00:00"), &t));
	assert_false(time_parse_time(S("10:00"), &t));
	assert_false(time_parse_time(S("10:00:00Z"), &t));
	assert_int_equal(t, 7);
	assert_true(time_parse_time(S("10:30:15.25"), &t));
	assert_int_equal(t, 37815250);
}

static void written(void **state)
{
	(void)state;
	Arena *a = arena_new();
	static const char *const texts[] = { "2026-11-21T22:47:43.123Z", "1969-12-31T23:59:59.999Z",
		                             "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z" };
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_string_equal(time_instant(a, at(texts[i])).p, texts[i]);
	assert_true(str_eq(time_date(a, at("2026-11-21T23:59:59+00:00")), S("2026-11-21")));
	arena_free(a);
}

static void clock_shift(void **state)
{
	(void)state;
	Millis now = time_now();
	time_set_offset(40LL * DAY_MS);
	assert_in_range(time_now() - now, 40LL * DAY_MS, 40LL * DAY_MS + 60000);
	time_set_offset(0);
	int64_t us = time_mono_us();
	assert_true(time_mono_us() >= us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calendar),    cmocka_unit_test(age),         cmocka_unit_test(intervals),
		cmocka_unit_test(refused),     cmocka_unit_test(time_of_day), cmocka_unit_test(written),
		cmocka_unit_test(clock_shift),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
