/* What is sent to subscribers, and when: by a clock of our own, without sockets. */
#include "access_help.h"
#include "api/notify.h"

#define STREAM_CHANNEL                                                                                            \
	"\"channel\":{\"_type\":{\"extension\":[{\"url\":\"" BACKPORT "backport-channel-type\",\"valueCoding\":{" \
	"\"system\":\"" CHANNEL_SYSTEM "\",\"code\":\"sse\"}}]},\"payload\":\"application/fhir+json\"}"
#define HOOK_CHANNEL                                                                   \
	"\"channel\":{\"type\":\"rest-hook\",\"endpoint\":\"https://a.example/hook\"," \
	"\"payload\":\"application/fhir+json\",\"extension\":[{\"url\":\"" BACKPORT    \
	"backport-heartbeat-period\",\"valueUnsignedInt\":60}]}"

typedef struct Stage {
	World *w;
	Notifier n;
	int64_t account;
	Scope owner;
	Str patient, id;
	Millis now;
	Sub *sub; /* NULL: off */
} Stage;

static uint32_t dice(void)
{
	return 0;
}

static void load(Stage *g)
{
	Sub *subs;
	size_t n;
	must(notify_load(&g->n, g->w->a, g->now, &subs, &n));
	assert_true(n <= 1);
	g->sub = n ? subs : NULL;
}

static void clock_to(Stage *g, Millis ms)
{
	g->now += ms;
	time_set_offset(0);
	time_set_offset(g->now - time_now());
}

static void subscribe(Stage *g, const char *criteria, const char *channel)
{
	Visit *v = visit(g->w, &g->owner);
	Str json =
	    FORMAT(g->w,
	           "{\"resourceType\":\"Subscription\",\"status\":\"requested\",\"reason\":\"test\",\"criteria\":"
	           "\"%s\",%s}",
	           criteria, channel);
	Err e = visit_create(v, json, &g->id);
	if (e != OK)
		fprintf(stderr, "%.*s\n", STR_ARG(outcome_json(visit_outcome(v), g->w->a)));
	must(e);
	must(visit_commit(v));
	load(g);
}

/* A world with a dossier, a nurse in its team with an account, and a list of addresses. */
static void stage(Stage *g, void **state)
{
	World *w = *state;
	Str wrong, refs[] = { S("Practitioner/nurse") };
	*g = (Stage){ .w = w, .n = { .records = w->r, .base = S("http://x/fhir"), .dice = dice } };
	assert_true(endpoint_rules(w->a, S("https://a.example"), &g->n.allowed, &wrong));
	records_check_subscriptions(w->r, subscription_check, &g->n.allowed);
	g->patient = make_patient(w);
	(void)make_team(w, g->patient, "Practitioner/nurse", true, false, "");
	NewAccount n = {
		.login = S("nurse"), .name = S("Vera Smeets"), .role = ROLE_PROFESSIONAL, .refs = refs, .n_refs = 1
	};
	must(account_create(w->r, &n, &g->account));
	must(account_scope(w->r, g->account, w->a, &g->owner));
	g->now = time_now();
}

static Notification next(Stage *g)
{
	Notification out;
	bool more = true;
	do
		must(notify_next(&g->n, g->sub, g->now, g->w->a, &out, &more));
	while (out.kind == NOTE_NONE && more);
	return out;
}

static void taken(Stage *g, Notification *n)
{
	must(notify_done(&g->n, g->sub, n, g->now, STR_END));
}

static void greet(Stage *g)
{
	Notification n = next(g);
	assert_int_equal(n.kind, NOTE_HANDSHAKE);
	taken(g, &n);
	load(g);
}

static Str status_of(Stage *g)
{
	Visit *v = visit(g->w, &g->owner);
	SubscriptionRow row;
	must(visit_subscription(v, g->id, &row));
	return JSTR(rec_json(v, &row.rec), "status", g->w->a);
}

static bool says(const Notification *n, const char *text)
{
	return str_find(n->body, str_c(text)) >= 0;
}

static void events_have_numbers_in_order(void **state)
{
	Stage g;
	stage(&g, state);
	(void)make(g.w, goal_json(g.w, g.patient, "before"));
	subscribe(&g, TOPIC_BASE "Goal", HOOK_CHANNEL);
	greet(&g);
	assert_true(str_eq(status_of(&g), S("active")));
	Notification n = next(&g);
	assert_int_equal(n.kind, NOTE_NONE); /* what was there before is not told */
	(void)make(g.w, goal_json(g.w, g.patient, "one"));
	(void)make(g.w, observation_json(g.w, g.patient, ""));
	(void)make(g.w, goal_json(g.w, g.patient, "two"));
	n = next(&g);
	assert_true(n.kind == NOTE_EVENTS && n.last == 1 && n.events == 1 && says(&n, "one"));
	/* Until it is taken it is the same one, also after a restart. */
	load(&g);
	n = next(&g);
	assert_true(n.last == 1 && says(&n, "one"));
	taken(&g, &n);
	n = next(&g);
	assert_true(n.last == 2 && says(&n, "two"));
	taken(&g, &n);
	assert_int_equal(next(&g).kind, NOTE_NONE);
	load(&g);
	assert_int_equal(next(&g).kind, NOTE_NONE);
	assert_int_equal(g.sub->row.sent, 2);
}

