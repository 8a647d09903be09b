/* Where the candidates of a search come from, by cost.
 *
 * 1. The dossiers of patients that are named, or rows that are named by id.
 * 2. An index: the smallest set of ranges that every match must be in – of a term, or of a term inside a chain or _has
 *    (then the dossiers are known in which a match must lie).
 * 3. The visitor's dossiers one after the other, when these are fewer than what the index would bring.
 * Nothing here decides what is found: each candidate is checked against all conditions. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "access/search.h"

/* RANGES_MAX: in one plan. FEW: fewer index entries than this need no comparison. INNER_MAX: resources of the directory
 * that a chain is turned into references of. SCAN_COST: index entries that cost as much as scanning a dossier.
 * WORTH_PROBING: fewer candidates are simply read. */
enum { RANGES_MAX = 600, FEW = 128, INNER_MAX = 200, SCAN_COST = 40, COUNT_MOST = 20000, WORTH_PROBING = 16 };

/* Ranges in which every match has a row (or, with parts, something in its dossier). */
typedef struct Lead {
	KeyRange *ranges;
	size_t n, estimate;
	bool parts;
	bool found;
	bool rivals; /* there were others */
	bool terms;  /* several of them terms, which can be put together: then it matters little which one leads */
	Str what;    /* for explain */
} Lead;

static void say(Search *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(Search *s, const char *fmt, ...)
{
	char line[300];
	va_list args;
	if (!s->q->explain)
		return;
	va_start(args, fmt);
	(void)vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	buf_add(&s->plan, str_c(line));
	buf_byte(&s->plan, '\n');
}

/* ---- patients and ids that are named ---- */

Str patient_of(Str value)
{
	if (str_starts(value, S("Patient/")))
		value = str_from(value, 8);
	return str_chr(value, '/') < 0 ? value : STR_END;
}

static bool term_names_patients(const SearchTerm *t)
{
	if (!t->param || t->param->kind != PARAM_REFERENCE || (t->modifier.p && !str_eq(t->modifier, S("Patient"))))
		return false;
	bool patient = str_eq(t->param->code, S("patient")) || str_eq(t->modifier, S("Patient"));
	bool all = t->n_values > 0;
	for (size_t k = 0; k < t->n_values; k++)
		all = all && patient_of(t->values[k]).p && (patient || str_starts(t->values[k], S("Patient/")));
	return all && (patient || str_eq(t->param->code, S("subject")));
}

const SearchTerm *names_patients(const Alt *alt)
{
	for (size_t i = 0; i < alt->n; i++)
		if (alt->conds[i].kind == COND_TERM && term_names_patients(&alt->conds[i].term))
			return &alt->conds[i].term;
	return NULL;
}

static void set_list(Search *s, Rid *rids, size_t n, bool parts)
{
	qsort(rids, n, sizeof *rids, rid_order);
	s->stream.list = rids;
	s->stream.n_list = n;
	s->stream.parts = parts;
	s->cost.estimate = n;
}

/* The dossiers of these patients: only those that are the visitor's, so that strangers cost and tell nothing. */
static Err plan_persons(Search *s, const Str *ids, size_t n)
{
	Rid *rids = ARENA_ARRAY(s->v->arena, Rid, n + 1);
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		Person *p;
		Err e = visit_person(s->v, ids[i], &p);
		s->cost.relations++;
		if (e == OK)
			rids[kept++] = p->part << LOCAL_BITS;
		else if (e != ERR_NOT_FOUND)
			return e;
	}
	set_list(s, rids, kept, true);
	say(s, "scan: the dossiers of %zu patients that are named (%zu may be entered)", n, kept);
	return OK;
}

static Err plan_ids(Search *s, FhirType type, const SearchTerm *t)
{
	Rid *rids = ARENA_ARRAY(s->v->arena, Rid, t->n_values + 1);
	size_t n = 0;
	for (size_t i = 0; i < t->n_values; i++) {
		Err e = store_resolve(s->store, type, t->values[i], &rids[n]);
		if (e == OK)
			n++;
		else if (e != ERR_NOT_FOUND)
			return e;
	}
	set_list(s, rids, n, false);
	say(s, "rows: %zu resources that are named by id", n);
	return OK;
}

static const SearchTerm *id_term(const Alt *alt)
{
	for (size_t i = 0; i < alt->n; i++) {
		const SearchTerm *t = &alt->conds[i].term;
		if (alt->conds[i].kind == COND_TERM && t->param && !t->modifier.p && str_eq(t->param->code, S("_id")))
			return t;
	}
	return NULL;
}

/* ---- index ---- */

