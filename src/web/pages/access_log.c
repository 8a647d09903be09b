/* Who looked in my dossier: who, role, organisation, when, what, why it was allowed; and asking about an entry. */
#include "care/urls.h"
#include "web/web_internal.h"
#include "json/json.h"

enum { ENTRIES_A_PAGE = 25, LOOKED_AT_MAX = 2000 };

typedef struct Filter {
	int64_t who;        /* account; 0: everyone */
	Millis from, until; /* 0: open */
} Filter;

static Millis day_start(Str s, int days)
{
	Moment m;
	return time_parse_date(s, &m) && m.precision == PREC_DAY ? m.from + (Millis)days * DAY_MS : 0;
}

static Filter filter_of(Ctx *c)
{
	Filter f = { .from = day_start(req_query(c->req, S("van")), 0),
		     .until = day_start(req_query(c->req, S("tot")), 1) };
	if (!str_int(req_query(c->req, S("wie")), &f.who))
		f.who = 0;
	return f;
}

static bool wanted(const Filter *f, const AuditEntry *e)
{
	return (!f->who || e->account == f->who) && (!f->from || e->at >= f->from) && (!f->until || e->at < f->until);
}

/* The wanted entries before `before`, newest first; *more: where the next page starts, 0 at the end. */
static Err entries(Ctx *c, const Filter *f, int64_t before, AuditEntry *out, size_t *n, int64_t *more)
{
	size_t looked = 0, got;
	AuditEntry *part;
	*n = 0;
	*more = 0;
	do {
		TRY(visit_access_log(c->visit, c->person, before, 200, &part, &got));
		for (size_t i = 0; i < got; i++) {
			before = part[i].seq;
			if (!wanted(f, &part[i]))
				continue;
			if (*n == ENTRIES_A_PAGE) {
				*more = out[*n - 1].seq;
				return OK;
			}
			out[(*n)++] = part[i];
		}
		looked += got;
	} while (got == 200 && looked < LOOKED_AT_MAX);
	*more = got == 200 ? before : 0;
	return OK;
}

/* ---- words ---- */

static Msg action_msg(AuditAction a)
{
	switch (a) {
	case AUDIT_READ:
		return MSG_access_action_read;
	case AUDIT_CREATE:
		return MSG_access_action_create;
	case AUDIT_UPDATE:
		return MSG_access_action_update;
	case AUDIT_DELETE:
		return MSG_access_action_delete;
	case AUDIT_SEARCH:
		return MSG_access_action_search;
	case AUDIT_EXPORT:
		return MSG_access_action_export;
	case AUDIT_SIGN_IN:
	case AUDIT_SIGN_IN_FAILED:
	case AUDIT_SIGN_OUT:
	case AUDIT_ADMIN:
		break;
	}
	return MSG_access_action_other;
}

/* A system that the reader subscribed was told; the reason names it. */
static bool was_notified(const AuditEntry *e)
{
	return e->action == AUDIT_EXPORT && str_eq(e->route, S("notify"));
}

static Str categories_text(Ctx *c, uint32_t bits)
{
	Buf b = buf_new(c->arena, 128, 0);
	if ((bits & CAT_ALL) == CAT_ALL)
		return msg(c->lang, MSG_access_everything);
	for (int i = 0; i < CAT_COUNT; i++) {
		if (!(bits >> i & 1))
			continue;
		if (b.n)
			BUF_LIT(&b, "; ");
		buf_add(&b, msg(c->lang, msg_code(S("category."), category_name((Category)i))));
	}
	return buf_str(&b);
}

static void who_cell(Ctx *c, Html *h, const Dossier *d, const AuditEntry *e)
{
	const Member *m = e->member.n ? dossier_member(d, e->member) : NULL;
	H(h, "<strong>");
	h_text(h, e->who);
	H(h, "</strong>");
	if (e->account == c->scope->account) {
		H(h, " (");
		h_msg(h, MSG_access_you);
		H(h, ")");
	}
	H(h, "<br><span class=\"sd-meta\">");
	if (e->role_text.n)
		h_text(h, e->role_text);
	else
		h_msg(h, msg_code(S("role."), role_name(e->role)));
	if (m && m->organisation.n) {
		H(h, ", ");
		h_text(h, m->organisation);
	}
	H(h, "</span>");
}

