/* SPDX-License-Identifier: MIT
 *
 * envs/dag_solver.h - what the solver of graphs keeps.
 */
#ifndef ENV_DAG_SOLVER_H
#define ENV_DAG_SOLVER_H

#include "envs/dag.h"
#include "envs/dag_layers.h"

typedef struct gfn_dag_solution {
    const gfn_dag *dag; /* borrowed */
    double beta;
    gfn_dag_layers layers;
    double log_weight; /* log Z without the shift of the layers */
} gfn_dag_solution;

/* dag_posterior.c: the marginals of a solution. */
void gfn_dag_posterior(const void *solution, double *value);

#endif
