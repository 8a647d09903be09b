/* FHIRPath over R4 resources. Sources: https://hl7.org/fhirpath/N1/ and https://hl7.org/fhir/R4/fhirpath.html
 *
 * An expression is compiled once into an arena: the result never changes, any number of threads may evaluate it at the
 * same time. Values of an evaluation live in the arena given to it and point into the resource's text.
 *
 * Bounded: an expression has at most FP_TEXT_MAX bytes, FP_DEPTH levels of brackets and a tree of at most
 * FP_HEIGHT levels; an evaluation has a budget of steps and of
 * memory. Past a limit the answer is ERR_TOO_LARGE with a message, never a partial result. */
#ifndef FHIR_FHIRPATH_FHIRPATH_H
#define FHIR_FHIRPATH_FHIRPATH_H

#include "base/time.h"
#include "json/json.h"

typedef struct FhirPath FhirPath;

enum { FP_TEXT_MAX = 64 * 1024, FP_DEPTH = 64, FP_HEIGHT = 400, FP_STEPS = 2000000, FP_MEMORY = 32 * 1024 * 1024 };

typedef enum FpErrorKind { FP_SYNTAX, FP_SEMANTIC, FP_EXECUTION, FP_LIMIT } FpErrorKind;

typedef struct FpError {
	FpErrorKind kind;
	unsigned at;       /* byte offset in the expression */
	char message[160]; /* English, one sentence without a full stop */
} FpError;

/* FP_NODE is an element of the resource; the others are values of the System namespace. */
typedef enum FpKind {
	FP_NODE,
	FP_BOOLEAN,
	FP_INTEGER,
	FP_DECIMAL,
	FP_STRING,
	FP_DATE,
	FP_DATETIME,
	FP_TIME,
	FP_QUANTITY,
	FP_TYPE, /* what type() gives: text is the name, unit the namespace */
} FpKind;

typedef enum FpPrecision { FPP_YEAR = 1, FPP_MONTH, FPP_DAY, FPP_HOUR, FPP_MINUTE, FPP_SECOND, FPP_MILLI } FpPrecision;

/* A date, dateTime or time as far as it was written: what lies beyond the precision is 1 (month, day) or 0. */
typedef struct FpMoment {
	int16_t year;
	int8_t month, day, hour, minute, second;
	int16_t milli;
	int16_t offset_min; /* east of UTC */
	bool has_offset;
	uint8_t precision; /* FpPrecision */
} FpMoment;

typedef struct FpItem {
	uint8_t kind;   /* FpKind */
	uint8_t scale;  /* decimal, quantity: digits behind the point */
	bool calendar;  /* quantity: unit is a calendar word ("year") and no UCUM code */
	uint16_t def;   /* node: definition of its type; 0: not known */
	uint16_t owner; /* node: definition of a resource or type it was declared in; private */
	union {
		bool boolean;
		int64_t integer;
		Str text;        /* string */
		FpMoment moment; /* date, dateTime, time */
		__int128 number; /* decimal and quantity: value times 10^scale */
		JVal value;      /* node; absent when a primitive has extensions only */
	};
	union {
		Str unit;             /* quantity */
		const JNode *sibling; /* node: the object of `_name`, in the same document; NULL: none */
	};
} FpItem;

typedef struct FpCollection {
	FpItem *items;
	size_t count, cap;
} FpCollection;

typedef struct FpVariable {
	Str name; /* without % */
	FpCollection value;
} FpVariable;

