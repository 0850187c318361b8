/* SPDX-License-Identifier: MIT
 *
 * One iteration: each rank samples its share of the trajectories with OpenMP threads, computes
 * local gradients of the balance condition through the shared autograd core, sums the gradients
 * over all ranks, and takes one synchronized Adam step.
 */
#include "base/fail.h"
#include "base/parallel.h"
#include "train/gradient.h"
#include "train/trainer.h"

typedef struct update {
    gfn_trainer *trainer;
    double rate;
} update;

static void update_range(void *self, size_t first, size_t n)
{
    const update *u = self;
    const gfn_trainer *t = u->trainer;
    gfn_real *x = gfn_model_params(t->run->model);
    gfn_adam_step(&t->adam, t->run->iteration + 1, u->rate, n, x + first, t->vector + first,
                  t->m + first, t->v + first);
}

/* Of the networks' parameters only weights, which are matrices. */
static void decay_weights(gfn_trainer *t, double amount)
{
    gfn_model *model = t->run->model;
    for (size_t i = 0; i < gfn_model_n_views(model); i++) {
        const gfn_view *view = gfn_model_view(model, i);
        if (view->ndim == 2)
            gfn_weight_decay(amount, view->n, gfn_model_params(model) + view->offset);
    }
}

/* The network and log Z have learning rates of their own; log Z is the vector's last element. Where
 * the objective learns none, it is what the batch says. */
static void update_parameters(gfn_trainer *t)
{
    const size_t n = gfn_model_log_z_offset(t->run->model);
    const double factor = gfn_schedule_factor(t->schedule, t->run->iteration, t->iterations);
    update network = {t, t->lr * factor}, log_z = {t, t->lr_logz * factor};
    if (t->clip_norm > 0)
        gfn_clip_norm(t->clip_norm, n + 1, t->vector);
    if (t->weight_decay > 0)
        decay_weights(t, network.rate * t->weight_decay);
    gfn_parallel_ranges(t->gradient->threads, n, update_range, &network);
    if (t->learns_log_z)
        update_range(&log_z, n, 1);
    else
        gfn_model_params(t->run->model)[n] = (gfn_real)gfn_gradient_log_z(t->gradient);
}

/* How much of the exploration of the beginning is left. */
static gfn_status explore(gfn_trainer *t)
{
    const int64_t until = (int64_t)(t->explore_until * (double)t->iterations);
    const int64_t i = t->run->iteration;
    const double left = i < until ? gfn_schedule_factor(t->explore_schedule, i, until) : 0;
    return gfn_sampler_explore(t->run->sampler, t->epsilon * left,
                               1 + (t->temperature - 1) * left);
}

gfn_status gfn_trainer_step(gfn_trainer *t)
{
    const gfn_stream stream = {t->seed, GFN_PURPOSE_TRAIN, (uint64_t)t->run->iteration};

    /* No rank returns before the sum over ranks: one that failed is heard there, by all. */
    gfn_status status = t->file_status;
    gfn_trainer_enter(t, &t->phases.sampling);
    if (status == GFN_OK)
        status = explore(t);
    if (status == GFN_OK)
        status = gfn_sampler_sample(t->run->sampler, &stream, t->first, (size_t)t->n, t->log);
    gfn_trainer_enter(t, &t->phases.gradient);
    if (status == GFN_OK)
        status = gfn_gradient_add(t->gradient, t->log);
    t->gradient->requests |= t->wants_stop ? GFN_REQUEST_STOP : 0;
    status = gfn_gradient_backward(t->gradient, status, t->vector, &t->loss);
    if (status != GFN_OK)
        return gfn_fail_in(status, "iteration %lld: ", (long long)t->run->iteration);

    gfn_trainer_enter(t, &t->phases.optimizer);
    update_parameters(t);
    gfn_modes_add(&t->modes, t->log);
    t->run->iteration++;
    gfn_trainer_enter(t, NULL);
    gfn_tuner_step(t);
    return GFN_OK;
}
