/* Counters, and /metrics in Prometheus text. No label holds anything a client chose. */
#include "server/internal.h"

static const char *const route_names[ROUTES] = { "static", "system", "fhir", "web", "refused" };
static const int64_t bucket_us[TIME_BUCKETS] = { 500,    1000,   2000,   5000,    10000,   25000,   50000,
	                                         100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000 };

static void add(atomic_llong *at, long long n)
{
	atomic_fetch_add_explicit(at, n, memory_order_relaxed);
}

void metrics_count(Metrics *m, Route route, int status, size_t bytes, int64_t us)
{
	int class = status / 100, b = 0;
	add(&m->requests[route][class > 0 && class < STATUS_CLASSES ? class : 0], 1);
	add(&m->bytes[route], (long long)bytes);
	while (b < TIME_BUCKETS && us > bucket_us[b])
		b++;
	add(&m->times[route][b], 1);
	add(&m->time_sum_us[route], us);
}

static void head(Buf *b, const char *name, const char *kind, const char *help)
{
	buf_printf(b, "# HELP samendoel_%s %s\n# TYPE samendoel_%s %s\n", name, help, name, kind);
}

static void gauge(Buf *b, const char *name, const char *kind, const char *help, long long v)
{
	head(b, name, kind, help);
	buf_printf(b, "samendoel_%s %lld\n", name, v);
}

static void times(Metrics *m, Buf *b)
{
	head(b, "request_seconds", "histogram", "From the request line to the end of the reply.");
	for (int r = 0; r < ROUTES; r++) {
		long long sum = 0;
		for (int i = 0; i <= TIME_BUCKETS; i++) {
			sum += atomic_load(&m->times[r][i]);
			if (i < TIME_BUCKETS)
				buf_printf(b, "samendoel_request_seconds_bucket{route=\"%s\",le=\"%g\"} %lld\n",
				           route_names[r], (double)bucket_us[i] / 1e6, sum);
		}
		buf_printf(b, "samendoel_request_seconds_bucket{route=\"%s\",le=\"+Inf\"} %lld\n", route_names[r], sum);
		buf_printf(b, "samendoel_request_seconds_sum{route=\"%s\"} %.6f\n", route_names[r],
		           (double)atomic_load(&m->time_sum_us[r]) / 1e6);
		buf_printf(b, "samendoel_request_seconds_count{route=\"%s\"} %lld\n", route_names[r], sum);
	}
}

void metrics_render(Server *s, Buf *b)
{
	Metrics *m = &s->metrics;
	head(b, "requests_total", "counter",
	     "Requests by kind of route and class of status (0xx: cut off before a reply).");
	for (int r = 0; r < ROUTES; r++)
		for (int c = 0; c < STATUS_CLASSES; c++)
			buf_printf(b, "samendoel_requests_total{route=\"%s\",status=\"%dxx\"} %lld\n", route_names[r],
			           c, atomic_load(&m->requests[r][c]));
	head(b, "reply_bytes_total", "counter", "Bytes of reply bodies.");
	for (int r = 0; r < ROUTES; r++)
		buf_printf(b, "samendoel_reply_bytes_total{route=\"%s\"} %lld\n", route_names[r],
		           atomic_load(&m->bytes[r]));
	times(m, b);
	gauge(b, "connections", "gauge", "Open connections.", atomic_load(&s->open));
	gauge(b, "requests_under_way", "gauge", "Requests under way.", atomic_load(&s->busy));
	gauge(b, "cut_off_total", "counter", "Connections ended because the client was too slow.",
	      atomic_load(&m->cut_off));
	gauge(b, "slow_refused_total", "counter", "Requests refused because the slow queue was full.",
	      atomic_load(&m->slow_refused));
	gauge(b, "uptime_seconds", "gauge", "Seconds since the start.", (time_mono_us() - s->started_us) / 1000000);
	if (s->h.metrics)
		s->h.metrics(s->h.ctx, b);
}
