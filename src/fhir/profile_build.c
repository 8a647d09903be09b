/* A StructureDefinition becomes a tree of what it demands: elements in the order of its snapshot or differential, each
 * found by its id ("Observation.component:systolic.code"). */
#include "fhir/profile_build.h"

#include "fhir/invariant.h"
#include "fhir/tables.h"

typedef struct Build {
	ProfileSet *set;
	Arena *a;
	Profile *p;
	size_t nodes;
} Build;

static StrList strings(Arena *a, JVal list)
{
	StrList l = { ARENA_ARRAY(a, Str, json_count(list) + 1), 0 };
	for (JIter it = json_each(list); json_next(&it);)
		if (json_is(it.value, J_STRING))
			l.items[l.count++] = json_str(it.value, a);
	return l;
}

/* --- the fields of an element
 * --------------------------------------------------------------------------------------- */
static void read_types(Arena *a, PNode *n, JVal list)
{
	if (!json_count(list))
		return;
	n->types = ARENA_ARRAY(a, PType, json_count(list));
	n->n_types = 0;
	for (JIter it = json_each(list); json_next(&it);)
		n->types[n->n_types++] = (PType){ .code = JSTR(it.value, "code", a),
			                          .profiles = strings(a, JGET(it.value, "profile")),
			                          .targets = strings(a, JGET(it.value, "targetProfile")) };
}

static bool has_rule(const PNode *n, Str key)
{
	for (size_t i = 0; i < n->n_rules; i++)
		if (str_eq(n->rules[i].key, key))
			return true;
	return false;
}

/* Those of the base definitions are checked on every element anyhow. */
static bool is_base_rule(Str key, Str expression)
{
	static const Str proved[] = { S_INIT("ele-1"), S_INIT("ext-1"), S_INIT("dom-2"), S_INIT("dom-3"),
		                      S_INIT("dom-4"), S_INIT("dom-5"), S_INIT("dom-6"), S_INIT("ref-1"),
		                      S_INIT("txt-1"), S_INIT("txt-2") };
	for (size_t i = 0; i < COUNT_OF(proved); i++)
		if (str_eq(key, proved[i]))
			return true;
	return invariant_is_base(key, expression);
}

static void read_rules(Build *b, PNode *n, JVal list)
{
	size_t more = json_count(list);
	if (!more)
		return;
	n->rules = arena_grow(b->a, n->rules, n->n_rules * sizeof(PRule), (n->n_rules + more) * sizeof(PRule));
	for (JIter it = json_each(list); json_next(&it);) {
		PRule r = { .key = JSTR(it.value, "key", b->a), .expression = JSTR(it.value, "expression", b->a) };
		if (!r.key.n || !r.expression.n || has_rule(n, r.key) || is_base_rule(r.key, r.expression))
			continue;
		r.human = JSTR(it.value, "human", b->a);
		r.error = json_str_is(JGET(it.value, "severity"), S("error"));
		if (fhirpath_compile(b->a, r.expression, &(FpOptions){ .as_filters = true }, &r.path, NULL) != OK)
			r.path = NULL;
		n->rules[n->n_rules++] = r;
	}
}

static void read_slicing(Arena *a, PNode *n, JVal slicing)
{
	if (!slicing.node)
		return;
	JVal list = JGET(slicing, "discriminator"), rules = JGET(slicing, "rules");
	n->sliced = true;
	n->ordered = json_bool(JGET(slicing, "ordered"), false);
	n->slice_rules = json_str_is(rules, S("closed"))      ? SLICES_CLOSED
	                 : json_str_is(rules, S("openAtEnd")) ? SLICES_OPEN_AT_END
	                                                      : SLICES_OPEN;
	n->discs = ARENA_ARRAY(a, Disc, json_count(list) + 1);
	n->n_discs = 0;
	for (JIter it = json_each(list); json_next(&it);) {
		JVal type = JGET(it.value, "type");
		DiscKind kind = json_str_is(type, S("exists"))    ? DISC_EXISTS
		                : json_str_is(type, S("type"))    ? DISC_TYPE
		                : json_str_is(type, S("profile")) ? DISC_PROFILE
		                                                  : DISC_VALUE;
		n->discs[n->n_discs++] = (Disc){ kind, JSTR(it.value, "path", a) };
	}
}

