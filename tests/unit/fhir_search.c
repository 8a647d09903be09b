/* Extraction, matching, index keys and the person of a resource. */
#include "fhir_arena.h"

#include "fhir/search.h"

static const char PATIENT[] =
    "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"meta\":{\"lastUpdated\":\"2024-05-06T07:08:09Z\",\"tag\":[{\"code\":"
    "\"demo\"}]},"
    "\"identifier\":[{\"system\":\"http://example.org/"
    "nn\",\"value\":\"800101-1\"},{\"value\":\"loose\"}],\"active\":true,"
    "\"name\":[{\"family\":\"De Smédt\",\"given\":[\"Joëlle\",\"Maria\"],\"text\":\"Joëlle De Smédt\"}],"
    "\"telecom\":[{\"system\":\"phone\",\"value\":\"091234\"},{\"system\":\"email\",\"value\":\"j@example.org\"}],"
    "\"gender\":\"female\",\"birthDate\":\"1980-01-15\",\"address\":[{\"line\":[\"Kerkstraat 1\"],\"city\":\"Gent\"}],"
    "\"generalPractitioner\":[{\"reference\":\"Practitioner/gp/_history/2\"}],"
    "\"managingOrganization\":{\"reference\":\"https://example.org/fhir/Organization/o1\"},"
    "\"link\":[{\"other\":{\"reference\":\"Patient/p2\"},\"type\":\"seealso\"}]}";

static const char OBSERVATION[] =
    "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":\"http://"
    "loinc.org\",\"code\":\"29463-7\","
    "\"display\":\"Body weight\"}],\"text\":\"Weight\"},\"subject\":{\"reference\":\"Patient/p1\"},"
    "\"performer\":[{\"reference\":\"Practitioner/x\"},{\"identifier\":{\"system\":\"urn:s\",\"value\":\"v\"}}],"
    "\"effectivePeriod\":{\"start\":\"2024-03-01\",\"end\":\"2024-03-10\"},"
    "\"valueQuantity\":{\"value\":72.50,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\",\"unit\":\"kilo\"}}";

static Str listed;
static void collect(void *ctx, const SearchValue *v)
{
	(void)ctx;
	if (v->part)
		return;
	Str what = v->code.p ? v->code : v->text;
	if (v->param->kind == PARAM_REFERENCE)
		what = v->reference;
	if (v->param->kind == PARAM_DATE)
		what = time_date(arena, v->when.from);
	listed = arena_join(arena, listed, listed.n ? S(" ; ") : S(""), v->has_system ? v->system : S(""),
	                    v->has_system ? S("|") : S(""), what.p ? what : S("-"), STR_END);
}

static void expect_values(FhirType type, const char *json, const char *code, const char *values)
{
	const SearchParam *p = search_param(type, str_c(code));
	listed = S("");
	if (!p)
		fail_msg("no parameter %s", code);
	search_extract(p, parse(arena, str_c(json)), arena, collect, NULL);
	if (!str_eq(listed, str_c(values)))
		fail_msg("%s: %.*s, expected %s", code, STR_ARG(listed), values);
}

