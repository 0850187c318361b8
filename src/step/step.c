/* SPDX-License-Identifier: MIT
 *
 * One iteration: each rank samples its share of the trajectories with OpenMP threads, computes
 * local gradients of the balance condition through the shared autograd core, sums the gradients
 * over all ranks, and takes one synchronized optimizer step.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "step/gradient.h"
#include "step/learner.h"

/* From this |log Z| on, flows do not start at 0: the constant in log R is then larger than what
 * they differ by between states. Below, most states have flows far below Z, and 0 is the better
 * start. */
static const double far_log_z = 100;

/* Adam moves log Z by about its rate per step, so from 0 a short run may not reach it. The batch of
 * the estimate is drawn by the policy itself, without exploration and replay. *before gets the
 * parameters from before, to be freed; NULL: nothing has changed. Collective. */
static gfn_status start_log_z(gfn_learner *l, gfn_real **before)
{
    double log_z = NAN;
    gfn_model *model = l->run->model;
    const size_t n = gfn_model_n_params(model);
    if (l->start == GFN_START_NOTHING || l->run->iteration > 0)
        return GFN_OK;
    GFN_TRY(gfn_comm_agree(l->run->comm, gfn_allocate("parameters", n, sizeof **before, before)));
    memcpy(*before, gfn_model_params(model), n * sizeof **before);
    GFN_TRY(gfn_run_estimate_log_z(l->run, l->batch.size, &log_z));
    if (!isfinite(log_z)) /* the step reports the trajectory */
        return GFN_OK;
    if (l->start == GFN_START_LOG_Z)
        *gfn_learner_log_z(l) = (gfn_real)log_z;
    else if (fabs(log_z) >= far_log_z)
        gfn_model_raise_flow(model, log_z);
    return GFN_OK;
}

/* At iteration 0 after the start of log Z or of flows. A step that failed renews it again. */
static void renew_target(const gfn_learner *l)
{
    gfn_model *model = l->run->model;
    if (l->target && l->run->iteration % l->target_every == 0)
        memcpy(l->target, gfn_model_params(model), gfn_model_n_params(model) * sizeof *l->target);
}

/* A batch and its gradient. mine: as in gfn_learner_step(). Collective. */
static gfn_status find_gradient(gfn_learner *l, gfn_status mine, gfn_loss *loss)
{
    /* No rank returns before the sum over ranks: that message shows all ranks if one has failed. */
    if (mine == GFN_OK)
        mine = gfn_batch_sample(&l->batch, l->run->sampler, &l->replay, l->run->iteration);
    gfn_learner_enter(l, GFN_PHASE_GRADIENT);
    if (mine == GFN_OK)
        mine = gfn_gradient_add(l->gradient, l->batch.log);
    return gfn_gradient_run(l->gradient, mine, l->update.vector, loss);
}

gfn_status gfn_learner_step(gfn_learner *l, gfn_status mine)
{
    gfn_loss loss;
    const int64_t iteration = l->run->iteration;
    gfn_real *before = NULL;

    gfn_learner_enter(l, GFN_PHASE_SAMPLING);
    gfn_status status = gfn_modes_begin(&l->modes, l->run);
    if (status == GFN_OK)
        status = start_log_z(l, &before);
    if (status == GFN_OK) {
        renew_target(l);
        status = find_gradient(l, mine, &loss);
    }

    /* From the update on nothing can fail, so an error leaves the parameters of the step before. */
    gfn_learner_enter(l, GFN_PHASE_OPTIMIZER);
    if (status == GFN_OK)
        status = gfn_learner_remember(l);
    if (status != GFN_OK && before)
        memcpy(gfn_model_params(l->run->model), before,
               gfn_model_n_params(l->run->model) * sizeof *before);
    gfn_release(&before);
    if (status != GFN_OK)
        return gfn_fail_in(status, "iteration %lld: ", (long long)iteration);
    gfn_update_apply(&l->update, l->run->model, iteration, loss.log_z, l->threads);
    l->loss = loss.mean;
    l->run->iteration++;
    gfn_learner_enter(l, GFN_PHASE_NONE);
    gfn_learner_tune(l);
    return GFN_OK;
}
