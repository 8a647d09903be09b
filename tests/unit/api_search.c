/* Searching as a whole: every plan finds the same, pages fit together whatever is written between them, and what a
 * visitor may not see changes nothing, not a byte. Counts are reported as suite "search". */
#include "api/query.h"
#include "conformance.h"

#include "access_help.h"

/* GIVEN: more first names of each, so that an index range has more rows than are ever put in order. */
enum { PERSONS = 330, GIVEN = 13, NARROW = 12, PAGE = 7 };
#define NURSE "Practitioner/vera"
#define WIDE "Practitioner/wim"

static size_t passed, failed;

static void check(bool good, const char *what, const char *query, const char *who)
{
	if (good) {
		passed++;
		return;
	}
	failed++;
	fprintf(stderr, "%s: %s as %s\n", what, query, who);
}

/* ---- the world ---- */

static void create(Visit *v, FhirType type, const char *id, Str json)
{
	Err e = visit_create_as(v, type, str_c(id), json);
	if (e != OK)
		fprintf(stderr, "%.*s\n", STR_ARG(outcome_json(visit_outcome(v), visit_arena(v))));
	must(e);
}

static void make_directory(World *w, Visit *v)
{
	static const char *const people[][2] = { { "vera", "Smeets" }, { "wim", "Wouters" }, { "tom", "Bakker" } };
	create(v, FT_ORGANIZATION, "linde",
	       S("{\"resourceType\":\"Organization\",\"id\":\"linde\",\"name\":\"De Linde\"}"));
	create(v, FT_ORGANIZATION, "eik",
	       S("{\"resourceType\":\"Organization\",\"id\":\"eik\",\"name\":\"De Eik\","
	         "\"partOf\":{\"reference\":\"Organization/linde\"}}"));
	for (size_t i = 0; i < COUNT_OF(people); i++)
		create(v, FT_PRACTITIONER, people[i][0],
		       FORMAT(w, "{\"resourceType\":\"Practitioner\",\"id\":\"%s\",\"name\":[{\"family\":\"%s\"}]}",
		              people[i][0], people[i][1]));
	create(v, FT_PRACTITIONERROLE, "rol",
	       S("{\"resourceType\":\"PractitionerRole\",\"id\":\"rol\",\"practitioner\":{\"reference\":"
	         "\"Practitioner/tom\"},\"organization\":{\"reference\":\"Organization/eik\"}}"));
}

/* A dossier: the person i has a name, a birth date, goals and a task that follow from i. */
static void make_dossier(World *w, Visit *v, unsigned i)
{
	static const char *const families[] = { "Peeters", "Maes", "Janssens", "Peeters-Maes", "De Wit" };
	static const char *const states[] = { "active", "completed", "proposed" };
	static const char *const owners[] = { "vera", "wim", "tom" };
	char id[40], given[GIVEN * 12] = "";
	for (unsigned k = 0, n = 0; k < GIVEN; k++)
		n += (unsigned)snprintf(given + n, sizeof given - n, ",\"An%u%c\"", i, 'a' + (int)k);
	snprintf(id, sizeof id, "p%u", i);
	create(v, FT_PATIENT, id,
	       FORMAT(w,
	              "{\"resourceType\":\"Patient\",\"id\":\"p%u\",\"identifier\":[{\"system\":\"urn:n\",\"value\":"
	              "\"N%u\"}],\"name\":[{\"family\":\"%s\",\"given\":[\"An%u\"%s]}],\"birthDate\":\"19%02u-0%u-11\""
	              "%s}",
	              i, i, families[i % 5], i, given, 20 + i % 70, 1 + i % 9,
	              i % 4 ? "" : ",\"managingOrganization\":{\"reference\":\"Organization/linde\"}"));
	snprintf(id, sizeof id, "t%u", i);
	create(
	    v, FT_CARETEAM, id,
	    FORMAT(w,
	           "{\"resourceType\":\"CareTeam\",\"id\":\"t%u\",\"status\":\"active\",\"subject\":{\"reference\":"
	           "\"Patient/p%u\"},\"participant\":[{\"extension\":[{\"url\":\"https://samendoel.org/fhir/"
	           "StructureDefinition/secrecy-bound\",\"valueBoolean\":true}],\"member\":{\"reference\":\"%s\"}}%s]}",
	           i, i, i < 300 ? WIDE : "Practitioner/tom",
	           i % 25 ? ""
	                  : ",{\"extension\":[{\"url\":\"https://samendoel.org/fhir/StructureDefinition/"
	                    "secrecy-bound\",\"valueBoolean\":true}],\"member\":{\"reference\":\"" NURSE "\"}}"));
	for (unsigned k = 0; k < 2; k++) {
		snprintf(id, sizeof id, "g%u-%u", i, k);
		create(v, FT_GOAL, id,
		       FORMAT(w,
		              "{\"resourceType\":\"Goal\",\"id\":\"g%u-%u\",\"lifecycleStatus\":\"%s\",\"description\":"
		              "{\"text\":\"doel\"},\"subject\":{\"reference\":\"Patient/"
		              "p%u\"},\"startDate\":\"2026-0%u-0%u\"%s}",
		              i, k, states[(i + k) % 3], i, 1 + i % 9, 1 + k,
		              k || i % 3
		                  ? ""
		                  : ",\"meta\":{\"security\":[{\"system\":\"https://samendoel.org/fhir/CodeSystem/"
		                    "category\",\"code\":\"psychological\"}]}"));
	}
	snprintf(id, sizeof id, "k%u", i);
	create(v, FT_TASK, id,
	       FORMAT(w,
	              "{\"resourceType\":\"Task\",\"id\":\"k%u\",\"status\":\"requested\",\"intent\":\"order\","
	              "\"for\":{\"reference\":\"Patient/p%u\"},\"focus\":{\"reference\":\"Goal/g%u-0\"},"
	              "\"owner\":{\"reference\":\"Practitioner/%s\"}}",
	              i, i, i, owners[i % 3]));
}

