/* What the pages of the conversation share. */
#ifndef WEB_PAGES_CONVERSATION_H
#define WEB_PAGES_CONVERSATION_H

#include "care/conversation.h"
#include "web/page.h"

/* "/persoon/…/gesprek/<id>/<question>"; question absent: the page with all answers. */
Str conversation_path(Ctx *c, Str id, Str question);
/* The first question without an answer; absent when all have one. */
Str conversation_next_open(const Conversation *k);
bool conversation_may_write(const Ctx *c);

#endif
