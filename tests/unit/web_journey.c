/* From the conversation to the care goal, and the people around: each page and each form with good and bad input, by
 * who may write, who may only read, and who has nothing to do with it. */
#include "web_help.h"

#include "care/conversation.h"
#include "care/life_goal.h"
#include "care/relative.h"
#include "care/team.h"

/* Besides mia (coordinator), tom (no relation) and jean (the person): an is in the team, bound by secrecy; els is a
 * daughter who may read goals, story and network, and write nothing. */
typedef struct Cast {
	World w;
	Str an, els; /* references */
	Str talk, life, goal, other;
} Cast;

static Cast *cast_of(void **state)
{
	return *state; /* World is its first member */
}

/* A visit of the system with the dossier open. */
static Dossier opened(World *w)
{
	Scope *s = ARENA_NEW(w->arena, Scope);
	Dossier d;
	*s = scope_system(S("demo"));
	assert_int_equal(dossier_open(visit_new(w->records, s, w->arena), w->person, &DOSSIER_ALL, &d), OK);
	return d;
}

static void add_people(Cast *x)
{
	World *w = &x->w;
	FieldIssues is = { .n = 0 };
	Str id;
	x->an = new_practitioner(w, S("Peeters"));
	new_account(w, S("an"), ROLE_PROFESSIONAL, x->an);
	Dossier d = opened(w);
	MemberInput an = { .ref = x->an, .name = S("An Peeters"), .role_text = S("verpleegkundige"), .secrecy = true };
	assert_int_equal(team_add(d.visit, &d, &an, &is), OK);
	RelativeInput els = { .name = S("Els Derks"), .relationship = S("dochter"), .carer = true };
	assert_int_equal(relative_save(d.visit, &d, &els, &is, &id), OK);
	assert_int_equal(visit_commit(d.visit), OK);
	x->els = arena_join(w->arena, S("RelatedPerson/"), id, STR_END);
	new_account(w, S("els"), ROLE_CARER, x->els);
	Str consent = arena_printf(
	    w->arena,
	    "{\"resourceType\":\"Consent\",\"status\":\"active\",\"scope\":{\"coding\":[{\"system\":"
	    "\"http://terminology.hl7.org/CodeSystem/consentscope\",\"code\":\"patient-privacy\"}]},\"category\":[{"
	    "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"59284-0\"}]}],\"policyRule\":{\"text\":\"x\"},"
	    "\"patient\":{\"reference\":\"Patient/%.*s\"},\"provision\":{\"type\":\"permit\",\"actor\":[{\"role\":"
	    "{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
	    "v3-ParticipationType\",\"code\":\"IRCP\"}]},"
	    "\"reference\":{\"reference\":\"%.*s\"}}],\"class\":[{\"system\":"
	    "\"https://samendoel.org/fhir/CodeSystem/category\",\"code\":\"goals\"},{\"system\":"
	    "\"https://samendoel.org/fhir/CodeSystem/category\",\"code\":\"story\"},{\"system\":"
	    "\"https://samendoel.org/fhir/CodeSystem/category\",\"code\":\"network\"}]}}",
	    STR_ARG(w->person), STR_ARG(x->els));
	d = opened(w);
	assert_int_equal(visit_create(d.visit, consent, &id), OK);
	assert_int_equal(visit_commit(d.visit), OK);
}

