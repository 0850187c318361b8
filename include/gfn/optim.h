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

/* Step number t >= 1 on x [n] with learning rate `rate`. m and v are 0 before step 1.
 *     m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
 *     x -= rate * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) */
GFN_API void gfn_adam_step(const gfn_adam *adam, int64_t t, double rate, size_t n, gfn_real *x,
                           const gfn_real *g, gfn_real *m, gfn_real *v);

/* x *= 1 - amount, with amount = rate * decay: the decoupled weight decay of AdamW (Loshchilov and
 * Hutter 2019, arXiv:1711.05101), as in torch.optim.AdamW. Call it before the step. The caller
 * chooses the parameters: training decays the weights of networks, not biases and log Z. */
GFN_API void gfn_weight_decay(double amount, size_t n, gfn_real *x);

/* sqrt(sum of x^2), summed in double in an order that depends on n alone. */
GFN_API double gfn_norm(size_t n, const gfn_real *x);

/* If the norm of g [n] is greater than `most` (> 0): g *= most / (norm + 1e-6) (Pascanu et al.
 * 2013, arXiv:1211.5063), as in torch.nn.utils.clip_grad_norm_. In training g is the whole
 * gradient, of networks and log Z. */
GFN_API void gfn_clip_norm(double most, size_t n, gfn_real *g);

typedef enum gfn_schedule { GFN_CONSTANT, GFN_LINEAR, GFN_COSINE, GFN_DECAY } gfn_schedule;

/* Factor on the learning rate in step `iteration` (0-based) of `iterations`: 1 in the first step;
 * linear and cosine decay to 0, which they would have in the step after the last. Decay is
 * constant, and linear to 0 over the last quarter of the iterations; if there are fewer than 1000,
 * over a smaller part, iterations / 4000 of them. */
GFN_API double gfn_schedule_factor(gfn_schedule schedule, int64_t iteration, int64_t iterations);

/* Schedules by name. Errors: GFN_EINVAL (unknown name). */
GFN_API gfn_status gfn_schedule_find(const char *name, gfn_schedule *schedule);
GFN_API const char *gfn_schedule_name(size_t index); /* NULL: past the last */

enum { GFN_MAX_MOMENTS = 2 };

/* An optimizer: the moments that it keeps of each parameter, and its step. */
typedef struct gfn_optimizer {
    const char *name;    /* "adam" */
    const char *summary; /* one sentence */
    const char *source;  /* the paper */
    size_t n_moments;    /* arrays as long as the parameters, at most GFN_MAX_MOMENTS */
    const char *moment[GFN_MAX_MOMENTS]; /* their names: a checkpoint has NAME.MOMENT.PARAMETER */

    /* Step number t >= 1 on x [n] with gradient g [n] and learning rate `rate`. The moments [n] are
     * 0 before step 1. Element i of x and of the moments depends on elements i alone, because
     * threads call it for parts of the arrays. */
    void (*step)(int64_t t, double rate, size_t n, gfn_real *x, const gfn_real *g,
                 gfn_real *const moment[GFN_MAX_MOMENTS]);
} gfn_optimizer;

/* The optimizers of the library. Errors: GFN_EINVAL (unknown name). */
GFN_API size_t gfn_optimizer_kinds(void);
GFN_API const gfn_optimizer *gfn_optimizer_kind(size_t index); /* NULL: past the last */
GFN_API gfn_status gfn_optimizer_find(const char *name, const gfn_optimizer **optimizer);
GFN_API const char *gfn_optimizer_name(size_t index); /* NULL: past the last */

GFN_END_DECLS

#endif
