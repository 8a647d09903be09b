/* Search parameters as one table, and extraction of their values by the compiled paths. */
#include "fhir/search.h"
#include <pthread.h>

#include "fhir/extract.h"
#include "fhir/reference.h"
#include "fhir/tables.h"

enum { PARAMS_MAX = 4096 };

static SearchParam params[PARAMS_MAX];
static const SearchParam *param_list[PARAMS_MAX];
static pthread_once_t params_once = PTHREAD_ONCE_INIT;

static void make_params(void)
{
	for (unsigned i = 0; i < fhir_param_count && i < PARAMS_MAX; i++) {
		const FhirParam *p = &fhir_params[i];
		params[i] = (SearchParam){
			.number = (uint16_t)(i + 1),
			.type = (FhirType)p->type,
			.kind = (ParamKind)p->kind,
			.code = str_c(fhir_names + p->code),
			.expression = str_c(fhir_texts + p->expression),
			.indexed = (p->flags & PARAM_FLAG_INDEXED) != 0,
			.path = p->program ? &fhir_program[p->program] : NULL,
			.targets = fhir_targets[p->targets],
		};
		param_list[i] = &params[i];
	}
}

const SearchParam *const *search_params(FhirType type, size_t *n)
{
	pthread_once(&params_once, make_params);
	*n = (size_t)(fhir_param_first[type + 1] - fhir_param_first[type]);
	return param_list + fhir_param_first[type];
}

const SearchParam *search_param(FhirType type, Str code)
{
	size_t n;
	const SearchParam *const *list = search_params(type, &n);
	size_t low = 0;
	while (low < n) {
		size_t mid = (low + n) / 2;
		int order = str_cmp(list[mid]->code, code);
		if (order == 0)
			return list[mid];
		if (order < 0)
			low = mid + 1;
		else
			n = mid;
	}
	return NULL;
}

/* --- running a path -------------------------------------------------------------------------------------------------
 */
void extract_emit(Extract *x, SearchValue v)
{
	v.param = x->param;
	x->count++;
	x->fn(x->ctx, &v);
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
			for (JIter it = json_each(json_get(v, str_c(fhir_names + pc[1]))); json_next(&it);)
				run(x, pc + 2, it.value);
			return;
		case PATH_EQUAL:
			if (!json_str_is(json_get(v, str_c(fhir_names + pc[1])), str_c(fhir_names + pc[2])))
				return;
			pc += 3;
			break;
		case PATH_IS:
			if (!points_to(x, v, (FhirType)pc[1]))
				return;
			pc += 2;
			break;
		case PATH_TRUTH:
			extract_emit(x, (SearchValue){ .code = json_is(v, J_FALSE) ? S("false") : S("true") });
			return;
		case PATH_END:
			if (v.node && !json_is(v, J_NULL))
				extract_value(x, &fhir_defs[pc[1]], &fhir_bindings[pc[2]], v);
			return;
		}
	}
}

static const uint16_t *next_path(const uint16_t *pc)
{
	for (;;) {
		switch ((PathOp)*pc) {
		case PATH_STOP:
			return pc;
		case PATH_NAME:
		case PATH_IS:
			pc += 2;
			break;
		case PATH_EQUAL:
			pc += 3;
			break;
		case PATH_TRUTH:
			pc++;
			break;
		case PATH_END:
			return pc + 3;
		}
	}
}

void search_extract(const SearchParam *p, JVal resource, Arena *a, void (*fn)(void *ctx, const SearchValue *v),
                    void *ctx)
{
	Extract x = { .param = p, .root = resource, .arena = a, .fn = fn, .ctx = ctx };
	for (const uint16_t *pc = p->path; pc && *pc != PATH_STOP; pc = next_path(pc))
		run(&x, pc, resource);
	if (!x.count && fhir_params[p->number - 1].flags & PARAM_FLAG_TRUTH)
		extract_emit(&x, (SearchValue){ .code = S("false") });
}

/* --- the person of a resource ----------------------------------------------------------------------------------------
 */
typedef struct Finding {
	bool only_patients; /* the parameter points to nothing but patients */
	Str found;
} Finding;

static bool is_patient(Str text, bool urn)
{
	Reference r;
	return reference_parse(text, &r) &&
	       (((r.kind == REF_RELATIVE || r.kind == REF_CONDITIONAL) && r.type == FT_PATIENT) ||
	        (urn && r.kind == REF_URN));
}

static void find_patient(void *ctx, const SearchValue *v)
{
	Finding *f = ctx;
	if (!f->found.p && is_patient(v->code, f->only_patients))
		f->found = v->code;
}

Str compartment_patient(JVal resource, FhirType type, Arena *a)
{
	static const Str primary[] = { S_INIT("subject"), S_INIT("patient"), S_INIT("for"), S_INIT("individual"),
		                       S_INIT("beneficiary") };
	pthread_once(&params_once, make_params);
	if (type == FT_NONE || type == FT_PATIENT)
		return (Str){ NULL, 0 };
	for (size_t i = 0; i < COUNT_OF(primary); i++) {
		Str text = JSTR(json_get(resource, primary[i]), "reference", a);
		if (text.p && is_patient(text, true))
			return text;
	}
	Finding f = { .found = { NULL, 0 } };
	for (unsigned i = fhir_compartment_first[type]; i < fhir_compartment_first[type + 1] && !f.found.p; i++) {
		const SearchParam *p = &params[fhir_compartment[i] - 1];
		TypeSet rest = p->targets;
		rest.bits[FT_PATIENT / 64] &= ~(UINT64_C(1) << FT_PATIENT % 64);
		f.only_patients = typeset_has(&p->targets, FT_PATIENT) && typeset_empty(&rest);
		search_extract(p, resource, a, find_patient, &f);
	}
	return f.found;
}
