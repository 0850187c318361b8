/* SPDX-License-Identifier: MIT */
#include "run/solution.h"

#include <math.h>

#include "base/error.h"
#include "comm/comm.h"
#include "env/env_internal.h"
#include "run/run.h"

/* On rank 0. */
static gfn_status create(void *self)
{
    gfn_run *run = self;
    gfn_run_solution *s = &run->solution;
    const gfn_status status =
        s->solver->create(run->env->world, run->env->reward.power, &s->of_world);
    GFN_TRY(gfn_env_failure(run->env));
    if (status == GFN_OK && !isfinite(s->solver->log_z(s->of_world)))
        return gfn_fail(GFN_ENOSUP, "%s: expected a finite log Z, found that it overflows",
                        run->env->ops->name);
    return status;
}

/* Give the exact log Z to all ranks. */
static gfn_status share_log_z(gfn_run *run)
{
    const gfn_run_solution *s = &run->solution;
    double log_z = NAN;
    if (s->of_world)
        log_z = s->solver->log_z(s->of_world) + run->env->reward.log_scale;
    GFN_TRY(gfn_comm_broadcast(run->comm, &log_z, sizeof log_z));
    if (isnan(run->env->spec.log_z))
        run->env->spec.log_z = log_z;
    return GFN_OK;
}

gfn_status gfn_run_solve(gfn_run *run)
{
    gfn_run_solution *s = &run->solution;
    if (s->is_tried)
        return GFN_OK;
    GFN_TRY(gfn_run_enumerate(run));
    s->is_tried = true;
    if (gfn_run_can_be_exact(run) || !gfn_run_has_solver(run))
        return GFN_OK;
    s->solver = run->env->ops->solver;
    const gfn_status status = gfn_comm_work_alone(run->comm, create, run);
    if (status == GFN_ECOMM || status == GFN_EENV)
        return status;
    s->is_there = status == GFN_OK;
    if (!s->is_there && s->of_world) {
        s->solver->destroy(s->of_world);
        s->of_world = NULL;
    }
    if (s->is_there)
        return share_log_z(run);
    if (gfn_comm_rank(run->comm) == 0)
        gfn_notices_add(&run->notices, "no exact evaluation, and no exact log Z: %s",
                        gfn_error_message());
    return GFN_OK;
}

void gfn_run_solution_clear(gfn_run_solution *s)
{
    if (s->of_world)
        s->solver->destroy(s->of_world);
    *s = (gfn_run_solution){.solver = NULL};
}

bool gfn_run_draws_truth(const gfn_run *run)
{
    return run->solution.is_there && run->solution.solver->draw;
}

gfn_status gfn_run_draw_truth(const gfn_run *run, const gfn_stream *stream, size_t n,
                              int32_t *state)
{
    const gfn_run_solution *s = &run->solution;
    s->solver->draw(s->of_world, stream, 0, n, state);
    return gfn_env_failure(run->env);
}
