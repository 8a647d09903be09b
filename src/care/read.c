/* Reading pieces of FHIR, and checking what people fill in. */
#include "care/edit.h"

JVal ext_value(JVal ext)
{
	for (JIter it = json_iter(ext); json_next(&it);)
		if (str_starts(it.key, S("value")))
			return it.value;
	return (JVal){ NULL, NULL };
}

JVal ext_find(JVal v, Str url)
{
	for (JIter it = json_each(JGET(v, "extension")); json_next(&it);)
		if (json_str_is(JGET(it.value, "url"), url))
			return it.value;
	return (JVal){ NULL, NULL };
}

JVal ext_get(JVal v, Str url)
{
	return ext_value(ext_find(v, url));
}

Str ext_name(JVal ext, Arena *a)
{
	Str url = JSTR(ext, "url", a);
	return str_starts(url, S(SD_)) ? str_from(url, sizeof SD_ - 1) : STR_END;
}

Str ref_text(JVal ref, Arena *a)
{
	Str s = JSTR(ref, "reference", a);
	ptrdiff_t at = s.n ? str_find(s, S("/_history/")) : -1;
	return at < 0 ? s : str_upto(s, (size_t)at);
}

Str ref_display(JVal ref, Arena *a)
{
	return JSTR(ref, "display", a);
}

Str ref_id(Str ref, Str type)
{
	if (ref.n <= type.n + 1 || !str_starts(ref, type) || ref.p[type.n] != '/')
		return STR_END;
	return str_from(ref, type.n + 1);
}

int32_t ref_version(JVal ref, Arena *a)
{
	Str s = JSTR(ref, "reference", a);
	ptrdiff_t at = s.n ? str_find(s, S("/_history/")) : -1;
	int64_t n = 0;
	if (at < 0 || !str_int(str_from(s, (size_t)at + 10), &n) || n < 1 || n > INT32_MAX)
		return 0;
	return (int32_t)n;
}

bool has_coding(JVal concept, Str system, Str code)
{
	for (JIter c = json_each(concept); json_next(&c);)
		for (JIter it = json_each(JGET(c.value, "coding")); json_next(&it);)
			if (json_str_is(JGET(it.value, "code"), code) && json_str_is(JGET(it.value, "system"), system))
				return true;
	return false;
}

Millis moment_of(JVal v, Arena *a)
{
	Moment m;
	Str s = json_str(v, a);
	return s.n && time_parse_datetime(s, &m) ? m.from : 0;
}

Base base_of(const Rec *r)
{
	return (Base){ .id = r->id, .version = r->version, .updated = r->updated, .rec = r };
}

Str day_of(Str when)
{
	return str_upto(when, 10);
}

Str today(Arena *a)
{
	return time_date(a, time_now());
}

bool is_over(Str when)
{
	Moment m;
	return when.n && time_parse_datetime(when, &m) && m.until <= time_now();
}

static size_t characters(Str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

Str check_text(FieldIssues *is, Str field, Str s, size_t max, bool needed)
{
	s = str_trim(s);
	if (!s.n) {
		if (needed)
			(void)issue_add(is, field, PROBLEM_EMPTY);
		return STR_END;
	}
	if (characters(s) > max) {
		(void)issue_add(is, field, PROBLEM_TOO_LONG);
		if (is->n)
			is->items[is->n - 1].limit = max;
	}
	return s;
}

Str check_date(FieldIssues *is, Str field, Str s)
{
	Moment m;
	s = str_trim(s);
	if (!s.n)
		return STR_END;
	if (!time_parse_date(s, &m) || m.precision != PREC_DAY)
		(void)issue_add(is, field, PROBLEM_DATE);
	return s;
}

void check_order(FieldIssues *is, Str field, Str from, Str until)
{
	if (from.n == 10 && until.n == 10 && str_cmp(until, from) < 0)
		(void)issue_add(is, field, PROBLEM_DATE_ORDER);
}

const Rec *check_rec(FieldIssues *is, Str field, const Dossier *d, FhirType type, Str id)
{
	const Rec *r = dossier_rec(d, type, id);
	if (!r)
		(void)issue_add(is, field, PROBLEM_UNKNOWN);
	return r;
}

Actor actor_of(const Dossier *d)
{
	const Scope *s = visit_scope(d->visit);
	Str ref = d->relation.member;
	if (!ref.n && d->relation.kind == REL_SELF)
		ref = person_ref(d);
	if (!ref.n && s->n_refs && d->relation.kind != REL_SYSTEM)
		ref = s->refs[0];
	return (Actor){ ref, s->name };
}

Str person_ref(const Dossier *d)
{
	return arena_join(visit_arena(d->visit), S("Patient/"), d->id, STR_END);
}

bool speaks_for_person(const Dossier *d)
{
	/* a confidant sees as a representative does, but does not decide for the person */
	bool confidant = str_eq(d->relation.rule, S("confidant-consent"));
	return d->relation.kind == REL_SELF || d->relation.kind == REL_SYSTEM ||
	       (d->relation.kind == REL_REPRESENTATIVE && !confidant);
}

bool check_voice(FieldIssues *is, Str field, const Dossier *d, bool spoken)
{
	if (speaks_for_person(d))
		return true;
	if (spoken && d->relation.kind == REL_TEAM && str_starts(d->relation.member, S("Practitioner")))
		return true;
	(void)issue_add(is, field, PROBLEM_NOT_YOURS);
	return false;
}