static int search_open(void **state)
{
	if (world_open(state))
		return -1;
	World *w = *state;
	Scope s = scope_system(S("demo"));
	Visit *v = visit(w, &s);
	make_directory(w, v);
	for (unsigned i = 0; i < PERSONS; i++)
		make_dossier(w, v, i);
	create(
	    v, FT_ENCOUNTER, "bezoek",
	    S("{\"resourceType\":\"Encounter\",\"id\":\"bezoek\",\"status\":\"finished\",\"class\":{\"code\":\"AMB\"},"
	      "\"type\":[{\"coding\":[{\"system\":\"http://"
	      "loinc.org\",\"code\":\"1234-5\"}]}],\"subject\":{\"reference\":"
	      "\"Patient/p25\"},\"location\":[{\"location\":{\"display\":\"a\"},\"period\":{\"start\":\"2010-01-01\","
	      "\"end\":\"2010-02-01\"}},{\"location\":{\"display\":\"b\"},\"period\":{\"start\":\"2020-01-01\",\"end\":"
	      "\"2020-02-01\"}}]}"));
	must(visit_commit(v));
	return 0;
}

/* ---- who asks, and what ---- */

enum { VISITORS = 5 };
static const char *const visitor_names[VISITORS] = { "system", "wide", "narrow", "person", "admin" };

static Scope visitor(World *w, size_t i)
{
	switch (i) {
	case 0:
		return scope_system(S("test"));
	case 1:
		return scope_of(w, 11, ROLE_PROFESSIONAL, WIDE);
	case 2:
		return scope_of(w, 12, ROLE_PROFESSIONAL, NURSE);
	case 3:
		return scope_of(w, 13, ROLE_PERSON, "Patient/p25");
	default:
		return scope_of(w, 14, ROLE_ADMIN, NURSE);
	}
}

static const char *const queries[] = {
	"Patient?family=peeters",
	"Patient?family=peeters&birthdate=ge1960",
	"Patient?family=peeters&birthdate=1945",
	"Patient?family=pee&birthdate=ge1930&name=an1",
	"Patient?given=an&birthdate=1931,1932,1945-08-11,1950",
	"Patient?given=an&family=maes,de",
	"Patient?given=an3&organization=Organization/linde&birthdate=lt1970",
	"Patient?given=zoë",
	"Goal?lifecycle-status=active&start-date=2026-05,2026-06",
	"Goal?_filter=lifecycle-status eq active and (start-date po 2026-05 or patient.family ew maes)",
	"Patient?family:exact=Maes",
	"Patient?family:contains=wit",
	"Patient?birthdate=1945-08-11",
	"Patient?birthdate=lt1930",
	"Patient?identifier=urn:n|N50,urn:n|N7,urn:n|N75",
	"Patient?_id=p0,p3,p25,p329,p77",
	"Patient?name=an2",
	"Patient?_sort=family",
	"Patient?_sort=-birthdate,family",
	"Patient?_sort=_id&family=maes",
	"Patient?_sort=-_lastUpdated",
	"Patient?organization=Organization/linde",
	"Patient?organization.name=linde",
	"Patient?organization:Organization.name=eik",
	"Patient?_has:Goal:patient:lifecycle-status=active",
	"Patient?_has:Task:patient:owner=Practitioner/vera",
	"Patient?_has:Task:patient:_has:Provenance:target:agent=x",
	"Patient?_has:CareTeam:patient:participant=Practitioner/vera",
	"Patient?_has:Task:patient:owner:Practitioner.family=smeets",
	"Goal",
	"Goal?lifecycle-status=active",
	"Goal?lifecycle-status:not=active",
	"Goal?lifecycle-status=active,completed&start-date=gt2026-05",
	"Goal?patient=p25",
	"Goal?patient=Patient/p25,Patient/p50",
	"Goal?subject=Patient/p329",
	"Goal?subject:Patient.family=peeters",
	"Goal?subject:Patient.identifier=N75",
	"Goal?patient.family=maes&lifecycle-status=proposed",
	"Goal?patient.organization.name=linde",
	"Goal?patient:Patient.birthdate=1945-08-11",
	"Goal?_has:Task:focus:owner=Practitioner/wim",
	"Goal?_has:Task:focus:owner:Practitioner.name=bakker",
	"Goal?_sort=start-date,-_id",
	"Goal?_sort=-patient",
	"Task?owner=Practitioner/vera",
	"Task?owner=Practitioner/vera&patient.family=peeters",
	"Task?owner:Practitioner.family=smeets",
	"Task?owner:Practitioner.family=nobody",
	"Task?focus:Goal.lifecycle-status=active",
	"Task?focus:Goal.patient.family=de wit",
	"Task?patient:missing=true",
	"CareTeam?participant=Practitioner/vera",
	"CareTeam?participant:Practitioner.family=wouters&_sort=patient",
	"Practitioner",
	"Practitioner?family=smeets",
	"Practitioner?_has:Task:owner:status=requested",
	"Practitioner?_has:Task:owner:patient.family=de wit",
	"Practitioner?_has:CareTeam:participant:patient=p25",
	"Practitioner?_has:PractitionerRole:practitioner:organization.partof.name=linde",
	"PractitionerRole?practitioner.family=bakker",
	"PractitionerRole?organization.partof=Organization/linde",
	"Organization?name=de",
	"Organization?partof.name=linde",
};

