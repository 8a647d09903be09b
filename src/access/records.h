/* The one door to the records. Nothing outside this room reads or writes a store.
 *
 * A Visit is one request's way through the door: it knows who comes (scope), notes what was read, gathers what will be
 * written, and is finished as a whole: reads are released and writes acknowledged only when the audit entries (and the
 * writes) are durable in one transaction. The server finishes the visit of a request by visit_pending; commands use
 * visit_commit.
 *
 * What a user may not see does not exist: ERR_NOT_FOUND, never ERR_FORBIDDEN, for anything in a dossier without
 * relation. */
#ifndef ACCESS_RECORDS_H
#define ACCESS_RECORDS_H

#include "access/scope.h"
#include "base/err.h"
#include "base/time.h"
#include "fhir/outcome.h"
#include "fhir/search.h"
#include "fhir/types.h"

typedef struct Records Records; /* one per process; thread-safe */
typedef struct Visit Visit;     /* one per request; in its arena; one thread at a time */

typedef struct RecordsOptions {
	Str dir;
	bool read_only, must_be_new;
	Str profiles; /* that every write is held to: canonical urls, with commas between them; see definitions_require
	               */
} RecordsOptions;
NODISCARD Err records_open(const RecordsOptions *o, Records **out, char *why, size_t why_n);
void records_close(Records *r);
void records_thread_end(Records *r);
/* This thread reads much, each row once: it needs little memory for that. */
void records_thread_light(Records *r);
/* The data folder; lives as long as the records. */
Str records_dir(const Records *r);
bool records_read_only(const Records *r);

/* ---- kinds of information, the unit of consent (02-together §1) ---- */
typedef enum Category {
	CAT_IDENTITY, /* who the person is: name, contact; with every relation */
	CAT_STORY,    /* story and values, conversations */
	CAT_GOALS,    /* goals and plan, actions, evaluations */
	CAT_NOTES,    /* daily notes and messages */
	CAT_MEDICAL,
	CAT_PSYCHOLOGICAL,
	CAT_SOCIAL,
	CAT_MONEY,    /* money and housing */
	CAT_NETWORK,  /* team, relatives, ecogram */
	CAT_MEETINGS, /* meeting minutes */
	CAT_CONTROL,  /* consents and the like: the person, representatives, the coordinator */
} Category;
enum { CAT_COUNT = CAT_CONTROL + 1, CAT_ALL = (1 << CAT_COUNT) - 1 };
Str category_name(
    Category c); /* "story": code of https://samendoel.org/fhir/CodeSystem/category and end of message keys */
/* By type, then by a category coding of that code system in meta.security, Goal.category, Communication.category, … */
Category category_of(FhirType type, JVal resource);

/* ---- relation of a user to a person ---- */
typedef enum RelationKind {
	REL_NONE,
	REL_SELF,
	REL_REPRESENTATIVE,
	REL_TEAM,
	REL_RELATED,
	REL_SYSTEM,
	REL_NEW
} RelationKind;
typedef struct Relation {
	RelationKind kind;
	uint32_t read, write; /* bits 1 << Category */
	bool coordinator;     /* of the care team, or the person appointed them */
	bool secrecy;         /* bound by professional secrecy */
	Str role_text; /* "thuisverpleegkundige": CareTeam.participant.role.text or RelatedPerson.relationship text */
	Str member;    /* the FHIR reference through which: "Practitioner/…" */
	Millis since, until; /* 0: open */
	Str rule; /* name of the rule that decided: "self", "team-secrecy", "team-consent", "related-consent", … ;
	             message key access.why.<rule> says it in words */
} Relation;

/* ---- a record ---- */
typedef struct Rec {
	FhirType type;
	Str id;
	int32_t version;
	Millis updated;
	bool deleted;
	Str body;   /* JSON text */
	JVal json;  /* parsed (in the visit's arena); for visit_read only when asked: see rec_json */
	Str person; /* id of the Patient it belongs to; absent outside dossiers */
	Category category;
} Rec;
/* Parses body at first use. */
JVal rec_json(Visit *v, Rec *rec);

