#include "web/pdf.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>

#include "base/log.h"

enum { MARGIN = 54, FOOTER = 34 };

struct Pdf {
	Arena *arena;
	PdfOptions o;
	Buf out;
	cairo_surface_t *surface;
	cairo_t *cr;
	PangoLayout *layout;
	double width, height; /* of the page */
	double y;             /* next free line */
	int pages;
	bool in_list;
	char *footer;
};

static cairo_status_t collect(void *arg, const unsigned char *data, unsigned n)
{
	Pdf *p = arg;
	buf_add(&p->out, (Str){ (const char *)data, n });
	return p->out.full ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void release(void *arg)
{
	Pdf *p = arg;
	if (p->layout)
		g_object_unref(p->layout);
	if (p->cr)
		cairo_destroy(p->cr);
	if (p->surface)
		cairo_surface_destroy(p->surface);
	p->layout = NULL;
	p->cr = NULL;
	p->surface = NULL;
}

static const char *lang_tag(Lang l)
{
	static const char *const tags[LANG_COUNT] = { "nl-BE", "fr-BE", "de-BE", "en-GB" };
	return tags[l];
}

Pdf *pdf_new(Arena *a, const PdfOptions *o)
{
	Pdf *p = ARENA_NEW(a, Pdf);
	p->arena = a;
	p->o = *o;
	p->out = buf_new(a, 32 * 1024, 0);
	p->width = o->landscape ? 841.89 : 595.28;
	p->height = o->landscape ? 595.28 : 841.89;
	p->surface = cairo_pdf_surface_create_for_stream(collect, p, p->width, p->height);
	p->cr = cairo_create(p->surface);
	p->layout = pango_cairo_create_layout(p->cr);
	arena_defer(a, release, p);
	pango_context_set_language(pango_layout_get_context(p->layout), pango_language_from_string(lang_tag(o->lang)));
	char *title = arena_cstr(a, o->title);
	Str made = time_instant(a, o->made);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATOR, "Samendoel");
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE,
	                               arena_cstr(a, arena_join(a, str_upto(made, 19), S("Z"), STR_END)));
	p->footer = arena_cstr(a, o->footer);
	p->y = MARGIN;
	p->pages = 1;
	cairo_tag_begin(p->cr, "Document", NULL);
	return p;
}

