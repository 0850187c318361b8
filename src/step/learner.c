/* SPDX-License-Identifier: MIT */
#include "step/learner.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/name_table.h"
#include "rollout/rows.h"
#include "run/terminal_states.h"
#include "step/gradient.h"

/* Everything that a rank makes alone. */
static gfn_status make(gfn_learner *l, const gfn_objective *objective)
{
    const gfn_run *run = l->run;
    GFN_TRY(gfn_update_check(run->options));
    GFN_TRY(gfn_batch_init(&l->batch, run, objective));
    GFN_TRY(gfn_update_init(&l->update, run->options, run->model));
    GFN_TRY(gfn_replay_init(&l->replay, run, l->batch.size, l->batch.n));
    return gfn_modes_init(&l->modes, run);
}

static gfn_status set_loss(gfn_learner *l)
{
    const gfn_options *o = l->run->options;
    size_t index;
    GFN_TRY(gfn_find_name("loss", gfn_loss_name, "", gfn_options_text(o, "loss"), &index));
    return gfn_gradient_set_loss(l->gradient, gfn_loss_kind_of(index),
                                 gfn_options_number(o, "loss-scale"));
}

/* The copy is one of the initial parameters, or those of a checkpoint, until it is renewed. */
static gfn_status set_target(gfn_learner *l)
{
    gfn_model *model = l->run->model;
    const size_t n = gfn_model_n_params(model);
    l->target_every = gfn_options_int(l->run->options, "target-every");
    if (l->target_every == 0)
        return GFN_OK;
    GFN_TRY(gfn_allocate("target network", n, sizeof *l->target, &l->target));
    memcpy(l->target, gfn_model_params(model), n * sizeof *l->target);
    return gfn_gradient_set_target(l->gradient, l->target);
}

/* A forward-looking flow is relative to the reward of its state, so no constant is near all flows.
 */
static gfn_start find_start(const gfn_run *run, const gfn_objective *objective)
{
    const unsigned flow = objective->needs & (GFN_NEEDS_FLOW | GFN_LOOKS_FORWARD);
    if (!isnan(gfn_options_number(run->options, "log-z-init")))
        return GFN_START_NOTHING;
    if (objective->estimate == NULL)
        return GFN_START_LOG_Z;
    return flow == GFN_NEEDS_FLOW ? GFN_START_FLOWS : GFN_START_NOTHING;
}

static gfn_status set_up(gfn_learner *l)
{
    gfn_run *run = l->run;
    const gfn_options *o = run->options;
    const gfn_objective *objective = gfn_objective_find(gfn_options_text(o, "objective"));
    l->loss = NAN;
    l->start = find_start(run, objective);
    GFN_TRY(gfn_comm_agree(run->comm, make(l, objective)));
    GFN_TRY(gfn_gradient_create(run->comm, run->sampler, objective, l->batch.size, &l->gradient));
    GFN_TRY(gfn_comm_agree(run->comm, gfn_top_init(&l->top, run)));
    GFN_TRY(gfn_gradient_set_lambda(l->gradient, gfn_options_number(o, "subtb-lambda")));
    GFN_TRY(set_loss(l));
    GFN_TRY(gfn_comm_agree(run->comm, set_target(l)));
    l->threads = gfn_thread_tuner_begin(&l->tuner, run->has_free_threads ? run->threads : 1);
    if (!run->has_free_threads)
        l->threads = run->threads;
    gfn_sampler_set_threads(run->sampler, l->threads);
    gfn_gradient_set_threads(l->gradient, l->threads);
    l->stopwatch = gfn_stopwatch_start(run->comm);
    return GFN_OK;
}

gfn_status gfn_learner_create(gfn_run *run, gfn_learner **learner)
{
    gfn_learner *l = NULL;
    GFN_TRY(gfn_comm_agree(run->comm, gfn_allocate("learner", 1, sizeof *l, &l)));
    l->run = run;
    const gfn_status status = set_up(l);
    if (status != GFN_OK)
        gfn_learner_destroy(&l);
    else
        *learner = l;
    return status;
}