static void extraction(void **state)
{
	(void)state;
	static const struct {
		const char *code, *values;
	} patient[] = {
		{ "_id", "p1" },
		{ "_lastUpdated", "2024-05-06" },
		{ "_tag", "demo" },
		{ "identifier", "http://example.org/nn|800101-1 ; loose" },
		{ "active", "true" },
		{ "family", "De Smédt" },
		{ "given", "Joëlle ; Maria" },
		{ "name", "Joëlle De Smédt ; De Smédt ; Joëlle ; Maria" },
		{ "phone", "091234" },
		{ "email", "j@example.org" },
		{ "telecom", "091234 ; j@example.org" },
		{ "gender", "http://hl7.org/fhir/administrative-gender|female" },
		{ "birthdate", "1980-01-15" },
		{ "address", "Kerkstraat 1 ; Gent" },
		{ "address-city", "Gent" },
		{ "general-practitioner", "Practitioner/gp" },
		{ "organization", "https://example.org/fhir/Organization/o1" },
		{ "link", "Patient/p2" },
		{ "deceased", "false" },
		{ "death-date", "" },
		{ "phonetic", "Joëlle De Smédt ; De Smédt ; Joëlle ; Maria" },
	};
	for (size_t i = 0; i < COUNT_OF(patient); i++)
		expect_values(FT_PATIENT, PATIENT, patient[i].code, patient[i].values);
	expect_values(FT_PATIENT, "{\"deceasedDateTime\":\"2020\"}", "deceased", "true");
	expect_values(FT_PATIENT, "{\"deceasedBoolean\":false}", "deceased", "false");
	expect_values(FT_OBSERVATION, OBSERVATION, "code", "http://loinc.org|29463-7 ; Weight");
	expect_values(FT_OBSERVATION, OBSERVATION, "patient", "Patient/p1");
	expect_values(FT_OBSERVATION, OBSERVATION, "date", "2024-03-01");
	expect_values(FT_OBSERVATION, OBSERVATION, "value-quantity", "http://unitsofmeasure.org|kg");
	expect_values(FT_OBSERVATION, "{\"subject\":{\"reference\":\"Group/1\"}}", "patient", "");
	expect_values(FT_OBSERVATION, "{\"valueCodeableConcept\":{\"coding\":[{\"code\":\"a\"}]}}", "value-concept",
	              "a");
	expect_values(FT_ACTIVITYDEFINITION,
	              "{\"relatedArtifact\":[{\"type\":\"depends-on\",\"resource\":\"http://"
	              "a\"},{\"type\":\"composed-of\",\"resource\":\"http://b\"}]}",
	              "depends-on", "http://a");
	expect_values(FT_CONDITION, "{\"onsetDateTime\":\"2020-02\"}", "onset-date", "2020-02-01");
	expect_values(FT_TASK, "{\"owner\":{\"reference\":\"PractitionerRole/1\"}}", "owner", "PractitionerRole/1");
	assert_null(search_param(FT_PATIENT, S("nothing")));
	assert_null(search_param(FT_PATIENT, S("")));
}

/* Numbers are those of the table, sorted, the same for every build. */
static void table(void **state)
{
	(void)state;
	size_t total = 0, indexed = 0, yielding = 0;
	for (unsigned t = 1; t < FT_COUNT; t++) {
		size_t n;
		const SearchParam *const *list = search_params((FhirType)t, &n);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(list[i]->number, ++total);
			assert_int_equal(list[i]->type, t);
			assert_ptr_equal(search_param((FhirType)t, list[i]->code), list[i]);
			indexed += list[i]->indexed;
			yielding += list[i]->path != NULL;
			if (list[i]->indexed)
				assert_non_null(list[i]->path);
		}
	}
	assert_int_equal(total, 3008);
	assert_true(indexed > 100 && yielding > 2300);
	assert_true(search_param(FT_PATIENT, S("birthdate"))->indexed);
	assert_false(search_param(FT_CONSENT, S("patient"))->indexed);
	assert_true(typeset_has(&search_param(FT_TASK, S("owner"))->targets, FT_CARETEAM));
}

static void expect_match(FhirType type, const char *json, const char *query, Match expected)
{
	Str modifier = { NULL, 0 }, name, rest = str_cut(str_c(query), '=', &name), code;
	Str values[8];
	size_t n = 0;
	modifier = str_cut(name, ':', &code);
	while (rest.p)
		rest = str_cut(rest, ',', &values[n++]);
	SearchTerm t = { search_param(type, code), modifier, values, n, NULL };
	if (!t.param)
		fail_msg("%s", query);
	if (search_matches(&t, NULL, parse(arena, str_c(json)), arena) != expected)
		fail_msg("%s: expected %s", query, expected == MATCH_YES ? "a match" : "no match");
}

