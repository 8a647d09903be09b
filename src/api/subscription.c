#include "api/subscription.h"

#include "api/query.h"

/* ---- extensions ---- */

/* The n-th extension of that name on an element; absent: there is none. */
static JVal extension(JVal element, Str url, size_t n)
{
	for (JIter it = json_each(JGET(element, "extension")); json_next(&it);)
		if (json_str_is(JGET(it.value, "url"), url) && n-- == 0)
			return it.value;
	return (JVal){ NULL, NULL };
}

static bool int_extension(JVal element, Str url, Str member, int64_t low, int64_t high, int *out)
{
	int64_t n;
	JVal v = extension(element, url, 0);
	if (!v.node)
		return true;
	if (!json_int(json_get(v, member), &n) || n < 1)
		return false;
	*out = (int)(n < low ? low : n > high ? high : n);
	return true;
}

/* ---- reading ---- */

typedef struct Reading {
	Arena *a;
	Outcome *o;
	SubPlan *plan;
	const EndpointRules *allowed;
} Reading;

#define REFUSE(r, where, ...) outcome_add((r)->o, SEV_ERROR, S("invalid"), S(where), __VA_ARGS__)
#define LACKS(r, where, ...) outcome_add((r)->o, SEV_ERROR, S("not-supported"), S(where), __VA_ARGS__)

static void add_terms(Reading *r, Str query, SearchTerm *terms)
{
	Query q;
	size_t n;
	Pair *pairs = pairs_urlencoded(r->a, query, &n);
	for (size_t i = 0; i < n; i++) {
		Str code;
		str_cut(pairs[i].name, ':', &code);
		if (str_chr(pairs[i].name, '.') >= 0 || !search_param(r->plan->type, code)) {
			LACKS(r, "Subscription.criteria",
			      "'%.*s' is no search parameter of %.*s; chains are not possible here.",
			      STR_ARG(str_upto(code, 64)), STR_ARG(fhir_type_name(r->plan->type)));
			return;
		}
	}
	if (query_parse(r->a, r->plan->type, pairs, n, true, &q) != OK) {
		REFUSE(r, "Subscription.criteria", "%.*s",
		       STR_ARG(q.notes.count ? q.notes.issues[0].details : S("the filter is not understood")));
		return;
	}
	for (size_t i = 0; i < q.search.n_conds; i++) {
		const SearchCond *cond = &q.search.conds[i];
		if (cond->kind != COND_TERM || r->plan->n_terms == QUERY_TERMS_MAX) {
			LACKS(r, "Subscription.criteria", "A filter is at most %d parameters with plain values.",
			      QUERY_TERMS_MAX);
			return;
		}
		terms[r->plan->n_terms++] = cond->term;
	}
	if (q.search.n_conds < n)
		REFUSE(r, "Subscription.criteria", "A parameter of the filter has no value.");
}

static void set_type(Reading *r, FhirType t)
{
	r->plan->type = t;
	typeset_add(&r->plan->types, t);
}

/* "Goal?patient=…", as R4 has it. */
static void classic(Reading *r, Str criteria, SearchTerm *terms)
{
	Str name;
	Str query = str_cut(criteria, '?', &name);
	FhirType t = fhir_type(name);
	if (!topic_type_ok(t)) {
		LACKS(r, "Subscription.criteria",
		      "The criteria must be the canonical address of a topic, or 'Type?parameter=value'.");
		return;
	}
	set_type(r, t);
	r->plan->topic = topic_url(&(Topic){ .name = fhir_type_name(t) }, r->a);
	if (query.n)
		add_terms(r, query, terms);
}

static void by_topic(Reading *r, JVal sub, Str criteria, SearchTerm *terms)
{
	Topic topic;
	FpError why;
	FpOptions options = { 0 };
	if (!topic_find(criteria, &topic)) {
		LACKS(r, "Subscription.criteria", "There is no such topic: the CapabilityStatement lists them.");
		return;
	}
	set_type(r, topic.type);
	r->plan->topic = topic_url(&topic, r->a);
	if (topic.criteria.p && fhirpath_compile(r->a, topic.criteria, &options, &r->plan->criteria, &why) != OK)
		REFUSE(r, "Subscription.criteria", "%s", why.message);
	for (size_t i = 0; i <= FILTERS_MAX; i++) {
		Str name;
		JVal x = extension(JGET(sub, "_criteria"), S(BACKPORT "backport-filter-criteria"), i);
		if (!x.node)
			return;
		Str text = JSTR(x, "valueString", r->a), query = str_cut(text, '?', &name);
		if (i == FILTERS_MAX)
			REFUSE(r, "Subscription.criteria", "More than %d filters.", FILTERS_MAX);
		else if (!query.p)
			add_terms(r, text, terms);
		else if (fhir_type(name) != topic.type)
			REFUSE(r, "Subscription.criteria.extension", "This topic is about %.*s.",
			       STR_ARG(fhir_type_name(topic.type)));
		else
			add_terms(r, query, terms);
	}
}