static void read_query(World *w, const char *text, Query *q)
{
	Str name;
	Str rest = str_cut(str_c(text), '?', &name);
	size_t n = 0;
	const Pair *pairs = pairs_urlencoded(w->a, rest.p ? rest : S(""), &n);
	Err e = query_parse(w->a, fhir_type(name), pairs, n, true, q);
	if (e != OK)
		fail_msg("%s: %.*s", text, STR_ARG(q->notes.issues[0].details));
	q->search.words = str_c(text);
}

/* ---- gathering pages ---- */

typedef struct Found {
	Str ids[2048];
	size_t n;
	Str last; /* cursor that the last page had towards the beginning */
} Found;

static void find(World *w, const Scope *who, const SearchQuery *q, SearchResult *r)
{
	Visit *v = visit(w, who);
	Err e = visit_find(v, q, r);
	if (e != OK)
		fprintf(stderr, "%.*s\n", STR_ARG(outcome_json(visit_outcome(v), w->a)));
	must(e);
}

static void add_page(Found *f, const SearchResult *r)
{
	for (size_t i = 0; i < r->n_matches && f->n < COUNT_OF(f->ids); i++)
		f->ids[f->n++] = r->recs[i].id;
}

static void all_pages(World *w, const Scope *who, SearchQuery q, Found *f)
{
	SearchResult r;
	f->n = 0;
	q.cursor = STR_END;
	do {
		find(w, who, &q, &r);
		add_page(f, &r);
		f->last = r.previous;
		q.cursor = r.next;
	} while (r.next.p);
}

static bool same_found(const Found *a, const Found *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = str_eq(a->ids[i], b->ids[i]);
	return same;
}

/* ---- every plan finds the same ---- */

/* not (not c): no index can be used for it, so the dossiers are gone through. */
static const SearchCond *hidden(World *w, const SearchQuery *q)
{
	SearchCond *list = ARENA_ARRAY(w->a, SearchCond, q->n_conds * 2 + 1);
	for (size_t i = 0; i < q->n_conds; i++) {
		list[q->n_conds + i] = (SearchCond){ .kind = COND_NOT, .inner = &q->conds[i], .n_inner = 1 };
		list[i] = (SearchCond){ .kind = COND_NOT, .inner = &list[q->n_conds + i], .n_inner = 1 };
	}
	return list;
}

static void test_plans_agree(void **state)
{
	World *w = *state;
	Found *a = ARENA_NEW(w->a, Found), *b = ARENA_NEW(w->a, Found);
	for (size_t i = 0; i < COUNT_OF(queries); i++) {
		Query q;
		read_query(w, queries[i], &q);
		for (size_t k = 0; k < VISITORS; k++) {
			static const SearchSort by_id = { S_INIT("_id"), false };
			Scope who = visitor(w, k);
			SearchQuery s = q.search;
			SearchResult r;
			s.count = 1000;
			/* One order for both: that of a named patient is another one. */
			s.sort = s.n_sort ? s.sort : &by_id;
			s.n_sort = s.n_sort ? s.n_sort : 1;
			all_pages(w, &who, s, a);
			s.conds = hidden(w, &q.search);
			all_pages(w, &who, s, b);
			check(same_found(a, b), "by index and by scan differ", queries[i], visitor_names[k]);
			s = q.search;
			s.count = PAGE;
			s.total = TOTAL_ACCURATE;
			find(w, &who, &s, &r);
			check(r.has_total && r.total == a->n, "the total is wrong", queries[i], visitor_names[k]);
			s.count = 0;
			find(w, &who, &s, &r);
			check(r.has_total && r.total == a->n, "the count is wrong", queries[i], visitor_names[k]);
			check(k != 4 || !a->n || fhir_home(s.type) != HOME_PERSON, "an administrator finds persons",
			      queries[i], visitor_names[k]);
		}
	}
	assert_int_equal(failed, 0);
}

