/* Units: the part of UCUM that plans use, and calendar words. Sources: https://ucum.org/ucum,
 * https://hl7.org/fhirpath/N1/#quantity A unit is a factor times powers of base units. Units with an offset (Cel,
 * [degF]) and arbitrary ones ([iU]) are each a dimension of their own: they compare with themselves only. A unit that
 * is not known here compares with the same text only. */
#include "fhir/fhirpath/fp.h"

enum {
	DIM_METRE,
	DIM_SECOND,
	DIM_GRAM,
	DIM_MOLE,
	DIM_KELVIN,
	DIM_AMPERE,
	DIM_CANDELA,
	DIM_CELSIUS,
	DIM_IU,
	DIM_MONTH,
	DIMS
};

typedef struct Unit {
	Dec factor;
	int exp; /* times 10^exp */
	int8_t dim[DIMS];
} Unit;

typedef struct Atom {
	Str code;
	bool metric; /* takes prefixes */
	int8_t exp;
	Str factor;
	int8_t dim[DIMS];
} Atom;

static const Atom atoms[] = {
	{ S_INIT("m"), true, 0, S_INIT("1"), { [DIM_METRE] = 1 } },
	{ S_INIT("s"), true, 0, S_INIT("1"), { [DIM_SECOND] = 1 } },
	{ S_INIT("g"), true, 0, S_INIT("1"), { [DIM_GRAM] = 1 } },
	{ S_INIT("mol"), true, 0, S_INIT("1"), { [DIM_MOLE] = 1 } },
	{ S_INIT("K"), true, 0, S_INIT("1"), { [DIM_KELVIN] = 1 } },
	{ S_INIT("A"), true, 0, S_INIT("1"), { [DIM_AMPERE] = 1 } },
	{ S_INIT("cd"), true, 0, S_INIT("1"), { [DIM_CANDELA] = 1 } },
	{ S_INIT("Cel"), true, 0, S_INIT("1"), { [DIM_CELSIUS] = 1 } },
	{ S_INIT("[iU]"), true, 0, S_INIT("1"), { [DIM_IU] = 1 } },
	{ S_INIT("[IU]"), true, 0, S_INIT("1"), { [DIM_IU] = 1 } },
	{ S_INIT("%"), false, -2, S_INIT("1"), { 0 } },
	{ S_INIT("[ppth]"), false, -3, S_INIT("1"), { 0 } },
	{ S_INIT("[ppm]"), false, -6, S_INIT("1"), { 0 } },
	{ S_INIT("10*"), false, 1, S_INIT("1"), { 0 } },
	{ S_INIT("10^"), false, 1, S_INIT("1"), { 0 } },
	{ S_INIT("L"), true, -3, S_INIT("1"), { [DIM_METRE] = 3 } },
	{ S_INIT("l"), true, -3, S_INIT("1"), { [DIM_METRE] = 3 } },
	{ S_INIT("min"), false, 0, S_INIT("60"), { [DIM_SECOND] = 1 } },
	{ S_INIT("h"), false, 0, S_INIT("3600"), { [DIM_SECOND] = 1 } },
	{ S_INIT("d"), false, 0, S_INIT("86400"), { [DIM_SECOND] = 1 } },
	{ S_INIT("wk"), false, 0, S_INIT("604800"), { [DIM_SECOND] = 1 } },
	{ S_INIT("mo"), false, 0, S_INIT("2629800"), { [DIM_SECOND] = 1 } },
	{ S_INIT("a"), false, 0, S_INIT("31557600"), { [DIM_SECOND] = 1 } },
	{ S_INIT("Hz"), true, 0, S_INIT("1"), { [DIM_SECOND] = -1 } },
	{ S_INIT("Bq"), true, 0, S_INIT("1"), { [DIM_SECOND] = -1 } },
	{ S_INIT("N"), true, 3, S_INIT("1"), { [DIM_METRE] = 1, [DIM_GRAM] = 1, [DIM_SECOND] = -2 } },
	{ S_INIT("Pa"), true, 3, S_INIT("1"), { [DIM_METRE] = -1, [DIM_GRAM] = 1, [DIM_SECOND] = -2 } },
	{ S_INIT("J"), true, 3, S_INIT("1"), { [DIM_METRE] = 2, [DIM_GRAM] = 1, [DIM_SECOND] = -2 } },
	{ S_INIT("W"), true, 3, S_INIT("1"), { [DIM_METRE] = 2, [DIM_GRAM] = 1, [DIM_SECOND] = -3 } },
	{ S_INIT("C"), true, 0, S_INIT("1"), { [DIM_AMPERE] = 1, [DIM_SECOND] = 1 } },
	{ S_INIT("V"),
	  true,
	  3,
	  S_INIT("1"),
	  { [DIM_METRE] = 2, [DIM_GRAM] = 1, [DIM_SECOND] = -3, [DIM_AMPERE] = -1 } },
	{ S_INIT("Gy"), true, 0, S_INIT("1"), { [DIM_METRE] = 2, [DIM_SECOND] = -2 } },
	{ S_INIT("Sv"), true, 0, S_INIT("1"), { [DIM_METRE] = 2, [DIM_SECOND] = -2 } },
	{ S_INIT("cal"), true, 3, S_INIT("4.184"), { [DIM_METRE] = 2, [DIM_GRAM] = 1, [DIM_SECOND] = -2 } },
	{ S_INIT("[Cal]"), false, 6, S_INIT("4.184"), { [DIM_METRE] = 2, [DIM_GRAM] = 1, [DIM_SECOND] = -2 } },
	{ S_INIT("bar"), true, 8, S_INIT("1"), { [DIM_METRE] = -1, [DIM_GRAM] = 1, [DIM_SECOND] = -2 } },
	{ S_INIT("m[Hg]"), true, 3, S_INIT("133322"), { [DIM_METRE] = -1, [DIM_GRAM] = 1, [DIM_SECOND] = -2 } },
	{ S_INIT("m[H2O]"), true, 3, S_INIT("9806.65"), { [DIM_METRE] = -1, [DIM_GRAM] = 1, [DIM_SECOND] = -2 } },
	{ S_INIT("eq"), true, 0, S_INIT("1"), { [DIM_MOLE] = 1 } },
	{ S_INIT("osm"), true, 0, S_INIT("1"), { [DIM_MOLE] = 1 } },
	{ S_INIT("kat"), true, 0, S_INIT("1"), { [DIM_MOLE] = 1, [DIM_SECOND] = -1 } },
	{ S_INIT("[lb_av]"), false, 0, S_INIT("453.59237"), { [DIM_GRAM] = 1 } },
	{ S_INIT("[oz_av]"), false, 0, S_INIT("28.349523125"), { [DIM_GRAM] = 1 } },
	{ S_INIT("[stone_av]"), false, 0, S_INIT("6350.29318"), { [DIM_GRAM] = 1 } },
	{ S_INIT("t"), true, 6, S_INIT("1"), { [DIM_GRAM] = 1 } },
	{ S_INIT("[in_i]"), false, 0, S_INIT("0.0254"), { [DIM_METRE] = 1 } },
	{ S_INIT("[ft_i]"), false, 0, S_INIT("0.3048"), { [DIM_METRE] = 1 } },
	{ S_INIT("[yd_i]"), false, 0, S_INIT("0.9144"), { [DIM_METRE] = 1 } },
	{ S_INIT("[mi_i]"), false, 0, S_INIT("1609.344"), { [DIM_METRE] = 1 } },
	{ S_INIT("year"), false, 0, S_INIT("12"), { [DIM_MONTH] = 1 } },
	{ S_INIT("month"), false, 0, S_INIT("1"), { [DIM_MONTH] = 1 } },
};

