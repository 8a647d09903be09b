/* Writing: what a visit creates, changes and deletes is kept here until the visit is finished. */
#include "access/write.h"
#include "access/body.h"
#include "access/definitions.h"
#include "access/visit.h"

#include "fhir/published.h"
#include "fhir/reference.h"
#include "fhir/validate.h"

Err refuse(Visit *v, Err e, Str expression, const char *why)
{
	outcome_add(&v->outcome, SEV_ERROR, err_issue_type(e), expression, "%s", why);
	return e;
}

/* What is kept of a client's Subscription is for its check to say. */
static Err take_subscription(Visit *v, Input *in)
{
	const Json *doc;
	Str kept = json_raw(in->json);
	TRY(subscription_prepare(v, in->json, &kept));
	TRY(json_parse(v->arena, kept, &doc, NULL));
	in->json = json_root(doc);
	return OK;
}

/* All are held to definitions: nobody may give one of ours, and only administrators an official one, another meaning by
 * storing a document under its url. */
static Err check_url(Visit *v, const Input *in)
{
	Builtin b;
	if (fhir_home(in->type) != HOME_DEFINITION || v->who.role == ROLE_SYSTEM)
		return OK;
	Str url = JSTR(in->json, "url", v->arena);
	if (!url.n)
		return OK;
	if (published_find(in->type, url, STR_END))
		return refuse(v, ERR_FORBIDDEN, S("url"), "the definition with this url is built into the program");
	if (v->who.role != ROLE_ADMIN && builtin_find(in->type, url, STR_END, &b))
		return refuse(v, ERR_FORBIDDEN, S("url"),
		              "the official definition with this url is built in; an administrator may store another");
	return OK;
}

/* Reads and checks a resource; *in->text is a copy that lives as long as the visit. */
static Err take(Visit *v, Str json, FhirType want, Input *in)
{
	const Json *doc;
	JError where;
	Str text = arena_str(v->arena, json);
	Err e = json_parse(v->arena, text, &doc, &where);
	if (e == ERR_SYNTAX)
		outcome_json_error(&v->outcome, &where);
	else if (e != OK)
		outcome_err(&v->outcome, e, "the resource is too large");
	TRY(e);
	in->json = json_root(doc);
	ValidateOptions checks = definitions_checks(v->records, false);
	TRY(fhir_validate_with(in->json, &checks, &v->outcome));
	in->type = fhir_type(JSTR(in->json, "resourceType", v->arena));
	if (in->type == FT_NONE)
		return refuse(v, ERR_INVALID, STR_END, "resourceType is no FHIR R4 resource type");
	if (want != FT_NONE && in->type != want)
		return refuse(v, ERR_BAD_REQUEST, S("resourceType"),
		              "the resource is of another type than its address");
	TRY(check_url(v, in));
	if (in->type == FT_SUBSCRIPTION && v->who.role != ROLE_SYSTEM)
		TRY(take_subscription(v, in));
	in->rest = body_rest(in->json, v->arena);
	if (!in->rest.p)
		return refuse(v, ERR_TOO_LARGE, STR_END, "the resource is too large");
	in->mark = mark_of(in->type, in->json);
	/* Marks are looked for in the stored text: one hidden behind escapes would not be found again. */
	Mark stored = mark_of_body(in->type, body_text(in->type, S("x"), 1, 0, in->rest, v->arena), v->arena);
	if (stored.category != in->mark.category || stored.private != in->mark.private)
		return refuse(v, ERR_INVALID, STR_END, "the addresses of code systems must be written without escapes");
	if (in->mark.private && v->who.role != ROLE_SYSTEM && !names_author(in->json, v->who.refs, v->who.n_refs))
		return refuse(v, ERR_INVALID, S("meta.security"), "a private item must name you as its author");
	return OK;
}

/* ---- where it belongs ---- */

/* The partition of the resource that a relative reference means: of this visit or of the store. */
static Err part_of_ref(Visit *v, Str text, Part *part)
{
	Reference r;
	if (!reference_parse(text, &r) || r.kind != REF_RELATIVE)
		return ERR_NOT_FOUND;
	Pending *w = pending_find(v, r.type, r.id);
	Rid rid;
	if (w)
		rid = w->rid;
	else
		TRY(store_resolve(v->records->store, r.type, r.id, &rid));
	*part = rid_part(rid);
	return OK;
}

