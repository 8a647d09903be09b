/* $status and $events of topic-based subscriptions, and their event stream.
 * Source: http://hl7.org/fhir/uv/subscriptions-backport/STU1.1/components.html */
#include "api/parameters.h"

/* The Subscription with what it asks for. A plan that is no longer served is shown as far as it goes. */
static Sub sub_of(Call *c, const SubscriptionRow *row)
{
	Sub s = { .row = *row };
	Outcome o = outcome_new(c->a);
	if (subscription_plan(rec_json(c->visit, &s.row.rec), &c->api->notifier.allowed, c->a, &o, &s.plan) != OK &&
	    !s.plan.topic.p)
		s.plan.topic = S(TOPIC_BASE);
	return s;
}

static Err read_sub(Call *c, Sub *out)
{
	SubscriptionRow row;
	c->type = FT_SUBSCRIPTION;
	c->type_name = S("Subscription");
	TRY(visit_subscription(c->visit, c->id, &row));
	*out = sub_of(c, &row);
	return OK;
}

/* ---- $status ---- */

static void status_entry(Call *c, JWriter *w, const Sub *s)
{
	Str id = s->row.rec.id;
	jw_object(w);
	JW_STR(w, "fullUrl", arena_join(c->a, c->api->base, S("/Subscription/"), id, S("/$status"), STR_END));
	jw_key(w, S("resource"));
	notify_status(w, c->api->base, s, NOTE_STATUS, s->row.given, NULL, 0, SUB_EMPTY, id, c->a);
	JW_RAW(w, "search", S("{\"mode\":\"match\"}"));
	jw_end_object(w);
}