/* Everything may be left zero. Callbacks get `arg` first. */
typedef struct FpContext {
	JVal resource;      /* %resource; absent: the root */
	JVal root_resource; /* %rootResource, where '#id' is looked up; absent: %resource */
	Str type;           /* type of a root that is not a resource ("HumanName"); absent: from resourceType */
	Millis now;         /* for now(), today(), timeOfDay(); 0: the clock */
	const FpVariable *variables;
	size_t variable_count;
	uint64_t steps, memory; /* limits; 0: FP_STEPS, FP_MEMORY */
	/* The resource a reference points to (outside the root resource); false: there is none. Must live as long as
	 * the evaluation's arena. */
	bool (*resolve)(void *arg, Str reference, Arena *a, JVal *out);
	/* Is the code in the value set? 1 yes, 0 no, -1 the value set is not known. system is absent for a bare code.
	 */
	int (*member_of)(void *arg, Str value_set, Str system, Str code);
	/* Does v conform to the profile? 1 yes, 0 no, -1 the profile is not known. Base definitions never come here. */
	int (*conforms_to)(void *arg, Str profile, JVal v);
	/* Does code a of the system subsume code b? 1 yes, 0 no, -1 not known. Equal codes never come here. */
	int (*subsumes)(void *arg, Str system, Str a, Str b);
	void (*trace)(void *arg, Str name, const FpCollection *values);
	void *arg;
	/* resolve() of a literal reference that nobody resolves gives an empty node of the type it names
	 * ("Patient/1" is a Patient), for search parameters like subject.where(resolve() is Patient). */
	bool type_of_reference;
} FpContext;

typedef struct FpOptions {
	Str type;         /* check names against this R4 type; absent: no check */
	bool check_order; /* with type: refuse functions that need an order on children(), descendants() */
	bool as_filters;  /* as() over several items keeps those of the type; without it that is an error, as the
	                     specification says. R4's own invariants and search parameters need it (dom-3). */
} FpOptions;

/* Compiles. ERR_SYNTAX or ERR_INVALID (kind FP_SEMANTIC) with *error; error may be NULL, options too. The expression's
 * text is copied. Regular expressions are freed with the arena. */
NODISCARD Err fhirpath_compile(Arena *a, Str expression, const FpOptions *options, const FhirPath **out,
                               FpError *error);
Str fhirpath_text(const FhirPath *p);

/* Evaluates on root. ERR_INVALID (FP_EXECUTION) or ERR_TOO_LARGE (FP_LIMIT) with *error, which may be NULL, as may c.
 * An absent root is an empty collection. */
NODISCARD Err fhirpath_eval(const FhirPath *p, const FpContext *c, JVal root, Arena *a, FpCollection *out,
                            FpError *error);
/* The same on an item that an earlier evaluation gave: %context and $this are the item. */
NODISCARD Err fhirpath_eval_item(const FhirPath *p, const FpContext *c, const FpItem *item, Arena *a, FpCollection *out,
                                 FpError *error);
/* For invariants: empty counts as `when_empty`, a single item that is no boolean as true. ERR_INVALID for more items.
 */
NODISCARD Err fhirpath_bool(const FhirPath *p, const FpContext *c, const FpItem *item, bool when_empty, Arena *scratch,
                            bool *out, FpError *error);

/* What an expression gives when it is only known which members of its element are there (names[i] ↔ bit i of an index
 * into is_true and is_false). Neither bit: it has to be evaluated. Names live as long as the expression. False when
 * nothing can be told or there are more than FP_PRESENCE_MAX names. */
enum { FP_PRESENCE_MAX = 6 };
typedef struct FpPresence {
	Str names[FP_PRESENCE_MAX];
	unsigned count;
	uint64_t is_true, is_false;
} FpPresence;
bool fhirpath_presence(const FhirPath *p, bool when_empty, FpPresence *out);

/* The root as an item. type as in FpContext. */
FpItem fhirpath_item(JVal root, Str type);
/* "boolean", "Integer"…: the type's name; for nodes the FHIR name ("HumanName", "code"). */
Str fhirpath_type(const FpItem *item);
/* A UCUM unit in base units: units with the same `dim` differ by the factor. False when it is not known here. */
typedef struct FpUnit {
	double factor;
	int8_t dim[10];
} FpUnit;
NODISCARD bool fhirpath_unit(Str ucum, FpUnit *out);
/* Is the item of the FHIR type, or of one that specialises it? */
bool fhirpath_is(const FpItem *item, Str type);
/* As toString() would: absent for complex nodes. */
Str fhirpath_string(const FpItem *item, Arena *a);

#endif
