/* SPDX-License-Identifier: MIT
 *
 * The solver of all Ising worlds: one of two, which envs/ising.h names.
 */
#include "envs/ising.h"

#include "base/error.h"
#include "base/memory.h"

struct solution {
    const gfn_env_solver *solver;
    void *solution; /* of that solver */
};

static void destroy_solution(void *self)
{
    struct solution *s = self;
    if (s->solution)
        s->solver->destroy(s->solution);
    gfn_release(&s);
}

static gfn_status solve(const void *world, double beta, void **solution)
{
    const gfn_ising *ising = world;
    struct solution *s;
    GFN_TRY(gfn_allocate("ising", 1, sizeof *s, &s));
    s->solver = ising->coupling ? &gfn_ising_sum_solver : &gfn_ising_torus_solver;
    const gfn_status status = s->solver->create(world, beta, &s->solution);
    if (status == GFN_OK)
        *solution = s;
    else
        destroy_solution(s);
    return status;
}

static double solution_log_z(const void *solution)
{
    const struct solution *s = solution;
    return s->solver->log_z(s->solution);
}

static void solution_draw(const void *solution, const gfn_stream *stream, int64_t first, size_t n,
                          int32_t *state)
{
    const struct solution *s = solution;
    s->solver->draw(s->solution, stream, first, n, state);
}

static void solution_marginals(const void *solution, double *value)
{
    const struct solution *s = solution;
    s->solver->marginals(s->solution, value);
}

const gfn_env_solver gfn_ising_solver = {
    .size = sizeof(gfn_env_solver),
    .create = solve,
    .destroy = destroy_solution,
    .log_z = solution_log_z,
    .draw = solution_draw,
    .marginals = solution_marginals,
};
