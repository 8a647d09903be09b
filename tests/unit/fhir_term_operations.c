/* The terminology operations: every option of $expand, checks with displays, look-up, relation, translation. */
#include "fhir_term_help.h"

#include "fhir/terminology/operations.h"

static const char FOOD[] =
    "{'resourceType':'CodeSystem','url':'urn:food','version':'3','name':'Food','status':'active','content':'complete',"
    "'caseSensitive':true,'language':'en','property':[{'code':'colour','type':'code'}],'concept':["
    "{'code':'fruit','display':'Fruit','property':[{'code':'notSelectable','valueBoolean':true}],'concept':["
    "{'code':'apple','display':'Green Apple','definition':'Round','designation':[{'language':'nl','value':'Appel'},"
    "{'language':'fr','use':{'system':'urn:use','code':'short'},'value':'Pomme'}],"
    "'property':[{'code':'colour','valueCode':'green'}]},"
    "{'code':'pear','display':'Pear','property':[{'code':'status','valueCode':'retired'}]}]},"
    "{'code':'bread','display':'Brood-Bread'}]}";
static const char FOOD_SET[] = "{'resourceType':'ValueSet','url':'urn:food-set','status':'active','name':'FoodSet',"
                               "'text':{'status':'generated','div':'x'},'compose':{'include':[{'system':'urn:food'}]}}";

static Own *food(void)
{
	Own *o = own_new(true);
	own_add(o, FOOD);
	own_add(o, FOOD_SET);
	return o;
}

/* The codes of an expansion: "a b(c) " with what is nested in brackets. */
static void write_codes(JVal contains, char *out, size_t size)
{
	for (JIter it = json_each(contains); json_next(&it);) {
		Str raw = json_raw(JGET(it.value, "code"));
		size_t n = strlen(out);
		snprintf(out + n, size - n, "%.*s ", (int)raw.n - 2, raw.p + 1);
		if (JGET(it.value, "contains").node) {
			strcat(out, "( ");
			write_codes(JGET(it.value, "contains"), out, size);
			strcat(out, ") ");
		}
	}
}

static JVal expansion(Own *o, TermExpandAsk ask, const char *codes)
{
	Str text = STR_END;
	char found[512] = "";
	Outcome why = outcome_new(o->a);
	if (!ask.what.json.node && !ask.what.url.p)
		ask.what.url = S("urn:food-set");
	Err e = term_expand(&o->source, &ask, o->a, &text, &why);
	if (e != OK)
		fail_msg("%.*s", STR_ARG(why.issues[0].details));
	JVal set = parse(o->a, text);
	write_codes(json_path(set, "expansion", "contains", NULL), found, sizeof found);
	assert_string_equal(found, codes);
	return set;
}

static int64_t number(JVal v)
{
	int64_t n = -1;
	return json_int(v, &n) ? n : -1;
}

static void expands(void **state)
{
	(void)state;
	Own *o = food();
	JVal set = expansion(o, (TermExpandAsk){ .count = -1 }, "fruit apple pear bread ");
	assert_int_equal(number(json_path(set, "expansion", "total", NULL)), 4);
	assert_null(JGET(set, "text").node);
	assert_null(JGET(set, "compose").node);
	assert_true(json_str_is(JGET(set, "name"), S("FoodSet")));
	JVal contains = json_path(set, "expansion", "contains", NULL);
	assert_true(json_is(JGET(json_at(contains, 0), "abstract"), J_TRUE));
	assert_true(json_is(JGET(json_at(contains, 2), "inactive"), J_TRUE));
	expansion(o, (TermExpandAsk){ .count = -1, .nested = true }, "fruit ( apple pear ) bread ");
	expansion(o, (TermExpandAsk){ .count = -1, .active_only = true }, "fruit apple bread ");
	expansion(o, (TermExpandAsk){ .count = -1, .no_abstract = true }, "apple pear bread ");
	set = expansion(o, (TermExpandAsk){ .count = 2, .offset = 1 }, "apple pear ");
	assert_int_equal(number(json_path(set, "expansion", "total", NULL)), 4);
	assert_int_equal(number(json_path(set, "expansion", "offset", NULL)), 1);
	set = expansion(o, (TermExpandAsk){ .count = 0 }, "");
	assert_int_equal(number(json_path(set, "expansion", "total", NULL)), 4);
	expansion(o, (TermExpandAsk){ .count = 5, .offset = 9 }, "");
	set = expansion(o, (TermExpandAsk){ .count = -1, .definition = true }, "fruit apple pear bread ");
	assert_non_null(JGET(set, "compose").node);
	Str without[] = { S("urn:food|3") }, other[] = { S("urn:food|2") };
	expansion(o, (TermExpandAsk){ .count = -1, .without_systems = without, .n_without_systems = 1 }, "");
	expansion(o, (TermExpandAsk){ .count = -1, .without_systems = other, .n_without_systems = 1 },
	          "fruit apple pear bread ");
	own_free(o);
}

