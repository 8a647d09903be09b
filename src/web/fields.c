/* Form fields: govuk-frontend mark-up for inputs, text areas, radios, check boxes, selects and dates. */
#include "web/web_internal.h"

const FieldError *error_of(const Errors *e, Str field)
{
	for (size_t i = 0; e && i < e->n; i++)
		if (str_eq(e->items[i].field, field))
			return &e->items[i];
	return NULL;
}

bool kept_has(const Html *h, Str name)
{
	for (size_t i = 0; i < h->n_kept; i++)
		if (str_eq(h->kept[i].name, name))
			return true;
	return false;
}

Str kept_value(const Html *h, Str name, Str value, bool *differs)
{
	*differs = false;
	for (size_t i = 0; i < h->n_kept; i++) {
		if (!str_eq(h->kept[i].name, name))
			continue;
		*differs = h->clash && !str_eq(str_trim(h->kept[i].value), str_trim(value));
		return h->kept[i].value;
	}
	return value;
}

bool kept_checked(const Html *h, Str name, Str value, bool checked)
{
	if (!kept_has(h, name))
		return checked;
	for (size_t i = 0; i < h->n_kept; i++)
		if (str_eq(h->kept[i].name, name) && str_eq(h->kept[i].value, value))
			return true;
	return false;
}

/* ---- parts that all fields share ---- */

static void group_begin(Html *h, bool wrong)
{
	H(h, "<div class=\"govuk-form-group");
	if (wrong)
		H(h, " govuk-form-group--error");
	H(h, "\">\n");
}

static void attr_name(Html *h, Str name, Str after)
{
	h_attr(h, name);
	h_attr(h, after);
}

static void hint_part(Html *h, Str name, Msg hint)
{
	if (hint == MSG_NONE)
		return;
	H(h, "<div id=\"");
	attr_name(h, name, S("-hint"));
	H(h, "\" class=\"govuk-hint\">");
	h_msg(h, hint);
	H(h, "</div>\n");
}

static void error_part(Html *h, Str name, const FieldError *wrong)
{
	if (!wrong)
		return;
	H(h, "<p id=\"");
	attr_name(h, name, S("-error"));
	H(h, "\" class=\"govuk-error-message\"><span class=\"govuk-visually-hidden\">");
	h_msg(h, MSG_form_error_prefix);
	H(h, "</span> ");
	h_msg1(h, wrong->message, wrong->arg);
	H(h, "</p>\n");
}

/* aria-describedby with the parts that are there; `more` is one more id ending, absent when none. */
static void described_by(Html *h, Str name, bool hint, bool wrong, Str more)
{
	if (!hint && !wrong && !more.p)
		return;
	H(h, " aria-describedby=\"");
	if (hint)
		attr_name(h, name, S("-hint"));
	if (wrong) {
		if (hint)
			H(h, " ");
		attr_name(h, name, S("-error"));
	}
	if (more.p) {
		if (hint || wrong)
			H(h, " ");
		attr_name(h, name, more);
	}
	H(h, "\"");
}

/* What someone else saved meanwhile, under the field that holds what the user typed. */
static void saved_now(Html *h, Str value)
{
	H(h, "<div class=\"sd-theirs\"><p class=\"sd-theirs__label\">");
	h_msg(h, MSG_conflict_theirs);
	H(h, "</p><p class=\"govuk-body\">");
	if (value.n)
		h_lines(h, value);
	else
		h_msg(h, MSG_common_not_filled);
	H(h, "</p></div>\n");
}

static void label_text(Html *h, Msg label, Str arg, bool optional)
{
	Str text = msg_fill(h->arena, h->lang, label, &arg, arg.p ? 1 : 0);
	if (optional)
		h_msg1(h, MSG_common_optional_after, text);
	else
		h_text(h, text);
}

static void label_part(Html *h, const Field *f)
{
	if (f->heading)
		H(h, "<h1 class=\"govuk-label-wrapper\">");
	H(h, "<label class=\"govuk-label");
	if (f->heading)
		H(h, " govuk-label--l");
	H(h, "\" for=\"");
	h_attr(h, f->name);
	H(h, "\">");
	label_text(h, f->label, f->arg, f->optional);
	H(h, "</label>");
	if (f->heading)
		H(h, "</h1>");
	H(h, "\n");
}

/* ---- text ---- */

static int max_of(const Field *f)
{
	return f->max > 0 ? f->max : 2000;
}

