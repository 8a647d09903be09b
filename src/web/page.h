/* A page is one file in web/pages/ with one const struct Page (`const Page page_NAME = { … };`), listed once in
 * web/pages.def.
 *
 * Text that a user typed is never lost, and no page does anything for it, as long as the form is shown by `get` on the
 * same path as `post`:
 * - mistakes: page_begin with errors fills the fields with what was sent;
 * - someone was first (ERR_VERSION given to page_error): the form comes back with what was sent, and beside it what is
 * saved now; the hidden field "version" is the new one, so that saving again is a choice;
 * - the session ended while typing: after sign-in the form comes back filled.
 * Every edit form has a hidden field "version" (form_version). */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "access/authn.h"
#include "care/dossier.h"
#include "care/issues.h"
#include "http/http.h"
#include "web/html.h"

typedef struct Web Web; /* process-wide: records, asset names, configuration */

/* What a page asks of who comes. The router checks it before the handler runs. */
typedef enum Need {
	NEED_NOBODY,  /* open: sign-in, about, static */
	NEED_ACCOUNT, /* signed in */
	NEED_CARE,    /* signed in and not an administrator */
	NEED_PERSON,  /* path has {person}: a relation with that person */
	NEED_ADMIN,
} Need;

typedef struct Ctx {
	Web *web;
	Request *req;
	Arena *arena;
	Lang lang;
	const Session *session; /* NULL when not signed in */
	const Scope *scope;     /* NULL when not signed in */
	Visit *visit;           /* made by the router; finished by it after the handler */
	Str person;             /* {person} of the path; absent when none */
	Relation relation;      /* of scope to person (NEED_PERSON) */
	Str id;                 /* {id} of the path: second parameter */
	Str id2;
	const struct Page *page;
	/* Called when the visit could not be finished (someone was first, …): makes the reply instead. NULL: the
	 * general page. */
	Reply (*on_fail)(struct Ctx *, Err, void *);
	void *fail_arg;
	/* Input that did not get through (see above); the field functions use it, pages need not. */
	const Pair *kept;
	size_t n_kept;
	Msg notice; /* shown on top of the page with it; MSG_NONE: nothing */
	bool clash;
	int tab; /* the page's, for the bar at the bottom; -1: none */
	bool flash_shown;
	bool failing; /* an error page is being made: do not try again */
} Ctx;

typedef struct Page {
	Str path; /* "/persoon/{person}/plan": segments in braces are {person}, {id}, {id2} */
	Msg title;
	Need need;
	uint32_t
	    category; /* NEED_PERSON: bit of the Category the page shows; the relation must have it; 0: any relation */
	bool edits;   /* nothing but a form: showing it also asks the right to write the category */
	Reply (*get)(Ctx *);
	Reply (*post)(Ctx *); /* NULL: GET only. The router has checked the CSRF token. */
	bool slow; /* runs on the slow pool (password hashing, PDF): its POST, or its GET when it has no POST */
} Page;
extern const Page *const pages[];
extern const size_t pages_count;
Records *web_records(const Web *w);
bool web_secure(const Web *w);
bool web_demo(const Web *w);
Str web_base_url(const Web *w);
/* "/static/app-1a2b3c4d.css" for "app.css"; the name itself when there is no such asset. */
Str web_asset(const Web *w, Str name);

/* ---- layout (web/layout.c) ---- */
typedef enum Tab { TAB_NONE, TAB_TODAY, TAB_PLAN, TAB_TEAM, TAB_MESSAGES, TAB_MORE } Tab;
/* Opens the page: head, header, language navigation, service navigation (desktop) and bottom bar (phone), person banner
 * when ctx->person and `dossier` are given, flash message ("saved: who can see it, undo"), <main>, and an error summary
 * when `errors` has any. */
typedef struct FieldError {
	Str field;
	Msg message;
	Str arg;
} FieldError;
typedef struct Errors {
	FieldError items[24];
	size_t n;
} Errors;
void errors_add(Errors *e, Str field, Msg message);
void errors_add1(Errors *e, Str field, Msg message, Str arg);
/* What a care operation found wrong (ERR_INVALID), in words: message key problem.<code>. */
void errors_from(Ctx *c, Errors *e, const FieldIssues *is);
typedef struct Layout {
	Msg title;     /* MSG_NONE: page's */
	Str title_arg; /* {0} */
	Tab tab;
	const Dossier *dossier; /* for the person banner; NULL: none */
	const Errors *errors;
	Str back;             /* href of the back link; absent: none */
	bool wide;            /* full width (drawings, tables); else two-thirds */
	bool heading_in_body; /* the page writes its own <h1> */
	bool plain;           /* no navigation, no banner: print pages */
} Layout;
Html page_begin(Ctx *c, const Layout *l);
Reply page_end(Ctx *c, Html *h, int status);

