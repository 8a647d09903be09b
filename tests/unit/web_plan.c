/* The pages of the plan as a browser meets them: through web_handle, signed in, with the visit finished as the server
 * does it. */
#include "care_help.h"

#include "web/pages/plan.h"
#include "web/web.h"

#define PASSWORD "een-lange-zin-voor-de-test"

typedef struct Site {
	Care *c;
	World *w;
	Web *web;
	Str life, goal, other_goal, walk, visit_home;
	Str daughter_ref;
	Str cookies[4]; /* signed in at first use: each takes a tenth of a second */
} Site;

typedef enum Who { PERSON, NURSE, STRANGER, DAUGHTER } Who;

static Str cookie_of(Site *s, Who who)
{
	static const struct {
		const char *login;
		Role role;
	} accounts[] = {
		{ "derks", ROLE_PERSON },
		{ "nora", ROLE_COORDINATOR },
		{ "vreemd", ROLE_PROFESSIONAL },
		{ "els", ROLE_CARER },
	};
	Str ref = who == PERSON     ? s->c->patient
	          : who == NURSE    ? s->c->nurse_ref
	          : who == DAUGHTER ? s->daughter_ref
	                            : S("");
	int64_t id;
	if (s->cookies[who].n)
		return s->cookies[who];
	if (who == STRANGER)
		ref = make_practitioner(s->w, "Vera Vreemd");
	NewAccount n = { .login = str_c(accounts[who].login),
		         .name = str_c(accounts[who].login),
		         .password = S(PASSWORD),
		         .role = accounts[who].role,
		         .refs = &ref,
		         .n_refs = 1 };
	must(account_create(s->w->r, &n, &id));
	must(sign_in(s->w->r, n.login, n.password, S("127.0.0.1"), s->w->a, &s->cookies[who]));
	return s->cookies[who];
}

/* One request to its end, as the server does it. */
static Reply ask(Site *s, Who who, Method m, Str path, Str body)
{
	Pair *headers = ARENA_ARRAY(s->w->a, Pair, 3);
	headers[0] = (Pair){ S("Cookie"), arena_join(s->w->a, S("samendoel_session="), cookie_of(s, who), STR_END) };
	headers[1] = (Pair){ S("Content-Type"), S("application/x-www-form-urlencoded") };
	headers[2] = (Pair){ S("Accept-Language"), S("nl") };
	Str query = str_cut(path, '?', &path);
	Request *r = ARENA_NEW(s->w->a, Request);
	*r = (Request){ .arena = s->w->a,
		        .method = m,
		        .path = path,
		        .query = query,
		        .headers = headers,
		        .n_headers = 3,
		        .body = body,
		        .remote = S("127.0.0.1"),
		        .id = S("t") };
	Reply reply = web_handle(s->web, r);
	if (reply.visit) {
		Err e = visit_commit(reply.visit);
		if (e != OK && reply.on_fail)
			reply = reply.on_fail(reply.fail_arg, e);
	}
	return reply;
}

static Str at(Site *s, const char *rest)
{
	return FORMAT(s->w, "/persoon/%.*s/%s", STR_ARG(s->c->id), rest);
}
static Reply get(Site *s, Who who, const char *rest)
{
	return ask(s, who, M_GET, at(s, rest), S(""));
}

/* Value of the first hidden field with this name. */
static Str hidden(Site *s, Str html, const char *name)
{
	Str mark = FORMAT(s->w, "name=\"%s\" value=\"", name), value;
	ptrdiff_t i = str_find(html, mark);
	if (i < 0)
		return S("");
	(void)str_cut(str_from(html, (size_t)i + mark.n), '"', &value);
	return value;
}

/* Sends a form with what the page put into it (CSRF token, once-key) and these fields. */
static Reply post(Site *s, Who who, const char *rest, const char *form_page, Str fields)
{
	Reply page = get(s, who, form_page);
	Str seen = hidden(s, page.body, "seen");
	Str body = FORMAT(s->w, "_csrf=%.*s&_once=%.*s&%.*s%s%.*s",
	                  STR_ARG(url_encode(s->w->a, hidden(s, page.body, "_csrf"))),
	                  STR_ARG(url_encode(s->w->a, hidden(s, page.body, "_once"))), STR_ARG(fields),
	                  seen.n ? "&seen=" : "", STR_ARG(seen));
	return ask(s, who, M_POST, at(s, rest), body);
}

