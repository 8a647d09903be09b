/* Items and slices. Private to the fhir room. */
#ifndef FHIR_PROFILE_SLICE_H
#define FHIR_PROFILE_SLICE_H

#include "fhir/profile_check.h"

typedef struct Item {
	FpItem item;
	long index; /* in its array; -1: not in one */
} Item;

typedef struct Items {
	Item *list;
	size_t count, cap;
} Items;

/* The values of a member ("value[x]": of any type); memory of w->keep. */
Items profile_items(Walk *w, const FpItem *item, Str name);
void profile_check_node(Walk *w, const Place *place, const PNode *n, const FpItem *item, const Profile *p);

/* The slice of n that the item is in; *number: its place among the slices. NULL: none. */
const PNode *profile_slice_of(Walk *w, const PNode *n, const FpItem *item, const Profile *p, size_t *number);
/* Can it be told whether something is in the slice? */
bool profile_slice_known(const PNode *slice);

/* May the extension stand where it stands? */
void profile_check_context(Walk *w, const Place *place, const Profile *p, JVal v);

#endif
