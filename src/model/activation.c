/* SPDX-License-Identifier: MIT
 *
 * The names of activations.
 */
#include <gfn/model.h>

#include <string.h>

#include "base/fail.h"

gfn_status gfn_activation_find(const char *name, gfn_activation *activation)
{
    static const char *const names[] = {
        [GFN_RELU] = "relu", [GFN_LEAKY_RELU] = "leaky-relu", [GFN_TANH] = "tanh"};
    for (size_t i = GFN_RELU; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0) {
            *activation = (gfn_activation)i;
            return GFN_OK;
        }
    return gfn_fail(GFN_EINVAL,
                    "activation: expected relu, leaky-relu or tanh, found \"%.200s\" (hint: relu)",
                    name);
}
