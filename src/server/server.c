/* Start, stop, connections and the watchdog. */
#include "server/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "server/internal.h"

enum { WATCH_MS = 250, BACKLOG = 1024, PEM_MAX = 256 * 1024, THREADS_MAX = 64 };

int64_t clock_ms(void)
{
	return time_mono_us() / 1000;
}

/* ---- connections ---- */

static void name_remote(Conn *c, const struct sockaddr *sa)
{
	const void *at = NULL;
	if (sa && sa->sa_family == AF_INET)
		at = &((const struct sockaddr_in *)(const void *)sa)->sin_addr;
	if (sa && sa->sa_family == AF_INET6)
		at = &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
	if (at && inet_ntop(sa->sa_family, at, c->remote, sizeof c->remote))
		c->remote_n = strlen(c->remote);
}

static Conn *conn_open(Server *s, struct MHD_Connection *mhd)
{
	Conn *c = calloc(1, sizeof *c);
	if (!c)
		die("out of memory");
	const union MHD_ConnectionInfo *fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	c->fd = fd ? fd->connect_fd : -1;
	const union MHD_ConnectionInfo *addr = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	name_remote(c, addr ? addr->client_addr : NULL);
	atomic_store(&c->deadline, clock_ms() + s->o.idle_ms);
	pthread_mutex_lock(&s->conns_lock);
	c->next = s->conns;
	c->link = &s->conns;
	if (c->next)
		c->next->link = &c->next;
	s->conns = c;
	pthread_mutex_unlock(&s->conns_lock);
	atomic_fetch_add(&s->open, 1);
	return c;
}

static void conn_close(Server *s, Conn *c)
{
	pthread_mutex_lock(&s->conns_lock);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	pthread_mutex_unlock(&s->conns_lock);
	if (c->exchange)
		exchange_free(c->exchange);
	atomic_fetch_sub(&s->open, 1);
	free(c);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
	switch (what) {
	case MHD_CONNECTION_NOTIFY_STARTED:
		*context = conn_open(cls, mhd);
		break;
	case MHD_CONNECTION_NOTIFY_CLOSED:
		if (*context)
			conn_close(cls, *context);
		*context = NULL;
		break;
	}
}

/* Ends connections past their deadline (all that have one: `all`). The descriptor is still theirs: conn_close comes
 * before close and needs the same lock. */
static void cut_off(Server *s, bool all)
{
	int64_t now = clock_ms();
	pthread_mutex_lock(&s->conns_lock);
	for (Conn *c = s->conns; c; c = c->next) {
		int64_t end = atomic_load_explicit(&c->deadline, memory_order_relaxed);
		if (!end || (!all && now < end))
			continue;
		atomic_store(&c->deadline, 0);
		if (c->exchange)
			atomic_fetch_add(&s->metrics.cut_off, 1);
		shutdown(c->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&s->conns_lock);
}

static void *watch(void *arg)
{
	Server *s = arg;
	pthread_mutex_lock(&s->conns_lock);
	while (!s->stop_watchdog) {
		struct timespec ts;
		clock_gettime(CLOCK_REALTIME, &ts);
		ts.tv_nsec += WATCH_MS * 1000000L;
		ts.tv_sec += ts.tv_nsec / 1000000000L;
		ts.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&s->tick, &s->conns_lock, &ts);
		pthread_mutex_unlock(&s->conns_lock);
		cut_off(s, false);
		pthread_mutex_lock(&s->conns_lock);
	}
	pthread_mutex_unlock(&s->conns_lock);
	return NULL;
}

/* ---- the listening socket ---- */

static bool split_listen(Arena *a, Str listen, char **host, char **port)
{
	size_t colon = listen.n;
	while (colon > 0 && listen.p[colon - 1] != ':')
		colon--;
	if (colon < 2 || colon == listen.n)
		return false;
	Str h = str_upto(listen, colon - 1);
	if (h.p[0] == '[' && h.p[h.n - 1] == ']')
		h = str_n(h.p + 1, h.n - 2);
	int64_t n;
	*host = arena_cstr(a, h);
	*port = arena_cstr(a, str_from(listen, colon));
	return str_int(str_from(listen, colon), &n) && n >= 0 && n <= 65535;
}

static int bound_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} name = { 0 };
	socklen_t n = sizeof name;
	if (getsockname(fd, &name.any, &n) != 0)
		return 0;
	return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
}

