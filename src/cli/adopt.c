#include "cli/adopt.h"

#include "access/authn.h"
#include "care/team.h"

enum { PAGE = 200 };

static Err adopt(Records *r, const Scope *system, Str person, const Account *who, bool *made)
{
	static const TypeSet *const all = &DOSSIER_ALL;
	Arena *a = arena_new();
	Visit *v = visit_new(r, system, a);
	Dossier d;
	FieldIssues is = { 0 };
	visit_reason(v, S("import: a person without a care team gets a coordinator"));
	Err e = dossier_open(v, person, all, &d);
	*made = e == OK && !d.team.exists;
	if (*made) {
		MemberInput in = { .ref = who->refs[0],
			           .name = who->name,
			           .role_text = S("zorgcoördinator"),
			           .secrecy = true,
			           .coordinator = true };
		e = team_add(v, &d, &in, &is);
		if (e == OK)
			e = visit_commit(v);
	}
	arena_free(a);
	return e;
}

Err adopt_persons(Records *r, Str login, uint64_t *adopted)
{
	Arena *a = arena_new();
	Scope system = scope_system(S("import"));
	Account who;
	Str after = { NULL, 0 };
	Err e = account_by_login(r, login, a, &who);
	*adopted = 0;
	if (e == OK && (!who.n_refs || !str_starts(who.refs[0], S("Practitioner/"))))
		e = ERR_INVALID;
	for (size_t n = PAGE; e == OK && n == PAGE;) {
		Visit *v = visit_new(r, &system, a);
		Str *ids;
		e = visit_all_persons(v, after, PAGE, &ids, &n);
		for (size_t i = 0; e == OK && i < n; i++) {
			bool made;
			e = adopt(r, &system, ids[i], &who, &made);
			*adopted += made;
			after = ids[i];
		}
	}
	arena_free(a);
	return e;
}
