/* SPDX-License-Identifier: MIT
 *
 * summary/figures.h - the final figures of groups: the metrics that a comparison shows, with
 * statistics over seeds.
 */
#ifndef SUMMARY_FIGURES_H
#define SUMMARY_FIGURES_H

#include "summary/groups.h"

/* Of the n seeds for which the value is known; NAN if there are none. The error is the standard
 * error of the mean, NAN for fewer than two seeds. */
typedef struct gfn_figure {
    size_t n;
    double mean, error, min, max;
} gfn_figure;

/* The figure of a metric, by its index in the table of metrics; absolute values of errors. */
gfn_figure gfn_figure_of(const gfn_group *group, size_t metric);

/* The figure of the number of trajectories. */
gfn_figure gfn_figure_of_trajectories(const gfn_group *group);

/* How a table is written. Pictures have no times: a run that is trained again gives the same
 * picture. */
typedef struct gfn_table_form {
    const char *sign; /* before errors: "+-" or the like */
    size_t most_rows; /* 0: all */
    bool has_times;
} gfn_table_form;

/* The table of a comparison: one row per group, or if there is one group, one of its mean and one
 * per run. Its columns are the metrics of comparisons that some run has. All in the arena. Errors:
 * GFN_ENOMEM. */
gfn_status gfn_figures_tabulate(gfn_arena *arena, const gfn_groups *groups,
                                const gfn_table_form *form, gfn_table *table);

/* results_text.c: the table as lines of text, with columns of equal width; one JSON object with the
 * figures of all groups and runs, and the name of the picture. In the arena. Errors: GFN_ENOMEM. */
gfn_status gfn_figures_print(gfn_arena *arena, const gfn_groups *groups, char **text);
gfn_status gfn_figures_json(gfn_arena *arena, const gfn_groups *groups, const char *picture,
                            char **text);

#endif
