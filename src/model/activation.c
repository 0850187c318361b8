/* SPDX-License-Identifier: MIT
 *
 * Names of activations.
 */
#include <gfn/model.h>

#include "base/error.h"
#include "base/name_table.h"

static const char *const names[] = {
    [GFN_RELU] = "relu", [GFN_LEAKY_RELU] = "leaky-relu", [GFN_TANH] = "tanh"};

const char *gfn_activation_name(size_t index)
{
    return index + GFN_RELU < sizeof names / sizeof names[0] ? names[index + GFN_RELU] : NULL;
}

gfn_status gfn_activation_find(const char *name, gfn_activation *activation)
{
    size_t index;
    GFN_TRY(gfn_find_name("activation", gfn_activation_name, "", name, &index));
    *activation = (gfn_activation)(index + GFN_RELU);
    return GFN_OK;
}
