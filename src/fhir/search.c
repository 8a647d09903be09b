/* Search parameters as one table, and extraction of their values by the compiled paths. */
#include "fhir/search.h"
#include <pthread.h>

#include "fhir/extract.h"
#include "fhir/path.h"
#include "fhir/reference.h"
#include "fhir/tables.h"

enum { PARAMS_MAX = 4096 };

static SearchParam params[PARAMS_MAX];
static const SearchParam *param_list[PARAMS_MAX];
static pthread_once_t params_once = PTHREAD_ONCE_INIT;

static uint16_t reads_of(const uint16_t *pc)
{
	uint16_t reads = 0;
	for (; pc && *pc != PATH_STOP; pc = path_next(pc)) {
		const uint16_t *end = path_end(pc);
		if (*end == PATH_TRUTH)
			reads |= READS_BOOLEAN;
		if (*end == PATH_END)
			reads |= reads_def(&fhir_defs[end[1]]);
	}
	return reads;
}

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
			.reads = p->program ? reads_of(&fhir_program[p->program]) : 0,
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

Compartment compartment_of(FhirType type)
{
	static const FhirType types[] = {
		[COMPARTMENT_PATIENT] = FT_PATIENT,
		[COMPARTMENT_ENCOUNTER] = FT_ENCOUNTER,
		[COMPARTMENT_RELATEDPERSON] = FT_RELATEDPERSON,
		[COMPARTMENT_PRACTITIONER] = FT_PRACTITIONER,
		[COMPARTMENT_DEVICE] = FT_DEVICE,
	};
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (types[i] == type)
			return (Compartment)i;
	return COMPARTMENT_COUNT;
}

const SearchParam *const *compartment_params(Compartment c, FhirType type, Arena *a, size_t *n)
{
	pthread_once(&params_once, make_params);
	const uint16_t *first = fhir_member_first + (size_t)c * (FT_COUNT + 1) + type;
	const SearchParam **out = ARENA_ARRAY(a, const SearchParam *, first[1] - first[0] + 1);
	*n = first[1] - first[0];
	for (size_t i = 0; i < *n; i++)
		out[i] = &params[fhir_member[first[0] + i] - 1];
	return out;
}

const SearchParam *search_param_numbered(uint16_t number)
{
	pthread_once(&params_once, make_params);
	return &params[number - 1];
}

size_t search_components(const SearchParam *p, const SearchParam *out[SEARCH_PARTS])
{
	if (p->kind != PARAM_COMPOSITE || !p->path)
		return 0;
	const uint16_t *end = path_end(p->path);
	for (size_t i = 0; i < end[1]; i++)
		out[i] = search_param_numbered(end[2 + 3 * i]);
	return end[1];
}
