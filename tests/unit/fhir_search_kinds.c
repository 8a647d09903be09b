/* Each kind of parameter with each prefix and modifier, and what is refused. */
#include "fhir_arena.h"

#include "fhir/search.h"

static int has_code(void *arg, Str value_set, Str system, Str code)
{
	(void)arg;
	if (str_eq(value_set, S("http://empty")))
		return 0;
	if (!str_eq(value_set, S("http://vs")))
		return -1;
	return str_eq(code, S("b")) && (!system.p || str_eq(system, S("http://s")));
}

/* a is above b, b above c. */
static int is_above(void *arg, Str system, Str a, Str b)
{
	(void)arg;
	if (!str_eq(system, S("http://s")))
		return -1;
	return a.n == 1 && b.n == 1 && a.p[0] < b.p[0];
}

static const SearchContext context = {
	.base = S_INIT("https://own/fhir"),
	.now = INT64_C(1700000000000), /* 2023-11-14 */
	.value_set_has = has_code,
	.subsumes = is_above,
};

static SearchTerm term_of(FhirType type, const char *query)
{
	Str name, code, rest = str_cut(str_c(query), '=', &name);
	Str modifier = str_cut(name, ':', &code);
	SearchTerm t = { .param = search_param(type, code),
		         .modifier = modifier,
		         .values = ARENA_ARRAY(arena, Str, 8) };
	if (!t.param)
		fail_msg("no parameter: %s", query);
	while (rest.p)
		rest = str_cut(rest, ',', &t.values[t.n_values++]);
	return t;
}

/* What is in the ranges of a term, by the index of a resource. */
static bool in_index(const SearchTerm *t, JVal resource, FhirType type, bool *answered)
{
	size_t n, n_ranges;
	KeyRange *r;
	IndexEntry *list = search_index(resource, type, arena, &n);
	*answered = search_ranges(t, &context, arena, &r, &n_ranges);
	for (size_t i = 0; *answered && i < n; i++)
		for (size_t k = 0; k < n_ranges; k++)
			if (list[i].param == r[k].param && str_cmp(list[i].key, r[k].low) >= 0 &&
			    str_cmp(list[i].key, r[k].high) < 0)
				return true;
	return false;
}

static void check(FhirType type, JVal resource, const char *query, bool expected)
{
	SearchTerm t = term_of(type, query);
	bool answered, indexed = in_index(&t, resource, type, &answered);
	for (int prepared = 0; prepared < 2; prepared++) {
		bool got = search_matches(&t, &context, resource, arena) == MATCH_YES;
		if (got != expected)
			fail_msg("%s: expected %s", query, expected ? "a match" : "no match");
		search_prepare(&t, &context, arena);
	}
	if (expected && answered && !indexed)
		fail_msg("%s: matches, but is not in the ranges", query);
}

static void expect(FhirType type, const char *json, const char *const *yes, const char *const *no)
{
	JVal v = parse(arena, str_c(json));
	for (; *yes; yes++)
		check(type, v, *yes, true);
	for (; *no; no++)
		check(type, v, *no, false);
}
#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void numbers(void **state)
{
	(void)state;
	expect(FT_RISKASSESSMENT, "{\"prediction\":[{\"probabilityDecimal\":100}]}",
	       LIST("probability=100", "probability=1e2", "probability=1.0e2", "probability=99.6,1e2",
	            "probability=ne101", "probability=gt99.999", "probability=ge100", "probability=lt100.001",
	            "probability=le100", "probability=sa99", "probability=eb101", "probability=ap109",
	            "probability=ap91", "probability=eq100", "probability=100.00", "probability:missing=false",
	            "probability=+100"),
	       LIST("probability=101", "probability=99.5e0", "probability=1.06e2", "probability=ne100",
	            "probability=ne1e2", "probability=gt100", "probability=ge100.0001", "probability=lt100",
	            "probability=le99.9999", "probability=sa100", "probability=eb100", "probability=ap112",
	            "probability=x", "probability=", "probability:missing=true", "probability=1e999",
	            "probability:exact=100"));
	/* the ends: [5.35, 5.45) */
	expect(FT_RISKASSESSMENT, "{\"prediction\":[{\"probabilityDecimal\":5.35}]}",
	       LIST("probability=5.4", "probability=5.35", "probability=5.350"),
	       LIST("probability=5.3", "probability=ne5.4"));
	expect(FT_RISKASSESSMENT, "{\"prediction\":[{\"probabilityDecimal\":5.45}]}",
	       LIST("probability=5.5", "probability=ne5.4"), LIST("probability=5.4"));
	expect(
	    FT_RISKASSESSMENT, "{\"prediction\":[{\"probabilityDecimal\":-0.25}]}",
	    LIST("probability=-0.25", "probability=-0.2", "probability=lt0", "probability=gt-1", "probability=-2.5e-1"),
	    LIST("probability=-0.3", "probability=gt0"));
	expect(FT_RISKASSESSMENT,
	       "{\"prediction\":[{\"probabilityRange\":{\"low\":{\"value\":1},\"high\":{\"value\":3}}}]}",
	       LIST("probability=gt2", "probability=lt2", "probability=ge3", "probability=le1", "probability=sa0.5",
	            "probability=eb3.5", "probability=ne2", "probability=ap3.3", "probability=0e1,2e1,gt2.9"),
	       LIST("probability=2", "probability=gt3", "probability=lt1", "probability=sa1", "probability=eb3",
	            "probability=ap5"));
	expect(FT_RISKASSESSMENT, "{\"prediction\":[{\"probabilityRange\":{\"low\":{\"value\":1}}}]}",
	       LIST("probability=gt1000", "probability=ge1", "probability=le1"),
	       LIST("probability=eb1000", "probability=lt1"));
	/* an integer: digits cancel out */
	expect(FT_IMMUNIZATIONRECOMMENDATION, "{\"date\":\"2020\"}", LIST("date=2020"), LIST("date=2021"));
}