/* Some answers that were worked out by hand. */
static void test_what_is_found(void **state)
{
	World *w = *state;
	static const struct {
		const char *query;
		size_t n[VISITORS];
	} t[] = {
		{ "Patient?family=peeters", { 132, 120, 14, 1, 0 } },
		{ "Patient?identifier=urn:n|N25", { 1, 1, 1, 1, 0 } },
		{ "Patient?identifier=urn:n|N26", { 1, 1, 0, 0, 0 } },
		{ "Patient?identifier=urn:n|N310", { 1, 0, 0, 0, 0 } },
		{ "Goal", { 660, 500, 23, 2, 0 } },
		{ "Goal?patient=p25", { 2, 2, 2, 2, 0 } },
		{ "Goal?patient=p0", { 2, 1, 1, 0, 0 } },
		{ "Goal?subject:Patient.identifier=N310", { 2, 0, 0, 0, 0 } },
		{ "Task?focus:Goal.patient.identifier=N0", { 1, 0, 0, 0, 0 } }, /* a goal they do not see */
		{ "Practitioner?_has:Task:owner:patient=p25", { 1, 1, 1, 1, 0 } },
		{ "Practitioner?_has:Task:owner:patient=p310", { 1, 0, 0, 0, 0 } },
		{ "Practitioner?family=smeets", { 1, 1, 1, 1, 1 } },
	};
	Found *f = ARENA_NEW(w->a, Found);
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		Query q;
		read_query(w, t[i].query, &q);
		for (size_t k = 0; k < VISITORS; k++) {
			Scope who = visitor(w, k);
			all_pages(w, &who, q.search, f);
			if (f->n != t[i].n[k])
				fprintf(stderr, "%zu, not %zu\n", f->n, t[i].n[k]);
			check(f->n == t[i].n[k], "not what there is", t[i].query, visitor_names[k]);
		}
	}
	assert_int_equal(failed, 0);
}

/* ---- pages ---- */

/* A filter finds what the parameters find that it is made of. */
static void test_filters(void **state)
{
	World *w = *state;
	static const char *const pairs[][2] = {
		{ "Patient?_filter=family eq peeters", "Patient?family:exact=Peeters" },
		{ "Patient?_filter=family sw pee", "Patient?family=pee" },
		{ "Patient?_filter=family co wit", "Patient?family:contains=wit" },
		{ "Patient?_filter=family ew maes", "Patient?family:contains=maes" },
		{ "Patient?_filter=family eq \"de wit\"", "Patient?family:exact=De Wit" },
		{ "Patient?_filter=family eq maes and birthdate ge 1960",
		  "Patient?family:exact=Maes&birthdate=ge1960" },
		{ "Patient?_filter=family eq maes or family eq \"De \\u0057it\"", "Patient?family:exact=Maes,De Wit" },
		{ "Patient?_filter=not(family eq maes)", "Patient?family:exact=Peeters,Janssens,Peeters-Maes,De Wit" },
		{ "Patient?_filter=family ne maes", "Patient?family:exact=Peeters,Janssens,Peeters-Maes,De Wit" },
		/* from left to right */
		{ "Patient?_filter=family eq maes or family eq janssens and birthdate ge 1960",
		  "Patient?family:exact=Maes,Janssens&birthdate=ge1960" },
		{ "Patient?_filter=birthdate ge 1960 and (family eq maes or family eq janssens)",
		  "Patient?family:exact=Maes,Janssens&birthdate=ge1960" },
		{ "Patient?_filter=organization pr true", "Patient?organization:missing=false" },
		{ "Patient?_filter=organization pr false", "Patient?organization:missing=true" },
		{ "Patient?_filter=identifier eq urn:n|N50 or identifier eq \"urn:n|N7\"",
		  "Patient?identifier=urn:n|N50,urn:n|N7" },
		{ "Patient?_filter=family eq \"maes,janssens\"", "Patient?family:exact=Maes\\,Janssens" },
		{ "Goal?_filter=start-date po 2026-05", "Goal?start-date=2026-05" },
		{ "Encounter?_filter=location-period po 2020", "Encounter?_id=bezoek" },
		{ "Encounter?_filter=location-period po 2010-01-15", "Encounter?_id=bezoek" },
		{ "Encounter?_filter=location-period po 2015", "Encounter?_id=none,nothing" },
		{ "Encounter?_filter=type eq loinc|1234-5", "Encounter?_id=bezoek" },
		{ "Encounter?_filter=type eq http://loinc.org|1234-5", "Encounter?_id=bezoek" },
		{ "Goal?_filter=start-date sa 2026-05-01 and start-date le 2026-06",
		  "Goal?start-date=sa2026-05-01&start-date=le2026-06" },
		{ "Goal?_filter=patient.family eq maes and lifecycle-status eq active",
		  "Goal?patient.family:exact=Maes&lifecycle-status=active" },
		{ "Goal?_filter=lifecycle-status ne active", "Goal?lifecycle-status:not=active" },
		{ "Task?_filter=owner re Practitioner/vera", "Task?owner=Practitioner/vera" },
	};
	Found *a = ARENA_NEW(w->a, Found), *b = ARENA_NEW(w->a, Found);
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		Query filter, plain;
		read_query(w, pairs[i][0], &filter);
		read_query(w, pairs[i][1], &plain);
		for (size_t k = 0; k < VISITORS; k++) {
			Scope who = visitor(w, k);
			all_pages(w, &who, filter.search, a);
			all_pages(w, &who, plain.search, b);
			check(same_found(a, b), "the filter finds something else", pairs[i][0], visitor_names[k]);
			check(k != 0 || a->n > 0 || strchr(pairs[i][1], ','), "nothing is found", pairs[i][0],
			      visitor_names[k]);
		}
	}
	assert_int_equal(failed, 0);
}

