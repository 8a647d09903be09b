/* Many clients race over few keys: conditional creates, updates, patches and deletes, with criteria that are written
 * differently and mean the same, between plain updates and deletes by id.
 *
 *   server_race PORT TOKEN REQUESTS CLIENTS PATIENT…
 *
 * Keys are identifiers of Tasks. A guarded key is never made by a plain create, so no moment may show two of them: not
 * a search between the requests, not an answer "more than one meets the condition", not the end. Keys of a second group
 * are also made plainly; they only add traffic. 503 (others were faster ten times) is a fair answer and counted.
 * Exit code 1 when two were alive, or an answer came that has no place here. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { KEYS = 48, OPEN_KEYS = 8, CLIENTS_MAX = 256, REPLY_MAX = 1 << 20, PATIENTS_MAX = 64 };

typedef enum Kind { CREATE, UPDATE, PATCH_IT, DELETE_WHERE, LOOK, PUT_ID, DELETE_ID, PLAIN, KINDS } Kind;
static const char *const kind_names[KINDS] = {
	"conditional create", "conditional update", "conditional patch", "conditional delete", "search",
	"update by id",       "delete by id",       "plain create"
};

static int port;
static const char *token;
static long wanted;
static char *const *patients;
static int n_patients;
static atomic_long done, violations, statuses[KINDS][600];

typedef struct Client {
	pthread_t thread;
	int fd;
	unsigned long long state;
	size_t n;                       /* of the reply */
	char ids[KEYS + OPEN_KEYS][64]; /* last id seen of a key */
	char request[4096], reply[REPLY_MAX + 1];
} Client;

static unsigned long random_below(Client *c, unsigned long n)
{
	c->state ^= c->state << 13;
	c->state ^= c->state >> 7;
	c->state ^= c->state << 17;
	return (unsigned long)(c->state >> 11) % n;
}

static void violated(const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	if (atomic_fetch_add(&violations, 1) < 20) {
		vfprintf(stderr, fmt, args);
		fputc('\n', stderr);
	}
	va_end(args);
}

static void fatal(const char *what)
{
	perror(what);
	exit(2);
}

/* ---- HTTP ---- */