static void read_endpoint(Reading *r, JVal channel)
{
	Endpoint e;
	r->plan->endpoint = JSTR(channel, "endpoint", r->a);
	if (!r->plan->endpoint.n || !endpoint_parse(r->a, r->plan->endpoint, &e)) {
		REFUSE(r, "Subscription.channel.endpoint",
		       "The endpoint must be a plain http or https address, without user name, fragment, or '..'.");
		return;
	}
	r->plan->leave = endpoint_allowed(r->allowed, &e);
	if (r->plan->leave == ENDPOINT_REFUSED && r->plan->status != SUB_OFF)
		outcome_add(r->o, SEV_ERROR, S("forbidden"), S("Subscription.channel.endpoint"),
		            "Notifications may not go to this address: the administrator allows addresses with "
		            "'serve --notify-to'%s.",
		            r->allowed->n ? "" : ", and has allowed none");
}

static bool header_ok(Str name, Str value)
{
	static const char *const ours[] = {
		"host", "content-length", "content-type", "transfer-encoding", "connection",         "expect",
		"te",   "upgrade",        "trailer",      "keep-alive",        "proxy-authorization"
	};
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool plain =
		    (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
		if (!plain)
			return false;
	}
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
			return false;
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (str_eq_nocase(name, str_c(ours[i])))
			return false;
	return name.n > 0 && name.n <= 64 && value.n > 0 && value.n <= 4096;
}

static void read_headers(Reading *r, JVal channel)
{
	Pair *list = ARENA_ARRAY(r->a, Pair, CHANNEL_HEADERS_MAX);
	r->plan->headers = list;
	for (JIter it = json_each(JGET(channel, "header")); json_next(&it);) {
		Str name, value = str_trim(str_cut(json_str(it.value, r->a), ':', &name));
		if (r->plan->n_headers == CHANNEL_HEADERS_MAX || !header_ok(name, value)) {
			REFUSE(
			    r, "Subscription.channel.header",
			    "A header is 'Name: value', is not one of the connection itself, and there are at most %d.",
			    CHANNEL_HEADERS_MAX);
			return;
		}
		list[r->plan->n_headers++] = (Pair){ name, value };
	}
}

static void read_kind(Reading *r, JVal channel)
{
	Str type = JSTR(channel, "type", r->a);
	JVal coding = JGET(extension(JGET(channel, "_type"), S(BACKPORT "backport-channel-type"), 0), "valueCoding");
	if (coding.node && json_str_is(JGET(coding, "system"), S(CHANNEL_SYSTEM)) &&
	    json_str_is(JGET(coding, "code"), S("sse"))) {
		r->plan->channel = SUB_STREAM;
		return;
	}
	if (coding.node || !str_eq(type, S("rest-hook"))) {
		LACKS(r, "Subscription.channel.type",
		      "The channels are rest-hook and, by the extension backport-channel-type, sse.");
		return;
	}
	r->plan->channel = SUB_REST_HOOK;
	read_endpoint(r, channel);
	read_headers(r, channel);
}

static void read_content(Reading *r, JVal channel)
{
	Str mime = JSTR(channel, "payload", r->a), head;
	JVal x = extension(JGET(channel, "_payload"), S(BACKPORT "backport-payload-content"), 0);
	JVal code = JGET(x, "valueCode");
	str_cut(mime, ';', &head);
	if (mime.n && !str_eq(head, S("application/fhir+json")) && !str_eq(head, S("application/json")))
		LACKS(r, "Subscription.channel.payload", "Only application/fhir+json is sent.");
	/* R4 itself: with a payload the resource, without one nothing. */
	r->plan->content = mime.n ? SUB_FULL : SUB_EMPTY;
	if (!x.node)
		return;
	if (json_str_is(code, S("empty")))
		r->plan->content = SUB_EMPTY;
	else if (json_str_is(code, S("id-only")))
		r->plan->content = SUB_ID_ONLY;
	else if (json_str_is(code, S("full-resource")))
		r->plan->content = SUB_FULL;
	else
		REFUSE(r, "Subscription.channel.payload", "The payload content is empty, id-only or full-resource.");
}

