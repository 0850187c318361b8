/* SPDX-License-Identifier: MIT
 *
 * step/gradient.h - the gradient of a step, for the learner.
 */
#ifndef STEP_GRADIENT_H
#define STEP_GRADIENT_H

#include <gfn/gradient.h>

/* The loss of a batch over all ranks, and the objective's estimate of log Z by it (NAN: log Z is
 * learned). */
typedef struct gfn_loss {
    double mean, log_z;
} gfn_loss;

/* gfn_gradient_backward() with all results. */
gfn_status gfn_gradient_run(gfn_gradient *gradient, gfn_status mine, gfn_real *vector,
                            gfn_loss *loss);

/* Whether the objective can be trained with this environment and model. Errors: GFN_EINVAL. */
gfn_status gfn_gradient_check(const gfn_env *env, const gfn_model *model,
                              const gfn_objective *objective, int64_t batch_size);

/* Seconds of this rank in messages so far, and of these the seconds of waiting for slower ranks. */
typedef struct gfn_message_seconds {
    double all, waiting;
} gfn_message_seconds;

gfn_message_seconds gfn_gradient_message_seconds(const gfn_gradient *gradient);

/* Requests (GFN_REQUEST_...) of this rank, which travel with the message of the next step; and
 * those of any rank that came with the last one. */
void gfn_gradient_request(gfn_gradient *gradient, unsigned requests);
unsigned gfn_gradient_agreed(const gfn_gradient *gradient);

/* Threads from now on; no result depends on them. At most those of the sampler at creation. */
void gfn_gradient_set_threads(gfn_gradient *gradient, int threads);

#endif
