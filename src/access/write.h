/* Steps of writing. Private to the access room. */
#ifndef ACCESS_WRITE_H
#define ACCESS_WRITE_H

#include "access/visit.h"

/* A resource that came in: parsed, valid, of a known type and category. */
typedef struct Input {
	FhirType type;
	JVal json;
	Str rest; /* body_rest */
	Mark mark;
} Input;

/* Adds an issue and gives e. */
NODISCARD Err refuse(Visit *v, Err e, Str expression, const char *why);
/* ERR_FORBIDDEN, with an issue, when the visitor may not write this. p NULL: outside dossiers. */
NODISCARD Err may_write(Visit *v, const Person *p, Part part, FhirType type, Str id, JVal json, Category c);

#endif