static void test_filters_that_are_none(void **state)
{
	World *w = *state;
	static const char *const wrong[] = {
		"_filter=family",
		"_filter=family eq",
		"_filter=family zz maes",
		"_filter=nothing eq maes",
		"_filter=(family eq maes",
		"_filter=family eq maes)",
		"_filter=not family eq maes",
		"_filter=family eq maes or",
		"_filter=family eq maes family",
		"_filter=related[type eq has-component].target pr true",
		"_filter=family eq \"maes",
		"_filter=family eq \"\\x\"",
		"_filter=family eq \"\"",
		"_filter=gender lt male",
		"_filter=family gt maes",
		"_filter=family pr maybe",
		"_filter=birthdate ge soon",
		"_filter=family:$eq eq maes",
		"_filter=((((((((((((((((((family eq maes))))))))))))))))))",
		"family:$eq=maes",
		"family:$ew=maes",
		"organization.name:$ew=a",
	};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		size_t n;
		Query q;
		const Pair *pairs = pairs_urlencoded(w->a, str_c(wrong[i]), &n);
		for (int strict = 0; strict < 2; strict++)
			if (query_parse(w->a, FT_PATIENT, pairs, n, strict, &q) != ERR_BAD_REQUEST)
				fail_msg("%s is taken", wrong[i]);
		assert_true(q.notes.count > 0);
	}
}

/* What the store would have to sort is not leapt through, whichever term comes first. */
static void test_the_one_in_order_leads(void **state)
{
	World *w = *state;
	static const char *const both[] = { "Patient?given=an&family=peeters", "Patient?family=peeters&given=an" };
	Scope who = visitor(w, 0);
	for (size_t i = 0; i < COUNT_OF(both); i++) {
		Query q;
		SearchResult r;
		read_query(w, both[i], &q);
		q.search.explain = true;
		find(w, &who, &q.search, &r);
		assert_true(str_find(r.plan, S("ranges of 'family'")) >= 0);
		assert_true(str_find(r.plan, S("'given'")) < 0);
	}
}

static void test_pages(void **state)
{
	World *w = *state;
	Found *whole = ARENA_NEW(w->a, Found), *pages = ARENA_NEW(w->a, Found);
	for (size_t i = 0; i < COUNT_OF(queries); i++) {
		for (size_t k = 0; k < VISITORS; k++) {
			Query q;
			Scope who = visitor(w, k);
			SearchResult r;
			read_query(w, queries[i], &q);
			q.search.count = 1000;
			all_pages(w, &who, q.search, whole);
			q.search.count = whole->n > 60 ? 41 : PAGE;
			all_pages(w, &who, q.search, pages);
			check(same_found(whole, pages), "pages and the whole differ", queries[i], visitor_names[k]);
			/* And back again, from the last page to the first. */
			size_t at = whole->n - (whole->n ? (whole->n - 1) % q.search.count + 1 : 0);
			for (q.search.cursor = pages->last; q.search.cursor.p; q.search.cursor = r.previous) {
				find(w, &who, &q.search, &r);
				bool fits = r.n_matches == q.search.count && r.n_matches <= at && r.next.p;
				for (size_t x = 0; fits && x < r.n_matches; x++)
					fits = str_eq(r.recs[x].id, whole->ids[at - r.n_matches + x]);
				check(fits, "a page back is not the page before", queries[i], visitor_names[k]);
				at -= fits ? r.n_matches : at;
			}
			check(at == 0, "the pages back do not reach the first", queries[i], visitor_names[k]);
		}
	}
	assert_int_equal(failed, 0);
}

static void remove_goal(Visit *v, Str id)
{
	Err e = visit_delete(v, FT_GOAL, id, 0);
	assert_true(e == OK || e == ERR_GONE);
}