static Err lead_of(Search *s, FhirType type, const SearchCond *cond, size_t limit, Lead *out);

static Err measure(Search *s, Lead *l, size_t limit)
{
	l->estimate = 0;
	for (size_t i = 0; i < l->n && l->estimate < limit; i++) {
		size_t n;
		TRY(store_count(s->store, l->ranges[i].param, l->ranges[i].low, l->ranges[i].high, limit - l->estimate,
		                &n));
		l->estimate += n;
	}
	return OK;
}

/* The k-th part of each "a$b" of a composite. */
static bool component_values(Search *s, const SearchTerm *t, size_t k, SearchTerm *out)
{
	out->values = ARENA_ARRAY(s->v->arena, Str, t->n_values);
	out->n_values = t->n_values;
	for (size_t i = 0; i < t->n_values; i++) {
		Str v = t->values[i];
		size_t from = 0, part = 0, at = 0;
		for (; at < v.n && !(v.p[at] == '$' && part == k); at++) {
			if (v.p[at] == '\\')
				at++;
			else if (v.p[at] == '$') {
				part++;
				from = at + 1;
			}
		}
		at = at > v.n ? v.n : at;
		if (part != k)
			return false;
		out->values[i] = str_n(v.p + from, at - from);
	}
	return true;
}

static Err lead_of_term(Search *s, const SearchTerm *t, size_t limit, Lead *out);

/* Of a composite: the component that brings least. */
static Err lead_of_composite(Search *s, const SearchTerm *t, size_t limit, Lead *out)
{
	const SearchParam *parts[SEARCH_PARTS];
	size_t n = search_components(t->param, parts);
	for (size_t k = 0; k < n && !t->modifier.p; k++) {
		SearchTerm one = { .param = parts[k] };
		Lead l = { 0 };
		if (!parts[k] || !component_values(s, t, k, &one))
			return OK;
		TRY(lead_of_term(s, &one, limit, &l));
		l.rivals = out->found;
		if (l.found && (!out->found || l.estimate < out->estimate))
			*out = l;
		else
			out->rivals = out->rivals || l.found;
	}
	return OK;
}

static Err lead_of_term(Search *s, const SearchTerm *t, size_t limit, Lead *out)
{
	if (t->param && t->param->kind == PARAM_COMPOSITE)
		return lead_of_composite(s, t, limit, out);
	if (!t->param || !search_ranges(t, s->q->context, s->v->arena, &out->ranges, &out->n) || out->n > RANGES_MAX)
		return OK;
	out->found = true;
	out->what = t->param->code;
	return measure(s, out, limit);
}

/* The best of conditions that all must hold. */
static Err lead_of_all(Search *s, FhirType type, const SearchCond *conds, size_t n, size_t limit, Lead *out)
{
	size_t terms = 0;
	for (size_t i = 0; i < n; i++) {
		Lead l = { 0 };
		TRY(lead_of(s, type, &conds[i], limit, &l));
		l.rivals = l.rivals || out->found || out->rivals;
		out->rivals = out->rivals || l.found || l.rivals;
		terms += l.found && conds[i].kind == COND_TERM;
		if (!l.found || (out->found && l.estimate >= out->estimate))
			continue;
		*out = l;
		limit = l.estimate + 1 < limit ? l.estimate + 1 : limit;
	}
	out->terms = terms > 1 && !out->parts;
	return OK;
}

/* Everything that one of the conditions brings. */
static Err lead_of_any(Search *s, FhirType type, const SearchCond *cond, size_t limit, Lead *out)
{
	Lead sum = { .found = cond->n_inner > 0, .what = S("one of several") };
	Lead *leads = ARENA_ARRAY(s->v->arena, Lead, cond->n_inner + 1);
	for (size_t i = 0; i < cond->n_inner; i++) {
		Lead *l = &leads[i];
		TRY(lead_of(s, type, &cond->inner[i], limit, l));
		if (!l->found || (i && l->parts != sum.parts) || sum.n + l->n > RANGES_MAX)
			return OK;
		sum.n += l->n;
		sum.estimate += l->estimate;
		sum.parts = l->parts;
	}
	sum.ranges = ARENA_ARRAY(s->v->arena, KeyRange, sum.n + 1);
	sum.n = 0;
	for (size_t i = 0; i < cond->n_inner; i++)
		for (size_t k = 0; k < leads[i].n; k++)
			sum.ranges[sum.n++] = leads[i].ranges[k];
	*out = sum;
	return OK;
}

/* What the inner conditions of a chain find outside dossiers, as values of the reference that leads there. Shared
 * resources are everyone's, so what comes of them tells nothing. */
