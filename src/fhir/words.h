/* Words in a resource, for _text and _content, and simple questions about them. */
#ifndef FHIR_WORDS_H
#define FHIR_WORDS_H

#include "json/json.h"

/* The words of the narrative (text.div: without tags, entities undone), or of all texts in the resource (narrative
 * included; without ids, URLs, references, codes' systems and embedded data), normalised as search_normalise does and
 * with a space before, between and behind them: " de patient eet ". " " when there are none. */
Str words_of_narrative(JVal resource, Arena *a);
Str words_of_content(JVal resource, Arena *a);

/* A question: words and "phrases" that must all be there, OR (or |) between alternatives, - or NOT before what must not
 * be there, brackets. AND may be written. A * behind a word stands for any ending. At most WORDS_MAX words, WORDS_DEPTH
 * levels of brackets. */
enum { WORDS_MAX = 64, WORDS_DEPTH = 16 };
typedef struct WordQuery WordQuery;
/* ERR_SYNTAX with a reason (English, static, no full stop) when there is no word or a bracket or quote is not closed.
 */
NODISCARD Err word_query(Str text, Arena *a, const WordQuery **out, const char **why);
/* words: as words_of_… gives them. */
bool word_query_matches(const WordQuery *q, Str words);

#endif
