/* SPDX-License-Identifier: MIT */
#include "summary/run_summary.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <gfn/plot.h>
#include <gfn/version.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/folder.h"
#include "io/json.h"
#include "step/stopwatch.h"
#include "store/names.h"
#include "summary/composition.h"

typedef struct summary {
    size_t n;
    struct gfn_field *field; /* NULL: they are only counted */
    char params_crc[16], finished[32];
} summary;

static void add(summary *s, struct gfn_field field)
{
    if (s->field)
        s->field[s->n] = field;
    s->n++;
}

static void add_metrics(summary *s, const gfn_report *r)
{
    add(s, gfn_field_flag("metrics.exact", r->last.evaluation.is_exact));
    for (size_t i = 0; i < gfn_metric_count(); i++) {
        const gfn_metric *metric = gfn_metric_of(i);
        const double value = gfn_metric_value(metric, r);
        add(s, metric->is_count && !isnan(value) ? gfn_field_int(metric->field, (int64_t)value)
                                                 : gfn_field_number(metric->field, value));
    }
}

static void add_results(summary *s, const gfn_report *r)
{
    add(s, gfn_field_flag("complete", r->is_complete));
    add(s, gfn_field_int("iteration", r->last.iteration));
    add(s, gfn_field_int("iterations", r->last.iterations));
    add(s, gfn_field_int("trajectories", r->last.trajectories));
    add_metrics(s, r);
}

static void add_machine(summary *s, const gfn_run *run, const gfn_report *r,
                        const gfn_run_history *history)
{
    const gfn_comm *comm = run->comm;
    gfn_phases phases = r->phases;
    add(s, gfn_field_int("resumed.iteration", history->iteration));
    add(s, gfn_field_number("resumed.time_s", history->seconds));
    add(s, gfn_field_number("iterations_per_s", r->last.iterations_per_second));
    for (gfn_phase phase = GFN_PHASE_NONE + 1; phase < GFN_N_PHASES; phase++)
        add(s, gfn_field_number(gfn_phase_field(phase), *gfn_phase_seconds(&phases, phase)));
    add(s, gfn_field_int("ranks", gfn_comm_size(comm)));
    add(s, gfn_field_int("threads", run->threads));
    add(s, gfn_field_int("hosts", gfn_comm_hosts(comm)));
    add(s, gfn_field_text("layout", run->layout));
    add(s, gfn_field_text("mpi", gfn_comm_library(comm)));
    add(s, gfn_field_text("kernels", gfn_kernels_name()));
    add(s, gfn_field_text("version", gfn_version()));
}

static gfn_status save_histogram(const gfn_run *run, const gfn_draw *draw)
{
    char *path = NULL;
    if (draw->counts == NULL || draw->n == 0)
        return GFN_OK;
    GFN_TRY(gfn_folder_path(gfn_run_directory(run), GFN_HISTOGRAM_FILE, &path));
    gfn_status status = gfn_run_write_histogram(run, path, draw->counts);
    gfn_release(&path);
    if (status == GFN_OK && run->numbered)
        status = gfn_folder_path(gfn_run_directory(run), GFN_STATES_FILE, &path);
    if (path)
        status = gfn_run_write_states(run, path);
    gfn_release(&path);
    return status;
}

static void fill(summary *s, const gfn_run *run, const gfn_report *report,
                 const gfn_run_history *history)
{
    s->n = 0;
    add_results(s, report);
    add(s, gfn_field_text("params_crc", s->params_crc));
    add_machine(s, run, report, history);
    add(s, gfn_field_text("finished", s->finished));
}

gfn_status gfn_run_summary_save(const gfn_run *run, const gfn_report *report,
                                const gfn_run_history *history)
{
    summary s = {.n = 0};
    char *path = NULL;
    GFN_TRY(save_histogram(run, &report->draw));
    gfn_format(s.params_crc, sizeof s.params_crc, "%08" PRIx32, gfn_run_params_crc(run));
    gfn_clock_utc(s.finished, sizeof s.finished);
    fill(&s, run, report, history);
    gfn_status status = gfn_allocate("summary", s.n, sizeof *s.field, &s.field);
    if (status == GFN_OK)
        status = gfn_folder_path(gfn_run_directory(run), GFN_SUMMARY_FILE, &path);
    if (status == GFN_OK) {
        fill(&s, run, report, history);
        status = gfn_json_save(path, s.field, s.n);
    }
    gfn_release(&path);
    gfn_release(&s.field);
    return status;
}

static void fill_report(summary *s, const gfn_report *report)
{
    s->n = 0;
    add(s, gfn_field_int("iteration", report->last.iteration));
    add(s, gfn_field_text("params_crc", s->params_crc));
    add_metrics(s, report);
}

gfn_status gfn_report_json(const gfn_run *run, const gfn_report *report, char **text)
{
    summary s = {.n = 0};
    char *made = NULL;
    size_t length;
    gfn_format(s.params_crc, sizeof s.params_crc, "%08" PRIx32, gfn_run_params_crc(run));
    fill_report(&s, report);
    gfn_status status = gfn_allocate("report", s.n, sizeof *s.field, &s.field);
    if (status == GFN_OK) {
        fill_report(&s, report);
        status = gfn_json_text(s.field, s.n, 0, &made, &length);
    }
    char *copy = status == GFN_OK ? strdup(made) : NULL;
    if (status == GFN_OK && copy == NULL)
        status = gfn_fail(GFN_ENOMEM, "report: no memory for its text");
    if (status == GFN_OK)
        *text = copy;
    gfn_release(&made);
    gfn_release(&s.field);
    return status;
}

static gfn_status draw_picture(const gfn_run *run, const gfn_report *report)
{
    const char *directory = gfn_run_directory(run);
    gfn_portrait portrait;
    char *path = NULL;
    gfn_status status = gfn_portrait_create(run, directory, report, &portrait);
    if (status == GFN_OK)
        status = gfn_folder_path(directory, GFN_PICTURE_FILE, &path);
    if (status == GFN_OK)
        status = gfn_portrait_save(&portrait, path);
    gfn_release(&path);
    gfn_portrait_clear(&portrait);
    return status;
}

void gfn_run_picture_save(const gfn_run *run, gfn_report *report)
{
    const char *wanted = gfn_options_text(run->options, "picture");
    if (!gfn_plot_is_built() || strcmp(wanted, "yes") != 0)
        return;
    gfn_comm_pause_watch(run->comm, true);
    if (draw_picture(run, report) != GFN_OK)
        gfn_format(report->picture_error, sizeof report->picture_error, "%s", gfn_error_message());
    gfn_comm_pause_watch(run->comm, false);
}
