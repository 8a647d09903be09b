/* The one list of ways in which something can fail. Each has an HTTP status, the FHIR issue type
 * (http://hl7.org/fhir/issue-type) and, for people, the message key `error.<name>` in i18n/. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/str.h"

/*      name             status  FHIR issue type */
#define ERR_LIST(X)                                 \
	X(OK, 200, "informational")                 \
	X(ERR_SYNTAX, 400, "structure")             \
	X(ERR_BAD_REQUEST, 400, "invalid")          \
	X(ERR_INVALID, 422, "invariant")            \
	X(ERR_SIGN_IN, 401, "login")                \
	X(ERR_FORBIDDEN, 403, "forbidden")          \
	X(ERR_NOT_FOUND, 404, "not-found")          \
	X(ERR_METHOD, 405, "not-supported")         \
	X(ERR_NOT_ACCEPTABLE, 406, "not-supported") \
	X(ERR_CONFLICT, 409, "conflict")            \
	X(ERR_GONE, 410, "deleted")                 \
	X(ERR_VERSION, 412, "conflict")             \
	X(ERR_TOO_LARGE, 413, "too-long")           \
	X(ERR_MEDIA_TYPE, 415, "not-supported")     \
	X(ERR_TOO_MANY, 429, "throttled")           \
	X(ERR_INTERNAL, 500, "exception")           \
	X(ERR_NOT_SUPPORTED, 501, "not-supported")  \
	X(ERR_BUSY, 503, "transient")               \
	X(ERR_AGAIN, 503, "transient")              \
	X(ERR_IO, 500, "exception")

typedef enum Err {
#define X(name, status, issue) name,
	ERR_LIST(X)
#undef X
} Err;

int err_status(Err e);
Str err_issue_type(Err e);
/* "not_found" for ERR_NOT_FOUND: the end of the message key. */
Str err_name(Err e);

/* Returns the error of `call` from the calling function, if any. */
#define TRY(call)                        \
	do {                             \
		Err try_err_ = (call);   \
		if (try_err_ != OK)      \
			return try_err_; \
	} while (0)

#endif
