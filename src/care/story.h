/* Story and values: one QuestionnaireResponse per person, kept up to date. */
#ifndef CARE_STORY_H
#define CARE_STORY_H

#include "care/dossier.h"
#include "care/issues.h"

/* Parts of the story: message keys "story.q.<id>", "story.hint.<id>". */
#define STORY_PARTS(X) \
	X("past")      \
	X("present")   \
	X("future")    \
	X("talents") X("good-day") X("happy") X("helps") X("helps-not") X("rhythm") X("culture") X("address-me")
extern const Str story_parts[];
extern const size_t story_part_count;

typedef struct Story {
	Base b;          /* rec NULL: nothing told yet */
	Answer *answers; /* only what was answered, in the order of the parts */
	size_t n_answers;
	Str told_by_name;
} Story;
/* Reads it from the dossier's resources (which must hold QuestionnaireResponses). */
void story_of(const Dossier *d, Story *out);
Str story_answer(const Story *s, Str part); /* absent when not told */
typedef struct StoryInput {
	int32_t version;
	const Answer *answers; /* link_id and text; parts not named stay as they are; an empty text removes one */
	size_t n_answers;
} StoryInput;
NODISCARD Err story_save(Visit *v, const Dossier *d, const StoryInput *in, FieldIssues *is);

#endif
