/* Reading CareTeam, RelatedPerson and Consent into facts about one user. What is not understood gives nothing. */
#include "access/facts.h"
#include "access/category.h"

#define FOREVER INT64_MAX

Facts facts_new(const Scope *who, Millis now)
{
	return (Facts){ .role = who->role, .refs = who->refs, .n_refs = who->n_refs, .now = now, .change = FOREVER };
}

static JVal extension(JVal v, Str url)
{
	for (JIter it = json_each(JGET(v, "extension")); json_next(&it);) {
		if (json_str_is(JGET(it.value, "url"), url))
			return it.value;
	}
	return (JVal){ NULL, NULL };
}

static bool flag(JVal v, Str url)
{
	return json_bool(JGET(extension(v, url), "valueBoolean"), false);
}

typedef struct Span {
	Millis from, until; /* 0 and FOREVER: open */
	bool now;
} Span;

/* Is now within the Period? Its ends are moments at which the facts change. A period that cannot be read is never now.
 */
static Span span(Facts *f, JVal period, Arena *a)
{
	Span s = { 0, FOREVER, true };
	JVal start = JGET(period, "start"), end = JGET(period, "end");
	Moment m;
	if (start.node) {
		s.now = time_parse_datetime(json_str(start, a), &m);
		s.from = s.now ? m.from : 0;
	}
	if (end.node) {
		bool ok = time_parse_datetime(json_str(end, a), &m);
		s.until = ok ? m.until : FOREVER;
		s.now = s.now && ok;
	}
	if (s.from > f->now && s.from < f->change)
		f->change = s.from;
	if (s.until > f->now && s.until < f->change)
		f->change = s.until;
	s.now = s.now && s.from <= f->now && f->now < s.until;
	return s;
}

/* Something that changes the meaning of what it stands in, in a way that we do not know. */
static bool modified(JVal v)
{
	return JGET(v, "modifierExtension").node;
}

static bool status_is(JVal r, Str status)
{
	return json_str_is(JGET(r, "status"), status);
}

void facts_patient(Facts *f, Str id)
{
	f->exists = true;
	f->person = id;
	for (size_t i = 0; i < f->n_refs; i++) {
		Str r = f->refs[i];
		if (str_starts(r, S("Patient/")) && str_eq(str_from(r, 8), id)) {
			f->self = true;
			f->member = r;
		}
	}
}

static void group(Facts *f, Str ref)
{
	if (ref.n && f->n_groups < COUNT_OF(f->groups))
		f->groups[f->n_groups++] = ref;
}

static void take(Facts *f, JVal p, Str member, Span s, Arena *a)
{
	bool first = !f->team;
	f->team = true;
	bool secrecy = flag(p, SD_URL("secrecy-bound")), coordinator = flag(p, SD_URL("coordinator"));
	/* Of several memberships the one that is bound, then the one that coordinates, is shown. */
	if (first || (secrecy && !f->secrecy) || (coordinator && !f->coordinator)) {
		JVal role = json_at(JGET(p, "role"), 0);
		Str text = JSTR(role, "text", a);
		if (!text.n)
			text = json_str(json_path(role, "coding", "display", NULL), a);
		f->role_text = text;
		f->member = member;
		f->since = s.from;
		f->until = s.until == FOREVER ? 0 : s.until;
	}
	f->secrecy = f->secrecy || secrecy;
	f->coordinator = f->coordinator || coordinator;
	group(f, json_str(json_path(p, "onBehalfOf", "reference", NULL), a));
}

void facts_team(Facts *f, JVal team, Str id, Arena *a)
{
	if (!status_is(team, S("active")) || modified(team))
		return;
	Span whole = span(f, JGET(team, "period"), a);
	bool in = false;
	for (JIter it = json_each(JGET(team, "participant")); json_next(&it);) {
		Str member = json_str(json_path(it.value, "member", "reference", NULL), a);
		if (!member.n || !ref_among(member, f->refs, f->n_refs) || modified(it.value))
			continue;
		Span own = span(f, JGET(it.value, "period"), a);
		if (!whole.now || !own.now)
			continue;
		if (own.from < whole.from)
			own.from = whole.from;
		if (own.until > whole.until)
			own.until = whole.until;
		take(f, it.value, member, own, a);
		in = true;
	}
	if (in)
		group(f, arena_join(a, S("CareTeam/"), id, STR_END));
}

static bool relationship(JVal relative, Str code)
{
	for (JIter it = json_each(JGET(relative, "relationship")); json_next(&it);) {
		for (JIter c = json_each(JGET(it.value, "coding")); json_next(&c);) {
			if (json_str_is(JGET(c.value, "system"), S(SD_BASE "CodeSystem/relationship")) &&
			    json_str_is(JGET(c.value, "code"), code))
				return true;
		}
	}
	return false;
}

