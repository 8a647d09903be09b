/* The Bundles that subscribers get. Source: http://hl7.org/fhir/uv/subscriptions-backport/STU1.1/notifications.html */
#include "api/notify.h"
#include "base/random.h"

#define STATUS_PROFILE BACKPORT "backport-subscription-status-r4"

static Str kind_code(NoteKind k)
{
	switch (k) {
	case NOTE_HANDSHAKE:
		return S("handshake");
	case NOTE_HEARTBEAT:
		return S("heartbeat");
	case NOTE_EVENTS:
		return S("event-notification");
	case NOTE_QUERY:
		return S("query-event");
	case NOTE_NONE:
	case NOTE_STATUS:
		break;
	}
	return S("query-status");
}

static Str uuid(Arena *a)
{
	uint8_t b[16];
	random_bytes(b, sizeof b);
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	return arena_printf(a, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
	                    b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

static Str url_of(Str base, const Rec *r, Arena *a)
{
	return arena_join(a, base, S("/"), fhir_type_name(r->type), S("/"), r->id, STR_END);
}

/* ---- the status ---- */

static void named(JWriter *w, Str name, Str member, Str value)
{
	jw_object(w);
	JW_STR(w, "name", name);
	jw_key(w, member);
	jw_str(w, value);
	jw_end_object(w);
}

static void named_reference(JWriter *w, Str name, Str reference)
{
	jw_object(w);
	JW_STR(w, "name", name);
	JW_OBJECT(w, "valueReference");
	JW_STR(w, "reference", reference);
	jw_end_object(w);
	jw_end_object(w);
}

/* What may no longer be seen, and everything with content `empty`, is a number only. */
static void event(JWriter *w, Str base, const FeedItem *i, SubContent content, Arena *a)
{
	jw_object(w);
	JW_STR(w, "name", S("notification-event"));
	JW_ARRAY(w, "part");
	named(w, S("event-number"), S("valueString"), arena_printf(a, "%lld", (long long)i->event));
	if (i->now.type != FT_NONE) {
		named(w, S("timestamp"), S("valueInstant"), time_instant(a, i->now.updated));
		if (content != SUB_EMPTY)
			named_reference(w, S("focus"), url_of(base, &i->now, a));
	}
	jw_end_array(w);
	jw_end_object(w);
}

void notify_status(JWriter *w, Str base, const Sub *s, NoteKind kind, int64_t count, const FeedItem *items, size_t n,
                   SubContent content, Str id, Arena *a)
{
	jw_object(w);
	JW_STR(w, "resourceType", S("Parameters"));
	JW_STR(w, "id", id);
	JW_RAW(w, "meta", S("{\"profile\":[\"" STATUS_PROFILE "\"]}"));
	JW_ARRAY(w, "parameter");
	named_reference(w, S("subscription"), arena_join(a, base, S("/Subscription/"), s->row.rec.id, STR_END));
	named(w, S("topic"), S("valueCanonical"), s->plan.topic);
	named(w, S("status"), S("valueCode"), sub_status_code(s->plan.status));
	named(w, S("type"), S("valueCode"), kind_code(kind));
	named(w, S("events-since-subscription-start"), S("valueString"), arena_printf(a, "%lld", (long long)count));
	for (size_t i = 0; i < n; i++)
		event(w, base, &items[i], content, a);
	jw_end_array(w);
	jw_end_object(w);
}

/* ---- the bundle ---- */

static void request(JWriter *w, Str method, Str url, Str status)
{
	JW_OBJECT(w, "request");
	JW_STR(w, "method", method);
	JW_STR(w, "url", url);
	jw_end_object(w);
	JW_OBJECT(w, "response");
	JW_STR(w, "status", status);
	jw_end_object(w);
}

static void item(JWriter *w, Str base, const Rec *r, SubContent content, Arena *a)
{
	Str type = fhir_type_name(r->type), local = arena_join(a, type, S("/"), r->id, STR_END);
	jw_object(w);
	JW_STR(w, "fullUrl", url_of(base, r, a));
	if (content == SUB_FULL && !r->deleted)
		JW_RAW(w, "resource", r->body);
	if (r->deleted)
		request(w, S("DELETE"), local, S("204"));
	else if (r->version == 1)
		request(w, S("POST"), type, S("201"));
	else
		request(w, S("PUT"), local, S("200"));
	jw_end_object(w);
}

Str notify_bundle(Str base, const Sub *s, NoteKind kind, int64_t count, const FeedItem *items, size_t n,
                  SubContent content, Arena *a)
{
	Buf b = buf_new(a, 4096, 0);
	JWriter w = jw_new(&b);
	Str id = uuid(a), local = arena_join(a, S("Subscription/"), s->row.rec.id, S("/$status"), STR_END);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Bundle"));
	JW_STR(&w, "id", uuid(a));
	JW_RAW(&w, "meta", S("{\"profile\":[\"" BACKPORT "backport-subscription-notification-r4\"]}"));
	JW_STR(&w, "type", S("history"));
	JW_STR(&w, "timestamp", time_instant(a, time_now()));
	JW_ARRAY(&w, "entry");
	jw_object(&w);
	JW_STR(&w, "fullUrl", arena_join(a, S("urn:uuid:"), id, STR_END));
	jw_key(&w, S("resource"));
	notify_status(&w, base, s, kind, count, items, n, content, id, a);
	request(&w, S("GET"), local, S("200"));
	jw_end_object(&w);
	for (size_t i = 0; i < n && content != SUB_EMPTY; i++)
		if (items[i].now.type != FT_NONE)
			item(&w, base, &items[i].now, content, a);
	jw_end_array(&w);
	jw_end_object(&w);
	return b.full ? STR_END : buf_str(&b);
}