Err server_listen(Str text, int *out, int *port_out, char *why, size_t why_n)
{
	char *host, *port;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *ai = NULL;
	Arena *a = arena_new();
	bool split = split_listen(a, text, &host, &port);
	int failed = split ? getaddrinfo(host, port, &hints, &ai) : 0, one = 1;
	arena_free(a);
	if (!split || failed) {
		snprintf(why, why_n, "'%.*s' is not ADDR:PORT%s%s", STR_ARG(text), failed ? ": " : "",
		         failed ? gai_strerror(failed) : "");
		return ERR_BAD_REQUEST;
	}
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
	          bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
	freeaddrinfo(ai);
	if (!ok) {
		snprintf(why, why_n, "cannot listen on %.*s: %s", STR_ARG(text), strerror(errno));
		if (fd >= 0)
			close(fd);
		return ERR_IO;
	}
	*out = fd;
	*port_out = bound_port(fd);
	return OK;
}

static Err open_listener(Server *s, char *why, size_t why_n)
{
	if (s->o.listen_fd <= 0)
		return server_listen(s->o.listen, &s->listen_fd, &s->port, why, why_n);
	s->port = bound_port(s->listen_fd);
	return OK;
}

/* ---- options ---- */

static void standard_int(int *v, int standard)
{
	if (*v <= 0)
		*v = standard;
}

static void settle_options(Server *s, const ServerOptions *o)
{
	cpu_set_t ours;
	int cores = sched_getaffinity(0, sizeof ours, &ours) == 0 ? CPU_COUNT(&ours) : 1;
	Str *texts[] = { &s->o.listen, &s->o.tls_cert, &s->o.tls_key, &s->o.assets_dir, &s->o.trust_proxy };
	s->o = *o;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (texts[i]->p)
			*texts[i] = arena_str(s->arena, *texts[i]);
	standard_int(&s->o.threads, cores < 1 ? 1 : cores > 4 ? 4 : cores);
	if (s->o.threads > THREADS_MAX)
		s->o.threads = THREADS_MAX;
	s->o.body_max = o->body_max ? o->body_max : 16 * 1024 * 1024;
	s->o.memory_kib = o->memory_kib ? o->memory_kib : 16;
	standard_int(&s->o.connections_max, 2000);
	standard_int(&s->o.per_address_max, 512);
	standard_int(&s->o.idle_ms, 60000);
	standard_int(&s->o.request_ms, 30000);
	standard_int(&s->o.send_ms, 60000);
	standard_int(&s->o.stop_ms, 10000);
	standard_int(&s->o.slow_threads, 2);
	standard_int(&s->o.slow_queue, 64);
}

static Err read_pem(Server *s, Str path, Str *out, char *why, size_t why_n)
{
	FILE *f = fopen(path.p, "re");
	Buf b = buf_new(s->arena, PEM_MAX, PEM_MAX);
	size_t n = f ? fread(b.p, 1, PEM_MAX - 1, f) : 0;
	if (f)
		fclose(f);
	if (!n) {
		snprintf(why, why_n, "cannot read %.*s", STR_ARG(path));
		return ERR_IO;
	}
	b.p[n] = 0;
	*out = str_n(b.p, n);
	return OK;
}

/* ---- start ---- */

typedef struct Settings {
	struct MHD_OptionItem item[16];
	int n;
} Settings;

static void set(Settings *t, enum MHD_OPTION option, intptr_t value, void *pointer)
{
	t->item[t->n++] = (struct MHD_OptionItem){ option, value, pointer };
	t->item[t->n] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
}

/* Their own lines name addresses and paths; ours say what matters. */
static void keep_quiet(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	(void)fmt;
	(void)ap;
}

static void common_settings(Server *s, Settings *t)
{
	set(t, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)s->o.memory_kib * 1024, NULL);
	set(t, MHD_OPTION_CONNECTION_LIMIT, s->o.connections_max, NULL);
	set(t, MHD_OPTION_CONNECTION_TIMEOUT, 0, NULL);
	set(t, MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL);
	set(t, MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)exchange_completed, s);
	set(t, MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s);
	set(t, MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)exchange_uri, s);
	set(t, MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)exchange_keep_escapes, NULL);
	if (!s->o.trust_proxy.n)
		set(t, MHD_OPTION_PER_IP_CONNECTION_LIMIT, s->o.per_address_max, NULL);
}

static struct MHD_Daemon *start_daemon(Server *s, unsigned flags, Settings *t)
{
	return MHD_start_daemon(flags | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, exchange_answer, s,
	                        MHD_OPTION_EXTERNAL_LOGGER, keep_quiet, NULL, MHD_OPTION_ARRAY, t->item,
	                        MHD_OPTION_END);
}

