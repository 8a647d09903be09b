#include "care/consent.h"

#include <stdlib.h>

#include "care/edit.h"

static bool category_code_parse(JVal code, Category *out)
{
	for (int c = 0; c < CAT_COUNT; c++)
		if (json_str_is(code, category_name((Category)c))) {
			*out = (Category)c;
			return true;
		}
	return false;
}

static uint32_t bits_from(JVal provision)
{
	uint32_t bits = 0;
	Category c;
	JVal list = JGET(provision, "class");
	for (JIter it = json_each(list); json_next(&it);)
		if (json_str_is(JGET(it.value, "system"), S(CS_CATEGORY)) &&
		    category_code_parse(JGET(it.value, "code"), &c))
			bits |= UINT32_C(1) << c;
	return bits;
}

static Sharing sharing_from(Arena *a, const Rec *r)
{
	JVal v = r->json, p = JGET(v, "provision"), who = JGET(json_at(JGET(p, "actor"), 0), "reference");
	Sharing s = { .b = base_of(r) };
	s.who = ref_text(who, a);
	s.who_name = ref_display(who, a);
	s.categories = bits_from(p);
	s.permit = json_str_is(JGET(p, "type"), S("permit"));
	s.write = json_bool(ext_get(v, S(SD_ "write")), false);
	Str start = JSTR(JGET(p, "period"), "start", a), end = JSTR(JGET(p, "period"), "end", a);
	s.from = day_of(start);
	s.until = day_of(end);
	s.withdrawn = !json_str_is(JGET(v, "status"), S("active"));
	Moment m;
	bool started = !start.n || !time_parse_datetime(start, &m) || m.from <= time_now();
	s.active = !s.withdrawn && started && !is_over(end);
	s.at = moment_of(JGET(v, "dateTime"), a);
	return s;
}

static bool is_sharing(const Rec *r)
{
	return r->type == FT_CONSENT &&
	       json_str_is(json_path(r->json, "scope", "coding", "code", NULL), S("patient-privacy"));
}

static int newest(const void *x, const void *y)
{
	const Sharing *a = x, *b = y;
	if (a->at != b->at)
		return a->at > b->at ? -1 : 1;
	return a->place > b->place ? -1 : a->place < b->place;
}

Sharing *sharings_of(const Dossier *d, size_t *n)
{
	Arena *a = visit_arena(d->visit);
	size_t room = 0;
	for (size_t i = 0; i < d->n_recs; i++)
		room += d->recs[i].type == FT_CONSENT;
	Sharing *list = ARENA_ARRAY(a, Sharing, room + 1);
	*n = 0;
	for (size_t i = 0; i < d->n_recs; i++)
		if (is_sharing(&d->recs[i])) {
			list[*n] = sharing_from(a, &d->recs[i]);
			list[(*n)++].place = i;
		}
	if (*n > 1)
		qsort(list, *n, sizeof *list, newest);
	return list;
}

static Str classes_text(Arena *a, uint32_t bits)
{
	Buf b = buf_new(a, 512, 0);
	JWriter w = jw_new(&b);
	jw_array(&w);
	for (int c = 0; c < CAT_COUNT; c++) {
		if (!(bits >> c & 1))
			continue;
		jw_object(&w);
		JW_STR(&w, "system", S(CS_CATEGORY));
		JW_STR(&w, "code", category_name((Category)c));
		jw_end_object(&w);
	}
	jw_end_array(&w);
	return b.n > 2 ? buf_str(&b) : STR_END;
}

static Str provision_text(Arena *a, JVal cur, const Dossier *d, const SharingInput *in)
{
	Str name = in->who_name.n ? in->who_name : dossier_name(d, in->who);
	Edit actor = edit_new(a, json_at(JGET(cur, "actor"), 0), FT_NONE);
	edit_json(&actor, S("role"),
	          json_concept(a, S("http://terminology.hl7.org/CodeSystem/v3-ParticipationType"), S("IRCP"), STR_END));
	edit_json(&actor, S("reference"), json_ref(a, in->who, name));
	Edit p = edit_new(a, cur, FT_NONE);
	edit_str(&p, S("type"), in->deny ? S("deny") : S("permit"));
	edit_json(&p, S("period"), json_period(a, in->from, in->until));
	edit_json(&p, S("actor"), json_list1(a, edit_text(&actor)));
	edit_json(&p, S("class"), classes_text(a, in->categories));
	return edit_text(&p);
}

