/* SPDX-License-Identifier: MIT
 *
 * One iteration: each rank samples its share of the trajectories with OpenMP threads, computes
 * local gradients of the balance condition through the shared autograd core, sums the gradients
 * over all ranks, and takes one synchronized optimizer step.
 */
#include "base/error.h"
#include "step/gradient.h"
#include "step/learner.h"

gfn_status gfn_learner_step(gfn_learner *l, gfn_status mine)
{
    gfn_loss loss;
    const int64_t iteration = l->run->iteration;

    /* No rank returns before the sum over ranks: that message shows all ranks if one has failed. */
    gfn_learner_enter(l, GFN_PHASE_SAMPLING);
    if (mine == GFN_OK)
        mine = gfn_batch_sample(&l->batch, l->run->sampler, &l->replay, iteration);
    gfn_learner_enter(l, GFN_PHASE_GRADIENT);
    if (mine == GFN_OK)
        mine = gfn_gradient_add(l->gradient, l->batch.log);
    gfn_status status = gfn_gradient_run(l->gradient, mine, l->update.vector, &loss);

    /* From the update on nothing can fail, so an error leaves the parameters of the step before. */
    gfn_learner_enter(l, GFN_PHASE_OPTIMIZER);
    if (status == GFN_OK)
        status = gfn_learner_remember(l);
    if (status != GFN_OK)
        return gfn_fail_in(status, "iteration %lld: ", (long long)iteration);
    gfn_update_apply(&l->update, l->run->model, iteration, loss.log_z, l->threads);
    l->loss = loss.mean;
    l->run->iteration++;
    gfn_learner_enter(l, GFN_PHASE_NONE);
    gfn_learner_tune(l);
    return GFN_OK;
}
