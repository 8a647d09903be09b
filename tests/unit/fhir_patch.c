/* JSON Patch and FHIRPath Patch: the official tests, and what they do not say. */
#include "conformance.h"
#include "fhir_test.h"

#include "fhir/extract.h"
#include "fhir/patch.h"
#include "fhir/tables.h"

/* ---- equal documents, members in any order ---- */

static Str plain(Arena *a, JVal v)
{
	Buf b = buf_new(a, 64, 0);
	Str s = json_str(v, a);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\r')
			continue;
		bool quot = str_starts(str_from(s, i), S("&quot;"));
		buf_byte(&b, quot ? '"' : s.p[i]);
		i += quot ? 5 : 0;
	}
	return buf_str(&b);
}

static bool equal(Arena *a, JVal x, JVal y)
{
	double m, n;
	if (json_kind(x) != json_kind(y) || json_count(x) != json_count(y))
		return false;
	if (json_is(x, J_STRING))
		return str_eq(plain(a, x), plain(a, y));
	if (json_is(x, J_NUMBER))
		return json_double(x, &m) && json_double(y, &n) && m == n;
	for (JIter it = json_iter(x); json_next(&it);)
		if (!equal(a, it.value, json_is(x, J_ARRAY) ? json_at(y, it.index) : json_get(y, it.key)))
			return false;
	return true;
}

/* ---- FHIR XML as far as these tests use it ---- */

typedef struct Xml {
	Arena *a;
	Str rest;
} Xml;

static void skip_space(Xml *x)
{
	for (;;) {
		while (x->rest.n && strchr(" \t\r\n", x->rest.p[0]))
			x->rest = str_from(x->rest, 1);
		if (!str_starts(x->rest, S("<!--")))
			return;
		x->rest = str_from(x->rest, (size_t)str_find(x->rest, S("-->")) + 3);
	}
}

static Str unescaped(Arena *a, Str s)
{
	static const struct {
		Str from, to;
	} all[] = { { S_INIT("&lt;"), S_INIT("<") },   { S_INIT("&gt;"), S_INIT(">") },
		    { S_INIT("&amp;"), S_INIT("&") },  { S_INIT("&quot;"), S_INIT("\"") },
		    { S_INIT("&apos;"), S_INIT("'") }, { S_INIT("&#10;"), S_INIT("\n") } };
	Buf b = buf_new(a, s.n + 1, 0);
	for (size_t i = 0; i < s.n;) {
		size_t k = 0;
		while (k < COUNT_OF(all) && !str_starts(str_from(s, i), all[k].from))
			k++;
		if (k < COUNT_OF(all))
			buf_add(&b, all[k].to);
		else
			buf_byte(&b, s.p[i]);
		i += k < COUNT_OF(all) ? all[k].from.n : 1;
	}
	return buf_str(&b);
}

/* <name a="…">: the name and one attribute. *empty: it ends with "/>". */
static Str open_tag(Xml *x, const char *attribute, Str *value, bool *empty)
{
	Str tag, name, want = arena_printf(x->a, " %s=", attribute);
	skip_space(x);
	assert_int_equal(x->rest.p[0], '<');
	size_t end = 1;
	for (char quote = 0; quote || x->rest.p[end] != '>'; end++) {
		char c = x->rest.p[end];
		if (c == quote)
			quote = 0;
		else if (!quote && (c == '"' || c == '\''))
			quote = c;
	}
	tag = str_n(x->rest.p + 1, end - 1);
	x->rest = str_from(x->rest, end + 1);
	*empty = str_ends(tag, S("/"));
	ptrdiff_t at = str_find(tag, want);
	*value = STR_END;
	if (at >= 0) {
		at += (ptrdiff_t)want.n;
		str_cut(str_from(tag, (size_t)at + 1), tag.p[at], value);
		*value = unescaped(x->a, *value);
	}
	str_cut(tag, ' ', &name);
	if (str_ends(name, S("/")))
		name.n--;
	return name;
}

