/* Code systems and value sets: members, hierarchy, filters, what is not known. */
#include "fhir_term_help.h"

#include "base/time.h"

#define FHIR_VS "http://hl7.org/fhir/ValueSet/"
#define V3 "http://terminology.hl7.org/CodeSystem/v3-"

/* Animals: a hierarchy with two parents for one concept, properties of every kind, an abstract and a retired code. */
static const char ANIMALS[] =
    "{'resourceType':'CodeSystem','url':'urn:animals','version':'2','status':'active','content':'complete',"
    "'caseSensitive':true,'language':'en',"
    "'property':[{'code':'legs','type':'integer'},{'code':'diet','type':'code'},{'code':'wild','type':'boolean'},"
    "{'code':'abs','uri':'http://hl7.org/fhir/concept-properties#notSelectable','type':'boolean'}],"
    "'concept':[{'code':'animal','display':'Animal','property':[{'code':'abs','valueBoolean':true}],'concept':["
    "{'code':'bird','display':'Bird','property':[{'code':'legs','valueInteger':2}],'concept':["
    "{'code':'duck','display':'Duck','designation':[{'language':'nl','value':'Eend'},{'language':'fr','value':'Canard'}"
    "]"
    ",'property':[{'code':'legs','valueInteger':2},{'code':'parent','valueCode':'swimmer'}]}]},"
    "{'code':'swimmer','display':'Swimmer','concept':[{'code':'fish','display':'Fish','property':["
    "{'code':'diet','valueCode':'plankton'},{'code':'wild','valueBoolean':true}]}]},"
    "{'code':'dodo','display':'Dodo','property':[{'code':'inactive','valueBoolean':true}]},"
    "{'code':'Cat','display':'Cat','property':[{'code':'legs','valueInteger':4},{'code':'diet','valueCode':'fish'}]}]}]"
    "}";

static int member(Own *o, const char *set, const char *system, const char *code)
{
	return term_member(&o->source, str_c(set), str_c(system), str_c(code));
}

static void built_in(void **state)
{
	(void)state;
	Own *o = own_new(true);
	const char *gender = FHIR_VS "administrative-gender", *sys = "http://hl7.org/fhir/administrative-gender";
	assert_int_equal(member(o, gender, sys, "female"), TERM_YES);
	assert_int_equal(member(o, gender, NULL, "female"), TERM_YES);
	assert_int_equal(member(o, gender, sys, "Female"), TERM_NO);
	assert_int_equal(member(o, gender, "urn:other", "female"), TERM_NO);
	assert_int_equal(member(o, FHIR_VS "administrative-gender|4.0.1", sys, "male"), TERM_YES);
	assert_int_equal(member(o, FHIR_VS "administrative-gender|9", sys, "male"), TERM_UNKNOWN);
	assert_int_equal(member(o, FHIR_VS "no-such-set", sys, "male"), TERM_UNKNOWN);
	/* A set of a code system that nobody has here. */
	assert_int_equal(member(o, FHIR_VS "condition-code", "http://snomed.info/sct", "386661006"), TERM_UNKNOWN);
	assert_int_equal(member(o, FHIR_VS "condition-code", "urn:other", "386661006"), TERM_NO);
	/* Listed one by one it does not matter that the system is not here. */
	assert_int_equal(member(o, FHIR_VS "observation-vitalsignresult", "http://loinc.org", "85353-1"), TERM_YES);
	own_free(o);
}

static void hierarchy(void **state)
{
	(void)state;
	Own *o = own_new(true);
	const TermSource *s = &o->source;
	own_add(o, ANIMALS);
	Str sys = S("urn:animals");
	assert_int_equal(term_subsumes(s, sys, S("animal"), S("duck"), o->a), TERM_YES);
	assert_int_equal(term_subsumes(s, sys, S("swimmer"), S("duck"), o->a), TERM_YES);
	assert_int_equal(term_subsumes(s, sys, S("bird"), S("duck"), o->a), TERM_YES);
	assert_int_equal(term_subsumes(s, sys, S("duck"), S("bird"), o->a), TERM_NO);
	assert_int_equal(term_subsumes(s, sys, S("bird"), S("fish"), o->a), TERM_NO);
	assert_int_equal(term_subsumes(s, sys, S("duck"), S("duck"), o->a), TERM_YES);
	assert_int_equal(term_subsumes(s, sys, S("duck"), S("DUCK"), o->a), TERM_UNKNOWN);
	assert_int_equal(term_subsumes(s, S("urn:none"), S("a"), S("b"), o->a), TERM_UNKNOWN);
	Str act = S(V3 "ActCode");
	assert_int_equal(term_subsumes(s, act, S("_ActEncounterCode"), S("AMB"), o->a), TERM_YES);
	assert_int_equal(term_subsumes(s, act, S("AMB"), S("_ActEncounterCode"), o->a), TERM_NO);
	own_free(o);
}