static Err inner_refs(Search *s, const SearchCond *cond, const Lead *inner, SearchTerm *t)
{
	Stream in = { 0 };
	TRY(stream_of(s, inner->ranges, inner->n, inner->estimate, true, &in));
	stream_start(&in, 0, false);
	t->values = ARENA_ARRAY(s->v->arena, Str, INNER_MAX);
	for (;;) {
		Rid rid;
		StoreRow row;
		TRY(stream_next(s->v, &in, &s->cost, &rid));
		if (!rid)
			return OK;
		if (rid_part(rid) != PART_SHARED)
			continue;
		if (t->n_values == INNER_MAX) {
			t->n_values = 0;
			t->param = NULL;
			return OK;
		}
		TRY(store_get_rid(s->store, rid, s->v->arena, &row));
		s->cost.rows++;
		if (row.op != ROW_DELETE && row.type == cond->type)
			t->values[t->n_values++] =
			    arena_join(s->v->arena, fhir_type_name(row.type), S("/"), row.id, STR_END);
	}
}

static Err lead_of_chain(Search *s, const SearchCond *cond, size_t limit, Lead *out)
{
	Lead inner = { 0 };
	Str by = cond->term.param->code;
	TRY(lead_of_all(s, cond->type, cond->inner, cond->n_inner, limit, &inner));
	if (!inner.found)
		return OK;
	/* A dossier is where its subject's is. Another reference may lead to another dossier. */
	if (cond->type == FT_PATIENT && (str_eq(by, S("patient")) || str_eq(by, S("subject")))) {
		*out = inner;
		out->parts = true;
		return OK;
	}
	if (fhir_home(cond->type) == HOME_PERSON)
		return OK;
	/* From the directory: by the references to what is found there. */
	SearchTerm t = { .param = cond->term.param };
	if (inner.parts || inner.estimate > INNER_MAX)
		return OK;
	TRY(inner_refs(s, cond, &inner, &t));
	if (!t.param)
		return OK;
	if (t.n_values)
		return lead_of_term(s, &t, limit, out);
	*out = (Lead){ .found = true, .what = t.param->code }; /* nothing is referred to: nothing is found */
	return OK;
}

static Err lead_of(Search *s, FhirType type, const SearchCond *cond, size_t limit, Lead *out)
{
	switch (cond->kind) {
	case COND_TERM:
		return lead_of_term(s, &cond->term, limit, out);
	case COND_CHAIN:
		return lead_of_chain(s, cond, limit, out);
	case COND_HAS:
		if (fhir_home(cond->type) != HOME_PERSON || fhir_home(type) != HOME_PERSON)
			return OK;
		TRY(lead_of_all(s, cond->type, cond->inner, cond->n_inner, limit, out));
		out->parts = true;
		return OK;
	case COND_ALL:
		return lead_of_all(s, type, cond->inner, cond->n_inner, limit, out);
	case COND_ANY:
		return lead_of_any(s, type, cond, limit, out);
	case COND_LIST:
	case COND_NOT:
		return OK;
	}
	return OK;
}

/* The other terms of the index that a candidate can be asked for before its row is read. */
static Err other_terms(Search *s, const Alt *alt, const Lead *used, Lead *out, size_t *n)
{
	*n = 0;
	if (used->parts || !used->n || used->estimate < WORTH_PROBING || alt->n < 2)
		return OK;
	for (size_t i = 0; i < alt->n; i++) {
		Lead l = { 0 };
		if (alt->conds[i].kind != COND_TERM)
			continue;
		TRY(lead_of_term(s, &alt->conds[i].term, FEW, &l));
		if (l.found && l.n &&
		    (used->ranges[0].param != l.ranges[0].param || !str_eq(used->ranges[0].low, l.ranges[0].low)))
			out[(*n)++] = l;
	}
	return OK;
}

static Err plan_index(Search *s, const Alt *alt, const Lead *first)
{
	Lead *leads = ARENA_ARRAY(s->v->arena, Lead, alt->n + 2);
	Stream *streams = ARENA_ARRAY(s->v->arena, Stream, alt->n + 2);
	size_t n, lead = 0;
	leads[0] = *first;
	TRY(other_terms(s, alt, first, leads + 1, &n));
	n++;
	for (size_t i = 0; i < n; i++)
		TRY(stream_of(s, leads[i].ranges, leads[i].n, leads[i].estimate, n > 1, &streams[i]));
	/* What the store would have to sort first is not leapt through, neither as the first nor as another: then the
	 * rows are read and compared. */
	while (lead < n && !streams[lead].ordered)
		lead++;
	lead = lead < n ? lead : 0;
	const Lead *l = &leads[lead];
	s->stream = streams[lead];
	s->stream.parts = l->parts;
	s->cost.estimate = l->estimate;
	say(s, "index: %zu ranges of '%.*s', about %zu entries%s", l->n, STR_ARG(l->what), l->estimate,
	    l->parts ? "; the dossiers they are in are scanned" : "");
	s->also = ARENA_ARRAY(s->v->arena, Stream, n);
	for (size_t i = 0; i < n && s->stream.ordered; i++) {
		if (i == lead || !streams[i].ordered)
			continue;
		s->also[s->n_also++] = streams[i];
		say(s, "and: each must also be in '%.*s'", STR_ARG(leads[i].what));
	}
	return OK;
}

