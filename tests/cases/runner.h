/* Runs case files: who asks what, the answer that is expected, and the entries in the person's access log. The form is
 * described in tests/cases/README.md. A test program gives the handler of a face (api_handle, web_handle) and a folder.
 *
 * Every case has a store of its own: a copy of one small world (world.json and the accounts below) that is built once.
 */
#ifndef CASES_RUNNER_H
#define CASES_RUNNER_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/authn.h"
#include "base/log.h"
#include "base/random.h"
#include "http/http.h"
#include "json/json.h"

/* What a test program brings: makes its face on the records, handles a request, lets go. */
typedef struct CaseFace {
	void *(*open)(Records *r);
	Reply (*handle)(void *face, Request *r);
	void (*close)(void *face);
} CaseFace;

typedef struct CaseAccount {
	const char *login, *name, *ref;
	Role role;
} CaseAccount;
static const CaseAccount case_accounts[] = {
	{ "nel", "Nel Derks", "Patient/nel", ROLE_PERSON },
	{ "vera", "Vera Smeets", "Practitioner/vera", ROLE_PROFESSIONAL },  /* in the team of nel */
	{ "otto", "Otto Janssen", "Practitioner/otto", ROLE_PROFESSIONAL }, /* in the team of piet only */
	{ "cora", "Cora Peeters", "Practitioner/cora", ROLE_COORDINATOR },  /* coordinates the team of nel */
	{ "karel", "Karel Derks", "RelatedPerson/karel", ROLE_CARER },      /* may see the goals of nel */
	{ "adam", "Adam Beheer", NULL, ROLE_ADMIN },
};
enum { CASE_ACCOUNTS = COUNT_OF(case_accounts), CASE_VARS = 16, CASE_LOG = 64 };

typedef struct Case {
	const char *file;
	unsigned line;
	Arena *arena;
	Str rest; /* of the file */
	Records *records;
	void *face;
	const CaseFace *kind;
	const Str *tokens; /* by account */
	int who;           /* index of the account; -1: nobody */
	bool cookie;
	Pair vars[CASE_VARS];
	size_t n_vars;
	/* the request */
	Method method;
	Str target, body;
	Pair headers[16], form[64];
	size_t n_headers, n_form;
	/* the answer */
	bool answered;
	Reply reply;
	int64_t log_from; /* entries before this request are not looked at */
	bool failed;
	size_t checks;
} Case;

__attribute__((format(printf, 2, 3))) static void case_fail(Case *c, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	fprintf(stderr, "%s:%u: ", c->file, c->line);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	if (!c->failed && c->answered)
		fprintf(stderr, "  the answer was %d: %.*s\n", c->reply.status,
		        (int)(c->reply.body.n > 1500 ? 1500 : c->reply.body.n), c->reply.body.p ? c->reply.body.p : "");
	c->failed = true;
}

/* ---- files ---- */

static Str case_read_file(Arena *a, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		die("cannot read %s", path);
	char *p = arena_raw(a, (size_t)st.st_size + 1);
	ssize_t n = read(fd, p, (size_t)st.st_size);
	close(fd);
	if (n != st.st_size)
		die("cannot read %s", path);
	return str_n(p, (size_t)n);
}

static void case_copy_dir(const char *from, const char *to)
{
	Arena *a = arena_new();
	DIR *d = opendir(from);
	if (!d || mkdir(to, 0700) != 0)
		die("cannot copy %s to %s", from, to);
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		Str text = case_read_file(a, arena_printf(a, "%s/%s", from, e->d_name).p);
		int fd = open(arena_printf(a, "%s/%s", to, e->d_name).p, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n)
			die("cannot copy %s", e->d_name);
		close(fd);
	}
	closedir(d);
	arena_free(a);
}

static void case_remove_dir(const char *dir)
{
	Arena *a = arena_new();
	DIR *d = opendir(dir);
	for (struct dirent *e; d && (e = readdir(d));) {
		const char *path = arena_printf(a, "%s/%s", dir, e->d_name).p;
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && unlink(path) != 0)
			case_remove_dir(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
	arena_free(a);
}

/* A new folder below the fastest place there is. */
static const char *case_temp_dir(Arena *a)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	char *path = arena_cstr(a, arena_printf(a, "%s/samendoel-cases-XXXXXX", base));
	if (!mkdtemp(path))
		die("cannot make a folder in %s", base);
	return path;
}

/* ---- the world ---- */

