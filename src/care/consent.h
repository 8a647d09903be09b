/* Consent: what the person shares, with whom, from when until when. The door enforces it; here it is made, listed and
 * previewed. */
#ifndef CARE_CONSENT_H
#define CARE_CONSENT_H

#include "care/dossier.h"
#include "care/issues.h"

typedef struct Sharing {
	Base b;
	Str who, who_name;          /* "Practitioner/…", "RelatedPerson/…", "Organization/…" or "CareTeam/…" */
	uint32_t categories;        /* bits */
	bool permit, write, active; /* active: status active and within the period */
	bool withdrawn;
	Str from, until;
	Millis at;
	size_t place; /* in the dossier: the later of two of one moment */
} Sharing;
/* From the dossier's Consents (category control: only for who may see those), newest first. */
Sharing *sharings_of(const Dossier *d, size_t *n);

typedef struct SharingInput {
	Str id; /* absent: new; else changed */
	int32_t version;
	Str who, who_name;
	uint32_t categories; /* identity is always with it */
	bool deny;           /* an objection: this recipient may not see these */
	bool write;
	Str from, until; /* yyyy-mm-dd; absent: today, open */
	bool spoken;
} SharingInput;
/* By the person, a representative, or spoken (a professional of the team records it). Fields: who, categories, from,
 * until, consent, id. */
NODISCARD Err consent_give(Visit *v, const Dossier *d, const SharingInput *in, FieldIssues *is, Str *id);
/* Works at once. Fields: consent, id. */
NODISCARD Err consent_withdraw(Visit *v, const Dossier *d, Str id, int32_t version, bool spoken, FieldIssues *is);

/* What a recipient would see with these categories: how many items of each, and the newest few as examples. */
typedef struct PreviewPart {
	Category category;
	bool visible;
	size_t count;
	const Rec *examples[3];
	size_t n_examples;
} PreviewPart;
typedef struct Preview {
	PreviewPart parts[CAT_COUNT];
} Preview;
void consent_preview(const Dossier *d, uint32_t categories, Preview *out);

#endif
