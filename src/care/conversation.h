/* The exploratory conversation: Encounter + QuestionnaireResponse. One question at a time, each answer saved on its
 * own. */
#ifndef CARE_CONVERSATION_H
#define CARE_CONVERSATION_H

#include "care/dossier.h"
#include "care/issues.h"

/* The questions, in order. Their words are messages: "conversation.q.<id>" (question), "conversation.hint.<id>" (what
 * helps to answer). */
#define CONVERSATION_QUESTIONS(X)   \
	X("good-day", ASK_LONG)     \
	X("happy", ASK_LONG)        \
	X("proud", ASK_LONG)        \
	X("past", ASK_LONG)         \
	X("people", ASK_LONG)       \
	X("matters-most", ASK_LONG) \
	X("worry", ASK_LONG)        \
	X("different", ASK_LONG)    \
	X("self", ASK_LONG)         \
	X("help", ASK_LONG)         \
	X("free-story", ASK_STORY)  \
	X("teach-back", ASK_TEACH_BACK)
typedef enum AskKind {
	ASK_LONG,
	ASK_STORY,
	ASK_TEACH_BACK
} AskKind; /* a few lines · a page · the person's own summary */
typedef struct Question {
	Str id;
	AskKind kind;
} Question;
extern const Question conversation_questions[];
extern const size_t conversation_question_count;
/* Reminders for whoever listens: message keys "conversation.listen.<id>". */
extern const Str listening_reminders[];
extern const size_t listening_reminder_count;
/* Index in conversation_questions, or -1. */
ptrdiff_t question_index(Str id);

typedef enum ConversationHow { CONV_ALONE, CONV_TOGETHER, CONV_BY_PROFESSIONAL } ConversationHow;
typedef struct ConversationInput {
	ConversationHow how; /* who fills it in: source of the answers is the person in the first two */
	bool at_home;        /* class HH, else VR (distance) */
} ConversationInput;

bool conversation_is(const Rec *r);
void conversation_from(Arena *a, const Rec *r, Conversation *out);
const Conversation *dossier_conversation(const Dossier *d, Str id);
const Answer *conversation_answer_of(const Conversation *c, Str question);
/* *id: of the QuestionnaireResponse. */
NODISCARD Err conversation_start(Visit *v, const Dossier *d, const ConversationInput *in, FieldIssues *is, Str *id);
/* Saves one answer (empty text removes it); the others stay. Marks that no longer occur in the text are dropped.
 * version: of the QuestionnaireResponse as the form had it, 0: current. A finished conversation can still be corrected.
 * Field: answer, question. */
NODISCARD Err conversation_answer(Visit *v, const Dossier *d, Str id, Str question, Str text, int32_t version,
                                  FieldIssues *is);
/* Marks words that occur in the answer; marking twice is harmless. Field: words. */
NODISCARD Err conversation_mark(Visit *v, const Dossier *d, Str id, Str question, Str words, int32_t version,
                                FieldIssues *is);
NODISCARD Err conversation_unmark(Visit *v, const Dossier *d, Str id, Str question, Str words, int32_t version,
                                  FieldIssues *is);
/* Encounter finished, answers completed. ERR_INVALID (answers: empty) when nothing was answered. */
NODISCARD Err conversation_finish(Visit *v, const Dossier *d, Str id, int32_t version, FieldIssues *is);
/* The marked words of all conversations that are not yet a life goal. */
typedef struct MarkedWords {
	Str words, conversation, question;
} MarkedWords;
MarkedWords *conversation_marked(const Dossier *d, size_t *n);

#endif
