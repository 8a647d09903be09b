/* Decimals: 37 digits, exact. Source: https://hl7.org/fhirpath/N1/#decimal (28 digits, 8 of them behind the point). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "fhir/fhirpath/fp.h"

static __int128 ten(unsigned n)
{
	__int128 r = 1;
	while (n--)
		r *= 10;
	return r;
}

static bool fits(__int128 v)
{
	const __int128 max = ten(37);
	return v < max && v > -max;
}

static bool digits(Str s, size_t *i, Dec *d, bool fraction)
{
	size_t from = *i;
	for (; *i < s.n && s.p[*i] >= '0' && s.p[*i] <= '9'; ++*i) {
		if (!fits(d->v * 10) || (fraction && d->scale >= DEC_SCALE_MAX)) {
			if (!fraction)
				return false;
			continue; /* digits past what we keep */
		}
		d->v = d->v * 10 + (s.p[*i] - '0');
		d->scale += fraction;
	}
	return *i > from;
}

static bool exponent(Str s, Dec *d)
{
	int64_t e;
	if (s.n && s.p[0] == '+')
		s = str_from(s, 1);
	if (!str_int(s, &e) || e > 40 || e < -DEC_SCALE_MAX)
		return false;
	for (; e > 0; e--) {
		if (d->scale)
			d->scale--;
		else if (fits(d->v * 10))
			d->v *= 10;
		else
			return false;
	}
	d->scale += (unsigned)-e;
	return d->scale <= DEC_SCALE_MAX;
}

bool dec_parse(Str s, Dec *out)
{
	Dec d = { 0, 0 };
	bool minus = s.n && s.p[0] == '-';
	size_t i = minus || (s.n && s.p[0] == '+');
	if (!digits(s, &i, &d, false))
		return false;
	if (i < s.n && s.p[i] == '.') {
		i++;
		if (!digits(s, &i, &d, true))
			return false;
	}
	if (i < s.n && (s.p[i] | 32) == 'e') {
		if (!exponent(str_from(s, i + 1), &d))
			return false;
		i = s.n;
	}
	if (i != s.n)
		return false;
	*out = (Dec){ minus ? -d.v : d.v, d.scale };
	return true;
}

Dec dec_trim(Dec a)
{
	while (a.scale && a.v % 10 == 0) {
		a.v /= 10;
		a.scale--;
	}
	return a;
}

bool dec_rescale(Dec a, unsigned scale, DecMode mode, Dec *out)
{
	if (scale > 37)
		return false;
	for (; a.scale < scale; a.scale++) {
		a.v *= 10;
		if (!fits(a.v))
			return false;
	}
	if (a.scale > scale) {
		__int128 by = ten(a.scale - scale), rest = a.v % by;
		a.v /= by;
		if (mode == DEC_HALF_UP && (rest < 0 ? -rest : rest) * 2 >= by)
			a.v += rest < 0 ? -1 : 1;
		if (mode == DEC_FLOOR && rest < 0)
			a.v--;
		if (mode == DEC_CEILING && rest > 0)
			a.v++;
	}
	*out = (Dec){ a.v, scale };
	return true;
}

bool dec_add(Dec a, Dec b, Dec *out)
{
	unsigned scale = a.scale > b.scale ? a.scale : b.scale;
	if (!dec_rescale(a, scale, DEC_TRUNCATE, &a) || !dec_rescale(b, scale, DEC_TRUNCATE, &b) || !fits(a.v + b.v))
		return false;
	*out = (Dec){ a.v + b.v, scale };
	return true;
}

bool dec_mul(Dec a, Dec b, Dec *out)
{
	__int128 v;
	while (__builtin_mul_overflow(a.v, b.v, &v) || !fits(v)) {
		Dec *longer = a.scale > b.scale ? &a : &b;
		if (!longer->scale)
			return false;
		(void)dec_rescale(*longer, longer->scale - 1, DEC_HALF_UP, longer);
	}
	Dec r = { v, a.scale + b.scale };
	if (r.scale > DEC_SCALE_MAX && !dec_rescale(r, DEC_SCALE_MAX, DEC_HALF_UP, &r))
		return false;
	*out = r;
	return true;
}

/* The quotient has as many digits behind the point as fit, at most 16. */
bool dec_div(Dec a, Dec b, Dec *out)
{
	if (b.v == 0)
		return false;
	a = dec_trim(a);
	b = dec_trim(b);
	unsigned scale = a.scale;
	__int128 v = a.v;
	while (scale < b.scale + 17 && fits(v * 10) && scale < 37) {
		v *= 10;
		scale++;
	}
	if (scale < b.scale)
		return false;
	Dec r = { v / b.v, scale - b.scale };
	if (r.scale == 17)
		(void)dec_rescale(r, 16, DEC_HALF_UP, &r);
	*out = dec_trim(r);
	return true;
}

bool dec_int_div(Dec a, Dec b, Dec *quotient, Dec *rest)
{
	unsigned scale = a.scale > b.scale ? a.scale : b.scale;
	if (b.v == 0 || !dec_rescale(a, scale, DEC_TRUNCATE, &a) || !dec_rescale(b, scale, DEC_TRUNCATE, &b))
		return false;
	*quotient = (Dec){ a.v / b.v, 0 };
	*rest = (Dec){ a.v % b.v, scale };
	return true;
}

int dec_cmp(Dec a, Dec b)
{
	a = dec_trim(a);
	b = dec_trim(b);
	Dec x, y;
	unsigned scale = a.scale > b.scale ? a.scale : b.scale;
	if (dec_rescale(a, scale, DEC_TRUNCATE, &x) && dec_rescale(b, scale, DEC_TRUNCATE, &y))
		return (x.v > y.v) - (x.v < y.v);
	/* One has no room for the other's digits: then their whole parts differ. */
	__int128 wa = a.v / ten(a.scale), wb = b.v / ten(b.scale);
	return (wa > wb) - (wa < wb);
}

bool dec_from_double(double d, Dec *out)
{
	char text[64];
	if (!isfinite(d) || fabs(d) >= 1e30)
		return false;
	snprintf(text, sizeof text, "%.15g", d);
	if (fabs(d) < 1e-12) {
		*out = (Dec){ 0, 0 };
		return true;
	}
	return dec_parse(str_c(text), out);
}

double dec_double(Dec a)
{
	return (double)((long double)a.v / (long double)ten(a.scale));
}

Str dec_text(Arena *a, Dec d)
{
	char buf[64];
	size_t at = sizeof buf;
	__int128 v = d.v < 0 ? -d.v : d.v;
	for (unsigned i = 0; v || i <= d.scale; i++) {
		if (i == d.scale && i)
			buf[--at] = '.';
		buf[--at] = (char)('0' + (int)(v % 10));
		v /= 10;
	}
	if (d.v < 0)
		buf[--at] = '-';
	return arena_str(a, str_n(buf + at, sizeof buf - at));
}
