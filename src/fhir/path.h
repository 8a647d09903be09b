/* Compiled paths (tables.h, enum PathOp) and walking them. Private to the fhir room. */
#ifndef FHIR_PATH_H
#define FHIR_PATH_H

#include "fhir/extract.h"

/* What the elements at the end of a parameter's paths can be (SearchParam.reads). */
enum {
	READS_BOOLEAN = 1,
	READS_CODED = 2, /* code, Coding, CodeableConcept */
	READS_IDENTIFIER = 4,
	READS_CONTACT = 8,
	READS_TEXT = 16,      /* string, id, markdown */
	READS_CANONICAL = 32, /* canonical, uri, url */
	READS_REFERENCE = 64, /* Reference */
	READS_PERIOD = 128,   /* Period, Timing: as long as they like */
	READS_RANGE = 256,    /* Range, SampledData, and quantities, which may have a comparator */
	READS_MOMENT = 512,   /* date, dateTime, instant */
};
uint16_t reads_def(const FhirDef *d);

/* The path behind the one at pc. */
const uint16_t *path_next(const uint16_t *pc);
/* The last step of the path at pc: PATH_END, PATH_TRUTH or PATH_TUPLE. */
const uint16_t *path_end(const uint16_t *pc);
/* Runs all paths of a program on v. */
void path_run(Extract *x, const uint16_t *program, JVal v);

/* An element of a composite parameter. */
typedef struct Tuple {
	const uint16_t *parts; /* triples: parameter, in the whole resource, program */
	size_t count;
	JVal element, root;
} Tuple;
/* Calls fn for each element of a composite parameter. */
void path_tuples(const SearchParam *p, JVal resource, Arena *a, void (*fn)(void *ctx, const Tuple *t), void *ctx);
/* The values of component i in it. */
void tuple_values(const Tuple *t, size_t i, Arena *a, void (*fn)(void *ctx, const SearchValue *v), void *ctx);

const SearchParam *search_param_numbered(uint16_t number);

#endif