static void text_filter(void **state)
{
	(void)state;
	Own *o = food();
	expansion(o, (TermExpandAsk){ .count = -1, .filter = S("app") }, "apple ");
	expansion(o, (TermExpandAsk){ .count = -1, .filter = S("AP gr") }, "apple ");
	expansion(o, (TermExpandAsk){ .count = -1, .filter = S("pple") }, "");
	expansion(o, (TermExpandAsk){ .count = -1, .filter = S("bre") }, "bread ");
	expansion(o, (TermExpandAsk){ .count = -1, .filter = S("pom") }, "apple ");
	own_free(o);
}

static void languages(void **state)
{
	(void)state;
	Own *o = food();
	JVal set = expansion(o, (TermExpandAsk){ .count = 1, .offset = 1, .language = S("nl") }, "apple ");
	JVal apple = json_at(json_path(set, "expansion", "contains", NULL), 0);
	assert_true(json_str_is(JGET(apple, "display"), S("Appel")));
	assert_null(JGET(apple, "designation").node);
	set = expansion(o, (TermExpandAsk){ .count = 1, .offset = 1, .designations = true }, "apple ");
	apple = json_at(json_path(set, "expansion", "contains", NULL), 0);
	assert_int_equal(json_count(JGET(apple, "designation")), 2);
	static const Str wanted[] = { S_INIT("urn:ietf:bcp:47|nl"), S_INIT("nl"), S_INIT("urn:use|short") };
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		set = expansion(o,
		                (TermExpandAsk){ .count = 1,
		                                 .offset = 1,
		                                 .designations = true,
		                                 .wanted_designations = &wanted[i],
		                                 .n_wanted_designations = 1 },
		                "apple ");
		apple = json_at(json_path(set, "expansion", "contains", NULL), 0);
		assert_int_equal(json_count(JGET(apple, "designation")), 1);
		assert_true(json_str_is(JGET(json_at(JGET(apple, "designation"), 0), "value"),
		                        i == 2 ? S("Pomme") : S("Appel")));
	}
	own_free(o);
}

