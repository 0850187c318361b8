/* SPDX-License-Identifier: MIT
 *
 * What is due after a step, and at the end: evaluation by all ranks; metrics, checkpoints and the
 * final sample histogram, which rank 0 writes.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "train/gradient.h"
#include "train/trainer.h"

static void add_modes(const gfn_trainer *t, gfn_progress *progress)
{
    const gfn_exact *exact = t->run->exact;
    progress->modes = t->modes_found;
    progress->n_modes = exact ? gfn_exact_n_modes(exact) : -1;
    progress->mode_regions = t->regions_found;
    progress->n_mode_regions = exact ? gfn_exact_n_mode_regions(exact) : -1;
}

void gfn_trainer_progress(const gfn_trainer *t, gfn_progress *progress)
{
    const double seconds = gfn_clock_seconds() - t->start;
    const double whole = seconds + t->seconds_before;
    const int64_t here = t->run->iteration - t->first_iteration;
    *progress = (gfn_progress){
        .iteration = t->run->iteration,
        .iterations = t->iterations,
        .trajectories = t->run->iteration * t->batch_size,
        .loss = t->loss,
        .log_z = gfn_model_log_z(t->run->model),
        .seconds = whole,
        .iterations_per_second = seconds > 0 ? (double)here / seconds : 0,
    };
    add_modes(t, progress);
    progress->trajectories_per_second = progress->iterations_per_second * (double)t->batch_size;
}

void gfn_trainer_phases(const gfn_trainer *t, gfn_phases *phases)
{
    *phases = t->phases;
    phases->imbalance = t->gradient->wait_seconds;
    phases->communication = t->gradient->comm_seconds - t->gradient->wait_seconds;
    phases->gradient -= t->gradient->comm_seconds;
}

static bool is_due(int64_t every, int64_t iteration)
{
    return every > 0 && iteration % every == 0;
}

static gfn_status count_modes(gfn_trainer *t)
{
    return gfn_modes_count(&t->modes, t->run->comm, &t->modes_found, &t->regions_found);
}

static gfn_status evaluate(gfn_trainer *t, gfn_progress *progress)
{
    gfn_trainer_enter(t, &t->phases.evaluation);
    GFN_TRY(gfn_run_evaluate(t->run, &progress->evaluation));
    GFN_TRY(count_modes(t));
    progress->has_evaluation = true;
    add_modes(t, progress);
    return GFN_OK;
}

/* Clocks are rank 0's affair: what it decides by them travels with the next message. */
static void look_at_clock(gfn_trainer *t)
{
    const double now = gfn_clock_seconds();
    if (gfn_comm_rank(t->run->comm) != 0)
        return;
    if (now - t->start >= t->time_limit)
        t->wants_stop = 1;
    if (t->saves_by_time && now - t->last_checkpoint >= gfn_checkpoint_period(t))
        t->gradient->requests |= GFN_REQUEST_CHECKPOINT;
}

gfn_status gfn_trainer_do_due(gfn_trainer *t, gfn_progress *progress)
{
    const int64_t i = t->run->iteration;
    if (is_due(t->eval_every, i))
        GFN_TRY(evaluate(t, progress));
    gfn_trainer_enter(t, &t->phases.files);
    if (progress->has_evaluation || is_due(t->log_every, i))
        t->file_status = gfn_keep_metrics(t, progress);
    return GFN_OK;
}

gfn_status gfn_trainer_save(gfn_trainer *t)
{
    GFN_TRY(count_modes(t));
    gfn_trainer_enter(t, &t->phases.files);
    if (t->file_status == GFN_OK && t->saved_iteration != t->run->iteration)
        t->file_status = gfn_checkpoint_save(t);
    return GFN_OK;
}

gfn_status gfn_trainer_advance(gfn_trainer *t, gfn_progress *progress)
{
    GFN_TRY(gfn_trainer_step(t));
    gfn_trainer_progress(t, progress);
    if (gfn_trainer_is_done(t))
        return GFN_OK; /* what is due now is gfn_trainer_finish()'s */
    const bool saves = is_due(t->checkpoint_every, t->run->iteration) ||
                       (t->gradient->agreed & GFN_REQUEST_CHECKPOINT) != 0;
    GFN_TRY(gfn_trainer_do_due(t, progress));
    if (saves)
        GFN_TRY(gfn_trainer_save(t));
    look_at_clock(t);
    gfn_trainer_enter(t, NULL);
    return GFN_OK;
}

/* The last evaluation and the final samples, by all ranks. */
static gfn_status measure(gfn_trainer *t, gfn_report *report)
{
    const gfn_stream stream = {t->seed, GFN_PURPOSE_SAMPLE, 0};
    const int64_t samples = gfn_options_int(t->run->options, "samples");
    gfn_trainer_progress(t, &report->last);
    GFN_TRY(evaluate(t, &report->last));
    GFN_TRY(gfn_run_find_bounds(t->run, samples, &report->bounds));
    return gfn_run_draw(t->run, &stream, samples, false, &report->draw);
}

/* A run that was stopped goes on with the next iteration: what was due at this one is done here.
 * (Where it is killed before that, the run that goes on does it.) */
static gfn_status do_due_at_stop(gfn_trainer *t)
{
    gfn_progress progress;
    if (t->run->iteration == t->first_iteration) /* nothing was done */
        return GFN_OK;
    gfn_trainer_progress(t, &progress);
    GFN_TRY(gfn_trainer_do_due(t, &progress));
    return gfn_comm_agree(t->run->comm, t->file_status);
}

_Static_assert(sizeof(gfn_phases) == 7 * sizeof(double), "a new phase: is it a double?");

/* Phases as means over all ranks, which add up to the time of a rank as those of one rank do. */
static gfn_status average_phases(const gfn_trainer *t, gfn_phases *phases)
{
    enum { N = sizeof *phases / sizeof(double) };
    double seconds[N];
    int64_t sum[N];
    gfn_trainer_phases(t, phases);
    memcpy(seconds, phases, sizeof seconds);
    for (size_t i = 0; i < N; i++)
        sum[i] = (int64_t)(1e9 * seconds[i]);
    GFN_TRY(gfn_comm_sum_i64(t->run->comm, sum, N));
    for (size_t i = 0; i < N; i++)
        seconds[i] = 1e-9 * (double)sum[i] / gfn_comm_size(t->run->comm);
    memcpy(phases, seconds, sizeof seconds);
    return GFN_OK;
}

static gfn_status conclude(gfn_trainer *t, gfn_report *report)
{
    if (report->is_complete)
        GFN_TRY(gfn_comm_agree(t->run->comm, gfn_keep_metrics(t, &report->last)));
    gfn_trainer_enter(t, NULL);
    GFN_TRY(average_phases(t, &report->phases));
    report->seconds = gfn_clock_seconds() - t->start + t->seconds_before;
    return gfn_comm_agree(t->run->comm, gfn_keep_report(t, report));
}

gfn_status gfn_trainer_finish(gfn_trainer *t, gfn_report *report)
{
    *report = (gfn_report){.is_complete = t->run->iteration >= t->iterations};
    /* What was learned is safe before anything else is tried. */
    GFN_TRY(gfn_trainer_save(t));
    GFN_TRY(gfn_comm_agree(t->run->comm, t->file_status));
    if (!report->is_complete)
        GFN_TRY(do_due_at_stop(t));
    GFN_TRY(measure(t, report));
    gfn_trainer_enter(t, &t->phases.files);
    gfn_status status = conclude(t, report);
    if (status != GFN_OK)
        gfn_draw_clear(&report->draw);
    return status;
}