static Records *case_open_records(const char *dir)
{
	char why[256] = "";
	Records *r;
	if (records_open(&(RecordsOptions){ .dir = str_c(dir) }, &r, why, sizeof why) != OK)
		die("cannot open the store in %s: %s", dir, why);
	return r;
}

static void case_fill_world(Records *r, Arena *a, const char *file)
{
	const Json *doc;
	JError where = { 0 };
	Scope scope = scope_system(S("demo"));
	Visit *v = visit_new(r, &scope, a);
	if (json_parse(a, case_read_file(a, file), &doc, &where) != OK)
		die("%s:%u:%u: %s", file, where.line, where.col, where.message);
	for (JIter it = json_iter(JGET(json_root(doc), "entry")); json_next(&it);) {
		JVal resource = JGET(it.value, "resource");
		Str type = JSTR(resource, "resourceType", a), id = JSTR(resource, "id", a);
		Err e = visit_create_as(v, fhir_type(type), id, json_raw(resource));
		const Outcome *o = visit_outcome(v);
		if (e != OK)
			die("%s: %.*s/%.*s: %.*s: %.*s", file, STR_ARG(type), STR_ARG(id), STR_ARG(err_name(e)),
			    STR_ARG(o->count ? o->issues[o->count - 1].details : S("")));
	}
	if (visit_commit(v) != OK)
		die("the world of the cases could not be written");
}

static void case_build_world(const char *dir, const char *file, Arena *a, Str *tokens)
{
	Records *r = case_open_records(dir);
	case_fill_world(r, a, file);
	for (size_t i = 0; i < CASE_ACCOUNTS; i++) {
		const CaseAccount *account = &case_accounts[i];
		Str ref = str_c(account->ref);
		int64_t id;
		NewAccount n = { .login = str_c(account->login),
			         .name = str_c(account->name),
			         .role = account->role,
			         .refs = &ref,
			         .n_refs = account->ref ? 1 : 0 };
		if (account_create(r, &n, &id) != OK || token_create(r, id, a, &tokens[i]) != OK)
			die("account %s could not be made", account->login);
	}
	records_close(r);
}

/* ---- variables: ${id} ---- */

static Str case_var(const Case *c, Str name)
{
	for (size_t i = 0; i < c->n_vars; i++)
		if (str_eq(c->vars[i].name, name))
			return c->vars[i].value;
	return STR_END;
}

static Str case_fill(Case *c, Str text)
{
	Buf b = buf_new(c->arena, text.n + 64, 0);
	for (;;) {
		ptrdiff_t at = str_find(text, S("${"));
		if (at < 0)
			break;
		Str name, rest = str_from(text, (size_t)at + 2);
		buf_add(&b, str_upto(text, (size_t)at));
		rest = str_cut(rest, '}', &name);
		Str value = case_var(c, name);
		if (!value.p)
			case_fail(c, "there is no ${%.*s}", STR_ARG(name));
		buf_add(&b, value.p ? value : S(""));
		text = rest.p ? rest : S("");
	}
	buf_add(&b, text);
	return buf_str(&b);
}

/* ---- the request ---- */

static const Method case_methods[] = { M_GET, M_HEAD, M_POST, M_PUT, M_PATCH, M_DELETE, M_OPTIONS };

static bool case_method(Str word, Method *out)
{
	for (size_t i = 0; i < COUNT_OF(case_methods); i++)
		if (str_eq(method_name(case_methods[i]), word)) {
			*out = case_methods[i];
			return true;
		}
	return false;
}

static void case_add_header(Case *c, Str name, Str value)
{
	if (c->n_headers == COUNT_OF(c->headers))
		die("%s: too many headers", c->file);
	c->headers[c->n_headers++] = (Pair){ name, value };
}

/* Who asks: a bearer token, or the session cookie (and then the CSRF token). */
static void case_identify(Case *c)
{
	Session session;
	int64_t expired;
	if (c->who < 0)
		return;
	Str token = c->tokens[c->who];
	if (!c->cookie) {
		case_add_header(c, S("Authorization"), arena_join(c->arena, S("Bearer "), token, STR_END));
		return;
	}
	case_add_header(c, S("Cookie"), arena_join(c->arena, S("samendoel_session="), token, STR_END));
	if (session_open(c->records, token, c->arena, &session, &expired) != OK)
		die("%s: no session", c->file);
	c->vars[0] = (Pair){ S("csrf"), csrf_token(&session, c->arena) };
}