static Err person_by_ref(Visit *v, Str text, Person **out)
{
	Reference r;
	Err e = ERR_NOT_FOUND;
	if (reference_parse(text, &r) && r.kind == REF_RELATIVE && r.type == FT_PATIENT)
		e = visit_person(v, r.id, out);
	if (e == ERR_NOT_FOUND)
		outcome_add(&v->outcome, SEV_ERROR, S("not-found"), STR_END, "%.*s is not known",
		            STR_ARG(str_upto(text, 100)));
	return e;
}

typedef struct Search {
	Visit *v;
	Person *person; /* the first that the visitor has a relation with; others are as if they were not there */
} Search;

static void first_home(void *ctx, JVal text)
{
	Search *s = ctx;
	Reference r;
	Part part;
	Person *p;
	Str t = json_str(text, s->v->arena);
	if (!s->person && reference_parse(t, &r) && r.kind == REF_RELATIVE && fhir_home(r.type) == HOME_PERSON &&
	    part_of_ref(s->v, t, &part) == OK && part >= PART_FIRST && visit_part(s->v, part, &p) == OK)
		s->person = p;
}

/* The home of a resource that is no Patient. *person NULL: shared or closed. */
static Err home_of(Visit *v, const Input *in, Part *part, Person **person)
{
	*person = NULL;
	*part = PART_SHARED;
	if (fhir_home(in->type) != HOME_PERSON)
		return OK;
	if (in->type == FT_SUBSCRIPTION && v->who.role != ROLE_SYSTEM) {
		*part = PART_OWN;
		return OK;
	}
	Str ref = compartment_patient(in->json, in->type, v->arena);
	if (ref.p) {
		TRY(person_by_ref(v, ref, person));
		*part = (*person)->part;
		return OK;
	}
	/* It refers to no Patient: then it belongs where the first thing belongs that it refers to. */
	Search s = { v, NULL };
	reference_each(in->json, first_home, &s);
	if (s.person) {
		*person = s.person;
		*part = s.person->part;
		return OK;
	}
	*part = PART_CLOSED;
	return v->who.role == ROLE_SYSTEM
	           ? OK
	           : refuse(v, ERR_INVALID, STR_END, "the resource does not say which Patient it is about");
}

/* ---- rights ---- */

static bool own_entry(const Visit *v, FhirType type, Str id, JVal json)
{
	Str self = id.p ? arena_join(v->arena, fhir_type_name(type), S("/"), id, STR_END) : STR_END;
	if (self.p && ref_among(self, v->who.refs, v->who.n_refs))
		return true;
	Str practitioner = json_str(json_path(json, "practitioner", "reference", NULL), v->arena);
	return type == FT_PRACTITIONERROLE && practitioner.p && ref_among(practitioner, v->who.refs, v->who.n_refs);
}

Err may_write(Visit *v, const Person *p, Part part, FhirType type, Str id, JVal json, Category c)
{
	bool ok;
	if (!p && v->who.role != ROLE_SYSTEM && published_id(type, id))
		return refuse(v, ERR_FORBIDDEN, STR_END, "this definition is built into the program");
	if (p)
		ok = p->rel.write & BIT(c);
	else if (part == PART_OWN)
		ok = true; /* who does not own it does not see it */
	else if (part == PART_CLOSED)
		ok = v->who.role == ROLE_SYSTEM;
	else
		ok = rules_shared_write(v->who.role, fhir_home(type) == HOME_DEFINITION, own_entry(v, type, id, json));
	if (ok)
		return OK;
	outcome_add(&v->outcome, SEV_ERROR, S("forbidden"), STR_END, "you may not write %.*s here",
	            STR_ARG(p ? category_name(c) : fhir_type_name(type)));
	return ERR_FORBIDDEN;
}

/* Nobody widens their own access: not by a consent, a team or a relationship that they may write for others. */
static Err check_gate(Visit *v, const Person *p, FhirType type, Str id, JVal json)
{
	bool widens;
	Change what = { type, id, json };
	TRY(gate_widens(v, p, &what, &widens));
	return widens ? refuse(v, ERR_FORBIDDEN, STR_END,
	                       "you may not widen your own access; ask the person or a colleague")
	              : OK;
}

/* ---- references ---- */

typedef struct RefCheck {
	Visit *v;
	FhirType type;
	const Person *person;
	Part part;
	Err result;
} RefCheck;

/* Patients may be linked, and some resources are about several; each must be one that the user knows. */
static bool crosses(FhirType from)
{
	return from == FT_PATIENT || from == FT_GROUP || from == FT_APPOINTMENT || from == FT_LIST;
}