static void it_is_noted_before_it_leaves(void **state)
{
	Stage g;
	AuditEntry *log;
	size_t n;
	stage(&g, state);
	subscribe(&g, TOPIC_BASE "goal-changed", HOOK_CHANNEL);
	greet(&g);
	Str goal = make(g.w, goal_json(g.w, g.patient, "one"));
	Notification note = next(&g); /* given to the carrier, not sent yet */
	assert_int_equal(note.kind, NOTE_EVENTS);
	Scope self = scope_of(g.w, 99, ROLE_PERSON, arena_join(g.w->a, S("Patient/"), g.patient, STR_END).p);
	must(visit_access_log(visit(g.w, &self), g.patient, INT64_MAX, 1, &log, &n));
	assert_int_equal(n, 1);
	assert_int_equal(log->action, AUDIT_EXPORT);
	assert_true(str_eq(log->who, S("Vera Smeets")) && str_eq(log->route, S("notify")) &&
	            str_eq(log->reason, S("a.example")) && log->type == FT_GOAL && str_eq(log->id, goal));
}

static void pauses_grow_to_an_hour(void **state)
{
	(void)state;
	assert_int_equal(notify_pause(1, 200), 1000);
	assert_int_equal(notify_pause(2, 400), 2000);
	assert_int_equal(notify_pause(1, 0), 800);
	assert_int_equal(notify_pause(1, 400), 1200);
	assert_int_equal(notify_pause(13, 0), 2880000);
	for (uint32_t i = 0; i < 100000; i += 7)
		assert_in_range(notify_pause(1000, i * 2654435761u), 2880000, 4320000);
}

static void failures_are_shown_and_end_after_days(void **state)
{
	Stage g;
	Notification n;
	stage(&g, state);
	subscribe(&g, TOPIC_BASE "Goal", HOOK_CHANNEL);
	greet(&g);
	(void)make(g.w, goal_json(g.w, g.patient, "one"));
	Millis began = g.now;
	for (int i = 1; g.sub; i++) {
		n = next(&g);
		assert_true(n.kind == NOTE_EVENTS && n.last == 1);
		must(notify_done(&g.n, g.sub, &n, g.now, S("The endpoint answered HTTP 503.")));
		Str want = g.now - began >= FAILING_MAX ? S("off") : i >= FAILS_UNTIL_ERROR ? S("error") : S("active");
		assert_true(str_eq(status_of(&g), want));
		load(&g);
		if (!g.sub)
			break;
		assert_int_equal(next(&g).kind, NOTE_NONE); /* not before its time */
		assert_int_equal(notify_due(g.sub), g.sub->row.next);
		clock_to(&g, g.sub->row.next - g.now);
	}
	assert_in_range(g.now - began, FAILING_MAX, FAILING_MAX + PAUSE_MAX * 2);
	/* On again: it is greeted, and goes on where it was. */
	Visit *v = visit(g.w, &g.owner);
	Rec rec;
	must(visit_read(v, FT_SUBSCRIPTION, g.id, &rec));
	JChange on[] = { { S("status"), S("\"requested\"") } };
	must(visit_update(v, FT_SUBSCRIPTION, g.id, 0, json_change(g.w->a, rec_json(v, &rec), on, 1), NULL));
	must(visit_commit(v));
	load(&g);
	assert_non_null(g.sub);
	greet(&g);
	n = next(&g);
	assert_true(n.kind == NOTE_EVENTS && n.last == 1 && says(&n, "one"));
	taken(&g, &n);
}

static void success_ends_the_error(void **state)
{
	Stage g;
	stage(&g, state);
	subscribe(&g, TOPIC_BASE "Goal", HOOK_CHANNEL);
	for (int i = 0; i < FAILS_UNTIL_ERROR; i++) {
		Notification n = next(&g);
		assert_int_equal(n.kind, NOTE_HANDSHAKE);
		must(notify_done(&g.n, g.sub, &n, g.now, S("no")));
		load(&g);
		clock_to(&g, PAUSE_MAX);
	}
	assert_true(str_eq(status_of(&g), S("error")));
	greet(&g);
	assert_true(str_eq(status_of(&g), S("active")));
	assert_int_equal(g.sub->row.fails, 0);
}

