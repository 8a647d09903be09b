#include "fhir/reference.h"
#include "fhir/tables.h"

bool fhir_id_ok(Str id)
{
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];
		if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '.')
			return false;
	}
	return id.n >= 1 && id.n <= 64;
}

static bool no_space(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ')
			return false;
	return true;
}

static Str last_part(Str s, Str *before)
{
	size_t i = s.n;
	while (i && s.p[i - 1] != '/')
		i--;
	*before = str_upto(s, i ? i - 1 : 0);
	return str_from(s, i);
}

/* Type/id or Type/id/_history/version at the end of the text. *base is what stands before it. */
static bool parse_tail(Str text, Reference *out, Str *base)
{
	Str before, rest;
	Str id = last_part(text, &before);
	Str type = last_part(before, &rest);
	Str version = { NULL, 0 };
	if (str_eq(type, S("_history"))) {
		version = id;
		id = last_part(rest, &before);
		type = last_part(before, &rest);
		if (!fhir_id_ok(version))
			return false;
	}
	FhirType t = fhir_type(type);
	if (t == FT_NONE || !fhir_id_ok(id))
		return false;
	out->type = t;
	out->id = id;
	out->version = version;
	*base = str_upto(text, (size_t)(type.p - text.p));
	return true;
}

static bool has_scheme(Str s)
{
	ptrdiff_t colon = str_chr(s, ':');
	for (ptrdiff_t i = 0; i < colon; i++) {
		char c = s.p[i];
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
		if (!letter && (i == 0 || (!(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.')))
			return false;
	}
	return colon > 0;
}

bool reference_parse(Str text, Reference *out)
{
	*out = (Reference){ .kind = REF_NONE };
	Str base, type;
	if (!text.n || !no_space(text))
		return false;
	if (text.p[0] == '#') {
		out->kind = REF_CONTAINED;
		out->id = str_from(text, 1);
		return out->id.n == 0 || fhir_id_ok(out->id);
	}
	if (str_starts(text, S("urn:"))) {
		out->kind = REF_URN;
		return text.n > 4;
	}
	if (has_scheme(text)) {
		out->kind = REF_ABSOLUTE;
		if (!parse_tail(text, out, &base) || base.n == 0)
			out->type = FT_NONE;
		return true;
	}
	Str query = str_cut(text, '?', &type);
	if (query.p) {
		out->type = fhir_type(type);
		out->kind = REF_CONDITIONAL;
		out->query = query;
		return out->type != FT_NONE && query.n > 0;
	}
	out->kind = REF_RELATIVE;
	return parse_tail(text, out, &base) && base.n == 0;
}

void reference_each(JVal v, void (*fn)(void *ctx, JVal reference_string), void *ctx)
{
	for (JIter it = json_iter(v); json_next(&it);) {
		if (json_is(it.value, J_STRING) && str_eq(it.key, S("reference")))
			fn(ctx, it.value);
		else if (json_is(it.value, J_OBJECT) || json_is(it.value, J_ARRAY))
			reference_each(it.value, fn, ctx);
	}
}

/* --- rewriting: one walk beside the definitions, copying the text and replacing what `map` knows ------------------ */
typedef struct Rewrite {
	Arena *arena;
	Buf out;
	const char *text; /* of the document */
	size_t copied;    /* up to here the text is in `out` */
	Str (*map)(void *ctx, Str text);
	void *ctx;
} Rewrite;

/* Puts text, as a JSON string, where the string value stood. */
static void replace(Rewrite *r, JVal v, Str text)
{
	size_t from = v.node->at - 1;
	buf_add(&r->out, str_n(r->text + r->copied, from - r->copied));
	buf_add(&r->out, json_quote(r->arena, text));
	r->copied = from + v.node->len + 2;
}

static void rewrite_string(Rewrite *r, JVal v)
{
	Str to = r->map(r->ctx, json_str(v, r->arena));
	if (to.p)
		replace(r, v, to);
}

/* The value of the next href or src attribute at or behind `from`; false when there is none. */
static bool next_link(Str html, size_t from, size_t *at, size_t *len)
{
	for (size_t i = from; i + 6 < html.n; i++) {
		size_t name = str_starts(str_from(html, i), S("href="))  ? 5
		              : str_starts(str_from(html, i), S("src=")) ? 4
		                                                         : 0;
		char quote = html.p[i + name];
		if (!name || (quote != '"' && quote != '\''))
			continue;
		ptrdiff_t end = str_chr(str_from(html, i + name + 1), quote);
		if (end < 0)
			return false;
		*at = i + name + 1;
		*len = (size_t)end;
		return true;
	}
	return false;
}

static void rewrite_narrative(Rewrite *r, JVal v)
{
	Str html = json_str(v, r->arena);
	Buf b = { 0 };
	size_t done = 0, at, len;
	for (size_t from = 0; next_link(html, from, &at, &len); from = at + len) {
		Str to = r->map(r->ctx, str_n(html.p + at, len));
		if (!to.p)
			continue;
		if (!b.arena)
			b = buf_new(r->arena, html.n + 64, 0);
		buf_add(&b, str_n(html.p + done, at - done));
		buf_add(&b, to);
		done = at + len;
	}
	if (!b.arena)
		return;
	buf_add(&b, str_from(html, done));
	replace(r, v, buf_str(&b));
}

static void rewrite_primitive(Rewrite *r, const FhirDef *d, JVal v)
{
	switch ((Primitive)d->primitive) {
	case PRIM_URI:
	case PRIM_URL:
	case PRIM_OID:
	case PRIM_UUID:
		if (str_starts(json_str(v, r->arena), S("urn:")))
			rewrite_string(r, v);
		break;
	case PRIM_XHTML:
		rewrite_narrative(r, v);
		break;
	case PRIM_NONE:
	case PRIM_BASE64BINARY:
	case PRIM_BOOLEAN:
	case PRIM_CANONICAL:
	case PRIM_CODE:
	case PRIM_DATE:
	case PRIM_DATETIME:
	case PRIM_DECIMAL:
	case PRIM_ID:
	case PRIM_INSTANT:
	case PRIM_INTEGER:
	case PRIM_MARKDOWN:
	case PRIM_POSITIVEINT:
	case PRIM_STRING:
	case PRIM_TIME:
	case PRIM_UNSIGNEDINT:
		break;
	}
}

static void rewrite_object(Rewrite *r, const FhirDef *d, JVal v)
{
	if (d->kind == DEF_ANY_RESOURCE)
		d = &fhir_defs[fhir_type(JSTR(v, "resourceType", r->arena))];
	for (JIter it = json_iter(v); json_next(&it);) {
		bool sibling = it.key.n && it.key.p[0] == '_';
		const FhirElement *e = d->count ? fhir_element(d, sibling ? str_from(it.key, 1) : it.key) : NULL;
		bool reference = json_is(it.value, J_STRING) && str_eq(it.key, S("reference"));
		if (reference)
			rewrite_string(r, it.value);
		if (!e || reference)
			continue;
		for (JIter each = json_each(it.value); json_next(&each);) {
			if (json_is(each.value, J_OBJECT))
				rewrite_object(r, &fhir_defs[e->def], each.value);
			else if (json_is(each.value, J_STRING))
				rewrite_primitive(r, &fhir_defs[e->def], each.value);
		}
	}
}

Str reference_rewrite(Arena *a, JVal resource, Str (*map)(void *ctx, Str text), void *ctx)
{
	Str raw = json_raw(resource);
	if (!json_is(resource, J_OBJECT))
		return raw;
	Rewrite r = { .arena = a, .text = resource.doc->text.p, .copied = resource.node->at, .map = map, .ctx = ctx };
	size_t end = resource.node->at + raw.n;
	r.out = buf_new(a, raw.n + 256, JSON_MAX);
	rewrite_object(&r, &fhir_defs[fhir_def_any], resource);
	buf_add(&r.out, str_n(r.text + r.copied, end - r.copied));
	return buf_str(&r.out);
}