static const struct {
	Str code;
	int8_t exp;
} prefixes[] = {
	{ S_INIT("da"), 1 },  { S_INIT("Y"), 24 },  { S_INIT("Z"), 21 },  { S_INIT("E"), 18 },  { S_INIT("P"), 15 },
	{ S_INIT("T"), 12 },  { S_INIT("G"), 9 },   { S_INIT("M"), 6 },   { S_INIT("k"), 3 },   { S_INIT("h"), 2 },
	{ S_INIT("d"), -1 },  { S_INIT("c"), -2 },  { S_INIT("m"), -3 },  { S_INIT("u"), -6 },  { S_INIT("n"), -9 },
	{ S_INIT("p"), -12 }, { S_INIT("f"), -15 }, { S_INIT("a"), -18 }, { S_INIT("z"), -21 }, { S_INIT("y"), -24 },
};

/* Calendar words; weeks and shorter are the same as their UCUM units. */
static const struct {
	Str word;
	Str ucum;
	uint8_t precision, factor;
} words[] = {
	{ S_INIT("year"), S_INIT("a"), FPP_YEAR, 1 },     { S_INIT("month"), S_INIT("mo"), FPP_MONTH, 1 },
	{ S_INIT("week"), S_INIT("wk"), FPP_DAY, 7 },     { S_INIT("day"), S_INIT("d"), FPP_DAY, 1 },
	{ S_INIT("hour"), S_INIT("h"), FPP_HOUR, 1 },     { S_INIT("minute"), S_INIT("min"), FPP_MINUTE, 1 },
	{ S_INIT("second"), S_INIT("s"), FPP_SECOND, 1 }, { S_INIT("millisecond"), S_INIT("ms"), FPP_MILLI, 1 },
};

