/* The log's entries about who did what: their compact form, the access log of a dossier, and FHIR AuditEvent.
 *
 * Entry: format 1 · action · role · then as varints: account, time, categories, count, type, version · then texts, each
 * its length as a varint and its bytes: id, name, role in the team, member reference, rule, purpose, route, reason. */
#include "access/visit.h"

enum { FORMAT = 1, TEXTS = 8, TEXT_MAX = 400 };

static void put_int(Buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_byte(b, (char)(v | 0x80));
	buf_byte(b, (char)v);
}

static void put_text(Buf *b, Str s)
{
	s = str_upto(s, TEXT_MAX);
	while (s.n && !str_utf8(s)) /* not through a character */
		s.n--;
	put_int(b, s.n);
	buf_add(b, s);
}

static bool get_int(Str *in, uint64_t *out)
{
	uint64_t v = 0;
	for (unsigned shift = 0; in->n && shift < 64; shift += 7) {
		uint8_t c = (uint8_t)*in->p;
		*in = str_from(*in, 1);
		v |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80)) {
			*out = v;
			return true;
		}
	}
	return false;
}

static bool get_text(Str *in, Str *out)
{
	uint64_t n;
	if (!get_int(in, &n) || n > in->n)
		return false;
	*out = str_upto(*in, n);
	*in = str_from(*in, n);
	return true;
}

Str audit_encode(Arena *a, const AuditNote *n, const Scope *who, Str reason, Millis at)
{
	static const Relation none;
	const Relation *rel = n->rel ? n->rel : &none;
	Buf b = buf_new(a, 256, 8192);
	buf_byte(&b, FORMAT);
	buf_byte(&b, (char)n->action);
	buf_byte(&b, (char)who->role);
	put_int(&b, (uint64_t)who->account);
	put_int(&b, (uint64_t)at);
	put_int(&b, n->categories);
	put_int(&b, n->count);
	put_int(&b, (uint64_t)n->type);
	put_int(&b, (uint64_t)n->version);
	put_text(&b, n->id);
	put_text(&b, who->name);
	put_text(&b, rel->role_text);
	put_text(&b, rel->member);
	put_text(&b, rel->rule);
	put_text(&b, who->purpose);
	put_text(&b, who->route);
	put_text(&b, reason);
	return buf_str(&b);
}

bool audit_decode(Str in, AuditEntry *out)
{
	if (in.n < 3 || in.p[0] != FORMAT)
		return false;
	AuditEntry e = { .action = (AuditAction)in.p[1], .role = (Role)in.p[2] };
	if (e.action < AUDIT_READ || e.action > AUDIT_ADMIN || e.role < ROLE_PERSON || e.role > ROLE_SYSTEM)
		return false;
	in = str_from(in, 3);
	uint64_t n[6];
	for (size_t i = 0; i < COUNT_OF(n); i++) {
		if (!get_int(&in, &n[i]))
			return false;
	}
	if (n[4] >= FT_COUNT)
		return false;
	e.account = (int64_t)n[0];
	e.at = (Millis)n[1];
	e.categories = (uint32_t)n[2];
	e.count = (uint32_t)n[3];
	e.type = (FhirType)n[4];
	e.version = (int32_t)n[5];
	Str *const texts[TEXTS] = { &e.id, &e.who, &e.role_text, &e.member, &e.rule, &e.purpose, &e.route, &e.reason };
	for (size_t i = 0; i < TEXTS; i++) {
		if (!get_text(&in, texts[i]))
			return false;
	}
	if (in.n)
		return false;
	*out = e;
	return true;
}

Err visit_access_log(Visit *v, Str person, int64_t before, size_t limit, AuditEntry **out, size_t *n)
{
	Person *p;
	TRY(visit_person(v, person, &p));
	if (!(p->rel.read & BIT(CAT_CONTROL)))
		return ERR_NOT_FOUND;
	LogEntry *log;
	size_t count, kept = 0;
	TRY(store_log_of_part(v->records->store, p->part, before, limit, v->arena, &log, &count));
	AuditEntry *list = ARENA_ARRAY(v->arena, AuditEntry, count + 1);
	for (size_t i = 0; i < count; i++) {
		if (!audit_decode(log[i].bytes, &list[kept]))
			continue;
		list[kept++].seq = log[i].seq;
	}
	visit_note(v, p, AUDIT_READ, BIT(CAT_CONTROL), (uint32_t)kept, FT_NONE, (Str){ NULL, 0 }, 0);
	*out = list;
	*n = kept;
	return OK;
}

/* ---- AuditEvent ---- */

static Str action_code(AuditAction a)
{
	switch (a) {
	case AUDIT_CREATE:
		return S("C");
	case AUDIT_READ:
		return S("R");
	case AUDIT_UPDATE:
		return S("U");
	case AUDIT_DELETE:
		return S("D");
	case AUDIT_SEARCH:
	case AUDIT_SIGN_IN:
	case AUDIT_SIGN_IN_FAILED:
	case AUDIT_SIGN_OUT:
	case AUDIT_EXPORT:
	case AUDIT_ADMIN:
		return S("E");
	}
	return S("E");
}

static Str interaction(AuditAction a)
{
	switch (a) {
	case AUDIT_READ:
		return S("read");
	case AUDIT_CREATE:
		return S("create");
	case AUDIT_UPDATE:
		return S("update");
	case AUDIT_DELETE:
		return S("delete");
	case AUDIT_SEARCH:
		return S("search");
	case AUDIT_SIGN_IN:
	case AUDIT_SIGN_IN_FAILED:
	case AUDIT_SIGN_OUT:
	case AUDIT_EXPORT:
	case AUDIT_ADMIN:
		return STR_END;
	}
	return STR_END;
}