/* ---- a visit ---- */
Visit *visit_new(Records *r, const Scope *who, Arena *a);
const Scope *visit_scope(const Visit *v);
Arena *visit_arena(const Visit *v);
Records *visit_records(const Visit *v);
Outcome *visit_outcome(Visit *v); /* issues of refused writes */
/* Why this is done, in words; goes into the audit entry. */
void visit_reason(Visit *v, Str reason);

/* ---- reading ---- */
NODISCARD Err visit_relation(Visit *v, Str person, Relation *out);   /* ERR_NOT_FOUND when none */
NODISCARD Err visit_read(Visit *v, FhirType type, Str id, Rec *out); /* ERR_GONE when deleted */
NODISCARD Err visit_vread(Visit *v, FhirType type, Str id, int32_t version, Rec *out);
NODISCARD Err visit_history(Visit *v, FhirType type, Str id, int32_t before, size_t limit, Rec **out,
                            size_t *n); /* newest first */
/* Versions across all that the visitor may see, newest first, in pages. A version is seen when it and the resource as
 * it is now are seen. Of a type in few dossiers by reading these, else along the order of changes. Work is bounded: a
 * page can hold fewer than `count`, even none, and still have a next one. */
typedef struct HistoryQuery {
	FhirType type;      /* FT_NONE: all */
	Millis since;       /* only versions from then on; 0: all */
	Millis from, until; /* only versions that were current at some time in [from, until); until 0: all */
	size_t count;
	Str cursor; /* of an earlier page; absent: the first. ERR_BAD_REQUEST when it is not one */
} HistoryQuery;
NODISCARD Err visit_history_across(Visit *v, const HistoryQuery *q, Rec **out, size_t *n, Str *next);
/* The visible current resources of a dossier, of the types given (NULL: all), parsed, in rid order: the Patient first.
 */
NODISCARD Err visit_dossier(Visit *v, Str person, const TypeSet *types, Rec **out, size_t *n);
/* What changed in a dossier since then: visible versions, newest first. */
NODISCARD Err visit_changes(Visit *v, Str person, Millis since, size_t limit, Rec **out, size_t *n);
/* ---- searching ----
 * A query is conditions that all must hold, on resources of one type or of several. Only what the visitor may see
 * exists: for matches, chains, order, pages, totals and includes alike. */
typedef enum CondKind {
	COND_TERM,  /* term */
	COND_CHAIN, /* term.param refers to a visible resource of `type` that meets all of inner */
	COND_HAS,   /* a visible resource of `type` that meets all of inner refers to this one by term.param */
	COND_LIST,  /* one of the Lists whose ids are term.values (visible to the visitor) has it as an entry */
	COND_ALL,   /* all of inner */
	COND_ANY,   /* one of inner */
	COND_NOT,   /* not all of inner */
} CondKind;
enum { COND_DEPTH = 5, COND_MAX = 500 }; /* chains within each other; conditions in one query: api/query.c counts */
typedef struct SearchCond {
	CondKind kind;
	SearchTerm term;
	FhirType type;
	const struct SearchCond *inner;
	size_t n_inner;
} SearchCond;

typedef struct SearchSort {
	Str code; /* of a parameter that each searched type has; "_id" sorts by id */
	bool down;
} SearchSort;

/* _include: what `from` refers to by `param`; _revinclude: what refers by it to a match. */
typedef struct SearchInclude {
	bool reverse, iterate;
	FhirType from;            /* FT_NONE (with param NULL): any */
	const SearchParam *param; /* NULL: every reference parameter of `from` */
	FhirType target;          /* only these; FT_NONE: any */
} SearchInclude;