/* A story with words to mark, a life goal, two care goals. */
static void add_story(Cast *x)
{
	World *w = &x->w;
	FieldIssues is = { .n = 0 };
	Dossier d = opened(w);
	ConversationInput talk = { .how = CONV_TOGETHER, .at_home = true };
	assert_int_equal(conversation_start(d.visit, &d, &talk, &is, &x->talk), OK);
	LifeGoalInput life = { .words = S("Naar de tuin"), .domain = DOM_DOING, .state = LG_ACTIVE };
	assert_int_equal(life_goal_save(d.visit, &d, &life, &is, &x->life), OK);
	assert_int_equal(visit_commit(d.visit), OK);
	sign_in_as(w, S("mia"));
	static const char *const texts[] = { "Honderd+meter+stappen", "Elke+dag+rusten" };
	Str *const made[] = { &x->goal, &x->other };
	for (int i = 0; i < 2; i++) {
		Reply r = post(
		    w, at_person(w, "/zorgdoelen/nieuw"),
		    arena_printf(w->arena, "text=%s&life_goals=%.*s&later=1&version=0", texts[i], STR_ARG(x->life)));
		assert_int_equal(r.status, 303);
		Str to = header_of(&r, S("Location"));
		ptrdiff_t at = str_find(to, S("/zorgdoelen/"));
		assert_true(at > 0);
		*made[i] = arena_str(w->arena, str_from(to, (size_t)at + 12));
	}
}

static int cast(void **state)
{
	void *made = NULL;
	if (world(&made))
		return -1;
	Cast *x = calloc(1, sizeof *x);
	x->w = *(World *)made;
	free(made);
	add_people(x);
	add_story(x);
	*state = x;
	return 0;
}

static Str at2(World *w, const char *before, Str id, const char *after)
{
	return at_person(w, arena_printf(w->arena, "%s%.*s%s", before, STR_ARG(id), after).p);
}

static Str segment(World *w, Str ref)
{
	Str type, id = str_cut(ref, '/', &type);
	return arena_join(w->arena, type, S("-"), id, STR_END);
}

/* The fields behind the version that the page has now. */
static Str with_version(World *w, Str page, const char *fields)
{
	Reply form = get(w, page);
	Str version = hidden(w, &form, S("version"));
	assert_true(version.n > 0);
	return arena_printf(w->arena, "version=%.*s&%s", STR_ARG(version), fields);
}

static Reply send(World *w, Str page, const char *fields)
{
	return post(w, page, with_version(w, page, fields));
}

#define status_is(r, want)                                                                       \
	do {                                                                                     \
		Reply r_ = (r);                                                                  \
		if (r_.status != (want))                                                         \
			fail_msg("%d instead of %d: %.*s", r_.status, (want), STR_ARG(r_.body)); \
	} while (0)

/* Wrong input: the page again, with mistakes named and what was typed still there. */
static void refused(World *w, Str page, const char *fields, const char *field, const char *kept)
{
	Reply r = send(w, page, fields);
	status_is(r, 422);
	assert_true(has(&r, "<title>Fout: "));
	if (!has(&r, arena_printf(w->arena, "href=\"#%s", field).p))
		fail_msg("no mistake at %s", field);
	assert_true(has(&r, kept));
}

/* Two people with the same form: the second sees both, and saves by choice. */
static void second_chooses(World *w, Str page, const char *first, const char *second, const char *kept)
{
	Str one = with_version(w, page, first), two = with_version(w, page, second);
	status_is(post(w, page, one), 303);
	Reply clash = post(w, page, two);
	status_is(clash, 412);
	assert_true(has(&clash, kept));
	Str fresh = hidden(w, &clash, S("version"));
	assert_true(fresh.n > 0);
	status_is(post(w, page, arena_printf(w->arena, "version=%.*s&%s", STR_ARG(fresh), second)), 303);
}

/* ---- who gets what ---- */

