/* SPDX-License-Identifier: MIT
 *
 * The end of training: a checkpoint, the last evaluation, the final samples, and the files of the
 * results.
 */
#include "base/clock.h"
#include "base/error.h"
#include "summary/best_objects.h"
#include "summary/marginals_file.h"
#include "summary/run_summary.h"
#include "train/trainer.h"

/* The last evaluation and the final samples, by all ranks. */
static gfn_status measure(gfn_trainer *t, gfn_report *report)
{
    const gfn_stream stream = {t->learner->batch.seed, GFN_PURPOSE_SAMPLE, 0};
    const int64_t samples = gfn_options_int(t->run->options, "samples");
    gfn_trainer_progress(t, &report->last);
    GFN_TRY(gfn_trainer_evaluate(t, &report->last));
    GFN_TRY(gfn_run_find_bounds(t->run, stream.seed, samples, &report->bounds));
    GFN_TRY(gfn_run_draw(t->run, &stream, samples, false, &report->draw));
    report->collapsed = gfn_report_collapse(report);
    return GFN_OK;
}

/* A stopped run is resumed with the next iteration, so the work that is due at this one is done
 * here. (If the job is killed before this, the resumed run does it.) */
static gfn_status do_due_at_stop(gfn_trainer *t)
{
    gfn_progress progress;
    if (t->run->iteration == t->first_iteration) /* no step was made */
        return GFN_OK;
    gfn_trainer_progress(t, &progress);
    GFN_TRY(gfn_trainer_do_due(t, &progress));
    return gfn_comm_agree(t->run->comm, t->file_status);
}

/* Average the phases over all ranks. The means add up to the time of training, as the phases of one
 * rank do. */
static gfn_status average_phases(const gfn_trainer *t, gfn_phases *phases)
{
    int64_t sum[GFN_N_PHASES] = {0};
    gfn_trainer_phases(t, phases);
    for (gfn_phase i = GFN_PHASE_NONE + 1; i < GFN_N_PHASES; i++)
        sum[i] = (int64_t)(1e9 * *gfn_phase_seconds(phases, i));
    GFN_TRY(gfn_comm_sum_i64(t->run->comm, sum, GFN_N_PHASES));
    for (gfn_phase i = GFN_PHASE_NONE + 1; i < GFN_N_PHASES; i++)
        *gfn_phase_seconds(phases, i) = 1e-9 * (double)sum[i] / gfn_comm_size(t->run->comm);
    return GFN_OK;
}

/* On rank 0. */
static gfn_status write_results(gfn_trainer *t, gfn_report *report)
{
    const gfn_run_history history = {t->first_iteration, t->store->seconds_before};
    if (t->store->directory == NULL)
        return GFN_OK;
    GFN_TRY(gfn_run_summary_save(t->run, report, &history));
    GFN_TRY(gfn_store_close_metrics(t->store));
    GFN_TRY(gfn_marginals_save(t->run, t->store->directory));
    GFN_TRY(gfn_best_objects_save(t->run, &t->learner->top, t->store->directory));
    gfn_run_picture_save(t->run, report);
    return GFN_OK;
}

static gfn_status conclude(gfn_trainer *t, gfn_report *report)
{
    const double error = report->last.evaluation.log_z_error;
    report->is_log_z_moving = report->is_complete &&
                              gfn_update_is_log_z_moving(&t->learner->update, t->run->model, error);
    if (report->is_complete)
        GFN_TRY(
            gfn_comm_agree(t->run->comm, gfn_store_log(t->store, &report->last, &report->bounds)));
    gfn_learner_enter(t->learner, GFN_PHASE_NONE);
    GFN_TRY(average_phases(t, &report->phases));
    report->seconds = gfn_clock_seconds() - t->start + t->store->seconds_before;
    return gfn_comm_agree(t->run->comm, gfn_run_fail_in(t->run, write_results(t, report)));
}

gfn_status gfn_trainer_finish(gfn_trainer *t, gfn_report *report)
{
    gfn_report made = {.is_complete = t->run->iteration >= t->iterations};
    /* Save the checkpoint first, before anything else can fail. */
    GFN_TRY(gfn_trainer_save(t));
    GFN_TRY(gfn_comm_agree(t->run->comm, t->file_status));
    if (!made.is_complete)
        GFN_TRY(do_due_at_stop(t));
    GFN_TRY(measure(t, &made));
    gfn_learner_enter(t->learner, GFN_PHASE_FILES);
    const gfn_status status = conclude(t, &made);
    if (status == GFN_OK)
        *report = made;
    else
        gfn_draw_clear(&made.draw);
    return status;
}
