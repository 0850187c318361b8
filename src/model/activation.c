/* SPDX-License-Identifier: MIT
 *
 * The names of activations.
 */
#include <gfn/model.h>

#include <string.h>

#include "base/names.h"

static const char *const names[] = {
    [GFN_RELU] = "relu", [GFN_LEAKY_RELU] = "leaky-relu", [GFN_TANH] = "tanh"};

static const char *name_at(size_t index)
{
    return index + GFN_RELU < sizeof names / sizeof names[0] ? names[index + GFN_RELU] : NULL;
}

gfn_status gfn_activation_find(const char *name, gfn_activation *activation)
{
    for (size_t i = GFN_RELU; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0) {
            *activation = (gfn_activation)i;
            return GFN_OK;
        }
    return gfn_refuse_name("activation", name_at, name);
}