/* Between pages some are deleted, made and changed: what was there all the time comes once. */
static void test_pages_under_writes(void **state)
{
	World *w = *state;
	static const char *const some[] = { "Goal", "Goal?lifecycle-status=completed", "Goal?_sort=-start-date",
		                            "Goal?subject:Patient.family=peeters", "Task?owner=Practitioner/wim" };
	Scope sys = visitor(w, 0), wide = visitor(w, 1);
	for (unsigned i = 0; i < COUNT_OF(some); i++) {
		Query q;
		SearchResult r;
		Found *before = ARENA_NEW(w->a, Found), *after = ARENA_NEW(w->a, Found);
		read_query(w, some[i], &q);
		q.search.count = 1000;
		all_pages(w, &wide, q.search, before);
		q.search.count = 23;
		unsigned round = 0;
		do {
			find(w, &wide, &q.search, &r);
			add_page(after, &r);
			q.search.cursor = r.next;
			Visit *v = visit(w, &sys);
			char id[40];
			/* One of those already shown, one still to come, and two that are new. */
			unsigned shown = (i * 60 + round) % 300, coming = 299 - (i * 60 + round) % 300;
			snprintf(id, sizeof id, "g%u-1", shown);
			remove_goal(v, str_c(id));
			snprintf(id, sizeof id, "g%u-1", coming);
			remove_goal(v, str_c(id));
			for (unsigned k = 0; k < 2; k++) {
				snprintf(id, sizeof id, "n%u-%u-%u", i, round, k);
				create(v, FT_GOAL, id,
				       FORMAT(w,
				              "{\"resourceType\":\"Goal\",\"id\":\"%s\",\"lifecycleStatus\":"
				              "\"completed\",\"description\":{\"text\":\"nieuw\"},\"subject\":"
				              "{\"reference\":\"Patient/p%u\"}}",
				              id, k ? coming : shown));
			}
			must(visit_commit(v));
			round++;
		} while (r.next.p);
		for (size_t x = 0; x < after->n; x++)
			for (size_t y = 0; y < x; y++)
				if (str_eq(after->ids[x], after->ids[y]))
					check(false, "came twice", some[i], "wide");
		for (size_t x = 0; x < before->n; x++) {
			Rec rec;
			bool there = false;
			for (size_t y = 0; y < after->n && !there; y++)
				there = str_eq(before->ids[x], after->ids[y]);
			there = there || visit_read(visit(w, &wide), q.search.type, before->ids[x], &rec) == ERR_GONE;
			check(there, "is missing", some[i], "wide");
		}
	}
	assert_int_equal(failed, 0);
}

static void test_cursor_is_guarded(void **state)
{
	World *w = *state;
	Scope who = visitor(w, 1);
	Query q;
	SearchResult r;
	read_query(w, "Goal?lifecycle-status=active", &q);
	q.search.count = 5;
	find(w, &who, &q.search, &r);
	Str good = r.next;
	assert_true(good.n > 40);
	const char *bad[] = { "", "x", "AAAA", "../../etc" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		q.search.cursor = str_c(bad[i]);
		gives(visit_find(visit(w, &who), &q.search, &r), ERR_BAD_REQUEST);
	}
	for (size_t i = 0; i < good.n; i += 7) {
		char *text = arena_cstr(w->a, good);
		text[i] = text[i] == 'A' ? 'B' : 'A';
		q.search.cursor = str_c(text);
		gives(visit_find(visit(w, &who), &q.search, &r), ERR_BAD_REQUEST);
	}
	q.search.cursor = good;
	must(visit_find(visit(w, &who), &q.search, &r));
	q.search.words = S("another search");
	gives(visit_find(visit(w, &who), &q.search, &r), ERR_BAD_REQUEST);
}

/* ---- includes ---- */

static Str included(World *w, const Scope *who, const char *query, SearchResult *r)
{
	Query q;
	Buf b = buf_new(w->a, 256, 0);
	read_query(w, query, &q);
	find(w, who, &q.search, r);
	for (size_t i = r->n_matches; i < r->n; i++) {
		if (b.n)
			buf_byte(&b, ' ');
		buf_add(&b, fhir_type_name(r->recs[i].type));
		buf_byte(&b, '/');
		buf_add(&b, r->recs[i].id);
	}
	return buf_str(&b);
}