static void dates(void **state)
{
	(void)state;
	static const char day[] = "{\"birthDate\":\"2013-01-14\"}";
	expect(FT_PATIENT, day,
	       LIST("birthdate=2013-01-14", "birthdate=eq2013-01", "birthdate=2013", "birthdate=ne2013-01-15",
	            "birthdate=lt2013-01-14T10:00", "birthdate=gt2013-01-14T10:00", "birthdate=ge2013-01-14",
	            "birthdate=le2013-01-14", "birthdate=ge2013", "birthdate=le2013", "birthdate=gt2013-01-13",
	            "birthdate=lt2013-01-15", "birthdate=sa2013-01-13", "birthdate=eb2013-01-15",
	            "birthdate=ap2013-02-20", "birthdate=ge2013-01-14T23:00:00Z"),
	       LIST("birthdate=2013-01-15", "birthdate=2013-01-14T10:00", "birthdate=ne2013-01-14", "birthdate=ne2013",
	            "birthdate=gt2013-01-14", "birthdate=lt2013-01-14", "birthdate=gt2013", "birthdate=lt2013",
	            "birthdate=ge2013-01-15", "birthdate=le2013-01-13", "birthdate=sa2013-01-14",
	            "birthdate=eb2013-01-14", "birthdate=ap2015-06-15", "birthdate=2013-13", "birthdate=today",
	            "birthdate=", "birthdate:contains=2013"));
	static const char instant[] = "{\"meta\":{\"lastUpdated\":\"2013-01-14T10:00:00.000+02:00\"}}";
	expect(FT_PATIENT, instant,
	       LIST("_lastUpdated=2013-01-14T08:00:00Z", "_lastUpdated=2013-01-14T10:00+02:00",
	            "_lastUpdated=2013-01-14T10:00:00 02:00", "_lastUpdated=2013-01-14T08:00",
	            "_lastUpdated=2013-01-14", "_lastUpdated=gt2013-01-14T07:59:59Z",
	            "_lastUpdated=le2013-01-14T08:00:00Z", "_lastUpdated=sa2013-01-14T07:59"),
	       LIST("_lastUpdated=2013-01-14T10:00", "_lastUpdated=gt2013-01-14T08:00:00Z",
	            "_lastUpdated=sa2013-01-14T08:00", "_lastUpdated=2013-01-14T25:00", "_lastUpdated=2013-01-14T08"));
	/* the examples of the specification: "from 21-Jan 2013 onwards", "from 15-Mar 2013", "until 21-Jan 2013" */
	expect(FT_ENCOUNTER, "{\"period\":{\"start\":\"2013-01-21\"}}",
	       LIST("date=ge2013-03-14", "date=le2013-03-14", "date=gt2030", "date=ne2013-03-14", "date=ap2013-03-14"),
	       LIST("date=sa2013-03-14", "date=eb2013-03-14", "date=2013", "date=lt2013-01-21"));
	expect(FT_ENCOUNTER, "{\"period\":{\"start\":\"2013-03-15\"}}", LIST("date=sa2013-03-14", "date=ge2013-03-14"),
	       LIST("date=eb2013-03-14", "date=le2013-03-14"));
	expect(FT_ENCOUNTER, "{\"period\":{\"end\":\"2013-01-21\"}}",
	       LIST("date=eb2013-03-14", "date=lt1900", "date=le2013-01-21", "date=ge2013-01-21"),
	       LIST("date=sa2013-03-14", "date=sa1900", "date=gt2013-01-21", "date=ge2013-01-22"));
	expect(FT_ENCOUNTER, "{\"period\":{\"start\":\"2010-05\",\"end\":\"2013-02\"}}",
	       LIST("date=ge2013", "date=gt2012-12", "date=lt2011", "date=sa2010-04", "date=eb2013-03", "date=ne2011"),
	       LIST("date=gt2013-02", "date=2011", "date=sa2010", "date=eb2013", "date=ge2013-03"));
	expect(FT_ENCOUNTER, "{\"period\":{\"start\":\"x\"}}", LIST("date:missing=true"), LIST("date=ge1900"));
	/* only the outer limits of a timing matter */
	static const char timing[] =
	    "{\"occurrenceTiming\":{\"event\":[\"2013-02-01\",\"2013-01-31\"],\"repeat\":{\"boundsPeriod\":"
	    "{\"start\":\"2013-02-01\",\"end\":\"2013-03-24\"}}}}";
	expect(FT_SERVICEREQUEST, timing,
	       LIST("occurrence=ge2013-03-24", "occurrence=2013", "occurrence=sa2013-01-30", "occurrence=eb2013-03-25",
	            "occurrence=le2013-01-31"),
	       LIST("occurrence=gt2013-03-24", "occurrence=2013-02", "occurrence=lt2013-01-31"));
}

