/* SPDX-License-Identifier: MIT
 *
 * eval/metrics.h - the metrics of gfn/eval.h, found by a crew.
 */
#ifndef EVAL_METRICS_H
#define EVAL_METRICS_H

#include <gfn/eval.h>

#include "eval/state_loop.h"

/* All of them: the functions of that name, with the same bits; errors are those of the beat. */
gfn_status gfn_metrics_compute_by(const gfn_state_loop *crew, size_t n, const double *p,
                                  const double *q, gfn_metrics *metrics);
gfn_status gfn_l1_of_counts_by(const gfn_state_loop *crew, size_t n, const int64_t *counts,
                               const double *q, double *l1);
gfn_status gfn_l1_noise_floor_by(const gfn_state_loop *crew, size_t n, const double *q,
                                 int64_t samples, double *floor);

struct gfn_chi {
    double square;
    int64_t df;
};
gfn_status gfn_chi_square_by(const gfn_state_loop *crew, size_t n, const int64_t *counts,
                             const double *p, struct gfn_chi *chi);

/* E|X - n q| / n for X binomial: n draws of probability q. */
double gfn_mean_deviation(double n, double q);

#endif
