#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/cli.h"

static const Option common[] = {
	{ .name = S_INIT("data"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("DIR"),
	  .standard = S_INIT("data"),
	  .help = S_INIT("folder of the store") },
	{ .name = S_INIT("config"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("FILE"),
	  .help = S_INIT("file with lines: name = value") },
	{ .name = S_INIT("log-level"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("LEVEL"),
	  .standard = S_INIT("info"),
	  .help = S_INIT("debug, info, warn or error") },
	{ .name = S_INIT("help"), .kind = OPTION_FLAG, .help = S_INIT("show this text") },
};
enum { CONFIG_MAX = 1024 * 1024, NAME_MAX_BYTES = 64 };

int cli_fail(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("samendoel: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	return EXIT_PROBLEM;
}

/* ---- a command's own options and the common ones as one list ---- */

static size_t count(const Command *c)
{
	return c->n_options + COUNT_OF(common);
}

static const Option *option_at(const Command *c, size_t i)
{
	return i < c->n_options ? &c->options[i] : &common[i - c->n_options];
}

static ptrdiff_t find(const Command *c, Str name)
{
	for (size_t i = 0; i < count(c); i++)
		if (str_eq(option_at(c, i)->name, name))
			return (ptrdiff_t)i;
	return -1;
}

static Str value_of(const Args *a, Str name, OptionKind kind)
{
	ptrdiff_t i = find(a->command, name);
	if (i < 0 || option_at(a->command, (size_t)i)->kind != kind)
		die("command %.*s has no such option: %.*s", STR_ARG(a->command->name), STR_ARG(name));
	return a->values[i];
}

Str opt_text(const Args *a, Str name)
{
	return value_of(a, name, OPTION_TEXT);
}

int64_t opt_number(const Args *a, Str name)
{
	Str s = value_of(a, name, OPTION_NUMBER);
	int64_t v = 0;
	if (s.p && !str_int(s, &v))
		die("standard value of --%.*s is no number", STR_ARG(name));
	return v;
}

bool opt_flag(const Args *a, Str name)
{
	return str_eq(value_of(a, name, OPTION_FLAG), S("yes"));
}

/* ---- checking ---- */

static int wrong(const Args *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
static int wrong(const Args *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("samendoel: ", stderr);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\nTry: samendoel %.*s --help\n", STR_ARG(a->command->name));
	va_end(ap);
	return EXIT_USAGE;
}

/* Keeps a value when it is one; `from` says where it stood. */
static int keep(Args *a, size_t i, Str v, Str from)
{
	const Option *o = option_at(a->command, i);
	int64_t n;
	switch (o->kind) {
	case OPTION_TEXT:
		break;
	case OPTION_NUMBER:
		if (!str_int(v, &n) || n < o->low || (o->high && n > o->high))
			return wrong(a, "%.*s: '%.*s' is not a number from %lld%s%.0lld.", STR_ARG(from), STR_ARG(v),
			             (long long)o->low, o->high ? " to " : " up", (long long)o->high);
		break;
	case OPTION_FLAG:
		if (str_eq(v, S("1")) || str_eq(v, S("true")) || str_eq(v, S("on")))
			v = S("yes");
		if (str_eq(v, S("0")) || str_eq(v, S("false")) || str_eq(v, S("off")))
			v = S("no");
		if (!str_eq(v, S("yes")) && !str_eq(v, S("no")))
			return wrong(a, "%.*s: say yes or no, not '%.*s'.", STR_ARG(from), STR_ARG(v));
		break;
	}
	a->values[i] = v;
	return -1;
}

static int unknown_option(const Args *a, Str written, Str name)
{
	Str *names = ARENA_ARRAY(a->arena, Str, count(a->command));
	for (size_t i = 0; i < count(a->command); i++)
		names[i] = option_at(a->command, i)->name;
	Str near = nearest(name, names, count(a->command));
	if (near.p)
		return wrong(a, "unknown option %.*s. Did you mean --%.*s?", STR_ARG(written), STR_ARG(near));
	return wrong(a, "unknown option %.*s.", STR_ARG(written));
}

/* ---- the command line ---- */

static int read_flag(Args *a, int argc, char **argv, int *at, bool *given)
{
	Str written = str_c(argv[*at]), value, name;
	Str rest = str_eq(written, S("-h")) ? S("help") : str_from(written, 2);
	value = str_cut(rest, '=', &name);
	ptrdiff_t i = written.p[1] == '-' || str_eq(written, S("-h")) ? find(a->command, name) : -1;
	if (i < 0)
		return unknown_option(a, written, name);
	if (!value.p && option_at(a->command, (size_t)i)->kind == OPTION_FLAG)
		value = S("yes");
	if (!value.p) {
		if (*at + 1 >= argc)
			return wrong(a, "--%.*s needs a value.", STR_ARG(name));
		value = str_c(argv[++*at]);
	}
	given[i] = true;
	return keep(a, (size_t)i, value, arena_join(a->arena, S("--"), name, STR_END));
}

static int read_line(Args *a, int argc, char **argv, bool *given)
{
	Str *rest = ARENA_ARRAY(a->arena, Str, (size_t)argc + 1);
	bool only_operands = false;
	for (int i = 0; i < argc; i++) {
		Str s = str_c(argv[i]);
		if (!only_operands && str_eq(s, S("--"))) {
			only_operands = true;
			continue;
		}
		if (only_operands || s.n < 2 || s.p[0] != '-') {
			rest[a->n_rest++] = s;
			continue;
		}
		int code = read_flag(a, argc, argv, &i, given);
		if (code >= 0)
			return code;
	}
	a->rest = rest;
	return -1;
}

/* ---- the environment: SAMENDOEL_LOG_LEVEL ---- */

static int read_environment(Args *a, bool *given)
{
	for (size_t i = 0; i < count(a->command); i++) {
		char name[NAME_MAX_BYTES] = "SAMENDOEL_";
		Str o = option_at(a->command, i)->name;
		size_t n = strlen(name);
		for (size_t k = 0; k < o.n && n + 1 < sizeof name; k++)
			name[n++] = o.p[k] == '-' ? '_' : (char)(o.p[k] >= 'a' && o.p[k] <= 'z' ? o.p[k] - 32 : o.p[k]);
		name[n] = 0;
		const char *v = getenv(name);
		if (given[i] || !v || !*v || str_eq(o, S("help")))
			continue;
		given[i] = true;
		int code = keep(a, i, str_c(v), arena_str(a->arena, str_c(name)));
		if (code >= 0)
			return code;
	}
	return -1;
}

/* ---- the file ---- */

static int slurp(Args *a, Str path, Str *out)
{
	int fd = open(arena_cstr(a->arena, path), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return wrong(a, "cannot read the file of --config, %.*s: %m.", STR_ARG(path));
	Buf b = buf_new(a->arena, 4096, CONFIG_MAX);
	for (;;) {
		char *to = buf_room(&b, 1);
		ssize_t n = to ? read(fd, to, b.cap - b.n) : 0;
		if (n <= 0)
			break;
		b.n += (size_t)n;
	}
	close(fd);
	*out = buf_str(&b);
	return b.full ? wrong(a, "%.*s is too large for a file of settings.", STR_ARG(path)) : -1;
}

static bool known_somewhere(Str name, const Command *const *all, size_t n_all)
{
	for (size_t i = 0; i < n_all; i++)
		if (find(all[i], name) >= 0)
			return true;
	return false;
}

static int read_file(Args *a, Str path, bool *given, const Command *const *all, size_t n_all)
{
	Str text = STR_END, line;
	int code = slurp(a, path, &text), number = 0;
	while (code < 0 && text.p) {
		text = str_cut(text, '\n', &line);
		number++;
		line = str_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		Str name, value = str_cut(line, '=', &name);
		name = str_trim(name);
		if (!value.p)
			return wrong(a, "%.*s line %d: expected name = value.", STR_ARG(path), number);
		ptrdiff_t i = find(a->command, name);
		if (i < 0 && !known_somewhere(name, all, n_all))
			return wrong(a, "%.*s line %d: there is no setting '%.*s'.", STR_ARG(path), number,
			             STR_ARG(name));
		if (i < 0 || given[i])
			continue;
		code =
		    keep(a, (size_t)i, str_trim(value), arena_printf(a->arena, "%.*s line %d", STR_ARG(path), number));
	}
	return code;
}

static int set_log_level(const Args *a)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	Str s = opt_text(a, S("log-level"));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(s, str_c(names[i]))) {
			log_level((LogLevel)i);
			return -1;
		}
	return wrong(a, "--log-level: say debug, info, warn or error, not '%.*s'.", STR_ARG(s));
}

int args_read(Args *a, int argc, char **argv, const Command *const *all, size_t n_all)
{
	size_t n = count(a->command);
	bool *given = ARENA_ARRAY(a->arena, bool, n);
	a->values = ARENA_ARRAY(a->arena, Str, n);
	for (size_t i = 0; i < n; i++)
		a->values[i] = option_at(a->command, i)->standard;
	int code = read_line(a, argc, argv, given);
	if (code >= 0)
		return code;
	if (opt_flag(a, S("help"))) {
		help_command(a->command);
		return EXIT_DONE;
	}
	code = read_environment(a, given);
	Str file = opt_text(a, S("config"));
	if (code < 0 && file.p)
		code = read_file(a, file, given, all, n_all);
	if (code < 0)
		code = set_log_level(a);
	if (code < 0 && a->n_rest && !a->command->operands.p)
		code = wrong(a, "'%.*s': %.*s takes options only.", STR_ARG(a->rest[0]), STR_ARG(a->command->name));
	return code;
}

/* ---- help ---- */

static void help_options(const Option *o, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int used = printf("  --%.*s%s%.*s", STR_ARG(o[i].name), o[i].value.p ? " " : "", STR_ARG(o[i].value));
		printf("%*s%.*s", used < 28 ? 28 - used : 1, "", STR_ARG(o[i].help));
		if (o[i].standard.p)
			printf(" [%.*s]", STR_ARG(o[i].standard));
		putchar('\n');
	}
}

void help_command(const Command *c)
{
	printf("samendoel %.*s: %.*s\n\n", STR_ARG(c->name), STR_ARG(c->summary));
	printf("Usage: samendoel %.*s [options]%s%.*s\n", STR_ARG(c->name), c->operands.p ? " " : "",
	       STR_ARG(c->operands));
	if (c->help.p)
		printf("\n%.*s\n", STR_ARG(c->help));
	if (c->n_options) {
		printf("\nOptions\n");
		help_options(c->options, c->n_options);
	}
	printf("\nFor every command\n");
	help_options(common, COUNT_OF(common));
	printf(
	    "\nAn option can also stand in the environment (SAMENDOEL_DATA=…) or in the file of --config (data = …).\n"
	    "Exit code: 0 done, 1 failed or problems found, 2 wrong command line.\n");
}

void help_all(const Command *const *all, size_t n_all)
{
	printf("Samendoel: life goals, care goals and one plan, agreed with the person.\n\n"
	       "Usage: samendoel COMMAND [options]\n\nCommands\n");
	for (size_t i = 0; i < n_all; i++)
		printf("  %-10.*s%.*s\n", STR_ARG(all[i]->name), STR_ARG(all[i]->summary));
	printf("\n  samendoel COMMAND --help    the options of one command\n"
	       "  samendoel --version         the version\n\n"
	       "Every command takes --data DIR, the folder of the store.\n");
}

/* ---- hints ---- */

/* Number of changes of one letter between two words (insert, leave out, replace), counted up to 64 letters. */
static size_t distance(Str a, Str b)
{
	size_t row[NAME_MAX_BYTES + 1];
	a = str_upto(a, NAME_MAX_BYTES);
	b = str_upto(b, NAME_MAX_BYTES);
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t before = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = before + (a.p[i - 1] != b.p[j - 1]);
			before = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b.n];
}

Str nearest(Str written, const Str *names, size_t n)
{
	Str best = STR_END;
	size_t best_d = written.n / 3 + 2;
	for (size_t i = 0; i < n; i++) {
		size_t d = distance(written, names[i]);
		if (d < best_d) {
			best_d = d;
			best = names[i];
		}
	}
	return best;
}