static void strings(void **state)
{
	(void)state;
	static const char patient[] =
	    "{\"name\":[{\"family\":\"De Smédt-Aerts\",\"given\":[\"Évelyne\",\"D'hoore\"],\"_given\":[null,null]}],"
	    "\"address\":[{\"line\":[\"Kerk|straat 1, bus \\\\2\"],\"postalCode\":\"9000\",\"use\":\"home\"}]}";
	expect(FT_PATIENT, patient,
	       LIST("given=eve", "given=ÉVELYNE", "given:contains=LYN", "given:exact=Évelyne", "family=de smedt",
	            "family=aerts", "family=smedt", "family:contains=medt-a", "family:exact=De Smédt-Aerts",
	            "name=smedt", "name=evelyne", "family=DE  SMEDT", "given=jan,eve", "given:missing=false",
	            "address=kerk\\|straat", "address:contains=\\\\2", "address=9000", "phonetic=smedt",
	            "address-use=home"),
	       LIST("given=velyne", "given:contains=xx", "given:exact=évelyne", "given:exact=Éve", "family=medt",
	            "family:exact=Aerts", "family:contains=smedtaerts", "given:missing=true", "given:text=eve",
	            "given:not=eve", "address=home", "given="));
	expect(FT_PATIENT, "{\"name\":[{\"use\":\"official\"}]}", LIST("name:missing=true"), LIST("name=official"));
	expect(FT_PATIENT, "{\"name\":[{\"_family\":{\"extension\":[{\"url\":\"u\",\"valueCode\":\"c\"}]}}]}",
	       LIST("family:missing=true"), LIST("family:missing=false"));
}

static const char CODED[] = "{\"id\":\"Ab\",\"code\":{\"coding\":[{\"system\":\"http://"
                            "s\",\"code\":\"b\",\"display\":\"Béta blocker\"},{\"code\":\"X|y\"}],"
                            "\"text\":\"Hoofdpijn\"},\"identifier\":[{\"type\":{\"coding\":[{\"system\":\"http://"
                            "t\",\"code\":\"MR\"}],\"text\":\"Dossier "
                            "nummer\"},\"system\":\"urn:i\",\"value\":\"123\"},{\"value\":\"q\"}]}";

static void tokens(void **state)
{
	(void)state;
	expect(FT_CONDITION, CODED,
	       LIST("code=b", "code=http://s|b", "code=http://s|", "code=|X\\|y", "code=X\\|y", "code=z,b",
	            "code:not=z", "code:not=z,y", "code:text=hoofd", "code:text=beta bl", "code:in=http://vs",
	            "code:not-in=http://empty", "code:below=http://s|a", "code:below=http://s|b",
	            "code:above=http://s|c", "code:below=a", "code:missing=false", "identifier=123",
	            "identifier=urn:i|123", "identifier=|q", "identifier:of-type=http://t|MR|123",
	            "identifier:text=dossier", "_id=Ab", "severity:missing=true", "severity:not=x",
	            "identifier=urn:i|"),
	       LIST("code=B", "code=|b", "code=http://t|b", "code=http://t|", "code=bb", "code:not=b", "code:not=z,b",
	            "code:text=pijn", "code:in=http://other", "code:not-in=http://vs", "code:below=http://s|c",
	            "code:above=http://s|a", "code:below=http://t|a", "code:missing=true", "code:exact=b",
	            "code:contains=b", "code:of-type=a|b|c", "identifier=|123", "identifier:of-type=http://t|XX|123",
	            "identifier:of-type=http://t|MR|q", "identifier:of-type=http://t|MR", "_id=ab", "_id=AB", "code=|",
	            "code="));
	/* negation is of the set, and nobody knows what is in an unknown value set */
	expect(FT_CONDITION, CODED, LIST("code:not-in=http://empty,http://empty"),
	       LIST("code:not-in=http://unknown", "code:not-in=http://vs,http://empty"));
}