static void test_includes(void **state)
{
	World *w = *state;
	static const struct {
		const char *query, *wide, *narrow;
	} t[] = {
		{ "Task?_id=k25&_include=Task:owner", "Practitioner/wim", "Practitioner/wim" },
		{ "Task?_id=k25&_include=Task:owner:Organization", "", "" },
		{ "Task?_id=k25&_include=Task:focus", "Goal/g25-0", "Goal/g25-0" },
		{ "Task?_id=k0&_include=Task:focus", "", "" }, /* psychological: not for them */
		{ "Task?_id=k28&_include=Task:patient", "Patient/p28", "" },
		{ "Task?_id=k28&_include=Task:patient&_include:iterate=Patient:organization",
		  "Patient/p28 Organization/linde", "" },
		{ "Task?_id=k28&_include=Task:patient&_include=Patient:organization", "Patient/p28", "" },
		{ "Task?_id=k50&_include=*", "Practitioner/tom Patient/p50 Goal/g50-0",
		  "Practitioner/tom Patient/p50 Goal/g50-0" },
		{ "Task?_id=k50&_include=Task:*", "Practitioner/tom Patient/p50 Goal/g50-0",
		  "Practitioner/tom Patient/p50 Goal/g50-0" },
		{ "Patient?_id=p50&_revinclude=Goal:patient", "Goal/g50-0 Goal/g50-1", "Goal/g50-0 Goal/g50-1" },
		{ "Patient?_id=p75&_revinclude=Goal:patient", "Goal/g75-1", "Goal/g75-1" },
		{ "Patient?_id=p310&_revinclude=Goal:patient", "", "" },
		{ "Goal?_id=g50-0&_revinclude=Task:focus&_include:iterate=Task:owner", "Task/k50 Practitioner/tom",
		  "Task/k50 Practitioner/tom" },
		{ "Organization?_id=linde&_revinclude=Organization:partof", "Organization/eik", "Organization/eik" },
		{ "Organization?_id=linde&_revinclude:iterate=Organization:partof&_revinclude:iterate="
		  "PractitionerRole:organization",
		  "Organization/eik PractitionerRole/rol", "Organization/eik PractitionerRole/rol" },
		{ "Goal?patient=p50&_include=Goal:patient", "Patient/p50", "Patient/p50" },
	};
	Scope wide = visitor(w, 1), narrow = visitor(w, 2);
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		SearchResult r;
		Str got = included(w, &wide, t[i].query, &r);
		check(str_eq(got, str_c(t[i].wide)), "included otherwise", t[i].query, arena_cstr(w->a, got));
		got = included(w, &narrow, t[i].query, &r);
		check(str_eq(got, str_c(t[i].narrow)), "included otherwise", t[i].query, arena_cstr(w->a, got));
	}
	/* All that was shown is in the log of the person: the match as searched, the included as read. */
	AuditEntry *log;
	size_t n;
	Query q;
	SearchResult r;
	Scope self = visitor(w, 3);
	read_query(w, "Task?_id=k25&_include=Task:focus", &q);
	Visit *v = visit(w, &wide);
	must(visit_find(v, &q.search, &r));
	must(visit_commit(v));
	must(visit_access_log(visit(w, &self), S("p25"), INT64_MAX, 2, &log, &n));
	assert_int_equal(n, 2);
	assert_true(log[0].action != log[1].action && log[0].action + log[1].action == AUDIT_READ + AUDIT_SEARCH);
	assert_int_equal(failed, 0);
}

/* More than fits: the rest is left out, and said. */
static void test_many_included(void **state)
{
	World *w = *state;
	Scope sys = visitor(w, 0);
	SearchResult r;
	Query q;
	read_query(
	    w, "Patient?_count=330&_revinclude=Goal:patient&_revinclude=Task:patient&_revinclude=CareTeam:patient", &q);
	find(w, &sys, &q.search, &r);
	assert_true(r.n_matches == PERSONS && r.n == PERSONS + SEARCH_INCLUDED_MAX && !r.all_included);
}

/* ---- what may not be seen does not exist ---- */

/* Everything that an answer consists of. */
static void write_answer(World *w, Buf *out, const Scope *who, const SearchQuery *q)
{
	SearchResult r;
	Visit *v = visit(w, who);
	Err e = visit_find(v, q, &r);
	buf_printf(out, "%d %d %zu %zu %zu\n", (int)e, r.has_total, r.total, r.n_matches, r.n);
	for (size_t i = 0; i < r.n; i++) {
		buf_add(out, r.recs[i].body);
		buf_byte(out, '\n');
	}
	buf_add(out, r.next);
	buf_byte(out, '\n');
	buf_add(out, r.previous);
	buf_byte(out, '\n');
}

static Str answers(World *w, const Scope *who)
{
	Buf b = buf_new(w->a, 1 << 20, 0);
	for (size_t i = 0; i < COUNT_OF(queries); i++) {
		for (TotalMode total = TOTAL_ACCURATE; total <= TOTAL_NONE; total++) {
			Query q;
			read_query(w, queries[i], &q);
			q.search.count = 5;
			q.search.total = total;
			write_answer(w, &b, who, &q.search);
		}
	}
	static const char *const more[] = {
		"Task?owner=Practitioner/vera&_include=*&_revinclude=Provenance:target",
		"Practitioner?_revinclude=Task:owner&_revinclude=CareTeam:participant",
		"Patient?_revinclude=Goal:patient&_revinclude:iterate=Task:focus&_sort=family"
	};
	for (size_t i = 0; i < COUNT_OF(more); i++) {
		Query q;
		read_query(w, more[i], &q);
		write_answer(w, &b, who, &q.search);
	}
	assert_false(b.full);
	return buf_str(&b);
}

