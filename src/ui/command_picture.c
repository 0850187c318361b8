/* SPDX-License-Identifier: MIT
 *
 * plot: pictures of runs.
 */
#include "ui/cli.h"

static void print_notice(const char *notice)
{
    fprintf(stderr, "%s\n", notice);
}

gfn_status cli_plot(gfn_comm *comm, const cli_request *request, bool *is_complete)
{
    const char *out = gfn_options_text(request->program, "out");
    gfn_plot_config config = {
        .env = cli_find(request, "env"),
        .file = out[0] ? out : NULL,
        .tell = print_notice,
        .changes = {request->changes, request->n_changes},
    };
    gfn_options *options = NULL;
    char written[1024];
    *is_complete = true;
    gfn_status status = gfn_comm_agree(comm, cli_train_options(request, &options));
    if (status == GFN_OK)
        config.threads = (int)gfn_options_int(options, "threads");
    if (status == GFN_OK)
        status = gfn_plot_runs(comm, (const char *const *)request->words, (size_t)request->n_words,
                               &config, written, sizeof written);
    gfn_options_destroy(&options);
    if (status == GFN_OK && gfn_comm_rank(comm) == 0 &&
        !gfn_options_flag(request->program, "quiet"))
        printf("%s\n", written);
    return status;
}
