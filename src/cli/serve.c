/* samendoel serve: opens the records, puts the two faces before them, and serves until SIGTERM or SIGINT. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/publish.h"
#include "api/api.h"
#include "base/log.h"
#include "cli/cli.h"
#include "server/deliver.h"
#include "server/server.h"
#include "web/web.h"

typedef struct Product {
	Records *records;
	Web *web;
	Api *api;
	Deliver *deliver;
} Product;

static bool is_fhir(const Request *r)
{
	Str path = r->path;
	return str_starts(path, S("/fhir")) && (path.n == 5 || path.p[5] == '/') && !web_wants_fhir_page(r);
}

static bool slow(void *ctx, const Request *r)
{
	const Product *p = ctx;
	return is_fhir(r) ? api_slow(p->api, r) : web_slow(p->web, r);
}

static Reply handle(void *ctx, Request *r)
{
	Product *p = ctx;
	return is_fhir(r) ? api_handle(p->api, r) : web_handle(p->web, r);
}

static void finish(void *ctx, Visit *v, void (*done)(void *, Err), void *arg)
{
	(void)ctx;
	visit_finish(v, done, arg);
}

static void thread_end(void *ctx)
{
	const Product *p = ctx;
	records_thread_end(p->records);
}

static void metrics(void *ctx, Buf *b)
{
	const Product *p = ctx;
	RecordsStats n = { 0 };
	records_stats(p->records, &n);
	buf_printf(b,
	           "# HELP samendoel_commits_total Commits of the store.\n# TYPE samendoel_commits_total counter\n"
	           "samendoel_commits_total %lld\n",
	           (long long)n.commits);
	buf_printf(b,
	           "# HELP samendoel_writer_queue Transactions that wait for the writer.\n# TYPE "
	           "samendoel_writer_queue gauge\n"
	           "samendoel_writer_queue %lld\n",
	           (long long)n.queue_now);
	deliver_metrics(p->deliver, b);
}

/* ---- settings ---- */

#define TEXT(n, v, h)                                                                         \
	{                                                                                     \
		.name = S_INIT(n), .kind = OPTION_TEXT, .value = S_INIT(v), .help = S_INIT(h) \
	}
#define NUMBER(n, v, s, lo, hi, h)                                                                                \
	{                                                                                                         \
		.name = S_INIT(n), .kind = OPTION_NUMBER, .value = S_INIT(v), .standard = S_INIT(s), .low = (lo), \
		.high = (hi), .help = S_INIT(h)                                                                   \
	}
#define FLAG(n, h)                                                        \
	{                                                                 \
		.name = S_INIT(n), .kind = OPTION_FLAG, .help = S_INIT(h) \
	}

static const Option options[] = {
	{ .name = S_INIT("listen"),
	  .kind = OPTION_TEXT,
	  .value = S_INIT("ADDR:PORT"),
	  .standard = S_INIT("127.0.0.1:8080"),
	  .help = S_INIT("where to listen; port 0: a free one") },
	TEXT("base-url", "URL", "address that users see, for links [http(s)://ADDR:PORT]"),
	TEXT("assets", "DIR", "folder of style sheets and scripts [web, beside the program]"),
	FLAG("demo", "list the demonstration accounts on the sign-in page"),
	NUMBER("threads", "N", "0", 0, 64, "threads that serve; 0: one per core, at most 4"),
	TEXT("tls-cert", "FILE", "certificate chain (PEM): serve HTTPS"),
	TEXT("tls-key", "FILE", "its private key (PEM)"),
	TEXT("trust-proxy", "ADDR", "reverse proxy whose X-Forwarded-For and -Proto count"),
	NUMBER("max-body", "KIB", "16384", 1, 1048576, "largest request body"),
	NUMBER("max-connections", "N", "2000", 8, 100000, "connections at once"),
	NUMBER("max-per-address", "N", "512", 1, 100000, "connections at once from one address"),
	NUMBER("connection-memory", "KIB", "16", 8, 1024, "memory for a connection's headers"),
	NUMBER("idle-timeout", "SECONDS", "60", 1, 3600, "a connection without a request"),
	NUMBER("request-timeout", "SECONDS", "30", 1, 3600, "for a whole request; 1 s more per 32 KiB of body"),
	NUMBER("send-timeout", "SECONDS", "60", 1, 3600, "for a whole reply; 1 s more per 16 KiB"),
	NUMBER("stop-timeout", "SECONDS", "10", 1, 600, "for requests under way when stopping"),
	NUMBER("slow-threads", "N", "2", 1, 64, "threads for passwords, PDF and large bundles"),
	NUMBER("slow-queue", "N", "64", 1, 10000, "requests that may wait for those"),
	TEXT("profiles", "URLS",
	     "profiles that every written resource of their type must meet, with commas between [none]"),
	TEXT("notify-to", "PREFIXES", "addresses to which FHIR notifications may go, with commas between them [none]"),
	FLAG("access-log", "a log line per request, without addresses or care content"),
	FLAG("metrics-open", "/metrics for everyone, not for this machine only"),
};