static void token_types(void **state)
{
	(void)state;
	expect(FT_PATIENT,
	       "{\"active\":true,\"gender\":\"female\",\"telecom\":[{\"system\":\"phone\",\"value\":\"+32 9 "
	       "123.45\"},{\"system\":"
	       "\"email\",\"value\":\"An@Example.org\"}]}",
	       LIST("active=true", "active=http://hl7.org/fhir/special-values|true", "active:not=false",
	            "gender=http://hl7.org/fhir/administrative-gender|female", "gender=female", "phone=+32 9 123.45",
	            "phone=+32912345", "phone=+32 9 123 45", "email=an@example.org", "telecom=email|AN@example.org",
	            "telecom=+32912345", "deceased=false"),
	       LIST("active=false", "gender=|female", "gender=Female", "phone=32912345", "phone=+329123456",
	            "email=an@example", "telecom=phone|an@example.org", "email=+32912345", "deceased=true",
	            "gender=http://x|female"));
	expect(FT_DOCUMENTREFERENCE,
	       "{\"content\":[{\"attachment\":{\"contentType\":\"text/xml; charset=UTF-8\",\"language\":\"nl\"}}]}",
	       LIST("contenttype:below=text/xml", "contenttype=text/xml; charset=UTF-8", "language=nl"),
	       LIST("contenttype=text/xml", "contenttype:below=text/x", "language=NL"));
	expect(FT_DEVICE, "{\"udiCarrier\":[{\"deviceIdentifier\":\"Ab\"}]}", LIST("udi-di=Ab"), LIST("udi-di=x"));
	expect(FT_MOLECULARSEQUENCE, "{\"referenceSeq\":{\"referenceSeqId\":{\"coding\":[{\"code\":\"NC\"}]}}}",
	       LIST("referenceseqid=NC"), LIST("referenceseqid=nc"));
	expect(FT_GROUP, "{\"characteristic\":[{\"valueBoolean\":true}]}", LIST("value=true"), LIST("value=false"));
}

static void references(void **state)
{
	(void)state;
	static const char observation[] = "{\"subject\":{\"reference\":\"Patient/1/_history/"
	                                  "3\"},\"encounter\":{\"reference\":\"https://own/fhir/Encounter/7\"},"
	                                  "\"performer\":[{\"reference\":\"https://other/fhir/Practitioner/"
	                                  "1\"},{\"reference\":\"#c\"},{\"identifier\":{\"system\":"
	                                  "\"urn:n\",\"value\":\"42\"},\"display\":\"x\"}],\"contained\":[{"
	                                  "\"resourceType\":\"Practitioner\",\"id\":\"c\"}]}";
	expect(FT_OBSERVATION, observation,
	       LIST("subject=Patient/1", "subject=1", "subject:Patient=1", "subject:Patient=Patient/1", "patient=1",
	            "subject=https://own/fhir/Patient/1", "subject=Patient/1/_history/2", "encounter=Encounter/7",
	            "encounter=7", "encounter=https://own/fhir/Encounter/7",
	            "performer=https://other/fhir/Practitioner/1", "performer:identifier=urn:n|42",
	            "performer:identifier=42", "subject:missing=false", "device:missing=true",
	            "subject=Patient/2,Patient/1"),
	       LIST("subject=Group/1", "subject:Group=1", "subject:Patient=Group/1", "subject=11", "subject=Patient/11",
	            "subject=https://own/fhir2/Patient/1", "performer=Practitioner/1", "performer=c",
	            "performer:identifier=urn:n|43", "performer:identifier=|42", "subject:missing=true",
	            "subject=not an id", "subject:below=1", "subject:Practitioner=1", "subject:exact=Patient/1"));
	static const char response[] = "{\"questionnaire\":\"http://q/a|1.2.3\"}";
	expect(FT_QUESTIONNAIRERESPONSE, response,
	       LIST("questionnaire=http://q/a", "questionnaire=http://q/a|1.2.3", "questionnaire=http://q/a\\|1.2.3",
	            "questionnaire:below=http://q/a|1", "questionnaire:below=http://q/a|1.2",
	            "questionnaire:below=http://q/a", "questionnaire:above=http://q/a|1.2.3.4"),
	       LIST("questionnaire=http://q/a|1.2", "questionnaire=http://q", "questionnaire:below=http://q/a|1.20",
	            "questionnaire:below=http://q/a|2", "questionnaire:above=http://q/a|1.2",
	            "questionnaire:identifier=x"));
	expect(FT_BUNDLE,
	       "{\"entry\":[{\"resource\":{\"resourceType\":\"Composition\",\"id\":\"c\"}},{\"resource\":{"
	       "\"resourceType\":"
	       "\"MessageHeader\",\"id\":\"m\"}}]}",
	       LIST("composition=c", "composition=Composition/c"),
	       LIST("composition=m", "message=m", "message=MessageHeader/m"));
}