static void read_binding(Arena *a, PNode *n, JVal binding)
{
	JVal strength = JGET(binding, "strength");
	if (!binding.node)
		return;
	n->value_set = JSTR(binding, "valueSet", a);
	n->strength = !n->value_set.n                          ? BIND_NONE
	              : json_str_is(strength, S("required"))   ? BIND_REQUIRED
	              : json_str_is(strength, S("extensible")) ? BIND_EXTENSIBLE
	                                                       : BIND_NONE;
}

static void read_element(Build *b, PNode *n, JVal e)
{
	int64_t number;
	Str max = JSTR(e, "max", b->a), reference = JSTR(e, "contentReference", b->a);
	if (json_int(JGET(e, "min"), &number) && number >= 0 && number <= 1000000) {
		n->min = (uint32_t)number;
		n->has_min = true;
	}
	if (max.n) {
		n->has_max = str_int(max, &number) && number >= 0 && number <= 1000000;
		n->max = n->has_max ? (uint32_t)number : 0;
	}
	if (json_int(JGET(e, "maxLength"), &number) && number > 0)
		n->max_length = number;
	if (reference.n)
		n->reference = str_from(reference, (size_t)(str_chr(reference, '#') + 1));
	read_types(b->a, n, JGET(e, "type"));
	read_binding(b->a, n, JGET(e, "binding"));
	read_slicing(b->a, n, JGET(e, "slicing"));
	read_rules(b, n, JGET(e, "constraint"));
	for (JIter it = json_iter(e); json_next(&it);) {
		JVal *to = str_starts(it.key, S("fixed"))      ? &n->fixed
		           : str_starts(it.key, S("pattern"))  ? &n->pattern
		           : str_starts(it.key, S("minValue")) ? &n->min_value
		           : str_starts(it.key, S("maxValue")) ? &n->max_value
		                                               : NULL;
		if (to)
			*to = it.value;
	}
}

/* --- the tree
 * ------------------------------------------------------------------------------------------------------- */
static PNode *new_node(Build *b, Str name, Str slice)
{
	if (++b->nodes > PROFILE_NODES_MAX)
		return NULL;
	PNode *n = ARENA_NEW(b->a, PNode);
	n->name = name;
	n->slice = slice;
	return n;
}

static PNode *child_of(Build *b, PNode *n, Str name)
{
	PNode **at = &n->children;
	while (*at && !str_eq((*at)->name, name))
		at = &(*at)->next;
	if (!*at)
		*at = new_node(b, name, STR_END);
	return *at;
}

/* A slice "a/b" slices the slice "a" again. */
static PNode *slice_of(Build *b, PNode *n, Str slice)
{
	PNode **at = &n->slices;
	for (; *at; at = &(*at)->next_slice) {
		Str s = (*at)->slice;
		if (str_eq(s, slice))
			return *at;
		if (slice.n > s.n && str_starts(slice, s) && slice.p[s.n] == '/')
			return slice_of(b, *at, slice);
	}
	return *at = new_node(b, n->name, slice);
}

/* The node of an id; made when there is none yet. NULL past the limit. */
static PNode *node_of(Build *b, Str id)
{
	PNode *n = b->p->root;
	Str rest = str_cut(id, '.', &(Str){ NULL, 0 });
	while (rest.n && n) {
		Str part, name, slice;
		rest = str_cut(rest, '.', &part);
		slice = str_cut(part, ':', &name);
		n = child_of(b, n, name);
		if (n && slice.n)
			n = slice_of(b, n, slice);
	}
	return n;
}

