/* SPDX-License-Identifier: MIT
 *
 * One iteration: each rank samples its share of the trajectories with OpenMP threads, computes
 * local gradients of the balance condition through the shared autograd core, sums the gradients
 * over all ranks, and takes one synchronized Adam step.
 */
#include "base/error.h"
#include "train/gradient.h"
#include "train/trainer.h"

gfn_status gfn_trainer_step(gfn_trainer *t)
{
    /* No rank returns before the sum over ranks: one that failed is heard there, by all. */
    gfn_status status = t->file_status;
    gfn_trainer_enter(t, &t->phases.sampling);
    if (status == GFN_OK)
        status = gfn_trainer_sample(t);
    gfn_trainer_enter(t, &t->phases.gradient);
    if (status == GFN_OK)
        status = gfn_gradient_add(t->gradient, t->log);
    t->gradient->requests |= t->wants_stop ? GFN_REQUEST_STOP : 0;
    status = gfn_gradient_backward(t->gradient, status, t->vector, &t->loss);
    if (status != GFN_OK)
        return gfn_fail_in(status, "iteration %lld: ", (long long)t->run->iteration);

    gfn_trainer_enter(t, &t->phases.optimizer);
    gfn_trainer_update(t);
    GFN_TRY(gfn_trainer_remember(t));
    t->run->iteration++;
    gfn_trainer_enter(t, NULL);
    gfn_tuner_step(t);
    return GFN_OK;
}