static void quantities(void **state)
{
	(void)state;
#define UCUM "http://unitsofmeasure.org"
	static const char gram[] =
	    "{\"valueQuantity\":{\"value\":0.0054,\"unit\":\"gram\",\"system\":\"" UCUM "\",\"code\":\"g\"}}";
	expect(FT_OBSERVATION, gram,
	       LIST("value-quantity=0.0054", "value-quantity=0.0054|" UCUM "|g", "value-quantity=5.40e-3|" UCUM "|g",
	            "value-quantity=5.4|" UCUM "|mg", "value-quantity=5.4e-3||g", "value-quantity=0.0054||gram",
	            "value-quantity=gt5|" UCUM "|mg", "value-quantity=le5.4|" UCUM "|mg",
	            "value-quantity=ge5400|" UCUM "|ug", "value-quantity=ap5|" UCUM "|mg",
	            "value-quantity=ne5.3|" UCUM "|mg", "value-quantity=sa5.3|" UCUM "|mg",
	            "value-quantity=eb5.5|" UCUM "|mg", "value-quantity=0.0054|" UCUM "|", "value-quantity=lt1",
	            "value-quantity:missing=false"),
	       LIST("value-quantity=5.4", "value-quantity=5.4||mg", "value-quantity=5.4|" UCUM "|g",
	            "value-quantity=0.0054||kg", "value-quantity=gt5.4|" UCUM "|mg", "value-quantity=lt5.4|" UCUM "|mg",
	            "value-quantity=0.0054|urn:x|g", "value-quantity=0.0054|" UCUM "|gram",
	            "value-quantity=5.4|" UCUM "|mL", "value-quantity=0.0054|" UCUM, "value-quantity=5.40e-3x",
	            "value-quantity=sa5.4|" UCUM "|mg"));
	expect(FT_OBSERVATION, "{\"valueQuantity\":{\"value\":90,\"system\":\"" UCUM "\",\"code\":\"min\"}}",
	       LIST("value-quantity=1.5|" UCUM "|h", "value-quantity=5400|" UCUM "|s", "value-quantity=ge1|" UCUM "|h"),
	       LIST("value-quantity=1.6|" UCUM "|h", "value-quantity=90|" UCUM "|h"));
	expect(FT_OBSERVATION, "{\"valueQuantity\":{\"value\":5,\"comparator\":\"<\"}}",
	       LIST("value-quantity=lt5", "value-quantity=lt2", "value-quantity=le5", "value-quantity=ne5",
	            "value-quantity=eb5"),
	       LIST("value-quantity=5", "value-quantity=gt5", "value-quantity=ge5", "value-quantity=sa1"));
	expect(FT_OBSERVATION, "{\"valueQuantity\":{\"value\":5,\"comparator\":\">=\"}}",
	       LIST("value-quantity=ge5", "value-quantity=gt100", "value-quantity=le5"),
	       LIST("value-quantity=lt5", "value-quantity=5"));
	expect(FT_OBSERVATION,
	       "{\"valueSampledData\":{\"origin\":{\"value\":10,\"system\":\"" UCUM
	       "\",\"code\":\"mV\"},\"factor\":2,\"data\":\"1 E "
	       "5 L -3\"}}",
	       LIST("value-quantity=ge20", "value-quantity=le4", "value-quantity=gt19|" UCUM "|mV",
	            "value-quantity=gt0.019|" UCUM "|V"),
	       LIST("value-quantity=gt20", "value-quantity=lt4", "value-quantity=eb20", "value-quantity=10"));
	expect(FT_CONDITION, "{\"onsetRange\":{\"low\":{\"value\":40},\"high\":{\"value\":50}}}",
	       LIST("onset-age=gt45", "onset-age=lt45", "onset-age=ge50"), LIST("onset-age=45", "onset-age=gt50"));
	expect(FT_INVOICE, "{\"totalGross\":{\"value\":48,\"currency\":\"EUR\"}}",
	       LIST("totalgross=48", "totalgross=48|urn:iso:std:iso:4217|EUR", "totalgross=48||EUR"),
	       LIST("totalgross=48||USD"));
}

static void uris(void **state)
{
	(void)state;
	static const char value_set[] = "{\"url\":\"http://acme.org/fhir/ValueSet/123\",\"version\":\"2.0\"}";
	expect(FT_VALUESET, value_set,
	       LIST("url=http://acme.org/fhir/ValueSet/123", "url:below=http://acme.org/fhir/",
	            "url:below=http://acme.org/fhir", "url:above=http://acme.org/fhir/ValueSet/123/_history/5",
	            "url:above=http://acme.org/fhir/ValueSet/123", "url:below=http://acme.org/fhir/ValueSet/123",
	            "url=http://acme.org/fhir/ValueSet/123|2.0", "url=x,http://acme.org/fhir/ValueSet/123",
	            "url:missing=false"),
	       LIST("url=http://acme.org/fhir/valueset/123", "url=http://acme.org/fhir/ValueSet/12",
	            "url:below=http://acme.org/fhir/Val", "url:above=http://acme.org/fhir/ValueSet/1234",
	            "url=http://acme.org/fhir/ValueSet/123|1.0", "url:exact=x", "url:missing=true", "url="));
	expect(FT_VALUESET, "{\"url\":\"urn:oid:1.2.3\"}", LIST("url=urn:oid:1.2.3", "url:below=urn:oid:1.2.3"),
	       LIST("url:below=urn:oid:1.2", "url:below=urn:"));
	expect(
	    FT_PATIENT,
	    "{\"meta\":{\"profile\":[\"http://p|1.0\"],\"source\":\"http://src/a\",\"tag\":[{\"system\":\"s\",\"code\":"
	    "\"t\"}],\"security\":[{\"code\":\"R\"}]}}",
	    LIST("_profile=http://p", "_profile=http://p|1.0", "_source=http://src/a", "_source:below=http://src",
	         "_tag=s|t", "_security=R", "_tag:not=u"),
	    LIST("_profile=http://p|2.0", "_source=http://src", "_tag=t2", "_security=|N"));
}

