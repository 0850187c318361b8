/* SPDX-License-Identifier: MIT
 *
 * Reading from a run: its parts, its texts for the user, and the CRC of its parameters.
 */
#include "run/run.h"

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