static void rights_are_those_of_the_moment(void **state)
{
	Stage g;
	stage(&g, state);
	subscribe(&g, TOPIC_BASE "Goal", HOOK_CHANNEL);
	greet(&g);
	Str deny = make_consent(g.w, g.patient, "deny", "Practitioner/nurse", "goals", false);
	(void)make(g.w, goal_json(g.w, g.patient, "hidden"));
	(void)make(g.w, goal_json(g.w, make_patient(g.w), "of a stranger"));
	assert_int_equal(next(&g).kind, NOTE_NONE);
	Scope system = scope_system(S("demo"));
	Visit *v = visit(g.w, &system);
	must(visit_delete(v, FT_CONSENT, deny, 0));
	must(visit_commit(v));
	(void)make(g.w, goal_json(g.w, g.patient, "shown"));
	Notification n = next(&g);
	assert_true(n.last == 1 && says(&n, "shown") && says(&n, "\"focus\""));
	/* It has a number; taken away before it arrives, only the number remains. */
	(void)make_consent(g.w, g.patient, "deny", "Practitioner/nurse", "goals", false);
	n = next(&g);
	assert_true(n.last == 1 && !says(&n, "shown") && !says(&n, "\"focus\"") && !says(&n, "timestamp\",\"value"));
	taken(&g, &n);
	assert_int_equal(next(&g).kind, NOTE_NONE);
}

static void a_closed_account_hears_nothing(void **state)
{
	Stage g;
	stage(&g, state);
	subscribe(&g, TOPIC_BASE "Goal", HOOK_CHANNEL);
	greet(&g);
	must(account_disable(g.w->r, g.account, true));
	(void)make(g.w, goal_json(g.w, g.patient, "one"));
	assert_int_equal(next(&g).kind, NOTE_NONE);
	assert_true(str_eq(status_of(&g), S("off")));
	load(&g);
	assert_null(g.sub);
}

static void heartbeats_and_the_end(void **state)
{
	Stage g;
	stage(&g, state);
	subscribe(&g, TOPIC_BASE "Goal", HOOK_CHANNEL ",\"end\":\"2100-01-01T00:00:00Z\"");
	greet(&g);
	assert_int_equal(next(&g).kind, NOTE_NONE);
	assert_int_equal(notify_due(g.sub), g.now + 60000);
	clock_to(&g, 60000);
	Notification n = next(&g);
	assert_int_equal(n.kind, NOTE_HEARTBEAT);
	taken(&g, &n);
	assert_int_equal(next(&g).kind, NOTE_NONE);
	clock_to(&g, INT64_C(4102444800000) - g.now);
	assert_int_equal(next(&g).kind, NOTE_NONE);
	assert_true(str_eq(status_of(&g), S("off")));
}

static void an_address_that_is_no_longer_allowed(void **state)
{
	Stage g;
	stage(&g, state);
	subscribe(&g, TOPIC_BASE "Goal", HOOK_CHANNEL);
	greet(&g);
	size_t allowed = g.n.allowed.n;
	g.n.allowed.n = 0;
	load(&g);
	assert_null(g.sub);
	assert_true(str_eq(status_of(&g), S("error")));
	(void)make(g.w, goal_json(g.w, g.patient, "one"));
	g.n.allowed.n = allowed;
	load(&g);
	assert_non_null(g.sub);
	Notification n = next(&g);
	assert_int_equal(n.kind, NOTE_EVENTS);
	taken(&g, &n);
	assert_true(str_eq(status_of(&g), S("active")));
}

static Str plan_json(Stage *g, const char *status)
{
	return FORMAT(g->w,
	              "{\"resourceType\":\"CarePlan\",\"status\":\"%s\",\"intent\":\"plan\",\"subject\":{\"reference\":"
	              "\"Patient/%.*s\"}}",
	              status, STR_ARG(g->patient));
}

static void change(Stage *g, FhirType type, Str id, Str json)
{
	Scope system = scope_system(S("demo"));
	Visit *v = visit(g->w, &system);
	JChange with_id[] = { { S("id"), json_quote(g->w->a, id) } };
	const Json *doc;
	must(json_parse(g->w->a, json, &doc, NULL));
	must(visit_update(v, type, id, 0, json_change(g->w->a, json_root(doc), with_id, 1), NULL));
	must(visit_commit(v));
}

