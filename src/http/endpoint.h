/* Addresses that the server itself may call: read strictly, and held against the administrator's list. What is unusual
 * in an address (a user name, a fragment, "..", an escape of a dot or slash, white space) is refused, so that nothing
 * downstream can read it in another way. */
#ifndef HTTP_ENDPOINT_H
#define HTTP_ENDPOINT_H

#include "base/arena.h"

struct sockaddr;

enum { ENDPOINT_TEXT_MAX = 2000, ENDPOINT_RULES_MAX = 64 };

typedef struct Endpoint {
	bool https;
	Str host; /* lower case; IPv6 in brackets */
	int port;
	Str path; /* from '/', with the query */
} Endpoint;
/* http or https only. Strings are views of url, or live in a. */
NODISCARD bool endpoint_parse(Arena *a, Str url, Endpoint *out);

typedef struct EndpointRules {
	Endpoint *list; /* host absent: any */
	size_t n;
} EndpointRules;
/* Prefixes with spaces or commas between them: "https://a.example/hooks http://127.0.0.1:9000 https://". One without a
 * host stands for any host on the public internet. False: *wrong is the one that is not understood. */
NODISCARD bool endpoint_rules(Arena *a, Str text, EndpointRules *out, Str *wrong);

typedef enum EndpointLeave {
	ENDPOINT_REFUSED,
	ENDPOINT_PUBLIC, /* but not to an address inside: its host was not named */
	ENDPOINT_NAMED,  /* whatever address the name has */
} EndpointLeave;
EndpointLeave endpoint_allowed(const EndpointRules *r, const Endpoint *e);
/* Is this an address of this machine, of a private network, or of no single machine? Also for other families. */
bool endpoint_inside(const struct sockaddr *sa);

#endif
