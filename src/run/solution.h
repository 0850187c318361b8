/* SPDX-License-Identifier: MIT
 *
 * run/solution.h - what the mathematics of an environment knows of the target, if its states cannot
 * be enumerated: log Z, true samples, expectations.
 */
#ifndef RUN_SOLUTION_H
#define RUN_SOLUTION_H

#include <gfn/run.h>

typedef struct gfn_run_solution {
    const gfn_env_solver
        *solver;    /* borrowed from the environment; NULL: it has none that applies */
    void *of_world; /* on rank 0; NULL: there is none */
    bool is_tried;  /* gfn_run_solve() was called */
    bool is_there;  /* on every rank: rank 0 has a solution */
} gfn_run_solution;

/* run_queries.c: whether the environment has a solver for the reward that is in use: its own,
 * perhaps with an exponent and a scale, but without a floor. */
bool gfn_run_has_solver(const gfn_run *run);

/* Compute the solution, unless exact evaluation is possible or it was tried already. The spec of
 * the environment gets the exact log Z. Collective. Errors: GFN_ECOMM, GFN_EENV. */
gfn_status gfn_run_solve(gfn_run *run);
void gfn_run_solution_clear(gfn_run_solution *solution);

/* Whether the solution can draw true samples; the same on all ranks. */
bool gfn_run_draws_truth(const gfn_run *run);

/* Objects 0 ... n-1 of the target, state [n][state_width]. On rank 0. Errors: GFN_EENV. */
gfn_status gfn_run_draw_truth(const gfn_run *run, const gfn_stream *stream, size_t n,
                              int32_t *state);

#endif
