/* SPDX-License-Identifier: MIT
 *
 * gfn/objective.h - balance conditions: what makes a policy sample in proportion to the reward.
 *
 * The loss of a batch is the mean over the trajectories of all ranks of a loss per trajectory. An
 * objective gives that loss and its derivatives; it sees one trajectory at a time, so the sum over
 * a batch does not depend on who computes which.
 */
#ifndef GFN_OBJECTIVE_H
#define GFN_OBJECTIVE_H

#include <stdbool.h>
#include <stddef.h>

#include <gfn/real.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

/* What an objective reads of one trajectory. */
typedef struct gfn_terms {
    size_t n_steps;
    const gfn_real *log_pf; /* [n_steps]; NULL where the log holds sums only */
    const gfn_real *log_pb; /* [n_steps]; likewise */
    double sum_log_pf;
    double sum_log_pb;
    double log_reward;
    double log_z;
} gfn_terms;

/* Where an objective writes the derivatives of a trajectory's loss. */
typedef struct gfn_derivatives {
    double *log_pf; /* [n_steps], room for at least one; the caller's */
    double log_z;
    bool is_uniform; /* the caller sets false; loss() may set true: log_pf[0] is the derivative at
                      * every step, and the other elements are neither written nor read */
} gfn_derivatives;

typedef struct gfn_objective {
    size_t size; /* sizeof(gfn_objective) */
    const char *name;
    const char *summary;
    const char *source;   /* the paper */
    bool needs_sums_only; /* loss() reads only the sums of `terms`, whose log_pf and log_pb may then
                           * be NULL */

    /* Loss of the trajectory. Writes d->log_z and all of d->log_pf, or its first element and
     * is_uniform. Keeps no state: several threads may call it at once. */
    double (*loss)(const gfn_terms *terms, gfn_derivatives *d);
} gfn_objective;

GFN_API size_t gfn_objective_kinds(void);
GFN_API const gfn_objective *gfn_objective_kind(size_t index);
GFN_API const gfn_objective *gfn_objective_find(const char *name); /* NULL: unknown */

GFN_END_DECLS

#endif
