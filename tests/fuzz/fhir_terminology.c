/* Any JSON as a code system and as a value set over it: prepared, asked, listed, checked, looked up, translated. */
#include <stdlib.h>

#include "base/random.h"
#include "fhir/terminology/operations.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	random_init();
	return 0;
}

/* Whatever is asked for, it is this document, so that value sets hold themselves. */
static bool find(void *arg, FhirType type, Str url, Str version, Arena *a, JVal *out)
{
	(void)type;
	(void)version;
	(void)a;
	*out = *(JVal *)arg;
	return url.n > 0;
}

static size_t supplements(void *arg, Str system, Arena *a, JVal *out, size_t max)
{
	(void)system;
	(void)a;
	(void)max;
	out[0] = *(JVal *)arg;
	return 1;
}

static void add(void *ctx, Str code)
{
	*(size_t *)ctx += code.n;
}

static void operations(const TermSource *s, JVal doc, const TermCoding *coding, Arena *a)
{
	Str text;
	TermCheck check;
	Outcome why = outcome_new(a);
	TermExpandAsk expand = { .what = { .json = doc }, .count = -1, .nested = true, .designations = true };
	(void)!term_expand(s, &expand, a, &text, &why);
	expand.filter = coding->code;
	expand.language = S("nl");
	expand.count = 3;
	expand.offset = 1;
	(void)!term_expand(s, &expand, a, &text, &why);
	TermCheckAsk ask = { .what = { .json = doc }, .codings = coding, .n = 1 };
	(void)!term_validate_set(s, &ask, a, &check, &why);
	(void)!term_validate_system(s, &ask, a, &check, &why);
	TermLookupAsk look = { .coding = *coding, .what = { .json = doc } };
	(void)!term_lookup(s, &look, a, &text, &why);
	(void)!term_relation(s, &look.what, coding, coding, a, &text, &why);
	TermTranslateAsk translate = { .map = { .json = doc }, .codings = coding, .n = 1 };
	(void)!term_translate(s, &translate, a, &text, &why);
	translate.reverse = true;
	(void)!term_translate(s, &translate, a, &text, &why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	Arena *a = arena_new();
	const Json *doc;
	char *copy = arena_raw(a, n + 1);
	memcpy(copy, data, n);
	if (n < 4096 && json_parse(a, str_n(copy, n), &doc, NULL) == OK) {
		JVal root = json_root(doc);
		size_t seen = 0;
		TermSource s = {
			.find = find, .supplements = supplements, .arg = &root, .cache = term_cache_new(1 << 20)
		};
		TermCoding coding = { .system = S("urn:x"), .code = S("a"), .display = S("A") };
		(void)term_member(&s, S("urn:v"), STR_END, coding.code);
		(void)term_subsumes(&s, coding.system, coding.code, S("b"), a);
		(void)term_below(&s, coding.system, coding.code, add, &seen);
		(void)term_above(&s, coding.system, S("b"), add, &seen);
		(void)term_display(&s, coding.system, coding.code, S("nl"), a);
		operations(&s, root, &coding, a);
		arena_free(a);
		term_cache_free(s.cache);
		return 0;
	}
	arena_free(a);
	return 0;
}
