/* $meta, $meta-add, $meta-delete: profiles, tags and security labels.
 * Sources: https://hl7.org/fhir/R4/resource-operation-meta.html, …-meta-add.html, …-meta-delete.html
 *
 * A change of meta is a write like any other: by the door, as a new version. */
#include "api/parameters.h"
#include "api/strmap.h"

enum { DOSSIERS_MAX = 2000, LISTS = 3 };
static const Str lists[LISTS] = { S_INIT("profile"), S_INIT("security"), S_INIT("tag") };

/* Values of the three lists, each once, in order of first mention. */
typedef struct MetaSet {
	Arena *a;
	StrMap seen[LISTS];
	Buf out[LISTS];
} MetaSet;

static void set_begin(MetaSet *s, Arena *a)
{
	s->a = a;
	for (size_t i = 0; i < LISTS; i++) {
		s->seen[i] = strmap_new(a);
		s->out[i] = buf_new(a, 256, 0);
	}
}

/* What makes two values the same: a coding by system and code. */
static Str key_of(Arena *a, JVal v)
{
	if (json_is(v, J_STRING))
		return json_str(v, a);
	return arena_join(a, JSTR(v, "system", a), S("|"), JSTR(v, "code", a), STR_END);
}

static void set_add(MetaSet *s, JVal meta, const MetaSet *without)
{
	for (size_t i = 0; i < LISTS; i++) {
		for (JIter it = json_each(json_get(meta, lists[i])); json_next(&it);) {
			Str key = key_of(s->a, it.value);
			if (strmap_get(&s->seen[i], key).p || (without && strmap_get(&without->seen[i], key).p))
				continue;
			strmap_put(&s->seen[i], key, S("x"));
			if (s->out[i].n)
				buf_byte(&s->out[i], ',');
			buf_add(&s->out[i], json_compact(s->a, it.value));
		}
	}
}

static bool is_list(Str key)
{
	for (size_t i = 0; i < LISTS; i++)
		if (str_eq(key, lists[i]))
			return true;
	return false;
}

