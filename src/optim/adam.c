/* SPDX-License-Identifier: MIT
 *
 * Adam: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, arXiv:1412.6980,
 * algorithm 1, with both bias corrections computed outside the loop:
 *
 *     m = beta1 m + (1 - beta1) g
 *     v = beta2 v + (1 - beta2) g^2
 *     x = x - [rate / (1 - beta1^t)] m / (sqrt(v [1 / (1 - beta2^t)]) + epsilon)
 *
 * To check by: the first step from m = v = 0 moves each x by `rate` against the sign of its g.
 *
 * Decoupled weight decay (AdamW): Loshchilov and Hutter, "Decoupled weight decay regularization",
 * ICLR 2019, arXiv:1711.05101, algorithm 2, scaled by the learning rate as in torch.optim.AdamW:
 *
 *     x = (1 - rate decay) x    before the step above
 */
#include <gfn/optim.h>

#include <math.h>

#include "base/clones.h"
#include "optim/optimizers.h"

/* The room is compiled with -fno-math-errno: a square root is then one instruction, and the
 * compiler vectorizes the loop. */
static inline gfn_real square_root(gfn_real x)
{
#ifdef GFN_REAL64
    return sqrt(x);
#else
    return sqrtf(x);
#endif
}

GFN_CLONES
void gfn_adam_step(const gfn_adam *adam, int64_t t, double rate, size_t n, gfn_real *restrict x,
                   const gfn_real *restrict g, gfn_real *restrict m, gfn_real *restrict v)
{
    const gfn_real beta1 = (gfn_real)adam->beta1, rest1 = (gfn_real)(1 - adam->beta1);
    const gfn_real beta2 = (gfn_real)adam->beta2, rest2 = (gfn_real)(1 - adam->beta2);
    const gfn_real epsilon = (gfn_real)adam->epsilon;
    const gfn_real step = (gfn_real)(rate / (1 - pow(adam->beta1, (double)t)));
    const gfn_real grow = (gfn_real)(1 / (1 - pow(adam->beta2, (double)t)));
    for (size_t i = 0; i < n; i++) {
        m[i] = beta1 * m[i] + rest1 * g[i];
        v[i] = beta2 * v[i] + rest2 * (g[i] * g[i]);
        x[i] -= step * m[i] / (square_root(v[i] * grow) + epsilon);
    }
}

static void step(int64_t t, double rate, size_t n, gfn_real *x, const gfn_real *g,
                 gfn_real *const moment[GFN_MAX_MOMENTS])
{
    static const gfn_adam adam = GFN_ADAM_DEFAULT;
    gfn_adam_step(&adam, t, rate, n, x, g, moment[0], moment[1]);
}

const gfn_optimizer gfn_optimizer_adam = {
    .name = "adam",
    .summary = "first and second moments of gradients, beta .9 and .999, epsilon 1e-8",
    .source = "Kingma and Ba 2015, arXiv:1412.6980",
    .n_moments = 2,
    .moment = {"m", "v"},
    .step = step,
};

GFN_CLONES
void gfn_weight_decay(double amount, size_t n, gfn_real *x)
{
    const gfn_real factor = (gfn_real)(1 - amount);
    for (size_t i = 0; i < n; i++)
        x[i] *= factor;
}