static void matches_patient(void **state)
{
	(void)state;
	static const char *const yes[] = {
		"_id=p1",
		"_id=x,p1",
		"identifier=800101-1",
		"identifier=http://example.org/nn|800101-1",
		"identifier=|loose",
		"identifier=http://example.org/nn|",
		"identifier:not=zzz",
		"identifier:missing=false",
		"death-date:missing=true",
		"family=de smedt",
		"family=DE  SM",
		"family:exact=De Smédt",
		"family:contains=SMED",
		"family=smedt",
		"name=Smédt",
		"given=joelle",
		"name=maria",
		"gender=female",
		"gender=http://hl7.org/fhir/administrative-gender|female",
		"gender:not=male",
		"active=true",
		"birthdate=1980-01-15",
		"birthdate=1980-01",
		"birthdate=1980",
		"birthdate=ge1980-01-15",
		"birthdate=gt1979",
		"birthdate=lt1980-01-16",
		"birthdate=le1980",
		"birthdate=ne1981",
		"birthdate=sa1979-12",
		"birthdate=eb1980-02",
		"general-practitioner=Practitioner/gp",
		"general-practitioner=gp",
		"general-practitioner:Practitioner=gp",
		"organization=https://example.org/fhir/Organization/o1",
		"deceased=false",
		"_lastUpdated=gt2024-05-06T07:00:00Z",
		"link=p2",
		"birthdate=1990,1980",
		"_tag=demo",
	};
	static const char *const no[] = {
		"_id=p2",
		"identifier=|800101-1",
		"identifier=http://other|800101-1",
		"identifier=800101",
		"identifier:not=loose",
		"identifier:missing=true",
		"family=medt",
		"family:exact=de smédt",
		"family:exact=Smédt",
		"family:contains=xx",
		"gender=http://x|female",
		"gender:not=female,male",
		"gender:exact=female",
		"birthdate=1980-01-16",
		"birthdate=gt1980-01-15",
		"birthdate=gt1980",
		"birthdate=lt1980",
		"birthdate=ne1980-01-15",
		"birthdate=sa1980",
		"birthdate=eb1980-01-15",
		"birthdate=nonsense",
		"general-practitioner=Organization/gp",
		"general-practitioner:Organization=gp",
		"organization=Organization/o1",
		"deceased=true",
		"link=p1",
		"given:text=joelle",
		"_tag=other",
	};
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		expect_match(FT_PATIENT, PATIENT, yes[i], MATCH_YES);
	for (size_t i = 0; i < COUNT_OF(no); i++)
		expect_match(FT_PATIENT, PATIENT, no[i], MATCH_NO);
}

static void matches_observation(void **state)
{
	(void)state;
	static const char *const yes[] = {
		"code=29463-7",
		"code:text=body",
		"code:text=weight",
		"value-quantity=72.5",
		"value-quantity=72.50||kg",
		"value-quantity=72.5|http://unitsofmeasure.org|kg",
		"value-quantity=gt72",
		"value-quantity=le72.5",
		"value-quantity=ap70",
		"value-quantity=73",
		"value-quantity=7.25e1",
		"value-quantity=ne70.0",
		"date=ge2024-03-05",
		"date=le2024-03-05",
		"date=2024-03",
		"date=ap2024-03-04",
		"performer:identifier=urn:s|v",
		"performer=Practitioner/x",
		"subject=Patient/p1",
		"patient=p1",
		"subject:Patient=p1",
		"status:not=amended",
	};
	static const char *const no[] = {
		"code=29463",
		"code:text=pressure",
		"value-quantity=72",
		"value-quantity=7e1",
		"value-quantity=72.50||g",
		"value-quantity=72.5|urn:x|kg",
		"value-quantity=gt72.5",
		"value-quantity=lt72.5",
		"value-quantity=abc",
		"value-quantity=",
		"date=2024-03-05",
		"date=sa2024-03-05",
		"date=eb2024-03-05",
		"performer:identifier=urn:s|w",
		"subject=Group/p1",
		"subject:Group=p1",
		"value-date=2024",
		"date:missing=true",
	};
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		expect_match(FT_OBSERVATION, OBSERVATION, yes[i], MATCH_YES);
	for (size_t i = 0; i < COUNT_OF(no); i++)
		expect_match(FT_OBSERVATION, OBSERVATION, no[i], MATCH_NO);
	static const char questionnaire[] =
	    "{\"resourceType\":\"Questionnaire\",\"url\":\"http://a.org/q/1\",\"title\":\"a,b|c\"}";
	expect_match(FT_QUESTIONNAIRE, questionnaire, "url=http://a.org/q/1", MATCH_YES);
	expect_match(FT_QUESTIONNAIRE, questionnaire, "url=http://a.org/q", MATCH_NO);
	expect_match(FT_QUESTIONNAIRE, questionnaire, "url:below=http://a.org/q", MATCH_YES);
	expect_match(FT_QUESTIONNAIRE, questionnaire, "url:below=http://a.org/q/", MATCH_YES);
	expect_match(FT_QUESTIONNAIRE, questionnaire, "url:above=http://a.org/q/1/2", MATCH_YES);
	static const char response[] = "{\"questionnaire\":\"http://a.org/q|2.0\"}";
	expect_match(FT_QUESTIONNAIRERESPONSE, response, "questionnaire=http://a.org/q", MATCH_YES);
	expect_match(FT_QUESTIONNAIRERESPONSE, response, "questionnaire=http://a.org/q\\|2.0", MATCH_YES);
	expect_match(FT_QUESTIONNAIRERESPONSE, response, "questionnaire=http://a.org/q\\|1.0", MATCH_NO);
	static const char open[] = "{\"effectivePeriod\":{\"start\":\"2020-01-01\"}}";
	expect_match(FT_OBSERVATION, open, "date=gt2030", MATCH_YES);
	expect_match(FT_OBSERVATION, open, "date=eb2030", MATCH_NO);
}