static bool close_tag(Xml *x)
{
	skip_space(x);
	if (!str_starts(x->rest, S("</")))
		return false;
	x->rest = str_from(x->rest, (size_t)str_chr(x->rest, '>') + 1);
	return true;
}

typedef struct Pairs {
	Str name[64], main[64], more[64];
	bool list[64];
	size_t n;
} Pairs;

static void write_pairs(Buf *b, const Pairs *p, bool more, bool *any)
{
	for (size_t i = 0; i < p->n; i++) {
		bool first = true, has = false;
		for (size_t k = 0; k < p->n; k++) {
			first = first && !(k < i && str_eq(p->name[k], p->name[i]));
			has = has || (str_eq(p->name[k], p->name[i]) && (more ? p->more[k].p : p->main[k].p));
		}
		if (!first || !has)
			continue;
		buf_printf(b, "%s\"%s%.*s\":%s", *any ? "," : "", more ? "_" : "", STR_ARG(p->name[i]),
		           p->list[i] ? "[" : "");
		*any = true;
		for (size_t k = i, some = 0; k < p->n; k++) {
			if (!str_eq(p->name[k], p->name[i]))
				continue;
			Str text = more ? p->more[k] : p->main[k];
			buf_printf(b, "%s%.*s", some++ ? "," : "", STR_ARG(text.p ? text : S("null")));
		}
		buf_add(b, p->list[i] ? S("]") : S(""));
	}
}

static Str members(Xml *x, const FhirDef *d, Str type, Str url);

static void child(Xml *x, const FhirDef *d, Pairs *p)
{
	Str value, url;
	bool empty;
	Xml again = *x;
	Str name = open_tag(x, "value", &value, &empty);
	open_tag(&again, "url", &url, &empty);
	const FhirElement *el = fhir_element(d, name);
	if (!el)
		fail_msg("no element %.*s in %s", STR_ARG(name), fhir_names + d->name);
	const FhirDef *own = &fhir_defs[el->def];
	size_t i = p->n++;
	p->name[i] = name;
	p->list[i] = el->flags & EL_ARRAY;
	p->main[i] = p->more[i] = STR_END;
	if (own->primitive == PRIM_XHTML) {
		size_t end = (size_t)str_find(x->rest, S("</div>")) + 6;
		p->main[i] = json_quote(x->a, arena_join(x->a, S("<div xmlns=\"http://www.w3.org/1999/xhtml\">"),
		                                         str_upto(x->rest, end), STR_END));
		x->rest = str_from(x->rest, end);
	} else if (own->kind == DEF_PRIMITIVE) {
		bool bare =
		    own->primitive == PRIM_BOOLEAN || own->primitive == PRIM_INTEGER || own->primitive == PRIM_DECIMAL;
		p->main[i] = !value.p ? STR_END : bare ? value : json_quote(x->a, value);
		Str more = empty ? S("{}") : members(x, &fhir_defs[fhir_def(S("Period"))], STR_END, STR_END);
		p->more[i] = more.n > 2 ? more : STR_END;
	} else {
		p->main[i] = !empty  ? members(x, own, STR_END, url)
		             : url.p ? arena_printf(x->a, "{\"url\":\"%.*s\"}", STR_ARG(url))
		                     : S("{}");
	}
}

/* What stands between the tags of an element of that type, and its end. */
static Str members(Xml *x, const FhirDef *d, Str type, Str url)
{
	Pairs *p = ARENA_NEW(x->a, Pairs);
	Buf b = buf_new(x->a, 256, 0);
	bool any = type.p || url.p;
	while (!close_tag(x))
		child(x, d, p);
	buf_byte(&b, '{');
	if (type.p)
		buf_printf(&b, "\"resourceType\":\"%.*s\"", STR_ARG(type));
	else if (url.p)
		buf_printf(&b, "\"url\":\"%.*s\"", STR_ARG(url));
	write_pairs(&b, p, false, &any);
	write_pairs(&b, p, true, &any);
	buf_byte(&b, '}');
	return buf_str(&b);
}

