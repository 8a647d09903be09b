/* The parser: precedence climbing. Source: https://hl7.org/fhirpath/N1/#grammar, #operator-precedence */
#include "fhir/fhirpath/fp.h"

typedef struct Parser {
	FpLexer lex;
	Arena *arena;
	unsigned depth;
} Parser;

static Err expression(Parser *p, int level, FpExpr **out);

static const struct {
	Str word;
	int level; /* a higher level binds tighter */
	FpOp op;
} operators[] = {
	{ S_INIT("implies"), 1, FPO_IMPLIES }, { S_INIT("or"), 2, FPO_OR },
	{ S_INIT("xor"), 2, FPO_XOR },         { S_INIT("and"), 3, FPO_AND },
	{ S_INIT("in"), 4, FPO_IN },           { S_INIT("contains"), 4, FPO_CONTAINS },
	{ S_INIT("="), 5, FPO_EQUAL },         { S_INIT("!="), 5, FPO_NOT_EQUAL },
	{ S_INIT("~"), 5, FPO_EQUIVALENT },    { S_INIT("!~"), 5, FPO_NOT_EQUIVALENT },
	{ S_INIT("<"), 6, FPO_LESS },          { S_INIT("<="), 6, FPO_LESS_EQUAL },
	{ S_INIT(">"), 6, FPO_GREATER },       { S_INIT(">="), 6, FPO_GREATER_EQUAL },
	{ S_INIT("|"), 7, FPO_UNION },         { S_INIT("is"), 8, FPO_IS },
	{ S_INIT("as"), 8, FPO_AS },           { S_INIT("+"), 9, FPO_ADD },
	{ S_INIT("-"), 9, FPO_SUBTRACT },      { S_INIT("&"), 9, FPO_CONCAT },
	{ S_INIT("*"), 10, FPO_MULTIPLY },     { S_INIT("/"), 10, FPO_DIVIDE },
	{ S_INIT("div"), 10, FPO_DIV },        { S_INIT("mod"), 10, FPO_MOD },
};
enum { LEVEL_SIGN = 11 };

static Err wrong(Parser *p, const char *want)
{
	if (p->lex.token == TOK_END)
		return fp_error(p->lex.error, FP_SYNTAX, p->lex.start, "the expression ends where %s is needed", want);
	Str found = str_clip(str_n(p->lex.text.p + p->lex.start, p->lex.at - p->lex.start), 30);
	return fp_error(p->lex.error, FP_SYNTAX, p->lex.start, "'%.*s' stands where %s is needed", STR_ARG(found),
	                want);
}

static bool at_sign(const Parser *p, Str sign)
{
	return p->lex.token == TOK_SIGN && str_eq(p->lex.value, sign);
}

static Err expect(Parser *p, Str sign)
{
	char want[4] = { '\'', sign.p[0], '\'', 0 };
	if (!at_sign(p, sign))
		return wrong(p, want);
	return fp_next(&p->lex);
}

static FpExpr *node(Parser *p, FpOp op, size_t at)
{
	FpExpr *x = ARENA_NEW(p->arena, FpExpr);
	x->op = (uint8_t)op;
	x->at = (uint32_t)at;
	return x;
}

/* x stands above child: how high trees get is what bounds every walk over them. */
static Err above(Parser *p, FpExpr *x, const FpExpr *child)
{
	if (child && child->height >= x->height)
		x->height = (uint16_t)(child->height + 1);
	if (x->height > FP_HEIGHT)
		return fp_error(p->lex.error, FP_LIMIT, x->at, "nested more than %d deep", FP_HEIGHT);
	return OK;
}

static FpExpr *literal(Parser *p, FpItem item, size_t at)
{
	FpExpr *x = node(p, FPO_LITERAL, at);
	FpItem *copy = ARENA_NEW(p->arena, FpItem);
	*copy = item;
	x->literal = copy;
	return x;
}

static void set_name(FpExpr *x, Arena *a, Str name)
{
	x->name = arena_str(a, name);
	x->hash = fhir_hash(name);
}