static void test_readers_get_no_forms(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	const Str forms[] = { at_person(w, "/team/nieuw"),
		              at2(w, "/team/", segment(w, x->an), ""),
		              at2(w, "/team/", segment(w, x->an), "/einde"),
		              at_person(w, "/naaste/nieuw"),
		              at2(w, "/naaste/", str_from(x->els, 14), ""),
		              at2(w, "/ecogram/", segment(w, x->an), ""),
		              at_person(w, "/levensdoelen/nieuw"),
		              at2(w, "/levensdoelen/", x->life, "/wijzigen"),
		              at_person(w, "/zorgdoelen/nieuw"),
		              at2(w, "/zorgdoelen/", x->goal, "/stap/wat"),
		              at2(w, "/zorgdoelen/", x->goal, "/akkoord"),
		              at2(w, "/zorgdoelen/", x->goal, "/botst"),
		              at2(w, "/zorgdoelen/", x->goal, "/toestand"),
		              at2(w, "/zorgdoelen/", x->goal, "/waar-staan-we") };
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		sign_in_as(w, S("mia"));
		status_is(get(w, forms[i]), 200);
		sign_in_as(w, S("jean"));
		status_is(get(w, forms[i]), 200);
		sign_in_as(w, S("els"));
		status_is(get(w, forms[i]), 403);
		status_is(post(w, forms[i], S("version=1&text=x&words=x")), 403);
		sign_in_as(w, S("an"));
		bool network = i < 6; /* who is in the team is not hers to change */
		status_is(get(w, forms[i]), network ? 403 : 200);
		sign_in_as(w, S("tom"));
		status_is(get(w, forms[i]), 404);
		status_is(post(w, forms[i], S("version=1&text=x")), 404);
	}
}

static void test_readers_see_no_way_to_write(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	const Str pages_to_read[] = { at_person(w, "/team"),         at_person(w, "/ecogram"),
		                      at_person(w, "/gesprek"),      at2(w, "/gesprek/", x->talk, ""),
		                      at_person(w, "/levensdoelen"), at2(w, "/levensdoelen/", x->life, ""),
		                      at_person(w, "/zorgdoelen"),   at2(w, "/zorgdoelen/", x->goal, "") };
	for (size_t i = 0; i < COUNT_OF(pages_to_read); i++) {
		Str head, body;
		sign_in_as(w, S("mia"));
		Reply mine = get(w, pages_to_read[i]);
		status_is(mine, 200);
		sign_in_as(w, S("els"));
		Reply r = get(w, pages_to_read[i]);
		status_is(r, 200);
		head = str_upto(r.body, (size_t)str_find(r.body, S("<main")));
		body = str_from(r.body, head.n);
		body = str_upto(body, (size_t)str_find(body, S("</main>")));
		static const char *const ways[] = { "method=\"post\"", "/nieuw\"", "/wijzigen\"", "/einde\"",
			                            "/stap/" };
		for (size_t k = 0; k < COUNT_OF(ways); k++)
			if (str_find(body, str_c(ways[k])) >= 0)
				fail_msg("%.*s shows a reader %s", STR_ARG(pages_to_read[i]), ways[k]);
		bool any = false;
		for (size_t k = 0; k < COUNT_OF(ways); k++)
			any |= has(&mine, ways[k]);
		assert_true(any); /* the same words do stand on the page of who may write */
	}
}

/* ---- conversation ---- */