void facts_relative(Facts *f, JVal relative, Str id, Arena *a)
{
	Str ref = arena_join(a, S("RelatedPerson/"), id, STR_END);
	if (!ref_among(ref, f->refs, f->n_refs) || !json_bool(JGET(relative, "active"), true) || modified(relative))
		return;
	Span s = span(f, JGET(relative, "period"), a);
	if (!s.now)
		return;
	f->related = true;
	bool representative = relationship(relative, S("representative"));
	f->confidant = f->confidant || relationship(relative, S("confidant"));
	if (!f->team || (representative && !f->representative)) {
		f->role_text = json_str(json_path(relative, "relationship", "text", NULL), a);
		f->member = ref;
		f->since = s.from;
		f->until = s.until == FOREVER ? 0 : s.until;
	}
	f->representative = f->representative || representative;
}

/* ---- consent ---- */

typedef struct Said {
	uint32_t permit, permit_team, deny, deny_all, write;
} Said;

static bool category_of_class(JVal coding, Arena *a, Category *out)
{
	return json_str_is(JGET(coding, "system"), S(CS_CATEGORY)) && category_parse(JSTR(coding, "code", a), out);
}

/* Does the provision say less than its classes: only these items, only for this purpose, …? That we cannot keep to, so
 * such a permit gives nothing; such a denial denies its whole classes. */
static bool narrowed(JVal provision)
{
	return JGET(provision, "action").node || JGET(provision, "securityLabel").node ||
	       JGET(provision, "purpose").node || JGET(provision, "code").node || JGET(provision, "dataPeriod").node ||
	       JGET(provision, "data").node || modified(provision);
}

static uint32_t permitted(JVal provision, Arena *a)
{
	uint32_t bits = 0;
	Category c;
	if (narrowed(provision))
		return 0;
	for (JIter it = json_each(JGET(provision, "class")); json_next(&it);)
		if (category_of_class(it.value, a, &c))
			bits |= BIT(c);
	return bits;
}

/* A denial of nothing in particular, or of something that we do not know, is a denial of all. */
static uint32_t denied(JVal provision, Arena *a)
{
	uint32_t bits = 0;
	Category c;
	JVal list = JGET(provision, "class");
	for (JIter it = json_each(list); json_next(&it);)
		bits |= category_of_class(it.value, a, &c) ? BIT(c) : BIT_ALL;
	return json_count(list) ? bits : BIT_ALL;
}

typedef enum Named { NAMED_NOBODY, NAMED_OTHERS, NAMED_USER } Named;

static Named actors(const Facts *f, JVal provision, Named otherwise, Arena *a)
{
	JVal list = JGET(provision, "actor");
	if (!json_count(list))
		return otherwise;
	for (JIter it = json_each(list); json_next(&it);) {
		Str ref = json_str(json_path(it.value, "reference", "reference", NULL), a);
		if (ref.n && (ref_among(ref, f->refs, f->n_refs) || ref_among(ref, f->groups, f->n_groups)))
			return NAMED_USER;
	}
	return NAMED_OTHERS;
}

/* A provision, then the exceptions inside it, which win over it. */
static void provision(Facts *f, JVal p, Named outer, bool write, unsigned depth, Said *said, Arena *a)
{
	Named named = actors(f, p, outer, a);
	bool permit = json_str_is(JGET(p, "type"), S("permit")), deny = json_str_is(JGET(p, "type"), S("deny"));
	bool now = span(f, JGET(p, "period"), a).now;
	write = write || flag(p, SD_URL("write"));
	if (now && permit && named != NAMED_OTHERS) {
		uint32_t bits = permitted(p, a);
		said->permit |= named == NAMED_USER ? bits : 0;
		said->permit_team |= named == NAMED_NOBODY ? bits : 0;
		said->write |= write ? bits : 0;
		said->deny &= ~bits;
		said->deny_all &= ~bits;
	}
	if (now && deny && named != NAMED_OTHERS) {
		uint32_t bits = denied(p, a);
		said->deny |= named == NAMED_USER ? bits : 0;
		said->deny_all |= named == NAMED_NOBODY ? bits : 0;
		said->permit &= ~bits;
		said->permit_team &= ~bits;
		said->write &= ~bits;
	}
	if (!now || depth >= 4)
		return;
	for (JIter it = json_each(JGET(p, "provision")); json_next(&it);)
		provision(f, it.value, named, write, depth + 1, said, a);
}

static bool privacy(JVal consent)
{
	for (JIter it = json_each(JGET(JGET(consent, "scope"), "coding")); json_next(&it);)
		if (json_str_is(JGET(it.value, "code"), S("patient-privacy")))
			return true;
	return false;
}

void facts_consent(Facts *f, JVal consent, Arena *a)
{
	if (!status_is(consent, S("active")) || !privacy(consent))
		return;
	Said said = { 0, 0, 0, 0, 0 };
	provision(f, JGET(consent, "provision"), NAMED_NOBODY, flag(consent, SD_URL("write")), 0, &said, a);
	if (modified(consent))
		said.permit = said.permit_team = 0;
	f->permit |= said.permit;
	f->permit_team |= said.permit_team;
	f->permit_write |= said.write & (said.permit | said.permit_team);
	f->deny |= said.deny;
	f->deny_all |= said.deny_all;
}