/* A type as a path: Patient, FHIR.Patient, System.String. */
static Err type_of_path(Parser *p, const FpExpr *x, FpExpr *onto)
{
	Str space = { NULL, 0 };
	bool good = x->op == FPO_MEMBER && (!x->left || (x->left->op == FPO_MEMBER && !x->left->left));
	if (!good)
		return fp_error(p->lex.error, FP_SEMANTIC, x->at, "a type's name is needed");
	if (x->left)
		space = x->left->name;
	FpType *t = ARENA_NEW(p->arena, FpType);
	*t = fp_type_named(space, x->name);
	onto->type = t;
	return OK;
}

static Err arguments(Parser *p, FpExpr *call)
{
	FpExpr *list[16];
	unsigned n = 0;
	TRY(fp_next(&p->lex));
	if (!at_sign(p, S(")")))
		for (;;) {
			if (n == COUNT_OF(list))
				return fp_error(p->lex.error, FP_SYNTAX, p->lex.start, "more than %zu arguments",
				                COUNT_OF(list));
			TRY(expression(p, 1, &list[n++]));
			if (!at_sign(p, S(",")))
				break;
			TRY(fp_next(&p->lex));
		}
	TRY(expect(p, S(")")));
	call->argc = (uint8_t)n;
	call->args = ARENA_ARRAY(p->arena, FpExpr *, n + 1);
	memcpy(call->args, list, n * sizeof *list);
	for (unsigned i = 0; i < n; i++)
		TRY(above(p, call, list[i]));
	return OK;
}

/* What can be known of a call before it runs. */
static Err prepare(Parser *p, FpExpr *x)
{
	x->fn = fp_function(x->name);
	if (!x->fn)
		return fp_error(p->lex.error, FP_SEMANTIC, x->at, "there is no function '%.*s'",
		                STR_ARG(str_clip(x->name, 60)));
	if (x->argc < x->fn->min || x->argc > x->fn->max)
		return fp_error(p->lex.error, FP_SEMANTIC, x->at, "%.*s() takes %u to %u arguments and has %u",
		                STR_ARG(x->name), x->fn->min, x->fn->max, x->argc);
	if (x->fn->flags & FNF_TYPE) {
		TRY(type_of_path(p, x->args[0], x));
		if (!x->type->known && !str_eq(x->name, S("is")))
			return fp_error(p->lex.error, FP_SEMANTIC, x->at, "there is no type '%.*s'",
			                STR_ARG(str_clip(x->type->name, 60)));
	}
	const FpExpr *first = x->argc ? x->args[0] : NULL;
	if (first && x->fn->flags & FNF_REGEX && first->op == FPO_LITERAL && first->literal->kind == FP_STRING) {
		x->regex = regex_new(p->arena, first->literal->text);
		if (!x->regex)
			return fp_error(p->lex.error, FP_SEMANTIC, first->at, "this is no regular expression");
	}
	return OK;
}

/* A name and, when brackets follow, its arguments. */
static Err invocation(Parser *p, FpExpr *left, FpExpr **out)
{
	size_t at = p->lex.start;
	bool quoted = p->lex.token == TOK_QUOTED;
	Str name = p->lex.value;
	TRY(fp_next(&p->lex));
	bool call = !quoted && at_sign(p, S("("));
	FpExpr *x = node(p, call ? FPO_CALL : FPO_MEMBER, at);
	set_name(x, p->arena, name);
	x->left = left;
	*out = x;
	TRY(above(p, x, left));
	if (!call)
		return OK;
	TRY(arguments(p, x));
	return prepare(p, x);
}

static Err number(Parser *p, FpExpr **out)
{
	size_t at = p->lex.start;
	Str text = p->lex.value;
	Dec d;
	if (!dec_parse(text, &d))
		return fp_error(p->lex.error, FP_SYNTAX, at, "the number has too many digits");
	FpItem item = dec_item(d);
	bool whole = str_chr(text, '.') < 0;
	TRY(fp_next(&p->lex));
	Str unit = p->lex.token == TOK_NAME ? unit_calendar(p->lex.value) : (Str){ NULL, 0 };
	if (p->lex.token == TOK_STRING || unit.p) {
		item.kind = FP_QUANTITY;
		item.calendar = unit.p != NULL;
		item.unit = unit.p ? unit : arena_str(p->arena, p->lex.value);
		TRY(fp_next(&p->lex));
	} else if (whole) {
		if (d.v > INT64_MAX)
			return fp_error(p->lex.error, FP_SYNTAX, at, "the number is too large");
		item = (FpItem){ .kind = FP_INTEGER, .integer = (int64_t)d.v };
	}
	*out = literal(p, item, at);
	return OK;
}

