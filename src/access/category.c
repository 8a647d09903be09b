#include "access/category.h"

#include "fhir/reference.h"

static const Str names[CAT_COUNT] = {
	[CAT_IDENTITY] = S_INIT("identity"), [CAT_STORY] = S_INIT("story"),
	[CAT_GOALS] = S_INIT("goals"),       [CAT_NOTES] = S_INIT("notes"),
	[CAT_MEDICAL] = S_INIT("medical"),   [CAT_PSYCHOLOGICAL] = S_INIT("psychological"),
	[CAT_SOCIAL] = S_INIT("social"),     [CAT_MONEY] = S_INIT("money"),
	[CAT_NETWORK] = S_INIT("network"),   [CAT_MEETINGS] = S_INIT("meetings"),
	[CAT_CONTROL] = S_INIT("control"),
};

/* What the type says. Everything clinical that is not here is medical. FIXED: the category decides who gets in, so a
 * mark in the resource cannot change it. LOOK: the content can. */
enum { FIXED = 0x40, LOOK = 0x80, SET = 0x20, BITS = 0x1f };
static const uint8_t by_type[FT_COUNT] = {
	[FT_PATIENT] = SET | FIXED | CAT_IDENTITY,
	[FT_GOAL] = SET | CAT_GOALS,
	[FT_CAREPLAN] = SET | CAT_GOALS,
	[FT_TASK] = SET | CAT_GOALS,
	[FT_PROVENANCE] = SET | CAT_GOALS,
	[FT_EPISODEOFCARE] = SET | CAT_GOALS,
	[FT_SERVICEREQUEST] = SET | CAT_GOALS,
	[FT_OBSERVATION] = SET | LOOK | CAT_MEDICAL,
	[FT_ENCOUNTER] = SET | LOOK | CAT_MEDICAL,
	[FT_QUESTIONNAIRERESPONSE] = SET | LOOK | CAT_MEDICAL,
	[FT_COMMUNICATION] = SET | LOOK | CAT_NOTES,
	[FT_COMMUNICATIONREQUEST] = SET | CAT_NOTES,
	[FT_CARETEAM] = SET | FIXED | CAT_NETWORK,
	[FT_RELATEDPERSON] = SET | FIXED | CAT_NETWORK,
	[FT_APPOINTMENT] = SET | CAT_MEETINGS,
	[FT_APPOINTMENTRESPONSE] = SET | CAT_MEETINGS,
	[FT_COMPOSITION] = SET | CAT_MEETINGS,
	[FT_CONSENT] = SET | FIXED | CAT_CONTROL,
	[FT_AUDITEVENT] = SET | FIXED | CAT_CONTROL,
	[FT_CLAIM] = SET | CAT_MONEY,
	[FT_CLAIMRESPONSE] = SET | CAT_MONEY,
	[FT_EXPLANATIONOFBENEFIT] = SET | CAT_MONEY,
	[FT_COVERAGE] = SET | CAT_MONEY,
	[FT_COVERAGEELIGIBILITYREQUEST] = SET | CAT_MONEY,
	[FT_COVERAGEELIGIBILITYRESPONSE] = SET | CAT_MONEY,
	[FT_ACCOUNT] = SET | CAT_MONEY,
	[FT_CHARGEITEM] = SET | CAT_MONEY,
	[FT_INVOICE] = SET | CAT_MONEY,
	[FT_CONTRACT] = SET | CAT_MONEY,
};

static Category base_of(FhirType t)
{
	return by_type[t] & SET ? (Category)(by_type[t] & BITS) : CAT_MEDICAL;
}

Str category_name(Category c)
{
	return names[c];
}

bool category_parse(Str code, Category *out)
{
	for (Category c = CAT_IDENTITY; c <= CAT_CONTROL; c++) {
		if (str_eq(code, names[c])) {
			*out = c;
			return true;
		}
	}
	return false;
}

/* A coding of this system whose code starts with `code`, in a CodeableConcept or an array of them. */
static bool coded(JVal concepts, Str system, Str code)
{
	for (JIter it = json_each(concepts); json_next(&it);) {
		for (JIter c = json_each(JGET(it.value, "coding")); json_next(&c);) {
			JVal value = JGET(c.value, "code");
			if (!json_str_is(JGET(c.value, "system"), system) || !json_is(value, J_STRING))
				continue;
			Str raw = json_raw(value); /* with its quotes */
			if (str_starts(str_from(raw, 1), code))
				return true;
		}
	}
	return false;
}

static bool ours(JVal questionnaire)
{
	Str raw = json_raw(questionnaire);
	if (!json_is(questionnaire, J_STRING))
		return false;
	Str url = str_n(raw.p + 1, raw.n - 2), plain = url;
	(void)str_cut(url, '|', &plain);
	return str_eq(plain, S(SD_BASE "Questionnaire/conversation")) ||
	       str_eq(plain, S(SD_BASE "Questionnaire/story"));
}

