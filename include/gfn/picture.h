/* SPDX-License-Identifier: MIT
 *
 * gfn/picture.h - pictures of runs: samples of the policy beside the target, and curves of
 * training.
 */
#ifndef GFN_PICTURE_H
#define GFN_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include <gfn/comm.h>
#include <gfn/run.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

typedef struct gfn_plot_config {
    int threads;      /* as for gfn_run_create(); 0 */
    const char *env;  /* a plug-in to use instead of the one that checkpoints name; NULL: that
                       * one */
    const char *file; /* its ending is that of a format: .png, .pdf, .svg, .eps or .ps; NULL:
                       * DIRECTORY/histogram.png for one run, DIRECTORY/comparison.png for one
                       * sweep, comparison.png for several directories */
    void (*tell)(const char *notice); /* called with the gfn_run_notice() of each run; may be
                                       * NULL */
    gfn_settings changes;             /* of every run, as for gfn_run_load_changed() */
    const char *labels;               /* "A,B,C": names of the groups of runs, in the order of
                                       * their first runs ("\\," is a comma); NULL: made from what
                                       * differs */
    const char *width; /* of the picture: "1600px" for pixels, 320 to 6000; for other formats
                        * "180mm" or "7in", 80 mm to 600 mm; NULL: 1040 pixels, 180 mm */
    bool wants_json;
    void (*print)(
        const char *text); /* called with the results: the lines of a comparison's table,
                            * or if wants_json is true with one JSON object; may be NULL */
} gfn_plot_config;

/* Draw a picture of runs from their directories into a file, which is replaced atomically. One run
 * gives the picture of gfn_trainer_finish(); several runs are compared in the same panels: those
 * that differ only in their seeds are a group, which is shown by the mean of its curves in a band
 * from the smallest to the largest. The directory of a sweep stands for all its runs. Each run is
 * loaded, evaluated and sampled from; a run that has no checkpoint yet has only curves. Another
 * process may be training the runs. Only rank 0 uses the directories and the configuration (not
 * NULL), and stores the name of the file in written[size] (may be NULL). Collective. Errors:
 * GFN_ENOSUP (a build without Cairo), GFN_EINVAL (n is 0 or more than GFN_MAX_SEEDS; the file's
 * name, the width, the labels), and those of gfn_run_load_changed() and gfn_run_draw(). */
GFN_API gfn_status gfn_plot_runs(gfn_comm *comm, const char *const *directories, size_t n,
                                 const gfn_plot_config *config, char *written, size_t size);

GFN_END_DECLS

#endif
