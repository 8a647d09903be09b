/* PDF by cairo and pango: a flow of blocks on A4 pages with a footer, tagged (headings, paragraphs, lists, tables) as
 * far as cairo goes. The web print page is the accessible twin. All lengths in points (1/72 inch). Rendering costs tens
 * of milliseconds: slow pool. The same input gives the same bytes (no time stamp but `made`). */
#ifndef WEB_PDF_H
#define WEB_PDF_H

#include "base/time.h"
#include "web/icon.h"

typedef struct Pdf Pdf;

typedef struct PdfOptions {
	Lang lang;
	Str title;   /* document title, also in the footer */
	Str footer;  /* left in the footer: whose, which version, date */
	double size; /* body text; 11 normal, 16 large */
	Millis made; /* creation date in the document */
	bool landscape;
} PdfOptions;

Pdf *pdf_new(Arena *a, const PdfOptions *o);
void pdf_heading(Pdf *p, int level, Str text); /* level 1 … 3; kept with what follows */
void pdf_text(Pdf *p, Str text);
void pdf_muted(Pdf *p, Str text);           /* smaller, grey enough to read */
void pdf_quote(Pdf *p, Str words, Str who); /* the person's own words: bar at the left */
void pdf_item(Pdf *p, Str text);            /* list item */
/* A block with an icon in front, bold first line and plain rest (rest absent: none). */
void pdf_icon_block(Pdf *p, Icon icon, Str first, Str rest);
void pdf_keep(Pdf *p, double points); /* a new page when there is less room than this: what follows stays together */
void pdf_space(Pdf *p, double points);
void pdf_page(Pdf *p); /* new page */
/* A table: widths are parts of the line (sum 1). Cells of the first row are the head, repeated after a page break. Rows
 * are not broken. */
void pdf_table(Pdf *p, const double *widths, size_t cols, const Str *cells, size_t rows);
/* Ends the document; NULL bytes never: an engine failure aborts. *pages may be NULL. */
Str pdf_end(Pdf *p, int *pages);

#endif