static ServerOptions server_options(const Args *a, Str assets, int fd)
{
	return (ServerOptions){
		.listen_fd = fd,
		.threads = (int)opt_number(a, S("threads")),
		.tls_cert = opt_text(a, S("tls-cert")),
		.tls_key = opt_text(a, S("tls-key")),
		.assets_dir = assets,
		.trust_proxy = opt_text(a, S("trust-proxy")),
		.body_max = (size_t)opt_number(a, S("max-body")) * 1024,
		.memory_kib = (size_t)opt_number(a, S("connection-memory")),
		.connections_max = (int)opt_number(a, S("max-connections")),
		.per_address_max = (int)opt_number(a, S("max-per-address")),
		.idle_ms = (int)opt_number(a, S("idle-timeout")) * 1000,
		.request_ms = (int)opt_number(a, S("request-timeout")) * 1000,
		.send_ms = (int)opt_number(a, S("send-timeout")) * 1000,
		.stop_ms = (int)opt_number(a, S("stop-timeout")) * 1000,
		.slow_threads = (int)opt_number(a, S("slow-threads")),
		.slow_queue = (int)opt_number(a, S("slow-queue")),
		.access_log = opt_flag(a, S("access-log")),
		.metrics_open = opt_flag(a, S("metrics-open")),
	};
}

/* build/web beside build/samendoel, ../web for other builds, ../share/samendoel/web where it was installed. */
static Str find_assets(const Args *a)
{
	static const Str places[] = { S_INIT("/web"), S_INIT("/../web"), S_INIT("/../share/samendoel/web") };
	Str given = opt_text(a, S("assets"));
	char exe[4096];
	ssize_t n = given.p ? 0 : readlink("/proc/self/exe", exe, sizeof exe);
	if (given.p || n <= 0)
		return given;
	while (n > 0 && exe[n - 1] != '/')
		n--;
	Str dir = str_n(exe, (size_t)n - 1), path;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		struct stat st;
		path = arena_join(a->arena, dir, places[i], STR_END);
		if (stat(path.p, &st) == 0 && S_ISDIR(st.st_mode))
			return path;
	}
	return arena_join(a->arena, dir, places[0], STR_END);
}

static Str base_url(const Args *a, int port)
{
	Str given = opt_text(a, S("base-url")), listen = opt_text(a, S("listen"));
	if (given.p)
		return str_ends(given, S("/")) ? str_upto(given, given.n - 1) : given;
	while (listen.n && listen.p[listen.n - 1] != ':')
		listen.n--;
	Str host = str_upto(listen, listen.n - 1);
	if (str_eq(host, S("0.0.0.0")) || str_eq(host, S("[::]")))
		host = S("localhost");
	return arena_printf(a->arena, "%s://%.*s:%d", opt_text(a, S("tls-cert")).p ? "https" : "http", STR_ARG(host),
	                    port);
}

/* ---- running ---- */