static Str resource(Xml *x)
{
	Str value;
	bool empty;
	Str type = open_tag(x, "xmlns", &value, &empty);
	return members(x, &fhir_defs[fhir_type(type)], type, STR_END);
}

/* ---- official FHIRPath Patch tests ---- */

static size_t passed, failed;

static void official_case(Arena *a, Xml *x, Str name)
{
	Str value, got = STR_END;
	bool empty;
	Outcome o = outcome_new(a);
	assert_true(str_eq(open_tag(x, "none", &value, &empty), S("input")));
	JVal input = parse(a, resource(x));
	assert_true(close_tag(x));
	assert_true(str_eq(open_tag(x, "none", &value, &empty), S("diff")));
	JVal diff = parse(a, resource(x));
	assert_true(close_tag(x));
	Err e = patch_fhirpath(input, diff, a, &got, &o);
	bool error = str_eq(open_tag(x, "msg", &value, &empty), S("error")), good;
	if (error) {
		good = e == ERR_INVALID;
	} else {
		Str want = resource(x);
		assert_true(close_tag(x));
		good = e == OK && equal(a, parse(a, got), parse(a, want));
		if (!good)
			print_message("want %.*s\n", STR_ARG(want));
	}
	passed += good;
	failed += !good;
	if (!good)
		print_message("%.*s: got %.*s\n%.*s\n", STR_ARG(name), STR_ARG(got.p ? got : S("nothing")),
		              STR_ARG(outcome_json(&o, a)));
}

static void official_fhirpath(void **state)
{
	(void)state;
	Arena *a = arena_new();
	const char *dir = arena_printf(a, "%s/fhir-test-cases/patch", data_dir()).p;
	passed = failed = 0;
	if (access(arena_printf(a, "%s/fhir-patch-tests.xml", dir).p, R_OK) == 0) {
		Xml x = { a, read_file(a, dir, "fhir-patch-tests.xml") };
		Str value;
		bool empty;
		open_tag(&x, "none", &value, &empty);
		while (!close_tag(&x)) {
			open_tag(&x, "name", &value, &empty);
			official_case(a, &x, value);
			assert_true(close_tag(&x));
		}
		assert_int_equal(passed + failed, 33);
	} else {
		print_message("the official patch tests are not there: left out\n");
	}
	print_message("FHIRPath Patch: %zu passed, %zu failed\n", passed, failed);
	conformance("fhirpath-patch", passed, failed, 0);
	assert_int_equal(failed, 0);
	arena_free(a);
}

/* ---- official JSON Patch tests ---- */

static void official_json(void **state)
{
	(void)state;
	Arena *a = arena_new();
	const char *dir = arena_printf(a, "%s/fhir-test-cases/patch", data_dir()).p;
	passed = failed = 0;
	if (access(arena_printf(a, "%s/json-patch-tests.json", dir).p, R_OK) == 0) {
		JVal all = parse(a, read_file(a, dir, "json-patch-tests.json"));
		for (JIter it = json_iter(all); json_next(&it);) {
			Outcome o = outcome_new(a);
			Str got = STR_END;
			Err e = patch_json(JGET(it.value, "doc"), JGET(it.value, "patch"), a, &got, &o);
			bool good = JGET(it.value, "error").node
			                ? e != OK
			                : e == OK && equal(a, parse(a, got), JGET(it.value, "expected"));
			passed += good;
			failed += !good;
			if (!good)
				print_message("%.*s: %.*s\n", STR_ARG(JSTR(it.value, "comment", a)),
				              STR_ARG(outcome_json(&o, a)));
		}
		assert_int_equal(passed + failed, 16);
	} else {
		print_message("the official patch tests are not there: left out\n");
	}
	print_message("JSON Patch: %zu passed, %zu failed\n", passed, failed);
	conformance("json-patch", passed, failed, 0);
	assert_int_equal(failed, 0);
	arena_free(a);
}