typedef struct Codes {
	char text[256];
} Codes;
static void add_code(void *ctx, Str code)
{
	Codes *c = ctx;
	size_t n = strlen(c->text);
	snprintf(c->text + n, sizeof c->text - n, "%.*s ", STR_ARG(code));
}

static void below_and_above(void **state)
{
	(void)state;
	Own *o = own_new(true);
	Codes down = { "" }, up = { "" }, none = { "" };
	own_add(o, ANIMALS);
	assert_true(term_below(&o->source, S("urn:animals"), S("swimmer"), add_code, &down));
	assert_string_equal(down.text, "duck swimmer fish ");
	assert_true(term_above(&o->source, S("urn:animals"), S("duck"), add_code, &up));
	assert_string_equal(up.text, "animal bird duck swimmer ");
	assert_true(term_below(&o->source, S("urn:animals"), S("unicorn"), add_code, &none));
	assert_false(term_below(&o->source, S("urn:none"), S("unicorn"), add_code, &none));
	assert_string_equal(none.text, "");
	own_free(o);
}

/* A value set with one filter on the animals; the codes that are in it, in the order of the system. */
static void filtered(const char *filter, const char *expected)
{
	static const char *const all[] = { "animal", "bird", "duck", "swimmer", "fish", "dodo", "Cat" };
	Own *o = own_new(false);
	char set[1024], found[256] = "";
	snprintf(set, sizeof set,
	         "{'resourceType':'ValueSet','url':'urn:vs','status':'active','compose':{'include':["
	         "{'system':'urn:animals','filter':[%s]}]}}",
	         filter);
	own_add(o, ANIMALS);
	own_add(o, set);
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		int in = member(o, "urn:vs", "urn:animals", all[i]);
		if (in)
			snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s ", all[i],
			         in < 0 ? "?" : "");
	}
	assert_string_equal(found, expected);
	own_free(o);
}

static void filters(void **state)
{
	(void)state;
	filtered("{'property':'concept','op':'is-a','value':'swimmer'}", "duck swimmer fish ");
	filtered("{'property':'concept','op':'descendent-of','value':'swimmer'}", "duck fish ");
	filtered("{'property':'concept','op':'is-not-a','value':'swimmer'}", "animal bird dodo Cat ");
	filtered("{'property':'concept','op':'generalizes','value':'duck'}", "animal bird duck swimmer ");
	filtered("{'property':'concept','op':'=','value':'duck'}", "duck ");
	filtered("{'property':'concept','op':'in','value':'duck, Cat,x'}", "duck Cat ");
	filtered("{'property':'concept','op':'not-in','value':'duck,Cat'}", "animal bird swimmer fish dodo ");
	filtered("{'property':'code','op':'regex','value':'d.*'}", "duck dodo ");
	filtered("{'property':'display','op':'regex','value':'.*i.*'}", "animal bird swimmer fish ");
	filtered("{'property':'legs','op':'=','value':'2'}", "bird duck ");
	filtered("{'property':'legs','op':'exists','value':'true'}", "bird duck Cat ");
	filtered("{'property':'legs','op':'exists','value':'false'}", "animal swimmer fish dodo ");
	filtered("{'property':'wild','op':'=','value':'true'}", "fish ");
	filtered("{'property':'parent','op':'=','value':'swimmer'}", "duck fish ");
	filtered("{'property':'child','op':'exists','value':'true'}", "animal bird swimmer ");
	filtered("{'property':'legs','op':'=','value':'2'},{'property':'concept','op':'is-a','value':'swimmer'}",
	         "duck ");
	filtered("{'property':'concept','op':'is-a','value':'unicorn'}", "");
	/* What cannot be decided is not known. */
	filtered("{'property':'colour','op':'=','value':'red'}", "animal? bird? duck? swimmer? fish? dodo? Cat? ");
	filtered("{'property':'concept','op':'child-of','value':'bird'}",
	         "animal? bird? duck? swimmer? fish? dodo? Cat? ");
	filtered("{'property':'code','op':'regex','value':'('}", "animal? bird? duck? swimmer? fish? dodo? Cat? ");
}

