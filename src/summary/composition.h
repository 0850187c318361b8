/* SPDX-License-Identifier: MIT
 *
 * summary/composition.h - pictures made of portraits: one run with its title, or groups of runs in
 * the same panels, with a table. On rank 0.
 */
#ifndef SUMMARY_COMPOSITION_H
#define SUMMARY_COMPOSITION_H

#include "summary/groups.h"

/* Large panels: a profile, histograms, points. */
enum { GFN_MOST_CORNERS = 12, GFN_MOST_PLAIN = GFN_MOST_OBSERVABLES + 2 };

/* A run whose distribution is shown, under this name, in this style. */
typedef struct gfn_shown {
    const gfn_portrait *run;
    const char *name;
    int style;
} gfn_shown;

typedef struct gfn_composition {
    gfn_arena *arena; /* owns texts and series */
    const gfn_groups *groups;
    gfn_picture picture;
    gfn_corner corner[GFN_MOST_CORNERS];
    gfn_panel plain[GFN_MOST_PLAIN], curve[GFN_CURVES];
    gfn_table table;
    char title[3][GFN_CAPTION_TEXT], log_z_title[64], note[200];
} gfn_composition;

/* histogram_panels.c: add a panel for each histogram of `first`, with those of n runs that have the
 * same target. Errors: GFN_ENOMEM. */
gfn_status gfn_compose_histograms(gfn_composition *composition, const gfn_portrait *first, size_t n,
                                  const gfn_shown *shown);

/* distributions.c: add maps, profiles, histograms and points: those of the only group's runs, or of
 * the first run of each group. curve_panels.c: add the curves of all groups. Errors: GFN_ENOMEM. */
gfn_status gfn_compose_distributions(gfn_composition *composition);
gfn_status gfn_compose_curves(gfn_composition *composition);

/* compose.c: draw the groups, which must have labels, as wide as the user wrote (NULL: as usual);
 * or one run. Errors: those of gfn_picture_save(). */
gfn_status gfn_groups_save(const gfn_groups *groups, const char *path, const char *width);
gfn_status gfn_portrait_save(const gfn_portrait *portrait, const char *path);

#endif
