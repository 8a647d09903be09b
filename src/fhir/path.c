/* Walking compiled paths over a resource. */
#include "fhir/path.h"
#include "fhir/reference.h"

void extract_emit(Extract *x, SearchValue v)
{
	v.param = x->param;
	x->count++;
	x->fn(x->ctx, &v);
}

static uint16_t reads_primitive(Primitive p)
{
	switch (p) {
	case PRIM_BOOLEAN:
		return READS_BOOLEAN;
	case PRIM_CODE:
		return READS_CODED;
	case PRIM_CANONICAL:
	case PRIM_OID:
	case PRIM_URI:
	case PRIM_URL:
	case PRIM_UUID:
		return READS_CANONICAL;
	case PRIM_DATE:
	case PRIM_DATETIME:
	case PRIM_INSTANT:
		return READS_MOMENT;
	case PRIM_ID:
	case PRIM_MARKDOWN:
	case PRIM_STRING:
	case PRIM_XHTML:
		return READS_TEXT;
	case PRIM_NONE:
	case PRIM_BASE64BINARY:
	case PRIM_DECIMAL:
	case PRIM_INTEGER:
	case PRIM_POSITIVEINT:
	case PRIM_TIME:
	case PRIM_UNSIGNEDINT:
		break;
	}
	return 0;
}

uint16_t reads_def(const FhirDef *d)
{
	switch ((Special)d->special) {
	case SPECIAL_CODEABLECONCEPT:
	case SPECIAL_CODING:
		return READS_CODED;
	case SPECIAL_IDENTIFIER:
		return READS_IDENTIFIER;
	case SPECIAL_CONTACTPOINT:
		return READS_CONTACT;
	case SPECIAL_ADDRESS:
	case SPECIAL_HUMANNAME:
		return READS_TEXT;
	case SPECIAL_REFERENCE:
		return READS_REFERENCE;
	case SPECIAL_PERIOD:
	case SPECIAL_TIMING:
		return READS_PERIOD;
	case SPECIAL_MONEY:
	case SPECIAL_QUANTITY:
	case SPECIAL_RANGE:
	case SPECIAL_SAMPLEDDATA:
		return READS_RANGE;
	case SPECIAL_NONE:
	case SPECIAL_ATTACHMENT:
	case SPECIAL_EXTENSION:
		break;
	}
	return reads_primitive((Primitive)d->primitive);
}

static size_t length(const uint16_t *pc)
{
	switch ((PathOp)*pc) {
	case PATH_STOP:
		return 0;
	case PATH_TRUTH:
		return 1;
	case PATH_NAME:
	case PATH_IS:
		return 2;
	case PATH_EQUAL:
	case PATH_END:
	case PATH_ITEM:
		return 3;
	case PATH_TUPLE:
		return 2 + 3U * pc[1];
	}
	return 0;
}

const uint16_t *path_end(const uint16_t *pc)
{
	while (*pc != PATH_END && *pc != PATH_TRUTH && *pc != PATH_TUPLE)
		pc += length(pc);
	return pc;
}

const uint16_t *path_next(const uint16_t *pc)
{
	const uint16_t *end = path_end(pc);
	if (*end == PATH_TRUTH) /* PATH_END stands behind it */
		end = path_end(end + 1);
	return end + length(end);
}

static bool points_to(const Extract *x, JVal ref, FhirType type)
{
	Reference r;
	Str text = JSTR(ref, "reference", x->arena);
	if (text.p && reference_parse(text, &r)) {
		if (r.kind == REF_URN)
			return true; /* not resolved yet */
		if (r.kind == REF_CONTAINED)
			for (JIter it = json_each(JGET(x->root, "contained")); json_next(&it);)
				if (json_str_is(JGET(it.value, "id"), r.id))
					return json_str_is(JGET(it.value, "resourceType"), fhir_type_name(type));
		if (r.type != FT_NONE)
			return r.type == type;
	}
	return json_str_is(JGET(ref, "type"), fhir_type_name(type));
}

/* Runs one path from pc on v. */
static void run(Extract *x, const uint16_t *pc, JVal v)
{
	for (;;) {
		switch ((PathOp)*pc) {
		case PATH_STOP:
			return;
		case PATH_NAME:
			v = json_get(v, str_c(fhir_names + pc[1]));
			if (!v.node)
				return;
			if (!json_is(v, J_ARRAY))
				break;
			for (JIter it = json_each(v); json_next(&it);)
				run(x, pc + 2, it.value);
			return;
		case PATH_ITEM:
			v = json_at(json_get(v, str_c(fhir_names + pc[1])), pc[2]);
			break;
		case PATH_EQUAL:
			if (!json_str_is(json_get(v, str_c(fhir_names + pc[1])), str_c(fhir_names + pc[2])))
				return;
			break;
		case PATH_IS:
			if (!points_to(x, v, (FhirType)pc[1]))
				return;
			break;
		case PATH_TRUTH:
			extract_emit(
			    x, (SearchValue){ .element = v, .code = json_is(v, J_FALSE) ? S("false") : S("true") });
			return;
		case PATH_END:
			if (v.node && !json_is(v, J_NULL))
				extract_value(x, &fhir_defs[pc[1]], &fhir_bindings[pc[2]], v);
			return;
		case PATH_TUPLE:
			if (x->tuple && v.node)
				x->tuple(x->ctx, &(Tuple){ pc + 2, pc[1], v, x->root });
			return;
		}
		pc += length(pc);
	}
}

void path_run(Extract *x, const uint16_t *program, JVal v)
{
	for (const uint16_t *pc = program; pc && *pc != PATH_STOP; pc = path_next(pc))
		run(x, pc, v);
}

void search_extract(const SearchParam *p, JVal resource, Arena *a, void (*fn)(void *ctx, const SearchValue *v),
                    void *ctx)
{
	Extract x = { .param = p, .root = resource, .arena = a, .fn = fn, .ctx = ctx };
	path_run(&x, p->path, resource);
	if (!x.count && fhir_params[p->number - 1].flags & PARAM_FLAG_TRUTH)
		extract_emit(&x, (SearchValue){ .code = S("false") });
}

void path_tuples(const SearchParam *p, JVal resource, Arena *a, void (*fn)(void *ctx, const Tuple *t), void *ctx)
{
	Extract x = { .param = p, .root = resource, .arena = a, .tuple = fn, .ctx = ctx };
	path_run(&x, p->path, resource);
}

void tuple_values(const Tuple *t, size_t i, Arena *a, void (*fn)(void *ctx, const SearchValue *v), void *ctx)
{
	const uint16_t *part = t->parts + 3 * i;
	Extract x = { .param = search_param_numbered(part[0]), .root = t->root, .arena = a, .fn = fn, .ctx = ctx };
	path_run(&x, &fhir_program[part[2]], part[1] ? t->root : t->element);
}