static Str location(const Reply *r)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (str_eq(r->headers[i].name, S("Location")))
			return r->headers[i].value;
	return S("");
}

#define has(reply, lit) assert_true(str_find((reply).body, S(lit)) >= 0)
#define lacks(reply, lit) assert_true(str_find((reply).body, S(lit)) < 0)

static int open_site(void **state)
{
	char why[200] = "";
	if (care_open(state))
		return -1;
	Care *c = *state;
	Site *s = calloc(1, sizeof *s);
	*s = (Site){ .c = c, .w = c->w };
	s->life = add_life_goal(c, "Ik wil elke dag naar de tuin");
	s->goal = add_care_goal(c, "Veilig tot aan de rozen stappen", s->life);
	s->other_goal = add_care_goal(c, "Zondag samen eten", s->life);
	s->walk = add_action(c, "Tien minuten stappen", s->goal, c->patient);
	s->visit_home = add_action(c, "Helpen met wassen", s->goal, c->nurse_ref);
	ActionInput when = { .id = s->visit_home,
		             .what = S("Helpen met wassen"),
		             .care_goals = &s->goal,
		             .n_care_goals = 1,
		             .owner = c->nurse_ref,
		             .when = S("elke ochtend om 7 uur") };
	Str id;
	DO(c, &c->nurse, action_save(d.visit, &d, &when, &is, &id));
	RelativeInput rel = {
		.name = S("Els Derks"), .relationship = S("dochter"), .phone = S("0475 11 22 33"), .carer = true
	};
	DO(c, &c->nurse, relative_save(d.visit, &d, &rel, &is, &id));
	s->daughter_ref = arena_join(s->w->a, S("RelatedPerson/"), id, STR_END);
	Agreement urgent = { AGR_URGENT, S("Bij een val: bel Els") };
	PlanInput plan = {
		.title = S("De tuin"), .agreements = &urgent, .n_agreements = 1, .coordinator = c->nurse_ref
	};
	DO(c, &c->nurse, plan_save(d.visit, &d, &plan, &is, &id));
	Str list = FORMAT(s->w, "%s/assets.txt", s->w->dir);
	FILE *f = fopen(arena_cstr(s->w->a, list), "w"); /* no assets: names stand for themselves */
	if (!f || fclose(f) != 0)
		return -1;
	WebOptions o = { .records = s->w->r, .assets_dir = str_c(s->w->dir), .base_url = S("http://127.0.0.1") };
	if (web_new(&o, &s->web, why, sizeof why) != OK) {
		fprintf(stderr, "%s\n", why);
		return -1;
	}
	/* the scopes of care_help.h carry account numbers up to 4; those that sign in get others */
	for (int i = 0; i < 8; i++) {
		int64_t number;
		Str login = FORMAT(s->w, "plaats%d", i);
		must(account_create(s->w->r, &(NewAccount){ .login = login, .name = login, .role = ROLE_PERSON },
		                    &number));
	}
	*state = s;
	return 0;
}

static int close_site(void **state)
{
	Site *s = *state;
	void *c = s->c;
	web_free(s->web);
	free(s);
	return care_close(&c);
}

static void to_discuss(Site *s)
{
	Reply r = post(s, NURSE, "plan/bespreken", "plan/bespreken", S("do=discuss&version=1"));
	assert_int_equal(r.status, 303);
}

