/* What a profile demands of one value: fixed and pattern, bindings, limits. */
#include <stdarg.h>
#include <stdio.h>

#include "fhir/check.h"
#include "fhir/profile_check.h"

/* --- issues
 * --------------------------------------------------------------------------------------------------------- */
/* What two texts say before ';' is the matter; behind it stands who demands it. */
static Str matter(Str text)
{
	Str head;
	(void)str_cut(text, ';', &head);
	return head;
}

static bool said_before(const Outcome *o, size_t n, const Issue *i)
{
	for (size_t k = 0; k < n; k++) {
		const Issue *other = &o->issues[k];
		if (other->severity <= i->severity && str_eq(other->expression, i->expression) &&
		    str_eq(other->code, i->code) && str_eq(matter(other->details), matter(i->details)))
			return true;
	}
	return false;
}

void profile_report(Walk *w, const Place *place, JVal v, Severity severity, Str code, const char *fmt, ...)
{
	char text[600];
	va_list args;
	Outcome *o = w->out;
	bool listed = outcome_takes(o, severity);
	if (severity != SEV_ERROR && !w->options->warnings)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	walk_report(w, place, v, severity, code, "%s", text);
	if (listed && said_before(o, o->count - 1, &o->issues[o->count - 1])) {
		o->count--;
		o->errors -= severity == SEV_ERROR;
		o->mild -= severity != SEV_ERROR;
	}
}

/* --- equal and like
 * ------------------------------------------------------------------------------------------------- */
static bool same_scalar(JVal a, JVal b)
{
	double x, y;
	if (json_is(a, J_NUMBER))
		return str_eq(json_raw(a), json_raw(b)) ||
		       (json_double(a, &x) && json_double(b, &y) && !(x < y) && !(y < x));
	if (!json_is(a, J_STRING))
		return true; /* null, true, false: the kind says it */
	if (!a.node->escaped)
		return json_str_is(b, str_n(a.doc->text.p + a.node->at, a.node->len));
	if (!b.node->escaped)
		return json_str_is(a, str_n(b.doc->text.p + b.node->at, b.node->len));
	return str_eq(json_raw(a), json_raw(b));
}

bool profile_same(JVal v, JVal fixed)
{
	if (json_kind(v) != json_kind(fixed) || json_count(v) != json_count(fixed))
		return false;
	if (json_is(v, J_ARRAY)) {
		JIter other = json_iter(fixed);
		for (JIter it = json_iter(v); json_next(&it) && json_next(&other);)
			if (!profile_same(it.value, other.value))
				return false;
		return true;
	}
	if (!json_is(v, J_OBJECT))
		return same_scalar(v, fixed);
	for (JIter it = json_iter(fixed); json_next(&it);)
		if (!profile_same(json_get(v, it.key), it.value))
			return false;
	return true;
}

static bool one_matches(JVal list, JVal pattern)
{
	for (JIter it = json_each(list); json_next(&it);)
		if (profile_matches(it.value, pattern))
			return true;
	return false;
}

bool profile_matches(JVal v, JVal pattern)
{
	if (json_kind(v) != json_kind(pattern))
		return false;
	if (json_is(pattern, J_ARRAY)) {
		for (JIter it = json_iter(pattern); json_next(&it);)
			if (!one_matches(v, it.value))
				return false;
		return true;
	}
	if (!json_is(pattern, J_OBJECT))
		return same_scalar(v, pattern);
	for (JIter it = json_iter(pattern); json_next(&it);)
		if (!profile_matches(json_get(v, it.key), it.value))
			return false;
	return true;
}

/* --- bindings
 * ------------------------------------------------------------------------------------------------------- */
int profile_member(Walk *w, Str value_set, Str system, Str code)
{
	Str plain;
	int known = w->options->terms ? term_member(w->options->terms, value_set, system, code) : -1;
	if (known >= 0)
		return known;
	(void)str_cut(value_set, '|', &plain);
	for (unsigned i = 1; i < fhir_binding_count; i++)
		if (fhir_is(fhir_texts + fhir_bindings[i].name, plain))
			return binding_has(&fhir_bindings[i], system, code);
	return -1;
}

static int coding_member(Walk *w, const PNode *n, JVal coding)
{
	Arena *a = w->keep;
	Str system = JSTR(coding, "system", a), code = JSTR(coding, "code", a);
	return code.n ? profile_member(w, n->value_set, system.p ? system : S(""), code) : 0;
}

/* 1 in it, 0 not, -1 cannot be said. */
static int value_member(Walk *w, const PNode *n, const FpItem *item)
{
	const FhirDef *d = &fhir_defs[item->def];
	if (d->kind == DEF_PRIMITIVE)
		return profile_member(w, n->value_set, STR_END, json_str(item->value, w->keep));
	if (d->special != SPECIAL_CODEABLECONCEPT)
		return coding_member(w, n, item->value);
	int result = 0;
	for (JIter it = json_each(JGET(item->value, "coding")); json_next(&it);) {
		int one = coding_member(w, n, it.value);
		if (one == 1)
			return 1;
		result = one < 0 ? -1 : result;
	}
	return result;
}