static void expansion_limits(void **state)
{
	(void)state;
	Own *o = own_new(true);
	Buf b = buf_new(o->a, 1 << 20, 0);
	Str text;
	BUF_LIT(&b, "{\"resourceType\":\"CodeSystem\",\"url\":\"urn:many\",\"content\":\"complete\",\"concept\":[");
	for (int i = 0; i <= TERM_EXPAND_MAX; i++)
		buf_printf(&b, "%s{\"code\":\"c%d\"}", i ? "," : "", i);
	BUF_LIT(&b, "]}");
	o->docs[o->n++] = parse(o->a, buf_str(&b));
	own_add(o, "{'resourceType':'ValueSet','url':'urn:v','compose':{'include':[{'system':'urn:many'}]}}");
	own_add(o, "{'resourceType':'ValueSet','url':'urn:f','compose':{'include':[{'system':'urn:ietf:bcp:13'}]}}");
	Outcome why = outcome_new(o->a);
	TermExpandAsk ask = { .what = { .url = S("urn:v") }, .count = -1 };
	assert_int_equal(term_expand(&o->source, &ask, o->a, &text, &why), ERR_TOO_LARGE);
	assert_string_equal(why.issues[0].code.p, "too-costly");
	ask.count = 100;
	ask.offset = TERM_EXPAND_MAX - 1;
	assert_int_equal(term_expand(&o->source, &ask, o->a, &text, &why), OK);
	JVal set = parse(o->a, text);
	assert_int_equal(json_count(json_path(set, "expansion", "contains", NULL)), 2);
	assert_int_equal(number(json_path(set, "expansion", "total", NULL)), TERM_EXPAND_MAX + 1);
	ask = (TermExpandAsk){ .what = { .url = S("urn:f") }, .count = -1 };
	assert_int_equal(term_expand(&o->source, &ask, o->a, &text, &why), ERR_INVALID);
	ask = (TermExpandAsk){ .what = { .url = S("urn:none") }, .count = -1 };
	assert_int_equal(term_expand(&o->source, &ask, o->a, &text, &why), ERR_NOT_FOUND);
	own_free(o);
}

/* ---- $validate-code ---- */

static TermCheck check(Own *o, const char *set, TermCoding coding, bool abstract)
{
	TermCheck c;
	Outcome why = outcome_new(o->a);
	TermCheckAsk ask = { .what = { .url = str_c(set) }, .codings = &coding, .n = 1, .abstract = abstract };
	assert_int_equal(set ? term_validate_set(&o->source, &ask, o->a, &c, &why)
	                     : term_validate_system(&o->source, &ask, o->a, &c, &why),
	                 OK);
	return c;
}

static void checks(void **state)
{
	(void)state;
	Own *o = food();
	const char *set = "urn:food-set";
	TermCoding apple = { .system = S("urn:food"), .code = S("apple") };
	TermCheck c = check(o, set, apple, false);
	assert_true(c.result && c.found && !c.message.n);
	assert_true(str_eq(c.display, S("Green Apple")));
	for (int i = 0; i < 2; i++) {
		const char *where = i ? NULL : set;
		static const Str right[] = { S_INIT("Green Apple"), S_INIT(" green  apple"), S_INIT("Appel"),
			                     S_INIT("pomme") };
		for (size_t k = 0; k < COUNT_OF(right); k++) {
			apple.display = right[k];
			assert_true(check(o, where, apple, false).result);
		}
		apple.display = S("Red Apple");
		c = check(o, where, apple, false);
		assert_true(!c.result && c.found && c.message.n);
		apple.display = STR_END;
		/* Abstract and inactive. */
		TermCoding fruit = { .system = S("urn:food"), .code = S("fruit") };
		assert_false(check(o, where, fruit, false).result);
		assert_true(check(o, where, fruit, true).result);
		TermCoding pear = { .system = S("urn:food"), .code = S("pear") };
		c = check(o, where, pear, false);
		assert_true(c.result && str_find(c.message, S("inactive")) > 0);
		/* Of a value set another version is said, not refused; a code system has it or not. */
		pear.version = S("1");
		c = check(o, where, pear, false);
		assert_true(str_find(c.message, i ? S("version 1 is not known") : S("version 3")) > 0);
		assert_int_equal(c.unknown, i == 1);
	}
	c = check(o, set, (TermCoding){ .code = S("bread") }, false);
	assert_true(c.result);
	assert_true(str_eq(c.coding.system, S("urn:food")));
	c = check(o, set, (TermCoding){ .system = S("urn:x"), .code = S("bread") }, false);
	assert_true(!c.result && !c.unknown && c.message.n);
	c = check(o, NULL, (TermCoding){ .system = S("http://snomed.info/sct"), .code = S("1") }, false);
	assert_true(!c.result && c.unknown);
	c = check(o, NULL, (TermCoding){ .system = S("urn:food"), .code = S("soup") }, false);
	assert_true(!c.result && !c.unknown);
	own_free(o);
}

/* ---- $lookup, $subsumes ---- */