/* Every page: the person and the nurse see it; someone without a relation and a carer without consent do not. */
static void test_who_sees(void **state)
{
	Site *s = *state;
	to_discuss(s);
	Reply r = post(s, PERSON, "plan/akkoord", "plan/akkoord", S("do=all&version=2"));
	assert_int_equal(r.status, 303);
	const char *pages[] = { "acties",
		                "acties?volgens=datum",
		                "acties/nieuw",
		                arena_cstr(s->w->a, FORMAT(s->w, "acties/%.*s", STR_ARG(s->walk))),
		                arena_cstr(s->w->a, FORMAT(s->w, "acties/%.*s/wijzigen", STR_ARG(s->walk))),
		                "plan",
		                "plan/wijzigen",
		                "plan/bespreken",
		                "plan/akkoord",
		                "plan/herzien",
		                "plan/afsluiten",
		                "plan/versies",
		                "plan/versies/1",
		                "plan/vergelijk",
		                "plan/vergelijk?van=1&tot=nu",
		                "plan/afdruk",
		                "plan/afdruk?soort=team",
		                "plan/afdruk?versie=1",
		                "plan/plan.pdf",
		                "koelkast" };
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		r = get(s, PERSON, pages[i]);
		if (r.status != 200)
			fprintf(stderr, "%s: %d\n", pages[i], r.status);
		assert_int_equal(r.status, 200);
		assert_true(r.no_store);
		assert_int_equal(get(s, NURSE, pages[i]).status, 200);
		r = get(s, STRANGER, pages[i]);
		assert_int_equal(r.status, 404);
		lacks(r, "tuin");
		r = get(s, DAUGHTER, pages[i]);
		assert_true(r.status == 403 || r.status == 404);
		lacks(r, "rozen");
	}
	assert_int_equal(get(s, PERSON, "veranderd").status, 200);
	assert_int_equal(get(s, STRANGER, "veranderd").status, 404);
	r = get(s, DAUGHTER, "veranderd");
	lacks(r, "rozen");
	assert_int_equal(get(s, PERSON, "plan/versies/2").status, 404);
	assert_int_equal(get(s, PERSON, "acties/nergens").status, 404);
}

static void test_plan_page(void **state)
{
	Site *s = *state;
	Reply r = get(s, NURSE, "plan");
	has(r, "Ik wil elke dag naar de tuin");
	has(r, "Veilig tot aan de rozen stappen");
	has(r, "Helpen met wassen");
	has(r, "Nora Peeters");
	has(r, "In opmaak");
	has(r, "Bij een val: bel Els");
	has(r, "sd-breaks");
	has(r, "Zondag samen eten");
	has(r, "plan/bespreken");
	r = get(s, PERSON, "plan");
	has(r, "Jouw plan");
	has(r, "Tien minuten stappen</a> – <strong>Jij</strong>");
	lacks(r, "plan/akkoord\""); /* nothing to say yes to yet */
	to_discuss(s);
	has(get(s, PERSON, "plan"), "plan/akkoord\"");
}

static void test_agree(void **state)
{
	Site *s = *state;
	Reply r = post(s, PERSON, "plan/akkoord", "plan", S("do=all&version=1"));
	assert_true(r.status == 422 || r.status == 400); /* still a draft */
	to_discuss(s);
	/* someone without a relation, a carer without consent, a professional who was not there */
	assert_int_equal(post(s, STRANGER, "plan/akkoord", "plan/akkoord", S("do=all&version=2")).status / 100, 4);
	assert_int_equal(post(s, DAUGHTER, "plan/akkoord", "plan/akkoord", S("do=all&version=2")).status / 100, 4);
	r = post(s, NURSE, "plan/akkoord", "plan/akkoord", S("do=all&version=2&words=Goed"));
	assert_int_equal(r.status, 422);
	has(r, "href=\"#spoken\"");
	r = post(s, NURSE, "plan/akkoord", "plan/akkoord", S("do=all&version=2&spoken=1"));
	assert_int_equal(r.status, 422); /* what did the person say? */
	has(r, "href=\"#words\"");
	has(r, "Schrijf op wat de persoon zei");
	assert_int_equal(open_as(s->c, &s->c->nurse).n_versions, 0);
	r = get(s, PERSON, "plan/akkoord");
	has(r, "Ja, dit wil ik");
	has(r, "<strong>Nora Peeters:</strong> Helpen met wassen – elke ochtend om 7 uur");
	r = post(s, PERSON, "plan/akkoord", "plan/akkoord", S("do=all&version=2&words=Zo+is+het+goed"));
	assert_int_equal(r.status, 303);
	assert_true(str_ends(location(&r), S("/plan/versies/1")));
	Dossier d = open_as(s->c, &s->c->nurse);
	assert_int_equal(d.plan.state, PLAN_AGREED);
	assert_int_equal(d.n_versions, 1);
	assert_int_equal(dossier_care_goal(&d, s->goal)->person_accepts, ACC_AGREE);
	r = get(s, NURSE, "plan/versies/1");
	has(r, "Zo is het goed");
	has(r, "Veilig tot aan de rozen stappen");
	has(r, "Deze versie verandert niet meer");
}