typedef enum TotalMode {
	TOTAL_ACCURATE,
	TOTAL_CHEAP,    /* when it is known anyway: inside a dossier, sorted, or all fits on the first page */
	TOTAL_ESTIMATE, /* counted up to SEARCH_COUNTED */
	TOTAL_NONE
} TotalMode;
enum {
	SEARCH_SORTED_MAX = 50000,  /* matches of a sorted search */
	SEARCH_WORK_MAX = 1000000,  /* resources looked at */
	SEARCH_COUNTED = 1000,      /* by an estimate */
	SEARCH_INCLUDED_MAX = 1000, /* a page */
	SEARCH_ROUNDS = 8,          /* of :iterate */
};

typedef struct SearchQuery {
	FhirType type; /* FT_NONE: `each` */
	Str person;    /* id of a Patient: only inside this dossier; absent: across */
	/* All must hold; either way of saying it. */
	const SearchTerm *terms;
	size_t n_terms;
	const SearchCond *conds;
	size_t n_conds;
	const SearchContext *context; /* terminology, own base; NULL: none */
	/* A query per type when `type` is FT_NONE: type, terms and conds of each count. */
	const struct SearchQuery *each;
	size_t n_each;
	/* Without: newest first inside one dossier (or for one patient that is named), else in an order of the server's
	 * own that never changes. With: ties in that order. What has no value comes last. */
	const SearchSort *sort;
	size_t n_sort;
	const SearchInclude *includes;
	size_t n_includes;
	size_t count; /* matches on a page; 0: only the total */
	TotalMode total;
	Str cursor; /* of a SearchResult with the same `words`; absent: the first page */
	Str words;  /* the search in words, for which a cursor is good */
	bool explain;
	bool guard; /* what this visit writes depends on the answer: finishing it fails with ERR_AGAIN, and writes
	               nothing, when another request changed what the answer was made of. Then run the whole request
	               anew, in a new visit. */
} SearchQuery;

typedef struct SearchCost {
	size_t estimate;   /* index entries or dossiers that the plan expected */
	size_t index_rows; /* entries read from the index */
	size_t rows;       /* resources read */
	size_t matched;    /* of these */
	size_t dossiers;   /* dossiers scanned */
	size_t relations;  /* dossiers entered: relation asked */
	int64_t us;
} SearchCost;

typedef struct SearchResult {
	Rec *recs;
	size_t n, n_matches; /* the matches come first, then what is included */
	bool has_total, all_included;
	size_t total;
	Str next, previous; /* cursors; absent: there is no such page */
	SearchCost cost;
	Str plan; /* with `explain`: English, a line per step */
} SearchResult;
/* ERR_BAD_REQUEST: a cursor that is not of this search. ERR_TOO_LARGE: past a limit; the visit's outcome says which. */
NODISCARD Err visit_find(Visit *v, const SearchQuery *q, SearchResult *out);
/* The same in short: the first page without includes. */
/* For an answer that writes nothing: has all that guarded searches of this visit looked at stayed as it was? ERR_AGAIN:
 * not, so that what they found need not be of one moment. */
NODISCARD Err visit_settled(Visit *v);
NODISCARD Err visit_search(Visit *v, const SearchQuery *q, Rec **out, size_t *n, size_t *total);

/* The persons this user has a relation with, ordered by name; cheap rows for lists. */
typedef struct PersonRow {
	Str id, name, family;
	Str birth_date;
	Relation relation;
	Str body; /* the Patient */
} PersonRow;
NODISCARD Err visit_persons(Visit *v, Str name_starts, size_t offset, size_t count, PersonRow **out, size_t *n,
                            size_t *total);

/* When this user last closed a look at this person's dossier (0: never), and setting it (part of the transaction). */
NODISCARD Err visit_last_seen(Visit *v, Str person, Millis *at);
void visit_mark_seen(Visit *v, Str person, Millis at);

/* ---- writing: kept until the visit is finished; all or nothing ---- */
/* Create: validates, gives an id, decides the home (person by compartment; directory; definitions), checks the right to
 * write its category. *id lives in the visit's arena. References to what this visit creates are fine. A new Patient
 * opens a new dossier. */
