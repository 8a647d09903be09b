#include "base/err.h"

#include <pthread.h>

static const struct {
	const char *name;
	int status;
	const char *issue;
} rows[] = {
#define X(name, status, issue) { #name, status, issue },
	ERR_LIST(X)
#undef X
};

int err_status(Err e)
{
	return rows[e].status;
}

Str err_issue_type(Err e)
{
	return str_c(rows[e].issue);
}

static char names[COUNT_OF(rows)][24];

static void make_names(void)
{
	for (size_t e = 0; e < COUNT_OF(rows); e++) {
		const char *s = rows[e].name;
		if (!strncmp(s, "ERR_", 4))
			s += 4;
		for (size_t i = 0; s[i] && i + 1 < sizeof names[e]; i++)
			names[e][i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] + 32 : s[i]);
	}
}

Str err_name(Err e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_names);
	return str_c(names[e]);
}
