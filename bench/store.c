/* The store's figures on one machine: reads by id and dossier scans in a store of a million rows, durable creates with
 * 64 outstanding, log appends, proofs. One JSON line each.      bench-store [rows, default 1 000 000] */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "store/store.h"

enum { PER_DOSSIER = 60, RUNS = 5, OUTSTANDING = 64, BODY = 1500 };

typedef struct Bench {
	Store *s;
	Arena *a;
	Part first;
	int64_t rows;
	uint64_t state;
} Bench;

static uint64_t next_random(Bench *b)
{
	b->state = b->state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return b->state >> 20;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Median of RUNS values; spread is (max - min) / median. */
static void print(const char *name, double *v, const char *unit, double goal)
{
	qsort(v, RUNS, sizeof *v, by_value);
	printf("{\"name\":\"store.%s\",\"value\":%.4g,\"unit\":\"%s\",\"goal\":%.4g,\"spread\":%.2f}\n", name,
	       v[RUNS / 2], unit, goal, (v[RUNS - 1] - v[0]) / v[RUNS / 2]);
	fflush(stdout);
}

static Str body(Bench *b, Rid rid, Arena *a)
{
	char id[14];
	store_id_text(b->s, rid, id);
	int n = BODY - 100 + (int)(rid % 200);
	char *fill = arena_raw(a, (size_t)n + 1);
	for (int i = 0; i < n; i++)
		fill[i] = (char)('a' + (rid * 31 + i * 7) % 26);
	fill[n] = 0;
	return arena_printf(a, "{\"resourceType\":\"Goal\",\"id\":\"%s\",\"meta\":{\"versionId\":\"1\"},\"x\":\"%s\"}",
	                    id, fill);
}

static void add_row(Bench *b, StoreTx *tx, Part part, Arena *a, bool indexed)
{
	Rid rid;
	if (store_new_rid(b->s, part, &rid) != OK)
		die("no row number");
	StoreRow r = { .rid = rid, .type = FT_GOAL, .version = 1, .updated = time_now(), .op = ROW_CREATE };
	r.body = body(b, rid, a);
	store_put(tx, &r);
	if (indexed) {
		store_index(tx, true, 1, arena_printf(a, "%016llx", (unsigned long long)next_random(b)), rid);
		store_log(
		    tx, part,
		    S("a compact entry: who, what, when, why and by which relation (about 90 bytes in all) ......"));
	}
}

static void finished(void *ctx, Err e)
{
	if (e != OK)
		die("a write was refused");
	arena_free(ctx);
}

/* ---- filling: a dossier is a transaction ---- */

static void fill(Bench *b)
{
	int64_t start = time_mono_us();
	for (int64_t done = 0; done < b->rows; done += PER_DOSSIER) {
		Part p = store_new_part(b->s);
		if (done == 0)
			b->first = p;
		Arena *a = arena_new();
		StoreTx *tx = store_tx(b->s, a);
		for (int i = 0; i < PER_DOSSIER; i++)
			add_row(b, tx, p, a, false);
		StoreStats st;
		do
			store_stats(b->s, &st);
		while (st.queue_now > 64 && usleep(200) == 0);
		if (store_submit(tx, finished, a) != OK)
			die("the queue is full");
	}
	StoreTx *last = store_tx(b->s, b->a);
	if (store_commit(last) != OK)
		die("a write was refused");
	double took[RUNS];
	for (int i = 0; i < RUNS; i++)
		took[i] = (double)b->rows / ((double)(time_mono_us() - start) / 1e6);
	print("ingest_rows", took, "rows/s", 10000);
}

/* ---- reading ---- */

static Rid random_rid(Bench *b)
{
	Part p = b->first + (Part)(next_random(b) % (uint64_t)(b->rows / PER_DOSSIER));
	return p << LOCAL_BITS | (Rid)(1 + next_random(b) % PER_DOSSIER);
}

static void reads(Bench *b)
{
	enum { N = 200000 };
	char(*ids)[14] = malloc(N * sizeof *ids);
	double rate[RUNS + 1];
	for (int run = 0; run <= RUNS; run++) {
		for (int i = 0; i < N; i++)
			store_id_text(b->s, random_rid(b), ids[i]);
		int64_t start = time_mono_us();
		for (int i = 0; i < N; i++) {
			StoreRow r;
			if (store_get(b->s, FT_GOAL, str_n(ids[i], 13), b->a, &r) != OK)
				die("a row is missing");
			if (i % 64 == 63)
				arena_reset(b->a);
		}
		rate[run] = N / ((double)(time_mono_us() - start) / 1e6);
	}
	free(ids);
	print("read_by_id", rate + 1, "reads/s", 166000); /* the first run warms the page cache */
}

static void scans(Bench *b)
{
	enum { N = 5000 };
	double us[RUNS];
	for (int run = 0; run < RUNS; run++) {
		int64_t start = time_mono_us();
		for (int i = 0; i < N; i++) {
			StoreRow *rows;
			size_t n;
			if (store_scan(b->s, rid_part(random_rid(b)), NULL, 0, 1000, b->a, &rows, &n) != OK ||
			    n != PER_DOSSIER)
				die("a dossier is not whole");
			arena_reset(b->a);
		}
		us[run] = (double)(time_mono_us() - start) / N;
	}
	print("scan_60_rows", us, "us", 60);
}

/* ---- durable creates: 64 outstanding, one row, one index row and one log entry each ---- */

typedef struct Load {
	Bench *b;
	pthread_mutex_t lock;
	pthread_cond_t change;
	int outstanding;
	int64_t n;
	double worst_us;
} Load;
typedef struct Ticket {
	Load *load;
	Arena *a;
	int64_t start;
} Ticket;

static void acknowledged(void *ctx, Err e)
{
	Ticket *t = ctx;
	Load *l = t->load;
	if (e != OK)
		die("a write was refused");
	double took = (double)(time_mono_us() - t->start);
	Arena *a = t->a;
	pthread_mutex_lock(&l->lock);
	l->outstanding--;
	if (took > l->worst_us)
		l->worst_us = took;
	pthread_cond_signal(&l->change);
	pthread_mutex_unlock(&l->lock);
	arena_free(a);
}

static void creates(Bench *b)
{
	double rate[RUNS], worst[RUNS];
	for (int run = 0; run < RUNS; run++) {
		Load l = { b, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0 };
		int64_t start = time_mono_us(), until = start + 2000000;
		for (; time_mono_us() < until; l.n++) {
			pthread_mutex_lock(&l.lock);
			while (l.outstanding >= OUTSTANDING)
				pthread_cond_wait(&l.change, &l.lock);
			l.outstanding++;
			pthread_mutex_unlock(&l.lock);
			Arena *a = arena_new();
			Ticket *t = ARENA_NEW(a, Ticket);
			*t = (Ticket){ &l, a, time_mono_us() };
			StoreTx *tx = store_tx(b->s, a);
			add_row(b, tx, rid_part(random_rid(b)), a, true);
			if (store_submit(tx, acknowledged, t) != OK)
				die("the queue is full");
		}
		pthread_mutex_lock(&l.lock);
		while (l.outstanding)
			pthread_cond_wait(&l.change, &l.lock);
		pthread_mutex_unlock(&l.lock);
		rate[run] = (double)l.n / ((double)(time_mono_us() - start) / 1e6);
		worst[run] = l.worst_us / 1000;
	}
	print("durable_creates", rate, "creates/s", 5000);
	print("durable_create_worst", worst, "ms", 100);
}

/* ---- the log ---- */

static void appends(Bench *b)
{
	enum { N = 100000, PER_TX = 20 };
	double rate[RUNS];
	for (int run = 0; run < RUNS; run++) {
		int64_t start = time_mono_us();
		for (int i = 0; i < N; i += PER_TX) {
			Arena *a = arena_new();
			StoreTx *tx = store_tx(b->s, a);
			for (int k = 0; k < PER_TX; k++)
				store_log(tx, rid_part(random_rid(b)),
				          S("a compact entry: who, what, when, why and by which relation (about 90 "
				            "bytes in all) ......"));
			while (store_submit(tx, finished, a) == ERR_BUSY)
				usleep(100);
		}
		StoreTx *last = store_tx(b->s, b->a);
		if (store_commit(last) != OK)
			die("a write was refused");
		rate[run] = N / ((double)(time_mono_us() - start) / 1e6);
	}
	print("log_appends", rate, "entries/s", 40000);
}

static void proofs(Bench *b)
{
	enum { N = 2000 };
	double us[RUNS], list[RUNS];
	LogHead head;
	if (store_log_head(b->s, &head) != OK)
		die("no log");
	for (int run = 0; run < RUNS; run++) {
		int64_t start = time_mono_us();
		for (int i = 0; i < N; i++) {
			uint8_t proof[64][32];
			size_t n;
			if (store_log_proof(b->s, (int64_t)(next_random(b) % (uint64_t)head.size), head.size, proof,
			                    &n) != OK)
				die("no proof");
		}
		us[run] = (double)(time_mono_us() - start) / N;
		start = time_mono_us();
		for (int i = 0; i < N; i++) {
			LogEntry *e;
			size_t n;
			if (store_log_of_part(b->s, rid_part(random_rid(b)), INT64_MAX, 20, b->a, &e, &n) != OK)
				die("no entries");
			arena_reset(b->a);
		}
		list[run] = (double)(time_mono_us() - start) / N;
	}
	print("log_proof", us, "us", 1000);
	print("log_list_20", list, "us", 500);
}

/* ---- opening again, and memory ---- */

static void reopen(Bench *b, const char *dir)
{
	double ms[RUNS];
	char why[256];
	for (int run = 0; run < RUNS; run++) {
		store_close(b->s);
		int64_t start = time_mono_us();
		if (store_open(&(StoreOptions){ .dir = str_c(dir) }, &b->s, why, sizeof why) != OK)
			die("%s", why);
		ms[run] = (double)(time_mono_us() - start) / 1000;
	}
	print("open", ms, "ms", 100);
}

static void memory(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long all = 0, resident = 0;
	if (!f || fscanf(f, "%ld %ld", &all, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	double mib[RUNS];
	for (int i = 0; i < RUNS; i++)
		mib[i] = (double)resident * 4096 / (1 << 20);
	print("rss", mib, "MiB", 256);
}

int main(int argc, char **argv)
{
	Bench b = { .rows = argc > 1 ? strtoll(argv[1], NULL, 10) : 1000000, .state = 42 };
	b.rows -= b.rows % PER_DOSSIER;
	const char *tmp = getenv("TMPDIR");
	char root[300], dir[320], cmd[400], why[256];
	snprintf(root, sizeof root, "%s/store-bench-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(root))
		die("no temporary directory");
	snprintf(dir, sizeof dir, "%s/data", root);
	b.a = arena_new();
	if (store_open(&(StoreOptions){ .dir = str_c(dir) }, &b.s, why, sizeof why) != OK)
		die("%s", why);
	fill(&b);
	reads(&b);
	scans(&b);
	creates(&b);
	appends(&b);
	proofs(&b);
	memory();
	reopen(&b, dir);
	store_close(b.s);
	arena_free(b.a);
	snprintf(cmd, sizeof cmd, "rm -rf '%s'", root);
	return system(cmd) == 0 ? 0 : 1;
}
