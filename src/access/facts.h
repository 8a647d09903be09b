/* Facts: what a dossier says about one user, read from its CareTeam, RelatedPerson and Consent resources; and the
 * rules, a pure function from facts to a relation. Private to the access room. */
#ifndef ACCESS_FACTS_H
#define ACCESS_FACTS_H

#include "access/records.h"

typedef struct Facts {
	Role role;
	bool exists; /* there is a Patient */
	bool fresh;  /* this visit opens the dossier */
	bool self;   /* the user is that Patient */
	bool team;   /* active member, now, of an active care team */
	bool secrecy, coordinator;
	bool related; /* active RelatedPerson, now */
	bool representative, confidant;
	uint32_t permit;       /* consents in force that name this user, their team or organisation */
	uint32_t permit_team;  /* permits that name nobody: for the team */
	uint32_t permit_write; /* of these, the ones that allow writing */
	uint32_t deny;         /* denials in force that name this user, their team or organisation */
	uint32_t deny_all;     /* denials that name nobody: for team and relatives */
	Str role_text, member; /* through which */
	Millis since, until;
	Millis change; /* the first moment after `now` at which any of this may be different */
	Str person;    /* id of the Patient */
	/* while reading */
	const Str *refs;
	size_t n_refs;
	Millis now;
	Str groups[16]; /* "CareTeam/…" and organisations on whose behalf the user is in the team */
	size_t n_groups;
} Facts;

Facts facts_new(const Scope *who, Millis now);
/* Feed the resources of a dossier in this order: Patient, all CareTeam and RelatedPerson, then all Consent. */
void facts_patient(Facts *f, Str id);
void facts_team(Facts *f, JVal team, Str id, Arena *a);
void facts_relative(Facts *f, JVal relative, Str id, Arena *a);
void facts_consent(Facts *f, JVal consent, Arena *a);

/* The rules. Closed by default: kind REL_NONE and no bits unless a rule says so. */
void rules_decide(const Facts *f, Relation *out);
/* May this role write the directory or definitions? own: the resource is the user's own Practitioner(Role). */
bool rules_shared_write(Role role, bool definition, bool own);
/* May this role open a new dossier? */
bool rules_new_person(Role role);

enum { BIT_ALL = CAT_ALL };
#define BIT(c) (UINT32_C(1) << (c))

#endif
