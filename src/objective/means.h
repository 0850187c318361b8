/* SPDX-License-Identifier: MIT
 *
 * objective/means.h - functions of a trajectory whose mean over the batch several objectives need.
 */
#ifndef OBJECTIVE_MEANS_H
#define OBJECTIVE_MEANS_H

#include <gfn/objective.h>

/* weigh() of objectives that are means over all steps, or over all steps except the last. */
double gfn_weigh_steps(const gfn_terms *terms);
double gfn_weigh_steps_but_last(const gfn_terms *terms);

/* estimate() of objectives with a state flow: log F(s_0). */
double gfn_estimate_by_flow(const gfn_terms *terms);

#endif
