/* samendoel user: accounts, passwords, tokens. */
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "access/authn.h"
#include "base/random.h"
#include "cli/cli.h"

typedef struct Job {
	const Args *args;
	Records *records;
	Account account; /* of the login that was named; not for add and list */
} Job;

/* ---- passwords ---- */

/* A line from standard input without showing it; absent at the end of the input. */
static Str read_secret(const Args *a, const char *prompt)
{
	char line[512];
	struct termios was, quiet;
	bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &was) == 0;
	if (terminal) {
		fputs(prompt, stderr);
		quiet = was;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	char *got = fgets(line, sizeof line, stdin);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
		fputc('\n', stderr);
	}
	if (!got)
		return STR_END;
	Str s = str_c(line);
	while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
		s.n--;
	return arena_str(a->arena, s);
}

/* A password that is made here is shown once and must be changed. */
static Str password_for(const Args *a, bool *made)
{
	*made = !opt_flag(a, S("ask"));
	return *made ? random_text(a->arena, 10) : read_secret(a, "Password: ");
}

static int say_failed(const char *what, Err e)
{
	switch ((int)e) {
	case ERR_CONFLICT:
		return cli_fail("%s: this login is taken", what);
	case ERR_INVALID:
		return cli_fail(
		    "%s: the login must be 2 to 64 signs without spaces, the name not empty, and the password 12 to "
		    "128 characters, not the login and not a well-known one",
		    what);
	case ERR_NOT_FOUND:
		return cli_fail("%s: there is no such account", what);
	default:
		return cli_fail("%s failed (%.*s)", what, STR_ARG(err_name(e)));
	}
}

/* ---- words ---- */

static int add(Job *j)
{
	const Args *a = j->args;
	NewAccount n = { .login = a->rest[1], .name = opt_text(a, S("name")) };
	Str list = opt_text(a, S("ref")), *refs = ARENA_ARRAY(a->arena, Str, list.n + 1);
	bool made;
	if (!role_parse(opt_text(a, S("role")), &n.role) || n.role == ROLE_SYSTEM) {
		cli_fail("--role is person, carer, professional, coordinator or admin");
		return EXIT_USAGE;
	}
	if (!lang_parse(opt_text(a, S("lang")), &n.lang)) {
		cli_fail("--lang is nl, fr, de or en");
		return EXIT_USAGE;
	}
	for (Str one; list.p;) {
		list = str_cut(list, ',', &one);
		one = str_trim(one);
		if (one.n)
			refs[n.n_refs++] = one;
	}
	n.refs = refs;
	if (!n.name.n)
		n.name = n.login;
	n.password = password_for(a, &made);
	n.must_change = made;
	int64_t id;
	Err e = account_create(j->records, &n, &id);
	if (e != OK)
		return say_failed("adding the account", e);
	printf("Added %.*s (%.*s).\n", STR_ARG(n.login), STR_ARG(role_name(n.role)));
	if (made)
		printf("Password, to be changed at the first sign-in: %.*s\n", STR_ARG(n.password));
	return EXIT_DONE;
}

static int list(Job *j)
{
	Account *all;
	size_t n;
	Err e = account_list(j->records, j->args->arena, &all, &n);
	if (e != OK)
		return say_failed("listing", e);
	for (size_t i = 0; i < n; i++) {
		printf("%.*s\t%.*s\t%.*s\t%s", STR_ARG(all[i].login), STR_ARG(role_name(all[i].role)),
		       STR_ARG(all[i].name),
		       all[i].disabled                    ? "disabled"
		       : all[i].locked_until > time_now() ? "locked"
		                                          : "active");
		for (size_t k = 0; k < all[i].n_refs; k++)
			printf("%s%.*s", k ? "," : "\t", STR_ARG(all[i].refs[k]));
		putchar('\n');
	}
	return EXIT_DONE;
}

static int password(Job *j)
{
	bool made;
	Str text = password_for(j->args, &made);
	Err e = account_set_password(j->records, j->account.id, text, made);
	if (e != OK)
		return say_failed("setting the password", e);
	if (made)
		printf("New password, to be changed at the next sign-in: %.*s\n", STR_ARG(text));
	else
		puts("The password is set.");
	return EXIT_DONE;
}