static void test_conversation(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	Reply r = post(w, at_person(w, "/gesprek"), S("how=together&where=home&_once=talk"));
	status_is(r, 303);
	Str question = arena_str(w->arena, header_of(&r, S("Location")));
	assert_true(str_ends(question, S("/good-day")));
	r = get(w, question);
	assert_true(has(&r, "Goed luisteren") || has(&r, "govuk-inset-text")); /* a reminder for who listens */
	r = send(w, question, "answer=Ik+ga+naar+de+zee.+Dat+is+%3Cmooi%3E.&next=1");
	status_is(r, 303);
	assert_true(str_ends(header_of(&r, S("Location")), S("/happy")));
	r = get(w, question);
	assert_true(has(&r, "Dat is &lt;mooi&gt;."));
	/* nothing new: nothing is written, on we go */
	Str version = hidden(w, &r, S("version"));
	status_is(send(w, question, "answer=Ik+ga+naar+de+zee.+Dat+is+%3Cmooi%3E."), 303);
	r = get(w, question);
	assert_true(str_eq(hidden(w, &r, S("version")), version));
	second_chooses(w, question, "answer=Naar+zee.", "answer=Ik+ga+naar+de+zee.+Altijd.",
	               "Ik ga naar de zee. Altijd.");
	Buf long_text = buf_new(w->arena, 24000, 0);
	BUF_LIT(&long_text, "answer=lang");
	for (int i = 0; i < 20500; i++)
		buf_byte(&long_text, 'a');
	buf_byte(&long_text, 0);
	refused(w, question, long_text.p, "answer", "langaaaa");
	status_is(get(w, arena_join(w->arena, question, S("x"), STR_END)), 404);

	Str all = str_upto(question, question.n - 9); /* the answers together */
	r = get(w, all);
	status_is(r, 200);
	assert_true(has(&r, "Ik ga naar de zee."));
	status_is(send(w, all, "question=good-day&mark=Ik+ga+naar+de+zee."), 303);
	status_is(send(w, all, "question=good-day&mark=de+bergen"), 422);
	r = get(w, all);
	assert_true(has(&r, "<mark class=\"sd-mark\">Ik ga naar de zee.</mark>"));
	r = send(w, all, "do=goal&question=good-day&words=Ik+ga+naar+de+zee.");
	status_is(r, 303);
	assert_true(str_find(header_of(&r, S("Location")), S("/levensdoelen/")) > 0);
	status_is(send(w, all, "do=unmark&question=good-day&words=Ik+ga+naar+de+zee."), 303);
	status_is(send(w, all, "do=finish"), 303);
	r = get(w, all);
	assert_false(has(&r, "value=\"finish\""));
	r = get(w, at_person(w, "/levensdoelen"));
	assert_true(has(&r, "Ik ga naar de zee."));
	/* a reader who opens a question comes to the answers */
	sign_in_as(w, S("els"));
	r = get(w, question);
	status_is(r, 303);
	assert_true(str_eq(header_of(&r, S("Location")), all));
	sign_in_as(w, S("tom"));
	status_is(get(w, all), 404);
	status_is(get(w, question), 404);
}

/* ---- life goals ---- */

static void test_life_goals(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	Str fresh = at_person(w, "/levensdoelen/nieuw");
	refused(w, fresh, "words=++&domain=doing&state=dream", "words", "value=\"dream\" checked");
	Reply r = send(w, fresh, "words=Mijn+%22kleinkind%22+zien&domain=people&state=dream");
	status_is(r, 303);
	Str here = arena_str(w->arena, header_of(&r, S("Location")));
	r = get(w, here);
	assert_true(has(&r, "Mijn &quot;kleinkind&quot; zien") && has(&r, "Droom"));
	Str edit = arena_join(w->arena, here, S("/wijzigen"), STR_END);
	refused(w, edit, "words=&domain=body", "words", "value=\"body\" checked");
	second_chooses(w, edit, "words=Mijn+kleinzoon+zien&domain=people", "words=Hem+zien+opgroeien&domain=people",
	               "Hem zien opgroeien");
	/* its state asks for the story */
	refused(w, here, "state=reached&story=", "story", "value=\"reached\" checked");
	refused(w, here, "state=klaar&story=Hij+kwam", "state", "Hij kwam");
	status_is(send(w, here, "state=reached&story=Hij+kwam"), 303);
	r = get(w, here);
	assert_true(has(&r, "Hij kwam"));
	status_is(get(w, at_person(w, "/levensdoelen/bestaat-niet")), 404);
	status_is(get(w, at_person(w, "/levensdoelen/bestaat-niet/wijzigen")), 404);
}

