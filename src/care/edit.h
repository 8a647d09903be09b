/* Inside the care room: reading extensions and references, checking fields, and building a resource's text on top of
 * what is there, so that members and extensions of other systems stay. All memory from the arena given. */
#ifndef CARE_EDIT_H
#define CARE_EDIT_H

#include "care/dossier.h"
#include "care/issues.h"
#include "care/urls.h"

/* ---- reading ---- */
/* The value[x] member of an extension; absent when it holds extensions. */
JVal ext_value(JVal ext);
/* First extension of v with this url; its value. */
JVal ext_find(JVal v, Str url);
JVal ext_get(JVal v, Str url);
/* What stands after SD_ in an extension's url; absent when it is not ours. */
Str ext_name(JVal ext, Arena *a);
/* The `reference` of a Reference, without a version; its display. */
Str ref_text(JVal ref, Arena *a);
Str ref_display(JVal ref, Arena *a);
/* "Goal/x" with type "Goal" → "x"; absent when it is of another type. */
Str ref_id(Str ref, Str type);
/* "Goal/x/_history/3" → 3; 0 when there is none. */
int32_t ref_version(JVal ref, Arena *a);
/* Does one of the codings in concept (or array of concepts) have this code system and code? */
bool has_coding(JVal concept, Str system, Str code);
/* A dateTime's first moment; 0 when there is none. */
Millis moment_of(JVal v, Arena *a);
Base base_of(const Rec *r);
/* The day part of a date or dateTime. */
Str day_of(Str when);
/* yyyy-mm-dd of now. */
Str today(Arena *a);
/* Is a date or dateTime over (its last moment before now)? False when absent. */
bool is_over(Str when);

/* ---- checking: each adds to `is` when wrong ---- */
/* s without space around it; absent when empty. max in characters. */
Str check_text(FieldIssues *is, Str field, Str s, size_t max, bool needed);
Str check_date(FieldIssues *is, Str field, Str s);
void check_order(FieldIssues *is, Str field, Str from, Str until);
/* The record of this dossier behind an id, or NULL with "unknown" added. */
const Rec *check_rec(FieldIssues *is, Str field, const Dossier *d, FhirType type, Str id);

/* ---- who does it ---- */
typedef struct Actor {
	Str ref, name;
} Actor; /* ref absent: the system */
Actor actor_of(const Dossier *d);
Str person_ref(const Dossier *d);         /* "Patient/<id>" */
bool speaks_for_person(const Dossier *d); /* the person, a representative, the system */
/* May what the person says be recorded by this visitor: the above, or a professional of the team when spoken? Else
 * "not-yours". */
bool check_voice(FieldIssues *is, Str field, const Dossier *d, bool spoken);

/* ---- JSON pieces ---- */
Str json_ref(Arena *a, Str ref, Str display);
Str json_concept(Arena *a, Str system, Str code, Str text); /* each may be absent */
/* A goal-relationship type: our code, and "other" of the standard's list, which has none for what we say. */
Str json_relation_type(Arena *a, Str code);
Str json_period(Arena *a, Str start, Str end);       /* absent when both are */
Str json_list1(Arena *a, Str item);                  /* [item]; absent when item is */
Str json_note(Arena *a, const Dossier *d, Str text); /* Annotation by the visitor, now */
/* The text of an array with one item more. */
Str json_append(Arena *a, JVal array, Str item);

/* ---- editing an object ---- */
enum { EDIT_MAX = 32 };
typedef struct Edit {
	Arena *arena;
	JVal cur;
	JChange ch[EDIT_MAX];
	size_t n;
	Str urls[EDIT_MAX]; /* extensions that are replaced */
	size_t n_urls;
	Buf ext; /* the new ones, comma between */
} Edit;
/* On top of cur; absent: a new object, with resourceType when type is not FT_NONE. */
Edit edit_new(Arena *a, JVal cur, FhirType type);
void edit_json(Edit *e, Str key, Str json); /* absent: removes the member */
/* meta.profile of a new resource of ours: one of fhir/published.h, "samendoel-action". */
void edit_profile(Edit *e, Str id);
void edit_str(Edit *e, Str key, Str s); /* absent or empty: removes */
/* Takes the extensions with this url away; the edit_ext functions below do so at the first use of a url and add behind
 * it. */
void edit_ext_clear(Edit *e, Str url);
/* key: "valueString", "valueCode", "valueDate", …; an absent or empty s only clears. */
void edit_ext_str(Edit *e, Str url, Str key, Str s);
void edit_ext_int(Edit *e, Str url, Str key, int64_t v);
void edit_ext_bool(Edit *e, Str url, bool v);
void edit_ext_raw(Edit *e, Str url, Str key, Str json); /* key "extension": nested */
/* Adds a whole extension as it is. */
void edit_ext_keep(Edit *e, Str url, JVal ext);
Str edit_text(const Edit *e);

/* Nested extension: sub_begin, sub_str …, sub_end gives the array. */
typedef struct Sub {
	Buf buf;
	JWriter w;
} Sub;
void sub_begin(Sub *s, Arena *a);
void sub_str(Sub *s, Str url, Str key, Str value); /* nothing when absent or empty */
void sub_int(Sub *s, Str url, int64_t v);
void sub_bool(Sub *s, Str url, bool v);
void sub_raw(Sub *s, Str url, Str key, Str json);
Str sub_end(Sub *s);

/* ---- the door, with a field issue when the validation refuses ---- */
NODISCARD Err put_new(Visit *v, FieldIssues *is, Str json, Str *id);
/* version 0: the record's. out may be NULL. */
NODISCARD Err put_over(Visit *v, FieldIssues *is, const Rec *r, int32_t version, Str json, int32_t *out);

/* ---- shared between nouns ---- */
/* The first telecom of a system ("phone", "email") becomes `now`; the others stay. */
void telecom_edit(Edit *e, Str system, Str was, Str now);
void tie_from(JVal ext, Arena *a, Tie *out);
void tie_edit(Edit *e, const Tie *t);
void tie_check(FieldIssues *is, const Tie *t);
/* goal-relationship: starts it anew in e, keeping the others than serves (conflicts false) or conflicts (true); of
 * these too, when `but` is given, except the one whose target it is. */
void keep_relations(Edit *e, bool conflicts, Str but);
/* The plan as agreed: state, and its goals and actions written down. */
Str plan_agreed_text(Arena *a, const Dossier *d);
/* Writes the team's new coordinator into an open plan, for who may write plans; else reading shows the team's. */
NODISCARD Err plan_repeat_coordinator(Visit *v, const Dossier *d, Str ref, Str name, FieldIssues *is);
/* One individual's yes or no: replaces what the same individual said before. */
void acceptance_edit(Edit *e, const Dossier *d, Str who, Str name, Acceptance status, Str why);
/* Fills the nouns of d (visit, id, relation set) from records. */
void dossier_fill(Dossier *d, const Rec *recs, size_t n);
const Rec *dossier_rec(const Dossier *d, FhirType type, Str id);

#endif
