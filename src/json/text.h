/* What reader and accessors share about the text of strings. Private to this room. */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include "base/arena.h"

/* The text of a string's raw bytes, which the reader accepted: escapes become UTF-8. A copy in a. */
Str text_decode(Arena *a, Str raw);
/* Do the raw bytes, decoded, equal s? */
bool text_equals(Str raw, Str s);
/* The four hexadecimal digits at p, or -1. */
int text_hex4(const char *p);
/* Line and column, from 1, of byte `at`. A line ends behind its LF; columns count bytes. */
void text_where(Str text, size_t at, unsigned *line, unsigned *col);

#endif
