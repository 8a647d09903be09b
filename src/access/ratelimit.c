/* Limits on attempts to sign in, in memory: attempts per address in a window, failures per login until a lock. A fixed
 * table of keyed hashes; when two fall on one place the older makes room, so memory is bounded and nobody can aim at a
 * place. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>

#include "access/sessions.h"
#include "base/log.h"
#include "base/random.h"

enum { PLACES = 8192, WAYS = 4 };

typedef struct Count {
	uint64_t key; /* 0: free */
	Millis from;  /* start of the window */
	Millis until; /* locked until */
	uint32_t n;
} Count;

struct Limits {
	pthread_mutex_t lock;
	Count addresses[PLACES], logins[PLACES];
};

Limits *limits_new(void)
{
	Limits *l = calloc(1, sizeof *l);
	if (!l)
		die("out of memory");
	pthread_mutex_init(&l->lock, NULL);
	return l;
}

void limits_free(Limits *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static Count *place(Count *table, Str key, bool make)
{
	uint64_t h = hash_str(key) | 1;
	Count *set = &table[h / 2 % (PLACES / WAYS) * WAYS], *oldest = set;
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == h)
			return &set[i];
		if (set[i].from < oldest->from)
			oldest = &set[i];
	}
	if (!make)
		return NULL;
	*oldest = (Count){ .key = h };
	return oldest;
}

static void window(Count *c, Millis now, Millis length)
{
	if (now - c->from >= length || now < c->from) {
		c->from = now;
		c->n = 0;
	}
}

/* Who has one IPv6 address has the 2^64 of its network: they count as one. in6: room for the answer. */
static Str network_of(Str address, struct in6_addr *in6)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* an IPv4 address in IPv6 clothes */
	char text[INET6_ADDRSTRLEN] = "";
	if (!address.n || address.n >= sizeof text)
		return address;
	memcpy(text, address.p, address.n);
	if (inet_pton(AF_INET6, text, in6) != 1 || memcmp(in6, mapped, sizeof mapped) == 0)
		return address;
	return str_n((const char *)in6, 8);
}

bool limits_attempt(Limits *l, Str address, Millis now)
{
	struct in6_addr in6;
	address = network_of(address, &in6);
	pthread_mutex_lock(&l->lock);
	Count *c = place(l->addresses, address, true);
	window(c, now, LIMIT_ADDRESS_MS);
	bool ok = c->n < LIMIT_ADDRESS;
	c->n += ok;
	pthread_mutex_unlock(&l->lock);
	return ok;
}

bool limits_locked(Limits *l, Str login, Millis now)
{
	pthread_mutex_lock(&l->lock);
	const Count *c = place(l->logins, login, false);
	bool locked = c && now < c->until;
	pthread_mutex_unlock(&l->lock);
	return locked;
}

bool limits_failed(Limits *l, Str login, Millis now)
{
	pthread_mutex_lock(&l->lock);
	Count *c = place(l->logins, login, true);
	window(c, now, LIMIT_LOCK_MS);
	bool locked = ++c->n >= LIMIT_FAILURES;
	if (locked) {
		c->until = now + LIMIT_LOCK_MS;
		c->n = 0;
	}
	pthread_mutex_unlock(&l->lock);
	return locked;
}

void limits_clear(Limits *l, Str login)
{
	pthread_mutex_lock(&l->lock);
	Count *c = place(l->logins, login, false);
	if (c)
		*c = (Count){ 0 };
	pthread_mutex_unlock(&l->lock);
}
