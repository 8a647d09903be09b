/* What the tests of the fhir room share. */
#ifndef FHIR_TEST_H
#define FHIR_TEST_H

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "json/json.h"

static inline Str read_file(Arena *a, const char *dir, const char *name)
{
	char path[512];
	struct stat st;
	snprintf(path, sizeof path, "%s/%s", dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		fail_msg("cannot read %s", path);
	char *p = arena_raw(a, (size_t)st.st_size + 1);
	assert_true(read(fd, p, (size_t)st.st_size) == st.st_size);
	close(fd);
	return str_n(p, (size_t)st.st_size);
}

static inline JVal parse(Arena *a, Str text)
{
	const Json *doc = NULL;
	JError e;
	if (json_parse(a, text, &doc, &e) != OK)
		fail_msg("line %u, column %u: %s", e.line, e.col, e.message);
	return json_root(doc);
}

/* Calls fn for each .json file of a folder, in an arena of its own; gives how many, 0 when there is no such folder. */
static inline size_t each_json(const char *dir, void (*fn)(Arena *a, const char *dir, const char *name))
{
	size_t n = 0;
	DIR *d = opendir(dir);
	Arena *a = arena_new();
	for (struct dirent *e; d && (e = readdir(d));)
		if (str_ends(str_c(e->d_name), S(".json")) && !str_eq(str_c(e->d_name), S("package.json"))) {
			arena_reset(a);
			fn(a, dir, e->d_name);
			n++;
		}
	if (d)
		closedir(d);
	arena_free(a);
	return n;
}

static inline const char *data_dir(void)
{
	const char *env = getenv("FHIR_DATA");
	return env ? env : "../shared/data";
}

#endif
