/* $everything: a dossier as the visitor sees it, with what it refers to in the directory.
 * Source: https://hl7.org/fhir/R4/patient-operation-everything.html, encounter-operation-everything.html
 *
 * Bodies go from the page they are stored on into the answer, neither copied on the way nor parsed (but for start and
 * end, which ask for dates). */
#include <stdlib.h>

#include "api/parameters.h"
#include "api/strmap.h"

enum {
	COUNT_ALL = 1000,      /* entries a page over several dossiers, when nothing is said */
	COUNT_MAX = 10000,     /* entries a page */
	PAGE_BYTES = 32 << 20, /* a page ends behind the entry that passes this */
	SHARED_MAX = 1000,     /* entries of the directory a page */
	DOSSIERS_MAX = 1000000,
};

typedef struct Everything {
	Call *c;
	Buf b;
	Str front; /* {"fullUrl":"http://…/fhir/ */
	TypeSet types;
	bool any_type;
	Millis since; /* 0: always */
	Moment start, end;
	bool has_start, has_end;
	Str encounter; /* "Encounter/…": only what refers to it */
	size_t count, n, n_shared;
	int64_t last; /* place of the last entry */
	bool more;
	Str recent[64]; /* references to the directory: most stand in many resources */
	StrMap seen;    /* references to the directory */
	Str *shared;    /* of these, in order of first mention */
	size_t n_refs, cap_refs;
} Everything;

/* ---- entries ---- */

static void entry(Everything *x, FhirType type, Str id, Str body, Str mode)
{
	if (x->n + x->n_shared)
		buf_byte(&x->b, ',');
	buf_add(&x->b, x->front);
	buf_add(&x->b, fhir_type_name(type));
	buf_byte(&x->b, '/');
	buf_add(&x->b, id);
	BUF_LIT(&x->b, "\",\"resource\":");
	buf_add(&x->b, body);
	BUF_LIT(&x->b, ",\"search\":{\"mode\":\"");
	buf_add(&x->b, mode);
	BUF_LIT(&x->b, "\"}}");
}

static Str remember(Everything *x, Str ref)
{
	ref = arena_str(x->c->a, ref);
	if (strmap_get(&x->seen, ref).p)
		return ref;
	if (x->n_refs == x->cap_refs) {
		size_t cap = x->cap_refs ? x->cap_refs * 2 : 16;
		x->shared = arena_grow(x->c->a, x->shared, x->cap_refs * sizeof(Str), cap * sizeof(Str));
		x->cap_refs = cap;
	}
	strmap_put(&x->seen, ref, S("x"));
	x->shared[x->n_refs++] = ref;
	return ref;
}

static void collect(Everything *x, Str body)
{
	Str ref;
	for (size_t at = 0; x->n_refs < SHARED_MAX && reference_next(body, &at, &ref);) {
		Reference r;
		if (ref.n < 4 || str_starts(ref, S("Patient/")))
			continue;
		Str *recent = &x->recent[(ref.n + (uint8_t)ref.p[ref.n - 1] * 5u + (uint8_t)ref.p[ref.n - 2]) % 64];
		if (str_eq(ref, *recent) || !reference_parse(ref, &r) || r.kind != REF_RELATIVE ||
		    fhir_home(r.type) == HOME_PERSON)
			continue;
		if (r.version.p)
			ref = arena_join(x->c->a, fhir_type_name(r.type), S("/"), r.id, STR_END);
		*recent = remember(x, ref);
	}
}

/* ---- what belongs in it ---- */

typedef struct Dates {
	const Everything *x;
	bool any, within;
} Dates;

static void one_date(void *ctx, const SearchValue *v)
{
	Dates *d = ctx;
	d->any = true;
	d->within = d->within || ((!d->x->has_start || v->when.until > d->x->start.from) &&
	                          (!d->x->has_end || v->when.from < d->x->end.until));
}

/* Does the care that a resource is about overlap with start and end? What has no date of care belongs to all times. */
static bool in_time(const Everything *x, const Rec *rec)
{
	static const Str codes[] = { S_INIT("date"),        S_INIT("period"),    S_INIT("onset-date"), S_INIT("sent"),
		                     S_INIT("authored"),    S_INIT("effective"), S_INIT("start-date"), S_INIT("issued"),
		                     S_INIT("authored-on"), S_INIT("occurrence") };
	const Json *doc;
	if ((!x->has_start && !x->has_end) || json_parse(x->c->a, rec->body, &doc, NULL) != OK)
		return true;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		const SearchParam *p = search_param(rec->type, codes[i]);
		Dates d = { .x = x };
		if (!p || p->kind != PARAM_DATE)
			continue;
		search_extract(p, json_root(doc), x->c->a, one_date, &d);
		if (d.any)
			return d.within;
	}
	return true;
}