/* ---- more ---- */

typedef struct Case {
	const char *doc, *patch, *want; /* want NULL: only the error is looked at */
	Err error;
} Case;

static const Case json_cases[] = {
	{ "{\"a\":[1,2]}", "[{\"op\":\"replace\",\"path\":\"/a/1\",\"value\":3}]", "{\"a\":[1,3]}", OK },
	{ "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":2}]", "{\"a\":2}", OK },
	{ "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":{\"b\":1}}]", "{\"b\":1}", OK },
	{ "{\"a\":1}",
	  "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"},{\"op\":\"test\",\"path\":\"/b\",\"value\":1.0}]",
	  "{\"a\":1,\"b\":1}", OK },
	{ "{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b/c\"}]", NULL, ERR_INVALID },
	{ "{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a/b\",\"path\":\"/a/b\"}]", "{\"a\":{\"b\":1}}", OK },
	{ "{\"a\":[1]}", "[{\"op\":\"add\",\"path\":\"/a/2\",\"value\":1}]", NULL, ERR_INVALID },
	{ "{\"a\":[1]}", "[{\"op\":\"add\",\"path\":\"/a/01\",\"value\":1}]", NULL, ERR_INVALID },
	{ "{\"a\":[1]}", "[{\"op\":\"remove\",\"path\":\"/a/-\"}]", NULL, ERR_INVALID },
	{ "{\"a\":[1]}", "[{\"op\":\"remove\",\"path\":\"/a/1\"}]", NULL, ERR_INVALID },
	{ "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"\"}]", NULL, ERR_INVALID },
	{ "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"a\"}]", NULL, ERR_BAD_REQUEST },
	{ "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"/~2\"}]", NULL, ERR_BAD_REQUEST },
	{ "{\"a\":1}", "[{\"op\":\"dance\",\"path\":\"/a\"}]", NULL, ERR_BAD_REQUEST },
	{ "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b\"}]", NULL, ERR_BAD_REQUEST },
	{ "{\"a\":1}", "[{\"op\":\"copy\",\"path\":\"/b\"}]", NULL, ERR_BAD_REQUEST },
	{ "{\"a\":1}", "{\"op\":\"add\"}", NULL, ERR_BAD_REQUEST },
	{ "{\"a\":1}", "[7]", NULL, ERR_BAD_REQUEST },
	{ "{\"\\u0061\":{\"q\\\"\":1}}", "[{\"op\":\"test\",\"path\":\"\",\"value\":{\"a\":{\"q\\\"\":1}}}]", NULL,
	  OK },
	{ "{}", "[{\"op\":\"add\",\"path\":\"/q\\\"~1\",\"value\":null}]", NULL, OK },
};

static void check_case(const Case *c, bool fhirpath)
{
	Arena *a = arena_new();
	Outcome o = outcome_new(a);
	Str got = STR_END;
	JVal doc = parse(a, str_c(c->doc)), patch = parse(a, str_c(c->patch));
	Err e = fhirpath ? patch_fhirpath(doc, patch, a, &got, &o) : patch_json(doc, patch, a, &got, &o);
	if (e != c->error || (o.errors > 0) != (e != OK))
		fail_msg("%s on %s: %d, %.*s", c->patch, c->doc, e, STR_ARG(outcome_json(&o, a)));
	if (c->want && !equal(a, parse(a, got), parse(a, str_c(c->want))))
		fail_msg("%s on %s gives %.*s", c->patch, c->doc, STR_ARG(got));
	arena_free(a);
}

static void json_details(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(json_cases); i++)
		check_case(&json_cases[i], false);
}

