/* SPDX-License-Identifier: MIT
 *
 * step/update.h - the optimizer's step, the same on every rank.
 */
#ifndef STEP_UPDATE_H
#define STEP_UPDATE_H

#include <stdbool.h>

#include <gfn/model.h>
#include <gfn/optim.h>
#include <gfn/options.h>

typedef struct gfn_update {
    const gfn_optimizer *optimizer;
    gfn_schedule schedule;
    int64_t iterations;             /* of the schedule */
    double lr, lr_logz;             /* of the networks, of log Z */
    double weight_decay, clip_norm; /* 0: none */
    double watched_log_z;           /* learned log Z where the last quarter began; NAN: not seen */
    double log_z_reach;             /* rates of log Z since then, summed */
    gfn_real *vector;               /* [n_params] gradient */
    gfn_real *moment[GFN_MAX_MOMENTS]; /* [n_params] of those that the optimizer has */
} gfn_update;

/* Errors: GFN_EINVAL (options that contradict each other). */
gfn_status gfn_update_check(const gfn_options *options);

/* Errors: GFN_ENOMEM, GFN_EINVAL. */
gfn_status gfn_update_init(gfn_update *update, const gfn_options *options, const gfn_model *model);
void gfn_update_clear(gfn_update *update);

/* Step `iteration` by the gradient in update->vector. log_z: the objective's estimate, which log Z
 * becomes; NAN: log Z is learned. Local. */
void gfn_update_apply(gfn_update *update, gfn_model *model, int64_t iteration, double log_z,
                      int threads);

/* Whether learned log Z was probably still on its way. `error` is log Z minus its exact value, NAN
 * if that is not known. Over the last quarter of the iterations log Z moved by more than half of
 * the sum of its rates, which is about what Adam allows; or it is off by more than 0.5, and moved
 * by more than a twentieth of that towards the exact value. False if this update did not do the
 * quarter. */
bool gfn_update_is_log_z_moving(const gfn_update *update, const gfn_model *model, double error);

#endif
