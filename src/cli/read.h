/* Whole files for commands that look at one resource. */
#ifndef CLI_READ_H
#define CLI_READ_H

#include "json/json.h"

enum { READ_MAX = 256 * 1024 * 1024 };

/* The file's text into a, "-" being standard input; false, and said on stderr, when it cannot be read or has more than
 * READ_MAX bytes. */
bool read_text(Arena *a, Str path, Str *out);
/* The same, parsed. */
bool read_json(Arena *a, Str path, JVal *out);

#endif