static void read_numbers(Reading *r, JVal channel)
{
	SubPlan *p = r->plan;
	p->timeout_s = TIMEOUT_STANDARD;
	p->max_count = 1;
	if (!int_extension(channel, S(BACKPORT "backport-heartbeat-period"), S("valueUnsignedInt"), HEARTBEAT_MIN,
	                   DAY_MS / 1000, &p->heartbeat_s) ||
	    !int_extension(channel, S(BACKPORT "backport-timeout"), S("valueUnsignedInt"), 1, TIMEOUT_MAX,
	                   &p->timeout_s) ||
	    !int_extension(channel, S(BACKPORT "backport-max-count"), S("valuePositiveInt"), 1, EVENTS_A_NOTIFICATION,
	                   &p->max_count))
		REFUSE(r, "Subscription.channel.extension",
		       "heartbeat period, timeout and max-count are whole numbers from 1.");
}

static const Str status_codes[] = { S_INIT("requested"), S_INIT("active"), S_INIT("error"), S_INIT("off") };

Str sub_status_code(SubStatus s)
{
	return status_codes[s];
}

Err subscription_plan(JVal sub, const EndpointRules *allowed, Arena *a, Outcome *o, SubPlan *out)
{
	*out = (SubPlan){ .status = SUB_OFF };
	Reading r = { a, o, out, allowed };
	JVal channel = JGET(sub, "channel");
	Str criteria = JSTR(sub, "criteria", a), end = JSTR(sub, "end", a);
	Moment m;
	size_t before = o->errors;
	SearchTerm *terms = ARENA_ARRAY(a, SearchTerm, QUERY_TERMS_MAX);
	out->terms = terms;
	for (size_t i = 0; i < COUNT_OF(status_codes); i++)
		if (json_str_is(JGET(sub, "status"), status_codes[i]))
			out->status = (SubStatus)i;
	if (end.n && time_parse_instant(end, &m))
		out->end = m.from;
	if (str_starts(criteria, S("http:")) || str_starts(criteria, S("https:")))
		by_topic(&r, sub, criteria, terms);
	else
		classic(&r, criteria, terms);
	read_kind(&r, channel);
	read_content(&r, channel);
	read_numbers(&r, channel);
	return o->errors > before ? ERR_INVALID : OK;
}

/* ---- at the door ---- */

Err subscription_check(void *rules, Visit *v, JVal sub, Str *kept)
{
	SubPlan plan;
	TRY(subscription_plan(sub, rules, visit_arena(v), visit_outcome(v), &plan));
	/* Only the server says that it is active; and an error is over when its owner sends the Subscription again. */
	JChange changes[] = { { S("status"), plan.status == SUB_OFF ? S("\"off\"") : S("\"requested\"") },
		              { S("error"), STR_END } };
	*kept = json_change(visit_arena(v), sub, changes, COUNT_OF(changes));
	return kept->p ? OK : ERR_INTERNAL;
}

/* ---- matching ---- */

static FpVariable variable(Str name, JVal value, FpItem *item)
{
	FpVariable x = { .name = name };
	if (value.node) {
		*item = fhirpath_item(value, STR_END);
		x.value = (FpCollection){ .items = item, .count = 1, .cap = 1 };
	}
	return x;
}

static bool criteria_met(const SubPlan *p, JVal current, JVal previous, Arena *a)
{
	FpItem items[2];
	FpVariable variables[] = { variable(S("current"), current, &items[0]),
		                   variable(S("previous"), previous, &items[1]) };
	FpItem root = fhirpath_item(current.node ? current : previous, STR_END);
	FpContext c = { .resource = current, .variables = variables, .variable_count = COUNT_OF(variables) };
	bool met = false;
	return fhirpath_bool(p->criteria, &c, &root, false, a, &met, NULL) == OK && met;
}

bool subscription_matches(const SubPlan *p, Visit *v, FeedItem *item)
{
	JVal current = item->now.deleted ? (JVal){ NULL, NULL } : rec_json(v, &item->now);
	JVal previous = item->before.type != FT_NONE ? rec_json(v, &item->before) : (JVal){ NULL, NULL };
	JVal subject = current.node ? current : previous;
	if (item->now.type != p->type || !subject.node)
		return false;
	for (size_t i = 0; i < p->n_terms; i++)
		if (search_matches(&p->terms[i], NULL, subject, visit_arena(v)) != MATCH_YES)
			return false;
	return !p->criteria || criteria_met(p, current, previous, visit_arena(v));
}
