#include "api/topics.h"

const Topic care_topics[] = {
	{ .name = S_INIT("goal-changed"), .type = FT_GOAL },
	{ .name = S_INIT("plan-agreed"),
	  .type = FT_CAREPLAN,
	  .criteria =
	      S_INIT("%current.status = 'active' and (%previous.status.empty() or %previous.status != 'active')") },
	{ .name = S_INIT("task-changed"), .type = FT_TASK },
	{ .name = S_INIT("care-team-changed"), .type = FT_CARETEAM },
};
const size_t care_topics_count = COUNT_OF(care_topics);

bool topic_type_ok(FhirType t)
{
	return t != FT_NONE && t != FT_SUBSCRIPTION && t != FT_AUDITEVENT && t != FT_BUNDLE && t != FT_PARAMETERS &&
	       t != FT_BINARY && t != FT_OPERATIONOUTCOME;
}

bool topic_find(Str canonical, Topic *out)
{
	if (!str_starts(canonical, S(TOPIC_BASE)))
		return false;
	Str name = str_from(canonical, sizeof(TOPIC_BASE) - 1);
	for (size_t i = 0; i < COUNT_OF(care_topics); i++) {
		if (str_eq(name, care_topics[i].name)) {
			*out = care_topics[i];
			return true;
		}
	}
	FhirType t = fhir_type(name);
	*out = (Topic){ .name = name, .type = t };
	return topic_type_ok(t);
}

Str topic_url(const Topic *t, Arena *a)
{
	return arena_join(a, S(TOPIC_BASE), t->name, STR_END);
}
