#include "fhir/walk.h"

#include <stdarg.h>
#include <stdio.h>

#include "fhir/profile_check.h"

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
	bool listed = outcome_takes(w->out, severity);
	Str expression = { NULL, 0 };
	if (listed && place) {
		Buf b = buf_new(w->out->arena, 64, 4096);
		add_place(&b, place);
		expression = buf_str(&b);
	}
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	outcome_add(w->out, severity, code, expression, "%s", text);
	if (listed)
		json_where(v, &w->out->issues[w->out->count - 1].line, &w->out->issues[w->out->count - 1].col);
}

Arena *walk_scratch(Walk *w)
{
	if (!w->scratch)
		w->scratch = arena_new();
	return w->scratch;
}

/* The resource of an entry of the bundle around us that a reference names. */
bool walk_resolve(void *arg, Str reference, Arena *a, JVal *out)
{
	const Walk *w = arg;
	if (!reference.n || !w->bundle.node)
		return false;
	for (JIter it = json_each(JGET(w->bundle, "entry")); json_next(&it);) {
		JVal url = JGET(it.value, "fullUrl"), r = JGET(it.value, "resource");
		Str full = json_str(url, a);
		bool ends =
		    str_ends(full, reference) && full.n > reference.n && full.p[full.n - reference.n - 1] == '/';
		if (json_is(r, J_OBJECT) && (ends || str_eq(full, reference))) {
			*out = r;
			return true;
		}
	}
	return false;
}

static int member_of(void *arg, Str value_set, Str system, Str code)
{
	return profile_member(arg, value_set, system, code);
}

static int conforms_to(void *arg, Str url, JVal v)
{
	Walk *w = arg;
	const Profile *p = w->depth < PROFILE_DEPTH ? profile_find(w->profiles, url) : NULL;
	FpItem item = fhirpath_item(v, STR_END);
	return p ? profile_conforms(w, p, &item) : -1;
}

static int subsumes(void *arg, Str system, Str a, Str b)
{
	Walk *w = arg;
	return w->options->terms ? term_subsumes(w->options->terms, system, a, b, w->keep) : -1;
}

FpContext walk_context(Walk *w)
{
	const Json *doc = w->resource.doc;
	return (FpContext){ .resource = w->resource,
		            .root_resource = w->root,
		            .steps = FP_STEPS + 100 * (uint64_t)doc->count,
		            .memory = FP_MEMORY + 100 * (uint64_t)doc->text.n,
		            .resolve = walk_resolve,
		            .member_of = w->keep ? member_of : NULL,
		            .conforms_to = w->keep ? conforms_to : NULL,
		            .subsumes = w->keep ? subsumes : NULL,
		            .arg = w };
}
