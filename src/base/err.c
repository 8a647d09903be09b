#include "base/err.h"

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

Str err_name(Err e)
{
	static char lower[COUNT_OF(rows)][24];
	static bool made[COUNT_OF(rows)];
	if (!__atomic_load_n(&made[e], __ATOMIC_ACQUIRE)) {
		const char *s = rows[e].name;
		if (!strncmp(s, "ERR_", 4))
			s += 4;
		size_t n = strlen(s);
		for (size_t i = 0; i <= n; i++)
			lower[e][i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] + 32 : s[i]);
		__atomic_store_n(&made[e], true, __ATOMIC_RELEASE);
	}
	return str_c(lower[e]);
}
