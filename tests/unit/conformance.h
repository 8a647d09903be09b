/* A suite's counts, for build/conformance.json: written when CONFORMANCE_DIR says where (make conformance). */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <stdio.h>
#include <stdlib.h>

/* suite: "fhirpath"; the name of the file. Call once, at the end of the suite, also when cases failed. */
static inline void conformance(const char *suite, size_t passed, size_t failed, size_t skipped)
{
	const char *dir = getenv("CONFORMANCE_DIR");
	char path[512];
	if (!dir)
		return;
	snprintf(path, sizeof path, "%s/%s.json", dir, suite);
	FILE *f = fopen(path, "w");
	if (!f)
		return;
	fprintf(f, "{\"suite\":\"%s\",\"passed\":%zu,\"failed\":%zu,\"skipped\":%zu}\n", suite, passed, failed,
	        skipped);
	fclose(f);
}

#endif