static int report(const char *what, Err e)
{
	if (e != OK)
		return say_failed(what, e);
	puts("Done.");
	return EXIT_DONE;
}

static int disable(Job *j)
{
	return report("disabling", account_disable(j->records, j->account.id, true));
}

static int enable(Job *j)
{
	return report("enabling", account_disable(j->records, j->account.id, false));
}

static int unlock(Job *j)
{
	return report("unlocking", account_unlock(j->records, j->account.id));
}

static int revoke_tokens(Job *j)
{
	return report("revoking", token_revoke_all(j->records, j->account.id));
}

static int ref(Job *j)
{
	Str text = opt_text(j->args, S("ref"));
	if (!text.n) {
		cli_fail("user ref: give --ref Type/id");
		return EXIT_USAGE;
	}
	return report("adding the reference", account_add_ref(j->records, j->account.id, text));
}

static int token(Job *j)
{
	Str text;
	Err e = token_create(j->records, j->account.id, j->args->arena, &text);
	if (e != OK)
		return say_failed("making a token", e);
	printf("%.*s\n", STR_ARG(text));
	return EXIT_DONE;
}

static const struct Word {
	Str name;
	bool login, writes;
	int (*run)(Job *j);
} words[] = {
	{ S_INIT("add"), true, true, add },           { S_INIT("list"), false, false, list },
	{ S_INIT("password"), true, true, password }, { S_INIT("disable"), true, true, disable },
	{ S_INIT("enable"), true, true, enable },     { S_INIT("unlock"), true, true, unlock },
	{ S_INIT("token"), true, true, token },       { S_INIT("revoke"), true, true, revoke_tokens },
	{ S_INIT("ref"), true, true, ref },
};

static int with_store(const Args *a, const struct Word *w)
{
	char why[256] = "";
	Job j = { .args = a };
	Str dir = opt_text(a, S("data"));
	RecordsOptions o = { .dir = dir, .read_only = !w->writes };
	if (records_open(&o, &j.records, why, sizeof why) != OK)
		return cli_fail("cannot open the store in %.*s: %s", STR_ARG(dir), why);
	Err e = OK;
	if (w->login && w->run != add)
		e = account_by_login(j.records, a->rest[1], a->arena, &j.account);
	int code = e == OK ? w->run(&j) : say_failed("user", e);
	records_close(j.records);
	return code;
}

static int user(const Args *a)
{
	for (size_t i = 0; i < COUNT_OF(words) && a->n_rest; i++) {
		if (str_eq(words[i].name, a->rest[0]) && a->n_rest == (words[i].login ? 2U : 1U))
			return with_store(a, &words[i]);
	}
	cli_fail("user: say what to do. Try: samendoel user --help");
	return EXIT_USAGE;
}

static const Option options[] = {
	{ .name = S_INIT("name"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("NAME"),
	  .help = S_INIT("the person's name (add)") },
	{ .name = S_INIT("role"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("ROLE"),
	  .standard = S_INIT("professional"),
	  .help = S_INIT("person, carer, professional, coordinator or admin (add)") },
	{ .name = S_INIT("lang"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("CODE"),
	  .standard = S_INIT("nl"),
	  .help = S_INIT("nl, fr, de or en (add)") },
	{ .name = S_INIT("ref"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("TYPE/ID"),
	  .help = S_INIT("who this is in the records: Patient/…, Practitioner/…, RelatedPerson/… (add, ref)") },
	{ .name = S_INIT("ask"),
	  .kind = OPTION_FLAG,
	  .help = S_INIT("read the password from the terminal or standard input; else one is made (add, password)") },
};

const Command cmd_user = {
	.name = S_INIT("user"),
	.summary = S_INIT("accounts: add, list, password, disable, enable, unlock, token, revoke, ref"),
	.operands = S_INIT("add|password|disable|enable|unlock|token|revoke|ref LOGIN  or  list"),
	.help = S_INIT(
	    "Adds and changes accounts. The server must not be running on the same store, except for list.\n"
	    "token makes a lasting token for programs and shows it once; revoke ends all tokens of the account."),
	.options = options,
	.n_options = COUNT_OF(options),
	.run = user,
};