/* `meta` (or nothing) with these lists in the place of its own. */
static Str meta_text(Arena *a, JVal meta, const MetaSet *s)
{
	Buf b = buf_new(a, 512, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	for (JIter it = json_iter(meta); json_next(&it);) {
		if (is_list(it.key))
			continue;
		jw_key(&w, it.key);
		jw_raw(&w, json_compact(a, it.value));
	}
	for (size_t i = 0; i < LISTS; i++) {
		if (!s->out[i].n)
			continue;
		jw_key(&w, lists[i]);
		jw_raw(&w, arena_join(a, S("["), buf_str(&s->out[i]), S("]"), STR_END));
	}
	jw_end_object(&w);
	return buf_str(&b);
}

static Reply reply_meta(Call *c, Str meta)
{
	Buf b = buf_new(c->a, 512, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Parameters"));
	/* Nothing in use: an element without content is none, and so is a parameter without value. */
	if (!str_eq(meta, S("{}"))) {
		JW_ARRAY(&w, "parameter");
		jw_object(&w);
		JW_STR(&w, "name", S("return"));
		JW_RAW(&w, "valueMeta", meta);
		jw_end_object(&w);
		jw_end_array(&w);
	}
	jw_end_object(&w);
	return reply_fhir(c, 200, buf_str(&b));
}

/* ---- of a type, of everything ---- */

typedef struct Gather {
	MetaSet set;
	Arena *scratch;
} Gather;

static EachStep one(void *ctx, const Rec *rec, int64_t place)
{
	Gather *g = ctx;
	const Json *doc;
	(void)place;
	/* Most resources have nothing in meta but version and time: not worth parsing. */
	if (str_find(rec->body, S("\"lastUpdated\":\"")) < 0)
		return EACH_LEAVE;
	Str rest = str_from(rec->body, (size_t)str_find(rec->body, S("\"lastUpdated\":\"")) + 15);
	ptrdiff_t end = str_chr(rest, '"');
	if (end >= 0 && str_starts(str_from(rest, (size_t)end), S("\"}")))
		return EACH_LEAVE;
	arena_reset(g->scratch);
	if (json_parse(g->scratch, rec->body, &doc, NULL) != OK)
		return EACH_LEAVE;
	set_add(&g->set, JGET(json_root(doc), "meta"), NULL);
	return EACH_TAKE;
}

static Reply gathered(Call *c, const TypeSet *types)
{
	Gather g = { .scratch = arena_new() };
	int64_t *dossiers;
	size_t n;
	set_begin(&g.set, c->a);
	EachQuery q = { .dossier = DOSSIER_SHARED, .types = types, .action = AUDIT_READ };
	Err e = visit_each(c->visit, &q, one, &g);
	if (e == OK)
		e = visit_dossiers(c->visit, DOSSIERS_MAX, &dossiers, &n);
	for (size_t i = 0; e == OK && i < n; i++) {
		q.dossier = dossiers[i];
		e = visit_each(c->visit, &q, one, &g);
		if (e == ERR_NOT_FOUND)
			e = OK;
	}
	arena_free(g.scratch);
	if (e == ERR_TOO_LARGE)
		return reply_fail(c, e, "This covers more than %d persons: ask for one resource.", DOSSIERS_MAX);
	return e == OK ? reply_meta(c, meta_text(c->a, (JVal){ 0 }, &g.set)) : reply_refused(c, e);
}

static Reply handle_system(Call *c)
{
	return gathered(c, NULL);
}

static Reply handle_type(Call *c)
{
	TypeSet types = { { 0 } };
	typeset_add(&types, c->type);
	return gathered(c, &types);
}

/* ---- of one resource ---- */

static Reply handle_instance(Call *c)
{
	Rec rec;
	Err e = visit_read(c->visit, c->type, c->id, &rec);
	if (e != OK)
		return reply_refused(c, e);
	return reply_meta(c, json_compact(c->a, JGET(rec_json(c->visit, &rec), "meta")));
}

static JVal asked_meta(const Parameters *p)
{
	for (JIter it = json_each(JGET(p->resource, "parameter")); json_next(&it);)
		if (json_str_is(JGET(it.value, "name"), S("meta")))
			return JGET(it.value, "valueMeta");
	return (JVal){ 0 };
}

static Reply change(Call *c, bool remove)
{
	Parameters p;
	Reply wrong;
	Rec rec;
	MetaSet asked, set;
	int32_t version;
	if (!parameters_read(c, &p, &wrong))
		return wrong;
	JVal meta = asked_meta(&p);
	if (!json_is(meta, J_OBJECT))
		return reply_fail(c, ERR_BAD_REQUEST, "Parameters must have a parameter 'meta' with valueMeta.");
	if (if_match(c->req, &version) != OK)
		return reply_fail(c, ERR_BAD_REQUEST, "If-Match must be an ETag such as W/\"3\".");
	Err e = visit_read(c->visit, c->type, c->id, &rec);
	if (e != OK)
		return reply_refused(c, e);
	JVal resource = rec_json(c->visit, &rec), before = JGET(resource, "meta");
	set_begin(&asked, c->a);
	set_begin(&set, c->a);
	set_add(&asked, meta, NULL);
	set_add(&set, before, remove ? &asked : NULL);
	if (!remove)
		set_add(&set, meta, NULL);
	JChange to = { S("meta"), meta_text(c->a, before, &set) };
	e = visit_update(c->visit, c->type, c->id, version, json_change(c->a, resource, &to, 1), &version);
	if (e != OK)
		return reply_refused(c, e);
	if (visit_written(c->visit, c->type, c->id, &rec) != OK) /* nothing changed */
		return reply_meta(c, json_compact(c->a, before));
	Reply r = reply_meta(c, json_compact(c->a, JGET(rec_json(c->visit, &rec), "meta")));
	reply_version(c, &r, rec.version, rec.updated);
	return r;
}

static Reply handle_add(Call *c)
{
	return change(c, false);
}

static Reply handle_delete(Call *c)
{
	return change(c, true);
}

#define META(id, verb, at, fn, code, says)                                                      \
	const Operation operation_meta_##id = {                                                 \
		.method = M_##verb,                                                             \
		.path = S_INIT("/fhir/" at "$" code),                                           \
		.route = S_INIT(#verb " /fhir/" at "$" code),                                   \
		.interaction = INT_OPERATION,                                                   \
		.offered = true,                                                                \
		.handle = fn,                                                                   \
		.summary = S_INIT(says),                                                        \
		.name = S_INIT(code),                                                           \
		.definition = S_INIT("http://hl7.org/fhir/OperationDefinition/Resource-" code), \
	};

META(system, GET, "", handle_system, "meta", "Give the profiles, tags and labels that are in use.")
META(type, GET, "{type}/", handle_type, "meta", "Give the profiles, tags and labels that are in use on a type.")
META(instance, GET, "{type}/{id}/", handle_instance, "meta", "Give the meta of a resource.")
META(add, POST, "{type}/{id}/", handle_add, "meta-add", "Add profiles, tags and labels to a resource.")
META(delete, POST, "{type}/{id}/", handle_delete, "meta-delete", "Take profiles, tags and labels from a resource.")