static bool resolves(RefCheck *c, const Reference *r)
{
	Visit *v = c->v;
	Pending *w = pending_find(v, r->type, r->id);
	if (w)
		return rid_part(w->rid) == c->part;
	if (c->person && r->type == FT_PATIENT && str_eq(r->id, c->person->id))
		return true;
	Person *other;
	if (crosses(c->type) && r->type == FT_PATIENT)
		return visit_person(v, r->id, &other) == OK;
	Rid rid;
	StoreRow row;
	return store_resolve(v->records->store, r->type, r->id, &rid) == OK && rid_part(rid) == c->part &&
	       store_get_rid(v->records->store, rid, v->arena, &row) == OK && row.type == r->type &&
	       str_eq(row.id, r->id);
}

static void check_ref(void *ctx, JVal text)
{
	RefCheck *c = ctx;
	Reference r;
	Str t = json_str(text, c->v->arena);
	if (!reference_parse(t, &r) || r.kind != REF_RELATIVE || fhir_home(r.type) != HOME_PERSON || resolves(c, &r))
		return;
	outcome_add(&c->v->outcome, SEV_ERROR, S("not-found"), STR_END,
	            "the reference %.*s does not resolve in this dossier", STR_ARG(str_upto(t, 100)));
	c->result = ERR_INVALID;
}

/* A dossier refers to nothing in another dossier, and a user's write to nothing that is not there. What is not there
 * and what lies elsewhere give the same answer. Import brings its own order, so the system's jobs are not held to it.
 */
static Err check_refs(Visit *v, const Input *in, const Person *p, Part part)
{
	if (v->who.role == ROLE_SYSTEM)
		return OK;
	RefCheck c = { v, in->type, p, part, OK };
	reference_each(in->json, check_ref, &c);
	return c.result;
}

/* ---- create ---- */

static Str id_text(const Visit *v, Rid rid)
{
	char text[14];
	store_id_text(v->records->store, rid, text);
	return arena_str(v->arena, str_c(text));
}

/* A new Patient opens a dossier. id absent: made here. */
static Err open_dossier(Visit *v, Str id, Pending **out)
{
	if (!rules_new_person(v->who.role))
		return refuse(v, ERR_FORBIDDEN, STR_END, "you may not open a dossier");
	Store *s = v->records->store;
	Part part = store_new_part(s);
	Rid rid;
	TRY(store_new_rid(s, part, &rid));
	bool foreign = id.p != NULL;
	if (!foreign)
		id = id_text(v, rid);
	*out = pending_add(v, FT_PATIENT, id, rid, visit_new_person(v, part, id));
	(*out)->foreign_id = foreign;
	return OK;
}

static Err place(Visit *v, FhirType type, Str id, Part part, Person *p, Pending **out)
{
	Rid rid;
	TRY(store_new_rid(v->records->store, part, &rid));
	bool foreign = id.p != NULL;
	*out = pending_add(v, type, foreign ? id : id_text(v, rid), rid, p);
	(*out)->foreign_id = foreign;
	return OK;
}

static void write_version(Visit *v, Pending *w, const Input *in, int32_t version, RowOp op)
{
	visit_writes(v);
	w->version = version;
	w->op = op;
	w->updated = v->now > w->updated ? v->now : w->updated;
	w->json = in->json;
	w->category = in->mark.category;
	w->body = body_text(w->type, w->id, version, w->updated, in->rest, v->arena);
	AuditAction action = op == ROW_CREATE ? AUDIT_CREATE : AUDIT_UPDATE;
	visit_note(v, w->person, action, BIT(w->category), 1, w->type, w->id, version);
}

static Err create(Visit *v, FhirType want, Str id, Str json, Str *made)
{
	Input in;
	Pending *w;
	TRY(take(v, json, want, &in));
	if (in.type == FT_PATIENT) {
		TRY(open_dossier(v, id, &w));
		TRY(check_refs(v, &in, w->person, rid_part(w->rid)));
	} else {
		Part part;
		Person *p;
		TRY(home_of(v, &in, &part, &p));
		TRY(may_write(v, p, part, in.type, id, in.json, in.mark.category));
		TRY(check_refs(v, &in, p, part));
		TRY(check_gate(v, p, in.type, STR_END, in.json));
		TRY(place(v, in.type, id, part, p, &w));
	}
	if (rid_part(w->rid) == PART_OWN)
		TRY(subscription_written(v, w->rid, ROW_CREATE));
	write_version(v, w, &in, 1, ROW_CREATE);
	if (made)
		*made = w->id;
	return OK;
}