static void composites(void **state)
{
	(void)state;
	static const char pressure[] =
	    "{\"code\":{\"coding\":[{\"system\":\"http://"
	    "loinc.org\",\"code\":\"85354-9\"}]},\"component\":[{\"code\":{\"coding\":[{"
	    "\"system\":\"http://"
	    "loinc.org\",\"code\":\"8480-6\"}]},\"valueQuantity\":{\"value\":107}},{\"code\":{\"coding\":[{\"code\":"
	    "\"8462-4\"}]},\"valueQuantity\":{\"value\":60}}]}";
	expect(FT_OBSERVATION, pressure,
	       LIST("component-code-value-quantity=http://loinc.org|8480-6$gt100",
	            "component-code-value-quantity=8480-6$107", "component-code-value-quantity=8462-4$lt61,x$1",
	            "combo-code-value-quantity=8480-6$ge107"),
	       LIST("component-code-value-quantity=8480-6$lt60", "component-code-value-quantity=8480-6$60",
	            "component-code-value-quantity=8462-4$107", "code-value-quantity=85354-9$107",
	            "component-code-value-quantity=8480-6", "component-code-value-quantity=8480-6$",
	            "component-code-value-quantity=8480-6$107$1", "component-code-value-quantity:missing=false",
	            "component-code-value-quantity:not=8480-6$107"));
	expect(FT_OBSERVATION, "{\"code\":{\"coding\":[{\"code\":\"a\"}]},\"valueString\":\"Groot $ geld\"}",
	       LIST("code-value-string=a$groot", "code-value-string=a$groot \\$ geld"),
	       LIST("code-value-string=b$groot"));
	expect(FT_OBSERVATION, "{\"code\":{\"coding\":[{\"code\":\"a\"}]},\"valueDateTime\":\"2020-05-06\"}",
	       LIST("code-value-date=a$2020", "code-value-date=a$ge2020-05"), LIST("code-value-date=a$2021"));
	expect(FT_DOCUMENTREFERENCE,
	       "{\"relatesTo\":[{\"code\":\"replaces\",\"target\":{\"reference\":\"DocumentReference/"
	       "1\"}},{\"code\":\"appends\","
	       "\"target\":{\"reference\":\"DocumentReference/2\"}}]}",
	       LIST("relationship=DocumentReference/1$replaces", "relationship=2$appends"),
	       LIST("relationship=1$appends"));
	expect(FT_MOLECULARSEQUENCE,
	       "{\"referenceSeq\":{\"chromosome\":{\"coding\":[{\"code\":\"1\"}]},\"windowStart\":10,\"windowEnd\":20},"
	       "\"variant\":[{"
	       "\"start\":5,\"end\":6}]}",
	       LIST("chromosome-variant-coordinate=1$lt7$gt5", "chromosome-window-coordinate=1$10$20"),
	       LIST("chromosome-variant-coordinate=2$5$6", "chromosome-window-coordinate=1$10$21"));
	const SearchParam *of[SEARCH_PARTS];
	assert_int_equal(search_components(search_param(FT_OBSERVATION, S("code-value-quantity")), of), 2);
	assert_ptr_equal(of[0], search_param(FT_OBSERVATION, S("code")));
	assert_int_equal(search_components(search_param(FT_OBSERVATION, S("code")), of), 0);
}

static void near_places(void **state)
{
	(void)state;
	/* Ghent; Brussels is about 50 km away */
	expect(FT_LOCATION, "{\"position\":{\"latitude\":51.0543,\"longitude\":3.7174}}",
	       LIST("near=50.8503|4.3517|60|km", "near=50.8503|4.3517|60", "near=50.8503|4.3517|60000|m",
	            "near=51.05|3.71", "near=50.8503|4.3517|40|[mi_i]", "near=51.0543|3.7174|0|km"),
	       LIST("near=50.8503|4.3517|40|km", "near=50.8503|4.3517|400|m", "near=40.7|-74|100|km", "near=x|y|10|km",
	            "near=51.05", "near=91|3|10|km", "near=51.05|3.71|10|stones", "near:missing=false",
	            "near=51.05|3.71|-1|km"));
	expect(FT_LOCATION, "{\"position\":{\"latitude\":0,\"longitude\":179.9}}", LIST("near=0|-179.9|30|km"),
	       LIST("near=0|-179.9|20|km"));
	expect(FT_LOCATION, "{\"name\":\"x\"}", LIST("name=x"), LIST("near=0|0|10000|km"));
}

