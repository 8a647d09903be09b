#include "care/person.h"

#include <assert.h>

#include "care/edit.h"

static Str join_strings(Arena *a, JVal list)
{
	Str out = STR_END;
	for (JIter it = json_each(list); json_next(&it);) {
		Str s = json_str(it.value, a);
		if (s.n)
			out = out.n ? arena_join(a, out, S(" "), s, STR_END) : s;
	}
	return out;
}

/* The name to print: official, else the first that is no nickname. */
static JVal main_name(JVal patient)
{
	JVal first = { NULL, NULL };
	for (JIter it = json_each(JGET(patient, "name")); json_next(&it);) {
		JVal use = JGET(it.value, "use");
		if (json_str_is(use, S("official")))
			return it.value;
		if (!first.node && !json_str_is(use, S("usual")) && !json_str_is(use, S("nickname")) &&
		    !json_str_is(use, S("old")))
			first = it.value;
	}
	return first.node ? first : json_at(JGET(patient, "name"), 0);
}

static JVal usual_name(JVal patient)
{
	for (JIter it = json_each(JGET(patient, "name")); json_next(&it);)
		if (json_str_is(JGET(it.value, "use"), S("usual")) || json_str_is(JGET(it.value, "use"), S("nickname")))
			return it.value;
	return (JVal){ NULL, NULL };
}

static JVal telecom_of(JVal v, Str system)
{
	for (JIter it = json_each(JGET(v, "telecom")); json_next(&it);)
		if (json_str_is(JGET(it.value, "system"), system))
			return it.value;
	return (JVal){ NULL, NULL };
}

static Str address_text(Arena *a, JVal address)
{
	Str text = JSTR(address, "text", a);
	if (text.n)
		return text;
	Str line = join_strings(a, JGET(address, "line")), code = JSTR(address, "postalCode", a),
	    city = JSTR(address, "city", a);
	Str place = code.n && city.n ? arena_join(a, code, S(" "), city, STR_END) : code.n ? code : city;
	return line.n && place.n ? arena_join(a, line, S(", "), place, STR_END) : line.n ? line : place;
}

void person_from(Arena *a, const Rec *r, Person *out)
{
	JVal v = r->json, name = main_name(v), usual = usual_name(v);
	*out = (Person){ .b = base_of(r) };
	out->given = join_strings(a, JGET(name, "given"));
	out->family = JSTR(name, "family", a);
	out->name = JSTR(name, "text", a);
	if (!out->name.n)
		out->name = out->given.n && out->family.n ? arena_join(a, out->given, S(" "), out->family, STR_END)
		            : out->given.n                ? out->given
		                                          : out->family;
	out->call_name = JSTR(usual, "text", a);
	if (!out->call_name.n)
		out->call_name = join_strings(a, JGET(usual, "given"));
	if (!out->call_name.n)
		out->call_name = out->given.n ? out->given : out->name;
	out->birth_date = JSTR(v, "birthDate", a);
	out->gender = JSTR(v, "gender", a);
	out->language = json_str(json_path(v, "communication", "language", "coding", "code", NULL), a);
	out->phone = JSTR(telecom_of(v, S("phone")), "value", a);
	out->email = JSTR(telecom_of(v, S("email")), "value", a);
	out->address = address_text(a, json_at(JGET(v, "address"), 0));
	out->has_photo = json_count(JGET(v, "photo")) > 0;
}

static bool gender_ok(Str g)
{
	return !g.n || str_eq(g, S("male")) || str_eq(g, S("female")) || str_eq(g, S("other")) ||
	       str_eq(g, S("unknown"));
}

