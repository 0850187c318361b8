/* SPDX-License-Identifier: MIT
 *
 * eval/exact.h - the exact evaluation in parts, for callers that compute the edges elsewhere.
 *
 *     gfn_exact_begin(exact);
 *     ... gfn_exact_push(exact, n, edges) for all states, in the order of their numbers ...
 *     gfn_exact_end(exact, &p);
 *
 * The result does not depend on how states are cut into calls of gfn_exact_push().
 */
#ifndef EVAL_EXACT_H
#define EVAL_EXACT_H

#include <math.h>

#include <gfn/eval.h>

/* Bytes of the arrays of an evaluation, and of a histogram of samples, whose size is proportional
 * to the number of states. */
int64_t gfn_exact_bytes(int64_t n_states);

void gfn_exact_begin(gfn_exact *exact);

/* Push the flow of the next n states along their edges: edges [n][n_actions] are probabilities, 0
 * if there is no edge. */
void gfn_exact_push(gfn_exact *exact, size_t n, const double *edges);

/* Errors: GFN_ENUMERIC, as gfn_exact_run(). */
gfn_status gfn_exact_end(gfn_exact *exact, const double **p);

/* Probabilities of n edges. Entries of log_pf whose mask is 0 are ignored. */
static inline void gfn_edges_find(size_t n, const uint8_t *mask, const gfn_real *log_pf,
                                  double *edges)
{
    for (size_t i = 0; i < n; i++)
        edges[i] = mask[i] ? exp((double)log_pf[i]) : 0;
}

#endif
