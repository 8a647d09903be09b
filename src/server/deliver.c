#include "server/deliver.h"

#include <curl/curl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api/notify.h"
#include "api/streams.h"
#include "base/log.h"
#include "server/deliver_http.h"

enum { STOP_MS = 2000, IDLE_MS = 3600000, WINDOW = 5000, BEAT_MS = 15000, STREAM_MS = 900000, AGAIN_MS = 5000 };

/* What was loaded at one time: the subscriptions of it share an arena. */
typedef struct Load {
	Arena *arena;
	size_t users;
} Load;

/* One subscription on its way. */
typedef struct Line {
	struct Line *next;
	Load *load;
	Sub sub;
	bool busy;  /* a notification is under way */
	bool posts; /* as an HTTP request */
	bool again; /* not all changes were looked at */
	bool gone;  /* no longer there, or to be taken from a newer load, when it is no longer busy */
	bool kept;  /* in the newest load */
	Notification note;
	Arena *arena; /* of the note; NULL while there is none */
	Post post;
	Stream *stream; /* NULL: nobody is connected */
	Millis beat;    /* when a comment keeps it open */
	Millis until;   /* when it ends: so that its client has to show its token again */
} Line;

struct Deliver {
	const Notifier *n;
	Streams *streams;
	pthread_t thread;
	int wake;
	atomic_bool woken, stop;
	CURLM *multi; /* NULL until there is something to carry */
	Line *lines;
	size_t n_lines, n_busy;
	atomic_ullong epoch;
	bool behind;  /* there may be more changes */
	int64_t seen; /* changes up to here were looked at by every line that is not behind */
	atomic_llong delivered, events, failures, live, failing, waiting, open_streams;
};

/* ---- waking ---- */

/* On any thread; one wake-up is enough until the thread has begun to look. */
static void wake(void *arg)
{
	Deliver *d = arg;
	uint64_t one = 1;
	if (!atomic_exchange(&d->woken, true) && write(d->wake, &one, sizeof one) != sizeof one)
		log_warn("the thread that delivers could not be woken");
}

/* A commit: of interest only when somebody is subscribed. */
static void changed(void *arg)
{
	Deliver *d = arg;
	if (atomic_load(&d->live) || records_subscriptions_epoch(d->n->records) != atomic_load(&d->epoch))
		wake(d);
}

/* ---- lines ---- */

static void load_release(Load *l)
{
	if (--l->users)
		return;
	arena_free(l->arena);
	free(l);
}

static void line_free(Line *l)
{
	if (l->stream)
		stream_end(l->stream);
	arena_free(l->arena);
	load_release(l->load);
	free(l);
}

static Line *line_of(Deliver *d, int64_t key)
{
	for (Line *l = d->lines; l; l = l->next)
		if (l->sub.row.key == key)
			return l;
	return NULL;
}

static void line_set(Line *l, const Sub *s, Load *load)
{
	Millis quiet = l->load ? l->sub.quiet : s->quiet;
	if (l->load)
		load_release(l->load);
	l->sub = *s;
	l->sub.quiet = quiet;
	l->load = load;
	load->users++;
	l->again = true;
	l->gone = false;
}

static void line_add(Deliver *d, const Sub *s, Load *load)
{
	Line *l = calloc(1, sizeof *l);
	if (!l)
		die("out of memory");
	line_set(l, s, load);
	l->kept = true;
	l->next = d->lines;
	d->lines = l;
	d->n_lines++;
}

static void sweep(Deliver *d)
{
	for (Line **at = &d->lines, *l; (l = *at);) {
		if (l->busy || !l->gone) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		d->n_lines--;
		line_free(l);
	}
}