static Err moment(Parser *p, FpExpr **out)
{
	Str text = p->lex.value;
	FpItem item = { .kind = FP_DATE };
	if (str_starts(text, S("T"))) {
		item.kind = FP_TIME;
		text = str_from(text, 1);
	} else if (str_chr(text, 'T') >= 0) {
		item.kind = FP_DATETIME;
		if (str_ends(text, S("T")))
			text.n--;
	}
	if (!moment_parse(text, (FpKind)item.kind, &item.moment))
		return fp_error(p->lex.error, FP_SYNTAX, p->lex.start, "this is no date or time");
	*out = literal(p, item, p->lex.start);
	return fp_next(&p->lex);
}

static Err dollar(Parser *p, FpExpr **out)
{
	static const struct {
		Str name;
		FpOp op;
	} known[] = { { S_INIT("this"), FPO_THIS },
		      { S_INIT("index"), FPO_INDEX_VAR },
		      { S_INIT("total"), FPO_TOTAL } };
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(known[i].name, p->lex.value)) {
			*out = node(p, known[i].op, p->lex.start);
			return fp_next(&p->lex);
		}
	return wrong(p, "$this, $index or $total");
}

static Err name_or_word(Parser *p, FpExpr **out)
{
	static const Str reserved[] = { S_INIT("and"), S_INIT("or"),  S_INIT("xor"),
		                        S_INIT("div"), S_INIT("mod"), S_INIT("implies") };
	Str s = p->lex.value;
	if (p->lex.token == TOK_NAME && (str_eq(s, S("true")) || str_eq(s, S("false")))) {
		*out = literal(p, (FpItem){ .kind = FP_BOOLEAN, .boolean = s.n == 4 }, p->lex.start);
		return fp_next(&p->lex);
	}
	for (size_t i = 0; p->lex.token == TOK_NAME && i < COUNT_OF(reserved); i++)
		if (str_eq(reserved[i], s))
			return wrong(p, "a value");
	return invocation(p, NULL, out);
}

static Err bracket(Parser *p, FpExpr **out)
{
	size_t at = p->lex.start;
	if (at_sign(p, S("("))) {
		TRY(fp_next(&p->lex));
		TRY(expression(p, 1, out));
		return expect(p, S(")"));
	}
	if (!at_sign(p, S("{")))
		return wrong(p, "a value");
	TRY(fp_next(&p->lex));
	*out = node(p, FPO_EMPTY, at);
	return expect(p, S("}"));
}

static Err term(Parser *p, FpExpr **out)
{
	switch (p->lex.token) {
	case TOK_NAME:
	case TOK_QUOTED:
		return name_or_word(p, out);
	case TOK_STRING:
		*out =
		    literal(p, (FpItem){ .kind = FP_STRING, .text = arena_str(p->arena, p->lex.value) }, p->lex.start);
		return fp_next(&p->lex);
	case TOK_NUMBER:
		return number(p, out);
	case TOK_MOMENT:
		return moment(p, out);
	case TOK_DOLLAR:
		return dollar(p, out);
	case TOK_PERCENT:
		*out = node(p, FPO_VARIABLE, p->lex.start);
		set_name(*out, p->arena, p->lex.value);
		return fp_next(&p->lex);
	case TOK_SIGN:
		return bracket(p, out);
	case TOK_END:
		break;
	}
	return wrong(p, "a value");
}

/* A term and what follows it: .name, .function(), [index]. */
static Err postfix(Parser *p, FpExpr **out)
{
	TRY(term(p, out));
	for (;;) {
		if (at_sign(p, S("."))) {
			TRY(fp_next(&p->lex));
			if (p->lex.token != TOK_NAME && p->lex.token != TOK_QUOTED) {
				if (p->lex.token != TOK_DOLLAR)
					return wrong(p, "a name");
				return wrong(p, "the name of an element or function");
			}
			TRY(invocation(p, *out, out));
		} else if (at_sign(p, S("["))) {
			FpExpr *x = node(p, FPO_INDEX, p->lex.start);
			x->left = *out;
			TRY(fp_next(&p->lex));
			TRY(expression(p, 1, &x->right));
			TRY(expect(p, S("]")));
			TRY(above(p, x, x->left));
			TRY(above(p, x, x->right));
			*out = x;
		} else {
			return OK;
		}
	}
}

