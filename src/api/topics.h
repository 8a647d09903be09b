/* The SubscriptionTopics that the server offers, by canonical address. R4 has no resource for them:
 * docs/subscriptions.md describes them, the CapabilityStatement lists them. */
#ifndef API_TOPICS_H
#define API_TOPICS_H

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/types.h"

#define TOPIC_BASE "https://samendoel.org/fhir/SubscriptionTopic/"

typedef struct Topic {
	Str name;     /* end of the address */
	Str criteria; /* FHIRPath over %previous and %current, as R5's fhirPathCriteria; absent: every change */
	FhirType type;
} Topic;
/* The care-planning topics. */
extern const Topic care_topics[];
extern const size_t care_topics_count;

/* Can changes of this type be subscribed to? Each has a topic with its name: created, changed, deleted. */
bool topic_type_ok(FhirType t);
/* By canonical address (a version behind '|' is not known). False: there is no such topic. */
NODISCARD bool topic_find(Str canonical, Topic *out);
Str topic_url(const Topic *t, Arena *a);

#endif
