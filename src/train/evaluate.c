/* SPDX-License-Identifier: MIT
 *
 * The policy judged by its exact terminal distribution.
 */
#include "train/run.h"

#include <math.h>

#include "base/clock.h"
#include "base/fail.h"
#include "comm/comm.h"

gfn_status gfn_run_exact(gfn_run *run, gfn_exact **exact)
{
    if (run->exact == NULL && !run->has_no_exact) {
        gfn_status status = gfn_exact_create(run->env, &run->exact);
        /* A space that cannot be numbered or held is judged by samples only. */
        run->has_no_exact = status == GFN_ENOSUP || status == GFN_ENOMEM;
        if (status != GFN_OK && !run->has_no_exact)
            return status;
    }
    *exact = run->exact;
    return GFN_OK;
}

const double *gfn_run_target(const gfn_run *run)
{
    return run->exact ? gfn_exact_target(run->exact) : NULL;
}

/* Seconds from one beat that others hear to the next. */
#define BEAT_PERIOD 1.0

gfn_status gfn_run_beat(gfn_run *run)
{
    bool is_done = false;
    const double now = gfn_clock_seconds();
    gfn_comm_beat(run->comm);
    if (!run->has_listeners || now - run->last_beat < BEAT_PERIOD)
        return GFN_OK;
    run->last_beat = now;
    return gfn_comm_broadcast(run->comm, &is_done, sizeof is_done);
}

gfn_status gfn_run_work_alone(gfn_run *run, gfn_status (*work)(void *self), void *self)
{
    gfn_status status = GFN_OK;
    bool is_done = false;
    if (gfn_comm_rank(run->comm) == 0) {
        run->last_beat = gfn_clock_seconds();
        run->has_listeners = true;
        status = work(self);
        run->has_listeners = false;
        is_done = true;
    }
    do
        GFN_TRY(gfn_comm_broadcast(run->comm, &is_done, sizeof is_done));
    while (!is_done);
    return gfn_comm_agree(run->comm, status);
}

static gfn_status find_log_pf(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    gfn_run *run = self;
    GFN_TRY(gfn_run_beat(run));
    return gfn_sampler_log_pf(run->sampler, n, state, log_pf);
}

gfn_status gfn_run_distribution(gfn_run *run, const double **p)
{
    const uint32_t crc = gfn_run_params_crc(run);
    if (run->p == NULL || run->p_crc != crc) {
        run->p = NULL;
        GFN_TRY(gfn_exact_run(run->exact, find_log_pf, run, &run->p));
        run->p_crc = crc;
    }
    *p = run->p;
    return GFN_OK;
}

typedef struct assessment {
    gfn_run *run;
    gfn_evaluation *found;
} assessment;

static gfn_status evaluate(void *self)
{
    gfn_run *run = ((assessment *)self)->run;
    gfn_evaluation *e = ((assessment *)self)->found;
    gfn_exact *exact;
    GFN_TRY(gfn_run_exact(run, &exact));
    if (exact) {
        const double *p;
        GFN_TRY(gfn_run_distribution(run, &p));
        gfn_metrics_compute(gfn_exact_n(exact), p, gfn_exact_target(exact), &e->metrics);
        e->log_z_true = gfn_exact_log_z(exact);
        e->is_exact = true;
    }
    e->log_z_error = e->log_z - e->log_z_true;
    return GFN_OK;
}

gfn_status gfn_run_evaluate(gfn_run *run, gfn_evaluation *evaluation)
{
    gfn_evaluation e = {.metrics = {NAN, NAN, NAN, NAN},
                        .log_z = gfn_model_log_z(run->model),
                        .log_z_true = gfn_env_spec_of(run->env)->log_z};
    GFN_TRY(gfn_run_work_alone(run, evaluate, &(assessment){run, &e}));
    GFN_TRY(gfn_comm_broadcast(run->comm, &e, sizeof e));
    *evaluation = e;
    return GFN_OK;
}
