/* SPDX-License-Identifier: MIT
 *
 * gfn/picture.h - pictures of runs: what the policy samples beside the target, and how training
 * went.
 */
#ifndef GFN_PICTURE_H
#define GFN_PICTURE_H

#include <stddef.h>

#include <gfn/comm.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

typedef struct gfn_plot_config {
    int threads;      /* as for gfn_run_create(); 0 */
    const char *env;  /* a plug-in in place of the one that checkpoints name; NULL: that one */
    const char *file; /* ends in .png or .pdf; NULL: DIRECTORY/histogram.png of one run,
                       * DIRECTORY/comparison.png of one sweep, comparison.png of several */
    void (*tell)(const char *notice); /* what gfn_run_notice() says of a run; NULL: nobody hears */
} gfn_plot_config;

/* Draw runs from their directories into a file, which is replaced atomically: one run as
 * gfn_trainer_finish() does, several (the directory of a sweep stands for its runs) compared in the
 * same panels. Each is loaded, evaluated and drawn from once more; of one without checkpoint yet
 * there are the curves alone. Another process may be training them. Directories and configuration
 * (not NULL) count on rank 0, where written[size] gets the file's name (NULL: it does not).
 * Collective. Errors: GFN_ENOSUP (a build without Cairo), GFN_EINVAL (n is 0 or more than
 * GFN_MAX_SEEDS; the file's name), and those of gfn_run_load_with() and gfn_run_draw(). */
GFN_API gfn_status gfn_plot_runs(gfn_comm *comm, const char *const *directories, size_t n,
                                 const gfn_plot_config *config, char *written, size_t size);

GFN_END_DECLS

#endif