/* ---- components (web/components.c, web/fields.c): govuk-frontend mark-up ---- */
void h_csrf(Ctx *c, Html *h);                 /* hidden CSRF and once-key fields: in every form */
void form_begin(Ctx *c, Html *h, Str action); /* <form method="post" novalidate> + h_csrf */
void form_end(Html *h);
void form_hidden(Html *h, Str name, Str value);
void form_version(Html *h, int32_t version); /* hidden field "version": what the user was looking at */
typedef struct Field {
	Str name, value;
	Msg label, hint; /* hint MSG_NONE: none */
	const Errors *errors;
	int rows; /* textarea; 0: input */
	int max;  /* characters; 0: 2000 */
	Str type; /* input type; absent: text */
	Str autocomplete, inputmode;
	bool heading;  /* label is the page's h1 */
	bool optional; /* says "(optional)" */
	int width;     /* characters, for short inputs: 2 3 4 5 10 20 30 */
	Str arg;       /* {0} of the label */
	bool count;    /* shows how many characters are left */
} Field;
void h_field(Html *h, const Field *f);
typedef struct Option {
	Str value;
	Str text;
	Str hint;
	bool checked;
} Option;
void h_radios(Html *h, Str name, Msg legend, Msg hint, const Option *o, size_t n, const Errors *e, bool heading);
void h_checkboxes(Html *h, Str name, Msg legend, Msg hint, const Option *o, size_t n, const Errors *e, bool heading);
void h_select(Html *h, Str name, Msg label, Msg hint, const Option *o, size_t n, const Errors *e);
void h_date_field(Html *h, Str name, Str value /* yyyy-mm-dd */, Msg label, Msg hint,
                  const Errors *e); /* <input type=date> */
/* Buttons in a row: <div class="govuk-button-group">. */
void buttons_begin(Html *h);
void buttons_end(Html *h);
void h_button(Html *h, Msg label); /* submit */
void h_button_named(Html *h, Msg label, Str name, Str value, bool secondary);
void h_link(Html *h, Str href, Msg label);
void h_button_link(Html *h, Str href, Msg label, bool secondary);
void h_quote(Html *h, Str words, Str who);             /* the person's own words */
void h_tag(Html *h, Msg label, Str colour);            /* status word, never link-styled; colour: a govuk tag colour */
void h_empty(Html *h, Msg what, Str href, Msg action); /* nothing here yet: says what this is for and the next step */
void summary_begin(Html *h);                           /* <dl class="govuk-summary-list"> */
void summary_row(Html *h, Msg key, Str value, Str change_href); /* absent change_href: no link */
void summary_end(Html *h);
void h_details_begin(Html *h, Msg summary);
void h_details_end(Html *h);
void h_heading(Html *h, int level /* 2, 3 */, Msg text);
void h_paragraph(Html *h, Msg text);
void h_hint(Html *h, Msg text);
void h_warning(Html *h, Msg text); /* "!" with words */
void h_inset(Html *h, Msg text);
/* Task list: the name is the link, the status is a plain tag. href absent: no link. */
void tasks_begin(Html *h);
void h_task(Html *h, Str name, Str href, Str hint, Msg status, Str colour);
void tasks_end(Html *h);
/* Cards: a list of blocks with a heading. href absent: no link. */
void card_begin(Html *h, Str title, Str href);
void card_end(Html *h);
/* Older and newer; either may be absent. */
void h_paging(Html *h, Str newer_href, Str older_href);
/* The same for a list in another order than time: previous and next. */
void h_paging_list(Html *h, Str previous_href, Str next_href);
/* The tag colour that goes with a state code ("agreed", "done", "proposed", …): the same everywhere. */
Str state_colour(Str code);
/* A message made of prefix and code: "plan_state." "agreed". MSG_NONE when there is none. */
Msg msg_code(Str prefix, Str code);
/* The language that a code of BCP 47 stands for, without its region; the code itself when it is none that we name. */
Str language_name(Lang l, Str code);
/* Redirect after a POST with a message on the next page: what was saved; MSG_NONE: no message. A second send of the
 * same form comes to the same place and writes nothing, so every page that writes ends with this. */
Reply saved(Ctx *c, Str location, Msg what);
/* The same with an undo button: `undo` is a path that takes a POST (see undo_path). */
Reply saved_undo(Ctx *c, Str location, Msg what, Str undo);
/* POST there puts the version before `version` back (version 1: deletes). version: the one that this save made. */
Str undo_path(Ctx *c, FhirType type, Str id, int32_t version);

/* Is there a page at this path? Link only to what is there. */
bool leads_somewhere(Str path);
/* "/persoon/<id>/rest" in the request arena, for "rest" and "/rest"; "?a=b" and "#there" join without a slash. */
Str person_path(Ctx *c, Str rest);
/* Form helpers: the trimmed value of a field; adds an error when empty or longer than max characters. */
Str form_text(Ctx *c, Errors *e, Str name, size_t max, Msg when_empty /* MSG_NONE: may be empty */);
int32_t form_int(Ctx *c, Str name, int32_t otherwise);
bool form_checked(Ctx *c, Str name, Str value); /* was this box or button ticked? */
/* 404, 403, 409, … in words, with a way on. ERR_VERSION of a POST: the form again, with both versions (see above). */
Reply page_error(Ctx *c, Err e);
/* The person's own Patient id when a person signed in; absent otherwise. */
Str own_person(const Ctx *c);

#endif
