#include "fhir/outcome.h"
#include <stdarg.h>
#include <stdio.h>

Outcome outcome_new(Arena *a)
{
	return (Outcome){ .arena = a };
}

static bool is_mild(Severity s)
{
	return s != SEV_FATAL && s != SEV_ERROR;
}

bool outcome_takes(const Outcome *o, Severity s)
{
	return o->count < OUTCOME_MAX_ISSUES || (o->mild && !is_mild(s));
}

/* Takes the last mild issue out. */
static void give_way(Outcome *o)
{
	size_t i = o->count;
	while (i && !is_mild(o->issues[i - 1].severity))
		i--;
	o->mild = i ? o->mild - 1 : 0;
	if (i)
		memmove(&o->issues[i - 1], &o->issues[i], (o->count-- - i) * sizeof(Issue));
}

/* Room for one more issue, or NULL past the maximum. Counts errors in any case. */
static Issue *next_issue(Outcome *o, Severity s)
{
	if (!is_mild(s))
		o->errors++;
	if (o->count == OUTCOME_MAX_ISSUES && outcome_takes(o, s))
		give_way(o);
	if (o->count == OUTCOME_MAX_ISSUES)
		return NULL;
	o->mild += is_mild(s);
	if (o->count == o->cap) {
		size_t cap = o->cap ? o->cap * 2 : 8;
		o->issues = arena_grow(o->arena, o->issues, o->cap * sizeof(Issue), cap * sizeof(Issue));
		o->cap = cap;
	}
	Issue *i = &o->issues[o->count++];
	*i = (Issue){ .severity = s };
	return i;
}

/* What was sent may be quoted in an issue; a FHIR string has no control characters. */
static void without_controls(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c < ' ' || c == 0x7F)
			text[i] = ' ';
		else if (c == 0xC2 && i + 1 < n && (unsigned char)text[i + 1] < 0xA0)
			text[i] = text[i + 1] = ' ';
	}
}

__attribute__((format(printf, 2, 0))) static Str format(Arena *a, const char *fmt, va_list args)
{
	char text[1024];
	int n = vsnprintf(text, sizeof text, fmt, args);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	if (n >= (int)sizeof text) { /* do not end in the middle of a character */
		while (len && ((uint8_t)text[len - 1] & 0xC0) == 0x80)
			len--;
		if (len && (uint8_t)text[len - 1] >= 0xC0)
			len--;
	}
	without_controls(text, len);
	return arena_utf8(a, arena_str(a, str_n(text, len)));
}

void outcome_add(Outcome *o, Severity s, Str code, Str expression, const char *fmt, ...)
{
	Issue *i = next_issue(o, s);
	if (!i)
		return;
	va_list args;
	va_start(args, fmt);
	i->code = code;
	i->expression = expression;
	i->details = format(o->arena, fmt, args);
	va_end(args);
}

void outcome_json_error(Outcome *o, const JError *e)
{
	Issue *i = next_issue(o, SEV_FATAL);
	if (!i)
		return;
	i->code = S("structure");
	i->details = arena_printf(o->arena, "This is not JSON: %s", e->message);
	i->line = e->line;
	i->col = e->col;
}

void outcome_err(Outcome *o, Err e, const char *fmt, ...)
{
	Issue *i = next_issue(o, e == OK ? SEV_INFORMATION : SEV_ERROR);
	if (!i)
		return;
	va_list args;
	va_start(args, fmt);
	i->code = err_issue_type(e);
	i->details = format(o->arena, fmt, args);
	va_end(args);
}

static Str severity_code(Severity s)
{
	switch (s) {
	case SEV_FATAL:
		return S("fatal");
	case SEV_ERROR:
		return S("error");
	case SEV_WARNING:
		return S("warning");
	case SEV_INFORMATION:
		return S("information");
	}
	return S("error");
}

static void write_issue(JWriter *w, const Issue *i, Arena *a)
{
	jw_object(w);
	JW_STR(w, "severity", severity_code(i->severity));
	JW_STR(w, "code", i->code);
	JW_OBJECT(w, "details");
	JW_STR(w, "text", i->details);
	jw_end_object(w);
	if (i->line)
		JW_STR(w, "diagnostics", arena_printf(a, "line %u, column %u", i->line, i->col));
	if (i->expression.n) {
		JW_ARRAY(w, "expression");
		jw_str(w, i->expression);
		jw_end_array(w);
	}
	jw_end_object(w);
}

Str outcome_json(const Outcome *o, Arena *a)
{
	Buf b = buf_new(a, 512, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("OperationOutcome"));
	JW_ARRAY(&w, "issue");
	for (size_t i = 0; i < o->count; i++)
		write_issue(&w, &o->issues[i], a);
	if (!o->count)
		write_issue(
		    &w, &(Issue){ .severity = SEV_INFORMATION, .code = S("informational"), .details = S("All OK") }, a);
	jw_end_array(&w);
	jw_end_object(&w);
	return buf_str(&b);
}