/* A browser sends the token that stands in the page; a case may give another one. */
static void case_add_token(Case *c)
{
	for (size_t i = 0; i < c->n_form; i++)
		if (str_eq(c->form[i].name, S("_csrf")))
			return;
	if (c->cookie && c->n_form && c->n_form < COUNT_OF(c->form))
		c->form[c->n_form++] = (Pair){ S("_csrf"), S("${csrf}") };
}

static Str case_form_body(Case *c)
{
	Buf b = buf_new(c->arena, 256, 0);
	for (size_t i = 0; i < c->n_form; i++) {
		if (i)
			buf_byte(&b, '&');
		buf_add(&b, url_encode(c->arena, c->form[i].name));
		buf_byte(&b, '=');
		buf_add(&b, url_encode(c->arena, case_fill(c, c->form[i].value)));
	}
	return buf_str(&b);
}

/* Asks and finishes the visit as the server does: what the visit noted is durable before the answer counts. */
static void case_ask(Case *c)
{
	Request *r = ARENA_NEW(c->arena, Request);
	Str path, target;
	case_identify(c);
	case_add_token(c);
	target = case_fill(c, c->target);
	if (str_starts(target, S("http://samendoel.test/"))) /* a link that was kept */
		target = str_from(target, 21);
	r->arena = c->arena;
	r->method = c->method;
	r->query = str_cut(target, '?', &path);
	r->path = url_decode(c->arena, path, false);
	r->body = c->n_form ? case_form_body(c) : case_fill(c, c->body);
	if (c->n_form)
		case_add_header(c, S("Content-Type"), S("application/x-www-form-urlencoded"));
	for (size_t i = 0; i < c->n_headers; i++)
		c->headers[i].value = case_fill(c, c->headers[i].value);
	r->headers = c->headers;
	r->n_headers = c->n_headers;
	r->remote = S("192.0.2.7");
	r->id = S("case");
	c->reply = c->kind->handle(c->face, r);
	for (int i = 0; i < 3 && c->reply.visit; i++) {
		Err e = visit_commit(c->reply.visit);
		if (e == OK)
			break;
		c->reply = c->reply.on_fail(c->reply.fail_arg, e);
	}
	c->answered = true;
}

/* ---- comparing ---- */

/* '*' stands for anything. */
static bool case_glob(Str pattern, Str text)
{
	Str head;
	ptrdiff_t star = str_chr(pattern, '*');
	if (star < 0)
		return str_eq(pattern, text);
	head = str_upto(pattern, (size_t)star);
	if (!str_starts(text, head))
		return false;
	pattern = str_from(pattern, (size_t)star + 1);
	for (text = str_from(text, head.n);; text = str_from(text, 1)) {
		if (case_glob(pattern, text))
			return true;
		if (!text.n)
			return false;
	}
}

/* Is everything that `want` says in `have`? Strings may hold '*'; "absent" as a value says that the member is not
 * there. */
static bool case_within(Case *c, JVal want, JVal have, Str where)
{
	Arena *a = c->arena;
	if (json_is(want, J_OBJECT)) {
		for (JIter it = json_iter(want); json_next(&it);) {
			JVal h = json_get(have, it.key);
			Str below = arena_join(a, where, S("."), it.key, STR_END);
			if (json_str_is(it.value, S("absent"))) {
				if (h.node) {
					case_fail(c, "%.*s is there", STR_ARG(below));
					return false;
				}
			} else if (!case_within(c, it.value, h, below)) {
				return false;
			}
		}
		return true;
	}
	if (json_is(want, J_ARRAY)) {
		if (!json_is(have, J_ARRAY) || json_count(want) != json_count(have)) {
			case_fail(c, "%.*s: expected %zu items, not %zu", STR_ARG(where), json_count(want),
			          json_count(have));
			return false;
		}
		for (size_t i = 0; i < json_count(want); i++)
			if (!case_within(c, json_at(want, i), json_at(have, i),
			                 arena_printf(a, "%.*s[%zu]", STR_ARG(where), i)))
				return false;
		return true;
	}
	bool same = json_is(want, J_STRING) ? json_is(have, J_STRING) && case_glob(json_str(want, a), json_str(have, a))
	                                    : have.node && str_eq(json_raw(want), json_raw(have));
	if (!same)
		case_fail(c, "%.*s: expected %.*s, not %.*s", STR_ARG(where), STR_ARG(json_raw(want)),
		          STR_ARG(have.node ? json_raw(have) : S("(absent)")));
	return same;
}