static Server *server_make(const ServerOptions *o, const ServerHandlers *h)
{
	Server *s = calloc(1, sizeof *s);
	if (!s)
		die("out of memory");
	s->arena = arena_new();
	s->h = *h;
	s->started_us = time_mono_us();
	settle_options(s, o);
	s->listen_fd = o->listen_fd > 0 ? o->listen_fd : -1;
	pthread_mutex_init(&s->conns_lock, NULL);
	pthread_cond_init(&s->tick, NULL);
	if (pthread_key_create(&s->local, local_free))
		die("no thread-specific data left");
	return s;
}

Err server_bare(const ServerOptions *o, const ServerHandlers *h, Server **out)
{
	Server *s = server_make(o, h);
	Settings t = { .n = 0 };
	common_settings(s, &t);
	s->daemon = start_daemon(s, MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, &t);
	*out = s;
	return s->daemon ? OK : ERR_IO;
}

static Err start_listening(Server *s, char *why, size_t why_n)
{
	Settings t = { .n = 0 };
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG;
	common_settings(s, &t);
	set(&t, MHD_OPTION_LISTEN_SOCKET, s->listen_fd, NULL);
	if (s->o.threads > 1)
		set(&t, MHD_OPTION_THREAD_POOL_SIZE, s->o.threads, NULL);
	if (s->o.tls_cert.n || s->o.tls_key.n) {
		Str cert, key;
		TRY(read_pem(s, s->o.tls_cert, &cert, why, why_n));
		TRY(read_pem(s, s->o.tls_key, &key, why, why_n));
		set(&t, MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert.p);
		set(&t, MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key.p);
		static const char versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM:+"
		                               "CHACHA20-POLY1305:+AES-128-GCM";
		set(&t, MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)versions);
		flags |= MHD_USE_TLS;
		s->tls = true;
	}
	s->daemon = start_daemon(s, flags, &t);
	if (s->daemon)
		return OK;
	snprintf(why, why_n, "the HTTP library did not start%s",
	         s->tls ? ": are certificate and key a pair of PEM files?" : "");
	return ERR_IO;
}

static void server_free(Server *s)
{
	slow_stop(s);
	if (s->watchdog_runs) {
		pthread_mutex_lock(&s->conns_lock);
		s->stop_watchdog = true;
		pthread_cond_signal(&s->tick);
		pthread_mutex_unlock(&s->conns_lock);
		pthread_join(s->watchdog, NULL);
	}
	void *mine = pthread_getspecific(s->local);
	if (mine)
		local_free(mine);
	pthread_key_delete(s->local);
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	pthread_cond_destroy(&s->tick);
	pthread_mutex_destroy(&s->conns_lock);
	arena_free(s->assets.arena);
	arena_free(s->arena);
	free(s);
}

Err server_start(const ServerOptions *o, const ServerHandlers *h, Server **out, char *why, size_t why_n)
{
	Server *s = server_make(o, h);
	Err e = assets_load(&s->assets, s->o.assets_dir, why, why_n);
	if (e == OK)
		e = open_listener(s, why, why_n);
	if (e == OK && ((e = slow_start(s)) != OK || pthread_create(&s->watchdog, NULL, watch, s))) {
		snprintf(why, why_n, "cannot start threads");
		e = ERR_BUSY;
	} else if (e == OK) {
		s->watchdog_runs = true;
		e = start_listening(s, why, why_n);
	}
	if (e != OK) {
		server_free(s);
		return e;
	}
	*out = s;
	return OK;
}

int server_port(const Server *s)
{
	return s->port;
}

/* ---- stop ---- */

static bool wait_idle(Server *s, int64_t until)
{
	while (atomic_load(&s->busy) > 0) {
		if (clock_ms() >= until)
			return false;
		usleep(2000);
	}
	return true;
}

void server_stop(Server *s)
{
	if (!s)
		return;
	atomic_store(&s->draining, true);
	if (s->listen_fd >= 0)
		MHD_quiesce_daemon(s->daemon);
	wait_idle(s, clock_ms() + s->o.stop_ms);
	/* From here on nothing new begins; what waits for its visit ends by itself, slow clients are cut off. */
	atomic_store(&s->closed, true);
	while (!wait_idle(s, clock_ms() + 20))
		if (s->listen_fd >= 0)
			cut_off(s, true);
		else
			MHD_run(s->daemon);
	MHD_stop_daemon(s->daemon);
	server_free(s);
}