static void parts(void **state)
{
	(void)state;
	Own *o = own_new(true);
	own_add(o, ANIMALS);
	own_add(o, "{'resourceType':'ValueSet','url':'urn:birds','compose':{'include':[{'system':'urn:animals',"
	           "'filter':[{'property':'concept','op':'is-a','value':'bird'}]}]}}");
	own_add(o,
	        "{'resourceType':'ValueSet','url':'urn:two','compose':{'include':[{'system':'urn:animals','concept':["
	        "{'code':'duck'},{'code':'fish'}],'valueSet':['urn:birds']}]}}");
	own_add(o, "{'resourceType':'ValueSet','url':'urn:all-but','compose':{'inactive':false,'include':[{'system':"
	           "'urn:animals'}],'exclude':[{'valueSet':['urn:birds']}]}}");
	own_add(o, "{'resourceType':'ValueSet','url':'urn:self','compose':{'include':[{'valueSet':['urn:self']},"
	           "{'system':'urn:x','concept':[{'code':'a'}]}]}}");
	own_add(o, "{'resourceType':'ValueSet','url':'urn:done','expansion':{'contains':[{'system':'urn:x','code':'a',"
	           "'contains':[{'system':'urn:x','code':'b'}]}]}}");
	own_add(o, "{'resourceType':'ValueSet','url':'urn:part','expansion':{'total':9,'contains':[{'system':'urn:x',"
	           "'code':'a'}]}}");
	own_add(o, "{'resourceType':'ValueSet','url':'urn:empty'}");
	/* System and value set in one include: both. */
	assert_int_equal(member(o, "urn:two", "urn:animals", "duck"), TERM_YES);
	assert_int_equal(member(o, "urn:two", "urn:animals", "fish"), TERM_NO);
	assert_int_equal(member(o, "urn:two", "urn:animals", "bird"), TERM_NO);
	assert_int_equal(member(o, "urn:all-but", "urn:animals", "fish"), TERM_YES);
	assert_int_equal(member(o, "urn:all-but", "urn:animals", "duck"), TERM_NO);
	assert_int_equal(member(o, "urn:all-but", "urn:animals", "dodo"), TERM_NO);
	assert_int_equal(member(o, "urn:self", "urn:x", "a"), TERM_YES);
	assert_int_equal(member(o, "urn:self", "urn:x", "b"), TERM_UNKNOWN);
	assert_int_equal(member(o, "urn:done", "urn:x", "b"), TERM_YES);
	assert_int_equal(member(o, "urn:done", "urn:x", "c"), TERM_NO);
	assert_int_equal(member(o, "urn:part", "urn:x", "a"), TERM_YES);
	assert_int_equal(member(o, "urn:part", "urn:x", "c"), TERM_UNKNOWN);
	assert_int_equal(member(o, "urn:empty", "urn:x", "a"), TERM_UNKNOWN);
	own_free(o);
}

static void case_and_content(void **state)
{
	(void)state;
	Own *o = own_new(true);
	own_add(o, "{'resourceType':'CodeSystem','url':'urn:loose','caseSensitive':false,'content':'complete',"
	           "'concept':[{'code':'Aa','display':'A'}]}");
	own_add(o, "{'resourceType':'CodeSystem','url':'http://loinc.org','caseSensitive':true,'content':'fragment',"
	           "'concept':[{'code':'1-8','display':'One'}]}");
	own_add(o, "{'resourceType':'ValueSet','url':'urn:l','compose':{'include':[{'system':'urn:loose'},"
	           "{'system':'http://loinc.org'}]}}");
	assert_int_equal(member(o, "urn:l", "urn:loose", "aA"), TERM_YES);
	assert_int_equal(term_code_known(&o->source, S("urn:loose"), S("AA")), TERM_YES);
	assert_int_equal(term_code_known(&o->source, S("urn:loose"), S("B")), TERM_NO);
	assert_int_equal(member(o, "urn:l", "http://loinc.org", "1-8"), TERM_YES);
	assert_int_equal(member(o, "urn:l", "http://loinc.org", "2-6"), TERM_UNKNOWN);
	assert_int_equal(term_code_known(&o->source, S("http://loinc.org"), S("2-6")), TERM_UNKNOWN);
	/* Systems that are a grammar. */
	assert_int_equal(term_code_known(&o->source, S("urn:ietf:bcp:47"), S("nl-BE")), TERM_YES);
	assert_int_equal(term_code_known(&o->source, S("urn:ietf:bcp:47"), S("n l")), TERM_NO);
	assert_int_equal(member(o, FHIR_VS "all-languages", "urn:ietf:bcp:47", "fr"), TERM_YES);
	assert_int_equal(member(o, FHIR_VS "mimetypes", "urn:ietf:bcp:13", "text/plain"), TERM_YES);
	assert_int_equal(member(o, FHIR_VS "mimetypes", "urn:ietf:bcp:13", "text plain"), TERM_NO);
	own_free(o);
}

