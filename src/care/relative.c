#include "care/relative.h"

#include "care/edit.h"
#include "care/team.h"

static Str const support_codes[4] = { S_INIT("1"), S_INIT("2"), S_INIT("3"), S_INIT("4") };
static Str const direction_codes[3] = { S_INIT("both"), S_INIT("gives"), S_INIT("receives") };

/* ext: the extension SD:ecogram; absent gives a tie without a place. */
void tie_from(JVal ext, Arena *a, Tie *out)
{
	*out = (Tie){ .circle = CIRCLE_NONE };
	for (JIter it = json_iter(JGET(ext, "extension")); json_next(&it);) {
		Str url = JSTR(it.value, "url", a), s = json_str(ext_value(it.value), a);
		int64_t n = 0;
		if (str_eq(url, S("circle"))) {
			if (!circle_parse(s, &out->circle))
				out->circle = CIRCLE_NONE;
		} else if (str_eq(url, S("closeness"))) {
			if (json_int(ext_value(it.value), &n) && n >= 1 && n <= 3)
				out->closeness = (int)n;
		} else if (str_eq(url, S("support"))) {
			for (size_t i = 0; i < 4; i++)
				out->support[i] |= str_eq(s, support_codes[i]);
		} else if (str_eq(url, S("direction"))) {
			for (int i = 0; i < 3; i++)
				if (str_eq(s, direction_codes[i]))
					out->direction = i;
		} else if (str_eq(url, S("strain"))) {
			out->strain = json_bool(ext_value(it.value), false);
		} else if (str_eq(url, S("strain-why"))) {
			out->strain_why = s;
		}
	}
}

void tie_check(FieldIssues *is, const Tie *t)
{
	if ((unsigned)t->circle > CIRCLE_NONE)
		(void)issue_add(is, S("circle"), PROBLEM_UNKNOWN);
	if (t->closeness < 0 || t->closeness > 3)
		(void)issue_add(is, S("closeness"), PROBLEM_RANGE);
	if (t->direction < 0 || t->direction > 2)
		(void)issue_add(is, S("direction"), PROBLEM_UNKNOWN);
	(void)check_text(is, S("strain_why"), t->strain_why, 1000, false);
}

void tie_edit(Edit *e, const Tie *t)
{
	Sub s;
	sub_begin(&s, e->arena);
	if (t->circle != CIRCLE_NONE)
		sub_str(&s, S("circle"), S("valueCode"), circle_code(t->circle));
	if (t->closeness)
		sub_int(&s, S("closeness"), t->closeness);
	for (size_t i = 0; i < 4; i++)
		if (t->support[i])
			sub_str(&s, S("support"), S("valueCode"), support_codes[i]);
	sub_str(&s, S("direction"), S("valueCode"), direction_codes[t->direction]);
	if (t->strain)
		sub_bool(&s, S("strain"), true);
	sub_str(&s, S("strain-why"), S("valueString"), str_trim(t->strain_why));
	edit_ext_raw(e, S(SD_ "ecogram"), S("extension"), sub_end(&s));
}

static Str telecom_value(JVal v, Str system, Arena *a)
{
	for (JIter it = json_each(JGET(v, "telecom")); json_next(&it);)
		if (json_str_is(JGET(it.value, "system"), system))
			return JSTR(it.value, "value", a);
	return STR_END;
}

void relative_from(Arena *a, const Rec *r, Relative *out)
{
	JVal v = r->json, name = json_at(JGET(v, "name"), 0), rel = JGET(v, "relationship");
	*out = (Relative){ .b = base_of(r) };
	out->name = JSTR(name, "text", a);
	if (!out->name.n) {
		Str given = json_str(json_at(JGET(name, "given"), 0), a);
		Str family = JSTR(name, "family", a);
		out->name = given.n && family.n ? arena_join(a, given, S(" "), family, STR_END)
		            : given.n           ? given
		                                : family;
	}
	for (JIter it = json_each(rel); json_next(&it);) {
		Str text = JSTR(it.value, "text", a);
		if (!text.n)
			text = json_str(json_path(it.value, "coding", "display", NULL), a);
		if (text.n && !out->relationship.n)
			out->relationship = text;
	}
	out->carer = has_coding(rel, S(CS_RELATIONSHIP), S("carer"));
	out->confidant = has_coding(rel, S(CS_RELATIONSHIP), S("confidant"));
	out->representative = has_coding(rel, S(CS_RELATIONSHIP), S("representative"));
	out->volunteer = has_coding(rel, S(CS_RELATIONSHIP), S("volunteer"));
	out->phone = telecom_value(v, S("phone"), a);
	out->email = telecom_value(v, S("email"), a);
	out->active = json_bool(JGET(v, "active"), true) && !is_over(JSTR(JGET(v, "period"), "end", a));
	tie_from(ext_find(v, S(SD_ "ecogram")), a, &out->tie);
}

