#include "web/svg.h"

#include <math.h>

enum { W = 360, H_ECO = 390, CX = 180, CY = 195, MAX_NODES = 40 };

typedef struct Node {
	Str name;
	const Tie *tie;
	double radius, x, y;
} Node;

/* Everybody who has a place, by circle. */
static size_t collect(const Network *net, Node *nodes)
{
	size_t n = 0;
	for (size_t i = 0; i < net->n_nodes && n < MAX_NODES; i++)
		if (net->nodes[i].tie.circle != CIRCLE_NONE)
			nodes[n++] = (Node){ .name = net->nodes[i].name, .tie = &net->nodes[i].tie };
	return n;
}

/* Gives each circle that has someone a sector as wide as it has people, and each person a place on its ring. */
static void place(Node *nodes, size_t n)
{
	size_t sectors = 0;
	for (size_t i = 0; i < n; i++)
		sectors += i == 0 || nodes[i].tie->circle != nodes[i - 1].tie->circle;
	double step = 2 * M_PI / ((double)n + (double)sectors * 0.6), angle = -M_PI / 2;
	for (size_t i = 0; i < n; i++) {
		if (i && nodes[i].tie->circle != nodes[i - 1].tie->circle)
			angle += step * 0.6;
		int near = nodes[i].tie->closeness ? nodes[i].tie->closeness : 2;
		nodes[i].radius = 62 + 44 * (near - 1) + (n > 9 && i % 2 ? 18 : 0);
		nodes[i].x = CX + nodes[i].radius * cos(angle);
		nodes[i].y = CY + nodes[i].radius * sin(angle) * 1.06;
		angle += step;
	}
}

static void num(Html *h, double v)
{
	buf_printf(&h->out, "%.1f", v);
}

static int supports(const Tie *t)
{
	return t->support[0] + t->support[1] + t->support[2] + t->support[3];
}

/* The bond from the middle to a node: straight, or wavy when strained. */
static void bond(Html *h, const Node *n)
{
	double dx = n->x - CX, dy = n->y - CY, len = sqrt(dx * dx + dy * dy), ux = dx / len, uy = dy / len;
	double from = 26, to = len - 11;
	H(h, "<path class=\"sd-eco-bond sd-eco-bond--");
	h_int(h, supports(n->tie) > 2 ? 3 : supports(n->tie));
	if (n->tie->strain)
		H(h, " sd-eco-bond--strain");
	H(h, "\" d=\"M");
	num(h, CX + ux * from);
	H(h, " ");
	num(h, CY + uy * from);
	int waves = n->tie->strain ? (int)((to - from) / 6) : 0;
	for (int i = 1; i <= waves; i++) {
		double at = from + (to - from) * i / waves, side = i == waves ? 0 : i % 2 ? 3.5 : -3.5;
		H(h, " L");
		num(h, CX + ux * at - uy * side);
		H(h, " ");
		num(h, CY + uy * at + ux * side);
	}
	if (!waves) {
		H(h, " L");
		num(h, CX + ux * to);
		H(h, " ");
		num(h, CY + uy * to);
	}
	H(h, "\"/>");
}

/* A name in at most two lines of about 12 characters, cut at a space. */
static void label(Html *h, const Node *n)
{
	Str name = n->name, first = name, second = { NULL, 0 };
	if (name.n > 12) {
		ptrdiff_t cut = str_chr(name, ' ');
		if (cut > 0) {
			first = str_upto(name, (size_t)cut);
			second = str_from(name, (size_t)cut + 1);
		}
	}
	bool right = n->x > W - 50, left = n->x < 50;
	double x = right ? W - 2 : left ? 2 : n->x, y = n->y < CY ? n->y - 12 - (second.n ? 13 : 0) : n->y + 21;
	H(h, "<text class=\"sd-eco-label");
	if (right)
		H(h, " sd-eco-label--end");
	else if (!left)
		H(h, " sd-eco-label--middle");
	H(h, "\"><tspan x=\"");
	num(h, x);
	H(h, "\" y=\"");
	num(h, y);
	H(h, "\">");
	h_text(h, str_clip(first, 16));
	H(h, "</tspan>");
	if (second.n) {
		H(h, "<tspan x=\"");
		num(h, x);
		H(h, "\" y=\"");
		num(h, y + 13);
		H(h, "\">");
		h_text(h, str_clip(second, 14));
		H(h, "</tspan>");
	}
	H(h, "</text>");
}