static void case_expect_json(Case *c, Str text)
{
	const Json *want, *have;
	JError where = { 0 };
	if (json_parse(c->arena, case_fill(c, text), &want, &where) != OK)
		case_fail(c, "the expected JSON is malformed at %u:%u: %s", where.line, where.col, where.message);
	else if (json_parse(c->arena, c->reply.body, &have, &where) != OK)
		case_fail(c, "the answer is not JSON: %s", where.message ? where.message : "empty");
	else
		(void)case_within(c, json_root(want), json_root(have), S("$"));
}

static Str case_reply_header(const Case *c, Str name)
{
	if (str_eq_nocase(name, S("Content-Type")))
		return c->reply.type;
	for (size_t i = 0; i < c->reply.n_headers; i++)
		if (str_eq_nocase(c->reply.headers[i].name, name))
			return c->reply.headers[i].value;
	return STR_END;
}

/* ---- the access log ---- */

static const char *case_action(AuditAction a)
{
	switch (a) {
	case AUDIT_READ:
		return "read";
	case AUDIT_CREATE:
		return "create";
	case AUDIT_UPDATE:
		return "update";
	case AUDIT_DELETE:
		return "delete";
	case AUDIT_SEARCH:
		return "search";
	case AUDIT_SIGN_IN:
		return "sign-in";
	case AUDIT_SIGN_IN_FAILED:
		return "sign-in-failed";
	case AUDIT_SIGN_OUT:
		return "sign-out";
	case AUDIT_EXPORT:
		return "export";
	case AUDIT_ADMIN:
		return "admin";
	}
	return "?";
}

static size_t case_log(Case *c, Str person, AuditEntry **out)
{
	size_t n;
	Scope scope = scope_system(S("verify"));
	Visit *v = visit_new(c->records, &scope, c->arena);
	return visit_access_log(v, person, INT64_MAX, CASE_LOG, out, &n) == OK ? n : 0;
}

static int64_t case_log_end(Case *c)
{
	AuditEntry *list;
	int64_t end = 0;
	static const char *const persons[] = { "nel", "piet" };
	for (size_t i = 0; i < COUNT_OF(persons); i++)
		if (case_log(c, str_c(persons[i]), &list) && list[0].seq >= end)
			end = list[0].seq + 1;
	return end;
}

/* "read goals Goal/tuin by Vera Smeets via GET /fhir/{type}/{id}" */
static Str case_entry(Case *c, const AuditEntry *e)
{
	Buf b = buf_new(c->arena, 128, 0);
	buf_add(&b, str_c(case_action(e->action)));
	for (int k = 0; k < CAT_COUNT; k++)
		if (e->categories >> k & 1) {
			buf_byte(&b, ' ');
			buf_add(&b, category_name((Category)k));
		}
	if (e->type != FT_NONE)
		buf_printf(&b, " %.*s/%.*s", STR_ARG(fhir_type_name(e->type)), STR_ARG(e->id));
	else
		buf_printf(&b, " %u", e->count);
	buf_printf(&b, " by %.*s via %.*s", STR_ARG(e->who), STR_ARG(e->route));
	return buf_str(&b);
}

/* "nel: nothing", or the entries since the request, one a line and oldest first, "nel: read … ; create …". */
static void case_expect_audit(Case *c, Str line)
{
	Str person;
	AuditEntry *list;
	Str want = str_trim(str_cut(line, ':', &person));
	size_t n = case_log(c, str_trim(person), &list), fresh = 0;
	while (fresh < n && list[fresh].seq >= c->log_from)
		fresh++;
	if (str_eq(want, S("nothing"))) {
		if (fresh)
			case_fail(c, "the access log has: %.*s", STR_ARG(case_entry(c, &list[0])));
		return;
	}
	want = case_fill(c, want);
	for (size_t i = fresh; i-- > 0;) {
		Str one = case_entry(c, &list[i]);
		if (case_glob(want, one)) {
			list[i].seq = -1;
			return;
		}
	}
	case_fail(c, "not in the access log: %.*s", STR_ARG(want));
	for (size_t i = fresh; i-- > 0;)
		fprintf(stderr, "  but: %.*s\n", STR_ARG(case_entry(c, &list[i])));
}

/* ---- reading a case ---- */