Err visit_create(Visit *v, Str json, Str *id)
{
	return create(v, FT_NONE, STR_END, json, id);
}

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(Str s)
{
	if (s.n != 36)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? s.p[i] != '-' : !strchr("0123456789abcdefABCDEF", s.p[i]) || !s.p[i])
			return false;
	}
	return true;
}

Err visit_create_as(Visit *v, FhirType type, Str id, Str json)
{
	Rid rid;
	if (!fhir_id_ok(id))
		return refuse(v, ERR_INVALID, S("id"), "an id has 1 to 64 letters, digits, '-' and '.'");
	/* A guessable id would tell, by the conflict, that someone else's record exists. */
	if (v->who.role != ROLE_SYSTEM && fhir_home(type) == HOME_PERSON && !is_uuid(id))
		return refuse(v, ERR_INVALID, S("id"), "an id that is chosen outside must be a UUID");
	Pending *w = pending_find(v, type, id);
	StoreRow row;
	if (w)
		return refuse(v, ERR_CONFLICT, S("id"), "this id is taken");
	if (store_resolve(v->records->store, type, id, &rid) == OK &&
	    store_get_rid(v->records->store, rid, v->arena, &row) == OK && row.type == type && str_eq(row.id, id))
		return refuse(v, ERR_CONFLICT, S("id"), "this id is taken");
	return create(v, type, arena_str(v->arena, id), json, NULL);
}

Err visit_reserve(Visit *v, FhirType type, Str person, Str *id)
{
	Pending *w;
	Person *p = NULL;
	if (type == FT_PATIENT) {
		TRY(open_dossier(v, STR_END, &w));
		*id = w->id;
		return OK;
	}
	Part part = fhir_home(type) == HOME_PERSON ? PART_CLOSED : PART_SHARED;
	if (type == FT_SUBSCRIPTION && v->who.role != ROLE_SYSTEM)
		part = PART_OWN;
	if (person.p && part == PART_CLOSED) {
		TRY(visit_person(v, person, &p));
		part = p->part;
	}
	TRY(place(v, type, STR_END, part, p, &w));
	*id = w->id;
	return OK;
}

Err visit_create_reserved(Visit *v, FhirType type, Str id, Str json)
{
	Input in;
	Pending *w = pending_find(v, type, id);
	if (!w || w->version)
		return w ? ERR_CONFLICT : ERR_NOT_FOUND;
	TRY(take(v, json, type, &in));
	Part part = rid_part(w->rid);
	Person *p = w->person;
	if (type != FT_PATIENT)
		TRY(home_of(v, &in, &part, &p));
	if (part != rid_part(w->rid))
		return refuse(v, ERR_INVALID, STR_END,
		              "the resource is about another person than its id was reserved for");
	TRY(may_write(v, p, part, type, id, in.json, in.mark.category));
	TRY(check_refs(v, &in, p, part));
	TRY(check_gate(v, p, type, id, in.json));
	if (part == PART_OWN)
		TRY(subscription_written(v, w->rid, ROW_CREATE));
	write_version(v, w, &in, 1, ROW_CREATE);
	return OK;
}

/* ---- change and delete ---- */

/* The version of a resource that this visit handed out; 0: none. */
static int32_t version_read(const Visit *v, FhirType type, Str id)
{
	for (const ReadSet *s = v->reads; s; s = s->next) {
		for (size_t i = 0; i < s->n; i++) {
			if (s->recs[i].type == type && str_eq(s->recs[i].id, id))
				return s->recs[i].version;
		}
	}
	return 0;
}

typedef struct Target {
	Pending *pending; /* NULL: not written in this visit yet */
	StoreRow row;
	Person *person;
	Mark mark;
	Part part;
} Target;

/* What an update or delete is about; the visitor may see it and write its category. */
static Err target(Visit *v, FhirType type, Str id, int32_t if_match, Target *t)
{
	*t = (Target){ .pending = pending_find(v, type, id) };
	if (t->pending && t->pending->version) {
		Pending *w = t->pending;
		if (w->op == ROW_DELETE)
			return ERR_GONE;
		t->person = w->person;
		t->part = rid_part(w->rid);
		t->mark = mark_of(type, w->json);
		return if_match && if_match != w->version ? ERR_VERSION : OK;
	}
	TRY(visit_row(v, type, id, &t->row, &t->person, &t->mark));
	if (t->row.op == ROW_DELETE)
		return ERR_GONE;
	if (!if_match)
		if_match = version_read(v, type, id);
	if (if_match && if_match != t->row.version)
		return ERR_VERSION;
	t->part = rid_part(t->row.rid);
	const Json *doc;
	TRY(json_parse(v->arena, t->row.body, &doc, NULL));
	return may_write(v, t->person, t->part, type, id, json_root(doc), t->mark.category);
}

