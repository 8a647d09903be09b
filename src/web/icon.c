#include "web/icon.h"

static const char *const paths[ICON_COUNT] = {
	[ICON_HOME] = "M3 11 L12 4 L21 11 M5.5 9.5 L5.5 20 L18.5 20 L18.5 9.5 M10 20 L10 14 L14 14 L14 20",
	[ICON_BODY] =
	    "M12 3 C13.7 3 14.5 4.2 14.5 5.5 C14.5 6.8 13.7 8 12 8 C10.3 8 9.5 6.8 9.5 5.5 C9.5 4.2 10.3 3 12 3 Z "
	    "M4.5 10 L9.5 10 L14.5 10 L19.5 10 M9.5 10 L9.5 15 L8 21 M14.5 10 L14.5 15 L16 21 M9.5 15 L14.5 15",
	[ICON_MIND] = "M9 20 L9 17 C6.5 17 5.8 15.8 6 13.6 L4.5 13 L6 10 C6 6 8.8 3.5 12.6 3.5 C16.6 3.5 19.5 6.4 19.5 "
	              "10 C19.5 12.6 18.3 14.4 "
	              "16.5 15.7 L16.5 20 M10 9.5 C10 7.5 15 7.5 15 9.8 C15 11.4 12.6 11.4 12.6 13",
	[ICON_PEOPLE] =
	    "M8 5 C9.7 5 10.5 6.1 10.5 7.5 C10.5 8.9 9.7 10 8 10 C6.3 10 5.5 8.9 5.5 7.5 C5.5 6.1 6.3 5 8 5 Z "
	    "M16 5 C17.7 5 18.5 6.1 18.5 7.5 C18.5 8.9 17.7 10 16 10 C14.3 10 13.5 8.9 13.5 7.5 C13.5 6.1 14.3 5 16 5 "
	    "Z "
	    "M3 19 C3 14.5 5 12.5 8 12.5 C10 12.5 11.3 13.4 12 15 C12.7 13.4 14 12.5 16 12.5 C19 12.5 21 14.5 21 19",
	[ICON_DOING] = "M12 20 L12 11 M12 13 C7.5 13 5.5 10.8 5.5 7 C9.8 7 12 8.8 12 13 M12 11 C12 7 14 4.8 18.5 4.5 "
	               "C18.5 8.8 16.3 11 12 11 "
	               "M6 20 L18 20",
	[ICON_MEANING] = "M12 20 C6 15.5 3.5 12.4 3.5 9 C3.5 6.4 5.4 4.5 7.8 4.5 C9.6 4.5 11.2 5.5 12 7.2 C12.8 5.5 "
	                 "14.4 4.5 16.2 4.5 "
	                 "C18.6 4.5 20.5 6.4 20.5 9 C20.5 12.4 18 15.5 12 20 Z",
	[ICON_SAFETY] = "M12 3.5 L19.5 6 L19.5 11.5 C19.5 16 16.5 19 12 20.8 C7.5 19 4.5 16 4.5 11.5 L4.5 6 Z M8.5 12 "
	                "L11 14.5 L15.5 9.5",
	[ICON_MONEY] = "M12 4 C16.4 4 20 7.6 20 12 C20 16.4 16.4 20 12 20 C7.6 20 4 16.4 4 12 C4 7.6 7.6 4 12 4 Z "
	               "M15.5 8.8 C13 7 9.6 8.2 9.6 12 C9.6 15.8 13 17 15.5 15.2 M7.8 11 L13 11 M7.8 13 L13 13",
	[ICON_CALENDAR] = "M4 6 L20 6 L20 20 L4 20 Z M4 10.5 L20 10.5 M8 3.5 L8 7.5 M16 3.5 L16 7.5 M8 14 L10 14 M13 "
	                  "14 L15 14 M8 17 L10 17",
	[ICON_PHONE] = "M6 3.5 L9.5 3.5 L11 8 L8.8 9.8 C9.8 12 11.6 13.9 14 15.2 L16 13 L20.5 14.5 L20.5 18 C20.5 19.6 "
	               "19.4 20.5 18 20.5 "
	               "C10.5 20 4 13.5 3.5 6 C3.5 4.6 4.4 3.5 6 3.5 Z",
	[ICON_QUOTE] = "M4 5 L20 5 L20 16 L12 16 L7.5 20 L7.5 16 L4 16 Z M8 9 L16 9 M8 12 L13 12",
	[ICON_CHECK] = "M4.5 12.5 L10 18 L20 6.5",
};

Str icon_path(Icon i)
{
	return str_c(paths[i]);
}

Icon icon_of_domain(LifeDomain d)
{
	switch (d) {
	case DOM_HOME:
		return ICON_HOME;
	case DOM_BODY:
		return ICON_BODY;
	case DOM_MIND:
		return ICON_MIND;
	case DOM_PEOPLE:
		return ICON_PEOPLE;
	case DOM_DOING:
		return ICON_DOING;
	case DOM_SAFETY:
		return ICON_SAFETY;
	case DOM_MONEY:
		return ICON_MONEY;
	case DOM_MEANING:
	case DOM_NONE:
		break;
	}
	return ICON_MEANING;
}

void h_icon(Html *h, Icon i)
{
	H(h, "<svg class=\"sd-icon\" viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" aria-hidden=\"true\" "
	     "focusable=\"false\"><path d=\"");
	h_attr(h, icon_path(i));
	H(h, "\"/></svg>");
}
