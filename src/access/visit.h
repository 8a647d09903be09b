/* The inside of a visit, shared by the files of this room. Private to the access room. */
#ifndef ACCESS_VISIT_H
#define ACCESS_VISIT_H

#include "access/audit.h"
#include "access/cache.h"
#include "access/category.h"
#include "access/facts.h"
#include "access/records.h"
#include "access/sessions.h"
#include "access/subscriptions.h"
#include "store/store.h"

typedef struct Definitions Definitions; /* definitions.c */
Definitions *definitions_new(Records *r);
void definitions_free(Definitions *d);
/* A resource of the type was committed. */
void definitions_changed(Records *r, FhirType type);

enum { WIDE_SLOTS = 64 };
enum { WRITING_SECONDS = 64 };
struct Records {
	Store *store;
	Definitions *definitions;
	bool read_only;
	RelCache *relations;
	MarkCache *marks;
	Sessions *sessions;
	Limits *limits;
	SubscriptionCheck *check_subscription;
	void *check_ctx;
	void (*_Atomic changed)(void *ctx);
	void *changed_ctx;
	_Atomic uint64_t subscriptions; /* epoch */
	/* Accounts with many dossiers, lately: account and until when; only a search's plan follows from it. */
	_Atomic int64_t wide[WIDE_SLOTS], wide_until[WIDE_SLOTS];
};

/* Chained hash table whose links live in what it holds (first member); in an arena. */
typedef struct Link {
	struct Link *next;
	uint64_t hash;
} Link;
typedef struct Table {
	Link **slots;
	size_t n, cap; /* cap: 0 or a power of two */
} Table;
void table_add(Table *t, Arena *a, Link *l, uint64_t hash);
/* First link with this hash, or the next after `after`. The caller compares the rest. */
Link *table_find(const Table *t, uint64_t hash, const Link *after);

/* One person in a visit: the relation, and what was done with this dossier. */
typedef struct Person {
	Link link; /* by part */
	Part part;
	Str id; /* of the Patient */
	Relation rel;
	AuditNote *notes[AUDIT_ADMIN + 1];
} Person;

/* A resource that this visit reserves or writes. */
typedef struct Pending {
	Link link;            /* by type and id */
	struct Pending *next; /* in order of first mention */
	FhirType type;
	Str id;
	Rid rid;
	Person *person;  /* NULL outside dossiers */
	int32_t version; /* that will be written; 0: reserved only */
	RowOp op;
	Millis updated;
	Str body;
	JVal json; /* of body or of what body was made of */
	Category category;
	bool foreign_id;
	Str old_body; /* of the version that is replaced */
} Pending;

/* Rows handed out, for "the version this visit has read". */
typedef struct ReadSet {
	struct ReadSet *next;
	const Rec *recs;
	size_t n;
} ReadSet;

/* A statement on a system table, run with the finish. */
typedef struct Extra {
	struct Extra *next;
	SqlText sql;
	const SqlArg *args;
	size_t n;
	int expect;
} Extra;

struct Visit {
	Records *records;
	Scope who;
	Arena *arena;
	Outcome outcome;
	Str reason;
	Millis now;
	Table persons, pendings;
	Person *last;
	Pending *first_pending, **pending_end;
	AuditNote *first_note, **note_end;
	AuditNote *shared[AUDIT_ADMIN + 1]; /* about no dossier */
	ReadSet *reads;
	Extra *first_extra, **extra_end;
	bool has_writes, finished;
	bool passing; /* goes through many dossiers, each once: what is decided about them is not kept for others */
	_Atomic int32_t *writing; /* where it counts as writing; NULL: not */
	struct Guard *guards;
	Part seen_part; /* mark_seen; 0: none */
	Millis seen_at;
	Str once_key, once_location;
	VisitDone *done;
	void *done_ctx;
};

/* A change that is about to be made. json absent: deleted. id absent: new. */
typedef struct Change {
	FhirType type;
	Str id;
	JVal json;
} Change;
/* Reads the facts from the dossier and decides. what NULL: as it is stored; else as it would be with this change and
 * all that the visit has pending. *until: the first moment at which it may be different. */
