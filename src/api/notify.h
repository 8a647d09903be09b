/* What is sent to subscribers, and when. One Subscription at a time, by one thread; knows no sockets and takes the time
 * from its caller. server/deliver.c carries the notifications; docs/subscriptions.md says what subscribers may expect.
 *
 * Order: changes in order of commit. An event gets its number, and its line in the access log, in one transaction
 * before it is sent; it is sent again under the same number until it was received. */
#ifndef API_NOTIFY_H
#define API_NOTIFY_H

#include "api/subscription.h"

enum {
	FAILS_UNTIL_ERROR = 3,    /* then the Subscription says so */
	FAILING_MAX = 3 * DAY_MS, /* then it is turned off; its place is kept */
	PAUSE_FIRST = 1000,       /* ms before a failed notification is sent again, doubled each time, */
	PAUSE_MAX = 3600000,      /* to an hour */
	LOOK_AT_ONCE = 500,       /* changes */
	LAG_MAX = 5000,           /* changes that may be looked at again after a restart */
};

/* A Subscription that is on. Lives in its arena. */
typedef struct Sub {
	SubscriptionRow row;
	SubPlan plan;
	int64_t kept_seq, kept_sent; /* what the table has; row may be ahead */
	Millis quiet;                /* since when nothing was sent, for the heartbeat */
} Sub;

typedef struct Notifier {
	Records *records;
	Str base; /* "http://127.0.0.1:8080/fhir" */
	EndpointRules allowed;
	uint32_t (*dice)(void); /* random bits for jitter; tests have their own */
} Notifier;

/* Those that are on, with strings in a. What cannot be served any more (an endpoint that is no longer allowed) gets the
 * status error, with the reason, and is left out. */
NODISCARD Err notify_load(const Notifier *n, Arena *a, Millis now, Sub **out, size_t *count);

typedef enum NoteKind { NOTE_NONE, NOTE_HANDSHAKE, NOTE_HEARTBEAT, NOTE_EVENTS, NOTE_QUERY, NOTE_STATUS } NoteKind;
typedef struct Notification {
	NoteKind kind;
	Str body;     /* a Bundle */
	int64_t last; /* number of its last event */
	size_t events;
} Notification;
/* What is to be sent now, in a; NOTE_NONE: nothing. *more: not all changes were looked at, ask again at once. What must
 * be durable before it leaves is. */
NODISCARD Err notify_next(const Notifier *n, Sub *s, Millis now, Arena *a, Notification *out, bool *more);
/* It was received, or failed: why, in English without care content ("HTTP 503"), absent when received. ERR_CONFLICT:
 * its owner changed the Subscription meanwhile. */
NODISCARD Err notify_done(const Notifier *n, Sub *s, const Notification *note, Millis now, Str why);
/* When notify_next has something to do although nothing changed; 0: never. */
Millis notify_due(const Sub *s);
/* Keeps what only memory knows. */
void notify_keep(const Notifier *n, Sub *s);
/* Has this subscription nothing under way, so that changes of other types are none of its business? Then it is taken
 * on to seq. */
bool notify_skip(Sub *s, int64_t from, int64_t seq, const TypeSet *types);
/* For a stream: the client has the events up to this number. */
void notify_resume(Sub *s, int64_t last);

/* The pause after so many failures in a row, with up to a fifth of jitter to each side. */
Millis notify_pause(int fails, uint32_t dice);

/* A history Bundle: the status, then the events. content: what is told about each. */
Str notify_bundle(Str base, const Sub *s, NoteKind kind, int64_t count, const FeedItem *items, size_t n,
                  SubContent content, Arena *a);
/* The status alone, a Parameters resource. */
void notify_status(JWriter *w, Str base, const Sub *s, NoteKind kind, int64_t count, const FeedItem *items, size_t n,
                   SubContent content, Str id, Arena *a);

#endif
