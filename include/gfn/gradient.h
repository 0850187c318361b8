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

/* Make gradients of `objective` for batches of `batch_size` trajectories of the sampler over all
 * ranks. Collective. comm, sampler and its model are borrowed. Create it before the sampler's first
 * call: it may enlarge the sampler, which then loses its contents.
 * Errors: GFN_EINVAL (no objective, one that needs what the model or the environment lacks, batch
 * size out of range, a product overflows), GFN_ENOMEM. */
GFN_API gfn_status gfn_gradient_create(gfn_comm *comm, gfn_sampler *sampler,
                                       const gfn_objective *objective, int64_t batch_size,
                                       gfn_gradient **gradient);
GFN_API void gfn_gradient_destroy(gfn_gradient **gradient);

/* Set gfn_terms.lambda: sub-trajectories of n steps get the weight lambda^n. The default is 0.9.
 * Errors: GFN_EINVAL (not above 0, or the weight of a whole trajectory is not finite). */
GFN_API gfn_status gfn_gradient_set_lambda(gfn_gradient *gradient, double lambda);

/* Set the loss of residuals, by default the square, and its scale; NAN: the default of that loss.
 * Errors: GFN_EINVAL (no loss; it has no such scale; the objective does not take a loss). */
GFN_API gfn_status gfn_gradient_set_loss(gfn_gradient *gradient, const gfn_loss_kind *loss,
                                         double scale);

/* Take log F or log P_F(stop) of next states from a target network: the model with `params`, laid
 * out like its own, which are borrowed and may change between batches. They are constants for the
 * gradient. NULL, the default: from the model itself. Allocates memory, so ranks must agree on the
 * status. Errors: GFN_EINVAL (the objective has no GFN_TAKES_TARGET), GFN_ENOMEM; then there is no
 * target network. */
GFN_API gfn_status gfn_gradient_set_target(gfn_gradient *gradient, const gfn_real *params);

/* Add this rank's trajectories: loss and derivatives with respect to every log P_F, log P_B, log F
 * and log Z. Several logs of one sampler call may be added. If the objective has weigh() or
 * estimate(), at most 8; these logs are borrowed, because the backward pass adds them when it knows
 * the means over the batch. The sampler must not be used between the first add and the backward
 * pass, which needs its rows. Errors: GFN_EINVAL (the log is not of the sampler's last call, or
 * holds only sums although the objective needs the steps, or the trajectories exceed the batch),
 * GFN_ENUMERIC (a loss that is not finite, or a derivative beyond +-2^20; log R within +-1e5 is
 * safe), GFN_EENV (a log R is not finite). */
GFN_API gfn_status gfn_gradient_add(gfn_gradient *gradient, const gfn_trajectories *log);

/* Differentiate the model, sum over all ranks and start the next batch: vector [n_params] gets the
 * gradient, laid out like the parameters, and *loss the loss of the batch. Collective; `mine` is
 * this rank's status so far: a rank that failed must still call, and all ranks fail together.
 * Errors, the same on every rank: that of the lowest rank that failed, with its message; GFN_EINVAL
 * (the number of trajectories added is not batch_size); GFN_ENUMERIC (a derivative as in
 * gfn_gradient_add(), if the objective has means; a gradient that is not finite, or more than 32768
 * times as large as the largest mean derivative, or as 1); GFN_ECOMM (also if the parameters of a
 * rank differ). */
GFN_API gfn_status gfn_gradient_backward(gfn_gradient *gradient, gfn_status mine, gfn_real *vector,
                                         double *loss);

/* log Z from the last batch that was complete, if the objective has estimate(): its mean over all
 * ranks, the same on every rank after gfn_gradient_backward(). */
GFN_API double gfn_gradient_log_z(const gfn_gradient *gradient);

GFN_END_DECLS

#endif
