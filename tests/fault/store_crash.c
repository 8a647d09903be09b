/* Acknowledged is durable: a child writes from four threads and reports each acknowledged version over a pipe; the
 * parent kills it (SIGKILL) at a random moment, opens the store and looks for every version that was reported. In each
 * transaction one version, one log entry and, for a new row, one index row are written: their numbers must agree
 * afterwards.
 *
 *     store_crash [rounds, default 200] [seed, default from the clock; printed] */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "store/store.h"

enum { THREADS = 4, PARTS = 5, ROUNDS_PER_STORE = 25, KILL_AFTER_MS = 90 };

typedef struct Ack {
	Rid rid;
	int64_t version;
} Ack;

typedef struct Totals {
	int64_t rounds, acks, lost, problems, kills_before_first;
} Totals;

static Str body_of(Store *s, Rid rid, int32_t version, Arena *a)
{
	char id[14];
	store_id_text(s, rid, id);
	/* sizes from a few hundred bytes to several pages */
	int pad = (int)((rid * 7919 + version * 104729) % 97) * (rid % 11 == 0 ? 300 : 15);
	return arena_printf(a,
	                    "{\"resourceType\":\"Goal\",\"id\":\"%s\",\"meta\":{\"versionId\":\"%d\"},\"x\":\"%0*d\"}",
	                    id, version, pad + 1, version);
}

/* ---- the child ---- */

typedef struct Worker {
	Store *store;
	int pipe;
	unsigned seed;
} Worker;

static bool write_version(Worker *w, Rid rid, int32_t version, Arena *a)
{
	StoreRow r = { .rid = rid, .type = FT_GOAL, .version = version, .updated = 1000 + version };
	r.op = version == 1 ? ROW_CREATE : ROW_UPDATE;
	r.body = body_of(w->store, rid, version, a);
	StoreTx *tx = store_tx(w->store, a);
	store_put(tx, &r);
	if (version == 1)
		store_index(tx, true, 1, arena_printf(a, "%lld", (long long)rid), rid);
	store_log(tx, rid_part(rid), S("written"));
	if (store_commit(tx) != OK)
		return false;
	Ack ack = { rid, version };
	return write(w->pipe, &ack, sizeof ack) == sizeof ack;
}

static void *worker(void *p)
{
	Worker *w = p;
	Arena *a = arena_new();
	Rid mine[64] = { 0 };
	int32_t versions[64] = { 0 };
	for (;;) {
		size_t i = (size_t)rand_r(&w->seed) % COUNT_OF(mine);
		if (versions[i] == 0 || versions[i] > 5) {
			if (store_new_rid(w->store, PART_FIRST + rand_r(&w->seed) % PARTS, &mine[i]) != OK)
				die("no row number");
			versions[i] = 0;
		}
		if (!write_version(w, mine[i], ++versions[i], a))
			die("a write was refused");
		arena_reset(a);
	}
	return NULL;
}

static _Noreturn void child(const char *dir, int pipe, unsigned seed)
{
	char why[256];
	Store *s;
	if (store_open(&(StoreOptions){ .dir = str_c(dir) }, &s, why, sizeof why) != OK)
		die("open: %s", why);
	Worker workers[THREADS];
	pthread_t threads[THREADS];
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] = (Worker){ s, pipe, seed * 31 + i };
		if (pthread_create(&threads[i], NULL, worker, &workers[i]) != 0)
			die("no thread");
	}
	for (;;)
		pause();
}

/* ---- the parent ---- */

static size_t drain(int fd, Ack *acks, size_t n, size_t max)
{
	size_t have = 0;
	char *at = (char *)(acks + n);
	for (;;) {
		ssize_t r = read(fd, at + have, (max - n) * sizeof *acks - have);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return n + have / sizeof *acks;
		have += (size_t)r;
	}
}

static void say(void *ctx, const char *line)
{
	(void)ctx;
	fprintf(stderr, "verify: %s\n", line);
}

