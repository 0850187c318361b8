/* SPDX-License-Identifier: MIT
 *
 * gfn/gradient.h - from trajectories to the gradient of an objective, over all ranks.
 *
 * The loss is the mean over the batch of all ranks of a loss per trajectory. Its gradient has the
 * same bits however the batch is spread over ranks and threads.
 */
#ifndef GFN_GRADIENT_H
#define GFN_GRADIENT_H

#include <stdint.h>

#include <gfn/comm.h>
#include <gfn/objective.h>
#include <gfn/sampler.h>
#include <gfn/status.h>
#include <gfn/trajectories.h>

GFN_BEGIN_DECLS

typedef struct gfn_gradient gfn_gradient;

/* Gradients of `objective` for batches of `batch_size` trajectories over all ranks, which the
 * sampler fills. Collective. comm, sampler and its model are borrowed; make it before the sampler's
 * first call, as it may make room in the sampler, which forgets what it held.
 * Errors: GFN_EINVAL (no objective, one that needs what the model or the environment lacks, batch
 * size out of range, a product overflows), GFN_ENOMEM. */
GFN_API gfn_status gfn_gradient_create(gfn_comm *comm, gfn_sampler *sampler,
                                       const gfn_objective *objective, int64_t batch_size,
                                       gfn_gradient **gradient);
GFN_API void gfn_gradient_destroy(gfn_gradient **gradient);

/* gfn_terms.lambda from now on: sub-trajectories of n steps weigh lambda^n. 0.9 at first.
 * Errors: GFN_EINVAL (not above 0, or the weight of a whole trajectory is not finite). */
GFN_API gfn_status gfn_gradient_set_lambda(gfn_gradient *gradient, double lambda);

/* Add this rank's trajectories: loss and derivatives with respect to every log P_F, log P_B, log F
 * and log Z. Several logs of one sampler call may be added, 8 at most where the objective has
 * weigh() or estimate(); these logs are borrowed, and added by the backward pass, which knows the
 * means over the batch. The sampler may not be used between the first add and the backward pass,
 * which needs what it computed. Errors: GFN_EINVAL (the log is not of the sampler's last call, or
 * holds sums only where the objective needs the steps, or there are more than the batch),
 * GFN_ENUMERIC (not finite, or beyond +-65536). */
GFN_API gfn_status gfn_gradient_add(gfn_gradient *gradient, const gfn_trajectories *log);

/* Differentiate the model, sum over all ranks and start anew: vector [n_params] gets the gradient,
 * laid out like the parameters, and *loss the loss of the batch. Collective; `mine` is this rank's
 * status so far: a rank that failed still calls, and all ranks fail together.
 * Errors, the same on every rank: that of the lowest rank that failed, with its message;
 * GFN_EINVAL (the trajectories added are not batch_size); GFN_ENUMERIC (a derivative as in
 * gfn_gradient_add(), where the objective has means; a gradient that is not finite or beyond
 * +-32768); GFN_ECOMM (also: a rank holds other parameters than the rest). */
GFN_API gfn_status gfn_gradient_backward(gfn_gradient *gradient, gfn_status mine, gfn_real *vector,
                                         double *loss);

/* log Z by the last batch, where the objective has estimate(): the mean of it over all ranks, the
 * same on every rank after gfn_gradient_backward(). */
GFN_API double gfn_gradient_log_z(const gfn_gradient *gradient);

GFN_END_DECLS

#endif
