/* SPDX-License-Identifier: MIT
 *
 * run/observables.h - histograms of the rows of gfn_env_marginals that have bins, such as energies.
 */
#ifndef RUN_OBSERVABLES_H
#define RUN_OBSERVABLES_H

#include <gfn/env.h>

enum { GFN_MOST_OBSERVABLES = 5 };

/* Whose objects: samples; the policy's and the target's exact distribution; true draws, if these
 * distributions are not known. */
typedef enum gfn_origin {
    GFN_OF_SAMPLES,
    GFN_OF_POLICY,
    GFN_OF_TARGET,
    GFN_OF_TRUTH,
    GFN_ORIGINS
} gfn_origin;

typedef struct gfn_observable {
    int64_t row;
    size_t n_bins;
    double range[2];
    double *weight[GFN_ORIGINS]; /* [n_bins] sums of weights */
} gfn_observable;

typedef struct gfn_observables {
    bool is_ready;
    size_t n;
    gfn_observable one[GFN_MOST_OBSERVABLES];
    double total[GFN_ORIGINS]; /* of the weights; 0: nothing is known of this origin */
} gfn_observables;

/* Ask the environment for its bins, unless that was done. `rows`: of its marginals. An environment
 * that fails in this has no histograms. Errors: GFN_ENOMEM. */
gfn_status gfn_observables_init(gfn_observables *observables, const gfn_env *env, int64_t rows);
void gfn_observables_clear(gfn_observables *observables);

/* Forget what was added of an origin. */
void gfn_observables_forget(gfn_observables *observables, gfn_origin origin);

/* Add an object with value [rows][columns]. Values that are NAN do not count. */
void gfn_observables_add(gfn_observables *observables, gfn_origin origin, const double *value,
                         size_t columns, double weight);

#endif