static PNode *clone(Build *b, const PNode *from)
{
	PNode *n = new_node(b, from->name, from->slice);
	if (!n)
		return NULL;
	*n = *from;
	n->children = n->slices = n->next = n->next_slice = NULL;
	n->rules = from->n_rules ? ARENA_ARRAY(b->a, PRule, from->n_rules) : NULL;
	for (size_t i = 0; i < from->n_rules; i++)
		n->rules[i] = from->rules[i];
	PNode **at = &n->children;
	for (const PNode *c = from->children; c; c = c->next, at = *at ? &(*at)->next : at)
		*at = clone(b, c);
	at = &n->slices;
	for (const PNode *c = from->slices; c; c = c->next_slice, at = *at ? &(*at)->next_slice : at)
		*at = clone(b, c);
	return n;
}

/* Old definitions have no ids: the path, with the slices of the elements it lies in. */
static Str id_of(Build *b, JVal list, size_t i, JVal e, Str *ids)
{
	Str id = JSTR(e, "id", b->a), path = JSTR(e, "path", b->a), slice = JSTR(e, "sliceName", b->a);
	(void)list;
	if (id.n && str_find(id, S(".")) >= 0)
		return id;
	size_t up = path.n;
	while (up && path.p[up - 1] != '.')
		up--;
	if (!up)
		return path;
	Str parent = str_upto(path, up - 1), last = str_from(path, up), found = parent;
	for (size_t k = i; k; k--) {
		Str plain, before = ids[2 * (k - 1)];
		plain = ids[2 * (k - 1) + 1];
		if (str_eq(plain, parent)) {
			found = before;
			break;
		}
	}
	return slice.n ? arena_join(b->a, found, S("."), last, S(":"), slice, STR_END)
	               : arena_join(b->a, found, S("."), last, STR_END);
}

static void apply(Build *b, JVal list)
{
	size_t i = 0;
	Str *ids = ARENA_ARRAY(b->a, Str, 2 * (json_count(list) + 1));
	for (JIter it = json_each(list); json_next(&it); i++) {
		Str id = id_of(b, list, i, it.value, ids);
		ids[2 * i] = id;
		ids[2 * i + 1] = JSTR(it.value, "path", b->a);
		PNode *n = node_of(b, id);
		if (n)
			read_element(b, n, it.value);
	}
}

/* --- how slices are told apart
 * -------------------------------------------------------------------------------------- */
static bool says_something(const PNode *n)
{
	return n->fixed.node || n->pattern.node;
}

/* Below a node the tree may go on in the profile of its only type. */
static const PNode *step_into(Build *b, const PNode *n, Str name)
{
	const PNode *c = profile_child(n, name);
	if (c || n->n_types != 1 || n->types[0].profiles.count != 1)
		return c;
	const Profile *p = profile_find(b->set, n->types[0].profiles.items[0]);
	return p && p->root ? profile_child(p->root, name) : NULL;
}

/* What extension('url') leads to: the slice whose type is that extension. */
static const PNode *step_extension(const PNode *n, Str url)
{
	const PNode *list = profile_child(n, S("extension"));
	for (const PNode *s = list ? list->slices : NULL; s; s = s->next_slice)
		if (s->n_types == 1 && s->types[0].profiles.count == 1 && str_eq(s->types[0].profiles.items[0], url))
			return s;
	return NULL;
}

/* One step of a discriminator's path: cuts it off *rest. Dots inside brackets do not end it. */
static Str cut_step(Str *rest)
{
	size_t i = 0;
	for (int depth = 0; i < rest->n && (rest->p[i] != '.' || depth); i++)
		depth += rest->p[i] == '(' ? 1 : rest->p[i] == ')' ? -1 : 0;
	Str step = str_upto(*rest, i);
	*rest = str_from(*rest, i < rest->n ? i + 1 : i);
	return step;
}

