/* A Subscription as the server understands it: R5 topic-based subscriptions for R4, and R4's own criteria
 * ("Goal?patient=Patient/1"). Source: http://hl7.org/fhir/uv/subscriptions-backport/STU1.1/ */
#ifndef API_SUBSCRIPTION_H
#define API_SUBSCRIPTION_H

#include "access/subscriptions.h"
#include "api/topics.h"
#include "http/endpoint.h"
#include "http/http.h"

#define BACKPORT "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
#define CHANNEL_SYSTEM "https://samendoel.org/fhir/CodeSystem/subscription-channel"

enum {
	FILTERS_MAX = 10,
	CHANNEL_HEADERS_MAX = 20,
	EVENTS_A_NOTIFICATION = 100, /* at most, when the Subscription says so; else one */
	TIMEOUT_STANDARD = 30,
	TIMEOUT_MAX = 120,
	HEARTBEAT_MIN = 10,
};

typedef enum SubStatus { SUB_REQUESTED, SUB_ACTIVE, SUB_ERROR, SUB_OFF } SubStatus;
typedef enum SubChannel { SUB_REST_HOOK, SUB_STREAM } SubChannel;
typedef enum SubContent { SUB_EMPTY, SUB_ID_ONLY, SUB_FULL } SubContent;

typedef struct SubPlan {
	SubStatus status;
	SubChannel channel;
	SubContent content;
	Str topic; /* canonical */
	FhirType type;
	TypeSet types;
	const FhirPath *criteria; /* NULL: every change */
	const SearchTerm *terms;  /* all must match */
	size_t n_terms;
	Str endpoint; /* as written; absent for a stream */
	EndpointLeave leave;
	const Pair *headers;
	size_t n_headers;
	int timeout_s, heartbeat_s, max_count; /* heartbeat 0: none */
	Millis end;                            /* 0: open */
} SubPlan;

/* Reads a valid Subscription. ERR_INVALID with issues. What it gives lives in a; the JSON must live as long. */
NODISCARD Err subscription_plan(JVal subscription, const EndpointRules *allowed, Arena *a, Outcome *o, SubPlan *out);
/* The SubscriptionCheck of the door; ctx: the EndpointRules. */
NODISCARD Err subscription_check(void *rules, Visit *v, JVal subscription, Str *kept);
Str sub_status_code(SubStatus s);
/* Is the change one that the subscription is about? */
bool subscription_matches(const SubPlan *p, Visit *v, FeedItem *item);

#endif
