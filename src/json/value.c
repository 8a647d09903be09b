#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/log.h"
#include "json/json.h"
#include "json/scan.h"
#include "json/text.h"

static Str node_text(JVal v)
{
	return str_n(v.doc->text.p + v.node->at, v.node->len);
}

static bool is_container(const JNode *n)
{
	return n->kind == J_OBJECT || n->kind == J_ARRAY;
}

void json_where(JVal v, unsigned *line, unsigned *col)
{
	*line = *col = 1;
	if (v.node)
		text_where(v.doc->text, v.node->at - (v.node->kind == J_STRING), line, col);
}

size_t json_count(JVal v)
{
	return v.node && is_container(v.node) ? v.node->len : 0;
}

JVal json_get(JVal v, Str key)
{
	if (!json_is(v, J_OBJECT))
		return (JVal){ v.doc, NULL };
	const char *text = v.doc->text.p;
	const JNode *k = v.node + 1;
	for (uint32_t i = 0; i < v.node->len; i++, k += 1 + k[1].span) {
		if (k->len == key.n && !k->escaped && memcmp(text + k->at, key.p, key.n) == 0)
			return (JVal){ v.doc, k + 1 };
		if (k->escaped && text_equals(str_n(text + k->at, k->len), key))
			return (JVal){ v.doc, k + 1 };
	}
	return (JVal){ v.doc, NULL };
}

JVal json_at(JVal v, size_t i)
{
	if (!json_is(v, J_ARRAY))
		return i == 0 ? v : (JVal){ v.doc, NULL };
	if (i >= v.node->len)
		return (JVal){ v.doc, NULL };
	const JNode *n = v.node + 1;
	while (i--)
		n += n->span;
	return (JVal){ v.doc, n };
}

JVal json_path(JVal v, ...)
{
	va_list ap;
	va_start(ap, v);
	for (const char *key; (key = va_arg(ap, const char *));)
		v = json_get(json_at(v, 0), str_c(key));
	va_end(ap);
	return v;
}

Str json_str(JVal v, Arena *a)
{
	if (!json_is(v, J_STRING))
		return (Str){ NULL, 0 };
	return v.node->escaped ? text_decode(a, node_text(v)) : node_text(v);
}

bool json_str_is(JVal v, Str s)
{
	if (!json_is(v, J_STRING))
		return false;
	return v.node->escaped ? text_equals(node_text(v), s) : str_eq(node_text(v), s);
}

/* Just behind a value in the text. A container's end is found from its last node: as many closing brackets
 * follow it as there are containers between the two. */
static const char *value_end(const Json *doc, const JNode *n)
{
	const char *end = doc->text.p + doc->text.n;
	const JNode *last = n + n->span - 1;
	const char *p = doc->text.p + last->at;
	unsigned closers = last->depth - n->depth;
	if (is_container(last)) {
		p++;
		closers++;
	} else {
		p += last->len + (last->kind == J_STRING);
	}
	while (closers--)
		p = scan_space(p, end) + 1;
	return p;
}

Str json_raw(JVal v)
{
	if (!v.node)
		return (Str){ NULL, 0 };
	const char *p = v.doc->text.p + v.node->at - (v.node->kind == J_STRING);
	return str_n(p, (size_t)(value_end(v.doc, v.node) - p));
}

bool json_int(JVal v, int64_t *out)
{
	return json_is(v, J_NUMBER) && str_int(node_text(v), out);
}

static locale_t c_locale;

static void make_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", NULL);
	if (!c_locale)
		die("the C locale is missing");
}

bool json_double(JVal v, double *out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	if (!json_is(v, J_NUMBER))
		return false;
	pthread_once(&once, make_c_locale);
	Str s = node_text(v);
	char small[64], *z = s.n < sizeof small ? small : malloc(s.n + 1);
	if (!z)
		die("out of memory (number of %zu digits)", s.n);
	memcpy(z, s.p, s.n);
	z[s.n] = 0;
	double d = strtod_l(z, NULL, c_locale);
	if (z != small)
		free(z);
	if (!isfinite(d))
		return false;
	*out = d;
	return true;
}

JIter json_iter(JVal v)
{
	JIter it = { .doc = v.doc };
	if (!v.node || !is_container(v.node))
		return it;
	it.next = v.node + 1;
	it.left = v.node->len;
	it.object = v.node->kind == J_OBJECT;
	return it;
}

JIter json_each(JVal v)
{
	if (json_is(v, J_ARRAY))
		return json_iter(v);
	return (JIter){ .doc = v.doc, .next = v.node, .left = v.node != NULL };
}

bool json_next(JIter *it)
{
	if (!it->left)
		return false;
	if (it->value.node)
		it->index++;
	it->left--;
	const JNode *n = it->next;
	if (it->object) {
		it->key = str_n(it->doc->text.p + n->at, n->len);
		n++;
	}
	it->value = (JVal){ it->doc, n };
	it->next = n + n->span;
	return true;
}
