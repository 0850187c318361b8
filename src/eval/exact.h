/* SPDX-License-Identifier: MIT
 *
 * eval/exact.h - the exact evaluation in parts, for those that share out its work.
 *
 *     gfn_exact_begin(exact);
 *     ... gfn_exact_push(exact, n, edges) for all states in the order of their numbers ...
 *     gfn_exact_end(exact, &p);
 *
 * How states are cut into calls of gfn_exact_push() changes no bit.
 */
#ifndef EVAL_EXACT_H
#define EVAL_EXACT_H

#include <math.h>

#include <gfn/eval.h>

#include "eval/state_loop.h"

/* Bytes of memory that an evaluation takes, a histogram of samples included: what grows with the
 * number of states. */
int64_t gfn_exact_bytes(int64_t n_states);

/* As gfn_exact_create(), on the threads of a crew, which is copied. Errors: also the beat's. */
gfn_status gfn_exact_create_by(const gfn_state_loop *crew, const gfn_env *env, gfn_exact **exact);

void gfn_exact_begin(gfn_exact *exact);

/* Push the flow of the next n states along their edges: edges [n][n_actions] are probabilities, 0
 * where there is no edge. */
void gfn_exact_push(gfn_exact *exact, size_t n, const double *edges);

/* Errors: GFN_ENUMERIC, as gfn_exact_run(), and the beat's. */
gfn_status gfn_exact_end(gfn_exact *exact, const double **p);

/* Probabilities of n edges. What the policy says of edges that are not there does not matter. */
static inline void gfn_edges_find(size_t n, const uint8_t *mask, const gfn_real *log_pf,
                                  double *edges)
{
    for (size_t i = 0; i < n; i++)
        edges[i] = mask[i] ? exp((double)log_pf[i]) : 0;
}

#endif
