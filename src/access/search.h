/* The inside of a search, shared by search*.c. Private to the access room.
 *
 * A search is one stream of candidates in the order of rows (a dossier after the other), from an index, from lists, or
 * from the visitor's dossiers; each candidate is checked against everything that was asked, so that the plan decides
 * what a search costs and never what it finds. */
#ifndef ACCESS_SEARCH_H
#define ACCESS_SEARCH_H

#include "access/visit.h"

/* ERR_BAD_REQUEST, with an issue, when :in or :not-in names a value set that nobody has here: "nothing is in it" would
 * be a guess. */
NODISCARD Err search_sets_known(Visit *v, const SearchCond *conds, size_t n);

/* What is asked of one type. */
typedef struct Alt {
	FhirType type;
	const SearchCond *conds;
	size_t n;
} Alt;

/* ---- which dossiers may be the visitor's (search_mine.c); not yet checked by a rule ---- */
typedef struct Mine {
	bool all;    /* the system */
	Part *fixed; /* that the visitor's references are in; sorted */
	size_t n_fixed;
	KeyRange *ranges; /* CareTeam.participant: one key each */
	size_t n_ranges;
	Part *list; /* all of them, sorted, when they are few; else NULL */
	size_t n_list;
	bool listed; /* list was tried */
} Mine;
enum { MINE_FEW = 256, SEARCH_PARTS_MAX = 100000 };
NODISCARD Err mine_open(Visit *v, Mine *m);
/* Fills `list` when there are at most MINE_FEW. */
NODISCARD Err mine_list(Visit *v, Mine *m, SearchCost *cost);
NODISCARD Err mine_has(Visit *v, Mine *m, Part part, SearchCost *cost, bool *has);

/* ---- streams of candidates (search_stream.c) ---- */
typedef struct Lane {
	KeyRange range;
	Rid *rids;
	size_t n, at, chunk;
	Rid last; /* read up to here */
	bool end;
} Lane;
typedef struct Stream {
	bool parts;      /* what comes stands for its whole partition */
	bool back;       /* downwards */
	bool ordered;    /* its rows come without being sorted by the store first */
	Rid beyond;      /* rows beyond this one; 0: all */
	const Rid *list; /* sorted upwards */
	size_t n_list, at;
	Lane *lanes;
	size_t n_lanes;
	const KeyRange *source; /* the lanes are the keys of these, as they were at `stamp`; NULL: they are fixed */
	size_t n_source;
	uint64_t stamp;
	Rid past;   /* candidates up to this one are done; 0: none yet */
	bool ahead; /* something was read since it was looked whether the keys are still the same */
	bool all;   /* every partition of a dossier, with the rooms outside dossiers that the system sees */
	Part all_parts[64];
	size_t n_all, at_all;
	Part last_all;
	bool end_all;
} Stream;
/* Sets it to its beginning: rows beyond `beyond`, in a direction. */
void stream_start(Stream *s, Rid beyond, bool back);
/* The next candidate, each once; 0 at the end. For a stream of parts: some rid in the next partition. */
NODISCARD Err stream_next(Visit *v, Stream *s, SearchCost *cost, Rid *out);
/* The first candidate at or beyond `to`, which stays the next one; 0: none. Not for a stream of parts. */
NODISCARD Err stream_seek(Visit *v, Stream *s, Rid to, SearchCost *cost, Rid *out);

/* ---- a search ---- */
/* The rows of one dossier, for _has; only of the last one that was asked for. */
typedef struct Kin {
	Part part;
	TypeSet loaded;
	Arena *arena;
	struct KinRow *rows;
	Table noted;   /* (condition, reference) */
	unsigned busy; /* is being walked: then its rows must stay */
} Kin;

typedef struct Search {
	Visit *v;
	const SearchQuery *q;
	Store *store;
	Arena *scratch; /* forgotten after each batch of candidates */
	Alt *alts;
	size_t n_alts;
	TypeSet types;
	bool personal, shared; /* some type lives in dossiers, outside them */
	bool own;              /* on the subscriptions that are the visitor's, which lie apart */
	Mine mine;
	Stream stream;
	Stream *also; /* a candidate must be in each of these too */
	size_t n_also;
	Table memo;     /* of chains: (condition, row) */
	Table referred; /* of _has: (condition, reference) */
	Kin kin;
	const SearchSort *sort;
	size_t n_sort;
	SearchCost cost;
	size_t looked; /* visible resources that were compared */
	Buf plan;
} Search;

/* A resource that is being looked at. */
typedef struct Candidate {
	FhirType type;
	Rid rid;
	Str id;
	JVal json;
} Candidate;

/* Does it meet all of these? (search_cond.c) */
NODISCARD Err conds_meet(Search *s, const SearchCond *conds, size_t n, const Candidate *c, bool *yes);
/* What a reference parameter of a resource says: calls fn with "Type/id" or an absolute text. */
void refs_of(const Search *s, const SearchParam *p, JVal resource, void (*fn)(void *ctx, Str ref), void *ctx);
/* The rid of "Type/id" when its type is `type` (FT_NONE: any). ERR_NOT_FOUND. */
NODISCARD Err ref_rid(const Search *s, Str ref, FhirType type, Rid *out);
/* May the visitor enter the partition of a row? *p NULL outside dossiers. ERR_NOT_FOUND when not. */
NODISCARD Err search_enter(Search *s, Part part, Person **p);

/* Opens the rows of some ranges as a stream in the way that costs least. estimate: how many entries they may have.
 * whole: most of them will be gone through, as when streams are put together. */
NODISCARD Err stream_of(Search *s, const KeyRange *ranges, size_t n, size_t estimate, bool whole, Stream *out);

/* Chooses where candidates come from (search_plan.c). */
NODISCARD Err search_plan(Search *s);
/* The term names patients and nothing but patients: the values, else NULL. */
const SearchTerm *names_patients(const Alt *alt);
Str patient_of(Str value);

/* What belongs to the matches (search_include.c). Appends to *out; matches stay in front. */
NODISCARD Err search_include(Search *s, SearchResult *out);

/* ---- cursors (search_cursor.c) ---- */
/* Where a page begins: beyond a row in an order. */
typedef struct Place {
	bool back;
	Rid rid;
	Str *keys; /* one per sort: bytes in order, with their direction in them */
	size_t n;
} Place;
Str cursor_write(Search *s, const Place *at);
NODISCARD Err cursor_read(Search *s, Str text, Place *out);

#endif
