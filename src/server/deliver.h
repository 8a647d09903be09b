/* Carries notifications to subscribers: one thread, many endpoints at once (libcurl), woken by commits and costing
 * nothing between them. What is sent, in which order, and when again is api/notify.h's business.
 *
 * An endpoint gets one notification at a time; the others do not wait for it. TLS is verified, redirects are not
 * followed, proxies of the environment are not used; an endpoint whose host the administrator did not name must have a
 * public address at the moment of sending. */
#ifndef SERVER_DELIVER_H
#define SERVER_DELIVER_H

#include "api/api.h"
#include "base/buf.h"

typedef struct Deliver Deliver;
enum { DELIVER_AT_ONCE = 64, DELIVER_CONNECT_MS = 10000, DELIVER_ANSWER_MAX = 64 * 1024 };

/* Starts the thread. The Api must live until deliver_stop. */
NODISCARD Err deliver_start(Api *api, Deliver **out, char *why, size_t why_n);
/* Begins nothing new, gives what is under way two seconds, keeps where each subscription is, and ends the streams:
 * before the server, which waits for those. deliver_stop(NULL) is harmless. */
void deliver_stop(Deliver *d);
/* Stops, and frees: when no commit comes any more, before the records are closed. */
void deliver_free(Deliver *d);
/* Lines for /metrics. NULL is harmless. */
void deliver_metrics(Deliver *d, Buf *out);

#endif
