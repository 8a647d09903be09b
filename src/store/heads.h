/* Map from partition to the sequence number of its last log entry. Grows; one thread at a time. */
#ifndef STORE_HEADS_H
#define STORE_HEADS_H

#include "store/store.h"

typedef struct Head {
	Part part; /* 0: free */
	int64_t seq;
} Head;
typedef struct Heads {
	Head *slots;
	size_t cap, n;
} Heads;

/* -1: not there. */
int64_t heads_get(const Heads *m, Part part);
void heads_set(Heads *m, Part part, int64_t seq);
/* Forgets all; keeps the memory of a small map. */
void heads_clear(Heads *m);
void heads_free(Heads *m);
/* The n entries by partition number, in memory for free(). */
Head *heads_sorted(const Heads *m);

#endif
