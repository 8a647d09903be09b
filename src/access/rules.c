/* Who may see and write what, and by which rule. Everything here is a pure function; docs/access.md has the table. */
#include "access/facts.h"

/* What those bound by professional secrecy see of a person in whose team they are. */
#define TEAM_READ                                                                                                    \
	(BIT(CAT_IDENTITY) | BIT(CAT_STORY) | BIT(CAT_GOALS) | BIT(CAT_NOTES) | BIT(CAT_MEDICAL) | BIT(CAT_SOCIAL) | \
	 BIT(CAT_NETWORK) | BIT(CAT_MEETINGS))
/* Kinds that decide who gets in: a consent never gives the right to write them. */
#define GATE (BIT(CAT_NETWORK) | BIT(CAT_CONTROL))
#define COORDINATE (BIT(CAT_IDENTITY) | BIT(CAT_NETWORK))

static Relation all(RelationKind kind, Str rule)
{
	return (Relation){ .kind = kind, .read = BIT_ALL, .write = BIT_ALL, .rule = rule };
}

static void through(const Facts *f, Relation *r)
{
	r->role_text = f->role_text;
	r->member = f->member;
	r->since = f->since;
	r->until = f->until;
}

static Relation representative(const Facts *f)
{
	Relation r = all(REL_REPRESENTATIVE, S("representative"));
	/* Only what the person keeps from this representative by name; not a denial to all. */
	r.read &= ~f->deny | BIT(CAT_IDENTITY);
	r.write &= r.read;
	return r;
}

static Relation team(const Facts *f)
{
	uint32_t permit = f->permit | f->permit_team, deny = f->deny | f->deny_all;
	Relation r = { .kind = REL_TEAM, .secrecy = f->secrecy, .coordinator = f->coordinator };
	r.read = (f->secrecy ? TEAM_READ : BIT(CAT_IDENTITY)) | permit;
	if (f->coordinator)
		r.read |= COORDINATE | BIT(CAT_CONTROL);
	r.read = (r.read & ~deny) | BIT(CAT_IDENTITY);
	if (f->secrecy)
		r.write = r.read & ~(GATE | BIT(CAT_IDENTITY));
	else
		r.write = (f->permit_write & ~GATE & r.read) | (BIT(CAT_NOTES) & ~deny);
	if (f->coordinator)
		r.write |= (COORDINATE | BIT(CAT_CONTROL)) & r.read;
	r.rule = f->secrecy ? S("team-secrecy") : r.read == BIT(CAT_IDENTITY) ? S("team-identity") : S("team-consent");
	if (f->coordinator)
		r.rule = S("team-coordinator");
	return r;
}

static Relation related(const Facts *f)
{
	Relation r = { .kind = f->confidant && f->permit ? REL_REPRESENTATIVE : REL_RELATED };
	r.read = (f->permit & ~(f->deny | f->deny_all)) | BIT(CAT_IDENTITY);
	r.write = f->permit_write & r.read & ~GATE;
	r.rule = r.read == BIT(CAT_IDENTITY)    ? S("related-identity")
	         : r.kind == REL_REPRESENTATIVE ? S("confidant-consent")
	                                        : S("related-consent");
	return r;
}

void rules_decide(const Facts *f, Relation *out)
{
	*out = (Relation){ .kind = REL_NONE, .rule = S("none") };
	if (f->role == ROLE_ADMIN || (!f->exists && !f->fresh))
		return;
	if (f->role == ROLE_SYSTEM) {
		*out = all(REL_SYSTEM, S("system"));
		return;
	}
	if (f->fresh)
		*out = all(REL_NEW, S("new"));
	else if (f->self)
		*out = all(REL_SELF, S("self"));
	else if (f->representative)
		*out = representative(f);
	else if (f->team)
		*out = team(f);
	else if (f->related)
		*out = related(f);
	else
		return;
	through(f, out);
}

bool rules_shared_write(Role role, bool definition, bool own)
{
	switch (role) {
	case ROLE_COORDINATOR:
	case ROLE_ADMIN:
	case ROLE_SYSTEM:
		return true;
	case ROLE_PROFESSIONAL:
		return own && !definition;
	case ROLE_PERSON:
	case ROLE_CARER:
		return false;
	}
	return false;
}

bool rules_new_person(Role role)
{
	switch (role) {
	case ROLE_PROFESSIONAL:
	case ROLE_COORDINATOR:
	case ROLE_SYSTEM:
		return true;
	case ROLE_PERSON:
	case ROLE_CARER:
	case ROLE_ADMIN:
		return false;
	}
	return false;
}
