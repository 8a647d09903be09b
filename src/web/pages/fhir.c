/* The page at /fhir, for people who connect software. What can be asked comes from the API's own description. */
#include "web/web_internal.h"

#include <ctype.h>

/* ---- table of what is where ---- */

typedef struct Part {
	Msg what;
	Str types;
} Part;

static void head_cell(Html *h, Msg text)
{
	H(h, "<th scope=\"col\" class=\"govuk-table__header\">");
	h_msg(h, text);
	H(h, "</th>");
}

static void table_begin(Html *h, Msg caption, Msg first, Msg second)
{
	H(h, "<table class=\"govuk-table\">\n<caption class=\"govuk-table__caption govuk-visually-hidden\">");
	h_msg(h, caption);
	H(h, "</caption>\n<thead class=\"govuk-table__head\"><tr class=\"govuk-table__row\">");
	head_cell(h, first);
	head_cell(h, second);
	H(h, "</tr></thead>\n<tbody class=\"govuk-table__body\">\n");
}

static void parts_table(Html *h)
{
	static const Part parts[] = {
		{ MSG_fhir_part_person, S_INIT("Patient") },
		{ MSG_fhir_part_conversation, S_INIT("QuestionnaireResponse") },
		{ MSG_fhir_part_goal, S_INIT("Goal") },
		{ MSG_fhir_part_action, S_INIT("Task") },
		{ MSG_fhir_part_plan, S_INIT("CarePlan") },
		{ MSG_fhir_part_team, S_INIT("CareTeam, RelatedPerson, PractitionerRole") },
		{ MSG_fhir_part_consent, S_INIT("Consent") },
	};
	table_begin(h, MSG_fhir_plan_caption, MSG_fhir_col_part, MSG_fhir_col_type);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		H(h, "<tr class=\"govuk-table__row\"><td class=\"govuk-table__cell\">");
		h_msg(h, parts[i].what);
		H(h, "</td><td class=\"govuk-table__cell sd-wrap\" lang=\"en\">");
		h_text(h, parts[i].types);
		H(h, "</td></tr>\n");
	}
	H(h, "</tbody></table>\n");
}

/* ---- list of requests ---- */

static void what_it_does(Html *h, Str what)
{
	if (!what.n)
		return;
	H(h, "<dd lang=\"en\">");
	h_text(h, what);
	H(h, "</dd>\n");
}

static void request(Html *h, Str method, Str path)
{
	char upper[8];
	size_t n = method.n < sizeof upper ? method.n : sizeof upper;
	for (size_t i = 0; i < n; i++)
		upper[i] = (char)toupper((unsigned char)method.p[i]);
	H(h, "<dt><code class=\"sd-code\">");
	h_text(h, str_n(upper, n));
	H(h, " /fhir");
	h_text(h, str_eq(path, S("/")) ? S("") : path);
	H(h, "</code></dt>\n");
}

static void requests(Ctx *c, Html *h)
{
	const Json *doc;
	Str before = S("");
	Str description = c->web->api_description;
	if (!description.n || json_parse(c->arena, description, &doc, NULL) != OK)
		return;
	h_heading(h, 2, MSG_fhir_asks);
	h_paragraph(h, MSG_fhir_asks_caption);
	H(h, "<dl class=\"govuk-body sd-requests\">\n");
	for (JIter path = json_iter(JGET(json_root(doc), "paths")); json_next(&path);) {
		for (JIter m = json_iter(path.value); json_next(&m);) {
			Str what = JSTR(m.value, "summary", c->arena);
			if (!what.n)
				continue;
			/* What several requests do is said once, below them. */
			if (!str_eq(what, before))
				what_it_does(h, before);
			request(h, m.key, path.key);
			before = what;
		}
	}
	what_it_does(h, before);
	H(h, "</dl>\n<p class=\"govuk-body\">");
	h_msg1(h, MSG_fhir_types, arena_printf(c->arena, "%d", FT_COUNT - 1));
	H(h, "</p>\n");
}

/* ---- page ---- */

static void start(Html *h, Str base)
{
	h_heading(h, 2, MSG_fhir_start);
	H(h, "<ol class=\"govuk-list govuk-list--number\">\n<li>");
	h_msg(h, MSG_fhir_start_1);
	H(h, "</li>\n<li>");
	h_msg(h, MSG_fhir_start_2);
	H(h, "<pre class=\"sd-code sd-code--block\"><code>curl -H \"Authorization: Bearer $TOKEN\" ");
	h_text(h, base);
	H(h, "/Patient</code></pre></li>\n<li>");
	h_msg(h, MSG_fhir_start_3);
	H(h, "</li>\n</ol>\n");
}

static void links(Html *h)
{
	h_heading(h, 2, MSG_fhir_more);
	H(h, "<ul class=\"govuk-list govuk-list--bullet\">\n<li>");
	h_link(h, S("/fhir/metadata?_pretty=true"), MSG_fhir_link_metadata);
	H(h, "</li>\n<li>");
	h_link(h, S("/fhir/openapi.json"), MSG_fhir_link_openapi);
	H(h, "</li>\n</ul>\n");
}

static Reply get(Ctx *c)
{
	Html h = page_begin(c, &(Layout){ .tab = TAB_MORE });
	Str base = arena_join(c->arena, web_base_url(c->web), S("/fhir"), STR_END);
	H(&h, "<p class=\"govuk-body-l\">");
	h_msg(&h, MSG_fhir_lead);
	H(&h, "</p>\n");
	summary_begin(&h);
	summary_row(&h, MSG_fhir_address, base, STR_END);
	summary_row(&h, MSG_fhir_form, msg(c->lang, MSG_fhir_form_text), STR_END);
	summary_end(&h);
	start(&h, base);
	h_heading(&h, 2, MSG_fhir_plan);
	parts_table(&h);
	requests(c, &h);
	links(&h);
	return page_end(c, &h, 200);
}

const Page page_fhir = { .path = S_INIT("/fhir"), .title = MSG_fhir_title, .need = NEED_NOBODY, .get = get };