static void test_order_and_pin(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	Str list = at_person(w, "/levensdoelen"), fresh = at_person(w, "/levensdoelen/nieuw");
	status_is(send(w, fresh, "words=Thuis+blijven&domain=home&state=active"), 303);
	Dossier d = opened(w);
	Str last = d.life_goals[d.n_life_goals - 1].b.id;
	status_is(post(w, list, arena_printf(w->arena, "do=up&goal=%.*s", STR_ARG(last))), 303);
	d = opened(w);
	assert_true(str_eq(d.life_goals[d.n_life_goals - 2].b.id, last));
	status_is(post(w, list, S("do=up&goal=nergens")), 422);
	status_is(post(w, list, arena_printf(w->arena, "do=pin&goal=%.*s", STR_ARG(last))), 303);
	Reply r = get(w, list);
	assert_true(has(&r, "value=\"unpin\""));
	assert_true(opened(w).life_goals[0].pinned && str_eq(opened(w).life_goals[0].b.id, last));
	status_is(post(w, list, arena_printf(w->arena, "do=unpin&goal=%.*s", STR_ARG(last))), 303);
	assert_false(opened(w).life_goals[0].pinned);
	status_is(post(w, list, S("do=pin&goal=nergens")), 422);
	sign_in_as(w, S("els"));
	status_is(post(w, list, arena_printf(w->arena, "do=pin&goal=%.*s", STR_ARG(last))), 403);
}

/* ---- care goals ---- */

static void test_care_goal_steps(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	Str fresh = at_person(w, "/zorgdoelen/nieuw");
	Str fields = arena_printf(w->arena, "text=&life_goals=%.*s", STR_ARG(x->life));
	refused(w, fresh, fields.p, "text", arena_printf(w->arena, "value=\"%.*s\" checked", STR_ARG(x->life)).p);
	refused(w, fresh, "text=Zonder+levensdoel", "life_goals", "Zonder levensdoel");
	Str first = at2(w, "/zorgdoelen/", x->goal, "/stap/wat"),
	    measure = at2(w, "/zorgdoelen/", x->goal, "/stap/meten"),
	    needed = at2(w, "/zorgdoelen/", x->goal, "/stap/nodig"),
	    when = at2(w, "/zorgdoelen/", x->goal, "/stap/tijd"), who = at2(w, "/zorgdoelen/", x->goal, "/stap/wie");
	second_chooses(w, first, arena_printf(w->arena, "text=Tweehonderd+meter&life_goals=%.*s", STR_ARG(x->life)).p,
	               arena_printf(w->arena, "text=Driehonderd+meter&life_goals=%.*s", STR_ARG(x->life)).p,
	               "Driehonderd meter");
	refused(w, measure, "scale_2=Tot+de+poort&scale_0=Niet+buiten", "scale", "Tot de poort");
	status_is(
	    send(w, measure,
	         "scale_0=Binnen&scale_1=Tot+de+deur&scale_2=Tot+de+poort&scale_3=Tot+de+straat&scale_4=De+markt"),
	    303);
	status_is(send(w, needed, "needed=Een+rollator"), 303);
	refused(w, when, "start=2026-02-31&due=&evaluate_on=", "start", "2026-02-31");
	refused(w, when, "start=2026-05-01&due=2026-04-01&evaluate_on=", "due", "2026-04-01");
	status_is(send(w, when, "start=2026-05-01&due=2026-11-01&evaluate_on=2026-08-01"), 303);
	refused(w, who, "owner=Practitioner%2Fniemand", "owner", "name=\"owner\"");
	status_is(send(w, who, arena_printf(w->arena, "owner=%.*s", STR_ARG(url_encode(w->arena, x->an))).p), 303);
	Reply r = get(w, at2(w, "/zorgdoelen/", x->goal, ""));
	assert_true(has(&r, "Tot de poort") && has(&r, "Een rollator") && has(&r, "An Peeters"));
	status_is(get(w, at2(w, "/zorgdoelen/", x->goal, "/stap/dansen")), 404);
	status_is(get(w, at_person(w, "/zorgdoelen/bestaat-niet")), 404);
	status_is(get(w, at_person(w, "/zorgdoelen/bestaat-niet/stap/wat")), 404);
	r = get(w, at_person(w, "/zorgdoelen"));
	assert_true(has(&r, "Driehonderd meter"));
}