static void entry_row(Ctx *c, Html *h, const Dossier *d, const AuditEntry *e)
{
	Msg why = msg_code(S("access.why."), e->rule);
	H(h, "<tr class=\"govuk-table__row\"><td class=\"govuk-table__cell\">");
	who_cell(c, h, d, e);
	H(h, "</td>\n<td class=\"govuk-table__cell\">");
	h_datetime(h, e->at);
	H(h, "</td>\n<td class=\"govuk-table__cell\">");
	h_msg1(h, was_notified(e) ? MSG_access_action_notify : action_msg(e->action),
	       categories_text(c, e->categories));
	H(h, "</td>\n<td class=\"govuk-table__cell\">");
	h_msg3(h, why == MSG_NONE ? MSG_access_why_none : why, d->person.name, e->role_text, S(""));
	if (e->reason.n) {
		H(h, " ");
		if (was_notified(e))
			h_msg1(h, MSG_access_notified, e->reason);
		else
			h_text(h, e->reason);
	}
	H(h, "</td>\n<td class=\"govuk-table__cell\">");
	if (e->account != c->scope->account) {
		H(h, "<a class=\"govuk-link\" href=\"");
		h_attr(h, arena_printf(c->arena, "%.*s/%lld", STR_ARG(person_path(c, S("/inzage/vraag"))),
		                       (long long)e->seq));
		H(h, "\">");
		h_msg(h, MSG_access_ask);
		H(h, "<span class=\"govuk-visually-hidden\"> ");
		h_msg2(h, MSG_access_ask_about, e->who, datetime_text(c->arena, c->lang, e->at));
		H(h, "</span></a>");
	}
	H(h, "</td></tr>\n");
}

static void table(Ctx *c, Html *h, const Dossier *d, const AuditEntry *all, size_t n)
{
	static const Msg columns[] = { MSG_access_who, MSG_access_when, MSG_access_what, MSG_access_why_column,
		                       MSG_access_ask };
	H(h,
	  "<table class=\"govuk-table sd-stack\">\n<thead class=\"govuk-table__head\"><tr class=\"govuk-table__row\">");
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		H(h, "<th scope=\"col\" class=\"govuk-table__header\">");
		h_msg(h, columns[i]);
		H(h, "</th>");
	}
	H(h, "</tr></thead>\n<tbody class=\"govuk-table__body\">\n");
	for (size_t i = 0; i < n; i++)
		entry_row(c, h, d, &all[i]);
	H(h, "</tbody>\n</table>\n");
}

/* ---- filter ---- */

/* Everybody in these entries once, for the list to choose from. */
static size_t who_options(Ctx *c, const AuditEntry *all, size_t n, int64_t now, Option *out, size_t max)
{
	size_t k = 0;
	out[k++] = (Option){ .value = S("0"), .text = msg(c->lang, MSG_access_everyone), .checked = !now };
	for (size_t i = 0; i < n && k < max; i++) {
		Str value = arena_printf(c->arena, "%lld", (long long)all[i].account);
		bool seen = !all[i].account;
		for (size_t j = 0; j < k && !seen; j++)
			seen = str_eq(out[j].value, value);
		if (!seen)
			out[k++] = (Option){ .value = value, .text = all[i].who, .checked = all[i].account == now };
	}
	return k;
}

static Err filter_form(Ctx *c, Html *h, const Filter *f)
{
	AuditEntry *recent;
	size_t n;
	Option who[40];
	TRY(visit_access_log(c->visit, c->person, INT64_MAX, 500, &recent, &n));
	size_t k = who_options(c, recent, n, f->who, who, COUNT_OF(who));
	H(h, "<form method=\"get\" class=\"sd-search\" action=\"");
	h_attr(h, person_path(c, S("/inzage")));
	H(h, "\">\n");
	h_select(h, S("wie"), MSG_access_who, MSG_NONE, who, k, NULL);
	h_date_field(h, S("van"), req_query(c->req, S("van")), MSG_access_from, MSG_NONE, NULL);
	h_date_field(h, S("tot"), req_query(c->req, S("tot")), MSG_access_until, MSG_NONE, NULL);
	H(h, "<button type=\"submit\" class=\"govuk-button govuk-button--secondary\">");
	h_msg(h, MSG_common_show);
	H(h, "</button>\n</form>\n");
	return OK;
}

