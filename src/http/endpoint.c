#include "http/endpoint.h"

#include <ctype.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* ---- reading ---- */

static bool host_ok(Str h)
{
	bool v6 = h.n > 2 && h.p[0] == '[';
	if (!h.n || h.n > 253 || (v6 && h.p[h.n - 1] != ']'))
		return false;
	for (size_t i = v6; i < h.n - v6; i++) {
		unsigned char c = (unsigned char)h.p[i];
		if (v6 ? !isxdigit(c) && c != ':' && c != '.' : !isalnum(c) && c != '-' && c != '.' && c != '_')
			return false;
	}
	return v6 || (h.p[0] != '.' && h.p[0] != '-');
}

static bool dots_only(Str segment)
{
	return str_eq(segment, S(".")) || str_eq(segment, S(".."));
}

static bool path_ok(Str path)
{
	static const char *const escapes[] = { "%2e", "%2f", "%5c", "%00" };
	Str rest;
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];
		if (c <= ' ' || c >= 0x7f || strchr("\\#\"<>^`{|}", c))
			return false;
		for (size_t k = 0; c == '%' && k < COUNT_OF(escapes); k++)
			if (str_eq_nocase(str_n(path.p + i, path.n - i < 3 ? path.n - i : 3), str_c(escapes[k])))
				return false;
	}
	str_cut(path, '?', &rest);
	while (rest.p) {
		Str segment;
		rest = str_cut(rest, '/', &segment);
		if (dots_only(segment))
			return false;
	}
	return true;
}

static Str lower(Arena *a, Str s)
{
	char *out = arena_cstr(a, s);
	for (size_t i = 0; i < s.n; i++)
		out[i] = (char)tolower((unsigned char)s.p[i]);
	return str_n(out, s.n);
}

/* "host", "host:1", "[::1]:1". */
static bool authority(Arena *a, Str text, Endpoint *out)
{
	ptrdiff_t end = text.n && text.p[0] == '[' ? str_chr(text, ']') + 1 : str_chr(text, ':');
	Str port = end >= 0 ? str_from(text, (size_t)end) : S("");
	int64_t n;
	out->host = lower(a, end >= 0 ? str_upto(text, (size_t)end) : text);
	out->port = out->https ? 443 : 80;
	if (!host_ok(out->host))
		return false;
	if (!port.n)
		return true;
	if (port.p[0] != ':' || !str_int(str_from(port, 1), &n) || n < 1 || n > 65535)
		return false;
	out->port = (int)n;
	return true;
}

static bool scheme(Str url, Endpoint *out, Str *rest)
{
	bool https = str_eq_nocase(str_upto(url, 8), S("https://"));
	if (!https && !str_eq_nocase(str_upto(url, 7), S("http://")))
		return false;
	*out = (Endpoint){ .https = https };
	*rest = str_from(url, https ? 8 : 7);
	return true;
}

bool endpoint_parse(Arena *a, Str url, Endpoint *out)
{
	Endpoint e;
	Str rest;
	if (url.n > ENDPOINT_TEXT_MAX || !scheme(url, &e, &rest))
		return false;
	size_t n = 0;
	while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?')
		n++;
	e.path = str_from(rest, n);
	if (!e.path.n)
		e.path = S("/");
	else if (e.path.p[0] == '?')
		e.path = arena_join(a, S("/"), e.path, STR_END);
	if (!authority(a, str_upto(rest, n), &e) || !path_ok(e.path))
		return false;
	*out = e;
	return true;
}

/* ---- the list ---- */

bool endpoint_rules(Arena *a, Str text, EndpointRules *out, Str *wrong)
{
	*out = (EndpointRules){ .list = ARENA_ARRAY(a, Endpoint, ENDPOINT_RULES_MAX) };
	while (text.n) {
		size_t n = 0;
		while (n < text.n && text.p[n] != ' ' && text.p[n] != ',')
			n++;
		Str one = str_upto(text, n), rest;
		text = str_from(text, n + 1);
		if (!one.n)
			continue;
		*wrong = one;
		if (out->n == ENDPOINT_RULES_MAX)
			return false;
		Endpoint *e = &out->list[out->n++];
		if (!(scheme(one, e, &rest) && !rest.n) && (!endpoint_parse(a, one, e) || str_chr(e->path, '?') >= 0))
			return false;
	}
	return true;
}

static bool path_under(Str path, Str root)
{
	while (root.n && root.p[root.n - 1] == '/')
		root.n--;
	return str_starts(path, root) && (path.n == root.n || path.p[root.n] == '/' || path.p[root.n] == '?');
}

EndpointLeave endpoint_allowed(const EndpointRules *r, const Endpoint *e)
{
	EndpointLeave best = ENDPOINT_REFUSED;
	for (size_t i = 0; i < r->n; i++) {
		const Endpoint *rule = &r->list[i];
		if (rule->https != e->https)
			continue;
		if (!rule->host.n)
			best = best == ENDPOINT_NAMED ? best : ENDPOINT_PUBLIC;
		else if (str_eq(rule->host, e->host) && rule->port == e->port && path_under(e->path, rule->path))
			best = ENDPOINT_NAMED;
	}
	return best;
}

/* ---- addresses ---- */

static bool inside_v4(uint32_t ip)
{
	static const struct {
		uint32_t net;
		int bits;
	} ranges[] = { { 0x00000000, 8 },  { 0x0A000000, 8 },  { 0x64400000, 10 }, { 0x7F000000, 8 },
		       { 0xA9FE0000, 16 }, { 0xAC100000, 12 }, { 0xC0000000, 24 }, { 0xC0000200, 24 },
		       { 0xC0A80000, 16 }, { 0xC6120000, 15 }, { 0xC6336400, 24 }, { 0xCB007100, 24 },
		       { 0xE0000000, 4 },  { 0xF0000000, 4 } };
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if ((ip ^ ranges[i].net) >> (32 - ranges[i].bits) == 0)
			return true;
	return false;
}

static uint32_t v4_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Only global unicast is outside; what carries an IPv4 address is judged by that. */
static bool inside_v6(const uint8_t ip[16])
{
	static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b }, mapped[12] = { [10] = 0xff, [11] = 0xff };
	if (memcmp(ip, mapped, 12) == 0 || memcmp(ip, nat64, 12) == 0)
		return inside_v4(v4_at(ip + 12));
	if (ip[0] == 0x20 && ip[1] == 0x02)
		return inside_v4(v4_at(ip + 2));
	bool documentation = ip[0] == 0x20 && ip[1] == 0x01 && ip[2] == 0x0d && ip[3] == 0xb8;
	bool tunnel = ip[0] == 0x20 && ip[1] == 0x01 && ip[2] == 0 && ip[3] == 0;
	return (ip[0] & 0xe0) != 0x20 || documentation || tunnel;
}

bool endpoint_inside(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return inside_v4(ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr));
	if (sa->sa_family == AF_INET6)
		return inside_v6(((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr.s6_addr);
	return true;
}