#define PATCH(type, path, more)                                                                                 \
	"{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\"," \
	"\"valueCode\":\"" type "\"},{\"name\":\"path\",\"valueString\":\"" path "\"}" more "]}]}"
#define NAME(n) ",{\"name\":\"name\",\"valueString\":\"" n "\"}"
#define PART(v) ",{\"name\":\"value\"," v "}"
#define INT(n, i) ",{\"name\":\"" n "\",\"valueInteger\":" i "}"
#define NAMES "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",\"B\"],\"_given\":[null,{\"id\":\"b\"}]}]"

static const Case fhirpath_cases[] = {
	/* a primitive and its extension change together */
	{ NAMES "}", PATCH("delete", "Patient.name.given[0]", ""),
	  "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"B\"],\"_given\":[{\"id\":\"b\"}]}]}", OK },
	{ NAMES "}", PATCH("move", "Patient.name.given", INT("source", "1") INT("destination", "0")),
	  "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"B\",\"A\"],\"_given\":[{\"id\":\"b\"},null]}]}", OK },
	{ NAMES "}", PATCH("insert", "Patient.name.given", INT("index", "2") PART("\"valueString\":\"C\"")),
	  "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",\"B\",\"C\"],\"_given\":[null,{\"id\":\"b\"},null]"
	  "}]}",
	  OK },
	{ NAMES "}", PATCH("insert", "Patient.name.given", INT("index", "3") PART("\"valueString\":\"C\"")), NULL,
	  ERR_INVALID },
	{ NAMES "}", PATCH("replace", "Patient.name.given[1]", PART("\"valueString\":\"C\"")),
	  "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",\"C\"]}]}", OK },
	/* the last item takes its list along, and what is empty then */
	{ "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\"]}]}", PATCH("delete", "Patient.name.given", ""),
	  "{\"resourceType\":\"Patient\"}", OK },
	/* choices */
	{ "{\"resourceType\":\"Patient\",\"deceasedBoolean\":true}",
	  PATCH("replace", "Patient.deceased", PART("\"valueDateTime\":\"2020\"")),
	  "{\"resourceType\":\"Patient\",\"deceasedDateTime\":\"2020\"}", OK },
	{ "{\"resourceType\":\"Patient\"}", PATCH("add", "Patient", NAME("deceased") PART("\"valueBoolean\":true")),
	  "{\"resourceType\":\"Patient\",\"deceasedBoolean\":true}", OK },
	{ "{\"resourceType\":\"Patient\"}", PATCH("add", "Patient", NAME("deceased[x]") PART("\"valueBoolean\":true")),
	  "{\"resourceType\":\"Patient\",\"deceasedBoolean\":true}", OK },
	{ "{\"resourceType\":\"Patient\"}", PATCH("add", "Patient", NAME("age") PART("\"valueString\":\"x\"")), NULL,
	  ERR_INVALID },
	{ "{\"resourceType\":\"Patient\",\"active\":true}",
	  PATCH("add", "Patient", NAME("active") PART("\"valueBoolean\":true")), NULL, ERR_INVALID },
	/* extensions of a primitive */
	{ "{\"resourceType\":\"Patient\",\"birthDate\":\"1970\"}",
	  PATCH("add", "Patient.birthDate",
	        NAME("extension") PART("\"valueExtension\":{\"url\":\"u:x\",\"valueCode\":\"y\"}")),
	  "{\"resourceType\":\"Patient\",\"birthDate\":\"1970\",\"_birthDate\":{\"extension\":[{\"url\":\"u:x\","
	  "\"valueCode\":\"y\"}]}}",
	  OK },
	{ "{\"resourceType\":\"Patient\",\"_birthDate\":{\"extension\":[{\"url\":\"u:x\",\"valueCode\":\"y\"}]}}",
	  PATCH("delete", "Patient.birthDate.extension('u:x')", ""), "{\"resourceType\":\"Patient\"}", OK },
	{ "{\"resourceType\":\"Patient\",\"birthDate\":\"1970\"}",
	  PATCH("add", "Patient.birthDate", NAME("value") PART("\"valueCode\":\"y\"")), NULL, ERR_INVALID },
	/* an anonymous type with a list in it */
	{ "{\"resourceType\":\"Patient\"}",
	  PATCH("add", "Patient",
	        NAME("communication") PART("\"part\":[{\"name\":\"preferred\",\"valueBoolean\":true},"
	                                   "{\"name\":\"language\",\"valueCodeableConcept\":{\"text\":\"nl\"}}]")),
	  "{\"resourceType\":\"Patient\",\"communication\":[{\"preferred\":true,\"language\":{\"text\":\"nl\"}}]}",
	  OK },
	{ "{\"resourceType\":\"Patient\"}",
	  PATCH("add", "Patient", NAME("contained") PART("\"resource\":{\"resourceType\":\"Basic\",\"id\":\"b\"}")),
	  "{\"resourceType\":\"Patient\",\"contained\":[{\"resourceType\":\"Basic\",\"id\":\"b\"}]}", OK },
	/* not one element */
	{ NAMES "}", PATCH("delete", "Patient.name.given", ""), NULL, ERR_INVALID },
	{ NAMES "}", PATCH("delete", "Patient", ""), NULL, ERR_INVALID },
	{ NAMES "}", PATCH("replace", "Patient.active", PART("\"valueBoolean\":true")), NULL, ERR_INVALID },
	{ NAMES "}", PATCH("delete", "Patient.active", ""), NAMES "}", OK },
	{ NAMES "}", PATCH("delete", "Patient.name.given[0].length()", ""), NULL, ERR_INVALID },
	{ NAMES "}", PATCH("delete", "Patient..", ""), NULL, ERR_BAD_REQUEST },
	{ NAMES "}", PATCH("dance", "Patient", ""), NULL, ERR_BAD_REQUEST },
	{ NAMES "}", PATCH("add", "Patient", PART("\"valueBoolean\":true")), NULL, ERR_BAD_REQUEST },
	{ NAMES "}", PATCH("add", "Patient", NAME("active")), NULL, ERR_BAD_REQUEST },
	{ NAMES "}", PATCH("move", "Patient.name.given", INT("source", "2") INT("destination", "0")), NULL,
	  ERR_INVALID },
	{ NAMES "}", "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"x\"}]}", NULL, ERR_BAD_REQUEST },
	{ NAMES "}", "{\"resourceType\":\"Patient\"}", NULL, ERR_BAD_REQUEST },
};

