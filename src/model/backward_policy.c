/* SPDX-License-Identifier: MIT
 *
 * The kinds of backward policies and of state flows.
 */
#include <gfn/model.h>

#include "base/error.h"
#include "base/name_table.h"

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
    size_t index;
    GFN_TRY(gfn_find_name("backward", name_of_kind, "", name, &index));
    *backward = (gfn_backward)index;
    return GFN_OK;
}

static const char *name_of_flow(size_t index)
{
    static const char *const names[] = {"head", "own", NULL}; /* from GFN_FLOW_HEAD on */
    return names[index];
}

gfn_status gfn_flow_find(const char *name, gfn_flow *flow)
{
    size_t index;
    GFN_TRY(gfn_find_name("flow", name_of_flow, "", name, &index));
    *flow = (gfn_flow)(index + GFN_FLOW_HEAD);
    return GFN_OK;
}
