/* SPDX-License-Identifier: MIT */
#include "objective/objectives.h"

#include <string.h>

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