/* A shape per circle, so that colour is not needed to tell them apart. */
static void mark(Html *h, const Node *n)
{
	static const char *const shapes[] = {
		[CIRCLE_G] = "M-8 -8 L8 -8 L8 8 L-8 8 Z",    [CIRCLE_F] = "M-8 -8 L8 -8 L8 8 L-8 8 Z",
		[CIRCLE_V] = "M0 -10 L10 0 L0 10 L-10 0 Z",  [CIRCLE_K] = "M0 -10 L9 7 L-9 7 Z",
		[CIRCLE_B] = "M0 10 L9 -7 L-9 -7 Z",         [CIRCLE_Z] = "M-5 -9 L5 -9 L10 0 L5 9 L-5 9 L-10 0 Z",
		[CIRCLE_NONE] = "M-8 -8 L8 -8 L8 8 L-8 8 Z",
	};
	H(h, "<g transform=\"translate(");
	num(h, n->x);
	H(h, " ");
	num(h, n->y);
	H(h, ")\"><path class=\"sd-eco-node sd-eco-node--");
	h_attr(h, n->tie->circle == CIRCLE_NONE ? S("K") : circle_code(n->tie->circle));
	H(h, "\" d=\"");
	buf_add(&h->out, str_c(shapes[n->tie->circle]));
	H(h, "\"/></g>");
}

static void supports_in_words(Html *h, const Tie *t)
{
	static const Msg words[] = { MSG_eco_support_1, MSG_eco_support_2, MSG_eco_support_3, MSG_eco_support_4 };
	bool any = false;
	for (int i = 0; i < 4; i++) {
		if (!t->support[i])
			continue;
		if (any)
			H(h, ", ");
		h_msg(h, words[i]);
		any = true;
	}
	if (!any)
		h_msg(h, MSG_eco_support_none);
}

static void table(Html *h, const Node *nodes, size_t n)
{
	static const Msg near[] = { MSG_eco_near_0, MSG_eco_near_1, MSG_eco_near_2, MSG_eco_near_3 };
	H(h, "<details class=\"govuk-details\"><summary class=\"govuk-details__summary\"><span "
	     "class=\"govuk-details__summary-text\">");
	h_msg(h, MSG_eco_table);
	H(h, "</span></summary><div class=\"govuk-details__text\"><table class=\"govuk-table\"><caption "
	     "class=\"govuk-table__caption "
	     "govuk-visually-hidden\">");
	h_msg(h, MSG_eco_table);
	H(h, "</caption><thead class=\"govuk-table__head\"><tr class=\"govuk-table__row\">");
	static const Msg heads[] = { MSG_eco_who, MSG_eco_circle, MSG_eco_near, MSG_eco_support };
	for (size_t i = 0; i < COUNT_OF(heads); i++) {
		H(h, "<th scope=\"col\" class=\"govuk-table__header\">");
		h_msg(h, heads[i]);
		H(h, "</th>");
	}
	H(h, "</tr></thead><tbody class=\"govuk-table__body\">");
	for (size_t i = 0; i < n; i++) {
		Str key = arena_join(h->arena, S("circle."), circle_code(nodes[i].tie->circle), STR_END);
		H(h, "<tr class=\"govuk-table__row\"><th scope=\"row\" class=\"govuk-table__header\">");
		h_text(h, nodes[i].name);
		H(h, "</th><td class=\"govuk-table__cell\">");
		h_msg(h, msg_by_name(key));
		H(h, "</td><td class=\"govuk-table__cell\">");
		h_msg(h, near[nodes[i].tie->closeness & 3]);
		if (nodes[i].tie->strain) {
			H(h, " – ");
			h_msg(h, MSG_eco_strain);
		}
		H(h, "</td><td class=\"govuk-table__cell\">");
		supports_in_words(h, nodes[i].tie);
		H(h, "</td></tr>");
	}
	H(h, "</tbody></table></div></details>");
}