/* Dossiers of strangers, and items in known dossiers that these visitors may not see. */
static void add_hidden(World *w)
{
	Scope s = scope_system(S("demo"));
	Visit *v = visit(w, &s);
	for (unsigned i = 1000; i < 1400; i++)
		if (i % 25) /* nobody's who is asked here: see make_dossier */
			make_dossier(w, v, i);
	must(visit_commit(v));
	v = visit(w, &s);
	for (unsigned i = 0; i < 300; i++) {
		char id[40];
		snprintf(id, sizeof id, "h%u", i);
		create(
		    v, FT_GOAL, id,
		    FORMAT(w,
		           "{\"resourceType\":\"Goal\",\"id\":\"h%u\",\"lifecycleStatus\":\"active\",\"description\":"
		           "{\"text\":\"geheim\"},\"subject\":{\"reference\":\"Patient/"
		           "p%u\"},\"startDate\":\"2026-01-01\","
		           "\"meta\":{\"security\":[{\"system\":\"https://samendoel.org/fhir/CodeSystem/category\","
		           "\"code\":\"psychological\"}]}}",
		           i, i));
	}
	must(visit_commit(v));
}

static void test_what_is_hidden_changes_nothing(void **state)
{
	World *w = *state;
	Str before[3];
	Scope who[] = { visitor(w, 1), visitor(w, 2), visitor(w, 4) };
	for (size_t i = 0; i < COUNT_OF(who); i++)
		before[i] = answers(w, &who[i]);
	add_hidden(w);
	for (size_t i = 0; i < COUNT_OF(who); i++) {
		Str after = answers(w, &who[i]);
		size_t at = 0;
		while (at < after.n && at < before[i].n && after.p[at] == before[i].p[at])
			at++;
		if (!str_eq(before[i], after))
			fprintf(stderr, "visitor %zu differs at %zu: %.*s\n", i, at,
			        STR_ARG(str_upto(str_from(after, at > 200 ? at - 200 : 0), 400)));
		check(str_eq(before[i], after), "what is hidden changes the answers", "all", "a visitor");
	}
	assert_int_equal(failed, 0);
}

/* ---- what refers to itself ---- */

enum { RING = 40 };

/* Lists of one dossier that each refer to all of them, in two steps: what is referred to must be there. */
static void make_ring(World *w)
{
	Scope s = scope_system(S("demo"));
	for (int step = 0; step < 2; step++) {
		Visit *v = visit(w, &s);
		for (unsigned i = 0; i < RING; i++) {
			Buf b = buf_new(w->a, 4096, 0);
			buf_printf(&b,
			           "{\"resourceType\":\"List\",\"id\":\"ring%u\",\"status\":\"current\",\"mode\":"
			           "\"working\",\"subject\":{\"reference\":\"Patient/p25\"}",
			           i);
			for (unsigned k = 0; k < RING && step; k++)
				buf_printf(&b, "%s{\"item\":{\"reference\":\"List/ring%u%s\"}}",
				           k ? "," : ",\"entry\":[", k, k % 2 ? "/_history/1" : "");
			buf_printf(&b, "%s", step ? "]}" : "}");
			if (step)
				must(visit_update(v, FT_LIST, FORMAT(w, "ring%u", i), 0, buf_str(&b), NULL));
			else
				create(v, FT_LIST, FORMAT(w, "ring%u", i).p, buf_str(&b));
		}
		must(visit_commit(v));
	}
}

/* Each condition looks at each resource once, however many ways lead to it. */
static void test_ring(void **state)
{
	static const struct {
		const char *query;
		size_t found;
	} asked[] = { { "List?_has:List:item:_has:List:item:_has:List:item:_has:List:item:_id=none", 0 },
		      { "List?_has:List:item:_has:List:item:_has:List:item:_has:List:item:_id=ring7", RING },
		      { "List?_has:List:item:_id=ring7&_has:List:item:_id=ring8", RING } };
	World *w = *state;
	Scope sys = visitor(w, 0);
	make_ring(w);
	for (size_t i = 0; i < COUNT_OF(asked); i++) {
		SearchResult r;
		Query q;
		read_query(w, asked[i].query, &q);
		q.search.count = RING;
		find(w, &sys, &q.search, &r);
		assert_int_equal(r.n_matches, asked[i].found);
		assert_true(r.cost.us < 10 * 1000000);
	}
}

int main(void)
{
	random_init();
#define T(name) cmocka_unit_test_setup_teardown(name, search_open, world_close)
	const struct CMUnitTest tests[] = {
		T(test_plans_agree),
		T(test_what_is_found),
		T(test_filters),
		T(test_the_one_in_order_leads),
		T(test_filters_that_are_none),
		T(test_pages),
		T(test_pages_under_writes),
		T(test_cursor_is_guarded),
		T(test_includes),
		T(test_many_included),
		T(test_what_is_hidden_changes_nothing),
		T(test_ring),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	conformance("search", passed, failed, 0);
	return rc;
}
