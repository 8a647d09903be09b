/* Subscriptions at the door: whose each one is, how far it has come in the order of changes, and the changes that its
 * owner may see. Nothing is kept twice: a subscription has a cursor, and the changes are read from the store when they
 * are sent, under the rights of that moment.
 *
 * A Subscription lies in a partition of its own and belongs to the account that made it; its owner and administrators
 * see it, for others it does not exist. */
#ifndef ACCESS_SUBSCRIPTIONS_H
#define ACCESS_SUBSCRIPTIONS_H

#include "access/records.h"

enum { SUBSCRIPTIONS_A_USER = 20, SUBSCRIPTIONS_MAX = 2000, EVENTS_KEPT = 10000 };

/* Looks at a Subscription that somebody wants to write: *kept is the text to be kept (status as the server sees it), in
 * the visit's arena. Refused: an error, with issues in the visit's outcome. It is a valid Subscription; what the system
 * itself writes is not asked for. Without a check nobody can make a Subscription. */
typedef Err SubscriptionCheck(void *ctx, Visit *v, JVal subscription, Str *kept);
void records_check_subscriptions(Records *r, SubscriptionCheck *check, void *ctx);
/* Called after each commit that changed a resource, on the thread that finished it: must not wait. NULL: nobody; a call
 * may still be under way, so ctx lives until the last commit. */
void records_on_change(Records *r, void (*changed)(void *ctx), void *ctx);
/* Goes up with each commit that changed a Subscription. */
uint64_t records_subscriptions_epoch(const Records *r);

typedef struct SubscriptionRow {
	int64_t key; /* of its row in the store */
	int64_t account;
	int64_t
	    seq; /* changes up to here are handled: they have an event number, or it is none of the owner's business */
	int64_t given; /* the last event number that was given */
	int64_t sent;  /* the last one that was received */
	bool greeted;  /* the handshake was answered */
	int fails;     /* since the last success; the first of them was at `since` */
	Millis since, next;
	int64_t round; /* how often its owner changed it */
	Rec rec;       /* without person */
} SubscriptionRow;

/* All that are there, in order of key; strings in a. For the thread that delivers. */
NODISCARD Err subscriptions_all(Records *r, Arena *a, SubscriptionRow **out, size_t *n);
/* One that the visitor may see. ERR_NOT_FOUND, ERR_GONE. */
NODISCARD Err visit_subscription(Visit *v, Str id, SubscriptionRow *out);
/* All that the visitor may see: an administrator all, others their own. */
NODISCARD Err visit_subscriptions(Visit *v, SubscriptionRow **out, size_t *n);
/* The scope of the account now; ERR_SIGN_IN when it is closed or gone. Strings in a. */
NODISCARD Err account_scope(Records *r, int64_t account, Arena *a, Scope *out);

/* ---- changes ---- */
typedef struct FeedItem {
	int64_t seq, event; /* event: number, 0: none yet */
	Rec now;            /* the version that came; deleted: without body */
	Rec before;         /* the version it took the place of; type FT_NONE: none, or not for this visitor */
	const void *person; /* private */
} FeedItem;
/* Looks at up to `limit` changes after `after`: those of the given types that the visitor may see. *upto: the last one
 * looked at (= after: there are no more). Leaves no trace: what is sent is noted by visit_notify. */
NODISCARD Err visit_feed(Visit *v, int64_t after, const TypeSet *types, size_t limit, FeedItem **out, size_t *n,
                         int64_t *upto);
/* The number of the last change. */
NODISCARD Err changes_last(Records *r, int64_t *seq);
/* Of which types are the changes after `after`, at most `limit` of them? *upto: the last one looked at. For the thread
 * that delivers: who waits for other types need not look. */
NODISCARD Err changes_types(Records *r, int64_t after, size_t limit, Arena *a, TypeSet *out, int64_t *upto);
/* Events from … until (both included) of a subscription, at most `limit`, in order. What the visitor may no longer see
 * has now.type FT_NONE: the number was given when they could. */
NODISCARD Err visit_events(Visit *v, int64_t key, int64_t from, int64_t until, size_t limit, FeedItem **out, size_t *n);
/* Notes that these leave the house: the access log of each person says to whom (`to`) and how. */
void visit_notify(Visit *v, const FeedItem *items, size_t n, Str to);
/* Gives the n items the next event numbers (item.event) and moves the cursor to seq and what was received to row->sent,
 * with the finish of the visit. *row is changed at once: after a failed finish read it again. */
void visit_give(Visit *v, SubscriptionRow *row, FeedItem *items, size_t n, int64_t seq);
/* Keeps seq, sent, greeted, fails, since and next of a row. ERR_CONFLICT: its owner changed it meanwhile. */
NODISCARD Err subscription_keep(Records *r, const SubscriptionRow *row);

#endif
