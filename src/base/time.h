/* Time: milliseconds since 1970-01-01T00:00:00Z, and FHIR date, dateTime, instant and time texts with
 * their precision and offset. Source: https://hl7.org/fhir/R4/datatypes.html#dateTime */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "base/arena.h"

typedef int64_t Millis;

typedef enum Precision { PREC_YEAR, PREC_MONTH, PREC_DAY, PREC_MINUTE, PREC_SECOND, PREC_MILLI } Precision;

/* A moment as written: the interval [from, until) in UTC that the text stands for, its precision and
 * offset. "2020-05" is [2020-05-01, 2020-06-01). A text without an offset is read as UTC. */
typedef struct Moment {
	Millis from, until;
	Precision precision;
	int16_t offset_min; /* minutes east of UTC */
	bool has_offset;
} Moment;

/* Now. Tests and the demonstration world can shift it with time_set_offset (milliseconds). */
Millis time_now(void);
void time_set_offset(Millis ms);
/* Monotonic clock for durations, microseconds. */
int64_t time_mono_us(void);

/* Parse a FHIR date (Y, Y-M, Y-M-D), dateTime (those or with time and offset) or instant (full).
 * False when the text is not one: a wrong day of a month is refused too. */
NODISCARD bool time_parse_date(Str s, Moment *out);
NODISCARD bool time_parse_datetime(Str s, Moment *out);
NODISCARD bool time_parse_instant(Str s, Moment *out);
/* FHIR time hh:mm:ss(.fff) → milliseconds of the day. */
NODISCARD bool time_parse_time(Str s, Millis *out);

/* "2026-11-21T22:47:43.123Z", 24 bytes. */
Str time_instant(Arena *a, Millis t);
/* Writes exactly 24 bytes, no NUL. */
void time_instant_to(char *out, Millis t);
/* "2026-11-21" of the UTC day; 10 bytes. */
Str time_date(Arena *a, Millis t);

/* Civil calendar, proleptic Gregorian, UTC. month 1–12, day 1–31. */
typedef struct Civil {
	int year, month, day, hour, minute, second, milli, weekday; /* weekday: 0 = Monday */
} Civil;
Civil time_civil(Millis t);
Millis time_from_civil(int year, int month, int day);
int time_days_in_month(int year, int month);
/* Whole years from birth (midnight of the birth date) to now. */
int time_age(Millis birth, Millis now);
enum { DAY_MS = 86400000 };

#endif