static void normalise(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "Jansens", "jansens" },
		{ "  De   SMET ", "de smet" },
		{ "Joëlle", "joelle" },
		{ "JOE\u0308LLE", "joelle" },
		{ "Straße", "strasse" },
		{ "ﬁn\u00a0x", "fin x" },
		{ "Łódź", "łodz" },
		{ "", "" },
		{ "İ", "i" },
	};
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		Str got = search_normalise(str_c(pairs[i][0]), arena);
		if (!str_eq(got, str_c(pairs[i][1])))
			fail_msg("%s gives %.*s", pairs[i][0], STR_ARG(got));
	}
}

static const IndexEntry *entry_of(const IndexEntry *list, size_t n, const SearchParam *p)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].param == p->number)
			return &list[i];
	return NULL;
}

static void index_keys(void **state)
{
	(void)state;
	size_t n;
	IndexEntry *list = search_index(parse(arena, str_c(PATIENT)), FT_PATIENT, arena, &n);
	/* address-city, birthdate, email, 2 of family, general-practitioner, 2 of given, 2 of identifier, 5 of name,
	 * organization, phone */
	assert_int_equal(n, 17);
	for (size_t i = 1; i < n; i++)
		assert_true(list[i - 1].param < list[i].param ||
		            (list[i - 1].param == list[i].param && str_cmp(list[i - 1].key, list[i].key) < 0));
	const IndexEntry *e = entry_of(list, n, search_param(FT_PATIENT, S("identifier")));
	assert_true(str_eq(e->key, S("800101-1\0http://example.org/nn")));
	e = entry_of(list, n, search_param(FT_PATIENT, S("family")));
	assert_true(str_eq(e->key, S("de smedt")));
	list = search_index(parse(arena, S("{\"resourceType\":\"Observation\"}")), FT_OBSERVATION, arena, &n);
	assert_int_equal(n, 0);
	(void)list;
}

static Str birth_key(const char *date)
{
	size_t n;
	Str json = arena_printf(arena, "{\"resourceType\":\"Patient\",\"birthDate\":\"%s\"}", date);
	IndexEntry *list = search_index(parse(arena, json), FT_PATIENT, arena, &n);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].key.n, 16);
	return list[0].key;
}

static void keys_keep_order(void **state)
{
	(void)state;
	static const char *const dates[] = { "0001-01-01", "1899-12-31", "1969-12-31", "1970",
		                             "1970-01-02", "1980-02",    "1980-02-02", "2024" };
	for (size_t i = 1; i < COUNT_OF(dates); i++)
		assert_true(str_cmp(birth_key(dates[i - 1]), birth_key(dates[i])) < 0);
	char family[400];
	memset(family, 'x', sizeof family);
	Str json =
	    arena_printf(arena, "{\"resourceType\":\"Patient\",\"identifier\":[{\"value\":\"%.*s\"}]}", 300, family);
	size_t n;
	IndexEntry *list = search_index(parse(arena, json), FT_PATIENT, arena, &n);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].key.n, 128);
}

static bool in_ranges(const IndexEntry *e, const KeyRange *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (e->param == r[i].param && str_cmp(e->key, r[i].low) >= 0 && str_cmp(e->key, r[i].high) < 0)
			return true;
	return false;
}

