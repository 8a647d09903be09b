/* Definitions without a store: documents that are given, then those of our own (published.h), then the built-in ones
 * (builtin.h). For the command line and tests. Memory: the catalogue's until catalogue_free. Threads: any, once nothing
 * is added any more. */
#ifndef FHIR_CATALOGUE_H
#define FHIR_CATALOGUE_H

#include "fhir/validate.h"

typedef struct Catalogue Catalogue;

Catalogue *catalogue_new(void);
void catalogue_free(Catalogue *c);
/* A resource with a url, or a Bundle or Parameters of such; others are left out. v must live as long as the catalogue.
 */
void catalogue_add(Catalogue *c, JVal v);
/* How many were added. */
size_t catalogue_count(const Catalogue *c);
const ProfileSource *catalogue_profiles(const Catalogue *c);
const TermSource *catalogue_terms(const Catalogue *c);

#endif
