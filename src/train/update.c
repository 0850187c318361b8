/* SPDX-License-Identifier: MIT
 *
 * The optimizer's step, the same on every rank: clipping, weight decay, Adam, and learning rates of
 * their own for the networks and log Z.
 */
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
void gfn_trainer_update(gfn_trainer *t)
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