static void check(const char *dir, const Ack *acks, size_t n, Totals *t)
{
	char why[256];
	Store *s;
	if (store_open(&(StoreOptions){ .dir = str_c(dir) }, &s, why, sizeof why) != OK)
		die("the store does not open after the kill: %s", why);
	Arena *a = arena_new();
	for (size_t i = 0; i < n; i++) {
		StoreRow r;
		int32_t version = (int32_t)acks[i].version;
		if (store_get_version(s, acks[i].rid, version, a, &r) != OK ||
		    !str_eq(r.body, body_of(s, acks[i].rid, version, a))) {
			fprintf(stderr, "lost: row %lld version %d\n", (long long)acks[i].rid, version);
			t->lost++;
		}
		arena_reset(a);
	}
	StoreCheck c;
	if (store_verify(s, NULL, say, NULL, &c) != OK)
		die("verify could not read the store");
	if (c.versions != c.log_entries || c.resources != c.index_rows) {
		fprintf(stderr,
		        "a transaction was kept by half: %lld versions, %lld log entries, %lld resources, %lld index "
		        "rows\n",
		        (long long)c.versions, (long long)c.log_entries, (long long)c.resources,
		        (long long)c.index_rows);
		t->problems++;
	}
	t->problems += c.problems;
	arena_free(a);
	store_close(s);
}

static void one_round(const char *dir, unsigned *seed, Ack *acks, size_t *n, size_t max, Totals *t)
{
	int fds[2];
	if (pipe(fds) != 0)
		die("no pipe");
	pid_t pid = fork();
	if (pid < 0)
		die("no process");
	if (pid == 0) {
		close(fds[0]);
		child(dir, fds[1], (unsigned)rand_r(seed));
	}
	close(fds[1]);
	/* The pipe holds what is reported until then: 4096 reports. A child that fills it waits, and is killed waiting.
	 */
	usleep((unsigned)(rand_r(seed) % (KILL_AFTER_MS * 1000)));
	kill(pid, SIGKILL);
	size_t before = *n;
	*n = drain(fds[0], acks, *n, max);
	close(fds[0]);
	int status;
	waitpid(pid, &status, 0);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		die("the child ended by itself");
	t->rounds++;
	t->acks += (int64_t)(*n - before);
	t->kills_before_first += *n == before;
	check(dir, acks, *n, t);
}

static void remove_store(const char *dir)
{
	char cmd[400];
	snprintf(cmd, sizeof cmd, "rm -rf '%s'", dir);
	if (system(cmd) != 0)
		die("%s cannot be removed", dir);
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 200;
	unsigned seed = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : (unsigned)time_mono_us();
	unsigned start = seed;
	const char *tmp = getenv("TMPDIR");
	char dir[300];
	snprintf(dir, sizeof dir, "%s/store-crash-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		die("no temporary directory");
	enum { MAX = 1 << 20 };
	Ack *acks = calloc(MAX, sizeof *acks);
	size_t n = 0;
	Totals t = { 0 };
	log_level(LOG_WARN);
	for (long i = 0; i < rounds && t.lost + t.problems == 0; i++) {
		if (i % ROUNDS_PER_STORE == 0) {
			remove_store(dir);
			n = 0;
		}
		one_round(dir, &seed, acks, &n, MAX, &t);
	}
	printf(
	    "seed %u: %lld kills (%lld before the first write), %lld writes acknowledged, %lld lost, %lld problems\n",
	    start, (long long)t.rounds, (long long)t.kills_before_first, (long long)t.acks, (long long)t.lost,
	    (long long)t.problems);
	bool ok = t.lost == 0 && t.problems == 0 && t.acks > 0;
	if (ok)
		remove_store(dir);
	else
		printf("the store is kept at %s\n", dir);
	free(acks);
	return ok ? 0 : 1;
}
