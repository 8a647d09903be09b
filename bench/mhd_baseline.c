/* The baseline of the read figure: the same HTTP library answering with nothing but one SQLite select – no access
 * control, no audit, no checks, one header.
 *
 *   mhd_baseline PORT DB DOSSIERS     GET /x/N → body of the N-th resource (modulo their number) of so many dossiers,
 *                                     spread evenly over the store
 *   mhd_baseline PORT constant BYTES  every GET → the same text of BYTES bytes
 *
 * One thread, epoll, keep-alive. Ends on SIGTERM. */
#include <microhttpd.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Baseline {
	sqlite3 *db;
	sqlite3_stmt *get;
	long long *rids, count;
	char *constant;
	size_t constant_n;
} Baseline;

static enum MHD_Result send_body(struct MHD_Connection *c, unsigned status, size_t n, const void *p,
                                 enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *m = MHD_create_response_from_buffer(n, (void *)(uintptr_t)p, mode);
	if (!m)
		return MHD_NO;
	MHD_add_response_header(m, "Content-Type", "application/fhir+json");
	enum MHD_Result queued = MHD_queue_response(c, status, m);
	MHD_destroy_response(m);
	return queued;
}

static enum MHD_Result answer(void *cls, struct MHD_Connection *c, const char *url, const char *method,
                              const char *version, const char *data, size_t *data_n, void **seen)
{
	Baseline *b = cls;
	(void)method;
	(void)version;
	(void)data;
	(void)data_n;
	if (!*seen) {
		*seen = b;
		return MHD_YES;
	}
	if (b->constant)
		return send_body(c, 200, b->constant_n, b->constant, MHD_RESPMEM_PERSISTENT);
	const char *slash = strrchr(url, '/');
	long long n = slash ? strtoll(slash + 1, NULL, 10) : 0;
	sqlite3_reset(b->get);
	sqlite3_bind_int64(b->get, 1, b->rids[(n < 0 ? -n : n) % b->count]);
	if (sqlite3_step(b->get) != SQLITE_ROW)
		return send_body(c, 404, 0, "", MHD_RESPMEM_PERSISTENT);
	size_t size = (size_t)sqlite3_column_bytes(b->get, 0);
	return send_body(c, 200, size, sqlite3_column_blob(b->get, 0), MHD_RESPMEM_MUST_COPY);
}

/* The rows of `dossiers` partitions. A row number starts with its partition's. */
static int list_rows(Baseline *b, long long dossiers)
{
	enum { LOCAL_BITS = 24, PER_DOSSIER_MAX = 1000, FIRST = 16 };
	sqlite3_stmt *q;
	b->rids = calloc((size_t)(dossiers * PER_DOSSIER_MAX), sizeof *b->rids);
	if (!b->rids || sqlite3_prepare_v2(b->db, "SELECT max(rid) FROM res", -1, &q, NULL) != SQLITE_OK)
		return 0;
	long long parts = sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int64(q, 0) >> LOCAL_BITS : 0;
	sqlite3_finalize(q);
	if (sqlite3_prepare_v2(b->db, "SELECT rid FROM res WHERE rid>=?1 AND rid<?2 LIMIT 1000", -1, &q, NULL) !=
	    SQLITE_OK)
		return 0;
	for (long long i = 0; i < dossiers; i++) {
		long long part = FIRST + (parts - FIRST) * i / dossiers;
		sqlite3_bind_int64(q, 1, part << LOCAL_BITS);
		sqlite3_bind_int64(q, 2, (part + 1) << LOCAL_BITS);
		while (sqlite3_step(q) == SQLITE_ROW)
			b->rids[b->count++] = sqlite3_column_int64(q, 0);
		sqlite3_reset(q);
	}
	sqlite3_finalize(q);
	return b->count > 0;
}

static int open_db(Baseline *b, const char *path, const char *dossiers)
{
	if (sqlite3_open_v2(path, &b->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return 0;
	sqlite3_exec(b->db, "PRAGMA cache_size = -8192; PRAGMA mmap_size = 0", NULL, NULL, NULL);
	long long n = strtoll(dossiers, NULL, 10);
	return n > 0 && n < 1000000 && list_rows(b, n) &&
	       sqlite3_prepare_v2(b->db, "SELECT body FROM res WHERE rid = ?1", -1, &b->get, NULL) == SQLITE_OK;
}

int main(int argc, char **argv)
{
	Baseline b = { 0 };
	sigset_t stop;
	int which;
	if (argc != 4) {
		fprintf(stderr, "mhd_baseline PORT DB DOSSIERS | PORT constant BYTES\n");
		return 2;
	}
	if (strcmp(argv[2], "constant") == 0) {
		b.constant_n = strtoul(argv[3], NULL, 10);
		b.constant = malloc(b.constant_n + 1);
		if (b.constant)
			memset(b.constant, 'a', b.constant_n);
	} else if (!open_db(&b, argv[2], argv[3])) {
		fprintf(stderr, "mhd_baseline: %s\n", b.db ? sqlite3_errmsg(b.db) : "no store");
		return 1;
	}
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	struct MHD_Daemon *d =
	    MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, (uint16_t)strtoul(argv[1], NULL, 10), NULL, NULL, answer,
	                     &b, MHD_OPTION_CONNECTION_LIMIT, 2000u, MHD_OPTION_END);
	if (!d)
		return 1;
	sigwait(&stop, &which);
	MHD_stop_daemon(d);
	sqlite3_finalize(b.get);
	sqlite3_close(b.db);
	free(b.constant);
	free(b.rids);
	return 0;
}