static Str looked_up(Own *o, const char *code, const Str *properties, size_t n)
{
	Str text = STR_END;
	Outcome why = outcome_new(o->a);
	TermLookupAsk ask = { .coding = { .system = S("urn:food"), .code = str_c(code) },
		              .properties = properties,
		              .n_properties = n };
	assert_int_equal(term_lookup(&o->source, &ask, o->a, &text, &why), OK);
	parse(o->a, text);
	return text;
}

static void looks_up(void **state)
{
	(void)state;
	Own *o = food();
	Str all = looked_up(o, "apple", NULL, 0), text;
	static const char *const said[] = { "\"name\":\"name\",\"valueString\":\"Food\"",
		                            "\"valueString\":\"3\"",
		                            "Green Apple",
		                            "Appel",
		                            "Pomme",
		                            "\"valueCode\":\"colour\"",
		                            "\"valueCode\":\"green\"",
		                            "\"valueCode\":\"parent\"",
		                            "Round",
		                            "\"valueString\":\"Fruit\"" };
	for (size_t i = 0; i < COUNT_OF(said); i++)
		if (str_find(all, str_c(said[i])) < 0)
			fail_msg("%s is not in %.*s", said[i], STR_ARG(all));
	static const Str colour[] = { S_INIT("colour") }, dutch[] = { S_INIT("lang.nl") };
	text = looked_up(o, "apple", colour, 1);
	assert_true(str_find(text, S("green")) > 0 && str_find(text, S("Appel")) < 0 &&
	            str_find(text, S("parent")) < 0);
	text = looked_up(o, "apple", dutch, 1);
	assert_true(str_find(text, S("green")) < 0 && str_find(text, S("Appel")) > 0 && str_find(text, S("Pomme")) < 0);
	assert_true(str_find(looked_up(o, "pear", NULL, 0), S("\"inactive\"")) > 0);
	Outcome why = outcome_new(o->a);
	TermLookupAsk ask = { .coding = { .system = S("urn:food"), .code = S("soup") } };
	assert_int_equal(term_lookup(&o->source, &ask, o->a, &text, &why), ERR_NOT_FOUND);
	ask.coding.system = S("urn:none");
	assert_int_equal(term_lookup(&o->source, &ask, o->a, &text, &why), ERR_NOT_FOUND);
	own_free(o);
}