static void kind_coding(JWriter *w, bool is, Str code)
{
	if (!is)
		return;
	jw_object(w);
	JW_STR(w, "system", S(CS_RELATIONSHIP));
	JW_STR(w, "code", code);
	jw_end_object(w);
}

/* The first relationship with our codings; codings and concepts of others stay. */
static Str relationship_text(Arena *a, JVal cur, const RelativeInput *in)
{
	JVal list = JGET(cur, "relationship"), first = json_at(list, 0);
	Buf b = buf_new(a, 256, 0);
	JWriter w = jw_new(&b);
	jw_array(&w);
	size_t n = 0;
	for (JIter it = json_each(JGET(first, "coding")); json_next(&it);)
		if (!json_str_is(JGET(it.value, "system"), S(CS_RELATIONSHIP))) {
			jw_raw(&w, json_compact(a, it.value));
			n++;
		}
	kind_coding(&w, in->carer, S("carer"));
	kind_coding(&w, in->confidant, S("confidant"));
	kind_coding(&w, in->representative, S("representative"));
	kind_coding(&w, in->volunteer, S("volunteer"));
	jw_end_array(&w);
	bool any = n || in->carer || in->confidant || in->representative || in->volunteer;
	Edit e = edit_new(a, first, FT_NONE);
	edit_str(&e, S("text"), in->relationship);
	edit_json(&e, S("coding"), any ? buf_str(&b) : STR_END);
	Buf all = buf_new(a, 256, 0);
	JWriter o = jw_new(&all);
	jw_array(&o);
	jw_raw(&o, edit_text(&e));
	for (JIter it = json_iter(list); json_next(&it);)
		if (it.index > 0)
			jw_raw(&o, json_compact(a, it.value));
	jw_end_array(&o);
	return buf_str(&all);
}

static Str relative_text(Arena *a, const Dossier *d, const Relative *was, const RelativeInput *in)
{
	JVal cur = was ? was->b.rec->json : (JVal){ NULL, NULL };
	Edit e = edit_new(a, cur, FT_RELATEDPERSON);
	if (!was)
		edit_json(&e, S("patient"), json_ref(a, person_ref(d), d->person.name));
	edit_json(&e, S("active"), in->inactive ? S("false") : S("true"));
	if (!was || !str_eq(was->name, in->name)) {
		Edit n = edit_new(a, (JVal){ NULL, NULL }, FT_NONE);
		edit_str(&n, S("text"), in->name);
		edit_json(&e, S("name"), json_list1(a, edit_text(&n)));
	}
	edit_json(&e, S("relationship"), relationship_text(a, cur, in));
	telecom_edit(&e, S("phone"), was ? was->phone : STR_END, in->phone);
	telecom_edit(&e, S("email"), was ? was->email : STR_END, in->email);
	if (in->tie)
		tie_edit(&e, in->tie);
	return edit_text(&e);
}

Err relative_save(Visit *v, const Dossier *d, const RelativeInput *in, FieldIssues *is, Str *id)
{
	RelativeInput p = *in;
	const Relative *was = in->id.n ? dossier_relative(d, in->id) : NULL;
	if (in->id.n && !was)
		(void)issue_add(is, S("id"), PROBLEM_UNKNOWN);
	p.name = check_text(is, S("name"), in->name, 200, true);
	p.relationship = check_text(is, S("relationship"), in->relationship, 200, true);
	p.phone = check_text(is, S("phone"), in->phone, 60, false);
	p.email = check_text(is, S("email"), in->email, 254, false);
	if (p.email.n && str_chr(p.email, '@') < 1)
		(void)issue_add(is, S("email"), PROBLEM_UNKNOWN);
	if (in->tie)
		tie_check(is, in->tie);
	/* nobody makes themselves a representative */
	if (in->representative && !(was && was->representative) && d->relation.kind == REL_RELATED)
		(void)issue_add(is, S("representative"), PROBLEM_NOT_YOURS);
	if (is->n)
		return ERR_INVALID;
	Str text = relative_text(visit_arena(v), d, was, &p);
	if (!was)
		return put_new(v, is, text, id);
	*id = was->b.id;
	return put_over(v, is, was->b.rec, in->version, text, NULL);
}

Err tie_save(Visit *v, const Dossier *d, Str ref, const Tie *tie, int32_t version, FieldIssues *is)
{
	Str id = ref_id(ref, S("RelatedPerson"));
	const Relative *was = id.n ? dossier_relative(d, id) : NULL;
	if (!was)
		return team_tie(v, d, ref, tie, version, is);
	tie_check(is, tie);
	if (is->n)
		return ERR_INVALID;
	Edit e = edit_new(visit_arena(v), was->b.rec->json, FT_NONE);
	tie_edit(&e, tie);
	return put_over(v, is, was->b.rec, version, edit_text(&e), NULL);
}
