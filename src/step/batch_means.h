/* SPDX-License-Identifier: MIT
 *
 * step/batch_means.h - means over the batch of all ranks, for objectives that need them: of the
 * weight of a trajectory and of its estimate of log Z. They are known only after all trajectories
 * of all ranks were read once; until then the logs are stored here, and nothing is added. The mean
 * of the slopes of losses takes another round, because these depend on log Z.
 */
#ifndef STEP_BATCH_MEANS_H
#define STEP_BATCH_MEANS_H

#include <gfn/comm.h>

#include "step/terms.h"

/* Logs of one batch that can wait. */
enum { GFN_MAX_LOGS = 8 };

typedef struct gfn_batch_means {
    int64_t sum[4]; /* limbs of this rank's weights and estimates, each divided by the batch size */
    int64_t slopes[2]; /* the same of slopes */
    size_t n_logs;
    const gfn_trajectories *log[GFN_MAX_LOGS]; /* borrowed until the backward pass */
    double weight, log_z;                      /* of the last exchange; weight 1: none is needed */
    double slope;                              /* of the last exchange of slopes */
} gfn_batch_means;

static inline bool gfn_objective_needs_means(const gfn_objective *objective)
{
    return objective->weigh || objective->estimate;
}

void gfn_batch_means_forget(gfn_batch_means *means);

/* Read a log, which waits from now on. Errors: GFN_ENUMERIC. */
gfn_status gfn_batch_means_add(gfn_batch_means *means, const gfn_terms_source *source,
                               const gfn_scratch *scratch, int64_t batch_size);

/* Find the means of n trajectories here and more on other ranks; *n_all is how many there are. A
 * rank that failed (mine) adds none. Collective. Errors: GFN_ECOMM. */
gfn_status gfn_batch_means_exchange(gfn_batch_means *means, gfn_comm *comm, gfn_status mine,
                                    int64_t n, int64_t *n_all);

/* Once these means are known: read gfn_derivatives.slope of the logs that wait (source->log is not
 * used), then find its mean. Errors: GFN_ENUMERIC. */
gfn_status gfn_batch_means_add_slopes(gfn_batch_means *means, const gfn_terms_source *source,
                                      const gfn_scratch *scratch, int64_t batch_size);

/* A rank that failed (mine) adds none. Collective. Errors: GFN_ECOMM. */
gfn_status gfn_batch_means_exchange_slopes(gfn_batch_means *means, gfn_comm *comm, gfn_status mine);

#endif
