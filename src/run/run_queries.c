/* SPDX-License-Identifier: MIT
 *
 * Reading from a run: its parts, its texts for the user, the CRC of its parameters, and what was
 * measured last.
 */
#include "run/run.h"

#include <math.h>

#include "base/error.h"
#include "env/env_internal.h"
#include "eval/exact.h"
#include "io/crc.h"

gfn_comm *gfn_run_comm(const gfn_run *run)
{
    return run->comm;
}

const gfn_options *gfn_run_options(const gfn_run *run)
{
    return run->options;
}

const gfn_env *gfn_run_env(const gfn_run *run)
{
    return run->env;
}

const gfn_env *gfn_run_numbered_env(const gfn_run *run)
{
    return run->numbered ? run->numbered : run->env;
}

gfn_model *gfn_run_model(gfn_run *run)
{
    return run->model;
}

gfn_sampler *gfn_run_sampler(gfn_run *run)
{
    return run->sampler;
}

int gfn_run_threads(const gfn_run *run)
{
    return run->threads;
}

int64_t gfn_run_iteration(const gfn_run *run)
{
    return run->iteration;
}

const char *gfn_run_layout(const gfn_run *run)
{
    return run->layout;
}

const char *gfn_run_hint(const gfn_run *run)
{
    return run->hints.text;
}

const char *gfn_run_notice(const gfn_run *run)
{
    return run->notices.text;
}

uint32_t gfn_run_params_crc(const gfn_run *run)
{
    return gfn_crc32(0, gfn_model_params(run->model),
                     gfn_model_n_params(run->model) * sizeof(gfn_real));
}

const gfn_exact *gfn_run_exact_of(const gfn_run *run)
{
    return run->exact.exact;
}

const double *gfn_run_exact_p(const gfn_run *run)
{
    return run->exact.p;
}

bool gfn_run_can_be_exact(const gfn_run *run)
{
    return !run->exact.is_impossible;
}

bool gfn_run_has_solver(const gfn_run *run)
{
    return run->env->ops->solver && !isnan(run->env->reward.power);
}

double gfn_run_max_log_reward(const gfn_run *run)
{
    const double stated = gfn_env_spec_of(run->env)->max_log_reward;
    const double found = run->exact.part > 0 ? run->exact.max_log_reward : NAN;
    return !isnan(stated) || isinf(found) ? stated : found;
}

int64_t gfn_run_n_modes(const gfn_run *run)
{
    const gfn_exact *exact = gfn_run_exact_of(run);
    const size_t given = run->env->reward.modes.n;
    if (given > 0)
        return (int64_t)given;
    return exact ? gfn_exact_n_modes(exact) : -1;
}

const double *gfn_run_target(const gfn_run *run)
{
    return run->exact.exact ? gfn_exact_target(run->exact.exact) : NULL;
}

gfn_status gfn_run_fail_in(const gfn_run *run, gfn_status status)
{
    return status == GFN_EENV ? gfn_fail_in(status, "iteration %lld: ", (long long)run->iteration)
                              : status;
}

const gfn_points *gfn_run_points(const gfn_run *run)
{
    return &run->points;
}