/* Has the resource stayed with its person? */
static Err stays(Visit *v, const Input *in, const Target *t)
{
	Part part;
	Person *p;
	if (in->type == FT_PATIENT || t->part == PART_OWN)
		return OK;
	TRY(home_of(v, in, &part, &p));
	return part == t->part ? OK : refuse(v, ERR_INVALID, STR_END, "a resource cannot move to another person");
}

static Pending *replace(Visit *v, const Target *t, FhirType type)
{
	if (t->pending && t->pending->version)
		return t->pending;
	Pending *w = pending_add(v, type, t->row.id, t->row.rid, t->person);
	w->old_body = t->row.body;
	w->updated = t->row.updated;
	return w;
}

Err visit_update(Visit *v, FhirType type, Str id, int32_t if_match, Str json, int32_t *version)
{
	Target t;
	Input in;
	TRY(target(v, type, id, if_match, &t));
	TRY(take(v, json, type, &in));
	TRY(stays(v, &in, &t));
	/* Else whoever may change an item could take it from the person and from who wrote it. */
	if (in.mark.private && !t.mark.private && v->who.role != ROLE_SYSTEM)
		return refuse(v, ERR_FORBIDDEN, S("meta.security"), "what others can see cannot be made private");
	TRY(may_write(v, t.person, t.part, type, id, in.json, in.mark.category));
	TRY(check_refs(v, &in, t.person, t.part));
	TRY(check_gate(v, t.person, type, id, in.json));
	bool again = t.pending && t.pending->version;
	if (!again && body_same(type, t.row.id, t.row.version, t.row.updated, in.rest, t.row.body, v->arena)) {
		if (version)
			*version = t.row.version;
		return OK; /* nothing changes */
	}
	if (!again && t.part == PART_OWN)
		TRY(subscription_written(v, t.row.rid, ROW_UPDATE));
	Pending *w = replace(v, &t, type);
	if (again)
		write_version(v, w, &in, w->version, w->op);
	else
		write_version(v, w, &in, t.row.version + 1, ROW_UPDATE);
	if (version)
		*version = w->version;
	return OK;
}

Err visit_delete(Visit *v, FhirType type, Str id, int32_t if_match)
{
	Target t;
	TRY(target(v, type, id, if_match, &t));
	if (type == FT_PATIENT && v->who.role != ROLE_SYSTEM)
		return refuse(v, ERR_FORBIDDEN, STR_END, "a dossier is closed, not deleted");
	TRY(check_gate(v, t.person, type, id, (JVal){ NULL, NULL }));
	bool again = t.pending && t.pending->version;
	Pending *w = replace(v, &t, type);
	if (t.part == PART_OWN)
		TRY(subscription_written(v, w->rid, ROW_DELETE));
	if (again && w->op == ROW_CREATE) {
		w->version = 0; /* made and unmade in one visit: it never was */
		return OK;
	}
	w->version = again ? w->version : t.row.version + 1;
	visit_writes(v);
	w->op = ROW_DELETE;
	w->body = S("");
	w->updated = v->now > w->updated ? v->now : w->updated;
	w->category = t.mark.category;
	visit_note(v, w->person, AUDIT_DELETE, BIT(w->category), 1, type, w->id, w->version);
	return OK;
}

Err visit_written(Visit *v, FhirType type, Str id, Rec *out)
{
	const Pending *w = pending_find(v, type, id);
	if (!w || !w->version)
		return ERR_NOT_FOUND;
	*out = (Rec){ .type = type,
		      .id = w->id,
		      .version = w->version,
		      .updated = w->updated,
		      .deleted = w->op == ROW_DELETE,
		      .body = w->body,
		      .person = w->person ? w->person->id : STR_END,
		      .category = w->category };
	return OK;
}

Err visit_once(Visit *v, Str key, Str location, Str *before)
{
	SqlRows rows;
	SqlArg args[] = { ARG_I(v->who.account), ARG_S(key) };
	TRY(store_select(v->records->store, SQL("SELECT location FROM idem WHERE account=?1 AND key=?2"), args,
	                 COUNT_OF(args), v->arena, &rows));
	if (rows.n_rows) {
		*before = rows.cells[0].s;
		return ERR_CONFLICT;
	}
	v->once_key = arena_str(v->arena, key);
	v->once_location = arena_str(v->arena, location);
	return OK;
}
