/* SPDX-License-Identifier: MIT
 *
 * gfn/report.h - how far training is, and what came out.
 */
#ifndef GFN_REPORT_H
#define GFN_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/run.h>

GFN_BEGIN_DECLS

/* How far training is. */
typedef struct gfn_progress {
    int64_t iteration; /* steps done */
    int64_t iterations;
    int64_t trajectories; /* sampled so far, over all ranks */
    double loss;          /* of the last step's batch */
    double log_z;
    double seconds; /* of training, including the time before a resume */
    double iterations_per_second, trajectories_per_second; /* of this trainer, so far */
    bool has_evaluation; /* an evaluation was due after this step: */
    gfn_evaluation evaluation;
    int64_t modes;        /* found so far: distinct objects of maximal reward, or given modes near
                           * which an object lies (gfn_count_modes()); -1: unknown */
    int64_t n_modes;      /* that there are; -1: unknown */
    int64_t modes_all_at; /* trajectories after which all had been found; -1: not yet, or unknown */
    int64_t mode_regions; /* connected blocks of such objects in a grid, likewise; -1: unknown */
    int64_t n_mode_regions;
} gfn_progress;

/* Seconds per phase. Messages of steps are not part of `gradient`: `imbalance` is the time that a
 * rank waited in them for the slowest one, `communication` the rest. Messages of an evaluation
 * count as `evaluation`. */
typedef struct gfn_phases {
    double sampling, gradient, imbalance, communication, optimizer, evaluation, files;
} gfn_phases;

/* Results of training. */
typedef struct gfn_report {
    gfn_progress last;
    gfn_draw draw;
    gfn_bounds bounds;
    gfn_phases phases; /* means over all ranks */
    double seconds;    /* as last.seconds */
    bool is_complete;  /* all iterations were done; false: stopped on request */
    int64_t collapsed; /* gfn_report_collapse() */
    /* The reason why the picture could not be drawn, on rank 0; "": it was drawn, or none was
     * wanted. All else is saved before. */
    char picture_error[400];
    /* Learned log Z was probably still on its way to its value: over the last quarter of the
     * iterations it moved by more than half of what its rate allows; or it is off by more than 0.5
     * and was coming nearer. */
    bool is_log_z_moving;
} gfn_report;

/* 1: the policy is right about the objects that it visits, but visits only some of them, so it is
 * far from the target; 0: no; -1: not known. Read from the evaluation, the bounds and the draw:
 * L1 > 0.5, and L1 > 4 times the standard deviation of w (gfn_bounds). */
GFN_API int64_t gfn_report_collapse(const gfn_report *report);

/* Where a metric is shown. summary.json has all of them. */
enum {
    GFN_IN_LOG = 1,    /* metrics.jsonl, at evaluations, if it is known */
    GFN_IN_REPORT = 2, /* the line of exact distances in the report and in captions of pictures */
    GFN_IN_SWEEP = 4,  /* sweep.json, with statistics over seeds */
    GFN_IN_TABLE = 8,  /* the table that a sweep prints */
    GFN_IN_COMPARISON = 16 /* the table of a comparison of runs */
};

/* A row of the table of metrics (src/run/metric_table.c), which everything that shows metrics
 * reads: files, report, sweep, captions, help and man page. */
typedef struct gfn_metric {
    const char *name;    /* "tv", in metrics.jsonl and sweep.json */
    const char *field;   /* "metrics.tv", in summary.json */
    const char *heading; /* "TV", for people; of a signed metric, that of its absolute value */
    const char *help;    /* a line; NULL: the name is enough */
    unsigned shown;      /* GFN_IN_... */
    int digits;          /* significant ones, for people */
    bool more_is_better;
    bool is_signed; /* an error: its absolute value counts */
    bool is_count;  /* the value is an int64_t, -1 if it is not known; else a double, NAN then */
    size_t offset;  /* of the value in gfn_report, if there is no distance() */

    /* Distance of the exact distribution p [n] from the target q; NULL: the value is found
     * elsewhere. */
    double (*distance)(size_t n, const double *p, const double *q);
} gfn_metric;

GFN_API size_t gfn_metric_count(void);
GFN_API const gfn_metric *gfn_metric_of(size_t index); /* NULL: there is none */

/* The value of a metric; NAN if it is not known. */
GFN_API double gfn_metric_value(const gfn_metric *metric, const gfn_report *report);

/* The text of a JSON object, one line: iteration, params_crc, and the metrics that are known, under
 * their names in summary.json. The caller must free() *text. Local. Errors: GFN_ENOMEM. */
GFN_API gfn_status gfn_report_json(const gfn_run *run, const gfn_report *report, char **text);

GFN_END_DECLS

#endif