static void set_font(Pdf *p, double size, bool bold, bool italic)
{
	PangoFontDescription *f = pango_font_description_new();
	pango_font_description_set_family(f, "DejaVu Sans, Noto Sans, sans-serif");
	pango_font_description_set_absolute_size(f, size * PANGO_SCALE);
	pango_font_description_set_weight(f, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_font_description_set_style(f, italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
	pango_layout_set_font_description(p->layout, f);
	pango_font_description_free(f);
}

/* Lays out text in the given width; its height in points. */
static double measure(Pdf *p, Str text, double width)
{
	int h;
	pango_layout_set_width(p->layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(p->layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_spacing(p->layout, (int)(p->o.size * 0.15 * PANGO_SCALE));
	pango_layout_set_text(p->layout, text.p ? text.p : "", (int)text.n);
	pango_layout_get_size(p->layout, NULL, &h);
	return (double)h / PANGO_SCALE;
}

static void draw(Pdf *p, double x, double y)
{
	cairo_move_to(p->cr, x, y);
	pango_cairo_show_layout(p->cr, p->layout);
}

static void draw_footer(Pdf *p)
{
	set_font(p, 9, false, false);
	cairo_set_source_rgb(p->cr, 0.32, 0.33, 0.36);
	measure(p, str_c(p->footer), p->width - 2 * MARGIN - 60);
	draw(p, MARGIN, p->height - FOOTER);
	char number[16];
	int n = snprintf(number, sizeof number, "%d", p->pages), w;
	measure(p, str_n(number, (size_t)n), 60);
	pango_layout_get_size(p->layout, &w, NULL);
	draw(p, p->width - MARGIN - (double)w / PANGO_SCALE, p->height - FOOTER);
	cairo_set_source_rgb(p->cr, 0, 0, 0);
}

static void end_list(Pdf *p)
{
	if (p->in_list)
		cairo_tag_end(p->cr, "L");
	p->in_list = false;
}

static void next_page(Pdf *p)
{
	draw_footer(p);
	cairo_show_page(p->cr);
	p->pages++;
	p->y = MARGIN;
}

void pdf_page(Pdf *p)
{
	end_list(p);
	next_page(p);
}

/* Makes room for a block of this height. */
static void need(Pdf *p, double height)
{
	if (p->y + height > p->height - MARGIN - 10 && p->y > MARGIN + 1)
		next_page(p);
}

void pdf_keep(Pdf *p, double points)
{
	end_list(p);
	need(p, points);
}

void pdf_space(Pdf *p, double points)
{
	p->y += points;
}

/* One block of text in a tag, at x, broken over pages line by line when it is longer than a page. */
static void block(Pdf *p, const char *tag, Str text, double x, double width)
{
	double h = measure(p, text, width);
	if (h <= p->height - 2 * MARGIN) {
		need(p, h);
		cairo_tag_begin(p->cr, tag, NULL);
		draw(p, x, p->y);
		cairo_tag_end(p->cr, tag);
		p->y += h;
		return;
	}
	while (text.n) {
		Str part;
		Str rest = str_cut(text, '\n', &part);
		if (part.n > 600) {
			size_t n = 600;
			while (n < part.n && part.p[n] != ' ')
				n++;
			rest = str_from(text, n);
			part = str_upto(text, n);
		}
		double ph = measure(p, part, width);
		need(p, ph);
		cairo_tag_begin(p->cr, tag, NULL);
		draw(p, x, p->y);
		cairo_tag_end(p->cr, tag);
		p->y += ph;
		text = rest.p ? rest : (Str){ "", 0 };
	}
}

void pdf_heading(Pdf *p, int level, Str text)
{
	static const char *const tags[] = { "H1", "H2", "H3" };
	double size = p->o.size * (level == 1 ? 1.9 : level == 2 ? 1.35 : 1.1);
	end_list(p);
	if (p->y > MARGIN + 1)
		p->y += p->o.size * (level == 1 ? 1.2 : 0.9);
	set_font(p, size, true, false);
	need(p, measure(p, text, p->width - 2 * MARGIN) + p->o.size * 5);
	block(p, tags[level < 1 ? 0 : level > 3 ? 2 : level - 1], text, MARGIN, p->width - 2 * MARGIN);
	p->y += p->o.size * 0.4;
}

void pdf_text(Pdf *p, Str text)
{
	end_list(p);
	set_font(p, p->o.size, false, false);
	block(p, "P", text, MARGIN, p->width - 2 * MARGIN);
	p->y += p->o.size * 0.5;
}

void pdf_muted(Pdf *p, Str text)
{
	end_list(p);
	set_font(p, p->o.size * 0.88, false, false);
	cairo_set_source_rgb(p->cr, 0.28, 0.3, 0.34);
	block(p, "P", text, MARGIN, p->width - 2 * MARGIN);
	cairo_set_source_rgb(p->cr, 0, 0, 0);
	p->y += p->o.size * 0.4;
}

void pdf_quote(Pdf *p, Str words, Str who)
{
	end_list(p);
	double width = p->width - 2 * MARGIN - 16, size = p->o.size;
	Str quoted = arena_join(p->arena, S("\xe2\x80\x9c"), words, S("\xe2\x80\x9d"), STR_END);
	set_font(p, size * 1.12, false, true);
	double h = measure(p, quoted, width);
	need(p, h + (who.n ? size * 1.6 : 0));
	double top = p->y;
	block(p, "BlockQuote", quoted, MARGIN + 16, width);
	if (who.n) {
		set_font(p, size * 0.88, false, false);
		block(p, "P", who, MARGIN + 16, width);
	}
	if (p->y > top) {
		cairo_set_source_rgb(p->cr, 0.04, 0.42, 0.38);
		cairo_rectangle(p->cr, MARGIN, top, 4, p->y - top);
		cairo_fill(p->cr);
		cairo_set_source_rgb(p->cr, 0, 0, 0);
	}
	p->y += size * 0.7;
}

void pdf_item(Pdf *p, Str text)
{
	set_font(p, p->o.size, false, false);
	need(p, measure(p, text, p->width - 2 * MARGIN - 18));
	if (!p->in_list)
		cairo_tag_begin(p->cr, "L", NULL);
	p->in_list = true;
	cairo_tag_begin(p->cr, "LI", NULL);
	cairo_new_path(p->cr); /* else a line is drawn from where the last text ended */
	cairo_arc(p->cr, MARGIN + 6, p->y + p->o.size * 0.62, p->o.size * 0.16, 0, 2 * M_PI);
	cairo_fill(p->cr);
	block(p, "LBody", text, MARGIN + 18, p->width - 2 * MARGIN - 18);
	cairo_tag_end(p->cr, "LI");
	p->y += p->o.size * 0.25;
}

/* Draws icon path text (M L C Z, absolute) at x, y with edge length size. */
static void stroke_icon(Pdf *p, Icon icon, double x, double y, double size)
{
	const char *s = icon_path(icon).p;
	double v[6];
	cairo_save(p->cr);
	cairo_translate(p->cr, x, y);
	cairo_scale(p->cr, size / 24, size / 24);
	cairo_set_line_width(p->cr, 1.6);
	cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_ROUND);
	cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_source_rgb(p->cr, 0.04, 0.42, 0.38);
	while (*s) {
		char c = *s++;
		int n = c == 'C' ? 6 : c == 'M' || c == 'L' ? 2 : 0;
		for (int i = 0; i < n; i++) {
			char *end;
			v[i] = strtod(s, &end);
			s = end;
		}
		if (c == 'M')
			cairo_move_to(p->cr, v[0], v[1]);
		else if (c == 'L')
			cairo_line_to(p->cr, v[0], v[1]);
		else if (c == 'C')
			cairo_curve_to(p->cr, v[0], v[1], v[2], v[3], v[4], v[5]);
		else if (c == 'Z')
			cairo_close_path(p->cr);
	}
	cairo_stroke(p->cr);
	cairo_restore(p->cr);
}

void pdf_icon_block(Pdf *p, Icon icon, Str first, Str rest)
{
	end_list(p);
	double size = p->o.size, edge = size * 2.1, x = MARGIN + edge + 10, width = p->width - MARGIN - x;
	set_font(p, size, true, false);
	double h = measure(p, first, width);
	set_font(p, size, false, false);
	if (rest.n)
		h += measure(p, rest, width);
	need(p, h > edge ? h : edge);
	double top = p->y;
	stroke_icon(p, icon, MARGIN, top, edge);
	set_font(p, size, true, false);
	block(p, "P", first, x, width);
	if (rest.n) {
		set_font(p, size, false, false);
		block(p, "P", rest, x, width);
	}
	if (p->y < top + edge)
		p->y = top + edge;
	p->y += size * 0.6;
}

static double row_height(Pdf *p, const double *x, size_t cols, const Str *cells, bool head)
{
	double h = 0;
	set_font(p, p->o.size * 0.92, head, false);
	for (size_t c = 0; c < cols; c++) {
		double ch = measure(p, cells[c], x[c + 1] - x[c] - 8);
		h = ch > h ? ch : h;
	}
	return h + 8;
}

static void draw_row(Pdf *p, const double *x, size_t cols, const Str *cells, bool head, double h)
{
	const char *tag = head ? "TH" : "TD";
	cairo_tag_begin(p->cr, "TR", NULL);
	if (head) {
		cairo_set_source_rgb(p->cr, 0.9, 0.94, 0.93);
		cairo_rectangle(p->cr, x[0], p->y, x[cols] - x[0], h);
		cairo_fill(p->cr);
		cairo_set_source_rgb(p->cr, 0, 0, 0);
	}
	set_font(p, p->o.size * 0.92, head, false);
	for (size_t c = 0; c < cols; c++) {
		measure(p, cells[c], x[c + 1] - x[c] - 8);
		cairo_tag_begin(p->cr, tag, NULL);
		draw(p, x[c] + 4, p->y + 4);
		cairo_tag_end(p->cr, tag);
	}
	cairo_tag_end(p->cr, "TR");
	p->y += h;
	cairo_set_source_rgb(p->cr, 0.6, 0.63, 0.66);
	cairo_set_line_width(p->cr, 0.6);
	cairo_move_to(p->cr, x[0], p->y);
	cairo_line_to(p->cr, x[cols], p->y);
	cairo_stroke(p->cr);
	cairo_set_source_rgb(p->cr, 0, 0, 0);
}

void pdf_table(Pdf *p, const double *widths, size_t cols, const Str *cells, size_t rows)
{
	double x[13];
	end_list(p);
	if (cols > 12 || !rows)
		return;
	x[0] = MARGIN;
	for (size_t c = 0; c < cols; c++)
		x[c + 1] = x[c] + widths[c] * (p->width - 2 * MARGIN);
	cairo_tag_begin(p->cr, "Table", NULL);
	double head = row_height(p, x, cols, cells, true);
	for (size_t r = 0; r < rows; r++) {
		double h = r ? row_height(p, x, cols, cells + r * cols, false) : head;
		int page = p->pages;
		need(p, r ? h : h + p->o.size * 3);
		if (r && p->pages != page)
			draw_row(p, x, cols, cells, true, head);
		draw_row(p, x, cols, cells + r * cols, r == 0, h);
	}
	cairo_tag_end(p->cr, "Table");
	p->y += p->o.size * 0.6;
}

Str pdf_end(Pdf *p, int *pages)
{
	end_list(p);
	draw_footer(p);
	cairo_tag_end(p->cr, "Document");
	cairo_show_page(p->cr);
	if (pages)
		*pages = p->pages;
	cairo_surface_finish(p->surface);
	cairo_status_t status = cairo_surface_status(p->surface);
	if (status != CAIRO_STATUS_SUCCESS)
		die("pdf: %s", cairo_status_to_string(status));
	release(p);
	return buf_str(&p->out);
}
