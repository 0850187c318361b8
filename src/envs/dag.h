/* SPDX-License-Identifier: MIT
 *
 * envs/dag.h - directed acyclic graphs of the variables of a table of data, as Bayesian networks.
 *
 * Variables are numbered 0 ... d - 1. A set of them is a bit mask. A graph is d words: word j has
 * the parents of variable j.
 */
#ifndef ENV_DAG_H
#define ENV_DAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/env.h>

/* Variables: at most; with a table of all local scores, and sums over all graphs. */
enum { GFN_DAG_MOST = 32, GFN_DAG_MOST_TABLE = 14 };

/* The whole set of d variables. */
static inline uint32_t gfn_dag_all(int d)
{
    return UINT32_MAX >> (GFN_DAG_MOST - d);
}

/* The place of a set without variable j among all such sets. */
static inline size_t gfn_dag_without(int j, uint32_t set)
{
    const uint32_t below = ((uint32_t)1 << j) - 1;
    return (set & below) | ((set >> 1) & ~below);
}

/* ---- dag_data.c: what scores need of the data ---- */

typedef struct gfn_dag_data {
    int d;
    double n;                                    /* samples */
    double mean[GFN_DAG_MOST];                   /* of each column */
    double scatter[GFN_DAG_MOST * GFN_DAG_MOST]; /* [d][d] sums of products around the means */
} gfn_dag_data;

/* Errors: GFN_EINVAL: fewer than 2 or too many columns, a constant one, or one with huge values;
 * the message uses name[d]. */
gfn_status gfn_dag_data_init(gfn_dag_data *data, const gfn_options *options,
                             const gfn_matrix *matrix, char *const *name);

/* ---- dag_scores.c: local scores, the prior included ---- */

typedef struct gfn_dag_scores {
    int d, most_parents;
    bool is_bge;
    double n;
    double matrix[GFN_DAG_MOST * GFN_DAG_MOST]; /* [d][d] R, or X'X */
    double ridge;                               /* added to the diagonal for parents */
    double grid;                                /* all local scores are multiples of it */
    double prior[GFN_DAG_MOST];                 /* log prior, by the number of parents */
    double degrees;                             /* bge: N + alpha_w - d */
    double term[GFN_DAG_MOST + 1];              /* bge: of the score of a set, by its size */
    double variance;                            /* linear-gaussian: of the noise */
    double *table; /* [d][2^(d - 1)], indexed by gfn_dag_without(); NULL: more than
                    * GFN_DAG_MOST_TABLE variables; -INFINITY: too many parents */
} gfn_dag_scores;

/* Clear the scores in the end, even if this fails. Errors: GFN_EINVAL, GFN_ENOMEM. */
gfn_status gfn_dag_scores_init(gfn_dag_scores *scores, const gfn_options *options,
                               const gfn_dag_data *data, char *const *name);
void gfn_dag_scores_clear(gfn_dag_scores *scores);

/* The local score of variable j with these parents; -INFINITY: too many. Sums over the variables
 * are exact, without rounding. */
double gfn_dag_scores_local(const gfn_dag_scores *scores, int j, uint32_t parents);

/* The largest score of any graph. Needs the table. Errors: GFN_ENOMEM. */
gfn_status gfn_dag_scores_find_best(const gfn_dag_scores *scores, double *best);

/* ---- dag_numbers.c: numbers of all graphs, of few variables ---- */

enum { GFN_DAG_MOST_NUMBERED = 6 };

typedef struct gfn_dag_numbers {
    int d;
    int64_t n;                                                       /* graphs; 0: not numbered */
    int32_t part[GFN_DAG_MOST_NUMBERED][1 << GFN_DAG_MOST_NUMBERED]; /* of a place, by parents */
    uint64_t *bits;                                                  /* [words] of the places */
    int32_t *before;                                                 /* [words] graphs before */
    size_t words;
} gfn_dag_numbers;

/* Number the graphs in which no variable has more than most_parents; nothing if d is too large.
 * Clear the numbers in the end, even if this fails. Errors: GFN_ENOMEM. */
gfn_status gfn_dag_numbers_init(gfn_dag_numbers *numbers, int d, int most_parents);
void gfn_dag_numbers_clear(gfn_dag_numbers *numbers);
int64_t gfn_dag_numbers_find(const gfn_dag_numbers *numbers, const int32_t *graph);
void gfn_dag_numbers_graphs(const gfn_dag_numbers *numbers, size_t n, const int64_t *number,
                            int32_t *graph);

/* ---- the world ---- */

typedef struct gfn_dag {
    int d;
    int most_parents;
    char *name[GFN_DAG_MOST]; /* with quotes, if a name needs them */
    char *names;              /* memory of the names */
    gfn_dag_scores scores;
    gfn_dag_numbers numbers;
    double max_log_reward, log_z;
} gfn_dag;

/* ---- dag_names.c: names of variables, and graphs as text ---- */

/* Errors: GFN_EINVAL (names that are empty, equal or not printable), GFN_ENOMEM. Release dag->names
 * in the end. */
gfn_status gfn_dag_name_variables(gfn_dag *dag, const gfn_matrix *matrix);

/* A name without quotes, cut to `size` bytes. */
void gfn_dag_write_name(const gfn_dag *dag, int variable, char *text, size_t size);
size_t gfn_dag_write(const void *world, const int32_t *graph, char *text, size_t size);
gfn_status gfn_dag_read(const void *world, const char *text, int32_t *graph);

/* ---- dag_graph.c ---- */

/* The ancestors of each variable: those with a path to it. */
void gfn_dag_find_ancestors(int d, const int32_t *graph, uint32_t *ancestors);

/* The Markov blanket of each variable: parents, children, and other parents of the children. */
void gfn_dag_find_blankets(int d, const int32_t *graph, uint32_t *blanket);

/* The essential graph: word j has the variables that are parents of j in some graph of the Markov
 * equivalence class. */
void gfn_dag_find_class(const void *world, const int32_t *graph, int32_t *words);

extern const gfn_env_marginals gfn_dag_marginals;

/* ---- dag_solver.c ---- */

extern const gfn_env_solver gfn_dag_solver;

#endif
