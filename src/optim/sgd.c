/* SPDX-License-Identifier: MIT
 *
 * Stochastic gradient descent with momentum .9: Polyak 1964, in the form of torch.optim.SGD,
 *
 *     b = .9 b + g,  x = x - rate b
 *
 * To check by: with the same g in every step, b grows to 10 g.
 */
#include "base/clones.h"
#include "optim/optimizers.h"

GFN_CLONES
static void step_all(double rate, size_t n, gfn_real *restrict x, const gfn_real *restrict g,
                     gfn_real *restrict b)
{
    const gfn_real momentum = (gfn_real)0.9, amount = (gfn_real)rate;
    for (size_t i = 0; i < n; i++) {
        b[i] = momentum * b[i] + g[i];
        x[i] -= amount * b[i];
    }
}

static void step(int64_t t, double rate, size_t n, gfn_real *x, const gfn_real *g,
                 gfn_real *const moment[GFN_MAX_MOMENTS])
{
    (void)t;
    step_all(rate, n, x, g, moment[0]);
}

const gfn_optimizer gfn_optimizer_sgd = {
    .name = "sgd",
    .summary = "stochastic gradient descent with momentum .9",
    .source = "Polyak 1964, doi:10.1016/0041-5553(64)90137-5",
    .n_moments = 1,
    .moment = {"b"},
    .step = step,
};