static void dial(Client *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0)
		fatal("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* Status; the whole reply is in c->reply. */
static int ask(Client *c, const char *method, const char *path, const char *header, const char *body)
{
	int n = snprintf(c->request, sizeof c->request,
	                 "%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nPrefer: "
	                 "return=minimal\r\n%sContent-Length: %zu\r\n\r\n%s",
	                 method, path, token, body[0] == '[' ? "application/json-patch+json" : "application/fhir+json",
	                 header, strlen(body), body);
	if (n < 0 || (size_t)n >= sizeof c->request)
		fatal("a request is too long");
	for (int at = 0; at < n;) {
		ssize_t w = write(c->fd, c->request + at, (size_t)(n - at));
		if (w <= 0)
			fatal("write");
		at += (int)w;
	}
	size_t need = 0;
	for (c->n = 0; !need || c->n < need;) {
		ssize_t r = read(c->fd, c->reply + c->n, REPLY_MAX - c->n);
		if (r <= 0)
			fatal("read");
		c->n += (size_t)r;
		c->reply[c->n] = 0;
		const char *end = strstr(c->reply, "\r\n\r\n"), *length = strcasestr(c->reply, "\r\nContent-Length:");
		if (end && !need)
			need = (size_t)(end - c->reply) + 4 +
			       (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
	}
	int status = atoi(c->reply + 9);
	return status >= 100 && status < 600 ? status : 0;
}

/* ---- what is asked ---- */

static const char *patient_of(Client *c, unsigned long key)
{
	/* keys from the middle on belong to one dossier, the others may be made in any */
	unsigned long at = key >= KEYS / 2 ? key : random_below(c, (unsigned long)n_patients);
	return patients[at % (unsigned long)n_patients];
}

static void criteria_of(Client *c, unsigned long key, const char *patient, char *out, size_t n)
{
	static const struct {
		const char *before, *after;
	} anywhere[] = { { "identifier=urn:race%7C", "" },
		         { "identifier=", "" },
		         { "identifier=urn%3Arace%7C", ",urn:other%7Cx" },
		         { "_lastUpdated=gt2000&identifier=urn:race%7C", "" } };
	bool home = key >= KEYS / 2 && key < KEYS;
	unsigned long way = random_below(c, home ? 60 : 40);
	if (way < 40)
		snprintf(out, n, "%skey-%02lu%s", anywhere[way % 4].before, key, anywhere[way % 4].after);
	else if (way < 50)
		snprintf(out, n, "patient=%s&identifier=urn:race%%7Ckey-%02lu", patient, key);
	else if (way < 59)
		snprintf(out, n, "identifier=key-%02lu&patient=Patient/%s", key, patient);
	else /* no index knows this one */
		snprintf(out, n, "patient=%s&code:text=key-%02lu", patient, key);
}

static void task(char *out, size_t n, const char *id, const char *patient, unsigned long key, unsigned long note)
{
	snprintf(
	    out, n,
	    "{\"resourceType\":\"Task\",%s%s%s\"status\":\"requested\",\"intent\":\"order\",\"code\":{\"text\":\"key-"
	    "%02lu\"},\"identifier\":[{\"system\":\"urn:race\",\"value\":\"key-%02lu\"}],\"description\":\"%lu\","
	    "\"for\":{"
	    "\"reference\":\"Patient/%s\"}}",
	    id ? "\"id\":\"" : "", id ? id : "", id ? "\"," : "", key, key, note, patient);
}

static void remember(Client *c, unsigned long key)
{
	const char *at = strstr(c->reply, "/Task/");
	if (!at)
		return;
	size_t n = strspn(at += 6, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");
	if (n && n < sizeof c->ids[key]) {
		memcpy(c->ids[key], at, n);
		c->ids[key][n] = 0;
	}
}

static int count_entries(const char *text)
{
	int n = 0;
	for (const char *at = text; (at = strstr(at, "\"mode\":\"match\"")); at++)
		n++;
	return n;
}

static Kind pick(Client *c, unsigned long key)
{
	unsigned long r = random_below(c, 100);
	if (key >= KEYS && r < 30)
		return PLAIN;
	if ((key >= KEYS && r < 60) || r < 50)
		return CREATE;
	return r < 62   ? UPDATE
	       : r < 68 ? PATCH_IT
	       : r < 80 ? DELETE_WHERE
	       : r < 88 ? LOOK
	       : r < 94 ? PUT_ID
	                : DELETE_ID;
}

static bool expected(Kind kind, int status, bool open_key)
{
	static const int fine[KINDS][8] = {
		[CREATE] = { 200, 201 },       [UPDATE] = { 200, 201 }, [PATCH_IT] = { 200, 404 },
		[DELETE_WHERE] = { 204, 404 }, [LOOK] = { 200 },        [PUT_ID] = { 200, 410, 412, 422 },
		[DELETE_ID] = { 204, 412 },    [PLAIN] = { 201 },
	};
	for (int i = 0; i < 8 && fine[kind][i]; i++)
		if (fine[kind][i] == status)
			return true;
	return status == 503 || (open_key && status == 412);
}

static int send_one(Client *c, Kind kind, unsigned long key)
{
	char path[512], header[512] = "", body[1024] = "", criteria[256];
	const char *patient = patient_of(c, key);
	criteria_of(c, key, patient, criteria, sizeof criteria);
	if (kind == LOOK)
		snprintf(path, sizeof path, "/fhir/Task?identifier=urn:race%%7Ckey-%02lu", key);
	else
		snprintf(path, sizeof path, "/fhir/Task?%s", criteria);
	switch (kind) {
	case CREATE:
		snprintf(header, sizeof header, "If-None-Exist: %s\r\n", criteria);
		task(body, sizeof body, NULL, patient, key, random_below(c, 1000));
		return ask(c, "POST", "/fhir/Task", header, body);
	case UPDATE:
		/* a task stays with its person: only where that is always the same */
		if (key < KEYS / 2)
			return send_one(c, CREATE, key);
		task(body, sizeof body, NULL, patient, key, random_below(c, 1000));
		return ask(c, "PUT", path, "", body);
	case PATCH_IT:
		snprintf(body, sizeof body, "[{\"op\":\"replace\",\"path\":\"/description\",\"value\":\"p%lu\"}]",
		         random_below(c, 1000));
		return ask(c, "PATCH", path, "", body);
	case DELETE_WHERE:
		return ask(c, "DELETE", path, "", "");
	case LOOK:
		return ask(c, "GET", path, "", "");
	case PUT_ID:
		snprintf(path, sizeof path, "/fhir/Task/%s", c->ids[key]);
		task(body, sizeof body, c->ids[key], patient, key, random_below(c, 1000));
		return ask(c, "PUT", path, "", body);
	case DELETE_ID:
		snprintf(path, sizeof path, "/fhir/Task/%s", c->ids[key]);
		return ask(c, "DELETE", path, "", "");
	case PLAIN:
		task(body, sizeof body, NULL, patient, key, random_below(c, 1000));
		return ask(c, "POST", "/fhir/Task", "", body);
	case KINDS:
		break;
	}
	return 0;
}

static void one(Client *c)
{
	/* most of the time on a handful of keys, so that clients meet */
	unsigned long key = random_below(c, 4) ? random_below(c, 2) * (KEYS / 2) + random_below(c, 3)
	                                       : random_below(c, KEYS + OPEN_KEYS);
	Kind kind = pick(c, key);
	if ((kind == PUT_ID || kind == DELETE_ID) && !c->ids[key][0])
		kind = CREATE;
	if (kind == UPDATE && key < KEYS / 2)
		kind = CREATE;
	int status = send_one(c, kind, key);
	atomic_fetch_add(&statuses[kind][status], 1);
	if (!expected(kind, status, key >= KEYS))
		violated("%s of key %lu: %s", kind_names[kind], key, c->reply);
	/* A search takes more than a moment: what it shows twice must both still be there when it is asked again. */
	for (int again = 0; again < 3 && kind == LOOK && key < KEYS && count_entries(c->reply) > 1; again++)
		send_one(c, LOOK, key);
	if (kind == LOOK && key < KEYS && count_entries(c->reply) > 1)
		violated("a search found two with key %lu: %s", key, c->reply);
	if (status == 200 || status == 201)
		remember(c, key);
}

static void *run(void *arg)
{
	Client *c = arg;
	dial(c);
	for (long n; (n = atomic_fetch_add(&done, 1)) < wanted;) {
		one(c);
		if (n % 100000 == 99999)
			fprintf(stderr, "%ld requests\n", n + 1);
	}
	close(c->fd);
	return NULL;
}

static void look_at_the_end(Client *c)
{
	dial(c);
	for (unsigned long key = 0; key < KEYS; key++) {
		int status = send_one(c, LOOK, key);
		if (status != 200 || count_entries(c->reply) > 1)
			violated("at the end, key %lu: %s", key, c->reply);
	}
	close(c->fd);
}

static void report(double seconds, int clients)
{
	for (int k = 0; k < KINDS; k++) {
		printf("%-19s", kind_names[k]);
		for (int s = 0; s < 600; s++)
			if (statuses[k][s])
				printf("  %d: %ld", s, (long)statuses[k][s]);
		printf("\n");
	}
	printf("%ld requests by %d clients over %d keys in %.0f s (%.0f/s), %ld violations\n", wanted, clients,
	       KEYS + OPEN_KEYS, seconds, (double)wanted / seconds, (long)violations);
}

int main(int argc, char **argv)
{
	struct timespec from, to;
	if (argc < 6) {
		fprintf(stderr, "server_race PORT TOKEN REQUESTS CLIENTS PATIENT...\n");
		return 2;
	}
	port = atoi(argv[1]);
	token = argv[2];
	wanted = atol(argv[3]);
	int n = atoi(argv[4]);
	n = n < 1 ? 1 : n > CLIENTS_MAX ? CLIENTS_MAX : n;
	patients = argv + 5;
	n_patients = argc - 5;
	Client *clients = calloc((size_t)n, sizeof *clients);
	if (!clients)
		fatal("memory");
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < n; i++) {
		clients[i].state = 88172645463325252ULL + (unsigned long long)i * 2654435761ULL;
		if (pthread_create(&clients[i].thread, NULL, run, &clients[i]) != 0)
			fatal("thread");
	}
	for (int i = 0; i < n; i++)
		pthread_join(clients[i].thread, NULL);
	clock_gettime(CLOCK_MONOTONIC, &to);
	look_at_the_end(&clients[0]);
	report((double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9, n);
	free(clients);
	return violations ? 1 : 0;
}