NODISCARD Err gate_decide(Visit *v, Part part, const Change *what, Relation *rel, Str *person, Millis *until);
/* Would this change give the visitor more than they have? Nobody widens their own access. Only for types that decide.
 */
NODISCARD Err gate_widens(Visit *v, const Person *p, const Change *what, bool *widens);
/* Does a resource of this type decide about who may enter? */
bool gate_type(FhirType t);

/* The relation to the dossier of a partition. ERR_NOT_FOUND when there is none. */
NODISCARD Err visit_part(Visit *v, Part part, Person **out);
/* Is the relation to this dossier known without deciding it? *yes: may enter. */
bool visit_part_known(Visit *v, Part part, bool *yes);
/* By id of the Patient. ERR_NOT_FOUND also when there is no such Patient. */
NODISCARD Err visit_person(Visit *v, Str id, Person **out);
/* A dossier that this visit opens. */
Person *visit_new_person(Visit *v, Part part, Str id);
/* May the visitor see this item? *mark tells what it is. */
bool visit_sees(Visit *v, const Person *p, FhirType type, Str body, Mark *mark);
/* The same with memory from another arena. */
bool visit_sees_in(Visit *v, const Person *p, FhirType type, Str body, Mark *mark, Arena *a);
/* The same when what it is is known. */
bool mark_seen(Visit *v, const Person *p, Mark mark, Str body);
/* The same for a stored row; a deleted one counts as what it was. */
NODISCARD Err visit_sees_row(Visit *v, const Person *p, const StoreRow *row, Mark *mark, bool *sees);
/* What a search depends on, taken before it looks; see SearchQuery.guard. A search that looks at resources of another
 * type than its own (through a chain) guards those types too: visit_guard_type. */
NODISCARD Err visit_guard(Visit *v, const SearchQuery *q);
void visit_guard_type(Visit *v, FhirType type);
/* The transaction fails when what was guarded has changed. */
void visit_guards_to(const Visit *v, StoreTx *tx);
/* Who may see a partition's rows: *person NULL for the shared ones. ERR_NOT_FOUND: not the visitor. */
NODISCARD Err visit_enter(Visit *v, Part part, Person **person);
/* One row was released. Directory and definitions leave no trace: they are not about a person. */
void visit_released(Visit *v, Person *p, const Rec *rec);
/* Finds a row by type and id that the visitor may see. person: NULL outside dossiers. A deleted row is found too. */
NODISCARD Err visit_row(Visit *v, FhirType type, Str id, StoreRow *row, Person **person, Mark *mark);
Rec rec_of(const StoreRow *row, const Person *p, Category c);
Pending *pending_find(const Visit *v, FhirType type, Str id);
Pending *pending_add(Visit *v, FhirType type, Str id, Rid rid, Person *p);
/* From here on this visit writes; its time is now. Call before that time is used in what is written. */
void visit_writes(Visit *v);
void visit_keep_reads(Visit *v, const Rec *recs, size_t n);
/* Notes what was done with n resources of a dossier (p NULL: none), for the log. */
void visit_note(Visit *v, Person *p, AuditAction action, uint32_t categories, uint32_t n, FhirType type, Str id,
                int32_t version);
/* Adds a statement, as store_exec does; args live as long as the visit. */
void visit_exec(Visit *v, SqlText sql, const SqlArg *args, size_t n, int expect);
/* The partitions of the persons that may be the user's, from index and references; not yet checked by a rule.
 * ERR_TOO_LARGE past `max`. Sorted. */
NODISCARD Err visit_parts(Visit *v, size_t max, Part **out, size_t *n);

/* ---- subscriptions.c ---- */
/* May the visitor see this row of PART_OWN? ERR_NOT_FOUND. */
NODISCARD Err subscription_enter(Visit *v, Rid rid);
/* The subscriptions that the visitor may see. */
NODISCARD Err subscription_rids(Visit *v, Rid **out, size_t *n);
/* Before a client's Subscription is taken in, and when it is written. */
NODISCARD Err subscription_prepare(Visit *v, JVal subscription, Str *kept);
NODISCARD Err subscription_written(Visit *v, Rid rid, RowOp op);
void subscriptions_committed(Visit *v, bool ok);

#endif
