/* SPDX-License-Identifier: MIT
 *
 * Making a trainer from a run's options, and ending it.
 */
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "rollout/sampler.h"
#include "train/gradient.h"

/* Cadences where options leave them open. An evaluation costs about one network row a state; an
 * iteration three for each distinct state that it visits, and trajectories take, between a new
 * policy's few steps and the half of the longest, a quarter of it: evaluations shall take a few
 * percent, and never be more than 20 a run. */
enum { EVALUATIONS = 20, LINES = 100, EVALUATION_SHARE = 25, ROWS_A_VISIT = 3 };

static int64_t choose_eval_every(const gfn_trainer *t)
{
    const gfn_env_spec *spec = gfn_env_spec_of(t->run->env);
    const int64_t n_states = spec->n_states;
    const int64_t visits = t->batch_size * (spec->max_steps / 4 + 1);
    const int64_t distinct = visits < n_states ? visits : n_states;
    const int64_t by_count = (t->iterations + EVALUATIONS - 1) / EVALUATIONS;
    if (t->run->has_no_exact)
        return 0;
    const int64_t by_cost = EVALUATION_SHARE * n_states / (ROWS_A_VISIT * distinct) + 1;
    return by_cost > by_count ? by_cost : by_count;
}

static void choose_cadences(gfn_trainer *t)
{
    const gfn_options *o = t->run->options;
    t->eval_every = gfn_options_is_set(o, "eval-every") ? gfn_options_int(o, "eval-every")
                                                        : choose_eval_every(t);
    t->log_every = gfn_options_is_set(o, "log-every") ? gfn_options_int(o, "log-every")
                                                      : (t->iterations + LINES - 1) / LINES;
    t->checkpoint_every = gfn_options_int(o, "checkpoint-every");
    t->saves_by_time = !gfn_options_is_set(o, "checkpoint-every");
    t->time_limit = gfn_options_seconds(o, "time-limit");
}

/* What every rank makes for itself. */
static gfn_status make(gfn_trainer *t, const gfn_objective *objective)
{
    const gfn_options *o = t->run->options;
    const size_t n = gfn_model_n_params(t->run->model);
    GFN_TRY(gfn_schedule_find(gfn_options_text(o, "schedule"), &t->schedule));
    GFN_TRY(gfn_schedule_find(gfn_options_text(o, "explore-schedule"), &t->explore_schedule));
    GFN_TRY(gfn_sampler_trajectories(t->run->sampler, &t->log));
    if (!(objective->needs & GFN_NEEDS_STEPS))
        gfn_trajectories_hold_sums(t->log);
    GFN_TRY(gfn_allocate("gradient", n, sizeof(gfn_real), &t->vector));
    GFN_TRY(gfn_allocate("first moments", n, sizeof(gfn_real), &t->m));
    GFN_TRY(gfn_allocate("second moments", n, sizeof(gfn_real), &t->v));
    return gfn_modes_create(t->run, &t->modes);
}

static gfn_status set_up(gfn_trainer *t)
{
    const gfn_options *o = t->run->options;
    gfn_comm *comm = t->run->comm;
    const gfn_objective *objective = gfn_objective_find(gfn_options_text(o, "objective"));
    t->batch_size = gfn_options_int(o, "batch-size");
    t->iterations = gfn_options_int(o, "iterations");
    t->seed = (uint64_t)gfn_options_int(o, "seed");
    t->adam = (gfn_adam)GFN_ADAM_DEFAULT;
    t->lr = gfn_options_number(o, "lr");
    t->lr_logz = gfn_options_number(o, "lr-logz");
    t->epsilon = gfn_options_number(o, "epsilon");
    t->temperature = gfn_options_number(o, "temperature");
    t->explore_until = gfn_options_number(o, "explore-until");
    t->weight_decay = gfn_options_number(o, "weight-decay");
    t->clip_norm = gfn_options_number(o, "clip-norm");
    if (!(t->lr * t->weight_decay < 1))
        return gfn_fail(GFN_EINVAL,
                        "weight-decay: expected lr x weight-decay below 1, found lr %g and "
                        "weight-decay %g (hint: --weight-decay 0.01)",
                        t->lr, t->weight_decay);
    t->loss = NAN;
    t->modes_found = t->regions_found = -1;
    t->first_iteration = t->run->iteration;
    t->saved_iteration = t->last_line = -1;
    gfn_comm_share(comm, t->batch_size, &t->first, &t->n);
    t->learns_log_z = objective->estimate == NULL;
    GFN_TRY(gfn_comm_agree(comm, make(t, objective)));
    GFN_TRY(gfn_gradient_create(comm, t->run->sampler, objective, t->batch_size, &t->gradient));
    GFN_TRY(gfn_gradient_set_lambda(t->gradient, gfn_options_number(o, "subtb-lambda")));
    if (strcmp(gfn_options_text(o, "reduce"), "fast") == 0)
        GFN_TRY(gfn_gradient_reduce_fast(t->gradient));
    GFN_TRY(gfn_replays_create(t));
    if (t->run->has_checkpoint)
        GFN_TRY(gfn_trainer_restore(t));
    choose_cadences(t);
    gfn_tuner_begin(t);
    t->start = t->last_checkpoint = gfn_clock_seconds();
    return GFN_OK;
}

gfn_status gfn_trainer_create(gfn_run *run, gfn_trainer **trainer)
{
    gfn_trainer *t;
    if (run->iteration > 0 && !run->has_checkpoint)
        return gfn_fail(GFN_EINVAL,
                        "trainer: expected a run that is new or comes from a checkpoint, found one "
                        "that another trainer took to iteration %lld (hint: one trainer a run)",
                        (long long)run->iteration);
    GFN_TRY(gfn_comm_agree(run->comm, gfn_allocate("trainer", 1, sizeof *t, &t)));
    t->run = run;
    gfn_status status = set_up(t);
    if (status != GFN_OK)
        gfn_trainer_destroy(&t);
    else
        *trainer = t;
    return status;
}

void gfn_trainer_destroy(gfn_trainer **trainer)
{
    gfn_trainer *t = *trainer;
    if (t == NULL)
        return;
    gfn_keep_close(t);
    t->run->sampler->threads = t->run->threads; /* the tuner may have chosen fewer */
    gfn_modes_clear(&t->modes);
    gfn_replays_clear(&t->replays);
    gfn_gradient_destroy(&t->gradient);
    gfn_trajectories_destroy(&t->log);
    gfn_release(&t->vector);
    gfn_release(&t->m);
    gfn_release(&t->v);
    gfn_release(trainer);
}

void gfn_trainer_enter(gfn_trainer *trainer, double *phase)
{
    const double now = gfn_clock_seconds();
    if (trainer->phase)
        *trainer->phase += now - trainer->entered;
    trainer->phase = phase;
    trainer->entered = now;
    gfn_comm_enter(trainer->run->comm, phase ? 1 + (int)(phase - &trainer->phases.sampling) : 0,
                   trainer->run->iteration);
}

bool gfn_trainer_is_done(const gfn_trainer *t)
{
    return t->run->iteration >= t->iterations || (t->gradient->agreed & GFN_REQUEST_STOP);
}

void gfn_trainer_request_stop(gfn_trainer *trainer)
{
    trainer->wants_stop = 1;
}
