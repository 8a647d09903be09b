/* The writer, and texts made from texts: quoting, changing, compacting. Synthea bundles: SYNTHEA. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "json/json.h"

#ifdef ARENA_DEBUG
enum { ARENA_IS_DEBUG = 1 }; /* each growth is a new piece then */
#else
enum { ARENA_IS_DEBUG = 0 };
#endif

static Arena *a;

static int open_arena(void **state)
{
	(void)state;
	a = arena_new();
	return 0;
}

static int free_arena(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static JVal parse(Str text)
{
	const Json *doc = NULL;
	JError e;
	if (json_parse(a, text, &doc, &e) != OK)
		fail_msg("%u:%u %s", e.line, e.col, e.message);
	return json_root(doc);
}

#define IS(s, lit) assert_true(str_eq((s), S(lit)))

static void writer(void **state)
{
	(void)state;
	Buf b = buf_new(a, 0, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "s", S("a\"b"));
	JW_ARRAY(&w, "list");
	jw_int(&w, -1);
	jw_null(&w);
	jw_array(&w);
	jw_end_array(&w);
	jw_object(&w);
	jw_end_object(&w);
	jw_bool(&w, true);
	jw_end_array(&w);
	JW_OBJECT(&w, "o");
	JW_BOOL(&w, "no", false);
	JW_RAW(&w, "raw", S("[1,2]"));
	jw_end_object(&w);
	jw_str_opt(&w, S("absent"), str_c(NULL));
	jw_str_opt(&w, S("empty"), S(""));
	jw_str_opt(&w, S("there"), S("x"));
	JW_STR(&w, "", str_c(NULL));
	JW_INT(&w, "n", 0);
	jw_end_object(&w);
	IS(buf_str(&b), "{\"s\":\"a\\\"b\",\"list\":[-1,null,[],{},true],\"o\":{\"no\":false,\"raw\":[1,2]},"
	                "\"there\":\"x\",\"\":\"\",\"n\":0}");
}

static void deep_writer(void **state)
{
	(void)state;
	Buf b = buf_new(a, 0, 0);
	JWriter w = jw_new(&b);
	for (int i = 0; i < 127; i++) {
		jw_array(&w);
		jw_int(&w, i);
	}
	for (int i = 0; i < 127; i++) {
		jw_end_array(&w);
		if (i < 126)
			jw_int(&w, i);
	}
	Buf expected = buf_new(a, 0, 0);
	for (int i = 0; i < 127; i++)
		buf_printf(&expected, "%s[%d", i ? "," : "", i);
	for (int i = 0; i < 126; i++)
		buf_printf(&expected, "],%d", i);
	buf_byte(&expected, ']');
	assert_true(str_eq(buf_str(&b), buf_str(&expected)));
}

/* Every character but NUL, at several places, through json_quote and back. */
static void quoting(void **state)
{
	(void)state;
	IS(json_quote(a, str_c(NULL)), "\"\"");
	IS(json_quote(a, S("\x01\x1F\b\f\n\r\t\"\\/\x7F")), "\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\x7F\"");
	for (size_t pad = 0; pad < 34; pad++)
		for (int c = 1; c < 128; c++) {
			char s[80];
			memset(s, 'x', sizeof s);
			s[pad] = s[pad + 17] = (char)c;
			Str in = str_n(s, pad + 20);
			assert_true(str_eq(json_str(parse(json_quote(a, in)), a), in));
		}
	IS(json_quote(a, S("caf\xC3\xA9 \xF0\x9F\x98\x80")), "\"caf\xC3\xA9 \xF0\x9F\x98\x80\"");
}

static void full(void **state)
{
	(void)state;
	Buf b = buf_new(a, 0, 8);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "name", S("value"));
	jw_end_object(&w);
	assert_true(b.full);
}

static void changing(void **state)
{
	(void)state;
	JVal v = parse(S("{ \"id\": \"1\", \"n\": 1.10,\n \"m\\u00e9ta\": {\"a\" : [ 1 , 2 ]}, \"last\": [ ] }"));
	IS(json_change(a, v, NULL, 0), "{\"id\":\"1\",\"n\":1.10,\"m\\u00e9ta\":{\"a\":[1,2]},\"last\":[]}");
	JChange replace[] = { { S("n"), S("2.0") }, { S("m\xC3\xA9ta"), S("{}") }, { S("new\""), S("[true]") } };
	IS(json_change(a, v, replace, COUNT_OF(replace)),
	   "{\"id\":\"1\",\"n\":2.0,\"m\\u00e9ta\":{},\"last\":[],\"new\\\"\":[true]}");
	JChange remove[] = { { S("id"), { NULL, 0 } }, { S("last"), { NULL, 0 } }, { S("not there"), { NULL, 0 } } };
	IS(json_change(a, v, remove, COUNT_OF(remove)), "{\"n\":1.10,\"m\\u00e9ta\":{\"a\":[1,2]}}");
	JChange add[] = { { S("id"), S("\"7\"") } };
	IS(json_change(a, parse(S("{}")), add, 1), "{\"id\":\"7\"}");
	IS(json_change(a, parse(S("{\"id\":1}")), remove, 1), "{}");
	assert_null(json_change(a, parse(S("[1]")), add, 1).p);
	assert_null(json_change(a, json_root(NULL), add, 1).p);
}