static Err open_product(const Args *a, Str url, Str assets, Product *p, char *why, size_t why_n)
{
	TRY(records_open(&(RecordsOptions){ .dir = opt_text(a, S("data")), .profiles = opt_text(a, S("profiles")) },
	                 &p->records, why, why_n));
	TRY(records_publish(p->records, why, why_n));
	TRY(api_new(p->records, url, &p->api));
	TRY(api_notify_to(p->api, opt_text(a, S("notify-to")), why, why_n));
	TRY(deliver_start(p->api, &p->deliver, why, why_n));
	return web_new(&(WebOptions){ .records = p->records,
	                              .assets_dir = assets,
	                              .base_url = url,
	                              .secure_cookie = str_starts(url, S("https:")),
	                              .demo = opt_flag(a, S("demo")),
	                              .api_description = api_openapi(p->api) },
	               &p->web, why, why_n);
}

static void close_product(Product *p)
{
	deliver_free(p->deliver);
	if (p->web)
		web_free(p->web);
	if (p->api)
		api_free(p->api);
	if (p->records)
		records_close(p->records);
}

static void wait_for_stop(const sigset_t *stop, Str url)
{
	int which = 0;
	printf("Samendoel is at %.*s\n", STR_ARG(url));
	fflush(stdout);
	sigwait(stop, &which);
	fputs("Stopping: finishing what is under way.\n", stderr);
	/* A second signal ends the process at once; what was acknowledged is durable all the same. */
	pthread_sigmask(SIG_UNBLOCK, stop, NULL);
}

/* A crash must not leave care data and passwords behind in a core file. */
static void no_core_files(void)
{
	struct rlimit none = { 0, 0 };
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		log_warn("core files could not be turned off");
}

/* A thread that wakes another goes on with its own work: the threads of the server hand over all that waits before
 * the writer commits, and the writer answers all of a commit before they run. Otherwise each reply is a switch of
 * threads, and each commit holds the first request only. Threads made later inherit it. */
static void wake_without_switching(void)
{
	const struct sched_param none = { 0 };
	if (sched_setscheduler(0, SCHED_BATCH, &none) != 0)
		log_warn("the scheduling policy could not be set; the server works, a little slower");
}

static int run(const Args *a)
{
	char why[512] = "out of room";
	sigset_t stop;
	int fd, port;
	Product p = { 0 };
	Server *server = NULL;
	if (!opt_text(a, S("tls-cert")).p != !opt_text(a, S("tls-key")).p) {
		cli_fail("--tls-cert and --tls-key belong together");
		return EXIT_USAGE;
	}
	no_core_files();
	wake_without_switching();
	/* Before the first thread, so that only this one is told. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	if (server_listen(opt_text(a, S("listen")), &fd, &port, why, sizeof why) != OK)
		return cli_fail("%s", why);
	Str url = base_url(a, port), assets = find_assets(a);
	Err e = open_product(a, url, assets, &p, why, sizeof why);
	if (e == OK) {
		ServerHandlers h = { .ctx = &p,
			             .slow = slow,
			             .handle = handle,
			             .finish = finish,
			             .thread_end = thread_end,
			             .metrics = metrics };
		ServerOptions o = server_options(a, assets, fd);
		e = server_start(&o, &h, &server, why, sizeof why);
	} else {
		close(fd);
	}
	if (e == OK) {
		wait_for_stop(&stop, url);
		/* First: what it streams ends with it, and the server waits for that. */
		deliver_stop(p.deliver);
		server_stop(server);
	}
	close_product(&p);
	return e == OK ? EXIT_DONE : cli_fail("%s", why);
}

const Command cmd_serve = {
	.name = S_INIT("serve"),
	.summary = S_INIT("serve the web application and the FHIR API"),
	.help = S_INIT("Makes the data folder when it is missing, prints the address, and serves until SIGTERM or "
	               "Ctrl-C; then it takes no\n"
	               "more requests, finishes those under way and closes the store."),
	.options = options,
	.n_options = COUNT_OF(options),
	.run = run,
};
