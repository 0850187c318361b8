/* SPDX-License-Identifier: MIT
 *
 * run/marginals.h - expectations of the quantities that an environment names (gfn_env_marginals):
 * of samples, of the policy's exact distribution, and of the target. On rank 0.
 */
#ifndef RUN_MARGINALS_H
#define RUN_MARGINALS_H

#include <gfn/run.h>

/* Samples that are kept to be drawn one by one. */
enum { GFN_KEPT_OBJECTS = 8 };

typedef struct gfn_marginals {
    size_t rows, columns; /* 0: the environment names none, or nothing was measured */
    int64_t n;            /* samples */
    size_t n_kept;
    int32_t *kept; /* [n_kept][state_width] the first samples; NULL: the environment draws none */

    /* All [rows][columns]; NULL: not known. */
    double *sampled, *sampled_error; /* mean of n samples, and its standard error */
    double *policy;
    double *target;
} gfn_marginals;

/* Measure n objects, and the exact evaluation or the solution if there is one. Earlier results are
 * replaced. Errors: GFN_ENOMEM, GFN_EENV. */
gfn_status gfn_run_find_marginals(gfn_run *run, int64_t n, const int32_t *objects);

/* Add n true draws of the target to the histograms of the run, if its environment has bins, instead
 * of earlier ones. Errors: GFN_ENOMEM, GFN_EENV. */
gfn_status gfn_run_observe_truth(gfn_run *run, int64_t n, const int32_t *objects);
void gfn_marginals_clear(gfn_marginals *marginals);

/* The expectations of the policy, as exactly as they are known: exact, or of samples. NULL: there
 * are none. */
const double *gfn_marginals_best(const gfn_marginals *marginals);

/* The largest difference of these from the target; NAN: not known. */
double gfn_marginals_error(const gfn_marginals *marginals);

#endif
