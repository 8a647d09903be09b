/* The kind of information a resource holds, and whether its author keeps it private. Private to the access room. */
#ifndef ACCESS_CATEGORY_H
#define ACCESS_CATEGORY_H

#include "access/records.h"

#define SD_BASE "https://samendoel.org/fhir/"
#define CS_CATEGORY SD_BASE "CodeSystem/category"
#define SD_URL(name) S(SD_BASE "StructureDefinition/" name)

typedef struct Mark {
	Category category;
	bool private; /* meta.security has CS:category#private: for its author only */
} Mark;
/* Of a parsed resource. */
Mark mark_of(FhirType type, JVal resource);
/* Of a stored body: parses only when the text can change what the type says. Both always agree: a write whose text
 * hides its marks behind escapes is refused. */
Mark mark_of_body(FhirType type, Str body, Arena *a);
/* The category of a code of CS:category. */
NODISCARD bool category_parse(Str code, Category *out);
/* Does the resource name one of refs as its author, sender, recorder, …? */
bool names_author(JVal resource, const Str *refs, size_t n);
/* Is text one of refs? A version behind it does not count. */
bool ref_among(Str text, const Str *refs, size_t n);

#endif
