/* SPDX-License-Identifier: MIT
 *
 * gfn/optim.h - optimizers and schedules: pure functions of flat arrays.
 */
#ifndef GFN_OPTIM_H
#define GFN_OPTIM_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/real.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

/* Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1). */
typedef struct gfn_adam {
    double beta1;   /* .9 */
    double beta2;   /* .999 */
    double epsilon; /* 1e-8 */
} gfn_adam;

#define GFN_ADAM_DEFAULT                                                                           \
    {                                                                                              \
        0.9, 0.999, 1e-8                                                                           \
    }

/* One step on x [n] with learning rate `rate`: step number t >= 1 counts from the first.
 *     m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
 *     x -= rate * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) */
GFN_API void gfn_adam_step(const gfn_adam *adam, int64_t t, double rate, size_t n, gfn_real *x,
                           const gfn_real *g, gfn_real *m, gfn_real *v);

/* x *= 1 - amount, amount = rate * decay: the decoupled weight decay of AdamW (Loshchilov and
 * Hutter 2019, arXiv:1711.05101), as torch.optim.AdamW has it. It goes before the step. Which
 * parameters decay is the caller's choice: training decays the weights of networks, not biases and
 * log Z. */
GFN_API void gfn_weight_decay(double amount, size_t n, gfn_real *x);

/* sqrt(sum of x^2), summed in double in an order that n alone decides. */
GFN_API double gfn_norm(size_t n, const gfn_real *x);

/* Where the norm of g [n] is greater than `most` (> 0), g *= most / (norm + 1e-6) (Pascanu et al.
 * 2013, arXiv:1211.5063), as in torch.nn.utils.clip_grad_norm_. g is everything that one optimizer
 * steps on: in training, networks and log Z. */
GFN_API void gfn_clip_norm(double most, size_t n, gfn_real *g);

typedef enum gfn_schedule { GFN_CONSTANT, GFN_LINEAR, GFN_COSINE } gfn_schedule;

/* Factor on the learning rate in step `iteration` (0-based) of `iterations`: 1 at the beginning,
 * and for linear and cosine 0 after the last step. GFN_EINVAL: unknown name. */
GFN_API double gfn_schedule_factor(gfn_schedule schedule, int64_t iteration, int64_t iterations);
GFN_API gfn_status gfn_schedule_find(const char *name, gfn_schedule *schedule);

GFN_END_DECLS

#endif
