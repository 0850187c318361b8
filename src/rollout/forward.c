/* SPDX-License-Identifier: MIT */
#include "rollout/forward.h"

#include <math.h>

#include <gfn/tape.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "env/env_internal.h"
#include "eval/exact.h"
#include "rollout/faults.h"
#include "rollout/observe.h"

/* Buffers of a thread. */
typedef struct scratch {
    gfn_frame *frame;
    int64_t *number; /* [GFN_FORWARD_STATES] */
    int32_t *state;  /* [GFN_FORWARD_STATES][width] */
    float *dense;    /* [GFN_FORWARD_STATES][obs_dim], if observations are dense */
} scratch;

struct gfn_forward {
    const gfn_env *env;
    gfn_model *model;
    int threads;
    size_t width, n_actions, obs_dim;
    bool is_hot;
    gfn_tape *tape; /* the forward policy only */
    gfn_var observation, mask, log_pf;
    scratch *scratch; /* [threads] */
};

static gfn_status record(gfn_forward *f)
{
    const gfn_shape *shape = gfn_env_shape(f->env);
    GFN_TRY(gfn_tape_create(&f->tape));
    const gfn_axis states = gfn_tape_axis(f->tape);
    f->observation = f->is_hot ? gfn_input_indices(f->tape, states, (size_t)shape->obs_hot)
                               : gfn_input(f->tape, states, f->obs_dim);
    f->mask = gfn_input_bytes(f->tape, states, f->n_actions);
    f->log_pf = gfn_model_record(f->model, f->tape, f->observation, f->mask);
    return gfn_tape_finish(f->tape);
}

static gfn_status init_scratch(const gfn_forward *f, scratch *d)
{
    const size_t n = GFN_FORWARD_STATES;
    GFN_TRY(gfn_frame_create(f->tape, &n, &d->frame));
    GFN_TRY(gfn_allocate("states of a thread", n, sizeof *d->number, &d->number));
    GFN_TRY(gfn_allocate("states of a thread", n * f->width, sizeof *d->state, &d->state));
    return f->is_hot ? GFN_OK
                     : gfn_allocate("observations", n * f->obs_dim, sizeof *d->dense, &d->dense);
}

gfn_status gfn_forward_create(const gfn_env *env, gfn_model *model, int threads,
                              gfn_forward **forward)
{
    GFN_TRY(gfn_observe_check("forward policy", env, model));
    gfn_forward *f;
    GFN_TRY(gfn_allocate("forward policy", 1, sizeof *f, &f));
    f->env = env;
    f->model = model;
    f->threads = threads;
    f->width = (size_t)gfn_env_spec_of(env)->state_width;
    f->n_actions = (size_t)gfn_env_shape(env)->n_actions;
    f->obs_dim = (size_t)gfn_env_shape(env)->obs_dim;
    f->is_hot = gfn_env_shape(env)->obs_hot > 0;
    gfn_status status = record(f);
    if (status == GFN_OK)
        status = gfn_allocate("forward policy", (size_t)threads, sizeof *f->scratch, &f->scratch);
    for (int t = 0; t < threads && status == GFN_OK; t++)
        status = init_scratch(f, &f->scratch[t]);
    if (status != GFN_OK)
        gfn_forward_destroy(&f);
    else
        *forward = f;
    return status;
}

void gfn_forward_destroy(gfn_forward **forward)
{
    gfn_forward *f = *forward;
    if (f == NULL)
        return;
    for (int t = 0; f->scratch && t < f->threads; t++) {
        gfn_frame_destroy(&f->scratch[t].frame);
        gfn_release(&f->scratch[t].number);
        gfn_release(&f->scratch[t].state);
        gfn_release(&f->scratch[t].dense);
    }
    gfn_release(&f->scratch);
    gfn_tape_destroy(&f->tape);
    gfn_release(forward);
}

typedef struct job {
    gfn_forward *forward;
    int64_t first;
    size_t n;
    double *edges;
    _Atomic size_t fault; /* lowest index below n whose policy is not finite; n: none */
} job;

/* A sum is finite only if all its terms are. */
static void check(job *j, size_t first, size_t n, const double *edges)
{
    const size_t k = j->forward->n_actions;
    for (size_t i = 0; i < n; i++, edges += k) {
        double sum = 0;
        for (size_t a = 0; a < k; a++)
            sum += edges[a];
        if (!isfinite(sum))
            gfn_fault_note(&j->fault, first + i);
    }
}

static void task(void *self, size_t index, int thread)
{
    job *j = self;
    const gfn_forward *f = j->forward;
    scratch *d = &f->scratch[thread];
    const size_t first = index * GFN_FORWARD_STATES, left = j->n - first;
    const size_t n = left < GFN_FORWARD_STATES ? left : GFN_FORWARD_STATES;
    uint8_t *mask = gfn_frame_bytes(d->frame, f->mask);
    double *edges = j->edges + first * f->n_actions;
    for (size_t i = 0; i < n; i++)
        d->number[i] = j->first + (int64_t)(first + i);
    gfn_env_ask_state_at(f->env, n, d->number, d->state);
    if (!gfn_env_end_calls(f->env))
        return;
    gfn_env_ask_allowed(f->env, n, d->state, mask);
    gfn_observe(f->env, n, d->state, &(gfn_observed){d->frame, f->observation, 0, d->dense});
    if (!gfn_env_end_calls(f->env))
        return;
    gfn_frame_forward_rows(d->frame, gfn_model_params(f->model), 0, n);
    gfn_edges_find(n, f->n_actions, mask, gfn_frame_reals(d->frame, f->log_pf), edges);
    check(j, first, n, edges);
}

static gfn_status refuse(gfn_forward *f, int64_t number)
{
    int32_t *state = f->scratch[0].state;
    GFN_TRY(gfn_env_state_at(f->env, 1, &number, state));
    return gfn_fail_policy(f->env, state);
}

gfn_status gfn_forward_edges(gfn_forward *forward, int64_t first, size_t n, double *edges)
{
    job j = {.forward = forward, .first = first, .n = n, .edges = edges, .fault = n};
    gfn_parallel_for(forward->threads, (n + GFN_FORWARD_STATES - 1) / GFN_FORWARD_STATES, task, &j);
    GFN_TRY(gfn_env_failure(forward->env));
    return j.fault < n ? refuse(forward, first + (int64_t)j.fault) : GFN_OK;
}
