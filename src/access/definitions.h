/* Definitions by canonical url: those in the shared partition, and those that are built into the program: our own
 * (fhir/published.h) and the official ones (fhir/builtin.h). What is stored wins over what is built in; who may store
 * such is said in access/write.c. Definitions are not about a person: no visit, no trace; every signed-in user may read
 * them. Never use this for another type.
 *
 * Where a url leads is remembered until a resource of that type is committed. Threads: any. */
#ifndef ACCESS_DEFINITIONS_H
#define ACCESS_DEFINITIONS_H

#include "access/records.h"
#include "fhir/builtin.h"
#include "fhir/terminology/terminology.h"
#include "fhir/validate.h"

/* The document with this canonical url. version absent: from "url|version", else the highest (of equal ones the one
 * written last). *out lives as long as `a`. False: there is none, or the type is no definition. */
bool definitions_find(Records *r, FhirType type, Str url, Str version, Arena *a, JVal *out);
/* A number that changes when a resource of the type was committed: keep it beside what you compiled from definitions;
 * take it before reading them. */
uint64_t definitions_epoch(Records *r, FhirType type);

/* A built-in definition as a record (version 0), when nothing is stored under its id: for reading and searching. */
bool definitions_builtin(FhirType type, Str id, Arena *a, Rec *out);
/* What is built in and meets a search that names `url` or `_id`: at most 100, without includes, on one page. False, and
 * *out untouched: nothing does. For a search that found nothing in the store. */
bool definitions_search(const SearchQuery *q, Arena *a, SearchResult *out);

/* Terminology over definitions, with a cache of its own. Lives as long as r. */
const TermSource *definitions_terms(Records *r);
/* Callbacks for FhirPath, SearchContext and the like; `arg` is the Records. value_set: a canonical, or "ValueSet/id".
 */
int definitions_member(void *records, Str value_set, Str system, Str code);
int definitions_subsumes(void *records, Str system, Str a, Str b);

/* What resources are held to: profiles, extensions and value sets from definitions. For writes without warnings. Lives
 * as long as r; profiles compiled from it are forgotten when a StructureDefinition is committed. */
ValidateOptions definitions_checks(Records *r, bool warnings);
/* Every resource of its type is held to each of these profiles, whatever it says of itself: canonical urls with commas
 * between them. ERR_INVALID with the reason when one is not known or is not for a type of resource. Before threads. */
NODISCARD Err definitions_require(Records *r, Str urls, char *why, size_t why_n);
ProfileList definitions_required(const Records *r, FhirType type);

#endif
