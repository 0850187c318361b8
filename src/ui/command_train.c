/* SPDX-License-Identifier: MIT
 *
 * train: one run, or the runs of a sweep; and the configuration that they would have.
 */
#include "ui/cli.h"

#include <stdlib.h>

static gfn_status make_run(gfn_comm *comm, const cli_request *request, gfn_run **run)
{
    gfn_options *options = NULL;
    gfn_status status = GFN_OK;
    if (gfn_options_is_set(request->program, "resume"))
        return gfn_run_resume(comm, gfn_options_text(request->program, "resume"), request->settings,
                              request->n_settings, run);
    if (gfn_comm_rank(comm) == 0)
        status = cli_train_options(request, &options);
    status = gfn_comm_agree(comm, status);
    if (status == GFN_OK)
        status = gfn_run_create(comm, options, 0, run);
    gfn_options_destroy(&options);
    return status;
}

static gfn_status train_one(gfn_comm *comm, const cli_request *request, bool *is_complete)
{
    const char *out = gfn_options_text(request->program, "out");
    gfn_run *run = NULL;
    gfn_report report;
    gfn_status status = make_run(comm, request, &run);
    if (status == GFN_OK)
        status = cli_train_run(run, request, out, "", &report);
    if (status == GFN_OK) {
        *is_complete = report.is_complete;
        gfn_comm_pause_watch(comm, true);
        if (gfn_comm_rank(comm) == 0 && !gfn_options_flag(request->program, "quiet"))
            cli_report_training(request, run, &report);
        gfn_draw_clear(&report.draw);
    }
    gfn_run_destroy(&run);
    return status;
}

/* Whether seeds are given, or the directory to resume is that of a sweep. Collective. */
static gfn_status is_sweep(gfn_comm *comm, const cli_request *request, bool *is_one)
{
    const char *resume = gfn_options_text(request->program, "resume");
    int64_t n = gfn_options_is_set(request->program, "seeds") ||
                (gfn_comm_rank(comm) == 0 && resume[0] && gfn_sweep_is_there(resume));
    const gfn_status status = gfn_comm_sum_i64(comm, &n, 1);
    *is_one = n > 0;
    return status;
}

gfn_status cli_train(gfn_comm *comm, const cli_request *request, bool *is_complete)
{
    bool is_one = false;
    const gfn_status status = is_sweep(comm, request, &is_one);
    if (status != GFN_OK)
        return status;
    return is_one ? cli_sweep(comm, request, is_complete) : train_one(comm, request, is_complete);
}

gfn_status cli_print_config(FILE *to, const cli_request *request)
{
    gfn_options *options = NULL;
    char *text = NULL;
    gfn_status status = cli_train_options(request, &options);
    if (status == GFN_OK)
        status = gfn_run_options_ini(options, &text);
    if (status == GFN_OK)
        fputs(text, to);
    free(text);
    gfn_options_destroy(&options);
    return status;
}
