/* SPDX-License-Identifier: MIT
 *
 * Clipping, weight decay, the optimizer, and separate learning rates for the networks and for log
 * Z, which is the last element of the vector.
 */
#include "step/update.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/parallel.h"

gfn_status gfn_update_check(const gfn_options *o)
{
    const double lr = gfn_options_number(o, "lr");
    const double weight_decay = gfn_options_number(o, "weight-decay");
    if (lr * weight_decay < 1)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "weight-decay: expected lr x weight-decay below 1, found lr %g and "
                    "weight-decay %g (hint: --weight-decay 0.01)",
                    lr, weight_decay);
}

gfn_status gfn_update_init(gfn_update *u, const gfn_options *o, const gfn_model *model)
{
    const size_t n = gfn_model_n_params(model);
    u->iterations = gfn_options_int(o, "iterations");
    u->watched_log_z = NAN;
    u->lr = gfn_options_number(o, "lr");
    u->lr_logz = gfn_options_number(o, "lr-logz");
    u->weight_decay = gfn_options_number(o, "weight-decay");
    u->clip_norm = gfn_options_number(o, "clip-norm");
    GFN_TRY(gfn_schedule_find(gfn_options_text(o, "schedule"), &u->schedule));
    GFN_TRY(gfn_optimizer_find(gfn_options_text(o, "optimizer"), &u->optimizer));
    GFN_TRY(gfn_allocate("gradient", n, sizeof(gfn_real), &u->vector));
    for (size_t i = 0; i < u->optimizer->n_moments; i++)
        GFN_TRY(gfn_allocate("moments", n, sizeof(gfn_real), &u->moment[i]));
    return GFN_OK;
}

void gfn_update_clear(gfn_update *u)
{
    gfn_release(&u->vector);
    for (size_t i = 0; i < GFN_MAX_MOMENTS; i++)
        gfn_release(&u->moment[i]);
}

typedef struct job {
    gfn_update *update;
    gfn_real *params;
    int64_t step;
    double rate;
} job;

static void update_range(void *self, size_t first, size_t n)
{
    const job *j = self;
    const gfn_update *u = j->update;
    gfn_real *moment[GFN_MAX_MOMENTS] = {NULL};
    for (size_t i = 0; i < u->optimizer->n_moments; i++)
        moment[i] = u->moment[i] + first;
    u->optimizer->step(j->step, j->rate, n, j->params + first, u->vector + first, moment);
}

/* Weights, which are matrices, decay; biases and log Z do not. */
static void decay_weights(gfn_model *model, double amount)
{
    for (size_t i = 0; i < gfn_model_n_views(model); i++) {
        const gfn_view *view = gfn_model_view(model, i);
        if (view->ndim == 2)
            gfn_weight_decay(amount, view->n, gfn_model_params(model) + view->offset);
    }
}

/* Shorter last quarters are not judged: over a few steps log Z always moves by about its rate. */
enum { LEAST_WATCHED = 10 };

static void watch_log_z(gfn_update *u, double log_z, int64_t iteration, double rate)
{
    const int64_t quarter = u->iterations / 4;
    if (iteration == u->iterations - quarter && quarter >= LEAST_WATCHED) {
        u->watched_log_z = log_z;
        u->log_z_reach = 0;
    }
    u->log_z_reach += rate;
}

bool gfn_update_is_log_z_moving(const gfn_update *u, const gfn_model *model, double error)
{
    const double change = gfn_model_log_z(model) - u->watched_log_z;
    const double approach = error > 0 ? -change : change;
    return fabs(change) > u->log_z_reach / 2 || (fabs(error) > 0.5 && approach > fabs(error) / 20);
}

void gfn_update_apply(gfn_update *u, gfn_model *model, int64_t iteration, double log_z, int threads)
{
    const size_t n = gfn_model_log_z_offset(model);
    const double factor = gfn_schedule_factor(u->schedule, iteration, u->iterations);
    gfn_real *params = gfn_model_params(model);
    job networks = {u, params, iteration + 1, u->lr * factor};
    job of_log_z = {u, params, iteration + 1, u->lr_logz * factor};
    if (u->clip_norm > 0)
        gfn_clip_norm(u->clip_norm, n + 1, u->vector);
    if (u->weight_decay > 0)
        decay_weights(model, networks.rate * u->weight_decay);
    gfn_parallel_ranges(threads, n, update_range, &networks);
    if (isnan(log_z)) {
        watch_log_z(u, gfn_model_log_z(model), iteration, of_log_z.rate);
        update_range(&of_log_z, n, 1);
    } else {
        params[n] = (gfn_real)log_z;
    }
}
