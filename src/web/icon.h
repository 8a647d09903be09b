/* Icons: our own line drawings on a 24 × 24 grid, as SVG path text with the absolute commands M L C Z only, so that the
 * same drawing goes into a page (svg_icon) and into a PDF (pdf_icon). Always beside words, never instead of them. */
#ifndef WEB_ICON_H
#define WEB_ICON_H

#include "care/dossier.h"
#include "web/html.h"

typedef enum Icon {
	ICON_HOME,
	ICON_BODY,
	ICON_MIND,
	ICON_PEOPLE,
	ICON_DOING,
	ICON_MEANING,
	ICON_SAFETY,
	ICON_MONEY,
	ICON_CALENDAR,
	ICON_PHONE,
	ICON_QUOTE,
	ICON_CHECK
} Icon;
enum { ICON_COUNT = ICON_CHECK + 1 };

/* Path text of the drawing: strokes, no fill. */
Str icon_path(Icon i);
/* The icon of a life domain; DOM_NONE has the one for meaning. */
Icon icon_of_domain(LifeDomain d);
/* <svg class="sd-icon" aria-hidden="true" focusable="false">: decoration beside text. */
void h_icon(Html *h, Icon i);

#endif