static void fhirpath_details(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(fhirpath_cases); i++)
		check_case(&fhirpath_cases[i], true);
}

static void too_many_operations(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Outcome o = outcome_new(a);
	Buf b = buf_new(a, 1024, 0);
	for (int i = 0; i <= PATCH_OPS_MAX; i++)
		buf_printf(&b, "%c{\"op\":\"add\",\"path\":\"/a\",\"value\":1}", i ? ',' : '[');
	buf_byte(&b, ']');
	Str got;
	assert_int_equal(patch_json(parse(a, S("{}")), parse(a, buf_str(&b)), a, &got, &o), ERR_TOO_LARGE);
	/* twice as large with each operation */
	b = buf_new(a, 1024, 0);
	for (int i = 0; i < 40; i++)
		buf_printf(&b, "%c{\"op\":\"copy\",\"from\":\"\",\"path\":\"/a%d\"}", i ? ',' : '[', i);
	buf_byte(&b, ']');
	assert_int_equal(patch_json(parse(a, S("{}")), parse(a, buf_str(&b)), a, &got, &o), ERR_TOO_LARGE);
	arena_free(a);
}

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(official_fhirpath),   cmocka_unit_test(official_json),
		cmocka_unit_test(json_details),        cmocka_unit_test(fhirpath_details),
		cmocka_unit_test(too_many_operations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