/* ---- questions that were asked ---- */

static void questions(Ctx *c, Html *h, const Dossier *d)
{
	size_t shown = 0;
	for (size_t i = 0; i < d->n_recs; i++) {
		const Rec *r = &d->recs[i];
		JVal code = json_path(r->json, "category", "coding", "code", NULL);
		if (r->type != FT_COMMUNICATION || !str_starts(json_str(code, c->arena), S("access-")))
			continue;
		if (!shown++)
			h_heading(h, 2, MSG_access_questions);
		Str who = json_str(json_path(r->json, "sender", "display", NULL), c->arena);
		h_quote(h, json_str(json_path(r->json, "payload", "contentString", NULL), c->arena),
		        msg_fill(c->arena, c->lang, MSG_access_question_by,
		                 (Str[]){ who, datetime_text(c->arena, c->lang, r->updated) }, 2));
	}
}

static Str older_href(Ctx *c, int64_t more)
{
	Str q = arena_printf(c->arena, "?voor=%lld", (long long)more);
	static const Str names[] = { S_INIT("wie"), S_INIT("van"), S_INIT("tot") };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		Str v = req_query(c->req, names[i]);
		if (v.n)
			q = arena_join(c->arena, q, S("&"), names[i], S("="), url_encode(c->arena, v), STR_END);
	}
	return arena_join(c->arena, person_path(c, S("/inzage")), q, STR_END);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Filter f = filter_of(c);
	AuditEntry *page = ARENA_ARRAY(c->arena, AuditEntry, ENTRIES_A_PAGE);
	size_t n;
	int64_t before, more;
	if (!str_int(req_query(c->req, S("voor")), &before) || before < 1)
		before = INT64_MAX;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e == OK)
		e = entries(c, &f, before, page, &n, &more);
	if (e != OK)
		return page_error(c, e);
	bool own = c->relation.kind == REL_SELF;
	Html h = page_begin(c, &(Layout){ .title = own ? MSG_access_title : MSG_access_title_other,
	                                  .title_arg = d.person.name,
	                                  .tab = TAB_MORE,
	                                  .dossier = &d,
	                                  .wide = true });
	h_paragraph(&h, MSG_access_help);
	e = filter_form(c, &h, &f);
	if (e != OK)
		return page_error(c, e);
	if (n)
		table(c, &h, &d, page, n);
	else
		h_empty(&h, MSG_access_none, S(""), MSG_NONE);
	h_paging(&h, before < INT64_MAX ? person_path(c, S("/inzage")) : S(""), more ? older_href(c, more) : S(""));
	questions(c, &h, &d);
	return page_end(c, &h, 200);
}

const Page page_access_log = { .path = S_INIT("/persoon/{person}/inzage"),
	                       .title = MSG_access_title,
	                       .need = NEED_PERSON,
	                       .category = 1u << CAT_CONTROL,
	                       .get = get };

/* ---- asking about one entry ---- */

static Err find_entry(Ctx *c, AuditEntry *out)
{
	int64_t seq;
	AuditEntry *one;
	size_t n;
	if (!str_int(c->id, &seq) || seq < 1)
		return ERR_NOT_FOUND;
	TRY(visit_access_log(c->visit, c->person, seq + 1, 1, &one, &n));
	if (!n || one[0].seq != seq)
		return ERR_NOT_FOUND;
	*out = one[0];
	return OK;
}

