/* The ecogram: everybody around the person with their tie, and what it says at a glance. */
#ifndef CARE_NETWORK_H
#define CARE_NETWORK_H

#include "care/dossier.h"

typedef struct NetworkNode {
	Str ref, name, label; /* label: relationship or role */
	Tie tie;              /* circle: Z for members without a tie; NONE for relatives who were not placed */
	bool carer, professional;
	size_t open_actions; /* that they own */
} NetworkNode;
enum { SUPPORT_PRACTICAL, SUPPORT_COMPANY, SUPPORT_ADVICE, SUPPORT_EMOTIONAL, SUPPORT_KINDS };
typedef struct Network {
	NetworkNode *nodes; /* by circle, then closeness (near first), then name; active ones only, each once */
	size_t n_nodes;
	size_t by_circle[CIRCLE_NONE + 1];
	size_t support[SUPPORT_KINDS];          /* how many give it (ties that only receive do not count) */
	size_t informal_support[SUPPORT_KINDS]; /* of these, not professionals */
	size_t strained, unplaced;
	const NetworkNode *
	    *overloaded; /* informal carers with more than OVERLOAD_ACTIONS open actions, or strained with any */
	size_t n_overloaded;
} Network;
enum { OVERLOAD_ACTIONS = 4 };
void network_of(const Dossier *d, Network *out);
/* support[k] == 0: missing by kind. */

#endif
