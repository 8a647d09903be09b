/* The story of the person: reading, and writing it down in the person's own words. */
#include "care/story.h"
#include "web/web_internal.h"

enum { PART_MAX = 4000, PARTS_MAX = 16 };

static Msg question(Str part)
{
	return msg_code(S("story.q."), part);
}

static Reply read_page(Ctx *c)
{
	Dossier d;
	Story s;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	story_of(&d, &s);
	bool write = c->relation.write >> CAT_STORY & 1;
	Str edit = person_path(c, S("/verhaal/schrijven"));
	Html h = page_begin(c, &(Layout){ .title_arg = d.person.name, .tab = TAB_MORE, .dossier = &d });
	if (!s.n_answers)
		h_empty(&h, MSG_story_none, write ? edit : S(""), MSG_story_edit);
	for (size_t i = 0; i < s.n_answers; i++) {
		h_heading(&h, 2, question(s.answers[i].link_id));
		h_quote(&h, s.answers[i].text, S(""));
	}
	if (s.n_answers && s.told_by_name.n) {
		H(&h, "<p class=\"sd-meta\">");
		h_msg1(&h, MSG_story_told_by, s.told_by_name);
		H(&h, "</p>\n");
	}
	if (s.n_answers && write)
		h_button_link(&h, edit, MSG_story_edit, true);
	return page_end(c, &h, 200);
}

const Page page_story = { .path = S_INIT("/persoon/{person}/verhaal"),
	                  .title = MSG_story_title,
	                  .need = NEED_PERSON,
	                  .category = 1u << CAT_STORY,
	                  .get = read_page };

static Reply write_show(Ctx *c, const Dossier *d, const Story *s, const Errors *e, int status)
{
	if (!(c->relation.write >> CAT_STORY & 1))
		return page_error(c, ERR_FORBIDDEN);
	Html h = page_begin(c, &(Layout){ .title = MSG_story_title,
	                                  .title_arg = d->person.name,
	                                  .errors = e,
	                                  .tab = TAB_MORE,
	                                  .dossier = d,
	                                  .back = person_path(c, S("/verhaal")) });
	H(&h, "<p class=\"govuk-body\">");
	h_msg1(&h, MSG_story_help, d->person.name);
	H(&h, "</p>\n");
	form_begin(c, &h, person_path(c, S("/verhaal/schrijven")));
	form_version(&h, s->b.rec ? s->b.version : 0);
	for (size_t i = 0; i < story_part_count; i++)
		h_field(&h, &(Field){ .name = story_parts[i],
		                      .value = story_answer(s, story_parts[i]),
		                      .label = question(story_parts[i]),
		                      .hint = msg_code(S("story.hint."), story_parts[i]),
		                      .errors = e,
		                      .rows = 4,
		                      .max = PART_MAX,
		                      .count = true });
	buttons_begin(&h);
	h_button(&h, MSG_common_save);
	h_link(&h, person_path(c, S("/verhaal")), MSG_common_keep_unchanged);
	buttons_end(&h);
	form_end(&h);
	return page_end(c, &h, status);
}

static Reply write_get(Ctx *c)
{
	Dossier d;
	Story s;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	story_of(&d, &s);
	return write_show(c, &d, &s, NULL, 200);
}

static Reply write_post(Ctx *c)
{
	Errors e = { 0 };
	FieldIssues is = { 0 };
	Dossier d;
	Story s;
	Answer answers[PARTS_MAX] = { 0 };
	StoryInput in = { .version = form_int(c, S("version"), 0), .answers = answers };
	Err err = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (err != OK)
		return page_error(c, err);
	story_of(&d, &s);
	for (size_t i = 0; i < story_part_count && i < PARTS_MAX; i++)
		answers[in.n_answers++] =
		    (Answer){ .link_id = story_parts[i], .text = form_text(c, &e, story_parts[i], PART_MAX, MSG_NONE) };
	err = e.n ? ERR_INVALID : story_save(c->visit, &d, &in, &is);
	errors_from(c, &e, &is);
	if (err == ERR_INVALID && e.n)
		return write_show(c, &d, &s, &e, 422);
	if (err != OK)
		return page_error(c, err);
	return saved(c, person_path(c, S("/verhaal")), MSG_story_saved);
}

const Page page_story_write = { .path = S_INIT("/persoon/{person}/verhaal/schrijven"),
	                        .title = MSG_story_edit,
	                        .need = NEED_PERSON,
	                        .category = 1u << CAT_STORY,
	                        .get = write_get,
	                        .post = write_post };