static bool of_encounter(const Everything *x, const Rec *rec)
{
	Str ref;
	if (!x->encounter.p)
		return true;
	if (rec->type == FT_PATIENT ||
	    (rec->type == FT_ENCOUNTER && str_eq(rec->id, str_from(x->encounter, sizeof("Encounter/") - 1))))
		return true;
	for (size_t at = 0; reference_next(rec->body, &at, &ref);)
		if (str_starts(ref, x->encounter) && (ref.n == x->encounter.n || ref.p[x->encounter.n] == '/'))
			return true;
	return false;
}

static EachStep one(void *ctx, const Rec *rec, int64_t place)
{
	Everything *x = ctx;
	if (rec->updated <= x->since || !of_encounter(x, rec) || !in_time(x, rec))
		return EACH_LEAVE;
	if (x->n == x->count || x->b.n > PAGE_BYTES) {
		x->more = true;
		return EACH_STOP;
	}
	entry(x, rec->type, rec->id, rec->body, S("match"));
	x->n++;
	x->last = place;
	collect(x, rec->body);
	return EACH_TAKE;
}

/* The list grows: a role refers to a practitioner and an organisation. */
static Err add_shared(Everything *x)
{
	for (size_t i = 0; i < x->n_refs && x->n_shared < SHARED_MAX && !x->b.full; i++) {
		Reference r;
		Rec rec;
		if (!reference_parse(x->shared[i], &r) || (x->any_type && !typeset_has(&x->types, r.type)))
			continue;
		Err e = visit_read(x->c->visit, r.type, r.id, &rec);
		if (e == ERR_NOT_FOUND || e == ERR_GONE)
			continue;
		TRY(e);
		entry(x, rec.type, rec.id, rec.body, S("include"));
		x->n_shared++;
		collect(x, rec.body);
	}
	return OK;
}

/* ---- asking and answering ---- */

static bool read_params(Everything *x, const Parameters *p, int64_t *after, Reply *wrong)
{
	Call *c = x->c;
	Moment since;
	bool given;
	Str count = parameter(p, S("_count")), cursor = parameter(p, S("_cursor"));
	int64_t n;
	if (!parameter_types(c, p, &x->types, &x->any_type, wrong) ||
	    !parameter_moment(c, p, S("start"), &x->start, &x->has_start, wrong) ||
	    !parameter_moment(c, p, S("end"), &x->end, &x->has_end, wrong) ||
	    !parameter_moment(c, p, S("_since"), &since, &given, wrong))
		return false;
	x->since = given ? since.from : INT64_MIN;
	if (count.n && (!str_int(count, &n) || n < 1)) {
		*wrong = reply_fail(c, ERR_BAD_REQUEST, "_count must be a whole number from 1.");
		return false;
	}
	if (count.n)
		x->count = n > COUNT_MAX ? COUNT_MAX : (size_t)n;
	if (cursor.n && visit_place_read(c->visit, cursor, after) != OK) {
		*wrong = reply_fail(c, ERR_BAD_REQUEST, "_cursor is not from a link of this server.");
		return false;
	}
	return true;
}

static Str link_to(Everything *x, const Parameters *p, bool next)
{
	static const Str kept[] = { S_INIT("start"), S_INIT("end"),    S_INIT("_since"),
		                    S_INIT("_type"), S_INIT("_count"), S_INIT("_cursor") };
	Call *c = x->c;
	Buf b = buf_new(c->a, 256, 0);
	char mark = '?';
	buf_add(&b, c->api->base);
	buf_add(&b, str_from(c->req->path, sizeof("/fhir") - 1));
	for (size_t i = 0; i < p->n; i++) {
		for (size_t k = 0; k < COUNT_OF(kept) - next; k++) {
			if (!str_eq(p->list[i].name, kept[k]))
				continue;
			buf_byte(&b, mark);
			buf_add(&b, kept[k]);
			buf_byte(&b, '=');
			buf_add(&b, url_encode(c->a, p->list[i].value));
			mark = '&';
		}
	}
	if (next)
		buf_printf(&b, "%c_cursor=%.*s", mark, STR_ARG(visit_place_text(c->visit, x->last)));
	return json_quote(c->a, buf_str(&b));
}

static void begin(Everything *x, Call *c, size_t count)
{
	*x = (Everything){ .c = c, .count = count, .seen = strmap_new(c->a) };
	x->front = arena_join(c->a, S("{\"fullUrl\":\""), c->api->base, S("/"), STR_END);
	x->b = buf_new(c->a, (size_t)192 * 1024, 0);
	BUF_LIT(&x->b, "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[");
}