/* A carer who may read and write goals still does not decide for the person. */
static void test_carer_with_consent(void **state)
{
	Site *s = *state;
	to_discuss(s);
	(void)make_consent(s->w, s->c->id, "permit", arena_cstr(s->w->a, s->daughter_ref), "goals", true);
	Reply r = get(s, DAUGHTER, "plan");
	assert_int_equal(r.status, 200);
	has(r, "Veilig tot aan de rozen stappen");
	lacks(r, "plan/akkoord\"");
	r = get(s, DAUGHTER, "plan/akkoord");
	has(r, "Alleen Jean Derks");
	lacks(r, "name=\"goal_0\"");
	r = post(s, DAUGHTER, "plan/akkoord", "plan/bespreken", S("do=all&version=2&spoken=1&words=Ja"));
	assert_int_equal(r.status, 422);
	assert_int_equal(open_as(s->c, &s->c->nurse).n_versions, 0);
}

static void test_foreign_goal(void **state)
{
	Site *s = *state;
	lacks(get(s, NURSE, "plan"), "uit andere systemen");
	(void)make(
	    s->w,
	    FORMAT(s->w,
	           "{\"resourceType\":\"Goal\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":\"HbA1c < 7\"},"
	           "\"subject\":{\"reference\":\"Patient/%.*s\"}}",
	           STR_ARG(s->c->id)));
	Reply r = get(s, NURSE, "plan");
	has(r, "uit andere systemen");
	has(r, "HbA1c &lt; 7");
	/* how far it is: the nine known codes in our words, others as they were written */
	static const char *const states[] = {
		"{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/goal-achievement\","
		"\"code\":\"improving\",\"display\":\"Improving\"}],\"text\":\"Improving\"}",
		"{\"text\":\"Halverwege de trap\"}",
	};
	for (size_t i = 0; i < COUNT_OF(states); i++)
		(void)make(s->w, FORMAT(s->w,
		                        "{\"resourceType\":\"Goal\",\"lifecycleStatus\":\"active\",\"description\":"
		                        "{\"text\":\"Trap %zu\"},\"achievementStatus\":%s,"
		                        "\"subject\":{\"reference\":\"Patient/%.*s\"}}",
		                        i, states[i], STR_ARG(s->c->id)));
	r = get(s, NURSE, "plan");
	has(r, "Het gaat vooruit");
	lacks(r, "Improving");
	has(r, "Halverwege de trap");
	static const char *const codes[] = { "in-progress", "improving",    "worsening",   "no-change",     "achieved",
		                             "sustaining",  "not-achieved", "no-progress", "not-attainable" };
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		assert_int_not_equal(msg_code(S("plan.foreign_achievement."), str_c(codes[i])), MSG_NONE);
}

