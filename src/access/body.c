/* The text of a resource as it is stored and sent: compact, with its id, version and time in front. */
#include "access/body.h"

/* {"resourceType":…,"id":…,"meta":{"versionId":"…","lastUpdated":"…" */
static Str front(FhirType type, Str id, int32_t version, Millis updated, Arena *a)
{
	Buf b = buf_new(a, 192, 0);
	char when[24];
	time_instant_to(when, updated);
	BUF_LIT(&b, "{\"resourceType\":\"");
	buf_add(&b, fhir_type_name(type));
	BUF_LIT(&b, "\",\"id\":\"");
	buf_add(&b, id);
	BUF_LIT(&b, "\",\"meta\":{\"versionId\":\"");
	buf_int(&b, version);
	BUF_LIT(&b, "\",\"lastUpdated\":\"");
	buf_add(&b, str_n(when, sizeof when));
	buf_byte(&b, '"');
	return buf_str(&b);
}

static void member(Buf *b, const JIter *it)
{
	buf_add(b, S(",\""));
	buf_add(b, it->key);
	buf_add(b, S("\":"));
	buf_add(b, json_compact(b->arena, it->value));
}

Str body_rest(JVal resource, Arena *a)
{
	Buf b = buf_new(a, json_raw(resource).n + 64, (size_t)JSON_MAX);
	for (JIter it = json_iter(JGET(resource, "meta")); json_next(&it);) {
		if (!str_eq(it.key, S("versionId")) && !str_eq(it.key, S("lastUpdated")) &&
		    !str_eq(it.key, S("_versionId")) && !str_eq(it.key, S("_lastUpdated")))
			member(&b, &it);
	}
	buf_byte(&b, '}');
	for (JIter it = json_iter(resource); json_next(&it);) {
		if (!str_eq(it.key, S("resourceType")) && !str_eq(it.key, S("id")) && !str_eq(it.key, S("meta")))
			member(&b, &it);
	}
	buf_byte(&b, '}');
	return b.full ? STR_END : buf_str(&b);
}

Str body_text(FhirType type, Str id, int32_t version, Millis updated, Str rest, Arena *a)
{
	return arena_join(a, front(type, id, version, updated, a), rest, STR_END);
}

bool body_same(FhirType type, Str id, int32_t version, Millis updated, Str rest, Str body, Arena *a)
{
	Str f = front(type, id, version, updated, a);
	return body.n == f.n + rest.n && str_starts(body, f) && str_ends(body, rest);
}