static bool can_be_bound(const FpItem *item)
{
	const FhirDef *d = &fhir_defs[item->def];
	if (d->kind == DEF_PRIMITIVE)
		return json_is(item->value, J_STRING);
	return d->special == SPECIAL_CODEABLECONCEPT || d->special == SPECIAL_CODING || d->special == SPECIAL_QUANTITY;
}

static void check_bound(Walk *w, const Place *place, const PNode *n, const FpItem *item)
{
	bool required = n->strength == BIND_REQUIRED;
	if (!can_be_bound(item) || (!required && !w->options->warnings))
		return;
	if (!required && fhir_defs[item->def].special == SPECIAL_CODEABLECONCEPT && !JGET(item->value, "coding").node)
		return; /* text alone: there may be no code for it */
	int in = value_member(w, n, item);
	if (in == 0 && !(required && JGET(item->value, "extension").node))
		profile_report(w, place, item->value, required ? SEV_ERROR : SEV_WARNING, S("code-invalid"),
		               "There is no code of the value set %.*s, %s", STR_ARG(n->value_set),
		               required ? "which is required here" : "which is used here when it has a code that fits");
	else if (in < 0)
		profile_report(w, place, item->value, SEV_WARNING, S("not-found"),
		               "It cannot be said whether this code is in the value set %.*s", STR_ARG(n->value_set));
}

/* --- limits
 * --------------------------------------------------------------------------------------------------------- */
static size_t characters(Str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((uint8_t)s.p[i] & 0xC0) != 0x80;
	return n;
}

/* Is value below (sign -1) or above (1) the limit? Quantities are compared when their units are the same. */
static bool beyond(Walk *w, JVal v, JVal limit, int sign)
{
	double x, y;
	if (json_is(v, J_OBJECT))
		return str_eq(JSTR(v, "code", w->keep), JSTR(limit, "code", w->keep)) &&
		       beyond(w, JGET(v, "value"), JGET(limit, "value"), sign);
	if (json_is(v, J_NUMBER))
		return json_double(v, &x) && json_double(limit, &y) && (sign < 0 ? x < y : x > y);
	/* Dates and times: as far as both are written. */
	Str a = json_str(v, w->keep), b = json_str(limit, w->keep);
	size_t n = a.n < b.n ? a.n : b.n;
	int cmp = n ? str_cmp(str_upto(a, n), str_upto(b, n)) : 0;
	return sign < 0 ? cmp < 0 : cmp > 0;
}

static void check_limits(Walk *w, const Place *place, const PNode *n, JVal v)
{
	if (n->max_length && json_is(v, J_STRING) && characters(json_str(v, w->keep)) > (size_t)n->max_length)
		profile_report(w, place, v, SEV_ERROR, S("value"), "This has more than %lld characters",
		               (long long)n->max_length);
	if (n->min_value.node && json_kind(v) == json_kind(n->min_value) && beyond(w, v, n->min_value, -1))
		profile_report(w, place, v, SEV_ERROR, S("value"), "This is below the smallest value, %.*s",
		               STR_ARG(str_clip(json_raw(n->min_value), 100)));
	if (n->max_value.node && json_kind(v) == json_kind(n->max_value) && beyond(w, v, n->max_value, 1))
		profile_report(w, place, v, SEV_ERROR, S("value"), "This is above the largest value, %.*s",
		               STR_ARG(str_clip(json_raw(n->max_value), 100)));
}

void profile_check_value(Walk *w, const Place *place, const PNode *n, const FpItem *item)
{
	JVal v = item->value;
	if (n->fixed.node && v.node && !profile_same(v, n->fixed))
		profile_report(w, place, v, SEV_ERROR, S("value"), "This would be exactly %.*s",
		               STR_ARG(str_clip(json_raw(n->fixed), 200)));
	if (n->pattern.node && v.node && !profile_matches(v, n->pattern))
		profile_report(w, place, v, SEV_ERROR, S("value"), "This would have what is in %.*s",
		               STR_ARG(str_clip(json_raw(n->pattern), 200)));
	if (n->strength != BIND_NONE)
		check_bound(w, place, n, item);
	if (v.node && (n->max_length || n->min_value.node || n->max_value.node))
		check_limits(w, place, n, v);
}

void profile_check_extensible(Walk *w, const Place *place, const FhirElement *e, JVal v)
{
	PNode n = { .strength = BIND_EXTENSIBLE, .value_set = str_c(fhir_texts + e->extensible) };
	FpItem item = { .kind = FP_NODE, .def = e->def, .value = v };
	if (w->keep && can_be_bound(&item) && value_member(w, &n, &item) == 0)
		check_bound(w, place, &n, &item);
}