/* What another system put into a plan as a detail: read on every page of the plan, taken over with one button. */
static void test_activity_of_others(void **state)
{
	Site *s = *state;
	lacks(get(s, NURSE, "acties"), "id=\"elders\"");
	Str plan = make(
	    s->w, FORMAT(s->w,
	                 "{\"resourceType\":\"CarePlan\",\"status\":\"active\",\"intent\":\"plan\",\"title\":"
	                 "\"Diabetes <zorg>\",\"subject\":{\"reference\":\"Patient/%.*s\"},\"activity\":[{\"detail\":{"
	                 "\"status\":\"scheduled\",\"description\":\"Suiker <meten>\",\"goal\":[{\"reference\":\"Goal/"
	                 "%.*s\"}],\"performer\":[{\"reference\":\"%.*s\"}],\"scheduledTiming\":{\"repeat\":{"
	                 "\"frequency\":2,\"period\":1,\"periodUnit\":\"wk\"}}}},{\"detail\":{\"status\":"
	                 "\"not-started\",\"doNotPerform\":true,\"code\":{\"text\":\"Vasten\"}}}]}",
	                 STR_ARG(s->c->id), STR_ARG(s->goal), STR_ARG(s->c->doctor_ref)));
	Reply r = get(s, NURSE, "plan");
	has(r, "Diabetes &lt;zorg&gt;");
	has(r, "Suiker &lt;meten&gt;");
	has(r, "Dirk Maes · 2 keer per week");
	has(r, "Niet doen: Vasten");
	lacks(r, "nog niet begonnen");
	has(r, "acties#elders");
	static const char *const sheets[] = { "plan/afdruk?soort=team", "plan/afdruk?soort=persoon" };
	for (size_t i = 0; i < COUNT_OF(sheets); i++) {
		r = get(s, NURSE, sheets[i]);
		has(r, "Uit een ander systeem");
		has(r, "Suiker &lt;meten&gt;");
		has(r, "Niet doen: Vasten");
		lacks(r, "acties#elders");
	}
	assert_int_equal(get(s, NURSE, "plan/plan.pdf?soort=team").status, 200);
	r = get(s, NURSE, "acties");
	has(r, "id=\"elders\"");
	has(r, "uit een ander systeem");
	has(r, "ingepland");
	has(r, "Veilig tot aan de rozen stappen");
	has(r, "Overnemen als actie");
	/* an informal carer who may not see the plan does not see this either */
	assert_int_equal(get(s, DAUGHTER, "acties").status / 100, 4);
	Str form = FORMAT(s->w, "do=adopt&plan=%.*s&at=0&version=1", STR_ARG(plan));
	r = post(s, NURSE, "acties", "acties", form);
	assert_int_equal(r.status, 303);
	Dossier d = open_as(s->c, &s->c->nurse);
	assert_int_equal(d.n_actions, 3);
	const Action *a = NULL;
	for (size_t i = 0; i < d.n_actions; i++)
		if (str_eq(d.actions[i].what, S("Suiker <meten>")))
			a = &d.actions[i];
	assert_non_null(a);
	assert_true(str_ends(location(&r), a->b.id));
	assert_true(str_eq(a->when, S("2 keer per week")));
	assert_true(str_eq(a->owner, s->c->doctor_ref));
	r = get(s, NURSE, "plan"); /* the plan of others now leads to the action */
	has(r, "Diabetes &lt;zorg&gt;");
	assert_true(str_find(r.body, arena_join(s->w->a, S("acties/"), a->b.id, STR_END)) >= 0);
	/* again, and what must not be done: there is nothing to take over */
	assert_int_equal(post(s, NURSE, "acties", "acties", form).status, 412);
	assert_int_equal(
	    post(s, NURSE, "acties", "acties", FORMAT(s->w, "do=adopt&plan=%.*s&at=1", STR_ARG(plan))).status, 404);
	assert_int_equal(open_as(s->c, &s->c->nurse).n_actions, 3);
}

static void test_disagree_then_agree(void **state)
{
	Site *s = *state;
	to_discuss(s);
	Str no = FORMAT(s->w, "do=answers&version=2&id_0=%.*s&goal_0=agree&id_1=%.*s&goal_1=disagree&why_1=",
	                STR_ARG(s->goal), STR_ARG(s->other_goal));
	Reply r = post(s, PERSON, "plan/akkoord", "plan/akkoord", no);
	assert_int_equal(r.status, 422);
	has(r, "href=\"#why_1\"");
	r = post(s, PERSON, "plan/akkoord", "plan/akkoord", arena_join(s->w->a, no, S("Niet+elke+zondag"), STR_END));
	assert_int_equal(r.status, 303);
	assert_true(str_ends(location(&r), S("/plan/bespreken")));
	Dossier d = open_as(s->c, &s->c->nurse);
	assert_int_equal(d.plan.state, PLAN_DISCUSS);
	assert_int_equal(dossier_care_goal(&d, s->other_goal)->person_accepts, ACC_DISAGREE);
	has(get(s, NURSE, "plan"), "Niet elke zondag");
	/* a yes to other words than those that stand there now does not count */
	Str stale = FORMAT(s->w, "seen=0123456789abcdef&do=all&version=2");
	r = post(s, PERSON, "plan/akkoord", "plan/akkoord", stale);
	assert_int_equal(r.status / 100, 4);
	assert_int_equal(open_as(s->c, &s->c->nurse).n_versions, 0);
	/* yes to both */
	Str yes = FORMAT(s->w, "do=answers&version=2&id_0=%.*s&goal_0=agree&id_1=%.*s&goal_1=agree", STR_ARG(s->goal),
	                 STR_ARG(s->other_goal));
	r = post(s, PERSON, "plan/akkoord", "plan/akkoord", yes);
	assert_int_equal(r.status, 303);
	assert_int_equal(open_as(s->c, &s->c->nurse).plan.state, PLAN_AGREED);
}