Str unit_calendar(Str word)
{
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		Str w = words[i].word;
		if (str_eq(word, w) || (word.n == w.n + 1 && word.p[w.n] == 's' && str_starts(word, w)))
			return w;
	}
	return (Str){ NULL, 0 };
}

bool unit_duration(const FpItem *q, FpPrecision *unit, int64_t *factor)
{
	Str word = unit_calendar(q->unit);
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		bool ucum = !q->calendar && words[i].precision > FPP_MONTH && str_eq(q->unit, words[i].ucum);
		if (!ucum && !str_eq(word, words[i].word))
			continue;
		*unit = (FpPrecision)words[i].precision;
		*factor = words[i].factor;
		return true;
	}
	return false;
}

static const Atom *atom(Str code)
{
	for (size_t i = 0; i < COUNT_OF(atoms); i++)
		if (str_eq(atoms[i].code, code))
			return &atoms[i];
	return NULL;
}

/* Multiplies u by the atom to the power. */
static bool apply(Unit *u, const Atom *a, int prefix, int power)
{
	Dec f;
	if (!dec_parse(a->factor, &f))
		return false;
	for (int i = 0; i < (power < 0 ? -power : power); i++)
		if (power < 0 ? !dec_div(u->factor, f, &u->factor) : !dec_mul(u->factor, f, &u->factor))
			return false;
	u->exp += (a->exp + prefix) * power;
	for (unsigned d = 0; d < DIMS; d++) {
		int v = u->dim[d] + a->dim[d] * power;
		if (v < -60 || v > 60)
			return false;
		u->dim[d] = (int8_t)v;
	}
	return true;
}

static bool component(Unit *u, Str s, int side)
{
	size_t n = s.n;
	int64_t power = 1;
	if (n && s.p[n - 1] == '}') { /* an annotation says nothing about size */
		ptrdiff_t open = str_chr(s, '{');
		if (open < 0)
			return false;
		s = str_upto(s, (size_t)open);
		n = s.n;
		if (!n)
			return true;
	}
	int64_t whole;
	if (str_int(s, &whole) && whole > 0)
		return side > 0 ? dec_mul(u->factor, (Dec){ whole, 0 }, &u->factor)
		                : dec_div(u->factor, (Dec){ whole, 0 }, &u->factor);
	while (n && s.p[n - 1] >= '0' && s.p[n - 1] <= '9')
		n--;
	if (n && n < s.n && (s.p[n - 1] == '-' || (s.p[n - 1] == '+' && n > 1)))
		n--;
	Str digits = str_from(s, n + (n < s.n && s.p[n] == '+'));
	if (n < s.n && (!str_int(digits, &power) || power == 0 || power > 9 || power < -9))
		return false;
	Str code = str_upto(s, n);
	const Atom *a = atom(code);
	if (a)
		return apply(u, a, 0, (int)power * side);
	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		if (!str_starts(code, prefixes[i].code))
			continue;
		a = atom(str_from(code, prefixes[i].code.n));
		if (a && a->metric)
			return apply(u, a, prefixes[i].exp, (int)power * side);
	}
	return false;
}

/* Components joined by '.' and '/', without brackets. */
static bool unit_read(Str s, Unit *u)
{
	*u = (Unit){ .factor = { 1, 0 } };
	int side = 1;
	if (s.n > 100)
		return false;
	if (s.n && s.p[0] == '/') {
		side = -1;
		s = str_from(s, 1);
	}
	for (;;) {
		size_t n = 0;
		bool in = false;
		for (; n < s.n && (in || (s.p[n] != '.' && s.p[n] != '/')); n++)
			in = s.p[n] == '{' || (in && s.p[n] != '}');
		if (!n || !component(u, str_upto(s, n), side))
			return false;
		if (n == s.n)
			return true;
		side = s.p[n] == '/' ? -1 : 1;
		s = str_from(s, n + 1);
	}
}

