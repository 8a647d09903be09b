/* Messages: i18n/AREA.msg holds every key with its four languages; tools/gen-messages.mjs makes enum Msg from them and
 * refuses a key that lacks a language. Key "plan.title" is MSG_plan_title. File form: [plan.title] nl = Mijn plan fr =
 * Mon plan de = Mein Plan en = My plan A text may hold {0} … {9}. A line that starts with # is a comment. Values are
 * plain text, never HTML. */
#ifndef WEB_I18N_H
#define WEB_I18N_H

#include "access/scope.h"
#include "base/time.h"
#include "gen/messages.h" /* typedef enum Msg { MSG_NONE, … } Msg; */

Str msg(Lang l, Msg key);
Str msg_fill(Arena *a, Lang l, Msg key, const Str *args, size_t n);
/* A key made at run time ("access.why." + rule); MSG_NONE when there is none. Binary search. */
Msg msg_by_name(Str key);
/* The language of a request: account, then ?lang / cookie, then Accept-Language, then Dutch. */
Lang lang_from_accept(Str accept_language, Lang otherwise);
/* Dates in words (ICU), time zone Europe/Brussels. */
Str date_text(Arena *a, Lang l, Millis t);
Str datetime_text(Arena *a, Lang l, Millis t);
Str fhir_date_text(Arena *a, Lang l, Str fhir);

#endif
