/* Words to make people and plans of; invented, in plain Dutch. Arrays end with COUNT. */
#ifndef CLI_GENERATE_WORDS_H
#define CLI_GENERATE_WORDS_H

#include "base/str.h"

typedef struct Words {
	const char *const *w;
	uint32_t n;
} Words;
extern const Words given_female, given_male, families, streets, towns, roles, relations, life_wishes, care_wishes,
    deeds, whens, notes, answers_day, answers_matter;

#endif
