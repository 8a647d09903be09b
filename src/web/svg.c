#include "web/svg.h"

#include <math.h>

enum { W = 360, H_ECO = 420, CX = 180, CY = 210, MAX_NODES = 40 };

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
		nodes[i].radius = 66 + 42 * (near - 1) + (n > 9 && i % 2 ? 20 : 0);
		nodes[i].x = CX + nodes[i].radius * cos(angle);
		nodes[i].y = CY + nodes[i].radius * sin(angle) * 1.15;
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
	double from = 31, to = len - 11;
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

/* Where a name goes: its lines, its middle and its size, in units of the drawing. */
typedef struct Label {
	Str line[2];
	double x, y, w, h;
} Label;

static double wide(Str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return (double)n * 7.7;
}

/* A name in at most two lines, cut at its first space. */
static Label label_of(Str name)
{
	Label l = { .line = { str_clip(name, 18) }, .h = 15 };
	ptrdiff_t cut = wide(name) > 60 ? str_chr(name, ' ') : -1;
	if (cut > 0) {
		l.line[0] = str_clip(str_upto(name, (size_t)cut), 16);
		l.line[1] = str_clip(str_from(name, (size_t)cut + 1), 16);
		l.h = 29;
	}
	l.w = fmax(wide(l.line[0]), wide(l.line[1]));
	return l;
}

static double shared(double a, double aw, double b, double bw)
{
	return fmax(0, (aw + bw) / 2 - fabs(a - b));
}

/* How much of the label lies on something else: other names, marks, the middle. Outside the drawing weighs most. */
static double cost(const Label *l, const Label *done, size_t n_done, const Node *nodes, size_t n)
{
	double sum = 0;
	if (l->x - l->w / 2 < 2 || l->x + l->w / 2 > W - 2 || l->y - l->h / 2 < 2 || l->y + l->h / 2 > H_ECO - 2)
		sum += 1e6;
	for (size_t i = 0; i < n_done; i++)
		sum += 3 * shared(l->x, l->w, done[i].x, done[i].w) * shared(l->y, l->h, done[i].y, done[i].h);
	for (size_t i = 0; i < n; i++)
		sum += 2 * shared(l->x, l->w, nodes[i].x, 22) * shared(l->y, l->h, nodes[i].y, 22);
	return sum + 2 * shared(l->x, l->w, CX, 62) * shared(l->y, l->h, CY, 62);
}

/* Above, below or beside the mark: where it covers least, away from the middle when it can choose. */
static Label place_label(const Node *node, const Label *done, size_t n_done, const Node *nodes, size_t n)
{
	Label l = label_of(node->name), best = l;
	double least = 1e9, out = node->y < CY ? -1 : 1, side = node->x < CX ? -1 : 1;
	double up = 14 + l.h / 2, away = 14 + l.w / 2;
	const double at[][2] = { { 0, out * up },
		                 { side * away, 0 },
		                 { 0, -out * up },
		                 { -side * away, 0 },
		                 { side * l.w / 2, out * up },
		                 { -side * l.w / 2, out * up },
		                 { side * l.w / 2, -out * up } };
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		l.x = node->x + at[i][0];
		l.y = node->y + at[i][1];
		double c = cost(&l, done, n_done, nodes, n) + (double)i;
		if (c < least) {
			least = c;
			best = l;
		}
	}
	return best;
}

static void label_text(Html *h, const Label *l)
{
	for (int i = 0; i < 2 && l->line[i].n; i++) {
		H(h, "<tspan x=\"");
		num(h, l->x);
		H(h, "\" y=\"");
		num(h, l->y - l->h / 2 + 12 + 14 * i);
		H(h, "\">");
		h_text(h, l->line[i]);
		H(h, "</tspan>");
	}
}

static void labels(Html *h, const Node *nodes, size_t n)
{
	Label done[MAX_NODES];
	for (size_t i = 0; i < n; i++) {
		done[i] = place_label(&nodes[i], done, i, nodes, n);
		H(h, "<text class=\"sd-eco-label\">");
		label_text(h, &done[i]);
		H(h, "</text>");
	}
}

/* The person, in the middle. */
static void middle(Html *h, Str me)
{
	Label l = label_of(me);
	l.x = CX;
	l.y = CY;
	H(h,
	  "<circle class=\"sd-eco-me\" cx=\"180\" cy=\"210\" r=\"31\"/><text class=\"sd-eco-label sd-eco-label--me\">");
	label_text(h, &l);
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
		H(h, "<ellipse class=\"sd-eco-ring\" cx=\"180\" cy=\"210\" rx=\"");
		h_int(h, 66 + 42 * i);
		H(h, "\" ry=\"");
		num(h, (66 + 42 * i) * 1.15);
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
	H(h, "<figure class=\"sd-figure\"><svg class=\"sd-eco\" viewBox=\"0 0 360 420\" role=\"img\" "
	     "aria-labelledby=\"eco-title eco-desc\">"
	     "<title id=\"eco-title\">");
	h_msg1(h, MSG_eco_title, me);
	H(h, "</title><desc id=\"eco-desc\">");
	h_msg(h, MSG_eco_desc);
	H(h, "</desc>");
	rings(h);
	for (size_t i = 0; i < n; i++)
		bond(h, &nodes[i]);
	middle(h, me);
	for (size_t i = 0; i < n; i++)
		mark(h, &nodes[i]);
	labels(h, nodes, n);
	H(h, "</svg>");
	table(h, nodes, n);
	H(h, "<figcaption class=\"govuk-hint\">");
	h_msg(h, MSG_eco_desc);
	H(h, "</figcaption></figure>");
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
