/* SPDX-License-Identifier: MIT
 *
 * envs/dag_layers.h - sums over all graphs, layer by layer.
 *
 * The layers of a graph: the first has the variables without parents; each next one has those that
 * have no parents when the layers before it are removed. So the parents of a variable are in the
 * layers before its own, and at least one is in the layer just before.
 */
#ifndef ENV_DAG_LAYERS_H
#define ENV_DAG_LAYERS_H

#include "envs/dag.h"

typedef struct gfn_dag_layers {
    int d;
    double shift;  /* of log weights: log Z is gfn_dag_layers_weigh() + shift */
    double *log_w; /* [d][2^(d - 1)] log weight of each parent set, as gfn_dag_scores.table */
    double *log_a; /* [2^d][d] log of the sum of the weights of all parent sets within a set */
    size_t *first; /* [2^d] place of a set in `share` */
    double *share; /* [3^d] what is left to build, by the set that is built, and its last layer */
    double *log_k; /* [2^d] its scale */
    double *c, *x; /* [2^d] scratch */
} gfn_dag_layers;

/* Weights exp(beta * local score). Clear the layers in the end, even if this fails.
 * Errors: GFN_ENOMEM. */
gfn_status gfn_dag_layers_init(gfn_dag_layers *layers, const gfn_dag_scores *scores, double beta);
void gfn_dag_layers_clear(gfn_dag_layers *layers);

/* Keep the graphs in which a is not in the Markov blanket of b; a < 0: all graphs. */
void gfn_dag_layers_keep_apart(gfn_dag_layers *layers, int a, int b);

/* log of the sum of the weights of all graphs of the variables in `within`, with parents there and
 * in `before`, a set without common variables. */
double gfn_dag_layers_weigh(gfn_dag_layers *layers, uint32_t within, uint32_t before);

/* log of the sum of the weights of the parent sets of variable j within a set. */
static inline double gfn_dag_layers_log_a(const gfn_dag_layers *layers, uint32_t set, int j)
{
    return layers->log_a[(size_t)set * (size_t)layers->d + (size_t)j];
}

/* The place of a subset in an array of all subsets of a set, in ascending order. */
static inline size_t gfn_dag_layers_index(uint32_t subset, uint32_t set)
{
    size_t index = 0;
    for (size_t bit = 1; set != 0; set &= set - 1, bit <<= 1)
        index |= subset & set & -set ? bit : 0;
    return index;
}

/* The next subset of a set, in ascending order; 0 after the last one. */
static inline uint32_t gfn_dag_layers_next(uint32_t subset, uint32_t set)
{
    return (subset - set) & set;
}

/* What may follow when `built` is built, as a function of the last layer L: next layer M, a subset
 * of `within` and not of `built`, with weight
 *     c[M] prod over j in M of b_j(L),  b_j = share of parent sets within `built` (and `before`)
 *                                       that have a parent in L,
 * including all that follows M. Fills layers->c [2^k], by gfn_dag_layers_index(), and j[k] with
 * the variables that are left. Returns the log of the scale. */
double gfn_dag_layers_follow(gfn_dag_layers *layers, uint32_t within, uint32_t before,
                             uint32_t built, int *j);

/* b[k] after the last layer L; before the first layer, L is empty and `built` too. */
void gfn_dag_layers_shares(const gfn_dag_layers *layers, uint32_t built_before, uint32_t last,
                           int k, const int *j, double *b);

#endif
