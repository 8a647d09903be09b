#include "fhir/walk.h"

#include <stdarg.h>
#include <stdio.h>

static void add_place(Buf *b, const Place *p)
{
	if (p->up) {
		add_place(b, p->up);
		buf_byte(b, '.');
	}
	buf_add(b, p->name);
	if (p->index >= 0)
		buf_printf(b, "[%ld]", p->index);
}

void walk_report(Walk *w, const Place *place, JVal v, Severity severity, Str code, const char *fmt, ...)
{
	char text[600];
	size_t before = w->out->count;
	Str expression = { NULL, 0 };
	if (before < OUTCOME_MAX_ISSUES && place) {
		Buf b = buf_new(w->out->arena, 64, 4096);
		add_place(&b, place);
		expression = buf_str(&b);
	}
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	outcome_add(w->out, severity, code, expression, "%s", text);
	if (w->out->count > before)
		json_where(v, &w->out->issues[before].line, &w->out->issues[before].col);
}

Arena *walk_scratch(Walk *w)
{
	if (!w->scratch)
		w->scratch = arena_new();
	return w->scratch;
}