static void compacting(void **state)
{
	(void)state;
	JVal v = parse(
	    S(" [ { \"a b\" : \" x \" , \"c\" : { } } , [ ] , 1.0 , [ [ null ] , { \"d\" : [ { } ] } ] , true ] "));
	IS(json_compact(a, v), "[{\"a b\":\" x \",\"c\":{}},[],1.0,[[null],{\"d\":[{}]}],true]");
	IS(json_compact(a, json_at(v, 3)), "[[null],{\"d\":[{}]}]");
	IS(json_compact(a, json_at(v, 2)), "1.0");
	IS(json_compact(a, JGET(json_at(v, 0), "a b")), "\" x \"");
	IS(json_compact(a, parse(S("{\t}"))), "{}");
	assert_null(json_compact(a, json_root(NULL)).p);
}

/* The same nodes with the same texts? */
static void assert_same(const Json *x, const Json *y)
{
	assert_int_equal(x->count, y->count);
	for (uint32_t i = 0; i < x->count; i++) {
		const JNode *p = &x->nodes[i], *q = &y->nodes[i];
		bool token = p->kind != J_OBJECT && p->kind != J_ARRAY;
		if (p->kind != q->kind || p->len != q->len || p->span != q->span || p->escaped != q->escaped ||
		    p->depth != q->depth || (token && memcmp(x->text.p + p->at, y->text.p + q->at, p->len) != 0))
			fail_msg("node %u differs", i);
	}
}

/* Writes v again through the writer, value by value. */
static void rewrite(JWriter *w, JVal v)
{
	JKind kind = json_kind(v);
	if (kind == J_STRING) {
		jw_str(w, json_str(v, a));
	} else if (kind == J_OBJECT || kind == J_ARRAY) {
		kind == J_OBJECT ? jw_object(w) : jw_array(w);
		for (JIter it = json_iter(v); json_next(&it);) {
			if (it.key.p)
				jw_key(w, it.key);
			rewrite(w, it.value);
		}
		kind == J_OBJECT ? jw_end_object(w) : jw_end_array(w);
	} else {
		jw_raw(w, json_raw(v));
	}
}

static Str read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	Buf b = buf_new(a, 1 << 20, 0);
	for (size_t n; (n = fread(buf_room(&b, 65536), 1, 65536, f)) > 0;)
		b.n += n;
	fclose(f);
	return buf_str(&b);
}

static void synthea(void **state)
{
	(void)state;
	const char *env = getenv("SYNTHEA"), *folder = env ? env : "../shared/data/synthea-r4";
	DIR *dir = opendir(folder);
	if (!dir) {
		print_message("no sample data at %s: skipped\n", folder);
		skip();
	}
	size_t files = 0;
	for (struct dirent *e; (e = readdir(dir));) {
		if (!str_ends(str_c(e->d_name), S(".json")))
			continue;
		files++;
		arena_reset(a);
		Str text = read_file(arena_printf(a, "%s/%s", folder, e->d_name).p);
		size_t before = arena_used(a);
		JVal v = parse(text);
		assert_true(arena_used(a) - before < text.n * 5 / 2 || ARENA_IS_DEBUG);
		assert_true(str_eq(json_raw(v), str_trim(text)));
		Str compact = json_compact(a, v);
		assert_true(compact.n < text.n);
		before = arena_used(a);
		assert_same(v.doc, parse(compact).doc);
		assert_true(arena_used(a) - before < compact.n * 5 / 2 || ARENA_IS_DEBUG);
		Buf b = buf_new(a, text.n, 0);
		JWriter w = jw_new(&b);
		rewrite(&w, v);
		assert_int_equal(parse(buf_str(&b)).doc->count, v.doc->count);
		if (str_find(compact, S("\\u")) < 0 && str_find(compact, S("\\/")) < 0)
			assert_true(str_eq(buf_str(&b), compact));
	}
	closedir(dir);
	assert_int_equal(files, 20);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_arena, free_arena)

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { TEST(writer),   TEST(deep_writer), TEST(quoting), TEST(full),
		                            TEST(changing), TEST(compacting),  TEST(synthea) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