NODISCARD Err visit_create(Visit *v, Str json, Str *id);
/* The same with an id chosen outside (PUT to a new id, import). ERR_CONFLICT when it exists. */
NODISCARD Err visit_create_as(Visit *v, FhirType type, Str id, Str json);
/* A reserved id, so that resources of one visit can refer to each other before they are created with
 * visit_create_reserved. person: id of the Patient whose dossier it will be in (existing or reserved), absent for a
 * Patient, directory or definition. */
NODISCARD Err visit_reserve(Visit *v, FhirType type, Str person, Str *id);
NODISCARD Err visit_create_reserved(Visit *v, FhirType type, Str id, Str json);
/* Update: if_match 0 means "the version this visit has read, or the current one". ERR_VERSION when someone was first.
 */
NODISCARD Err visit_update(Visit *v, FhirType type, Str id, int32_t if_match, Str json, int32_t *version);
NODISCARD Err visit_delete(Visit *v, FhirType type, Str id, int32_t if_match);
/* The version that this visit is going to write, as it will be kept (id, meta.versionId and meta.lastUpdated filled
 * in), for the answer to a write. A deletion has deleted set. ERR_NOT_FOUND: this visit does not write that resource.
 */
NODISCARD Err visit_written(Visit *v, FhirType type, Str id, Rec *out);
/* A form sent twice makes one record: key is the form's hidden once-key. ERR_CONFLICT: already done, *location says
 * where it led. */
NODISCARD Err visit_once(Visit *v, Str key, Str location, Str *before);

/* Text that must survive: a draft per user and key (session expired while writing, half-filled form). What nobody came
 * back for is thrown away after DRAFT_DAYS: it is care content too. */
enum { DRAFT_DAYS = 30 };
NODISCARD Err draft_put(Records *r, int64_t account, Str key, Str body);
NODISCARD Err draft_take(Records *r, int64_t account, Str key, Arena *a, Str *body); /* ERR_NOT_FOUND */

/* ---- finishing ---- */
typedef void VisitDone(void *ctx, Err result);
/* Hands everything to the writer; done is called, on another thread, when durable (OK) or refused (ERR_VERSION,
 * ERR_CONFLICT, ERR_AGAIN, …). A visit that read nothing and wrote nothing calls done at once. */
void visit_finish(Visit *v, VisitDone *done, void *ctx);
NODISCARD Err visit_commit(Visit *v);
bool visit_has_writes(const Visit *v);
/* For a request that failed after all: nothing it wrote is kept, what it looked at is still noted by the finish. The
 * visit is good for nothing else afterwards. */
void visit_drop_writes(Visit *v);
/* Can finishing fail with ERR_AGAIN? */
bool visit_guarded(const Visit *v);

/* ---- who looked ---- */
typedef enum AuditAction {
	AUDIT_READ = 1,
	AUDIT_CREATE,
	AUDIT_UPDATE,
	AUDIT_DELETE,
	AUDIT_SEARCH,
	AUDIT_SIGN_IN,
	AUDIT_SIGN_IN_FAILED,
	AUDIT_SIGN_OUT,
	AUDIT_EXPORT,
	AUDIT_ADMIN
} AuditAction;
typedef struct AuditEntry {
	int64_t seq;
	Millis at;
	AuditAction action;
	int64_t account;
	Str who; /* name at that time */
	Role role;
	Str role_text; /* in the team: "thuisverpleegkundige" */
	Str member;    /* FHIR reference */
	Str rule;      /* why it was allowed: message key access.why.<rule> */
	Str purpose, route, reason;
	uint32_t categories; /* bits seen or written */
	uint32_t count;      /* resources */
	FhirType type;
	Str id;
	int32_t version; /* when one resource; else FT_NONE */
} AuditEntry;
/* The entries about a person, newest first; the person, representatives and the coordinator may. */
NODISCARD Err visit_access_log(Visit *v, Str person, int64_t before, size_t limit, AuditEntry **out, size_t *n);
/* An entry as a FHIR AuditEvent. */
Str audit_event_json(const AuditEntry *e, Str person, Arena *a);

