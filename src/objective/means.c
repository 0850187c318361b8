/* SPDX-License-Identifier: MIT */
#include "objective/means.h"

double gfn_weigh_steps(const gfn_terms *terms)
{
    return (double)terms->n_steps;
}

double gfn_weigh_steps_but_last(const gfn_terms *terms)
{
    return (double)terms->n_steps - 1;
}

double gfn_estimate_by_flow(const gfn_terms *terms)
{
    return terms->log_flow[0];
}