static Category by_content(FhirType t, JVal r)
{
	if (t == FT_OBSERVATION && coded(JGET(r, "code"), S(SD_BASE "CodeSystem/observation"), S("goal-attainment")))
		return CAT_GOALS;
	if (t == FT_ENCOUNTER && coded(JGET(r, "type"), S(SD_BASE "CodeSystem/encounter"), S("conversation")))
		return CAT_STORY;
	if (t == FT_QUESTIONNAIRERESPONSE && ours(JGET(r, "questionnaire")))
		return CAT_STORY;
	if (t == FT_COMMUNICATION &&
	    coded(JGET(r, "category"), S(SD_BASE "CodeSystem/communication"), S("plan-remark")))
		return CAT_GOALS;
	return base_of(t);
}

Mark mark_of(FhirType type, JVal resource)
{
	Mark m = { by_type[type] & LOOK ? by_content(type, resource) : base_of(type), false };
	bool marked = false;
	for (JIter it = json_each(json_path(resource, "meta", "security", NULL)); json_next(&it);) {
		if (!json_str_is(JGET(it.value, "system"), S(CS_CATEGORY)))
			continue;
		JVal code = JGET(it.value, "code");
		if (json_str_is(code, S("private")))
			m.private = !(by_type[type] & FIXED);
		for (Category c = CAT_IDENTITY; c <= CAT_CONTROL && !marked && !(by_type[type] & FIXED); c++) {
			marked = json_str_is(code, names[c]);
			if (marked)
				m.category = c;
		}
	}
	return m;
}

Category category_of(FhirType type, JVal resource)
{
	return mark_of(type, resource).category;
}

/* Has a stored body (access/body.c) nothing in meta but version and time? Then nothing in it is a mark. */
static bool bare_meta(FhirType type, Str body)
{
	static const size_t when = sizeof("\",\"lastUpdated\":\"2026-11-21T22:47:43.123Z\"") - 1;
	Str rest = str_from(body, sizeof("{\"resourceType\":\"\",\"id\":\"") - 1 + fhir_type_name(type).n);
	ptrdiff_t id = str_chr(rest, '"');
	if (id < 0)
		return false;
	rest = str_from(rest, (size_t)id);
	if (!str_starts(rest, S("\",\"meta\":{\"versionId\":\"")))
		return false;
	rest = str_from(rest, sizeof("\",\"meta\":{\"versionId\":\"") - 1);
	ptrdiff_t version = str_chr(rest, '"');
	rest = str_from(rest, version < 0 ? rest.n : (size_t)version);
	return str_starts(rest, S("\",\"lastUpdated\":\"")) && rest.n > when && rest.p[when] == '}';
}

Mark mark_of_body(FhirType type, Str body, Arena *a)
{
	Mark plain = { base_of(type), false };
	if (by_type[type] & FIXED || (!(by_type[type] & LOOK) && bare_meta(type, body)))
		return plain;
	Str needle = by_type[type] & LOOK ? S(SD_BASE) : S(CS_CATEGORY);
	const Json *doc;
	if (!body.n || !memmem(body.p, body.n, needle.p, needle.n) || json_parse(a, body, &doc, NULL) != OK)
		return plain;
	return mark_of(type, json_root(doc));
}

bool ref_among(Str text, const Str *refs, size_t n)
{
	ptrdiff_t cut = str_find(text, S("/_history/"));
	if (cut > 0)
		text = str_upto(text, (size_t)cut);
	for (size_t i = 0; i < n; i++) {
		if (str_eq(text, refs[i]))
			return true;
	}
	return false;
}

static bool points_at(JVal reference, const Str *refs, size_t n)
{
	JVal text = JGET(reference, "reference");
	if (!json_is(text, J_STRING))
		return false;
	Str raw = json_raw(text);
	return ref_among(str_n(raw.p + 1, raw.n - 2), refs, n);
}

bool names_author(JVal resource, const Str *refs, size_t n)
{
	/* Who wrote it; not who answered, owns or takes part. */
	static const Str members[] = { S_INIT("author"),      S_INIT("sender"),    S_INIT("recorder"),
		                       S_INIT("asserter"),    S_INIT("performer"), S_INIT("requester"),
		                       S_INIT("expressedBy"), S_INIT("enterer"),   S_INIT("agent") };
	for (size_t m = 0; m < COUNT_OF(members); m++) {
		for (JIter it = json_each(json_get(resource, members[m])); json_next(&it);) {
			if (points_at(it.value, refs, n) || points_at(JGET(it.value, "actor"), refs, n) ||
			    points_at(JGET(it.value, "who"), refs, n))
				return true;
		}
	}
	return false;
}
