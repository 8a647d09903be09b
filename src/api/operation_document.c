/* $document: a Composition and what it refers to, as one document.
 * Source: https://hl7.org/fhir/R4/composition-operation-document.html
 *
 * What the visitor may not see is not in it. With persist=true it is kept in the person's dossier, when it holds one
 * kind of information (besides who the person is): a kept document has one category, and what has several would be seen
 * by those who may see only one of them. */
#include <sodium.h>

#include "api/parameters.h"
#include "api/strmap.h"
#include "base/random.h"

enum { ENTRIES_MAX = 1000, DEEP = 4 };

typedef struct Document {
	Call *c;
	Rec recs[ENTRIES_MAX];
	uint8_t depth[ENTRIES_MAX];
	size_t n;
	StrMap seen;
	bool over;
	Err failed;
	uint8_t at; /* depth of what is looked through */
} Document;

static void follow(void *ctx, JVal text)
{
	Document *d = ctx;
	Call *c = d->c;
	Reference r;
	Str t = json_str(text, c->a);
	if (str_starts(t, c->api->base) && t.n > c->api->base.n + 1)
		t = str_from(t, c->api->base.n + 1);
	if (d->failed != OK || !reference_parse(t, &r) || r.kind != REF_RELATIVE)
		return;
	Str key = arena_join(c->a, fhir_type_name(r.type), S("/"), r.id, STR_END);
	if (strmap_get(&d->seen, key).p)
		return;
	strmap_put(&d->seen, key, S("x"));
	if (d->n == ENTRIES_MAX) {
		d->over = true;
		return;
	}
	Err e = r.version.p ? ERR_NOT_FOUND : OK;
	int64_t version;
	if (r.version.p && str_int(r.version, &version) && version > 0 && version <= INT32_MAX)
		e = visit_vread(c->visit, r.type, r.id, (int32_t)version, &d->recs[d->n]);
	else if (e == OK)
		e = visit_read(c->visit, r.type, r.id, &d->recs[d->n]);
	if (e == OK)
		d->depth[d->n++] = d->at;
	else if (e != ERR_NOT_FOUND && e != ERR_GONE)
		d->failed = e;
}

static Err collect(Document *d)
{
	Call *c = d->c;
	TRY(visit_read(c->visit, FT_COMPOSITION, c->id, &d->recs[0]));
	strmap_put(&d->seen, arena_join(c->a, S("Composition/"), c->id, STR_END), S("x"));
	d->n = 1;
	/* The list grows: breadth first, so that what the composition names itself comes first. */
	for (size_t i = 0; i < d->n && d->failed == OK; i++) {
		d->at = (uint8_t)(d->depth[i] + 1);
		if (d->at <= DEEP)
			reference_each(rec_json(c->visit, &d->recs[i]), follow, d);
	}
	return d->failed;
}

static Str uuid(Arena *a)
{
	uint8_t b[16];
	char hex[33];
	random_bytes(b, sizeof b);
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	sodium_bin2hex(hex, sizeof hex, b, sizeof b);
	return arena_printf(a, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* security: a category for a document that is kept; absent: none. */
static Str text_of(Document *d, Str security)
{
	Call *c = d->c;
	Buf b = buf_new(c->a, (size_t)64 * 1024, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Bundle"));
	if (security.n) {
		JW_OBJECT(&w, "meta");
		JW_ARRAY(&w, "security");
		jw_object(&w);
		JW_STR(&w, "system", S("https://samendoel.org/fhir/CodeSystem/category"));
		JW_STR(&w, "code", security);
		jw_end_object(&w);
		jw_end_array(&w);
		jw_end_object(&w);
	}
	JW_OBJECT(&w, "identifier");
	JW_STR(&w, "system", S("urn:ietf:rfc:3986"));
	JW_STR(&w, "value", arena_join(c->a, S("urn:uuid:"), uuid(c->a), STR_END));
	jw_end_object(&w);
	JW_STR(&w, "type", S("document"));
	JW_STR(&w, "timestamp", time_instant(c->a, time_now()));
	JW_ARRAY(&w, "entry");
	for (size_t i = 0; i < d->n; i++) {
		const Rec *r = &d->recs[i];
		jw_object(&w);
		JW_STR(&w, "fullUrl",
		       arena_join(c->a, c->api->base, S("/"), fhir_type_name(r->type), S("/"), r->id, STR_END));
		JW_RAW(&w, "resource", r->body);
		jw_end_object(&w);
	}
	jw_end_array(&w);
	jw_end_object(&w);
	return b.full ? STR_END : buf_str(&b);
}

/* The one category of what is about the person, besides who they are. False: several. */
static bool one_category(const Document *d, Category *out)
{
	*out = d->recs[0].category;
	for (size_t i = 0; i < d->n; i++)
		if (d->recs[i].person.p && d->recs[i].category != *out && d->recs[i].category != CAT_IDENTITY)
			return false;
	return true;
}

static Reply keep(Document *d)
{
	Call *c = d->c;
	Category category;
	Str id;
	if (!one_category(d, &category))
		return reply_fail(c, ERR_INVALID,
		                  "The document holds several kinds of information and cannot be kept as one.");
	Str text = text_of(d, category_name(category));
	Err e = text.p ? visit_create(c->visit, text, &id) : ERR_TOO_LARGE;
	if (e != OK)
		return reply_refused(c, e);
	c->prefer = RETURN_REPRESENTATION;
	return reply_written(c, 201, FT_BUNDLE, id);
}

static Reply handle(Call *c)
{
	Parameters p;
	Reply wrong;
	Document *d = ARENA_NEW(c->a, Document);
	d->c = c;
	d->seen = strmap_new(c->a);
	c->type = FT_COMPOSITION;
	c->type_name = S("Composition");
	if (!parameters_read(c, &p, &wrong))
		return wrong;
	Str persist = parameter(&p, S("persist"));
	if (persist.n && !str_eq(persist, S("true")) && !str_eq(persist, S("false")))
		return reply_fail(c, ERR_BAD_REQUEST, "persist must be true or false.");
	if (str_eq(persist, S("true")) && c->req->method != M_POST)
		return reply_fail(c, ERR_BAD_REQUEST, "A document is kept with POST only.");
	Err e = collect(d);
	if (e != OK)
		return reply_refused(c, e);
	if (d->over)
		return reply_fail(c, ERR_TOO_LARGE, "The document would hold more than %d resources.", ENTRIES_MAX);
	if (str_eq(persist, S("true")))
		return keep(d);
	Str text = text_of(d, STR_END);
	return text.p ? reply_fhir(c, 200, text) : reply_fail(c, ERR_TOO_LARGE, "The document is larger than 64 MiB.");
}

#define DOCUMENT(id, verb, says)                                                                      \
	const Operation operation_##id = {                                                            \
		.method = M_##verb,                                                                   \
		.path = S_INIT("/fhir/Composition/{id}/$document"),                                   \
		.route = S_INIT(#verb " /fhir/Composition/{id}/$document"),                           \
		.interaction = INT_OPERATION,                                                         \
		.offered = true,                                                                      \
		.handle = handle,                                                                     \
		.summary = S_INIT(says),                                                              \
		.name = S_INIT("document"),                                                           \
		.definition = S_INIT("http://hl7.org/fhir/OperationDefinition/Composition-document"), \
	};

DOCUMENT(document, GET, "Make a document of a composition and what it refers to.")
DOCUMENT(document_post, POST,
         "Make a document of a composition and what it refers to, and keep it when persist is true.")
