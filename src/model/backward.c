/* SPDX-License-Identifier: MIT
 *
 * The kinds of backward policies and of state flows.
 */
#include <gfn/model.h>

#include <string.h>

#include "base/names.h"

static const gfn_backward_kind kinds[] = {
    [GFN_BACKWARD_UNIFORM] = {"uniform", "every edge into a state is equally likely"},
    [GFN_BACKWARD_LEARNED] = {"learned", "a network of its own, of the same hidden widths"},
    [GFN_BACKWARD_TIED] = {"tied", "a second head on the hidden layers of the forward policy"},
};

size_t gfn_backward_kinds(void)
{
    return sizeof kinds / sizeof kinds[0];
}

const gfn_backward_kind *gfn_backward_kind_of(gfn_backward backward)
{
    return (size_t)backward < gfn_backward_kinds() ? &kinds[backward] : NULL;
}

static const char *name_of_kind(size_t index)
{
    return index < gfn_backward_kinds() ? kinds[index].name : NULL;
}

gfn_status gfn_backward_find(const char *name, gfn_backward *backward)
{
    for (size_t i = 0; i < gfn_backward_kinds(); i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *backward = (gfn_backward)i;
            return GFN_OK;
        }
    return gfn_refuse_name("backward", name_of_kind, name);
}

static const char *name_of_flow(size_t index)
{
    static const char *const names[] = {"head", "own", NULL};
    return names[index];
}

gfn_status gfn_flow_find(const char *name, gfn_flow *flow)
{
    if (strcmp(name, "head") != 0 && strcmp(name, "own") != 0)
        return gfn_refuse_name("flow", name_of_flow, name);
    *flow = name[0] == 'h' ? GFN_FLOW_HEAD : GFN_FLOW_OWN;
    return GFN_OK;
}
