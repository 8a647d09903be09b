#include "api/notify.h"

#include "base/log.h"

/* ---- status ---- */

/* The server's own version of the Subscription: what state it is in, and why. */
static void set_status(const Notifier *n, Sub *s, SubStatus status, Str why)
{
	Arena *a = arena_new();
	Scope scope = scope_system(S("subscriptions"));
	Visit *v = visit_new(n->records, &scope, a);
	Rec rec;
	Err e = visit_read(v, FT_SUBSCRIPTION, s->row.rec.id, &rec);
	if (e == OK && rec.version == s->row.rec.version) {
		Str code = json_quote(a, sub_status_code(status));
		JChange changes[] = { { S("status"), code }, { S("error"), why.n ? json_quote(a, why) : STR_END } };
		e = visit_update(v, FT_SUBSCRIPTION, rec.id, rec.version,
		                 json_change(a, rec_json(v, &rec), changes, COUNT_OF(changes)), &s->row.rec.version);
		if (e == OK)
			e = visit_commit(v);
		if (e == OK) {
			s->plan.status = status;
			log_info("subscription %.*s is %.*s", STR_ARG(rec.id), STR_ARG(sub_status_code(status)));
		}
	}
	if (e != OK)
		log_warn("the state of a subscription could not be kept: %.*s", STR_ARG(err_name(e)));
	arena_free(a);
}

/* ---- loading ---- */

static bool serve(const Notifier *n, Sub *s, Arena *a)
{
	Outcome o = outcome_new(a);
	const Json *doc;
	if (json_parse(a, s->row.rec.body, &doc, NULL) != OK)
		return false;
	if (subscription_plan(json_root(doc), &n->allowed, a, &o, &s->plan) != OK) {
		/* It was in order when it was written: the list of endpoints or the topics are others now. */
		if (s->plan.status != SUB_OFF && s->plan.status != SUB_ERROR)
			set_status(n, s, SUB_ERROR, o.issues[0].details);
		return false;
	}
	return s->plan.status != SUB_OFF;
}

Err notify_load(const Notifier *n, Arena *a, Millis now, Sub **out, size_t *count)
{
	SubscriptionRow *rows;
	size_t all;
	TRY(subscriptions_all(n->records, a, &rows, &all));
	*out = ARENA_ARRAY(a, Sub, all + 1);
	*count = 0;
	for (size_t i = 0; i < all; i++) {
		Sub *s = &(*out)[*count];
		*s = (Sub){ .row = rows[i], .kept_seq = rows[i].seq, .kept_sent = rows[i].sent, .quiet = now };
		*count += serve(n, s, a);
	}
	return OK;
}

/* ---- time ---- */

Millis notify_pause(int fails, uint32_t dice)
{
	Millis pause = PAUSE_FIRST;
	for (int i = 1; i < fails && pause < PAUSE_MAX; i++)
		pause *= 2;
	if (pause > PAUSE_MAX)
		pause = PAUSE_MAX;
	return pause - pause / 5 + (Millis)(dice % (uint32_t)(pause / 5 * 2 + 1));
}

static Millis heartbeat_due(const Sub *s)
{
	return s->plan.heartbeat_s && s->row.greeted ? s->quiet + (Millis)s->plan.heartbeat_s * 1000 : 0;
}

Millis notify_due(const Sub *s)
{
	Millis due = heartbeat_due(s);
	if (s->row.fails)
		due = s->row.next;
	return s->plan.end && (!due || s->plan.end < due) ? s->plan.end : due;
}

/* ---- what is next ---- */

static Str host_of(const Sub *s, Arena *a)
{
	Endpoint e;
	if (s->plan.channel == SUB_STREAM)
		return S("SSE");
	return endpoint_parse(a, s->plan.endpoint, &e) ? arena_str(a, e.host) : S("?");
}

static void note_of(const Notifier *n, const Sub *s, const FeedItem *items, size_t count, Arena *a, Notification *out)
{
	*out = (Notification){ .kind = NOTE_EVENTS, .last = items[count - 1].event, .events = count };
	out->body = notify_bundle(n->base, s, NOTE_EVENTS, out->last, items, count, s->plan.content, a);
	if (!out->body.p) /* more than can be sent at once: the receiver can read them */
		out->body = notify_bundle(n->base, s, NOTE_EVENTS, out->last, items, count, SUB_ID_ONLY, a);
}

/* Those that have a number and were not received. */
static Err again(const Notifier *n, Sub *s, Visit *v, Arena *a, Notification *out)
{
	FeedItem *items;
	size_t count;
	TRY(visit_events(v, s->row.key, s->row.sent + 1, s->row.given, (size_t)s->plan.max_count, &items, &count));
	if (!count) { /* too old: no longer kept */
		s->row.sent = s->row.given;
		return OK;
	}
	note_of(n, s, items, count, a, out);
	return OK;
}

/* Looks for the next changes that matter, gives them numbers, and notes that they go out. */
static Err fresh(const Notifier *n, Sub *s, Visit *v, Arena *a, Notification *out, bool *more)
{
	FeedItem *items;
	size_t count, kept = 0, max = (size_t)s->plan.max_count;
	int64_t upto;
	TRY(visit_feed(v, s->row.seq, &s->plan.types, LOOK_AT_ONCE, &items, &count, &upto));
	*more = upto != s->row.seq;
	for (size_t i = 0; i < count; i++) {
		if (!subscription_matches(&s->plan, v, &items[i]))
			continue;
		items[kept++] = items[i];
		if (kept == max) {
			upto = items[kept - 1].seq;
			break;
		}
	}
	if (!kept) {
		s->row.seq = upto;
		return OK;
	}
	SubscriptionRow row = s->row;
	visit_notify(v, items, kept, host_of(s, a));
	visit_give(v, &row, items, kept, upto);
	TRY(visit_commit(v));
	s->row = row;
	s->kept_seq = row.seq;
	s->kept_sent = row.sent;
	note_of(n, s, items, kept, a, out);
	return OK;
}