static void test_edit_keeps_input(void **state)
{
	Site *s = *state;
	Reply r = post(s, NURSE, "plan/wijzigen", "plan/wijzigen",
	               S("version=1&title=Naar+buiten&evaluate_every_months=99&agr_kind_0=if&agr_text_0=Bij+regen+"
	                 "blijven+we+binnen"));
	assert_int_equal(r.status, 422);
	has(r, "Naar buiten");
	has(r, "Bij regen blijven we binnen");
	has(r, "href=\"#evaluate_every_months\"");
	r = post(s, NURSE, "plan/wijzigen", "plan/wijzigen",
	         S("version=1&title=Naar+buiten&evaluate_every_months=3&agr_kind_0=if&agr_text_0=Bij+regen+binnen&agr_"
	           "kind_3=channel&agr_text_3=Schriftje"));
	assert_int_equal(r.status, 303);
	Dossier d = open_as(s->c, &s->c->nurse);
	assert_string_equal(arena_cstr(s->w->a, d.plan.title), "Naar buiten");
	assert_int_equal(d.plan.n_agreements, 2);
	assert_int_equal(d.plan.evaluate_every_months, 3);
	/* someone was first */
	r = post(s, NURSE, "plan/wijzigen", "plan/wijzigen", S("version=1&title=Te+laat&evaluate_every_months=3"));
	assert_int_equal(r.status / 100, 4);
	has(r, "Te laat");
}

static void test_actions(void **state)
{
	Site *s = *state;
	Reply r = post(s, NURSE, "acties/nieuw", "acties/nieuw", S("what=&owner=-"));
	assert_int_equal(r.status, 422);
	has(r, "href=\"#what\"");
	Str body = FORMAT(s->w, "what=Zondag+koken&owner=%.*s&care_goals=%.*s&when=zondag",
	                  STR_ARG(url_encode(s->w->a, s->daughter_ref)), STR_ARG(s->other_goal));
	assert_int_equal(post(s, NURSE, "acties/nieuw", "acties/nieuw", body).status, 303);
	r = get(s, PERSON, "acties");
	ptrdiff_t me = str_find(r.body, S("Wat jij zelf doet")), round = str_find(r.body, S("De omgeving")),
	          prof = str_find(r.body, S(">Professionals<"));
	assert_true(me >= 0 && me < round && round < prof);
	has(r, "Zondag koken");
	has(r, "Ik wil elke dag naar de tuin"); /* what it is for */
	/* who does it says done; the other way asks why */
	body = FORMAT(s->w, "action=%.*s&do=done&version=1", STR_ARG(s->walk));
	assert_int_equal(post(s, PERSON, "acties", "acties", body).status, 303);
	assert_int_equal(dossier_action(&(Dossier[]){ open_as(s->c, &s->c->nurse) }[0], s->walk)->state, ACT_DONE);
	const char *page = arena_cstr(s->w->a, FORMAT(s->w, "acties/%.*s", STR_ARG(s->visit_home)));
	r = post(s, NURSE, page, page, S("state=not-done&reason=&version=2"));
	assert_int_equal(r.status, 422);
	has(r, "href=\"#reason\"");
	assert_int_equal(post(s, NURSE, page, page, S("state=not-done&reason=Hij+sliep&version=2")).status, 303);
	has(get(s, NURSE, page), "Hij sliep");
}

static void test_remarks_and_changes(void **state)
{
	Site *s = *state;
	Dossier d = open_as(s->c, &s->c->nurse);
	Str body = FORMAT(s->w, "do=remark&about=CarePlan%%2F%.*s&text=Dit+is+veel", STR_ARG(d.plan.b.id));
	assert_int_equal(
	    post(s, PERSON, "plan/bespreken", "plan/bespreken", S("do=remark&about=CarePlan%2Fx&text=Dit")).status,
	    422);
	assert_int_equal(post(s, PERSON, "plan/bespreken", "plan/bespreken", body).status, 303);
	has(get(s, NURSE, "plan"), "Dit is veel");
	Reply r = get(s, NURSE, "veranderd");
	has(r, "Dit is veel");
	has(r, "laatste 30 dagen");
	r = post(s, NURSE, "veranderd", "veranderd", S("tot=x"));
	assert_int_equal(r.status, 303);
	has(get(s, NURSE, "veranderd"), "Er is niets veranderd");
	has(get(s, NURSE, "veranderd?sinds=2020-01-01"), "Dit is veel");
}

