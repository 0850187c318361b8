/* SPDX-License-Identifier: MIT
 *
 * gfn/eval.h - how good a sampler is: by its exact terminal distribution, if the states have
 * numbers and are not too many, and by samples compared with their noise floor. `threads` changes
 * no bit of any result.
 */
#ifndef GFN_EVAL_H
#define GFN_EVAL_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/env.h>
#include <gfn/real.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

/* Distances between a distribution p and the target q over n objects, both summing to 1.
 * tv = 1/2 sum |p-q|;  l1 = sum |p-q| (0...2; not divided by n);  jsd and kl in nats with
 * 0 log 0 = 0;  kl = sum q log(q/p), infinite if p = 0 < q somewhere. */
typedef struct gfn_metrics {
    double tv;
    double l1;
    double jsd;
    double kl;
} gfn_metrics;

GFN_API void gfn_metrics_compute(int threads, size_t n, const double *p, const double *q,
                                 gfn_metrics *metrics);

/* l1 between the frequencies counts / sum of counts and q; NAN if all counts are 0. */
GFN_API double gfn_l1_of_counts(int threads, size_t n, const int64_t *counts, const double *q);

/* E[l1] of the empirical distribution of `samples` draws from q itself (mean absolute deviation of
 * the binomial, de Moivre's closed form): the l1 of a perfect sampler.
 * Known value: 16x16, r0 = .1, 200,000 samples: 0.025. */
GFN_API double gfn_l1_noise_floor(int threads, size_t n, const double *q, int64_t samples);

/* Chi-square statistic of counts[n] against p, with the cells of expected count < 5 pooled
 * (and the pool with the smallest other cell, if it is too small itself); infinite if an
 * object of probability 0 was counted. *df gets the degrees of freedom. */
GFN_API double gfn_chi_square(int threads, size_t n, const int64_t *counts, const double *p,
                              int64_t *df);

/* log P_F [n][n_actions] of n states. */
typedef gfn_status (*gfn_policy_function)(void *self, size_t n, const int32_t *state,
                                          gfn_real *log_pf);

typedef struct gfn_exact gfn_exact;

/* States that gfn_exact_create() accepts: a bound on memory, 16 bytes per state. */
#define GFN_EXACT_MAX_STATES (INT64_C(1) << 26)

/* Prepare the exact evaluation of policies in `env` (borrowed): the target R(x)/Z, its modes.
 * Errors: GFN_ENOSUP (states cannot be numbered, or are more than GFN_EXACT_MAX_STATES),
 * GFN_ENOMEM, GFN_EENV (the environment failed, or a log R is NAN or INFINITY). */
GFN_API gfn_status gfn_exact_create(const gfn_env *env, int threads, gfn_exact **exact);
GFN_API void gfn_exact_destroy(gfn_exact **exact);

GFN_API size_t gfn_exact_n(const gfn_exact *exact);             /* states */
GFN_API const double *gfn_exact_target(const gfn_exact *exact); /* [n] R(x)/Z; 0: not an object */
GFN_API double gfn_exact_log_z(const gfn_exact *exact);         /* log sum R(x), summed in double */
GFN_API int64_t gfn_exact_n_modes(const gfn_exact *exact);      /* objects of maximal reward */

/* In a grid, the connected blocks of such objects (neighbours differ by 1 in one dimension); -1:
 * not known (no grid, or more than 65536 such objects). */
GFN_API int64_t gfn_exact_n_mode_regions(const gfn_exact *exact);

/* Exact terminal distribution of a policy by dynamic programming over states in topological order:
 *     u(s0) = 1,  u(s') = sum over edges u(s) P_F(s'|s),  p(x) = u(x) P_F(stop|x)
 * in double. The probabilities of a state are divided by their sum if that is 1 within 5e-4, so
 * that the rounding of log P_F does not add up. *p is borrowed, [n], valid until the next run.
 * Errors: those of `policy`; GFN_ENUMERIC if the sum of p is not 1 within 1e-6 (a policy that is
 * not normalized); GFN_EENV. */
GFN_API gfn_status gfn_exact_run(gfn_exact *exact, gfn_policy_function policy, void *self,
                                 const double **p);

/* Count the distinct objects of maximal reward among n objects, each once; or if the reward is one
 * of given modes (option modes), those of which an object lies within the option mode-distance.
 * Errors: GFN_ENOSUP (the environment does not know its largest reward), GFN_ENOMEM, GFN_EENV. */
GFN_API gfn_status gfn_count_modes(const gfn_env *env, size_t n, const int32_t *terminal,
                                   int64_t *modes);

/* Add one to counts[number(x)] for each of n objects. counts [n_states].
 * Errors: GFN_ENOSUP (states cannot be numbered), GFN_EINVAL (not a state; nothing is added then),
 * GFN_EENV. */
GFN_API gfn_status gfn_histogram_add(const gfn_env *env, size_t n, const int32_t *terminal,
                                     int64_t *counts);

/* l1 of n objects without a table of all states, from the environment's own log Z:
 *     l1 = sum over the distinct x among them of |count/n - q(x)| + 1 - sum over them of q(x),
 * which equals the l1 of the counts of all states. *floor gets an estimate of the noise floor: the
 * mean over the objects of E|X - n q| / (n q), unbiased if the objects are drawn from q.
 * Both are NAN if n is 0 or log Z is not known. Errors: GFN_ENOMEM, GFN_EENV. */
GFN_API gfn_status gfn_l1_of_objects(const gfn_env *env, size_t n, const int32_t *terminal,
                                     double *l1, double *floor);

GFN_END_DECLS

#endif
