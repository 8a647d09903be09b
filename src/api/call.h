/* What every operation of the FHIR face works with. Private to the api room.
 * An operation is one file with one const struct Operation, listed once in operations.c. */
#ifndef API_CALL_H
#define API_CALL_H

#include "access/authn.h"
#include "api/api.h"
#include "api/notify.h"
#include "api/streams.h"
#include "fhir/reference.h"

typedef struct Call Call;

/* Interactions of the FHIR REST specification; the CapabilityStatement is made from them. */
typedef enum Interaction {
	INT_CAPABILITIES,
	INT_READ,
	INT_VREAD,
	INT_CREATE,
	INT_UPDATE,
	INT_UPDATE_CONDITIONAL,
	INT_PATCH,
	INT_PATCH_CONDITIONAL,
	INT_DELETE,
	INT_DELETE_CONDITIONAL,
	INT_HISTORY_INSTANCE,
	INT_HISTORY_TYPE,
	INT_HISTORY_SYSTEM,
	INT_SEARCH,
	INT_SEARCH_POST,
	INT_SEARCH_COMPARTMENT,
	INT_SEARCH_SYSTEM,
	INT_BUNDLE,
	INT_OPERATION, /* FHIR writes these with "$" */
	INT_ASYNC,     /* where a request that takes its time is answered: state, result, end */
} Interaction;

typedef struct Operation {
	Method method;
	Str path;  /* "/fhir/{type}/{id}": {type} is a resource type, {compartment} one that has a compartment, {id} and
	              {version} are one segment each */
	Str route; /* method and path, for the access log */
	Interaction interaction;
	bool open;    /* needs no sign-in */
	bool offered; /* false: the answer is 501 with the reason */
	bool ndjson;  /* takes or gives NDJSON too */
	Reply (*handle)(Call *c);
	Str summary;    /* what it does, one English sentence: for OpenAPI and the page at /fhir */
	Str name;       /* INT_OPERATION: "everything" */
	Str definition; /* INT_OPERATION: canonical url of its OperationDefinition */
	Str gives;      /* media type of the answer when it is not FHIR JSON; absent else */
} Operation;
extern const Operation *const operations[];
extern const size_t operations_count;

typedef enum Return { RETURN_REPRESENTATION, RETURN_MINIMAL, RETURN_OUTCOME } Return;

struct Api {
	Records *records;
	Arena *arena;
	Str base;     /* "http://127.0.0.1:8080/fhir" */
	Str metadata; /* the CapabilityStatement */
	Str openapi;  /* the OpenAPI document */
	Notifier notifier;
	Streams *streams;
	struct Bulk *bulk;
};

struct Call {
	Api *api;
	Request *req;
	Arena *a;
	const Operation *op;
	FhirType type;
	Str type_name, id, version;
	Str around; /* {compartment}: "Practitioner" */
	Session session;
	Visit *visit;
	Return prefer;
	bool strict; /* Prefer: handling=strict */
	bool async;  /* Prefer: respond-async */
	bool pretty;
	bool in_bundle;  /* an entry of a batch or transaction: whoever runs it finishes the visit */
	Str reserved_id; /* transaction: the id that this create was given before */
	Millis updated;  /* of the version that the reply is about; 0: none */
	bool relative;   /* the write changes whatever is there: when somebody was faster, run it anew on theirs */
	int attempt;     /* 0 …: how often this request was run before; see ERR_AGAIN */
};

/* ---- dispatch (api.c) ---- */
/* Finds the operation of a request, without running it: OK, ERR_NOT_FOUND (no such path), ERR_METHOD. */
NODISCARD Err api_match(Call *c);
/* Runs one entry of a bundle as a request of its own with the visitor of `parent`, inside `visit`. */
Reply api_run_entry(const Call *parent, Request *r, Visit *visit, Str reserved_id, Millis *updated);

/* What the request looked at changed before it could write: the whole request once more, in a new visit. A loser of
 * such a race means that somebody else got on, so a few times are enough; then it is 503. */
enum { AGAIN_MAX = 10 };
Reply api_again(const Call *c);

/* ---- replies (reply.c) ---- */
/* The visit could not be finished after all: this goes out instead. `arg` is the Call. */
Reply finish_failed(void *arg, Err e);
/* A FHIR reply with the visit to finish; `body` absent: no content. */
Reply reply_fhir(Call *c, int status, Str body);
/* An OperationOutcome. Writes that the visit has gathered are dropped. */
Reply reply_outcome(Call *c, int status, const Outcome *o);
/* One issue. `fmt` is English, one sentence, without care content. */
Reply reply_fail(Call *c, Err e, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* What the door said: its issues, or else a sentence for `e` about `type/id` of the call. */
Reply reply_refused(Call *c, Err e);
/* ETag, Last-Modified of one version. */
void reply_version(Call *c, Reply *r, int32_t version, Millis updated);
/* The answer to a write as Prefer asks: the resource, nothing or an outcome. `status` 200 or 201. */
Reply reply_written(Call *c, int status, FhirType type, Str id);
/* Same path for reads: 200 with the body as stored, or 304. */
Reply reply_record(Call *c, const Rec *rec);
/* Parses the request's body as one resource of the call's type. On error *out is the reply. */
NODISCARD bool body_resource(Call *c, JVal *resource, Reply *out);
/* If-Match: W/"3" → 3; 0 when absent or "*" (whatever is there). ERR_BAD_REQUEST when it is something else. */
NODISCARD Err if_match(const Request *r, int32_t *version);
/* A version from an ETag text. */
NODISCARD bool etag_version(Str etag, int32_t *version);
/* JSON with line breaks and indentation, for people. */
Str json_pretty(Arena *a, JVal v);

#endif