static bool case_line(Case *c, Str *line)
{
	if (!c->rest.p || !c->rest.n)
		return false;
	c->rest = str_cut(c->rest, '\n', line);
	c->line++;
	if (str_ends(*line, S("\r")))
		line->n--;
	return true;
}

static bool case_peek_is(const Case *c, Str start)
{
	return c->rest.p && str_starts(c->rest, start);
}

static void case_as(Case *c, Str words)
{
	Str login;
	Str how = str_trim(str_cut(str_trim(words), ' ', &login));
	c->who = -1;
	c->cookie = str_eq(how, S("by cookie"));
	for (size_t i = 0; i < CASE_ACCOUNTS; i++)
		if (str_eq(str_c(case_accounts[i].login), login))
			c->who = (int)i;
	if (c->who < 0 && !str_eq(login, S("nobody")))
		case_fail(c, "there is no account %.*s", STR_ARG(login));
}

/* Headers and form fields up to an empty line, then the body up to "expect". */
static void case_request(Case *c, Method m, Str target)
{
	Str line;
	const char *from = NULL;
	size_t n = 0;
	c->method = m;
	c->target = str_trim(target);
	c->n_headers = c->n_form = 0;
	c->body = S("");
	c->answered = false;
	c->log_from = case_log_end(c);
	while (!case_peek_is(c, S("expect")) && case_line(c, &line) && line.n) {
		Str name;
		Str value = str_trim(str_cut(line, str_starts(line, S("form ")) ? '=' : ':', &name));
		if (str_starts(name, S("form ")) && c->n_form < COUNT_OF(c->form))
			c->form[c->n_form++] = (Pair){ str_trim(str_from(name, 5)), value };
		else
			case_add_header(c, str_trim(name), value);
	}
	while (!case_peek_is(c, S("expect")) && case_line(c, &line)) {
		if (!from)
			from = line.p;
		n = (size_t)(line.p + line.n - from);
	}
	if (from)
		c->body = str_trim(str_n(from, n));
	case_ask(c);
}

/* "id from Location" (the id in it), "version from json meta.versionId", "token from header X" */
static void case_keep(Case *c, Str words)
{
	Str name, from, value = STR_END;
	words = str_trim(str_cut(str_trim(words), ' ', &name));
	words = str_trim(str_cut(words, ' ', &from));
	if (str_eq(words, S("Location"))) {
		value = case_reply_header(c, words);
		ptrdiff_t history = str_find(value, S("/_history/"));
		if (history >= 0)
			value = str_upto(value, (size_t)history);
		for (ptrdiff_t slash; (slash = str_chr(value, '/')) >= 0;)
			value = str_from(value, (size_t)slash + 1);
	} else if (str_starts(words, S("header "))) {
		value = case_reply_header(c, str_trim(str_from(words, 7)));
	} else if (str_starts(words, S("json "))) {
		const Json *doc;
		Str part, path = str_trim(str_from(words, 5));
		JVal at = { NULL, NULL };
		if (json_parse(c->arena, c->reply.body, &doc, NULL) == OK)
			at = json_root(doc);
		while (path.p) {
			int64_t i;
			path = str_cut(path, '.', &part);
			at = str_int(part, &i) ? json_at(at, (size_t)i) : json_get(at, part);
		}
		value = json_is(at, J_STRING) ? json_str(at, c->arena) : at.node ? json_raw(at) : STR_END;
	}
	if (!value.p || c->n_vars == CASE_VARS)
		case_fail(c, "nothing to keep as %.*s", STR_ARG(name));
	else
		c->vars[c->n_vars++] = (Pair){ name, arena_str(c->arena, value) };
}

/* Are all braces and brackets closed? */
static bool case_balanced(const char *from, size_t n)
{
	int open = 0;
	bool text = false;
	for (size_t i = 0; i < n; i++) {
		if (text && from[i] == '\\')
			i++;
		else if (from[i] == '"')
			text = !text;
		else if (!text && (from[i] == '{' || from[i] == '['))
			open++;
		else if (!text && (from[i] == '}' || from[i] == ']'))
			open--;
	}
	return open <= 0;
}

/* A line that begins with '{' opens the JSON; it goes on until all braces are closed. */
static void case_json_block(Case *c, Str line)
{
	const char *from = line.p;
	size_t n = line.n;
	while (!case_balanced(from, n) && case_line(c, &line))
		n = (size_t)(line.p + line.n - from);
	case_expect_json(c, str_n(from, n));
}

