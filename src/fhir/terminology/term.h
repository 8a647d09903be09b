/* The inside of the terminology engine. Private to fhir/terminology/. */
#ifndef FHIR_TERMINOLOGY_TERM_H
#define FHIR_TERMINOLOGY_TERM_H

#include <stdatomic.h>

#include "fhir/terminology/operations.h"
#include "fhir/terminology/terminology.h"

/* ---- what is prepared and kept (term_cache.c) ---- */
typedef struct TermSystem TermSystem;
typedef struct TermSet TermSet;

/* A code system or value set, ready to be asked; with its own memory, freed when nobody holds it. */
typedef struct Prepared {
	atomic_int refs;
	Arena *arena;
	FhirType type;
	Str url, version; /* as asked */
	uint64_t epoch;   /* of the cache, taken before reading */
	size_t bytes;     /* with what it holds on to */
	TermSystem *system;
	TermSet *set; /* both NULL: there is none */
	struct Prepared **deps;
	size_t n_deps, cap_deps;
	struct Prepared *next; /* in the cache's table */
	uint64_t used, hash;
} Prepared;

/* What is being prepared, so that a value set that includes itself is noticed. */
typedef struct Building {
	const struct Building *up;
	Str url;
} Building;

/* Always gives one; release it. */
Prepared *term_get(const TermSource *s, FhirType type, Str url, Str version, const Building *up);
/* An inline value set or code system; never cached. json lives as long as the result is used. */
Prepared *term_get_inline(const TermSource *s, FhirType type, JVal json);
Prepared *term_get_what(const TermSource *s, FhirType type, const TermWhat *what);
void term_release(Prepared *p);
/* Releases with the arena; gives p. */
Prepared *term_hold(Prepared *p, Arena *a);
/* p holds on to dep from now on (takes over the caller's hold). */
void prepared_needs(Prepared *p, Prepared *dep);

/* ---- code systems (term_system.c) ---- */
enum { CONCEPT_ABSTRACT = 1, CONCEPT_INACTIVE = 2 };
enum { NO_CONCEPT = UINT32_MAX };

typedef struct Concept {
	Str code, display;
	JVal json;
	uint32_t parents, n_parents;   /* in system->links */
	uint32_t children, n_children; /* in system->links */
	uint32_t nest;                 /* the concept it is written in; NO_CONCEPT: top level */
	uint32_t extra;                /* first of system->extras + 1; 0: none */
	uint8_t flags;
} Concept;

/* What a supplement says about a concept. */
typedef struct Extra {
	JVal json;
	uint32_t next; /* + 1 */
} Extra;

struct TermSystem {
	JVal json;
	Str url, version, language;
	bool case_sensitive, complete, hierarchy; /* hierarchy: it means is-a */
	Concept *concepts;
	uint32_t count;
	uint32_t *slots; /* concept + 1 */
	uint32_t mask;
	uint32_t *links;
	Extra *extras;
	uint32_t n_extras;
};

TermSystem *system_prepare(const TermSource *s, Arena *a, JVal json);
uint32_t system_find(const TermSystem *cs, Str code);
/* Sets the bit of `from` and of everything below (or above) it. */
void system_mark(const TermSystem *cs, uint32_t from, bool down, uint64_t *bits, Arena *a);
/* Is `code` `of` or below it? */
bool system_is_a(const TermSystem *cs, uint32_t code, uint32_t of, Arena *a);
/* The value of a concept's property (valueCode, valueString, …); absent when there is none. */
JVal property_value(JVal property);
bool concept_says(const Concept *c, Str property);
/* The display in a language (absent or unknown there: the system's own). */
Str concept_display(const TermSystem *cs, const Concept *c, Str language, Arena *a);
/* Does language `have` answer the wish `want`? "nl-BE" is answered by "nl-BE" and "nl", "nl" by "nl-BE" too. */
bool language_fits(Str want, Str have);
/* The designations of a concept, those of supplements too. */
typedef struct DesignationIter {
	JIter it;
	const TermSystem *cs;
	uint32_t extra;
	JVal value;
} DesignationIter;
DesignationIter designations_of(const TermSystem *cs, const Concept *c);
bool designation_next(DesignationIter *it);

