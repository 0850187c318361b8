/* SPDX-License-Identifier: MIT
 *
 * Making a trainer from a run's options, keeping its run in a directory, and ending it.
 */
#include "train/trainer.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"

/* Cadences unless options set them. An evaluation costs about one network row per state. An
 * iteration costs three for each distinct state that it visits; the length of a trajectory lies
 * between the few steps of a new policy and half of the longest, so a quarter of it is assumed.
 * Evaluations should take a few percent of the time, and there are at most 20 per run. If there are
 * none, given modes are counted at each line: that costs little. */
enum { EVALUATIONS = 20, LINES = 100, EVALUATION_SHARE = 25, ROWS_PER_VISIT = 3 };

static int64_t choose_eval_every(const gfn_trainer *t)
{
    const gfn_env_spec *spec = gfn_env_spec_of(gfn_run_numbered_env(t->run));
    const int64_t n_states = spec->n_states;
    const int64_t visits = t->learner->batch.size * (spec->max_steps / 4 + 1);
    const int64_t distinct = visits < n_states ? visits : n_states;
    const int64_t by_count = (t->iterations + EVALUATIONS - 1) / EVALUATIONS;
    if (!gfn_run_can_be_exact(t->run))
        return t->run->env->reward.modes.n > 0 ? (t->iterations + LINES - 1) / LINES : 0;
    const int64_t by_cost = EVALUATION_SHARE * n_states / (ROWS_PER_VISIT * distinct) + 1;
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

static gfn_status set_up(gfn_trainer *t)
{
    t->iterations = gfn_options_int(t->run->options, "iterations");
    t->first_iteration = t->run->iteration;
    GFN_TRY(gfn_learner_create(t->run, &t->learner));
    GFN_TRY(t->store->has_checkpoint ? gfn_store_restore(t->store, t->learner)
                                     : gfn_learner_begin(t->learner));
    GFN_TRY(gfn_run_fail_in(t->run, gfn_run_enumerate(t->run)));
    choose_cadences(t);
    t->start = t->store->last_saved = gfn_clock_seconds();
    return GFN_OK;
}

gfn_status gfn_trainer_create(gfn_run *run, gfn_trainer **trainer)
{
    gfn_store *store;
    gfn_trainer *t = NULL;
    gfn_status status = gfn_store_of(run, &store);
    if (status == GFN_OK)
        status = gfn_allocate("trainer", 1, sizeof *t, &t);
    GFN_TRY(gfn_comm_agree(run->comm, status));
    t->run = run;
    t->store = store;
    if (run->iteration > 0 && !store->has_checkpoint)
        status = gfn_fail(GFN_EINVAL,
                          "trainer: expected a run that is new or comes from a checkpoint, found "
                          "one that another trainer took to iteration %lld (hint: one trainer per "
                          "run)",
                          (long long)run->iteration);
    if (status == GFN_OK)
        status = set_up(t);
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
    if (t->keeps)
        gfn_store_close_metrics(t->store);
    gfn_learner_destroy(&t->learner);
    gfn_release(trainer);
}

/* Do the work that was due at the checkpoint, if the run ended before it was done. Save changed
 * options in a checkpoint before they take effect. */
static gfn_status catch_up(gfn_trainer *t)
{
    gfn_progress progress;
    gfn_store *s = t->store;
    gfn_comm *comm = t->run->comm;
    GFN_TRY(gfn_comm_broadcast(comm, &s->last_line, sizeof s->last_line));
    GFN_TRY(gfn_comm_broadcast(comm, &s->seconds_before, sizeof s->seconds_before));
    if (t->run->iteration > 0 && t->run->iteration < t->iterations &&
        s->last_line < t->run->iteration) {
        gfn_trainer_progress(t, &progress);
        GFN_TRY(gfn_trainer_do_due(t, &progress));
    }
    if (s->is_changed)
        GFN_TRY(gfn_trainer_save(t));
    gfn_learner_enter(t->learner, GFN_PHASE_NONE);
    return gfn_comm_agree(comm, t->file_status);
}

gfn_status gfn_trainer_keep(gfn_trainer *trainer, const char *directory)
{
    gfn_run *run = trainer->run;
    gfn_store *store = trainer->store;
    gfn_status status =
        gfn_comm_rank(run->comm) == 0 ? gfn_store_keep(store, run, directory) : GFN_OK;
    trainer->keeps = status == GFN_OK;
    GFN_TRY(gfn_comm_agree(run->comm, status));
    return store->state == GFN_STORE_RESUMED ? catch_up(trainer) : GFN_OK;
}

void gfn_trainer_request_stop(gfn_trainer *trainer)
{
    trainer->wants_stop = 1;
}

void gfn_trainer_phases(const gfn_trainer *trainer, gfn_phases *phases)
{
    *phases = gfn_learner_phases(trainer->learner);
}