static Err keep(const Notifier *n, Sub *s)
{
	TRY(subscription_keep(n->records, &s->row));
	s->kept_seq = s->row.seq;
	s->kept_sent = s->row.sent;
	return OK;
}

/* Changes that were looked at in vain are looked at again after a restart: that costs less than to write each time. */
void notify_keep(const Notifier *n, Sub *s)
{
	if (s->row.sent == s->kept_sent && s->row.seq - s->kept_seq < LAG_MAX)
		return;
	if (keep(n, s) != OK)
		log_info("a subscription was changed while it was served");
}

/* Its owner's visit: what the account may see at this moment. NULL: the account is closed. */
static Visit *visit_of(const Notifier *n, const Sub *s, Arena *a, Err *e)
{
	Scope *who = ARENA_NEW(a, Scope);
	*e = account_scope(n->records, s->row.account, a, who);
	if (*e != OK)
		return NULL;
	who->route = S("notify");
	return visit_new(n->records, who, a);
}

static void plain(const Notifier *n, const Sub *s, NoteKind kind, Arena *a, Notification *out)
{
	*out = (Notification){ .kind = kind, .last = s->row.sent };
	out->body = notify_bundle(n->base, s, kind, s->row.given, NULL, 0, SUB_EMPTY, a);
}

static Err events(const Notifier *n, Sub *s, Visit *v, Arena *a, Notification *out, bool *more)
{
	enum { ROUNDS = 8 };
	*more = s->row.sent < s->row.given;
	if (*more)
		TRY(again(n, s, v, a, out));
	for (int i = 0; i < ROUNDS && out->kind == NOTE_NONE && (i == 0 || *more); i++)
		TRY(fresh(n, s, v, a, out, more));
	if (out->kind == NOTE_NONE)
		notify_keep(n, s);
	return OK;
}

Err notify_next(const Notifier *n, Sub *s, Millis now, Arena *a, Notification *out, bool *more)
{
	Err e;
	*out = (Notification){ .kind = NOTE_NONE };
	*more = false;
	if (s->plan.status == SUB_OFF || (s->row.fails && now < s->row.next))
		return OK;
	if (s->plan.end && now >= s->plan.end) {
		notify_keep(n, s);
		set_status(n, s, SUB_OFF, S("Its end has come."));
		return OK;
	}
	Visit *v = visit_of(n, s, a, &e);
	if (e == ERR_SIGN_IN) {
		notify_keep(n, s);
		set_status(n, s, SUB_OFF, S("The account is closed."));
		return OK;
	}
	TRY(e);
	if (!s->row.greeted) {
		plain(n, s, NOTE_HANDSHAKE, a, out);
		return OK;
	}
	if (s->plan.status == SUB_REQUESTED)
		set_status(n, s, SUB_ACTIVE, STR_END);
	TRY(events(n, s, v, a, out, more));
	Millis beat = heartbeat_due(s);
	if (out->kind == NOTE_NONE && !*more && beat && now >= beat)
		plain(n, s, NOTE_HEARTBEAT, a, out);
	return OK;
}

/* ---- what became of it ---- */

static Err received(const Notifier *n, Sub *s, const Notification *note, Millis now)
{
	bool turned = s->row.fails || note->kind == NOTE_HANDSHAKE;
	s->quiet = now;
	if (note->kind == NOTE_EVENTS && note->last > s->row.sent)
		s->row.sent = note->last;
	s->row.greeted = true;
	s->row.fails = 0;
	s->row.since = s->row.next = 0;
	if (turned)
		TRY(keep(n, s));
	if (s->plan.status != SUB_ACTIVE)
		set_status(n, s, SUB_ACTIVE, STR_END);
	return OK;
}

Err notify_done(const Notifier *n, Sub *s, const Notification *note, Millis now, Str why)
{
	if (!why.p)
		return received(n, s, note, now);
	if (!s->row.fails++)
		s->row.since = now;
	s->row.next = now + notify_pause(s->row.fails, n->dice());
	TRY(keep(n, s));
	if (now - s->row.since >= FAILING_MAX)
		set_status(n, s, SUB_OFF,
		           S("The endpoint did not answer for three days. Send the Subscription again with "
		             "status requested: it goes on where it was."));
	else if (s->row.fails >= FAILS_UNTIL_ERROR && s->plan.status != SUB_ERROR)
		set_status(n, s, SUB_ERROR, why);
	return OK;
}

bool notify_skip(Sub *s, int64_t from, int64_t seq, const TypeSet *types)
{
	if (!s->row.greeted || s->plan.status != SUB_ACTIVE || s->row.fails || s->row.sent != s->row.given ||
	    s->row.sent != s->kept_sent || s->row.seq < from || typeset_has(types, s->plan.type))
		return false;
	if (seq > s->row.seq)
		s->row.seq = seq;
	return s->row.seq - s->kept_seq < LAG_MAX;
}

void notify_resume(Sub *s, int64_t last)
{
	if (last >= 0 && last < s->row.given)
		s->row.sent = last;
}
