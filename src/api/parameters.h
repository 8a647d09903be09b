/* What an operation is asked with: the pairs of the query, and the members of a Parameters resource in the body. */
#ifndef API_PARAMETERS_H
#define API_PARAMETERS_H

#include "api/call.h"

typedef struct Parameters {
	Pair *list; /* name and text of the value; a reference: its text */
	size_t n;
	JVal resource; /* the Parameters of the body; no node: none */
} Parameters;

/* Query first, then body. False: *wrong is the reply (the body is no Parameters resource). */
NODISCARD bool parameters_read(Call *c, Parameters *out, Reply *wrong);
/* First value; absent when there is none. */
Str parameter(const Parameters *p, Str name);
/* The n-th value with that name (from 0); absent when there are not so many. */
Str parameter_at(const Parameters *p, Str name, size_t n);
/* The value[x] or resource of a member of the body; absent when there is none. */
JVal parameter_json(const Parameters *p, Str name);
/* Types named by `_type` ("Goal,Task", also several times). False: *wrong says which is none. */
NODISCARD bool parameter_types(Call *c, const Parameters *p, TypeSet *out, bool *any, Reply *wrong);
/* An instant or a dateTime; *out untouched when absent. False: *wrong is the reply. */
NODISCARD bool parameter_moment(Call *c, const Parameters *p, Str name, Moment *out, bool *given, Reply *wrong);

#endif
