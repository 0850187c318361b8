/* SPDX-License-Identifier: MIT
 *
 * Kinds of backward policies and of state flows.
 */
#include <gfn/model.h>

#include "base/error.h"
#include "base/name_table.h"

static const gfn_backward_kind kinds[] = {
    [GFN_BACKWARD_UNIFORM] = {"uniform", "every edge into a state is equally likely"},
    [GFN_BACKWARD_LEARNED] = {"learned", "a separate network of the same hidden widths"},
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

const char *gfn_backward_name(size_t index)
{
    return index < gfn_backward_kinds() ? kinds[index].name : NULL;
}

gfn_status gfn_backward_find(const char *name, gfn_backward *backward)
{
    size_t index;
    GFN_TRY(gfn_find_name("backward", gfn_backward_name, "", name, &index));
    *backward = (gfn_backward)index;
    return GFN_OK;
}

const char *gfn_flow_name(size_t index)
{
    static const char *const names[] = {"head", "own"}; /* from GFN_FLOW_HEAD on */
    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

gfn_status gfn_flow_find(const char *name, gfn_flow *flow)
{
    size_t index;
    GFN_TRY(gfn_find_name("flow", gfn_flow_name, "", name, &index));
    *flow = (gfn_flow)(index + GFN_FLOW_HEAD);
    return GFN_OK;
}
