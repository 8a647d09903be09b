/* Reads all Synthea bundles into memory and parses them again and again: speed of parse and free, and memory.
 * One JSON line a figure. Usage: json [folder] */
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "base/time.h"
#include "json/json.h"

enum { ROUNDS = 15, MAX_FILES = 1000 };

static Str texts[MAX_FILES];
static size_t files, bytes;

static Str read_file(Arena *a, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		die("cannot read %s", path);
	char *p = arena_raw(a, (size_t)st.st_size);
	size_t n = 0;
	for (ssize_t got; n < (size_t)st.st_size && (got = read(fd, p + n, (size_t)st.st_size - n)) > 0;)
		n += (size_t)got;
	close(fd);
	return str_n(p, n);
}

static void read_all(Arena *a, const char *folder)
{
	DIR *dir = opendir(folder);
	if (!dir)
		die("cannot open %s", folder);
	for (struct dirent *e; (e = readdir(dir)) && files < MAX_FILES;)
		if (str_ends(str_c(e->d_name), S(".json"))) {
			texts[files] = read_file(a, arena_printf(a, "%s/%s", folder, e->d_name).p);
			bytes += texts[files++].n;
		}
	closedir(dir);
	if (!bytes)
		die("no JSON files in %s", folder);
}

static const Json *parse(Arena *a, Str text)
{
	JError e;
	const Json *doc = NULL;
	if (json_parse(a, text, &doc, &e) != OK)
		die("line %u, column %u: %s", e.line, e.col, e.message);
	return doc;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* One line: the median; spread is what lies between the worst and the best, as a part of the median. */
static void report(const char *name, double *v, size_t n, const char *unit, const char *goal)
{
	qsort(v, n, sizeof *v, by_size);
	printf("{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\",\"goal\":\"%s\",\"best\":%.3f,\"spread\":%.3f}\n", name,
	       v[n / 2], unit, goal, v[n - 1], (v[n - 1] - v[0]) / v[n / 2]);
}

/* MB/s of parsing every text `times` times, freeing each. */
static double run(const Str *text, size_t n, unsigned times)
{
	size_t sum = 0;
	int64_t start = time_mono_us();
	for (unsigned t = 0; t < times; t++)
		for (size_t i = 0; i < n; i++) {
			Arena *a = arena_new();
			parse(a, text[i]);
			arena_free(a);
			sum += text[i].n;
		}
	return (double)sum / (double)(time_mono_us() - start);
}

/* Every entry's resource as a compact text: what a server reads and stores all day. */
static size_t split(Arena *a, Str **out)
{
	size_t n = 0, cap = 0;
	for (size_t i = 0; i < files; i++)
		cap += json_count(JGET(json_root(parse(a, texts[i])), "entry"));
	*out = ARENA_ARRAY(a, Str, cap);
	for (size_t i = 0; i < files; i++)
		for (JIter it = json_iter(JGET(json_root(parse(a, texts[i])), "entry")); json_next(&it);)
			(*out)[n++] = json_compact(a, JGET(it.value, "resource"));
	return n;
}

/* What malloc gave for the nodes, a byte of text. */
static double heap_per_byte(Arena *keep, bool compact)
{
	size_t heap = 0, sum = 0;
	for (size_t i = 0; i < files; i++) {
		Str text = compact ? json_compact(keep, json_root(parse(keep, texts[i]))) : texts[i];
		struct mallinfo2 before = mallinfo2();
		Arena *a = arena_new();
		parse(a, text);
		struct mallinfo2 after = mallinfo2();
		heap += after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
		arena_free(a);
		sum += text.n;
	}
	return (double)heap / (double)sum;
}

int main(int argc, char **argv)
{
	double bundle[ROUNDS], resource[ROUNDS], compact[ROUNDS];
	random_init();
	Arena *a = arena_new();
	read_all(a, argc > 1 ? argv[1] : "../shared/data/synthea-r4");
	Str *resources;
	size_t n = split(a, &resources);
	run(texts, files, 1);
	for (size_t i = 0; i < ROUNDS; i++) {
		bundle[i] = run(texts, files, 1);
		resource[i] = run(resources, n, 1);
		Arena *c = arena_new();
		const Json *doc = parse(c, texts[0]);
		int64_t start = time_mono_us();
		for (unsigned t = 0; t < 10; t++)
			json_compact(c, json_root(doc));
		compact[i] = (double)texts[0].n * 10 / (double)(time_mono_us() - start);
		arena_free(c);
	}
	double heap = heap_per_byte(a, false), heap_compact = heap_per_byte(a, true);
	report("json_parse_bundle", bundle, ROUNDS, "MB/s", ">= 600");
	report("json_parse_resource", resource, ROUNDS, "MB/s", ">= 600");
	report("json_compact", compact, ROUNDS, "MB/s", ">= 600");
	report("json_heap", &heap, 1, "bytes/byte", "<= 2.5");
	report("json_heap_compact", &heap_compact, 1, "bytes/byte", "<= 2.5");
	arena_free(a);
	return 0;
}