/* Takes in what changed about the subscriptions themselves. One that is busy ends first, as it was. */
static void reload(Deliver *d)
{
	uint64_t epoch = records_subscriptions_epoch(d->n->records);
	bool first = !d->lines;
	Sub *subs;
	size_t n;
	for (Line *l = d->lines; l; l = l->next) {
		l->kept = false;
		if (!l->busy)
			notify_keep(d->n, &l->sub);
	}
	Load *load = calloc(1, sizeof *load);
	if (!load)
		die("out of memory");
	load->arena = arena_new();
	load->users = 1;
	if (notify_load(d->n, load->arena, time_now(), &subs, &n) == OK) {
		for (size_t i = 0; i < n; i++) {
			Line *l = line_of(d, subs[i].row.key);
			if (!l) {
				line_add(d, &subs[i], load);
				continue;
			}
			l->kept = !l->busy;
			if (!l->busy)
				line_set(l, &subs[i], load);
		}
		for (Line *l = d->lines; l; l = l->next)
			l->gone = !l->kept;
		atomic_store(&d->epoch, epoch);
	} else {
		log_warn("the subscriptions could not be read");
	}
	load_release(load);
	sweep(d);
	/* Nobody waited: then what was before is for each line to look at. */
	if (first && changes_last(d->n->records, &d->seen) != OK)
		log_warn("the last change could not be read");
	atomic_store(&d->live, (long long)d->n_lines);
}

/* ---- one notification ---- */

/* Nothing is under way any more. A newer load may wait for that. */
static void line_rest(Deliver *d, Line *l)
{
	d->n_busy -= l->posts;
	l->busy = l->posts = false;
	arena_free(l->arena);
	l->arena = NULL;
	if (l->gone)
		atomic_fetch_sub(&d->epoch, 1);
}

static void settle(Deliver *d, Line *l, Str why)
{
	if (why.p && !l->sub.row.fails)
		log_info("subscription %.*s: %.*s", STR_ARG(l->sub.row.rec.id), STR_ARG(why));
	atomic_fetch_add(why.p ? &d->failures : &d->delivered, 1);
	if (!why.p)
		atomic_fetch_add(&d->events, (long long)l->note.events);
	Err e = notify_done(d->n, &l->sub, &l->note, time_now(), why);
	if (e != OK && e != ERR_CONFLICT)
		log_warn("how far a subscription is could not be kept");
	l->again = !why.p;
	if (l->gone)
		notify_keep(d->n, &l->sub);
	line_rest(d, l);
}

static void begin_post(Deliver *d, Line *l)
{
	l->busy = l->posts = true;
	d->n_busy++;
	if (!d->multi) {
		d->multi = curl_multi_init();
		if (!d->multi)
			die("out of memory");
		curl_multi_setopt(d->multi, CURLMOPT_MAXCONNECTS, (long)DELIVER_AT_ONCE);
	}
	if (!post_begin(&l->post, &l->sub.plan, l->note.body)) {
		settle(d, l, S("The endpoint could not be called."));
		return;
	}
	curl_easy_setopt(l->post.easy, CURLOPT_PRIVATE, l);
	if (curl_multi_add_handle(d->multi, l->post.easy) != CURLM_OK) {
		post_end(&l->post);
		settle(d, l, S("The endpoint could not be called."));
	}
}

/* True: something ended. */
static bool end_posts(Deliver *d)
{
	int left;
	bool any = false;
	for (CURLMsg *m; (m = curl_multi_info_read(d->multi, &left));) {
		Line *l = NULL;
		if (m->msg != CURLMSG_DONE || curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &l) != CURLE_OK)
			continue;
		Str why = post_result(&l->post, m->data.result, l->arena);
		curl_multi_remove_handle(d->multi, l->post.easy);
		post_end(&l->post);
		settle(d, l, why);
		any = true;
	}
	return any;
}

/* An event of a stream: the Bundle is one line, its number the last event's. */
static void begin_stream(Deliver *d, Line *l)
{
	Arena *a = l->arena;
	Str id = l->note.events ? arena_printf(a, "id: %lld\n", (long long)l->note.last) : S("");
	Str text = arena_join(a, S("event: notification\n"), id, S("data: "), l->note.body, S("\n\n"), STR_END);
	l->busy = true;
	if (stream_put(l->stream, text))
		return;
	line_rest(d, l); /* the client is gone, as the next look will find */
	l->again = true;
}

