/* SPDX-License-Identifier: MIT
 *
 * A step, and the work due after it: evaluation by all ranks; metrics and checkpoints, which rank 0
 * writes.
 */
#include "base/clock.h"
#include "base/error.h"
#include "base/format.h"
#include "train/trainer.h"

static void add_modes(const gfn_trainer *t, gfn_progress *progress)
{
    const gfn_exact *exact = gfn_run_exact_of(t->run);
    const gfn_modes *modes = &t->learner->modes;
    progress->modes = modes->n;
    progress->n_modes = gfn_run_n_modes(t->run);
    progress->modes_all_at = modes->n >= 0 && modes->n == progress->n_modes && modes->newest_at > 0
                                 ? modes->newest_at * t->learner->batch.size
                                 : -1;
    progress->mode_regions = t->learner->modes.n_regions;
    progress->n_mode_regions = exact ? gfn_exact_n_mode_regions(exact) : -1;
}

void gfn_trainer_progress(const gfn_trainer *t, gfn_progress *progress)
{
    const double seconds = gfn_clock_seconds() - t->start;
    const int64_t here = t->run->iteration - t->first_iteration;
    const int64_t batch_size = t->learner->batch.size;
    *progress = (gfn_progress){
        .iteration = t->run->iteration,
        .iterations = t->iterations,
        .trajectories = t->run->iteration * batch_size,
        .loss = t->learner->loss,
        .log_z = gfn_model_log_z(t->run->model),
        .seconds = seconds + t->store->seconds_before,
        .iterations_per_second = seconds > 0 ? (double)here / seconds : 0,
    };
    add_modes(t, progress);
    progress->trajectories_per_second = progress->iterations_per_second * (double)batch_size;
}

static bool is_due(int64_t every, int64_t iteration)
{
    return every > 0 && iteration % every == 0;
}

gfn_status gfn_trainer_evaluate(gfn_trainer *t, gfn_progress *progress)
{
    gfn_learner_enter(t->learner, GFN_PHASE_EVALUATION);
    GFN_TRY(gfn_run_evaluate(t->run, &progress->evaluation));
    GFN_TRY(gfn_learner_count_modes(t->learner));
    progress->has_evaluation = true;
    add_modes(t, progress);
    return GFN_OK;
}

gfn_status gfn_trainer_do_due(gfn_trainer *t, gfn_progress *progress)
{
    const int64_t i = t->run->iteration;
    if (is_due(t->eval_every, i))
        GFN_TRY(gfn_trainer_evaluate(t, progress));
    gfn_learner_enter(t->learner, GFN_PHASE_FILES);
    if (progress->has_evaluation || is_due(t->log_every, i))
        t->file_status = gfn_store_log(t->store, progress, NULL);
    return GFN_OK;
}

gfn_status gfn_trainer_save(gfn_trainer *t)
{
    /* If an environment cannot count regions of modes, the modes themselves are known. */
    const gfn_status status = gfn_learner_count_modes(t->learner);
    if (status != GFN_OK && status != GFN_EENV)
        return status;
    GFN_TRY(gfn_learner_join_top(t->learner));
    gfn_learner_enter(t->learner, GFN_PHASE_FILES);
    if (t->file_status == GFN_OK)
        t->file_status = gfn_store_save(t->store, t->learner);
    return status;
}

/* Only rank 0 reads the clock: its decisions travel with the next message. */
static void read_clock(gfn_trainer *t)
{
    const double now = gfn_clock_seconds();
    if (gfn_comm_rank(t->run->comm) != 0)
        return;
    if (now - t->start >= t->time_limit)
        t->wants_stop = 1;
    if (t->saves_by_time &&
        now - t->store->last_saved >= gfn_store_save_period(t->store, t->learner))
        gfn_learner_request(t->learner, GFN_REQUEST_CHECKPOINT);
}

gfn_status gfn_trainer_step(gfn_trainer *trainer)
{
    if (trainer->wants_stop)
        gfn_learner_request(trainer->learner, GFN_REQUEST_STOP);
    return gfn_learner_step(trainer->learner, trainer->file_status);
}

bool gfn_trainer_is_done(const gfn_trainer *t)
{
    return t->run->iteration >= t->iterations ||
           (gfn_learner_agreed(t->learner) & GFN_REQUEST_STOP);
}

/* A failed environment leaves the state of the last step that was finished: save it, so that the
 * run can be resumed when the environment works again. The message says so on rank 0, which knows.
 * Collective. */
static gfn_status save_after_failure(gfn_trainer *t)
{
    char failure[1024];
    const char *directory = t->store->directory;
    gfn_format(failure, sizeof failure, "%s", gfn_error_message());
    gfn_status status = gfn_trainer_save(t);
    if (status == GFN_OK || status == GFN_EENV)
        status = t->file_status;
    gfn_learner_enter(t->learner, GFN_PHASE_NONE);
    if (status != GFN_OK)
        return gfn_fail(GFN_EENV, "%.600s; and no checkpoint can be saved: %s", failure,
                        gfn_error_message());
    if (directory == NULL)
        return gfn_fail(GFN_EENV, "%s", failure);
    return gfn_fail(GFN_EENV, "%.700s; iteration %lld is saved (hint: --resume %.250s)", failure,
                    (long long)t->run->iteration, directory);
}

/* One iteration and the work due after it. */
static gfn_status advance(gfn_trainer *t, gfn_progress *progress)
{
    gfn_progress now;
    GFN_TRY(gfn_trainer_step(t));
    gfn_trainer_progress(t, &now);
    if (gfn_trainer_is_done(t)) { /* gfn_trainer_finish() does the work that is due now */
        *progress = now;
        return GFN_OK;
    }
    const bool saves = is_due(t->checkpoint_every, t->run->iteration) ||
                       (gfn_learner_agreed(t->learner) & GFN_REQUEST_CHECKPOINT) != 0;
    GFN_TRY(gfn_trainer_do_due(t, &now));
    if (saves)
        GFN_TRY(gfn_trainer_save(t));
    *progress = now;
    read_clock(t);
    gfn_learner_enter(t->learner, GFN_PHASE_NONE);
    return GFN_OK;
}

gfn_status gfn_trainer_advance(gfn_trainer *t, gfn_progress *progress)
{
    const gfn_status status = advance(t, progress);
    return status == GFN_EENV ? save_after_failure(t) : status;
}
