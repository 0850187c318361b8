/* SPDX-License-Identifier: MIT
 *
 * The table of objectives, and functions that several of them share.
 */
#include <string.h>

#include "objective/objectives.h"

#define ADDRESS(objective) &objective,
static const gfn_objective *const kinds[] = {GFN_OBJECTIVES(ADDRESS)};

size_t gfn_objective_kinds(void)
{
    return sizeof kinds / sizeof kinds[0];
}

const gfn_objective *gfn_objective_kind(size_t index)
{
    return index < gfn_objective_kinds() ? kinds[index] : NULL;
}

const char *gfn_objective_name(size_t index)
{
    return index < gfn_objective_kinds() ? kinds[index]->name : NULL;
}

const gfn_objective *gfn_objective_find(const char *name)
{
    for (size_t i = 0; i < gfn_objective_kinds(); i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

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
