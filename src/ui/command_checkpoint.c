/* SPDX-License-Identifier: MIT
 *
 * sample and eval: the commands that use the checkpoint of a run.
 */
#include "ui/cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The settings that sample and eval take, checked by the rows of training. */
typedef struct drawing {
    int64_t samples;
    uint64_t seed;
    int threads;
} drawing;

static gfn_status read_drawing(const cli_request *request, drawing *d)
{
    gfn_options *options = NULL;
    gfn_status status = cli_train_options(request, &options);
    if (status == GFN_OK)
        *d = (drawing){.samples = gfn_options_int(options, "samples"),
                       .seed = (uint64_t)gfn_options_int(options, "seed"),
                       .threads = (int)gfn_options_int(options, "threads")};
    gfn_options_destroy(&options);
    return status;
}

static gfn_status sample_objects(gfn_run *run, const drawing *d, const gfn_stream *stream,
                                 const char *out)
{
    gfn_draw draw;
    gfn_status status = gfn_run_draw(run, stream, d->samples, true, &draw);
    if (status != GFN_OK)
        return status;
    gfn_comm_pause_watch(gfn_run_comm(run), true);
    if (out[0])
        status = gfn_comm_agree(gfn_run_comm(run), gfn_run_write_objects(run, out, &draw));
    else if (draw.objects)
        cli_print_objects(run, &draw);
    gfn_draw_clear(&draw);
    return status;
}

/* Without an output file, objects are printed. */
static gfn_status sample_run(gfn_run *run, const cli_request *request, const drawing *d)
{
    const gfn_stream stream = {d->seed, GFN_PURPOSE_SAMPLE, 0};
    const char *out = gfn_options_text(request->program, "out");
    const char *trajectories = gfn_options_text(request->program, "trajectories");
    gfn_status status = GFN_OK;
    if (out[0] || !trajectories[0])
        status = sample_objects(run, d, &stream, out);
    if (status == GFN_OK && trajectories[0])
        status = gfn_run_write_trajectories(run, &stream, d->samples, trajectories);
    return status;
}

/* What only training knows is unknown. */
static gfn_report make_report(const gfn_run *run, const gfn_evaluation *evaluation,
                              const gfn_bounds *bounds, const gfn_draw *draw)
{
    gfn_report report = {.last = {.iteration = gfn_run_iteration(run),
                                  .loss = NAN,
                                  .evaluation = *evaluation,
                                  .modes = -1,
                                  .n_modes = draw->n_modes,
                                  .modes_all_at = -1,
                                  .mode_regions = -1,
                                  .n_mode_regions = -1},
                         .draw = *draw,
                         .bounds = *bounds,
                         .seconds = NAN};
    report.collapsed = gfn_report_collapse(&report);
    return report;
}

/* On rank 0. */
static gfn_status tell(const gfn_run *run, const cli_request *request, const gfn_report *report)
{
    char *text = NULL;
    gfn_status status = GFN_OK;
    if (gfn_options_flag(request->program, "json")) {
        status = gfn_report_json(run, report, &text);
        if (status == GFN_OK)
            fputs(text, stdout);
        free(text);
    } else if (!gfn_options_flag(request->program, "quiet")) {
        cli_report_evaluation(request, run, report);
    }
    return status;
}

static gfn_status eval_run(gfn_run *run, const cli_request *request, const drawing *d)
{
    const gfn_stream stream = {d->seed, GFN_PURPOSE_SAMPLE, 0};
    gfn_evaluation evaluation;
    gfn_bounds bounds;
    gfn_draw draw;
    gfn_status status = gfn_run_evaluate(run, &evaluation);
    cli_print_notice(run);
    if (status == GFN_OK)
        status = gfn_run_find_bounds(run, d->seed, d->samples, &bounds);
    if (status == GFN_OK)
        status = gfn_run_draw(run, &stream, d->samples, false, &draw);
    if (status != GFN_OK)
        return status;
    gfn_comm_pause_watch(gfn_run_comm(run), true);
    const gfn_report report = make_report(run, &evaluation, &bounds, &draw);
    if (gfn_comm_rank(gfn_run_comm(run)) == 0)
        status = tell(run, request, &report);
    gfn_draw_clear(&draw);
    return gfn_comm_agree(gfn_run_comm(run), status);
}

/* Refuse the name of another format before any object is drawn. */
static gfn_status check_out(const cli_request *request)
{
    static const char *const ends[] = {".npy", ".txt", ".csv"};
    const char *out = gfn_options_text(request->program, "out");
    const size_t n = strlen(out);
    bool is_known = n == 0;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        is_known = is_known || (n > 4 && strcmp(out + n - 4, ends[i]) == 0);
    if (is_known)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "out: expected a name that ends in .npy, .txt or .csv, found \"%.200s\" "
                    "(hint: objects.csv; without --out, objects are printed as text)",
                    out);
}

/* Load the run that the request names, and call a function on it. */
static gfn_status use_run(gfn_comm *comm, const cli_request *request,
                          gfn_status (*use)(gfn_run *run, const cli_request *request,
                                            const drawing *d))
{
    const gfn_settings changes = {request->changes, request->n_changes};
    drawing d = {0};
    gfn_run *run = NULL;
    gfn_status status = read_drawing(request, &d);
    if (status == GFN_OK)
        status = check_out(request);
    status = gfn_comm_agree(comm, status);
    if (status == GFN_OK)
        status = gfn_run_load_changed(comm, request->words[0], d.threads, &changes, &run);
    if (status == GFN_OK) {
        cli_print_notice(run);
        status = use(run, request, &d);
        cli_print_notice(run);
    }
    gfn_run_destroy(&run);
    return status;
}

gfn_status cli_sample(gfn_comm *comm, const cli_request *request, bool *is_complete)
{
    *is_complete = true;
    return use_run(comm, request, sample_run);
}

gfn_status cli_eval(gfn_comm *comm, const cli_request *request, bool *is_complete)
{
    *is_complete = true;
    return use_run(comm, request, eval_run);
}
