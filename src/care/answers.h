/* Inside the care room: answers in a QuestionnaireResponse, shared by the conversation and the story. */
#ifndef CARE_ANSWERS_H
#define CARE_ANSWERS_H

#include "care/dossier.h"

/* Is it an answer to this questionnaire, of any version ("…|2")? */
bool questionnaire_is(JVal response, Str canonical);
/* The answers with text, in the order of place(); those it does not know (-1) last, as they stand. */
Answer *answers_from(Arena *a, JVal response, ptrdiff_t (*place)(Str link_id), size_t places, size_t *n);
/* The text of `item` with these answers in place of what was there; an answer without text is taken out. Absent when
 * none is left. */
Str answers_with(Arena *a, JVal response, const Answer *list, size_t n);

#endif