static void test_care_goal_said(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	Str yes = at2(w, "/zorgdoelen/", x->other, "/akkoord"),
	    level = at2(w, "/zorgdoelen/", x->other, "/waar-staan-we"),
	    clash = at2(w, "/zorgdoelen/", x->other, "/botst"), to = at2(w, "/zorgdoelen/", x->other, "/toestand"),
	    here = at2(w, "/zorgdoelen/", x->other, "");
	refused(w, yes, "who=person&why=Hij+twijfelt", "status", "Hij twijfelt");
	refused(w, to, "state=active&why=We+beginnen", "state", "We beginnen"); /* not before the person's yes */
	status_is(send(w, yes, "who=person&status=agree&why="), 303);
	Reply r = get(w, here);
	assert_true(has(&r, "Akkoord"));
	/* the person says no in their own session: a reason is asked */
	sign_in_as(w, S("jean"));
	refused(w, yes, "status=disagree&why=", "why", "value=\"disagree\" checked");
	second_chooses(w, yes, "status=disagree&why=Te+moe", "status=agree&why=Toch+wel", "Toch wel");
	sign_in_as(w, S("mia"));
	refused(w, level, "who=team&level=7&words=Het+gaat", "level", "Het gaat");
	status_is(send(w, level, "who=team&level=1&words=Het+gaat"), 303);
	status_is(send(w, level, "who=person&level=-1&words=Ik+ben+moe"), 303);
	r = get(w, here);
	assert_true(has(&r, "Ik ben moe"));
	refused(w, clash, "other=nergens&why=Beide+samen+kan+niet", "other", "Beide samen kan niet");
	Str fields = arena_printf(w->arena, "other=%.*s&why=", STR_ARG(x->goal));
	refused(w, clash, fields.p, "why", "checked");
	status_is(send(w, clash, arena_join(w->arena, fields, S("Rust+en+stappen"), STR_END).p), 303);
	r = get(w, here);
	assert_true(has(&r, "Rust en stappen"));
	status_is(send(w, clash, arena_join(w->arena, fields, S("&do=solved"), STR_END).p), 303);
	r = get(w, here);
	assert_false(has(&r, "Rust en stappen"));
	refused(w, to, "state=stopped&why=", "why", "value=\"stopped\" checked");
	second_chooses(w, to, "state=stopped&why=Het+lukte+niet", "state=reached&why=Het+lukte", "Het lukte");
}

/* ---- team ---- */