static void input_part(Html *h, const Field *f, Str value, bool wrong)
{
	H(h, "<input class=\"govuk-input");
	if (f->width > 0) {
		H(h, " govuk-input--width-");
		h_int(h, f->width);
	}
	if (wrong)
		H(h, " govuk-input--error");
	H(h, "\" id=\"");
	h_attr(h, f->name);
	H(h, "\" name=\"");
	h_attr(h, f->name);
	H(h, "\" type=\"");
	h_attr(h, f->type.p ? f->type : S("text"));
	H(h, "\"");
	if (f->inputmode.p) {
		H(h, " inputmode=\"");
		h_attr(h, f->inputmode);
		H(h, "\"");
	}
	/* Never a maxlength: a pasted text would be cut without a word. The limit is checked and said. */
	if (value.n && !str_eq(f->type, S("password"))) {
		H(h, " value=\"");
		h_attr(h, value);
		H(h, "\"");
	}
}

static void textarea_part(Html *h, const Field *f, bool wrong)
{
	H(h, "<textarea class=\"govuk-textarea");
	if (wrong)
		H(h, " govuk-textarea--error");
	H(h, "\" id=\"");
	h_attr(h, f->name);
	H(h, "\" name=\"");
	h_attr(h, f->name);
	H(h, "\" rows=\"");
	h_int(h, f->rows);
	H(h, "\"");
	if (f->count) {
		H(h, " data-max=\"");
		h_int(h, max_of(f));
		H(h, "\"");
	}
}

/* The words the counter in the browser needs; {0} is filled in there. */
static void count_words(Html *h)
{
	H(h, " data-left-one=\"");
	h_msg(h, MSG_common_chars_left_one);
	H(h, "\" data-left-many=\"");
	h_msg(h, MSG_common_chars_left_many);
	H(h, "\" data-over-one=\"");
	h_msg(h, MSG_common_chars_over_one);
	H(h, "\" data-over-many=\"");
	h_msg(h, MSG_common_chars_over_many);
	H(h, "\"");
}

void h_field(Html *h, const Field *f)
{
	const FieldError *wrong = error_of(f->errors, f->name);
	bool differs, area = f->rows > 0;
	Str value = kept_value(h, f->name, f->value, &differs);
	group_begin(h, wrong != NULL);
	label_part(h, f);
	hint_part(h, f->name, f->hint);
	error_part(h, f->name, wrong);
	if (area)
		textarea_part(h, f, wrong != NULL);
	else
		input_part(h, f, value, wrong != NULL);
	described_by(h, f->name, f->hint != MSG_NONE, wrong != NULL, f->count ? S("-count") : STR_END);
	if (f->autocomplete.p) {
		H(h, " autocomplete=\"");
		h_attr(h, f->autocomplete);
		H(h, "\"");
	}
	H(h, ">");
	if (area) {
		if (value.n && value.p[0] == '\n')
			H(h, "\n"); /* a browser drops the first line break of a text area */
		h_text(h, value);
		H(h, "</textarea>");
	}
	H(h, "\n");
	if (f->count) {
		H(h, "<div id=\"");
		attr_name(h, f->name, S("-count"));
		H(h, "\" class=\"govuk-hint sd-count\"");
		count_words(h);
		H(h, ">");
		h_msg1(h, MSG_common_max_chars, arena_printf(h->arena, "%d", max_of(f)));
		H(h, "</div>\n");
	}
	if (differs)
		saved_now(h, f->value);
	H(h, "</div>\n");
}

void h_date_field(Html *h, Str name, Str value, Msg label, Msg hint, const Errors *e)
{
	Field f = {
		.name = name, .value = value, .label = label, .hint = hint, .errors = e, .type = S("date"), .width = 10
	};
	h_field(h, &f);
}

/* ---- choices ---- */

static void fieldset_begin(Html *h, Str name, Msg legend, Msg hint, const FieldError *wrong, bool heading)
{
	group_begin(h, wrong != NULL);
	H(h, "<fieldset class=\"govuk-fieldset\"");
	described_by(h, name, hint != MSG_NONE, wrong != NULL, STR_END);
	H(h, ">\n<legend class=\"govuk-fieldset__legend");
	if (heading)
		H(h, " govuk-fieldset__legend--l\"><h1 class=\"govuk-fieldset__heading");
	else
		H(h, " govuk-fieldset__legend--s");
	H(h, "\">");
	h_msg(h, legend);
	if (heading)
		H(h, "</h1>");
	H(h, "</legend>\n");
	hint_part(h, name, hint);
	error_part(h, name, wrong);
}

static void fieldset_end(Html *h)
{
	H(h, "</fieldset>\n</div>\n");
}

/* The id of option i: the first has the field's name, so that the error summary's link focuses it. */
static Str option_id(Html *h, Str name, size_t i)
{
	return i == 0 ? name : arena_printf(h->arena, "%.*s-%zu", STR_ARG(name), i + 1);
}