static void relations(void **state)
{
	(void)state;
	Own *o = food();
	own_add(o, "{'resourceType':'CodeSystem','url':'urn:parts','content':'complete','hierarchyMeaning':'part-of',"
	           "'concept':[{'code':'hand','concept':[{'code':'finger'}]}]}");
	static const char *const cases[][4] = {
		{ "urn:food", "fruit", "apple", "subsumes" },    { "urn:food", "apple", "fruit", "subsumed-by" },
		{ "urn:food", "apple", "pear", "not-subsumed" }, { "urn:food", "apple", "apple", "equivalent" },
		{ "urn:parts", "hand", "hand", "equivalent" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		Str outcome;
		Outcome why = outcome_new(o->a);
		TermWhat what = { .url = str_c(cases[i][0]) };
		TermCoding x = { .code = str_c(cases[i][1]) }, y = { .code = str_c(cases[i][2]) };
		assert_int_equal(term_relation(&o->source, &what, &x, &y, o->a, &outcome, &why), OK);
		assert_string_equal(outcome.p, cases[i][3]);
	}
	Str outcome;
	Outcome why = outcome_new(o->a);
	TermWhat what = { .url = S("urn:parts") };
	TermCoding hand = { .code = S("hand") }, finger = { .code = S("finger") };
	assert_int_equal(term_relation(&o->source, &what, &hand, &finger, o->a, &outcome, &why), ERR_NOT_SUPPORTED);
	finger.code = S("nose");
	assert_int_equal(term_relation(&o->source, &what, &hand, &finger, o->a, &outcome, &why), ERR_NOT_FOUND);
	own_free(o);
}

/* ---- $translate ---- */

static void translated(Own *o, TermTranslateAsk ask, const char *code, bool result, const char *expected)
{
	Str text;
	char found[256] = "";
	Outcome why = outcome_new(o->a);
	TermCoding coding = { .system = S("urn:a"), .code = str_c(code) };
	if (ask.reverse)
		coding.system = S("urn:b");
	ask.codings = &coding;
	ask.n = 1;
	assert_int_equal(term_translate(&o->source, &ask, o->a, &text, &why), OK);
	JVal list = JGET(parse(o->a, text), "parameter");
	assert_int_equal(json_bool(JGET(json_at(list, 0), "valueBoolean"), !result), result);
	for (JIter it = json_each(list); json_next(&it);)
		for (JIter part = json_each(JGET(it.value, "part")); json_next(&part);) {
			Str value = json_str(JGET(part.value, "valueCode"), o->a);
			if (!value.p)
				value = json_str(json_path(part.value, "valueCoding", "code", NULL), o->a);
			if (value.p)
				snprintf(found + strlen(found), sizeof found - strlen(found), "%.*s ", STR_ARG(value));
		}
	assert_string_equal(found, expected);
}

static void translates(void **state)
{
	(void)state;
	Own *o = own_new(true);
	own_add(
	    o,
	    "{'resourceType':'ConceptMap','url':'urn:m','sourceUri':'urn:va','targetUri':'urn:vb','group':[{'source':"
	    "'urn:a','target':'urn:b','element':[{'code':'1','target':[{'code':'one','equivalence':'equal'},"
	    "{'code':'uno','equivalence':'wider'}]},{'code':'2','target':[{'equivalence':'unmatched'}]}],"
	    "'unmapped':{'mode':'fixed','code':'rest'}}]}");
	own_add(o, "{'resourceType':'ConceptMap','url':'urn:n','group':[{'source':'urn:a','target':'urn:c','element':["
	           "{'code':'1','target':[{'code':'eins','equivalence':'equivalent'}]}]}]}");
	TermTranslateAsk m = { .map = { .url = S("urn:m") } };
	translated(o, m, "1", true, "equal one wider uno ");
	translated(o, m, "2", false, "unmatched ");
	translated(o, m, "3", true, "inexact rest ");
	translated(o, (TermTranslateAsk){ 0 }, "1", true, "equal one wider uno equivalent eins ");
	translated(o, (TermTranslateAsk){ .target_system = S("urn:c") }, "1", true, "equivalent eins ");
	translated(o, (TermTranslateAsk){ .source = S("urn:va"), .target = S("urn:vb") }, "1", true,
	           "equal one wider uno ");
	translated(o, (TermTranslateAsk){ .map = { .url = S("urn:m") }, .reverse = true }, "uno", true, "narrower 1 ");
	translated(o, (TermTranslateAsk){ .target_system = S("urn:x") }, "1", false, "");
	Str text;
	Outcome why = outcome_new(o->a);
	TermTranslateAsk none = { .map = { .url = S("urn:none") } };
	assert_int_equal(term_translate(&o->source, &none, o->a, &text, &why), ERR_NOT_FOUND);
	own_free(o);
}

static void each_code(void *ctx, Str system, Str code)
{
	(void)system;
	strncat(ctx, code.p, code.n);
	strcat(ctx, " ");
}

static void each(void **state)
{
	(void)state;
	Own *o = food();
	char found[64] = "";
	Outcome why = outcome_new(o->a);
	assert_int_equal(term_each(&o->source, S("urn:food-set"), each_code, found, o->a, &why), OK);
	assert_string_equal(found, "fruit apple pear bread ");
	assert_int_equal(term_each(&o->source, S("urn:none"), each_code, found, o->a, &why), ERR_NOT_FOUND);
	own_free(o);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expands),          cmocka_unit_test(text_filter), cmocka_unit_test(languages),
		cmocka_unit_test(expansion_limits), cmocka_unit_test(checks),      cmocka_unit_test(looks_up),
		cmocka_unit_test(relations),        cmocka_unit_test(translates),  cmocka_unit_test(each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
