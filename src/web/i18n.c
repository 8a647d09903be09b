#include "web/i18n.h"

#include <pthread.h>
#include <stdlib.h>
#include <unicode/udat.h>
#include <unicode/ustring.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/time.h"

Str msg(Lang l, Msg key)
{
	return message_texts[key][l];
}

Str msg_fill(Arena *a, Lang l, Msg key, const Str *args, size_t n)
{
	Str t = message_texts[key][l];
	Buf b = buf_new(a, t.n + 64, 0);
	size_t from = 0;
	for (size_t i = 0; i + 2 < t.n; i++) {
		if (t.p[i] != '{' || t.p[i + 2] != '}')
			continue;
		size_t k = (size_t)(t.p[i + 1] - '0');
		if (k >= n)
			continue;
		buf_add(&b, str_n(t.p + from, i - from));
		buf_add(&b, args[k]);
		from = i + 3;
		i += 2;
	}
	buf_add(&b, str_from(t, from));
	return buf_str(&b);
}

Msg msg_by_name(Str key)
{
	size_t low = 1, high = MSG_COUNT;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = str_cmp(key, message_names[mid]);
		if (c == 0)
			return (Msg)mid;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return MSG_NONE;
}

/* ---- Accept-Language ---- */

/* Weight of "fr;q=0.8" in thousandths; 1000 without q. */
static int weight_of(Str params)
{
	ptrdiff_t at = str_find(params, S("q="));
	if (at < 0)
		return 1000;
	Str q = str_from(params, (size_t)at + 2);
	int w = 0, unit = 1000;
	for (size_t i = 0; i < q.n && unit > 0; i++) {
		if (q.p[i] == '.')
			continue;
		if (q.p[i] < '0' || q.p[i] > '9')
			break;
		w += (q.p[i] - '0') * unit;
		unit /= 10;
	}
	return w > 1000 ? 1000 : w;
}

Lang lang_from_accept(Str accept_language, Lang otherwise)
{
	Lang best = otherwise;
	int best_weight = 0;
	Str rest = accept_language, item;
	while (rest.p) {
		rest = str_cut(rest, ',', &item);
		Str range, params = str_cut(item, ';', &range), primary;
		range = str_trim(range);
		str_cut(range, '-', &primary);
		Lang l;
		char lower[2];
		if (primary.n != 2)
			continue;
		for (size_t i = 0; i < 2; i++)
			lower[i] = (char)(primary.p[i] | 0x20);
		int w = weight_of(params);
		if (lang_parse(str_n(lower, 2), &l) && w > best_weight) {
			best = l;
			best_weight = w;
		}
	}
	return best;
}

/* ---- dates ---- */

typedef enum Shape { SHAPE_MONTH, SHAPE_DAY, SHAPE_MINUTE, SHAPE_COUNT } Shape;

/* ICU's formatters are not thread-safe: each thread keeps its own, made at first use, closed when it ends. */
typedef struct Formats {
	UDateFormat *of[LANG_COUNT][SHAPE_COUNT][2]; /* [1]: in UTC, for dates without a time */
} Formats;
static pthread_key_t formats_key;
static pthread_once_t formats_once = PTHREAD_ONCE_INIT;

static void formats_close(void *p)
{
	Formats *f = p;
	UDateFormat **all = &f->of[0][0][0];
	for (size_t i = 0; i < sizeof f->of / sizeof *all; i++)
		if (all[i])
			udat_close(all[i]);
	free(f);
}

static void formats_init(void)
{
	if (pthread_key_create(&formats_key, formats_close))
		die("no thread-specific key for date formats");
}

static const char *pattern_of(Lang l, Shape s)
{
	bool german = l == LANG_DE;
	switch (s) {
	case SHAPE_MONTH:
		return "MMMM y";
	case SHAPE_DAY:
		return german ? "d. MMMM y" : "d MMMM y";
	case SHAPE_MINUTE:
		return german ? "d. MMMM y, HH:mm" : "d MMMM y, HH:mm";
	case SHAPE_COUNT:
		break;
	}
	return "";
}

static UDateFormat *format_for(Lang l, Shape s, bool utc)
{
	pthread_once(&formats_once, formats_init);
	Formats *f = pthread_getspecific(formats_key);
	if (!f) {
		f = calloc(1, sizeof *f);
		if (!f || pthread_setspecific(formats_key, f))
			die("out of memory for date formats");
	}
	UDateFormat **slot = &f->of[l][s][utc];
	if (!*slot) {
		UErrorCode err = U_ZERO_ERROR;
		UChar zone[32], pattern[32];
		u_uastrcpy(zone, utc ? "UTC" : "Europe/Brussels");
		u_uastrcpy(pattern, pattern_of(l, s));
		*slot = udat_open(UDAT_PATTERN, UDAT_PATTERN, lang_code(l).p, zone, -1, pattern, -1, &err);
		if (U_FAILURE(err))
			die("ICU date format: %s", u_errorName(err));
	}
	return *slot;
}

static Str format(Arena *a, Lang l, Shape s, bool utc, Millis t)
{
	UChar wide[96];
	char text[288];
	UErrorCode err = U_ZERO_ERROR;
	int32_t n = udat_format(format_for(l, s, utc), (UDate)t, wide, (int32_t)COUNT_OF(wide), NULL, &err);
	int32_t bytes = 0;
	u_strToUTF8(text, (int32_t)sizeof text, &bytes, wide, n, &err);
	if (U_FAILURE(err))
		return time_date(a, t);
	return arena_str(a, str_n(text, (size_t)bytes));
}

Str date_text(Arena *a, Lang l, Millis t)
{
	return format(a, l, SHAPE_DAY, false, t);
}
Str datetime_text(Arena *a, Lang l, Millis t)
{
	return format(a, l, SHAPE_MINUTE, false, t);
}

Str fhir_date_text(Arena *a, Lang l, Str fhir)
{
	Moment m;
	if (!time_parse_datetime(fhir, &m))
		return fhir;
	switch (m.precision) {
	case PREC_YEAR:
		return fhir;
	case PREC_MONTH:
		return format(a, l, SHAPE_MONTH, true, m.from);
	case PREC_DAY:
		return format(a, l, SHAPE_DAY, true, m.from);
	case PREC_MINUTE:
	case PREC_SECOND:
	case PREC_MILLI:
		return format(a, l, SHAPE_MINUTE, !m.has_offset, m.from);
	}
	return fhir;
}