static void displays(void **state)
{
	(void)state;
	Own *o = own_new(true);
	own_add(o, ANIMALS);
	own_add(
	    o, "{'resourceType':'CodeSystem','url':'urn:animals-de','content':'supplement','supplements':'urn:animals',"
	       "'concept':[{'code':'duck','designation':[{'language':'de-AT','value':'Ente'}]}]}");
	Str sys = S("urn:animals");
	assert_string_equal(term_display(&o->source, sys, S("duck"), STR_END, o->a).p, "Duck");
	assert_string_equal(term_display(&o->source, sys, S("duck"), S("nl"), o->a).p, "Eend");
	assert_string_equal(term_display(&o->source, sys, S("duck"), S("fr-BE"), o->a).p, "Canard");
	assert_string_equal(term_display(&o->source, sys, S("duck"), S("de"), o->a).p, "Ente");
	assert_string_equal(term_display(&o->source, sys, S("duck"), S("es"), o->a).p, "Duck");
	assert_null(term_display(&o->source, sys, S("unicorn"), STR_END, o->a).p);
	own_free(o);
}

static void forgets(void **state)
{
	(void)state;
	Own *o = own_new(true);
	own_add(o, "{'resourceType':'ValueSet','url':'urn:v','compose':{'include':[{'system':'urn:x','concept':["
	           "{'code':'a'}]}]}}");
	assert_int_equal(member(o, "urn:v", "urn:x", "a"), TERM_YES);
	o->n = 0;
	own_add(o, "{'resourceType':'ValueSet','url':'urn:v','compose':{'include':[{'system':'urn:x','concept':["
	           "{'code':'b'}]}]}}");
	assert_int_equal(member(o, "urn:v", "urn:x", "a"), TERM_YES); /* as it was prepared */
	term_cache_forget(o->source.cache);
	assert_int_equal(member(o, "urn:v", "urn:x", "a"), TERM_NO);
	assert_int_equal(member(o, "urn:v", "urn:x", "b"), TERM_YES);
	own_free(o);
}

/* Every built-in value set is prepared, in a cache that is far too small for all of them. */
static void all_built_in(void **state)
{
	(void)state;
	Own *o = own_new(false);
	uint32_t first;
	size_t n = builtin_of_type(FT_VALUESET, &first);
	o->source.cache = term_cache_new(2 * 1024 * 1024);
	assert_true(n > 1300);
	for (uint32_t i = first; i < first + n; i++) {
		Builtin b = builtin_at(i), by_id;
		assert_int_not_equal(term_member(&o->source, b.url, S("urn:none"), S("x")), TERM_YES);
		assert_true(builtin_by_id(FT_VALUESET, b.id, &by_id));
		assert_int_equal(by_id.number, i);
	}
	own_free(o);
}

static void quick(void **state)
{
	(void)state;
	enum { TIMES = 200000 };
	Own *o = own_new(true);
	Str set = S(FHIR_VS "v3-ActCode"), sys = S(V3 "ActCode"), code = S("AMB");
	size_t yes = 0;
	if (term_member(&o->source, set, sys, code) != TERM_YES)
		set = S("http://terminology.hl7.org/ValueSet/v3-ActCode");
	assert_int_equal(term_member(&o->source, set, sys, code), TERM_YES);
	int64_t from = time_mono_us();
	for (int i = 0; i < TIMES; i++)
		yes += term_member(&o->source, set, sys, code) == TERM_YES;
	double ns = (double)(time_mono_us() - from) * 1000 / TIMES;
	assert_int_equal(yes, TIMES);
	print_message("a code in a value set of a thousand: %.0f ns\n", ns);
	own_free(o);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in), cmocka_unit_test(hierarchy), cmocka_unit_test(below_and_above),
		cmocka_unit_test(filters),  cmocka_unit_test(parts),     cmocka_unit_test(case_and_content),
		cmocka_unit_test(displays), cmocka_unit_test(forgets),   cmocka_unit_test(all_built_in),
		cmocka_unit_test(quick),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