/* The client took all, or left. What was under way when it left is sent again to the next one. */
static void look_at_stream(Deliver *d, Line *l)
{
	int64_t last = -1;
	Stream *fresh = streams_take(d->streams, l->sub.row.key, &last);
	StreamState state = l->stream ? stream_state(l->stream) : STREAM_CLOSED;
	if (l->busy && state == STREAM_EMPTY) {
		settle(d, l, STR_END);
	} else if (l->busy && (state == STREAM_CLOSED || fresh)) {
		line_rest(d, l);
	}
	bool over = state == STREAM_CLOSED || fresh || (!l->busy && time_now() >= l->until);
	if (l->stream && over) {
		stream_end(l->stream);
		l->stream = NULL;
		atomic_fetch_sub(&d->open_streams, 1);
	}
	if (!fresh)
		return;
	l->stream = fresh;
	l->beat = 0; /* at once: so that the headers go out */
	l->until = time_now() + STREAM_MS;
	l->again = true;
	atomic_fetch_add(&d->open_streams, 1);
	stream_on_empty(fresh, wake, d);
	notify_resume(&l->sub, last);
}

/* Keeps a quiet stream open, and finds out whether the client is still there. */
static void keep_open(Line *l, Millis now)
{
	if (!l->stream || l->busy || now < l->beat)
		return;
	l->beat = now + BEAT_MS;
	if (!stream_put(l->stream, S(":\n\n")))
		l->beat = now; /* it is closed, as the next look will find */
}

static void step(Deliver *d, Line *l)
{
	bool more = false;
	Millis now = time_now();
	l->arena = arena_new();
	Err e = notify_next(d->n, &l->sub, now, l->arena, &l->note, &more);
	l->again = e != OK || more;
	if (e != OK) {
		log_warn("a subscription could not be served now: %.*s", STR_ARG(err_name(e)));
		l->sub.row.next = now + AGAIN_MS;
	}
	if (e != OK || l->note.kind == NOTE_NONE || !l->note.body.p)
		line_rest(d, l);
	else if (l->sub.plan.channel == SUB_STREAM)
		begin_stream(d, l);
	else
		begin_post(d, l);
}

/* ---- the thread ---- */

static bool due(const Line *l, Millis now)
{
	Millis at = notify_due(&l->sub);
	return at && at <= now;
}

/* Could something be sent now? */
static bool ready(const Line *l)
{
	return !l->busy && !l->gone && (l->sub.plan.channel != SUB_STREAM || l->stream);
}

/* When the line wants to be looked at again; 0: when something happens. */
static Millis next_of(const Line *l, Millis now)
{
	Millis at = notify_due(&l->sub);
	if (!ready(l))
		return 0;
	if (l->again)
		return l->sub.row.next > now ? l->sub.row.next : now;
	return l->stream && (!at || l->beat < at) ? l->beat : at;
}

/* A round over all lines. `news`: something was committed. Gives the ms until the next one. */
static int round_of(Deliver *d, bool news)
{
	TypeSet types = { { 0 } };
	int64_t upto = d->seen;
	Millis now = time_now(), next = now + IDLE_MS;
	Arena *a = arena_new();
	bool skip = !news || changes_types(d->n->records, d->seen, WINDOW, a, &types, &upto) == OK;
	arena_free(a);
	for (Line *l = d->lines; l; l = l->next) {
		if (l->sub.plan.channel == SUB_STREAM)
			look_at_stream(d, l);
		if (news && !(skip && notify_skip(&l->sub, d->seen, upto, &types)))
			l->again = true;
		if (ready(l) && d->n_busy < DELIVER_AT_ONCE && (l->again || due(l, now)) && l->sub.row.next <= now)
			step(d, l);
		keep_open(l, now);
		Millis at = next_of(l, now);
		if (at && at < next)
			next = at;
	}
	if (news) {
		d->behind = upto != d->seen;
		d->seen = upto;
	}
	now = time_now();
	return next <= now ? 0 : (int)(next - now);
}

/* Waits for an answer, a wake-up or the time; true: something was committed or asked. */
static bool wait_for(Deliver *d, int ms)
{
	uint64_t n;
	if (d->multi) {
		struct curl_waitfd own = { .fd = d->wake, .events = CURL_WAIT_POLLIN };
		curl_multi_poll(d->multi, &own, 1, ms, NULL);
	} else {
		struct pollfd own = { .fd = d->wake, .events = POLLIN };
		poll(&own, 1, ms);
	}
	if (!atomic_load(&d->woken))
		return false;
	if (read(d->wake, &n, sizeof n) != sizeof n)
		return false;
	atomic_store(&d->woken, false);
	return true;
}