static inline bool bit_get(const uint64_t *bits, uint32_t i)
{
	return bits[i / 64] >> (i % 64) & 1;
}
static inline void bit_set(uint64_t *bits, uint32_t i)
{
	bits[i / 64] |= UINT64_C(1) << (i % 64);
}

/* ---- systems whose codes follow a grammar (term_form.c) ---- */
typedef enum Form { FORM_NONE, FORM_LANGUAGE, FORM_MIME, FORM_CURRENCY, FORM_UCUM } Form;
Form form_of(Str system);
bool form_has(Form f, Str code);

/* ---- value sets (term_set.c, term_filter.c) ---- */
typedef enum RuleKind { RULE_SETS, RULE_ALL, RULE_LISTED, RULE_BITS, RULE_FORM, RULE_UNKNOWN } RuleKind;

typedef struct Listed {
	Str code, display;
	JVal json;
	bool abstract;
} Listed;

/* One include or exclude. */
typedef struct Rule {
	RuleKind kind;
	Form form;
	Str system, version;  /* absent system: RULE_SETS */
	const TermSystem *cs; /* NULL: not known; RULE_LISTED does without */
	Listed *listed;
	uint32_t n_listed, mask;
	uint32_t *slots; /* listed + 1 */
	uint64_t *bits;
	const TermSet **sets; /* all of these too */
	size_t n_sets;
	Str problem; /* why what it holds is not known, one sentence */
} Rule;

struct TermSet {
	JVal json;
	Str url, version;
	Rule *includes, *excludes;
	size_t n_includes, n_excludes;
	size_t cost;         /* rules, nested ones too */
	bool active_only;    /* compose.inactive is false */
	bool from_expansion; /* what the document lists in its expansion */
	bool partial;        /* … which is not all of it */
	bool unclosed;       /* of a code system only some codes are here */
	Str problem;
};

TermSet *set_prepare(const TermSource *s, Prepared *p, JVal json, const Building *up);
/* The concept or listed code that makes it a member; *where may be NULL. TERM_YES, TERM_NO, TERM_UNKNOWN. */
typedef struct Where {
	const Rule *rule;
	const Concept *concept; /* NULL: the code system is not known */
	const Listed *listed;   /* NULL: not listed one by one */
} Where;
int set_has(const TermSet *set, Str system, Str code, Where *where);
int rule_has(const Rule *r, Str system, Str code, Where *where);
/* Why set_has is TERM_UNKNOWN for this; absent when nothing is unknown. */
Str set_problem(const TermSet *set, Str system);
/* One filter as bits over the concepts of cs (and-ed into bits). False: not supported; *problem says it. */
bool filter_apply(const TermSystem *cs, JVal filter, uint64_t *bits, Arena *a, Str *problem);

/* ---- listing a value set (term_walk.c) ---- */
typedef struct Member {
	Str system, code;
	const Rule *rule;
	const Concept *concept; /* NULL: the code system is not known */
	const Listed *listed;   /* NULL: not listed one by one */
} Member;
typedef struct Walk {
	bool (*fn)(void *ctx, const Member *m); /* false: enough */
	void *ctx;
	Arena *arena;
	Str problem; /* why it cannot be listed */
	size_t looked_at;
	bool too_many; /* TERM_WALK_MAX */
} Walk;
/* Each code once, in the order of the value set. False when it could not be listed to the end: a problem, too many, or
 * fn had enough. */
bool set_walk(const TermSet *set, Walk *w);

/* A hash table over codes: for case-insensitive systems too. */
uint32_t code_hash(Str code);
static inline uint32_t table_mask(uint32_t n)
{
	uint32_t size = 4;
	while (size < n * 2U)
		size *= 2;
	return size - 1;
}
static inline bool code_eq(Str a, Str b, bool case_sensitive)
{
	return case_sensitive ? str_eq(a, b) : str_eq_nocase(a, b);
}

#endif