/* What matches lies in the range; what is in the range need not match. */
static void ranges(void **state)
{
	(void)state;
	static const struct {
		const char *query;
		bool has_range, inside;
	} t[] = {
		{ "identifier=800101-1", true, true },
		{ "identifier=http://example.org/nn|800101-1", true, true },
		{ "identifier=http://example.org/n|800101-1", true, false },
		{ "identifier=800101-2", true, false },
		{ "identifier=800101", true, false },
		{ "identifier=http://example.org/nn|", false, false },
		{ "identifier:not=1", false, false },
		{ "family=De Sm", true, true },
		{ "family=Smet", true, false },
		{ "family:exact=De Smédt", true, true },
		{ "family:contains=Sm", false, false },
		{ "birthdate=1980", true, true },
		{ "birthdate=1980-01-15", true, true },
		{ "birthdate=1981", true, false },
		{ "birthdate=lt1981", true, true },
		{ "birthdate=le1980-01-15", true, true },
		{ "birthdate=sa1979", true, true },
		{ "birthdate=sa1980", true, false },
		{ "birthdate=ge1980", true, true },
		{ "birthdate=ge1982", true, false },
		{ "birthdate=ne1980", false, false },
		{ "birthdate=x", false, false },
	};
	size_t n;
	IndexEntry *list = search_index(parse(arena, str_c(PATIENT)), FT_PATIENT, arena, &n);
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		Str name, code;
		KeyRange *r;
		size_t n_ranges;
		Str value = str_cut(str_c(t[i].query), '=', &name);
		Str modifier = str_cut(name, ':', &code);
		SearchTerm term = { search_param(FT_PATIENT, code), modifier, &value, 1, NULL };
		bool has = search_ranges(&term, NULL, arena, &r, &n_ranges), inside = false;
		for (size_t k = 0; has && k < n; k++)
			inside = inside || in_ranges(&list[k], r, n_ranges);
		if (has != t[i].has_range || inside != t[i].inside)
			fail_msg("%s: range %d, inside %d", t[i].query, has, inside);
	}
}

static void references_in_range(void **state)
{
	(void)state;
	size_t n, n_ranges;
	KeyRange *r;
	Str json = S("{\"resourceType\":\"Task\",\"owner\":{\"reference\":\"PractitionerRole/7\"}}");
	IndexEntry *list = search_index(parse(arena, json), FT_TASK, arena, &n);
	Str values[] = { S("PractitionerRole/7"), S("7") };
	SearchTerm typed = { search_param(FT_TASK, S("owner")), S("PractitionerRole"), values, 2, NULL };
	SearchTerm plain = { search_param(FT_TASK, S("owner")), { NULL, 0 }, values, 2, NULL };
	assert_int_equal(n, 1);
	assert_true(search_ranges(&typed, NULL, arena, &r, &n_ranges));
	assert_true(in_ranges(&list[0], r, n_ranges));
	for (size_t i = 0; i < 2; i++) {
		plain.values = values + i;
		plain.n_values = 1;
		assert_int_equal(search_ranges(&plain, NULL, arena, &r, &n_ranges), i == 0); /* seven types: no range */
	}
}

static void expect_person(FhirType type, const char *json, const char *person)
{
	Str got = compartment_patient(parse(arena, str_c(json)), type, arena);
	if (!str_eq(got, person ? str_c(person) : (Str){ NULL, 0 }))
		fail_msg("%s: %.*s", json, STR_ARG(got));
}

static void person(void **state)
{
	(void)state;
	expect_person(FT_PATIENT, "{\"link\":[{\"other\":{\"reference\":\"Patient/2\"}}]}", NULL);
	expect_person(FT_OBSERVATION, OBSERVATION, "Patient/p1");
	expect_person(FT_OBSERVATION, "{\"subject\":{\"reference\":\"urn:uuid:1\"}}", "urn:uuid:1");
	expect_person(FT_OBSERVATION,
	              "{\"subject\":{\"reference\":\"Group/1\"},\"performer\":[{\"reference\":\"Patient/9\"}]}",
	              "Patient/9");
	expect_person(FT_OBSERVATION, "{\"performer\":[{\"reference\":\"urn:uuid:doctor\"}]}", NULL);
	expect_person(FT_OBSERVATION, "{\"subject\":{\"reference\":\"https://other.org/fhir/Patient/1\"}}", NULL);
	expect_person(
	    FT_COVERAGE,
	    "{\"policyHolder\":{\"reference\":\"Patient/parent\"},\"beneficiary\":{\"reference\":\"Patient/child\"}}",
	    "Patient/child");
	expect_person(FT_GOAL, "{\"subject\":{\"reference\":\"Patient?identifier=1\"}}", "Patient?identifier=1");
	expect_person(FT_GOAL, "{\"subject\":{\"reference\":\"Group?identifier=1\"}}", NULL);
	expect_person(FT_TASK, "{\"for\":{\"reference\":\"Patient/1\"}}", "Patient/1");
	expect_person(FT_RESEARCHSUBJECT, "{\"individual\":{\"reference\":\"Patient/1\"}}", "Patient/1");
	expect_person(FT_APPOINTMENT,
	              "{\"participant\":[{\"actor\":{\"reference\":\"Practitioner/"
	              "1\"}},{\"actor\":{\"reference\":\"Patient/2\"}}]}",
	              "Patient/2");
	expect_person(FT_PROVENANCE, "{\"target\":[{\"reference\":\"Goal/1\"},{\"reference\":\"Patient/3\"}]}",
	              "Patient/3");
	expect_person(FT_AUDITEVENT, "{\"entity\":[{\"what\":{\"reference\":\"Patient/4\"}}]}", "Patient/4");
	expect_person(FT_ORGANIZATION, "{\"partOf\":{\"reference\":\"Organization/1\"}}", NULL);
	expect_person(FT_NONE, "{}", NULL);
}