static void count(Deliver *d)
{
	long long failing = 0, waiting = 0;
	for (Line *l = d->lines; l; l = l->next) {
		failing += l->sub.row.fails > 0;
		waiting += l->busy || l->again || l->sub.row.sent < l->sub.row.given;
	}
	atomic_store(&d->failing, failing);
	atomic_store(&d->waiting, waiting);
}

static void finish(Deliver *d)
{
	Millis until = time_now() + STOP_MS;
	int running = 1;
	while (d->multi && running && time_now() < until) {
		curl_multi_perform(d->multi, &running);
		(void)end_posts(d);
		if (running)
			curl_multi_poll(d->multi, NULL, 0, 50, NULL);
	}
	for (Line *l = d->lines, *next; l; l = next) {
		next = l->next;
		if (l->post.easy) {
			curl_multi_remove_handle(d->multi, l->post.easy);
			post_end(&l->post);
		}
		notify_keep(d->n, &l->sub);
		line_free(l);
	}
	if (d->multi)
		curl_multi_cleanup(d->multi);
}

static void *deliver_main(void *arg)
{
	Deliver *d = arg;
	bool news = true;
	atomic_store(&d->epoch, records_subscriptions_epoch(d->n->records) - 1);
	while (!atomic_load(&d->stop)) {
		int running, ms;
		if (records_subscriptions_epoch(d->n->records) != atomic_load(&d->epoch))
			reload(d);
		ms = round_of(d, news);
		if (d->multi) {
			curl_multi_perform(d->multi, &running);
			if (end_posts(d))
				ms = 0;
		}
		count(d);
		if (d->behind)
			ms = 0;
		news = wait_for(d, d->n_busy < DELIVER_AT_ONCE ? ms : IDLE_MS) || d->behind;
	}
	finish(d);
	records_thread_end(d->n->records);
	return NULL;
}

/* ---- start and stop ---- */

Err deliver_start(Api *api, Deliver **out, char *why, size_t why_n)
{
	Deliver *d = calloc(1, sizeof *d);
	if (!d)
		die("out of memory");
	d->n = api_notifier(api);
	d->streams = api_streams(api);
	d->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (d->wake < 0 || pthread_create(&d->thread, NULL, deliver_main, d)) {
		snprintf(why, why_n, "cannot start the thread that delivers");
		if (d->wake >= 0)
			close(d->wake);
		free(d);
		return ERR_BUSY;
	}
	records_on_change(d->n->records, changed, d);
	streams_on_change(d->streams, wake, d);
	wake(d);
	*out = d;
	return OK;
}

void deliver_stop(Deliver *d)
{
	if (!d || atomic_load(&d->stop))
		return;
	streams_close(d->streams);
	records_on_change(d->n->records, NULL, NULL);
	atomic_store(&d->stop, true);
	wake(d);
	pthread_join(d->thread, NULL);
}

void deliver_free(Deliver *d)
{
	if (!d)
		return;
	deliver_stop(d);
	close(d->wake);
	free(d);
}

static void entry(Buf *b, const char *name, const char *kind, const char *help, long long v)
{
	buf_printf(b, "# HELP samendoel_%s %s\n# TYPE samendoel_%s %s\nsamendoel_%s %lld\n", name, help, name, kind,
	           name, v);
}

void deliver_metrics(Deliver *d, Buf *b)
{
	if (!d)
		return;
	entry(b, "notifications_total", "counter", "Notifications that were received.", atomic_load(&d->delivered));
	entry(b, "notification_events_total", "counter", "Events in them.", atomic_load(&d->events));
	entry(b, "notification_failures_total", "counter", "Notifications that were not received, each attempt.",
	      atomic_load(&d->failures));
	entry(b, "subscriptions", "gauge", "Subscriptions that are on.", atomic_load(&d->live));
	entry(b, "subscriptions_waiting", "gauge", "Subscriptions with something to send.", atomic_load(&d->waiting));
	entry(b, "subscriptions_failing", "gauge", "Subscriptions whose endpoint does not answer.",
	      atomic_load(&d->failing));
	entry(b, "subscription_streams", "gauge", "Open event streams.", atomic_load(&d->open_streams));
}