static Match match_of(Build *b, const PNode *slice, const Disc *d)
{
	Match m = { .kind = d->kind, .node = slice };
	Str rest = d->path;
	size_t used = 0;
	bool sliced = false;
	while (rest.n) {
		size_t before = rest.n;
		if (says_something(m.node) && d->kind == DISC_VALUE)
			break;
		Str step = cut_step(&rest);
		const PNode *next = m.node;
		if (str_starts(step, S("extension('")) && step.n > 13)
			next = step_extension(m.node, str_n(step.p + 11, step.n - 13));
		else if (!str_eq(step, S("$this")) && str_chr(step, '(') < 0)
			next = step_into(b, m.node, step);
		if (!next)
			break;
		/* What lies in slices is told by the element that must have them. */
		sliced = d->kind == DISC_VALUE && next->slices;
		if (sliced)
			break;
		m.node = next;
		used += before - rest.n;
	}
	bool whole = sliced || !rest.n || (says_something(m.node) && d->kind == DISC_VALUE);
	if (str_eq(d->path, S("url")) && slice->n_types == 1 && slice->types[0].profiles.count == 1) {
		(void)str_cut(slice->types[0].profiles.items[0], '|', &m.url);
		return m;
	}
	Str path = str_upto(d->path, used);
	if (str_ends(path, S(".")))
		path.n--;
	if (!whole ||
	    fhirpath_compile(b->a, path.n ? path : S("$this"), &(FpOptions){ .as_filters = true }, &m.path, NULL) != OK)
		m.path = NULL;
	return m;
}

/* What is customary when a differential does not say it again. */
static void usual_slicing(PNode *n)
{
	static Disc by_url = { DISC_VALUE, S_INIT("url") }, by_type = { DISC_TYPE, S_INIT("$this") };
	if (n->n_discs || n->sliced)
		return;
	bool extension = str_eq(n->name, S("extension")) || str_eq(n->name, S("modifierExtension"));
	if (!extension && !str_ends(n->name, S("[x]")))
		return;
	n->discs = extension ? &by_url : &by_type;
	n->n_discs = 1;
}

static void link_slices(Build *b, PNode *n)
{
	if (n->slices)
		usual_slicing(n);
	for (PNode *s = n->slices; s; s = s->next_slice) {
		s->matches = ARENA_ARRAY(b->a, Match, n->n_discs + 1);
		s->n_matches = 0;
		for (size_t i = 0; i < n->n_discs; i++)
			s->matches[s->n_matches++] = match_of(b, s, &n->discs[i]);
	}
}

static const PNode *by_id(const PNode *n, Str id)
{
	Str rest = str_cut(id, '.', &(Str){ NULL, 0 });
	while (rest.n && n) {
		Str part;
		rest = str_cut(rest, '.', &part);
		n = profile_child(n, part);
	}
	return n;
}

static void link(Build *b, PNode *n)
{
	if (n->reference.n)
		n->same = by_id(b->p->root, n->reference);
	link_slices(b, n);
	for (PNode *c = n->children; c; c = c->next)
		link(b, c);
	for (PNode *s = n->slices; s; s = s->next_slice)
		link(b, s);
}

void profile_build(ProfileSet *set, Arena *a, Profile *p)
{
	Build b = { .set = set, .a = a, .p = p };
	JVal snapshot = JGET(JGET(p->sd, "snapshot"), "element"), more = JGET(JGET(p->sd, "differential"), "element");
	const Profile *base = NULL;
	if (!json_count(snapshot)) {
		Str url = JSTR(p->sd, "baseDefinition", a);
		base = profile_find(set, url);
		p->incomplete = url.n && (!base || base->incomplete || base == p);
	}
	p->root = base && base->root ? clone(&b, base->root) : new_node(&b, p->type, STR_END);
	if (!p->root)
		return;
	apply(&b, json_count(snapshot) ? snapshot : more);
	const PNode *url = profile_child(p->root, S("url"));
	p->modifier = json_bool(JGET(json_at(json_count(snapshot) ? snapshot : more, 0), "isModifier"), false);
	if (url && json_is(url->fixed, J_STRING) && str_eq(p->type, S("Extension")))
		p->url = json_str(url->fixed, a);
	link(&b, p->root);
	p->incomplete = p->incomplete || b.nodes > PROFILE_NODES_MAX;
}