/* Every type of the official compartment is a person's, and each of its parameters yields references to patients. */
static void compartment_of_each_type(void **state)
{
	(void)state;
	size_t members = 0;
	JVal c =
	    parse(arena, read_file(arena, "node_modules/hl7.fhir.r4.examples", "CompartmentDefinition-patient.json"));
	for (JIter it = json_iter(JGET(c, "resource")); json_next(&it);) {
		FhirType type = fhir_type(JSTR(it.value, "code", arena));
		for (JIter code = json_each(JGET(it.value, "param")); json_next(&code);) {
			const SearchParam *p = search_param(type, json_str(code.value, arena));
			assert_non_null(p);
			assert_non_null(p->path);
			assert_int_equal(p->kind, PARAM_REFERENCE);
			assert_true(typeset_empty(&p->targets) || typeset_has(&p->targets, FT_PATIENT));
			assert_int_equal(fhir_home(type), HOME_PERSON);
			members++;
		}
	}
	assert_true(members >= 100);
}

static size_t types_found[FT_COUNT];

static void find_person(Arena *a, const char *dir, const char *name)
{
	if (str_starts(str_c(name), S("Bundle-")))
		return;
	JVal v = parse(a, read_file(a, dir, name));
	FhirType type = fhir_type(JSTR(v, "resourceType", a));
	Str found = compartment_patient(v, type, a);
	if (!found.p)
		return;
	assert_true(str_starts(found, S("Patient/")) || str_starts(found, S("urn:")));
	assert_int_equal(fhir_home(type), HOME_PERSON);
	types_found[type]++;
}

/* No example of a directory or definition belongs to a person; most types of persons do. */
static void persons_of_examples(void **state)
{
	(void)state;
	size_t types = 0;
	each_json("node_modules/hl7.fhir.r4.examples", find_person);
	for (unsigned t = 1; t < FT_COUNT; t++)
		types += types_found[t] > 0;
	assert_true(types >= 45);
}

static void homes(void **state)
{
	(void)state;
	size_t members = 0;
	for (unsigned t = 1; t < FT_COUNT; t++)
		members += fhir_home((FhirType)t) == HOME_PERSON;
	assert_true(members > 70);
	assert_int_equal(fhir_home(FT_PATIENT), HOME_PERSON);
	assert_int_equal(fhir_home(FT_TASK), HOME_PERSON);
	assert_int_equal(fhir_home(FT_PRACTITIONER), HOME_DIRECTORY);
	assert_int_equal(fhir_home(FT_PRACTITIONERROLE), HOME_DIRECTORY);
	assert_int_equal(fhir_home(FT_ORGANIZATION), HOME_DIRECTORY);
	assert_int_equal(fhir_home(FT_LOCATION), HOME_DIRECTORY);
	assert_int_equal(fhir_home(FT_QUESTIONNAIRE), HOME_DEFINITION);
	assert_int_equal(fhir_home(FT_MEASURE), HOME_DEFINITION);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = {
		TEST(extraction),
		TEST(table),
		TEST(matches_patient),
		TEST(matches_observation),
		TEST(normalise),
		TEST(index_keys),
		TEST(keys_keep_order),
		TEST(ranges),
		TEST(references_in_range),
		TEST(person),
		TEST(compartment_of_each_type),
		TEST(persons_of_examples),
		TEST(homes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
