/* The parts of the FHIRPath engine. Private to this folder. */
#ifndef FHIR_FHIRPATH_FP_H
#define FHIR_FHIRPATH_FP_H

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/tables.h"

/* --- tokens --------------------------------------------------------------------------------------------------------
 */
typedef enum FpToken {
	TOK_END,
	TOK_NAME,   /* also keywords */
	TOK_QUOTED, /* `name` */
	TOK_STRING,
	TOK_NUMBER,
	TOK_MOMENT, /* after @ */
	TOK_SIGN,   /* operators and brackets, in text */
	TOK_DOLLAR, /* $this: text is "this" */
	TOK_PERCENT /* %name: text is the name */
} FpToken;

typedef struct FpLexer {
	Arena *arena;
	Str text;
	size_t at; /* behind the current token */
	FpToken token;
	size_t start;
	Str value; /* decoded */
	FpError *error;
} FpLexer;

/* Steps to the next token; ERR_SYNTAX with *error. */
NODISCARD Err fp_next(FpLexer *l);
void fp_add_utf8(Buf *b, unsigned c);
Err fp_error(FpError *error, FpErrorKind kind, size_t at, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* --- tree ----------------------------------------------------------------------------------------------------------
 */
typedef enum FpOp {
	FPO_LITERAL,
	FPO_EMPTY, /* {} */
	FPO_MEMBER,
	FPO_CALL,
	FPO_INDEX,
	FPO_THIS,
	FPO_INDEX_VAR,
	FPO_TOTAL,
	FPO_VARIABLE, /* %name */
	FPO_NEGATE,
	FPO_PLUS_SIGN,
	FPO_IS,
	FPO_AS,
	FPO_MULTIPLY,
	FPO_DIVIDE,
	FPO_DIV,
	FPO_MOD,
	FPO_ADD,
	FPO_SUBTRACT,
	FPO_CONCAT,
	FPO_UNION,
	FPO_LESS,
	FPO_LESS_EQUAL,
	FPO_GREATER,
	FPO_GREATER_EQUAL,
	FPO_EQUAL,
	FPO_NOT_EQUAL,
	FPO_EQUIVALENT,
	FPO_NOT_EQUIVALENT,
	FPO_IN,
	FPO_CONTAINS,
	FPO_AND,
	FPO_OR,
	FPO_XOR,
	FPO_IMPLIES,
} FpOp;

/* A type as written in `is`, `as`, ofType. */
typedef struct FpType {
	Str name;
	bool fhir, system; /* may be of this namespace */
	bool known;
	uint16_t def; /* FHIR type; 0 for abstract ones */
	uint8_t kind; /* FpKind of the System type; FP_NODE: none */
} FpType;

typedef struct FpExpr {
	uint8_t op; /* FpOp */
	uint8_t argc;
	uint16_t height; /* of the tree below it */
	uint32_t at;
	uint32_t hash; /* of name, as fhir_hash gives it */
	Str name;
	struct FpExpr *left, *right; /* of a member, call or index: left NULL means $this */
	struct FpExpr **args;
	const struct FpFunction *fn;
	const FpItem *literal;
	const FpType *type;
	void *regex; /* of a literal pattern */
} FpExpr;

struct FhirPath {
	Str text;
	const FpExpr *root;
	bool as_filters;
};

NODISCARD Err fp_parse(Arena *a, Str text, FpExpr **out, FpError *error);
/* Checks names and types below `type`. */
NODISCARD Err fp_check(const FpExpr *x, const FpOptions *options, FpError *error);

/* --- evaluation ----------------------------------------------------------------------------------------------------
 */
typedef struct FpEval {
	const FpContext *c;
	Arena *arena;
	FpError *error;
	uint64_t steps, memory;
	unsigned depth;
	FpCollection focus; /* $this */
	int64_t index;      /* $index; -1: none */
	FpCollection total; /* $total */
	FpItem context;     /* %context */
	bool has_context;
	bool as_filters;
	Millis now;
} FpEval;

typedef Err (*FpHandler)(FpEval *e, const FpExpr *x, const FpCollection *in, FpCollection *out);

/* What a function gives, for the check of types. */
typedef enum FpGives {
	GIVES_ANY,
	GIVES_INPUT,
	GIVES_BOOLEAN,
	GIVES_INTEGER,
	GIVES_STRING,
	GIVES_ARG,
	GIVES_TYPE
} FpGives;

enum {
	FNF_STRING = 1, /* only on strings */
	FNF_ORDER = 2,  /* needs an order */
	FNF_LAMBDA = 4, /* its arguments are evaluated for each item */
	FNF_TYPE = 8,   /* its argument is a type */
	FNF_REGEX = 16, /* its first argument is a regular expression */
	FNF_MIXES = 32, /* what it gives has no order */
};

typedef struct FpFunction {
	Str name;
	uint8_t min, max; /* arguments */
	uint8_t flags, gives;
	FpHandler handler;
} FpFunction;

const FpFunction *fp_function(Str name);
extern const FpFunction fp_functions_collection[], fp_functions_text[], fp_functions_convert[], fp_functions_math[],
    fp_functions_encode[], fp_functions_fhir[];

NODISCARD Err fp_eval(FpEval *e, const FpExpr *x, FpCollection *out);
/* Argument i, evaluated with the current $this. */
NODISCARD Err fp_arg(FpEval *e, const FpExpr *x, unsigned i, FpCollection *out);
/* Expression body with $this set to one item. */
NODISCARD Err fp_with(FpEval *e, const FpExpr *body, const FpItem *item, int64_t index, FpCollection *out);
NODISCARD Err fp_operator(FpEval *e, const FpExpr *x, FpCollection *out);
/* One step of work per call: the budget of steps and memory. */
NODISCARD Err fp_step(FpEval *e, uint64_t n);
Err fp_fail(FpEval *e, const FpExpr *x, const char *fmt, ...) PRINTF_LIKE(3, 4);

void fp_push(FpEval *e, FpCollection *c, const FpItem *item);
void fp_append(FpEval *e, FpCollection *c, const FpCollection *more);
void fp_push_bool(FpEval *e, FpCollection *c, bool b);
void fp_push_int(FpEval *e, FpCollection *c, int64_t i);
void fp_push_str(FpEval *e, FpCollection *c, Str s);

/* A collection that must be one value or none: *has is false for none; ERR_INVALID for more. Nodes become values. */
NODISCARD Err fp_single(FpEval *e, const FpExpr *x, const FpCollection *c, bool *has, FpItem *out);
/* The same for a boolean, by the rule that a single item which is no boolean counts as true: -1 for none. */
NODISCARD Err fp_truth(FpEval *e, const FpExpr *x, const FpCollection *c, int *out);
NODISCARD Err fp_single_str(FpEval *e, const FpExpr *x, const FpCollection *c, bool *has, Str *out);
NODISCARD Err fp_single_int(FpEval *e, const FpExpr *x, const FpCollection *c, bool *has, int64_t *out);

/* --- nodes (fp_node.c) ---------------------------------------------------------------------------------------------
 */
FpItem fp_root(JVal v, Str type);
/* The value of a primitive node or of a Quantity; other items as they are. */
FpItem fp_value(Arena *a, const FpItem *item);
bool fp_is_primitive(const FpItem *item);
/* The items of a member; hash is fhir_hash(name). */
NODISCARD Err fp_member(FpEval *e, const FpItem *item, Str name, uint32_t hash, FpCollection *out);
NODISCARD Err fp_children(FpEval *e, const FpItem *item, FpCollection *out);
/* Where members are: of a primitive its sibling. */
JVal fp_object(const FpItem *item);

/* --- types (fp_type.c) ---------------------------------------------------------------------------------------------
 */
FpType fp_type_named(Str space, Str name);
bool fp_is(const FpItem *item, const FpType *t);
/* As in `as` and ofType: primitives by their exact type. */
bool fp_as(const FpItem *item, const FpType *t);
bool fp_def_is(uint16_t def, Str name);
Str fp_kind_name(FpKind kind);

/* --- equality (fp_equal.c): 1, 0, -1 for empty -----------------------------------------------------------------------
 */
int fp_equal(FpEval *e, const FpItem *a, const FpItem *b);
bool fp_equivalent(FpEval *e, const FpItem *a, const FpItem *b);
/* Order of two values: *cmp -1, 0, 1; false when it cannot be said (different precision); ERR_INVALID for types without
 * an order between them. */
NODISCARD Err fp_compare(FpEval *e, const FpExpr *x, const FpItem *a, const FpItem *b, bool *known, int *cmp);
/* Is item in c, by equality? */
bool fp_has(FpEval *e, const FpCollection *c, const FpItem *item);

/* --- decimals (fp_decimal.c): false when the result does not fit in 37 digits --------------------------------------
 */
typedef struct Dec {
	__int128 v;
	unsigned scale;
} Dec;
typedef enum DecMode { DEC_TRUNCATE, DEC_HALF_UP, DEC_FLOOR, DEC_CEILING } DecMode;
enum { DEC_SCALE_MAX = 28 };
bool dec_parse(Str s, Dec *out); /* also with an exponent */
bool dec_add(Dec a, Dec b, Dec *out);
bool dec_mul(Dec a, Dec b, Dec *out);
bool dec_div(Dec a, Dec b, Dec *out);
bool dec_int_div(Dec a, Dec b, Dec *quotient, Dec *rest);
bool dec_rescale(Dec a, unsigned scale, DecMode mode, Dec *out);
int dec_cmp(Dec a, Dec b);
Dec dec_trim(Dec a);
bool dec_from_double(double d, Dec *out);
double dec_double(Dec a);
Str dec_text(Arena *a, Dec d);
static inline Dec dec_of(const FpItem *i)
{
	return i->kind == FP_INTEGER ? (Dec){ i->integer, 0 } : (Dec){ i->number, i->scale };
}
static inline FpItem dec_item(Dec d)
{
	return (FpItem){ .kind = FP_DECIMAL, .scale = (uint8_t)d.scale, .number = d.v };
}

/* --- moments (fp_moment.c) ------------------------------------------------------------------------------------------
 */
/* kind FP_DATE, FP_DATETIME or FP_TIME; all of s. An hour alone is allowed. */
bool moment_parse(Str s, FpKind kind, FpMoment *out);
Str moment_text(Arena *a, const FpMoment *m, FpKind kind);
bool moment_compare(const FpItem *a, const FpItem *b, int *cmp);
/* Adds n units of precision `unit` (weeks are 7 days); false when it leaves the years 1 to 9999. */
bool moment_add(FpItem *m, FpPrecision unit, int64_t n);
FpItem moment_now(Millis now, FpKind kind);
int64_t moment_millis(const FpMoment *m);

/* --- units (fp_unit.c) ----------------------------------------------------------------------------------------------
 */
/* Compares two quantities: false when their units have no common dimension. */
bool unit_compare(const FpItem *a, const FpItem *b, bool loose, int *cmp);
bool unit_comparable(const FpItem *a, const FpItem *b);
/* b's number in a's unit; false when there is no way. */
bool unit_convert(const FpItem *b, const FpItem *a, Dec *out);
Str unit_join(Arena *a, Str left, Str right, bool divide);
/* A calendar word, singular or plural → its singular; absent when it is none. */
Str unit_calendar(Str word);
/* Is the unit a length of time that can be added to a moment? *unit and *factor: "wk" is 7 days. */
bool unit_duration(const FpItem *q, FpPrecision *unit, int64_t *factor);

/* --- regular expressions (fp_regex.c)
 * --------------------------------------------------------------------------------- */
/* Compiled by ICU and freed with the arena; NULL when the pattern is wrong. */
void *regex_new(Arena *a, Str pattern);
/* 1, 0; -1 when the time limit is passed. */
int regex_matches(const void *regex, Arena *a, Str text, bool full);
/* Absent when the time limit is passed or the replacement is wrong. */
Str regex_replace(const void *regex, Arena *a, Str text, Str with);

#endif