/* ---- dossier after dossier ---- */

static void plan_mine(Search *s)
{
	Mine *m = &s->mine;
	Stream *st = &s->stream;
	size_t n = m->list ? m->n_list : m->n_fixed, kept = 0;
	Rid *rids = ARENA_ARRAY(s->v->arena, Rid, n + 2);
	if (s->shared)
		rids[kept++] = PART_SHARED << LOCAL_BITS;
	if (s->personal && m->all)
		rids[kept++] = PART_CLOSED << LOCAL_BITS;
	for (size_t i = 0; i < n && s->personal; i++)
		rids[kept++] = (m->list ? m->list[i] : m->fixed[i]) << LOCAL_BITS;
	set_list(s, rids, kept, true);
	if (s->personal && !m->list) {
		st->all = m->all;
		st->lanes = ARENA_ARRAY(s->v->arena, Lane, m->n_ranges + 1);
		for (; st->n_lanes < m->n_ranges; st->n_lanes++)
			st->lanes[st->n_lanes].range = m->ranges[st->n_lanes];
	}
	if (s->personal)
		say(s, "scan: the visitor's dossiers one after the other (%s%zu)", m->list ? "" : "more than ",
		    m->list ? m->n_list : (size_t)MINE_FEW);
	if (s->shared)
		say(s, "scan: directory and definitions");
}

/* The index, or the visitor's dossiers when those are fewer than what it would bring? */
static Err index_pays(Search *s, Lead *l, bool *pays)
{
	*pays = true;
	if (!s->personal || l->estimate < FEW || s->mine.all)
		return OK;
	TRY(mine_list(s->v, &s->mine, &s->cost));
	if (!s->mine.list)
		return OK;
	TRY(measure(s, l, s->mine.n_list * SCAN_COST + 1));
	*pays = l->estimate <= s->mine.n_list * SCAN_COST;
	if (!*pays)
		say(s, "not by index: more than %zu entries of '%.*s' against %zu dossiers", l->estimate - 1,
		    STR_ARG(l->what), s->mine.n_list);
	return OK;
}

/* Subscriptions: a user finds their own. */
static Err plan_own(Search *s)
{
	Rid *rids;
	size_t n;
	s->own = true;
	TRY(subscription_rids(s->v, &rids, &n));
	set_list(s, rids, n, false);
	say(s, "rows: %zu subscriptions", n);
	return OK;
}

Err search_plan(Search *s)
{
	if (s->n_alts == 1 && s->alts[0].type == FT_SUBSCRIPTION && !s->q->person.p)
		return plan_own(s);
	const Alt *alt = s->alts;
	TRY(mine_open(s->v, &s->mine));
	if (s->q->person.p)
		return plan_persons(s, &s->q->person, 1);
	if (s->n_alts == 1 && id_term(alt))
		return plan_ids(s, alt->type, id_term(alt));
	if (s->n_alts == 1 && s->personal && names_patients(alt)) {
		const SearchTerm *t = names_patients(alt);
		Str *ids = ARENA_ARRAY(s->v->arena, Str, t->n_values);
		for (size_t i = 0; i < t->n_values; i++)
			ids[i] = patient_of(t->values[i]);
		return plan_persons(s, ids, t->n_values);
	}
	Lead l = { 0 };
	bool pays = false;
	/* As far as is needed to know which of several is the smallest. */
	for (size_t limit = FEW; s->n_alts == 1 && limit <= COUNT_MOST; limit *= 8) {
		l = (Lead){ 0 };
		TRY(lead_of_all(s, alt->type, alt->conds, alt->n, limit, &l));
		if (!l.rivals || l.terms || l.estimate < limit)
			break;
	}
	if (l.found)
		TRY(index_pays(s, &l, &pays));
	if (pays)
		return plan_index(s, alt, &l);
	if (s->personal && !s->mine.all)
		TRY(mine_list(s->v, &s->mine, &s->cost));
	plan_mine(s);
	return OK;
}