static Err sign(Parser *p, FpExpr **out)
{
	if (!at_sign(p, S("+")) && !at_sign(p, S("-")))
		return postfix(p, out);
	FpExpr *x = node(p, at_sign(p, S("-")) ? FPO_NEGATE : FPO_PLUS_SIGN, p->lex.start);
	TRY(fp_next(&p->lex));
	TRY(expression(p, LEVEL_SIGN, &x->left));
	TRY(above(p, x, x->left));
	*out = x;
	return OK;
}

/* The operator at the token when it binds at least as tight as level; -1 for none. */
static int operator_here(const Parser *p, int level)
{
	if (p->lex.token != TOK_NAME && p->lex.token != TOK_SIGN)
		return -1;
	for (size_t i = 0; i < COUNT_OF(operators); i++)
		if (str_eq(operators[i].word, p->lex.value))
			return operators[i].level >= level ? (int)i : -1;
	return -1;
}

static Err type_operand(Parser *p, FpExpr *x)
{
	FpExpr *path;
	if (p->lex.token != TOK_NAME && p->lex.token != TOK_QUOTED)
		return wrong(p, "a type's name");
	TRY(invocation(p, NULL, &path));
	if (at_sign(p, S("."))) {
		TRY(fp_next(&p->lex));
		if (p->lex.token != TOK_NAME && p->lex.token != TOK_QUOTED)
			return wrong(p, "a type's name");
		TRY(invocation(p, path, &path));
	}
	TRY(type_of_path(p, path, x));
	if (x->op == FPO_AS && !x->type->known)
		return fp_error(p->lex.error, FP_SEMANTIC, x->at, "there is no type '%.*s'",
		                STR_ARG(str_clip(x->type->name, 60)));
	return OK;
}

static Err expression(Parser *p, int level, FpExpr **out)
{
	if (++p->depth > FP_DEPTH)
		return fp_error(p->lex.error, FP_LIMIT, p->lex.start, "nested more than %d deep", FP_DEPTH);
	TRY(sign(p, out));
	for (int i; (i = operator_here(p, level)) >= 0;) {
		FpExpr *x = node(p, operators[i].op, p->lex.start);
		x->left = *out;
		TRY(fp_next(&p->lex));
		if (x->op == FPO_IS || x->op == FPO_AS)
			TRY(type_operand(p, x));
		else
			TRY(expression(p, operators[i].level + 1, &x->right));
		TRY(above(p, x, x->left));
		TRY(above(p, x, x->right));
		*out = x;
	}
	p->depth--;
	return OK;
}

Err fp_parse(Arena *a, Str text, FpExpr **out, FpError *error)
{
	Parser p = { .lex = { .arena = a, .text = text, .error = error }, .arena = a };
	if (text.n > FP_TEXT_MAX)
		return fp_error(error, FP_LIMIT, 0, "longer than %d bytes", FP_TEXT_MAX);
	if (!str_utf8(text))
		return fp_error(error, FP_SYNTAX, str_utf8_until(text), "the expression is not UTF-8");
	TRY(fp_next(&p.lex));
	TRY(expression(&p, 1, out));
	return p.lex.token == TOK_END ? OK : wrong(&p, "the end");
}

Err fhirpath_compile(Arena *a, Str expression, const FpOptions *options, const FhirPath **out, FpError *error)
{
	FpExpr *root = NULL;
	FhirPath *p = ARENA_NEW(a, FhirPath);
	p->text = arena_str(a, expression);
	TRY(fp_parse(a, p->text, &root, error));
	if (options && options->type.p)
		TRY(fp_check(root, options, error));
	p->root = root;
	p->as_filters = options && options->as_filters;
	*out = p;
	return OK;
}

Str fhirpath_text(const FhirPath *p)
{
	return p->text;
}