static Str event_type(AuditAction a)
{
	switch (a) {
	case AUDIT_SIGN_IN:
	case AUDIT_SIGN_IN_FAILED:
	case AUDIT_SIGN_OUT:
		return S("110114"); /* DICOM: user authentication */
	case AUDIT_EXPORT:
		return S("110106");
	case AUDIT_ADMIN:
		return S("110100");
	case AUDIT_READ:
	case AUDIT_CREATE:
	case AUDIT_UPDATE:
	case AUDIT_DELETE:
	case AUDIT_SEARCH:
		return STR_END;
	}
	return STR_END;
}

static void coding(JWriter *w, Str system, Str code)
{
	jw_object(w);
	JW_STR(w, "system", system);
	JW_STR(w, "code", code);
	jw_end_object(w);
}

static void agent(JWriter *w, const AuditEntry *e)
{
	JW_ARRAY(w, "agent");
	jw_object(w);
	if (e->role_text.n) {
		JW_ARRAY(w, "role");
		jw_object(w);
		JW_STR(w, "text", e->role_text);
		jw_end_object(w);
		jw_end_array(w);
	}
	JW_OBJECT(w, "who");
	jw_str_opt(w, S("reference"), e->member);
	JW_STR(w, "display", e->who.n ? e->who : S("?"));
	jw_end_object(w);
	JW_BOOL(w, "requestor", true);
	if (e->purpose.n) {
		JW_ARRAY(w, "purposeOfUse");
		jw_object(w);
		JW_ARRAY(w, "coding");
		coding(w, S("http://terminology.hl7.org/CodeSystem/v3-ActReason"), e->purpose);
		jw_end_array(w);
		jw_end_object(w);
		jw_end_array(w);
	}
	jw_end_object(w);
	jw_end_array(w);
}

static void detail(JWriter *w, Str type, Str value)
{
	if (!value.n)
		return;
	jw_object(w);
	JW_STR(w, "type", type);
	JW_STR(w, "valueString", value);
	jw_end_object(w);
}

static Str categories_text(Arena *a, uint32_t bits)
{
	Buf b = buf_new(a, 64, 1024);
	for (Category c = CAT_IDENTITY; c <= CAT_CONTROL; c++) {
		if (!(bits & BIT(c)))
			continue;
		if (b.n)
			buf_byte(&b, ' ');
		buf_add(&b, category_name(c));
	}
	return buf_str(&b);
}

static void reference(JWriter *w, Str text)
{
	JW_OBJECT(w, "what");
	JW_STR(w, "reference", text);
	jw_end_object(w);
}

static void entities(JWriter *w, const AuditEntry *e, Str person, Arena *a)
{
	JW_ARRAY(w, "entity");
	jw_object(w);
	if (person.n)
		reference(w, arena_join(a, S("Patient/"), person, STR_END));
	JW_OBJECT(w, "role");
	JW_STR(w, "system", S("http://terminology.hl7.org/CodeSystem/object-role"));
	JW_STR(w, "code", person.n ? S("1") : S("13"));
	jw_end_object(w);
	JW_ARRAY(w, "detail");
	detail(w, S("role"), role_name(e->role));
	detail(w, S("route"), e->route);
	detail(w, S("rule"), e->rule);
	detail(w, S("reason"), e->reason);
	detail(w, S("categories"), categories_text(a, e->categories));
	detail(w, S("count"), arena_printf(a, "%u", e->count));
	jw_end_array(w);
	jw_end_object(w);
	if (e->type != FT_NONE && e->id.n) {
		jw_object(w);
		Str what = arena_join(a, fhir_type_name(e->type), S("/"), e->id, STR_END);
		if (e->version)
			what = arena_printf(a, "%.*s/_history/%d", STR_ARG(what), e->version);
		reference(w, what);
		jw_end_object(w);
	}
	jw_end_array(w);
}

Str audit_event_json(const AuditEntry *e, Str person, Arena *a)
{
	Buf b = buf_new(a, 1024, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("AuditEvent"));
	JW_STR(&w, "id", arena_printf(a, "log-%lld", (long long)e->seq));
	jw_key(&w, S("type"));
	Str dicom = event_type(e->action);
	if (dicom.p)
		coding(&w, S("http://dicom.nema.org/resources/ontology/DCM"), dicom);
	else
		coding(&w, S("http://terminology.hl7.org/CodeSystem/audit-event-type"), S("rest"));
	if (interaction(e->action).p) {
		JW_ARRAY(&w, "subtype");
		coding(&w, S("http://hl7.org/fhir/restful-interaction"), interaction(e->action));
		jw_end_array(&w);
	}
	JW_STR(&w, "action", action_code(e->action));
	JW_STR(&w, "recorded", time_instant(a, e->at));
	JW_STR(&w, "outcome", e->action == AUDIT_SIGN_IN_FAILED ? S("4") : S("0"));
	agent(&w, e);
	JW_OBJECT(&w, "source");
	JW_OBJECT(&w, "observer");
	JW_STR(&w, "display", S("Samendoel"));
	jw_end_object(&w);
	jw_end_object(&w);
	entities(&w, e, person, a);
	jw_end_object(&w);
	return buf_str(&b);
}
