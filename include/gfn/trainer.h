/* SPDX-License-Identifier: MIT
 *
 * gfn/trainer.h - training: the library provides a step, the caller writes the loop.
 *
 *     gfn_run_options_create(NULL, &options);
 *     gfn_options_parse(options, "size=16 iterations=1000", "me");
 *     gfn_run_create(comm, options, 0, &run);
 *     gfn_trainer_create(run, &trainer);
 *     while (!gfn_trainer_is_done(trainer))
 *         gfn_trainer_step(trainer);
 *     gfn_run_evaluate(run, &evaluation);
 */
#ifndef GFN_TRAINER_H
#define GFN_TRAINER_H

#include <stdbool.h>
#include <stdint.h>

#include <gfn/report.h>
#include <gfn/run.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

typedef struct gfn_trainer gfn_trainer;

/* Create a trainer for a run (borrowed). A run from a checkpoint continues at the iteration of the
 * checkpoint. Rank 0 reads the objects that an option `terminal-states` names, unless a checkpoint
 * has them, and gives them to all ranks. If the environment does not number its states, rank 0
 * enumerates them.
 *
 * A new run starts log Z as the option `log-z-init` says, so a log Z that the caller has set in the
 * parameters before is overwritten: if the option is a number, by this function, which also adds
 * the number to the flows of all states (a log Z that is set afterwards stays); if it is `auto`, by
 * the first step, with an estimate from the policy. Flow objectives add an estimate beyond +-100 to
 * their flows instead. Parameters from a checkpoint are not started again; only the estimate is
 * still to be made if the checkpoint is of iteration 0.
 *
 * Collective. Errors: GFN_EINVAL (options that contradict each other, words that are not objects;
 * the run had a trainer before), GFN_EIO, GFN_ENOMEM, GFN_EDATA (the checkpoint lacks something),
 * GFN_EENV, GFN_ECOMM. On an error the parameters have not changed. */
GFN_API gfn_status gfn_trainer_create(gfn_run *run, gfn_trainer **trainer);
GFN_API void gfn_trainer_destroy(gfn_trainer **trainer);

/* Keep the run in a directory from now on: config.ini, metrics.jsonl, checkpoint.safetensors, and
 * at the end summary.json, histogram.npy and others (src/doc/running.md has all). `directory` NULL:
 * a new runs/NAME-DATE-TIME, to which runs/latest then links. A run of gfn_run_resume() continues
 * in its own directory (`directory` must be NULL): lines of metrics.jsonl that are newer than the
 * checkpoint, or incomplete, are cut off and written again, and a damaged checkpoint is set aside.
 * Call it at most once per trainer. Rank 0 writes. Collective. Errors: GFN_EEXIST (it holds a run,
 * or another process is writing it), GFN_EINVAL (the run is kept already, or belongs to another
 * directory), GFN_EIO, GFN_EDATA, GFN_ENOMEM. */
GFN_API gfn_status gfn_trainer_keep(gfn_trainer *trainer, const char *directory);

/* One iteration: sample, differentiate, sum over all ranks, optimizer step. Collective; on an error
 * the parameters are those of the step before, on every rank. After GFN_EENV (the environment
 * failed) the step can be tried again: it gives the bits that it would have given at first.
 * Errors: GFN_ENUMERIC (a number leaves its range), GFN_EENV, GFN_ECOMM, GFN_ENOMEM. */
GFN_API gfn_status gfn_trainer_step(gfn_trainer *trainer);

/* One iteration and the work due after it: evaluation, metrics, checkpoint. If the environment
 * fails (GFN_EENV), a run that is kept gets a checkpoint of the last finished iteration.
 * Collective. Errors: those of gfn_trainer_step() and gfn_run_evaluate(), GFN_EIO. */
GFN_API gfn_status gfn_trainer_advance(gfn_trainer *trainer, gfn_progress *progress);

/* Whether all iterations are done, or all ranks agreed to stop. */
GFN_API bool gfn_trainer_is_done(const gfn_trainer *trainer);

/* Request that all ranks stop after the next step. Any rank may call it, also in a signal handler.
 */
GFN_API void gfn_trainer_request_stop(gfn_trainer *trainer);

GFN_API void gfn_trainer_progress(const gfn_trainer *trainer, gfn_progress *progress);

/* Seconds of this rank in each phase since the trainer was made. Local: any rank may call it,
 * between calls of the other functions. Means over ranks are in gfn_report. */
GFN_API void gfn_trainer_phases(const gfn_trainer *trainer, gfn_phases *phases);

/* Save a checkpoint, then make the last evaluation, the final samples and the remaining files.
 * metrics.jsonl gets its last line only if all iterations are done. A stopped run has these results
 * only in summary.json, and is resumed as if it had never stopped. Collective; release report->draw
 * with gfn_draw_clear(). Errors: those of gfn_run_evaluate(), GFN_EIO. */
GFN_API gfn_status gfn_trainer_finish(gfn_trainer *trainer, gfn_report *report);

GFN_END_DECLS

#endif