static Str consent_text(Arena *a, const Dossier *d, const Rec *was, const SharingInput *in)
{
	Edit e = edit_new(a, was ? was->json : (JVal){ NULL, NULL }, FT_CONSENT);
	Actor me = actor_of(d);
	edit_str(&e, S("status"), S("active"));
	edit_json(&e, S("provision"), provision_text(a, JGET(e.cur, "provision"), d, in));
	edit_ext_clear(&e, S(SD_ "write"));
	if (in->write && !in->deny)
		edit_ext_bool(&e, S(SD_ "write"), true);
	if (me.ref.n && !str_starts(me.ref, S("Organization")))
		edit_json(&e, S("performer"),
		          json_list1(a, speaks_for_person(d) ? json_ref(a, me.ref, me.name)
		                                             : json_ref(a, person_ref(d), d->person.name)));
	if (was)
		return edit_text(&e);
	edit_profile(&e, S("samendoel-consent"));
	edit_json(
	    &e, S("scope"),
	    json_concept(a, S("http://terminology.hl7.org/CodeSystem/consentscope"), S("patient-privacy"), STR_END));
	edit_json(&e, S("category"), json_list1(a, json_concept(a, S("http://loinc.org"), S("59284-0"), STR_END)));
	edit_json(&e, S("patient"), json_ref(a, person_ref(d), d->person.name));
	edit_str(&e, S("dateTime"), time_instant(a, time_now()));
	edit_json(&e, S("policyRule"),
	          json_concept(a, S("http://terminology.hl7.org/CodeSystem/v3-ActCode"), S("OPTIN"), STR_END));
	return edit_text(&e);
}

static bool recipient_ok(Str who)
{
	return ref_id(who, S("Practitioner")).n || ref_id(who, S("PractitionerRole")).n ||
	       ref_id(who, S("RelatedPerson")).n || ref_id(who, S("Organization")).n || ref_id(who, S("CareTeam")).n;
}

static const Rec *sharing_rec(FieldIssues *is, const Dossier *d, Str id)
{
	const Rec *r = check_rec(is, S("id"), d, FT_CONSENT, id);
	if (r && !is_sharing(r)) {
		(void)issue_add(is, S("id"), PROBLEM_UNKNOWN);
		return NULL;
	}
	return r;
}

Err consent_give(Visit *v, const Dossier *d, const SharingInput *in, FieldIssues *is, Str *id)
{
	Arena *a = visit_arena(v);
	SharingInput p = *in;
	const Rec *was = in->id.n ? sharing_rec(is, d, in->id) : NULL;
	(void)check_voice(is, S("consent"), d, in->spoken);
	if (!recipient_ok(in->who))
		(void)issue_add(is, S("who"), in->who.n ? PROBLEM_UNKNOWN : PROBLEM_EMPTY);
	if (!(in->categories & ~(UINT32_C(1) << CAT_IDENTITY)))
		(void)issue_add(is, S("categories"), PROBLEM_EMPTY);
	if (in->categories & ~(uint32_t)CAT_ALL)
		(void)issue_add(is, S("categories"), PROBLEM_UNKNOWN);
	p.from = check_date(is, S("from"), in->from);
	p.until = check_date(is, S("until"), in->until);
	if (!p.from.n)
		p.from = today(a);
	check_order(is, S("until"), p.from, p.until);
	if (is->n)
		return ERR_INVALID;
	if (!in->deny)
		p.categories |= UINT32_C(1) << CAT_IDENTITY;
	Str text = consent_text(a, d, was, &p);
	if (!was)
		return put_new(v, is, text, id);
	*id = was->id;
	return put_over(v, is, was, in->version, text, NULL);
}

Err consent_withdraw(Visit *v, const Dossier *d, Str id, int32_t version, bool spoken, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const Rec *was = sharing_rec(is, d, id);
	(void)check_voice(is, S("consent"), d, spoken);
	if (is->n)
		return ERR_INVALID;
	Edit e = edit_new(a, was->json, FT_NONE);
	edit_str(&e, S("status"), S("inactive"));
	return put_over(v, is, was, version, edit_text(&e), NULL);
}

void consent_preview(const Dossier *d, uint32_t categories, Preview *out)
{
	categories |= UINT32_C(1) << CAT_IDENTITY;
	*out = (Preview){ .parts = { { .count = 0 } } };
	for (int c = 0; c < CAT_COUNT; c++)
		out->parts[c] = (PreviewPart){ .category = (Category)c, .visible = categories >> c & 1 };
	for (size_t i = 0; i < d->n_recs; i++) {
		const Rec *r = &d->recs[i];
		PreviewPart *p = &out->parts[r->category];
		p->count++;
		/* the newest three, newest first */
		for (size_t k = 0; k < COUNT_OF(p->examples); k++) {
			if (k < p->n_examples && p->examples[k]->updated >= r->updated)
				continue;
			for (size_t m = COUNT_OF(p->examples) - 1; m > k; m--)
				p->examples[m] = p->examples[m - 1];
			p->examples[k] = r;
			if (p->n_examples < COUNT_OF(p->examples))
				p->n_examples++;
			break;
		}
	}
}