static void rings(Html *h)
{
	for (int i = 0; i < 3; i++) {
		H(h, "<ellipse class=\"sd-eco-ring\" cx=\"180\" cy=\"195\" rx=\"");
		h_int(h, 62 + 44 * i);
		H(h, "\" ry=\"");
		num(h, (62 + 44 * i) * 1.06);
		H(h, "\"/>");
	}
}

void svg_ecogram(Html *h, const Dossier *d, const Network *net)
{
	Node nodes[MAX_NODES];
	size_t n = collect(net, nodes);
	if (!n)
		return;
	place(nodes, n);
	Str me = d->person.call_name.n ? d->person.call_name : d->person.given;
	H(h, "<figure class=\"sd-figure\"><svg class=\"sd-eco\" viewBox=\"0 0 360 390\" role=\"img\" "
	     "aria-labelledby=\"eco-title eco-desc\">"
	     "<title id=\"eco-title\">");
	h_msg1(h, MSG_eco_title, me);
	H(h, "</title><desc id=\"eco-desc\">");
	h_msg(h, MSG_eco_desc);
	H(h, "</desc>");
	rings(h);
	for (size_t i = 0; i < n; i++)
		bond(h, &nodes[i]);
	H(h, "<circle class=\"sd-eco-me\" cx=\"180\" cy=\"195\" r=\"25\"/><text class=\"sd-eco-label "
	     "sd-eco-label--me\" x=\"180\" y=\"199\">");
	h_text(h, str_clip(me, 8));
	H(h, "</text>");
	for (size_t i = 0; i < n; i++)
		mark(h, &nodes[i]);
	for (size_t i = 0; i < n; i++)
		label(h, &nodes[i]);
	H(h, "</svg><figcaption class=\"govuk-hint\">");
	h_msg(h, MSG_eco_desc);
	H(h, "</figcaption>");
	table(h, nodes, n);
	H(h, "</figure>");
}

static void attainment_point(Html *h, int level, bool own)
{
	H(h, "<circle class=\"sd-gas-");
	if (own)
		H(h, "own\" r=\"10\" cx=\"");
	else
		H(h, "team\" r=\"6\" cx=\"");
	h_int(h, 180 + level * 72);
	H(h, "\" cy=\"22\"/>");
}

void svg_attainment(Html *h, const CareGoal *g)
{
	if (!g->has_level && !g->has_own)
		return;
	H(h, "<figure class=\"sd-figure\"><svg class=\"sd-gas\" viewBox=\"0 0 360 58\" role=\"img\" "
	     "aria-labelledby=\"gas-");
	h_attr(h, g->b.id);
	H(h, "\"><title id=\"gas-");
	h_attr(h, g->b.id);
	H(h, "\">");
	h_msg(h, MSG_gas_drawing);
	H(h, "</title><path class=\"sd-gas-line\" d=\"M36 22 L324 22\"/>");
	for (int level = -2; level <= 2; level++) {
		H(h, "<path class=\"sd-gas-tick\" d=\"M");
		h_int(h, 180 + level * 72);
		H(h, " 14 l0 16\"/><text class=\"sd-gas-label\" x=\"");
		h_int(h, 180 + level * 72);
		H(h, "\" y=\"50\">");
		if (level > 0)
			H(h, "+");
		h_int(h, level);
		H(h, "</text>");
	}
	if (g->has_own)
		attainment_point(h, g->own_level, true);
	if (g->has_level)
		attainment_point(h, g->level, false);
	H(h, "</svg><figcaption class=\"govuk-body-s\">");
	if (g->has_own) {
		h_msg(h, MSG_gas_own);
		H(h, ": ");
		h_int(h, g->own_level);
		if (g->has_scale) {
			H(h, " – ");
			h_text(h, g->scale[g->own_level + 2].text);
		}
		H(h, "<br>");
	}
	if (g->has_level) {
		h_msg(h, MSG_gas_team);
		H(h, ": ");
		h_int(h, g->level);
		if (g->has_scale) {
			H(h, " – ");
			h_text(h, g->scale[g->level + 2].text);
		}
	}
	H(h, "</figcaption></figure>");
}
