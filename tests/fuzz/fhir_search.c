/* Any text as the value of a search parameter, over a resource: "type.code:modifier=value\nJSON", where type is a
 * number. What matches lies in the ranges of the index, a value that meets something is of the right form. */
#include <stdlib.h>

#include "base/random.h"
#include "fhir/search.h"
#include "fhir/summary.h"
#include "fhir/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static const char GOAL[] =
    "{\"resourceType\":\"Goal\",\"id\":\"1\",\"meta\":{\"lastUpdated\":\"2024-05-06T07:08:09Z\",\"tag\":[{\"code\":"
    "\"t\"}]},"
    "\"identifier\":[{\"type\":{\"coding\":[{\"system\":\"s\",\"code\":\"MR\"}]},\"system\":\"a\",\"value\":\"b\"}],"
    "\"startDate\":"
    "\"2024-05-06\",\"subject\":{\"reference\":\"Patient/1\"},\"description\":{\"text\":\"Zelf wandelen\"},"
    "\"target\":[{\"dueDate\":\"2025\"}],\"valueQuantity\":{\"value\":5.4,\"system\":\"http://"
    "unitsofmeasure.org\",\"code\":\"mg\"},"
    "\"name\":[{\"family\":\"De Smet\",\"given\":[\"An\"]}],\"telecom\":[{\"system\":\"phone\",\"value\":\"+32 9 1\"}],"
    "\"period\":{\"start\":\"2010\"},\"url\":\"http://a/b\",\"probability\":1,\"code\":{\"coding\":[{\"code\":\"a\"}]},"
    "\"component\":[{\"code\":{\"coding\":[{\"code\":\"a\"}]},\"valueQuantity\":{\"value\":5,\"comparator\":\"<\"}}],"
    "\"position\":{\"latitude\":51,\"longitude\":3},\"text\":{\"div\":\"<div><p>een &amp; twee</p></div>\"}}";

static int known(void *arg, Str system, Str a, Str b)
{
	(void)arg;
	(void)system;
	return (int)(a.n + b.n) % 3 - 1;
}

static void check_term(Arena *a, SearchTerm *t, JVal v, FhirType type)
{
	SearchContext c = { .base = S("https://own/fhir"), .value_set_has = known, .subsumes = known };
	KeyRange *r;
	size_t n_ranges, n;
	bool right = true, inside = false;
	for (size_t i = 0; i < t->n_values; i++)
		right = search_value_ok(t->param, t->modifier, t->values[i], NULL) && right;
	Match m = search_matches(t, &c, v, a);
	bool answered = search_ranges(t, &c, a, &r, &n_ranges);
	IndexEntry *list = search_index(v, type, a, &n);
	for (size_t k = 0; answered && k < n_ranges; k++) {
		must(str_cmp(r[k].low, r[k].high) < 0);
		for (size_t i = 0; i < n; i++)
			inside = inside || (list[i].param == r[k].param && str_cmp(list[i].key, r[k].low) >= 0 &&
			                    str_cmp(list[i].key, r[k].high) < 0);
	}
	must(m == MATCH_NO || search_modifier_ok(t->param, t->modifier));
	must(m == MATCH_NO || !answered || inside);
	search_prepare(t, &c, a);
	must(search_matches(t, &c, v, a) == m);
	if (right && search_sort_ok(t->param)) {
		Str up = search_sort_key(t->param, v, false, a), down = search_sort_key(t->param, v, true, a);
		must(up.n && up.n <= 242 && down.n <= 242);
	}
}

static void check_trim(Arena *a, JVal v, Str elements)
{
	static const Summary all[] = { SUMMARY_TRUE, SUMMARY_TEXT, SUMMARY_DATA, SUMMARY_FALSE };
	const Json *doc;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		must(json_parse(a, summary_trim(&(Trim){ .summary = all[i] }, v, a), &doc, NULL) == OK);
	Trim some = { .elements = &elements, .n_elements = 1 };
	must(json_parse(a, summary_trim(&some, v, a), &doc, NULL) == OK);
}

static void check_words(Arena *a, JVal v, Str question)
{
	const WordQuery *q;
	const char *why;
	Str narrative = words_of_narrative(v, a), content = words_of_content(v, a);
	must(str_starts(narrative, S(" ")) && str_ends(content, S(" ")));
	if (word_query(question, a, &q, &why) == OK)
		(void)word_query_matches(q, content);
	else
		must(why != NULL);
}

static void check(Arena *a, Str text)
{
	Str line, name, number, code, modifier;
	int64_t type;
	const Json *doc;
	Str json = str_cut(text, '\n', &line);
	Str value = str_cut(line, '=', &name);
	Str rest = str_cut(name, '.', &number);
	modifier = str_cut(rest, ':', &code);
	if (!value.p || !str_int(number, &type) || type < 1 || type >= FT_COUNT || !str_utf8(line))
		return;
	if (!json.n || json_parse(a, json, &doc, NULL) != OK)
		must(json_parse(a, str_c(GOAL), &doc, NULL) == OK);
	JVal v = json_root(doc);
	SearchTerm t = {
		.param = search_param((FhirType)type, code), .modifier = modifier, .values = &value, .n_values = 1
	};
	if (t.param)
		check_term(a, &t, v, (FhirType)type);
	check_trim(a, v, code);
	check_words(a, v, value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	random_init();
	Arena *a = arena_new();
	check(a, str_n((const char *)data, n));
	arena_free(a);
	return 0;
}