void gfn_learner_destroy(gfn_learner **learner)
{
    gfn_learner *l = *learner;
    if (l == NULL)
        return;
    gfn_sampler_set_threads(l->run->sampler, l->run->threads); /* the tuner may have chosen fewer */
    gfn_gradient_destroy(&l->gradient);
    gfn_release(&l->target);
    gfn_modes_clear(&l->modes);
    gfn_top_clear(&l->top);
    gfn_replay_clear(&l->replay);
    gfn_update_clear(&l->update);
    gfn_batch_clear(&l->batch);
    gfn_release(learner);
}

/* Make the buffer, empty or from a file; then set log Z or raise flows as the user said. What can
 * fail comes first: flows that were raised would be raised twice if the caller tried again. */
gfn_status gfn_learner_begin(gfn_learner *l)
{
    const double log_z = gfn_options_number(l->run->options, "log-z-init");
    int32_t *objects;
    size_t n;
    gfn_status status = gfn_run_load_terminal_states(l->run, &objects, &n);
    status = gfn_replay_fill(&l->replay, status, objects, n);
    gfn_release(&objects);
    if (status == GFN_OK && !isnan(log_z)) {
        *gfn_learner_log_z(l) = (gfn_real)log_z;
        gfn_model_raise_flow(l->run->model, log_z);
    }
    return status;
}

gfn_real *gfn_learner_log_z(gfn_learner *l)
{
    gfn_model *model = l->run->model;
    return gfn_model_params(model) + gfn_model_log_z_offset(model);
}

gfn_status gfn_learner_remember(gfn_learner *l)
{
    const size_t n = (size_t)l->batch.n_new;
    const gfn_rows rows = gfn_sampler_rows(l->run->sampler);
    gfn_modes_add(&l->modes, l->batch.log, n, l->run->iteration + 1);
    gfn_top_add(&l->top, &rows, l->batch.log, n, l->run->iteration + 1, l->batch.first);
    return gfn_replay_add(&l->replay, l->batch.log, n);
}

gfn_status gfn_learner_count_modes(gfn_learner *l)
{
    return gfn_modes_count(&l->modes);
}

gfn_status gfn_learner_join_top(gfn_learner *l)
{
    return gfn_top_join(&l->top);
}

void gfn_learner_tune(gfn_learner *l)
{
    const double *seconds = l->stopwatch.seconds;
    const double work = seconds[GFN_PHASE_SAMPLING] + seconds[GFN_PHASE_GRADIENT] -
                        gfn_gradient_message_seconds(l->gradient).all;
    l->threads = gfn_thread_tuner_step(&l->tuner, work, l->threads);
    gfn_sampler_set_threads(l->run->sampler, l->threads);
    gfn_gradient_set_threads(l->gradient, l->threads);
}

void gfn_learner_enter(gfn_learner *l, gfn_phase phase)
{
    gfn_stopwatch_enter(&l->stopwatch, phase, l->run->iteration);
}

void gfn_learner_request(gfn_learner *l, unsigned requests)
{
    gfn_gradient_request(l->gradient, requests);
}

unsigned gfn_learner_agreed(const gfn_learner *l)
{
    return gfn_gradient_agreed(l->gradient);
}

gfn_phases gfn_learner_phases(const gfn_learner *l)
{
    const gfn_message_seconds messages = gfn_gradient_message_seconds(l->gradient);
    gfn_phases phases;
    for (gfn_phase phase = GFN_PHASE_NONE + 1; phase < GFN_N_PHASES; phase++)
        *gfn_phase_seconds(&phases, phase) = l->stopwatch.seconds[phase];
    phases.gradient -= messages.all;
    phases.imbalance = messages.waiting;
    phases.communication = messages.all - messages.waiting;
    return phases;
}