/* A Communication that only they see who may see who looked. */
static Str question_json(Ctx *c, const AuditEntry *e, Str kind, Str text)
{
	Buf b = buf_new(c->arena, 1024, 0);
	BUF_LIT(&b,
	        "{\"resourceType\":\"Communication\",\"meta\":{\"security\":[{\"system\":\"" CS_CATEGORY
	        "\",\"code\":\"control\"}]},"
	        "\"status\":\"completed\",\"category\":[{\"coding\":[{\"system\":\"" CS_COMMUNICATION "\",\"code\":");
	buf_add(&b, json_quote(c->arena, kind));
	BUF_LIT(&b, "}]}],\"subject\":{\"reference\":");
	buf_add(&b, json_quote(c->arena, arena_join(c->arena, S("Patient/"), c->person, STR_END)));
	BUF_LIT(&b, "},\"sent\":");
	buf_add(&b, json_quote(c->arena, time_instant(c->arena, time_now())));
	if (c->scope->n_refs) {
		BUF_LIT(&b, ",\"sender\":{\"reference\":");
		buf_add(&b, json_quote(c->arena, c->relation.member.n ? c->relation.member : c->scope->refs[0]));
		BUF_LIT(&b, ",\"display\":");
		buf_add(&b, json_quote(c->arena, c->scope->name));
		BUF_LIT(&b, "}");
	}
	BUF_LIT(&b, ",\"topic\":{\"text\":");
	buf_add(&b, json_quote(c->arena, arena_printf(c->arena, "%.*s, %.*s (%lld)", STR_ARG(e->who),
	                                              STR_ARG(time_instant(c->arena, e->at)), (long long)e->seq)));
	BUF_LIT(&b, "},\"payload\":[{\"contentString\":");
	buf_add(&b, json_quote(c->arena, text));
	BUF_LIT(&b, "}]}");
	return buf_str(&b);
}

static Reply ask_show(Ctx *c, const Errors *e, int status)
{
	AuditEntry entry;
	Dossier d;
	Err err = find_entry(c, &entry);
	if (err == OK)
		err = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (err != OK)
		return page_error(c, err);
	Html h = page_begin(
	    c, &(Layout){ .errors = e, .tab = TAB_MORE, .dossier = &d, .back = person_path(c, S("/inzage")) });
	H(&h, "<p class=\"govuk-body\">");
	h_msg2(&h, MSG_access_ask_about, entry.who, datetime_text(c->arena, c->lang, entry.at));
	H(&h, "</p>\n");
	form_begin(c, &h, c->req->path);
	Option kinds[] = {
		{ .value = S("access-question"), .text = msg(c->lang, MSG_access_ask_question), .checked = true },
		{ .value = S("access-objection"), .text = msg(c->lang, MSG_access_ask_objection) },
	};
	h_radios(&h, S("kind"), MSG_access_ask_kind, MSG_NONE, kinds, COUNT_OF(kinds), e, false);
	h_field(&h, &(Field){ .name = S("text"),
	                      .label = MSG_access_ask_text,
	                      .hint = MSG_access_ask_hint,
	                      .errors = e,
	                      .rows = 5,
	                      .count = true });
	h_button(&h, MSG_common_send);
	form_end(&h);
	return page_end(c, &h, status);
}

static Reply ask_get(Ctx *c)
{
	return ask_show(c, NULL, 200);
}

static Reply ask_post(Ctx *c)
{
	Errors e = { 0 };
	AuditEntry entry;
	Str id, kind = req_form(c->req, S("kind"));
	Str text = form_text(c, &e, S("text"), 2000, MSG_access_ask_text_empty);
	if (!str_eq(kind, S("access-question")) && !str_eq(kind, S("access-objection")))
		errors_add(&e, S("kind"), MSG_form_choose);
	if (e.n)
		return ask_show(c, &e, 422);
	Err err = find_entry(c, &entry);
	if (err == OK)
		err = visit_create(c->visit, question_json(c, &entry, kind, text), &id);
	return err == OK ? saved(c, person_path(c, S("/inzage")), MSG_access_asked) : page_error(c, err);
}

const Page page_access_ask = { .path = S_INIT("/persoon/{person}/inzage/vraag/{id}"),
	                       .title = MSG_access_ask_title,
	                       .need = NEED_PERSON,
	                       .category = 1u << CAT_CONTROL,
	                       .get = ask_get,
	                       .post = ask_post };