static void test_team(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	Str fresh = at_person(w, "/team/nieuw"), team = at_person(w, "/team");
	Reply r = get(w, at_person(w, "/team/nieuw?zoek=Willems"));
	assert_true(has(&r, "Willems"));
	Dossier d = opened(w);
	Str ref = new_practitioner(w, S("Nieuwkomer")), who = url_encode(w->arena, ref);
	Str form = arena_join(w->arena, fresh, S("?wie="), who, STR_END);
	r = get(w, form);
	status_is(r, 200);
	Str common = arena_printf(
	    w->arena, "version=%d&ref=%.*s&tasks=Ramen+%%26+deuren&secrecy=0&from=", d.team.b.version, STR_ARG(who));
	Reply bad = post(w, fresh, arena_join(w->arena, common, S("&role_text="), STR_END));
	status_is(bad, 422);
	assert_true(has(&bad, "Ramen &amp; deuren") && has(&bad, "href=\"#role_text\""));
	status_is(post(w, fresh, arena_join(w->arena, common, S("&role_text=poetshulp"), STR_END)), 303);
	r = get(w, team);
	assert_true(has(&r, "Nieuwkomer") && has(&r, "Ramen &amp; deuren"));
	/* twice the same person; nobody at all; someone who does not exist */
	d = opened(w);
	common = arena_printf(w->arena, "version=%d&ref=%.*s&role_text=poetshulp", d.team.b.version, STR_ARG(who));
	status_is(post(w, fresh, common), 422);
	status_is(post(w, fresh, S("ref=&role_text=poetshulp")), 404);
	status_is(get(w, at_person(w, "/team/nieuw?wie=Practitioner%2Fniemand")), 404);

	Str edit = at2(w, "/team/", segment(w, ref), "");
	refused(w, edit, "role_text=&tasks=Alleen+ramen&from=", "role_text", "Alleen ramen");
	refused(w, edit, "role_text=hulp&tasks=Alleen+ramen&from=2026-13-01", "from", "Alleen ramen");
	second_chooses(w, edit, "role_text=hulp&tasks=Ramen&from=2026-01-02",
	               "role_text=hulp&tasks=Deuren&from=2026-01-02", "Deuren");
	status_is(get(w, at_person(w, "/team/Practitioner-niemand")), 404);

	/* leaving: what is open must go to somebody */
	Str fields = arena_printf(w->arena, "text=Met+hulp&life_goals=%.*s&later=1", STR_ARG(x->life));
	r = send(w, at_person(w, "/zorgdoelen/nieuw"), fields.p);
	status_is(r, 303);
	Str goal = arena_str(w->arena, header_of(&r, S("Location")));
	status_is(send(w, arena_join(w->arena, goal, S("/stap/wie"), STR_END),
	               arena_printf(w->arena, "owner=%.*s", STR_ARG(who)).p),
	          303);
	Str leave = at2(w, "/team/", segment(w, ref), "/einde");
	r = get(w, leave);
	assert_true(has(&r, "Met hulp"));
	refused(w, leave, "to=&on=", "to", "name=\"on\"");
	refused(w, leave, arena_printf(w->arena, "to=%.*s&on=2026-99-99", STR_ARG(url_encode(w->arena, x->an))).p, "on",
	        "2026-99-99");
	status_is(send(w, leave, arena_printf(w->arena, "to=%.*s&on=", STR_ARG(url_encode(w->arena, x->an))).p), 303);
	r = get(w, goal);
	assert_true(has(&r, "An Peeters"));
	status_is(get(w, leave), 404); /* gone already */
}

static void test_relative(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	Str fresh = at_person(w, "/naaste/nieuw");
	refused(w, fresh, "name=&relationship=buurvrouw&what=carer&circle=B&closeness=1", "name", "buurvrouw");
	status_is(send(w, fresh,
	               "name=Rosa+Jans&relationship=buurvrouw&phone=011+22&what=volunteer&circle=B&closeness=1"
	               "&support=2&direction=1&strain=1&strain_why=Zij+is+ziek"),
	          303);
	Reply r = get(w, at_person(w, "/team"));
	assert_true(has(&r, "Rosa Jans") && has(&r, "buurvrouw"));
	Dossier d = opened(w);
	Str id = { 0 };
	for (size_t i = 0; i < d.n_relatives; i++)
		if (str_eq(d.relatives[i].name, S("Rosa Jans")))
			id = d.relatives[i].b.id;
	assert_true(id.n > 0);
	Str edit = at2(w, "/naaste/", id, "");
	r = get(w, edit);
	assert_true(has(&r, "Zij is ziek") && has(&r, "value=\"volunteer\" checked"));
	refused(w, edit, "name=&relationship=vriendin", "name", "vriendin");
	second_chooses(w, edit, "name=Rosa+Jans&relationship=vriendin&circle=V",
	               "name=Rosa+Jans&relationship=zus&circle=G", "value=\"zus\"");
	r = get(w, at_person(w, "/ecogram"));
	assert_true(has(&r, "<svg") && has(&r, "Rosa Jans"));
	status_is(send(w, edit, "name=Rosa+Jans&relationship=zus&inactive=1"), 303);
	r = get(w, at_person(w, "/team"));
	assert_false(has(&r, "Rosa Jans"));
	status_is(get(w, at_person(w, "/naaste/niemand")), 404);
	status_is(post(w, at_person(w, "/naaste/niemand"), S("version=1&name=Rosa")), 404);
}