static bool read_item(const FpItem *q, Unit *u)
{
	FpPrecision p;
	int64_t factor;
	if (q->kind != FP_QUANTITY) {
		*u = (Unit){ .factor = { 1, 0 } };
		return true;
	}
	if (!q->calendar)
		return unit_read(q->unit, u) && !unit_calendar(q->unit).p;
	if (!unit_duration(q, &p, &factor) || p <= FPP_MONTH)
		return unit_read(q->unit, u);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(words[i].word, q->unit))
			return unit_read(words[i].ucum, u);
	return false;
}

static bool same_dimension(const Unit *a, const Unit *b)
{
	return memcmp(a->dim, b->dim, sizeof a->dim) == 0;
}

/* For ~ a year is 'a' and a month 'mo'. */
static bool read_loose(const FpItem *q, bool loose, Unit *u)
{
	FpItem copy = *q;
	if (loose && q->kind == FP_QUANTITY && q->calendar)
		for (size_t i = 0; i < COUNT_OF(words); i++)
			if (str_eq(words[i].word, q->unit)) {
				copy.unit = words[i].ucum;
				copy.calendar = false;
			}
	return read_item(&copy, u);
}

static bool scaled(Dec n, const Unit *u, int exp, Dec *out)
{
	if (!dec_mul(n, u->factor, out))
		return false;
	for (; exp > 0; exp--)
		if (!dec_mul(*out, (Dec){ 10, 0 }, out))
			return false;
	return exp == 0;
}

/* Both numbers in the same unit. */
static bool align(const FpItem *a, const FpItem *b, bool loose, Dec *x, Dec *y)
{
	Unit ua, ub;
	*x = dec_of(a);
	*y = dec_of(b);
	if (a->kind == FP_QUANTITY && b->kind == FP_QUANTITY && a->calendar == b->calendar && str_eq(a->unit, b->unit))
		return true;
	if (!read_loose(a, loose, &ua) || !read_loose(b, loose, &ub) || !same_dimension(&ua, &ub))
		return false;
	int low = ua.exp < ub.exp ? ua.exp : ub.exp;
	return scaled(*x, &ua, ua.exp - low, x) && scaled(*y, &ub, ub.exp - low, y);
}

bool unit_compare(const FpItem *a, const FpItem *b, bool loose, int *cmp)
{
	Dec x, y;
	if (!align(a, b, loose, &x, &y))
		return false;
	*cmp = dec_cmp(x, y);
	return true;
}

bool unit_comparable(const FpItem *a, const FpItem *b)
{
	Dec x, y;
	return align(a, b, false, &x, &y);
}

bool unit_convert(const FpItem *b, const FpItem *a, Dec *out)
{
	FpItem one = *a;
	one.number = 1;
	one.scale = 0;
	Dec x, y;
	return align(b, &one, true, &x, &y) && dec_div(x, y, out);
}

bool fhirpath_unit(Str ucum, FpUnit *out)
{
	Unit u;
	_Static_assert(sizeof out->dim == sizeof u.dim, "as many dimensions");
	if (unit_calendar(ucum).p || !unit_read(ucum, &u))
		return false;
	long double factor = dec_double(u.factor);
	for (int i = u.exp; i > 0; i--)
		factor *= 10;
	for (int i = u.exp; i < 0; i++)
		factor /= 10;
	out->factor = (double)factor;
	memcpy(out->dim, u.dim, sizeof u.dim);
	return true;
}

/* The text of a product or quotient: 'cm' and 'm' are 'cm.m', 'g' by 'm' is 'g/m'. */
Str unit_join(Arena *a, Str left, Str right, bool divide)
{
	bool plain = str_eq(right, S("1"));
	if (divide && str_eq(left, right))
		return S("1");
	if (plain)
		return left;
	if (str_eq(left, S("1")))
		return divide ? arena_join(a, S("/"), right, STR_END) : right;
	if (!divide)
		return arena_join(a, left, S("."), right, STR_END);
	/* Everything behind a '/' is divided by up to the next sign: turn the signs of what is divided by. */
	Buf b = buf_new(a, left.n + right.n + 1, 0);
	buf_add(&b, left);
	buf_byte(&b, '/');
	for (size_t i = 0; i < right.n; i++)
		buf_byte(&b, right.p[i] == '.' ? '/' : right.p[i] == '/' ? '.' : right.p[i]);
	return buf_str(&b);
}