/* kind: "radios" or "checkboxes"; type: the input's. */
static void choice(Html *h, Str kind, Str type, Str name, Str id, const Option *o)
{
	H(h, "<div class=\"govuk-");
	attr_name(h, kind, S("__item"));
	H(h, "\">\n<input class=\"govuk-");
	attr_name(h, kind, S("__input"));
	H(h, "\" id=\"");
	h_attr(h, id);
	H(h, "\" name=\"");
	h_attr(h, name);
	H(h, "\" type=\"");
	h_attr(h, type);
	H(h, "\" value=\"");
	h_attr(h, o->value);
	H(h, "\"");
	if (kept_checked(h, name, o->value, o->checked))
		H(h, " checked");
	if (o->hint.n)
		described_by(h, id, false, false, S("-item-hint"));
	H(h, ">\n<label class=\"govuk-label govuk-");
	attr_name(h, kind, S("__label"));
	H(h, "\" for=\"");
	h_attr(h, id);
	H(h, "\">");
	h_text(h, o->text);
	H(h, "</label>\n");
	if (o->hint.n) {
		H(h, "<div id=\"");
		attr_name(h, id, S("-item-hint"));
		H(h, "\" class=\"govuk-hint govuk-");
		attr_name(h, kind, S("__hint"));
		H(h, "\">");
		h_text(h, o->hint);
		H(h, "</div>\n");
	}
	H(h, "</div>\n");
}

/* After a clash: the choice that is saved now, when the user's was another. */
static void saved_choice(Html *h, Str name, const Option *o, size_t n)
{
	if (!h->clash || !kept_has(h, name))
		return;
	Str now[24];
	size_t k = 0;
	bool same = true;
	for (size_t i = 0; i < n; i++) {
		same &= o[i].checked == kept_checked(h, name, o[i].value, false);
		if (o[i].checked && k < COUNT_OF(now))
			now[k++] = o[i].text;
	}
	if (same)
		return;
	Buf b = buf_new(h->arena, 128, 0);
	for (size_t i = 0; i < k; i++) {
		if (i)
			BUF_LIT(&b, ", ");
		buf_add(&b, now[i]);
	}
	saved_now(h, buf_str(&b));
}

static void choices(Html *h, Str kind, Str type, Str name, const Option *o, size_t n)
{
	H(h, "<div class=\"govuk-");
	h_attr(h, kind);
	H(h, "\">\n");
	for (size_t i = 0; i < n; i++)
		choice(h, kind, type, name, option_id(h, name, i), &o[i]);
	H(h, "</div>\n");
	saved_choice(h, name, o, n);
}

void h_radios(Html *h, Str name, Msg legend, Msg hint, const Option *o, size_t n, const Errors *e, bool heading)
{
	fieldset_begin(h, name, legend, hint, error_of(e, name), heading);
	choices(h, S("radios"), S("radio"), name, o, n);
	fieldset_end(h);
}

void h_checkboxes(Html *h, Str name, Msg legend, Msg hint, const Option *o, size_t n, const Errors *e, bool heading)
{
	fieldset_begin(h, name, legend, hint, error_of(e, name), heading);
	choices(h, S("checkboxes"), S("checkbox"), name, o, n);
	fieldset_end(h);
}

void h_select(Html *h, Str name, Msg label, Msg hint, const Option *o, size_t n, const Errors *e)
{
	const FieldError *wrong = error_of(e, name);
	Field f = { .name = name, .label = label };
	group_begin(h, wrong != NULL);
	label_part(h, &f);
	hint_part(h, name, hint);
	error_part(h, name, wrong);
	H(h, "<select class=\"govuk-select");
	if (wrong)
		H(h, " govuk-select--error");
	H(h, "\" id=\"");
	h_attr(h, name);
	H(h, "\" name=\"");
	h_attr(h, name);
	H(h, "\"");
	described_by(h, name, hint != MSG_NONE, wrong != NULL, STR_END);
	H(h, ">\n");
	for (size_t i = 0; i < n; i++) {
		H(h, "<option value=\"");
		h_attr(h, o[i].value);
		H(h, "\"");
		if (kept_checked(h, name, o[i].value, o[i].checked))
			H(h, " selected");
		H(h, ">");
		h_text(h, o[i].text);
		H(h, "</option>\n");
	}
	H(h, "</select>\n");
	saved_choice(h, name, o, n);
	H(h, "</div>\n");
}

void form_hidden(Html *h, Str name, Str value)
{
	H(h, "<input type=\"hidden\" name=\"");
	h_attr(h, name);
	H(h, "\" value=\"");
	h_attr(h, value);
	H(h, "\">\n");
}

void form_version(Html *h, int32_t version)
{
	form_hidden(h, S("version"), arena_printf(h->arena, "%d", version));
}
