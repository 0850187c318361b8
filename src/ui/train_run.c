/* SPDX-License-Identifier: MIT
 *
 * Training one run, with its live line.
 */
#include "ui/cli.h"

static gfn_status train_loop(gfn_comm *comm, gfn_trainer *trainer, cli_live *live)
{
    gfn_progress progress;
    gfn_status status = GFN_OK;
    while (status == GFN_OK && !gfn_trainer_is_done(trainer)) {
        status = gfn_trainer_advance(trainer, &progress);
        if (status == GFN_OK && cli_live_is_due(live, &progress)) {
            gfn_comm_pause_watch(comm, true);
            cli_live_show(live, &progress);
            gfn_comm_pause_watch(comm, false);
        }
    }
    return status;
}

/* Show the current work, because an exact evaluation of many states may take long. */
static gfn_status finish(gfn_comm *comm, gfn_trainer *trainer, cli_live *live, gfn_report *report)
{
    gfn_progress progress;
    gfn_trainer_progress(trainer, &progress);
    gfn_comm_pause_watch(comm, true);
    cli_live_show_work(live, &progress, "evaluating");
    gfn_comm_pause_watch(comm, false);
    return gfn_trainer_finish(trainer, report);
}

/* Printed once: the machine is the same for all runs. */
static void announce(const gfn_run *run, const cli_request *request)
{
    static bool is_announced;
    if (gfn_comm_rank(gfn_run_comm(run)) != 0 || gfn_options_flag(request->program, "quiet") ||
        is_announced)
        return;
    is_announced = true;
    fprintf(stderr, "%s\n", gfn_run_layout(run));
    if (gfn_run_hint(run)[0])
        fprintf(stderr, "%s\n", gfn_run_hint(run));
    if (cli_removed_binding()[0])
        fprintf(stderr, "%s is ignored: it would bind the threads of all ranks to the same cores\n",
                cli_removed_binding());
}

gfn_status cli_train_run(gfn_run *run, const cli_request *request, const char *directory,
                         const char *name, gfn_report *report)
{
    gfn_comm *comm = gfn_run_comm(run);
    gfn_trainer *trainer = NULL;
    cli_live live;
    cli_live_begin(&live, request, name);
    live.is_quiet = live.is_quiet || gfn_comm_rank(comm) != 0;
    cli_print_notice(run);
    gfn_status status = gfn_trainer_create(run, &trainer);
    if (status == GFN_OK)
        status = gfn_trainer_keep(trainer, directory[0] ? directory : NULL);
    if (status == GFN_OK) {
        cli_print_notice(run);
        announce(run, request);
        cli_make_stoppable(trainer);
        status = train_loop(comm, trainer, &live);
    }
    if (status == GFN_OK)
        status = finish(comm, trainer, &live, report);
    cli_live_end(&live);
    cli_print_notice(run);
    if (status == GFN_OK && report->picture_error[0])
        fprintf(stderr, "gfn-dist: no picture: %s\n", report->picture_error);
    cli_make_stoppable(NULL);
    gfn_trainer_destroy(&trainer);
    return status;
}
