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

#include <gfn/eval.h>

/* Bytes of the arrays of an evaluation, and of a histogram of samples, whose size is proportional
 * to the number of states. */
int64_t gfn_exact_bytes(int64_t n_states);

void gfn_exact_begin(gfn_exact *exact);

/* Push the flow of the next n states along their edges: edges [n][n_actions] are probabilities, 0
 * if there is no edge. The next function that returns a status returns a failure of the world. */
void gfn_exact_push(gfn_exact *exact, size_t n, const double *edges);

/* Errors: GFN_ENUMERIC and GFN_EENV, as gfn_exact_run(). */
gfn_status gfn_exact_end(gfn_exact *exact, const double **p);

/* Probabilities of the edges of n states, in double: exp log_pf [n][n_actions], each row divided by
 * its sum, because the rounding of log_pf would make metrics wrong to first order. A row whose sum
 * is not nearly 1 stays as it is, for gfn_exact_end() to reject. Entries whose mask is 0 are
 * ignored. */
void gfn_edges_find(size_t n, size_t n_actions, const uint8_t *mask, const gfn_real *log_pf,
                    double *edges);

/* The largest log R of all states. */
double gfn_exact_max_log_reward(const gfn_exact *exact);

/* gfn_count_modes() with the largest log R, which the environment may not know. Given modes of a
 * reward count instead, if an object lies near them. */
gfn_status gfn_count_modes_of(const gfn_env *env, double max_log_reward, size_t n,
                              const int32_t *terminal, int64_t *modes);

#endif
