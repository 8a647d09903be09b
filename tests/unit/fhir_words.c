/* Words of a resource, and questions about them. */
#include "fhir_arena.h"

#include "fhir/search.h"
#include "fhir/words.h"

static const char RESOURCE[] =
    "{\"resourceType\":\"Goal\",\"id\":\"hidden\",\"text\":{\"status\":\"generated\",\"div\":\"<div "
    "xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><p>De <b>K</b>erk&amp;Staat</p><p>caf&#233;\\u2014thee &lt;x&#x26; "
    "3.5</p></div>\"},\"description\":{\"text\":\"Zelf Wandelen, naar d\\u2019Ouders\"},\"note\":[{\"text\":\"elke dag "
    "29463-7\"}],"
    "\"subject\":{\"reference\":\"Patient/secret\",\"display\":\"Jan\"}}";

static void words(void **state)
{
	(void)state;
	JVal v = parse(arena, str_c(RESOURCE));
	Str narrative = words_of_narrative(v, arena), content = words_of_content(v, arena);
	if (!str_eq(narrative, S(" de kerk staat cafe thee x 3 5 ")))
		fail_msg("%.*s", STR_ARG(narrative));
	if (!str_eq(content,
	            S(" generated de kerk staat cafe thee x 3 5 zelf wandelen naar d ouders elke dag 29463 7 jan ")))
		fail_msg("%.*s", STR_ARG(content));
	assert_true(str_eq(words_of_narrative(parse(arena, S("{}")), arena), S(" ")));
	/* longer than what is normalised at once */
	Buf b = buf_new(arena, 300000, 0);
	BUF_LIT(&b, "{\"text\":{\"div\":\"");
	for (int i = 0; i < 30000; i++)
		BUF_LIT(&b, "woord ");
	BUF_LIT(&b, "laatste\"}}");
	assert_true(str_ends(words_of_narrative(parse(arena, buf_str(&b)), arena), S(" woord laatste ")));
}

static bool meets(const char *question)
{
	const WordQuery *q;
	const char *why;
	if (word_query(str_c(question), arena, &q, &why) != OK)
		fail_msg("%s: %s", question, why);
	return word_query_matches(q, words_of_content(parse(arena, str_c(RESOURCE)), arena));
}

static void questions(void **state)
{
	(void)state;
	static const char *const yes[] = {
		"wandelen",
		"WANDELEN zelf",
		"\"zelf wandelen\"",
		"wandel*",
		"fiets OR wandelen",
		"fiets|wandelen",
		"wandelen -fiets",
		"not fiets",
		"(bot OR kerk) and zelf",
		"(fiets or (kerk zelf)) -bot",
		"café",
		"29463-7",
		"-(fiets OR bot)",
		"wandelen AND kerk",
		"\"naar d ou*\"",
	};
	static const char *const no[] = {
		"fiets",  "wandel", "\"wandelen zelf\"", "zelf fiets", "wandelen -kerk",      "(bot OR fiets) and zelf",
		"secret", "hidden", "-wandelen",         "29463-8",    "NOT (fiets OR kerk)", "fiets and kerk OR bot",
	};
	static const char *const wrong[] = { "",   "  ", "(a", "a)",  "\"a",
		                             "()", "-",  "OR", "***", "((((((((((((((((((a))))))))))))))))))" };
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		if (!meets(yes[i]))
			fail_msg("%s: expected a match", yes[i]);
	for (size_t i = 0; i < COUNT_OF(no); i++)
		if (meets(no[i]))
			fail_msg("%s: expected no match", no[i]);
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		const WordQuery *q;
		const char *why = NULL;
		if (word_query(str_c(wrong[i]), arena, &q, &why) != ERR_SYNTAX || !why || q)
			fail_msg("%s: expected a refusal", wrong[i]);
	}
	Buf b = buf_new(arena, 1000, 0);
	for (int i = 0; i <= WORDS_MAX; i++)
		BUF_LIT(&b, "a ");
	assert_int_equal(word_query(buf_str(&b), arena, &(const WordQuery *){ NULL }, &(const char *){ NULL }),
	                 ERR_SYNTAX);
}

static void as_parameters(void **state)
{
	(void)state;
	JVal v = parse(arena, str_c(RESOURCE));
	Str value = S("wandelen");
	SearchTerm t = { .param = search_param(FT_GOAL, S("_content")), .values = &value, .n_values = 1 };
	assert_int_equal(search_matches(&t, NULL, v, arena), MATCH_YES);
	t.param = search_param(FT_GOAL, S("_text"));
	assert_int_equal(search_matches(&t, NULL, v, arena), MATCH_NO);
	value = S("kerk thee");
	assert_int_equal(search_matches(&t, NULL, v, arena), MATCH_YES);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { TEST(words), TEST(questions), TEST(as_parameters) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
