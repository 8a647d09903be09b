/* Drawings in SVG, made from the dossier: classes only (web/_drawings.scss), shape as well as colour, words at least 12
 * px at 360 px wide. Each is a <figure> with a caption and the same values as a list or table in <details>. */
#ifndef WEB_SVG_H
#define WEB_SVG_H

#include "care/network.h"
#include "web/html.h"

/* The support network: the person in the middle, a sector per circle (family, friends, …), nearer is closer, line style
 * is the bond: thicker with more kinds of support, wavy when strained. Draws everybody who has a place (network_of). */
void svg_ecogram(Html *h, const Dossier *d, const Network *net);

/* Goal attainment of one care goal on its five levels: a dot for the team's newest judgement, a ring for the person's
 * own. Nothing when the goal has no level yet. */
void svg_attainment(Html *h, const CareGoal *g);

#endif
