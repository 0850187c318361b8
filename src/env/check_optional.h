/* SPDX-License-Identifier: MIT
 *
 * env/check_optional.h - the rules of gfn/env.h about what a world may lack: texts, partial
 * rewards, places in tables, classes, marginals, what pictures show of them, and a solver.
 */
#ifndef ENV_CHECK_OPTIONAL_H
#define ENV_CHECK_OPTIONAL_H

#include <math.h>

#include "env/check_sample.h"

/* check_texts.c: write() of states; read() of the texts of objects, and of other texts. Errors of
 * all checks: GFN_EINVAL (a broken rule), GFN_EENV, GFN_ENOMEM. */
gfn_status gfn_check_texts(gfn_probe *probe, const gfn_check_sample *states,
                           const gfn_check_sample *objects);

/* check_optional.c: partial rewards and missing parts of states; places and classes of objects. */
gfn_status gfn_check_partial_rewards(gfn_probe *probe, const gfn_check_sample *states,
                                     gfn_arena *arena);
gfn_status gfn_check_missing(gfn_probe *probe, const gfn_check_sample *states,
                             const gfn_check_sample *objects, gfn_arena *arena);
gfn_status gfn_check_places(gfn_probe *probe, const gfn_check_sample *objects, gfn_arena *arena);
gfn_status gfn_check_classes(gfn_probe *probe, const gfn_check_sample *objects, gfn_arena *arena);

/* check_marginals.c: keys and values of marginals. */
gfn_status gfn_check_marginals(gfn_probe *probe, const gfn_check_sample *objects, gfn_arena *arena);

/* check_pictures.c: what pictures show of marginals. */
gfn_status gfn_check_pictures(const gfn_probe *probe, const gfn_check_sample *objects,
                              gfn_arena *arena);

/* Exponents of rewards for which a solver is tested. */
enum { GFN_CHECK_BETAS = 2 };
extern const double gfn_check_betas[GFN_CHECK_BETAS];

/* Sums over all objects of w = R^beta / exp(largest). */
typedef struct gfn_check_sum {
    double largest;    /* beta log R */
    double w;          /* sum of w */
    double w_l, w_l_l; /* of w log R, w (log R)^2 */
    double *w_value;   /* [n_values] of w times marginals */
} gfn_check_sum;

typedef struct gfn_check_sums {
    gfn_probe *probe;
    int64_t n_objects;
    double least, most; /* log R */
    size_t n_values;    /* values of marginals; 0: not summed */
    gfn_check_sum at[GFN_CHECK_BETAS];
    double *value;  /* scratch [lanes][n_values] */
    int64_t *place; /* [n_objects], if the world has places */
} gfn_check_sums;

/* check_sums.c: begin sums over the objects among n_states states; add some, at most
 * GFN_PROBE_LANES; and check that they all have their own places. */
gfn_status gfn_check_sums_init(gfn_check_sums *sums, gfn_probe *probe, int64_t n_states,
                               gfn_arena *arena);
gfn_status gfn_check_sums_add(gfn_check_sums *sums, size_t n, const int32_t *object,
                              const double *log_reward);
gfn_status gfn_check_sums_places(gfn_check_sums *sums);

static inline double gfn_check_sum_log(const gfn_check_sum *sum)
{
    return sum->largest + log(sum->w);
}

/* check_solver.c: the solver, by the sums over all objects (NULL: they are not known). */
gfn_status gfn_check_solver(gfn_probe *probe, const gfn_check_sums *sums, uint64_t seed,
                            gfn_arena *arena);

#endif
