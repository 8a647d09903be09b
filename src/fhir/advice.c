/* Rules in words: sizes of attachments, systems of codes, links of bundles. Source:
 * https://hl7.org/fhir/R4/datatypes.html */
#include "fhir/advice.h"

#define report(w, place, v, severity, code, ...) walk_report((w), (place), (v), (severity), (code), __VA_ARGS__)

/* Bytes that base64 text stands for. */
static size_t decoded_size(Str s)
{
	size_t n = 0, pad = 0;
	for (size_t i = 0; i < s.n; i++) {
		n += s.p[i] > ' ';
		pad += s.p[i] == '=';
	}
	return n % 4 ? 0 : n / 4 * 3 - (n ? pad : 0);
}

static void check_attachment(Walk *w, const Place *place, JVal v)
{
	JVal data = JGET(v, "data");
	int64_t size;
	if (!json_is(data, J_STRING) || !json_int(JGET(v, "size"), &size))
		return;
	size_t real = decoded_size(str_n(data.doc->text.p + data.node->at, data.node->len));
	if (data.node->escaped || (size >= 0 && (size_t)size == real))
		return;
	report(w, place, v, SEV_ERROR, S("structure"), "The size is said to be %lld; data has %zu bytes",
	       (long long)size, real);
}

static bool is_absolute(JVal v)
{
	Str s = str_n(v.doc->text.p + v.node->at, v.node->len);
	return str_chr(s, ':') > 0 || str_starts(s, S("#"));
}

static void check_coding(Walk *w, const Place *place, JVal v)
{
	JVal system = JGET(v, "system");
	Place there = { place, S("system"), -1 };
	if (json_is(system, J_STRING) && !is_absolute(system))
		report(w, &there, system, SEV_ERROR, S("invalid"), "The system of a code is an absolute URI");
	if (!system.node && JGET(v, "code").node && w->options->warnings)
		report(w, place, v, SEV_WARNING, S("invalid"), "A code without its system has no meaning for others");
}

static void check_bundle(Walk *w, const Place *place, JVal v)
{
	JVal links = JGET(v, "link");
	for (JIter it = json_each(links); json_next(&it);) {
		JVal relation = JGET(it.value, "relation");
		Place there = { place, S("link"), (long)it.index };
		bool before = false;
		for (JIter other = json_each(links); json_next(&other) && other.index < it.index;)
			before = before || (json_is(relation, J_STRING) &&
			                    str_eq(json_raw(JGET(other.value, "relation")), json_raw(relation)));
		if (before)
			report(w, &there, it.value, SEV_ERROR, S("invalid"), "A bundle has one link of each relation");
		if (it.index > 100)
			break;
	}
}

void advice_check(Walk *w, const Place *place, const FhirDef *d, JVal v)
{
	if (d->special == SPECIAL_CODING)
		check_coding(w, place, v);
	else if (d == &fhir_defs[FT_BUNDLE])
		check_bundle(w, place, v);
	else if (d->special == SPECIAL_ATTACHMENT)
		check_attachment(w, place, v);
}

void advice_canonical(Walk *w, const Place *place, JVal v)
{
	if (w->options->warnings && json_is(v, J_STRING) && !is_absolute(v))
		report(w, place, v, SEV_WARNING, S("invalid"), "A canonical is an absolute URI or begins with '#'");
}

void advice_urn(Walk *w, const Place *place, JVal v, Str urn)
{
	JVal found;
	if (w->options->warnings && w->bundle.node && !walk_resolve(w, urn, walk_scratch(w), &found))
		report(w, place, v, SEV_WARNING, S("required"), "This bundle has no entry with the full URL %.*s",
		       STR_ARG(str_clip(urn, 100)));
}