static void test_compare(void **state)
{
	Site *s = *state;
	to_discuss(s);
	assert_int_equal(post(s, PERSON, "plan/akkoord", "plan/akkoord", S("do=all&version=2")).status, 303);
	assert_int_equal(post(s, NURSE, "plan/herzien", "plan/herzien", S("version=3&why=")).status, 422);
	assert_int_equal(post(s, NURSE, "plan/herzien", "plan/herzien", S("version=3&why=Terugblik")).status, 303);
	add_action(s->c, "Rollator nakijken", s->goal, s->c->nurse_ref);
	Reply r = get(s, NURSE, "plan/vergelijk?van=1&tot=nu");
	has(r, ">Nieuw</strong> Rollator nakijken");
	lacks(get(s, NURSE, "plan/versies/1"), "Rollator nakijken");
	assert_int_equal(post(s, NURSE, "plan/afsluiten", "plan/afsluiten", S("version=4&why=Het+is+goed")).status,
	                 303);
	assert_int_equal(open_as(s->c, &s->c->nurse).plan.state, PLAN_CLOSED);
}

/* ---- paper ---- */

static Str pdf_words(Site *s, Str bytes)
{
	char name[] = "/tmp/samendoel-pdf-XXXXXX", cmd[128];
	int fd = mkstemp(name);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	close(fd);
	snprintf(cmd, sizeof cmd, "pdftotext -layout %s -", name);
	FILE *f = popen(cmd, "r");
	assert_non_null(f);
	char *text = arena_raw(s->w->a, 65536);
	size_t n = fread(text, 1, 65536, f);
	int rc = pclose(f);
	unlink(name);
	if (rc != 0) /* pdftotext is not there: then only the form of the file is tested */
		return STR_END;
	return str_n(text, n);
}

static size_t pages_of(Str bytes)
{
	size_t n = 0;
	for (Str rest = bytes; rest.n;) {
		ptrdiff_t i = str_find(rest, S("/Type /Page %"));
		if (i < 0)
			break;
		n++;
		rest = str_from(rest, (size_t)i + 11);
	}
	return n;
}

static void test_pdf(void **state)
{
	Site *s = *state;
	for (int i = 0; i < 10; i++)
		(void)add_action(s->c, "Samen naar de tuin stappen, met de rollator en een jas aan als het fris is",
		                 s->goal, s->c->doctor_ref);
	static const struct {
		const char *path;
		size_t most;
		const char *words;
	} sheets[] = {
		{ "plan/plan.pdf?soort=persoon", 2, "Ik wil elke dag naar de tuin" },
		{ "plan/plan.pdf?soort=team", 20, "Ik wil elke dag naar de tuin" },
		{ "plan/plan.pdf?soort=koelkast", 1, "0475 11 22 33" },
	};
	for (size_t i = 0; i < COUNT_OF(sheets); i++) {
		Reply r = get(s, PERSON, sheets[i].path), again = get(s, PERSON, sheets[i].path);
		assert_int_equal(r.status, 200);
		assert_true(str_eq(r.type, S("application/pdf")) && str_starts(r.body, S("%PDF")));
		assert_true(str_eq(r.body, again.body));
		size_t n = pages_of(r.body);
		assert_true(n >= 1 && n <= sheets[i].most);
		Str text = pdf_words(s, r.body);
		if (text.p)
			assert_true(str_find(text, str_c(sheets[i].words)) >= 0);
	}
}

static void test_fridge(void **state)
{
	Site *s = *state;
	Reply r = get(s, NURSE, "koelkast");
	has(r, "elke ochtend om 7 uur");
	has(r, "0475 11 22 33");
	has(r, "Bij een val: bel Els");
	lacks(r, "Tien minuten stappen"); /* what the person does is no visit */
	lacks(r, "<nav");
}

/* Known and harmless: the fonts that fontconfig keeps until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\n";
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)
	const struct CMUnitTest tests[] = {
		T(test_who_sees),
		T(test_plan_page),
		T(test_agree),
		T(test_carer_with_consent),
		T(test_foreign_goal),
		T(test_activity_of_others),
		T(test_disagree_then_agree),
		T(test_edit_keeps_input),
		T(test_actions),
		T(test_remarks_and_changes),
		T(test_compare),
		T(test_pdf),
		T(test_fridge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
