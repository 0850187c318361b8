/* SPDX-License-Identifier: MIT
 *
 * Curves of training, from metrics.jsonl, to which another process may be writing.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "io/folder.h"
#include "io/jsonl.h"
#include "store/names.h"
#include "summary/portrait.h"

/* Most points of a curve: more than its pixels. */
enum { MOST = 2000 };

enum { ITERATION, TRAJECTORIES, TIME, FIRST_CURVE, COLUMNS = FIRST_CURVE + GFN_CURVES };
static const char *const columns[COLUMNS] = {[ITERATION] = "iteration",
                                             [TRAJECTORIES] = "trajectories",
                                             [TIME] = "time_s",
                                             [FIRST_CURVE + GFN_CURVE_LOSS] = "loss",
                                             [FIRST_CURVE + GFN_CURVE_LOG_Z] = "log_z",
                                             [FIRST_CURVE + GFN_CURVE_TV] = "tv"};

/* A curve has no points for lines that lack its value. */
static gfn_status take(gfn_portrait *p, const struct gfn_jsonl_columns *from)
{
    double *number;
    GFN_TRY(gfn_arena_take(p->arena, COLUMNS * from->n + 1, sizeof *number, &number));
    memcpy(number, from->number, COLUMNS * from->n * sizeof *number);
    p->trajectories = number + TRAJECTORIES * from->n;
    p->time_s = number + TIME * from->n;
    for (size_t i = 0; i < GFN_CURVES; i++)
        p->curve[i] =
            (gfn_series){.n = from->n, .x = number, .y = number + (FIRST_CURVE + i) * from->n};
    return GFN_OK;
}

/* The results in the last line up to an iteration. */
static void take_results(gfn_portrait *p, int64_t iteration, gfn_report *report)
{
    const gfn_series *loss = &p->curve[GFN_CURVE_LOSS];
    size_t i = loss->n;
    p->trajectories_done = report->last.loss = report->seconds = NAN;
    while (i > 0 && !(loss->x[i - 1] <= (double)iteration))
        i--;
    if (i == 0)
        return;
    p->trajectories_done = p->trajectories[i - 1];
    report->last.loss = loss->y[i - 1];
    report->seconds = p->time_s[i - 1];
}

gfn_status gfn_portrait_read_curves(gfn_portrait *portrait, const char *directory,
                                    int64_t iteration, gfn_report *report)
{
    struct gfn_jsonl_columns found = {.n = 0};
    char *path, *text = NULL;
    size_t n;
    GFN_TRY(gfn_folder_path(directory, GFN_METRICS_FILE, &path));
    gfn_status status =
        gfn_file_exists(path) ? gfn_file_read(path, SIZE_MAX / 4, &text, &n) : GFN_OK;
    if (status == GFN_OK && text)
        status = gfn_jsonl_read_columns(text, n, COLUMNS, columns,
                                        columns[FIRST_CURVE + GFN_CURVE_TV], MOST, &found);
    if (status == GFN_OK && found.n > 0)
        status = take(portrait, &found);
    take_results(portrait, iteration, report);
    gfn_release(&found.number);
    gfn_release(&text);
    gfn_release(&path);
    return status;
}
