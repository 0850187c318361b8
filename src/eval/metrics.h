/* SPDX-License-Identifier: MIT
 *
 * eval/metrics.h - the binomial distribution behind the noise floor of gfn/eval.h.
 */
#ifndef EVAL_METRICS_H
#define EVAL_METRICS_H

/* E|X - n q| / n for X binomial: n draws of probability q. */
double gfn_mean_deviation(double n, double q);

#endif
