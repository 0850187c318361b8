/* SPDX-License-Identifier: MIT
 *
 * objective/objectives.h - every objective there is; each is one file and one line in registry.c.
 */
#ifndef OBJECTIVE_OBJECTIVES_H
#define OBJECTIVE_OBJECTIVES_H

#include <gfn/objective.h>

extern const gfn_objective gfn_objective_tb, gfn_objective_vargrad, gfn_objective_db,
    gfn_objective_fl_db, gfn_objective_subtb, gfn_objective_fl_subtb, gfn_objective_fm,
    gfn_objective_mdb;

/* The losses of those that look forward are those of db and subtb. */
double gfn_db_loss(const gfn_terms *terms, gfn_derivatives *d);
double gfn_subtb_loss(const gfn_terms *terms, gfn_derivatives *d);

/* weigh() of objectives that are means over all steps, and over all but the last. */
double gfn_weigh_steps(const gfn_terms *terms);
double gfn_weigh_steps_but_last(const gfn_terms *terms);

/* estimate() where there is a state flow: log F(s_0). */
double gfn_estimate_by_flow(const gfn_terms *terms);

#endif
