/* SPDX-License-Identifier: MIT
 *
 * objective/objectives.h - the list of objectives: each is one file and one line here.
 */
#ifndef OBJECTIVE_OBJECTIVES_H
#define OBJECTIVE_OBJECTIVES_H

#include <gfn/objective.h>

/* ROW(gfn_objective_NAME), in the order of `gfn-dist list`. */
#define GFN_OBJECTIVES(ROW)                                                                        \
    ROW(gfn_objective_tb)                                                                          \
    ROW(gfn_objective_vargrad)                                                                     \
    ROW(gfn_objective_db)                                                                          \
    ROW(gfn_objective_fl_db)                                                                       \
    ROW(gfn_objective_subtb)                                                                       \
    ROW(gfn_objective_fl_subtb)                                                                    \
    ROW(gfn_objective_fm)                                                                          \
    ROW(gfn_objective_mdb)

#define GFN_DECLARE(objective) extern const gfn_objective objective;
GFN_OBJECTIVES(GFN_DECLARE)
#undef GFN_DECLARE

/* Losses that the forward-looking objectives share. */
double gfn_db_loss(const gfn_terms *terms, gfn_derivatives *d);
double gfn_subtb_loss(const gfn_terms *terms, gfn_derivatives *d);

#endif
