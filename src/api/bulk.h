/* Bulk jobs: exports (and imports) that go on after their request, at the rights that their account has at each moment.
 * Source: https://hl7.org/fhir/uv/bulkdata/export.html
 *
 * A job is a folder DATA/export/<job>/ (0700): job.json says what was asked and how far the files are durable, one
 * NDJSON file per type. A job that a stopped server left behind is taken up where job.json says: files are cut back to
 * that point, so that no line is there twice. Nothing can be fetched before the job is done. BULK_KEEP_MS later all of
 * it is thrown away: these files are care data.
 *
 * Threads: BULK_THREADS workers at low priority, started by the first job. All functions here are thread-safe, except
 * those that work on one job (bulk_state.c, bulk_export.c, bulk_import.c): they belong to the worker that runs it. */
#ifndef API_BULK_H
#define API_BULK_H

#include <pthread.h>

#include "api/query.h"

enum {
	BULK_THREADS = 2,
	BULK_RUNNING = 2,    /* jobs of one account at once; others wait */
	BULK_KEPT = 20,      /* jobs of one account that are not thrown away yet; more: 429 */
	BULK_FILTERS = 50,   /* _typeFilter */
	BULK_ELEMENTS = 100, /* _elements */
	BULK_PERSONS = 1000000,
	BULK_KEEP_MS = 24 * 3600 * 1000,
};

typedef enum BulkStatus { BULK_QUEUED, BULK_RUNS, BULK_DONE, BULK_FAILED } BulkStatus;
typedef enum BulkLevel { BULK_SYSTEM, BULK_PATIENTS, BULK_GROUP, BULK_PERSON, BULK_IMPORT } BulkLevel;
Str bulk_level_name(BulkLevel l);

/* What a job was asked for. Strings live in the job's arena. */
typedef struct BulkAsk {
	BulkLevel level;
	int64_t account;
	Str request;  /* full address of the kick-off */
	Str group;    /* BULK_GROUP: its id */
	Str *persons; /* BULK_PERSON, and BULK_PATIENTS or BULK_GROUP when narrowed: ids */
	size_t n_persons;
	TypeSet types;
	bool any_type;
	bool has_since;
	Millis since, at; /* at: transactionTime */
	Str *filters;     /* "Goal?lifecycle-status=active" */
	size_t n_filters;
	Str *elements; /* _elements: "Goal.description", "name" */
	size_t n_elements;
} BulkAsk;

/* One file of the answer: [type], or BULK_DELETED or BULK_ERRORS. */
enum { BULK_DELETED = FT_COUNT, BULK_ERRORS, BULK_FILES };
typedef struct BulkFile {
	int fd;         /* -1: not open */
	uint64_t bytes; /* written */
	uint64_t count; /* lines */
	char *buf;      /* BULK_BUF bytes, or NULL */
	size_t n;       /* in buf */
} BulkFile;

typedef struct BulkJob {
	struct BulkJob *next;
	Arena *arena;
	struct Bulk *bulk;
	Str id, dir;
	BulkAsk ask;
	BulkFile files[BULK_FILES];
	int64_t dossier; /* the last that is in the files */
	/* under the lock of Bulk: */
	BulkStatus status;
	bool cancelled;
	size_t done, total; /* dossiers, or lines of an import */
	Millis ended;
	Str why; /* BULK_FAILED: one sentence */
} BulkJob;

typedef struct Bulk {
	Records *records;
	Str base; /* "http://…/fhir" */
	Str dir;  /* DATA/export */
	Arena *arena;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	BulkJob *jobs;
	pthread_t threads[BULK_THREADS];
	size_t n_threads;
	bool stop;
} Bulk;

/* ---- the jobs (bulk_jobs.c) ---- */
/* Takes up what a stopped server left behind. */
Bulk *bulk_open(Records *r, Str base);
/* Running jobs stop at a durable point. bulk_close(NULL) is harmless. */
void bulk_close(Bulk *b);
/* A job in an arena of its own, not known to anybody yet; the caller fills ask and hands it over. */
BulkJob *bulk_job_new(Bulk *b);
/* Makes its folder; needed only when something is put there before bulk_submit. */
NODISCARD Err bulk_folder(BulkJob *j);
/* Writes job.json and queues it; owns the job from then on. ERR_TOO_MANY: BULK_KEPT reached. */
NODISCARD Err bulk_submit(BulkJob *j);
/* Runs fn with the job of that id and account, under the lock. ERR_NOT_FOUND also for another's. */
NODISCARD Err bulk_with(Bulk *b, Str id, int64_t account, void (*fn)(void *ctx, BulkJob *j), void *ctx);
/* Cancels, or throws away when it is done. ERR_NOT_FOUND. */
NODISCARD Err bulk_delete(Bulk *b, Str id, int64_t account);
/* Should the worker stop at the next durable point? */
bool bulk_halted(BulkJob *j);
void bulk_progress(BulkJob *j, size_t done, size_t total);

/* Fills in who asks, what and when, and hands the job over; the 202 with its address, or why not. */
Reply bulk_start(Call *c, BulkJob *j);

/* ---- state and files of one job (bulk_state.c) ---- */
/* Everything written is durable and job.json says so. */
NODISCARD Err bulk_save(BulkJob *j, BulkStatus status);
/* The job of a folder. ERR_INVALID: it holds none. */
NODISCARD Err bulk_load(Bulk *b, Str id, BulkJob **out);
/* Back to what job.json says: what was written later is cut off. */
NODISCARD Err bulk_rewind(BulkJob *j);
NODISCARD Err bulk_line(BulkJob *j, size_t file, Str text);
Str bulk_file_name(size_t file, Arena *a);
/* Closes files, frees buffers. */
void bulk_files_close(BulkJob *j);
/* Removes what an import was sent, if that is there. */
void bulk_drop_input(const BulkJob *j);
/* Removes the folder with all in it. */
void bulk_remove(const BulkJob *j);
void bulk_job_free(BulkJob *j);

/* ---- the work ---- */
/* OK: all is in the files. ERR_BUSY: halted. ERR_SIGN_IN: the account may no longer. */
NODISCARD Err bulk_export_run(BulkJob *j);
NODISCARD Err bulk_import_run(BulkJob *j);
/* What an import was sent, in the job's folder; thrown away when it is over. */
#define BULK_INPUT "input.ndjson"
/* "Goal?lifecycle-status=active" → terms; false: *why says what is wrong with it. */
NODISCARD bool bulk_filter(Arena *a, Str text, Query *out, Str *why);

#endif