static void case_expectation(Case *c, Str line)
{
	Str name;
	c->checks++;
	if (str_starts(line, S("{"))) {
		case_json_block(c, line);
	} else if (str_starts(line, S("no "))) {
		if (case_reply_header(c, str_trim(str_from(line, 3))).p)
			case_fail(c, "the answer has the header");
	} else if (str_eq(line, S("empty"))) {
		if (c->reply.body.n)
			case_fail(c, "the answer has a body");
	} else if (str_starts(line, S("contains: "))) {
		if (str_find(c->reply.body, case_fill(c, str_from(line, 10))) < 0)
			case_fail(c, "the text is not in the answer");
	} else if (str_starts(line, S("lacks: "))) {
		if (str_find(c->reply.body, case_fill(c, str_from(line, 7))) >= 0)
			case_fail(c, "the text is in the answer");
	} else if (str_starts(line, S("audit "))) {
		case_expect_audit(c, str_from(line, 6));
	} else {
		Str want = case_fill(c, str_trim(str_cut(line, ':', &name)));
		Str have = case_reply_header(c, name);
		if (!have.p || !case_glob(want, have))
			case_fail(c, "header %.*s is %.*s", STR_ARG(name), STR_ARG(have.p ? have : S("(absent)")));
	}
}

/* "200"; "4*" when the kind of mistake is not the point. */
static void case_expect_status(Case *c, Str text)
{
	c->checks++;
	if (!case_glob(str_trim(text), arena_printf(c->arena, "%d", c->reply.status)))
		case_fail(c, "expected status %.*s, not %d", STR_ARG(str_trim(text)), c->reply.status);
}

static void case_lines(Case *c)
{
	Str line, word;
	Method m;
	while (case_line(c, &line)) {
		line = str_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		Str rest = str_cut(line, ' ', &word);
		if (str_eq(word, S("as")))
			case_as(c, rest);
		else if (case_method(word, &m))
			case_request(c, m, rest);
		else if (!c->answered)
			case_fail(c, "not understood: %.*s", STR_ARG(line));
		else if (str_eq(word, S("expect")))
			case_expect_status(c, rest);
		else if (str_eq(word, S("keep")))
			case_keep(c, rest);
		else
			case_expectation(c, line);
	}
	if (!c->checks)
		case_fail(c, "this case expects nothing");
}

static bool case_run(const char *file, const char *world, const CaseFace *kind, const Str *tokens)
{
	Arena *a = arena_new(), *dirs = arena_new();
	Case *c = ARENA_NEW(a, Case);
	const char *base = case_temp_dir(dirs);
	const char *dir = arena_printf(dirs, "%s/store", base).p;
	case_copy_dir(world, dir);
	*c = (Case){ .file = file, .arena = a, .kind = kind, .tokens = tokens, .who = -1, .n_vars = 1 };
	c->vars[0] = (Pair){ S("csrf"), S("") };
	c->records = case_open_records(dir);
	c->face = kind->open(c->records);
	c->rest = case_read_file(a, file);
	case_lines(c);
	bool ok = !c->failed;
	Records *records = c->records;
	kind->close(c->face);
	arena_free(a); /* visits that were never finished end here, and need the records for that */
	records_close(records);
	case_remove_dir(dir);
	case_remove_dir(base);
	arena_free(dirs);
	return ok;
}

static int case_is_file(const struct dirent *e)
{
	return str_ends(str_c(e->d_name), S(".case"));
}

/* All *.case files of a folder, or those whose name holds $CASE. Returns how many failed; prints a line for each of
 * those. */
static size_t cases_run(const char *folder, const CaseFace *kind)
{
	struct dirent **names;
	Arena *a = arena_new();
	Str tokens[CASE_ACCOUNTS];
	const char *only = getenv("CASE"), *base = case_temp_dir(a);
	const char *world = arena_printf(a, "%s/world", base).p;
	size_t ran = 0, failed = 0;
	case_build_world(world, "tests/cases/world.json", a, tokens);
	int n = scandir(folder, &names, case_is_file, alphasort);
	for (int i = 0; i < n; i++) {
		if (!only || strstr(names[i]->d_name, only)) {
			ran++;
			failed += !case_run(arena_printf(a, "%s/%s", folder, names[i]->d_name).p, world, kind, tokens);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	case_remove_dir(world);
	case_remove_dir(base);
	arena_free(a);
	fprintf(stderr, "%zu cases in %s, %zu failed\n", ran, folder, failed);
	return ran ? failed : 1;
}

#endif
