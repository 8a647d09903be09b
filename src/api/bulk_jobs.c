/* The list of jobs and the threads that run them. */
#include "api/bulk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"

enum { TIDY_SECONDS = 60, LOW = 10 };

/* ---- finding and choosing; under the lock ---- */

static BulkJob *find(Bulk *b, Str id, int64_t account)
{
	for (BulkJob *j = b->jobs; j; j = j->next)
		if (!j->cancelled && str_eq(j->id, id) && j->ask.account == account)
			return j;
	return NULL;
}

static size_t count_of(const Bulk *b, int64_t account, BulkStatus status)
{
	size_t n = 0;
	for (const BulkJob *j = b->jobs; j; j = j->next)
		n += j->ask.account == account && j->status == status && !j->cancelled;
	return n;
}

/* The job that waits longest, of the account that has the fewest running. */
static BulkJob *next_job(Bulk *b)
{
	for (size_t running = 0; running < BULK_RUNNING; running++)
		for (BulkJob *j = b->jobs; j; j = j->next)
			if (j->status == BULK_QUEUED && !j->cancelled &&
			    count_of(b, j->ask.account, BULK_RUNS) == running)
				return j;
	return NULL;
}

static void list_add(Bulk *b, BulkJob *j)
{
	BulkJob **end = &b->jobs;
	while (*end)
		end = &(*end)->next;
	*end = j;
	j->next = NULL;
}

static void list_remove(Bulk *b, BulkJob *j)
{
	for (BulkJob **at = &b->jobs; *at; at = &(*at)->next) {
		if (*at == j) {
			*at = j->next;
			return;
		}
	}
}

/* Takes out of the list what is over: cancelled, or kept long enough. */
static BulkJob *take_expired(Bulk *b)
{
	Millis now = time_now();
	for (BulkJob *j = b->jobs; j; j = j->next) {
		bool over = (j->status == BULK_DONE || j->status == BULK_FAILED) && now >= j->ended + BULK_KEEP_MS;
		if (j->status != BULK_RUNS && (j->cancelled || over)) {
			list_remove(b, j);
			return j;
		}
	}
	return NULL;
}

/* ---- the threads ---- */

static Str sentence(Err e)
{
	if (e == ERR_SIGN_IN)
		return S("The account of this job may no longer sign in.");
	if (e == ERR_NOT_FOUND)
		return S("What the job was about is not there any more.");
	return e == ERR_IO ? S("The files could not be written or the records not read.")
	                   : S("The job could not be finished.");
}

static void say(BulkJob *j, BulkStatus status, Str why)
{
	pthread_mutex_lock(&j->bulk->lock);
	j->status = status;
	j->why = why;
	pthread_mutex_unlock(&j->bulk->lock);
}

/* The end of a run: nobody hears of it before it is on the disk. */
static void ended(BulkJob *j, Err e)
{
	BulkStatus status = e == OK ? BULK_DONE : BULK_FAILED;
	if (e == ERR_BUSY) { /* halted: taken up at the next start, or thrown away */
		bulk_files_close(j);
		say(j, BULK_QUEUED, STR_END);
		return;
	}
	pthread_mutex_lock(&j->bulk->lock);
	j->ended = time_now();
	j->why = e == OK ? STR_END : sentence(e);
	pthread_mutex_unlock(&j->bulk->lock);
	Err saved = bulk_save(j, status);
	bulk_files_close(j);
	if (saved != OK)
		log_error("bulk: the end of a job could not be written");
	bulk_drop_input(j);
	say(j, saved == OK ? status : BULK_FAILED, saved == OK ? j->why : sentence(saved));
}

static Err run(BulkJob *j)
{
	return j->ask.level == BULK_IMPORT ? bulk_import_run(j) : bulk_export_run(j);
}

static void *work(void *arg)
{
	Bulk *b = arg;
	/* Reads of people come first. */
	if (setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), LOW) != 0)
		log_warn("bulk: the priority could not be lowered");
	records_thread_light(b->records);
	pthread_mutex_lock(&b->lock);
	while (!b->stop) {
		BulkJob *old, *j;
		while ((old = take_expired(b))) {
			pthread_mutex_unlock(&b->lock);
			bulk_remove(old);
			bulk_job_free(old);
			pthread_mutex_lock(&b->lock);
		}
		j = next_job(b);
		if (j) {
			j->status = BULK_RUNS;
			pthread_mutex_unlock(&b->lock);
			ended(j, run(j));
			pthread_mutex_lock(&b->lock);
			continue;
		}
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += TIDY_SECONDS;
		pthread_cond_timedwait(&b->changed, &b->lock, &until);
	}
	pthread_mutex_unlock(&b->lock);
	records_thread_end(b->records);
	return NULL;
}