/* --- what is refused, and why --- */
static void values_ok(void **state)
{
	(void)state;
	static const struct {
		FhirType type;
		const char *query;
		const char *why; /* NULL: it is right */
	} t[] = {
		{ FT_PATIENT, "birthdate=ge2020-01", NULL },
		{ FT_PATIENT, "birthdate=2020-1", "date" },
		{ FT_PATIENT, "birthdate:missing=yes", "true or false" },
		{ FT_PATIENT, "active=yes", "true or false" },
		{ FT_PATIENT, "active:not=true", NULL },
		{ FT_PATIENT, "family=a\\x", "only before" },
		{ FT_PATIENT, "family=a\\", "only before" },
		{ FT_PATIENT, "family=a\\|", NULL },
		{ FT_PATIENT, "family=", "text" },
		{ FT_PATIENT, "identifier=|", "code" },
		{ FT_PATIENT, "identifier:of-type=a|b", "system|code|value" },
		{ FT_PATIENT, "identifier:of-type=a|b|c", NULL },
		{ FT_PATIENT, "general-practitioner=a b", "id" },
		{ FT_PATIENT, "general-practitioner:Practitioner=Organization/1", "that type" },
		{ FT_PATIENT, "general-practitioner:identifier=a|b", NULL },
		{ FT_OBSERVATION, "value-quantity=5|a", "number|system|code" },
		{ FT_OBSERVATION, "value-quantity=5|a|b", NULL },
		{ FT_OBSERVATION, "value-quantity=5|", "number" },
		{ FT_OBSERVATION, "code:in=", "value set" },
		{ FT_OBSERVATION, "code-value-quantity=a$5", NULL },
		{ FT_OBSERVATION, "code-value-quantity=a$x", "each of its right form" },
		{ FT_OBSERVATION, "_text=(a", "words" },
		{ FT_OBSERVATION, "_content=a OR b", NULL },
		{ FT_RISKASSESSMENT, "probability=1,0", NULL },
		{ FT_RISKASSESSMENT, "probability=1.", "number" },
		{ FT_PATIENT, "birthdate=2020-01-01TTT+T:", "date" },
		{ FT_PATIENT, "birthdate=ge2020-01-01T10:00:", "date" },
		{ FT_PATIENT, "birthdate=2020-01-01T10:00:0", "date" },
		{ FT_LOCATION, "near=1|2|3|km", NULL },
		{ FT_LOCATION, "near=1", "latitude" },
		{ FT_VALUESET, "url=", "value" },
	};
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		SearchTerm term = term_of(t[i].type, t[i].query);
		const char *why = "unset";
		bool ok = search_value_ok(term.param, term.modifier, term.values[0], &why);
		assert_int_equal(ok, search_value_ok(term.param, term.modifier, term.values[0], NULL));
		if (ok != !t[i].why || ok != !why || (why && !strstr(why, t[i].why)))
			fail_msg("%s: %s", t[i].query, why ? why : "right");
	}
}

static void modifiers_ok(void **state)
{
	(void)state;
	static const char *const all[] = { "missing",    "exact",   "contains",     "text",    "not",
		                           "in",         "not-in",  "above",        "below",   "of-type",
		                           "identifier", "Patient", "Practitioner", "nonsense" };
	static const struct {
		FhirType type;
		const char *code, *allowed;
	} t[] = {
		{ FT_PATIENT, "family", " missing exact contains " },
		{ FT_PATIENT, "identifier", " missing text not in not-in above below of-type " },
		{ FT_CONDITION, "code", " missing text not in not-in above below " },
		{ FT_PATIENT, "birthdate", " missing " },
		{ FT_OBSERVATION, "value-quantity", " missing " },
		{ FT_RISKASSESSMENT, "probability", " missing " },
		{ FT_OBSERVATION, "subject", " missing identifier Patient " },
		{ FT_QUESTIONNAIRERESPONSE, "questionnaire", " missing above below " },
		{ FT_VALUESET, "url", " missing above below " },
		{ FT_OBSERVATION, "code-value-quantity", " " },
		{ FT_LOCATION, "near", " " },
		{ FT_PATIENT, "_text", " " },
		{ FT_PATIENT, "_query", " " },
	};
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		const SearchParam *p = search_param(t[i].type, str_c(t[i].code));
		assert_int_equal(search_modifier_ok(p, (Str){ NULL, 0 }), strcmp(t[i].code, "_query") != 0);
		for (size_t k = 0; k < COUNT_OF(all); k++) {
			char word[40];
			snprintf(word, sizeof word, " %s ", all[k]);
			if (search_modifier_ok(p, str_c(all[k])) != (strstr(t[i].allowed, word) != NULL))
				fail_msg("%s:%s", t[i].code, all[k]);
		}
	}
}

/* --- order --- */
static Str key(FhirType type, const char *code, const char *json, bool down)
{
	return search_sort_key(search_param(type, str_c(code)), parse(arena, str_c(json)), down, arena);
}