static void test_tie(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	Str tie = at2(w, "/ecogram/", segment(w, x->an), "");
	second_chooses(w, tie, "circle=Z&closeness=2&support=3",
	               "circle=Z&closeness=1&support=3&support=4&strain_why=Druk", "Druk");
	Dossier d = opened(w);
	const Tie *t = &dossier_member(&d, x->an)->tie;
	assert_int_equal(t->circle, CIRCLE_Z);
	assert_int_equal(t->closeness, 1);
	assert_true(t->support[3] && !t->support[0]);
	Buf long_why = buf_new(w->arena, 4000, 0);
	BUF_LIT(&long_why, "circle=Z&strain_why=lang");
	for (int i = 0; i < 2500; i++)
		buf_byte(&long_why, 'a');
	buf_byte(&long_why, 0);
	refused(w, tie, long_why.p, "strain_why", "langaaaa");
	status_is(get(w, at_person(w, "/ecogram/Practitioner-niemand")), 404);
	status_is(get(w, at_person(w, "/ecogram/onzin")), 404);
}

/* ---- phase, and who coordinates ---- */

static void test_phase(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	Str phase = at_person(w, "/fase");
	refused(w, phase, "state=planning&why=", "why", "value=\"planning\" checked");
	refused(w, phase, "state=&why=We+beginnen", "state", "We beginnen");
	second_chooses(w, phase, "state=planning&why=We+beginnen", "state=execution&why=We+doen+het", "We doen het");
	refused(w, phase, "state=execution&why=Nog+eens", "state", "Nog eens"); /* it is so already */
	status_is(post(w, phase, S("state=closing&why=Zonder+versie")), 412);
	sign_in_as(w, S("els"));
	status_is(post(w, phase, S("version=1&state=closing&why=Klaar")), 403);
}

static void test_plan_names_the_coordinator(void **state)
{
	Cast *x = cast_of(state);
	World *w = &x->w;
	Str plan = at_person(w, "/plan/wijzigen"), team = at_person(w, "/team");
	const char *frame = "title=De+tuin&evaluate_every_months=6&next_evaluation=";
	sign_in_as(w, S("an")); /* may write the plan, not the team */
	Reply r = get(w, plan);
	status_is(r, 200);
	assert_false(has(&r, "name=\"coordinator\""));
	assert_true(has(&r, "Claes") || has(&r, "mia"));
	status_is(send(w, plan, frame), 303);
	Str other = arena_printf(w->arena, "%s&coordinator=%.*s", frame, STR_ARG(url_encode(w->arena, x->an)));
	status_is(send(w, plan, other.p), 403);
	sign_in_as(w, S("mia"));
	r = get(w, plan);
	assert_true(has(&r, "name=\"coordinator\""));
	status_is(send(w, plan, other.p), 303);
	Dossier d = opened(w);
	assert_true(dossier_member(&d, x->an)->coordinator);
	r = get(w, at_person(w, "/plan"));
	assert_true(has(&r, "An Peeters"));
	sign_in_as(w, S("an"));
	r = get(w, team);
	assert_true(has(&r, "/team/nieuw\"")); /* and may now put the team together */
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, as_mia)
	const struct CMUnitTest tests[] = {
		T(test_readers_get_no_forms),
		T(test_readers_see_no_way_to_write),
		T(test_conversation),
		T(test_life_goals),
		T(test_order_and_pin),
		T(test_care_goal_steps),
		T(test_care_goal_said),
		T(test_team),
		T(test_relative),
		T(test_tie),
		T(test_phase),
		T(test_plan_names_the_coordinator), /* last: mia gives the coordination away */
	};
	return cmocka_run_group_tests(tests, cast, world_end);
}
