/* SPDX-License-Identifier: MIT
 *
 * gfn/picture.h - pictures of runs: samples of the policy beside the target, and curves of
 * training.
 */
#ifndef GFN_PICTURE_H
#define GFN_PICTURE_H

#include <stddef.h>

#include <gfn/comm.h>
#include <gfn/run.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

typedef struct gfn_plot_config {
    int threads;      /* as for gfn_run_create(); 0 */
    const char *env;  /* a plug-in to use instead of the one that checkpoints name; NULL: that
                       * one */
    const char *file; /* ends in .png or .pdf; NULL: DIRECTORY/histogram.png for one run,
                       * DIRECTORY/comparison.png for one sweep, comparison.png for several
                       * directories */
    void (*tell)(const char *notice); /* called with the gfn_run_notice() of each run; may be
                                       * NULL */
    gfn_settings changes;             /* of every run, as for gfn_run_load_changed() */
} gfn_plot_config;

/* Draw a picture of runs from their directories into a file, which is replaced atomically. One run
 * gives the picture of gfn_trainer_finish(); several runs are compared in the same panels. The
 * directory of a sweep stands for all its runs. Each run is loaded, evaluated and sampled from; a
 * run that has no checkpoint yet has only curves. Another process may be training the runs. Only
 * rank 0 uses the directories and the configuration (not NULL), and stores the name of the file in
 * written[size] (may be NULL).
 * Collective. Errors: GFN_ENOSUP (a build without Cairo), GFN_EINVAL (n is 0 or more than
 * GFN_MAX_SEEDS; the file's name), and those of gfn_run_load_changed() and gfn_run_draw(). */
GFN_API gfn_status gfn_plot_runs(gfn_comm *comm, const char *const *directories, size_t n,
                                 const gfn_plot_config *config, char *written, size_t size);

GFN_END_DECLS

#endif