/* ---- reading much, row by row ---- */
/* A dossier as a number, for what goes through many: their order is fixed, new ones come last. DOSSIER_SHARED is what
 * lies outside dossiers and every user may read: directory and definitions. */
enum { DOSSIER_SHARED = 1 };
/* The dossiers that may be the user's, sorted, at most `max` (more: ERR_TOO_LARGE). Whether they are is decided when
 * they are read. */
NODISCARD Err visit_dossiers(Visit *v, size_t max, int64_t **out, size_t *n);
/* ERR_NOT_FOUND without relation. */
NODISCARD Err visit_dossier_number(Visit *v, Str person, int64_t *out);

typedef enum EachStep { EACH_TAKE, EACH_LEAVE, EACH_STOP } EachStep;
/* One visible row; its strings are gone when this returns, its json is not filled. EACH_TAKE: it is handed out;
 * EACH_LEAVE: not; EACH_STOP: not, and no more. Calls nothing of the door. `place`: where it lies in its dossier. */
typedef EachStep VisitEach(void *ctx, const Rec *rec, int64_t place);
typedef struct EachQuery {
	int64_t dossier;
	const TypeSet *types; /* NULL: all */
	int64_t after;        /* place; 0: from the start */
	AuditAction action;   /* AUDIT_READ or AUDIT_EXPORT */
	bool passing;         /* one of very many dossiers: what is decided about it is not kept for other visits */
	bool deleted_too;     /* also what was deleted: after all others, only with type, id, version and time */
} EachQuery;
/* The visible current resources of a dossier in their fixed order, the Patient first, as stored: nothing is copied, and
 * parsed only where that decides about what may be seen. One note for the access log counts what was taken.
 * ERR_NOT_FOUND: no relation. */
NODISCARD Err visit_each(Visit *v, const EachQuery *q, VisitEach *fn, void *ctx);
/* The resource at a place as it was at `at`. ERR_NOT_FOUND when it was not there then, or is not to be seen now. */
NODISCARD Err visit_as_of(Visit *v, int64_t place, Millis at, AuditAction action, Rec *out);
/* Has every visit that wrote at `at` or before ended? Then what is read from now on holds all that was written until
 * `at`. For a moment at most SETTLE_MS ago; a visit that writes for longer than 50 seconds is not waited for. */
enum { SETTLE_MS = 5000 };
bool records_settled(Millis at);
/* A place as text for links, and back: ERR_BAD_REQUEST when it is none. */
Str visit_place_text(Visit *v, int64_t place);
NODISCARD Err visit_place_read(Visit *v, Str text, int64_t *place);
int64_t dossier_of_place(int64_t place);

/* ---- care for the store, for the command line ---- */
typedef struct RecordsStats {
	int64_t resources, versions, index_rows, log_entries, problems, commits, queue_now;
} RecordsStats;
NODISCARD Err records_verify(Records *r, void (*say)(void *ctx, const char *line), void *ctx, RecordsStats *out);
NODISCARD Err records_backup(Records *r, Str dir);
NODISCARD Err records_restore(Str from, Str to, char *why, size_t why_n);
void records_stats(Records *r, RecordsStats *out);
/* All patients' ids in order, for export and jobs; system scope only. after: absent for the first page. */
NODISCARD Err visit_all_persons(Visit *v, Str after, size_t limit, Str **ids, size_t *n);
/* All resources outside dossiers (directory, definitions, closed); system scope only. after 0 first; *next 0 at the
 * end. */
NODISCARD Err visit_all_shared(Visit *v, int64_t after, size_t limit, Rec **out, size_t *n, int64_t *next);

#endif
