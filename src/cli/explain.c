/* samendoel explain: how a search would be answered, and what that cost. */
#include <stdio.h>

#include "access/authn.h"
#include "api/query.h"
#include "cli/cli.h"

typedef struct Asked {
	FhirType type;
	Str person; /* "Patient/1/Goal": 1 */
	Str query;
} Asked;

/* "Goal?…", "Patient/1/Goal?…", each perhaps after "/fhir/". */
static bool read_search(Str text, Asked *out)
{
	Str path, first, id;
	out->query = str_cut(text, '?', &path);
	if (str_starts(path, S("/fhir/")))
		path = str_from(path, 6);
	Str rest = str_cut(path, '/', &first);
	out->person = STR_END;
	if (!rest.p) {
		out->type = fhir_type(first);
	} else {
		out->type = fhir_type(str_cut(rest, '/', &id));
		out->person = id;
	}
	return out->type != FT_NONE && (!rest.p || (str_eq(first, S("Patient")) && id.n));
}

/* The account that asks; the system when none is named. */
static Err who_asks(Records *r, Str login, Arena *a, Scope *out)
{
	Account account;
	*out = scope_system(S("explain"));
	if (!login.p)
		return OK;
	TRY(account_by_login(r, login, a, &account));
	*out = (Scope){ .account = account.id,
		        .role = account.role,
		        .login = account.login,
		        .name = account.name,
		        .refs = account.refs,
		        .n_refs = account.n_refs,
		        .purpose = S("HOPERAT"),
		        .route = S("samendoel explain") };
	return OK;
}

static void show(const Query *q, const SearchResult *r)
{
	Str used = buf_str(&q->used);
	printf("used        %.*s\n", STR_ARG(used));
	for (size_t i = 0; i < q->notes.count; i++)
		printf("note        %.*s\n", STR_ARG(q->notes.issues[i].details));
	for (Str rest = r->plan, line; rest.n;) {
		rest = str_cut(rest, '\n', &line);
		printf("plan        %.*s\n", STR_ARG(line));
	}
	printf("expected    %zu index entries, rows or dossiers\n", r->cost.estimate);
	printf("read        %zu index entries, %zu resources, %zu dossiers scanned, %zu relations asked\n",
	       r->cost.index_rows, r->cost.rows, r->cost.dossiers, r->cost.relations);
	printf("found       %zu on the first page, %zu included%s\n", r->n_matches, r->n - r->n_matches,
	       r->next.p ? "; there are more" : "");
	if (r->has_total)
		printf("total       %zu\n", r->total);
	printf("time        %lld us\n", (long long)r->cost.us);
}

static int explain(const Args *args, Records *records)
{
	Arena *a = args->arena;
	Asked asked;
	Scope who;
	Query q;
	SearchResult r;
	size_t n;
	if (!read_search(args->rest[0], &asked)) {
		(void)cli_fail("expected a search such as 'Goal?lifecycle-status=active' or 'Patient/ID/Goal?…'");
		return EXIT_USAGE;
	}
	Str login = opt_text(args, S("as"));
	if (who_asks(records, login, a, &who) != OK)
		return cli_fail("there is no account '%.*s'", STR_ARG(login));
	const Pair *pairs = pairs_urlencoded(a, asked.query, &n);
	if (query_parse(a, asked.type, pairs, n, false, &q) != OK) {
		for (size_t i = 0; i < q.notes.count; i++)
			(void)cli_fail("%.*s", STR_ARG(q.notes.issues[i].details));
		return EXIT_PROBLEM;
	}
	q.search.person = asked.person;
	q.search.explain = true;
	Visit *v = visit_new(records, &who, a);
	Err e = visit_find(v, &q.search, &r);
	if (e != OK) {
		const Outcome *o = visit_outcome(v);
		return cli_fail("the search fails: %.*s", STR_ARG(o->count ? o->issues[0].details : err_name(e)));
	}
	show(&q, &r);
	return EXIT_DONE;
}

static int run(const Args *args)
{
	char why[256];
	Records *records;
	Str dir = opt_text(args, S("data"));
	if (args->n_rest != 1) {
		(void)cli_fail("one search is needed. Try: samendoel help explain");
		return EXIT_USAGE;
	}
	if (records_open(&(RecordsOptions){ .dir = dir, .read_only = true }, &records, why, sizeof why) != OK)
		return cli_fail("cannot open the store in %.*s: %s", STR_ARG(dir), why);
	int code = explain(args, records);
	records_close(records);
	return code;
}

static const Option options[] = {
	{ .name = S_INIT("as"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("LOGIN"),
	  .help = S_INIT("as this account would ask it; else as the system, which sees everything") },
};

const Command cmd_explain = {
	.name = S_INIT("explain"),
	.summary = S_INIT("show how a FHIR search is answered, and what it costs"),
	.operands = S_INIT("SEARCH"),
	.help = S_INIT(
	    "SEARCH is what stands behind /fhir/: 'Goal?lifecycle-status=active'. Runs it once, reading only, and\n"
	    "prints the plan, what was expected and what was read. It prints no content."),
	.options = options,
	.n_options = COUNT_OF(options),
	.run = run,
};