static void a_plan_is_agreed_once(void **state)
{
	Stage g;
	stage(&g, state);
	subscribe(&g, TOPIC_BASE "plan-agreed", STREAM_CHANNEL);
	greet(&g);
	Str plan = make(g.w, plan_json(&g, "draft"));
	assert_int_equal(next(&g).kind, NOTE_NONE);
	change(&g, FT_CAREPLAN, plan, plan_json(&g, "active"));
	Notification n = next(&g);
	assert_int_equal(n.kind, NOTE_EVENTS);
	taken(&g, &n);
	Str longer = plan_json(&g, "active");
	change(&g, FT_CAREPLAN, plan, FORMAT(g.w, "%.*s,\"title\":\"x\"}", (int)longer.n - 1, longer.p));
	assert_int_equal(next(&g).kind, NOTE_NONE);
	change(&g, FT_CAREPLAN, plan, plan_json(&g, "on-hold"));
	assert_int_equal(next(&g).kind, NOTE_NONE);
	(void)make(g.w, plan_json(&g, "active"));
	n = next(&g);
	assert_true(n.kind == NOTE_EVENTS && n.last == 2);
}

static void a_client_of_a_stream_says_what_it_has(void **state)
{
	Stage g;
	stage(&g, state);
	subscribe(&g, TOPIC_BASE "Goal", STREAM_CHANNEL);
	greet(&g);
	for (int i = 0; i < 5; i++) {
		(void)make(g.w, goal_json(g.w, g.patient, "x"));
		Notification n = next(&g);
		assert_int_equal(n.last, i + 1);
		taken(&g, &n);
	}
	notify_resume(g.sub, 2);
	assert_int_equal(next(&g).last, 3);
	notify_resume(g.sub, 9); /* more than there are */
	assert_int_equal(next(&g).last, 3);
	notify_resume(g.sub, 0);
	assert_int_equal(next(&g).last, 1);
}

static void others_types_cost_nothing(void **state)
{
	Stage g;
	TypeSet types = { { 0 } };
	stage(&g, state);
	subscribe(&g, TOPIC_BASE "Goal", STREAM_CHANNEL);
	greet(&g);
	assert_int_equal(next(&g).kind, NOTE_NONE);
	int64_t seq = g.sub->row.seq;
	typeset_add(&types, FT_TASK);
	assert_true(notify_skip(g.sub, seq, seq + 10, &types));
	assert_int_equal(g.sub->row.seq, seq + 10);
	assert_false(notify_skip(g.sub, seq + 11, seq + 20, &types)); /* it is behind what was looked at */
	typeset_add(&types, FT_GOAL);
	assert_false(notify_skip(g.sub, seq, seq + 20, &types));
	assert_int_equal(g.sub->row.seq, seq + 10);
}

static int calls;

static void changed(void *ctx)
{
	(void)ctx;
	calls++;
}

static void commits_are_told(void **state)
{
	Stage g;
	stage(&g, state);
	uint64_t epoch = records_subscriptions_epoch(g.w->r);
	records_on_change(g.w->r, changed, NULL);
	calls = 0;
	(void)make(g.w, goal_json(g.w, g.patient, "x"));
	assert_int_equal(calls, 1);
	assert_int_equal(records_subscriptions_epoch(g.w->r), epoch);
	subscribe(&g, TOPIC_BASE "Goal", STREAM_CHANNEL);
	assert_int_equal(records_subscriptions_epoch(g.w->r), epoch + 1);
	records_on_change(g.w->r, NULL, NULL);
}

static void there_is_a_limit(void **state)
{
	Stage g;
	stage(&g, state);
	Str json = S("{\"resourceType\":\"Subscription\",\"status\":\"requested\",\"reason\":\"test\",\"criteria\":"
	             "\"" TOPIC_BASE "Goal\"," STREAM_CHANNEL "}");
	Str id = STR_END;
	for (int i = 0; i < SUBSCRIPTIONS_A_USER; i++) {
		Visit *v = visit(g.w, &g.owner);
		must(visit_create(v, json, &id));
		must(visit_commit(v));
	}
	gives(visit_create(visit(g.w, &g.owner), json, &id), ERR_TOO_MANY);
	Visit *v = visit(g.w, &g.owner);
	must(visit_delete(v, FT_SUBSCRIPTION, id, 0));
	must(visit_commit(v));
	must(visit_create(visit(g.w, &g.owner), json, &id));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(events_have_numbers_in_order),
		                            TEST(it_is_noted_before_it_leaves),
		                            cmocka_unit_test(pauses_grow_to_an_hour),
		                            TEST(failures_are_shown_and_end_after_days),
		                            TEST(success_ends_the_error),
		                            TEST(rights_are_those_of_the_moment),
		                            TEST(a_closed_account_hears_nothing),
		                            TEST(heartbeats_and_the_end),
		                            TEST(an_address_that_is_no_longer_allowed),
		                            TEST(a_plan_is_agreed_once),
		                            TEST(a_client_of_a_stream_says_what_it_has),
		                            TEST(others_types_cost_nothing),
		                            TEST(commits_are_told),
		                            TEST(there_is_a_limit) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