/* Under the lock. */
static void start_threads(Bulk *b)
{
	for (; b->n_threads < BULK_THREADS; b->n_threads++)
		if (pthread_create(&b->threads[b->n_threads], NULL, work, b) != 0)
			break;
}

/* ---- opening and closing ---- */

static void take_up(Bulk *b)
{
	DIR *d = opendir(b->dir.p);
	for (struct dirent *f; d && (f = readdir(d));) {
		BulkJob *j;
		if (f->d_name[0] == '.')
			continue;
		Err e = bulk_load(b, str_c(f->d_name), &j);
		if (e == OK) {
			list_add(b, j);
			continue;
		}
		/* A folder whose kick-off was not answered. */
		j = bulk_job_new(b);
		j->dir = arena_join(j->arena, b->dir, S("/"), str_c(f->d_name), STR_END);
		if (e == ERR_NOT_FOUND)
			bulk_remove(j);
		bulk_job_free(j);
	}
	if (d)
		closedir(d);
	if (b->jobs)
		start_threads(b);
}

Bulk *bulk_open(Records *r, Str base)
{
	Arena *a = arena_new();
	Bulk *b = ARENA_NEW(a, Bulk);
	*b = (Bulk){ .records = r, .arena = a, .base = arena_str(a, base) };
	b->dir = arena_join(a, records_dir(r), S("/export"), STR_END);
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->changed, NULL);
	if (!records_read_only(r))
		take_up(b);
	return b;
}

void bulk_close(Bulk *b)
{
	if (!b)
		return;
	pthread_mutex_lock(&b->lock);
	b->stop = true;
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
	for (size_t i = 0; i < b->n_threads; i++)
		pthread_join(b->threads[i], NULL);
	while (b->jobs) {
		BulkJob *j = b->jobs;
		b->jobs = j->next;
		if (j->cancelled)
			bulk_remove(j);
		bulk_job_free(j);
	}
	pthread_mutex_destroy(&b->lock);
	pthread_cond_destroy(&b->changed);
	arena_free(b->arena);
}

/* ---- one job ---- */

BulkJob *bulk_job_new(Bulk *b)
{
	Arena *a = arena_new();
	BulkJob *j = ARENA_NEW(a, BulkJob);
	j->arena = a;
	j->bulk = b;
	for (size_t i = 0; i < BULK_FILES; i++)
		j->files[i].fd = -1;
	return j;
}

Err bulk_folder(BulkJob *j)
{
	Bulk *b = j->bulk;
	if (records_read_only(b->records))
		return ERR_BUSY;
	j->id = random_text(j->arena, 15);
	j->dir = arena_join(j->arena, b->dir, S("/"), j->id, STR_END);
	if ((mkdir(b->dir.p, 0700) != 0 && errno != EEXIST) || mkdir(j->dir.p, 0700) != 0)
		return ERR_IO;
	return OK;
}

Err bulk_submit(BulkJob *j)
{
	Bulk *b = j->bulk;
	int64_t who = j->ask.account;
	pthread_mutex_lock(&b->lock);
	size_t kept = 0;
	for (BulkStatus st = BULK_QUEUED; st <= BULK_FAILED; st++)
		kept += count_of(b, who, st);
	pthread_mutex_unlock(&b->lock);
	Err e = kept >= BULK_KEPT ? ERR_TOO_MANY : OK;
	if (e == OK && !j->dir.p)
		e = bulk_folder(j);
	if (e == OK)
		e = bulk_save(j, BULK_QUEUED);
	if (e != OK) {
		if (j->dir.p)
			bulk_remove(j);
		bulk_job_free(j);
		return e;
	}
	pthread_mutex_lock(&b->lock);
	list_add(b, j);
	start_threads(b);
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
	return OK;
}

Err bulk_with(Bulk *b, Str id, int64_t account, void (*fn)(void *ctx, BulkJob *j), void *ctx)
{
	pthread_mutex_lock(&b->lock);
	BulkJob *j = find(b, id, account);
	if (j)
		fn(ctx, j);
	pthread_mutex_unlock(&b->lock);
	return j ? OK : ERR_NOT_FOUND;
}

static void cancel(void *ctx, BulkJob *j)
{
	(void)ctx;
	j->cancelled = true;
	pthread_cond_broadcast(&j->bulk->changed);
}

Err bulk_delete(Bulk *b, Str id, int64_t account)
{
	return bulk_with(b, id, account, cancel, NULL);
}

bool bulk_halted(BulkJob *j)
{
	pthread_mutex_lock(&j->bulk->lock);
	bool yes = j->bulk->stop || j->cancelled;
	pthread_mutex_unlock(&j->bulk->lock);
	return yes;
}

void bulk_progress(BulkJob *j, size_t done, size_t total)
{
	pthread_mutex_lock(&j->bulk->lock);
	j->done = done;
	j->total = total;
	pthread_mutex_unlock(&j->bulk->lock);
}