static Reply statuses(Call *c, const Sub *subs, size_t n)
{
	Buf b = buf_new(c->a, 4096, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Bundle"));
	JW_STR(&w, "type", S("searchset"));
	JW_INT(&w, "total", (int64_t)n);
	if (n) {
		JW_ARRAY(&w, "entry");
		for (size_t i = 0; i < n; i++)
			status_entry(c, &w, &subs[i]);
		jw_end_array(&w);
	}
	jw_end_object(&w);
	return reply_fhir(c, 200, buf_str(&b));
}

static Reply handle_status(Call *c)
{
	Sub s;
	Err e = read_sub(c, &s);
	return e == OK ? statuses(c, &s, 1) : reply_refused(c, e);
}

/* Is one of the values of this name (several times, or with commas) the text? True when there are none. */
static bool asked(const Parameters *p, Str name, Str text)
{
	bool any = false;
	for (size_t i = 0; i < p->n; i++) {
		Str rest = p->list[i].value, one;
		while (str_eq(p->list[i].name, name) && rest.p) {
			rest = str_cut(rest, ',', &one);
			any = true;
			if (str_eq(str_trim(one), text))
				return true;
		}
	}
	return !any;
}

static Reply handle_statuses(Call *c)
{
	Parameters p;
	Reply wrong;
	SubscriptionRow *rows;
	size_t n, kept = 0;
	if (!parameters_read(c, &p, &wrong))
		return wrong;
	Err e = visit_subscriptions(c->visit, &rows, &n);
	if (e != OK)
		return reply_refused(c, e);
	Sub *subs = ARENA_ARRAY(c->a, Sub, n + 1);
	for (size_t i = 0; i < n; i++) {
		subs[kept] = sub_of(c, &rows[i]);
		kept += asked(&p, S("id"), rows[i].rec.id) &&
		        asked(&p, S("status"), sub_status_code(subs[kept].plan.status));
	}
	return statuses(c, subs, kept);
}

/* ---- $events ---- */

static bool number(const Parameters *p, Str name, int64_t *out)
{
	Str text = parameter(p, name);
	return !text.p || (str_int(text, out) && *out >= 0);
}

static bool content(const Parameters *p, SubContent *out)
{
	Str text = parameter(p, S("content"));
	if (!text.p)
		return true;
	if (str_eq(text, S("empty")))
		*out = SUB_EMPTY;
	else if (str_eq(text, S("id-only")))
		*out = SUB_ID_ONLY;
	else if (str_eq(text, S("full-resource")))
		*out = SUB_FULL;
	else
		return false;
	return true;
}

static Reply handle_events(Call *c)
{
	Sub s;
	Parameters p;
	Reply wrong;
	FeedItem *items;
	size_t n;
	if (!parameters_read(c, &p, &wrong))
		return wrong;
	Err e = read_sub(c, &s);
	if (e != OK)
		return reply_refused(c, e);
	int64_t from = 1, until = s.row.given;
	SubContent what = s.plan.content;
	if (!number(&p, S("eventsSinceNumber"), &from) || !number(&p, S("eventsUntilNumber"), &until) ||
	    !content(&p, &what))
		return reply_fail(
		    c, ERR_BAD_REQUEST,
		    "eventsSinceNumber and eventsUntilNumber are whole numbers; content is empty, id-only or "
		    "full-resource.");
	e = visit_events(c->visit, s.row.key, from, until, EVENTS_A_NOTIFICATION, &items, &n);
	if (e != OK)
		return reply_refused(c, e);
	visit_notify(c->visit, items, n, STR_END);
	Str body = notify_bundle(c->api->base, &s, NOTE_QUERY, s.row.given, items, n, what, c->a);
	return body.p ? reply_fhir(c, 200, body) : reply_fail(c, ERR_TOO_LARGE, "Ask for fewer events at once.");
}

/* ---- the stream ---- */

static Reply handle_stream(Call *c)
{
	Sub s;
	int64_t last = -1;
	Str header = req_header(c->req, S("Last-Event-ID"));
	Err e = read_sub(c, &s);
	if (e != OK)
		return reply_refused(c, e);
	if (c->in_bundle || c->req->method != M_GET)
		return reply_fail(c, ERR_METHOD, "A stream is asked for with GET, by itself.");
	if (s.plan.channel != SUB_STREAM || s.plan.status == SUB_OFF)
		return reply_fail(c, ERR_CONFLICT, "This Subscription is off, or its channel is not a stream.");
	if (header.n && (!str_int(header, &last) || last < 0))
		return reply_fail(c, ERR_BAD_REQUEST, "Last-Event-ID is the number of an event.");
	/* Whoever administers may see that it is there; what it brings is for its owner. */
	if (s.row.account != c->session.scope.account)
		return reply_fail(c, ERR_FORBIDDEN, "Only its owner may listen.");
	Stream *stream = streams_open(c->api->streams, s.row.key, last);
	if (!stream)
		return reply_fail(c, ERR_BUSY, "Too many streams are open: try again later.");
	Reply r = reply_fhir(c, 200, STR_END);
	r.type = S("text/event-stream");
	r.stream = stream;
	reply_header(&r, S("X-Accel-Buffering"), S("no"));
	return r;
}

#define SUBSCRIPTION_OPERATION(id, verb, at, says, word, fn, defined, ...)                                \
	const Operation operation_subscription_##id = { .method = M_##verb,                               \
		                                        .path = S_INIT("/fhir/Subscription/" at),         \
		                                        .route = S_INIT(#verb " /fhir/Subscription/" at), \
		                                        .interaction = INT_OPERATION,                     \
		                                        .offered = true,                                  \
		                                        .handle = fn,                                     \
		                                        .summary = S_INIT(says),                          \
		                                        .name = S_INIT(word),                             \
		                                        .definition = S_INIT(defined),                    \
		                                        __VA_ARGS__ };
#define IG "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/"

SUBSCRIPTION_OPERATION(status, GET, "{id}/$status", "Say how a subscription is doing.", "status", handle_status,
                       IG "backport-subscription-status", )
SUBSCRIPTION_OPERATION(status_post, POST, "{id}/$status", "Say how a subscription is doing.", "status", handle_status,
                       IG "backport-subscription-status", )
SUBSCRIPTION_OPERATION(statuses, GET, "$status", "Say how the user's subscriptions are doing.", "status",
                       handle_statuses, IG "backport-subscription-status", )
SUBSCRIPTION_OPERATION(statuses_post, POST, "$status",
                       "Say how the user's subscriptions are doing; criteria in the body.", "status", handle_statuses,
                       IG "backport-subscription-status", )
SUBSCRIPTION_OPERATION(events, GET, "{id}/$events", "Give events of a subscription again, by their numbers.", "events",
                       handle_events, IG "backport-subscription-events", )
SUBSCRIPTION_OPERATION(events_post, POST, "{id}/$events",
                       "Give events of a subscription again, by their numbers; criteria in the body.", "events",
                       handle_events, IG "backport-subscription-events", )
SUBSCRIPTION_OPERATION(stream, GET, "{id}/$events-stream", "Listen to the events of a subscription as they come.",
                       "events-stream", handle_stream,
                       "https://samendoel.org/fhir/OperationDefinition/subscription-events-stream",
                       .gives = S_INIT("text/event-stream"))