/* Each comes before the next, and the other way round when descending; what has no value comes last either way. */
static void in_order(FhirType type, const char *code, const char *const *json)
{
	for (; json[1]; json++) {
		assert_true(str_cmp(key(type, code, json[0], false), key(type, code, json[1], false)) < 0);
		assert_true(str_cmp(key(type, code, json[0], true), key(type, code, json[1], true)) > 0);
	}
	assert_true(str_cmp(key(type, code, json[0], false), key(type, code, "{}", false)) < 0);
	assert_true(str_cmp(key(type, code, json[0], true), key(type, code, "{}", true)) < 0);
}

static void sorting(void **state)
{
	(void)state;
	in_order(FT_PATIENT, "birthdate",
	         LIST("{\"birthDate\":\"1899\"}", "{\"birthDate\":\"1969-12-31\"}", "{\"birthDate\":\"1980-02\"}"));
	in_order(FT_PATIENT, "family",
	         LIST("{\"name\":[{\"family\":\"aerts\"}]}", "{\"name\":[{\"family\":\"Aertssen\"}]}",
	              "{\"name\":[{\"family\":\"Élias\"}]}", "{\"name\":[{\"family\":\"van Aa\"}]}"));
	in_order(
	    FT_RISKASSESSMENT, "probability",
	    LIST("{\"prediction\":[{\"probabilityDecimal\":-2}]}", "{\"prediction\":[{\"probabilityDecimal\":-0.5}]}",
	         "{\"prediction\":[{\"probabilityDecimal\":0}]}", "{\"prediction\":[{\"probabilityDecimal\":10}]}"));
	in_order(FT_ENCOUNTER, "date",
	         LIST("{\"period\":{\"end\":\"2010\"}}", "{\"period\":{\"start\":\"2012\",\"end\":\"2030\"}}",
	              "{\"period\":{\"start\":\"2013\"}}"));
	in_order(FT_PATIENT, "gender", LIST("{\"gender\":\"female\"}", "{\"gender\":\"male\"}"));
	in_order(FT_OBSERVATION, "subject",
	         LIST("{\"subject\":{\"reference\":\"Group/1\"}}", "{\"subject\":{\"reference\":\"Patient/1\"}}"));
	in_order(FT_VALUESET, "url",
	         LIST("{\"url\":\"http://a\"}", "{\"url\":\"http://a/b\"}", "{\"url\":\"http://b\"}"));
	/* of several values the one that comes first */
	static const char two[] = "{\"name\":[{\"given\":[\"b\",\"d\"]}]}", one[] = "{\"name\":[{\"given\":[\"c\"]}]}";
	assert_true(str_cmp(key(FT_PATIENT, "given", two, false), key(FT_PATIENT, "given", one, false)) < 0);
	assert_true(str_cmp(key(FT_PATIENT, "given", two, true), key(FT_PATIENT, "given", one, true)) < 0);
	assert_true(search_sort_ok(search_param(FT_PATIENT, S("family"))));
	assert_false(search_sort_ok(search_param(FT_OBSERVATION, S("code-value-quantity"))));
	assert_false(search_sort_ok(search_param(FT_PATIENT, S("_content"))));
}

static void compartments(void **state)
{
	(void)state;
	size_t n, types[COMPARTMENT_COUNT] = { 0 };
	for (unsigned c = 0; c < COMPARTMENT_COUNT; c++)
		for (unsigned t = 1; t < FT_COUNT; t++) {
			const SearchParam *const *list = compartment_params((Compartment)c, (FhirType)t, arena, &n);
			types[c] += n > 0;
			for (size_t i = 0; i < n; i++) {
				assert_int_equal(list[i]->type, t);
				assert_true(list[i]->kind == PARAM_REFERENCE || str_eq(list[i]->code, S("_id")));
			}
		}
	assert_int_equal(types[COMPARTMENT_PATIENT], 66);
	assert_int_equal(types[COMPARTMENT_ENCOUNTER], 25);
	assert_int_equal(types[COMPARTMENT_RELATEDPERSON], 32);
	assert_int_equal(types[COMPARTMENT_PRACTITIONER], 59);
	assert_int_equal(types[COMPARTMENT_DEVICE], 32);
	const SearchParam *const *list = compartment_params(COMPARTMENT_ENCOUNTER, FT_ENCOUNTER, arena, &n);
	assert_true(n == 1 && str_eq(list[0]->code, S("_id")));
	list = compartment_params(COMPARTMENT_PATIENT, FT_GOAL, arena, &n);
	assert_true(n == 1 && str_eq(list[0]->code, S("patient")));
	assert_int_equal(compartment_of(FT_DEVICE), COMPARTMENT_DEVICE);
	assert_int_equal(compartment_of(FT_PATIENT), COMPARTMENT_PATIENT);
	assert_int_equal(compartment_of(FT_GOAL), COMPARTMENT_COUNT);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = {
		TEST(numbers),    TEST(dates),        TEST(strings), TEST(tokens),       TEST(token_types),
		TEST(references), TEST(quantities),   TEST(uris),    TEST(composites),   TEST(near_places),
		TEST(values_ok),  TEST(modifiers_ok), TEST(sorting), TEST(compartments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
