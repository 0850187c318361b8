/* SPDX-License-Identifier: MIT
 *
 * step/update.h - the optimizer's step, the same on every rank.
 */
#ifndef STEP_UPDATE_H
#define STEP_UPDATE_H

#include <gfn/model.h>
#include <gfn/optim.h>
#include <gfn/options.h>

typedef struct gfn_update {
    const gfn_optimizer *optimizer;
    gfn_schedule schedule;
    int64_t iterations;                /* of the schedule */
    double lr, lr_logz;                /* of the networks, of log Z */
    double weight_decay, clip_norm;    /* 0: none */
    gfn_real *vector;                  /* [n_params] gradient */
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

#endif