static bool language_ok(Str s)
{
	if (s.n > 20)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

static PersonInput person_checked(FieldIssues *is, const PersonInput *in)
{
	PersonInput p = *in;
	p.given = check_text(is, S("given"), in->given, 200, true);
	p.family = check_text(is, S("family"), in->family, 200, true);
	p.call_name = check_text(is, S("call_name"), in->call_name, 200, false);
	p.birth_date = check_date(is, S("birth_date"), in->birth_date);
	p.phone = check_text(is, S("phone"), in->phone, 60, false);
	p.email = check_text(is, S("email"), in->email, 254, false);
	p.address = check_text(is, S("address"), in->address, 500, false);
	p.language = str_trim(in->language);
	p.gender = str_trim(in->gender);
	Moment m;
	if (p.birth_date.n && time_parse_date(p.birth_date, &m) && m.from > time_now())
		(void)issue_add(is, S("birth_date"), PROBLEM_RANGE);
	if (!gender_ok(p.gender))
		(void)issue_add(is, S("gender"), PROBLEM_UNKNOWN);
	if (!language_ok(p.language))
		(void)issue_add(is, S("language"), PROBLEM_UNKNOWN);
	if (p.email.n && str_chr(p.email, '@') < 1)
		(void)issue_add(is, S("email"), PROBLEM_UNKNOWN);
	return p;
}

/* The array `key` of v with `item` (one of its items, or absent) replaced by text; an absent text takes it out. */
static Str list_with(Arena *a, JVal v, Str key, JVal item, Str text, bool first)
{
	Buf b = buf_new(a, 256, 0);
	JWriter w = jw_new(&b);
	size_t n = 0;
	jw_array(&w);
	if (!item.node && text.n && first) {
		jw_raw(&w, text);
		n++;
	}
	for (JIter it = json_iter(json_get(v, key)); json_next(&it);) {
		bool same = it.value.node == item.node;
		if (same && !text.n)
			continue;
		jw_raw(&w, same ? text : json_compact(a, it.value));
		n++;
	}
	if (!item.node && text.n && !first) {
		jw_raw(&w, text);
		n++;
	}
	jw_end_array(&w);
	return n ? buf_str(&b) : STR_END;
}

/* Reads a member list that this edit may already have changed. */
static JVal edited(Arena *a, const Edit *e)
{
	const Json *doc = NULL;
	Str text = edit_text(e);
	return json_parse(a, text, &doc, NULL) == OK ? json_root(doc) : e->cur;
}

static void name_edit(Edit *e, const Person *was, const PersonInput *in)
{
	Arena *a = e->arena;
	if (!str_eq(was->given, in->given) || !str_eq(was->family, in->family)) {
		JVal name = main_name(e->cur);
		Edit n = edit_new(a, name, FT_NONE);
		if (!json_is(JGET(name, "use"), J_STRING))
			edit_str(&n, S("use"), S("official"));
		edit_json(&n, S("text"), STR_END);
		edit_str(&n, S("family"), in->family);
		edit_json(&n, S("given"), json_list1(a, json_quote(a, in->given)));
		edit_json(e, S("name"), list_with(a, e->cur, S("name"), name, edit_text(&n), true));
	}
	if (str_eq(was->call_name, in->call_name))
		return;
	JVal now = edited(a, e), usual = usual_name(now);
	Str text = STR_END;
	if (in->call_name.n && !str_eq(in->call_name, in->given)) {
		Edit n = edit_new(a, usual, FT_NONE);
		edit_str(&n, S("use"), S("usual"));
		edit_json(&n, S("given"), STR_END);
		edit_str(&n, S("text"), in->call_name);
		text = edit_text(&n);
	}
	edit_json(e, S("name"), list_with(a, now, S("name"), usual, text, false));
}

void telecom_edit(Edit *e, Str system, Str was, Str now)
{
	if (str_eq(was, now))
		return;
	Arena *a = e->arena;
	JVal v = edited(a, e), item = telecom_of(v, system);
	Str text = STR_END;
	if (now.n) {
		Edit t = edit_new(a, item, FT_NONE);
		edit_str(&t, S("system"), system);
		edit_str(&t, S("value"), now);
		text = edit_text(&t);
	}
	edit_json(e, S("telecom"), list_with(a, v, S("telecom"), item, text, false));
}

static Str patient_text(Arena *a, JVal cur, const Person *was, const PersonInput *in)
{
	Edit e = edit_new(a, cur, FT_PATIENT);
	name_edit(&e, was, in);
	edit_str(&e, S("birthDate"), in->birth_date);
	edit_str(&e, S("gender"), in->gender);
	telecom_edit(&e, S("phone"), was->phone, in->phone);
	telecom_edit(&e, S("email"), was->email, in->email);
	if (!str_eq(was->address, in->address)) {
		Edit ad = edit_new(a, (JVal){ NULL, NULL }, FT_NONE);
		edit_str(&ad, S("text"), in->address);
		edit_json(&e, S("address"),
		          list_with(a, cur, S("address"), json_at(JGET(cur, "address"), 0),
		                    in->address.n ? edit_text(&ad) : STR_END, true));
	}
	if (!str_eq(was->language, in->language)) {
		JVal old = json_at(JGET(cur, "communication"), 0);
		Edit c = edit_new(a, old, FT_NONE);
		edit_json(&c, S("language"), json_concept(a, S("urn:ietf:bcp:47"), in->language, STR_END));
		edit_json(&e, S("communication"),
		          list_with(a, cur, S("communication"), old, in->language.n ? edit_text(&c) : STR_END, true));
	}
	return edit_text(&e);
}

static Str new_episode(Arena *a, Str patient, Str why)
{
	Edit e = edit_new(a, (JVal){ NULL, NULL }, FT_EPISODEOFCARE);
	edit_str(&e, S("status"), S("active"));
	edit_json(&e, S("patient"), json_ref(a, patient, STR_END));
	edit_json(&e, S("period"), json_period(a, today(a), STR_END));
	edit_ext_str(&e, S(SD_ "phase"), S("valueCode"), phase_code(PHASE_INTAKE));
	edit_ext_str(&e, S(SD_ "phase-reason"), S("valueString"), why);
	edit_ext_str(&e, S(SD_ "phase-since"), S("valueDateTime"), time_instant(a, time_now()));
	return edit_text(&e);
}

static Str new_team(Arena *a, const Scope *who, Str patient, const NewPerson *in)
{
	Edit e = edit_new(a, (JVal){ NULL, NULL }, FT_CARETEAM);
	edit_profile(&e, S("samendoel-care-team"));
	edit_str(&e, S("status"), S("active"));
	edit_json(&e, S("subject"), json_ref(a, patient, STR_END));
	if (who->n_refs) {
		Edit m = edit_new(a, (JVal){ NULL, NULL }, FT_NONE);
		edit_json(&m, S("role"), json_list1(a, json_concept(a, STR_END, STR_END, str_trim(in->role_text))));
		edit_json(&m, S("member"), json_ref(a, who->refs[0], who->name));
		if (in->organisation.n && str_starts(who->refs[0], S("Practitioner/"))) {
			Edit o = edit_new(a, (JVal){ NULL, NULL }, FT_NONE);
			edit_str(&o, S("display"), str_trim(in->organisation));
			edit_json(&m, S("onBehalfOf"), edit_text(&o));
		}
		edit_json(&m, S("period"), json_period(a, today(a), STR_END));
		edit_ext_bool(&m, S(SD_ "coordinator"), in->coordinator);
		edit_ext_bool(&m, S(SD_ "secrecy-bound"), in->secrecy);
		edit_json(&e, S("participant"), json_list1(a, edit_text(&m)));
	}
	return edit_text(&e);
}

Err person_save(Visit *v, const NewPerson *in, FieldIssues *is, Str *id)
{
	Arena *a = visit_arena(v);
	PersonInput p = person_checked(is, &in->person);
	Str why = check_text(is, S("why"), in->why, 2000, false);
	(void)check_text(is, S("role_text"), in->role_text, 200, visit_scope(v)->n_refs > 0);
	if (is->n)
		return ERR_INVALID;
	Person none = { .b = { .version = 0 } };
	Edit empty = edit_new(a, (JVal){ NULL, NULL }, FT_PATIENT);
	Str patient = STR_END;
	TRY(visit_reserve(v, FT_PATIENT, STR_END, &patient));
	Str ref = arena_join(a, S("Patient/"), patient, STR_END);
	Err e = visit_create_reserved(v, FT_PATIENT, patient, patient_text(a, empty.cur, &none, &p));
	if (e == ERR_INVALID)
		return issue_add(is, S("resource"), PROBLEM_REFUSED);
	TRY(e);
	TRY(put_new(v, is, new_episode(a, ref, why), NULL));
	TRY(put_new(v, is, new_team(a, visit_scope(v), ref, in), NULL));
	*id = patient;
	return OK;
}

Err person_edit(Visit *v, const Dossier *d, const PersonInput *in, FieldIssues *is)
{
	PersonInput p = person_checked(is, in);
	if (!d->person.b.rec)
		(void)issue_add(is, S("id"), PROBLEM_UNKNOWN);
	if (is->n)
		return ERR_INVALID;
	assert(d->person.b.rec); /* else there is an issue */
	Str text = patient_text(visit_arena(v), d->person.b.rec->json, &d->person, &p);
	return put_over(v, is, d->person.b.rec, in->version, text, NULL);
}