static Reply answer(Everything *x, const Parameters *p, bool first)
{
	Call *c = x->c;
	Err e = add_shared(x);
	if (e != OK)
		return reply_refused(c, e);
	if (x->n + x->n_shared)
		buf_byte(&x->b, ']');
	else
		x->b.n -= sizeof(",\"entry\":[") - 1; /* no empty arrays */
	if (first && !x->more)
		buf_printf(&x->b, ",\"total\":%zu", x->n);
	BUF_LIT(&x->b, ",\"link\":[{\"relation\":\"self\",\"url\":");
	buf_add(&x->b, link_to(x, p, false));
	if (x->more) {
		BUF_LIT(&x->b, "},{\"relation\":\"next\",\"url\":");
		buf_add(&x->b, link_to(x, p, true));
	}
	BUF_LIT(&x->b, "}]}");
	return x->b.full ? reply_fail(c, ERR_TOO_LARGE, "The page is larger than 64 MiB: ask for less with _count.")
	                 : reply_fhir(c, 200, buf_str(&x->b));
}

static Err one_dossier(Everything *x, int64_t dossier, int64_t after)
{
	EachQuery q = { .dossier = dossier,
		        .types = x->any_type ? &x->types : NULL,
		        .after = after && dossier_of_place(after) == dossier ? after : 0,
		        .action = AUDIT_READ };
	return visit_each(x->c->visit, &q, one, x);
}

static Reply of_person(Call *c, Str person, Str encounter)
{
	Everything x;
	Parameters p;
	Reply wrong;
	int64_t dossier, after = 0;
	begin(&x, c, COUNT_MAX);
	x.encounter = encounter;
	if (!parameters_read(c, &p, &wrong) || !read_params(&x, &p, &after, &wrong))
		return wrong;
	Err e = visit_dossier_number(c->visit, person, &dossier);
	if (e == OK && after && dossier_of_place(after) != dossier)
		return reply_fail(c, ERR_BAD_REQUEST, "_cursor is not from a link of this server.");
	if (e == OK)
		e = one_dossier(&x, dossier, after);
	return e == OK ? answer(&x, &p, !after) : reply_refused(c, e);
}

static Reply handle_patient(Call *c)
{
	c->type = FT_PATIENT;
	c->type_name = S("Patient");
	return of_person(c, c->id, STR_END);
}

static Reply handle_encounter(Call *c)
{
	Rec rec;
	c->type = FT_ENCOUNTER;
	c->type_name = S("Encounter");
	Err e = visit_read(c->visit, FT_ENCOUNTER, c->id, &rec);
	if (e == OK && !rec.person.p)
		e = ERR_NOT_FOUND;
	return e == OK ? of_person(c, rec.person, arena_join(c->a, S("Encounter/"), c->id, STR_END))
	               : reply_refused(c, e);
}

static Reply handle_all(Call *c)
{
	Everything x;
	Parameters p;
	Reply wrong;
	int64_t *dossiers, after = 0;
	size_t n;
	begin(&x, c, COUNT_ALL);
	if (!parameters_read(c, &p, &wrong) || !read_params(&x, &p, &after, &wrong))
		return wrong;
	Err e = visit_dossiers(c->visit, DOSSIERS_MAX, &dossiers, &n);
	for (size_t i = 0; i < n && e == OK && !x.more; i++) {
		if (after && dossiers[i] < dossier_of_place(after))
			continue;
		e = one_dossier(&x, dossiers[i], after);
		if (e == ERR_NOT_FOUND)
			e = OK;
	}
	return e == OK ? answer(&x, &p, !after) : reply_refused(c, e);
}

#define EVERYTHING(what, verb, at, fn, of, says)                                                   \
	const Operation operation_everything_##what = {                                            \
		.method = M_##verb,                                                                \
		.path = S_INIT("/fhir/" at "$everything"),                                         \
		.route = S_INIT(#verb " /fhir/" at "$everything"),                                 \
		.interaction = INT_OPERATION,                                                      \
		.offered = true,                                                                   \
		.handle = fn,                                                                      \
		.summary = S_INIT(says),                                                           \
		.name = S_INIT("everything"),                                                      \
		.definition = S_INIT("http://hl7.org/fhir/OperationDefinition/" of "-everything"), \
	};

EVERYTHING(patient, GET, "Patient/{id}/", handle_patient, "Patient", "Give a person's dossier and what it refers to.")
EVERYTHING(patient_post, POST, "Patient/{id}/", handle_patient, "Patient",
           "Give a person's dossier and what it refers to; criteria in the body.")
EVERYTHING(patients, GET, "Patient/", handle_all, "Patient", "Give the dossiers of all persons of the user, in pages.")
EVERYTHING(patients_post, POST, "Patient/", handle_all, "Patient",
           "Give the dossiers of all persons of the user, in pages; criteria in the body.")
EVERYTHING(encounter, GET, "Encounter/{id}/", handle_encounter, "Encounter",
           "Give an encounter, its person and what refers to it.")
EVERYTHING(encounter_post, POST, "Encounter/{id}/", handle_encounter, "Encounter",
           "Give an encounter, its person and what refers to it; criteria in the body.")
