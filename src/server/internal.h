/* What the files of this room share. */
#ifndef SERVER_INTERNAL_H
#define SERVER_INTERNAL_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "server/server.h"

enum { HEADERS_MAX = 100, URI_MAX_BYTES = 8192, REMOTE_MAX = 48, GZIP_FROM = 1400 };

typedef enum Route { ROUTE_STATIC, ROUTE_SYSTEM, ROUTE_FHIR, ROUTE_WEB, ROUTE_REFUSED } Route;
enum { ROUTES = ROUTE_REFUSED + 1, STATUS_CLASSES = 6, TIME_BUCKETS = 14 };

/* ---- counting ---- */
typedef struct Metrics {
	atomic_llong requests[ROUTES][STATUS_CLASSES];
	atomic_llong bytes[ROUTES];
	atomic_llong times[ROUTES][TIME_BUCKETS + 1];
	atomic_llong time_sum_us[ROUTES];
	atomic_llong cut_off, slow_refused;
} Metrics;
void metrics_count(Metrics *m, Route route, int status, size_t bytes, int64_t us);
void metrics_render(Server *s, Buf *out);

/* ---- connections ---- */
/* One TCP connection. `deadline` is a time of clock_ms() after which the watchdog ends it; 0: none (we are at work
 * ourselves). */
typedef struct Conn {
	struct Conn *next, **link;
	_Atomic(struct Exchange *) exchange; /* the request under way, NULL: none */
	atomic_llong deadline;
	int fd;
	char remote[REMOTE_MAX];
	size_t remote_n;
} Conn;

/* ---- one request and its reply ---- */
typedef enum Phase { PHASE_TAKING, PHASE_AT_WORK, PHASE_PARKED, PHASE_DONE } Phase;
typedef struct Exchange {
	struct Exchange *next; /* in the free list or in the slow queue */
	Server *server;
	Conn *conn;
	struct MHD_Connection *mhd;
	Arena *arena;
	Str uri; /* as sent */
	Request req;
	Reply reply;
	Buf body;
	size_t body_seen;
	_Atomic(Phase) phase;
	Err result;   /* of the visit; set before PHASE_DONE */
	int failures; /* replies to failed visits so far */
	Route route;
	int refuse; /* status that the request gets without a handler; 0: none */
	bool begun, close;
	int64_t began_us;
	size_t bytes_out;
	char id[17];
	Pair headers[HEADERS_MAX];
} Exchange;

/* ---- static files ---- */
typedef struct Asset {
	Str name, type, body, gzip, etag; /* gzip absent: no gain */
	bool hashed;
} Asset;
typedef struct Assets {
	Arena *arena;
	Asset *list; /* sorted by name */
	size_t n;
} Assets;
NODISCARD Err assets_load(Assets *out, Str dir, char *why, size_t why_n);
Reply assets_reply(const Assets *a, Request *r);
/* Does the name hold a hash of the content ("app.3f2a9c01.css", "app-3f2a9c01.css")? */
bool name_hashed(Str name);
Str type_of_name(Str name);

/* ---- the slow pool ---- */
typedef struct Slow {
	pthread_mutex_t lock;
	pthread_cond_t more;
	Exchange *head, **tail;
	int queued, queue_max, n_threads;
	int large; /* jobs at work that have a large body */
	bool stop;
	pthread_t *threads;
} Slow;

struct Server {
	ServerOptions o;
	ServerHandlers h;
	Arena *arena; /* of the options */
	struct MHD_Daemon *daemon;
	int listen_fd, port;
	Assets assets;
	Metrics metrics;
	Slow slow;
	pthread_key_t local;
	pthread_t watchdog;
	bool watchdog_runs, slow_runs;
	pthread_mutex_t conns_lock;
	pthread_cond_t tick; /* wakes the watchdog at stop */
	Conn *conns;
	atomic_int busy; /* exchanges between request line and completion */
	atomic_int open; /* connections */
	atomic_bool draining, closed;
	bool stop_watchdog, tls;
	atomic_ullong next_id;
	int64_t started_us;
};

/* server.c */
int64_t clock_ms(void);
/* A server that does not listen and has no threads: bytes come from MHD_add_connection, work is done by MHD_run. For
 * fuzzing. */
NODISCARD Err server_bare(const ServerOptions *o, const ServerHandlers *h, Server **out);

/* exchange.c: the callbacks for libmicrohttpd */
void *exchange_uri(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result exchange_answer(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                const char *version, const char *data, size_t *data_n, void **con_cls);
void exchange_completed(void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode how);
size_t exchange_keep_escapes(void *cls, struct MHD_Connection *mhd, char *s);
/* Gives the exchange back to this thread's free list. */
void exchange_free(Exchange *x);
/* After the handler, on a slow thread: finishes the visit and resumes. */
void exchange_finish_parked(Exchange *x);
/* What a thread keeps for itself; freed by the key's destructor. */
void local_free(void *local);
struct z_stream_s *local_deflate(Server *s, int level);

/* check.c: 0 or the status with which a request is refused. Fills x->req. */
int check_request(Exchange *x, const char *method, const char *version);

/* reply.c */
enum MHD_Result reply_send(Exchange *x);
Str gzip_text(Arena *a, Str body, struct z_stream_s *z);
/* One range of bytes when the request asks for one; true: *r is changed to 206 or 416. */
bool reply_range(Reply *r, const Request *q);
Reply reply_plain(Arena *a, int status);

/* file.c: x->reply's file as it will be sent, compressed on the way when the client takes that; owns it. */
struct MHD_Response *file_response(Exchange *x);

/* slow.c */
NODISCARD Err slow_start(Server *s);
/* False when the queue is full. */
bool slow_push(Server *s, Exchange *x);
void slow_stop(Server *s);

/* routes.c */
Route route_of(Str path);
/* Replies of the server itself: static files, health, readiness, metrics. */
Reply route_own(Exchange *x);

#endif
